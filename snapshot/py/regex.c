/* Patterns and matches of re: re.compile('a+', 0), <re.Match (0, 3) 'aaa'>. */
#include "base/py/attribute.h"
#include "base/py/integer.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/name.h"
#include "snapshot/py/pieces.h"

enum { UNICODE_FLAG = 32 }; /* re.UNICODE: set on every pattern of str */

/* re.Pattern and re.Match, private to sre.h: the same from 3.11 to 3.15 as far as they are read. */
struct pattern_object {
    PyVarObject ob_base;
    Py_ssize_t groups;
    PyObject *group_index, *index_group, *pattern;
    int flags;
};

struct match_object {
    PyVarObject ob_base;
    PyObject *string, *regs;
    struct pattern_object *pattern;
    Py_ssize_t from, to, last_index, groups;
    Py_ssize_t marks[2]; /* begin and end of the whole match, then those of the groups */
};

static void add_flags(struct strobe_pieces *pieces, int flags)
{
    static const struct {
        int flag;
        const char *name;
    } known[] = {{2, "re.IGNORECASE"}, {4, "re.LOCALE"},   {8, "re.MULTILINE"},
                 {16, "re.DOTALL"},    {64, "re.VERBOSE"}, {256, "re.ASCII"}};
    const char *between = ", ";
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if ((flags & known[i].flag) != 0) {
            strobe_pieces_text(pieces, between);
            strobe_pieces_text(pieces, known[i].name);
            between = "|";
        }
    }
}

static bool write_pattern(struct strobe_value *value)
{
    const struct pattern_object *pattern = (const struct pattern_object *)value->object;
    struct strobe_pieces pieces;
    strobe_pieces_begin(&pieces, value);
    strobe_pieces_text(&pieces, "re.compile(");
    strobe_pieces_object(&pieces, pattern->pattern);
    add_flags(&pieces, pattern->flags & ~UNICODE_FLAG);
    strobe_pieces_text(&pieces, ")");
    strobe_pieces_end(&pieces);
    return true;
}

static bool write_match(struct strobe_value *value)
{
    const struct match_object *match = (const struct match_object *)value->object;
    struct strobe_pieces pieces;
    strobe_pieces_begin(&pieces, value);
    strobe_pieces_text(&pieces, "<re.Match object; span=(");
    strobe_pieces_int(&pieces, match->marks[0]);
    strobe_pieces_text(&pieces, ", ");
    strobe_pieces_int(&pieces, match->marks[1]);
    strobe_pieces_text(&pieces, ")");
    if (match->string != NULL && (PyUnicode_Check(match->string) || PyBytes_Check(match->string))) {
        strobe_pieces_text(&pieces, ", match=");
        strobe_pieces_slice(&pieces, match->string, match->marks[0], match->marks[1]);
    }
    strobe_pieces_text(&pieces, ">");
    strobe_pieces_end(&pieces);
    return true;
}

#define WHOLE (STROBE_KIND_NATIVE | STROBE_KIND_WHOLE)
const struct strobe_kind strobe_kinds_regex[] = {
    {"re.Pattern", WHOLE, 0, write_pattern},
    {"re.Match", WHOLE, 0, write_match},
    {NULL, 0, 0, NULL},
};
