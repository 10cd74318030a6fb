/*
 * Jumps of CPython's bytecode, checked on 3.12.1, 3.13.0, 3.14.10 and 3.15.2. The opcodes come from the headers of the
 * minor version compiled for; within a minor they do not change.
 */
#include "base/py/bytecode.h"

#if PY_VERSION_HEX >= 0x030C0000 /* 3.11 has line events that need none of this */

#include <opcode.h>

#include "strobe/error.h"

/* What FOR_ITER jumps over at the end of its loop, beyond its argument. */
#if PY_VERSION_HEX >= 0x030D0000 && PY_VERSION_HEX < 0x030E0000
enum { FOR_ITER_SKIPS = 2 }; /* END_FOR and POP_TOP */
#else
enum { FOR_ITER_SKIPS = 1 }; /* END_FOR */
#endif

int strobe_bytecode_open(PyCodeObject *code, struct strobe_bytecode *ret_bytecode)
{
    PyObject *bytes = PyCode_GetCode(code);
    if (bytes == NULL) {
        PyErr_Clear();
        return STROBE_ENOMEM;
    }
    *ret_bytecode =
        (struct strobe_bytecode){.bytes = bytes, .count = (int)(PyBytes_GET_SIZE(bytes) / STROBE_UNIT_BYTES)};
    return 0;
}

void strobe_bytecode_close(struct strobe_bytecode *bytecode)
{
    Py_CLEAR(bytecode->bytes);
}

static void decode(int opcode, int argument, struct strobe_instruction *i)
{
    i->falls_through = true;
    i->target = -1;
    switch (opcode) {
    case POP_JUMP_IF_FALSE:
    case POP_JUMP_IF_TRUE:
    case POP_JUMP_IF_NONE:
    case POP_JUMP_IF_NOT_NONE:
    case SEND:
        i->target = i->next + argument;
        break;
    case JUMP_FORWARD:
        i->target = i->next + argument;
        i->falls_through = false;
        break;
    case FOR_ITER:
        i->target = i->next + argument + FOR_ITER_SKIPS;
        break;
    case JUMP_BACKWARD:
        i->loops = true;
        i->target = i->next - argument;
        i->falls_through = false;
        break;
    case JUMP_BACKWARD_NO_INTERRUPT: /* the waiting of an await: no loop of the program */
        i->target = i->next - argument;
        i->falls_through = false;
        break;
    case RETURN_VALUE:
    case RAISE_VARARGS:
    case RERAISE:
#ifdef RETURN_CONST
    case RETURN_CONST:
#endif
        i->falls_through = false;
        break;
    case RESUME:
    case END_SEND:
    case END_FOR:
        i->silent = true;
        break;
    default:
        break;
    }
}

bool strobe_bytecode_next(struct strobe_bytecode *bytecode, struct strobe_instruction *ret_instruction)
{
    const uint8_t *bytes = (const uint8_t *)PyBytes_AS_STRING(bytecode->bytes);
    struct strobe_instruction i = {.at = bytecode->position};
    int at = bytecode->position;
    int argument = 0;
    if (at >= bytecode->count) {
        return false;
    }
    while (bytes[at * STROBE_UNIT_BYTES] == EXTENDED_ARG && at + 1 < bytecode->count) {
        argument = (argument | bytes[at * STROBE_UNIT_BYTES + 1]) << 8;
        at++;
    }
    argument |= bytes[at * STROBE_UNIT_BYTES + 1];
    i.opcode_at = at;
    i.next = at + 1;
    while (i.next < bytecode->count && bytes[i.next * STROBE_UNIT_BYTES] == CACHE) {
        i.next++;
    }
    decode(bytes[at * STROBE_UNIT_BYTES], argument, &i);
    if (i.target >= bytecode->count) {
        i.target = -1;
    }
    bytecode->position = i.next;
    *ret_instruction = i;
    return true;
}

/* Six bits in each byte, the highest first; bit 6 says that more follow. */
static int read_varint(const uint8_t *bytes, Py_ssize_t size, Py_ssize_t *position)
{
    int value = 0;
    while (*position < size) {
        uint8_t byte = bytes[(*position)++];
        value = (value << 6 | (byte & 63)) & 0xFFFFFF;
        if ((byte & 64) == 0) {
            break;
        }
    }
    return value;
}

bool strobe_exception_table_next(PyCodeObject *code, Py_ssize_t *position, struct strobe_exception_range *ret_range)
{
    const uint8_t *bytes = (const uint8_t *)PyBytes_AS_STRING(code->co_exceptiontable);
    Py_ssize_t size = PyBytes_GET_SIZE(code->co_exceptiontable);
    if (*position >= size) {
        return false;
    }
    ret_range->start = read_varint(bytes, size, position);
    ret_range->end = ret_range->start + read_varint(bytes, size, position);
    ret_range->handler = read_varint(bytes, size, position);
    read_varint(bytes, size, position); /* depth and lasti */
    return true;
}

#endif
