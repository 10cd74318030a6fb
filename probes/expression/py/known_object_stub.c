#include "probes/expression/py/known_object.h"
int strobe_known_object_compare(struct strobe_evaluation *evaluation, struct strobe_value left,
                                struct strobe_value right, enum strobe_comparison comparison, bool *ret_result)
{
    (void)evaluation;
    (void)left;
    (void)right;
    (void)comparison;
    (void)ret_result;
    return 1;
}
int strobe_known_object_hash(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash)
{
    (void)evaluation;
    (void)value;
    (void)ret_hash;
    return 1;
}
int strobe_known_object_truth(struct strobe_evaluation *evaluation, struct strobe_value value, bool *ret_truth)
{
    (void)evaluation;
    (void)value;
    (void)ret_truth;
    return 1;
}
int strobe_known_object_put_repr(struct strobe_text_builder *builder, struct strobe_value value)
{
    (void)builder;
    (void)value;
    return 1;
}
int strobe_known_object_put_str(struct strobe_text_builder *builder, struct strobe_value value)
{
    (void)builder;
    (void)value;
    return 1;
}
const struct strobe_function_entry *strobe_known_object_computed(struct strobe_value receiver, PyObject *name)
{
    (void)receiver;
    (void)name;
    return NULL;
}
