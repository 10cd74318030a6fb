/* Read by clang-tidy before every file (run_clang_tidy.py): what it cannot see in the file that it reads. */
#ifndef STROBE_ANALYZER_MODEL_H
#define STROBE_ANALYZER_MODEL_H

#include "strobe/error.h"

/* It returns its second argument. */
#define strobe_error_set(error, code, ...) ((void)(strobe_error_set)(error, code, __VA_ARGS__), (code))

#endif
