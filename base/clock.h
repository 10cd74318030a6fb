/** Time. Durations use the monotonic clock; people see Unix time. Thread: any, also with all signals blocked. */
#ifndef STROBE_CLOCK_H
#define STROBE_CLOCK_H

#include <stdint.h>

/** CLOCK_MONOTONIC in nanoseconds. */
int64_t strobe_clock_monotonic_ns(void);

/** CLOCK_REALTIME in nanoseconds since 1970. */
int64_t strobe_clock_unix_ns(void);

/** CLOCK_REALTIME in microseconds since 1970. */
int64_t strobe_clock_unix_us(void);

/** CLOCK_REALTIME in milliseconds since 1970. */
int64_t strobe_clock_unix_ms(void);

#endif
