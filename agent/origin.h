/**
 * Where this process runs: host, container, pod, and which revision of the program it is. Constant facts, so each
 * snapshot carries them as a few words and no table of the hub has to know them.
 */
#ifndef STROBE_ORIGIN_H
#define STROBE_ORIGIN_H

#include <jansson.h>

/** Copy what the environment says. GIL: held, for the program may change its environment under it. Called at start. */
void strobe_origin_read_environment(void);

/**
 * The facts as the `process` of a snapshot's body; the caller's, NULL when memory is exhausted. The first call reads
 * files (/proc, .git/HEAD of the working directory).   Thread: any, not a program's own.   GIL: not needed.
 */
json_t *strobe_origin_json(void);

#endif
