#include "probes/expression/py/nearest.h"

#include <stddef.h>
#include <string.h>

#include "probes/expression/py/function.h"

enum { WORD_MAX = 31 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters to insert, remove, replace or exchange with their neighbour, to make `b` of `a`. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1];
    size_t a_size = strlen(a), b_size = strlen(b);
    if (a_size > WORD_MAX || b_size > WORD_MAX) {
        return WORD_MAX;
    }
    for (size_t j = 0; j <= b_size; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a_size; i++) {
        size_t *row = rows[i % 3], *before = rows[(i - 1) % 3], *second = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            row[j] = least(least(before[j] + 1, row[j - 1] + 1), before[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], second[j - 2] + 1);
            }
        }
    }
    return rows[a_size % 3][b_size];
}

static void search(const struct strobe_function_entry *table, const char *name, const char **best,
                   size_t *best_distance)
{
    for (; table->name != NULL; table++) {
        size_t found = distance(name, table->name);
        if (found < *best_distance) {
            *best_distance = found;
            *best = table->name;
        }
    }
}

static size_t allowed_distance(const char *name)
{
    return strlen(name) <= 4 ? 1 : 2;
}

const char *strobe_nearest_function(const char *name)
{
    const char *best = NULL;
    size_t best_distance = allowed_distance(name) + 1;
    search(strobe_builtin_functions, name, &best, &best_distance);
    return best;
}

const char *strobe_nearest_method(const char *name)
{
    static const struct strobe_function_entry *const tables[] = {
        strobe_text_methods, strobe_dict_methods,  strobe_list_methods,
        strobe_set_methods,  strobe_bytes_methods, strobe_number_methods,
    };
    const char *best = NULL;
    size_t best_distance = allowed_distance(name) + 1;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        search(tables[i], name, &best, &best_distance);
    }
    return best;
}
