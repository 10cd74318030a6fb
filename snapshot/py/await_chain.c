#include "snapshot/py/await_chain.h"

#include <stdio.h>

#include "base/py/future.h"
#include "base/py/generator.h"
#include "base/py/set.h"
#include "snapshot/py/name.h"

enum {
    FRAMES_MAX = 16,  /* of the coroutine of one task */
    HOPS_MAX = 64,    /* futures between two tasks, and tasks */
    WAITERS_MAX = 16, /* callbacks of one future that are looked at */
    SET_SLOTS_MAX = 1024,
    FRAME_BYTES = STROBE_NAME_BYTES_MAX + STROBE_PATH_BYTES_MAX + 16,
    TASK_BYTES = 2 * STROBE_NAME_BYTES_MAX + 16
};

/* ---- Who waits ---- */

/* Those that wait for one future and are not on the way to it: the first, and how many there are. */
struct waiters {
    PyObject *first;
    unsigned count;
    PyObject *const *seen; /* the way; shield() makes two futures call one another */
    unsigned seen_count;
};

static bool is_among(PyObject *object, PyObject *const *objects, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (objects[i] == object) {
            return true;
        }
    }
    return false;
}

static void add_waiter(struct waiters *waiters, PyObject *object)
{
    if (object != NULL && !is_among(object, waiters->seen, waiters->seen_count)) {
        waiters->first = waiters->first != NULL ? waiters->first : object;
        waiters->count++;
    }
}

/* The interpreter's own links, from 3.14 on: a future, or a set of them. */
static void add_awaited_by(struct waiters *waiters, PyObject *links)
{
    PyObject *element;
    Py_ssize_t position = 0;
    if (links == NULL || !PyAnySet_CheckExact(links)) {
        add_waiter(waiters, links);
        return;
    }
    while (waiters->count < WAITERS_MAX && strobe_set_next(links, &position, SET_SLOTS_MAX, &element) &&
           element != NULL) {
        add_waiter(waiters, element);
    }
}

static void add_callbacks(struct waiters *waiters, const struct strobe_future *future)
{
    if (future->callback != NULL) {
        add_waiter(waiters, strobe_future_woken_by(future->callback));
    }
    PyObject *list = future->callbacks;
    Py_ssize_t count = list != NULL && PyList_CheckExact(list) ? PyList_GET_SIZE(list) : 0;
    for (Py_ssize_t i = 0; i < count && i < WAITERS_MAX; i++) {
        PyObject *entry = PyList_GET_ITEM(list, i);
        if (PyTuple_CheckExact(entry) && PyTuple_GET_SIZE(entry) > 0) {
            add_waiter(waiters, strobe_future_woken_by(PyTuple_GET_ITEM(entry, 0)));
        }
    }
}

static struct waiters waiters_of(const struct strobe_future *future, PyObject *const *seen, unsigned seen_count)
{
    struct waiters waiters = {NULL, 0, seen, seen_count};
    add_awaited_by(&waiters, future->awaited_by);
    if (waiters.first == NULL) {
        add_callbacks(&waiters, future);
    }
    return waiters;
}

/* ---- Writing ---- */

static void put_str(struct strobe_walk *walk, PyObject *str, size_t max)
{
    char buffer[STROBE_PATH_BYTES_MAX];
    struct strobe_name name = {"?", 1};
    if (str != NULL && PyUnicode_Check(str)) {
        name = strobe_text_of(str, buffer, max);
    }
    strobe_image_put_text(&walk->writer, name.text, name.size);
}

static void put_name(struct strobe_walk *walk, PyObject *name)
{
    if (name != NULL && PyLong_CheckExact(name)) { /* 3.12 and later: made into text when somebody asks */
        char text[32];
        int size = snprintf(text, sizeof text, "Task-%ld", PyLong_AsLong(name));
        strobe_image_put_text(&walk->writer, text, (size_t)size);
    } else {
        put_str(walk, name, STROBE_NAME_BYTES_MAX);
    }
}

/* The coroutines from the task's own down to the one that waits for no other coroutine. @return how many */
static unsigned find_coroutines(PyObject *coroutine, struct strobe_generator ret_chain[FRAMES_MAX])
{
    unsigned count = 0;
    while (coroutine != NULL && count < FRAMES_MAX) {
        coroutine = strobe_generator_unwrap(coroutine);
        if (!strobe_generator_check(coroutine)) {
            break;
        }
        strobe_generator_read(coroutine, &ret_chain[count]);
        coroutine = ret_chain[count++].awaits;
    }
    return count;
}

static void put_frames(struct strobe_walk *walk, PyObject *coroutine)
{
    struct strobe_generator chain[FRAMES_MAX];
    unsigned count = find_coroutines(coroutine, chain), shown = 0;
    size_t count_at = walk->writer.size;
    strobe_image_put_u8(&walk->writer, 0);
    while (count-- > 0 && strobe_walk_has_room(walk, FRAME_BYTES) && strobe_walk_spend(walk, 3)) {
        const struct strobe_generator *one = &chain[count];
        put_str(walk, one->qualname, STROBE_NAME_BYTES_MAX);
        put_str(walk, one->code != NULL ? one->code->co_filename : NULL, STROBE_PATH_BYTES_MAX);
        strobe_image_put_varint(&walk->writer, (uint64_t)one->line);
        shown++;
    }
    if (!walk->writer.full) {
        strobe_image_patch_u8(&walk->writer, count_at, shown);
    }
}

static void put_task(struct strobe_walk *walk, const struct strobe_future *task)
{
    struct strobe_generator coroutine = {.qualname = NULL};
    if (task->coroutine != NULL && strobe_generator_check(task->coroutine)) {
        strobe_generator_read(task->coroutine, &coroutine);
    }
    put_name(walk, task->name);
    put_str(walk, coroutine.qualname, STROBE_NAME_BYTES_MAX);
}

/* One task that waits, and how many others wait for the same. */
static void put_awaiter(struct strobe_walk *walk, const struct strobe_future *task, unsigned others)
{
    put_task(walk, task);
    strobe_image_put_u8(&walk->writer, others < UINT8_MAX ? others : UINT8_MAX);
    put_frames(walk, task->coroutine);
}

static void put_awaiters(struct strobe_walk *walk, PyObject *first, const struct strobe_future *running)
{
    PyObject *seen[HOPS_MAX];
    struct strobe_future future = *running;
    unsigned shown = 0, hops = 0, others = 0;
    size_t count_at = walk->writer.size;
    strobe_image_put_u8(&walk->writer, 0);
    seen[hops++] = first;
    while (hops < HOPS_MAX && shown < STROBE_CAPTURE_AWAITERS_MAX && strobe_walk_has_room(walk, TASK_BYTES) &&
           strobe_walk_spend(walk, 3)) {
        struct waiters waiters = waiters_of(&future, seen, hops);
        if (waiters.first == NULL || !strobe_future_read(waiters.first, &future)) {
            break;
        }
        seen[hops++] = waiters.first;
        others += waiters.count - 1;
        if (future.is_task) {
            put_awaiter(walk, &future, others);
            shown++;
            others = 0;
        }
    }
    if (!walk->writer.full) {
        strobe_image_patch_u8(&walk->writer, count_at, shown);
    }
}

void strobe_await_chain_write(struct strobe_walk *walk, PyThreadState *tstate)
{
    PyObject *task = strobe_future_current_task(tstate);
    struct strobe_future running;
    bool found = task != NULL && strobe_future_read(task, &running) && running.is_task;
    strobe_image_put_u8(&walk->writer, found);
    if (found) {
        put_task(walk, &running);
        put_awaiters(walk, task, &running);
    }
}
