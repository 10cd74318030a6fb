#include "hub/probe_rules.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "strobe/limits.h"

static bool has_control_characters(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7F) {
            return true;
        }
    }
    return false;
}

int strobe_probe_rules_service(const char *name, struct strobe_error *error)
{
    if (name[0] == '\0') {
        return strobe_error_set(error, STROBE_EINVAL, "'service' is empty: give the service's name");
    }
    if (has_control_characters(name)) {
        return strobe_error_set(error, STROBE_EINVAL, "'service' has control characters in it");
    }
    return 0;
}

/* `path/suffix.py:LINE`; whether there is such a file and line only the agents know. */
static int check_location(const char *location, struct strobe_error *error)
{
    const char *colon = strrchr(location, ':');
    const char *digits = colon != NULL ? colon + 1 : "";
    size_t count = strspn(digits, "0123456789");
    if (colon == NULL || colon == location || count == 0 || digits[count] != '\0') {
        return strobe_error_set(error, STROBE_EINVAL,
                                "'location' is not path/suffix.py:LINE, as in shop/pricing.py:42");
    }
    long line = count <= 9 ? strtol(digits, NULL, 10) : STROBE_LINE_MAX + 1L;
    if (line < 1 || line > STROBE_LINE_MAX) {
        return strobe_error_set(error, STROBE_EINVAL, "'location': the line must be from 1 to %d", STROBE_LINE_MAX);
    }
    if (has_control_characters(location)) {
        return strobe_error_set(error, STROBE_EINVAL, "'location' has control characters in it");
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

int strobe_probe_rules_apply(struct strobe_wire_probe_request *request, int64_t now_ms, struct strobe_error *error)
{
    int status = strobe_probe_rules_service(request->service, error);
    if (status == 0) {
        status = check_location(request->location, error);
    }
    if (status == 0 && request->condition != NULL && strspn(request->condition, " \t") == strlen(request->condition)) {
        free(request->condition); /* an empty field of a form: always */
        request->condition = NULL;
    }
    return status == 0 ? check_expiry(&request->limits, now_ms, error) : status;
}
