/** Which source files are libraries, as opposed to the program's own code. */
#ifndef STROBE_SNAPSHOT_LIBRARY_H
#define STROBE_SNAPSHOT_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Name the folder of the interpreter's standard library; longer than STROBE_PATH_BYTES_MAX is ignored.
 * Thread: once, before any other call here.
 */
void strobe_library_set_standard(const char *folder, size_t size);

/** Whether `file` belongs to the standard library, to installed packages or to the interpreter. Thread: any. */
bool strobe_library_owns(const char *file, size_t size);

#endif
