/** What an expression reads and what of it is refused: for `strobe check` and for consoles while someone types. */
#ifndef STROBE_EXPRESSION_EXPLANATION_H
#define STROBE_EXPRESSION_EXPLANATION_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/expression/py/evaluation.h"

/** kind, its word on the wire */
#define STROBE_FINDINGS(X)                                                      \
    X(NAME, "name")           /* a variable that is read */                     \
    X(VARIABLE, "variable")   /* a variable of a comprehension */               \
    X(ATTRIBUTE, "attribute") /* an attribute that is read */                   \
    X(FUNCTION, "function")   /* a function that is called */                   \
    X(METHOD, "method")       /* a method that is called */                     \
    X(OWN, "own")             /* one of the probe's own names, without the $ */ \
    X(CONSTANT, "constant")   /* a constant, as its type's name */              \
    X(REFUSED, "refused")     /* outside the language: `message` says why */

enum strobe_finding_kind {
#define STROBE_FINDING_ENUM(name, word) STROBE_FINDING_##name,
    STROBE_FINDINGS(STROBE_FINDING_ENUM)
#undef STROBE_FINDING_ENUM
};

enum { STROBE_FINDINGS_MAX = 200, STROBE_FINDING_NAME_BYTES = 64 };

/** One part of an expression; lines and columns are 1-based and count characters, the end is exclusive. */
struct strobe_finding {
    enum strobe_finding_kind kind;
    int line;
    int column;
    int end_line;
    int end_column;
    char name[STROBE_FINDING_NAME_BYTES];           /* cut at a character boundary */
    char message[STROBE_ERROR_MESSAGE_BYTES];       /* of REFUSED: the reason; else empty */
    char suggestion[STROBE_FINDING_NAME_BYTES * 2]; /* what to write instead, as Python; may be empty */
};

/** How the cost of an evaluation grows. */
enum strobe_cost {
    STROBE_COST_FIXED,  /* names, attributes, comparisons: well below a microsecond */
    STROBE_COST_CALLS,  /* calls, text or containers: grows with what they are given */
    STROBE_COST_LOOPS,  /* walks a container */
    STROBE_COST_NESTED, /* loops within loops */
};

struct strobe_explanation {
    int status;                      /* 0: it compiles; else as strobe_expression_compile() says */
    struct strobe_error error;       /* then why; where it is no Python, there are no findings */
    struct strobe_finding *findings; /* in the order of the text's tree; owned */
    size_t count;
    enum strobe_cost cost;
    int instructions; /* size of the program */
};

/**
 * Explain `source`, an expression or a template. Unlike compiling it goes on after a refusal, to find them all.
 * GIL: held, on a thread where Python may allocate.   Sets no exception.
 * @return 0 and what is to be released with strobe_explanation_done(), or STROBE_ENOMEM
 */
int strobe_expression_explain(const char *source, bool is_template, strobe_is_secret *is_secret,
                              struct strobe_explanation *ret_explanation);

void strobe_explanation_done(struct strobe_explanation *explanation);

/** "name" for STROBE_FINDING_NAME; "fixed" for STROBE_COST_FIXED; borrowed, static. */
const char *strobe_finding_word(enum strobe_finding_kind kind);
const char *strobe_cost_word(enum strobe_cost cost);

#endif
