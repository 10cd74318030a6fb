/* format(Decimal): the language of _decimal.c, which knows '#' from 3.13.0 and '_' from later releases of 3.13 on. */
#include <stdio.h>
#include <string.h>

#include "probes/expression/py/decimal.h"

struct fields {
    uint32_t fill;
    uint32_t align; /* < > = ^ */
    uint32_t sign;  /* + - blank */
    bool no_negative_zero;
    bool alternate;    /* always a point */
    uint32_t grouping; /* ',' '_' or 0 */
    Py_ssize_t width;
    Py_ssize_t precision; /* -1: absent */
    uint32_t type;        /* one of eEfFgG% */
};

/* ---- Reading the spec ---- */

static uint32_t at(const struct strobe_text_view *spec, Py_ssize_t place)
{
    return place < spec->length ? PyUnicode_READ(spec->width, spec->data, place) : 0;
}

static bool is_align(uint32_t character)
{
    return character == '<' || character == '>' || character == '=' || character == '^';
}

/* @return false: too large */
static bool read_number(const struct strobe_text_view *spec, Py_ssize_t *place, Py_ssize_t *ret_number)
{
    Py_ssize_t number = 0;
    for (; at(spec, *place) >= '0' && at(spec, *place) <= '9'; (*place)++) {
        number = number * 10 + (Py_ssize_t)(at(spec, *place) - '0');
        if (number > STROBE_EXPRESSION_TEXT_MAX) {
            return false;
        }
    }
    *ret_number = number;
    return true;
}

enum { SPEC_OK, SPEC_INVALID, SPEC_TOO_LARGE, SPEC_LOCALE };

static int read_align(const struct strobe_text_view *spec, struct fields *fields, bool *ret_aligned)
{
    Py_ssize_t place = 0;
    *ret_aligned = true;
    if (spec->length > 1 && is_align(at(spec, 1))) {
        fields->fill = at(spec, 0);
        fields->align = at(spec, 1);
        place = 2;
    } else if (is_align(at(spec, 0))) {
        fields->align = at(spec, 0);
        place = 1;
    } else {
        *ret_aligned = false;
    }
    return (int)place;
}

static int read_spec(const struct strobe_text_view *spec, struct fields *fields)
{
    bool aligned;
    *fields = (struct fields){.fill = ' ', .align = '>', .sign = '-', .precision = -1, .type = 'G'};
    Py_ssize_t place = read_align(spec, fields, &aligned);
    if (at(spec, place) == '+' || at(spec, place) == '-' || at(spec, place) == ' ') {
        fields->sign = at(spec, place++);
    }
    if (at(spec, place) == 'z') {
        fields->no_negative_zero = true;
        place++;
    }
#if PY_VERSION_HEX >= 0x030D0000
    if (at(spec, place) == '#') {
        fields->alternate = true;
        place++;
    }
#endif
    if (at(spec, place) == '0') {
        if (aligned) {
            return SPEC_INVALID;
        }
        fields->fill = '0';
        fields->align = '=';
        place++;
    }
    if (!read_number(spec, &place, &fields->width)) {
        return SPEC_TOO_LARGE;
    }
    if (at(spec, place) == ',' || (at(spec, place) == '_' && PY_VERSION_HEX >= 0x030D0000)) {
        fields->grouping = at(spec, place++);
    }
    if (at(spec, place) == '.') {
        Py_ssize_t start = ++place;
        if (!read_number(spec, &place, &fields->precision)) {
            return SPEC_TOO_LARGE;
        }
        if (place == start) {
            return SPEC_INVALID;
        }
    }
    if (at(spec, place) != 0 && at(spec, place) < 128 && strchr("eEfFgG%", (int)at(spec, place)) != NULL) {
        fields->type = at(spec, place++);
    } else if (at(spec, place) == 'n') {
        return SPEC_LOCALE;
    }
    return place == spec->length ? SPEC_OK : SPEC_INVALID;
}

/* ---- Layout ---- */

/* The text in parts: sign, whole digits, and what follows them. */
struct layout {
    bool negative;
    int64_t point;   /* digits before it; may be 0 or less, or more than there are */
    int64_t power;   /* of ten behind an E; shown when `scientific` */
    bool scientific; /* the exponent is written */
    struct strobe_decimal digits;
    int64_t count; /* of digits: at least 1 */
    char tail[32]; /* "E+5", "%" */
};

static int put_times(struct strobe_text_builder *builder, uint32_t character, int64_t count)
{
    int status = count > 0 ? strobe_evaluation_spend(builder->evaluation, count / 16) : 0;
    for (int64_t i = 0; i < count && status == 0; i++) {
        status = strobe_text_put(builder, character);
    }
    return status;
}

static uint32_t digit_at(const struct layout *layout, int64_t i)
{
    const struct strobe_decimal *digits = &layout->digits;
    return '0' + (i >= 0 && i < digits->count ? digits->digits[digits->count - 1 - i] : 0U);
}

/* The whole digits with `zeros` in front, commas between groups of three. */
static int put_whole(struct strobe_text_builder *builder, const struct layout *layout, int64_t zeros, uint32_t grouping)
{
    int64_t places = layout->point > 0 ? layout->point : 1;
    int status = 0;
    for (int64_t left = places + zeros; left > 0 && status == 0; left--) {
        int64_t place = places - left;
        status = strobe_text_put(builder, layout->point > 0 && place >= 0 ? digit_at(layout, place) : '0');
        if (status == 0 && grouping != 0 && left > 1 && left % 3 == 1) {
            status = strobe_text_put(builder, grouping);
        }
    }
    return status;
}

static int put_fraction(struct strobe_text_builder *builder, const struct layout *layout, bool alternate)
{
    int64_t places = layout->count - layout->point; /* behind the point */
    int status = places > 0 || alternate ? strobe_text_put(builder, '.') : 0;
    for (int64_t i = 0; i < places && status == 0; i++) {
        int64_t place = layout->point + i;
        status = strobe_text_put(builder, place < 0 ? '0' : digit_at(layout, place));
    }
    return status == 0 ? strobe_text_put_ascii(builder, layout->tail, strlen(layout->tail)) : status;
}

/* Zeros that a width of `width` for the whole digits asks for; a comma never stands in front. */
static int64_t zeros_for(int64_t places, int64_t width, bool commas)
{
    int64_t zeros = 0;
    while (places + zeros + (commas ? (places + zeros - 1) / 3 : 0) < width) {
        zeros++;
    }
    return zeros;
}

static int put_layout(struct strobe_text_builder *builder, const struct layout *layout, const struct fields *fields)
{
    int64_t places = layout->point > 0 ? layout->point : 1;
    int64_t behind = layout->count - layout->point;
    int64_t rest = (behind > 0 ? behind : 0) + (behind > 0 || fields->alternate) + (int64_t)strlen(layout->tail);
    uint32_t sign = layout->negative ? '-' : fields->sign == '-' ? 0 : fields->sign;
    int64_t zeros = 0;
    if (fields->fill == '0' && fields->align == '=') {
        zeros = zeros_for(places, fields->width - rest - (sign != 0), fields->grouping != 0);
    }
    int64_t body = places + zeros + (fields->grouping != 0 ? (places + zeros - 1) / 3 : 0) + rest;
    int64_t pad = fields->width - body - (sign != 0);
    int64_t before = fields->align == '>' ? pad : fields->align == '^' ? pad / 2 : 0;
    int status = strobe_evaluation_spend(builder->evaluation, body / 16);
    status = status == 0 ? put_times(builder, fields->fill, before) : status;
    status = status == 0 && sign != 0 ? strobe_text_put(builder, sign) : status;
    status = status == 0 && fields->align == '=' ? put_times(builder, fields->fill, pad) : status;
    status = status == 0 ? put_whole(builder, layout, zeros, fields->grouping) : status;
    status = status == 0 ? put_fraction(builder, layout, fields->alternate) : status;
    int64_t after = fields->align == '<' ? pad : fields->align == '^' ? pad - before : 0;
    return status == 0 ? put_times(builder, fields->fill, after) : status;
}

/* ---- Numbers ---- */

static bool is_type(const struct fields *fields, const char *types)
{
    return strchr(types, (int)fields->type) != NULL;
}

static int too_long(struct strobe_evaluation *evaluation)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a Decimal as text of more than %d digits",
                                  STROBE_DECIMAL_DIGITS_MAX);
}

/* Round as type and precision say. */
static int round_for(struct strobe_evaluation *evaluation, const struct fields *fields,
                     struct strobe_decimal_work *work)
{
    int64_t precision = fields->precision;
    if (is_type(fields, "fF%")) {
        if (precision < 0) {
            return work->count == 0 && work->exponent > 0
                       ? strobe_decimal_rescale(evaluation, work, 0, STROBE_ROUND_HALF_EVEN)
                       : 0;
        }
        return strobe_decimal_rescale(evaluation, work, -precision, STROBE_ROUND_HALF_EVEN);
    }
    if (precision < 0) {
        return 0;
    }
    int64_t keep = is_type(fields, "eE") ? precision + 1 : precision > 0 ? precision : 1;
    int64_t count = work->count;
    if (count > keep) {
        strobe_decimal_drop(work, count - keep, STROBE_ROUND_HALF_EVEN);
        if (work->count > keep) {
            strobe_decimal_drop(work, 1, STROBE_ROUND_HALF_EVEN);
        }
    } else if (is_type(fields, "eE") && count > 0) {
        return strobe_decimal_rescale(evaluation, work, work->exponent - (keep - count), STROBE_ROUND_HALF_EVEN);
    }
    return 0;
}

static void lay_out(const struct fields *fields, const struct strobe_decimal_work *work, struct layout *layout)
{
    layout->digits = strobe_decimal_view(work);
    layout->count = work->count > 0 ? work->count : 1;
    int64_t left = work->exponent + layout->count;
    if (is_type(fields, "eE")) {
        layout->point = work->count == 0 && fields->precision >= 0 ? 1 - fields->precision : 1;
    } else if (is_type(fields, "fF%")) {
        layout->point = left;
    } else {
        layout->point = work->exponent <= 0 && left > -6 ? left : 1;
    }
    layout->power = left - layout->point;
    layout->scientific = layout->power != 0 || is_type(fields, "eE");
    layout->tail[0] = '\0';
    if (layout->scientific) {
        snprintf(layout->tail, sizeof layout->tail, "%c%+lld", is_type(fields, "eg") ? 'e' : 'E',
                 (long long)layout->power);
    }
    if (fields->type == '%') {
        strcpy(layout->tail, "%");
    }
}

static int put_finite(struct strobe_text_builder *builder, const struct strobe_decimal *decimal,
                      const struct fields *fields)
{
    struct strobe_decimal_work work;
    struct layout layout;
    strobe_decimal_to_work(decimal, &work);
    work.exponent += fields->type == '%' ? 2 : 0;
    int64_t adjusted = work.exponent + work.count;
    if (is_type(fields, "fF%") &&
        (adjusted > STROBE_DECIMAL_DIGITS_MAX || work.exponent < -STROBE_EXPRESSION_TEXT_MAX)) {
        return too_long(builder->evaluation);
    }
    int status = round_for(builder->evaluation, fields, &work);
    if (status < 0) {
        return status;
    }
    lay_out(fields, &work, &layout);
    layout.negative = decimal->negative && !(fields->no_negative_zero && work.count == 0);
    return put_layout(builder, &layout, fields);
}

static int put_special(struct strobe_text_builder *builder, const struct strobe_decimal *decimal, struct fields *fields)
{
    const char *name = decimal->kind == STROBE_DECIMAL_INFINITE ? "Infinity"
                       : decimal->kind == STROBE_DECIMAL_NAN    ? "NaN"
                                                                : "sNaN";
    uint32_t sign = decimal->negative ? '-' : fields->sign == '-' ? 0 : fields->sign;
    if (fields->fill == '0' && fields->align == '=') { /* zeros do not go before a word */
        fields->fill = ' ';
        fields->align = '>';
    }
    int64_t pad = fields->width - (int64_t)strlen(name) - decimal->count - (sign != 0) - (fields->type == '%');
    int64_t before = fields->align == '>' ? pad : fields->align == '^' ? pad / 2 : 0;
    int64_t after = fields->align == '<' ? pad : fields->align == '^' ? pad - before : 0;
    int status = put_times(builder, fields->fill, before);
    status = status == 0 && sign != 0 ? strobe_text_put(builder, sign) : status;
    status = status == 0 && fields->align == '=' ? put_times(builder, fields->fill, pad) : status;
    status = status == 0 ? strobe_text_put_ascii(builder, name, strlen(name)) : status;
    for (uint32_t i = decimal->count; i-- > 0 && status == 0;) {
        status = strobe_text_put(builder, '0' + decimal->digits[i]);
    }
    status = status == 0 && fields->type == '%' ? strobe_text_put(builder, '%') : status;
    return status == 0 ? put_times(builder, fields->fill, after) : status;
}

int strobe_decimal_put_format(struct strobe_text_builder *builder, struct strobe_value value,
                              const struct strobe_text_view *spec)
{
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal;
    struct fields fields;
    int status = strobe_decimal_of(builder->evaluation, value, buffer, &decimal);
    if (status != 0) {
        return status;
    }
    switch (read_spec(spec, &fields)) {
    case SPEC_INVALID:
        return strobe_evaluation_fail(builder->evaluation, STROBE_FAULT_VALUE, "invalid format string");
    case SPEC_TOO_LARGE:
        return strobe_evaluation_fail(builder->evaluation, STROBE_FAULT_LIMIT, "the width or precision is too large");
    case SPEC_LOCALE:
        return strobe_evaluation_fail(builder->evaluation, STROBE_FAULT_UNSAFE, "the format 'n' depends on the locale");
    default:
        break;
    }
    return decimal.kind == STROBE_DECIMAL_FINITE ? put_finite(builder, &decimal, &fields)
                                                 : put_special(builder, &decimal, &fields);
}
