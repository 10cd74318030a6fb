#include "agent/memory_probes.h"

#include <stdlib.h>
#include <string.h>

#include "agent/memory.h"
#include "agent/memory_change.h"
#include "agent/memory_reading.h"
#include "base/clock.h"

static struct strobe_memory_probe *find(struct strobe_memory *memory, const struct strobe_probe *probe)
{
    for (size_t i = 0; i < STROBE_MEMORY_PROBES_MAX; i++) {
        if (memory->probes[i].probe == probe) {
            return &memory->probes[i];
        }
    }
    return NULL;
}

static void let_go(struct strobe_memory *memory, struct strobe_memory_probe *place)
{
    strobe_memory_places_free(place->last.places);
    strobe_probe_unref(place->probe);
    memset(place, 0, sizeof *place);
    memory->probes_count--;
}

static void end(struct strobe_probe *probe, const char *reason)
{
    probe->ended = true; /* the worker disarms it; an edit arms it again */
    strobe_probe_set_state(probe, STROBE_PROBE_ERROR, "memory", "%s", reason);
}

/* ---- In the program's thread ---- */

struct strobe_memory_probe *strobe_memory_probes_place(struct strobe_memory *memory, const struct strobe_probe *probe)
{
    struct strobe_memory_probe *place = memory->probes_count > 0 ? find(memory, probe) : NULL;
    return place != NULL && !place->asked ? place : NULL;
}

/* ---- Coming and going ---- */

static bool stands(const struct strobe_registry *registry, const struct strobe_probe *probe)
{
    for (size_t i = 0; i < registry->count; i++) {
        if (registry->entries[i].probe == probe) {
            return !probe->ended;
        }
    }
    return false;
}

static void drop_gone(struct strobe_memory *memory, const struct strobe_registry *registry)
{
    for (size_t i = 0; i < STROBE_MEMORY_PROBES_MAX; i++) {
        struct strobe_memory_probe *place = &memory->probes[i];
        /* A note that was left is answered first, also the last one of a probe that is done. */
        if (place->probe != NULL && !place->asked && !stands(registry, place->probe)) {
            let_go(memory, place);
        }
    }
}

static int begin(struct strobe_memory *memory, struct strobe_probe *probe, struct strobe_error *error)
{
    struct strobe_memory_moment first = {.at_ns = strobe_clock_monotonic_ns()};
    bool before = strobe_memory_is_traced(memory);
    int64_t held_us;
    if (memory->probes_count == STROBE_MEMORY_PROBES_MAX) {
        return strobe_error_set(error, STROBE_ELIMIT,
                                "there are %d memory probes already: remove one, see strobe probes",
                                STROBE_MEMORY_PROBES_MAX);
    }
    int status = strobe_memory_trace(memory, probe->action->frames, error);
    if (status == 0 && before) {
        status = strobe_memory_moment_take(memory, &first, &held_us, error);
    }
    if (status == 0) { /* last: from here on notes may be left */
        *find(memory, NULL) =
            (struct strobe_memory_probe){.probe = strobe_probe_ref(probe), .last = first, .last_passes = probe->passes};
        memory->probes_count++;
    }
    return status;
}

void strobe_memory_probes_prepare(struct strobe_memory *memory, const struct strobe_registry *registry,
                                  struct strobe_probe *probe)
{
    struct strobe_error error = {0};
    if (find(memory, probe) != NULL) {
        return;
    }
    drop_gone(memory, registry);
    if (begin(memory, probe, &error) < 0) {
        end(probe, error.message);
        strobe_memory_rest(memory);
    }
}

void strobe_memory_probes_settle(struct strobe_memory *memory, const struct strobe_registry *registry)
{
    if (memory->probes_count > 0) {
        drop_gone(memory, registry);
        strobe_memory_rest(memory);
    }
}

void strobe_memory_probes_end(struct strobe_memory *memory, const char *reason)
{
    char message[STROBE_ERROR_MESSAGE_BYTES];
    snprintf(message, sizeof message, "tracing was ended: %s", reason);
    for (size_t i = 0; i < STROBE_MEMORY_PROBES_MAX; i++) {
        if (memory->probes[i].probe != NULL) {
            end(memory->probes[i].probe, message);
            let_go(memory, &memory->probes[i]);
        }
    }
}

void strobe_memory_probes_forget(struct strobe_memory *memory)
{
    for (size_t i = 0; i < STROBE_MEMORY_PROBES_MAX; i++) {
        if (memory->probes[i].probe != NULL) {
            let_go(memory, &memory->probes[i]);
        }
    }
}

/* ---- Reading ---- */

/* The body as the text of an image; NULL when memory is exhausted. */
static struct strobe_image *pack(const struct strobe_memory_probe *place, const struct strobe_memory_note *note,
                                 const struct strobe_wire_memory *changes, int64_t delay_us)
{
    const char *by = place->probe->action->by_traceback ? "traceback" : "line";
    json_t *body = strobe_memory_reading_json(note, place, changes, by, delay_us);
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    struct strobe_image *image = NULL;
    if (text != NULL) {
        const struct strobe_log_line line = {.tag = place->probe->tag,
                                             .time_us = note->time_us,
                                             .line = note->line,
                                             .thread = note->thread,
                                             .text = text,
                                             .text_size = strlen(text),
                                             .function = note->function,
                                             .function_size = note->function_size,
                                             .file = note->file,
                                             .file_size = note->file_size};
        image = strobe_log_line_pack(&line);
    }
    if (image != NULL) {
        image->kind = STROBE_IMAGE_MEMORY;
    }
    free(text);
    json_decref(body);
    return image;
}

/* Compare and pack. No Python: without the GIL. */
static struct strobe_image *tell(const struct strobe_memory_probe *place, const struct strobe_memory_note *note,
                                 const struct strobe_memory_moment *now, struct strobe_wire_memory *changes,
                                 int64_t delay_us)
{
    const struct strobe_action *action = place->probe->action;
    changes->elapsed_ms = (now->at_ns - place->last.at_ns) / 1000000;
    int status =
        strobe_memory_compare(now->places, place->last.places, !action->by_traceback, (size_t)action->top, changes);
    return status == 0 ? pack(place, note, changes, delay_us) : NULL;
}

static void read_one(struct strobe_memory *memory, struct strobe_memory_probe *place,
                     bool (*give)(void *user, struct strobe_image *image), void *user)
{
    const struct strobe_memory_note note = place->note;
    struct strobe_wire_memory changes = {.request = 1, .op = strdup("hit")};
    struct strobe_memory_moment now;
    struct strobe_image *image;
    struct strobe_error error = {0};
    int64_t delay_us = (strobe_clock_monotonic_ns() - note.at_ns) / 1000;
    if (strobe_memory_moment_take(memory, &now, &changes.held_us, &error) < 0) {
        give(user, NULL); /* counted as dropped */
        place->asked = false;
        end(place->probe, error.message);
        free(changes.op);
        return;
    }
    strobe_memory_fill_state(memory, &changes);
    Py_BEGIN_ALLOW_THREADS /* `control_lock` keeps the place as it is; notes are refused until it is answered */
        image = tell(place, &note, &now, &changes, delay_us);
    Py_END_ALLOW_THREADS give(user, image);
    strobe_wire_struct_done(&strobe_wire_memory_struct, &changes);
    strobe_memory_places_free(place->last.places);
    place->last = now;
    place->last_hit = note.hit;
    place->last_passes = note.passes;
    place->asked = false;
}

void strobe_memory_probes_read(struct strobe_memory *memory, bool (*give)(void *user, struct strobe_image *image),
                               void *user)
{
    for (size_t i = 0; memory->probes_count > 0 && i < STROBE_MEMORY_PROBES_MAX; i++) {
        if (memory->probes[i].probe != NULL && memory->probes[i].asked) {
            read_one(memory, &memory->probes[i], give, user);
        }
    }
}
