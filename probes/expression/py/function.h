/**
 * What expressions may call: tables of pure functions and methods, each a C function over values. For the rules see
 * evaluation.h.
 */
#ifndef STROBE_EXPRESSION_FUNCTION_H
#define STROBE_EXPRESSION_FUNCTION_H

#include "probes/expression/py/value.h"

enum { STROBE_ARGUMENTS_MAX = 16 };

/** What was passed: the positional values (of a method: the receiver first), then those by keyword. */
struct strobe_arguments {
    const struct strobe_value *values; /* positional_count + keyword_count of them */
    unsigned positional_count;
    unsigned keyword_count;
    PyObject *const *keywords; /* exact str, one for each of the last values */
};

typedef int strobe_function(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                            struct strobe_value *ret_value);

/** One callable; tables end with a name of NULL. */
struct strobe_function_entry {
    const char *name;
    strobe_function *call;
    uint8_t least; /* positional arguments, the receiver not counted */
    uint8_t most;  /* STROBE_ARGUMENTS_MAX: any number */
    const char
        *keywords; /* names that may be passed by keyword, separated by spaces ("key default"), "*": any, or NULL */
};

/** The value passed by keyword `name`, or NULL. */
const struct strobe_value *strobe_arguments_keyword(const struct strobe_arguments *arguments, const char *name);

/** Positional argument `index` or keyword `name`, or NULL when absent; for functions that take either. */
const struct strobe_value *strobe_arguments_get(const struct strobe_arguments *arguments, unsigned index,
                                                const char *name);

/** Check the counts and names of `arguments` against `entry` (fault TYPE as CPython words it), then call. `receivers`:
 * 1 for a method. */
int strobe_function_call(struct strobe_evaluation *evaluation, const struct strobe_function_entry *entry,
                         const struct strobe_arguments *arguments, unsigned receivers, struct strobe_value *ret_value);

/* ---- Functions: builtins and constructors of known types ---- */

/** Learn the genuine builtins and types by identity; once, when the module is loaded. May set an exception. */
int strobe_functions_init(void);
void strobe_functions_done(void);

/** The entry behind a callable object (the genuine `len`, `int`, `Decimal`, `datetime.date` ...), or NULL. */
const struct strobe_function_entry *strobe_function_find(PyObject *callable);

/** Whether some builtin or constructor of the language has this name; for messages when an expression is compiled. */
bool strobe_function_exists(const char *name);

/* ---- Methods and computed attributes of built-in types ---- */

/** Method `name` of the receiver's built-in type, exact or by base data where the class has none of its own by that
 * name. NULL: there is none. */
const struct strobe_function_entry *strobe_method_find(struct strobe_value receiver, PyObject *name);

/** Whether some type of the language has a pure method `name`; for the compiler. */
bool strobe_method_exists(const char *name);

/** An attribute that a built-in type computes from its data (date.year, range.start, Decimal.real, int.real): an entry
 * without arguments, to be called at once with the receiver as its only value and the name as `keywords[0]` (of a
 * keyword_count of 0); or NULL. computed.c */
const struct strobe_function_entry *strobe_computed_find(struct strobe_value receiver, PyObject *name);

/** An attribute that a number, range or slice computes, for strobe_computed_find(); NULL: none. data_fields.c */
const struct strobe_function_entry *strobe_data_field(struct strobe_value receiver, PyObject *name);

/** Field `name` of a named tuple, borrowed. @return whether there is one */
bool strobe_named_tuple_field(PyObject *object, PyObject *name, PyObject **ret_value);

/** What `callable` gives for these values: a function of the language, or a method of a built-in type (str.lower).
 *  Fault UNSAFE for any other callable. */
int strobe_function_apply(struct strobe_evaluation *evaluation, struct strobe_value callable,
                          const struct strobe_value *values, unsigned count, struct strobe_value *ret_value);

/* The tables, by noun; each in a file of its own. */
extern const struct strobe_function_entry strobe_builtin_functions[];  /* builtins.c */
extern const struct strobe_function_entry strobe_math_functions[];     /* mathematics.c: those of the module math */
extern const struct strobe_function_entry strobe_text_methods[];       /* text_methods.c */
extern const struct strobe_function_entry strobe_bytes_methods[];      /* bytes_methods.c */
extern const struct strobe_function_entry strobe_number_methods[];     /* number_methods.c: int, float, bool */
extern const struct strobe_function_entry strobe_int_class_methods[];  /* number_methods.c: int.from_bytes */
extern const struct strobe_function_entry strobe_dict_class_methods[]; /* container_methods.c: dict.fromkeys */
extern const struct strobe_function_entry strobe_list_methods[]; /* container_methods.c: list, tuple, range, deque */
extern const struct strobe_function_entry strobe_set_methods[];  /* container_methods.c */
extern const struct strobe_function_entry strobe_dict_methods[]; /* container_methods.c */
extern const struct strobe_function_entry strobe_view_methods[]; /* container_methods.c: dict keys and items */

#endif
