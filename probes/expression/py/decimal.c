#include "probes/expression/py/decimal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/py/decimal.h"

enum { WORD_DIGITS = 19 };

/* The type once it was seen; C code keeps it for good: it is immutable and its module is never unloaded. */
static PyTypeObject *decimal_type;

static bool is_decimal(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    if (type == decimal_type) {
        return true;
    }
    return strobe_decimal_is_type(type);
}

PyTypeObject *strobe_decimal_type(void)
{
    PyObject *modules = decimal_type == NULL ? PyImport_GetModuleDict() : NULL;
    PyObject *key, *module, *name, *value;
    for (Py_ssize_t i = 0; modules != NULL && PyDict_Next(modules, &i, &key, &module);) {
        if (!PyUnicode_CheckExact(key) || PyUnicode_CompareWithASCIIString(key, "_decimal") != 0 ||
            !PyModule_Check(module)) {
            continue;
        }
        for (Py_ssize_t j = 0; PyDict_Next(PyModule_GetDict(module), &j, &name, &value);) {
            if (PyType_Check(value) && strobe_decimal_is_exact_type((PyTypeObject *)value)) {
                decimal_type = (PyTypeObject *)value;
            }
        }
    }
    return decimal_type;
}

/* ---- Reading ---- */

static void trim(struct strobe_decimal *decimal)
{
    while (decimal->count > 0 && decimal->digits[decimal->count - 1] == 0) {
        decimal->count--;
    }
}

static int too_long(struct strobe_evaluation *evaluation)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a Decimal of more than %d digits",
                                  STROBE_DECIMAL_DIGITS_MAX);
}

static int read_object(struct strobe_evaluation *evaluation, PyObject *object, uint8_t *buffer,
                       struct strobe_decimal *ret_decimal)
{
    struct strobe_decimal_storage storage;
    strobe_decimal_read(object, &storage); /* is_decimal() */
    if (storage.words_count < 0 || storage.words_count * WORD_DIGITS > STROBE_DECIMAL_DIGITS_MAX) {
        return too_long(evaluation);
    }
    int status = strobe_evaluation_spend(evaluation, 1 + storage.words_count);
    if (status < 0) {
        return status;
    }
    struct strobe_decimal decimal = {
        .kind = storage.infinite     ? STROBE_DECIMAL_INFINITE
                : storage.signalling ? STROBE_DECIMAL_SNAN
                : storage.nan        ? STROBE_DECIMAL_NAN
                                     : STROBE_DECIMAL_FINITE,
        .negative = storage.negative,
        .exponent = storage.infinite || storage.nan ? 0 : storage.exponent,
        .digits = buffer,
    };
    for (int64_t i = 0; i < storage.words_count && !storage.infinite; i++) {
        uint64_t word = storage.words[i];
        for (int j = 0; j < WORD_DIGITS; j++, word /= 10) {
            buffer[decimal.count++] = (uint8_t)(word % 10);
        }
    }
    trim(&decimal);
    *ret_decimal = decimal;
    return 0;
}

int strobe_decimal_of(struct strobe_evaluation *evaluation, struct strobe_value value,
                      uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX], struct strobe_decimal *ret_decimal)
{
    if (value.kind == STROBE_VALUE_DECIMAL) {
        *ret_decimal = *value.as.decimal;
        return 0;
    }
    if (value.kind != STROBE_VALUE_OBJECT || !is_decimal(value.as.object)) {
        return 1;
    }
    return read_object(evaluation, value.as.object, buffer, ret_decimal);
}

int strobe_decimal_of_int(struct strobe_evaluation *evaluation, struct strobe_value value,
                          uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX], struct strobe_decimal *ret_decimal)
{
    struct strobe_number number;
    enum strobe_number_kind kind = strobe_number_of(value, &number);
    char text[STROBE_DECIMAL_DIGITS_MAX + 2];
    if (kind != STROBE_NUMBER_INT && kind != STROBE_NUMBER_WIDE) {
        return 1;
    }
    int size = strobe_number_text(evaluation, &number, text, sizeof text);
    if (size < 0) {
        return size;
    }
    struct strobe_decimal decimal = {.negative = text[0] == '-', .digits = buffer};
    for (int i = size - 1; i >= (int)decimal.negative && decimal.count < STROBE_DECIMAL_DIGITS_MAX; i--) {
        buffer[decimal.count++] = (uint8_t)(text[i] - '0');
    }
    trim(&decimal);
    *ret_decimal = decimal;
    return 0;
}

/* digits *= factor; @return the new count */
static uint32_t multiply_small(uint8_t *digits, uint32_t count, uint64_t factor)
{
    uint64_t carry = 0;
    for (uint32_t i = 0; i < count || carry != 0; i++) {
        carry += i < count ? digits[i] * factor : 0;
        digits[i] = (uint8_t)(carry % 10);
        carry /= 10;
        count = i < count ? count : i + 1;
    }
    return count;
}

int strobe_decimal_of_real(struct strobe_evaluation *evaluation, double real, uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX],
                           struct strobe_decimal *ret_decimal)
{
    struct strobe_decimal decimal = {.negative = signbit(real) != 0, .digits = buffer};
    if (isnan(real) || isinf(real)) {
        decimal.kind = isnan(real) ? STROBE_DECIMAL_NAN : STROBE_DECIMAL_INFINITE;
        *ret_decimal = decimal;
        return 0;
    }
    int status = strobe_evaluation_spend(evaluation, 100); /* powers of two up to 2^1074 */
    if (status < 0) {
        return status;
    }
    int exponent;
    uint64_t mantissa = (uint64_t)ldexp(frexp(fabs(real), &exponent), 53);
    for (exponent -= 53; mantissa != 0 && mantissa % 2 == 0 && exponent < 0; exponent++) {
        mantissa /= 2;
    }
    for (; mantissa != 0; mantissa /= 10) {
        buffer[decimal.count++] = (uint8_t)(mantissa % 10);
    }
    if (decimal.count > 0 && exponent < 0) {
        decimal.exponent = exponent;
    }
    for (int left = decimal.count > 0 ? abs(exponent) : 0; left > 0; left--) {
        decimal.count = multiply_small(buffer, decimal.count, exponent < 0 ? 5 : 2);
    }
    *ret_decimal = decimal;
    return 0;
}

/* ---- Making ---- */

int strobe_decimal_make(struct strobe_evaluation *evaluation, const struct strobe_decimal *decimal,
                        struct strobe_value *ret_value)
{
    struct strobe_decimal view = *decimal;
    trim(&view);
    if (view.count > STROBE_DECIMAL_DIGITS_MAX) {
        return too_long(evaluation);
    }
    struct strobe_decimal *made = strobe_evaluation_take(evaluation, sizeof *made + view.count);
    if (made == NULL) {
        return STROBE_ELIMIT;
    }
    uint8_t *digits = (uint8_t *)(made + 1);
    if (view.count > 0) { /* infinity and NaN have none, and no place of them */
        memcpy(digits, view.digits, view.count);
    }
    *made = view;
    made->digits = digits;
    *ret_value = (struct strobe_value){STROBE_VALUE_DECIMAL, {.decimal = made}};
    return 0;
}

int strobe_decimal_make_work(struct strobe_evaluation *evaluation, const struct strobe_decimal_work *work,
                             struct strobe_value *ret_value)
{
    struct strobe_decimal view = strobe_decimal_view(work);
    return strobe_decimal_make(evaluation, &view, ret_value);
}
