/* From what a dump found to the message, with what the system says of each thread and secrets taken out of names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/dump.h"
#include "agent/redaction.h"
#include "base/system_thread.h"
#include "base/utf8.h"
#include "snapshot/encode.h"
#include "strobe/error.h"

enum { ROW_BYTES = 280, GREENLET_BYTES = 20 /* of what is sent, without its texts */ };

/* ---- Stacks ---- */

static bool put_frame(const struct strobe_thread_dump *stacks, uint32_t place_number,
                      struct strobe_wire_thread_frame *ret_frame)
{
    const struct strobe_dump_place *place = &stacks->places[place_number];
    ret_frame->function = strdup(place->function != 0 ? stacks->text + place->function : "?");
    ret_frame->file = place->file != 0 ? strdup(stacks->text + place->file) : NULL;
    ret_frame->line = place->line;
    ret_frame->library = place->library;
    return ret_frame->function != NULL && (place->file == 0 || ret_frame->file != NULL);
}

static bool put_stack(const struct strobe_thread_dump *stacks, const struct strobe_dump_stack *stack,
                      struct strobe_wire_thread_stack *ret_stack)
{
    ret_stack->depth = stack->depth;
    ret_stack->gap = stack->gap;
    ret_stack->torn = stack->torn;
    ret_stack->frames = calloc(stack->count, sizeof *ret_stack->frames);
    if (ret_stack->frames == NULL) {
        return false;
    }
    ret_stack->frames_count = stack->count;
    for (uint32_t i = 0; i < stack->count; i++) {
        if (!put_frame(stacks, stacks->frames[stack->first + i], &ret_stack->frames[i])) {
            return false;
        }
    }
    return true;
}

/* Those that a row has, in their order; an attempt that was given up may have left others. */
static bool put_stacks(struct strobe_dump *dump, struct strobe_wire_threads *message)
{
    size_t count = dump->stacks->stacks_count;
    int *numbers = malloc((count + 1) * sizeof *numbers); /* -1: not used; else the number sent */
    message->stacks = calloc(count + 1, sizeof *message->stacks);
    bool put = numbers != NULL && message->stacks != NULL;
    for (size_t i = 0; put && i < count; i++) {
        numbers[i] = -1;
    }
    for (size_t i = 0; put && i < dump->rows_count; i++) {
        if (dump->rows[i].stack >= 0) {
            numbers[dump->rows[i].stack] = 0;
        }
    }
    for (size_t i = 0; put && i < count; i++) {
        if (numbers[i] == 0) {
            numbers[i] = (int)message->stacks_count++;
            put = put_stack(dump->stacks, &dump->stacks->stacks[i], &message->stacks[numbers[i]]);
        }
    }
    for (size_t i = 0; put && i < dump->rows_count; i++) {
        dump->rows[i].stack = dump->rows[i].stack >= 0 ? numbers[dump->rows[i].stack] : -1;
    }
    free(numbers);
    return put;
}

/* ---- Threads ---- */

static char *copy(const char *text)
{
    return text != NULL && text[0] != '\0' ? strdup(text) : NULL;
}

/* A name that looks like a secret is none that may leave. */
static char *clean_name(const char *name)
{
    char rule[STROBE_REDACTION_RULE_BYTES], hidden[STROBE_REDACTION_RULE_BYTES + 16];
    size_t size = strlen(name);
    if (size == 0 || !strobe_redaction_hides(name, size, size + 3 >= STROBE_NAME_BYTES_MAX, rule)) {
        return copy(name);
    }
    snprintf(hidden, sizeof hidden, "(redacted: %s)", rule);
    return strdup(hidden);
}

static char *identity(uintptr_t address)
{
    char text[32];
    snprintf(text, sizeof text, "0x%zx", (size_t)address);
    return address != 0 ? strdup(text) : NULL;
}

static void put_system(struct strobe_wire_thread_view *view)
{
    struct strobe_system_thread system;
    size_t size;
    if (view->native_id > 0 && strobe_system_thread_read((uint64_t)view->native_id, &system)) {
        view->system_name = strobe_utf8_repair(system.name, strlen(system.name), &size);
        view->state = strdup(system.state);
        view->cpu_ms = system.cpu_ms;
    }
}

/* The task alone: {name, coroutine, awaiters}; takes them out of `body`. */
static json_t *take_task(json_t *body)
{
    json_t *task = json_incref(json_object_get(body, "task"));
    if (task != NULL) {
        json_object_set(task, "awaiters", json_object_get(body, "awaiters"));
        json_object_del(body, "task");
        json_object_del(body, "awaiters");
    }
    return task;
}

static json_t *take_if_it_fits(struct strobe_dump *dump, json_t *json)
{
    size_t bytes = json != NULL ? json_dumpb(json, NULL, 0, JSON_COMPACT) : 0;
    if (json != NULL && !strobe_thread_dump_spend(dump->stacks, bytes)) {
        snprintf(dump->note, sizeof dump->note, "some variables are left out: the dump has its largest size");
        json_decref(json);
        return NULL;
    }
    return json;
}

static void put_capture(struct strobe_dump *dump, const struct strobe_image *image,
                        struct strobe_wire_thread_view *view)
{
    struct strobe_snapshot_head head = {0};
    struct strobe_error error = {0};
    json_t *body = NULL;
    if (strobe_snapshot_encode(image->bytes, image->size, &head, &body, &error) < 0) {
        return;
    }
    strobe_snapshot_head_done(&head);
    view->task = take_if_it_fits(dump, take_task(body));
    view->body = dump->has_locals ? take_if_it_fits(dump, json_incref(body)) : NULL;
    json_decref(body);
}

/* @return whether it fits */
static bool put_row(struct strobe_dump *dump, const struct strobe_dump_row *row, struct strobe_wire_thread_view *view)
{
    view->stack = -1;
    view->name = clean_name(row->name);
    size_t bytes = ROW_BYTES + (row->greenlet != 0 ? 2 * GREENLET_BYTES : 0);
    bytes += view->name != NULL ? strobe_thread_dump_text_bytes(view->name, strlen(view->name)) : 0;
    if (!strobe_thread_dump_spend(dump->stacks, bytes)) {
        return false;
    }
    view->native_id = (int64_t)row->native_id;
    view->kind = copy(row->kind);
    view->gil = copy(row->gil);
    view->stack = row->stack;
    view->greenlet = identity(row->greenlet);
    view->parent = identity(row->parent);
    return true;
}

static bool put_rows(struct strobe_dump *dump, struct strobe_wire_threads *message)
{
    message->threads = calloc(dump->rows_count + 1, sizeof *message->threads);
    if (message->threads == NULL) {
        return false;
    }
    for (size_t i = 0; i < dump->rows_count; i++) {
        struct strobe_wire_thread_view *view = &message->threads[message->threads_count++];
        if (!put_row(dump, &dump->rows[i], view)) {
            strobe_wire_struct_done(&strobe_wire_thread_view_struct, view);
            message->threads_count--;
            break;
        }
        put_system(view);
    }
    /* Rows first: a list of all threads says more than the variables of one. */
    for (size_t i = 0; i < message->threads_count; i++) {
        if (dump->rows[i].image != NULL) {
            put_capture(dump, dump->rows[i].image, &message->threads[i]);
        }
    }
    return true;
}

/* The main thread first, then by number; greenlets stay behind, in the order they were found. */
static int compare_rows(const void *left, const void *right)
{
    const struct strobe_dump_row *a = left, *b = right;
    bool a_parked = a->kind != NULL && strcmp(a->kind, "greenlet") == 0;
    bool b_parked = b->kind != NULL && strcmp(b->kind, "greenlet") == 0;
    bool a_main = a->kind != NULL && strcmp(a->kind, "main") == 0;
    bool b_main = b->kind != NULL && strcmp(b->kind, "main") == 0;
    if (a_parked != b_parked || a_main != b_main) {
        return a_parked != b_parked ? a_parked - b_parked : b_main - a_main;
    }
    uint64_t x = a_parked ? a->greenlet : a->native_id, y = a_parked ? b->greenlet : b->native_id;
    return (x > y) - (x < y);
}

int strobe_dump_message(struct strobe_dump *dump, struct strobe_wire_threads *ret_message)
{
    struct strobe_wire_threads message = {.at_us = dump->at_us,
                                          .with_gil = dump->with_gil,
                                          .held_us = dump->held_ns / 1000,
                                          .took_us = dump->took_ns / 1000,
                                          .holder = (int64_t)dump->holder,
                                          .torn = dump->torn,
                                          .total = (int64_t)dump->total,
                                          .greenlets = (int64_t)dump->greenlets};
    qsort(dump->rows, dump->rows_count, sizeof dump->rows[0], compare_rows);
    if (!put_stacks(dump, &message) || !put_rows(dump, &message)) {
        strobe_wire_struct_done(&strobe_wire_threads_struct, &message);
        return STROBE_ENOMEM;
    }
    message.reader = copy(dump->reader);
    message.note = copy(dump->note);
    message.cut = dump->stacks->cut;
    *ret_message = message;
    return 0;
}
