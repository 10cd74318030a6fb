/** What a probe may read when the redaction policy has changed. Thread and GIL: as registry.h. */
#ifndef STROBE_PROBES_RECHECK_H
#define STROBE_PROBES_RECHECK_H

#include "probes/py/entry.h"

/**
 * Look again whether the probe of `entry` may read what it asks for. Where that is denied now, it is taken away from
 * where it stands and its state says why; its counters stay. Where it was denied and is not any more, or a watch was,
 * it is due to be resolved. Else it stands as it stood.
 * @return whether it is due
 */
bool strobe_entry_recheck(struct strobe_entry *entry, strobe_is_secret *is_secret, struct strobe_dispatch *dispatch);

#endif
