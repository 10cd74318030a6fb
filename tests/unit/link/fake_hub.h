/**
 * A hub for tests: a TLS websocket server that the test itself plays, call by call, so that it can also do what no
 * decent hub does. Every call blocks, for at most 20 s; failing is an assertion of the test.
 */
#ifndef FAKE_HUB_H
#define FAKE_HUB_H

#include <jansson.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/dsn.h"

#define FAKE_HUB_TOKEN "agent-token-5f1c"

/** A listening socket and a key made for it. */
struct fake_hub {
    int listener;
    uint16_t port;
    SSL_CTX *tls;
    X509 *certificate;
    char pin[65];
    bool patient; /* let no time pass while nobody comes: another link of this process is connected */
};

/** One accepted connection. */
struct fake_link {
    int socket;
    SSL *tls;
    size_t largest_frame; /* bytes of payload of the largest data frame read */
    char request[4096];   /* HTTP request of the link */
};

enum fake_opcode {
    FAKE_CONTINUATION = 0,
    FAKE_TEXT = 1,
    FAKE_BINARY = 2,
    FAKE_CLOSE = 8,
    FAKE_PING = 9,
    FAKE_END = -1
};

/** Listen on 127.0.0.1 with a new key; the certificate names `host`. */
void fake_hub_open(struct fake_hub *hub, const char *host);
void fake_hub_close(struct fake_hub *hub);
/** Stop listening, and listen again with the same key on the same port. */
void fake_hub_restart(struct fake_hub *hub);
/** The DSN of this hub; `pin` may be NULL for the hub's own, or "" for none. */
struct strobe_dsn fake_hub_dsn(const struct fake_hub *hub, const char *pin);

/** TCP only. */
void fake_link_accept_tcp(struct fake_hub *hub, struct fake_link *link);
/** TCP and TLS. @return whether the TLS handshake succeeded */
bool fake_link_accept_tls(struct fake_hub *hub, struct fake_link *link);
/** Read the HTTP request into `request`. @return whether one came */
bool fake_link_read_request(struct fake_link *link);
/** Answer 101 as the protocol wants. */
void fake_link_upgrade(struct fake_link *link);
/** accept_tls, read_request, upgrade, read hello, send welcome. */
void fake_link_welcome(struct fake_hub *hub, struct fake_link *link, int64_t acknowledged);
/** Close the socket without a word. */
void fake_link_kill(struct fake_link *link);

void fake_link_write(struct fake_link *link, const void *data, size_t size);
/** One frame as given. */
void fake_link_send_frame(struct fake_link *link, bool final, int opcode, const void *data, size_t size);
void fake_link_send_text(struct fake_link *link, const char *text);
void fake_link_send_ack(struct fake_link *link, int64_t seq);
/** A probe_set without probes. */
void fake_link_send_probe_set(struct fake_link *link, int version);

/** Read one whole message or control frame (pings are answered). `ret_text` is the caller's. @return FAKE_... */
int fake_link_read(struct fake_link *link, char **ret_text, size_t *ret_size);
/** Read one text message of kind `kind`, e.g. "snapshot"; new reference. */
json_t *fake_link_expect(struct fake_link *link, const char *kind);
/** Read until the link is closed by the other side. @return the code of its close frame, 0 without one */
int fake_link_expect_close(struct fake_link *link);

#endif
