#include "probes/expression/py/format.h"

int strobe_format_spec(struct strobe_text_builder *builder, struct strobe_value value,
                       const struct strobe_text_view *spec)
{
    if (spec->length > 0) {
        return strobe_evaluation_fail(builder->evaluation, STROBE_FAULT_INTERNAL, "not written yet");
    }
    return strobe_format_str(builder, value);
}
