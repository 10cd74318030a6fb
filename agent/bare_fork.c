#include "agent/bare_fork.h"

#include <Python.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/agent.h"
#include "base/log.h"
#include "base/py/gil.h"

static struct strobe_agent *watched; /* under the GIL */

/* Of the fork under way: glibc runs handlers of one fork at a time. */
static bool locked; /* control_lock is ours */
static bool parked; /* the link is */
static bool waits;  /* the worker, for the GIL that the forking thread holds */
static bool safe;   /* the child may start the agent again */

/* Pending call, in the main thread of the child. */
static int start_again(void *ignored)
{
    (void)ignored;
    if (watched != NULL && watched->process != getpid()) {
        /* The threads of the parent are not here. What they had is left as it is. */
        watched->worker_runs = false;
        watched->worker_tstate = NULL;
        strobe_agent_after_fork_child(watched);
    }
    return 0;
}

/* Pending call where the agent does not start: with it CPython sees that nobody asks for the GIL any more. */
static int look_again(void *ignored)
{
    (void)ignored;
    return 0;
}

/* The worker holds the lock while it is attached to Python or waits for that. It may wait for a program's thread that
 * keeps the GIL, hence not for ever. */
static bool lock_control(void)
{
    const struct timespec a_while = {.tv_nsec = 1000000};
    for (int ms = 0; ms < STROBE_FORK_PARK_MS_MAX; ms++) {
        if (pthread_mutex_trylock(&watched->control_lock) == 0) {
            return true;
        }
        nanosleep(&a_while, NULL);
    }
    return false;
}

/* Whether no thread is there beside this one and ours. */
static bool is_alone(void)
{
    struct stat tasks;
    nlink_t ours = 1 + (watched->worker_runs ? 1 : 0) + (watched->link != NULL && !watched->link_parked ? 1 : 0);
    return stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink <= 2 + ours; /* with `.` and `..` */
}

static void before(void)
{
    locked = parked = waits = safe = false;
    if (watched == NULL || watched->python_forks) {
        return;
    }
    bool attached = PyGILState_Check();
    if (attached) {
        locked = pthread_mutex_trylock(&watched->control_lock) == 0;
        waits = !locked;
    } else {
        locked = lock_control(); /* else the child could be left with a GIL that the worker had */
    }
    if (watched->link != NULL && !watched->link_parked && (attached || locked)) {
        /* Else the child could be left with a lock of OpenSSL that the link had. It never waits for the GIL. */
        parked = watched->link_parked = strobe_link_park(watched->link, STROBE_FORK_PARK_MS_MAX) == 0;
    }
    safe = attached ? !watched->worker_works : locked && is_alone();
}

static void unlock_control(void)
{
    if (locked) {
        pthread_mutex_unlock(&watched->control_lock);
    }
    locked = false;
}

static void in_parent(void)
{
    if (parked) {
        watched->link_parked = false;
        if (strobe_link_unpark(watched->link) < 0) {
            strobe_log(STROBE_LOG_ERROR, "the link could not start again after a fork");
        }
    }
    parked = false;
    unlock_control();
}

static void in_child(void)
{
    unlock_control();
    if (waits) {
        strobe_gil_forget_waiters(PyThreadState_Get());
    }
    if (safe || waits) { /* the lock of pending calls is free: whoever takes it has the GIL, or is not there */
        Py_AddPendingCall(safe ? start_again : look_again, NULL);
    }
}

void strobe_bare_fork_watch(struct strobe_agent *agent)
{
    static bool registered; /* for good: handlers cannot be taken back */
    watched = agent;
    if (!registered && agent != NULL) {
        registered = pthread_atfork(before, in_parent, in_child) == 0;
    }
}
