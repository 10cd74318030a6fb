/*
 * Comprehensions and generator arguments, as loops. Their variables live in registers that only they see; the first
 * container is evaluated outside, as in Python.
 */
#include <string.h>

#include "probes/expression/py/compiler.h"

enum { CONDITIONS_MAX = 8 };

enum search { SEARCH_NONE, SEARCH_ANY, SEARCH_ALL };

struct comprehension {
    PyObject *generators; /* list */
    Py_ssize_t count;
    PyObject *element; /* or the key of a dict */
    PyObject *value;   /* of a dict, or NULL */
    enum search search;
    int found;         /* the jump of a search that knows its answer */
    int first_visible; /* register of its first variable */
};

/* ---- Variables ---- */

static int declare_name(struct strobe_compiler *c, const struct comprehension *comprehension, PyObject *target)
{
    PyObject *name = strobe_syntax_field(target, "id");
    int status = strobe_compiler_check_secret(c, target, name);
    if (status < 0) {
        return status;
    }
    if (strobe_visible_register(c, name) >= comprehension->first_visible) {
        return 0;
    }
    if (c->visible_count >= STROBE_PROGRAM_REGISTERS_MAX) {
        return strobe_error_set(c->error, STROBE_ELIMIT, "comprehensions have at most %d variables",
                                STROBE_PROGRAM_REGISTERS_MAX);
    }
    c->visible[c->visible_count++] = name;
    if (c->visible_count > c->program->registers_count) {
        c->program->registers_count = (uint16_t)c->visible_count;
    }
    return 0;
}

static int declare(struct strobe_compiler *c, const struct comprehension *comprehension, PyObject *target)
{
    if (strobe_syntax_is(target, "Starred")) {
        target = strobe_syntax_field(target, "value");
    }
    if (strobe_syntax_is(target, "Name")) {
        return declare_name(c, comprehension, target);
    }
    if (!strobe_syntax_is(target, "Tuple") && !strobe_syntax_is(target, "List")) {
        int code = STROBE_EUNSUPPORTED;
        strobe_compiler_refuse(c, target, code, NULL, "this would change the program's data; use a variable");
        return code;
    }
    PyObject *items = strobe_syntax_field(target, "elts");
    int status = 0;
    for (Py_ssize_t i = 0; status >= 0 && i < strobe_syntax_count(items); i++) {
        status = declare(c, comprehension, PyList_GET_ITEM(items, i));
    }
    return status;
}

/* How the items of a target are unpacked. */
static int emit_unpack(struct strobe_compiler *c, PyObject *items)
{
    Py_ssize_t count = strobe_syntax_count(items);
    if (count > STROBE_PROGRAM_REGISTERS_MAX) {
        return strobe_error_set(c->error, STROBE_ELIMIT, "too many variables in a comprehension");
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        if (strobe_syntax_is(PyList_GET_ITEM(items, i), "Starred")) {
            return strobe_emit_with(c, STROBE_OP_UNPACK_REST, (int)i, (int)(count - 1 - i), 0);
        }
    }
    return strobe_emit(c, STROBE_OP_UNPACK, (int)count);
}

/* Take the value on the stack into the variables of `target`. */
static int emit_store(struct strobe_compiler *c, PyObject *target)
{
    if (strobe_syntax_is(target, "Starred")) {
        target = strobe_syntax_field(target, "value");
    }
    if (strobe_syntax_is(target, "Name")) {
        int place = strobe_visible_register(c, strobe_syntax_field(target, "id"));
        return strobe_emit(c, STROBE_OP_STORE, place < 0 ? 0 : place);
    }
    PyObject *items = strobe_syntax_field(target, "elts");
    int status = emit_unpack(c, items);
    for (Py_ssize_t i = 0; status >= 0 && i < strobe_syntax_count(items); i++) {
        status = emit_store(c, PyList_GET_ITEM(items, i));
    }
    return status;
}

/* ---- Loops ---- */

static int emit_body(struct strobe_compiler *c, struct comprehension *comprehension)
{
    int status = strobe_emit_expression(c, comprehension->element);
    if (comprehension->search != SEARCH_NONE) {
        enum strobe_op jump = comprehension->search == SEARCH_ANY ? STROBE_OP_JUMP_IF_TRUE : STROBE_OP_JUMP_IF_FALSE;
        comprehension->found = status < 0 ? status : strobe_emit_jump(c, jump);
        return comprehension->found < 0 ? comprehension->found : 0;
    }
    if (comprehension->value != NULL) {
        status = status < 0 ? status : strobe_emit_expression(c, comprehension->value);
        return status < 0 ? status : strobe_emit(c, STROBE_OP_INSERT, 0);
    }
    return status < 0 ? status : strobe_emit(c, STROBE_OP_APPEND, 0);
}

static int emit_loop(struct strobe_compiler *c, struct comprehension *comprehension, Py_ssize_t index);

/* `if ... if ...`, then what is within. Jumps that skip it land at its end. */
static int emit_inside(struct strobe_compiler *c, struct comprehension *comprehension, Py_ssize_t index)
{
    PyObject *generator = PyList_GET_ITEM(comprehension->generators, index);
    PyObject *conditions = strobe_syntax_field(generator, "ifs");
    Py_ssize_t count = strobe_syntax_count(conditions);
    int skips[CONDITIONS_MAX];
    if (count > CONDITIONS_MAX) {
        return strobe_error_set(c->error, STROBE_ELIMIT, "a 'for' has at most %d 'if'; join them with 'and'",
                                CONDITIONS_MAX);
    }
    int status = emit_store(c, strobe_syntax_field(generator, "target"));
    for (Py_ssize_t i = 0; status >= 0 && i < count; i++) {
        status = strobe_emit_expression(c, PyList_GET_ITEM(conditions, i));
        skips[i] = status = status < 0 ? status : strobe_emit_jump(c, STROBE_OP_JUMP_IF_FALSE);
    }
    if (status >= 0) {
        status =
            index + 1 < comprehension->count ? emit_loop(c, comprehension, index + 1) : emit_body(c, comprehension);
    }
    for (Py_ssize_t i = 0; status >= 0 && i < count; i++) {
        strobe_land(c, skips[i]);
    }
    return status;
}

/* The loop of generator `index`, whose container is on the stack for the first one. */
static int emit_loop(struct strobe_compiler *c, struct comprehension *comprehension, Py_ssize_t index)
{
    PyObject *generator = PyList_GET_ITEM(comprehension->generators, index);
    int status = index == 0 ? 0 : strobe_emit_expression(c, strobe_syntax_field(generator, "iter"));
    int loop = c->loops++;
    if (status >= 0 && loop >= STROBE_PROGRAM_LOOPS_MAX) {
        return strobe_error_set(c->error, STROBE_ELIMIT, "more than %d loops within one another",
                                STROBE_PROGRAM_LOOPS_MAX);
    }
    if (c->loops > c->program->loops_count) {
        c->program->loops_count = (uint16_t)c->loops;
    }
    status = status < 0 ? status : strobe_emit(c, STROBE_OP_LOOP_BEGIN, loop);
    int head = c->program->count;
    status = status < 0 ? status : strobe_emit(c, STROBE_OP_LOOP_NEXT, loop);
    status = status < 0 ? status : emit_inside(c, comprehension, index);
    status = status < 0 ? status : strobe_emit(c, STROBE_OP_JUMP_BACK, head);
    if (status >= 0) {
        c->program->instructions[head].second = c->program->count;
    }
    c->loops--;
    return status;
}

/* The first container, the variables, the loops. */
static int emit_loops(struct strobe_compiler *c, struct comprehension *comprehension)
{
    PyObject *first = PyList_GET_ITEM(comprehension->generators, 0);
    int status = strobe_emit_expression(c, strobe_syntax_field(first, "iter"));
    comprehension->first_visible = c->visible_count;
    for (Py_ssize_t i = 0; status >= 0 && i < comprehension->count; i++) {
        PyObject *generator = PyList_GET_ITEM(comprehension->generators, i);
        PyObject *async = strobe_syntax_field(generator, "is_async");
        if (async != NULL && PyLong_Check(async) && PyLong_AsLong(async) != 0) {
            return strobe_compiler_refuse_at(c, c->source->base, STROBE_EUNSUPPORTED,
                                             "'async for' would wait; an expression cannot");
        }
        status = declare(c, comprehension, strobe_syntax_field(generator, "target"));
    }
    for (int i = comprehension->first_visible; status >= 0 && comprehension->count > 1 && i < c->visible_count; i++) {
        status = strobe_emit(c, STROBE_OP_FORGET, i); /* of the same comprehension run before */
    }
    status = status < 0 ? status : emit_loop(c, comprehension, 0);
    c->visible_count = comprehension->first_visible;
    return status;
}

static int begin(struct strobe_compiler *c, PyObject *node, const char *element, const char *value,
                 struct comprehension *ret_comprehension)
{
    struct comprehension comprehension = {.generators = strobe_syntax_field(node, "generators"),
                                          .element = strobe_syntax_field(node, element),
                                          .value = value != NULL ? strobe_syntax_field(node, value) : NULL};
    comprehension.count = strobe_syntax_count(comprehension.generators);
    if (comprehension.count == 0 ||
        (value != NULL && (comprehension.value == NULL || comprehension.value == Py_None))) {
        return strobe_error_set(c->error, STROBE_EUNSUPPORTED, "this comprehension is not part of the language");
    }
    *ret_comprehension = comprehension;
    return 0;
}

static int emit_container(struct strobe_compiler *c, PyObject *node, enum strobe_display display)
{
    struct comprehension comprehension;
    bool is_dict = display == STROBE_DISPLAY_DICT;
    int status = begin(c, node, is_dict ? "key" : "elt", is_dict ? "value" : NULL, &comprehension);
    status = status < 0 ? status : strobe_emit(c, STROBE_OP_MAKE, (int)display);
    return status < 0 ? status : emit_loops(c, &comprehension);
}

int strobe_emit_list_comprehension(struct strobe_compiler *c, PyObject *node)
{
    return emit_container(c, node, STROBE_DISPLAY_LIST);
}

int strobe_emit_set_comprehension(struct strobe_compiler *c, PyObject *node)
{
    return emit_container(c, node, STROBE_DISPLAY_SET);
}

int strobe_emit_dict_comprehension(struct strobe_compiler *c, PyObject *node)
{
    return emit_container(c, node, STROBE_DISPLAY_DICT);
}

int strobe_emit_generator(struct strobe_compiler *c, PyObject *node)
{
    return emit_container(c, node, STROBE_DISPLAY_ITERATOR);
}

int strobe_emit_search(struct strobe_compiler *c, PyObject *generator, bool is_any)
{
    struct comprehension comprehension;
    int first_loop = c->loops;
    int status = begin(c, generator, "elt", NULL, &comprehension);
    if (status < 0) {
        return status;
    }
    comprehension.search = is_any ? SEARCH_ANY : SEARCH_ALL;
    status = emit_loops(c, &comprehension);
    status = status < 0 ? status : strobe_emit_constant(c, is_any ? Py_False : Py_True);
    int end = status < 0 ? status : strobe_emit_jump(c, STROBE_OP_JUMP);
    if (end < 0) {
        return end;
    }
    strobe_land(c, comprehension.found);
    for (Py_ssize_t i = 0; status >= 0 && i < comprehension.count; i++) {
        status = strobe_emit(c, STROBE_OP_LOOP_END, first_loop + (int)i);
    }
    status = status < 0 ? status : strobe_emit_constant(c, is_any ? Py_True : Py_False);
    if (status >= 0) {
        strobe_land(c, end);
    }
    return status;
}
