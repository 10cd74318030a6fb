/** The instructions of a code object and where each may lead; 3.12 and later. GIL: held. Sets no exception. */
#ifndef STROBE_PY_BYTECODE_H
#define STROBE_PY_BYTECODE_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

/** Instructions are counted in code units of two bytes, inline caches included. */
enum { STROBE_UNIT_BYTES = 2 };

struct strobe_instruction {
    int at;             /* index of its first unit, EXTENDED_ARG included */
    int opcode_at;      /* index of the opcode itself */
    int next;           /* index of the instruction after it */
    int target;         /* where it may jump; -1: nowhere */
    bool falls_through; /* it may go on with `next` */
    bool loops;         /* it jumps back to begin another pass of a loop */
    bool silent;        /* CPython fires no event at it: END_FOR, END_SEND, RESUME */
};

/** A walk over the instructions. */
struct strobe_bytecode {
    PyObject *bytes; /* strong: what co_code gives, without instrumentation */
    int count;       /* units */
    int position;
};

/** Start a walk. Takes a copy of the instructions, which CPython keeps with the code object. @return 0, STROBE_ENOMEM
 */
int strobe_bytecode_open(PyCodeObject *code, struct strobe_bytecode *ret_bytecode);

/** The next instruction. @return false at the end */
bool strobe_bytecode_next(struct strobe_bytecode *bytecode, struct strobe_instruction *ret_instruction);

/** End the walk. */
void strobe_bytecode_close(struct strobe_bytecode *bytecode);

/** Instructions [start, end) lead to `handler` when they raise; in units. */
struct strobe_exception_range {
    int start;
    int end;
    int handler;
};

/** Next entry of the exception table; `*position` starts at 0. @return false at the end */
bool strobe_exception_table_next(PyCodeObject *code, Py_ssize_t *position, struct strobe_exception_range *ret_range);

#endif
