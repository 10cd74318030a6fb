/*
 * Checked with greenlet 2.0, 3.0 to 3.5 on 3.11 to 3.13, x86-64: the module's one thread-local object is a pointer (1
 * before the thread uses greenlets, 0 once the thread ends) to a structure that begins with the thread's main greenlet
 * and the current one; a main greenlet has a pointer to that structure.
 *
 * glibc is asked for the block of thread-local variables by dlinfo(), which neither allocates it nor takes a lock;
 * __tls_get_addr() does both where the thread has not used the block yet, and dl_iterate_phdr() a lock that somebody
 * may hold who waits for the GIL. It forgets an error that dlerror() was not asked for yet. Where the compiler and
 * glibc put the block beside the thread itself (64-bit Arm), a thread that is older than the import may have none for
 * dlinfo().
 */
#include "base/py/current_greenlet.h"

#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/own_memory.h"
#include "base/py/greenlet.h"

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 35)

enum { BLOCK_WORDS_MAX = 64, TRIES = 8, UNUSED = 1 };

/* What is known of the module; it stays loaded for good. Under the GIL. */
static struct {
    PyTypeObject *type; /* whose module it is; NULL: none was looked for */
    struct link_map *module;
    size_t words; /* of its thread-local variables; 0: they cannot be read */
    size_t at;    /* the word that points to the thread's greenlets; `words`: it is not known yet */
    unsigned tries_left;
} known;

/* ---- The module ---- */

static size_t count_words(struct strobe_own_memory *memory, const struct dl_find_object *object)
{
    uintptr_t start = (uintptr_t)object->dlfo_map_start;
    ElfW(Ehdr) header;
    ElfW(Phdr) segment;
    if (!strobe_own_memory_read(memory, start, &header, sizeof header) ||
        memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof segment) {
        return 0;
    }
    for (unsigned i = 0; i < header.e_phnum; i++) {
        if (!strobe_own_memory_read(memory, start + header.e_phoff + i * sizeof segment, &segment, sizeof segment)) {
            return 0;
        }
        if (segment.p_type == PT_TLS) {
            size_t words = segment.p_memsz / sizeof(uintptr_t);
            return segment.p_align >= sizeof(uintptr_t) && words <= BLOCK_WORDS_MAX ? words : 0;
        }
    }
    return 0;
}

static void find_module(struct strobe_own_memory *memory, PyTypeObject *type)
{
    struct dl_find_object object;
    known.type = type;
    known.words = 0;
    if (_dl_find_object(type, &object) == 0) {
        known.module = object.dlfo_link_map;
        known.words = known.at = count_words(memory, &object);
        known.tries_left = TRIES;
    }
}

/* ---- The variable ---- */

/* The module's variables in the calling thread; NULL: it has not used them. */
static const uintptr_t *find_block(void)
{
    void *block = NULL;
    return dlinfo(known.module, RTLD_DI_TLS_DATA, &block) == 0 ? block : NULL;
}

static bool is_pointer(uintptr_t word)
{
    return word > UNUSED && word % sizeof(void *) == 0;
}

static bool has_pointer(const uintptr_t *block)
{
    bool found = false;
    for (size_t i = 0; i < known.words; i++) {
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

/* Whether a thread's greenlets stand at `address`: each of the two knows itself and the main one, and that the place.
 */
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
    for (size_t i = 0; i < known.words; i++) {
        if (is_pointer(block[i]) && are_greenlets(memory, block[i])) {
            known.at = i;
            return;
        }
    }
    if (--known.tries_left == 0) {
        known.words = 0;
    }
}

/* ---- Once ---- */

/* Find what is missing with `find`. When there is no memory now, another time. */
static void look(PyTypeObject *type, const uintptr_t *block)
{
    struct strobe_own_memory *memory = malloc(sizeof *memory);
    if (memory == NULL) {
        return;
    }
    if (strobe_own_memory_init(memory) == 0) {
        if (block == NULL) {
            find_module(memory, type);
        } else {
            find_variable(memory, block);
        }
    } else {
        known.type = type;
        known.words = 0;
    }
    strobe_own_memory_done(memory);
    free(memory);
}

bool strobe_current_greenlet_read(PyTypeObject *type, struct strobe_current_greenlet *ret_current)
{
    if (known.type != type) {
        look(type, NULL);
    }
    const uintptr_t *block = known.type == type && known.words > 0 ? find_block() : NULL;
    if (block != NULL && known.at == known.words && has_pointer(block)) {
        look(type, block);
    }
    if (block == NULL || known.at >= known.words || !is_pointer(block[known.at])) {
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

#else

bool strobe_current_greenlet_read(PyTypeObject *type, struct strobe_current_greenlet *ret_current)
{
    (void)type;
    (void)ret_current;
    return false;
}

#endif
