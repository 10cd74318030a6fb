/* Attributes of numbers, ranges, slices and named tuples: what their C descriptors would compute from the data. */
#include "base/py/dict.h"
#include "probes/expression/py/function.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"

/* ---- Numbers ---- */

static int real(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                struct strobe_value *ret_value)
{
    return strobe_number_plain(evaluation, arguments->values[0], ret_value);
}

static int imaginary(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    (void)evaluation;
    struct strobe_number number;
    bool is_float = strobe_number_of(arguments->values[0], &number) == STROBE_NUMBER_FLOAT;
    *ret_value = is_float ? strobe_value_float(0.0) : strobe_value_int(0);
    return 0;
}

static int one(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
               struct strobe_value *ret_value)
{
    (void)evaluation;
    (void)arguments;
    *ret_value = strobe_value_int(1);
    return 0;
}

static const struct strobe_function_entry float_fields[] = {
    {"real", real, 0, 0, NULL},
    {"imag", imaginary, 0, 0, NULL},
    {NULL, NULL, 0, 0, NULL},
};

static const struct strobe_function_entry int_fields[] = {
    {"real", real, 0, 0, NULL},       {"imag", imaginary, 0, 0, NULL}, {"numerator", real, 0, 0, NULL},
    {"denominator", one, 0, 0, NULL}, {NULL, NULL, 0, 0, NULL},
};

/* ---- Ranges and slices ---- */

enum bound { START, STOP, STEP };

static int bound_of(struct strobe_evaluation *evaluation, struct strobe_value value, enum bound bound,
                    struct strobe_value *ret_value)
{
    struct strobe_slice slice;
    struct strobe_range range;
    if (strobe_slice_of(value, &slice)) {
        *ret_value = bound == START ? slice.start : (bound == STOP ? slice.stop : slice.step);
        return 0;
    }
    int status = strobe_range_of(evaluation, value, &range);
    if (status == 0) {
        *ret_value = strobe_value_int(bound == START ? range.start : (bound == STOP ? range.stop : range.step));
    }
    return status;
}

static int start(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                 struct strobe_value *ret_value)
{
    return bound_of(evaluation, arguments->values[0], START, ret_value);
}

static int stop(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                struct strobe_value *ret_value)
{
    return bound_of(evaluation, arguments->values[0], STOP, ret_value);
}

static int step(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                struct strobe_value *ret_value)
{
    return bound_of(evaluation, arguments->values[0], STEP, ret_value);
}

static const struct strobe_function_entry bound_fields[] = {
    {"start", start, 0, 0, NULL},
    {"stop", stop, 0, 0, NULL},
    {"step", step, 0, 0, NULL},
    {NULL, NULL, 0, 0, NULL},
};

/* ---- All ---- */

const struct strobe_function_entry *strobe_data_field(struct strobe_value receiver, PyObject *name)
{
    struct strobe_number number;
    struct strobe_slice slice;
    const struct strobe_function_entry *fields = NULL;
    enum strobe_number_kind kind = strobe_number_of(receiver, &number);
    if (kind != STROBE_NUMBER_NONE) {
        fields = kind == STROBE_NUMBER_FLOAT ? float_fields : int_fields;
    } else if (strobe_container_of(receiver) == STROBE_CONTAINER_RANGE || strobe_slice_of(receiver, &slice)) {
        fields = bound_fields;
    }
    for (; fields != NULL && fields->name != NULL; fields++) {
        if (PyUnicode_CompareWithASCIIString(name, fields->name) == 0) {
            return fields;
        }
    }
    return NULL;
}

/* ---- Named tuples ---- */

/* What a named tuple's class has under the name of a field: private to _collections, the same since 3.8. */
struct field_getter {
    PyObject_HEAD Py_ssize_t index;
    PyObject *doc;
};

/* What the classes below tuple have by that name; borrowed. */
static PyObject *find_in_classes(const PyTypeObject *type, PyObject *name)
{
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        PyTypeObject *class = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        if (!PyType_HasFeature(class, Py_TPFLAGS_HEAPTYPE)) {
            return NULL;
        }
        PyObject *found = class->tp_dict != NULL ? strobe_dict_get(class->tp_dict, name) : NULL;
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

bool strobe_named_tuple_field(PyObject *object, PyObject *name, PyObject **ret_value)
{
    PyTypeObject *type = strobe_field_getter_type();
    if (!PyTuple_Check(object) || PyTuple_CheckExact(object) || type == NULL ||
        type->tp_basicsize != (Py_ssize_t)sizeof(struct field_getter)) {
        return false;
    }
    PyObject *descriptor = find_in_classes(Py_TYPE(object), name);
    if (descriptor == NULL || !Py_IS_TYPE(descriptor, type)) {
        return false;
    }
    Py_ssize_t index = ((const struct field_getter *)descriptor)->index;
    if (index < 0 || index >= PyTuple_GET_SIZE(object)) {
        return false;
    }
    *ret_value = PyTuple_GET_ITEM(object, index);
    return true;
}
