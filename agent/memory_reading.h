/** What a memory probe's hit tells, as the body of a snapshot (docs/snapshot-format.md). */
#ifndef STROBE_AGENT_MEMORY_READING_H
#define STROBE_AGENT_MEMORY_READING_H

#include <jansson.h>
#include <stdint.h>

#include "agent/memory_probes.h"
#include "wire/codec.h"

/**
 * The body for `changes` between the hit that `last` remembers and the one of `note`, with its summary for people as
 * member `text`. `delay_us`: from the hit to the reading. No Python: needs no GIL.
 * @return new, or NULL when memory is exhausted
 */
json_t *strobe_memory_reading_json(const struct strobe_memory_note *note, const struct strobe_memory_probe *last,
                                   const struct strobe_wire_memory *changes, const char *by, int64_t delay_us);

#endif
