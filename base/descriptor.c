#include "base/descriptor.h"

#include <errno.h>
#include <unistd.h>

#include "strobe/error.h"

int strobe_descriptor_read(int descriptor, char *bytes, size_t max, size_t *ret_size)
{
    size_t size = 0;
    while (size < max) {
        ssize_t got = read(descriptor, bytes + size, max - size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return STROBE_EIO;
        }
        if (got == 0) {
            break;
        }
        size += (size_t)got;
    }
    *ret_size = size;
    return 0;
}
