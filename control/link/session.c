#include "link/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/utf8.h"
#include "strobe/limits.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define GOODBYE_MS 50 /* for the last message, and again for the close */
#define CLOSE_NORMAL 1000

/* ---- State ---- */

/* Parts of a reason may be the hub's words. */
static void make_one_line(char *text)
{
    bool valid = strobe_utf8_valid(text, strlen(text));
    for (char *c = text; *c != '\0'; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte < ' ' || byte == 0x7f || (byte > 0x7f && !valid)) {
            *c = ' ';
        }
    }
}

static void tell_state(struct strobe_session *session, enum strobe_link_state state, const char *reason)
{
    struct strobe_error line = {0};
    strobe_error_set(&line, STROBE_OK, "%s", reason);
    make_one_line(line.message);
    bool same = atomic_load(&session->state) == (int)state && strcmp(session->reason, line.message) == 0;
    atomic_store(&session->state, (int)state);
    if (same) {
        return;
    }
    memcpy(session->reason, line.message, sizeof session->reason);
    strobe_log(state == STROBE_LINK_REFUSED ? STROBE_LOG_WARNING : STROBE_LOG_INFO, "link: %s", session->reason);
    if (session->handlers.on_state != NULL) {
        session->handlers.on_state(session->handlers.user, state, session->reason);
    }
}

static void wait_before_retry(struct strobe_session *session, bool refused)
{
    int64_t wait_ms =
        refused ? strobe_backoff_longest_ms(&session->backoff) : strobe_backoff_next_ms(&session->backoff);
    session->phase = STROBE_SESSION_WAITING;
    session->retry_at_ns = strobe_clock_monotonic_ns() + wait_ms * NS_PER_MS;
}

static void open_connection(struct strobe_session *session)
{
    session->phase = STROBE_SESSION_CONNECTING;
    session->hello_sent = false;
    session->refused = false;
    session->silent_at_ns = strobe_clock_monotonic_ns() + STROBE_SILENCE_S * NS_PER_S;
    strobe_connection_open(session->connection, session->addresses.text[session->address_index]);
}

/* ---- What the connection calls ---- */

static void on_open(void *user)
{
    struct strobe_session *session = user;
    session->phase = STROBE_SESSION_GREETING;
    session->silent_at_ns = strobe_clock_monotonic_ns() + STROBE_SILENCE_S * NS_PER_S;
    strobe_connection_want_write(session->connection);
}

static bool next_message(void *user, const char **ret_text, size_t *ret_size)
{
    struct strobe_session *session = user;
    if (!session->hello_sent) {
        session->writing = STROBE_SESSION_WRITING_HELLO;
        *ret_text = session->hello;
        *ret_size = session->hello_size;
        return true;
    }
    if (session->phase != STROBE_SESSION_WELCOME) {
        return false;
    }
    session->post = strobe_posts_take(&session->posts);
    if (session->post != NULL) {
        session->writing = STROBE_SESSION_WRITING_POST;
        *ret_text = session->post->text;
        *ret_size = session->post->size;
        return true;
    }
    const struct strobe_outbox_message *message = session->leaving ? NULL : strobe_outbox_take(&session->outbox);
    if (message != NULL) {
        session->writing = STROBE_SESSION_WRITING_SNAPSHOT;
        *ret_text = message->text;
        *ret_size = message->size;
        return true;
    }
    return false;
}

static void on_written(void *user, size_t size)
{
    struct strobe_session *session = user;
    atomic_fetch_add(&session->bytes_sent, size);
    if (session->writing == STROBE_SESSION_WRITING_HELLO) {
        session->hello_sent = true;
    } else if (session->writing == STROBE_SESSION_WRITING_SNAPSHOT) {
        strobe_outbox_written(&session->outbox);
    }
    strobe_post_free(session->post);
    session->post = NULL;
    session->writing = STROBE_SESSION_WRITING_NOTHING;
}

static void on_end(void *user, enum strobe_connection_end end, bool opened, const char *reason)
{
    struct strobe_session *session = user;
    bool refused = end != STROBE_CONNECTION_LOST || session->refused;
    strobe_posts_close(&session->posts);
    strobe_post_free(session->post);
    session->post = NULL;
    session->writing = STROBE_SESSION_WRITING_NOTHING;
    strobe_outbox_interrupt(&session->outbox);
    if (session->finishing) {
        session->phase = STROBE_SESSION_WAITING; /* for nothing: the next state told is STOPPED */
        return;
    }
    if (!opened && !refused && session->address_index + 1 < session->addresses.count) {
        session->address_index++;
        session->phase = STROBE_SESSION_WAITING;
        session->retry_at_ns = strobe_clock_monotonic_ns();
        return;
    }
    session->addresses.count = 0; /* look the name up again: the hub may have moved */
    wait_before_retry(session, refused);
    tell_state(session, refused ? STROBE_LINK_REFUSED : STROBE_LINK_CONNECTING, reason);
}

/* ---- What the hub says ---- */

static void acknowledge(struct strobe_session *session, int64_t seq)
{
    if (strobe_outbox_acknowledge(&session->outbox, seq) < 0) {
        strobe_log(STROBE_LOG_WARNING, "link: the hub acknowledges number %lld, which it was never sent",
                   (long long)seq);
    }
}

static int welcome(struct strobe_session *session, const struct strobe_wire_welcome *message,
                   struct strobe_error *error)
{
    if (session->phase == STROBE_SESSION_WELCOME || !session->hello_sent) {
        return strobe_error_set(error, STROBE_EPROTO, "the hub sent 'welcome' where none is expected");
    }
    struct strobe_error reason = {0};
    strobe_error_set(&reason, STROBE_OK, "connected to %s:%d, hub version %s", session->dsn.host, session->dsn.port,
                     message->hub_version);
    session->phase = STROBE_SESSION_WELCOME;
    session->heartbeat_at_ns = strobe_clock_monotonic_ns() + STROBE_HEARTBEAT_S * NS_PER_S;
    atomic_fetch_add(&session->connections, 1);
    acknowledge(session, message->acknowledged);
    strobe_outbox_rewind(&session->outbox);
    strobe_posts_open(&session->posts);
    tell_state(session, STROBE_LINK_CONNECTED, reason.message);
    strobe_connection_want_write(session->connection);
    return 0;
}

static void refuse(struct strobe_session *session, const struct strobe_wire_refuse *message)
{
    struct strobe_error reason = {0};
    strobe_error_set(&reason, STROBE_EDENIED, "the hub refuses: %s", message->message);
    /* A process that stood still (a paused container, a debugger) was silent, and is welcome as soon as it runs on. */
    session->refused = strcmp(message->reason, "silence") != 0;
    strobe_connection_close(session->connection, CLOSE_NORMAL, reason.message);
}

static int handle(struct strobe_session *session, struct strobe_wire_message *message, struct strobe_error *error)
{
    switch (message->kind) {
    case STROBE_WIRE_KIND_WELCOME:
        return welcome(session, &message->as.welcome, error);
    case STROBE_WIRE_KIND_REFUSE:
        refuse(session, &message->as.refuse);
        return 0;
    case STROBE_WIRE_KIND_HEARTBEAT:
        return 0;
    default:
        break;
    }
    if (session->phase != STROBE_SESSION_WELCOME) {
        return strobe_error_set(error, STROBE_EPROTO, "the hub sent '%s' before 'welcome'",
                                strobe_wire_kind_name(message->kind));
    }
    if (message->kind == STROBE_WIRE_KIND_ACK) {
        acknowledge(session, message->as.ack.seq);
    } else if (session->handlers.on_message != NULL && !session->finishing) {
        session->handlers.on_message(session->handlers.user, message);
    }
    return 0;
}

static int on_message(void *user, const char *text, size_t size, struct strobe_error *error)
{
    struct strobe_session *session = user;
    struct strobe_wire_message message;
    struct strobe_error detail = {0};
    session->silent_at_ns = strobe_clock_monotonic_ns() + STROBE_SILENCE_S * NS_PER_S;
    int status = strobe_wire_decode(text, size, STROBE_WIRE_HUB, &message, &detail);
    if (status == STROBE_EUNKNOWN) {
        strobe_log(STROBE_LOG_INFO, "link: ignored a message: %s", detail.message);
        return 0;
    }
    if (status < 0) {
        return strobe_error_set(error, status, "a message of the hub breaks the protocol: %s", detail.message);
    }
    status = handle(session, &message, error);
    strobe_wire_message_done(&message);
    return status;
}

/* ---- Turns ---- */

static void send_heartbeat(struct strobe_session *session)
{
    struct strobe_wire_heartbeat heartbeat = {
        .time_us = strobe_clock_unix_us(),
        .dropped = (int64_t)atomic_load(&session->outbox.dropped),
        .callback_ns = (int64_t)atomic_load(&session->callback_ns),
    };
    char *text;
    size_t size;
    if (strobe_wire_encode(STROBE_WIRE_KIND_HEARTBEAT, &heartbeat, &text, &size, NULL) == 0) {
        strobe_posts_add(&session->posts, text, size);
        strobe_connection_want_write(session->connection);
    }
}

static void do_what_is_due(struct strobe_session *session, int64_t now)
{
    if (now >= session->tick_at_ns) {
        session->tick_at_ns = now + NS_PER_S;
        if (session->handlers.on_tick != NULL && !session->finishing) {
            session->handlers.on_tick(session->handlers.user);
        }
    }
    if (session->phase == STROBE_SESSION_WAITING) {
        if (now >= session->retry_at_ns && !session->finishing) {
            if (session->addresses.count > 0) {
                open_connection(session);
            } else {
                session->phase = STROBE_SESSION_NAMELESS;
            }
        }
    } else if (now >= session->silent_at_ns && session->phase != STROBE_SESSION_NAMELESS) {
        strobe_connection_drop(session->connection, "the hub was silent for too long");
    } else if (session->phase == STROBE_SESSION_WELCOME && now >= session->heartbeat_at_ns) {
        session->heartbeat_at_ns = now + STROBE_HEARTBEAT_S * NS_PER_S;
        strobe_backoff_reset(&session->backoff); /* not at the welcome: a hub that fails after it would be hammered */
        send_heartbeat(session);
    }
}

static int64_t next_due_ns(const struct strobe_session *session)
{
    int64_t due = session->tick_at_ns;
    if (session->phase == STROBE_SESSION_WAITING) {
        return due < session->retry_at_ns ? due : session->retry_at_ns;
    }
    if (session->phase == STROBE_SESSION_WELCOME && session->heartbeat_at_ns < due) {
        due = session->heartbeat_at_ns;
    }
    return due < session->silent_at_ns ? due : session->silent_at_ns;
}

/** @return the time after the turn */
static int64_t turn_until(struct strobe_session *session, int64_t limit_ns)
{
    int64_t now = strobe_clock_monotonic_ns();
    do_what_is_due(session, now);
    if (session->phase == STROBE_SESSION_NAMELESS) {
        return now;
    }
    int64_t due = next_due_ns(session);
    due = due < limit_ns ? due : limit_ns;
    strobe_connection_turn(session->connection, (due - now) / NS_PER_MS);
    return strobe_clock_monotonic_ns();
}

void strobe_session_turn(struct strobe_session *session)
{
    turn_until(session, INT64_MAX);
}

bool strobe_session_wants_addresses(const struct strobe_session *session)
{
    return session->phase == STROBE_SESSION_NAMELESS;
}

void strobe_session_found(struct strobe_session *session, const struct strobe_addresses *addresses, const char *reason)
{
    if (addresses == NULL) {
        wait_before_retry(session, false);
        tell_state(session, STROBE_LINK_CONNECTING, reason);
        return;
    }
    session->addresses = *addresses;
    session->address_index = 0;
    open_connection(session);
}

void strobe_session_send(struct strobe_session *session)
{
    if (session->connection != NULL) {
        strobe_connection_want_write(session->connection);
    }
}

int strobe_session_add_snapshot(struct strobe_session *session, struct strobe_wire_snapshot *snapshot,
                                struct strobe_error *error)
{
    char *text;
    size_t size;
    snapshot->seq = strobe_outbox_number(&session->outbox);
    int status = strobe_wire_encode(STROBE_WIRE_KIND_SNAPSHOT, snapshot, &text, &size, error);
    if (status < 0) {
        strobe_outbox_refuse(&session->outbox);
        return status;
    }
    status = strobe_outbox_add(&session->outbox, snapshot->seq, text, size);
    if (status < 0) {
        return strobe_error_set(error, status, "snapshot %lld of %zu bytes does not fit the outbox",
                                (long long)snapshot->seq, size);
    }
    strobe_session_send(session);
    return 0;
}

/* ---- The end ---- */

static bool all_delivered(struct strobe_session *session)
{
    return session->writing == STROBE_SESSION_WRITING_NOTHING && strobe_outbox_empty(&session->outbox) &&
           strobe_posts_empty(&session->posts);
}

static bool all_said(struct strobe_session *session)
{
    return session->writing == STROBE_SESSION_WRITING_NOTHING && strobe_posts_empty(&session->posts);
}

static bool is_down(struct strobe_session *session)
{
    return strobe_connection_is_down(session->connection);
}

/** Go on until `done`, the loss of the connection, or the time. */
static void turn_while(struct strobe_session *session, bool (*done)(struct strobe_session *), int64_t ms)
{
    int64_t now = strobe_clock_monotonic_ns();
    int64_t limit = now + ms * NS_PER_MS;
    while (now < limit && !is_down(session) && !done(session)) {
        now = turn_until(session, limit);
    }
}

static void say_goodbye(struct strobe_session *session, const char *reason)
{
    struct strobe_wire_goodbye goodbye = {.reason = (char *)reason};
    char *text;
    size_t size;
    if (strobe_wire_encode(STROBE_WIRE_KIND_GOODBYE, &goodbye, &text, &size, NULL) == 0) {
        session->leaving = true;
        strobe_posts_add(&session->posts, text, size);
        strobe_connection_want_write(session->connection);
        turn_while(session, all_said, GOODBYE_MS);
    }
}

void strobe_session_finish(struct strobe_session *session, int flush_ms, const char *reason)
{
    session->finishing = true;
    if (session->phase == STROBE_SESSION_WELCOME) {
        turn_while(session, all_delivered, flush_ms);
    }
    if (session->phase == STROBE_SESSION_WELCOME) {
        say_goodbye(session, reason);
        strobe_connection_close(session->connection, CLOSE_NORMAL, reason);
        turn_while(session, is_down, GOODBYE_MS);
    }
    strobe_posts_close(&session->posts);
    tell_state(session, STROBE_LINK_STOPPED, reason);
}

/* ---- Life ---- */

static uint64_t random_seed(void)
{
    char hex[17];
    return strobe_random_hex(hex, 16) == 0 ? strtoull(hex, NULL, 16) : (uint64_t)strobe_clock_monotonic_ns();
}

int strobe_session_init(struct strobe_session *session, const struct strobe_dsn *dsn,
                        const struct strobe_wire_hello *hello, const struct strobe_link_handlers *handlers,
                        struct strobe_error *error)
{
    memset(session, 0, sizeof *session);
    session->dsn = *dsn;
    session->handlers = *handlers;
    session->retry_at_ns = session->tick_at_ns = strobe_clock_monotonic_ns();
    strobe_outbox_init(&session->outbox, STROBE_OUTBOX_BYTES_MAX, STROBE_OUTBOX_MESSAGES_MAX);
    strobe_posts_init(&session->posts, STROBE_CONTROL_BYTES_MAX);
    strobe_backoff_init(&session->backoff, STROBE_RECONNECT_MS_MIN, STROBE_RECONNECT_MS_MAX, random_seed());
    int status = strobe_wire_encode(STROBE_WIRE_KIND_HELLO, hello, &session->hello, &session->hello_size, error);
    if (status < 0) {
        strobe_session_done(session);
    }
    return status;
}

int strobe_session_open(struct strobe_session *session, struct strobe_error *error)
{
    const struct strobe_connection_handlers handlers = {
        .user = session,
        .on_open = on_open,
        .on_message = on_message,
        .next_message = next_message,
        .on_written = on_written,
        .on_end = on_end,
    };
    int status = strobe_trust_init(&session->trust, &session->dsn, error);
    if (status == 0) {
        status = strobe_connection_new(&session->dsn, &session->trust, &handlers, &session->connection, error);
    }
    if (status < 0) {
        strobe_trust_done(&session->trust);
    }
    return status;
}

void strobe_session_done(struct strobe_session *session)
{
    strobe_connection_free(session->connection);
    session->connection = NULL;
    strobe_trust_done(&session->trust);
    strobe_post_free(session->post);
    session->post = NULL;
    strobe_posts_done(&session->posts);
    strobe_outbox_done(&session->outbox);
    free(session->hello);
    session->hello = NULL;
    strobe_dsn_done(&session->dsn);
}
