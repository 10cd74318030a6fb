#include "link/link.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "link/exit_guard.h"
#include "link/session.h"
#include "strobe/limits.h"

#define STACK_BYTES (256 * 1024)
#define FREEZE_MS STROBE_EXIT_FLUSH_MS_MAX /* at exit(): a turn of the loop takes far less */
#define LOOKUP_GRACE_MS 20                 /* after the flush, for a name lookup to end by itself */
#define OPENING_MS 500                     /* it takes a few, or for ever */
#define REASON_BYTES 257
#define GONE_TRIES 200 /* times 50 us */
#define GONE_US 50

/** What the thread is asked to do. */
enum order {
    ORDER_RUN,
    ORDER_PARK,   /* end, keep everything */
    ORDER_STOP,   /* end, release everything */
    ORDER_FREEZE, /* end, touch nothing any more */
};

enum event { EVENT_WAKE = 1, EVENT_POST = 2 };

struct strobe_link {
    struct strobe_session session; /* the thread's; while there is none, of whoever holds the link */
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* `running` or `opening` became false */
    pthread_t thread;
    pid_t process; /* that the thread belongs to */
    pid_t thread_id;
    atomic_uint events;
    atomic_uint wakers; /* inside strobe_connection_wake() now */
    atomic_bool opened; /* the session has a connection, which may be woken */
    atomic_bool sealed; /* no more wakes: the connection is going */
    /* Under the mutex: */
    enum order order;
    bool running;
    bool looking_up;
    bool opening;
    bool awaited; /* strobe_link_start() waits for the opening, and tells how it ended */
    struct strobe_error open_error;
    bool joinable; /* `thread` runs, or ended and was not joined */
    bool orphaned; /* strobe_link_stop() gave up waiting: the thread releases the link */
    int flush_ms;
    char stop_reason[REASON_BYTES];
};

/* ---- Waking ---- */

static void notify(struct strobe_link *link, unsigned event)
{
    int saved_errno = errno; /* the caller may be in the middle of the program's code */
    /* Whoever seals sees our count, or we see the seal; whoever opens sees our event, or we see that it is open: all
     * are sequentially consistent. */
    atomic_fetch_add(&link->wakers, 1);
    if (!atomic_load(&link->sealed) && atomic_fetch_or(&link->events, event) == 0 && atomic_load(&link->opened)) {
        strobe_connection_wake(link->session.connection);
    }
    atomic_fetch_sub(&link->wakers, 1);
    errno = saved_errno;
}

static void seal(struct strobe_link *link)
{
    atomic_store(&link->sealed, true);
    while (atomic_load(&link->wakers) != 0) {
        sched_yield();
    }
}

/** Have the thread look at `order`. With the mutex held, so that the thread cannot be gone. */
static void interrupt(struct strobe_link *link)
{
    if (link->running && atomic_load(&link->opened) && !atomic_load(&link->sealed)) {
        strobe_connection_wake(link->session.connection);
    }
}

/* ---- The thread ---- */

static void release(struct strobe_link *link)
{
    strobe_session_done(&link->session);
    pthread_cond_destroy(&link->changed);
    pthread_mutex_destroy(&link->mutex);
    free(link);
}

static void deal_with_events(struct strobe_link *link)
{
    unsigned events = atomic_exchange(&link->events, 0);
    if ((events & EVENT_WAKE) != 0 && link->session.handlers.on_wake != NULL) {
        link->session.handlers.on_wake(link->session.handlers.user);
    }
    if ((events & EVENT_POST) != 0) {
        strobe_session_send(&link->session);
    }
}

static void set_looking_up(struct strobe_link *link, bool looking_up)
{
    pthread_mutex_lock(&link->mutex);
    link->looking_up = looking_up;
    pthread_mutex_unlock(&link->mutex);
}

static enum order current_order(struct strobe_link *link, bool *ret_orphaned)
{
    pthread_mutex_lock(&link->mutex);
    enum order order = link->order;
    *ret_orphaned = link->orphaned;
    pthread_mutex_unlock(&link->mutex);
    return order;
}

/*
 * Here and not in strobe_link_start(): in the child of a fork, a lock of OpenSSL may be held by a thread that does not
 * exist there. Then this thread hangs, and the program goes on without a link.
 */
static int open_session(struct strobe_link *link)
{
    struct strobe_error error = {0};
    int status = strobe_session_open(&link->session, &error);
    pthread_mutex_lock(&link->mutex);
    bool awaited = link->awaited;
    link->opening = false;
    link->open_error = error;
    atomic_store(&link->opened, status == 0);
    pthread_cond_broadcast(&link->changed);
    pthread_mutex_unlock(&link->mutex);
    if (status < 0 && !awaited) {
        strobe_log(STROBE_LOG_ERROR, "link: %s", error.message);
    }
    return status;
}

static void look_up(struct strobe_link *link)
{
    struct strobe_addresses addresses;
    struct strobe_error error = {0};
    bool orphaned;
    set_looking_up(link, true);
    int status = strobe_addresses_lookup(link->session.dsn.host, &addresses, &error);
    set_looking_up(link, false);
    current_order(link, &orphaned);
    if (!orphaned) {
        strobe_session_found(&link->session, status == 0 ? &addresses : NULL, error.message);
    }
}

/** The thread's last act: afterwards the link belongs to whoever waits. @return whether nobody does */
static bool end_thread(struct strobe_link *link)
{
    pthread_mutex_lock(&link->mutex);
    bool orphaned = link->orphaned;
    link->running = link->opening = false;
    pthread_cond_broadcast(&link->changed);
    pthread_mutex_unlock(&link->mutex);
    return orphaned;
}

static void finish(struct strobe_link *link)
{
    atomic_fetch_or(&link->events, EVENT_WAKE);
    deal_with_events(link);
    strobe_session_finish(&link->session, link->flush_ms, link->stop_reason);
}

static void *run(void *argument)
{
    struct strobe_link *link = argument;
    pthread_setname_np(pthread_self(), "strobe-link");
    link->thread_id = gettid();
    for (;;) {
        bool orphaned;
        enum order order = current_order(link, &orphaned);
        if (order == ORDER_STOP && !orphaned) {
            finish(link);
        }
        if (order == ORDER_STOP) {
            seal(link);
            /* Here, because it writes to the socket: only this thread has SIGPIPE blocked. */
            strobe_connection_free(link->session.connection);
            link->session.connection = NULL;
        }
        if (order != ORDER_RUN) {
            break;
        }
        if (!atomic_load(&link->opened)) {
            if (open_session(link) < 0) {
                break;
            }
            continue;
        }
        deal_with_events(link);
        if (strobe_session_wants_addresses(&link->session)) {
            look_up(link);
        } else {
            strobe_session_turn(&link->session);
        }
    }
    if (end_thread(link)) {
        release(link);
    }
    return NULL;
}

/*
 * pthread_join() returns a little before the kernel has removed the thread, and CPython counts the kernel's threads to
 * warn about forks of processes that have several.
 */
static void join(struct strobe_link *link)
{
    pthread_join(link->thread, NULL);
    link->joinable = false;
    for (int i = 0; i < GONE_TRIES && tgkill(getpid(), link->thread_id, 0) == 0; i++) {
        usleep(GONE_US);
    }
}

static int create_thread(struct strobe_link *link, size_t stack_bytes)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) {
        return ENOMEM;
    }
    if (stack_bytes > 0) {
        pthread_attr_setstacksize(&attributes, stack_bytes);
    }
    int status = pthread_create(&link->thread, &attributes, run, link);
    pthread_attr_destroy(&attributes);
    return status;
}

/** With the mutex held and no thread running. */
static int start_thread(struct strobe_link *link)
{
    sigset_t all, before;
    if (link->joinable) {
        join(link); /* it ended by itself: the session could not be opened */
    }
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    link->order = ORDER_RUN;
    link->running = true;
    link->opening = !atomic_load(&link->opened);
    link->process = getpid();
    int status = create_thread(link, STACK_BYTES);
    if (status == EINVAL) {
        /* Thread-local data of the program's libraries counts against the stack and can be larger than ours. */
        status = create_thread(link, 0);
    }
    link->running = link->joinable = status == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status == 0 ? 0 : STROBE_EINTERNAL;
}

/* ---- Waiting for the thread ---- */

static struct timespec after_ms(int ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    return until;
}

/** With the mutex held. @return whether the thread ended in time */
static bool wait_for_end(struct strobe_link *link, int wait_ms)
{
    struct timespec until = after_ms(wait_ms > 0 ? wait_ms : 0);
    int status = 0;
    while (link->running && status != ETIMEDOUT) {
        status = pthread_cond_timedwait(&link->changed, &link->mutex, &until);
    }
    return !link->running;
}

/**
 * With the mutex held and the thread started. A thread that takes too long goes on by itself.
 * @return 0, or why the session could not be opened: then the thread ends
 */
static int wait_for_opening(struct strobe_link *link, struct strobe_error *error)
{
    struct timespec until = after_ms(OPENING_MS);
    int status = 0;
    link->awaited = true;
    while (link->opening && status != ETIMEDOUT) {
        status = pthread_cond_timedwait(&link->changed, &link->mutex, &until);
    }
    link->awaited = false;
    if (link->opening) {
        strobe_log(STROBE_LOG_WARNING,
                   "link: OpenSSL does not answer; a fork may have copied a lock that another thread held");
        return 0;
    }
    return link->open_error.code == 0 ? 0
                                      : strobe_error_set(error, link->open_error.code, "%s", link->open_error.message);
}

/** Give `order` and wait; if it is not obeyed in time, `otherwise` holds. @return whether the thread ended */
static bool end_with(struct strobe_link *link, enum order order, int wait_ms, enum order otherwise)
{
    pthread_mutex_lock(&link->mutex);
    bool was_running = link->running;
    link->order = order;
    interrupt(link);
    bool ended = wait_for_end(link, wait_ms);
    if (!ended) {
        link->order = otherwise;
    }
    pthread_mutex_unlock(&link->mutex);
    if (was_running && ended) {
        join(link);
    }
    return ended;
}

/* Called when OpenSSL is about to go; nothing may use it afterwards. */
static void freeze(void *object)
{
    struct strobe_link *link = object;
    if (link->process == getpid()) {
        end_with(link, ORDER_FREEZE, FREEZE_MS, ORDER_FREEZE);
        seal(link);
    }
}

/* ---- The interface ---- */

static struct strobe_link *new_link(void)
{
    struct strobe_link *link = calloc(1, sizeof *link);
    pthread_condattr_t attributes;
    if (link == NULL) {
        return NULL;
    }
    pthread_mutex_init(&link->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&link->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return link;
}

int strobe_link_start(const struct strobe_dsn *dsn, const struct strobe_wire_hello *hello,
                      const struct strobe_link_handlers *handlers, struct strobe_link **ret_link,
                      struct strobe_error *error)
{
    strobe_exit_guard_set_up();
    struct strobe_link *link = new_link();
    if (link == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory for the link");
    }
    int status = strobe_session_init(&link->session, dsn, hello, handlers, error);
    if (status < 0) {
        pthread_cond_destroy(&link->changed);
        pthread_mutex_destroy(&link->mutex);
        free(link);
        return status;
    }
    strobe_exit_guard_add(link, freeze);
    struct strobe_link *before = *ret_link;
    *ret_link = link; /* the handlers may use it from the first call on */
    pthread_mutex_lock(&link->mutex);
    status = start_thread(link);
    bool started = status == 0;
    status = started ? wait_for_opening(link, error)
                     : strobe_error_set(error, status, "the system gives no thread for the link");
    pthread_mutex_unlock(&link->mutex);
    if (status < 0) {
        *ret_link = before;
        strobe_exit_guard_remove(link);
        if (started) {
            join(link);
        }
        release(link);
    }
    return status;
}

void strobe_link_wake(struct strobe_link *link)
{
    notify(link, EVENT_WAKE);
}

int strobe_link_post(struct strobe_link *link, char *text, size_t size)
{
    int status = strobe_posts_add(&link->session.posts, text, size);
    if (status == 0) {
        notify(link, EVENT_POST);
    }
    return status;
}

int strobe_link_add_snapshot(struct strobe_link *link, struct strobe_wire_snapshot *snapshot,
                             struct strobe_error *error)
{
    return strobe_session_add_snapshot(&link->session, snapshot, error);
}

void strobe_link_set_callback_ns(struct strobe_link *link, uint64_t callback_ns)
{
    atomic_store_explicit(&link->session.callback_ns, callback_ns, memory_order_relaxed);
}

struct strobe_link_counters strobe_link_counters(const struct strobe_link *link)
{
    const struct strobe_session *session = &link->session;
    return (struct strobe_link_counters){
        .snapshots_added = atomic_load(&session->outbox.added),
        .snapshots_acknowledged = atomic_load(&session->outbox.acknowledged),
        .snapshots_dropped = atomic_load(&session->outbox.dropped),
        .control_dropped = atomic_load(&session->posts.dropped),
        .connections = atomic_load(&session->connections),
        .bytes_sent = atomic_load(&session->bytes_sent),
    };
}

enum strobe_link_state strobe_link_state(const struct strobe_link *link)
{
    return (enum strobe_link_state)atomic_load(&link->session.state);
}

/** With the mutex held. Wait for the thread unless it is where nothing interrupts it. @return whether it ended */
static bool wait_for_stop(struct strobe_link *link)
{
    int wait_ms = link->flush_ms + (link->opening ? OPENING_MS : LOOKUP_GRACE_MS);
    while (!wait_for_end(link, wait_ms)) {
        if (link->looking_up || link->opening) {
            return false;
        }
        wait_ms = LOOKUP_GRACE_MS; /* everything else that the thread does is short */
    }
    return true;
}

void strobe_link_stop(struct strobe_link *link, int flush_ms, const char *reason)
{
    if (link == NULL || !strobe_exit_guard_remove(link)) {
        return; /* OpenSSL is gone: the process ends, and what is left with it */
    }
    if (link->process != getpid()) {
        strobe_link_abandon(link);
        return;
    }
    pthread_mutex_lock(&link->mutex);
    if (!link->running && start_thread(link) < 0) {
        /* Parked, and no thread to close it properly. */
        pthread_mutex_unlock(&link->mutex);
        strobe_link_abandon(link);
        return;
    }
    link->flush_ms = flush_ms > 0 ? flush_ms : 0;
    snprintf(link->stop_reason, sizeof link->stop_reason, "%s", reason != NULL ? reason : "stop");
    link->order = ORDER_STOP;
    interrupt(link);
    bool ended = wait_for_stop(link);
    pthread_t thread = link->thread;
    link->orphaned = !ended;
    pthread_mutex_unlock(&link->mutex);
    if (ended) {
        join(link);
        release(link);
    } else {
        pthread_detach(thread);
    }
}

int strobe_link_park(struct strobe_link *link, int wait_ms)
{
    return end_with(link, ORDER_PARK, wait_ms, ORDER_RUN) ? 0 : STROBE_EBUSY;
}

int strobe_link_unpark(struct strobe_link *link)
{
    pthread_mutex_lock(&link->mutex);
    bool needed = !link->running && !atomic_load(&link->sealed);
    int status = needed ? start_thread(link) : 0;
    pthread_mutex_unlock(&link->mutex);
    return status;
}

void strobe_link_abandon(struct strobe_link *link)
{
    if (link == NULL) {
        return;
    }
    atomic_store(&link->sealed, true);
    strobe_exit_guard_remove(link);
    strobe_connection_abandon(link->session.connection);
}
