#include "probes/py/recheck.h"

#include <string.h>

static bool same_verdict(const struct strobe_expression *a, const struct strobe_expression *b)
{
    return (a == NULL) == (b == NULL);
}

/* Whether both were allowed the same; what an expression does is told by its text, which is the same. */
static bool same_verdicts(const struct strobe_script *a, const struct strobe_script *b)
{
    bool same = same_verdict(a->glance, b->glance);
    for (size_t i = 0; same && i < a->action->watches_count; i++) {
        same = same_verdict(a->watches[i], b->watches[i]) &&
               strcmp(a->watch_errors[i].message, b->watch_errors[i].message) == 0;
    }
    return same;
}

/* The new script, or none, in place of the old one, which nobody may go by any more. */
static void replace_script(struct strobe_entry *entry, struct strobe_dispatch *dispatch, struct strobe_script *script)
{
    strobe_dispatch_remove(dispatch, entry->probe);
    strobe_script_free(entry->script);
    entry->script = script;
    /* It may show what is hidden now, or was not looked at by what is hidden now. */
    strobe_probe_set_last_values(entry->probe, "", 0);
    entry->probe->looked_ns = 0;
}

static void deny(struct strobe_entry *entry, struct strobe_dispatch *dispatch, const char *reason, const char *message)
{
    replace_script(entry, dispatch, NULL);
    entry->refused = entry->denied = true;
    entry->told = false;
    if (!entry->probe->ended) {
        bool is_condition = strncmp(reason, "condition", 9) == 0;
        strobe_probe_set_state(entry->probe, STROBE_PROBE_ERROR, reason,
                               "the redaction policy changed: %s reads a redacted name: %s",
                               is_condition ? "condition" : "action", message);
    }
}

static bool allow(struct strobe_entry *entry, struct strobe_dispatch *dispatch, struct strobe_script *script)
{
    if (entry->denied) {
        strobe_probe_set_state(entry->probe, STROBE_PROBE_PENDING, "", "%s", "");
    }
    replace_script(entry, dispatch, script);
    entry->refused = entry->denied = entry->told = false;
    entry->due = !entry->probe->ended;
    return entry->due;
}

bool strobe_entry_recheck(struct strobe_entry *entry, strobe_is_secret *is_secret, struct strobe_dispatch *dispatch)
{
    struct strobe_script *script = NULL;
    struct strobe_error error = {0};
    const char *reason = "";
    if (entry->refused && !entry->denied) {
        return false; /* for a reason that no policy changes */
    }
    int status =
        strobe_script_compile(entry->probe->condition, entry->probe->action, is_secret, &script, &reason, &error);
    if (status == STROBE_EDENIED) {
        if (!entry->denied) {
            deny(entry, dispatch, reason, error.message);
        }
        return false;
    }
    if (status < 0) {
        return false; /* out of memory: it goes by what was allowed */
    }
    if (entry->script != NULL && same_verdicts(entry->script, script)) {
        strobe_script_free(script);
        return false;
    }
    return allow(entry, dispatch, script);
}
