#include "hub/body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_ITEMS = 8 };

json_t *strobe_body_array(json_t *object, const char *name)
{
    json_t *array = json_object_get(object, name);
    return json_is_array(array) ? array : NULL;
}

/* A watch that the expression computed has its value in itself: append it to the others, so that it has a ref too. */
static void give_ref(json_t *values, json_t *watch)
{
    bool computed = json_object_get(watch, "value") == NULL &&
                    (json_object_get(watch, "type") != NULL || json_object_get(watch, "cut") != NULL);
    if (!computed) {
        return;
    }
    json_t *value = json_copy(watch);
    json_object_del(value, "expression");
    if (json_array_append_new(values, value) == 0) {
        json_object_set_new(watch, "value", json_integer((json_int_t)json_array_size(values) - 1));
    }
}

void strobe_body_open(json_t *json, struct strobe_body *ret_body)
{
    json_t *watch;
    size_t index;
    *ret_body = (struct strobe_body){
        .frames = strobe_body_array(json, "frames"),
        .values = strobe_body_array(json, "values"),
        .watches = strobe_body_array(json, "watches"),
    };
    if (ret_body->values == NULL && ret_body->watches != NULL) {
        json_object_set_new(json, "values", json_array());
        ret_body->values = strobe_body_array(json, "values");
    }
    json_array_foreach(ret_body->watches, index, watch)
    {
        give_ref(ret_body->values, watch);
    }
}

size_t strobe_body_count(const struct strobe_body *body)
{
    return json_array_size(body->values);
}

json_t *strobe_body_value(const struct strobe_body *body, int64_t ref)
{
    json_t *value = ref >= 0 ? json_array_get(body->values, (size_t)ref) : NULL;
    return json_is_object(value) ? value : NULL;
}

const char *strobe_body_text(json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

const char *strobe_body_trace(json_t *json, const char *which, size_t digits)
{
    const char *id = strobe_body_text(json_object_get(json, "trace"), which);
    return strlen(id) == digits && strspn(id, "0123456789abcdef") == digits ? id : NULL;
}

json_t *strobe_body_frame(const struct strobe_body *body, size_t index)
{
    json_t *frame = json_array_get(body->frames, index);
    return json_is_object(frame) ? frame : NULL;
}

int64_t strobe_body_ref(json_t *number)
{
    return json_is_integer(number) && json_integer_value(number) >= 0 ? json_integer_value(number) : STROBE_BODY_NO_REF;
}

int64_t strobe_body_local(json_t *frame, const char *name)
{
    size_t index;
    json_t *pair;
    json_array_foreach(strobe_body_array(frame, "locals"), index, pair)
    {
        const char *local = json_string_value(json_array_get(pair, 0));
        if (local != NULL && strcmp(local, name) == 0) {
            return strobe_body_ref(json_array_get(pair, 1));
        }
    }
    return STROBE_BODY_NO_REF;
}

int64_t strobe_body_watch(const struct strobe_body *body, const char *expression)
{
    size_t index;
    json_t *watch;
    json_array_foreach(body->watches, index, watch)
    {
        if (strcmp(strobe_body_text(watch, "expression"), expression) == 0) {
            return strobe_body_ref(json_object_get(watch, "value"));
        }
    }
    return STROBE_BODY_NO_REF;
}

/* ---- What is in a value ---- */

size_t strobe_body_children(json_t *value)
{
    return json_array_size(strobe_body_array(value, "items")) + json_array_size(strobe_body_array(value, "entries")) +
           json_array_size(strobe_body_array(value, "fields"));
}

bool strobe_body_child(json_t *value, size_t position, struct strobe_body_child *ret_child)
{
    json_t *items = strobe_body_array(value, "items"), *entries = strobe_body_array(value, "entries");
    struct strobe_body_child child = {.key = STROBE_BODY_NO_REF};
    size_t before = json_array_size(items);
    if (position < before) {
        child.part = STROBE_BODY_ITEM;
        child.index = position;
        child.ref = strobe_body_ref(json_array_get(items, position));
        *ret_child = child;
        return child.ref != STROBE_BODY_NO_REF;
    }
    json_t *pairs = entries;
    position -= before;
    if (position >= json_array_size(entries)) {
        position -= json_array_size(entries);
        pairs = strobe_body_array(value, "fields");
    }
    json_t *pair = json_array_get(pairs, position);
    child.part = pairs == entries && entries != NULL ? STROBE_BODY_ENTRY : STROBE_BODY_FIELD;
    child.index = position;
    child.ref = strobe_body_ref(json_array_get(pair, 1));
    if (child.part == STROBE_BODY_ENTRY) {
        child.key = strobe_body_ref(json_array_get(pair, 0));
    } else {
        child.name = json_string_value(json_array_get(pair, 0));
    }
    *ret_child = child;
    return child.ref != STROBE_BODY_NO_REF && (child.key != STROBE_BODY_NO_REF || child.name != NULL);
}

bool strobe_body_is_redacted(json_t *value)
{
    return strncmp(strobe_body_text(value, "cut"), "redacted", 8) == 0;
}

void strobe_body_append(char *buffer, size_t size, const char *text)
{
    size_t used = strnlen(buffer, size), length = strlen(text);
    if (size == 0 || used >= size - 1) {
        return;
    }
    if (length > size - used - 1) {
        length = size - used - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) {
            length--;
        }
    }
    memcpy(buffer + used, text, length);
    buffer[used + length] = '\0';
}

/* `cut` is "redacted:KIND". */
static void say_redacted(const char *cut, const char *rule, char ret_reason[STROBE_BODY_REASON_BYTES])
{
    const char *kind = strchr(cut, ':');
    bool unlisted = kind != NULL && strcmp(kind + 1, "unlisted") == 0;
    const char *const parts[] = {"redacted: ", kind != NULL ? kind + 1 : "by policy", " \"", rule, "\""};
    if (unlisted) {
        strobe_body_append(ret_reason, STROBE_BODY_REASON_BYTES, "redacted: not on the allow list");
        return;
    }
    for (size_t i = 0; i < (rule[0] != '\0' ? 5 : 2); i++) {
        strobe_body_append(ret_reason, STROBE_BODY_REASON_BYTES, parts[i]);
    }
}

void strobe_body_reason(json_t *value, char ret_reason[STROBE_BODY_REASON_BYTES])
{
    static const struct {
        const char *cut, *words;
    } reasons[] = {
        {"depth", "deeper than captured"},
        {"items", "more than the items captured"},
        {"length", "longer than captured"},
        {"bytes", "the snapshot was full"},
        {"time", "the time for one snapshot was used up"},
        {"unreadable", "cannot be read without running code"},
        {"changed", "changed while it was read"},
        {"unbound", "not assigned"},
    };
    const char *cut = strobe_body_text(value, "cut"), *words = cut;
    ret_reason[0] = '\0';
    if (strobe_body_is_redacted(value)) {
        say_redacted(cut, strobe_body_text(value, "rule"), ret_reason);
        return;
    }
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (strcmp(reasons[i].cut, cut) == 0) {
            words = reasons[i].words;
        }
    }
    strobe_body_append(ret_reason, STROBE_BODY_REASON_BYTES, words);
}

static void append_key_text(json_t *value, char *buffer)
{
    const char *text = strobe_body_text(value, "text");
    if (text[0] != '\0' && strlen(text) < STROBE_BODY_STEP_BYTES - 8) {
        strobe_body_append(buffer, STROBE_BODY_STEP_BYTES - 2, text);
    } else {
        const char *type = strobe_body_text(value, "type");
        strobe_body_append(buffer, STROBE_BODY_STEP_BYTES - 4, "<");
        strobe_body_append(buffer, STROBE_BODY_STEP_BYTES - 3, type[0] != '\0' ? type : "?");
        strobe_body_append(buffer, STROBE_BODY_STEP_BYTES - 2, ">");
    }
}

void strobe_body_key(const struct strobe_body *body, int64_t key, char ret_text[STROBE_BODY_STEP_BYTES])
{
    json_t *value = strobe_body_value(body, key);
    json_t *items = strobe_body_array(value, "items");
    ret_text[0] = '\0';
    if (items == NULL || strcmp(strobe_body_text(value, "type"), "tuple") != 0 || json_array_size(items) > KEY_ITEMS ||
        json_object_get(value, "cut") != NULL) {
        append_key_text(value, ret_text);
        return;
    }
    strobe_body_append(ret_text, STROBE_BODY_STEP_BYTES - 2, "(");
    for (size_t i = 0; i < json_array_size(items); i++) {
        strobe_body_append(ret_text, STROBE_BODY_STEP_BYTES - 2, i > 0 ? ", " : "");
        append_key_text(strobe_body_value(body, strobe_body_ref(json_array_get(items, i))), ret_text);
    }
    strobe_body_append(ret_text, STROBE_BODY_STEP_BYTES - 2, json_array_size(items) == 1 ? ",)" : ")");
}

void strobe_body_step(const struct strobe_body *body, const struct strobe_body_child *child,
                      char ret_text[STROBE_BODY_STEP_BYTES])
{
    char key[STROBE_BODY_STEP_BYTES];
    switch (child->part) {
    case STROBE_BODY_ITEM:
        snprintf(ret_text, STROBE_BODY_STEP_BYTES, "[%zu]", child->index);
        break;
    case STROBE_BODY_ENTRY:
        strobe_body_key(body, child->key, key);
        ret_text[0] = '\0';
        strobe_body_append(ret_text, STROBE_BODY_STEP_BYTES - 1, "[");
        strobe_body_append(ret_text, STROBE_BODY_STEP_BYTES - 1, key);
        strobe_body_append(ret_text, STROBE_BODY_STEP_BYTES, "]");
        break;
    default:
        ret_text[0] = '\0';
        strobe_body_append(ret_text, STROBE_BODY_STEP_BYTES, ".");
        strobe_body_append(ret_text, STROBE_BODY_STEP_BYTES, child->name);
        break;
    }
}
