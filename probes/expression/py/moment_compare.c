/* Truth, order and hash of moments: naive and aware do not mix, zones of the same object are not asked. */
#include "probes/expression/py/moment.h"
#include "probes/expression/py/operand.h"

int strobe_moment_truth(struct strobe_evaluation *evaluation, struct strobe_value value, bool *ret_truth)
{
    (void)evaluation;
    struct strobe_moment moment;
    if (!strobe_moment_of(value, &moment)) {
        return 1;
    }
    *ret_truth = moment.kind != STROBE_DATETIME_DELTA || strobe_moment_delta_us(&moment) != 0;
    return 0;
}

bool strobe_moment_same_zone(const struct strobe_moment *left, const struct strobe_moment *right)
{
    return left->zone.kind == right->zone.kind && left->zone.object == right->zone.object &&
           left->zone.offset_us == right->zone.offset_us;
}

/* ---- Comparison ---- */

static int order_of(strobe_microseconds left, strobe_microseconds right)
{
    return left < right ? -1 : left > right;
}

static strobe_microseconds floor_to_seconds(int64_t us)
{
    return us - ((us % 1000000) + 1000000) % 1000000;
}

/* Two date-times or two times. @return 0 and the order; 1: one is naive, one aware */
static int order_clocks(struct strobe_evaluation *evaluation, const struct strobe_moment *left,
                        const struct strobe_moment *right, int *ret_order)
{
    strobe_microseconds left_us = strobe_moment_clock_us(left), right_us = strobe_moment_clock_us(right);
    if (!strobe_moment_same_zone(left, right)) {
        int64_t left_offset = 0, right_offset = 0;
        int left_rc = strobe_moment_offset(evaluation, left, &left_offset);
        int right_rc = left_rc < 0 ? left_rc : strobe_moment_offset(evaluation, right, &right_offset);
        if (right_rc < 0 || left_rc != right_rc) {
            return right_rc < 0 ? right_rc : 1;
        }
        bool whole = left->kind == STROBE_DATETIME_TIME && left_offset != right_offset; /* CPython's oversight */
        left_us -= whole ? floor_to_seconds(left_offset) : left_offset;
        right_us -= whole ? floor_to_seconds(right_offset) : right_offset;
    }
    *ret_order = order_of(left_us, right_us);
    return 0;
}

/* @return 0 and the order; 1: they can only be unequal */
static int order_moments(struct strobe_evaluation *evaluation, const struct strobe_moment *left,
                         const struct strobe_moment *right, int *ret_order)
{
    if (left->kind != right->kind) {
        return 1;
    }
    switch (left->kind) {
    case STROBE_DATETIME_DELTA:
        *ret_order = order_of(strobe_moment_delta_us(left), strobe_moment_delta_us(right));
        return 0;
    case STROBE_DATETIME_DATE:
        *ret_order = order_of(strobe_moment_clock_us(left), strobe_moment_clock_us(right));
        return 0;
    case STROBE_DATETIME_ZONE:
        *ret_order = order_of(left->zone.offset_us, right->zone.offset_us);
        return 0;
    default:
        return order_clocks(evaluation, left, right, ret_order);
    }
}

int strobe_moment_compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                          enum strobe_comparison comparison, bool *ret_result)
{
    struct strobe_moment left_moment, right_moment;
    bool is_left = strobe_moment_of(left, &left_moment), is_right = strobe_moment_of(right, &right_moment);
    if (!is_left && !is_right) {
        return 1;
    }
    if (!is_left || !is_right) {
        return strobe_operand_cannot_compare(evaluation, left, right, comparison, ret_result);
    }
    int order;
    int rc = order_moments(evaluation, &left_moment, &right_moment, &order);
    if (rc < 0) {
        return rc;
    }
    bool equality = comparison == STROBE_COMPARE_EQ || comparison == STROBE_COMPARE_NE;
    if (equality && rc == 1) {
        *ret_result = comparison == STROBE_COMPARE_NE;
        return 0;
    }
    if (rc == 1 && left_moment.kind == right_moment.kind) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "can't compare offset-naive and offset-aware %ss",
                                      left_moment.kind == STROBE_DATETIME_TIME ? "time" : "datetime");
    }
    if (rc == 1 || (left_moment.kind == STROBE_DATETIME_ZONE && !equality)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "can't compare %s to %s",
                                      strobe_value_type_name(left), strobe_value_type_name(right));
    }
    *ret_result = strobe_operand_order_is(order, comparison);
    return 0;
}

/* ---- Hashes, as CPython makes them: of a tuple for durations, of the packed fields for the rest ---- */

static uint64_t hash_of_int(int value)
{
    return value == -1 ? (uint64_t)-2 : (uint64_t)(int64_t)value;
}

/* hash((days, seconds, microseconds)): the xxHash of Objects/tupleobject.c, the same since 3.8 */
static uint64_t hash_of_delta(const struct strobe_moment *delta)
{
    const uint64_t prime_1 = 11400714785074694791ULL, prime_2 = 14029467366897019727ULL,
                   prime_5 = 2870177450012600261ULL;
    const int items[] = {delta->days, delta->seconds, delta->microsecond};
    uint64_t hash = prime_5;
    for (size_t i = 0; i < 3; i++) {
        hash += hash_of_int(items[i]) * prime_2;
        hash = hash << 31 | hash >> 33;
        hash *= prime_1;
    }
    hash += 3 ^ (prime_5 ^ 3527539);
    return hash == (uint64_t)-1 ? 1546275796 : hash;
}

static int hash_of_us(struct strobe_evaluation *evaluation, strobe_microseconds us, uint64_t *ret_hash)
{
    struct strobe_moment delta;
    int rc = strobe_moment_delta(evaluation, us, &delta);
    if (rc == 0) {
        *ret_hash = hash_of_delta(&delta);
    }
    return rc;
}

/* The bytes that a date, time or datetime of CPython holds. */
static Py_ssize_t pack(const struct strobe_moment *moment, uint8_t bytes[10])
{
    Py_ssize_t size = 0;
    if (moment->kind != STROBE_DATETIME_TIME) {
        bytes[size++] = (uint8_t)(moment->year >> 8);
        bytes[size++] = (uint8_t)moment->year;
        bytes[size++] = (uint8_t)moment->month;
        bytes[size++] = (uint8_t)moment->day;
    }
    if (moment->kind != STROBE_DATETIME_DATE) {
        bytes[size++] = (uint8_t)moment->hour;
        bytes[size++] = (uint8_t)moment->minute;
        bytes[size++] = (uint8_t)moment->second;
        bytes[size++] = (uint8_t)(moment->microsecond >> 16);
        bytes[size++] = (uint8_t)(moment->microsecond >> 8);
        bytes[size++] = (uint8_t)moment->microsecond;
    }
    return size;
}

int strobe_moment_hash(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash)
{
    struct strobe_moment moment;
    if (!strobe_moment_of(value, &moment)) {
        return 1;
    }
    if (moment.kind == STROBE_DATETIME_DELTA) {
        *ret_hash = hash_of_delta(&moment);
        return 0;
    }
    if (moment.kind == STROBE_DATETIME_ZONE) {
        return hash_of_us(evaluation, moment.zone.offset_us, ret_hash);
    }
    int64_t offset_us;
    int rc = strobe_moment_offset(evaluation, &moment, &offset_us);
    if (rc < 0) {
        return rc;
    }
    if (rc == 0) {
        /* CPython counts the days of a datetime from 1, not 0. */
        strobe_microseconds first = moment.kind == STROBE_DATETIME_TIME ? 0 : STROBE_DAY_US;
        return hash_of_us(evaluation, strobe_moment_clock_us(&moment) + first - offset_us, ret_hash);
    }
    uint8_t bytes[10];
    struct strobe_bytes_view view = {.data = bytes, .size = pack(&moment, bytes)};
    return strobe_bytes_hash(evaluation, &view, ret_hash);
}
