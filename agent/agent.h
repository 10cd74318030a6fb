/**
 * The agent of this process: puts probes, snapshots and the link together.
 *
 * Threads. *Program threads* run callbacks under the GIL (agent_hit in hit.c). The *worker* (worker.c) attaches to
 * Python when there is something to do: it arms, removes and looks up. The *link thread* (report.c) never has the GIL.
 * Locks, each held for copies only: `mail_lock` (what the link gives the worker), `board.lock` (which probes there
 * are). `control_lock` serialises work on the registry; it is taken with the GIL released, before the GIL.
 */
#ifndef STROBE_AGENT_H
#define STROBE_AGENT_H

#include <Python.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "agent/dump.h"
#include "agent/memory.h"
#include "base/image_queue.h"
#include "link/link.h"
#include "probes/crash_marker.h"
#include "probes/py/code_index.h"
#include "probes/py/dispatch.h"
#include "probes/py/registry.h"
#include "wire/codec.h"

enum { STROBE_INSTANCE_DIGITS = 16, STROBE_MAIL_REQUESTS_MAX = 64, STROBE_BOARD_RETIRED_MAX = 64 };

/** What the link left for the worker; behind `mail_lock`. */
struct strobe_mail {
    bool stop;
    bool has_set;
    struct strobe_wire_probe_set set;
    struct strobe_wire_request requests[STROBE_MAIL_REQUESTS_MAX];
    size_t requests_count;
    bool code_appeared;
    bool probe_ended;
    bool has_lines; /* for the program's own logging */
};

/** Which probes there are, for the link thread; behind `lock`. */
struct strobe_board {
    pthread_mutex_t lock;
    struct strobe_probe **probes; /* references */
    struct strobe_board_sent {
        uint64_t status_revision;
        uint64_t gates_sum;
        uint64_t metric_hits;
    } * sent; /* what the hub knows of each */
    size_t count;
    struct strobe_probe *retired[STROBE_BOARD_RETIRED_MAX]; /* removed lately: images of theirs may be under way */
    size_t retired_next;
    int64_t set_version; /* of the probe_set in force */
};

/** What the program said at start; strings are owned. */
struct strobe_identity {
    char *service;
    char *command;
    char *python;
    char instance[STROBE_INSTANCE_DIGITS + 1];
    int64_t started_at_ms;
};

struct strobe_agent {
    struct strobe_identity identity;
    bool has_dsn;
    struct strobe_dsn dsn;

    /* Under the GIL and `control_lock`. */
    pthread_mutex_t control_lock;
    struct strobe_code_index index;
    struct strobe_dispatch dispatch;
    struct strobe_registry registry;
    char source_hash[65]; /* of the file asked for last */
    struct strobe_memory memory;

    struct strobe_image_queue *queue;
    atomic_uint_fast64_t dropped;     /* captures that found the queue full or memory exhausted */
    struct strobe_image_queue *relay; /* log lines for the program's own logging; see relay.h */
    atomic_ulong relay_thread;        /* native number of the thread that logs them; 0: none */
    struct strobe_board board;
    struct strobe_crash_marker marker;
    struct strobe_link *link; /* NULL in local mode */
    bool link_parked;
    pthread_mutex_t fork_lock; /* held from before a fork until after it: forks of several threads take turns */

    pthread_t worker;
    volatile bool worker_works; /* it has the GIL, or lent it in the midst of its work */
    bool python_forks;          /* between the hooks of os.register_at_fork */
    pid_t process;              /* in which the threads run */
    bool worker_runs;
    PyThreadState *worker_tstate;
    atomic_ulong worker_id;     /* as the system numbers it; 0: it has not begun */
    int64_t looked_ns;          /* CLOCK_MONOTONIC; see must_look() */
    atomic_llong gil_wanted_ns; /* CLOCK_MONOTONIC since when the worker waits for the GIL; 0: it does not */
    struct strobe_dump_desk dump_desk;
    pthread_mutex_t mail_lock;
    pthread_cond_t mail_ready; /* CLOCK_MONOTONIC */
    struct strobe_mail mail;
    bool stopping;
};

/* ---- agent.c: life ---- */

/** What start needs; strings are copied. */
struct strobe_agent_options {
    const char *dsn; /* NULL: local mode, nothing is sent */
    const char *service;
    const char *command;
    const char *python;
};

/**
 * Start the agent.   GIL: held.   Sets no exception.
 * @return 0 and the agent, or a reason: STROBE_ESYNTAX (the DSN), STROBE_EBUSY, STROBE_ENOMEM, STROBE_EINTERNAL
 */
int strobe_agent_start(const struct strobe_agent_options *options, struct strobe_agent **ret_agent,
                       struct strobe_error *error);

/** Disarm everything, flush for at most STROBE_EXIT_FLUSH_MS_MAX, join the threads, release. GIL: held; released
 *  while waiting. */
void strobe_agent_stop(struct strobe_agent *agent);

/** Before a fork: no thread of ours runs afterwards, and no other thread forks. GIL: held; released while waiting. */
void strobe_agent_before_fork(struct strobe_agent *agent);

/** In the parent, on the thread that forked: others may fork. Our threads stay away until strobe_agent_resume(). */
void strobe_agent_after_fork_parent(struct strobe_agent *agent);

/** Start our threads again, unless another fork is under way (which resumes later). GIL: held. */
void strobe_agent_resume(struct strobe_agent *agent);

/** In the child: a new instance with its own link; armed lines stay armed. GIL: held. */
void strobe_agent_after_fork_child(struct strobe_agent *agent);

/** Take or release `control_lock` with the GIL released while waiting. GIL: held. */
void strobe_agent_lock_control(struct strobe_agent *agent);
void strobe_agent_unlock_control(struct strobe_agent *agent);

/* ---- hit.c: the program's threads ---- */

/** strobe_hit_handler of the dispatch: capture and queue. */
bool strobe_agent_hit(void *user, const struct strobe_hit *hit, const struct strobe_script *script,
                      const int16_t *binding);

/** strobe_line_handler of the dispatch: queue a log line. */
bool strobe_agent_line(void *user, const struct strobe_hit *hit, const char *text, size_t size);

/* ---- worker.c ---- */

/** Start the worker thread. GIL: held. @return 0 or STROBE_EINTERNAL */
int strobe_worker_start(struct strobe_agent *agent);

/** End and join it. GIL: held; released while waiting. */
void strobe_worker_stop(struct strobe_agent *agent);

/** Leave mail for the worker: `write` is called under `mail_lock`. Thread: any. */
void strobe_worker_post(struct strobe_agent *agent, void (*write)(struct strobe_mail *mail, void *argument),
                        void *argument);

/** Hooks of index and dispatch: leave a note for the worker. */
void strobe_worker_code_appeared(void *user);
void strobe_worker_probe_ended(void *user);

/* ---- board.c ---- */

int strobe_board_init(struct strobe_board *board);
void strobe_board_done(struct strobe_board *board);

/** Hook of the registry (`user` is the agent): these are the probes now. */
void strobe_board_publish(void *user, struct strobe_probe *const *probes, size_t count);

/** The probe with `tag`, with a reference, or NULL. Thread: any. */
struct strobe_probe *strobe_board_find(struct strobe_board *board, uint64_t tag);

/** Forget what the hub knows, so that everything is reported again. Thread: any. */
void strobe_board_unsent(struct strobe_board *board);

/** States that changed since the last call, as a message to encode; false when none. The caller releases it with
 *  strobe_wire_struct_done(). Thread: any. */
bool strobe_board_changes(struct strobe_board *board, struct strobe_wire_probe_status *ret_status);

/** Metrics that changed since the last call, as a message to encode; false when none. Thread: the link's. Released as
 *  above. */
bool strobe_board_metrics(struct strobe_board *board, struct strobe_wire_metrics *ret_metrics);

/** The metric of every probe that has one, as above; for use without a hub. Thread: any. */
bool strobe_board_all_metrics(struct strobe_board *board, struct strobe_wire_metrics *ret_metrics);

/** The state of every probe; a new array of `*ret_count`, each to be released with strobe_wire_struct_done(). NULL when
 *  there is none or memory is exhausted. Thread: any. No Python object is made under the lock: that could give the GIL
 *  away to the worker, which may wait for the lock. */
struct strobe_wire_probe_state *strobe_board_states(struct strobe_board *board, size_t *ret_count);

/** State of one probe as on the wire; strings are new. @return 0 or STROBE_ENOMEM */
int strobe_board_state(struct strobe_probe *probe, struct strobe_wire_probe_state *ret_state);

/* ---- report.c: the link thread ---- */

/** Handlers for strobe_link_start(). */
struct strobe_link_handlers strobe_report_handlers(struct strobe_agent *agent);

/** Send a control message, the structure of `kind`; does nothing without a link, logs what cannot be encoded.
 *  Thread: any. */
void strobe_report_post(struct strobe_agent *agent, enum strobe_wire_kind kind, const void *body);

struct strobe_log_line;

/** The text of a log line, secrets taken out; new, NULL when memory is exhausted. Thread: any. */
char *strobe_report_line_text(const struct strobe_log_line *line);

/** Encode one image, a capture or a log line, as a snapshot message. @return 0, STROBE_ENOTFOUND (its probe is gone),
 * STROBE_EPROTO, ... */
int strobe_report_encode(struct strobe_agent *agent, const struct strobe_image *image,
                         struct strobe_wire_snapshot *ret_snapshot, struct strobe_error *error);

/* ---- source.c: files of the program, on the worker ---- */

/** Hook of the registry: hash of the file's text, and the text to the hub. */
const char *strobe_source_hash(void *user, const char *file);

/** Answer what the hub asks: the text of a file, the list of files. GIL: held. */
void strobe_files_answer(struct strobe_agent *agent, const struct strobe_wire_request *request);
void strobe_source_answer(struct strobe_agent *agent, const struct strobe_wire_request *request);

#endif
