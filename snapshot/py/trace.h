/** The trace that a capture belongs to. For the rules of snapshot/py see walk.h. */
#ifndef STROBE_SNAPSHOT_TRACE_H
#define STROBE_SNAPSHOT_TRACE_H

#include <stdbool.h>
#include <stdint.h>

struct strobe_walk;

/** Put trace and span id of OpenTelemetry's current span, when the program has loaded it and there is one. */
void strobe_trace_write(struct strobe_walk *walk);

enum { STROBE_TRACE_ID_BYTES = 33, STROBE_TRACE_IDS_BYTES = 24 };

/** Trace id (16 bytes) and span id (8). @return false when there is no span */
bool strobe_trace_ids(uint8_t ret_ids[STROBE_TRACE_IDS_BYTES]);

/** The trace id as 32 hexadecimal digits. @return false when there is no span */
bool strobe_trace_id(char ret_text[STROBE_TRACE_ID_BYTES]);

/** Give back what strobe_trace_write() has found out about the library. GIL: held. */
void strobe_trace_done(void);

#endif
