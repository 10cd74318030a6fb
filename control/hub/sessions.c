#include "hub/sessions.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "strobe/limits.h"

struct session {
    char id[STROBE_SESSION_DIGITS + 1]; /* empty: free */
    char name[64];
    int64_t ends_ms; /* Unix time */
};

struct strobe_sessions {
    void (*on_end)(void *user, const char *id);
    void *user;
    struct session slots[STROBE_HUB_SESSIONS_MAX];
};

struct strobe_sessions *strobe_sessions_new(void (*on_end)(void *user, const char *id), void *user)
{
    struct strobe_sessions *sessions = calloc(1, sizeof *sessions);
    if (sessions != NULL) {
        sessions->on_end = on_end;
        sessions->user = user;
    }
    return sessions;
}

void strobe_sessions_free(struct strobe_sessions *sessions)
{
    if (sessions != NULL) {
        explicit_bzero(sessions, sizeof *sessions);
        free(sessions);
    }
}

static void end(struct strobe_sessions *sessions, struct session *session)
{
    struct session ended = *session;
    explicit_bzero(session, sizeof *session);
    if (sessions->on_end != NULL) {
        sessions->on_end(sessions->user, ended.id);
    }
    explicit_bzero(&ended, sizeof ended);
}

static struct session *find_slot(struct strobe_sessions *sessions)
{
    struct session *oldest = &sessions->slots[0];
    for (size_t i = 0; i < STROBE_HUB_SESSIONS_MAX; i++) {
        struct session *session = &sessions->slots[i];
        if (session->id[0] == '\0') {
            return session;
        }
        if (session->ends_ms < oldest->ends_ms) {
            oldest = session;
        }
    }
    end(sessions, oldest);
    return oldest;
}

int strobe_sessions_begin(struct strobe_sessions *sessions, const char *name, int64_t now_ms,
                          char ret_id[STROBE_SESSION_DIGITS + 1])
{
    char id[STROBE_SESSION_DIGITS + 1];
    if (strobe_random_hex(id, STROBE_SESSION_DIGITS) < 0) {
        return STROBE_EIO;
    }
    struct session *session = find_slot(sessions);
    memcpy(session->id, id, sizeof id);
    strncpy(session->name, name, sizeof session->name - 1);
    session->ends_ms = now_ms + STROBE_HUB_SESSION_S * 1000LL;
    memcpy(ret_id, id, sizeof id);
    return 0;
}

/* Compares with every session in constant time each: the number of sessions is no secret, their ids are. */
static struct session *find(struct strobe_sessions *sessions, const char *id)
{
    struct session *found = NULL;
    if (strlen(id) != STROBE_SESSION_DIGITS) {
        return NULL;
    }
    for (size_t i = 0; i < STROBE_HUB_SESSIONS_MAX; i++) {
        struct session *session = &sessions->slots[i];
        if (session->id[0] != '\0' && strobe_secret_equal(session->id, id, STROBE_SESSION_DIGITS)) {
            found = session;
        }
    }
    return found;
}

const char *strobe_sessions_find(struct strobe_sessions *sessions, const char *id, int64_t now_ms)
{
    struct session *session = find(sessions, id);
    if (session != NULL && session->ends_ms <= now_ms) {
        end(sessions, session);
        return NULL;
    }
    return session != NULL ? session->name : NULL;
}

void strobe_sessions_end(struct strobe_sessions *sessions, const char *id)
{
    struct session *session = find(sessions, id);
    if (session != NULL) {
        end(sessions, session);
    }
}

void strobe_sessions_tick(struct strobe_sessions *sessions, int64_t now_ms)
{
    for (size_t i = 0; i < STROBE_HUB_SESSIONS_MAX; i++) {
        struct session *session = &sessions->slots[i];
        if (session->id[0] != '\0' && session->ends_ms <= now_ms) {
            end(sessions, session);
        }
    }
}

int strobe_sessions_cookie(const char *cookie, char ret_id[STROBE_SESSION_DIGITS + 1])
{
    static const char name[] = STROBE_SESSION_COOKIE "=";
    while (cookie != NULL && *cookie != '\0') {
        cookie += strspn(cookie, " ;\t");
        size_t size = strcspn(cookie, ";");
        if (size == sizeof name - 1 + STROBE_SESSION_DIGITS && strncmp(cookie, name, sizeof name - 1) == 0) {
            memcpy(ret_id, cookie + sizeof name - 1, STROBE_SESSION_DIGITS);
            ret_id[STROBE_SESSION_DIGITS] = '\0';
            return 0;
        }
        cookie += size;
    }
    return STROBE_ENOTFOUND;
}
