/*
 * The format of co_linetable, checked on 3.11 to 3.15 (Objects/locations.md, InternalDocs/code_objects.md). Each entry
 * begins with a byte that has its top bit set: 4 bits of kind, 3 bits of length in code units, less one.
 */
#include "base/py/line_table.h"

enum { KIND_ONE_LINE = 10, KIND_NO_COLUMNS = 13, KIND_LONG = 14, KIND_NONE = 15, UNIT_BYTES = 2 };

void strobe_line_table_open(PyCodeObject *code, struct strobe_line_table *ret_table)
{
    strobe_line_table_open_bytes((const uint8_t *)PyBytes_AS_STRING(code->co_linetable),
                                 (size_t)PyBytes_GET_SIZE(code->co_linetable), code->co_firstlineno, ret_table);
}

void strobe_line_table_open_bytes(const uint8_t *bytes, size_t size, int first_line,
                                  struct strobe_line_table *ret_table)
{
    *ret_table = (struct strobe_line_table){.at = bytes, .limit = bytes + size, .line = first_line};
}

/* Six bits in each byte, the lowest first; bit 6 says that more follow. */
static unsigned read_varint(struct strobe_line_table *table)
{
    unsigned value = 0;
    for (unsigned shift = 0; table->at < table->limit && shift < 32; shift += 6) {
        uint8_t byte = *table->at++;
        value |= (unsigned)(byte & 63) << shift;
        if ((byte & 64) == 0) {
            break;
        }
    }
    return value;
}

static int read_signed(struct strobe_line_table *table)
{
    unsigned value = read_varint(table);
    return (value & 1) != 0 ? -(int)(value >> 1) : (int)(value >> 1);
}

bool strobe_line_table_next(struct strobe_line_table *table, struct strobe_line_range *ret_range)
{
    if (table->at >= table->limit) {
        return false;
    }
    uint8_t first = *table->at++;
    int kind = first >> 3 & 15;
    if (kind == KIND_LONG || kind == KIND_NO_COLUMNS) {
        table->line = (int)((unsigned)table->line + (unsigned)read_signed(table)); /* of a torn copy it may be any */
    } else if (kind >= KIND_ONE_LINE && kind < KIND_NO_COLUMNS) {
        table->line = (int)((unsigned)table->line + (unsigned)(kind - KIND_ONE_LINE));
    }
    while (table->at < table->limit && (*table->at & 128) == 0) { /* columns */
        table->at++;
    }
    ret_range->start = table->offset;
    table->offset += ((first & 7) + 1) * UNIT_BYTES;
    ret_range->end = table->offset;
    ret_range->line = kind != KIND_NONE && table->line > 0 ? table->line : 0;
    return true;
}
