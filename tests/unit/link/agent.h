/** The side of the agent in tests of the link: starts one and records what its handlers are told. */
#ifndef TEST_AGENT_H
#define TEST_AGENT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "link/link.h"

/** Everything but `link` and `snapshot_bytes` is under the mutex. */
struct agent {
    struct strobe_link *link;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    enum strobe_link_state state;
    char reason[256];
    int states;        /* calls of on_state */
    int messages;      /* calls of on_message */
    int64_t probe_set; /* version of the latest */
    int ticks;
    int wakes;
    int snapshots_to_add; /* by the next on_wake */
    size_t snapshot_bytes;
    int add_status; /* of the latest strobe_link_add_snapshot() */
};

void agent_start(struct agent *agent, const struct strobe_dsn *dsn);
/** Wait for the state, at most 60 s. */
void agent_expect_state(struct agent *agent, enum strobe_link_state state);
/** Wait until `states` was called at least so often. */
void agent_expect_states(struct agent *agent, int states);
void agent_expect_probe_set(struct agent *agent, int64_t version);
/** Have on_wake add `count` snapshots whose bodies have about `bytes`, and wait until it did. */
void agent_add_snapshots(struct agent *agent, int count, size_t bytes);
/** Wait until so many snapshots are acknowledged. */
void agent_expect_acknowledged(struct agent *agent, uint64_t count);
void agent_stop(struct agent *agent, int flush_ms);
/** Release what the record itself holds; agent_stop() does it as well. */
void agent_done(struct agent *agent);

/** The link's clock, as CLOCK_MONOTONIC in the tests: let `ms` pass at once, and have the running link look at it. */
void agent_pass_time(int64_t ms);

/** Whether all link threads are asleep, each time it is looked, once in a millisecond. */
bool agent_is_idle(int samples);

/** Wait until the link thread has gone to sleep, which it does in poll(2). */
void agent_expect_idle(void);

/** Threads of this process named strobe-link. */
int agent_threads(void);
/** Wait until there is none. */
void agent_expect_no_threads(void);

#endif
