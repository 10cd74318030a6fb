/**
 * The log of the agent and the hub. The agent writes nothing unless STROBE_LOG names a file: never to the program's
 * stdout or stderr. The hub writes to stderr.   Thread: any.   GIL: not needed.
 */
#ifndef STROBE_LOG_H
#define STROBE_LOG_H

enum strobe_log_level { STROBE_LOG_DEBUG, STROBE_LOG_INFO, STROBE_LOG_WARNING, STROBE_LOG_ERROR };

/** Send lines to the file descriptor `fd`; -1 turns the log off (the start). Lines below `level` are dropped. */
void strobe_log_to(int fd, enum strobe_log_level level);

/**
 * Write one line with time, level and process id in a single write(2). Control characters become spaces. Never blocks
 * on a lock, never fails. Callers never pass secrets or captured values.
 */
void strobe_log(enum strobe_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
