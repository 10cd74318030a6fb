/* A dump in one hold of the GIL. No code of the program runs, no Python object is made, no reference count changes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/dump.h"
#include "base/clock.h"
#include "base/py/frame.h"
#include "base/py/future.h"
#include "snapshot/py/capture.h"
#include "snapshot/py/name.h"
#include "snapshot/py/thread.h"

struct strobe_dump *strobe_dump_new(strobe_dump_namer namer, void *user)
{
    struct strobe_dump *dump = calloc(1, sizeof *dump);
    if (dump == NULL) {
        return NULL;
    }
    dump->stacks = strobe_thread_dump_new(namer, user);
    dump->rows = calloc(STROBE_DUMP_THREADS_MAX, sizeof *dump->rows);
    if (dump->stacks == NULL || dump->rows == NULL) {
        strobe_dump_free(dump);
        return NULL;
    }
    return dump;
}

void strobe_dump_free(struct strobe_dump *dump)
{
    if (dump == NULL) {
        return;
    }
    for (size_t i = 0; i < dump->rows_count; i++) {
        strobe_image_free(dump->rows[i].image);
    }
    strobe_thread_dump_free(dump->stacks);
    free(dump->rows);
    free(dump);
}

struct strobe_dump_row *strobe_dump_add_row(struct strobe_dump *dump)
{
    if (dump->rows_count == STROBE_DUMP_THREADS_MAX) {
        dump->stacks->cut = true;
        return NULL;
    }
    dump->rows[dump->rows_count].stack = -1;
    return &dump->rows[dump->rows_count++];
}

/* ---- Stacks ---- */

struct collection {
    struct strobe_dump *dump;
    const struct strobe_dump_own *own;
    const PyThreadState *main_thread;
    const struct strobe_wire_threads_request *wanted;
    struct strobe_pointer_map threads; /* of threading */
    int64_t began_ns;
    size_t captures;
    char function[STROBE_NAME_BYTES_MAX], file[STROBE_PATH_BYTES_MAX]; /* of the namer */
};

static void name_site(void *user, const struct strobe_dump_site *site, struct strobe_dump_name *ret_name)
{
    struct collection *collection = user;
    PyCodeObject *code = (PyCodeObject *)site->code;
    struct strobe_name function = strobe_text_of(code->co_qualname, collection->function, STROBE_NAME_BYTES_MAX);
    struct strobe_name file = strobe_text_of(code->co_filename, collection->file, STROBE_PATH_BYTES_MAX);
    *ret_name = (struct strobe_dump_name){.function = function.text,
                                          .function_size = function.size,
                                          .file = file.text,
                                          .file_size = file.size,
                                          .line = PyCode_Addr2Line(code, site->instruction)};
}

static int push_stack(struct strobe_thread_dump *stacks, struct strobe_frame frame)
{
    bool more;
    strobe_thread_dump_begin(stacks);
    do {
        struct strobe_dump_site site = {(uintptr_t)strobe_frame_code(frame), strobe_frame_instruction(frame)};
        more = strobe_thread_dump_push(stacks, site) && strobe_frame_back(&frame);
    } while (more);
    return strobe_thread_dump_end(stacks, false);
}

/* ---- Threads ---- */

static bool is_late(const struct collection *collection, int64_t most_ns)
{
    return strobe_clock_monotonic_ns() - collection->began_ns > most_ns;
}

/* A capture of the innermost frames where it is wanted, or where it says what task runs. */
static void capture(struct collection *collection, PyThreadState *tstate, struct strobe_frame frame,
                    struct strobe_dump_row *row)
{
    bool locals = collection->wanted->locals;
    if (!locals && strobe_future_current_task(tstate) == NULL) {
        return;
    }
    if (collection->captures == STROBE_DUMP_LOCALS_MAX || is_late(collection, STROBE_DUMP_LOCALS_NS_MAX)) {
        snprintf(collection->dump->note, sizeof collection->dump->note,
                 "variables and tasks of the first %zu threads alone", collection->captures);
        return;
    }
    const struct strobe_capture_context context = {
        .line = strobe_frame_line(frame), .tstate = tstate, .options = {.no_locals = !locals, .of_other = true}};
    row->image = strobe_capture(frame, &context);
    collection->captures++;
}

static const char *kind_of(const struct collection *collection, const PyThreadState *tstate,
                           const struct strobe_thread_info *info)
{
    return tstate == collection->main_thread  ? "main"
           : info == NULL || info->is_foreign ? "foreign"
           : info->is_daemon                  ? "daemon"
                                              : "thread";
}

static const char *gil_of(const PyThreadState *tstate)
{
#if PY_VERSION_HEX >= 0x030F0000
    return tstate->gil_requested != 0 && tstate->holds_gil == 0 ? "waits" : NULL;
#else
    (void)tstate;
    return NULL;
#endif
}

static void add_thread(struct collection *collection, PyThreadState *tstate)
{
    struct strobe_dump_row *row = strobe_dump_add_row(collection->dump);
    struct strobe_thread_info info;
    struct strobe_frame frame;
    if (row == NULL) {
        return;
    }
    if (tstate == collection->own->state) { /* CPython has it as made by the thread that started us */
        row->native_id = collection->own->native_id;
        row->kind = "agent";
        return;
    }
    const void *identifier = (const void *)tstate->thread_id;
    PyObject *thread = strobe_pointer_map_get(&collection->threads, identifier);
    if (thread != NULL) {
        strobe_thread_describe(thread, &info);
        memcpy(row->name, info.name, sizeof row->name);
    }
    row->native_id = tstate->native_thread_id;
    row->kind = kind_of(collection, tstate, thread != NULL ? &info : NULL);
    row->gil = gil_of(tstate);
    if (!strobe_frame_current(tstate, &frame)) {
        return;
    }
    if (is_late(collection, collection->wanted->locals ? STROBE_DUMP_LOCALS_NS_MAX : STROBE_DUMP_HOLD_NS_MAX)) {
        collection->dump->stacks->cut = true; /* it is listed, without its stack */
        return;
    }
    row->stack = push_stack(collection->dump->stacks, frame);
    capture(collection, tstate, frame, row);
}

static void add_threads(struct collection *collection)
{
    PyInterpreterState *interpreter = PyInterpreterState_Main();
    PyThreadState *main_thread = NULL; /* the oldest state of the first thread; C code may have made others there */
    for (PyThreadState *tstate = PyInterpreterState_ThreadHead(interpreter); tstate != NULL;
         tstate = PyThreadState_Next(tstate)) {
        bool is_first = tstate->native_thread_id == (unsigned long)getpid() && tstate != collection->own->state;
        main_thread = is_first ? tstate : main_thread;
        collection->dump->total++;
    }
    collection->main_thread = main_thread;
    if (main_thread != NULL) { /* the list is newest first: it would be the first left out */
        add_thread(collection, main_thread);
    }
    for (PyThreadState *tstate = PyInterpreterState_ThreadHead(interpreter); tstate != NULL;
         tstate = PyThreadState_Next(tstate)) {
        if (tstate != main_thread) {
            add_thread(collection, tstate);
        }
    }
}

struct strobe_dump *strobe_dump_with_gil(const struct strobe_dump_own *own,
                                         const struct strobe_wire_threads_request *wanted)
{
    struct collection *collection = calloc(1, sizeof *collection);
    struct strobe_dump *dump = collection != NULL ? strobe_dump_new(name_site, collection) : NULL;
    if (dump == NULL) {
        free(collection);
        return NULL;
    }
    collection->dump = dump;
    collection->own = own;
    collection->wanted = wanted;
    collection->began_ns = strobe_clock_monotonic_ns();
    dump->with_gil = true;
    dump->has_locals = wanted->locals;
    dump->at_us = strobe_clock_unix_us();
    strobe_thread_index(&collection->threads); /* without it, names are missing */
    add_threads(collection);
    if (wanted->greenlets) {
        strobe_dump_add_greenlets(dump, own->objects);
    }
    strobe_pointer_map_done(&collection->threads);
    dump->held_ns = dump->took_ns = strobe_clock_monotonic_ns() - collection->began_ns;
    free(collection);
    return dump;
}
