#include "base/system_thread.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STAT_BYTES = 1024, FIELDS_TO_TIMES = 11 /* from the state to utime */ };

static const char *state_name(char letter)
{
    switch (letter) {
    case 'R':
        return "running";
    case 'S':
    case 'I':
        return "sleeping";
    case 'D':
        return "disk";
    case 'T':
    case 't':
        return "stopped";
    case 'Z':
    case 'X':
        return "ended";
    default:
        return "other";
    }
}

/* The name stands in parentheses and may itself have some: the last closing one ends it. */
static bool parse(const char *text, struct strobe_system_thread *ret_thread)
{
    const char *open = strchr(text, '('), *close = strrchr(text, ')');
    if (open == NULL || close == NULL || close < open || close[1] != ' ') {
        return false;
    }
    const char *field = close + 2;
    ret_thread->state = state_name(*field);
    for (int i = 0; i < FIELDS_TO_TIMES && field != NULL; i++) {
        field = strchr(field, ' ');
        field += field != NULL;
    }
    if (field == NULL) {
        return false;
    }
    char *rest;
    int64_t user = strtoll(field, &rest, 10), system = strtoll(rest, NULL, 10);
    ret_thread->cpu_ms = (user + system) * 1000 / sysconf(_SC_CLK_TCK);
    size_t size = (size_t)(close - open - 1);
    size = size < sizeof ret_thread->name ? size : sizeof ret_thread->name - 1;
    memcpy(ret_thread->name, open + 1, size);
    ret_thread->name[size] = '\0';
    return true;
}

bool strobe_system_thread_read(uint64_t id, struct strobe_system_thread *ret_thread)
{
    char path[64], text[STAT_BYTES];
    snprintf(path, sizeof path, "/proc/self/task/%" PRIu64 "/stat", id);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return false;
    }
    ssize_t size = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    if (size <= 0) {
        return false;
    }
    text[size] = '\0';
    return parse(text, ret_thread);
}
