/** Live websockets of consoles: the present state first, then each change. */
#ifndef STROBE_HUB_CONSOLE_LIVE_H
#define STROBE_HUB_CONSOLE_LIVE_H

#include "hub/hub.h"

struct strobe_consoles;

/** `hub` is borrowed; listens on its bus. NULL when memory is exhausted. */
struct strobe_consoles *strobe_consoles_new(struct strobe_hub *hub);

/** After the server's end. NULL is fine. */
void strobe_consoles_free(struct strobe_consoles *consoles);

/** How the server serves consoles; valid as long as `consoles`. */
struct strobe_socket_handlers strobe_consoles_handlers(struct strobe_consoles *consoles);

/** The session `id` is over: close its sockets. */
void strobe_consoles_end_session(struct strobe_consoles *consoles, const char *id);

/** The hub stops: close every socket. */
void strobe_consoles_close(struct strobe_consoles *consoles);

#endif
