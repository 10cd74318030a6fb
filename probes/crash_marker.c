#include "probes/crash_marker.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

#define MAGIC UINT64_C(0x5354524f42453032) /* "STROBE02" */
#define SUFFIX ".mark"
#define QUARANTINE_S (24 * 3600) /* no probe lives longer */

/* The file. Only this user's processes on this machine read it: plain memory. */
struct strobe_marker_file {
    uint64_t magic;
    uint64_t service_hash;
    int64_t pid;
    uint64_t began;           /* of the process, in the kernel's clock ticks: the number of a process is used again */
    volatile uint64_t active; /* number of the probe at work, or 0 */
    uint64_t count;
    struct {
        uint64_t tag;
        int64_t version;
        char id[STROBE_PROBE_ID_BYTES_MAX + 1];
    } probes[STROBE_PROBES_MAX];
};

/* ---- The folder ---- */

/* A folder that belongs to this user alone. @return whether it can be used */
static bool own_folder(const char *path)
{
    struct stat folder;
    if (mkdir(path, 0700) < 0 && errno != EEXIST) {
        return false;
    }
    return lstat(path, &folder) == 0 && S_ISDIR(folder.st_mode) && folder.st_uid == geteuid() &&
           (folder.st_mode & 022) == 0;
}

static bool find_folder(char *ret_path, size_t size)
{
    const char *state = getenv("STROBE_STATE_DIR");
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    int wrote = -1;
    if (state != NULL && state[0] == '/') {
        wrote = snprintf(ret_path, size, "%s", state);
    } else if (runtime != NULL && runtime[0] == '/') {
        wrote = snprintf(ret_path, size, "%s/stroboscope", runtime);
    } else {
        wrote = snprintf(ret_path, size, "/dev/shm/stroboscope-%u", (unsigned)geteuid());
        if (!own_folder(ret_path)) {
            wrote = snprintf(ret_path, size, "/tmp/stroboscope-%u", (unsigned)geteuid());
        }
    }
    return wrote > 0 && (size_t)wrote + 128 < size && own_folder(ret_path);
}

/* ---- Processes ---- */

/* When process `pid` began, in clock ticks since the machine did; 0 when that is not known. */
static uint64_t began(pid_t pid)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    text[size > 0 ? size : 0] = '\0';
    char *at = strrchr(text, ')'); /* ends the name, which may hold anything */
    for (int field = 2; at != NULL && field < 22; field++) {
        at = strchr(at + 1, ' ');
    }
    return at != NULL ? strtoull(at, NULL, 10) : 0;
}

/* In a container that starts again the next process has the number of the last: the time tells them apart. */
static bool is_gone(int64_t pid, uint64_t began_then)
{
    if (kill((pid_t)pid, 0) < 0 && errno == ESRCH) {
        return true;
    }
    uint64_t began_now = began((pid_t)pid);
    return began_now != 0 && began_then != 0 && began_now != began_then;
}

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xCBF29CE484222325u; /* FNV-1a */
    for (; *text != '\0'; text++) {
        hash = (hash ^ (uint8_t)*text) * 0x100000001B3u;
    }
    return hash;
}

/* ---- The quarantine: a list that outlives processes ---- */

static void quarantine_path(const struct strobe_crash_marker *marker, char *ret_path, size_t size)
{
    snprintf(ret_path, size, "%s/%016" PRIx64 ".quarantine", marker->folder, marker->service_hash);
}

static void add_quarantined(struct strobe_crash_marker *marker, const char *id, int64_t version)
{
    if (marker->quarantined_count < STROBE_QUARANTINE_MAX && !strobe_crash_marker_holds(marker, id, version)) {
        struct strobe_quarantined *one = &marker->quarantined[marker->quarantined_count++];
        snprintf(one->id, sizeof one->id, "%s", id);
        one->version = version;
    }
}

static void read_quarantine(struct strobe_crash_marker *marker)
{
    char path[STROBE_PATH_BYTES_MAX + 64], line[STROBE_PROBE_ID_BYTES_MAX + 32];
    struct stat file;
    quarantine_path(marker, path, sizeof path);
    FILE *list = fopen(path, "re");
    if (list == NULL) {
        return;
    }
    if (fstat(fileno(list), &file) == 0 && time(NULL) - file.st_mtime > QUARANTINE_S) {
        unlink(path);
    } else {
        while (fgets(line, sizeof line, list) != NULL) {
            char *id;
            int64_t version = strtoll(line, &id, 10);
            id[strcspn(id, "\n")] = '\0';
            if (id[0] == ' ' && id[1] != '\0') {
                add_quarantined(marker, id + 1, version);
            }
        }
    }
    fclose(list);
}

static void append_quarantine(const struct strobe_crash_marker *marker, const char *id, int64_t version)
{
    char path[STROBE_PATH_BYTES_MAX + 64], line[128];
    quarantine_path(marker, path, sizeof path);
    int size = snprintf(line, sizeof line, "%" PRId64 " %s\n", version, id);
    int list = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (list >= 0) {
        if (write(list, line, (size_t)size) < size) {
            strobe_log(STROBE_LOG_WARNING, "the quarantine of probe %s could not be kept", id);
        }
        close(list);
    }
}

/* ---- What dead processes left ---- */

/* @return whether the file is well-formed, and of a process that is gone */
static bool read_mark(const char *path, struct strobe_marker_file *ret_file)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool whole = fd >= 0 && read(fd, ret_file, sizeof *ret_file) == (ssize_t)sizeof *ret_file;
    if (fd >= 0) {
        close(fd);
    }
    return whole && ret_file->magic == MAGIC && ret_file->pid > 0 && ret_file->count <= STROBE_PROBES_MAX &&
           is_gone(ret_file->pid, ret_file->began);
}

static void take_mark(struct strobe_crash_marker *marker, const struct strobe_marker_file *left)
{
    for (uint64_t i = 0; left->active != 0 && i < left->count; i++) {
        if (left->probes[i].tag == left->active && memchr(left->probes[i].id, '\0', sizeof left->probes[i].id)) {
            strobe_log(STROBE_LOG_WARNING, "process %" PRId64 " died while probe %s was at work", left->pid,
                       left->probes[i].id);
            add_quarantined(marker, left->probes[i].id, left->probes[i].version);
            append_quarantine(marker, left->probes[i].id, left->probes[i].version);
        }
    }
}

static void look_around(struct strobe_crash_marker *marker)
{
    struct strobe_marker_file *left = malloc(sizeof *left);
    DIR *folder = left != NULL ? opendir(marker->folder) : NULL;
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        char path[STROBE_PATH_BYTES_MAX + sizeof entry->d_name];
        size_t size = strlen(entry->d_name);
        if (size <= strlen(SUFFIX) || strcmp(entry->d_name + size - strlen(SUFFIX), SUFFIX) != 0) {
            continue;
        }
        snprintf(path, sizeof path, "%s/%s", marker->folder, entry->d_name);
        if (!read_mark(path, left)) {
            continue;
        }
        bool ours = left->service_hash == marker->service_hash;
        if (ours) {
            take_mark(marker, left);
        }
        if (ours || left->active == 0) { /* what another service must know stays for it */
            unlink(path);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    free(left);
}

/* ---- Our own file ---- */

static void make_file(struct strobe_crash_marker *marker, const char *instance)
{
    marker->file = NULL;
    snprintf(marker->path, sizeof marker->path, "%.900s/%.64s" SUFFIX, marker->folder, instance);
    int fd = open(marker->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct strobe_marker_file *file = MAP_FAILED;
    if (fd >= 0 && posix_fallocate(fd, 0, sizeof *file) == 0) {
        file = mmap(NULL, sizeof *file, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (file == MAP_FAILED) {
        unlink(marker->path);
        marker->path[0] = '\0';
        return;
    }
    file->service_hash = marker->service_hash;
    file->pid = getpid();
    file->began = began(getpid());
    file->magic = MAGIC;
    marker->file = file;
}

void strobe_crash_marker_open(struct strobe_crash_marker *marker, const char *service, const char *instance)
{
    memset(marker, 0, sizeof *marker);
    marker->service_hash = hash_of(service);
    if (find_folder(marker->folder, sizeof marker->folder)) {
        read_quarantine(marker);
        look_around(marker);
        make_file(marker, instance);
    }
}

void strobe_crash_marker_close(struct strobe_crash_marker *marker)
{
    if (marker->file != NULL) {
        munmap(marker->file, sizeof *marker->file);
        marker->file = NULL;
        unlink(marker->path);
    }
}

void strobe_crash_marker_after_fork(struct strobe_crash_marker *marker, const char *instance)
{
    struct strobe_marker_file *parents = marker->file;
    if (parents == NULL) {
        return;
    }
    make_file(marker, instance);
    if (marker->file != NULL) { /* the same probes are armed here */
        memcpy(marker->file->probes, parents->probes, sizeof parents->probes);
        marker->file->count = parents->count;
    }
    munmap(parents, sizeof *parents);
}

void strobe_crash_marker_name(struct strobe_crash_marker *marker, struct strobe_probe *const *probes, size_t count)
{
    struct strobe_marker_file *file = marker->file;
    if (file == NULL) {
        return;
    }
    file->count = 0;
    for (size_t i = 0; i < count && i < STROBE_PROBES_MAX; i++) {
        file->probes[i].tag = probes[i]->tag;
        file->probes[i].version = atomic_load(&probes[i]->version);
        memcpy(file->probes[i].id, probes[i]->id, sizeof file->probes[i].id);
    }
    file->count = count < STROBE_PROBES_MAX ? count : STROBE_PROBES_MAX;
}

volatile uint64_t *strobe_crash_marker_place(struct strobe_crash_marker *marker)
{
    return marker->file != NULL ? &marker->file->active : &marker->nowhere;
}

bool strobe_crash_marker_holds(const struct strobe_crash_marker *marker, const char *id, int64_t version)
{
    for (size_t i = 0; i < marker->quarantined_count; i++) {
        if (marker->quarantined[i].version == version && strcmp(marker->quarantined[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}
