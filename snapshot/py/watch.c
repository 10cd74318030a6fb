#include "snapshot/py/watch.h"

#include <string.h>

enum { WATCH_BYTES_MAX = 4 * STROBE_NAME_BYTES_MAX + STROBE_CAPTURE_LENGTH_MAX }; /* of one in the list, about */

/* Numbers of the objects of one capture: captures run one at a time under the GIL. */
static int64_t numbers[STROBE_CAPTURE_WATCHES_MAX];

static size_t at_most(size_t count)
{
    return count < STROBE_CAPTURE_WATCHES_MAX ? count : STROBE_CAPTURE_WATCHES_MAX;
}

void strobe_watches_refer(struct strobe_walk *walk, const struct strobe_capture_watch *watches, size_t count)
{
    for (size_t i = 0; i < at_most(count); i++) {
        numbers[i] = watches[i].object != NULL ? strobe_walk_refer(walk, watches[i].object, 0, NULL) : STROBE_WALK_FULL;
    }
}

static void write_one(struct strobe_walk *walk, const struct strobe_capture_watch *watch, int64_t number)
{
    struct strobe_image_writer *writer = &walk->writer;
    strobe_image_put_text(writer, watch->expression, strlen(watch->expression));
    if (number != STROBE_WALK_FULL) {
        strobe_image_put_u8(writer, STROBE_WATCH_OBJECT);
        strobe_image_put_varint(writer, (uint64_t)number);
    } else if (watch->text != NULL) {
        strobe_image_put_u8(writer, STROBE_WATCH_TEXT);
        strobe_image_put_text(writer, watch->type, strlen(watch->type));
        strobe_image_put_text(writer, watch->text, watch->text_size);
    } else {
        const char *why = watch->error != NULL ? watch->error : "the snapshot was full";
        strobe_image_put_u8(writer, STROBE_WATCH_ERROR);
        strobe_image_put_text(writer, why, strlen(why));
    }
}

void strobe_watches_write(struct strobe_walk *walk, const struct strobe_capture_watch *watches, size_t count)
{
    size_t count_at = walk->writer.size;
    unsigned written = 0;
    strobe_image_put_u8(&walk->writer, 0);
    for (size_t i = 0; i < at_most(count) && strobe_walk_has_room(walk, WATCH_BYTES_MAX); i++) {
        write_one(walk, &watches[i], numbers[i]);
        written++;
    }
    strobe_image_patch_u8(&walk->writer, count_at, written);
}
