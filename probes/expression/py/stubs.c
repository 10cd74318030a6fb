/* Stand-ins for what is not written yet, so that every part links from the first day; deleted when all are there. */
#include "probes/expression/py/compare.h"
#include "probes/expression/py/evaluation.h"
#include "probes/expression/py/format.h"
#include "probes/expression/py/function.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/standard.h"
#include "probes/expression/py/text.h"
#include "probes/expression/py/value.h"
#define NOT_YET(e) return strobe_evaluation_fail(e, STROBE_FAULT_INTERNAL, "%s is not written yet", __func__)

#if !__has_include("probes/expression/py/evaluation.c")
int strobe_evaluation_fail(struct strobe_evaluation *evaluation, enum strobe_fault fault, const char *format, ...)
{
    (void)format;
    evaluation->fault = fault;
    return STROBE_EUNSUPPORTED;
}
int strobe_evaluation_out_of_fuel(struct strobe_evaluation *evaluation)
{
    evaluation->fault = STROBE_FAULT_LIMIT;
    return STROBE_ELIMIT;
}
int strobe_evaluation_out_of_memory(struct strobe_evaluation *evaluation)
{
    evaluation->fault = STROBE_FAULT_LIMIT;
    return STROBE_ELIMIT;
}
const char *strobe_fault_name(enum strobe_fault fault)
{
    (void)fault;
    return "?";
}
#endif

#if !__has_include("probes/expression/py/value.c")
PyTypeObject *strobe_value_type(struct strobe_value value)
{
    (void)value;
    return &PyBaseObject_Type;
}
const char *strobe_value_type_name(struct strobe_value value)
{
    (void)value;
    return "?";
}
int strobe_value_truth(struct strobe_evaluation *evaluation, struct strobe_value value, bool *ret_truth)
{
    (void)evaluation;
    (void)value;
    (void)ret_truth;
    NOT_YET(evaluation);
}
bool strobe_value_identical(struct strobe_value left, struct strobe_value right)
{
    (void)left;
    (void)right;
    return false;
}
#endif

#if !__has_include("probes/expression/py/number.c")
const char *strobe_binary_sign(enum strobe_binary operation)
{
    (void)operation;
    return "?";
}
int strobe_number_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                         struct strobe_value right, struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)operation;
    (void)left;
    (void)right;
    (void)ret_value;
    NOT_YET(evaluation);
}
int strobe_number_unary(struct strobe_evaluation *evaluation, enum strobe_unary operation, struct strobe_value value,
                        struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)operation;
    (void)value;
    (void)ret_value;
    NOT_YET(evaluation);
}
int strobe_value_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                        struct strobe_value right, struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)operation;
    (void)left;
    (void)right;
    (void)ret_value;
    NOT_YET(evaluation);
}
int strobe_value_unary(struct strobe_evaluation *evaluation, enum strobe_unary operation, struct strobe_value value,
                       struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)operation;
    (void)value;
    (void)ret_value;
    NOT_YET(evaluation);
}
int strobe_number_index(struct strobe_evaluation *evaluation, struct strobe_value value, Py_ssize_t *ret_index)
{
    (void)evaluation;
    (void)value;
    (void)ret_index;
    NOT_YET(evaluation);
}
int strobe_wide_make(struct strobe_evaluation *evaluation, bool negative, const uint32_t *digits, size_t count,
                     struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)negative;
    (void)digits;
    (void)count;
    (void)ret_value;
    NOT_YET(evaluation);
}
int strobe_number_text(struct strobe_evaluation *evaluation, const struct strobe_number *number, char *buffer,
                       size_t size)
{
    (void)evaluation;
    (void)number;
    (void)buffer;
    (void)size;
    NOT_YET(evaluation);
}
#endif

#if !__has_include("probes/expression/py/text.c")
bool strobe_text_view_of(struct strobe_value value, struct strobe_text_view *ret_view)
{
    (void)value;
    (void)ret_view;
    return false;
}
bool strobe_bytes_view_of(struct strobe_value value, struct strobe_bytes_view *ret_view)
{
    (void)value;
    (void)ret_view;
    return false;
}
int strobe_text_begin(struct strobe_evaluation *evaluation, struct strobe_text_builder *ret_builder)
{
    (void)evaluation;
    (void)ret_builder;
    NOT_YET(evaluation);
}
int strobe_text_put(struct strobe_text_builder *builder, uint32_t character)
{
    (void)builder;
    (void)character;
    NOT_YET(builder->evaluation);
}
int strobe_text_put_ascii(struct strobe_text_builder *builder, const char *ascii, size_t size)
{
    (void)builder;
    (void)ascii;
    (void)size;
    NOT_YET(builder->evaluation);
}
int strobe_text_put_view(struct strobe_text_builder *builder, const struct strobe_text_view *view, Py_ssize_t start,
                         Py_ssize_t end)
{
    (void)builder;
    (void)view;
    (void)start;
    (void)end;
    NOT_YET(builder->evaluation);
}
int strobe_text_end(struct strobe_text_builder *builder, struct strobe_value *ret_value)
{
    (void)builder;
    (void)ret_value;
    NOT_YET(builder->evaluation);
}
int strobe_text_make_ascii(struct strobe_evaluation *evaluation, const char *ascii, size_t size,
                           struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)ascii;
    (void)size;
    (void)ret_value;
    NOT_YET(evaluation);
}
int strobe_bytes_make(struct strobe_evaluation *evaluation, const void *data, Py_ssize_t size,
                      struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)data;
    (void)size;
    (void)ret_value;
    NOT_YET(evaluation);
}
int strobe_text_order(struct strobe_evaluation *evaluation, const struct strobe_text_view *left,
                      const struct strobe_text_view *right, int *ret_order)
{
    (void)evaluation;
    (void)left;
    (void)right;
    (void)ret_order;
    NOT_YET(evaluation);
}
int strobe_text_find(struct strobe_evaluation *evaluation, const struct strobe_text_view *text,
                     const struct strobe_text_view *needle, Py_ssize_t start, Py_ssize_t end, bool backwards,
                     Py_ssize_t *ret_place)
{
    (void)evaluation;
    (void)text;
    (void)needle;
    (void)start;
    (void)end;
    (void)backwards;
    (void)ret_place;
    NOT_YET(evaluation);
}
int strobe_bytes_find(struct strobe_evaluation *evaluation, const struct strobe_bytes_view *bytes,
                      const struct strobe_bytes_view *needle, Py_ssize_t start, Py_ssize_t end, bool backwards,
                      Py_ssize_t *ret_place)
{
    (void)evaluation;
    (void)bytes;
    (void)needle;
    (void)start;
    (void)end;
    (void)backwards;
    (void)ret_place;
    NOT_YET(evaluation);
}
int strobe_text_hash(struct strobe_evaluation *evaluation, const struct strobe_text_view *view, uint64_t *ret_hash)
{
    (void)evaluation;
    (void)view;
    (void)ret_hash;
    NOT_YET(evaluation);
}
int strobe_bytes_hash(struct strobe_evaluation *evaluation, const struct strobe_bytes_view *view, uint64_t *ret_hash)
{
    (void)evaluation;
    (void)view;
    (void)ret_hash;
    NOT_YET(evaluation);
}
bool strobe_text_is_secret(struct strobe_evaluation *evaluation, struct strobe_value name)
{
    (void)evaluation;
    (void)name;
    return false;
}
int strobe_text_binary(struct strobe_evaluation *evaluation, int operation, struct strobe_value left,
                       struct strobe_value right, struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)operation;
    (void)left;
    (void)right;
    (void)ret_value;
    NOT_YET(evaluation);
}
#endif

#if !__has_include("probes/expression/py/format.c")
int strobe_format_repr(struct strobe_text_builder *builder, struct strobe_value value)
{
    (void)builder;
    (void)value;
    NOT_YET(builder->evaluation);
}
int strobe_format_str(struct strobe_text_builder *builder, struct strobe_value value)
{
    (void)builder;
    (void)value;
    NOT_YET(builder->evaluation);
}
int strobe_format_spec(struct strobe_text_builder *builder, struct strobe_value value,
                       const struct strobe_text_view *spec)
{
    (void)builder;
    (void)value;
    (void)spec;
    NOT_YET(builder->evaluation);
}
int strobe_format_value(struct strobe_evaluation *evaluation, struct strobe_value value, int conversion,
                        const struct strobe_value *spec, struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)value;
    (void)conversion;
    (void)spec;
    (void)ret_value;
    NOT_YET(evaluation);
}
#endif

#if !__has_include("probes/expression/py/items.c")
int strobe_iteration_begin(struct strobe_evaluation *evaluation, struct strobe_value container,
                           struct strobe_iteration *ret_iteration)
{
    (void)evaluation;
    (void)container;
    (void)ret_iteration;
    NOT_YET(evaluation);
}
int strobe_iteration_next(struct strobe_evaluation *evaluation, struct strobe_iteration *iteration,
                          struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)iteration;
    (void)ret_value;
    NOT_YET(evaluation);
}
int strobe_value_length(struct strobe_evaluation *evaluation, struct strobe_value value, Py_ssize_t *ret_length)
{
    (void)evaluation;
    (void)value;
    (void)ret_length;
    NOT_YET(evaluation);
}
int strobe_value_subscript(struct strobe_evaluation *evaluation, struct strobe_value container, struct strobe_value key,
                           struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)container;
    (void)key;
    (void)ret_value;
    NOT_YET(evaluation);
}
int strobe_dict_find(struct strobe_evaluation *evaluation, struct strobe_value dict, struct strobe_value key,
                     struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)dict;
    (void)key;
    (void)ret_value;
    NOT_YET(evaluation);
}
int strobe_value_contains(struct strobe_evaluation *evaluation, struct strobe_value container,
                          struct strobe_value member, bool *ret_found)
{
    (void)evaluation;
    (void)container;
    (void)member;
    (void)ret_found;
    NOT_YET(evaluation);
}
int strobe_items_make(struct strobe_evaluation *evaluation, enum strobe_value_kind kind, Py_ssize_t capacity,
                      struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)kind;
    (void)capacity;
    (void)ret_value;
    NOT_YET(evaluation);
}
int strobe_items_append(struct strobe_evaluation *evaluation, struct strobe_items *items, struct strobe_value value)
{
    (void)evaluation;
    (void)items;
    (void)value;
    NOT_YET(evaluation);
}
int strobe_items_collect(struct strobe_evaluation *evaluation, enum strobe_value_kind kind,
                         struct strobe_value container, struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)kind;
    (void)container;
    (void)ret_value;
    NOT_YET(evaluation);
}
int strobe_table_make(struct strobe_evaluation *evaluation, enum strobe_value_kind kind, struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)kind;
    (void)ret_value;
    NOT_YET(evaluation);
}
int strobe_table_set(struct strobe_evaluation *evaluation, struct strobe_table *table, struct strobe_value key,
                     struct strobe_value value)
{
    (void)evaluation;
    (void)table;
    (void)key;
    (void)value;
    NOT_YET(evaluation);
}
int strobe_items_init(void)
{
    return 0;
}
void strobe_items_done(void)
{
}
enum strobe_container strobe_container_of(struct strobe_value value)
{
    (void)value;
    return STROBE_CONTAINER_NONE;
}
int strobe_items_binary(struct strobe_evaluation *evaluation, int operation, struct strobe_value left,
                        struct strobe_value right, struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)operation;
    (void)left;
    (void)right;
    (void)ret_value;
    NOT_YET(evaluation);
}
#endif

#if !__has_include("probes/expression/py/compare.c")
int strobe_value_compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                         enum strobe_comparison comparison, bool *ret_result)
{
    (void)evaluation;
    (void)left;
    (void)right;
    (void)comparison;
    (void)ret_result;
    NOT_YET(evaluation);
}
int strobe_value_equal(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                       bool *ret_equal)
{
    (void)evaluation;
    (void)left;
    (void)right;
    (void)ret_equal;
    NOT_YET(evaluation);
}
int strobe_value_hash(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash)
{
    (void)evaluation;
    (void)value;
    (void)ret_hash;
    NOT_YET(evaluation);
}
#endif

#if !__has_include("probes/expression/py/function.c")
const struct strobe_value *strobe_arguments_keyword(const struct strobe_arguments *arguments, const char *name)
{
    (void)arguments;
    (void)name;
    return NULL;
}
const struct strobe_value *strobe_arguments_get(const struct strobe_arguments *arguments, unsigned index,
                                                const char *name)
{
    (void)arguments;
    (void)index;
    (void)name;
    return NULL;
}
int strobe_function_call(struct strobe_evaluation *evaluation, const struct strobe_function_entry *entry,
                         const struct strobe_arguments *arguments, unsigned receivers, struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)entry;
    (void)arguments;
    (void)receivers;
    (void)ret_value;
    NOT_YET(evaluation);
}
int strobe_functions_init(void)
{
    return 0;
}
void strobe_functions_done(void)
{
}
const struct strobe_function_entry *strobe_function_find(PyObject *callable)
{
    (void)callable;
    return NULL;
}
bool strobe_function_exists(const char *name)
{
    (void)name;
    return false;
}
const struct strobe_function_entry *strobe_method_find(struct strobe_value receiver, PyObject *name)
{
    (void)receiver;
    (void)name;
    return NULL;
}
bool strobe_method_exists(const char *name)
{
    (void)name;
    return false;
}
#endif

/* computed.c has this one, not function.c */
#if !__has_include("probes/expression/py/computed.c")
const struct strobe_function_entry *strobe_computed_find(struct strobe_value receiver, PyObject *name)
{
    (void)receiver;
    (void)name;
    return NULL;
}
#endif

#if !__has_include("probes/expression/py/standard.c")
PyTypeObject *strobe_standard_type(struct strobe_value value)
{
    (void)value;
    return &PyBaseObject_Type;
}
int strobe_standard_truth(struct strobe_evaluation *evaluation, struct strobe_value value, bool *ret_truth)
{
    (void)evaluation;
    (void)value;
    (void)ret_truth;
    return 1;
}
int strobe_standard_compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                            enum strobe_comparison comparison, bool *ret_result)
{
    (void)evaluation;
    (void)left;
    (void)right;
    (void)comparison;
    (void)ret_result;
    return 1;
}
int strobe_standard_hash(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash)
{
    (void)evaluation;
    (void)value;
    (void)ret_hash;
    return 1;
}
int strobe_standard_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                           struct strobe_value right, struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)operation;
    (void)left;
    (void)right;
    (void)ret_value;
    return 1;
}
int strobe_standard_unary(struct strobe_evaluation *evaluation, enum strobe_unary operation, struct strobe_value value,
                          struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)operation;
    (void)value;
    (void)ret_value;
    return 1;
}
int strobe_standard_absolute(struct strobe_evaluation *evaluation, struct strobe_value value,
                             struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)value;
    (void)ret_value;
    return 1;
}
int strobe_standard_round(struct strobe_evaluation *evaluation, struct strobe_value value,
                          const struct strobe_value *places, struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)value;
    (void)places;
    (void)ret_value;
    return 1;
}
int strobe_standard_integer(struct strobe_evaluation *evaluation, struct strobe_value value,
                            struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)value;
    (void)ret_value;
    return 1;
}
int strobe_standard_real(struct strobe_evaluation *evaluation, struct strobe_value value, double *ret_real)
{
    (void)evaluation;
    (void)value;
    (void)ret_real;
    return 1;
}
int strobe_standard_put_repr(struct strobe_text_builder *builder, struct strobe_value value)
{
    (void)builder;
    (void)value;
    return 1;
}
int strobe_standard_put_str(struct strobe_text_builder *builder, struct strobe_value value)
{
    (void)builder;
    (void)value;
    return 1;
}
int strobe_standard_put_format(struct strobe_text_builder *builder, struct strobe_value value,
                               const struct strobe_text_view *spec)
{
    (void)builder;
    (void)value;
    (void)spec;
    return 1;
}
const struct strobe_function_entry *strobe_standard_constructor(PyTypeObject *type)
{
    (void)type;
    return NULL;
}
const struct strobe_function_entry *strobe_standard_method(struct strobe_value receiver, PyObject *name)
{
    (void)receiver;
    (void)name;
    return NULL;
}
bool strobe_standard_method_exists(const char *name)
{
    (void)name;
    return false;
}
bool strobe_standard_constructor_exists(const char *name)
{
    (void)name;
    return false;
}
#endif

#if !__has_include("probes/expression/py/builtins.c")
const struct strobe_function_entry strobe_builtin_functions[] = {{NULL, NULL, 0, 0, NULL}};
#endif
#if !__has_include("probes/expression/py/text_methods.c")
const struct strobe_function_entry strobe_text_methods[] = {{NULL, NULL, 0, 0, NULL}};
#endif
#if !__has_include("probes/expression/py/bytes_methods.c")
const struct strobe_function_entry strobe_bytes_methods[] = {{NULL, NULL, 0, 0, NULL}};
#endif
#if !__has_include("probes/expression/py/number_methods.c")
const struct strobe_function_entry strobe_number_methods[] = {{NULL, NULL, 0, 0, NULL}};
#endif
#if !__has_include("probes/expression/py/container_methods.c")
const struct strobe_function_entry strobe_list_methods[] = {{NULL, NULL, 0, 0, NULL}};
#endif
#if !__has_include("probes/expression/py/container_methods.c")
const struct strobe_function_entry strobe_set_methods[] = {{NULL, NULL, 0, 0, NULL}};
#endif
#if !__has_include("probes/expression/py/container_methods.c")
const struct strobe_function_entry strobe_dict_methods[] = {{NULL, NULL, 0, 0, NULL}};
#endif
#if !__has_include("probes/expression/py/mathematics.c")
const struct strobe_function_entry strobe_math_functions[] = {{NULL, NULL, 0, 0, NULL}};
#endif
#if !__has_include("probes/expression/py/container_methods.c")
const struct strobe_function_entry strobe_view_methods[] = {{NULL, NULL, 0, 0, NULL}};
#endif
