/** What a person may ask for: the rules for a probe_request beyond its schema. */
#ifndef STROBE_HUB_PROBE_RULES_H
#define STROBE_HUB_PROBE_RULES_H

#include <stdint.h>

#include "wire/codec.h"

/**
 * Check a decoded request and fill in `limits.expires_at_ms` and `limits.hits` where they are 0.
 * @return 0, STROBE_EINVAL; the message names the field and says what to write
 */
int strobe_probe_rules_apply(struct strobe_wire_probe_request *request, int64_t now_ms, struct strobe_error *error);

/** Check a probe that was edited, by the same rules. @return as above */
int strobe_probe_rules_check(struct strobe_wire_probe *probe, int64_t now_ms, struct strobe_error *error);

/** Check a service's name: not empty, no control characters. @return 0, STROBE_EINVAL */
int strobe_probe_rules_service(const char *name, struct strobe_error *error);

#endif
