/** Sessions of people who logged in with a browser: in memory, gone when the hub restarts. */
#ifndef STROBE_HUB_SESSIONS_H
#define STROBE_HUB_SESSIONS_H

#include <stdint.h>

#include "strobe/error.h"

#define STROBE_SESSION_DIGITS 40
#define STROBE_SESSION_COOKIE "strobe_session"

/** The hub's loop thread only. */
struct strobe_sessions;

/** `on_end` is told of every session that ends by logout, age or crowding out; `id` is borrowed. May be NULL. */
struct strobe_sessions *strobe_sessions_new(void (*on_end)(void *user, const char *id), void *user);

/** NULL is fine. Does not call on_end. */
void strobe_sessions_free(struct strobe_sessions *sessions);

/**
 * Begin a session of the person `name` (copied). When there are STROBE_HUB_SESSIONS_MAX the oldest ends.
 * @return 0, STROBE_EIO without random bytes
 */
int strobe_sessions_begin(struct strobe_sessions *sessions, const char *name, int64_t now_ms,
                          char ret_id[STROBE_SESSION_DIGITS + 1]);

/** Who the session `id` belongs to, or NULL when there is none or it is over; borrowed until it ends. */
const char *strobe_sessions_find(struct strobe_sessions *sessions, const char *id, int64_t now_ms);

/** End the session `id`; unknown ones are ignored. */
void strobe_sessions_end(struct strobe_sessions *sessions, const char *id);

/** End those that are too old. */
void strobe_sessions_tick(struct strobe_sessions *sessions, int64_t now_ms);

/**
 * The value of STROBE_SESSION_COOKIE in a Cookie header's value (which may be NULL).
 * @return 0, STROBE_ENOTFOUND
 */
int strobe_sessions_cookie(const char *cookie, char ret_id[STROBE_SESSION_DIGITS + 1]);

#endif
