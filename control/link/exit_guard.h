/**
 * Keeps a running link thread away from OpenSSL when the program calls exit() without stopping us.
 *
 * OpenSSL releases its memory in an atexit handler. Ours is not registered when we are the first to use OpenSSL in the
 * process; when the program was first (Python's ssl module), OpenSSL calls us back before it releases anything.
 */
#ifndef STROBE_EXIT_GUARD_H
#define STROBE_EXIT_GUARD_H

#include <stdbool.h>

/** Before the first use of OpenSSL. Thread: any; repeated calls do nothing. */
void strobe_exit_guard_set_up(void);

/**
 * Have `freeze(object)` called before OpenSSL is gone: it must end all use of OpenSSL by the object, for good.
 * Thread: any.   @return whether there was room
 */
bool strobe_exit_guard_add(void *object, void (*freeze)(void *object));

/**
 * Forget `object`. Thread: any.
 * @return false when it is (being) frozen: it must not be released nor use OpenSSL any more
 */
bool strobe_exit_guard_remove(void *object);

#endif
