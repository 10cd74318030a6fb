/** A probe with some of its members changed. */
#ifndef STROBE_HUB_PROBE_EDIT_H
#define STROBE_HUB_PROBE_EDIT_H

#include "wire/codec.h"

/**
 * A copy of `probe` in which the members that `edit` has are replaced; an empty condition removes it. The rules are not
 * checked here. Release with strobe_wire_struct_done().
 * @return 0; STROBE_EINVAL (the message names the field); STROBE_ENOMEM
 */
int strobe_probe_edit_apply(const struct strobe_wire_probe *probe, const struct strobe_wire_probe_edit *edit,
                            struct strobe_wire_probe *ret_probe, struct strobe_error *error);

/** A copy of `probe` that is for `instance` alone. Returns as above. */
int strobe_probe_edit_narrow(const struct strobe_wire_probe *probe, const char *instance,
                             struct strobe_wire_probe *ret_probe, struct strobe_error *error);

#endif
