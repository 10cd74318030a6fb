#include "base/clock.h"

#include <time.h>

static int64_t read_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000LL + now.tv_nsec;
}

int64_t strobe_clock_monotonic_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

int64_t strobe_clock_thread_ns(void)
{
    return read_ns(CLOCK_THREAD_CPUTIME_ID);
}

int64_t strobe_clock_unix_ns(void)
{
    return read_ns(CLOCK_REALTIME);
}

int64_t strobe_clock_unix_us(void)
{
    return read_ns(CLOCK_REALTIME) / 1000;
}

int64_t strobe_clock_unix_ms(void)
{
    return read_ns(CLOCK_REALTIME) / 1000000;
}
