/**
 * The compiler while it works, shared by the files that compile one kind of syntax each. CPython's syntax tree is made
 * of CPython's own types, so that reading it runs no code of the program.
 *
 * GIL: held, on a thread where Python may allocate. Functions return 0 (or what they say) or a negative STROBE_E...
 * code with the message in `error`; no Python exception is left set.
 */
#ifndef STROBE_EXPRESSION_COMPILER_H
#define STROBE_EXPRESSION_COMPILER_H

#include <Python.h>

#include "probes/expression/py/explanation.h"
#include "probes/expression/py/expression.h"
#include "probes/expression/py/source.h"

struct strobe_compiler {
    struct strobe_program *program;
    PyObject *constants; /* list */
    PyObject *names;     /* list */
    bool called[STROBE_PROGRAM_CONSTANTS_MAX];
    strobe_is_secret *is_secret;
    struct strobe_source *source;
    struct strobe_error *error;
    struct strobe_explanation *explanation;          /* NULL: the first refusal ends it */
    int depth;                                       /* of the tree */
    int loops;                                       /* that run at this place */
    PyObject *visible[STROBE_PROGRAM_REGISTERS_MAX]; /* variables of comprehensions, by register; borrowed */
    int visible_count;
};

/* ---- Syntax (syntax.c) ---- */

/** Attribute of a node; borrowed from the tree; NULL when there is none. */
PyObject *strobe_syntax_field(PyObject *node, const char *name);

/** "Compare" for ast.Compare; borrowed. */
const char *strobe_syntax_kind(PyObject *node);
bool strobe_syntax_is(PyObject *node, const char *kind);

/** The items of a list that is a field, and how many; 0 when it is no list. */
Py_ssize_t strobe_syntax_count(PyObject *list);

/** The tree of the expression in bytes [at, at + size) of the source; a new reference, or NULL with the error set. */
PyObject *strobe_syntax_parse(struct strobe_compiler *c, size_t at, size_t size);

/* ---- Refusals and findings (refusal.c) ---- */

/** Refuse a part of the expression, for which the message says why. @return a negative code; while explaining, 0 with
 *  a stand-in for its value emitted */
int strobe_compiler_refuse(struct strobe_compiler *c, PyObject *node, int code, const char *suggestion,
                           const char *format, ...) __attribute__((format(printf, 5, 6)));

/** Refuse what is not at a node. @return a negative code always */
int strobe_compiler_refuse_at(struct strobe_compiler *c, size_t offset, int code, const char *message);

/** Note what is read, while explaining. */
void strobe_compiler_note(struct strobe_compiler *c, PyObject *node, enum strobe_finding_kind kind, const char *name);

/** Refuse a name that stands for a secret. @return 0, 1 when it was refused while explaining, or a negative code */
int strobe_compiler_check_secret(struct strobe_compiler *c, PyObject *node, PyObject *name);

/** Refuse the call of a function or method that is none of ours. @return as strobe_compiler_refuse() */
int strobe_compiler_refuse_function(struct strobe_compiler *c, PyObject *node, const char *name);
int strobe_compiler_refuse_method(struct strobe_compiler *c, PyObject *node, const char *name);

/* ---- Writing the program (compile.c) ---- */

int strobe_emit(struct strobe_compiler *c, enum strobe_op op, int operand);
int strobe_emit_with(struct strobe_compiler *c, enum strobe_op op, int operand, int second, int third);

/** @return the place of the instruction, for strobe_land() */
int strobe_emit_jump(struct strobe_compiler *c, enum strobe_op op);

/** Let the jump at `jump` lead to what is emitted next. */
void strobe_land(struct strobe_compiler *c, int jump);

/** @return index of a constant, of a name */
int strobe_intern_constant(struct strobe_compiler *c, PyObject *value);
int strobe_intern_name(struct strobe_compiler *c, PyObject *name);

int strobe_emit_constant(struct strobe_compiler *c, PyObject *value);

/** Compile any expression. */
int strobe_emit_expression(struct strobe_compiler *c, PyObject *node);

/* ---- One kind of syntax each ---- */

typedef int strobe_emitter(struct strobe_compiler *c, PyObject *node);

strobe_emitter strobe_emit_name;      /* compile_names.c */
strobe_emitter strobe_emit_attribute; /* compile_names.c */
strobe_emitter strobe_emit_subscript; /* compile_names.c */
strobe_emitter strobe_emit_slice;     /* compile_names.c */
strobe_emitter strobe_emit_literal;   /* compile_displays.c: a constant */
strobe_emitter strobe_emit_list;      /* compile_displays.c */
strobe_emitter strobe_emit_tuple;
strobe_emitter strobe_emit_set;
strobe_emitter strobe_emit_dict;
strobe_emitter strobe_emit_bool_op; /* compile_operators.c */
strobe_emitter strobe_emit_unary;
strobe_emitter strobe_emit_binary;
strobe_emitter strobe_emit_compare;
strobe_emitter strobe_emit_conditional;
strobe_emitter strobe_emit_joined;             /* compile_text.c: an f-string */
strobe_emitter strobe_emit_formatted;          /* compile_text.c: one field of it */
strobe_emitter strobe_emit_call;               /* compile_calls.c */
strobe_emitter strobe_emit_list_comprehension; /* compile_comprehension.c */
strobe_emitter strobe_emit_set_comprehension;
strobe_emitter strobe_emit_dict_comprehension;
strobe_emitter strobe_emit_generator;

/** A tuple whose elements are all constants, as a new reference; NULL when it is none (no exception set). */
PyObject *strobe_constant_tuple(PyObject *node);

/** any() or all() over a generator expression, as a loop that ends early. */
int strobe_emit_search(struct strobe_compiler *c, PyObject *generator, bool is_any);

/** The register of a variable of a comprehension that is visible, or -1. */
int strobe_visible_register(const struct strobe_compiler *c, PyObject *name);

/** The template in the source (compile_text.c). */
int strobe_emit_template(struct strobe_compiler *c);

#endif
