#include "snapshot/glob.h"

bool strobe_glob_fits(const char *glob, const char *text, size_t size)
{
    const char *star = NULL; /* the last one passed; what it stands for ends before `resume` */
    size_t resume = 0, i = 0;
    while (i < size) {
        if (*glob == '*') {
            star = glob++;
            resume = i;
        } else if (*glob != '\0' && *glob == text[i]) {
            glob++;
            i++;
        } else if (star != NULL) {
            glob = star + 1;
            i = ++resume;
        } else {
            return false;
        }
    }
    while (*glob == '*') {
        glob++;
    }
    return *glob == '\0';
}
