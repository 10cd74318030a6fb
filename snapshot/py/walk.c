#include "snapshot/py/walk.h"

#include <string.h>

#include "base/clock.h"
#include "snapshot/py/secret.h"
#include "snapshot/py/shred_secrets.h"
#include "snapshot/py/type_name.h"
#include "snapshot/py/type_rule.h"
#include "snapshot/py/value.h"

enum {
    END_BYTES = 32,            /* kept for the end of the image */
    HIDDEN_BYTES = 8 * 1024,   /* kept for the list of hidden values */
    CUT_BYTES = 16 * 1024,     /* kept for the types of values that no longer fit */
    WORK_BETWEEN_CLOCKS = 200, /* some 10 us */
    MEMORY_COST = 400,         /* of the first call of strobe_walk_memory() */
    STEP_NS_MAX = 1000000      /* what counts of the time between two readings of the clock */
};

void strobe_walk_begin(struct strobe_walk *walk, int64_t started_ns)
{
    walk->writer = (struct strobe_image_writer){.bytes = walk->bytes,
                                                .limit = STROBE_CAPTURE_BYTES_MAX - END_BYTES - HIDDEN_BYTES -
                                                         CUT_BYTES - STROBE_SHREDS_BYTES};
    walk->deadline_ns = started_ns + STROBE_CAPTURE_NS_MAX;
    walk->read_ns = started_ns;
    walk->work = 0;
    walk->cut = STROBE_CUT_NONE;
    walk->found = 0;
    walk->written = 0;
    walk->types = 0;
    walk->hidden_count = 0;
    walk->embedded_count = 0;
    walk->unbound = -1;
    walk->reads_memory = false;
    strobe_walk_forget(walk);
    strobe_capture_policy_begin();
    unsigned serial = strobe_policy_serial(strobe_capture_policy());
    if (walk->rules_serial != serial) { /* the remembered rules were another policy's */
        memset(walk->rules, 0, sizeof walk->rules);
        walk->rules_serial = serial;
    }
}

void strobe_walk_forget(struct strobe_walk *walk)
{
    if (++walk->generation == 0) { /* wrapped: entries of 2^32 captures ago would look current */
        memset(walk->identities, 0, sizeof walk->identities);
        memset(walk->type_identities, 0, sizeof walk->type_identities);
        walk->generation = 1;
    }
}

bool strobe_walk_has_room(const struct strobe_walk *walk, size_t size)
{
    return !walk->writer.full && size <= walk->writer.limit - walk->writer.size;
}

/*
 * Read the clock. When it has gone on for long since the last time, the system had given the processor to others: that
 * is no work of this capture, which would lose values for nothing.
 */
static bool is_late(struct strobe_walk *walk)
{
    int64_t now_ns = strobe_clock_monotonic_ns();
    int64_t passed_ns = now_ns - walk->read_ns;
    if (passed_ns > STEP_NS_MAX) {
        walk->deadline_ns += passed_ns - STEP_NS_MAX;
    }
    walk->read_ns = now_ns;
    return now_ns > walk->deadline_ns;
}

bool strobe_walk_spend(struct strobe_walk *walk, size_t cost)
{
    walk->work += (unsigned)cost;
    if (walk->work >= WORK_BETWEEN_CLOCKS) {
        walk->work = 0;
        if (is_late(walk)) {
            walk->cut = STROBE_CUT_TIME;
        }
    }
    return walk->cut != STROBE_CUT_TIME;
}

/* ---- Memory of others ---- */

struct strobe_own_memory *strobe_walk_memory(struct strobe_walk *walk)
{
    if (!walk->reads_memory) {
        walk->reads_memory = true;
        walk->may_read_memory = strobe_own_memory_init(&walk->memory) == 0;
        strobe_walk_spend(walk, MEMORY_COST);
    }
    strobe_own_memory_renew(&walk->memory);
    return walk->may_read_memory ? &walk->memory : NULL;
}

/* ---- Identity ---- */

/* The entry of `pointer`, or the free one where it belongs. The table is never more than half full. */
static struct strobe_identity *look_up(struct strobe_identity *table, size_t slots, uint32_t generation,
                                       const void *pointer)
{
    size_t i = (size_t)(((uintptr_t)pointer >> 4) * 0x9E3779B97F4A7C15u >> 32) & (slots - 1);
    while (table[i].generation == generation && table[i].pointer != pointer) {
        i = (i + 1) & (slots - 1);
    }
    return &table[i];
}

static int64_t enqueue(struct strobe_walk *walk, PyObject *object, unsigned depth, const char *rule)
{
    if (walk->found == STROBE_CAPTURE_VALUES_MAX) {
        walk->cut = STROBE_CUT_BYTES;
        return STROBE_WALK_FULL;
    }
    walk->queue[walk->found] = (struct strobe_pending){object, rule, depth};
    return walk->found++;
}

int64_t strobe_walk_refer(struct strobe_walk *walk, PyObject *object, unsigned depth, const char *rule)
{
    if (object == NULL) {
        if (walk->unbound < 0) {
            walk->unbound = enqueue(walk, NULL, depth, NULL);
        }
        return walk->unbound;
    }
    rule = strobe_type_rule(walk, object, rule);
    if (rule != NULL && (rule[0] == STROBE_RULE_UNLISTED || !strobe_secret_everywhere(walk, object))) {
        return enqueue(walk, object, depth, rule);
    }
    struct strobe_identity *identity = look_up(walk->identities, STROBE_WALK_IDENTITIES, walk->generation, object);
    if (identity->generation == walk->generation) {
        if (rule != NULL) {
            strobe_secret_hide(walk, identity->number, rule);
        }
        return identity->number;
    }
    int64_t number = enqueue(walk, object, depth, rule);
    if (number != STROBE_WALK_FULL) {
        *identity = (struct strobe_identity){object, walk->generation, (uint32_t)number};
    }
    return number;
}

unsigned strobe_walk_type(struct strobe_walk *walk, PyTypeObject *type)
{
    struct strobe_identity *identity = look_up(walk->type_identities, STROBE_WALK_TYPE_SLOTS, walk->generation, type);
    if (identity->generation == walk->generation) {
        return identity->number + 1;
    }
    char name[STROBE_TYPE_NAME_BYTES];
    size_t size = strobe_type_name(type, name);
    if (walk->types == STROBE_WALK_TYPES_MAX || !strobe_walk_has_room(walk, size + 3)) {
        return 0;
    }
    strobe_image_put_u8(&walk->writer, STROBE_RECORD_TYPE);
    strobe_image_put_text(&walk->writer, name, size);
    *identity = (struct strobe_identity){type, walk->generation, walk->types++};
    return identity->number + 1;
}

/* ---- Run ---- */

/* @return false when the capture has to stop here; nothing of the value is written then */
static bool write_next(struct strobe_walk *walk)
{
    if (!strobe_walk_spend(walk, 1)) {
        return false;
    }
    const struct strobe_pending *pending = &walk->queue[walk->written];
    unsigned type = pending->object != NULL ? strobe_walk_type(walk, Py_TYPE(pending->object)) : 0;
    size_t start = walk->writer.size;
    strobe_value_write(walk, pending, type);
    if (walk->writer.full) {
        explicit_bzero(walk->writer.bytes + start, walk->writer.size - start); /* the end wipes up to `size` only */
        walk->writer.size = start;
        walk->writer.full = false;
        walk->cut = STROBE_CUT_BYTES;
        return false;
    }
    walk->written++;
    return true;
}

/* Of the values that were found and cannot be copied any more, write the types, as far as there is room. */
static void write_rest(struct strobe_walk *walk)
{
    walk->writer.limit += CUT_BYTES;
    while (walk->written < walk->found) {
        const struct strobe_pending *pending = &walk->queue[walk->written];
        unsigned type = pending->object != NULL ? strobe_walk_type(walk, Py_TYPE(pending->object)) : 0;
        size_t start = walk->writer.size;
        strobe_value_write_cut(walk, pending, type, walk->cut);
        if (walk->writer.full) {
            walk->writer.size = start;
            walk->writer.full = false;
            return;
        }
        walk->written++;
    }
}

void strobe_walk_run(struct strobe_walk *walk, int64_t started_ns)
{
    while (walk->written < walk->found && write_next(walk)) {
    }
    if (walk->written < walk->found) {
        write_rest(walk);
    }
    if (walk->reads_memory) {
        strobe_own_memory_done(&walk->memory);
        walk->reads_memory = false;
    }
    walk->writer.limit = STROBE_CAPTURE_BYTES_MAX;
    strobe_image_put_u8(&walk->writer, STROBE_RECORD_END);
    strobe_image_put_varint(&walk->writer, walk->found);
    strobe_image_put_u8(&walk->writer, walk->cut);
    strobe_image_put_varint(&walk->writer, (uint64_t)(strobe_clock_monotonic_ns() - started_ns));
    strobe_secret_write_hidden(walk);
    strobe_shred_secrets(walk);
}
