#include "snapshot/py/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/py/future.h"
#include "snapshot/library.h"
#include "snapshot/native.h"
#include "snapshot/py/await_chain.h"
#include "snapshot/py/eval.h"
#include "snapshot/py/greenlet.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/name.h"
#include "snapshot/py/request.h"
#include "snapshot/py/stack.h"
#include "snapshot/py/thread.h"
#include "snapshot/py/torch.h"
#include "snapshot/py/trace.h"
#include "snapshot/py/type_rule.h"
#include "snapshot/py/walk.h"
#include "snapshot/py/watch.h"
#include "strobe/error.h"

/* One for the process: captures run under the GIL, which nothing in here releases. */
static struct strobe_walk *walk;

static void find_standard_library(void)
{
    char buffer[STROBE_PATH_BYTES_MAX];
    PyObject *folder = PySys_GetObject("_stdlib_dir"); /* borrowed; a str or None */
    if (folder != NULL && PyUnicode_CheckExact(folder)) {
        struct strobe_name name = strobe_text_of(folder, buffer, sizeof buffer);
        strobe_library_set_standard(name.text, name.size);
    }
}

int strobe_capture_init(void)
{
    if (walk != NULL) {
        return 0;
    }
    if (strobe_names_init() < 0 || strobe_torch_init() < 0 || strobe_future_init() < 0) {
        PyErr_Clear();
        strobe_torch_done();
        strobe_names_done();
        return STROBE_ENOMEM;
    }
    strobe_kind_init();
    walk = calloc(1, sizeof *walk); /* pages that no capture has used are never touched */
    if (walk == NULL) {
        strobe_future_done();
        strobe_torch_done();
        strobe_names_done();
        return STROBE_ENOMEM;
    }
    find_standard_library();
    strobe_eval_find();
    return 0;
}

void strobe_capture_done(void)
{
    strobe_thread_done();
    strobe_trace_done();
    strobe_future_done();
    strobe_torch_done();
    strobe_names_done();
    strobe_capture_policy_done();
    free(walk);
    walk = NULL;
}

/* The addresses alone; whose they are is found out on the link thread. */
static void write_native(bool wanted)
{
    uint64_t addresses[STROBE_CAPTURE_NATIVE_MAX];
    size_t count = wanted ? strobe_native_record(addresses, STROBE_CAPTURE_NATIVE_MAX) : 0;
    bool room = strobe_walk_has_room(walk, sizeof addresses);
    strobe_image_put_u16(&walk->writer, room ? (unsigned)count : 0);
    strobe_image_put_bytes(&walk->writer, addresses, room ? count * sizeof addresses[0] : 0);
}

static void write_image(struct strobe_frame frame, const struct strobe_capture_context *context, int64_t started_ns)
{
    struct strobe_image_writer *writer = &walk->writer;
    strobe_walk_begin(walk, started_ns);
    strobe_image_put_u8(writer, STROBE_IMAGE_VERSION);
    strobe_image_put_u64(writer, context->tag);
    strobe_image_put_u64(writer, (uint64_t)strobe_clock_unix_ns());
    strobe_thread_write(walk, context->tstate);
    if (context->options.of_other) {
        strobe_image_put_u8(writer, 0); /* no trace: it is read from the thread that runs */
    } else {
        strobe_trace_write(walk);
    }
    strobe_request_write(walk, frame);
    strobe_watches_refer(walk, context->watches, context->watches_count);
    struct strobe_frame outermost = strobe_stack_write(walk, frame, context->line, !context->options.no_locals);
    strobe_await_chain_write(walk, context->tstate);
    if (context->options.of_other) {
        strobe_greenlet_write_none(walk);
    } else {
        strobe_greenlet_write(walk, outermost);
    }
    write_native(context->options.native);
    strobe_watches_write(walk, context->watches, context->watches_count);
    strobe_walk_run(walk, started_ns);
}

struct strobe_image *strobe_capture(struct strobe_frame frame, const struct strobe_capture_context *context)
{
    if (walk == NULL) {
        return NULL;
    }
    int saved_errno = errno; /* the program may look at it after the line */
    write_image(frame, context, strobe_clock_monotonic_ns());
    struct strobe_image *image = strobe_image_new(walk->writer.size);
    if (image != NULL) {
        memcpy(image->bytes, walk->bytes, walk->writer.size);
    }
    explicit_bzero(walk->bytes, walk->writer.size);
    errno = saved_errno;
    return image;
}
