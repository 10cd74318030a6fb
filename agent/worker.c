/*
 * The worker thread: the only thread of ours that attaches to Python, and only while it has something to do. It is
 * joined before the interpreter ends and before a fork, so it never waits for a GIL that nobody will give.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/probe_request.h"
#include "agent/question.h"
#include "agent/relay.h"
#include "base/clock.h"
#include "base/log.h"

enum {
    STACK_BYTES = 512 * 1024, /* CPython's parser recurses when a condition is compiled */
    IDLE_MS = 1000,           /* look for expired probes */
    UPKEEP_MS = 50,           /* an engine that must reach new threads */
    SETTLE_MS = 5,            /* an import makes many code objects at once */
};

void strobe_worker_post(struct strobe_agent *agent, void (*write)(struct strobe_mail *mail, void *argument),
                        void *argument)
{
    pthread_mutex_lock(&agent->mail_lock);
    write(&agent->mail, argument);
    pthread_cond_signal(&agent->mail_ready);
    pthread_mutex_unlock(&agent->mail_lock);
}

static void write_appeared(struct strobe_mail *mail, void *argument)
{
    (void)argument;
    mail->code_appeared = true;
}

static void write_ended(struct strobe_mail *mail, void *argument)
{
    (void)argument;
    mail->probe_ended = true;
}

static void write_stop(struct strobe_mail *mail, void *argument)
{
    (void)argument;
    mail->stop = true;
}

void strobe_worker_code_appeared(void *user)
{
    strobe_worker_post(user, write_appeared, NULL);
}

void strobe_worker_probe_ended(void *user)
{
    strobe_worker_post(user, write_ended, NULL);
}

/* ---- Work, attached to Python ---- */

static void apply_set(struct strobe_agent *agent, const struct strobe_wire_probe_set *set)
{
    struct strobe_probe_order *orders = calloc(set->probes_count + 1, sizeof *orders);
    struct strobe_probe_request *requests = calloc(set->probes_count + 1, sizeof *requests);
    for (size_t i = 0; orders != NULL && requests != NULL && i < set->probes_count; i++) {
        strobe_probe_order_fill(&set->probes[i], &orders[i]);
        requests[i] = orders[i].request;
    }
    if (orders == NULL || requests == NULL ||
        strobe_registry_apply(&agent->registry, requests, set->probes_count) < 0) {
        strobe_log(STROBE_LOG_WARNING, "not all probes could be set: out of memory");
    }
    pthread_mutex_lock(&agent->board.lock);
    agent->board.set_version = set->version;
    pthread_mutex_unlock(&agent->board.lock);
    free(requests);
    free(orders);
}

/* A set that is older than the one in force came over an old connection. */
static bool is_stale(struct strobe_agent *agent, const struct strobe_wire_probe_set *set)
{
    pthread_mutex_lock(&agent->board.lock);
    bool stale = set->version < agent->board.set_version;
    pthread_mutex_unlock(&agent->board.lock);
    return stale;
}

/* Without a watcher, look for new code once a second while a probe waits for it. */
static bool must_look(struct strobe_agent *agent)
{
    int64_t now_ns = strobe_clock_monotonic_ns();
    if (now_ns - agent->looked_ns < IDLE_MS * 1000000LL || !strobe_registry_must_look(&agent->registry)) {
        return false;
    }
    agent->looked_ns = now_ns;
    return true;
}

static void work(struct strobe_agent *agent, struct strobe_mail *mail)
{
    if (mail->has_set && !is_stale(agent, &mail->set)) {
        apply_set(agent, &mail->set);
    } else if (mail->code_appeared || must_look(agent)) {
        strobe_registry_resolve(&agent->registry);
    }
    if (strobe_registry_retire(&agent->registry)) {
        strobe_registry_resolve(&agent->registry); /* some are rested */
    }
    if (mail->has_lines) {
        strobe_relay_hand_on(agent);
    }
    for (size_t i = 0; i < mail->requests_count; i++) {
        strobe_question_answer(agent, &mail->requests[i]);
    }
    strobe_memory_upkeep(&agent->memory);
    if (agent->dispatch.engine->needs_upkeep && agent->dispatch.sites.count > 0) {
        agent->dispatch.engine->upkeep(&agent->dispatch);
    }
}

static void mail_done(struct strobe_mail *mail)
{
    if (mail->has_set) {
        strobe_wire_struct_done(&strobe_wire_probe_set_struct, &mail->set);
    }
    for (size_t i = 0; i < mail->requests_count; i++) {
        strobe_wire_struct_done(&strobe_wire_request_struct, &mail->requests[i]);
    }
}

/* ---- The thread ---- */

static struct timespec deadline_after(int milliseconds)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += (long)milliseconds % 1000 * 1000000L;
    at.tv_sec += milliseconds / 1000 + at.tv_nsec / 1000000000L;
    at.tv_nsec %= 1000000000L;
    return at;
}

static bool has_mail(const struct strobe_mail *mail)
{
    return mail->stop || mail->has_set || mail->requests_count > 0 || mail->code_appeared || mail->probe_ended ||
           mail->has_lines;
}

/* Wait for mail or the time to look after things; move the mail out. @return false: stop */
static bool wait_for_mail(struct strobe_agent *agent, int wait_ms, struct strobe_mail *ret_mail)
{
    struct timespec until = deadline_after(wait_ms);
    pthread_mutex_lock(&agent->mail_lock);
    while (!has_mail(&agent->mail)) {
        if (pthread_cond_timedwait(&agent->mail_ready, &agent->mail_lock, &until) == ETIMEDOUT) {
            break;
        }
    }
    if (agent->mail.code_appeared && !agent->mail.stop && !agent->mail.has_set) {
        until = deadline_after(SETTLE_MS); /* a probe set does not wait for imports to settle */
        while (!agent->mail.stop && !agent->mail.has_set &&
               pthread_cond_timedwait(&agent->mail_ready, &agent->mail_lock, &until) != ETIMEDOUT) {
        }
    }
    bool stop = agent->mail.stop;
    if (!stop) {
        *ret_mail = agent->mail;
        memset(&agent->mail, 0, sizeof agent->mail);
    } /* else the mail stays for the thread that follows, after a fork */
    pthread_mutex_unlock(&agent->mail_lock);
    return !stop;
}

static void *worker_main(void *argument)
{
    struct strobe_agent *agent = argument;
    struct strobe_mail mail;
    bool upkeep = false;
    pthread_setname_np(pthread_self(), "strobe-worker");
    atomic_store(&agent->worker_id, (unsigned long)syscall(SYS_gettid));
#if PY_VERSION_HEX < 0x030C0000
    /* 3.11 binds a thread state to the thread that makes it; under another, `-X dev` takes each allocation for one
     * without the GIL. */
    agent->worker_tstate = PyThreadState_New(PyInterpreterState_Main());
    if (agent->worker_tstate == NULL) {
        return NULL;
    }
#endif
    while (wait_for_mail(agent, upkeep ? UPKEEP_MS : IDLE_MS, &mail)) {
        pthread_mutex_lock(&agent->control_lock);
        if (!has_mail(&mail) && agent->registry.count == 0 && !strobe_memory_needs_upkeep(&agent->memory)) {
            pthread_mutex_unlock(&agent->control_lock); /* nothing to look after: leave the GIL alone */
            continue;
        }
        atomic_store_explicit(&agent->gil_wanted_ns, strobe_clock_monotonic_ns(), memory_order_relaxed);
        PyEval_RestoreThread(agent->worker_tstate);
        atomic_store_explicit(&agent->gil_wanted_ns, 0, memory_order_relaxed);
        agent->worker_works = true;
        work(agent, &mail);
        upkeep = agent->dispatch.engine->needs_upkeep && agent->dispatch.sites.count > 0;
        agent->worker_works = false;
        PyEval_SaveThread();
        pthread_mutex_unlock(&agent->control_lock);
        mail_done(&mail);
        if (agent->link != NULL) {
            strobe_link_wake(agent->link); /* report what changed at once */
        }
    }
    PyEval_RestoreThread(agent->worker_tstate);
    PyThreadState_Clear(agent->worker_tstate);
    PyThreadState_DeleteCurrent();
    return NULL;
}

int strobe_worker_start(struct strobe_agent *agent)
{
    pthread_attr_t attributes;
    sigset_t all, before;
#if PY_VERSION_HEX >= 0x030C0000
    agent->worker_tstate = PyThreadState_New(PyInterpreterState_Get());
    if (agent->worker_tstate == NULL) {
        PyErr_Clear();
        return STROBE_EINTERNAL;
    }
#endif
    agent->mail.stop = false;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* inherited: the program's handlers never run on our thread */
    int failed = pthread_create(&agent->worker, &attributes, worker_main, agent);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (failed) {
#if PY_VERSION_HEX >= 0x030C0000
        PyThreadState_Clear(agent->worker_tstate);
        PyThreadState_Delete(agent->worker_tstate);
        agent->worker_tstate = NULL;
#endif
        return STROBE_EINTERNAL;
    }
    agent->worker_runs = true;
    return 0;
}

void strobe_worker_stop(struct strobe_agent *agent)
{
    if (!agent->worker_runs) {
        return;
    }
    strobe_worker_post(agent, write_stop, NULL);
    Py_BEGIN_ALLOW_THREADS pthread_join(agent->worker, NULL);
    Py_END_ALLOW_THREADS agent->worker_runs = false;
    agent->worker_tstate = NULL;
}
