/**
 * Reading this process's own memory where it may be unmapped, or change, at any moment: a bad address is an answer, not
 * a crash.
 *
 * The kernel copies, by process_vm_readv on the own process. Where a filter of system calls is in force (seccomp; it
 * may kill whoever tries what it does not list) or that call fails, by writing to a pipe and reading it back, which
 * needs nothing that a program can be without. Pages are kept until strobe_own_memory_renew(), so that what lies
 * together is read at one moment and costs one call.
 *
 * One reader is for one thread at a time. No function here allocates or takes a lock.
 */
#ifndef STROBE_OWN_MEMORY_H
#define STROBE_OWN_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STROBE_OWN_PAGE_BYTES = 4096, STROBE_OWN_PAGES = 64 };

enum strobe_own_memory_way { STROBE_OWN_MEMORY_CALL, STROBE_OWN_MEMORY_PIPE };

/** Some 260 KiB: for the heap, not for a stack. */
struct strobe_own_memory {
    enum strobe_own_memory_way way;
    int pipe[2];                           /* -1: not open */
    uint64_t calls;                        /* system calls made so far */
    uint64_t filled;                       /* a bit for each of the pages that something was copied to */
    uintptr_t addresses[STROBE_OWN_PAGES]; /* of the pages held; 1: none */
    uint8_t pages[STROBE_OWN_PAGES][STROBE_OWN_PAGE_BYTES];
};

/**
 * Find a way to read. Thread: any.
 * @return 0, or STROBE_EDENIED: the system allows no way; strobe_own_memory_done() is fine then, too
 */
int strobe_own_memory_init(struct strobe_own_memory *memory);

/** Close the pipe, if there is one, and wipe what was read. */
void strobe_own_memory_done(struct strobe_own_memory *memory);

/** The way in use, as people read it; borrowed, static. */
const char *strobe_own_memory_way_name(const struct strobe_own_memory *memory);

/** Forget all pages: what is read next is as it is then. */
void strobe_own_memory_renew(struct strobe_own_memory *memory);

/** Copy `size` bytes at `address`. @return false when not all of them can be read; then `ret_bytes` is undefined */
bool strobe_own_memory_read(struct strobe_own_memory *memory, uintptr_t address, void *ret_bytes, size_t size);

#endif
