#include "hub/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "hub/options.h"

static int join(const char *folder, const char *name, const char *suffix, char ret_path[STROBE_HUB_PATH_BYTES],
                struct strobe_error *error)
{
    int size = snprintf(ret_path, STROBE_HUB_PATH_BYTES, "%s/%s%s", folder, name, suffix);
    if (size < 0 || size >= STROBE_HUB_PATH_BYTES) {
        return strobe_error_set(error, STROBE_EIO, "%.200s...: the path is too long", folder);
    }
    return 0;
}

int strobe_file_read(const char *folder, const char *name, size_t max, char **ret_text, size_t *ret_size,
                     struct strobe_error *error)
{
    char path[STROBE_HUB_PATH_BYTES];
    int status = join(folder, name, "", path, error);
    if (status < 0) {
        return status;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        int code = errno == ENOENT ? STROBE_ENOTFOUND : STROBE_EIO;
        return strobe_error_set(error, code, "%.150s: %s", path, strerror(errno));
    }
    size_t size = 0;
    char *text = malloc(max + 2);
    if (text == NULL) {
        status = strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    } else if (strobe_descriptor_read(fd, text, max + 1, &size) < 0) {
        status = strobe_error_set(error, STROBE_EIO, "%.150s: %s", path, strerror(errno));
    } else if (size > max) {
        status = strobe_error_set(error, STROBE_ELIMIT, "%.150s is larger than %zu bytes", path, max);
    }
    close(fd);
    if (status < 0) {
        free(text);
        return status;
    }
    text[size] = '\0';
    *ret_text = text;
    *ret_size = size;
    return 0;
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t put = write(fd, data, size);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return STROBE_EIO;
        }
        data += put;
        size -= (size_t)put;
    }
    return 0;
}

static int write_new(const char *path, const void *data, size_t size, mode_t mode)
{
    unlink(path); /* left by a crash */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0) {
        return STROBE_EIO;
    }
    int status = write_all(fd, data, size) < 0 || fchmod(fd, mode) < 0 || fsync(fd) < 0 ? STROBE_EIO : 0;
    int saved = errno;
    close(fd);
    errno = saved;
    return status;
}

static void sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

int strobe_file_write(const char *folder, const char *name, const void *data, size_t size, mode_t mode,
                      struct strobe_error *error)
{
    char path[STROBE_HUB_PATH_BYTES], new_path[STROBE_HUB_PATH_BYTES];
    int status = join(folder, name, "", path, error);
    if (status == 0) {
        status = join(folder, name, ".new", new_path, error);
    }
    if (status < 0) {
        return status;
    }
    if (write_new(new_path, data, size, mode) < 0 || rename(new_path, path) < 0) {
        status = strobe_error_set(error, STROBE_EIO, "cannot write %.150s: %s", path, strerror(errno));
        unlink(new_path);
        return status;
    }
    sync_folder(folder);
    return 0;
}

int strobe_folder_make(const char *path, struct strobe_error *error)
{
    char partial[STROBE_HUB_PATH_BYTES];
    size_t size = strlen(path);
    if (size == 0 || size >= sizeof partial) {
        return strobe_error_set(error, STROBE_EIO, "the folder's path is empty or too long");
    }
    for (size_t i = 1; i <= size; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        memcpy(partial, path, i);
        partial[i] = '\0';
        if (mkdir(partial, 0700) < 0 && errno != EEXIST) {
            return strobe_error_set(error, STROBE_EIO, "cannot make the folder %.150s: %s", partial, strerror(errno));
        }
    }
    return 0;
}
