/* A dump without the GIL, of a process that may run, be stuck, or come to its end meanwhile. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/dump.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/py/bare.h"

enum { LOOK_AT_CLOCK_EVERY = 256, TRIES = 3 };

static const char *refusal = "the agent has not looked whether it can";

void strobe_dump_bare_init(void)
{
    struct strobe_own_memory *memory = malloc(sizeof *memory);
    refusal = NULL;
    if (memory == NULL) {
        refusal = "memory was exhausted when the agent started";
    } else if (strobe_own_memory_init(memory) < 0) {
        refusal = "the system does not let a process read its own memory by a system call";
    } else if (strobe_bare_init(memory) < 0) {
        refusal = "this build of Python is laid out in a way that the agent does not know";
    }
    if (memory != NULL) {
        strobe_own_memory_done(memory);
        free(memory);
    }
    if (refusal != NULL) {
        strobe_log(STROBE_LOG_WARNING, "no thread dumps without the GIL: %s", refusal);
    }
}

bool strobe_dump_bare_works(void)
{
    return refusal == NULL;
}

/* ---- Stacks ---- */

struct reading {
    struct strobe_dump *dump;
    const struct strobe_dump_own *own;
    struct strobe_bare_gil gil;
    uintptr_t main_thread; /* 0: not found */
    int64_t began_ns;      /* CLOCK_MONOTONIC */
    bool is_late;
    struct strobe_bare_code code; /* of the namer */
    struct strobe_own_memory memory;
};

static void name_site(void *user, const struct strobe_dump_site *site, struct strobe_dump_name *ret_name)
{
    struct reading *reading = user;
    if (!strobe_bare_code_read(&reading->memory, site->code, &reading->code)) {
        *ret_name = (struct strobe_dump_name){.function = "?", .function_size = 1, .file = ""};
        return;
    }
    *ret_name =
        (struct strobe_dump_name){.function = reading->code.function,
                                  .function_size = strlen(reading->code.function),
                                  .file = reading->code.file,
                                  .file_size = strlen(reading->code.file),
                                  .line = strobe_bare_code_line(&reading->memory, &reading->code, site->instruction)};
}

static bool has_time(struct reading *reading)
{
    reading->is_late = reading->is_late || strobe_clock_monotonic_ns() - reading->began_ns > STROBE_DUMP_BARE_NS_MAX;
    return !reading->is_late;
}

static int push_stack(struct reading *reading, uintptr_t at)
{
    struct strobe_thread_dump *stacks = reading->dump->stacks;
    bool torn = false;
    strobe_thread_dump_begin(stacks);
    for (unsigned step = 1; at != 0; step++) {
        struct strobe_bare_frame frame;
        if (!strobe_bare_frame_read(&reading->memory, at, &frame) || step > 2 * STROBE_DUMP_DEPTH_MAX ||
            (step % LOOK_AT_CLOCK_EVERY == 0 && !has_time(reading))) {
            torn = true;
            break;
        }
        if (frame.kind == STROBE_BARE_FRAME_TORN) {
            torn = true; /* a call that has just returned: its caller is still there */
        } else if (frame.kind == STROBE_BARE_FRAME &&
                   !strobe_thread_dump_push(stacks, (struct strobe_dump_site){frame.code, frame.instruction})) {
            break;
        }
        at = frame.previous;
    }
    return strobe_thread_dump_end(stacks, torn);
}

/* ---- Threads ---- */

static void add_thread(struct reading *reading, uintptr_t address, const struct strobe_bare_thread *thread)
{
    struct strobe_dump_row *row = strobe_dump_add_row(reading->dump);
    if (row == NULL) {
        return;
    }
    bool is_own = address == (uintptr_t)reading->own->state, is_main = address == reading->main_thread;
    row->native_id = is_own ? reading->own->native_id : thread->native_id;
    row->kind = is_own ? "agent" : is_main ? "main" : thread->is_foreign ? "foreign" : NULL;
    row->gil = reading->gil.is_held && reading->gil.holder == address ? "holds" : thread->waits ? "waits" : NULL;
    if (row->gil != NULL && row->gil[0] == 'h') {
        reading->dump->holder = row->native_id;
    }
    if (thread->frame == 0) {
        return;
    }
    if (has_time(reading)) {
        row->stack = push_stack(reading, thread->frame);
    } else {
        reading->dump->stacks->cut = true;
    }
}

/* Called for each thread state; `thread` has just been read, and what lies near it. */
typedef void (*visitor)(struct reading *reading, uintptr_t address, const struct strobe_bare_thread *thread);

/* One walk over the list. @return whether it came to the end */
static bool walk_threads(struct reading *reading, visitor visit)
{
    size_t total = 0;
    strobe_own_memory_renew(&reading->memory);
    uintptr_t address = strobe_bare_first_thread(&reading->memory);
    bool whole = address != 0;
    while (address != 0 && total < STROBE_DUMP_THREADS_COUNTED_MAX) {
        struct strobe_bare_thread thread;
        strobe_own_memory_renew(&reading->memory);
        if (!strobe_bare_thread_read(&reading->memory, address, &thread)) {
            whole = false; /* it ended while we looked */
            break;
        }
        visit(reading, address, &thread);
        total++;
        address = thread.next;
    }
    reading->dump->total = total;
    return whole && address == 0;
}

/* The oldest state of the process's first thread; C code may have made others there. */
static void find_main(struct reading *reading, uintptr_t address, const struct strobe_bare_thread *thread)
{
    if (thread->native_id == (uint64_t)getpid() && address != (uintptr_t)reading->own->state) {
        reading->main_thread = address;
    }
}

static void add_other(struct reading *reading, uintptr_t address, const struct strobe_bare_thread *thread)
{
    if (address != reading->main_thread) {
        add_thread(reading, address, thread);
    }
}

static void forget_rows(struct strobe_dump *dump, size_t count)
{
    memset(&dump->rows[count], 0, (dump->rows_count - count) * sizeof dump->rows[0]);
    dump->rows_count = count;
}

static void read_all(struct reading *reading)
{
    struct strobe_dump *dump = reading->dump;
    struct strobe_bare_thread main_thread;
    bool whole = false;
    strobe_bare_gil_read(&reading->memory, &reading->gil);
    walk_threads(reading, find_main);
    strobe_own_memory_renew(&reading->memory);
    if (reading->main_thread != 0 && strobe_bare_thread_read(&reading->memory, reading->main_thread, &main_thread)) {
        add_thread(reading, reading->main_thread, &main_thread); /* the list is newest first: it might be left out */
    }
    size_t main_rows = dump->rows_count;
    for (int i = 0; i < TRIES && !whole && !reading->is_late; i++) {
        forget_rows(dump, main_rows);
        whole = walk_threads(reading, add_other);
    }
    dump->torn = !whole;
}

int strobe_dump_bare(const struct strobe_dump_own *own, struct strobe_dump **ret_dump, struct strobe_error *error)
{
    if (refusal != NULL) {
        return strobe_error_set(error, STROBE_EDENIED, "%s", refusal);
    }
    struct reading *reading = calloc(1, sizeof *reading);
    struct strobe_dump *dump = reading != NULL ? strobe_dump_new(name_site, reading) : NULL;
    if (dump == NULL) {
        free(reading);
        return STROBE_ENOMEM;
    }
    reading->dump = dump;
    reading->own = own;
    reading->began_ns = strobe_clock_monotonic_ns();
    dump->at_us = strobe_clock_unix_us();
    int status = strobe_own_memory_init(&reading->memory);
    if (status == 0) {
        read_all(reading);
        dump->reader = strobe_own_memory_way_name(&reading->memory);
        dump->took_ns = strobe_clock_monotonic_ns() - reading->began_ns;
    }
    strobe_own_memory_done(&reading->memory);
    free(reading);
    if (status < 0) {
        strobe_dump_free(dump);
        return strobe_error_set(error, status, "the system does not let this process read its own memory any more");
    }
    *ret_dump = dump;
    return 0;
}
