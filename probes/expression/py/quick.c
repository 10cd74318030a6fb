#include "probes/expression/py/quick.h"

#include "probes/expression/py/expression.h"

/* @return whether `term` of `prefilter` is one that can be told quickly */
static bool bind_term(const struct strobe_prefilter_term *term, const int16_t *binding,
                      struct strobe_quick_term *ret_term)
{
    enum { ALL = STROBE_PREFILTER_LESS | STROBE_PREFILTER_EQUAL | STROBE_PREFILTER_GREATER };
    double number = 0;
    bool is_text = term->kind == STROBE_PREFILTER_TEXT;
    bool is_known = is_text || strobe_prefilter_term_number(term, &number);
    if (!is_known || term->load.fields_count > 1 ||
        term->next[0] != STROBE_PREFILTER_ANSWERS + STROBE_PREFILTER_FALSE) {
        return false;
    }
    *ret_term = (struct strobe_quick_term){.slot = binding[term->load.name],
                                           .rejects = ALL & ~(unsigned)term->accepted,
                                           .cache = term->load.fields_count == 1 ? term->load.caches[0] : NULL,
                                           .text = is_text ? term->constant : NULL,
                                           .number = number};
    return true;
}

struct strobe_quick strobe_quick_bind(const struct strobe_prefilter *prefilter, const int16_t *binding)
{
    struct strobe_quick quick;
    unsigned count = 0, at = 0;
    while (count < STROBE_QUICK_TERMS_MAX && at < prefilter->count &&
           bind_term(&prefilter->terms[at], binding, &quick.terms[count])) {
        at = prefilter->terms[at].next[1]; /* an answer is no term */
        count++;
    }
    for (; count <= STROBE_QUICK_TERMS_MAX; count++) {
        quick.terms[count] = (struct strobe_quick_term){.slot = STROBE_NOT_A_SLOT};
    }
    return quick;
}
