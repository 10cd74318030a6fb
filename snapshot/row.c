#include "snapshot/row.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "snapshot/number.h"
#include "snapshot/text.h"

enum { NOT_A_TIME_BYTES = 8, HALF_DIGITS = 4, SINGLE_DIGITS = 9 };

/* ---- Numbers of any width ---- */

/* The item in the machine's byte order; at most 16 bytes. */
static void fetch(const struct strobe_row *row, size_t index, uint8_t bytes[16], size_t from, size_t size)
{
    const uint8_t *item = row->items + index * row->item_bytes + from;
    for (size_t i = 0; i < size; i++) {
        bytes[row->swapped ? size - 1 - i : i] = item[i];
    }
}

static uint64_t unsigned_of(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value |= (uint64_t)bytes[i] << (8 * i);
    }
    return value;
}

static int64_t signed_of(const uint8_t *bytes, size_t size)
{
    uint64_t value = unsigned_of(bytes, size);
    unsigned unused = (unsigned)(64 - 8 * size);
    return (int64_t)(value << unused) >> unused;
}

static double half_of(const uint8_t *bytes)
{
    unsigned bits = (unsigned)unsigned_of(bytes, 2);
    int exponent = (int)(bits >> 10 & 0x1F);
    double fraction = (double)(bits & 0x3FF) / 1024;
    double value = exponent == 0    ? fraction / 16384
                   : exponent == 31 ? (fraction == 0 ? __builtin_inf() : __builtin_nan(""))
                                    : 1 + fraction;
    for (; exponent != 0 && exponent != 31 && exponent > 15; exponent--) {
        value *= 2;
    }
    for (; exponent != 0 && exponent < 15; exponent++) {
        value /= 2;
    }
    return (bits & 0x8000) != 0 ? -value : value;
}

/* The shortest text that reads back as the same number of 4 bytes. */
static void append_single(struct strobe_buffer *buffer, float value)
{
    char text[48];
    int digits = 1;
    for (; digits < SINGLE_DIGITS; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value) {
            break;
        }
    }
    strobe_number_short_float(buffer, (double)value, digits);
}

/* A float as the shortest text of its own width. */
static void append_float(struct strobe_buffer *buffer, const uint8_t *bytes, size_t size)
{
    float narrow;
    double wide;
    long double widest;
    switch (size) {
    case 2:
        strobe_number_short_float(buffer, half_of(bytes), HALF_DIGITS);
        break;
    case 4:
        memcpy(&narrow, bytes, sizeof narrow);
        append_single(buffer, narrow);
        break;
    case 8:
        memcpy(&wide, bytes, sizeof wide);
        strobe_number_float(buffer, wide);
        break;
    case sizeof widest:
        memcpy(&widest, bytes, sizeof widest);
        strobe_number_float(buffer, (double)widest);
        break;
    default:
        strobe_buffer_append_text(buffer, "?");
    }
}

static void append_complex(struct strobe_buffer *buffer, const struct strobe_row *row, size_t index)
{
    uint8_t bytes[16];
    size_t half = row->item_bytes / 2;
    if (half != 4 && half != 8) {
        strobe_buffer_append_text(buffer, "?");
        return;
    }
    double parts[2];
    for (int i = 0; i < 2; i++) {
        float narrow;
        fetch(row, index, bytes, (size_t)i * half, half);
        memcpy(&narrow, bytes, sizeof narrow);
        memcpy(&parts[i], bytes, sizeof parts[i]);
        parts[i] = half == 4 ? (double)narrow : parts[i];
    }
    strobe_number_complex(buffer, parts[0], parts[1]);
}

/* ---- Dates ---- */

/* The unit between the brackets of `datetime64[us]` in nanoseconds, with digits behind the second; 0: none of these. */
static int64_t unit_of(const struct strobe_row *row, int *ret_digits)
{
    static const struct {
        const char *name;
        int64_t ns;
        int digits;
    } units[] = {
        {"[D]", 86400000000000, -1}, {"[h]", 3600000000000, 0}, {"[m]", 60000000000, 0}, {"[s]", 1000000000, 0},
        {"[ms]", 1000000, 3},        {"[us]", 1000, 6},         {"[ns]", 1, 9}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t size = strlen(units[i].name);
        if (row->dtype_size > size && memcmp(row->dtype + row->dtype_size - size, units[i].name, size) == 0) {
            *ret_digits = units[i].digits;
            return units[i].ns;
        }
    }
    return 0;
}

/* 2026-01-02T03:04:05.000006; a number where the unit is unknown or the date beyond what can be counted */
static void append_date(struct strobe_buffer *buffer, const struct strobe_row *row, int64_t number)
{
    int digits;
    int64_t unit_ns = unit_of(row, &digits), total_ns;
    if (unit_ns == 0 || __builtin_mul_overflow(number, unit_ns, &total_ns)) {
        strobe_number_int(buffer, number);
        return;
    }
    int64_t seconds = total_ns / 1000000000, rest_ns = total_ns % 1000000000;
    if (rest_ns < 0) {
        seconds--;
        rest_ns += 1000000000;
    }
    time_t moment = (time_t)seconds;
    struct tm parts;
    char text[40];
    if (gmtime_r(&moment, &parts) == NULL ||
        strftime(text, sizeof text, digits < 0 ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%S", &parts) == 0) {
        strobe_number_int(buffer, number);
        return;
    }
    strobe_buffer_append_text(buffer, text);
    for (int i = digits; i < 9 && digits > 0; i++) {
        rest_ns /= 10;
    }
    if (digits > 0) {
        strobe_buffer_append_format(buffer, ".%0*" PRId64, digits, rest_ns);
    }
}

/* ---- One item ---- */

static void append_number(struct strobe_buffer *buffer, const struct strobe_row *row, size_t index)
{
    uint8_t bytes[16];
    size_t size = row->item_bytes;
    if (size > sizeof bytes || (row->kind != 'f' && size > 8) || size == 0) {
        strobe_buffer_append_text(buffer, "?");
        return;
    }
    fetch(row, index, bytes, 0, size);
    bool is_time = row->kind == 'M' || row->kind == 'm';
    if (row->kind == 'f') {
        append_float(buffer, bytes, size);
    } else if (row->kind == '?') {
        strobe_buffer_append_text(buffer, bytes[0] != 0 ? "True" : "False");
    } else if (row->kind == 'u') {
        strobe_buffer_append_format(buffer, "%" PRIu64, unsigned_of(bytes, size));
    } else if (is_time && size == NOT_A_TIME_BYTES && signed_of(bytes, size) == INT64_MIN) {
        strobe_buffer_append_text(buffer, "NaT");
    } else if (row->kind == 'M') {
        append_date(buffer, row, signed_of(bytes, size));
    } else {
        strobe_number_int(buffer, signed_of(bytes, size));
    }
}

/* Fixed-size texts end with zeros that do not count. */
static size_t trimmed(const uint8_t *bytes, size_t size, size_t width)
{
    while (size >= width) {
        for (size_t i = 0; i < width; i++) {
            if (bytes[size - 1 - i] != 0) {
                return size;
            }
        }
        size -= width;
    }
    return size;
}

static void append_str(struct strobe_buffer *buffer, const struct strobe_row *row, size_t index)
{
    const uint8_t *item = row->items + index * row->item_bytes;
    struct strobe_characters characters = {item, 4, trimmed(item, row->item_bytes, 4) / 4};
    uint32_t turned[256];
    if (row->swapped) {
        characters.count = characters.count < 256 ? characters.count : 256;
        for (size_t i = 0; i < characters.count; i++) {
            uint32_t c;
            memcpy(&c, item + 4 * i, sizeof c);
            turned[i] = __builtin_bswap32(c);
        }
        characters.data = (const uint8_t *)turned;
    }
    strobe_text_quote_str(buffer, &characters);
}

static void append_item(struct strobe_buffer *buffer, const struct strobe_row *row, size_t index)
{
    const uint8_t *item = row->items + index * row->item_bytes;
    switch (row->kind) {
    case 'c':
        append_complex(buffer, row, index);
        break;
    case 'U':
        append_str(buffer, row, index);
        break;
    case 'S':
        strobe_text_quote_bytes(buffer, item, trimmed(item, row->item_bytes, 1), false);
        break;
    case '?':
    case 'i':
    case 'u':
    case 'f':
    case 'M':
    case 'm':
        append_number(buffer, row, index);
        break;
    default:
        strobe_text_quote_bytes(buffer, item, row->item_bytes, false);
    }
}

/* ---- All of them ---- */

/* How many dimensions end with item `index` (before it: begin): the product of the last k lengths divides it. */
static unsigned closed_before(const struct strobe_row *row, uint64_t index)
{
    unsigned closed = 0;
    uint64_t product = 1;
    for (unsigned i = row->dimensions; i > 0; i--) {
        if (row->shape[i - 1] == 0 || __builtin_mul_overflow(product, row->shape[i - 1], &product) ||
            index % product != 0) {
            break;
        }
        closed++;
    }
    return closed;
}

static void repeat(struct strobe_buffer *buffer, const char *text, unsigned times)
{
    while (times-- > 0) {
        strobe_buffer_append_text(buffer, text);
    }
}

static bool is_whole(const struct strobe_row *row)
{
    uint64_t product = 1;
    for (unsigned i = 0; i < row->dimensions; i++) {
        if (__builtin_mul_overflow(product, row->shape[i], &product)) {
            return false;
        }
    }
    return product == row->count;
}

void strobe_row_text(struct strobe_buffer *buffer, const struct strobe_row *row)
{
    if (row->dimensions == 0) {
        if (row->count > 0) {
            append_item(buffer, row, 0);
        }
        return;
    }
    bool whole = is_whole(row);
    if (row->count == 0) {
        strobe_buffer_append_text(buffer, whole ? "[]" : "[...]");
        return;
    }
    unsigned open = row->dimensions;
    repeat(buffer, "[", open);
    for (size_t i = 0; i < row->count; i++) {
        if (i > 0) {
            unsigned closed = closed_before(row, i);
            repeat(buffer, "]", closed);
            strobe_buffer_append_text(buffer, ", ");
            repeat(buffer, "[", closed);
        }
        append_item(buffer, row, i);
    }
    unsigned closed = whole ? 0 : closed_before(row, row->count);
    repeat(buffer, "]", closed);
    strobe_buffer_append_text(buffer, whole ? "" : ", ...");
    repeat(buffer, "]", open - closed);
}
