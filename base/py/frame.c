/*
 * Frame layouts, checked on 3.11.7, 3.12.1, 3.13.0, 3.14.10 and 3.15.2. The struct comes from CPython's own internal
 * header of the minor version compiled for; within a minor it has not moved (strobe_frame_layout_check tests it when
 * the module is loaded).
 */
#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif
#include "base/py/frame.h"

#include <internal/pycore_code.h>
#include <internal/pycore_frame.h>
#if PY_VERSION_HEX >= 0x030E0000
#include <internal/pycore_interpframe.h>
#endif
#if PY_VERSION_HEX < 0x030C0000
#include <opcode.h>
#endif

typedef struct _PyInterpreterFrame interpreter_frame;

/* ---- What differs between versions ---- */

#if PY_VERSION_HEX >= 0x030E0000 /* tagged references; see pycore_stackref.h */
static PyObject *untag(_PyStackRef reference)
{
    return (PyObject *)(reference.bits & ~(uintptr_t)7);
}
#endif

static interpreter_frame *current_of(PyThreadState *tstate)
{
#if PY_VERSION_HEX >= 0x030D0000
    return tstate->current_frame;
#else
    return tstate->cframe->current_frame;
#endif
}

static PyObject *executable_of(const interpreter_frame *frame)
{
#if PY_VERSION_HEX >= 0x030E0000
    return untag(frame->f_executable);
#elif PY_VERSION_HEX >= 0x030D0000
    return frame->f_executable;
#else
    return (PyObject *)frame->f_code;
#endif
}

static PyObject *raw_slot(const interpreter_frame *frame, int index)
{
#if PY_VERSION_HEX >= 0x030E0000
    return untag(frame->localsplus[index]);
#else
    return frame->localsplus[index];
#endif
}

static int instruction_of(interpreter_frame *frame)
{
#if PY_VERSION_HEX >= 0x030D0000
    PyCodeObject *code = (PyCodeObject *)executable_of(frame);
    return (int)((char *)frame->instr_ptr - (char *)_PyCode_CODE(code));
#else
    return _PyInterpreterFrame_LASTI(frame) * (int)sizeof(_Py_CODEUNIT);
#endif
}

/* Entry frames of the interpreter and frames whose function has not begun yet are not shown. */
static bool is_shown(interpreter_frame *frame)
{
    PyObject *executable = executable_of(frame);
    return executable != NULL && Py_TYPE(executable) == &PyCode_Type && !_PyFrame_IsIncomplete(frame);
}

/* ---- The same everywhere ---- */

static bool settle(interpreter_frame *frame, struct strobe_frame *ret_frame)
{
    while (frame != NULL && !is_shown(frame)) {
        frame = frame->previous;
    }
    if (frame == NULL) {
        return false;
    }
    ret_frame->internal = frame;
    return true;
}

bool strobe_frame_current(PyThreadState *tstate, struct strobe_frame *ret_frame)
{
    return settle(current_of(tstate), ret_frame);
}

/* Below frames of tracers. Apart, so that the usual case is inlined where events arrive. */
__attribute__((noinline)) static struct strobe_frame find_running(interpreter_frame *innermost, PyCodeObject *code)
{
    enum { TRACERS_MAX = 8 };
    struct strobe_frame frame = {NULL};
    bool found = settle(innermost, &frame);
    for (int depth = 0; found && depth < TRACERS_MAX && strobe_frame_code(frame) != code; depth++) {
        found = strobe_frame_back(&frame);
    }
    return found && strobe_frame_code(frame) == code ? frame : (struct strobe_frame){NULL};
}

struct strobe_frame strobe_frame_running(PyThreadState *tstate, PyCodeObject *code)
{
    interpreter_frame *innermost = current_of(tstate);
    if (innermost == NULL || executable_of(innermost) != (PyObject *)code) {
        return find_running(innermost, code);
    }
    return (struct strobe_frame){innermost}; /* it reports an event, so it has begun */
}

bool strobe_frame_back(struct strobe_frame *frame)
{
    return settle(((interpreter_frame *)frame->internal)->previous, frame);
}

bool strobe_frame_entered(struct strobe_frame frame)
{
    const interpreter_frame *internal = frame.internal;
#if PY_VERSION_HEX >= 0x030E0000
    return internal->previous == NULL || internal->previous->owner == FRAME_OWNED_BY_INTERPRETER;
#elif PY_VERSION_HEX >= 0x030C0000
    return internal->previous == NULL || internal->previous->owner == FRAME_OWNED_BY_CSTACK;
#else
    return internal->is_entry;
#endif
}

PyCodeObject *strobe_frame_code(struct strobe_frame frame)
{
    return (PyCodeObject *)executable_of(frame.internal);
}

int strobe_frame_instruction(struct strobe_frame frame)
{
    return instruction_of(frame.internal);
}

int strobe_frame_line(struct strobe_frame frame)
{
    int line = PyCode_Addr2Line(strobe_frame_code(frame), strobe_frame_instruction(frame));
    return line > 0 ? line : 0;
}

#if PY_VERSION_HEX < 0x030C0000
static _Py_CODEUNIT current_unit(struct strobe_frame frame)
{
    return *((interpreter_frame *)frame.internal)->prev_instr;
}

bool strobe_frame_resumes(struct strobe_frame frame)
{
    _Py_CODEUNIT unit = current_unit(frame);
    int opcode = _Py_OPCODE(unit);
    return (opcode == RESUME || opcode == RESUME_QUICK) && (_Py_OPARG(unit) & 3) != 0;
}

bool strobe_frame_yields(struct strobe_frame frame)
{
    return _Py_OPCODE(current_unit(frame)) == YIELD_VALUE;
}
#endif

int strobe_code_slots(PyCodeObject *code)
{
    return code->co_nlocalsplus;
}

static int arguments_of(PyCodeObject *code)
{
    int count = code->co_argcount + code->co_kwonlyargcount;
    count += (code->co_flags & CO_VARARGS) != 0;
    count += (code->co_flags & CO_VARKEYWORDS) != 0;
    return count;
}

PyObject *strobe_code_slot_name(PyCodeObject *code, int index, int *ret_kind)
{
    if (ret_kind != NULL) {
        _PyLocals_Kind raw = _PyLocals_GetKind(code->co_localspluskinds, index);
        int kind = index < arguments_of(code) ? STROBE_SLOT_ARGUMENT : 0;
        kind |= (raw & CO_FAST_LOCAL) != 0 ? STROBE_SLOT_LOCAL : 0;
        kind |= (raw & CO_FAST_CELL) != 0 ? STROBE_SLOT_CELL : 0;
        kind |= (raw & CO_FAST_FREE) != 0 ? STROBE_SLOT_FREE : 0;
#ifdef CO_FAST_HIDDEN
        kind |= (raw & CO_FAST_HIDDEN) != 0 ? STROBE_SLOT_HIDDEN : 0;
#endif
        *ret_kind = kind;
    }
    return PyTuple_GET_ITEM(code->co_localsplusnames, index);
}

PyObject *strobe_frame_slot(struct strobe_frame frame, int index)
{
    PyCodeObject *code = strobe_frame_code(frame);
    PyObject *value = raw_slot(frame.internal, index);
    /* A shown frame is past its MAKE_CELL instructions, so a cell variable holds its cell. The type is asked first:
     * most callers need it next. */
    if (value != NULL && PyCell_Check(value) &&
        (_PyLocals_GetKind(code->co_localspluskinds, index) & (CO_FAST_CELL | CO_FAST_FREE)) != 0) {
        value = ((PyCellObject *)value)->ob_ref;
    }
    return value;
}

PyObject *strobe_frame_namespace(struct strobe_frame frame)
{
    if ((strobe_frame_code(frame)->co_flags & CO_OPTIMIZED) != 0) {
        return NULL;
    }
    return ((interpreter_frame *)frame.internal)->f_locals;
}

PyObject *strobe_frame_globals(struct strobe_frame frame)
{
    return ((interpreter_frame *)frame.internal)->f_globals;
}

PyObject *strobe_frame_builtins(struct strobe_frame frame)
{
    return ((interpreter_frame *)frame.internal)->f_builtins;
}
