#include "snapshot/py/value.h"

#include <string.h>

#include "snapshot/py/kind.h"
#include "snapshot/py/type_name.h"

void strobe_value_put_size(struct strobe_value *value, uint64_t size)
{
    value->parts |= STROBE_PART_SIZE;
    strobe_image_put_varint(&value->walk->writer, size);
}

void strobe_value_put_text(struct strobe_value *value, const char *text, size_t size)
{
    value->parts |= STROBE_PART_LEAF;
    strobe_image_put_u8(&value->walk->writer, STROBE_LEAF_TEXT);
    strobe_image_put_text(&value->walk->writer, text, size);
}

/* Whether a class statement made the type, so that there may be fields besides the data of the built-in base. */
static bool has_class(const struct strobe_value *value)
{
    return strobe_type_native(Py_TYPE(value->object)) != Py_TYPE(value->object);
}

static void write_parts(struct strobe_value *value)
{
    const struct strobe_kind *kind = strobe_kind_of(Py_TYPE(value->object));
    bool known = kind->write != NULL && kind->write(value);
    if (known && (kind->flags & STROBE_KIND_WHOLE) != 0) {
        return;
    }
    if (!value->walk->writer.full && value->cut != STROBE_CUT_DEPTH && (!known || has_class(value))) {
        strobe_fields_write(value);
    }
}

static void put_cut(struct strobe_value *value, const char *rule)
{
    struct strobe_image_writer *writer = &value->walk->writer;
    if (value->cut == STROBE_CUT_NONE) {
        return;
    }
    value->parts |= STROBE_PART_CUT;
    strobe_image_put_u8(writer, value->cut);
    if (value->cut == STROBE_CUT_REDACTED_NAME && rule != NULL) {
        strobe_image_put_text(writer, rule, strlen(rule));
    }
}

static void write_record(struct strobe_walk *walk, const struct strobe_pending *pending, unsigned type,
                         enum strobe_cut cut)
{
    struct strobe_value value = {.walk = walk, .object = pending->object, .depth = pending->depth, .cut = cut};
    strobe_image_put_u8(&walk->writer, STROBE_RECORD_VALUE);
    size_t parts_at = walk->writer.size;
    strobe_image_put_u8(&walk->writer, 0);
    strobe_image_put_varint(&walk->writer, type);
    if (cut == STROBE_CUT_NONE) {
        write_parts(&value);
    }
    put_cut(&value, pending->rule);
    if (!walk->writer.full) {
        strobe_image_patch_u8(&walk->writer, parts_at, value.parts);
    }
}

void strobe_value_write(struct strobe_walk *walk, const struct strobe_pending *pending, unsigned type)
{
    strobe_value_write_cut(walk, pending, type, STROBE_CUT_NONE);
}

void strobe_value_write_cut(struct strobe_walk *walk, const struct strobe_pending *pending, unsigned type,
                            enum strobe_cut cut)
{
    if (pending->object == NULL) {
        cut = STROBE_CUT_UNBOUND;
    } else if (pending->rule != NULL) {
        cut = STROBE_CUT_REDACTED_NAME;
    }
    write_record(walk, pending, type, cut);
}
