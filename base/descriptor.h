/** Descriptors of the system. */
#ifndef STROBE_DESCRIPTOR_H
#define STROBE_DESCRIPTOR_H

#include <stddef.h>

/**
 * Read up to `max` bytes from where `descriptor` stands; fewer only at the end of what it leads to. Waits as read()
 * does. Thread: any.
 * @return 0, or STROBE_EIO with the reason in errno
 */
int strobe_descriptor_read(int descriptor, char *bytes, size_t max, size_t *ret_size);

#endif
