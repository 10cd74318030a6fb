#include "hub/redaction.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "snapshot/policy.h"

struct strobe_hub_redaction {
    struct strobe_store *store;
    struct strobe_wire_redaction now;
};

int strobe_hub_redaction_new(struct strobe_store *store, struct strobe_hub_redaction **ret_redaction,
                             struct strobe_error *error)
{
    struct strobe_hub_redaction *redaction = calloc(1, sizeof *redaction);
    if (redaction == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    redaction->store = store;
    int status = strobe_store_get_redaction(store, &redaction->now, error);
    if (status == STROBE_ENOTFOUND) {
        memset(&redaction->now, 0, sizeof redaction->now); /* is_set: false */
        status = 0;
        if (error != NULL) {
            memset(error, 0, sizeof *error);
        }
    }
    if (status < 0) {
        free(redaction);
        return status;
    }
    *ret_redaction = redaction;
    return 0;
}

void strobe_hub_redaction_free(struct strobe_hub_redaction *redaction)
{
    if (redaction != NULL) {
        strobe_wire_struct_done(&strobe_wire_redaction_struct, &redaction->now);
    }
    free(redaction);
}

const struct strobe_wire_redaction *strobe_hub_redaction_get(const struct strobe_hub_redaction *redaction)
{
    return &redaction->now;
}

/*
 * Whether agents would take it: the code that compiles it there compiles it here, with its limits. One that they refuse
 * would be a line in the log of each, and the policy before would stay in force without anybody seeing that.
 */
static int compile(const struct strobe_wire_redaction_policy *wanted, struct strobe_error *error)
{
    struct strobe_error detail = {0};
    struct strobe_policy *policy = NULL;
    json_t *document = strobe_wire_struct_to_json(&strobe_wire_redaction_policy_struct, wanted, &detail);
    int status = document != NULL ? strobe_policy_new(document, NULL, &policy, &detail) : STROBE_ENOMEM;
    json_decref(document);
    strobe_policy_unref(policy);
    if (status == STROBE_ENOMEM) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    return status < 0 ? strobe_error_set(error, STROBE_EINVAL, "'policy': %s", detail.message) : 0;
}

static int check(const struct strobe_wire_redaction_policy *policy, struct strobe_error *error)
{
    for (size_t i = 0; i < policy->exceptions_count; i++) {
        const struct strobe_wire_policy_exception *exception = &policy->exceptions[i];
        if ((exception->name != NULL) + (exception->type != NULL) + (exception->pattern != NULL) != 1) {
            return strobe_error_set(error, STROBE_EINVAL,
                                    "'exceptions': number %zu must have one of 'name', 'type' and 'pattern'", i + 1);
        }
        if (exception->reason[strspn(exception->reason, " ")] == '\0') {
            return strobe_error_set(error, STROBE_EINVAL,
                                    "'exceptions': number %zu has no 'reason': say why it is no secret", i + 1);
        }
    }
    return 0;
}

int strobe_hub_redaction_put(struct strobe_hub_redaction *redaction, struct strobe_wire_redaction *wanted,
                             const char *who, struct strobe_error *error)
{
    int status = check(&wanted->policy, error);
    status = status == 0 && wanted->is_set ? compile(&wanted->policy, error) : status;
    if (status < 0) {
        return status;
    }
    if (wanted->version != 0 && wanted->version != redaction->now.version) {
        return strobe_error_set(error, STROBE_EBUSY,
                                "the policy was changed meanwhile: get it again, and change that (it is version %lld)",
                                (long long)redaction->now.version);
    }
    int64_t now_ms = strobe_clock_unix_ms();
    struct strobe_wire_redaction next = *wanted;
    /* As for probe sets: versions follow the clock, so that they grow also when the store was lost. */
    next.version = now_ms > redaction->now.version ? now_ms : redaction->now.version + 1;
    next.changed_at_ms = now_ms;
    next.changed_by = strdup(who);
    status = next.changed_by != NULL ? strobe_store_put_redaction(redaction->store, &next, error)
                                     : strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    if (status < 0) {
        free(next.changed_by);
        return status;
    }
    free(wanted->changed_by);
    strobe_wire_struct_done(&strobe_wire_redaction_struct, &redaction->now);
    redaction->now = next;
    memset(wanted, 0, sizeof *wanted);
    return 0;
}
