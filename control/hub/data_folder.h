/** The folder in which a hub keeps everything: private to its user, one hub at a time. */
#ifndef STROBE_HUB_DATA_FOLDER_H
#define STROBE_HUB_DATA_FOLDER_H

#include "hub/options.h"
#include "strobe/error.h"

struct strobe_data_folder {
    char path[STROBE_HUB_PATH_BYTES]; /* absolute */
    int lock_fd;
};

/**
 * Make the folder when missing, check that nobody else can read it, and take its lock (released when the process
 * ends, however it ends).   @return 0, STROBE_EBUSY when another hub uses it, STROBE_EDENIED, STROBE_EIO
 */
int strobe_data_folder_open(const char *path, struct strobe_data_folder *ret_folder, struct strobe_error *error);

/** Give the lock back. */
void strobe_data_folder_close(struct strobe_data_folder *folder);

#endif
