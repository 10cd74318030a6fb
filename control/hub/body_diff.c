#include "hub/body_diff.h"

#include <stdlib.h>
#include <string.h>

#include "hub/alignment.h"
#include "hub/body_hide.h"
#include "hub/body_print.h"
#include "hub/differ.h"

enum { FRAMES_MAX = 200 };

/* ---- Frames and watches ---- */

static void compare_named(struct strobe_differ *diff, const char *name, int64_t left, int64_t right, bool other_is_cut)
{
    if (left == STROBE_BODY_NO_REF || right == STROBE_BODY_NO_REF) {
        strobe_differ_report_single(diff, right == STROBE_BODY_NO_REF, left != STROBE_BODY_NO_REF ? left : right, name,
                                    other_is_cut);
        return;
    }
    struct strobe_differ_mark mark = strobe_differ_enter(diff, name, name);
    strobe_differ_compare(diff, left, right, 0);
    strobe_differ_leave(diff, mark);
}

/* Names of `frame`'s locals that are there: call compare_named for each that `other` is to be asked about. */
static void compare_locals(struct strobe_differ *diff, json_t *left, json_t *right)
{
    json_t *pair;
    size_t index;
    bool left_cut = json_object_get(left, "locals_cut") != NULL,
         right_cut = json_object_get(right, "locals_cut") != NULL;
    json_t *left_locals = json_object_get(left, "locals"), *right_locals = json_object_get(right, "locals");
    if (!json_is_array(left_locals) || !json_is_array(right_locals)) {
        return; /* one of the two was captured without locals */
    }
    json_array_foreach(left_locals, index, pair)
    {
        const char *name = json_string_value(json_array_get(pair, 0));
        int64_t ref = name != NULL ? strobe_body_local(left, name) : STROBE_BODY_NO_REF;
        if (ref != STROBE_BODY_NO_REF) {
            compare_named(diff, name, ref, strobe_body_local(right, name), right_cut);
        }
    }
    json_array_foreach(right_locals, index, pair)
    {
        const char *name = json_string_value(json_array_get(pair, 0));
        int64_t ref = name != NULL ? strobe_body_local(right, name) : STROBE_BODY_NO_REF;
        if (ref != STROBE_BODY_NO_REF && strobe_body_local(left, name) == STROBE_BODY_NO_REF) {
            compare_named(diff, name, STROBE_BODY_NO_REF, ref, left_cut);
        }
    }
}

static int frame_likeness(const void *user, size_t left, size_t right)
{
    const struct strobe_differ *diff = user;
    json_t *a = strobe_body_frame(&diff->left.body, left), *b = strobe_body_frame(&diff->right.body, right);
    if (strcmp(strobe_body_text(a, "function"), strobe_body_text(b, "function")) != 0) {
        return -1;
    }
    return strcmp(strobe_body_text(a, "file"), strobe_body_text(b, "file")) == 0 ? 2 : 1;
}

static size_t frames_of(const struct strobe_differ_side *side)
{
    size_t count = json_array_size(side->body.frames);
    return count < FRAMES_MAX ? count : FRAMES_MAX;
}

static json_t *place_of(json_t *frame)
{
    return json_pack("{s:O?, s:O?}", "file", json_object_get(frame, "file"), "line", json_object_get(frame, "line"));
}

static void compare_frame(struct strobe_differ *diff, size_t left, size_t right)
{
    json_t *a = strobe_body_frame(&diff->left.body, left), *b = strobe_body_frame(&diff->right.body, right);
    json_t *row = NULL;
    diff->frame = (long)left;
    diff->function = strobe_body_text(a, "function");
    if (!json_equal(json_object_get(a, "line"), json_object_get(b, "line"))) {
        row = strobe_differ_add_row(diff, diff->differences, "line", NULL);
    }
    if (row != NULL) {
        json_object_set_new(row, "left", place_of(a));
        json_object_set_new(row, "right", place_of(b));
    }
    compare_locals(diff, a, b);
}

static void report_frame(struct strobe_differ *diff, const char *kind, const struct strobe_differ_side *side,
                         size_t index, const char *name)
{
    json_t *frame = strobe_body_frame(&side->body, index);
    diff->frame = (long)index;
    diff->function = strobe_body_text(frame, "function");
    json_t *row = strobe_differ_add_row(diff, diff->differences, kind, NULL);
    if (row != NULL) {
        json_object_set_new(row, name, place_of(frame));
    }
}

static void compare_frames(struct strobe_differ *diff)
{
    long peers[FRAMES_MAX];
    bool taken[FRAMES_MAX] = {false};
    size_t left = frames_of(&diff->left), right = frames_of(&diff->right);
    if (strobe_align(left, right, frame_likeness, 2, diff, peers) < 0) {
        diff->cut = true;
        return;
    }
    for (size_t i = 0; i < left; i++) {
        if (peers[i] >= 0) {
            taken[peers[i]] = true;
            compare_frame(diff, i, (size_t)peers[i]);
        } else {
            report_frame(diff, "frame_removed", &diff->left, i, "left");
        }
    }
    for (size_t i = 0; i < right; i++) {
        if (!taken[i]) {
            report_frame(diff, "frame_added", &diff->right, i, "right");
        }
    }
}

static void compare_watches(struct strobe_differ *diff)
{
    size_t index;
    json_t *watch;
    diff->frame = -1;
    json_array_foreach(diff->left.body.watches, index, watch)
    {
        const char *expression = strobe_body_text(watch, "expression");
        int64_t left = strobe_body_watch(&diff->left.body, expression);
        int64_t right = strobe_body_watch(&diff->right.body, expression);
        if (left != STROBE_BODY_NO_REF || right != STROBE_BODY_NO_REF) {
            compare_named(diff, expression, left, right, false);
        }
    }
    json_array_foreach(diff->right.body.watches, index, watch)
    {
        const char *expression = strobe_body_text(watch, "expression");
        int64_t right = strobe_body_watch(&diff->right.body, expression);
        if (right != STROBE_BODY_NO_REF && strobe_body_watch(&diff->left.body, expression) == STROBE_BODY_NO_REF) {
            compare_named(diff, expression, STROBE_BODY_NO_REF, right, false);
        }
    }
}

/* ---- The whole ---- */

static bool open_side(struct strobe_differ_side *side)
{
    side->path[0] = '\0';
    side->prints = strobe_body_prints(&side->body);
    side->peers = calloc(strobe_body_count(&side->body) + 1, sizeof *side->peers);
    return side->prints != NULL && side->peers != NULL;
}

static void close_side(struct strobe_differ_side *side)
{
    size_t count = strobe_body_count(&side->body);
    for (size_t i = 0; side->peers != NULL && i < count; i++) {
        free(side->peers[i].path);
    }
    free(side->peers);
    free(side->prints);
}

json_t *strobe_body_diff(json_t *left, json_t *right)
{
    struct strobe_differ *diff = calloc(1, sizeof *diff);
    json_t *answer = NULL;
    if (diff == NULL) {
        return NULL;
    }
    strobe_pointer_map_init(&diff->seen);
    diff->differences = json_array();
    diff->unknown = json_array();
    diff->by_position = json_array();
    strobe_body_open(left, &diff->left.body);
    strobe_body_open(right, &diff->right.body);
    bool hidden = strobe_body_hide_counterparts(&diff->left.body, &diff->right.body);
    bool opened = open_side(&diff->left);
    if (open_side(&diff->right) && opened && hidden && diff->differences != NULL && diff->unknown != NULL &&
        diff->by_position != NULL) {
        compare_watches(diff);
        compare_frames(diff);
        answer = json_pack("{s:b, s:I, s:O, s:O, s:O, s:I, s:b}", "same",
                           json_array_size(diff->differences) == 0 && !diff->cut, "compared",
                           (json_int_t)diff->compared, "differences", diff->differences, "unknown", diff->unknown,
                           "by_position", diff->by_position, "more", (json_int_t)diff->more, "cut", diff->cut);
    }
    close_side(&diff->left);
    close_side(&diff->right);
    strobe_pointer_map_done(&diff->seen);
    json_decref(diff->differences);
    json_decref(diff->unknown);
    json_decref(diff->by_position);
    free(diff);
    return answer;
}
