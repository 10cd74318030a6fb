/** Small files with secrets: whole reads, atomic writes. Messages name the path and what to do. */
#ifndef STROBE_HUB_FILES_H
#define STROBE_HUB_FILES_H

#include <stddef.h>
#include <sys/types.h>

#include "strobe/error.h"

/**
 * Read `folder/name`; the text is the caller's (free()), NUL-terminated.
 * @return 0, STROBE_ENOTFOUND, STROBE_ELIMIT over `max` bytes, STROBE_EIO
 */
int strobe_file_read(const char *folder, const char *name, size_t max, char **ret_text, size_t *ret_size,
                     struct strobe_error *error);

/**
 * Replace `folder/name` atomically and durably: readers see the old text or the new one, also after a power loss.
 * @return 0, STROBE_EIO
 */
int strobe_file_write(const char *folder, const char *name, const void *data, size_t size, mode_t mode,
                      struct strobe_error *error);

/** Make `path` and its parents; those made get mode 0700. @return 0, STROBE_EIO */
int strobe_folder_make(const char *path, struct strobe_error *error);

#endif
