#include "hub/data_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/files.h"

#define LOCK_NAME "hub.lock"

/* Whether the folder is empty or was a hub's before: then its mode is ours to set. */
static bool is_ours(const char *path)
{
    DIR *folder = opendir(path);
    bool empty = true, locked = false;
    if (folder == NULL) {
        return false;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            empty = false;
            locked = locked || strcmp(entry->d_name, LOCK_NAME) == 0;
        }
    }
    closedir(folder);
    return empty || locked;
}

static int check_private(const char *path, struct strobe_error *error)
{
    struct stat status;
    if (stat(path, &status) < 0 || !S_ISDIR(status.st_mode)) {
        return strobe_error_set(error, STROBE_EIO, "%.150s is not a folder: choose another with --data", path);
    }
    if (status.st_uid != geteuid()) {
        return strobe_error_set(error, STROBE_EDENIED, "%.150s belongs to another user: choose another with --data",
                                path);
    }
    if ((status.st_mode & 077) != 0 && (!is_ours(path) || chmod(path, 0700) < 0)) {
        return strobe_error_set(error, STROBE_EDENIED,
                                "%.150s holds other files and is open to other users: choose another with --data, "
                                "or run chmod 700 on it",
                                path);
    }
    if (access(path, W_OK | X_OK) < 0) {
        return strobe_error_set(error, STROBE_EDENIED, "%.150s cannot be written to: run chmod 700 on it", path);
    }
    return 0;
}

static int take_lock(const char *path, int *ret_fd, struct strobe_error *error)
{
    char lock[STROBE_HUB_PATH_BYTES + sizeof "/" LOCK_NAME];
    snprintf(lock, sizeof lock, "%s/" LOCK_NAME, path);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return strobe_error_set(error, STROBE_EIO, "cannot write to the folder %.150s: %s", path, strerror(errno));
    }
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        char pid[16] = "";
        ssize_t got = pread(fd, pid, sizeof pid - 1, 0);
        pid[got > 0 ? strcspn(pid, "\n") : 0] = '\0';
        close(fd);
        return strobe_error_set(error, STROBE_EBUSY,
                                "another hub (process %s) uses %.150s: stop it, or choose another folder with --data",
                                pid[0] != '\0' ? pid : "unknown", path);
    }
    char pid[16];
    int size = snprintf(pid, sizeof pid, "%d\n", (int)getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, pid, (size_t)size, 0) != size) {
        close(fd);
        return strobe_error_set(error, STROBE_EIO, "cannot write to the folder %.150s: %s", path, strerror(errno));
    }
    *ret_fd = fd;
    return 0;
}

int strobe_data_folder_open(const char *path, struct strobe_data_folder *ret_folder, struct strobe_error *error)
{
    struct strobe_data_folder folder = {.lock_fd = -1};
    int status = strobe_folder_make(path, error);
    if (status < 0) {
        return status;
    }
    char *absolute = realpath(path, NULL);
    if (absolute == NULL || strlen(absolute) >= sizeof folder.path - 64) {
        free(absolute);
        return strobe_error_set(error, STROBE_EIO, "%.150s: %s", path, strerror(errno));
    }
    strcpy(folder.path, absolute);
    free(absolute);
    status = check_private(folder.path, error);
    if (status == 0) {
        status = take_lock(folder.path, &folder.lock_fd, error);
    }
    if (status == 0) {
        *ret_folder = folder;
    }
    return status;
}

void strobe_data_folder_close(struct strobe_data_folder *folder)
{
    if (folder->lock_fd >= 0) {
        close(folder->lock_fd);
        folder->lock_fd = -1;
    }
}
