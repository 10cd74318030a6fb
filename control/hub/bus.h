/**
 * What happens, told to whoever listens: live consoles and long polls.
 *
 * The one interface to message passing: bus_local.c serves one process; another implementation may carry the same
 * events between hubs. Used on the loop's thread only.
 */
#ifndef STROBE_HUB_BUS_H
#define STROBE_HUB_BUS_H

#include "wire/codec.h"

struct strobe_bus;

/** One event: `kind` is one of the live_... messages, `body` its structure, borrowed during the call. */
struct strobe_bus_event {
    enum strobe_wire_kind kind;
    const void *body;
};

typedef void (*strobe_bus_listener)(void *user, const struct strobe_bus_event *event);

/** NULL when memory is exhausted. */
struct strobe_bus *strobe_bus_new(void);

/** NULL is fine. */
void strobe_bus_free(struct strobe_bus *bus);

/** Have `listener` called with every event from now on. @return 0, STROBE_ELIMIT when there are too many listeners */
int strobe_bus_subscribe(struct strobe_bus *bus, strobe_bus_listener listener, void *user);

/** Tell everybody, in the order of subscription. Listeners may publish in turn. */
void strobe_bus_publish(struct strobe_bus *bus, enum strobe_wire_kind kind, const void *body);

#endif
