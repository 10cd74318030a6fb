/*
 * A policy's own patterns, by PCRE2 with limits. Interpreted, not JIT-compiled: no memory of the program becomes
 * executable, and the limits count every step.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdlib.h>
#include <string.h>

#include "snapshot/policy_part.h"
#include "strobe/limits.h"

enum { MESSAGE_BYTES = 160 };

int strobe_policy_pattern_init(struct strobe_policy_pattern *pattern, const char *rule, const char *regex,
                               struct strobe_error *error)
{
    int code;
    size_t offset;
    /* Bytes, not UTF: what is scanned has one byte for each character beyond ASCII. */
    uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY | PCRE2_NO_AUTO_CAPTURE;
    pattern->rule = strdup(rule);
    pattern->code = pcre2_compile((PCRE2_SPTR)regex, strlen(regex), options, &code, &offset, NULL);
    if (pattern->rule == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    if (pattern->code == NULL) {
        char message[MESSAGE_BYTES] = "";
        pcre2_get_error_message(code, (PCRE2_UCHAR *)message, sizeof message);
        return strobe_error_set(error, STROBE_ESYNTAX,
                                "deny_patterns: \"%.60s\" is no regular expression: %s at column %zu", rule, message,
                                offset + 1);
    }
    return 0;
}

void strobe_policy_pattern_done(struct strobe_policy_pattern *pattern)
{
    pcre2_match_data_free(atomic_load(&pattern->spare));
    pcre2_code_free(pattern->code);
    free(pattern->rule);
}

static int match(const struct strobe_policy_pattern *pattern, const char *text, size_t size, pcre2_match_data *data)
{
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    if (limits == NULL) {
        return PCRE2_ERROR_NOMEMORY;
    }
    pcre2_set_match_limit(limits, STROBE_POLICY_MATCH_STEPS_MAX);
    pcre2_set_depth_limit(limits, STROBE_POLICY_MATCH_STEPS_MAX);
    pcre2_set_heap_limit(limits, STROBE_POLICY_MATCH_KIB_MAX);
    int result = pcre2_match(pattern->code, (PCRE2_SPTR)text, size, 0, 0, data, limits);
    pcre2_match_context_free(limits);
    return result;
}

bool strobe_policy_pattern_matches(const struct strobe_policy_pattern *pattern, const char *text, size_t size)
{
    _Atomic(void *) *spare = (_Atomic(void *) *)&pattern->spare;
    pcre2_match_data *data = atomic_exchange(spare, NULL);
    if (data == NULL) {
        data = pcre2_match_data_create(1, NULL);
    }
    /* Any failure hides the text: what was not looked through is not shown. */
    bool found = data == NULL || match(pattern, text, size, data) != PCRE2_ERROR_NOMATCH;
    pcre2_match_data_free(atomic_exchange(spare, data));
    return found;
}
