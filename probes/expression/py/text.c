#include "probes/expression/py/text.h"

#include <string.h>

enum {
    FIRST_CAPACITY = 16,     /* characters of a text that grows */
    BYTES_PER_STEP = 16,     /* as evaluation.h counts */
    SECRET_NAME_BYTES = 1024 /* of a name that is judged: a longer one is data */
};

/* ---- Views ---- */

static bool view_of_object(PyObject *object, struct strobe_text_view *ret_view)
{
    if (!PyUnicode_Check(object)) {
        return false;
    }
#if PY_VERSION_HEX < 0x030C0000
    if (!PyUnicode_IS_READY(object)) { /* to make it ready would allocate */
        return false;
    }
#endif
    ret_view->data = PyUnicode_DATA(object);
    ret_view->length = PyUnicode_GET_LENGTH(object);
    ret_view->width = (int)PyUnicode_KIND(object);
    return true;
}

bool strobe_text_view_of(struct strobe_value value, struct strobe_text_view *ret_view)
{
    if (value.kind == STROBE_VALUE_OBJECT) {
        return view_of_object(value.as.object, ret_view);
    }
    if (value.kind != STROBE_VALUE_TEXT) {
        return false;
    }
    ret_view->data = value.as.text->data;
    ret_view->length = value.as.text->length;
    ret_view->width = value.as.text->width;
    return true;
}

bool strobe_bytes_view_of(struct strobe_value value, struct strobe_bytes_view *ret_view)
{
    if (value.kind == STROBE_VALUE_BYTES) {
        ret_view->data = value.as.bytes->data;
        ret_view->size = value.as.bytes->size;
        return true;
    }
    if (value.kind != STROBE_VALUE_OBJECT) {
        return false;
    }
    if (PyBytes_Check(value.as.object)) {
        ret_view->data = (const uint8_t *)PyBytes_AS_STRING(value.as.object);
        ret_view->size = PyBytes_GET_SIZE(value.as.object);
        return true;
    }
    if (PyByteArray_Check(value.as.object)) {
        ret_view->data = (const uint8_t *)PyByteArray_AS_STRING(value.as.object);
        ret_view->size = PyByteArray_GET_SIZE(value.as.object);
        return true;
    }
    return false;
}

/* ---- The builder ----
 *
 * Its characters lie behind room for the head of a strobe_text, which end() fills in. While nothing else was taken they
 * grow where they are; otherwise they move, so that a value can be computed while a text is being put together. */

static struct strobe_text *head_of(const struct strobe_text_builder *builder)
{
    return (struct strobe_text *)(void *)((uint8_t *)builder->characters - offsetof(struct strobe_text, data));
}

static size_t bytes_of(Py_ssize_t capacity)
{
    return offsetof(struct strobe_text, data) + (size_t)capacity * sizeof(uint32_t);
}

/* Whether the builder's characters are the last thing in the arena. */
static bool is_last(const struct strobe_text_builder *builder)
{
    const struct strobe_arena *arena = builder->evaluation->arena;
    return (uint8_t *)(builder->characters + builder->capacity) == arena->bytes + arena->used;
}

int strobe_text_begin(struct strobe_evaluation *evaluation, struct strobe_text_builder *ret_builder)
{
    if (strobe_evaluation_spend(evaluation, 1) < 0) {
        return STROBE_ELIMIT;
    }
    struct strobe_text *text = strobe_evaluation_take(evaluation, bytes_of(FIRST_CAPACITY));
    if (text == NULL) {
        return STROBE_ELIMIT;
    }
    *ret_builder = (struct strobe_text_builder){evaluation, (uint32_t *)(void *)text->data, 0, FIRST_CAPACITY, 0};
    return 0;
}

static int grow(struct strobe_text_builder *builder, Py_ssize_t needed)
{
    struct strobe_evaluation *evaluation = builder->evaluation;
    if (needed > STROBE_EXPRESSION_TEXT_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a text would have more than %d characters",
                                      STROBE_EXPRESSION_TEXT_MAX);
    }
    Py_ssize_t capacity = builder->capacity * 2;
    capacity = capacity < needed ? needed : capacity;
    capacity = capacity > STROBE_EXPRESSION_TEXT_MAX ? STROBE_EXPRESSION_TEXT_MAX : capacity;
    Py_ssize_t more = capacity - builder->capacity;
    if (strobe_evaluation_spend(evaluation, 1 + more / BYTES_PER_STEP) < 0) {
        return STROBE_ELIMIT;
    }
    if (is_last(builder)) {
        struct strobe_arena *arena = evaluation->arena;
        if ((size_t)more * sizeof(uint32_t) > arena->size - arena->used) {
            return strobe_evaluation_out_of_memory(evaluation);
        }
        arena->used += (size_t)more * sizeof(uint32_t);
    } else {
        struct strobe_text *text = strobe_evaluation_take(evaluation, bytes_of(capacity));
        if (text == NULL) {
            return STROBE_ELIMIT;
        }
        memcpy(text->data, builder->characters, (size_t)builder->length * sizeof(uint32_t));
        builder->characters = (uint32_t *)(void *)text->data;
    }
    builder->capacity = capacity;
    return 0;
}

static inline int make_room(struct strobe_text_builder *builder, Py_ssize_t more)
{
    if (more <= builder->capacity - builder->length) {
        return 0;
    }
    if (more > STROBE_EXPRESSION_TEXT_MAX) {
        more = STROBE_EXPRESSION_TEXT_MAX + 1; /* so that the sum cannot overflow */
    }
    return grow(builder, builder->length + more);
}

int strobe_text_put(struct strobe_text_builder *builder, uint32_t character)
{
    int status = make_room(builder, 1);
    if (status < 0) {
        return status;
    }
    builder->characters[builder->length++] = character;
    builder->largest |= character;
    return 0;
}

int strobe_text_put_ascii(struct strobe_text_builder *builder, const char *ascii, size_t size)
{
    int status =
        make_room(builder, size > STROBE_EXPRESSION_TEXT_MAX ? STROBE_EXPRESSION_TEXT_MAX + 1 : (Py_ssize_t)size);
    if (status < 0) {
        return status;
    }
    for (size_t i = 0; i < size; i++) {
        builder->characters[builder->length++] = (uint8_t)ascii[i];
    }
    return 0;
}

int strobe_text_put_repeated(struct strobe_text_builder *builder, uint32_t character, Py_ssize_t count)
{
    int status = count > 0 ? make_room(builder, count) : 0;
    if (status < 0) {
        return status;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        builder->characters[builder->length++] = character;
    }
    builder->largest |= count > 0 ? character : 0;
    return 0;
}

int strobe_text_put_view(struct strobe_text_builder *builder, const struct strobe_text_view *view, Py_ssize_t start,
                         Py_ssize_t end)
{
    int status = start < end ? make_room(builder, end - start) : 0;
    if (status < 0) {
        return status;
    }
    uint32_t *to = builder->characters + builder->length;
    uint32_t all = 0;
    for (Py_ssize_t i = start; i < end; i++) {
        uint32_t character = PyUnicode_READ(view->width, view->data, i);
        *to++ = character;
        all |= character;
    }
    builder->length = to - builder->characters;
    builder->largest |= all;
    return 0;
}

/* Or-ing all characters tells whether each is below 0x100 and 0x10000, all that a width needs. */
static int width_of(uint32_t all)
{
    return all < 0x100 ? 1 : all < 0x10000 ? 2 : 4;
}

int strobe_text_end(struct strobe_text_builder *builder, struct strobe_value *ret_value)
{
    struct strobe_arena *arena = builder->evaluation->arena;
    struct strobe_text *text = head_of(builder);
    bool last = is_last(builder);
    int width = width_of(builder->largest);
    /* A narrow character is written where wider ones were read already. */
    for (Py_ssize_t i = 0; width < 4 && i < builder->length; i++) {
        uint32_t character;
        memcpy(&character, text->data + (size_t)i * sizeof character, sizeof character);
        PyUnicode_WRITE(width, text->data, i, character);
    }
    text->length = builder->length;
    text->width = width;
    if (last) {
        arena->used = (size_t)(text->data - arena->bytes) + (size_t)(builder->length * width);
    }
    builder->characters = NULL;
    *ret_value = (struct strobe_value){STROBE_VALUE_TEXT, {.text = text}};
    return 0;
}

/* ---- Whole texts ---- */

int strobe_text_make_view(struct strobe_evaluation *evaluation, const struct strobe_text_view *view, Py_ssize_t start,
                          Py_ssize_t end, struct strobe_value *ret_value)
{
    struct strobe_text_builder builder;
    int status = strobe_text_begin(evaluation, &builder);
    status = status < 0 ? status : strobe_text_put_view(&builder, view, start, end);
    return status < 0 ? status : strobe_text_end(&builder, ret_value);
}

int strobe_text_make_ascii(struct strobe_evaluation *evaluation, const char *ascii, size_t size,
                           struct strobe_value *ret_value)
{
    struct strobe_text_view view = {ascii, (Py_ssize_t)(size > PY_SSIZE_T_MAX ? PY_SSIZE_T_MAX : size), 1};
    return strobe_text_make_view(evaluation, &view, 0, view.length, ret_value);
}

struct strobe_bytes *strobe_bytes_take(struct strobe_evaluation *evaluation, Py_ssize_t size)
{
    if (size > STROBE_EXPRESSION_TEXT_MAX) {
        strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "bytes would be longer than %d",
                               STROBE_EXPRESSION_TEXT_MAX);
        return NULL;
    }
    if (strobe_evaluation_spend(evaluation, 1 + size / BYTES_PER_STEP) < 0) {
        return NULL;
    }
    struct strobe_bytes *bytes = strobe_evaluation_take(evaluation, sizeof *bytes + (size_t)size);
    if (bytes != NULL) {
        bytes->size = size;
        bytes->is_bytearray = false;
    }
    return bytes;
}

int strobe_bytes_make(struct strobe_evaluation *evaluation, const void *data, Py_ssize_t size,
                      struct strobe_value *ret_value)
{
    struct strobe_bytes *bytes = strobe_bytes_take(evaluation, size);
    if (bytes == NULL) {
        return STROBE_ELIMIT;
    }
    if (size > 0) {
        memcpy(bytes->data, data, (size_t)size);
    }
    *ret_value = (struct strobe_value){STROBE_VALUE_BYTES, {.bytes = bytes}};
    return 0;
}

/* ---- Hashes ---- */

#if PY_VERSION_HEX >= 0x030D0000 && PY_VERSION_HEX < 0x030E0000
/* Exported, but declared in an internal header; 3.14 has a public function. */
Py_hash_t _Py_HashBytes(const void *data, Py_ssize_t size);
#endif

static int hash_of(struct strobe_evaluation *evaluation, const void *data, Py_ssize_t size, uint64_t *ret_hash)
{
    int status = strobe_evaluation_spend(evaluation, 1 + size / BYTES_PER_STEP);
    if (status < 0) {
        return status;
    }
#if PY_VERSION_HEX >= 0x030E0000
    *ret_hash = (uint64_t)Py_HashBuffer(data, size);
#else
    *ret_hash = (uint64_t)_Py_HashBytes(data, size);
#endif
    return 0;
}

int strobe_text_hash(struct strobe_evaluation *evaluation, const struct strobe_text_view *view, uint64_t *ret_hash)
{
    return hash_of(evaluation, view->data, view->length * view->width, ret_hash);
}

int strobe_bytes_hash(struct strobe_evaluation *evaluation, const struct strobe_bytes_view *view, uint64_t *ret_hash)
{
    return hash_of(evaluation, view->data, view->size, ret_hash);
}

/* ---- Secrets ---- */

size_t strobe_text_utf8_of(uint32_t character, uint8_t ret_bytes[4])
{
    if (character < 0x80) {
        ret_bytes[0] = (uint8_t)character;
        return 1;
    }
    size_t size = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const uint8_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size - 1; i > 0; i--) {
        ret_bytes[i] = (uint8_t)(0x80 | (character & 0x3F));
        character >>= 6;
    }
    ret_bytes[0] = (uint8_t)(leads[size] | character);
    return size;
}

static bool is_secret_text(struct strobe_evaluation *evaluation, const struct strobe_text_view *view)
{
    char name[SECRET_NAME_BYTES];
    size_t size = 0;
    for (Py_ssize_t i = 0; i < view->length; i++) {
        uint8_t bytes[4];
        size_t more = strobe_text_utf8_of(PyUnicode_READ(view->width, view->data, i), bytes);
        if (more > sizeof name - size) {
            break;
        }
        memcpy(name + size, bytes, more);
        size += more;
    }
    evaluation->fuel -= 1 + (int64_t)(size / BYTES_PER_STEP);
    return evaluation->is_secret(name, size);
}

bool strobe_text_is_secret(struct strobe_evaluation *evaluation, struct strobe_value name)
{
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    if (evaluation->is_secret == NULL) {
        return false;
    }
    if (strobe_text_view_of(name, &text)) {
        return is_secret_text(evaluation, &text);
    }
    if (!strobe_bytes_view_of(name, &bytes)) {
        return false;
    }
    Py_ssize_t size = bytes.size < SECRET_NAME_BYTES ? bytes.size : SECRET_NAME_BYTES;
    evaluation->fuel -= 1 + size / BYTES_PER_STEP;
    return evaluation->is_secret((const char *)bytes.data, (size_t)size);
}
