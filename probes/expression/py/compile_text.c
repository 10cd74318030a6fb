/*
 * f-strings and templates. An f-string is CPython's tree; a template is read here, so that its fields may hold any
 * quotes on every version, and each field is parsed by CPython.
 */
#include <string.h>

#include "probes/expression/py/compiler.h"

/* Texts that wait on the stack to be joined; joined in parts so that any number fits. */
enum { PIECES_MAX = 8 };

static int put_piece(struct strobe_compiler *c, int *pieces)
{
    if (++*pieces < PIECES_MAX) {
        return 0;
    }
    *pieces = 1;
    return strobe_emit(c, STROBE_OP_JOIN, PIECES_MAX);
}

int strobe_emit_joined(struct strobe_compiler *c, PyObject *node)
{
    PyObject *values = strobe_syntax_field(node, "values");
    Py_ssize_t count = strobe_syntax_count(values);
    int pieces = 0;
    int status = 0;
    for (Py_ssize_t i = 0; status >= 0 && i < count; i++) {
        status = strobe_emit_expression(c, PyList_GET_ITEM(values, i));
        status = status < 0 ? status : put_piece(c, &pieces);
    }
    return status < 0 ? status : strobe_emit(c, STROBE_OP_JOIN, pieces);
}

int strobe_emit_formatted(struct strobe_compiler *c, PyObject *node)
{
    PyObject *conversion = strobe_syntax_field(node, "conversion");
    PyObject *spec = strobe_syntax_field(node, "format_spec");
    long converted = conversion != NULL && PyLong_Check(conversion) ? PyLong_AsLong(conversion) : -1;
    bool has_spec = spec != NULL && spec != Py_None;
    int status = strobe_emit_expression(c, strobe_syntax_field(node, "value"));
    if (status >= 0 && has_spec) {
        status = strobe_emit_expression(c, spec);
    }
    return status < 0 ? status : strobe_emit_with(c, STROBE_OP_FORMAT, converted > 0 ? (int)converted : 0, has_spec, 0);
}

/* ---- Templates ---- */

static int emit_template(struct strobe_compiler *c, size_t *at, bool is_spec);

/* Literal text [from, to) of the source, without what doubles its braces. */
static int emit_text(struct strobe_compiler *c, size_t from, size_t to, int *pieces)
{
    char text[STROBE_CONDITION_BYTES_MAX];
    size_t size = 0;
    if (from == to) {
        return 0;
    }
    for (size_t i = from; i < to; i++) {
        char byte = c->source->text[i]; /* not parsed: a $ in text stays one */
        text[size++] = byte;
        i += (byte == '{' || byte == '}') && i + 1 < to && c->source->text[i + 1] == byte;
    }
    PyObject *literal = PyUnicode_DecodeUTF8(text, (Py_ssize_t)size, "replace");
    if (literal == NULL) {
        PyErr_Clear();
        return strobe_error_set(c->error, STROBE_ENOMEM, "out of memory");
    }
    int status = strobe_emit_constant(c, literal);
    Py_DECREF(literal);
    return status < 0 ? status : put_piece(c, pieces);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n';
}

/* Whether code [at, *end) is followed by `=`, to show itself; then `end` is moved before it. */
static bool shows_itself(const struct strobe_compiler *c, size_t at, size_t *end)
{
    size_t stop = *end;
    while (stop > at && is_blank(c->source->parsed[stop - 1])) {
        stop--;
    }
    if (stop < at + 2 || c->source->parsed[stop - 1] != '=' || strchr("=!<>", c->source->parsed[stop - 2]) != NULL) {
        return false;
    }
    *end = stop - 1;
    return true;
}

/* Compile code [at, end) of the source. */
static int emit_code(struct strobe_compiler *c, size_t at, size_t end)
{
    PyObject *tree = strobe_syntax_parse(c, at, end - at);
    if (tree == NULL) {
        return STROBE_ESYNTAX;
    }
    int status = strobe_emit_expression(c, strobe_syntax_field(tree, "body"));
    Py_DECREF(tree);
    return status;
}

/* After the code of a field: `!r`, and whether a `:` follows. @return the conversion or a negative code */
static int read_conversion(struct strobe_compiler *c, size_t *at, bool *ret_has_spec)
{
    const char *text = c->source->parsed;
    int conversion = 0;
    if (text[*at] == '!') {
        conversion = (unsigned char)text[*at + 1];
        if (conversion == '\0' || strchr("sra", conversion) == NULL) {
            return strobe_compiler_refuse_at(c, *at, STROBE_ESYNTAX, "after '!' there must be s, r or a");
        }
        *at += 2;
    }
    *ret_has_spec = text[*at] == ':';
    if (text[*at] != ':' && text[*at] != '}') {
        return strobe_compiler_refuse_at(c, *at, STROBE_ESYNTAX,
                                         "the field has no end; close it with '}', and write '{{' for a brace");
    }
    *at += 1;
    return conversion;
}

/* A field whose code begins at `*at`, which is moved behind its `}`. */
static int emit_field(struct strobe_compiler *c, size_t *at, int *pieces)
{
    size_t begin = *at;
    size_t end = strobe_source_code_end(c->source, begin);
    size_t after = end;
    bool has_spec = false;
    bool itself = shows_itself(c, begin, &end);
    int conversion = read_conversion(c, &after, &has_spec);
    if (conversion < 0) {
        return conversion;
    }
    int status = 0;
    if (itself) {
        size_t shown = strobe_source_code_end(c->source, begin);
        status = emit_text(c, begin, shown, pieces);
        conversion = conversion == 0 && !has_spec ? 'r' : conversion;
    }
    status = status < 0 ? status : emit_code(c, begin, end);
    if (status >= 0 && has_spec) {
        status = emit_template(c, &after, true);
    }
    *at = after;
    status = status < 0 ? status : strobe_emit_with(c, STROBE_OP_FORMAT, conversion, has_spec, 0);
    return status < 0 ? status : put_piece(c, pieces);
}

/* Text with fields from `*at`, which is moved to the end, or of a spec behind its `}`. Leaves one text. */
static int emit_template(struct strobe_compiler *c, size_t *at, bool is_spec)
{
    const char *text = c->source->parsed;
    size_t begin = *at;
    int pieces = 0;
    int status = 0;
    if (++c->depth > STROBE_PROGRAM_NESTING_MAX) {
        return strobe_error_set(c->error, STROBE_ELIMIT, "the template is nested too deep");
    }
    while (status >= 0 && *at < c->source->size && !(is_spec && text[*at] == '}')) {
        char byte = text[*at];
        if ((byte == '{' || byte == '}') && text[*at + 1] == byte && !is_spec) {
            *at += 2;
        } else if (byte == '{') {
            status = emit_text(c, begin, *at, &pieces);
            *at += 1;
            status = status < 0 ? status : emit_field(c, at, &pieces);
            begin = *at;
        } else if (byte == '}') {
            return strobe_compiler_refuse_at(c, *at, STROBE_ESYNTAX, "a single '}'; write '}}' for a brace");
        } else {
            *at += 1;
        }
    }
    status = status < 0 ? status : emit_text(c, begin, *at, &pieces);
    if (status >= 0 && is_spec && text[*at] != '}') {
        return strobe_compiler_refuse_at(c, *at, STROBE_ESYNTAX, "the field has no end; close it with '}'");
    }
    *at += is_spec;
    c->depth--;
    return status < 0 ? status : strobe_emit(c, STROBE_OP_JOIN, pieces);
}

int strobe_emit_template(struct strobe_compiler *c)
{
    size_t at = 0;
    return emit_template(c, &at, false);
}
