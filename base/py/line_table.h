/** The line table of a code object (PEP 626, as from 3.11 on), read without making Python objects. */
#ifndef STROBE_PY_LINE_TABLE_H
#define STROBE_PY_LINE_TABLE_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

/** Instructions in a row that belong to one line. */
struct strobe_line_range {
    int start; /* offset in bytes of the first instruction */
    int end;   /* offset in bytes after the last one */
    int line;  /* 1-based; 0: belongs to no line */
};

/** A walk over the table; valid while the code object lives. */
struct strobe_line_table {
    const uint8_t *at;
    const uint8_t *limit;
    int line;
    int offset;
};

/** Start a walk. GIL: held. Allocates nothing. */
void strobe_line_table_open(PyCodeObject *code, struct strobe_line_table *ret_table);

/** The same for a copy of the table, of any bytes; valid while the copy is. GIL: not needed. */
void strobe_line_table_open_bytes(const uint8_t *bytes, size_t size, int first_line,
                                  struct strobe_line_table *ret_table);

/** The next range, in the order of the bytecode; neighbours may have the same line. @return false at the end */
bool strobe_line_table_next(struct strobe_line_table *table, struct strobe_line_range *ret_range);

#endif
