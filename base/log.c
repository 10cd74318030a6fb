#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static atomic_int log_fd = -1;
static atomic_int log_level = STROBE_LOG_INFO;

void strobe_log_to(int fd, enum strobe_log_level level)
{
    atomic_store(&log_level, (int)level);
    atomic_store(&log_fd, fd);
}

static size_t stamp(char *line, size_t size, enum strobe_log_level level)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    size_t used = strftime(line, size, "%Y-%m-%dT%H:%M:%S", &parts);
    used += (size_t)snprintf(line + used, size - used, ".%03ldZ %-7s strobe[%d] ", now.tv_nsec / 1000000, names[level],
                             (int)getpid());
    return used;
}

void strobe_log(enum strobe_log_level level, const char *format, ...)
{
    int fd = atomic_load(&log_fd);
    if (fd < 0 || (int)level < atomic_load(&log_level)) {
        return;
    }
    char line[1024];
    size_t used = stamp(line, sizeof line, level);
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(line + used, sizeof line - used - 1, format, arguments);
    va_end(arguments);
    if (size < 0) {
        return;
    }
    size_t end = strlen(line);
    for (size_t i = used; i < end; i++) {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F) {
            line[i] = ' ';
        }
    }
    line[end++] = '\n';
    ssize_t ignored = write(fd, line, end);
    (void)ignored;
}
