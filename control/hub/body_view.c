#include "hub/body_view.h"

#include <stdlib.h>
#include <string.h>

enum { PREVIEW_DEPTH = 2, PREVIEW_CHILDREN = 12, HEAD_NAME_BYTES = 512, HEAD_TEXT_BYTES = 8192, HEAD_SHAPE = 64 };

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
    bool items = strobe_body_array(value, "items") != NULL;
    const char *type = strobe_body_text(value, "type");
    if (strobe_body_array(value, "fields") != NULL || strcmp(type, "tuple") == 0) {
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
    bool is_container =
        strobe_body_array(value, "items") || strobe_body_array(value, "entries") || strobe_body_array(value, "fields");
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
    json_t *head = json_object(), *size = json_object_get(value, "size"), *shape = strobe_body_array(value, "shape");
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
    int64_t ref = strobe_body_ref(number);
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
    json_t *items = strobe_body_array(value, "items");
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
    json_t *pairs = strobe_body_array(value, part);
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
