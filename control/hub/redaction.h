/** The hub's redaction policy: kept in the store, sent to every agent. What it means is the agents' business. */
#ifndef STROBE_HUB_REDACTION_H
#define STROBE_HUB_REDACTION_H

#include "hub/store.h"

struct strobe_hub_redaction;

/** Load it from `store` (borrowed). @return 0, or what the store answers */
int strobe_hub_redaction_new(struct strobe_store *store, struct strobe_hub_redaction **ret_redaction,
                             struct strobe_error *error);

/** NULL is fine. */
void strobe_hub_redaction_free(struct strobe_hub_redaction *redaction);

/** The policy now; borrowed until the next change. */
const struct strobe_wire_redaction *strobe_hub_redaction_get(const struct strobe_hub_redaction *redaction);

/**
 * Make `wanted` the policy, in the name of `who`; its contents are taken over on success.
 * @return 0; STROBE_EINVAL when it makes no sense; STROBE_EBUSY when `wanted->version` is not the present one;
 * STROBE_EIO
 */
int strobe_hub_redaction_put(struct strobe_hub_redaction *redaction, struct strobe_wire_redaction *wanted,
                             const char *who, struct strobe_error *error);

#endif
