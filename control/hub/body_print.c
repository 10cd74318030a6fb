#include "hub/body_print.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 4, EQUAL = 1000 };

static uint64_t mix(uint64_t print, uint64_t with)
{
    print = (print ^ with) * 0x9E3779B97F4A7C15ULL;
    return print ^ (print >> 29);
}

static uint64_t mix_text(uint64_t print, const char *text)
{
    for (; *text != '\0'; text++) {
        print = (print ^ (unsigned char)*text) * 0x100000001B3ULL;
    }
    return mix(print, 0xFF);
}

/* The value alone. */
static uint64_t print_of(json_t *value)
{
    static const char *const members[] = {"type", "text", "cut", "dtype"};
    uint64_t print = 0xCBF29CE484222325ULL;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        print = mix_text(print, strobe_body_text(value, members[i]));
    }
    return mix(print, (uint64_t)json_integer_value(json_object_get(value, "size")));
}

static uint64_t with_children(const struct strobe_body *body, json_t *value, uint64_t print, const uint64_t *before)
{
    struct strobe_body_child child;
    size_t count = strobe_body_children(value), values = strobe_body_count(body);
    for (size_t i = 0; i < count; i++) {
        if (!strobe_body_child(value, i, &child)) {
            continue;
        }
        print = mix(print, (uint64_t)child.part + 1);
        print = child.name != NULL ? mix_text(print, child.name) : print;
        print = (size_t)child.key < values ? mix(print, before[child.key]) : print;
        print = (size_t)child.ref < values ? mix(print, before[child.ref]) : print;
    }
    return print;
}

uint64_t *strobe_body_prints(const struct strobe_body *body)
{
    size_t count = strobe_body_count(body);
    uint64_t *alone = calloc(count + 1, sizeof *alone), *before = calloc(count + 1, sizeof *before),
             *after = calloc(count + 1, sizeof *after);
    if (alone == NULL || before == NULL || after == NULL) {
        free(alone);
        free(before);
        free(after);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        alone[i] = before[i] = print_of(strobe_body_value(body, (int64_t)i));
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < count; i++) {
            after[i] = with_children(body, strobe_body_value(body, (int64_t)i), alone[i], before);
        }
        uint64_t *swap = before;
        before = after;
        after = swap;
    }
    free(alone);
    free(after);
    return before;
}

static uint64_t print_at(const struct strobe_body *body, const uint64_t *prints, int64_t ref)
{
    return ref >= 0 && (size_t)ref < strobe_body_count(body) ? prints[ref] : 0;
}

int strobe_body_likeness(const struct strobe_body *left, const uint64_t *left_prints, int64_t left_ref,
                         const struct strobe_body *right, const uint64_t *right_prints, int64_t right_ref)
{
    json_t *a = strobe_body_value(left, left_ref), *b = strobe_body_value(right, right_ref);
    if (a == NULL || b == NULL || strcmp(strobe_body_text(a, "type"), strobe_body_text(b, "type")) != 0) {
        return -1;
    }
    if (left_prints[left_ref] == right_prints[right_ref]) {
        return EQUAL;
    }
    size_t left_count = strobe_body_children(a), right_count = strobe_body_children(b);
    size_t most = left_count > right_count ? left_count : right_count;
    size_t least = left_count < right_count ? left_count : right_count, equal = 0;
    for (size_t i = 0; i < least; i++) {
        struct strobe_body_child x, y;
        equal += strobe_body_child(a, i, &x) && strobe_body_child(b, i, &y) &&
                 print_at(left, left_prints, x.ref) == print_at(right, right_prints, y.ref) &&
                 print_at(left, left_prints, x.key) == print_at(right, right_prints, y.key);
    }
    return most > 0 ? 10 + (int)(equal * (EQUAL - 100) / most) : 1;
}
