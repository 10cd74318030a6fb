/** The functions behind builtin names, for the table in builtins.c. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_BUILTINS_H
#define STROBE_EXPRESSION_BUILTINS_H

#include "probes/expression/py/function.h"

/* conversions.c */
strobe_function strobe_builtin_int;
strobe_function strobe_builtin_float;
strobe_function strobe_builtin_bool;
strobe_function strobe_builtin_str;
strobe_function strobe_builtin_format;
strobe_function strobe_builtin_repr;
strobe_function strobe_builtin_ascii;
strobe_function strobe_builtin_bytes;
strobe_function strobe_builtin_bytearray;
strobe_function strobe_builtin_list;
strobe_function strobe_builtin_tuple;
strobe_function strobe_builtin_set;
strobe_function strobe_builtin_frozenset;
strobe_function strobe_builtin_dict;
strobe_function strobe_builtin_range;
strobe_function strobe_builtin_slice;

/* aggregates.c */
strobe_function strobe_builtin_min;
strobe_function strobe_builtin_max;
strobe_function strobe_builtin_sum;
strobe_function strobe_builtin_any;
strobe_function strobe_builtin_all;
strobe_function strobe_builtin_sorted;
strobe_function strobe_builtin_reversed;

/* iterators.c */
strobe_function strobe_builtin_enumerate;
strobe_function strobe_builtin_zip;
strobe_function strobe_builtin_map;
strobe_function strobe_builtin_filter;

/* classes.c */
strobe_function strobe_builtin_type;
strobe_function strobe_builtin_isinstance;
strobe_function strobe_builtin_issubclass;
strobe_function strobe_builtin_hasattr;
strobe_function strobe_builtin_getattr;
strobe_function strobe_builtin_callable;

#endif
