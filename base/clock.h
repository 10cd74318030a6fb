/** Time. Durations use the monotonic clock; people see Unix time. Thread: any, also with all signals blocked. */
#ifndef STROBE_CLOCK_H
#define STROBE_CLOCK_H

#include <stdint.h>

/** CLOCK_MONOTONIC in nanoseconds. */
int64_t strobe_clock_monotonic_ns(void);

/** What the calling thread has used of a processor, in nanoseconds: it stands while others run. A system call. */
int64_t strobe_clock_thread_ns(void);

/** CLOCK_REALTIME in nanoseconds since 1970. */
int64_t strobe_clock_unix_ns(void);

/** CLOCK_REALTIME in microseconds since 1970. */
int64_t strobe_clock_unix_us(void);

/** CLOCK_REALTIME in milliseconds since 1970. */
int64_t strobe_clock_unix_ms(void);

#endif
