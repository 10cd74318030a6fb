/* ISO 8601 as the fromisoformat() methods of 3.11 and later read it. */
#include "probes/expression/py/moment.h"

struct cursor {
    const struct strobe_text_view *text;
    Py_ssize_t place;
    Py_ssize_t end;
};

static uint32_t peek(const struct cursor *cursor)
{
    return cursor->place < cursor->end ? PyUnicode_READ(cursor->text->width, cursor->text->data, cursor->place) : 0;
}

static bool accept(struct cursor *cursor, uint32_t character)
{
    bool there = cursor->place < cursor->end && peek(cursor) == character;
    cursor->place += there;
    return there;
}

static bool at_end(const struct cursor *cursor)
{
    return cursor->place >= cursor->end;
}

static bool is_digit(uint32_t character)
{
    return character >= '0' && character <= '9';
}

/* Exactly `count` digits. */
static bool number(struct cursor *cursor, int count, int *ret_number)
{
    int value = 0;
    for (; count > 0; count--, cursor->place++) {
        if (!is_digit(peek(cursor))) {
            return false;
        }
        value = value * 10 + (int)(peek(cursor) - '0');
    }
    *ret_number = value;
    return true;
}

/* ---- Dates: YYYY-MM-DD, YYYYMMDD, YYYY-Www[-D], YYYYWww[D] ---- */

static bool parse_week(struct cursor *cursor, struct strobe_moment *moment, int year, bool dashes)
{
    int week, day = 1;
    if (!number(cursor, 2, &week)) {
        return false;
    }
    if (!at_end(cursor)) {
        if (dashes != accept(cursor, '-') || !number(cursor, 1, &day)) {
            return false;
        }
    }
    return strobe_moment_set_iso_calendar(moment, year, week, day);
}

static bool parse_date(struct cursor *cursor, struct strobe_moment *moment)
{
    int year;
    if (!number(cursor, 4, &year)) {
        return false;
    }
    bool dashes = accept(cursor, '-');
    if (accept(cursor, 'W')) {
        return parse_week(cursor, moment, year, dashes) && at_end(cursor);
    }
    moment->year = year;
    return number(cursor, 2, &moment->month) && dashes == accept(cursor, '-') && number(cursor, 2, &moment->day) &&
           at_end(cursor);
}

/* ---- Times: HH[:MM[:SS[.f...]]] or HHMMSS, then Z or an offset of the same form ---- */

struct clock {
    int hour, minute, second, microsecond;
};

/* Up to six digits count, the others are cut off. */
static bool parse_fraction(struct cursor *cursor, int *ret_microsecond)
{
    int value = 0, scale = 1000000;
    if (!is_digit(peek(cursor))) {
        return false;
    }
    for (; is_digit(peek(cursor)); cursor->place++) {
        if (scale > 1) {
            scale /= 10;
            value += (int)(peek(cursor) - '0') * scale;
        }
    }
    *ret_microsecond = value;
    return true;
}

static bool parse_clock(struct cursor *cursor, struct clock *clock)
{
    *clock = (struct clock){0};
    if (!number(cursor, 2, &clock->hour)) {
        return false;
    }
    bool colons = peek(cursor) == ':';
    int *const parts[] = {&clock->minute, &clock->second};
    for (size_t i = 0; i < 2 && !at_end(cursor); i++) {
        if (colons != accept(cursor, ':') || !number(cursor, 2, parts[i])) {
            return false;
        }
        if (i == 1 && (accept(cursor, '.') || accept(cursor, ','))) {
            return parse_fraction(cursor, &clock->microsecond) && at_end(cursor);
        }
    }
    return at_end(cursor);
}

static bool parse_offset(struct cursor *cursor, struct strobe_zone *zone)
{
    struct clock clock;
    if (accept(cursor, 'Z')) {
        *zone = (struct strobe_zone){.kind = STROBE_ZONE_FIXED};
        return at_end(cursor);
    }
    bool west = peek(cursor) == '-';
    cursor->place++;
    if (!parse_clock(cursor, &clock)) {
        return false;
    }
#if PY_VERSION_HEX >= 0x030F0000 /* 2:99 was 3:39 before */
    if (clock.minute > 59 || clock.second > 59) {
        return false;
    }
#endif
    int64_t us = (clock.hour * 3600LL + clock.minute * 60 + clock.second) * 1000000 + clock.microsecond;
    *zone = (struct strobe_zone){.kind = STROBE_ZONE_FIXED, .offset_us = west ? -us : us};
    return us < 86400 * 1000000LL;
}

static bool parse_time(struct cursor *cursor, struct strobe_moment *moment)
{
    struct clock clock;
    struct cursor local = *cursor;
    for (local.end = cursor->place; local.end < cursor->end; local.end++) {
        uint32_t character = PyUnicode_READ(cursor->text->width, cursor->text->data, local.end);
        if (character == '+' || character == '-' || character == 'Z') {
            break;
        }
    }
    if (!parse_clock(&local, &clock)) {
        return false;
    }
    moment->hour = clock.hour;
    moment->minute = clock.minute;
    moment->second = clock.second;
    moment->microsecond = clock.microsecond;
    cursor->place = local.end;
    return at_end(cursor) || parse_offset(cursor, &moment->zone);
}

/* Where the date ends: what follows is the separator. As CPython finds it, which must guess for YYYYWww. */
static Py_ssize_t find_separator(const struct strobe_text_view *text)
{
    struct cursor cursor = {text, 4, text->length};
    if (text->length == 7) {
        return 7;
    }
    bool dashes = accept(&cursor, '-');
    bool week = peek(&cursor) == 'W';
    if (dashes && !week) {
        return 10;
    }
    if (dashes) {
        cursor.place = 8;
        if (text->length == 8 || peek(&cursor) != '-') {
            return 8; /* YYYY-Www */
        }
        cursor.place = 10; /* a '-' may be the separator too: YYYY-Www-HH */
        return text->length > 10 && is_digit(peek(&cursor)) ? 8 : 10;
    }
    if (!week) {
        return 8;
    }
    Py_ssize_t digits = 7;
    for (cursor.place = 7; is_digit(peek(&cursor)); cursor.place++) {
        digits = cursor.place + 1;
    }
    return digits < 9 ? digits : (digits & 1) == 0 ? 7 : 8;
}

bool strobe_moment_parse(enum strobe_datetime_kind kind, const struct strobe_text_view *text,
                         struct strobe_moment *ret_moment)
{
    struct strobe_moment moment = {.kind = kind};
    struct cursor cursor = {text, 0, text->length};
    bool ok = true;
    if (kind == STROBE_DATETIME_TIME) {
        accept(&cursor, 'T');
        ok = parse_time(&cursor, &moment);
    } else {
        Py_ssize_t separator = kind == STROBE_DATETIME_DATE || text->length < 7 ? text->length : find_separator(text);
        cursor.end = separator < text->length ? separator : text->length;
        ok = parse_date(&cursor, &moment);
        if (ok && separator < text->length) {
            cursor.place = separator + 1;
            cursor.end = text->length;
            ok = parse_time(&cursor, &moment);
        }
    }
    if (ok) {
        *ret_moment = moment;
    }
    return ok;
}
