#include <stdlib.h>

#include "hub/bus.h"

#define LISTENERS_MAX 8

struct strobe_bus {
    struct {
        strobe_bus_listener listener;
        void *user;
    } listeners[LISTENERS_MAX];
    size_t count;
};

struct strobe_bus *strobe_bus_new(void)
{
    return calloc(1, sizeof(struct strobe_bus));
}

void strobe_bus_free(struct strobe_bus *bus)
{
    free(bus);
}

int strobe_bus_subscribe(struct strobe_bus *bus, strobe_bus_listener listener, void *user)
{
    if (bus->count == LISTENERS_MAX) {
        return STROBE_ELIMIT;
    }
    bus->listeners[bus->count].listener = listener;
    bus->listeners[bus->count].user = user;
    bus->count++;
    return 0;
}

void strobe_bus_publish(struct strobe_bus *bus, enum strobe_wire_kind kind, const void *body)
{
    const struct strobe_bus_event event = {.kind = kind, .body = body};
    for (size_t i = 0; i < bus->count; i++) {
        bus->listeners[i].listener(bus->listeners[i].user, &event);
    }
}
