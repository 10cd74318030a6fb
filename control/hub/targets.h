/** Which processes of a service a probe is for. */
#ifndef STROBE_HUB_TARGETS_H
#define STROBE_HUB_TARGETS_H

#include <stdbool.h>

#include "wire/codec.h"

/** Whether `target` leaves anybody out. */
bool strobe_target_chooses(const struct strobe_wire_target *target);

/** Whether `instance` is among those that `target` means: by the beginning of its id, and by all labels. */
bool strobe_target_meets(const struct strobe_wire_target *target, const struct strobe_wire_instance *instance);

#endif
