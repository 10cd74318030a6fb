/* asyncio's futures and tasks: name and state as text; result, exception and coroutine as fields. */
#include <string.h>

#include "base/py/future.h"
#include "base/py/generator.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/pieces.h"

static void add_task(struct strobe_pieces *pieces, const struct strobe_future *task)
{
    strobe_pieces_text(pieces, " ");
    if (task->name != NULL && PyLong_Check(task->name)) {
        strobe_pieces_text(pieces, "Task-"); /* 3.12 and later: made into text when somebody asks */
        strobe_pieces_object(pieces, task->name);
    } else {
        strobe_pieces_name(pieces, task->name);
    }
    if (task->coroutine != NULL && strobe_generator_check(task->coroutine)) {
        struct strobe_generator coroutine;
        strobe_generator_read(task->coroutine, &coroutine);
        strobe_pieces_text(pieces, " of ");
        strobe_pieces_name(pieces, coroutine.qualname);
    }
}

static bool write_future(struct strobe_value *value)
{
    static const char *const states[] = {" pending", " cancelled", " finished"};
    struct strobe_future future;
    struct strobe_pieces pieces;
    if (!strobe_future_read(value->object, &future)) {
        return false;
    }
    strobe_pieces_begin(&pieces, value);
    strobe_pieces_text(&pieces, "<");
    strobe_pieces_class(&pieces, Py_TYPE(value->object));
    if (future.is_task) {
        add_task(&pieces, &future);
    }
    strobe_pieces_text(&pieces, states[future.state]);
    strobe_pieces_text(&pieces, ">");
    strobe_pieces_end(&pieces);
    bool finished = future.state == STROBE_FUTURE_FINISHED;
    bool failed = future.exception != NULL && future.exception != Py_None;
    const struct strobe_named fields[] = {
        {"coroutine", future.is_task ? future.coroutine : NULL, NULL, NULL},
        {"waits_for", future.waits_for, NULL, NULL},
        {"result", finished && !failed ? future.result : NULL, NULL, NULL},
        {"exception", finished && failed ? future.exception : NULL, NULL, NULL},
    };
    if (value->depth < STROBE_CAPTURE_DEPTH_MAX) {
        strobe_fields_write_named(value, fields, sizeof fields / sizeof fields[0]);
    }
    return true;
}

const struct strobe_kind strobe_kinds_future[] = {
    {"_asyncio.Future", STROBE_KIND_WHOLE, 0, write_future},
    {"_asyncio.Task", STROBE_KIND_WHOLE, 0, write_future},
    {"asyncio.futures.Future", STROBE_KIND_WHOLE, 0, write_future},
    {"asyncio.tasks.Task", STROBE_KIND_WHOLE, 0, write_future},
    {NULL, 0, 0, NULL},
};
