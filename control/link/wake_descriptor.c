#include "link/wake_descriptor.h"

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CANDIDATES_MAX 64

struct candidate {
    int descriptor;
    long long count;
};

/** @return the counter of the eventfd `descriptor`, or -1 when it is none */
static long long counter_of(int descriptor)
{
    static const char field[] = "eventfd-count:";
    char path[64];
    char text[512];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", descriptor);
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

/** All eventfds of the process. */
static size_t list(struct candidate ret_candidates[CANDIDATES_MAX])
{
    size_t found = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) {
        return 0;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL && found < CANDIDATES_MAX; entry = readdir(folder)) {
        int descriptor = entry->d_name[0] == '.' ? -1 : atoi(entry->d_name);
        long long count = descriptor < 0 ? -1 : counter_of(descriptor);
        if (count >= 0) {
            ret_candidates[found++] = (struct candidate){descriptor, count};
        }
    }
    closedir(folder);
    return found;
}

/** Keep those whose counter has grown by exactly `signals`. */
static size_t keep_grown(struct candidate *candidates, size_t count, int signals)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        long long now = counter_of(candidates[i].descriptor);
        if (now == candidates[i].count + signals) {
            candidates[kept++] = (struct candidate){candidates[i].descriptor, now};
        }
    }
    return kept;
}

int strobe_wake_descriptor_find(void (*signal)(void *user), void *user)
{
    /* Three rounds: the program may use its own eventfds at the same time, but hardly by these very numbers. */
    static const int rounds[] = {3, 2, 5};
    struct candidate candidates[CANDIDATES_MAX];
    size_t count = list(candidates);
    for (size_t round = 0; round < sizeof rounds / sizeof rounds[0] && count > 0; round++) {
        for (int i = 0; i < rounds[round]; i++) {
            signal(user);
        }
        count = keep_grown(candidates, count, rounds[round]);
    }
    return count == 1 ? candidates[0].descriptor : -1;
}
