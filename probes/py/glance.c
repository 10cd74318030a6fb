#include "probes/py/glance.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { VARIABLES_MAX = 12 };

struct piece {
    const char *start;
    size_t size;
};

static bool is_name_start(char byte)
{
    return isalpha((unsigned char)byte) || byte == '_' || (byte & 0x80) != 0;
}

static bool is_name_byte(char byte)
{
    return is_name_start(byte) || isdigit((unsigned char)byte);
}

static bool is_keyword(struct piece piece)
{
    static const char *const words[] = {"and",  "or",   "not", "in",  "is",    "if",     "else", "for",
                                        "True", "None", "any", "all", "False", "lambda", "await"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i]) == piece.size && strncmp(words[i], piece.start, piece.size) == 0) {
            return true;
        }
    }
    return false;
}

/* The end of the text in quotes that begins at `at`. */
static const char *skip_quoted(const char *at)
{
    char quote = *at++;
    while (*at != '\0' && *at != quote) {
        at += *at == '\\' && at[1] != '\0' ? 2 : 1;
    }
    return *at != '\0' ? at + 1 : at;
}

/* `a.b.c` from `at` on, without a last part that is called. */
static struct piece read_chain(const char *at, const char **ret_next)
{
    struct piece piece = {at, 0};
    const char *whole = at; /* end of what is known not to be called */
    for (;;) {
        while (is_name_byte(*at)) {
            at++;
        }
        const char *behind = at + strspn(at, " ");
        if (*behind == '(') {
            break;
        }
        whole = at;
        if (*at != '.' || !is_name_start(at[1])) {
            break;
        }
        at++;
    }
    piece.size = (size_t)(whole - piece.start);
    *ret_next = at;
    return piece;
}

static bool is_known(const struct piece *pieces, size_t count, struct piece piece)
{
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].size == piece.size && strncmp(pieces[i].start, piece.start, piece.size) == 0) {
            return true;
        }
    }
    return false;
}

static size_t find_pieces(const char *condition, struct piece *pieces)
{
    size_t count = 0;
    const char *at = condition;
    while (*at != '\0' && count < VARIABLES_MAX) {
        if (*at == '\'' || *at == '"') {
            at = skip_quoted(at);
        } else if (*at == '$') {
            at++;
            while (is_name_byte(*at)) {
                at++;
            }
        } else if (is_name_start(*at)) {
            struct piece piece = read_chain(at, &at);
            if (piece.size > 0 && !is_keyword(piece) && !is_known(pieces, count, piece)) {
                pieces[count++] = piece;
            }
        } else if (isdigit((unsigned char)*at)) {
            while (is_name_byte(*at) || *at == '.') {
                at++; /* 1e5, 0xff */
            }
        } else {
            at++;
        }
    }
    return strstr(condition, " for ") == NULL ? count : 0;
}

size_t strobe_glance_template(const char *condition, char *ret_template, size_t size)
{
    struct piece pieces[VARIABLES_MAX];
    size_t count = find_pieces(condition, pieces);
    size_t used = 0;
    size_t written = 0;
    for (size_t i = 0; i < count; i++) {
        int width = (int)pieces[i].size;
        int wrote = snprintf(ret_template + used, size - used, "%s%.*s = {%.*s!r}", written > 0 ? ", " : "", width,
                             pieces[i].start, width, pieces[i].start);
        if (wrote < 0 || (size_t)wrote >= size - used) {
            ret_template[used] = '\0';
            break;
        }
        used += (size_t)wrote;
        written++;
    }
    return written;
}
