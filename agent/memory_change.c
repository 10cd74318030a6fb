#include "agent/memory_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strobe/limits.h"

enum { LINE_BYTES = STROBE_PATH_BYTES_MAX + 16 };

struct change {
    const struct strobe_memory_places *holder; /* of the lines */
    const struct strobe_memory_place *place;
    int64_t bytes, blocks, bytes_change, blocks_change;
};

static int by_change(const void *a, const void *b)
{
    const struct change *first = a, *second = b;
    int64_t x = llabs(first->bytes_change), y = llabs(second->bytes_change);
    if (x == y) {
        x = first->bytes, y = second->bytes;
    }
    return (x < y) - (x > y);
}

static size_t list_changes(const struct strobe_memory_places *now, const struct strobe_memory_places *before,
                           struct change *changes)
{
    size_t count = 0;
    for (size_t i = 0; i < now->count; i++) {
        const struct strobe_memory_place *place = &now->places[i];
        const struct strobe_memory_place *old = before != NULL ? strobe_memory_places_find(before, place->print) : NULL;
        changes[count++] = (struct change){now,
                                           place,
                                           place->bytes,
                                           place->blocks,
                                           place->bytes - (old != NULL ? old->bytes : 0),
                                           place->blocks - (old != NULL ? old->blocks : 0)};
    }
    for (size_t i = 0; before != NULL && i < before->count; i++) {
        const struct strobe_memory_place *old = &before->places[i];
        if (strobe_memory_places_find(now, old->print) == NULL) {
            changes[count++] = (struct change){before, old, 0, 0, -old->bytes, -old->blocks};
        }
    }
    return count;
}

static bool fill_row(const struct change *change, struct strobe_wire_memory_row *row)
{
    row->bytes = change->bytes;
    row->blocks = change->blocks;
    row->bytes_change = change->bytes_change;
    row->blocks_change = change->blocks_change;
    row->lines = calloc(change->place->lines_count + 1, sizeof(char *));
    for (size_t i = 0; row->lines != NULL && i < change->place->lines_count; i++) {
        const struct strobe_memory_line *line = &change->holder->lines[change->place->first_line + i];
        char text[LINE_BYTES];
        snprintf(text, sizeof text, "%.*s:%d", STROBE_PATH_BYTES_MAX - 16, change->holder->files[line->file],
                 line->line);
        char *copy = strdup(text);
        if (copy != NULL) {
            row->lines[row->lines_count++] = copy;
        }
    }
    return row->lines != NULL;
}

static int fill_rows(const struct strobe_memory_places *now, const struct strobe_memory_places *before, size_t top,
                     struct strobe_wire_memory *answer)
{
    size_t most = now->count + (before != NULL ? before->count : 0);
    struct change *changes = calloc(most + 1, sizeof *changes);
    answer->rows = calloc(top + 1, sizeof *answer->rows);
    if (changes == NULL || answer->rows == NULL) {
        free(changes);
        return STROBE_ENOMEM;
    }
    size_t count = list_changes(now, before, changes);
    qsort(changes, count, sizeof *changes, by_change);
    for (size_t i = 0; i < count && answer->rows_count < top; i++) {
        answer->rows_count += fill_row(&changes[i], &answer->rows[answer->rows_count]);
    }
    free(changes);
    return 0;
}

int strobe_memory_compare(const struct strobe_memory_places *now, const struct strobe_memory_places *before,
                          bool by_line, size_t top, struct strobe_wire_memory *answer)
{
    struct strobe_memory_places *now_lines = by_line ? strobe_memory_places_by_line(now) : NULL;
    struct strobe_memory_places *before_lines = by_line && before != NULL ? strobe_memory_places_by_line(before) : NULL;
    int status = by_line && now_lines == NULL
                     ? STROBE_ENOMEM
                     : fill_rows(by_line ? now_lines : now, by_line ? before_lines : before, top, answer);
    answer->bytes = now->bytes;
    answer->blocks = now->blocks;
    answer->bytes_change = now->bytes - (before != NULL ? before->bytes : 0);
    answer->blocks_change = now->blocks - (before != NULL ? before->blocks : 0);
    answer->cut = now->cut || (before != NULL && before->cut);
    strobe_memory_places_free(now_lines);
    strobe_memory_places_free(before_lines);
    return status;
}
