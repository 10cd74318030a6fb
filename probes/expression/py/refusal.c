/* What is refused, with its place, the reason, and what to write instead; and what is found while explaining. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/expression/py/compiler.h"
#include "probes/expression/py/nearest.h"

/* ---- Findings ---- */

static void copy_text(char *ret_text, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (length >= size) {
        for (length = size - 1; length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80;) {
            length--;
        }
    }
    memcpy(ret_text, text, length);
    ret_text[length] = '\0';
}

static int integer(PyObject *node, const char *name, int otherwise)
{
    PyObject *value = strobe_syntax_field(node, name);
    return value != NULL && PyLong_Check(value) ? (int)PyLong_AsLong(value) : otherwise;
}

static size_t end_of(const struct strobe_compiler *c, PyObject *node)
{
    return strobe_source_offset(c->source, integer(node, "end_lineno", 1), integer(node, "end_col_offset", 0));
}

/* Where a node begins; of an attribute, where its name does. */
static size_t offset_of(const struct strobe_compiler *c, PyObject *node)
{
    PyObject *name = strobe_syntax_is(node, "Attribute") ? strobe_syntax_field(node, "attr") : NULL;
    const char *text = name != NULL ? PyUnicode_AsUTF8(name) : NULL;
    if (text != NULL) {
        size_t end = end_of(c, node), size = strlen(text);
        if (end >= size && memcmp(c->source->text + end - size, text, size) == 0) {
            return end - size;
        }
    }
    PyErr_Clear();
    return strobe_source_offset(c->source, integer(node, "lineno", 1), integer(node, "col_offset", 0));
}

static struct strobe_finding *add(struct strobe_compiler *c, enum strobe_finding_kind kind, size_t from, size_t to)
{
    struct strobe_explanation *explanation = c->explanation;
    if (explanation == NULL || explanation->count >= STROBE_FINDINGS_MAX) {
        return NULL;
    }
    struct strobe_finding *finding = &explanation->findings[explanation->count++];
    struct strobe_place start = strobe_source_place(c->source, from);
    struct strobe_place end = strobe_source_place(c->source, to > from ? to : from);
    memset(finding, 0, sizeof *finding);
    finding->kind = kind;
    finding->line = start.line;
    finding->column = start.column;
    finding->end_line = end.line;
    finding->end_column = end.column;
    return finding;
}

void strobe_compiler_note(struct strobe_compiler *c, PyObject *node, enum strobe_finding_kind kind, const char *name)
{
    struct strobe_finding *finding = c->explanation != NULL ? add(c, kind, offset_of(c, node), end_of(c, node)) : NULL;
    if (finding != NULL) {
        copy_text(finding->name, sizeof finding->name, name != NULL ? name : "");
    }
}

/* ---- Refusals ---- */

static int set_error(struct strobe_compiler *c, size_t offset, int code, const char *message)
{
    struct strobe_place place = strobe_source_place(c->source, offset);
    if (place.line > 1) {
        return strobe_error_set(c->error, code, "line %d, column %d: %s", place.line, place.column, message);
    }
    return strobe_error_set(c->error, code, "column %d: %s", place.column, message);
}

int strobe_compiler_refuse_at(struct strobe_compiler *c, size_t offset, int code, const char *message)
{
    struct strobe_finding *finding = add(c, STROBE_FINDING_REFUSED, offset, offset + 1);
    if (finding != NULL) {
        copy_text(finding->message, sizeof finding->message, message);
    }
    return set_error(c, offset, code, message);
}

int strobe_compiler_refuse(struct strobe_compiler *c, PyObject *node, int code, const char *suggestion,
                           const char *format, ...)
{
    char message[2 * STROBE_ERROR_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    size_t offset = offset_of(c, node);
    struct strobe_finding *finding = add(c, STROBE_FINDING_REFUSED, offset, end_of(c, node));
    if (finding != NULL) {
        copy_text(finding->message, sizeof finding->message, message);
        copy_text(finding->suggestion, sizeof finding->suggestion, suggestion != NULL ? suggestion : "");
    }
    set_error(c, offset, code, message);
    return c->explanation != NULL ? strobe_emit_constant(c, Py_None) : code;
}

int strobe_compiler_check_secret(struct strobe_compiler *c, PyObject *node, PyObject *name)
{
    Py_ssize_t size;
    const char *text = name != NULL && PyUnicode_Check(name) ? PyUnicode_AsUTF8AndSize(name, &size) : NULL;
    if (text == NULL) {
        PyErr_Clear();
        int status = strobe_compiler_refuse(c, node, STROBE_ESYNTAX, NULL, "a name that is not UTF-8");
        return status < 0 ? status : 1;
    }
    if (c->is_secret == NULL || !c->is_secret(text, (size_t)size)) {
        return 0;
    }
    int status = strobe_compiler_refuse(c, node, STROBE_EDENIED, NULL,
                                        "'%.60s' is redacted by its name; expressions cannot read it", text);
    return status < 0 ? status : 1;
}

/* Calls that people try, and what they may write. */
static const struct {
    const char *name;
    const char *why;
} known_calls[] = {
    {"print", "an expression only reads; use a probe with the action log"},
    {"open", "an expression only reads memory"},
    {"input", "an expression only reads memory"},
    {"eval", "write the expression itself"},
    {"exec", "an expression cannot run statements"},
    {"compile", "an expression cannot run code"},
    {"next", "it would advance an iterator of the program; index a list instead"},
    {"iter", "an expression walks containers itself: write a comprehension"},
    {"setattr", "an expression only reads"},
    {"delattr", "an expression only reads"},
    {"super", "it would look up code; read the field"},
    {"callable", "use type(x).__name__"},
    {"dir", "name the field itself"},
    {"vars", "name the field itself"},
    {"locals", "name the variable itself"},
    {"globals", "name the variable itself"},
    {"__import__", "an expression cannot import"},
};

int strobe_compiler_refuse_function(struct strobe_compiler *c, PyObject *node, const char *name)
{
    for (size_t i = 0; i < sizeof known_calls / sizeof *known_calls; i++) {
        if (strcmp(known_calls[i].name, name) == 0) {
            return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, NULL, "'%s' cannot be called: %s", name,
                                          known_calls[i].why);
        }
    }
    const char *nearest = strobe_nearest_function(name);
    if (nearest != NULL) {
        return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, nearest,
                                      "'%.60s' is not one of the functions an expression may call; did you mean '%s'?",
                                      name, nearest);
    }
    return strobe_compiler_refuse(
        c, node, STROBE_EUNSUPPORTED, NULL,
        "'%.60s' is not one of the functions an expression may call: len, abs, min, max, sum, "
        "any, all, sorted, round, str, repr, int, float, isinstance ...",
        name);
}

int strobe_compiler_refuse_method(struct strobe_compiler *c, PyObject *node, const char *name)
{
    const char *nearest = strobe_nearest_method(name);
    if (nearest != NULL) {
        return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, nearest,
                                      "calling '%.60s' would run the program's code; did you mean '%s'?", name,
                                      nearest);
    }
    return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, NULL,
                                  "calling '%.60s' would run the program's code; read the field it uses", name);
}

/* ---- Words ---- */

const char *strobe_finding_word(enum strobe_finding_kind kind)
{
    static const char *const words[] = {
#define WORD(name, word) [STROBE_FINDING_##name] = (word),
        STROBE_FINDINGS(WORD)
#undef WORD
    };
    return (size_t)kind < sizeof words / sizeof *words ? words[kind] : "unknown";
}

const char *strobe_cost_word(enum strobe_cost cost)
{
    static const char *const words[] = {"fixed", "calls", "loops", "nested"};
    return (size_t)cost < sizeof words / sizeof *words ? words[cost] : "unknown";
}
