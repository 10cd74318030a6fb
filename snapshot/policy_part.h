/** One side's part of a policy, compiled. Inside of policy*.c. */
#ifndef STROBE_POLICY_PART_H
#define STROBE_POLICY_PART_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "snapshot/policy.h"
#include "snapshot/words.h"

/** One entry of a list: what is compared, and the rule as people read it. */
struct strobe_policy_entry {
    char *key;  /* a name: its words joined, in lower case; a type or pattern: as written. With `*`: a glob */
    char *rule; /* see STROBE_RULE_TYPE */
    bool is_glob;
};

/** Sorted by key, globs last. */
struct strobe_policy_list {
    struct strobe_policy_entry *entries;
    size_t count;
    size_t plain_count; /* entries that are no globs */
};

struct strobe_policy_pattern {
    char *rule;
    void *code;            /* pcre2_code */
    _Atomic(void *) spare; /* pcre2_match_data that no thread uses now */
};

struct strobe_policy_part {
    enum strobe_policy_source source;
    bool allow_list;
    bool emails;
    struct strobe_policy_list deny_names;
    struct strobe_policy_list deny_types;
    struct strobe_policy_list allow_names;
    struct strobe_policy_list allow_types;
    struct strobe_policy_list except_names;
    struct strobe_policy_list except_types;
    struct strobe_policy_list except_patterns;
    struct strobe_policy_pattern *patterns;
    size_t patterns_count;
};

/** Compile `document` into `part`, zeroed by the caller. Release with strobe_policy_part_done() also on failure. */
int strobe_policy_part_init(struct strobe_policy_part *part, enum strobe_policy_source source, const json_t *document,
                            struct strobe_error *error);
void strobe_policy_part_done(struct strobe_policy_part *part);

/** The entry that fits `text` as a whole, or NULL. */
const struct strobe_policy_entry *strobe_policy_list_find(const struct strobe_policy_list *list, const char *text,
                                                          size_t size);

/** Compile a regular expression. @return 0, STROBE_ESYNTAX with the place, STROBE_ENOMEM */
int strobe_policy_pattern_init(struct strobe_policy_pattern *pattern, const char *rule, const char *regex,
                               struct strobe_error *error);
void strobe_policy_pattern_done(struct strobe_policy_pattern *pattern);

/** Whether it matches somewhere in the text, or would need too much work to say. */
bool strobe_policy_pattern_matches(const struct strobe_policy_pattern *pattern, const char *text, size_t size);

#endif
