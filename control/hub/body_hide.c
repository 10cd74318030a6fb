#include "hub/body_hide.h"

#include <string.h>

#define HIDDEN "redacted:other"

enum { LOOKS_MAX = 1000 /* values, of one preview */ };

void strobe_body_hide(const struct strobe_body *body, int64_t ref)
{
    json_t *value = strobe_body_value(body, ref);
    if (value == NULL || strobe_body_is_redacted(value)) {
        return;
    }
    /* In place: a key or an alias elsewhere is the same value. */
    json_t *type = json_incref(json_object_get(value, "type"));
    json_object_clear(value);
    json_object_set_new(value, "cut", json_string(HIDDEN));
    if (type != NULL) {
        json_object_set_new(value, "type", type);
    }
}

bool strobe_body_is_hidden(json_t *value)
{
    return strcmp(strobe_body_text(value, "cut"), HIDDEN) == 0;
}

/* ---- Names ---- */

/* Every value that stands under a name is handed to `visit`. */
struct walk {
    const struct strobe_body *body;
    json_t *names; /* as members of an object */
    bool failed;
    void (*visit)(struct walk *walk, const char *name, int64_t ref);
};

static void walk_pairs(struct walk *walk, json_t *pairs)
{
    json_t *pair;
    size_t index;
    json_array_foreach(pairs, index, pair)
    {
        const char *name = json_string_value(json_array_get(pair, 0));
        if (name != NULL) {
            walk->visit(walk, name, strobe_body_ref(json_array_get(pair, 1)));
        }
    }
}

/* A key that is a text is a name, without its quotes. */
static void walk_entries(struct walk *walk, json_t *value)
{
    struct strobe_body_child child;
    for (size_t i = 0; i < strobe_body_children(value); i++) {
        if (!strobe_body_child(value, i, &child) || child.part != STROBE_BODY_ENTRY) {
            continue;
        }
        const char *text = strobe_body_text(strobe_body_value(walk->body, child.key), "text");
        char name[STROBE_BODY_STEP_BYTES] = "";
        text += text[0] == 'b' && (text[1] == '\'' || text[1] == '"');
        strobe_body_append(name, sizeof name, text + (text[0] == '\'' || text[0] == '"'));
        size_t length = strlen(name);
        if (length > 0 && (name[length - 1] == '\'' || name[length - 1] == '"')) {
            name[length - 1] = '\0';
        }
        walk->visit(walk, name, child.ref);
    }
}

static void walk_names(struct walk *walk)
{
    json_t *object;
    size_t index;
    json_array_foreach(walk->body->frames, index, object)
    {
        walk_pairs(walk, strobe_body_array(object, "locals"));
    }
    json_array_foreach(walk->body->values, index, object)
    {
        walk_pairs(walk, strobe_body_array(object, "fields"));
        walk_entries(walk, object);
    }
    json_array_foreach(walk->body->watches, index, object)
    {
        walk->visit(walk, strobe_body_text(object, "expression"), strobe_body_ref(json_object_get(object, "value")));
    }
}

static void collect(struct walk *walk, const char *name, int64_t ref)
{
    const char *cut = strobe_body_text(strobe_body_value(walk->body, ref), "cut");
    if (strcmp(cut, "redacted:name") == 0 || strcmp(cut, "redacted:unlisted") == 0) {
        walk->failed = json_object_set_new_nocheck(walk->names, name, json_true()) < 0 || walk->failed;
    }
}

static void hide(struct walk *walk, const char *name, int64_t ref)
{
    if (json_object_get(walk->names, name) != NULL) {
        strobe_body_hide(walk->body, ref);
    }
}

bool strobe_body_hide_counterparts(const struct strobe_body *left, const struct strobe_body *right)
{
    struct walk walk = {.names = json_object(), .visit = collect};
    walk.failed = walk.names == NULL;
    const struct strobe_body *const sides[] = {left, right};
    for (size_t i = 0; i < 2; i++) {
        walk.body = sides[i];
        walk_names(&walk);
    }
    walk.visit = hide;
    for (size_t i = 0; i < 2; i++) {
        walk.body = sides[i];
        walk_names(&walk);
    }
    json_decref(walk.names);
    return !walk.failed;
}

/* `looks`: how many more values may be looked at. */
static bool holds(const struct strobe_body *body, int64_t ref, int depth, int *looks)
{
    json_t *value = strobe_body_value(body, ref);
    struct strobe_body_child child;
    if (strobe_body_is_redacted(value) || --*looks < 0) {
        return true;
    }
    for (size_t i = 0; depth > 0 && i < strobe_body_children(value); i++) {
        if (strobe_body_child(value, i, &child) &&
            (holds(body, child.ref, depth - 1, looks) || holds(body, child.key, depth - 1, looks))) {
            return true;
        }
    }
    return false;
}

bool strobe_body_holds_redacted(const struct strobe_body *body, int64_t ref, int depth)
{
    int looks = LOOKS_MAX;
    return holds(body, ref, depth, &looks);
}
