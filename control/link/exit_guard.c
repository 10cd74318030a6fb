#include "link/exit_guard.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#define GUARDED_MAX 8 /* one link in a process is the rule */

/* No mutex: a fork could leave it locked in the child. */
static struct {
    _Atomic(void *) object;
    _Atomic(void (*)(void *)) freeze;
} guarded[GUARDED_MAX];

/* Whoever exchanges the object for NULL has it: this function, or strobe_exit_guard_remove(). */
static void freeze_all(void)
{
    for (size_t i = 0; i < GUARDED_MAX; i++) {
        void *object = atomic_exchange(&guarded[i].object, NULL);
        if (object != NULL) {
            atomic_load (&guarded[i].freeze)(object);
        }
    }
}

static void set_up(void)
{
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
    OPENSSL_atexit(freeze_all);
}

void strobe_exit_guard_set_up(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_up);
}

bool strobe_exit_guard_add(void *object, void (*freeze)(void *object))
{
    for (size_t i = 0; i < GUARDED_MAX; i++) {
        void *nobody = NULL;
        /* `freeze` is the same function for all, so it may be written before the slot is ours. */
        if (atomic_load(&guarded[i].object) == NULL) {
            atomic_store(&guarded[i].freeze, freeze);
            if (atomic_compare_exchange_strong(&guarded[i].object, &nobody, object)) {
                return true;
            }
        }
    }
    return false;
}

bool strobe_exit_guard_remove(void *object)
{
    for (size_t i = 0; i < GUARDED_MAX; i++) {
        void *expected = object;
        if (atomic_compare_exchange_strong(&guarded[i].object, &expected, NULL)) {
            return true;
        }
    }
    return false;
}
