#include "snapshot/environment.h"

#include <string.h>

static bool is(const char *text, size_t size, const char *word)
{
    return size == strlen(word) && memcmp(text, word, size) == 0;
}

bool strobe_environment_tells(const char *key, size_t size)
{
    return is(key, size, "PATH") || is(key, size, "HOME");
}

static bool is_absolute(const char *path, size_t size)
{
    if (size > 0 && path[0] == '/') {
        return true;
    }
    bool letter = size > 2 && ((path[0] >= 'A' && path[0] <= 'Z') || (path[0] >= 'a' && path[0] <= 'z'));
    return letter && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
}

bool strobe_environment_is_directory(const char *name, size_t name_size, const char *value, size_t value_size)
{
    return (is(name, name_size, "PWD") || is(name, name_size, "OLDPWD")) && is_absolute(value, value_size);
}

bool strobe_environment_is_directory_line(const char *text, size_t size)
{
    const char *equals = memchr(text, '=', size < sizeof "OLDPWD=" ? size : sizeof "OLDPWD=");
    if (equals == NULL) {
        return false;
    }
    size_t name_size = (size_t)(equals - text);
    const char *value = equals + 1;
    size_t value_size = size - name_size - 1;
    if (!strobe_environment_is_directory(text, name_size, value, value_size)) {
        return false;
    }
    for (size_t i = 0; i < value_size; i++) {
        if (value[i] == '\0' || strchr(";&,\"'` \t\r\n", value[i]) != NULL) {
            return false;
        }
    }
    return true;
}
