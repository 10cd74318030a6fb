/**
 * Frames of the running thread and their variables, read without running anything and without side effects.
 *
 * The one place that knows CPython's frame layout. All pointers are borrowed from the frame and valid only until the
 * interpreter runs on: use them inside a callback, and take no reference that outlives it.
 * Thread: the thread that owns the frames.   GIL: held.   No function here sets a Python exception.
 */
#ifndef STROBE_PY_FRAME_H
#define STROBE_PY_FRAME_H

#include <Python.h>
#include <stdbool.h>

/** One frame; by value, trivially copied. */
struct strobe_frame {
    void *internal;
};

/** The innermost Python frame of `tstate` that has begun to run. @return whether there is one */
bool strobe_frame_current(PyThreadState *tstate, struct strobe_frame *ret_frame);

/**
 * The frame of `tstate` that reports an event of `code`: the innermost one, unless tracers written in Python stand
 * above it. Only for callbacks of events. @return the frame; its `internal` is NULL when it was not found
 */
struct strobe_frame strobe_frame_running(PyThreadState *tstate, PyCodeObject *code);

/** Move to the caller, skipping the interpreter's own entry frames. @return false at the outermost (unchanged then) */
bool strobe_frame_back(struct strobe_frame *frame);

/** Whether C code called this frame's function, so that another loop of the interpreter runs its caller. */
bool strobe_frame_entered(struct strobe_frame frame);

/** The code object; borrowed, never NULL. */
PyCodeObject *strobe_frame_code(struct strobe_frame frame);

/** The 1-based line being executed, 0 when unknown. Decodes the line table: up to 0.7 us in long functions. */
int strobe_frame_line(struct strobe_frame frame);

/** Offset in bytes of the instruction being executed; for PyCode_Addr2Line(). */
int strobe_frame_instruction(struct strobe_frame frame);

#if PY_VERSION_HEX < 0x030C0000
/** At a call event of 3.11: whether it is a generator or coroutine that goes on, and no call that begins. */
bool strobe_frame_resumes(struct strobe_frame frame);

/** At a return event of 3.11: whether it is a generator or coroutine that is suspended, and no call that ends. */
bool strobe_frame_yields(struct strobe_frame frame);
#endif

/** The kinds of variable slot, as flags. */
enum strobe_slot_kind {
    STROBE_SLOT_LOCAL = 1,
    STROBE_SLOT_ARGUMENT = 2,
    STROBE_SLOT_CELL = 4,   /* a local that inner functions see */
    STROBE_SLOT_FREE = 8,   /* a variable of an enclosing function */
    STROBE_SLOT_HIDDEN = 16 /* variable of an inlined comprehension at module or class level */
};

/** Number of variable slots of a function's frame (arguments, locals, cells, free variables). */
int strobe_code_slots(PyCodeObject *code);

/** Name of slot `index`, a str; borrowed. `ret_kind` (may be NULL): enum strobe_slot_kind, or-ed. */
PyObject *strobe_code_slot_name(PyCodeObject *code, int index, int *ret_kind);

/** Value of slot `index`, cells opened; borrowed; NULL when unbound. */
PyObject *strobe_frame_slot(struct strobe_frame frame, int index);

/**
 * The namespace of a module or class body, or of exec: borrowed; NULL for functions, whose variables are slots. May be
 * any object (`__prepare__`): read it only if it is exactly a dict.
 */
PyObject *strobe_frame_namespace(struct strobe_frame frame);

/** Globals and builtins of the frame; borrowed; may be any object for exec: read only if exactly a dict. */
PyObject *strobe_frame_globals(struct strobe_frame frame);
PyObject *strobe_frame_builtins(struct strobe_frame frame);

#endif
