/** Finds the eventfd that libwebsockets waits on, which it keeps to itself. */
#ifndef STROBE_WAKE_DESCRIPTOR_H
#define STROBE_WAKE_DESCRIPTOR_H

/**
 * Find the eventfd whose counter grows by one with each call of `signal`, by counting in /proc/self/fdinfo. A child
 * of a fork closes it, and must not close one of the program instead: so it has to be certain.
 * Thread: any, while nothing else reads or signals that eventfd.   @return the descriptor, or -1 when in doubt
 */
int strobe_wake_descriptor_find(void (*signal)(void *user), void *user);

#endif
