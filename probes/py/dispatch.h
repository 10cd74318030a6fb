/**
 * From something that happens in the program to the probes that wait for it: condition, limits, hit.
 *
 * Changes come from the worker (and the watcher of new modules), reports from the program's threads, all under the GIL.
 * Adding and dropping probes only notes that a site changed; strobe_dispatch_settle() tells the engine, once for many
 * changes. What is dropped acts no more from that moment on.
 */
#ifndef STROBE_PROBES_DISPATCH_H
#define STROBE_PROBES_DISPATCH_H

#include <Python.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/pointer_map.h"
#include "base/py/frame.h"
#include "base/token_bucket.h"
#include "probes/probe.h"
#include "probes/py/calls.h"
#include "probes/py/engine.h"
#include "probes/py/hit.h"
#include "probes/py/raises.h"
#include "probes/py/recent.h"
#include "probes/py/site.h"
#include "probes/py/timers.h"

/**
 * Act on a hit: copy what is wanted. Runs in the program's thread under the GIL; runs no Python code, sets no
 * exception.
 * @return whether it was captured; false counts as dropped
 */
typedef bool strobe_hit_handler(void *user, const struct strobe_hit *hit, const struct strobe_script *script,
                                const int16_t *binding);

/** Act on a hit of a log probe: copy the line, `size` bytes of UTF-8. Rules and result as above. */
typedef bool strobe_line_handler(void *user, const struct strobe_hit *hit, const char *text, size_t size);

struct strobe_dispatch {
    const struct strobe_engine *engine;
    struct strobe_pointer_map sites; /* code object -> site */
    struct strobe_site *last_site;   /* the one that was looked for last, or NULL */
    struct strobe_site *changed;     /* sites that the engine must be told of */
    struct strobe_raises raises;
    size_t exits_count;      /* sites that wait for EXIT */
    bool exceptions_changed; /* raises or exits_count are not what the engine knows */
    struct strobe_calls calls;
    struct strobe_recent recent;
    struct strobe_timers timers;
    struct strobe_fair_rate process_rate;
    double budget;                      /* share of one core that probes without a budget of their own may cost */
    struct strobe_budget_window window; /* what they cost */
    struct strobe_budget_window capture_window; /* of it captures and log lines */
    struct strobe_budget_window gross_window;   /* with what CPython takes to report each pass */
    int64_t clock_ns;                           /* what reading the clock costs */
    volatile uint64_t *at_work; /* where the tag of the probe at work is kept, for who looks after a crash */
    bool timed;                 /* this callback is one of those that are measured */
    strobe_hit_handler *on_hit;
    strobe_line_handler *on_line;
    strobe_hit_text *text;        /* may be NULL */
    void (*on_ended)(void *user); /* a probe came to its end: disarm it soon. Program's thread, GIL held */
    void *user;
    atomic_uint_fast64_t callback_ns; /* time in the program's threads: captures measured, the rest sampled */
    unsigned sample;
    void *engine_state;
    volatile uint64_t at_work_here; /* where at_work points until the agent gives it a better place */
};

/** Start without sites and without an engine. */
void strobe_dispatch_init(struct strobe_dispatch *dispatch, strobe_hit_handler *on_hit, strobe_line_handler *on_line,
                          void (*on_ended)(void *user), void *user);

/** Release the sites that are left (they must be disarmed). GIL: held. */
void strobe_dispatch_done(struct strobe_dispatch *dispatch);

/* ---- Which probes stand where: standing.c ---- */

/**
 * Stand in `code` for LINE, ENTRY or EXIT; makes the site when there is none. Settle later.
 * GIL: held.   @return 0 or STROBE_ENOMEM
 */
int strobe_dispatch_add(struct strobe_dispatch *dispatch, PyCodeObject *code, const struct strobe_stand *stand);

/** Wait for exceptions of `type`: RAISE or UNHANDLED. Settle later. GIL: held.
 *  @return 0, STROBE_ENOMEM, STROBE_ELIMIT */
int strobe_dispatch_add_raise(struct strobe_dispatch *dispatch, PyTypeObject *type, const struct strobe_stand *stand);

/** Take `probe` away from everywhere. Settle later. GIL: held. */
void strobe_dispatch_remove(struct strobe_dispatch *dispatch, struct strobe_probe *probe);

/**
 * Let go of code that can run no more: the sites hold the only references, but for `others` of the caller's own.
 * Without this a probe would keep every copy of a template that is compiled again and again. Settle later. GIL: held.
 */
void strobe_dispatch_drop_dead(struct strobe_dispatch *dispatch, Py_ssize_t others);

/** Whether `probe` stands in `code` in this role already. GIL: held. */
bool strobe_dispatch_has(const struct strobe_dispatch *dispatch, PyCodeObject *code, const struct strobe_probe *probe,
                         enum strobe_role role);

/**
 * Tell the engine of one site that changed and, after the last one, of exceptions. A probe whose engine fails is taken
 * away and its state says why.   GIL: held.
 * @return whether there is more to tell: call again (a caller with the time may release the GIL between)
 */
bool strobe_dispatch_settle(struct strobe_dispatch *dispatch);

/** Tell the engine of `code`'s site at once, if it changed. GIL: held. */
void strobe_dispatch_settle_code(struct strobe_dispatch *dispatch, PyCodeObject *code);

/** The site of `code`, or NULL. Most look-ups are of the same code as the one before. */
static inline struct strobe_site *strobe_dispatch_site(struct strobe_dispatch *dispatch, PyCodeObject *code)
{
    struct strobe_site *last = dispatch->last_site;
    if (last == NULL || last->code != code) {
        last = strobe_pointer_map_get(&dispatch->sites, code);
        dispatch->last_site = last;
    }
    return last;
}

/* ---- What the engines report, about the innermost frame of this thread that runs the code in question.
 *      Thread: the program's. GIL: held. They preserve errno and a pending exception. ---- */

/** A line of `site` is about to run. @return whether a probe stands there (else the engine need not report it again) */
bool strobe_dispatch_line(struct strobe_dispatch *dispatch, struct strobe_site *site, int line);

/** A call of `site` begins. */
void strobe_dispatch_entry(struct strobe_dispatch *dispatch, struct strobe_site *site);

/** A call of `site` ends: with `return_value`, or by `exception` (may be NULL when not known). */
void strobe_dispatch_exit(struct strobe_dispatch *dispatch, struct strobe_site *site, PyObject *return_value,
                          PyObject *exception);

/** `exception`, whose traceback is `traceback` (may be NULL), is on its way through a frame of `code`, which may handle
 *  it. */
void strobe_dispatch_raise(struct strobe_dispatch *dispatch, PyCodeObject *code, PyObject *exception,
                           PyObject *traceback);

/** `exception` leaves the frame of `code`: an exit, and where no frame is left that could handle it, unhandled. */
void strobe_dispatch_unwind(struct strobe_dispatch *dispatch, PyCodeObject *code, PyObject *exception);

#endif
