#include "probes/expression/py/quick.h"

#include "probes/expression/py/expression.h"

/* Not the bits that the comparison accepts; NaN is none of them and left to the prefilter. */
static unsigned rejected_by(int comparison)
{
    enum { LESS = STROBE_QUICK_LESS, EQUAL = STROBE_QUICK_EQUAL, GREATER = STROBE_QUICK_GREATER };
    switch (comparison) {
    case STROBE_COMPARE_EQ:
        return LESS | GREATER;
    case STROBE_COMPARE_NE:
        return EQUAL;
    case STROBE_COMPARE_LT:
        return EQUAL | GREATER;
    case STROBE_COMPARE_LE:
        return GREATER;
    case STROBE_COMPARE_GT:
        return LESS | EQUAL;
    case STROBE_COMPARE_GE:
        return LESS;
    default:
        return 0;
    }
}

struct strobe_quick strobe_quick_bind(const struct strobe_prefilter *prefilter, const int16_t *binding)
{
    const struct strobe_quick none = {.slot = STROBE_NOT_A_SLOT};
    if (prefilter->count == 0) {
        return none;
    }
    const struct strobe_prefilter_term *term = &prefilter->terms[0];
    double number;
    if (term->fields_count > 1 || !strobe_prefilter_term_number(term, &number)) {
        return none;
    }
    return (struct strobe_quick){.slot = binding[term->name],
                                 .rejects = rejected_by(term->comparison),
                                 .cache = term->fields_count == 1 ? term->caches[0] : NULL,
                                 .number = number};
}
