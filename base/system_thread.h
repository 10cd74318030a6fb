/** What the system says of a thread of this process. */
#ifndef STROBE_SYSTEM_THREAD_H
#define STROBE_SYSTEM_THREAD_H

#include <stdbool.h>
#include <stdint.h>

struct strobe_system_thread {
    char name[64];     /* UTF-8; at most 15 bytes on Linux */
    const char *state; /* running, sleeping, disk, stopped, ended, other; static */
    int64_t cpu_ms;    /* processor time since it started */
};

/**
 * Read /proc for thread `id` of this process. Thread: any. Allocates nothing.
 * @return false when there is no such thread any more, or no /proc
 */
bool strobe_system_thread_read(uint64_t id, struct strobe_system_thread *ret_thread);

#endif
