/**
 * Threads, frames and code objects of the interpreter read without the GIL, as bare bytes.
 *
 * Nothing is dereferenced: each read is a copy by the kernel (base/own_memory.h), and what is read is checked before it
 * is believed: a code object and the strings in it have the types of their kind. While other threads run, what is found
 * may be torn (parts of different moments) but reading it cannot fail in any other way, and all walks are bounded by
 * their callers, who follow one pointer at a time.
 *
 * Thread: any, also one that Python does not know.   GIL: not needed, never taken; but strobe_bare_init() wants it.
 * Nothing here allocates, takes a lock, or touches a reference count.
 */
#ifndef STROBE_PY_BARE_H
#define STROBE_PY_BARE_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/own_memory.h"
#include "strobe/limits.h"

/** One thread state. */
struct strobe_bare_thread {
    uintptr_t next;     /* the next one; 0: the last */
    uintptr_t frame;    /* the innermost, to be read; 0: none */
    uint64_t native_id; /* 0: it has not begun to run */
    bool is_foreign;    /* made by C code that called in; known from 3.13 on */
    bool waits;         /* for the GIL; known from 3.15 on */
};

/** The GIL of the main interpreter. */
struct strobe_bare_gil {
    bool is_held;
    uintptr_t holder; /* thread state of the last one that took it; 0: none, or it is gone */
    uint64_t switches;
};

enum strobe_bare_frame_kind {
    STROBE_BARE_FRAME,       /* runs `code` at `instruction` */
    STROBE_BARE_FRAME_INNER, /* the interpreter's own, or not begun: not shown */
    STROBE_BARE_FRAME_TORN   /* has no code object any more, or not yet */
};

struct strobe_bare_frame {
    enum strobe_bare_frame_kind kind;
    uintptr_t code;
    int instruction;    /* offset in bytes */
    uintptr_t previous; /* 0: the outermost */
};

/** Names and place of a code object; text is UTF-8 with a NUL, cut, "?" for what cannot be read. */
struct strobe_bare_code {
    char function[STROBE_NAME_BYTES_MAX + 1];
    char file[STROBE_PATH_BYTES_MAX + 1];
    int first_line;
    uintptr_t line_table;
};

/**
 * Find the main interpreter, and see that this build of CPython is laid out as expected: what is read of the calling
 * thread must be what CPython says. `memory` is used for that.   GIL: held.
 * @return 0, or STROBE_EUNSUPPORTED: nothing here may be called
 */
int strobe_bare_init(struct strobe_own_memory *memory);

/** The first thread state of the main interpreter; 0 when it cannot be read. */
uintptr_t strobe_bare_first_thread(struct strobe_own_memory *memory);

/** @return false when there is no thread state of the main interpreter (any more) */
bool strobe_bare_thread_read(struct strobe_own_memory *memory, uintptr_t address,
                             struct strobe_bare_thread *ret_thread);

/** @return false when it cannot be read */
bool strobe_bare_gil_read(struct strobe_own_memory *memory, struct strobe_bare_gil *ret_gil);

/** @return false when the frame's memory cannot be read */
bool strobe_bare_frame_read(struct strobe_own_memory *memory, uintptr_t address, struct strobe_bare_frame *ret_frame);

/** @return false when there is no code object (any more) */
bool strobe_bare_code_read(struct strobe_own_memory *memory, uintptr_t address, struct strobe_bare_code *ret_code);

/** The 1-based line of an instruction; 0 when it has none, or the table is longer than STROBE_DUMP_LINE_TABLE_BYTES. */
int strobe_bare_code_line(struct strobe_own_memory *memory, const struct strobe_bare_code *code, int instruction);

#endif
