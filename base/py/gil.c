/* The parts of the GIL, which CPython describes in its internal headers. Checked on 3.11.7, 3.12.1, 3.13.0, 3.14.10 and
 * 3.15.2. */
#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif
#include "base/py/gil.h"

#include <internal/pycore_ceval.h>
#include <internal/pycore_gil.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>
#include <pthread.h>
#include <time.h>

/* ---- What differs between versions ---- */

static struct _gil_runtime_state *gil_of(PyThreadState *tstate)
{
#if PY_VERSION_HEX >= 0x030C0000
    return tstate->interp->ceval.gil;
#else
    (void)tstate;
    return &_PyRuntime.ceval.gil;
#endif
}

static void withdraw_request(PyThreadState *tstate)
{
#if PY_VERSION_HEX >= 0x030D0000
    _Py_unset_eval_breaker_bit(tstate, _PY_GIL_DROP_REQUEST_BIT);
#else
    _Py_atomic_store_relaxed(&tstate->interp->ceval.gil_drop_request, 0);
#endif
}

/* ---- The same everywhere ---- */

/* As CPython makes them: its waits count from the monotonic clock. */
static void make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

void strobe_gil_forget_waiters(PyThreadState *tstate)
{
    struct _gil_runtime_state *gil = gil_of(tstate);
    pthread_mutex_init(&gil->mutex, NULL); /* one that began to wait may have had it */
    make_condition(&gil->cond);
    pthread_mutex_init(&gil->switch_mutex, NULL);
    make_condition(&gil->switch_cond);
    withdraw_request(tstate);
}
