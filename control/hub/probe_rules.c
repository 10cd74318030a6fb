#include "hub/probe_rules.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hub/action_rules.h"
#include "hub/text_rules.h"
#include "strobe/limits.h"

int strobe_probe_rules_service(const char *name, struct strobe_error *error)
{
    if (name[0] == '\0') {
        return strobe_error_set(error, STROBE_EINVAL, "'service' is empty: give the service's name");
    }
    if (strobe_text_has_controls(name)) {
        return strobe_error_set(error, STROBE_EINVAL, "'service' has control characters in it");
    }
    return 0;
}

static int check_expiry(struct strobe_wire_limits *limits, int64_t now_ms, struct strobe_error *error)
{
    if (limits->expires_at_ms == 0) {
        limits->expires_at_ms = now_ms + STROBE_PROBE_EXPIRY_MS_DEFAULT;
    }
    if (limits->expires_at_ms <= now_ms) {
        return strobe_error_set(
            error, STROBE_EINVAL,
            "'limits.expires_at_ms' is in the past: give Unix time in milliseconds, or leave it out");
    }
    /* A minute of grace: the asker's clock is not ours. */
    if (limits->expires_at_ms > now_ms + STROBE_PROBE_EXPIRY_MS_MAX + 60000) {
        return strobe_error_set(error, STROBE_EINVAL, "'limits.expires_at_ms' is more than 24 hours from now");
    }
    return 0;
}

/* An empty field of a form counts as left out. */
static void drop_if_blank(char **text)
{
    if (*text != NULL && strobe_text_is_blank(*text)) {
        free(*text);
        *text = NULL;
    }
}

static int check_target(const struct strobe_wire_target *target, struct strobe_error *error)
{
    for (size_t i = 0; i < target->labels_count; i++) {
        const char *equals = strchr(target->labels[i], '=');
        if (equals == NULL || equals == target->labels[i]) {
            return strobe_error_set(error, STROBE_EINVAL, "'target.labels': %.64s is not NAME=VALUE",
                                    target->labels[i]);
        }
    }
    for (size_t i = 0; i < target->instances_count; i++) {
        const char *id = target->instances[i];
        if (strspn(id, "0123456789abcdef") < 4 || id[strspn(id, "0123456789abcdef")] != '\0') {
            return strobe_error_set(error, STROBE_EINVAL,
                                    "'target.instances': %.64s is no instance id; give at least 4 digits of one, see "
                                    "strobe ps",
                                    id);
        }
    }
    return 0;
}

static int check_when_and_what(const char *location, const char *action,
                               const struct strobe_wire_action_options *options, struct strobe_wire_limits *limits,
                               struct strobe_error *error)
{
    enum strobe_location_form form;
    int status = strobe_location_rules_check("location", location, &form, error);
    return status == 0 ? strobe_action_rules_apply(action, form, options, limits, error) : status;
}

int strobe_probe_rules_apply(struct strobe_wire_probe_request *request, int64_t now_ms, struct strobe_error *error)
{
    drop_if_blank(&request->condition);
    drop_if_blank(&request->limits.when);
    drop_if_blank(&request->options.value);
    drop_if_blank(&request->options.until);
    int status = strobe_probe_rules_service(request->service, error);
    if (status == 0) {
        status = check_when_and_what(request->location, request->action, &request->options, &request->limits, error);
    }
    if (status == 0) {
        status = check_target(&request->target, error);
    }
    return status == 0 ? check_expiry(&request->limits, now_ms, error) : status;
}

int strobe_probe_rules_check(struct strobe_wire_probe *probe, int64_t now_ms, struct strobe_error *error)
{
    drop_if_blank(&probe->condition);
    drop_if_blank(&probe->limits.when);
    int status = check_when_and_what(probe->location, probe->action, &probe->options, &probe->limits, error);
    return status == 0 ? check_expiry(&probe->limits, now_ms, error) : status;
}
