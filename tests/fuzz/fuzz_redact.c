/*
 * Any bytes as a text that is looked through, as a name, as a type, and as a policy. The first byte chooses: bit 0 the
 * text is cut, bit 1 a policy with e-mail addresses and an allow list, bit 2 the rest is a policy.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot/pattern.h"
#include "snapshot/policy.h"
#include "snapshot/redact.h"
#include "snapshot/shred.h"
#include "snapshot/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct strobe_policy *make(const char *text)
{
    struct strobe_policy *policy = NULL;
    json_t *document = json_loads(text, 0, NULL);
    if (strobe_policy_new(document, document, &policy, NULL) < 0) {
        __builtin_trap();
    }
    json_decref(document);
    return policy;
}

static const struct strobe_policy *policy_of(unsigned flags)
{
    static struct strobe_policy *plain, *rich;
    if (plain == NULL) {
        plain = strobe_policy_current();
        rich = make("{\"emails\": true, \"allow_list\": true, \"allow_names\": [\"a*b*c\"], \"deny_names\": [\"x y\"],"
                    "\"deny_types\": [\"*.*.*\"], \"exceptions\": [{\"name\": \"t*\", \"reason\": \"r\"}],"
                    "\"deny_patterns\": [{\"name\": \"p\", \"regex\": \"(ab?)+c\"}]}");
    }
    return (flags & 2) != 0 ? rich : plain;
}

static void compile(const char *text, size_t size)
{
    struct strobe_policy *policy = NULL;
    struct strobe_error error = {0};
    json_t *document = json_loadb(text, size, JSON_DECODE_ANY, NULL);
    if (document != NULL && strobe_policy_new(NULL, document, &policy, &error) == 0) {
        strobe_policy_name(policy, text, size);
        strobe_policy_match(policy, text, size < 256 ? size : 256);
    } else if (document != NULL && error.code == 0 && !json_is_null(document)) {
        __builtin_trap(); /* refused without a reason */
    }
    strobe_policy_unref(policy);
    json_decref(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    unsigned flags = data[0];
    const char *text = (const char *)data + 1;
    size--;
    if ((flags & 4) != 0) {
        compile(text, size);
        return 0;
    }
    const struct strobe_policy *policy = policy_of(flags);
    strobe_pattern_find(policy, text, size, (flags & 1) != 0);
    strobe_policy_name(policy, text, size);
    strobe_redact_name(text, size);
    strobe_words_only(text, size);
    struct strobe_type_text names[2] = {{text, size / 2}, {text + size / 2, size - size / 2}};
    struct strobe_type_verdict verdict = strobe_policy_type(policy, names, 2);
    strobe_policy_combine(strobe_policy_name(policy, text, size), &verdict);
    strobe_policy_match(policy, text, size < 256 ? size : 256);
    return 0;
}
