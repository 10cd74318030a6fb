#include "snapshot/py/reference_list.h"

enum { REFERENCE_BYTES = 2 }; /* of a number below STROBE_CAPTURE_VALUES_MAX */

_Static_assert(STROBE_CAPTURE_VALUES_MAX <= 1 << 14, "a reference must fit in two bytes of a varint");

void strobe_reference_list_begin(struct strobe_reference_list *list, struct strobe_value *value, enum strobe_part part,
                                 unsigned max)
{
    value->parts |= part;
    *list = (struct strobe_reference_list){.value = value, .count_at = value->walk->writer.size, .max = max};
    strobe_image_put_u16(&value->walk->writer, 0);
}

bool strobe_reference_list_may_add(struct strobe_reference_list *list, unsigned references, size_t bytes)
{
    struct strobe_value *value = list->value;
    struct strobe_walk *walk = value->walk;
    if (list->count == list->max) {
        value->cut = STROBE_CUT_ITEMS;
        return false;
    }
    if (walk->found + references > STROBE_CAPTURE_VALUES_MAX ||
        !strobe_walk_has_room(walk, references * REFERENCE_BYTES + bytes)) {
        walk->cut = value->cut = STROBE_CUT_BYTES;
        return false;
    }
    if (!strobe_walk_spend(walk, 1)) {
        value->cut = STROBE_CUT_TIME;
        return false;
    }
    list->count++;
    return true;
}

void strobe_reference_list_put(struct strobe_reference_list *list, PyObject *object, const char *rule)
{
    int64_t number = strobe_walk_refer(list->value->walk, object, list->value->depth + 1, rule);
    strobe_image_put_varint(&list->value->walk->writer, (uint64_t)number);
}

void strobe_reference_list_end(struct strobe_reference_list *list)
{
    if (!list->value->walk->writer.full) {
        strobe_image_patch_u16(&list->value->walk->writer, list->count_at, list->count);
    }
}
