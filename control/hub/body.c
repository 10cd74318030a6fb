#include "hub/body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PREVIEW_DEPTH = 2,
    PREVIEW_CHILDREN = 12,
    KEY_ITEMS = 8,
    HEAD_NAME_BYTES = 512,
    HEAD_TEXT_BYTES = 8192,
    HEAD_SHAPE = 64
};

static json_t *array_of(json_t *object, const char *name)
{
    json_t *array = json_object_get(object, name);
    return json_is_array(array) ? array : NULL;
}

void strobe_body_open(json_t *json, struct strobe_body *ret_body)
{
    *ret_body = (struct strobe_body){
        .frames = array_of(json, "frames"),
        .values = array_of(json, "values"),
        .watches = array_of(json, "watches"),
    };
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

json_t *strobe_body_frame(const struct strobe_body *body, size_t index)
{
    json_t *frame = json_array_get(body->frames, index);
    return json_is_object(frame) ? frame : NULL;
}

static int64_t ref_of(json_t *number)
{
    return json_is_integer(number) && json_integer_value(number) >= 0 ? json_integer_value(number) : STROBE_BODY_NO_REF;
}

int64_t strobe_body_local(json_t *frame, const char *name)
{
    size_t index;
    json_t *pair;
    json_array_foreach(array_of(frame, "locals"), index, pair)
    {
        const char *local = json_string_value(json_array_get(pair, 0));
        if (local != NULL && strcmp(local, name) == 0) {
            return ref_of(json_array_get(pair, 1));
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
            return ref_of(json_object_get(watch, "value"));
        }
    }
    return STROBE_BODY_NO_REF;
}

/* ---- What is in a value ---- */

size_t strobe_body_children(json_t *value)
{
    return json_array_size(array_of(value, "items")) + json_array_size(array_of(value, "entries")) +
           json_array_size(array_of(value, "fields"));
}

bool strobe_body_child(json_t *value, size_t position, struct strobe_body_child *ret_child)
{
    json_t *items = array_of(value, "items"), *entries = array_of(value, "entries");
    struct strobe_body_child child = {.key = STROBE_BODY_NO_REF};
    size_t before = json_array_size(items);
    if (position < before) {
        child.part = STROBE_BODY_ITEM;
        child.index = position;
        child.ref = ref_of(json_array_get(items, position));
        *ret_child = child;
        return child.ref != STROBE_BODY_NO_REF;
    }
    json_t *pairs = entries;
    position -= before;
    if (position >= json_array_size(entries)) {
        position -= json_array_size(entries);
        pairs = array_of(value, "fields");
    }
    json_t *pair = json_array_get(pairs, position);
    child.part = pairs == entries && entries != NULL ? STROBE_BODY_ENTRY : STROBE_BODY_FIELD;
    child.index = position;
    child.ref = ref_of(json_array_get(pair, 1));
    if (child.part == STROBE_BODY_ENTRY) {
        child.key = ref_of(json_array_get(pair, 0));
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
    size_t used = strlen(buffer), length = strlen(text);
    if (length >= size - used) {
        length = size - used - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) {
            length--;
        }
    }
    memcpy(buffer + used, text, length);
    buffer[used + length] = '\0';
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
        const char *rule = strobe_body_text(value, "rule");
        strobe_body_append(ret_reason, STROBE_BODY_REASON_BYTES, "redacted: ");
        strobe_body_append(ret_reason, STROBE_BODY_REASON_BYTES, rule[0] != '\0' ? rule : "by policy");
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
    json_t *items = array_of(value, "items");
    ret_text[0] = '\0';
    if (items == NULL || strcmp(strobe_body_text(value, "type"), "tuple") != 0 || json_array_size(items) > KEY_ITEMS ||
        json_object_get(value, "cut") != NULL) {
        append_key_text(value, ret_text);
        return;
    }
    strobe_body_append(ret_text, STROBE_BODY_STEP_BYTES - 2, "(");
    for (size_t i = 0; i < json_array_size(items); i++) {
        strobe_body_append(ret_text, STROBE_BODY_STEP_BYTES - 2, i > 0 ? ", " : "");
        append_key_text(strobe_body_value(body, ref_of(json_array_get(items, i))), ret_text);
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

/* ---- One line of what is in a value ---- */

static void preview(const struct strobe_body *body, int64_t ref, int depth, char *line);

static void append(char *line, const char *text)
{
    strobe_body_append(line, STROBE_BODY_PREVIEW_BYTES, text);
}

static bool is_full(const char *line)
{
    return strlen(line) >= STROBE_BODY_PREVIEW_BYTES - 8;
}

static void preview_children(const struct strobe_body *body, json_t *value, int depth, char *line)
{
    size_t count = strobe_body_children(value);
    struct strobe_body_child child;
    for (size_t i = 0; i < count; i++) {
        append(line, i > 0 ? ", " : "");
        if (i >= PREVIEW_CHILDREN || is_full(line)) {
            append(line, "…");
            return;
        }
        if (!strobe_body_child(value, i, &child)) {
            append(line, "?");
            continue;
        }
        if (child.part == STROBE_BODY_FIELD) {
            append(line, child.name);
            append(line, "=");
        } else if (child.part == STROBE_BODY_ENTRY) {
            char key[STROBE_BODY_STEP_BYTES];
            strobe_body_key(body, child.key, key);
            append(line, key);
            append(line, ": ");
        }
        preview(body, child.ref, depth - 1, line);
    }
    append(line, json_object_get(value, "cut") != NULL ? ", …" : "");
}

static void preview_brackets(json_t *value, const char **ret_open, const char **ret_close)
{
    bool items = array_of(value, "items") != NULL;
    const char *type = strobe_body_text(value, "type");
    if (array_of(value, "fields") != NULL || strcmp(type, "tuple") == 0) {
        *ret_open = "(", *ret_close = ")";
    } else if (items && strcmp(type, "set") != 0) {
        *ret_open = "[", *ret_close = "]";
    } else {
        *ret_open = "{", *ret_close = "}";
    }
}

static void preview(const struct strobe_body *body, int64_t ref, int depth, char *line)
{
    static const char *const plain[] = {"list", "tuple", "set", "dict"};
    json_t *value = strobe_body_value(body, ref);
    const char *type = strobe_body_text(value, "type"), *text = strobe_body_text(value, "text"), *open, *close;
    char reason[STROBE_BODY_REASON_BYTES];
    bool quiet = false;
    if (text[0] != '\0') {
        append(line, text);
        return;
    }
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        quiet = quiet || strcmp(type, plain[i]) == 0;
    }
    bool is_container = array_of(value, "items") || array_of(value, "entries") || array_of(value, "fields");
    append(line, is_container && quiet ? "" : type);
    if (!is_container) {
        strobe_body_reason(value, reason);
        append(line, reason[0] != '\0' ? " <" : "");
        append(line, reason);
        append(line, reason[0] != '\0' ? ">" : "");
        return;
    }
    preview_brackets(value, &open, &close);
    append(line, open);
    if (depth > 0) {
        preview_children(body, value, depth, line);
    } else {
        append(line, strobe_body_children(value) > 0 ? "…" : "");
    }
    append(line, close);
}

/* ---- Parts for people ---- */

/* The members of a value that are no children. */
static json_t *bare(json_t *value)
{
    json_t *copy = json_copy(value);
    json_object_del(copy, "items");
    json_object_del(copy, "entries");
    json_object_del(copy, "fields");
    return copy;
}

/* A copy of the text, at most `size` bytes with its NUL, so that a list of heads stays small. */
static void add_text(json_t *head, json_t *value, const char *name, size_t size)
{
    const char *text = json_string_value(json_object_get(value, name));
    if (text == NULL) {
        return;
    }
    if (strlen(text) < size) {
        json_object_set(head, name, json_object_get(value, name));
        return;
    }
    char *copy = calloc(1, size);
    if (copy != NULL) {
        strobe_body_append(copy, size, text);
        json_object_set_new_nocheck(head, name, json_string_nocheck(copy));
        free(copy);
    }
}

json_t *strobe_body_head(const struct strobe_body *body, int64_t ref)
{
    json_t *value = strobe_body_value(body, ref);
    if (value == NULL) {
        return json_pack("{s:s}", "cut", "missing");
    }
    json_t *head = json_object(), *size = json_object_get(value, "size"), *shape = array_of(value, "shape");
    size_t children = strobe_body_children(value);
    add_text(head, value, "type", HEAD_NAME_BYTES);
    add_text(head, value, "text", HEAD_TEXT_BYTES);
    add_text(head, value, "dtype", HEAD_NAME_BYTES);
    add_text(head, value, "cut", HEAD_NAME_BYTES);
    add_text(head, value, "rule", HEAD_NAME_BYTES);
    if (json_is_integer(size)) {
        json_object_set(head, "size", size);
    }
    if (shape != NULL && json_array_size(shape) <= HEAD_SHAPE) {
        json_object_set(head, "shape", shape);
    }
    if (children > 0) {
        char line[STROBE_BODY_PREVIEW_BYTES] = "";
        preview(body, ref, PREVIEW_DEPTH, line);
        json_object_set_new(head, "children", json_integer((json_int_t)children));
        json_object_set_new_nocheck(head, "preview", json_string_nocheck(line));
    }
    return head;
}

/* A walk in breadth: `place` is where a value stands in the new graph, plus one. */
struct subgraph {
    const struct strobe_body *body;
    json_t *values;
    size_t *place;
    int64_t *queue;
    int *depth;
    size_t count;
};

static json_t *adopt(struct subgraph *graph, json_t *number, int depth)
{
    int64_t ref = ref_of(number);
    if (strobe_body_value(graph->body, ref) == NULL) {
        return json_integer(-1);
    }
    if (graph->place[ref] == 0) {
        graph->queue[graph->count] = ref;
        graph->depth[graph->count] = depth;
        graph->place[ref] = ++graph->count;
    }
    return json_integer((json_int_t)graph->place[ref] - 1);
}

static void adopt_items(struct subgraph *graph, json_t *value, json_t *copy, int depth)
{
    json_t *items = array_of(value, "items");
    if (items != NULL) {
        json_t *list = json_array(), *ref;
        size_t index;
        json_array_foreach(items, index, ref)
        {
            json_array_append_new(list, adopt(graph, ref, depth));
        }
        json_object_set_new(copy, "items", list);
    }
}

static void adopt_pairs(struct subgraph *graph, json_t *value, const char *part, json_t *copy, int depth)
{
    json_t *pairs = array_of(value, part);
    if (pairs == NULL) {
        return;
    }
    json_t *list = json_array(), *pair;
    size_t index;
    json_array_foreach(pairs, index, pair)
    {
        json_t *first = json_array_get(pair, 0), *both = json_array();
        json_array_append_new(both, json_is_string(first) ? json_incref(first) : adopt(graph, first, depth));
        json_array_append_new(both, adopt(graph, json_array_get(pair, 1), depth));
        json_array_append_new(list, both);
    }
    json_object_set_new(copy, part, list);
}

static void copy_value(struct subgraph *graph, size_t position, int depth_max)
{
    json_t *value = strobe_body_value(graph->body, graph->queue[position]);
    json_t *copy = bare(value);
    int depth = graph->depth[position];
    if (depth < depth_max) {
        adopt_items(graph, value, copy, depth + 1);
        adopt_pairs(graph, value, "entries", copy, depth + 1);
        adopt_pairs(graph, value, "fields", copy, depth + 1);
    } else if (strobe_body_children(value) > 0) {
        json_object_set_new(copy, "deeper", json_integer((json_int_t)strobe_body_children(value)));
    }
    json_array_append_new(graph->values, copy);
}

json_t *strobe_body_subgraph(const struct strobe_body *body, int64_t ref, int depth)
{
    size_t count = strobe_body_count(body) + 1;
    struct subgraph graph = {
        .body = body,
        .values = json_array(),
        .place = calloc(count, sizeof *graph.place),
        .queue = calloc(count, sizeof *graph.queue),
        .depth = calloc(count, sizeof *graph.depth),
    };
    json_t *answer = NULL;
    if (graph.values != NULL && graph.place != NULL && graph.queue != NULL && graph.depth != NULL) {
        json_t *number = json_integer(ref);
        json_decref(adopt(&graph, number, 0));
        json_decref(number);
        for (size_t i = 0; i < graph.count; i++) {
            copy_value(&graph, i, depth);
        }
        answer = json_pack("{s:i, s:O}", "value", graph.count > 0 ? 0 : -1, "values", graph.values);
    }
    json_decref(graph.values);
    free(graph.place);
    free(graph.queue);
    free(graph.depth);
    return answer;
}
