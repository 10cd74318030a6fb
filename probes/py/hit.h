/** One hit, as the probe layer hands it to the agent. */
#ifndef STROBE_PROBES_HIT_H
#define STROBE_PROBES_HIT_H

#include <Python.h>
#include <stdatomic.h>

#include "base/py/frame.h"
#include "probes/expression/py/expression.h"
#include "probes/probe.h"
#include "probes/py/site.h"

/** Valid during the call; objects are borrowed. */
struct strobe_hit {
    struct strobe_probe *probe;
    struct strobe_frame frame;
    PyThreadState *tstate;
    int line; /* 1-based; of an entry the line of the `def` */
    enum strobe_event event;
    PyObject *return_value; /* EXIT by return; else NULL */
    PyObject *exception;    /* EXIT by exception (NULL when 3.11 does not tell which), RAISE, UNHANDLED; else NULL */
    int64_t elapsed_ns;     /* EXIT: since the call began, time suspended included; -1: not known */
};

/** The text of a name that only the agent knows: the thread, the task, the trace; `hit` is a struct strobe_hit. Returns
 *  UTF-8 that is valid until the next call, or NULL. */
typedef const char *strobe_hit_text(void *hit, enum strobe_own which);

/** What expressions may ask of a hit: its frame and the probe's own names. The hot path: sets every member. */
static inline void strobe_hit_context(const struct strobe_hit *hit, strobe_hit_text *text,
                                      struct strobe_expression_context *ret_context)
{
    ret_context->frame = hit->frame;
    ret_context->returned = hit->return_value;
    ret_context->exception = hit->exception;
    ret_context->has_elapsed = hit->elapsed_ns >= 0;
    ret_context->elapsed_ns = hit->elapsed_ns;
    ret_context->has_hits = true;
    ret_context->hits = (int64_t)atomic_load_explicit(&hit->probe->gates.captured, memory_order_relaxed) + 1;
    ret_context->text = text;
    ret_context->user = (void *)hit;
}

#endif
