/** The extension module's functions for use without a hub: tests, and programs that look at themselves. */
#ifndef STROBE_AGENT_LOCAL_H
#define STROBE_AGENT_LOCAL_H

#include <Python.h>

struct strobe_agent;

/** State of the module. */
struct strobe_module_state {
    struct strobe_agent *agent; /* NULL: not started */
};

/** local_apply, local_states, local_drain, local_metrics, local_memory, local_check; ends with NULL. */
extern PyMethodDef strobe_local_functions[];

#endif
