#include "agent/dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/question.h"
#include "base/clock.h"

enum { NS_PER_MS = 1000000, WHY_BYTES = 256 };

/* ---- The desk ---- */

int strobe_dump_desk_init(struct strobe_dump_desk *desk)
{
    memset(desk, 0, sizeof *desk);
    return pthread_mutex_init(&desk->lock, NULL) == 0 ? 0 : STROBE_EINTERNAL;
}

static bool desk_put(struct strobe_dump_desk *desk, const struct strobe_wire_request *request)
{
    bool put = false;
    pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < STROBE_DUMP_PENDING_MAX && !put; i++) {
        struct strobe_dump_question *question = &desk->questions[i];
        if (question->asked_ns == 0) {
            *question = (struct strobe_dump_question){request->request, strobe_clock_monotonic_ns(), request->threads};
            put = true;
        }
    }
    pthread_mutex_unlock(&desk->lock);
    return put;
}

/* Take one off: the one numbered `request`, or (0) one that was put there before `before_ns`. */
static bool desk_take(struct strobe_dump_desk *desk, int64_t request, int64_t before_ns,
                      struct strobe_dump_question *ret_question)
{
    bool taken = false;
    pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < STROBE_DUMP_PENDING_MAX && !taken; i++) {
        struct strobe_dump_question *question = &desk->questions[i];
        if (question->asked_ns != 0 &&
            (request != 0 ? question->request == request : question->asked_ns <= before_ns)) {
            *ret_question = *question;
            question->asked_ns = 0;
            taken = true;
        }
    }
    pthread_mutex_unlock(&desk->lock);
    return taken;
}

/* ---- Answers ---- */

static struct strobe_dump_own own_of(struct strobe_agent *agent)
{
    return (struct strobe_dump_own){agent->worker_tstate, agent->memory.objects,
                                    (uint64_t)atomic_load(&agent->worker_id)};
}

/* Send what was found, and release it. Thread: any, better without the GIL. */
static void answer(struct strobe_agent *agent, const struct strobe_dump_question *question, struct strobe_dump *dump,
                   const char *why)
{
    struct strobe_wire_threads message;
    int64_t waited_ns = dump != NULL ? strobe_clock_monotonic_ns() - question->asked_ns - dump->took_ns : 0;
    int status = dump != NULL ? strobe_dump_message(dump, &message) : STROBE_ENOMEM;
    strobe_dump_free(dump);
    if (status < 0) {
        strobe_question_fail(agent, question->request, "internal", "out of memory");
        return;
    }
    message.request = question->request;
    message.waited_ms = waited_ns / NS_PER_MS;
    message.why = why != NULL ? strdup(why) : NULL;
    strobe_report_post(agent, STROBE_WIRE_KIND_THREADS, &message);
    strobe_wire_struct_done(&strobe_wire_threads_struct, &message);
}

static void answer_bare(struct strobe_agent *agent, const struct strobe_dump_question *question, const char *why)
{
    const struct strobe_dump_own own = own_of(agent);
    struct strobe_error error = {0};
    struct strobe_dump *dump = NULL;
    if (strobe_dump_bare(&own, &dump, &error) == STROBE_EDENIED) {
        strobe_question_fail(agent, question->request, "refused", error.message);
        return;
    }
    if (dump != NULL && (question->wanted.locals || question->wanted.greenlets)) {
        snprintf(dump->note, sizeof dump->note, "variables and greenlets cannot be read without the GIL");
    }
    answer(agent, question, dump, why);
}

bool strobe_dump_ask(struct strobe_agent *agent, const struct strobe_wire_request *request)
{
    if (request->threads.no_gil) {
        struct strobe_dump_question question = {request->request, strobe_clock_monotonic_ns(), request->threads};
        answer_bare(agent, &question, "asked for");
        return true;
    }
    if (!desk_put(&agent->dump_desk, request)) {
        strobe_question_fail(agent, request->request, "busy", "other thread dumps of this process wait: try again");
        return true;
    }
    return false;
}

void strobe_dump_tick(struct strobe_agent *agent)
{
    int64_t now_ns = strobe_clock_monotonic_ns();
    struct strobe_dump_question question;
    while (desk_take(&agent->dump_desk, 0, now_ns - STROBE_DUMP_GIL_MS * (int64_t)NS_PER_MS, &question)) {
        char why[WHY_BYTES];
        int64_t since_ns = atomic_load_explicit(&agent->gil_wanted_ns, memory_order_relaxed);
        double seconds = (double)(now_ns - (since_ns != 0 ? since_ns : question.asked_ns)) / 1e9;
        snprintf(why, sizeof why,
                 since_ns != 0 ? "the GIL was not to be had for %.1f s" : "the agent's worker was busy for %.1f s",
                 seconds);
        answer_bare(agent, &question, why);
    }
}

int strobe_dump_take(struct strobe_agent *agent, const struct strobe_wire_threads_request *wanted,
                     struct strobe_wire_threads *ret_message, struct strobe_error *error)
{
    const struct strobe_dump_own own = own_of(agent);
    struct strobe_dump *dump = NULL;
    int status = 0;
    if (!wanted->no_gil) {
        dump = strobe_dump_with_gil(&own, wanted);
    }
    Py_BEGIN_ALLOW_THREADS; /* the rest is done while the program runs on */
    if (wanted->no_gil) {
        status = strobe_dump_bare(&own, &dump, error);
    }
    status = status == 0 && dump == NULL ? STROBE_ENOMEM : status;
    status = status < 0 ? status : strobe_dump_message(dump, ret_message);
    strobe_dump_free(dump);
    Py_END_ALLOW_THREADS;
    return status < 0 ? strobe_error_set(error, status, "%s", strobe_error_meaning(status)) : 0;
}

void strobe_dump_answer(struct strobe_agent *agent, const struct strobe_wire_request *request)
{
    const struct strobe_dump_own own = own_of(agent);
    struct strobe_dump_question question;
    /* A hold of its own: what the worker did before does not lengthen it. */
    PyThreadState *tstate = PyEval_SaveThread();
    atomic_store_explicit(&agent->gil_wanted_ns, strobe_clock_monotonic_ns(), memory_order_relaxed);
    PyEval_RestoreThread(tstate);
    atomic_store_explicit(&agent->gil_wanted_ns, 0, memory_order_relaxed);
    if (!desk_take(&agent->dump_desk, request->request, 0, &question)) {
        return; /* the link thread was faster */
    }
    struct strobe_dump *dump = strobe_dump_with_gil(&own, &question.wanted);
    Py_BEGIN_ALLOW_THREADS; /* before the answer is sent: the GIL may not come back for long */
    answer(agent, &question, dump, NULL);
    Py_END_ALLOW_THREADS;
}
