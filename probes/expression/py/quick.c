#include "probes/expression/py/quick.h"

#include "probes/expression/py/expression.h"

struct strobe_quick strobe_quick_bind(const struct strobe_prefilter *prefilter, const int16_t *binding)
{
    enum { ALL = STROBE_PREFILTER_LESS | STROBE_PREFILTER_EQUAL | STROBE_PREFILTER_GREATER };
    const struct strobe_quick none = {.slot = STROBE_NOT_A_SLOT};
    if (prefilter->count == 0) {
        return none;
    }
    const struct strobe_prefilter_term *term = &prefilter->terms[0];
    double number;
    if (!strobe_prefilter_term_number(term, &number) || term->load.fields_count > 1 ||
        term->next[0] != STROBE_PREFILTER_ANSWERS + STROBE_PREFILTER_FALSE) {
        return none;
    }
    return (struct strobe_quick){.slot = binding[term->load.name],
                                 .rejects = ALL & ~(unsigned)term->accepted,
                                 .cache = term->load.fields_count == 1 ? term->load.caches[0] : NULL,
                                 .number = number};
}
