#include "agent/bare_fork.h"

#include <Python.h>
#include <pthread.h>
#include <unistd.h>

#include "agent/agent.h"

static struct strobe_agent *watched; /* under the GIL */

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

/* In the child, before fork() returns. Takes no lock but the one of pending calls, which only who holds the GIL takes.
 */
static void in_child(void)
{
    if (watched != NULL && PyGILState_Check() && !watched->python_forks && !watched->worker_works) {
        Py_AddPendingCall(start_again, NULL);
    }
}

void strobe_bare_fork_watch(struct strobe_agent *agent)
{
    static bool registered; /* for good: handlers cannot be taken back */
    watched = agent;
    if (!registered && agent != NULL) {
        registered = pthread_atfork(NULL, NULL, in_child) == 0;
    }
}
