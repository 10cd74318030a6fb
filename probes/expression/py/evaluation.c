#include "probes/expression/py/evaluation.h"

#include <stdarg.h>
#include <stdio.h>

static int code_of(enum strobe_fault fault)
{
    switch (fault) {
    case STROBE_FAULT_LIMIT:
        return STROBE_ELIMIT;
    case STROBE_FAULT_UNSAFE:
        return STROBE_EUNSUPPORTED;
    case STROBE_FAULT_REDACTED:
        return STROBE_EDENIED;
    case STROBE_FAULT_INTERNAL:
        return STROBE_EINTERNAL;
    case STROBE_FAULT_KEY:
    case STROBE_FAULT_INDEX:
    case STROBE_FAULT_ATTRIBUTE:
    case STROBE_FAULT_NAME:
        return STROBE_ENOTFOUND;
    default:
        return STROBE_EINVAL;
    }
}

int strobe_evaluation_fail(struct strobe_evaluation *evaluation, enum strobe_fault fault, const char *format, ...)
{
    int code = code_of(fault);
    if (evaluation->fault != STROBE_FAULT_NONE) {
        return code; /* what failed first is the reason for the rest */
    }
    evaluation->fault = fault;
    if (evaluation->error != NULL) {
        char message[2 * STROBE_ERROR_MESSAGE_BYTES];
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(message, sizeof message, format, arguments);
        va_end(arguments);
        strobe_error_set(evaluation->error, code, "%s", message);
    }
    return code;
}

int strobe_evaluation_out_of_fuel(struct strobe_evaluation *evaluation)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "the expression takes more than %d steps",
                                  STROBE_EXPRESSION_FUEL);
}

int strobe_evaluation_out_of_memory(struct strobe_evaluation *evaluation)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "the expression makes values of more than %d bytes",
                                  STROBE_EXPRESSION_ARENA_BYTES);
}

const char *strobe_fault_name(enum strobe_fault fault)
{
    static const char *const names[] = {"none",
#define STROBE_FAULT_NAME(name, word) word,
                                        STROBE_FAULTS(STROBE_FAULT_NAME)
#undef STROBE_FAULT_NAME
    };
    return (size_t)fault < sizeof names / sizeof *names ? names[fault] : "unknown";
}
