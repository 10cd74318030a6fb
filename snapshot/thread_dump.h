/**
 * The stacks of all threads while they are collected: each line of code once, each stack once.
 *
 * Whoever collects pushes the sites of a stack, innermost first; what a site is called is asked only for those that
 * are kept, once each. All is bounded by STROBE_DUMP_..., counts are true.
 *
 * One dump is for one thread. Nothing in here needs Python.
 */
#ifndef STROBE_SNAPSHOT_THREAD_DUMP_H
#define STROBE_SNAPSHOT_THREAD_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pointer_map.h"
#include "strobe/limits.h"

/** Where a frame stands: an instruction of a code object. */
struct strobe_dump_site {
    uintptr_t code;
    int instruction; /* offset in bytes */
};

/** What a site is called; UTF-8 without NUL at its end, borrowed until the next call. */
struct strobe_dump_name {
    const char *function, *file;
    size_t function_size, file_size;
    int line; /* 1-based; 0: unknown */
};

/** Names a site. Called from strobe_thread_dump_end(). */
typedef void (*strobe_dump_namer)(void *user, const struct strobe_dump_site *site, struct strobe_dump_name *ret_name);

struct strobe_dump_place {
    uint32_t function, file; /* offsets of NUL-terminated text in `text` */
    int line;
    bool library;
    uint32_t bytes; /* as it is sent */
};

struct strobe_dump_stack {
    uint32_t first; /* in `frames` */
    uint32_t count;
    uint32_t depth; /* that there are */
    uint32_t gap;   /* frames before those left out; 0: none is */
    bool torn;
    uint64_t hash;
};

struct strobe_thread_dump {
    strobe_dump_namer namer;
    void *user;
    struct strobe_pointer_map known; /* address of an instruction -> number of its place, plus one */
    struct strobe_dump_place places[STROBE_DUMP_PLACES_MAX];
    size_t places_count;
    uint32_t frames[STROBE_DUMP_FRAMES_MAX]; /* numbers of places */
    size_t frames_count;
    struct strobe_dump_stack stacks[STROBE_DUMP_STACKS_MAX];
    size_t stacks_count;
    struct strobe_pointer_map hashes; /* of stacks -> number of the stack, plus one */
    char text[STROBE_DUMP_STACKS_BYTES_MAX];
    size_t text_size;
    size_t bytes; /* of what is kept, as it is sent, about */
    bool cut;     /* something did not fit */

    /* The stack being pushed. */
    struct strobe_dump_site inner[STROBE_DUMP_INNER_MAX];
    struct strobe_dump_site outer[STROBE_DUMP_OUTER_MAX]; /* a ring of the latest ones beyond `inner` */
    uint32_t pushed;
};

/** New and empty; NULL when memory is exhausted. Pages that are not used are never touched. */
struct strobe_thread_dump *strobe_thread_dump_new(strobe_dump_namer namer, void *user);

/** NULL is fine. */
void strobe_thread_dump_free(struct strobe_thread_dump *dump);

/** Begin a stack. */
void strobe_thread_dump_begin(struct strobe_thread_dump *dump);

/** The next frame, from the innermost on. @return false after STROBE_DUMP_DEPTH_MAX: enough */
bool strobe_thread_dump_push(struct strobe_thread_dump *dump, struct strobe_dump_site site);

/**
 * End it. `torn`: it could not be followed to its end.
 * @return its number; -1 when it has no frames, or does not fit (`cut` is set then)
 */
int strobe_thread_dump_end(struct strobe_thread_dump *dump, bool torn);

/** Count `bytes` for what is sent beside the stacks; after the last of those. @return false when they do not fit (`cut` is set then) */
bool strobe_thread_dump_spend(struct strobe_thread_dump *dump, size_t bytes);

/** What a text takes in JSON, quotes included. */
size_t strobe_thread_dump_text_bytes(const char *text, size_t size);

#endif
