#include "probes/action.h"

#include <stdlib.h>
#include <string.h>

static int find_word(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], word) == 0) {
            return (int)i;
        }
    }
    return STROBE_EUNKNOWN;
}

int strobe_action_kind_parse(const char *word, enum strobe_action_kind *ret_kind)
{
    for (int kind = 0; kind < STROBE_ACTION_KINDS; kind++) {
        if (strcmp(strobe_action_row((enum strobe_action_kind)kind)->word, word) == 0) {
            *ret_kind = (enum strobe_action_kind)kind;
            return 0;
        }
    }
    return STROBE_EUNKNOWN;
}

int strobe_metric_kind_parse(const char *word, enum strobe_metric_kind *ret_kind)
{
    static const char *const words[] = {
        [STROBE_METRIC_COUNT] = "count", [STROBE_METRIC_GAUGE] = "gauge", [STROBE_METRIC_HISTOGRAM] = "histogram"};
    int kind = find_word(words, sizeof words / sizeof *words, word);
    if (kind >= 0) {
        *ret_kind = (enum strobe_metric_kind)kind;
    }
    return kind < 0 ? kind : 0;
}

/* Every string of an action, one after the other; NULL at the end. */
static const char **string_at(struct strobe_action *action, size_t index)
{
    const char **singles[] = {&action->template, &action->level, &action->metric, &action->value, &action->until};
    size_t singles_count = sizeof singles / sizeof *singles;
    if (index < singles_count) {
        return singles[index];
    }
    index -= singles_count;
    if (index < action->watches_count) {
        return &action->watches[index];
    }
    index -= action->watches_count;
    if (index < 2 * action->labels_count) {
        struct strobe_action_label *label = &action->labels[index / 2];
        return index % 2 == 0 ? &label->name : &label->value;
    }
    return NULL;
}

struct strobe_action *strobe_action_copy(const struct strobe_action *action)
{
    struct strobe_action *copy = malloc(sizeof *copy);
    if (copy == NULL) {
        return NULL;
    }
    *copy = *action;
    bool complete = true;
    const char **place;
    for (size_t i = 0; (place = string_at(copy, i)) != NULL; i++) {
        *place = *place != NULL ? strdup(*place) : NULL;
    }
    for (size_t i = 0; (place = string_at(copy, i)) != NULL; i++) {
        const char **original = string_at((struct strobe_action *)action, i);
        complete = complete && (*place != NULL || *original == NULL);
    }
    if (!complete) {
        strobe_action_free(copy);
        return NULL;
    }
    return copy;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool strobe_action_equals(const struct strobe_action *a, const struct strobe_action *b)
{
    static const struct strobe_action everything = {.kind = STROBE_ACTION_SNAPSHOT};
    a = a != NULL ? a : &everything;
    b = b != NULL ? b : &everything;
    bool same = a->kind == b->kind && a->watches_count == b->watches_count && a->labels_count == b->labels_count &&
                a->watches_only == b->watches_only && a->native == b->native && a->to_logging == b->to_logging &&
                a->metric_kind == b->metric_kind && a->by_traceback == b->by_traceback && a->top == b->top &&
                a->frames == b->frames;
    const char **mine;
    for (size_t i = 0; same && (mine = string_at((struct strobe_action *)a, i)) != NULL; i++) {
        same = same_text(*mine, *string_at((struct strobe_action *)b, i));
    }
    return same;
}

void strobe_action_free(struct strobe_action *action)
{
    const char **place;
    for (size_t i = 0; action != NULL && (place = string_at(action, i)) != NULL; i++) {
        free((char *)*place);
    }
    free(action);
}
