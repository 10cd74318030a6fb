/* From the document of a policy to what is compared. */
#include "snapshot/policy_part.h"

#include <stdlib.h>
#include <string.h>

#include "snapshot/glob.h"
#include "snapshot/pattern.h"
#include "strobe/limits.h"

enum entry_kind { ENTRY_NAME, ENTRY_TYPE, ENTRY_PATTERN };

/* ---- Lists ---- */

/* The words of a name joined; `*` stays. NULL when memory is exhausted. */
static char *joined(const char *name)
{
    char *key = malloc(strlen(name) + 1);
    size_t used = 0;
    for (; key != NULL && *name != '\0'; name++) {
        if (*name >= 'A' && *name <= 'Z') {
            key[used++] = (char)(*name + ('a' - 'A'));
        } else if ((*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9') || *name == '*' ||
                   (unsigned char)*name >= 0x80) {
            key[used++] = *name;
        }
    }
    if (key != NULL) {
        key[used] = '\0';
    }
    return key;
}

static char *rule_of(const char *text, enum entry_kind kind)
{
    char *rule = malloc(strlen(text) + 2);
    if (rule != NULL) {
        size_t mark = kind == ENTRY_TYPE;
        rule[0] = STROBE_RULE_TYPE;
        strcpy(rule + mark, text);
    }
    return rule;
}

static int check_text(const char *text, const char *where, struct strobe_error *error)
{
    size_t size = text != NULL ? strlen(text) : 0;
    if (size == 0 || size > STROBE_POLICY_TEXT_BYTES_MAX) {
        return strobe_error_set(error, STROBE_ESYNTAX, "%s has an entry that is no text of 1 to %d bytes", where,
                                STROBE_POLICY_TEXT_BYTES_MAX);
    }
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)text[i] < ' ') {
            return strobe_error_set(error, STROBE_ESYNTAX, "%s has an entry with a control character", where);
        }
    }
    return 0;
}

static int add_entry(struct strobe_policy_list *list, const char *text, enum entry_kind kind, const char *where,
                     struct strobe_error *error)
{
    int status = check_text(text, where, error);
    if (status < 0) {
        return status;
    }
    struct strobe_policy_entry *entries = realloc(list->entries, (list->count + 1) * sizeof *entries);
    if (entries == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    list->entries = entries;
    struct strobe_policy_entry *entry = &entries[list->count++];
    entry->key = kind == ENTRY_NAME ? joined(text) : strdup(text);
    entry->rule = rule_of(text, kind);
    if (entry->key == NULL || entry->rule == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    entry->is_glob = strchr(entry->key, '*') != NULL;
    if (entry->key[strspn(entry->key, "*")] == '\0' && !(kind == ENTRY_TYPE && entry->is_glob)) {
        return strobe_error_set(error, STROBE_ESYNTAX, "%s: \"%.60s\" has no letter or digit, so it names nothing",
                                where, text);
    }
    return 0;
}

static int compare_entries(const void *a, const void *b)
{
    const struct strobe_policy_entry *one = a, *other = b;
    if (one->is_glob != other->is_glob) {
        return one->is_glob ? 1 : -1;
    }
    return strcmp(one->key, other->key);
}

static void sort(struct strobe_policy_list *list)
{
    if (list->count > 0) {
        qsort(list->entries, list->count, sizeof *list->entries, compare_entries);
    }
    while (list->plain_count < list->count && !list->entries[list->plain_count].is_glob) {
        list->plain_count++;
    }
}

static void list_done(struct strobe_policy_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->entries[i].key);
        free(list->entries[i].rule);
    }
    free(list->entries);
}

/* Order of `text` and an entry's key. */
static int compare(const char *text, size_t size, const char *key)
{
    size_t length = strlen(key);
    int order = memcmp(text, key, size < length ? size : length);
    return order != 0 ? order : size < length ? -1 : size > length;
}

const struct strobe_policy_entry *strobe_policy_list_find(const struct strobe_policy_list *list, const char *text,
                                                          size_t size)
{
    for (size_t low = 0, high = list->plain_count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = compare(text, size, list->entries[middle].key);
        if (order == 0) {
            return &list->entries[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    for (size_t i = list->plain_count; i < list->count; i++) {
        if (strobe_glob_fits(list->entries[i].key, text, size)) {
            return &list->entries[i];
        }
    }
    return NULL;
}

/* ---- The document ---- */

static int read_list(struct strobe_policy_list *list, const json_t *document, const char *member, enum entry_kind kind,
                     struct strobe_error *error)
{
    const json_t *texts = json_object_get(document, member);
    size_t i;
    json_t *text;
    int status = 0;
    if (texts != NULL && (!json_is_array(texts) || json_array_size(texts) > STROBE_POLICY_ENTRIES_MAX)) {
        return strobe_error_set(error, STROBE_ESYNTAX, "%s is no list of at most %d texts", member,
                                STROBE_POLICY_ENTRIES_MAX);
    }
    json_array_foreach(texts, i, text)
    {
        if (status == 0) {
            status = add_entry(list, json_string_value(text), kind, member, error);
        }
    }
    sort(list);
    return status;
}

static int read_flag(bool *ret_flag, const json_t *document, const char *member, struct strobe_error *error)
{
    const json_t *flag = json_object_get(document, member);
    if (flag != NULL && !json_is_boolean(flag)) {
        return strobe_error_set(error, STROBE_ESYNTAX, "%s is neither true nor false", member);
    }
    *ret_flag = json_is_true(flag);
    return 0;
}

static int read_pattern(struct strobe_policy_part *part, const json_t *row, struct strobe_error *error)
{
    const char *name = json_string_value(json_object_get(row, "name"));
    const char *regex = json_string_value(json_object_get(row, "regex"));
    int status = check_text(name, "deny_patterns: name", error);
    if (status == 0) {
        status = check_text(regex, "deny_patterns: regex", error);
    }
    return status == 0 ? strobe_policy_pattern_init(&part->patterns[part->patterns_count++], name, regex, error)
                       : status;
}

static int read_patterns(struct strobe_policy_part *part, const json_t *document, struct strobe_error *error)
{
    const json_t *rows = json_object_get(document, "deny_patterns");
    size_t i;
    json_t *row;
    int status = 0;
    if (rows != NULL && (!json_is_array(rows) || json_array_size(rows) > STROBE_POLICY_PATTERNS_MAX)) {
        return strobe_error_set(error, STROBE_ESYNTAX, "deny_patterns is no list of at most %d patterns",
                                STROBE_POLICY_PATTERNS_MAX);
    }
    part->patterns = calloc(json_array_size(rows) + 1, sizeof *part->patterns);
    if (part->patterns == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    json_array_foreach(rows, i, row)
    {
        if (status == 0) {
            status = read_pattern(part, row, error);
        }
    }
    return status;
}

/* One {"name" | "type" | "pattern": ..., "reason": ...}. */
static int read_exception(struct strobe_policy_part *part, const json_t *row, struct strobe_error *error)
{
    const char *name = json_string_value(json_object_get(row, "name"));
    const char *type = json_string_value(json_object_get(row, "type"));
    const char *pattern = json_string_value(json_object_get(row, "pattern"));
    const char *reason = json_string_value(json_object_get(row, "reason"));
    const char *what = name != NULL ? name : type != NULL ? type : pattern;
    if ((name != NULL) + (type != NULL) + (pattern != NULL) != 1) {
        return strobe_error_set(error, STROBE_ESYNTAX, "an exception has one of name, type and pattern");
    }
    if (reason == NULL || reason[strspn(reason, " ")] == '\0') {
        return strobe_error_set(error, STROBE_ESYNTAX,
                                "the exception for \"%.60s\" has no reason: say why it is no secret here", what);
    }
    if (pattern != NULL && !strobe_pattern_is_rule(pattern)) {
        return strobe_error_set(error, STROBE_ESYNTAX,
                                "no built-in pattern is called \"%.60s\": strobe redact show --patterns lists them",
                                pattern);
    }
    if (name != NULL) {
        return add_entry(&part->except_names, name, ENTRY_NAME, "exceptions", error);
    }
    return type != NULL ? add_entry(&part->except_types, type, ENTRY_TYPE, "exceptions", error)
                        : add_entry(&part->except_patterns, pattern, ENTRY_PATTERN, "exceptions", error);
}

static int read_exceptions(struct strobe_policy_part *part, const json_t *document, struct strobe_error *error)
{
    const json_t *rows = json_object_get(document, "exceptions");
    size_t i;
    json_t *row;
    int status = 0;
    if (rows != NULL && (!json_is_array(rows) || json_array_size(rows) > STROBE_POLICY_ENTRIES_MAX)) {
        return strobe_error_set(error, STROBE_ESYNTAX, "exceptions is no list of at most %d exceptions",
                                STROBE_POLICY_ENTRIES_MAX);
    }
    json_array_foreach(rows, i, row)
    {
        if (status == 0) {
            status = read_exception(part, row, error);
        }
    }
    sort(&part->except_names);
    sort(&part->except_types);
    sort(&part->except_patterns);
    return status;
}

int strobe_policy_part_init(struct strobe_policy_part *part, enum strobe_policy_source source, const json_t *document,
                            struct strobe_error *error)
{
    const struct {
        struct strobe_policy_list *list;
        const char *member;
        enum entry_kind kind;
    } lists[] = {{&part->deny_names, "deny_names", ENTRY_NAME},
                 {&part->deny_types, "deny_types", ENTRY_TYPE},
                 {&part->allow_names, "allow_names", ENTRY_NAME},
                 {&part->allow_types, "allow_types", ENTRY_TYPE}};
    part->source = source;
    if (!json_is_object(document)) {
        return strobe_error_set(error, STROBE_ESYNTAX, "the policy is no JSON object");
    }
    int status = read_flag(&part->allow_list, document, "allow_list", error);
    if (status == 0) {
        status = read_flag(&part->emails, document, "emails", error);
    }
    for (size_t i = 0; status == 0 && i < sizeof lists / sizeof lists[0]; i++) {
        status = read_list(lists[i].list, document, lists[i].member, lists[i].kind, error);
    }
    if (status == 0) {
        status = read_patterns(part, document, error);
    }
    return status == 0 ? read_exceptions(part, document, error) : status;
}

void strobe_policy_part_done(struct strobe_policy_part *part)
{
    list_done(&part->deny_names);
    list_done(&part->deny_types);
    list_done(&part->allow_names);
    list_done(&part->allow_types);
    list_done(&part->except_names);
    list_done(&part->except_types);
    list_done(&part->except_patterns);
    for (size_t i = 0; i < part->patterns_count; i++) {
        strobe_policy_pattern_done(&part->patterns[i]);
    }
    free(part->patterns);
}
