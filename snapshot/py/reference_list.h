/** A list of references inside a record, while it is written within all bounds. For the rules of snapshot/py see
 * walk.h. */
#ifndef STROBE_SNAPSHOT_REFERENCE_LIST_H
#define STROBE_SNAPSHOT_REFERENCE_LIST_H

#include "snapshot/py/value.h"

struct strobe_reference_list {
    struct strobe_value *value;
    size_t count_at;
    unsigned count;
    unsigned max;
};

/** Begin the part `part` of `value`: up to `max` elements. */
void strobe_reference_list_begin(struct strobe_reference_list *list, struct strobe_value *value, enum strobe_part part,
                                 unsigned max);

/**
 * Whether one more element of `references` references and `bytes` more fits. When not, the reason becomes the cut of
 * the value; when the capture as a whole is at an end, its cut as well.
 */
bool strobe_reference_list_may_add(struct strobe_reference_list *list, unsigned references, size_t bytes);

/** Put one reference of an element that may be added. `rule`: why it is redacted, or NULL. */
void strobe_reference_list_put(struct strobe_reference_list *list, PyObject *object, const char *rule);

/** End the part with `count` elements. */
void strobe_reference_list_end(struct strobe_reference_list *list);

#endif
