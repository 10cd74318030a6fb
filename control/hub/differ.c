#include "hub/differ.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/alignment.h"
#include "hub/body_hide.h"
#include "hub/body_print.h"
#include "hub/body_view.h"

enum { PRINT_EQUAL = 1000, PREVIEW_DEPTH = 3 /* at least that of body_view.c */ };

/* A body may be made to keep us busy. @return false: enough, leave the rest */
static bool spend(struct strobe_differ *diff, size_t steps)
{
    diff->steps += steps;
    diff->cut = diff->cut || diff->steps > STROBE_HUB_DIFF_STEPS_MAX;
    return diff->steps <= STROBE_HUB_DIFF_STEPS_MAX;
}

/* ---- The lists ---- */

/* The head of a value; without a preview where the `other` has something redacted, which it may show. */
static void add_head(json_t *row, const char *name, const struct strobe_differ_side *side, int64_t ref,
                     const struct strobe_differ_side *other, int64_t other_ref)
{
    if (ref == STROBE_BODY_NO_REF) {
        return;
    }
    json_t *head = strobe_body_head(&side->body, ref);
    if (json_object_get(head, "preview") != NULL && other_ref != STROBE_BODY_NO_REF &&
        strobe_body_holds_redacted(&other->body, other_ref, PREVIEW_DEPTH)) {
        json_object_del(head, "preview");
    }
    json_object_set_new(row, name, head);
}

json_t *strobe_differ_add_row(struct strobe_differ *diff, json_t *list, const char *kind, const char *message)
{
    if (json_array_size(list) >= STROBE_HUB_DIFF_LIST_MAX) {
        diff->more += list == diff->differences;
        return NULL;
    }
    json_t *row = json_pack("{s:s}", "kind", kind);
    if (diff->frame >= 0) {
        json_object_set_new(row, "frame", json_integer(diff->frame));
        json_object_set_new_nocheck(row, "function", json_string_nocheck(diff->function));
    }
    if (message != NULL) {
        json_object_set_new_nocheck(row, "message", json_string_nocheck(message));
    }
    json_array_append_new(list, row);
    return row;
}

static void report(struct strobe_differ *diff, json_t *list, const char *kind, int64_t left, int64_t right,
                   const char *message)
{
    json_t *row = strobe_differ_add_row(diff, list, kind, message);
    if (row == NULL) {
        return;
    }
    const char *path = left == STROBE_BODY_NO_REF ? diff->right.path : diff->left.path;
    json_object_set_new_nocheck(row, "path", json_string_nocheck(path));
    if (left != STROBE_BODY_NO_REF && right != STROBE_BODY_NO_REF && strcmp(path, diff->right.path) != 0) {
        json_object_set_new_nocheck(row, "right_path", json_string_nocheck(diff->right.path));
    }
    add_head(row, "left", &diff->left, left, &diff->right, right);
    add_head(row, "right", &diff->right, right, &diff->left, left);
}

static void differs(struct strobe_differ *diff, const char *kind, int64_t left, int64_t right)
{
    report(diff, diff->differences, kind, left, right, NULL);
}

static void not_captured(struct strobe_differ *diff, int64_t left, int64_t right, const char *message)
{
    report(diff, diff->unknown, "not_captured", left, right, message);
}

/* ---- Below a value ---- */

struct strobe_differ_mark strobe_differ_enter(struct strobe_differ *diff, const char *left_step, const char *right_step)
{
    struct strobe_differ_mark mark = {strlen(diff->left.path), strlen(diff->right.path)};
    strobe_body_append(diff->left.path, sizeof diff->left.path, left_step);
    strobe_body_append(diff->right.path, sizeof diff->right.path, right_step);
    return mark;
}

void strobe_differ_leave(struct strobe_differ *diff, struct strobe_differ_mark mark)
{
    diff->left.path[mark.left] = '\0';
    diff->right.path[mark.right] = '\0';
}

static bool is_redacted(const struct strobe_differ_side *side, int64_t ref)
{
    return strobe_body_is_redacted(strobe_body_value(&side->body, ref));
}

/* A child that the other side does not show. When the other side was cut there, it may have it all the same. */
void strobe_differ_report_single(struct strobe_differ *diff, bool on_left, int64_t ref, const char *step,
                                 bool other_is_cut)
{
    struct strobe_differ_mark mark = strobe_differ_enter(diff, step, step);
    int64_t left = on_left ? ref : STROBE_BODY_NO_REF, right = on_left ? STROBE_BODY_NO_REF : ref;
    if (other_is_cut) {
        not_captured(diff, left, right, on_left ? "not captured on the right" : "not captured on the left");
    } else {
        differs(diff, on_left ? "removed" : "added", left, right);
    }
    strobe_differ_leave(diff, mark);
}

static void compare_pair(struct strobe_differ *diff, const struct strobe_body_child *left,
                         const struct strobe_body_child *right, int depth)
{
    char left_step[STROBE_BODY_STEP_BYTES], right_step[STROBE_BODY_STEP_BYTES];
    strobe_body_step(&diff->left.body, left, left_step);
    strobe_body_step(&diff->right.body, right, right_step);
    struct strobe_differ_mark mark = strobe_differ_enter(diff, left_step, right_step);
    strobe_differ_compare(diff, left->ref, right->ref, depth);
    strobe_differ_leave(diff, mark);
}

/* The children of one part of a value. */
struct row {
    struct strobe_body_child *children;
    size_t count;
};

static struct row row_of(json_t *value, enum strobe_body_part part)
{
    size_t count = strobe_body_children(value);
    struct row row = {calloc(count + 1, sizeof *row.children), 0};
    for (size_t i = 0; row.children != NULL && i < count; i++) {
        struct strobe_body_child child;
        if (strobe_body_child(value, i, &child) && child.part == part) {
            row.children[row.count++] = child;
        }
    }
    return row;
}

struct rows {
    struct strobe_differ *diff;
    struct row left, right;
    long *peers; /* of the left */
    bool left_cut, right_cut;
    bool left_hides, right_hides; /* a member without a counterpart is redacted, or stands under a redacted key */
};

/* A redacted key is not compared, so what stands under it has no counterpart that could be told. */
static void report_child(struct strobe_differ *diff, bool on_left, const struct strobe_body_child *child,
                         bool other_is_cut, bool other_hides)
{
    char step[STROBE_BODY_STEP_BYTES];
    const struct strobe_differ_side *side = on_left ? &diff->left : &diff->right;
    const char *message = on_left ? "its key is redacted on the left" : "its key is redacted on the right";
    bool key_is_redacted = is_redacted(side, child->key);
    if (!key_is_redacted && (!other_hides || is_redacted(side, child->ref))) {
        strobe_body_step(&side->body, child, step);
        strobe_differ_report_single(diff, on_left, child->ref, step, other_is_cut);
        return;
    }
    if (!key_is_redacted) { /* it may be what the other side hides: neither key nor value is told */
        message = on_left ? "not shown: it may be what is redacted on the right"
                          : "not shown: it may be what is redacted on the left";
        strobe_body_hide(&side->body, child->key);
        strobe_body_hide(&side->body, child->ref);
    }
    strobe_body_step(&side->body, child, step);
    struct strobe_differ_mark mark = strobe_differ_enter(diff, step, step);
    report(diff, diff->unknown, "redacted", on_left ? child->ref : STROBE_BODY_NO_REF,
           on_left ? STROBE_BODY_NO_REF : child->ref, message);
    strobe_differ_leave(diff, mark);
}

/* Names say which is which; items and entries without a counterpart may be one another's. */
static bool hides(const struct strobe_differ_side *side, const struct strobe_body_child *child)
{
    return child->part != STROBE_BODY_FIELD && (is_redacted(side, child->key) || is_redacted(side, child->ref));
}

static void note_hidden(struct rows *rows, const bool *taken)
{
    for (size_t i = 0; i < rows->left.count; i++) {
        rows->left_hides |= rows->peers[i] < 0 && hides(&rows->diff->left, &rows->left.children[i]);
    }
    for (size_t i = 0; i < rows->right.count; i++) {
        rows->right_hides |= !taken[i] && hides(&rows->diff->right, &rows->right.children[i]);
    }
}

static void report_singles(struct strobe_differ *diff, struct rows *rows)
{
    bool *taken = calloc(rows->right.count + 1, sizeof *taken);
    if (taken == NULL) {
        return;
    }
    for (size_t i = 0; i < rows->left.count; i++) {
        if (rows->peers[i] >= 0) {
            taken[rows->peers[i]] = true;
        }
    }
    note_hidden(rows, taken);
    for (size_t i = 0; i < rows->left.count; i++) {
        if (rows->peers[i] < 0) {
            report_child(diff, true, &rows->left.children[i], rows->right_cut, rows->right_hides);
        }
    }
    for (size_t i = 0; i < rows->right.count; i++) {
        if (!taken[i]) {
            report_child(diff, false, &rows->right.children[i], rows->left_cut, rows->left_hides);
        }
    }
    free(taken);
}

static int item_likeness(const void *user, size_t left, size_t right)
{
    const struct rows *rows = user;
    const struct strobe_differ_side *l = &rows->diff->left, *r = &rows->diff->right;
    int64_t left_ref = rows->left.children[left].ref, right_ref = rows->right.children[right].ref;
    if (!spend(rows->diff, 1 + strobe_body_children(strobe_body_value(&l->body, left_ref)))) {
        return -1;
    }
    return strobe_body_likeness(&l->body, l->prints, left_ref, &r->body, r->prints, right_ref);
}

/* Members whose order means nothing, and entries by key: the first that is equal and not yet taken. */
static void match_equal(struct rows *rows, bool by_key)
{
    const struct strobe_differ_side *l = &rows->diff->left, *r = &rows->diff->right;
    bool *taken = calloc(rows->right.count + 1, sizeof *taken);
    size_t next = 0;
    for (size_t i = 0; taken != NULL && i < rows->left.count; i++) {
        int64_t left = by_key ? rows->left.children[i].key : rows->left.children[i].ref;
        for (size_t n = 0; n < rows->right.count; n++) {
            size_t k = (next + n) % rows->right.count; /* nearly always the one behind the last */
            if (!spend(rows->diff, 1)) {
                break;
            }
            int64_t right = by_key ? rows->right.children[k].key : rows->right.children[k].ref;
            json_t *value = strobe_body_value(&l->body, left);
            if (!taken[k] && value != NULL && strobe_body_value(&r->body, right) != NULL &&
                !strobe_body_is_redacted(value) && l->prints[left] == r->prints[right]) {
                rows->peers[i] = (long)k;
                taken[k] = true;
                next = k + 1;
                break;
            }
        }
    }
    free(taken);
}

static void match_names(struct rows *rows)
{
    for (size_t i = 0; i < rows->left.count; i++) {
        for (size_t n = 0; n < rows->right.count; n++) {
            size_t k = (i + n) % rows->right.count; /* nearly always at the same place */
            if (!spend(rows->diff, 1)) {
                break;
            }
            if (strcmp(rows->left.children[i].name, rows->right.children[k].name) == 0) {
                rows->peers[i] = (long)k;
                break;
            }
        }
    }
}

static bool has_order(json_t *value)
{
    const char *type = strobe_body_text(value, "type");
    return strcmp(type, "set") != 0 && strcmp(type, "frozenset") != 0;
}

static bool is_cut(json_t *value)
{
    return json_object_get(value, "cut") != NULL;
}

/* Items in order. Where too many differ to be aligned, that is told: one that was put in shifts all behind it. */
static void align_items(struct rows *rows)
{
    struct strobe_differ *diff = rows->diff;
    int status = strobe_align(rows->left.count, rows->right.count, item_likeness, PRINT_EQUAL, rows, rows->peers);
    diff->cut = diff->cut || status < 0;
    if (status == STROBE_ALIGNED_BY_POSITION) {
        json_t *row = strobe_differ_add_row(diff, diff->by_position, "by_position",
                                            "too many items differ to be aligned: compared position by position");
        if (row != NULL) {
            json_object_set_new_nocheck(row, "path", json_string_nocheck(diff->left.path));
        }
    }
}

static void compare_part(struct strobe_differ *diff, json_t *left, json_t *right, enum strobe_body_part part, int depth)
{
    struct rows rows = {.diff = diff,
                        .left = row_of(left, part),
                        .right = row_of(right, part),
                        .left_cut = is_cut(left),
                        .right_cut = is_cut(right)};
    rows.peers = calloc(rows.left.count + 1, sizeof *rows.peers);
    bool has_memory = rows.left.children != NULL && rows.right.children != NULL && rows.peers != NULL;
    diff->cut = diff->cut || !has_memory;
    if (has_memory && spend(diff, rows.left.count + rows.right.count)) {
        for (size_t i = 0; i < rows.left.count; i++) {
            rows.peers[i] = -1;
        }
        if (part == STROBE_BODY_FIELD) {
            match_names(&rows);
        } else if (part == STROBE_BODY_ENTRY || !has_order(left)) {
            match_equal(&rows, part == STROBE_BODY_ENTRY);
        } else {
            align_items(&rows);
        }
        for (size_t i = 0; i < rows.left.count; i++) {
            if (rows.peers[i] >= 0) {
                compare_pair(diff, &rows.left.children[i], &rows.right.children[rows.peers[i]], depth);
            }
        }
        report_singles(diff, &rows);
    }
    free(rows.left.children);
    free(rows.right.children);
    free(rows.peers);
}

/* ---- Two values ---- */

/* Whether the pair was compared before; it counts as compared from now on. */
static bool seen_before(struct strobe_differ *diff, int64_t left, int64_t right)
{
    const void *key = (const void *)(uintptr_t)(((uint64_t)left << 32 | (uint64_t)right) + 1);
    if (strobe_pointer_map_get(&diff->seen, key) != NULL) {
        return true;
    }
    if (diff->seen.count >= STROBE_HUB_DIFF_PAIRS_MAX || strobe_pointer_map_set(&diff->seen, key, diff) < 0) {
        diff->cut = true;
        return true;
    }
    return false;
}

static void meet(struct strobe_differ_peer *peer, int64_t other, const char *path)
{
    if (peer->ref == 0) {
        peer->ref = other + 1;
        peer->path = strdup(path);
    }
}

/* Objects that can change: whether it is one or two matters. */
static void compare_identity(struct strobe_differ *diff, int64_t left, int64_t right, const char *type)
{
    struct strobe_differ_peer *of_left = &diff->left.peers[left], *of_right = &diff->right.peers[right];
    char message[STROBE_HUB_PATH_BYTES_MAX + 64] = "";
    if (strcmp(type, "tuple") == 0 || strcmp(type, "frozenset") == 0) {
        return;
    }
    if (of_left->ref != 0 && of_left->ref != right + 1 && of_left->path != NULL) {
        snprintf(message, sizeof message, "on the left the same object as %s, on the right another", of_left->path);
    } else if (of_right->ref != 0 && of_right->ref != left + 1 && of_right->path != NULL) {
        snprintf(message, sizeof message, "on the right the same object as %s, on the left another", of_right->path);
    }
    if (message[0] != '\0') {
        report(diff, diff->differences, "identity", left, right, message);
    }
    meet(of_left, right, diff->left.path);
    meet(of_right, left, diff->right.path);
}

/* Text that was cut is compared as far as both have it. */
static bool texts_differ(json_t *left, json_t *right)
{
    const char *a = strobe_body_text(left, "text"), *b = strobe_body_text(right, "text");
    size_t a_size = strlen(a), b_size = strlen(b), shorter = a_size < b_size ? a_size : b_size;
    json_t *a_true = json_object_get(left, "size"), *b_true = json_object_get(right, "size");
    if (a_size == 0 || b_size == 0) {
        return false; /* one was not captured, or is a container */
    }
    if (!is_cut(left) && !is_cut(right)) {
        return strcmp(a, b) != 0;
    }
    if (json_is_integer(a_true) && json_is_integer(b_true) && !json_equal(a_true, b_true)) {
        return true;
    }
    return memcmp(a, b, shorter - 1) != 0; /* the last may be the quote that closes what was cut */
}

/* What can be said of two values by themselves. @return whether to look at what is below them */
static bool compare_alone(struct strobe_differ *diff, int64_t left, int64_t right, json_t *a, json_t *b)
{
    const char *a_type = strobe_body_text(a, "type"), *b_type = strobe_body_text(b, "type");
    bool a_unbound = strcmp(strobe_body_text(a, "cut"), "unbound") == 0;
    bool b_unbound = strcmp(strobe_body_text(b, "cut"), "unbound") == 0;
    if (is_redacted(&diff->left, left) || is_redacted(&diff->right, right)) {
        strobe_body_hide(&diff->left.body, left); /* what one hides the other does not show */
        strobe_body_hide(&diff->right.body, right);
        const char *where = strobe_body_is_hidden(a) && strobe_body_is_hidden(b)
                                ? "not shown: what stands here elsewhere is redacted"
                            : strobe_body_is_hidden(b) ? "redacted on the left, so the right is not shown"
                            : strobe_body_is_hidden(a) ? "redacted on the right, so the left is not shown"
                                                       : "redacted on both sides";
        report(diff, diff->unknown, "redacted", left, right, where);
    } else if (a_unbound || b_unbound) {
        if (a_unbound != b_unbound) {
            differs(diff, "changed", left, right);
        }
    } else if (a_type[0] == '\0' || b_type[0] == '\0') {
        not_captured(diff, left, right, NULL);
    } else if (strcmp(a_type, b_type) != 0) {
        differs(diff, "type", left, right);
    } else if (texts_differ(a, b)) {
        differs(diff, "changed", left, right);
        return strobe_body_children(a) > 0 && strobe_body_children(b) > 0;
    } else {
        return true;
    }
    return false;
}

/* Sizes, and what a cut hides. */
static void compare_extent(struct strobe_differ *diff, int64_t left, int64_t right, json_t *a, json_t *b)
{
    json_t *a_size = json_object_get(a, "size"), *b_size = json_object_get(b, "size");
    if (!is_cut(a) && !is_cut(b)) {
        return;
    }
    if (json_is_integer(a_size) && json_is_integer(b_size) && !json_equal(a_size, b_size)) {
        differs(diff, "size", left, right);
    } else {
        char reason[STROBE_BODY_REASON_BYTES];
        strobe_body_reason(is_cut(a) ? a : b, reason);
        not_captured(diff, left, right, reason);
    }
}

/* A container of which one side has nothing. */
static bool is_bare(json_t *value)
{
    return is_cut(value) && strobe_body_children(value) == 0;
}

void strobe_differ_compare(struct strobe_differ *diff, int64_t left, int64_t right, int depth)
{
    json_t *a = strobe_body_value(&diff->left.body, left), *b = strobe_body_value(&diff->right.body, right);
    diff->compared++;
    if (a == NULL || b == NULL) {
        not_captured(diff, a != NULL ? left : STROBE_BODY_NO_REF, b != NULL ? right : STROBE_BODY_NO_REF, NULL);
        return;
    }
    bool is_container = strobe_body_children(a) > 0 || strobe_body_children(b) > 0;
    if (is_container && !strobe_body_is_redacted(a) && !strobe_body_is_redacted(b)) {
        compare_identity(diff, left, right, strobe_body_text(a, "type"));
        if (seen_before(diff, left, right)) {
            return;
        }
    }
    if (!compare_alone(diff, left, right, a, b)) {
        return;
    }
    compare_extent(diff, left, right, a, b);
    if (!is_container || is_bare(a) || is_bare(b)) {
        return;
    }
    if (depth >= STROBE_HUB_DIFF_DEPTH_MAX) {
        not_captured(diff, left, right, "deeper than is compared");
        return;
    }
    for (int part = STROBE_BODY_ITEM; part <= STROBE_BODY_FIELD; part++) {
        compare_part(diff, a, b, (enum strobe_body_part)part, depth + 1);
    }
}
