/** The thread of a capture. For the rules of snapshot/py see walk.h. */
#ifndef STROBE_SNAPSHOT_THREAD_H
#define STROBE_SNAPSHOT_THREAD_H

#include "base/pointer_map.h"
#include "snapshot/py/name.h"
#include "snapshot/py/walk.h"

/** Put the thread's number as the system knows it and its name, an empty one when it cannot be read. */
void strobe_thread_write(struct strobe_walk *walk, const PyThreadState *tstate);

/**
 * The name of the thread that threading knows by `identifier`; where threads are greenlets, that is the identity of the
 * greenlet. `buffer` is used when the name is not ASCII.   @return false when there is none
 */
bool strobe_thread_name_of(unsigned long identifier, char buffer[STROBE_NAME_BYTES_MAX], struct strobe_name *ret_name);

/** The name of a thread as UTF-8 with a NUL, cut at STROBE_NAME_BYTES_MAX. @return false when it cannot be read */
bool strobe_thread_name(const PyThreadState *tstate, char ret_name[STROBE_NAME_BYTES_MAX + 1]);

/** What threading knows of a thread. */
struct strobe_thread_info {
    char name[STROBE_NAME_BYTES_MAX + 1]; /* UTF-8; empty: it cannot be read */
    bool is_daemon;
    bool is_foreign; /* not made by threading: a stand-in */
};

/**
 * Fill `ret_threads` with the objects of threading by the identifier of their thread (PyThreadState.thread_id); they
 * are borrowed, valid while the GIL is held. The caller releases the map. @return 0 or STROBE_ENOMEM
 */
int strobe_thread_index(struct strobe_pointer_map *ret_threads);

/** Read one of them. */
void strobe_thread_describe(PyObject *thread, struct strobe_thread_info *ret_info);

/** Give back what strobe_thread_write() has found out about the threading module. GIL: held. */
void strobe_thread_done(void);

#endif
