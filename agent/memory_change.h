/** What changed from one moment to another. No Python: these may run without the GIL. */
#ifndef STROBE_AGENT_MEMORY_CHANGE_H
#define STROBE_AGENT_MEMORY_CHANGE_H

#include "agent/memory_places.h"
#include "wire/codec.h"

/**
 * Fill rows, sums and their changes of `answer`, largest change first; `before` may be NULL: nothing was traced.
 * `answer` stays the caller's, to be released with strobe_wire_struct_done() also on failure.
 * @return 0 or STROBE_ENOMEM
 */
int strobe_memory_compare(const struct strobe_memory_places *now, const struct strobe_memory_places *before,
                          bool by_line, size_t top, struct strobe_wire_memory *answer);

#endif
