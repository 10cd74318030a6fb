/**
 * Finds descriptors that libwebsockets opens and keeps to itself: the eventfd that ends its wait and, from version 4.3
 * on, a netlink socket. A child of a fork closes them, and must not close one of the program's instead: so what is
 * found is certain, and what is in doubt is not found.
 */
#ifndef STROBE_INNER_DESCRIPTORS_H
#define STROBE_INNER_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * Which file a descriptor stood for. A program that becomes a daemon closes every descriptor it has, ours among them,
 * and its next files get their numbers: so ours are compared before they are used or closed.
 */
struct strobe_descriptor_mark {
    int descriptor; /* -1: none */
    dev_t device;
    ino_t inode;
};

/** Mark `descriptor`; -1 and closed ones give none. */
struct strobe_descriptor_mark strobe_descriptor_mark(int descriptor);

/** Whether the descriptor still stands for the same file; none is the same as ever. One system call. */
bool strobe_descriptor_is_same(const struct strobe_descriptor_mark *mark);

/** Close it if it is the same, and forget it. */
void strobe_descriptor_close(struct strobe_descriptor_mark *mark);

#define STROBE_INNER_CANDIDATES_MAX 512

/** Netlink sockets that listen for changes of routes, as one look into /proc/self/fd shows them. */
struct strobe_netlink_list {
    size_t count;
    int descriptors[STROBE_INNER_CANDIDATES_MAX];
};

/**
 * Find the eventfd whose counter grows by one with each call of `signal`, by reading /proc/self/fdinfo.
 * Thread: any, while nothing else reads or signals that eventfd.   @return the descriptor, or -1 when in doubt
 */
int strobe_wake_descriptor_find(void (*signal)(void *user), void *user);

/** Look before the socket is opened. */
void strobe_netlink_list(struct strobe_netlink_list *ret_list);

/**
 * The one such socket that is not in `before`, set to close on exec, which libwebsockets forgets.
 * @return the descriptor, or -1 when there is none or more than one
 */
int strobe_netlink_find_new(const struct strobe_netlink_list *before);

#endif
