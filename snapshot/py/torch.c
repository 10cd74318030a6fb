/*
 * Tensors of torch: exactly torch.Tensor and torch.nn.Parameter. A subclass may be something else than its memory says,
 * so it shows as an object. Nothing of torch is called: its getters may run code of the program, make memory, raise or
 * print. How the memory is read stands in base/tensor.h.
 */
#include "snapshot/py/torch.h"

#include <string.h>

#include "base/py/attribute.h"
#include "base/py/dict.h"
#include "base/tensor.h"
#include "snapshot/py/array.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/name.h"
#include "snapshot/py/pieces.h"
#include "snapshot/py/type_name.h"
#include "strobe/error.h"

enum {
    VERSION_BYTES = 64,
    OWN_FIELDS_MAX = 4,
    ATTRIBUTES_MAX = 16,
    CONTEXT_BYTES = 64, /* of a storage's owner that are searched for an array */
    COST_OF_CALL = 20   /* of a copy by the kernel, as strobe_walk_spend() counts */
};

/* ---- Words ---- */

static PyObject *devices[STROBE_TENSOR_DEVICES], *forms[STROBE_TENSOR_FORMS];
static PyObject *torch_name, *version_name, *tensor_name, *numpy_name, *array_name;

static const struct {
    PyObject **place;
    const char *text;
} words[] = {
    {&devices[0], "cpu"},
    {&devices[1], "cuda"},
    {&devices[2], "mkldnn"},
    {&devices[3], "opengl"},
    {&devices[4], "opencl"},
    {&devices[5], "ideep"},
    {&devices[6], "hip"},
    {&devices[7], "fpga"},
    {&devices[8], "maia"},
    {&devices[9], "xla"},
    {&devices[10], "vulkan"},
    {&devices[11], "metal"},
    {&devices[12], "xpu"},
    {&devices[13], "mps"},
    {&devices[STROBE_TENSOR_META], "meta"},
    {&devices[15], "hpu"},
    {&devices[16], "ve"},
    {&devices[17], "lazy"},
    {&devices[18], "ipu"},
    {&devices[19], "mtia"},
    {&devices[20], "privateuseone"},
    {&forms[STROBE_TENSOR_PLAIN], "strided"},
    {&forms[STROBE_TENSOR_CONJUGATED], "conjugated"},
    {&forms[STROBE_TENSOR_NEGATED], "negated"},
    {&forms[STROBE_TENSOR_ZERO], "zero"},
    {&forms[STROBE_TENSOR_QUANTIZED], "quantized"},
    {&forms[STROBE_TENSOR_MKLDNN], "mkldnn"},
    {&forms[STROBE_TENSOR_SPARSE], "sparse"},
    {&torch_name, "torch"},
    {&version_name, "__version__"},
    {&tensor_name, "Tensor"},
    {&numpy_name, "numpy"},
    {&array_name, "ndarray"},
};

int strobe_torch_init(void)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        *words[i].place = PyUnicode_InternFromString(words[i].text);
        if (*words[i].place == NULL) {
            return STROBE_ENOMEM;
        }
    }
    return 0;
}

void strobe_torch_done(void)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        Py_CLEAR(*words[i].place);
    }
}

/* ---- Which classes ---- */

/* What the module of that name, as far as it is loaded, has under `name`; borrowed, or NULL. */
static PyObject *of_module(PyObject *module_name, PyObject *name)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *module = modules != NULL && PyDict_CheckExact(modules) ? strobe_dict_get(modules, module_name) : NULL;
    return module != NULL && PyModule_Check(module) ? strobe_dict_get(PyModule_GetDict(module), name) : NULL;
}

static bool is_called(PyTypeObject *type, const char *name)
{
    char text[STROBE_TYPE_NAME_BYTES];
    size_t size = strobe_type_name(type, text);
    return size == strlen(name) && memcmp(text, name, size) == 0;
}

/* Both are classes of Python, one above the other, above the one of C whose memory is read. */
static bool is_exact(PyTypeObject *type)
{
    PyTypeObject *tensor = (PyTypeObject *)of_module(torch_name, tensor_name);
    return tensor != NULL &&
           (type == tensor || (type->tp_base == tensor && is_called(type, "torch.nn.parameter.Parameter"))) &&
           tensor->tp_base == strobe_type_native(tensor);
}

/* ---- Items ---- */

/*
 * Memory that torch has from an array of numpy (from_numpy, as_tensor): what owns it has the array's address. It holds
 * a reference, which ends only under the GIL: an array found there lives until this capture ends.
 */
static bool is_of_array(struct strobe_own_memory *memory, const struct strobe_tensor *tensor)
{
    uintptr_t context[CONTEXT_BYTES / sizeof(uintptr_t)];
    struct {
        PyObject ob_base;
        uintptr_t data;
    } array;
    PyObject *type = of_module(numpy_name, array_name);
    if (type == NULL || tensor->data == 0 ||
        !strobe_own_memory_read(memory, tensor->data_context, context, sizeof context)) {
        return false;
    }
    for (size_t i = 0; i < sizeof context / sizeof context[0]; i++) {
        if (context[i] % sizeof(void *) == 0 && strobe_own_memory_read(memory, context[i], &array, sizeof array) &&
            (PyObject *)array.ob_base.ob_type == type && array.data == tensor->data) {
            PyObject *object;
            memcpy(&object, &context[i], sizeof(void *));
            return strobe_array_in_memory(object);
        }
    }
    return false;
}

static void put_array(struct strobe_value *value, const struct strobe_tensor *tensor, const uint8_t *items, int copied)
{
    bool is_upper_half = tensor->type->kind == 'b';
    struct strobe_array array = {.kind = is_upper_half             ? 'f'
                                         : tensor->type->kind != 0 ? tensor->type->kind
                                                                   : 'V',
                                 .item_bytes = is_upper_half ? sizeof(float) : tensor->type->item_bytes,
                                 .dtype = tensor->type->name,
                                 .dtype_size = strlen(tensor->type->name),
                                 .dimensions = (int)tensor->dimensions,
                                 .data = copied >= 0 ? (const char *)items : NULL,
                                 .few = copied > 0 ? copied : 0};
    memcpy(array.shape, tensor->sizes, tensor->dimensions * sizeof array.shape[0]);
    strobe_array_pack(&array); /* as the items that were copied stand */
    strobe_array_write(value, &array);
}

static void put_items(struct strobe_value *value, struct strobe_own_memory *memory,
                      const struct strobe_tensor_layout *layout, const struct strobe_tensor *tensor)
{
    uint8_t items[STROBE_CAPTURE_ITEMS_MAX * STROBE_TENSOR_ITEM_BYTES_MAX];
    int count = (int)(tensor->items < STROBE_CAPTURE_ITEMS_MAX ? tensor->items : STROBE_CAPTURE_ITEMS_MAX);
    bool may_read = tensor->in_memory && (count == 0 || tensor->is_own || is_of_array(memory, tensor));
    int copied = may_read ? strobe_tensor_copy(memory, tensor, count, items) : -1;
    bool unchanged = strobe_tensor_is_unchanged(memory, layout, tensor);
    put_array(value, tensor, items, unchanged ? copied : -1);
    if (!unchanged) {
        value->cut = STROBE_CUT_CHANGED;
    }
    explicit_bzero(items, sizeof items);
}

/* ---- Beside them ---- */

static void put_fields(struct strobe_value *value, const struct strobe_tensor *tensor)
{
    struct strobe_named fields[OWN_FIELDS_MAX + ATTRIBUTES_MAX];
    size_t count = 0;
    struct strobe_attribute_walk walk = {0};
    PyObject *name, *item;
    if (value->depth >= STROBE_CAPTURE_DEPTH_MAX) {
        value->cut = value->cut == STROBE_CUT_NONE ? STROBE_CUT_DEPTH : value->cut;
        return;
    }
    /* At most 127: an int that CPython has made once and for all. */
    PyObject *number = tensor->device_number >= 0 ? PyLong_FromLong(tensor->device_number) : NULL;
    PyObject *form = tensor->form != STROBE_TENSOR_PLAIN ? forms[tensor->form] : NULL;
    PyObject *requires_grad = tensor->requires_grad < 0 ? NULL : tensor->requires_grad ? Py_True : Py_False;
    fields[count++] = (struct strobe_named){"device", devices[tensor->device], NULL, NULL};
    fields[count++] = (struct strobe_named){"device_index", number, NULL, NULL};
    fields[count++] = (struct strobe_named){"layout", form, NULL, NULL};
    fields[count++] = (struct strobe_named){"requires_grad", requires_grad, NULL, NULL};
    while (count < OWN_FIELDS_MAX + ATTRIBUTES_MAX && strobe_attribute_next(value->object, &walk, &name, &item)) {
        fields[count++] = (struct strobe_named){NULL, item, strobe_name_rule(value->walk, name), name};
    }
    strobe_fields_write_named(value, fields, count);
    Py_XDECREF(number);
}

/* ---- The whole ---- */

/* <torch.Tensor: why it is not read> */
static bool write_why(struct strobe_value *value, const char *why, const char *more)
{
    struct strobe_pieces pieces;
    strobe_pieces_begin(&pieces, value);
    strobe_pieces_text(&pieces, "<");
    strobe_pieces_type(&pieces, Py_TYPE(value->object));
    strobe_pieces_text(&pieces, ": ");
    strobe_pieces_text(&pieces, why);
    strobe_pieces_text(&pieces, more);
    strobe_pieces_text(&pieces, ">");
    strobe_pieces_end(&pieces);
    value->cut = STROBE_CUT_UNREADABLE;
    return true;
}

static const struct strobe_tensor_layout *find_layout(char ret_version[VERSION_BYTES + 1])
{
    PyObject *object = of_module(torch_name, version_name);
    char buffer[VERSION_BYTES];
    struct strobe_name version = {"without a version", strlen("without a version")};
    if (object != NULL && PyUnicode_Check(object)) {
        version = strobe_text_of(object, buffer, sizeof buffer);
    }
    memcpy(ret_version, version.text, version.size);
    ret_version[version.size] = '\0';
    return strobe_tensor_layout_of_version(ret_version, version.size);
}

/* The address of the tensor; 0 when the object is laid out otherwise. */
static uintptr_t address_of(PyObject *object, const struct strobe_tensor_layout *layout)
{
    const char *bytes = (const char *)object;
    uintptr_t address;
    if (strobe_type_native(Py_TYPE(object))->tp_basicsize != (Py_ssize_t)layout->object_bytes ||
        (layout->object_lent != 0 && bytes[layout->object_lent] != 0)) {
        return 0;
    }
    memcpy(&address, bytes + layout->object_tensor, sizeof address);
    return address;
}

static bool write_tensor(struct strobe_value *value)
{
    char version[VERSION_BYTES + 1];
    struct strobe_tensor tensor;
    if (!is_exact(Py_TYPE(value->object))) {
        return false;
    }
    const struct strobe_tensor_layout *layout = find_layout(version);
    if (layout == NULL) {
        return write_why(value, "how torch lays out tensors is not known of version ", version);
    }
    struct strobe_own_memory *memory = strobe_walk_memory(value->walk);
    if (memory == NULL) {
        return write_why(value, "the system does not let a process read its own memory by a system call", "");
    }
    uint64_t calls = memory->calls;
    uintptr_t address = address_of(value->object, layout);
    const char *why = strobe_tensor_read(memory, layout, address, (uintptr_t)value->object, &tensor);
    if (why == NULL) {
        put_items(value, memory, layout, &tensor);
        put_fields(value, &tensor);
    } else {
        write_why(value, why, "");
    }
    strobe_walk_spend(value->walk, (size_t)(memory->calls - calls) * COST_OF_CALL);
    return true;
}

const struct strobe_kind strobe_kinds_torch[] = {
    {"torch._C.TensorBase", STROBE_KIND_NATIVE, 0, write_tensor},
    {"torch._C._TensorBase", STROBE_KIND_NATIVE, 0, write_tensor},
    {NULL, 0, 0, NULL},
};
