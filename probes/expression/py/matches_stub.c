/* Stands in until matches.c is there. */
#include "probes/expression/py/matches.h"
#if !__has_include("probes/expression/py/matches.c")
int strobe_value_matches(struct strobe_evaluation *evaluation, struct strobe_value text, struct strobe_value pattern,
                         bool *ret_matches)
{
    (void)text;
    (void)pattern;
    (void)ret_matches;
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_INTERNAL, "matches() is not written yet");
}
#endif
