/* A pattern, a NUL and a subject: refused, or a match that ends within its steps. */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "probes/expression/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\0', size) : NULL;
    if (end == NULL) {
        return 0;
    }
    const char *subject = (const char *)end + 1;
    size_t subject_size = size - (size_t)(end - data) - 1;
    struct strobe_pattern *pattern;
    if (!strobe_utf8_valid(subject, subject_size) ||
        strobe_pattern_compile((const char *)data, (size_t)(end - data), &pattern, NULL) < 0) {
        return 0;
    }
    int64_t budget = STROBE_EXPRESSION_PATTERN_STEPS_MAX;
    bool matched;
    int status = strobe_pattern_match(pattern, subject, subject_size, &budget, &matched);
    if (budget < 0 || budget > STROBE_EXPRESSION_PATTERN_STEPS_MAX || (status < 0 && status != STROBE_ELIMIT)) {
        __builtin_trap();
    }
    strobe_pattern_free(pattern);
    return 0;
}
