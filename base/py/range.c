/* A range's struct is private, but its type says where start, stop and step are. */
#include "base/py/range.h"

#include <string.h>
#include <structmember.h>

static PyObject *member(PyObject *range, const char *name)
{
    for (const PyMemberDef *at = PyRange_Type.tp_members; at != NULL && at->name != NULL; at++) {
        if (strcmp(at->name, name) == 0) {
            return *(PyObject **)((char *)range + at->offset);
        }
    }
    return NULL;
}

bool strobe_range_read(PyObject *range, struct strobe_range_fields *ret_fields)
{
    *ret_fields = (struct strobe_range_fields){member(range, "start"), member(range, "stop"), member(range, "step")};
    return ret_fields->start != NULL && PyLong_CheckExact(ret_fields->start) && ret_fields->stop != NULL &&
           PyLong_CheckExact(ret_fields->stop) && ret_fields->step != NULL && PyLong_CheckExact(ret_fields->step);
}
