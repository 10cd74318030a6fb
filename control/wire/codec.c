#include "wire/codec.h"

#include <stdlib.h>
#include <string.h>

#include "strobe/limits.h"
#include "wire/codec_tables.h"

static void *member(const void *body, size_t offset)
{
    return (char *)body + offset;
}

/* ---- Bounds before parsing ---- */

/* jansson recurses once per level: refuse deep nesting before it starts. */
static int check_depth(const char *text, size_t size, struct strobe_error *error)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (in_string) {
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                in_string = false;
            }
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > STROBE_MESSAGE_DEPTH_MAX) {
                return strobe_error_set(error, STROBE_ELIMIT, "JSON is nested deeper than %d levels",
                                        STROBE_MESSAGE_DEPTH_MAX);
            }
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return 0;
}

int strobe_wire_json_load(const char *text, size_t size, json_t **ret_json, struct strobe_error *error)
{
    if (size > STROBE_MESSAGE_BYTES_MAX) {
        return strobe_error_set(error, STROBE_ELIMIT, "JSON of %zu bytes is over the limit of %d", size,
                                STROBE_MESSAGE_BYTES_MAX);
    }
    int status = check_depth(text, size, error);
    if (status < 0) {
        return status;
    }
    json_error_t detail;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &detail);
    if (json == NULL) {
        /* jansson's text quotes the input, which may be a captured value: report the place alone. */
        return strobe_error_set(error, STROBE_EPROTO, "not JSON: line %d, column %d", detail.line, detail.column);
    }
    *ret_json = json;
    return 0;
}

/* ---- From JSON ---- */

static int read_string(const struct strobe_wire_field *field, const json_t *json, char **ret_text,
                       struct strobe_error *error)
{
    if (!json_is_string(json)) {
        return strobe_error_set(error, STROBE_EPROTO, "'%s' is not a string", field->name);
    }
    size_t size = json_string_length(json);
    if (size > field->text_size) {
        return strobe_error_set(error, STROBE_ELIMIT, "'%s' is longer than %zu bytes", field->name, field->text_size);
    }
    if (field->one_of != NULL) {
        const char *const *word = field->one_of;
        while (*word != NULL && strcmp(*word, json_string_value(json)) != 0) {
            word++;
        }
        if (*word == NULL) {
            return strobe_error_set(error, STROBE_EPROTO, "'%s' has a word that is not allowed there", field->name);
        }
    }
    char *text = malloc(size + 1);
    if (text == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory for '%s'", field->name);
    }
    memcpy(text, json_string_value(json), size + 1);
    *ret_text = text;
    return 0;
}

static int read_number(const struct strobe_wire_field *field, const json_t *json, void *place,
                       struct strobe_error *error)
{
    bool integer = field->type == STROBE_WIRE_INT;
    if (integer ? !json_is_integer(json) : !json_is_number(json)) {
        return strobe_error_set(error, STROBE_EPROTO, "'%s' is not %s", field->name,
                                integer ? "an integer" : "a number");
    }
    double value = json_number_value(json);
    if (!(value >= field->min && value <= field->max)) {
        return strobe_error_set(error, STROBE_EPROTO, "'%s' is not between %.15g and %.15g", field->name, field->min,
                                field->max);
    }
    if (integer) {
        *(int64_t *)place = json_integer_value(json);
    } else {
        *(double *)place = value;
    }
    return 0;
}

static int read_value(const struct strobe_wire_field *field, const json_t *json, void *place,
                      struct strobe_error *error)
{
    switch (field->type) {
    case STROBE_WIRE_STRING:
        return read_string(field, json, place, error);
    case STROBE_WIRE_INT:
    case STROBE_WIRE_NUMBER:
        return read_number(field, json, place, error);
    case STROBE_WIRE_BOOL:
        if (!json_is_boolean(json)) {
            return strobe_error_set(error, STROBE_EPROTO, "'%s' is not true or false", field->name);
        }
        *(bool *)place = json_is_true(json);
        return 0;
    case STROBE_WIRE_JSON:
        *(json_t **)place = json_incref((json_t *)json);
        return 0;
    case STROBE_WIRE_STRUCT:
        return strobe_wire_struct_from_json(field->of, json, place, error);
    }
    return strobe_error_set(error, STROBE_EINTERNAL, "'%s' has a type this codec does not know", field->name);
}

static size_t element_size(const struct strobe_wire_field *field)
{
    switch (field->type) {
    case STROBE_WIRE_STRING:
        return sizeof(char *);
    case STROBE_WIRE_INT:
        return sizeof(int64_t);
    case STROBE_WIRE_NUMBER:
        return sizeof(double);
    case STROBE_WIRE_BOOL:
        return sizeof(bool);
    case STROBE_WIRE_JSON:
        return sizeof(json_t *);
    case STROBE_WIRE_STRUCT:
        return field->of->size;
    }
    return 0;
}

static int read_array(const struct strobe_wire_field *field, const json_t *json, void *body, struct strobe_error *error)
{
    if (!json_is_array(json)) {
        return strobe_error_set(error, STROBE_EPROTO, "'%s' is not an array", field->name);
    }
    size_t count = json_array_size(json);
    if (count > field->max_size) {
        return strobe_error_set(error, STROBE_ELIMIT, "'%s' has more than %zu items", field->name, field->max_size);
    }
    size_t size = element_size(field);
    char *elements = calloc(count != 0 ? count : 1, size);
    if (elements == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory for '%s'", field->name);
    }
    *(char **)member(body, field->offset) = elements;
    /* The count grows with each element that is whole, so that a failure releases just those. */
    size_t *filled = member(body, field->count_offset);
    for (*filled = 0; *filled < count; ++*filled) {
        int status = read_value(field, json_array_get(json, *filled), elements + *filled * size, error);
        if (status < 0) {
            return status;
        }
    }
    return 0;
}

static int read_absent(const struct strobe_wire_field *field, void *place, struct strobe_error *error)
{
    if (!field->optional) {
        return strobe_error_set(error, STROBE_EPROTO, "'%s' is missing", field->name);
    }
    if (field->array) {
        return 0;
    }
    switch (field->type) {
    case STROBE_WIRE_INT:
        *(int64_t *)place = (int64_t)field->default_number;
        return 0;
    case STROBE_WIRE_NUMBER:
        *(double *)place = field->default_number;
        return 0;
    case STROBE_WIRE_BOOL:
        *(bool *)place = field->default_number != 0.0;
        return 0;
    case STROBE_WIRE_STRING:
        if (field->default_string == NULL) {
            return 0;
        }
        *(char **)place = strdup(field->default_string);
        return *(char **)place != NULL ? 0 : strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    case STROBE_WIRE_STRUCT: {
        json_t *empty = json_object();
        int status = empty != NULL ? strobe_wire_struct_from_json(field->of, empty, place, error)
                                   : strobe_error_set(error, STROBE_ENOMEM, "out of memory");
        json_decref(empty);
        return status;
    }
    case STROBE_WIRE_JSON:
        return 0;
    }
    return 0;
}

int strobe_wire_struct_from_json(const struct strobe_wire_struct *shape, const json_t *json, void *ret_body,
                                 struct strobe_error *error)
{
    if (!json_is_object(json)) {
        return strobe_error_set(error, STROBE_EPROTO, "'%s' is not an object", shape->name);
    }
    memset(ret_body, 0, shape->size);
    for (size_t i = 0; i < shape->fields_count; i++) {
        const struct strobe_wire_field *field = &shape->fields[i];
        const json_t *value = json_object_get(json, field->name);
        void *place = member(ret_body, field->offset);
        int status;
        if (value == NULL || (field->optional && json_is_null(value))) {
            status = read_absent(field, place, error);
        } else if (field->array) {
            status = read_array(field, value, ret_body, error);
        } else {
            status = read_value(field, value, place, error);
        }
        if (status < 0) {
            strobe_wire_struct_done(shape, ret_body);
            return status;
        }
    }
    return 0;
}

/* ---- To JSON ---- */

static json_t *write_string(const struct strobe_wire_field *field, const char *text, struct strobe_error *error)
{
    if (text == NULL) {
        strobe_error_set(error, STROBE_EINVAL, "'%s' is required and missing", field->name);
        return NULL;
    }
    json_t *json = json_string(text);
    if (json == NULL) {
        strobe_error_set(error, STROBE_EINVAL, "'%s' is not UTF-8", field->name);
    }
    return json;
}

static json_t *write_value(const struct strobe_wire_field *field, const void *place, struct strobe_error *error)
{
    switch (field->type) {
    case STROBE_WIRE_STRING:
        return write_string(field, *(char *const *)place, error);
    case STROBE_WIRE_INT:
        return json_integer(*(const int64_t *)place);
    case STROBE_WIRE_NUMBER:
        return json_real(*(const double *)place);
    case STROBE_WIRE_BOOL:
        return json_boolean(*(const bool *)place);
    case STROBE_WIRE_JSON:
        return *(json_t *const *)place != NULL ? json_incref(*(json_t *const *)place) : json_null();
    case STROBE_WIRE_STRUCT:
        return strobe_wire_struct_to_json(field->of, place, error);
    }
    return NULL;
}

static json_t *write_array(const struct strobe_wire_field *field, const void *body, struct strobe_error *error)
{
    const char *elements = *(char **)member(body, field->offset);
    size_t count = *(size_t *)member(body, field->count_offset);
    size_t size = element_size(field);
    json_t *array = json_array();
    for (size_t i = 0; array != NULL && i < count; i++) {
        /* json_array_append_new takes the reference also when it fails, and fails on NULL. */
        if (json_array_append_new(array, write_value(field, elements + i * size, error)) < 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

/* Whether an optional member has nothing to say. */
static bool is_absent(const struct strobe_wire_field *field, const void *body)
{
    const void *place = member(body, field->offset);
    if (!field->optional) {
        return false;
    }
    if (field->array || field->type == STROBE_WIRE_STRING || field->type == STROBE_WIRE_JSON) {
        return *(void *const *)place == NULL;
    }
    switch (field->type) {
    case STROBE_WIRE_INT:
        return *(const int64_t *)place == (int64_t)field->default_number;
    case STROBE_WIRE_BOOL:
        return *(const bool *)place == (field->default_number != 0.0);
    default:
        return false;
    }
}

json_t *strobe_wire_struct_to_json(const struct strobe_wire_struct *shape, const void *body, struct strobe_error *error)
{
    json_t *object = json_object();
    for (size_t i = 0; object != NULL && i < shape->fields_count; i++) {
        const struct strobe_wire_field *field = &shape->fields[i];
        if (is_absent(field, body)) {
            continue;
        }
        json_t *value =
            field->array ? write_array(field, body, error) : write_value(field, member(body, field->offset), error);
        if (json_object_set_new(object, field->name, value) < 0) {
            json_decref(object);
            object = NULL;
        }
    }
    if (object == NULL) {
        strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    return object;
}

/* ---- Release ---- */

static void release_value(const struct strobe_wire_field *field, void *place)
{
    switch (field->type) {
    case STROBE_WIRE_STRING:
        free(*(char **)place);
        break;
    case STROBE_WIRE_JSON:
        json_decref(*(json_t **)place);
        break;
    case STROBE_WIRE_STRUCT:
        strobe_wire_struct_done(field->of, place);
        break;
    default:
        break;
    }
}

void strobe_wire_struct_done(const struct strobe_wire_struct *shape, void *body)
{
    for (size_t i = 0; i < shape->fields_count; i++) {
        const struct strobe_wire_field *field = &shape->fields[i];
        void *place = member(body, field->offset);
        if (!field->array) {
            release_value(field, place);
            continue;
        }
        char *elements = *(char **)place;
        size_t count = *(size_t *)member(body, field->count_offset);
        for (size_t k = 0; k < count; k++) {
            release_value(field, elements + k * element_size(field));
        }
        free(elements);
    }
    memset(body, 0, shape->size);
}

/* ---- Messages ---- */

const char *strobe_wire_kind_name(enum strobe_wire_kind kind)
{
    return strobe_wire_message_kinds[kind].name;
}

static int find_kind(const json_t *json, enum strobe_wire_sender from, enum strobe_wire_kind *ret_kind,
                     struct strobe_error *error)
{
    const char *name = json_string_value(json_object_get(json, "t"));
    if (name == NULL) {
        return strobe_error_set(error, STROBE_EPROTO, "a message is an object with a string 't'");
    }
    for (int kind = 0; kind < STROBE_WIRE_KIND_COUNT; kind++) {
        const struct strobe_wire_message_kind *known = &strobe_wire_message_kinds[kind];
        if ((known->senders & (int)from) != 0 && strcmp(known->name, name) == 0) {
            *ret_kind = (enum strobe_wire_kind)kind;
            return 0;
        }
    }
    return strobe_error_set(error, STROBE_EUNKNOWN, "unknown kind of message '%.64s'", name);
}

int strobe_wire_decode(const char *text, size_t size, enum strobe_wire_sender from,
                       struct strobe_wire_message *ret_message, struct strobe_error *error)
{
    json_t *json = NULL;
    enum strobe_wire_kind kind = STROBE_WIRE_KIND_COUNT;
    int status = strobe_wire_json_load(text, size, &json, error);
    if (status == 0) {
        status = find_kind(json, from, &kind, error);
    }
    if (status == 0) {
        struct strobe_wire_message message = {.kind = kind};
        status = strobe_wire_struct_from_json(strobe_wire_message_kinds[kind].shape, json, &message.as, error);
        if (status == 0) {
            *ret_message = message;
        }
    }
    json_decref(json);
    return status;
}

void strobe_wire_message_done(struct strobe_wire_message *message)
{
    strobe_wire_struct_done(strobe_wire_message_kinds[message->kind].shape, &message->as);
}

int strobe_wire_encode(enum strobe_wire_kind kind, const void *body, char **ret_text, size_t *ret_size,
                       struct strobe_error *error)
{
    struct strobe_error local = {0};
    json_t *json = strobe_wire_struct_to_json(strobe_wire_message_kinds[kind].shape, body, &local);
    if (json == NULL) {
        return strobe_error_set(error, local.code, "%s: %s", strobe_wire_kind_name(kind), local.message);
    }
    char *text = NULL;
    if (json_object_set_new(json, "t", json_string(strobe_wire_kind_name(kind))) == 0) {
        text = json_dumps(json, JSON_COMPACT);
    }
    json_decref(json);
    if (text == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    size_t size = strlen(text);
    if (size > STROBE_MESSAGE_BYTES_MAX) {
        explicit_bzero(text, size);
        free(text);
        return strobe_error_set(error, STROBE_ELIMIT, "%s of %zu bytes is over the limit of %d",
                                strobe_wire_kind_name(kind), size, STROBE_MESSAGE_BYTES_MAX);
    }
    *ret_text = text;
    *ret_size = size;
    return 0;
}
