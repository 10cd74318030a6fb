#include "base/own_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "strobe/error.h"

enum { NO_PAGE = 1, ADDRESS_BITS = 56 };

/* Addresses above what a program can have are refused here: adding to them must not wrap around. */
static bool is_plausible(uintptr_t address, size_t size)
{
    return address >= STROBE_OWN_PAGE_BYTES && (address >> ADDRESS_BITS) == 0 && size <= STROBE_OWN_PAGE_BYTES;
}

/* ---- One copy by the kernel ---- */

static bool copy_by_call(uintptr_t address, void *ret_bytes, size_t size)
{
    struct iovec local = {.iov_base = ret_bytes, .iov_len = size};
    struct iovec remote = {.iov_len = size};
    memcpy(&remote.iov_base, &address, sizeof address);
    return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)size;
}

/*
 * write(2) of a bad address fails with EFAULT. What was written before it is taken out again. Not by way of libc's
 * function: AddressSanitizer would take a whole page for a read beyond an object.
 */
static bool copy_by_pipe(const int pipe_ends[2], uintptr_t address, void *ret_bytes, size_t size)
{
    const void *from;
    memcpy(&from, &address, sizeof address);
    ssize_t written = syscall(SYS_write, pipe_ends[1], from, size);
    ssize_t got = 0;
    while (got < written) {
        ssize_t part = read(pipe_ends[0], (char *)ret_bytes + got, (size_t)(written - got));
        if (part <= 0 && errno != EINTR) {
            return false;
        }
        got += part > 0 ? part : 0;
    }
    return written == (ssize_t)size;
}

static bool copy(struct strobe_own_memory *memory, uintptr_t address, void *ret_bytes, size_t size)
{
    int saved_errno = errno;
    memory->calls++;
    bool copied = memory->way == STROBE_OWN_MEMORY_CALL ? copy_by_call(address, ret_bytes, size)
                                                        : copy_by_pipe(memory->pipe, address, ret_bytes, size);
    errno = saved_errno;
    return copied;
}

/* ---- Life ---- */

/* Whether the system says that no filter of system calls is in force for this thread. */
static bool is_unfiltered(void)
{
    char text[4096];
    int descriptor = open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return false;
    }
    ssize_t size = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    text[size > 0 ? size : 0] = '\0';
    return strstr(text, "\nSeccomp:\t0\n") != NULL;
}

static bool works(struct strobe_own_memory *memory)
{
    const int here = 4711;
    int there = 0;
    return copy(memory, (uintptr_t)&here, &there, sizeof here) && there == here;
}

int strobe_own_memory_init(struct strobe_own_memory *memory)
{
    memory->pipe[0] = memory->pipe[1] = -1;
    memory->calls = 0;
    memory->filled = 0;
    strobe_own_memory_renew(memory);
    memory->way = STROBE_OWN_MEMORY_CALL;
    if (is_unfiltered() && works(memory)) {
        return 0;
    }
    memory->way = STROBE_OWN_MEMORY_PIPE; /* holds 16 pages at least, so a page never blocks */
    return pipe2(memory->pipe, O_CLOEXEC | O_NONBLOCK) == 0 && works(memory) ? 0 : STROBE_EDENIED;
}

void strobe_own_memory_done(struct strobe_own_memory *memory)
{
    for (int i = 0; i < 2; i++) {
        if (memory->pipe[i] >= 0) {
            close(memory->pipe[i]);
            memory->pipe[i] = -1;
        }
    }
    for (size_t i = 0; i < STROBE_OWN_PAGES; i++) {
        if ((memory->filled & UINT64_C(1) << i) != 0) {
            explicit_bzero(memory->pages[i], STROBE_OWN_PAGE_BYTES); /* it may have had anything of the program's */
        }
    }
    memory->filled = 0;
}

const char *strobe_own_memory_way_name(const struct strobe_own_memory *memory)
{
    return memory->way == STROBE_OWN_MEMORY_CALL ? "process_vm_readv" : "pipe";
}

void strobe_own_memory_renew(struct strobe_own_memory *memory)
{
    for (size_t i = 0; i < STROBE_OWN_PAGES; i++) {
        memory->addresses[i] = NO_PAGE;
    }
}

/* ---- Reading ---- */

/* The page that begins at `address`, or NULL when it cannot be read. */
static const uint8_t *page_at(struct strobe_own_memory *memory, uintptr_t address)
{
    size_t slot = address / STROBE_OWN_PAGE_BYTES % STROBE_OWN_PAGES;
    if (memory->addresses[slot] != address) {
        memory->addresses[slot] = NO_PAGE;
        memory->filled |= UINT64_C(1) << slot;
        if (!copy(memory, address, memory->pages[slot], STROBE_OWN_PAGE_BYTES)) {
            return NULL;
        }
        memory->addresses[slot] = address;
    }
    return memory->pages[slot];
}

bool strobe_own_memory_read(struct strobe_own_memory *memory, uintptr_t address, void *ret_bytes, size_t size)
{
    uint8_t *to = ret_bytes;
    if (!is_plausible(address, size)) {
        return false;
    }
    while (size > 0) {
        size_t offset = address % STROBE_OWN_PAGE_BYTES;
        size_t part = STROBE_OWN_PAGE_BYTES - offset < size ? STROBE_OWN_PAGE_BYTES - offset : size;
        const uint8_t *page = page_at(memory, address - offset);
        if (page == NULL) {
            return false;
        }
        memcpy(to, page + offset, part);
        to += part;
        address += part;
        size -= part;
    }
    return true;
}
