/* Trying it. What is tried is made in prefilter_make.c. */
#include "probes/expression/py/prefilter.h"

#include "base/py/integer.h"
#include "probes/expression/py/expression.h"
#include "probes/expression/py/number.h"

enum { LESS = STROBE_PREFILTER_LESS, EQUAL = STROBE_PREFILTER_EQUAL, GREATER = STROBE_PREFILTER_GREATER };

/* Ints of at most so much are floats exactly. */
static const int64_t exact_max = (int64_t)1 << 53;

static inline bool is_exact(int64_t integer)
{
    return integer >= -exact_max && integer <= exact_max;
}

/* Any field that is no inline value. Apart, so that those cost no more than they must. */
__attribute__((noinline)) static PyObject *read_field(PyObject *object, PyObject *name,
                                                      struct strobe_attribute_cache *cache)
{
    PyObject *value;
    bool found = strobe_attribute_get_cached(object, name, cache, &value) == STROBE_ATTRIBUTE_FOUND;
    return found ? value : NULL;
}

/* Borrowed; NULL: no such variable here, or an attribute that cannot be read plainly. */
static inline PyObject *load(const struct strobe_prefilter_load *load, const int16_t *binding,
                             struct strobe_frame frame)
{
    int slot = binding[load->name];
    PyObject *value = slot != STROBE_NOT_A_SLOT ? strobe_frame_slot(frame, slot) : NULL;
    for (unsigned i = 0; value != NULL && i < load->fields_count; i++) {
        PyObject *noted = strobe_attribute_get_noted(value, load->caches[i]);
        value = noted != NULL ? noted : read_field(value, load->fields[i], load->caches[i]);
    }
    return value;
}

/* An exact int or a bool. @return whether it is one, of at most 64 bits */
static inline bool read_integer(PyObject *value, int64_t *ret_integer)
{
    if (!PyLong_CheckExact(value) && !PyBool_Check(value)) {
        return false;
    }
    if (strobe_integer_is_compact(value)) {
        *ret_integer = strobe_integer_compact(value);
        return true;
    }
    return strobe_integer_small(value, ret_integer);
}

/* ---- A variable beside a constant ---- */

/* 0 for NaN, which the machine knows about. */
static inline unsigned order_reals(double left, double right)
{
    return left < right ? LESS : left > right ? GREATER : left == right ? EQUAL : 0;
}

static inline unsigned order_integers(int64_t left, int64_t right)
{
    return left < right ? LESS : left > right ? GREATER : EQUAL;
}

/* Of a type that is never equal to a number. */
static bool is_no_number(PyObject *value)
{
    return value == Py_None || PyUnicode_CheckExact(value) || PyBytes_CheckExact(value) || PyTuple_CheckExact(value) ||
           PyList_CheckExact(value) || PyDict_CheckExact(value);
}

static inline unsigned order_numbers(const struct strobe_prefilter_term *term, PyObject *value)
{
    int64_t integer;
    if (PyFloat_CheckExact(value)) {
        bool exact = term->kind == STROBE_PREFILTER_FLOAT || is_exact(term->integer);
        return exact ? order_reals(PyFloat_AS_DOUBLE(value), term->real) : 0;
    }
    if (!read_integer(value, &integer)) {
        bool is_equality = ((term->accepted & LESS) != 0) == ((term->accepted & GREATER) != 0);
        return is_equality && is_no_number(value) ? LESS : 0;
    }
    if (term->kind == STROBE_PREFILTER_FLOAT) {
        return is_exact(integer) ? order_reals((double)integer, term->real) : 0;
    }
    return order_integers(integer, term->integer);
}

/* EQUAL: it counts as false. */
static inline unsigned order_truth(PyObject *value)
{
    int64_t integer;
    if (value == Py_True) {
        return GREATER;
    }
    if (value == Py_False || value == Py_None) {
        return EQUAL;
    }
    if (PyUnicode_CheckExact(value) && PyUnicode_IS_READY(value)) {
        return PyUnicode_GET_LENGTH(value) == 0 ? EQUAL : GREATER;
    }
    if (PyFloat_CheckExact(value)) {
        return PyFloat_AS_DOUBLE(value) == 0 ? EQUAL : GREATER;
    }
    return read_integer(value, &integer) ? order_integers(integer, 0) : 0;
}

/* ---- Arithmetic ---- */

struct plain_number {
    bool is_real;
    int64_t integer;
    double real;
};

static inline double as_real(const struct plain_number *number)
{
    return number->is_real ? number->real : (double)number->integer; /* to the nearest, as CPython */
}

static bool push(const struct strobe_prefilter_step *step, const int16_t *binding, struct strobe_frame frame,
                 struct plain_number *ret_number)
{
    if (step->kind != STROBE_PREFILTER_LOAD) {
        *ret_number =
            (struct plain_number){step->kind == STROBE_PREFILTER_FLOAT, .integer = step->integer, .real = step->real};
        return true;
    }
    PyObject *value = load(&step->load, binding, frame);
    if (value == NULL) {
        return false;
    }
    *ret_number = (struct plain_number){.is_real = PyFloat_CheckExact(value)};
    if (ret_number->is_real) {
        ret_number->real = PyFloat_AS_DOUBLE(value);
        return true;
    }
    return read_integer(value, &ret_number->integer);
}

/* @return whether the result is the one of CPython; else the machine does it: errors, wide ints */
static bool compute_reals(int operation, struct plain_number *left, const struct plain_number *right)
{
    double a = as_real(left), b = as_real(right);
    left->is_real = true;
    switch (operation) {
    case STROBE_BINARY_ADD:
        left->real = a + b;
        return true;
    case STROBE_BINARY_SUBTRACT:
        left->real = a - b;
        return true;
    case STROBE_BINARY_MULTIPLY:
        left->real = a * b;
        return true;
    case STROBE_BINARY_DIVIDE:
        left->real = b != 0 ? a / b : 0;
        return b != 0;
    default:
        return false;
    }
}

/* The quotient is rounded down, and the remainder has the sign of the divisor, as in Python. As above. */
static bool divide(int operation, int64_t left, int64_t right, int64_t *ret_result)
{
    if (right == 0 || right == -1) { /* INT64_MIN / -1 traps */
        return false;
    }
    if (((uint64_t)left | (uint64_t)right) <= UINT32_MAX) { /* several times as fast on older processors */
        uint32_t a = (uint32_t)left, b = (uint32_t)right;
        *ret_result = operation == STROBE_BINARY_MODULO ? a % b : a / b;
        return true;
    }
    int64_t quotient = left / right, remainder = left % right;
    bool below = remainder != 0 && (remainder < 0) != (right < 0);
    *ret_result = operation == STROBE_BINARY_MODULO ? remainder + (below ? right : 0) : quotient - below;
    return true;
}

static bool compute(int operation, struct plain_number *left, const struct plain_number *right)
{
    int64_t a = left->integer, b = right->integer;
    if (left->is_real || right->is_real) {
        return compute_reals(operation, left, right);
    }
    switch (operation) {
    case STROBE_BINARY_ADD:
        return !__builtin_add_overflow(a, b, &left->integer);
    case STROBE_BINARY_SUBTRACT:
        return !__builtin_sub_overflow(a, b, &left->integer);
    case STROBE_BINARY_MULTIPLY:
        return !__builtin_mul_overflow(a, b, &left->integer);
    case STROBE_BINARY_FLOOR_DIVIDE:
    case STROBE_BINARY_MODULO:
        return divide(operation, a, b, &left->integer);
    case STROBE_BINARY_DIVIDE: /* exact operands: one rounding, as CPython */
        return is_exact(a) && is_exact(b) && compute_reals(operation, left, right);
    case STROBE_BINARY_AND:
        left->integer = a & b;
        return true;
    case STROBE_BINARY_OR:
        left->integer = a | b;
        return true;
    case STROBE_BINARY_XOR:
        left->integer = a ^ b;
        return true;
    default:
        return false;
    }
}

/* Of the two numbers that the steps leave. */
static unsigned order_computed(const struct strobe_prefilter_term *term, const int16_t *binding,
                               struct strobe_frame frame)
{
    struct plain_number stack[STROBE_PREFILTER_STEPS_MAX];
    unsigned height = 0;
    stack[0] = stack[1] = (struct plain_number){0};
    for (const struct strobe_prefilter_step *step = term->steps, *end = step + term->steps_count; step < end; step++) {
        if (step->kind == STROBE_PREFILTER_BINARY) {
            height--;
            if (!compute(step->binary, &stack[height - 1], &stack[height])) {
                return 0;
            }
        } else if (!push(step, binding, frame, &stack[height++])) {
            return 0;
        }
    }
    const struct plain_number *left = &stack[0], *right = &stack[1];
    if (!left->is_real && !right->is_real) {
        return order_integers(left->integer, right->integer);
    }
    bool exact = (left->is_real || is_exact(left->integer)) && (right->is_real || is_exact(right->integer));
    return exact ? order_reals(as_real(left), as_real(right)) : 0;
}

/* ---- A condition ---- */

/* LESS, EQUAL, GREATER, or 0: not plain. */
static inline unsigned order(const struct strobe_prefilter_term *term, const int16_t *binding,
                             struct strobe_frame frame)
{
    if (term->kind == STROBE_PREFILTER_ARITHMETIC) {
        return order_computed(term, binding, frame);
    }
    PyObject *value = load(&term->load, binding, frame);
    if (value == NULL) {
        return 0;
    }
    switch (term->kind) {
    case STROBE_PREFILTER_TRUTH:
        return order_truth(value);
    case STROBE_PREFILTER_TEXT:
        return strobe_prefilter_order_texts(value, term->constant);
    case STROBE_PREFILTER_IDENTITY:
        return value == term->constant ? EQUAL : LESS;
    default:
        return order_numbers(term, value);
    }
}

bool strobe_prefilter_term_number(const struct strobe_prefilter_term *term, double *ret_number)
{
    *ret_number = term->kind == STROBE_PREFILTER_INT ? (double)term->integer : term->real;
    return term->kind == STROBE_PREFILTER_FLOAT || (term->kind == STROBE_PREFILTER_INT && is_exact(term->integer));
}

enum strobe_prefilter_answer strobe_prefilter_try(const struct strobe_prefilter *prefilter, const int16_t *binding,
                                                  struct strobe_frame frame)
{
    if (prefilter->count == 0) {
        return STROBE_PREFILTER_UNKNOWN;
    }
    unsigned at = 0;
    while (at < STROBE_PREFILTER_ANSWERS) { /* each term leads to later ones */
        const struct strobe_prefilter_term *term = &prefilter->terms[at];
        unsigned found = order(term, binding, frame);
        if (found == 0) {
            return STROBE_PREFILTER_UNKNOWN;
        }
        at = term->next[(term->accepted & found) != 0];
    }
    return (enum strobe_prefilter_answer)(at - STROBE_PREFILTER_ANSWERS);
}
