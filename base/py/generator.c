/* Generators hold their frame inside; checked on 3.11.7, 3.12.1, 3.13.0, 3.13.18, 3.14.10 and 3.15.2. */
#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif
#include "base/py/generator.h"

#include <internal/pycore_frame.h>
#include <internal/pycore_genobject.h>
#include <string.h>
#if PY_VERSION_HEX >= 0x030E0000
#include <internal/pycore_interpframe.h>
#endif

typedef struct _PyInterpreterFrame interpreter_frame;

static bool is_finished(int state)
{
#if PY_VERSION_HEX >= 0x030F0000
    return state == FRAME_CLEARED;
#else
    return state >= FRAME_COMPLETED;
#endif
}

#if PY_VERSION_HEX >= 0x030E0000
static PyObject *untag(_PyStackRef reference)
{
    enum { TAG_BITS = 7, INTEGER_TAG = 3 };
    bool is_integer = (reference.bits & INTEGER_TAG) == INTEGER_TAG; /* 3.15: the index of a loop */
    return is_integer ? NULL : (PyObject *)(reference.bits & ~(uintptr_t)TAG_BITS);
}

/* What is awaited: on top of the frame's stack, from 3.15 on below the place for an index. */
static PyObject *awaited(const interpreter_frame *frame, PyCodeObject *code)
{
    const _PyStackRef *top = frame->stackpointer, *bottom = frame->localsplus + code->co_nlocalsplus;
    PyObject *object = NULL;
    for (int i = 0; object == NULL && i < 2 && top != NULL && top > bottom; i++) {
        object = untag(*--top);
    }
    return object;
}
#else
static PyObject *awaited(const interpreter_frame *frame, PyCodeObject *code)
{
    return frame->stacktop > code->co_nlocalsplus ? frame->localsplus[frame->stacktop - 1] : NULL;
}
#endif

/* Whether a suspended frame stands in `await` or `yield from`. */
static bool is_delegating(const PyGenObject *generator, struct strobe_frame frame)
{
#if PY_VERSION_HEX >= 0x030D0000
    (void)frame;
#if PY_VERSION_HEX >= 0x030F0000
    return generator->gi_frame_state == FRAME_SUSPENDED_YIELD_FROM ||
           generator->gi_frame_state == FRAME_SUSPENDED_YIELD_FROM_LOCKED;
#else
    return generator->gi_frame_state == FRAME_SUSPENDED_YIELD_FROM;
#endif
#else /* the instruction after the one it stands at is RESUME with an argument of 2 or 3 */
    (void)generator;
    const _Py_CODEUNIT *next = _PyCode_CODE(strobe_frame_code(frame)) + strobe_frame_instruction(frame) / 2 + 1;
#if PY_VERSION_HEX >= 0x030C0000
    return (next->op.arg & 3) >= 2;
#else
    return (_Py_OPARG(*next) & 3) >= 2;
#endif
#endif
}

bool strobe_generator_check(PyObject *object)
{
    return PyGen_CheckExact(object) || PyCoro_CheckExact(object) || PyAsyncGen_CheckExact(object);
}

void strobe_generator_read(PyObject *object, struct strobe_generator *ret_generator)
{
    PyGenObject *generator = (PyGenObject *)object;
    interpreter_frame *frame = (interpreter_frame *)&generator->gi_iframe;
    struct strobe_generator read = {.qualname = generator->gi_qualname, .frame = {frame}};
    int8_t state = generator->gi_frame_state;
    if (is_finished(state)) {
        read.state = STROBE_GENERATOR_CLOSED;
#if PY_VERSION_HEX < 0x030C0000
        read.code = generator->gi_code;
#endif
    } else {
        read.code = strobe_frame_code(read.frame);
        read.state = state == FRAME_CREATED     ? STROBE_GENERATOR_CREATED
                     : state == FRAME_EXECUTING ? STROBE_GENERATOR_RUNNING
                                                : STROBE_GENERATOR_SUSPENDED;
    }
    if (read.state == STROBE_GENERATOR_SUSPENDED || read.state == STROBE_GENERATOR_RUNNING) {
        read.line = strobe_frame_line(read.frame);
    }
    if (read.state == STROBE_GENERATOR_SUSPENDED && is_delegating(generator, read.frame)) {
        read.awaits = awaited(frame, read.code);
    }
    *ret_generator = read;
}

/* ---- Wrappers ---- */

/* The object that coroutine.__await__() returns: its coroutine is the first thing in it, in all versions. */
struct wrapper {
    PyObject ob_base;
    PyObject *inner;
};

PyObject *strobe_generator_unwrap(PyObject *object)
{
    const char *name = Py_TYPE(object)->tp_name;
    bool static_or_fixed = !PyType_HasFeature(Py_TYPE(object), Py_TPFLAGS_HEAPTYPE) ||
                           PyType_HasFeature(Py_TYPE(object), Py_TPFLAGS_IMMUTABLETYPE);
    bool wraps =
        static_or_fixed && (strcmp(name, "coroutine_wrapper") == 0 || strcmp(name, "_asyncio.FutureIter") == 0 ||
                            strcmp(name, "async_generator_asend") == 0 || strcmp(name, "async_generator_athrow") == 0);
    PyObject *inner = wraps ? ((struct wrapper *)object)->inner : NULL;
    return inner != NULL ? inner : object;
}
