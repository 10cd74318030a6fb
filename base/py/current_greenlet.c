/*
 * Checked with greenlet 2.0 and 3.0 to 3.5 on 3.11 to 3.13, and 3.5 on 3.14 and 3.15; x86-64, glibc 2.36 and 2.43. The
 * module's one thread-local object is a pointer (1 before the thread uses greenlets, 0 once it ends) to a structure
 * that begins with the thread's main greenlet and the current one; a main greenlet has a pointer to that structure.
 */
#include "base/py/current_greenlet.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/own_memory.h"
#include "base/py/greenlet.h"
#include "base/thread_block.h"

enum { BLOCK_WORDS_MAX = 64, TRIES = 8, UNUSED = 1 };

/* What is known of the module; it stays loaded for good. Under the GIL. */
static struct {
    PyTypeObject *type; /* whose module it is; NULL: none was looked for */
    struct strobe_thread_block block;
    size_t at; /* the word that points to the thread's greenlets; `block.words`: it is not known yet */
    unsigned tries_left;
} known;

static void give_up(void)
{
    known.block = (struct strobe_thread_block){.words = 0};
    known.at = 0;
}

static void find_block(struct strobe_own_memory *memory, PyTypeObject *type)
{
    if (!strobe_thread_block_find(memory, type, &known.block) || known.block.words > BLOCK_WORDS_MAX) {
        give_up();
    }
    known.at = known.block.words;
    known.tries_left = TRIES;
}

/* ---- The variable ---- */

static bool is_pointer(uintptr_t word)
{
    return word > UNUSED && word % sizeof(void *) == 0;
}

/* Whether the variable is not known and may be found here: a thread that has no greenlets has no pointers either. */
static bool may_show(const uintptr_t *block)
{
    bool found = false;
    for (size_t i = 0; block != NULL && known.at == known.block.words && i < known.block.words; i++) {
        found = found || is_pointer(block[i]);
    }
    return found;
}

static bool has(const uintptr_t words[STROBE_GREENLET_WORDS], uintptr_t word)
{
    for (size_t i = 0; i < STROBE_GREENLET_WORDS; i++) {
        if (words[i] == word) {
            return true;
        }
    }
    return false;
}

/* Whether a thread's greenlets stand at `address`: both know themselves and the main one, and that one the place. */
static bool are_greenlets(struct strobe_own_memory *memory, uintptr_t address)
{
    uintptr_t pair[2], words[STROBE_GREENLET_WORDS];
    return strobe_own_memory_read(memory, address, pair, sizeof pair) &&
           strobe_greenlet_read_inner(memory, pair[0], known.type, words) && has(words, pair[0]) &&
           has(words, address) && strobe_greenlet_read_inner(memory, pair[1], NULL, words) && has(words, pair[1]) &&
           has(words, pair[0]);
}

static void find_variable(struct strobe_own_memory *memory, const uintptr_t *block)
{
    for (size_t i = 0; i < known.block.words; i++) {
        if (is_pointer(block[i]) && are_greenlets(memory, block[i])) {
            known.at = i;
            return;
        }
    }
    if (--known.tries_left == 0) {
        give_up();
    }
}

/* ---- Once ---- */

/* Find what is not known yet. When there is no memory now, another time. */
static void look(PyTypeObject *type)
{
    struct strobe_own_memory *memory = malloc(sizeof *memory);
    if (memory == NULL) {
        return;
    }
    if (strobe_own_memory_init(memory) < 0) {
        give_up();
    } else if (known.type != type) {
        find_block(memory, type);
    }
    known.type = type;
    const uintptr_t *block = strobe_thread_block_own(&known.block);
    if (may_show(block)) {
        find_variable(memory, block);
    }
    strobe_own_memory_done(memory);
    free(memory);
}

bool strobe_current_greenlet_read(PyTypeObject *type, struct strobe_current_greenlet *ret_current)
{
    const uintptr_t *block = known.type == type ? strobe_thread_block_own(&known.block) : NULL;
    if (known.type != type || may_show(block)) {
        look(type);
        block = known.type == type ? strobe_thread_block_own(&known.block) : NULL;
    }
    if (block == NULL || known.at >= known.block.words || !is_pointer(block[known.at])) {
        return false;
    }
    PyObject *const *pair;
    memcpy(&pair, &block[known.at], sizeof pair);
    bool fits = pair[0] != NULL && Py_TYPE(pair[0]) == type && pair[1] != NULL && strobe_greenlet_check(pair[1], type);
    if (fits) {
        *ret_current = (struct strobe_current_greenlet){pair[1], pair[1] == pair[0]};
    }
    return fits;
}
