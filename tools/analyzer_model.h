/* Read by clang-tidy before every file (run_clang_tidy.py): what it cannot see in the file that it reads. */
#ifndef STROBE_ANALYZER_MODEL_H
#define STROBE_ANALYZER_MODEL_H

#include "probes/expression/py/evaluation.h"
#include "strobe/error.h"

/* It returns its second argument. */
#define strobe_error_set(error, code, ...) ((void)(strobe_error_set)(error, code, __VA_ARGS__), (code))

/* They return a negative code. */
#define strobe_evaluation_fail(evaluation, fault, ...) \
    ((void)(strobe_evaluation_fail)(evaluation, fault, __VA_ARGS__), STROBE_EUNSUPPORTED)
#define strobe_evaluation_out_of_fuel(evaluation) ((void)(strobe_evaluation_out_of_fuel)(evaluation), STROBE_ELIMIT)

#endif
