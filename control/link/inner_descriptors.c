#include "link/inner_descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct strobe_descriptor_mark strobe_descriptor_mark(int descriptor)
{
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status) < 0) {
        return (struct strobe_descriptor_mark){.descriptor = -1};
    }
    return (struct strobe_descriptor_mark){descriptor, status.st_dev, status.st_ino};
}

bool strobe_descriptor_is_same(const struct strobe_descriptor_mark *mark)
{
    struct stat status;
    return mark->descriptor < 0 ||
           (fstat(mark->descriptor, &status) == 0 && status.st_dev == mark->device && status.st_ino == mark->inode);
}

void strobe_descriptor_close(struct strobe_descriptor_mark *mark)
{
    if (mark->descriptor >= 0 && strobe_descriptor_is_same(mark)) {
        close(mark->descriptor);
    }
    mark->descriptor = -1;
}

/** Call `visit` with each descriptor of the process until it returns false. */
static void for_each_descriptor(bool (*visit)(int descriptor, void *user), void *user)
{
    DIR *folder = opendir("/proc/self/fd");
    bool more = folder != NULL;
    while (more) {
        struct dirent *entry = readdir(folder);
        more = entry != NULL && (entry->d_name[0] == '.' || visit((int)strtol(entry->d_name, NULL, 10), user));
    }
    if (folder != NULL) {
        closedir(folder);
    }
}

/* ---- The eventfd ---- */

struct candidates {
    size_t count;
    int descriptors[STROBE_INNER_CANDIDATES_MAX];
    long long counters[STROBE_INNER_CANDIDATES_MAX];
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

static bool add_eventfd(int descriptor, void *user)
{
    struct candidates *candidates = user;
    struct stat status;
    /* Only anonymous inodes have no file type: a program with 50,000 sockets is spared reading as many files. */
    bool anonymous = fstat(descriptor, &status) == 0 && (status.st_mode & S_IFMT) == 0;
    long long counter = anonymous ? counter_of(descriptor) : -1;
    if (counter >= 0) {
        candidates->descriptors[candidates->count] = descriptor;
        candidates->counters[candidates->count] = counter;
        candidates->count++;
    }
    return candidates->count < STROBE_INNER_CANDIDATES_MAX;
}

/** Keep those whose counter has grown by exactly `signals`. */
static void keep_grown(struct candidates *candidates, int signals)
{
    size_t kept = 0;
    for (size_t i = 0; i < candidates->count; i++) {
        long long now = counter_of(candidates->descriptors[i]);
        if (now == candidates->counters[i] + signals) {
            candidates->descriptors[kept] = candidates->descriptors[i];
            candidates->counters[kept] = now;
            kept++;
        }
    }
    candidates->count = kept;
}

int strobe_wake_descriptor_find(void (*signal)(void *user), void *user)
{
    /* Three rounds: the program may use its own eventfds at the same time, but hardly by these very numbers. */
    static const int rounds[] = {3, 2, 5};
    struct candidates candidates = {.count = 0};
    for_each_descriptor(add_eventfd, &candidates);
    for (size_t round = 0; round < sizeof rounds / sizeof rounds[0] && candidates.count > 0; round++) {
        for (int i = 0; i < rounds[round]; i++) {
            signal(user);
        }
        keep_grown(&candidates, rounds[round]);
    }
    return candidates.count == 1 ? candidates.descriptors[0] : -1;
}

/* ---- The netlink socket ---- */

static bool add_netlink(int descriptor, void *user)
{
    struct strobe_netlink_list *list = user;
    struct sockaddr_nl address = {.nl_family = AF_UNSPEC};
    socklen_t size = sizeof address;
    /* The groups tell it from the sockets that getaddrinfo() opens for a moment. */
    if (getsockname(descriptor, (struct sockaddr *)&address, &size) == 0 && address.nl_family == AF_NETLINK &&
        address.nl_groups != 0) {
        list->descriptors[list->count++] = descriptor;
    }
    return list->count < STROBE_INNER_CANDIDATES_MAX;
}

void strobe_netlink_list(struct strobe_netlink_list *ret_list)
{
    ret_list->count = 0;
    for_each_descriptor(add_netlink, ret_list);
}

static bool contains(const struct strobe_netlink_list *list, int descriptor)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->descriptors[i] == descriptor) {
            return true;
        }
    }
    return false;
}

int strobe_netlink_find_new(const struct strobe_netlink_list *before)
{
    struct strobe_netlink_list after;
    int found = -1;
    strobe_netlink_list(&after);
    for (size_t i = 0; i < after.count; i++) {
        if (!contains(before, after.descriptors[i])) {
            if (found >= 0) {
                return -1;
            }
            found = after.descriptors[i];
        }
    }
    if (found >= 0) {
        fcntl(found, F_SETFD, FD_CLOEXEC);
    }
    return found;
}
