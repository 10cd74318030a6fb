/** The hub's side of the link: one websocket for each agent, from its hello to its goodbye. docs/wire.md tells it. */
#ifndef STROBE_HUB_AGENT_LINK_H
#define STROBE_HUB_AGENT_LINK_H

#include "hub/hub.h"

struct strobe_agents;

/** `hub` is borrowed; its parts are used from the first connection on. NULL when memory is exhausted. */
struct strobe_agents *strobe_agents_new(struct strobe_hub *hub);

/** After the server's end. NULL is fine. */
void strobe_agents_free(struct strobe_agents *agents);

/** How the server serves agents; valid as long as `agents`. */
struct strobe_socket_handlers strobe_agents_handlers(struct strobe_agents *agents);

/** Send the present probe set of `service` to all its connected agents. */
void strobe_agents_push_set(struct strobe_agents *agents, const char *service);

/** Send the present redaction policy to all connected agents. */
void strobe_agents_push_policy(struct strobe_agents *agents);

/** Tell the agent of `instance` that its snapshots are on the disk up to `stream`. */
void strobe_agents_acknowledge(struct strobe_agents *agents, const char *instance, const struct strobe_stream *stream);

/** The snapshots of `instance` cannot be stored: close its link, it sends them again after its reconnect. */
void strobe_agents_storage_failed(struct strobe_agents *agents, const char *instance);

/** Close links that are silent for too long. */
void strobe_agents_tick(struct strobe_agents *agents);

/** The hub stops: close every link. */
void strobe_agents_close(struct strobe_agents *agents);

#endif
