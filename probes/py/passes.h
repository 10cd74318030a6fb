/**
 * From the instructions that the engine reports, where it watches those, to passes of lines. Thread: the program's.
 * GIL: held.
 */
#ifndef STROBE_PROBES_PASSES_H
#define STROBE_PROBES_PASSES_H

#include "probes/py/dispatch.h"

/**
 * The instruction at `offset` (bytes) of `site` is about to run: where a pass of a line begins with it, the probes of
 * that line are reached.
 * @return whether the engine must go on reporting this instruction
 */
bool strobe_passes_reach(struct strobe_dispatch *dispatch, struct strobe_site *site, int offset);

#endif
