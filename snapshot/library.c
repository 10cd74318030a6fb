#include "snapshot/library.h"

#include <string.h>

#include "strobe/limits.h"

static char standard[STROBE_PATH_BYTES_MAX];
static size_t standard_size;

void strobe_library_set_standard(const char *folder, size_t size)
{
    while (size > 1 && folder[size - 1] == '/') {
        size--;
    }
    if (size < sizeof standard) {
        memcpy(standard, folder, size);
        standard_size = size;
    }
}

static bool contains(const char *text, size_t size, const char *part)
{
    return memmem(text, size, part, strlen(part)) != NULL;
}

static bool is_under_standard(const char *file, size_t size)
{
    return standard_size > 1 && size > standard_size && memcmp(file, standard, standard_size) == 0 &&
           file[standard_size] == '/';
}

bool strobe_library_owns(const char *file, size_t size)
{
    static const char frozen[] = "<frozen ";
    return is_under_standard(file, size) || contains(file, size, "/site-packages/") ||
           contains(file, size, "/dist-packages/") ||
           (size >= sizeof frozen - 1 && memcmp(file, frozen, sizeof frozen - 1) == 0);
}
