/*
 * A match in PCRE2 is bounded thrice: by its match limit (which counts anew for each place where a match may begin), by
 * a callout before each item of the pattern, which counts over all places and adds the distance that was run over
 * between two of them, and by the memory for backtracking, which comes from a block of our own.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "probes/expression/pattern.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "probes/expression/pattern_syntax.h"

enum { HEAP_BLOCKS_MAX = 16, ALIGNMENT = 16, BYTES_PER_STEP = 16, CLASS_ITEMS_PER_STEP = 4, FOLDED_ITEMS = 8 };

/* Memory that PCRE2 takes while it matches: first fit in one block, in order of place. One for all patterns. */
static struct heap {
    unsigned char *bytes;
    int users; /* patterns there are */
    int count;
    struct {
        size_t start, end;
    } blocks[HEAP_BLOCKS_MAX];
} shared_heap;

struct strobe_pattern {
    pcre2_code *code;
    int64_t weight;         /* of looking at one character, in steps */
    int64_t steps_per_item; /* what one item may run over without a callout */
    bool has_references;
};

/* ---- Memory ---- */

static int heap_join(struct heap *heap)
{
    if (heap->users == 0) {
        heap->bytes = malloc(STROBE_EXPRESSION_PATTERN_HEAP_BYTES);
    }
    heap->users += heap->bytes != NULL;
    return heap->bytes != NULL ? 0 : STROBE_ENOMEM;
}

static void heap_leave(struct heap *heap)
{
    if (--heap->users == 0) {
        free(heap->bytes);
        heap->bytes = NULL;
    }
}

static void *heap_take(size_t size, void *data)
{
    struct heap *heap = data;
    size_t start = 0;
    int place = 0;
    if (size > STROBE_EXPRESSION_PATTERN_HEAP_BYTES || heap->count == HEAP_BLOCKS_MAX) {
        return NULL;
    }
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    while (place < heap->count && heap->blocks[place].start - start < size) {
        start = heap->blocks[place++].end;
    }
    if (size > STROBE_EXPRESSION_PATTERN_HEAP_BYTES - start) {
        return NULL;
    }
    memmove(&heap->blocks[place + 1], &heap->blocks[place], (size_t)(heap->count - place) * sizeof heap->blocks[0]);
    heap->blocks[place].start = start;
    heap->blocks[place].end = start + size;
    heap->count++;
    return heap->bytes + start;
}

static void heap_give(void *bytes, void *data)
{
    struct heap *heap = data;
    for (int i = 0; bytes != NULL && i < heap->count; i++) {
        if (heap->bytes + heap->blocks[i].start == bytes) {
            heap->count--;
            memmove(&heap->blocks[i], &heap->blocks[i + 1], (size_t)(heap->count - i) * sizeof heap->blocks[0]);
            return;
        }
    }
}

/* ---- Compiling ---- */

static int compile_code(struct strobe_pattern *pattern, const struct strobe_pattern_syntax *syntax,
                        struct strobe_error *error)
{
    int status;
    PCRE2_SIZE where;
    uint32_t references = 0;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context == NULL) {
        return STROBE_ENOMEM;
    }
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(context, STROBE_EXPRESSION_PATTERN_NESTING_MAX);
    uint32_t options = PCRE2_UTF | PCRE2_AUTO_CALLOUT | PCRE2_NEVER_BACKSLASH_C | PCRE2_ALT_CIRCUMFLEX;
    /* With (?=a)b?a the quick search for a start wants two a (seen in 10.42). */
    options |= syntax->has_lookahead ? PCRE2_NO_START_OPTIMIZE : 0;
    options |= syntax->ascii ? 0 : PCRE2_UCP;
    options |= syntax->ignore_case ? PCRE2_CASELESS : 0;
    options |= syntax->multi_line ? PCRE2_MULTILINE : 0;
    options |= syntax->dot_all ? PCRE2_DOTALL : 0;
    pattern->code = pcre2_compile((PCRE2_SPTR)syntax->text, syntax->size, options, &status, &where, context);
    pcre2_compile_context_free(context);
    if (pattern->code == NULL) {
        PCRE2_UCHAR message[120];
        pcre2_get_error_message(status, message, sizeof message);
        return status == PCRE2_ERROR_NOMEMORY
                   ? STROBE_ENOMEM
                   : strobe_error_set(error, STROBE_ESYNTAX, "the pattern: %s", (const char *)message);
    }
    pcre2_pattern_info(pattern->code, PCRE2_INFO_BACKREFMAX, &references);
    pattern->has_references = references > 0;
    /* Folding case may make many ranges of one. */
    pattern->weight = 1 + syntax->largest_class * (syntax->folds_case ? FOLDED_ITEMS : 1) / CLASS_ITEMS_PER_STEP;
    pattern->steps_per_item = pattern->weight * (1 + syntax->largest_count / BYTES_PER_STEP);
    return 0;
}

int strobe_pattern_compile(const char *text, size_t size, struct strobe_pattern **ret_pattern,
                           struct strobe_error *error)
{
    struct strobe_pattern_syntax *syntax = malloc(sizeof *syntax);
    struct strobe_pattern *pattern = calloc(1, sizeof *pattern);
    int status = syntax == NULL || pattern == NULL ? STROBE_ENOMEM : 0;
    if (status == 0) {
        status = strobe_pattern_translate(text, size, syntax, error);
    }
    if (status == 0) {
        status = compile_code(pattern, syntax, error);
    }
    free(syntax);
    if (status == 0) {
        status = heap_join(&shared_heap);
    }
    if (status < 0) {
        if (pattern != NULL) {
            pcre2_code_free(pattern->code);
        }
        free(pattern);
        return strobe_error_set(error, status, "the pattern cannot be compiled: memory is exhausted");
    }
    *ret_pattern = pattern;
    return 0;
}

void strobe_pattern_free(struct strobe_pattern *pattern)
{
    if (pattern == NULL) {
        return;
    }
    pcre2_code_free(pattern->code);
    free(pattern);
    heap_leave(&shared_heap);
}

/* ---- Matching ---- */

struct meter {
    int64_t left;
    int64_t weight;
    int64_t per_item;
    PCRE2_SIZE last; /* where the subject was read at the callout before */
};

static int count_step(pcre2_callout_block *block, void *data)
{
    struct meter *meter = data;
    PCRE2_SIZE now = block->current_position;
    PCRE2_SIZE distance = now > meter->last ? now - meter->last : 0;
    meter->last = now;
    meter->left -= meter->per_item + (int64_t)(distance / BYTES_PER_STEP) * meter->weight;
    return meter->left < 0 ? PCRE2_ERROR_MATCHLIMIT : 0;
}

static int run(const pcre2_code *code, const char *subject, size_t size, struct meter *meter)
{
    shared_heap.count = 0; /* all that a match takes is forgotten when it is over */
    pcre2_general_context *general = pcre2_general_context_create(heap_take, heap_give, &shared_heap);
    /* The matcher takes its memory by the context of the match data or of the match, as the version pleases. */
    pcre2_match_context *context = general != NULL ? pcre2_match_context_create(general) : NULL;
    pcre2_match_data *data = context != NULL ? pcre2_match_data_create(1, general) : NULL;
    if (data == NULL) {
        return PCRE2_ERROR_NOMEMORY;
    }
    pcre2_set_callout(context, count_step, meter);
    pcre2_set_match_limit(context, meter->left < UINT32_MAX ? (uint32_t)meter->left : UINT32_MAX);
    pcre2_set_heap_limit(context, STROBE_EXPRESSION_PATTERN_HEAP_BYTES / 1024);
    return pcre2_match(code, (PCRE2_SPTR)subject, size, 0, PCRE2_NO_UTF_CHECK, data, context);
}

int strobe_pattern_match(struct strobe_pattern *pattern, const char *subject, size_t size, int64_t *budget,
                         bool *ret_matched)
{
    if (*budget <= 0) {
        return STROBE_ELIMIT;
    }
    /* One pass over the subject, which needs no callout, is counted before: the search for the first character, or a
     * repeated class. */
    int64_t pass = (int64_t)(size / BYTES_PER_STEP) * pattern->weight;
    struct meter meter = {*budget - 1 - pass, pattern->weight, pattern->steps_per_item, 0};
    if (pattern->has_references) { /* a group may be as long as the subject, and is compared without a callout */
        meter.per_item += (int64_t)(size / BYTES_PER_STEP);
    }
    int status = meter.left < 0 ? PCRE2_ERROR_MATCHLIMIT : run(pattern->code, subject, size, &meter);
    *budget = meter.left < 0 ? 0 : meter.left;
    if (status >= 0 || status == PCRE2_ERROR_NOMATCH) {
        *ret_matched = status >= 0;
        return 0;
    }
    return STROBE_ELIMIT;
}
