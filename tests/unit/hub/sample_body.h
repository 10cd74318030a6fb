/** Bodies of snapshots as tests write them: JSON with ` for ". */
#ifndef STROBE_TEST_SAMPLE_BODY_H
#define STROBE_TEST_SAMPLE_BODY_H

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/** JSON in which ` stands for the double quote. New. */
static inline json_t *sample_json(const char *text)
{
    char *copy = strdup(text);
    for (char *at = copy; (at = strchr(at, '`')) != NULL;) {
        *at = '"';
    }
    json_t *json = json_loads(copy, 0, NULL);
    free(copy);
    return json;
}

/** A body with one frame; `locals` and `values` are the lists of those names. New. */
static inline json_t *sample_body(const char *locals, const char *values)
{
    return json_pack("{s:i, s:[{s:s, s:s, s:i, s:o}], s:o}", "format", 1, "frames", "function", "total", "file", "a.py",
                     "line", 3, "locals", sample_json(locals), "values", sample_json(values));
}

#endif
