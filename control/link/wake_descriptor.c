#include "link/wake_descriptor.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CANDIDATES_MAX 64

/** @return the counter of the eventfd `descriptor`, or -1 when it is none */
static long long counter_of(const char *descriptor)
{
    static const char field[] = "eventfd-count:";
    char path[64] = "/proc/self/fdinfo/";
    char text[512];
    strncat(path, descriptor, sizeof path - strlen(path) - 1);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return -1;
    }
    ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    if (size <= 0) {
        return -1;
    }
    text[size] = '\0';
    const char *at = strstr(text, field);
    return at == NULL ? -1 : strtoll(at + sizeof field - 1, NULL, 16);
}

/** Descriptors of all eventfds whose counter is `count`. */
static size_t list(long long count, int ret_descriptors[CANDIDATES_MAX])
{
    size_t found = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) {
        return 0;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (found < CANDIDATES_MAX && entry->d_name[0] != '.' && counter_of(entry->d_name) == count) {
            ret_descriptors[found++] = atoi(entry->d_name);
        }
    }
    closedir(folder);
    return found;
}

static size_t intersect(int *descriptors, size_t count, const int *others, size_t others_count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < others_count; j++) {
            if (descriptors[i] == others[j]) {
                descriptors[kept++] = descriptors[i];
                break;
            }
        }
    }
    return kept;
}

int strobe_wake_descriptor_find(void (*signal)(void *user), void *user)
{
    static const int rounds[] = {3, 2, 5};
    int descriptors[CANDIDATES_MAX];
    long long expected = 0;
    size_t count = list(expected, descriptors);
    for (size_t round = 0; round < sizeof rounds / sizeof rounds[0] && count > 0; round++) {
        int now[CANDIDATES_MAX];
        for (int i = 0; i < rounds[round]; i++) {
            signal(user);
        }
        expected += rounds[round];
        count = intersect(descriptors, count, now, list(expected, now));
    }
    return count == 1 ? descriptors[0] : -1;
}
