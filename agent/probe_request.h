/** From a probe on the wire to what the probe layer is asked. */
#ifndef STROBE_AGENT_PROBE_REQUEST_H
#define STROBE_AGENT_PROBE_REQUEST_H

#include "probes/probe.h"
#include "wire/codec.h"

/** A request with the action that it refers to; borrows the texts of the probe it was made of. */
struct strobe_probe_order {
    struct strobe_action action;
    struct strobe_probe_request request;
};

/** Fill in `ret_order` from `probe`, which must outlive it. Members that this version does not know are left out. */
void strobe_probe_order_fill(const struct strobe_wire_probe *probe, struct strobe_probe_order *ret_order);

#endif
