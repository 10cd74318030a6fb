/*
 * Interpreter, threads and frames. Structs come from CPython's headers of the minor version compiled for; where a
 * member of the interpreter lies is asked of _Py_DebugOffsets from 3.13 on, because that struct does change within a
 * minor. Checked on 3.11.7, 3.12.1, 3.13.0, 3.13.18, 3.14.10 and 3.15.2, and by strobe_bare_init() on the one that
 * runs.
 */
#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif
#include "base/py/bare.h"

#include <internal/pycore_code.h>
#include <internal/pycore_frame.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>
#if PY_VERSION_HEX >= 0x030E0000
#include <internal/pycore_interpframe.h>
#endif
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/py/frame.h"
#include "strobe/error.h"

typedef struct _PyInterpreterFrame interpreter_frame;
typedef struct _gil_runtime_state gil_state;

enum { STATE_MADE_BY_C_CODE = 4, TAG_BITS = 7 };

static uintptr_t interpreter; /* the main one: lives as long as the process */

static uintptr_t address_of(const void *pointer)
{
    return (uintptr_t)pointer;
}

/* ---- Where members of the interpreter are ---- */

#if PY_VERSION_HEX >= 0x030D0000
static uintptr_t offset_of_threads(void)
{
    return (uintptr_t)_PyRuntime.debug_offsets.interpreter_state.threads_head;
}

static uintptr_t place_of_gil(struct strobe_own_memory *memory)
{
    uintptr_t gil;
    uintptr_t at = interpreter + (uintptr_t)_PyRuntime.debug_offsets.interpreter_state.ceval_gil;
    return strobe_own_memory_read(memory, at, &gil, sizeof gil) ? gil : 0;
}

static bool has_offsets(void)
{
    return memcmp(_PyRuntime.debug_offsets.cookie, "xdebugpy", 8) == 0 &&
           _PyRuntime.debug_offsets.version == Py_Version && _PyRuntime.debug_offsets.free_threaded == 0;
}
#else
static uintptr_t offset_of_threads(void)
{
    return offsetof(PyInterpreterState, threads.head);
}

static uintptr_t place_of_gil(struct strobe_own_memory *memory)
{
#if PY_VERSION_HEX >= 0x030C0000
    uintptr_t gil;
    uintptr_t at = interpreter + offsetof(PyInterpreterState, ceval.gil);
    return strobe_own_memory_read(memory, at, &gil, sizeof gil) ? gil : 0;
#else
    (void)memory;
    return address_of(&_PyRuntime.ceval.gil);
#endif
}

static bool has_offsets(void)
{
    return true;
}
#endif

/* ---- Threads ---- */

uintptr_t strobe_bare_first_thread(struct strobe_own_memory *memory)
{
    uintptr_t first;
    return strobe_own_memory_read(memory, interpreter + offset_of_threads(), &first, sizeof first) ? first : 0;
}

static uintptr_t frame_of(struct strobe_own_memory *memory, const PyThreadState *state)
{
#if PY_VERSION_HEX >= 0x030D0000
    (void)memory;
    return address_of(state->current_frame);
#else
    uintptr_t frame; /* by way of a struct on the thread's stack of C code */
    uintptr_t at = address_of(state->cframe) + offsetof(_PyCFrame, current_frame);
    return strobe_own_memory_read(memory, at, &frame, sizeof frame) ? frame : 0;
#endif
}

bool strobe_bare_thread_read(struct strobe_own_memory *memory, uintptr_t address, struct strobe_bare_thread *ret_thread)
{
    PyThreadState state;
    if (!strobe_own_memory_read(memory, address, &state, sizeof state) || address_of(state.interp) != interpreter) {
        return false;
    }
    *ret_thread = (struct strobe_bare_thread)
    {
        .next = address_of(state.next), .frame = frame_of(memory, &state), .native_id = state.native_thread_id,
#if PY_VERSION_HEX >= 0x030D0000
        .is_foreign = state._whence == STATE_MADE_BY_C_CODE,
#endif
#if PY_VERSION_HEX >= 0x030F0000
        .waits = state.gil_requested != 0 && state.holds_gil == 0,
#endif
    };
    return true;
}

/* ---- The GIL ---- */

bool strobe_bare_gil_read(struct strobe_own_memory *memory, struct strobe_bare_gil *ret_gil)
{
    uintptr_t at = place_of_gil(memory), holder;
    int locked;
    unsigned long switches;
    if (at == 0 || !strobe_own_memory_read(memory, at + offsetof(gil_state, last_holder), &holder, sizeof holder) ||
        !strobe_own_memory_read(memory, at + offsetof(gil_state, locked), &locked, sizeof locked) ||
        !strobe_own_memory_read(memory, at + offsetof(gil_state, switch_number), &switches, sizeof switches)) {
        return false;
    }
    *ret_gil = (struct strobe_bare_gil){.is_held = locked == 1, .holder = holder, .switches = switches};
    return true;
}

/* ---- Frames ---- */

static uintptr_t executable_of(const interpreter_frame *frame)
{
#if PY_VERSION_HEX >= 0x030E0000
    return (uintptr_t)frame->f_executable.bits & ~(uintptr_t)TAG_BITS;
#elif PY_VERSION_HEX >= 0x030D0000
    return address_of(frame->f_executable);
#else
    return address_of(frame->f_code);
#endif
}

static uintptr_t instruction_of(const interpreter_frame *frame)
{
#if PY_VERSION_HEX >= 0x030D0000
    return address_of(frame->instr_ptr);
#else
    return address_of(frame->prev_instr);
#endif
}

/* Entry frames of the interpreter, from 3.12 on, have the highest owner. */
static bool is_entry(const interpreter_frame *frame)
{
#if PY_VERSION_HEX >= 0x030E0000
    return frame->owner >= FRAME_OWNED_BY_INTERPRETER;
#elif PY_VERSION_HEX >= 0x030C0000
    return frame->owner == FRAME_OWNED_BY_CSTACK;
#else
    (void)frame;
    return false;
#endif
}

static enum strobe_bare_frame_kind kind_of(struct strobe_own_memory *memory, const interpreter_frame *frame,
                                           struct strobe_bare_frame *ret_frame)
{
    union {
        PyCodeObject code;
        uint8_t bytes[sizeof(PyCodeObject)];
    } read;
    uintptr_t code = executable_of(frame), first = code + offsetof(PyCodeObject, co_code_adaptive);
    if (is_entry(frame)) {
        return STROBE_BARE_FRAME_INNER;
    }
    if (!strobe_own_memory_read(memory, code, read.bytes, offsetof(PyCodeObject, co_code_adaptive)) ||
        address_of(read.code.ob_base.ob_base.ob_type) != address_of(&PyCode_Type)) {
        return STROBE_BARE_FRAME_TORN;
    }
    int64_t offset = (int64_t)(instruction_of(frame) - first);
    int64_t size = (int64_t)read.code.ob_base.ob_size * (int64_t)sizeof(_Py_CODEUNIT);
    if (frame->owner != FRAME_OWNED_BY_GENERATOR &&
        offset < (int64_t)read.code._co_firsttraceable * (int64_t)sizeof(_Py_CODEUNIT) &&
        offset >= -(int64_t)sizeof(_Py_CODEUNIT)) {
        return STROBE_BARE_FRAME_INNER; /* its function has not begun */
    }
    if (offset < 0 || offset >= size || offset % (int64_t)sizeof(_Py_CODEUNIT) != 0) {
        return STROBE_BARE_FRAME_TORN;
    }
    ret_frame->code = code;
    ret_frame->instruction = (int)offset;
    return STROBE_BARE_FRAME;
}

bool strobe_bare_frame_read(struct strobe_own_memory *memory, uintptr_t address, struct strobe_bare_frame *ret_frame)
{
    union {
        interpreter_frame frame;
        uint8_t bytes[sizeof(interpreter_frame)];
    } read;
    struct strobe_bare_frame found = {.kind = STROBE_BARE_FRAME_TORN};
    if (!strobe_own_memory_read(memory, address, read.bytes, offsetof(interpreter_frame, localsplus))) {
        return false;
    }
    found.kind = kind_of(memory, &read.frame, &found);
    found.previous = address_of(read.frame.previous);
    *ret_frame = found;
    return true;
}

/* ---- The check ---- */

static bool agrees_on_threads(struct strobe_own_memory *memory)
{
    PyThreadState *own = PyThreadState_Get();
    struct strobe_bare_thread thread;
    struct strobe_bare_gil gil;
    return strobe_bare_first_thread(memory) == address_of(PyInterpreterState_ThreadHead(PyInterpreterState_Main())) &&
           strobe_bare_thread_read(memory, address_of(own), &thread) &&
           thread.next == address_of(PyThreadState_Next(own)) && thread.native_id == (uint64_t)syscall(SYS_gettid) &&
           strobe_bare_gil_read(memory, &gil) && gil.is_held && gil.holder == address_of(own);
}

/* The innermost frame, as the other reader sees it, and its caller. */
static bool agrees_on_frames(struct strobe_own_memory *memory)
{
    enum { STEPS_MAX = 64 };
    PyThreadState *own = PyThreadState_Get();
    struct strobe_frame expected;
    struct strobe_bare_thread thread;
    struct strobe_bare_frame frame;
    bool more = strobe_frame_current(own, &expected);
    if (!more || !strobe_bare_thread_read(memory, address_of(own), &thread)) {
        return !more;
    }
    uintptr_t at = thread.frame;
    for (int i = 0; i < STEPS_MAX && more && at != 0; i++, at = frame.previous) {
        if (!strobe_bare_frame_read(memory, at, &frame) || frame.kind == STROBE_BARE_FRAME_TORN) {
            return false;
        }
        if (frame.kind == STROBE_BARE_FRAME) {
            struct strobe_bare_code code;
            if (frame.code != address_of(strobe_frame_code(expected)) ||
                !strobe_bare_code_read(memory, frame.code, &code) ||
                strobe_bare_code_line(memory, &code, frame.instruction) != strobe_frame_line(expected)) {
                return false;
            }
            more = strobe_frame_back(&expected);
        }
    }
    return !more || at != 0;
}

int strobe_bare_init(struct strobe_own_memory *memory)
{
    interpreter = address_of(PyInterpreterState_Main());
    strobe_own_memory_renew(memory);
    bool agrees = has_offsets() && agrees_on_threads(memory) && agrees_on_frames(memory);
    strobe_own_memory_renew(memory);
    return agrees ? 0 : STROBE_EUNSUPPORTED;
}
