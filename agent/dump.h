/**
 * Thread dumps: the stacks of all threads, on request.
 *
 * The worker takes one in a single hold of the GIL (dump_gil.c). When it does not come to that in
 * STROBE_DUMP_GIL_MS, or at once on request, the link thread takes one without the GIL (dump_bare.c). Whoever takes the
 * question off the desk answers it, so there is one answer.
 */
#ifndef STROBE_AGENT_DUMP_H
#define STROBE_AGENT_DUMP_H

#include <Python.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/image_queue.h"
#include "snapshot/thread_dump.h"
#include "strobe/error.h"
#include "wire/codec.h"

struct strobe_agent;

/** Questions that the worker has not come to. Behind `lock`, which is held for copies only. */
struct strobe_dump_desk {
    pthread_mutex_t lock;
    struct strobe_dump_question {
        int64_t request;
        int64_t asked_ns; /* CLOCK_MONOTONIC; 0: a free place */
        struct strobe_wire_threads_request wanted;
    } questions[STROBE_DUMP_PENDING_MAX];
};

/** One thread, or a suspended greenlet, as it was found. */
struct strobe_dump_row {
    uint64_t native_id;
    const char *kind; /* of the wire; NULL: not known; static, as `gil` */
    const char *gil;
    char name[STROBE_NAME_BYTES_MAX + 1]; /* empty: not known */
    int stack;                            /* -1: none */
    struct strobe_image *image;           /* a capture, for its task and its variables; NULL: none */
    uintptr_t greenlet, parent;           /* 0: none */
};

/** What one dump found. */
struct strobe_dump {
    struct strobe_thread_dump *stacks;
    struct strobe_dump_row *rows; /* STROBE_DUMP_THREADS_MAX */
    size_t rows_count;
    size_t total;     /* threads */
    size_t greenlets; /* suspended ones */
    bool torn;        /* the list of threads was left before its end */
    bool has_locals;  /* images are to be sent whole */
    int64_t at_us;    /* Unix time */
    int64_t held_ns;  /* the GIL; 0: without it */
    int64_t took_ns;
    uint64_t holder; /* without the GIL */
    bool with_gil;
    const char *reader; /* without the GIL; static */
    char note[256];     /* what was asked for and is not there */
};

/** What is the agent's: the worker is shown as such. */
struct strobe_dump_own {
    const PyThreadState *state; /* never followed without the GIL */
    PyObject *objects;          /* gc.get_objects; used before 3.12; NULL: none. Borrowed */
    uint64_t native_id;
};

/* ---- dump.c ---- */

/** @return 0 or STROBE_EINTERNAL. Also in the child of a fork. */
int strobe_dump_desk_init(struct strobe_dump_desk *desk);

/**
 * A question came. Thread: the link's.
 * @return true when it is answered; else it is for the worker, unless strobe_dump_tick() is faster
 */
bool strobe_dump_ask(struct strobe_agent *agent, const struct strobe_wire_request *request);

/** Answer those the worker has not come to for too long. Thread: the link's, about once a second. */
void strobe_dump_tick(struct strobe_agent *agent);

/** Answer, unless strobe_dump_tick() has. Thread: the worker's.   GIL: held; released meanwhile. */
void strobe_dump_answer(struct strobe_agent *agent, const struct strobe_wire_request *request);

/**
 * Take a dump and make the message, all but its `request`. For tests. GIL: held; released meanwhile.
 * @return 0 with a message to be released with strobe_wire_struct_done(); STROBE_EDENIED, STROBE_ENOMEM
 */
int strobe_dump_take(struct strobe_agent *agent, const struct strobe_wire_threads_request *wanted,
                     struct strobe_wire_threads *ret_message, struct strobe_error *error);

/* ---- dump_gil.c, dump_bare.c: what is collected ---- */

/** New, for `namer`. NULL when memory is exhausted. */
struct strobe_dump *strobe_dump_new(strobe_dump_namer namer, void *user);

/** NULL is fine. */
void strobe_dump_free(struct strobe_dump *dump);

/** A row more; NULL when there are too many (counts as cut). */
struct strobe_dump_row *strobe_dump_add_row(struct strobe_dump *dump);

/** All threads in one hold of the GIL. GIL: held. NULL when memory is exhausted. */
struct strobe_dump *strobe_dump_with_gil(const struct strobe_dump_own *own,
                                         const struct strobe_wire_threads_request *wanted);

/** dump_greenlet.c: greenlets that are suspended; at most STROBE_DUMP_GREENLETS_NS_MAX. GIL: held. */
void strobe_dump_add_greenlets(struct strobe_dump *dump, PyObject *objects_function);

/** Whether frames can be read as bare bytes here. */
bool strobe_dump_bare_works(void);

/**
 * See whether dumps without the GIL can be taken here. GIL: held. Once at start.
 */
void strobe_dump_bare_init(void);

/**
 * All threads without the GIL. Thread: any.   GIL: not needed.
 * @return 0; STROBE_EDENIED: it cannot be done here, `error` says why; STROBE_ENOMEM
 */
int strobe_dump_bare(const struct strobe_dump_own *own, struct strobe_dump **ret_dump, struct strobe_error *error);

/* ---- dump_message.c ---- */

/**
 * Make the message of a dump, all but `request`, `why` and `waited_ms`; with what the system says of each thread.
 * Thread: any.   GIL: not needed, and better not held.   @return 0 or STROBE_ENOMEM
 */
int strobe_dump_message(struct strobe_dump *dump, struct strobe_wire_threads *ret_message);

#endif
