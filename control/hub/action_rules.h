/** What each action needs and takes: the rules for action_options beyond their schema. */
#ifndef STROBE_HUB_ACTION_RULES_H
#define STROBE_HUB_ACTION_RULES_H

#include "hub/location_rules.h"
#include "wire/codec.h"

/**
 * Check `options` and `limits->when` for `action` at a location of `form`, and fill in `limits->hits` and
 * `limits->rate_per_s` when they are 0.
 * @return 0, STROBE_EINVAL; the message names the field and says what to write
 */
int strobe_action_rules_apply(const char *action, enum strobe_location_form form,
                              const struct strobe_wire_action_options *options, struct strobe_wire_limits *limits,
                              struct strobe_error *error);

#endif
