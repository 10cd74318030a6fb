/**
 * Variables of an environment whose names look like secrets and are none: PWD and OLDPWD, the shell's working
 * directories. Elsewhere PWD is a password (ODBC), so neighbours and value have to fit.   Thread: any.
 */
#ifndef STROBE_ENVIRONMENT_H
#define STROBE_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

/** Whether a mapping with this key is an environment, or a copy of one: PATH and HOME tell. */
bool strobe_environment_tells(const char *key, size_t size);

/** Whether the variable `name` of an environment is a working directory: exactly PWD or OLDPWD, and an absolute path.
 */
bool strobe_environment_is_directory(const char *name, size_t name_size, const char *value, size_t value_size);

/**
 * Whether the line `text` is PWD=/srv/shop or OLDPWD=..., as lists of an environment have it. Signs that could part the
 * path from something else (`;`, `&`, blanks, quotes) make it none.
 */
bool strobe_environment_is_directory_line(const char *text, size_t size);

#endif
