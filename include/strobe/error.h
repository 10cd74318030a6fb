/**
 * Error codes and the error detail that a caller may pass down.
 *
 * Fallible functions return 0 or a negative STROBE_E... code and leave their outputs untouched on failure.
 */
#ifndef STROBE_ERROR_H
#define STROBE_ERROR_H

/** name, value, one-line meaning for people */
#define STROBE_ERRORS(X)                                                \
    X(EINVAL, -1, "a value is not allowed here")                        \
    X(ENOMEM, -2, "memory is exhausted")                                \
    X(ELIMIT, -3, "a limit is reached")                                 \
    X(EPROTO, -4, "a message breaks the protocol")                      \
    X(EUNKNOWN, -5, "this kind is not known here")                      \
    X(ENOTFOUND, -6, "there is no such thing")                          \
    X(EDENIED, -7, "not allowed")                                       \
    X(EIO, -8, "input or output failed")                                \
    X(EBUSY, -9, "in use, try again")                                   \
    X(ECLOSED, -10, "already closed")                                   \
    X(ESYNTAX, -11, "the text cannot be understood")                    \
    X(EUNSUPPORTED, -12, "not supported on this interpreter or system") \
    X(EINTERNAL, -13, "an inner check of Stroboscope was violated")

enum strobe_error_code {
    STROBE_OK = 0,
#define STROBE_ERROR_ENUM(name, value, meaning) STROBE_##name = (value),
    STROBE_ERRORS(STROBE_ERROR_ENUM)
#undef STROBE_ERROR_ENUM
};

#define STROBE_ERROR_MESSAGE_BYTES 256

/** Detail of the first error; caller-owned, zero-initialised. `message` is one line of UTF-8 for people. */
struct strobe_error {
    int code;
    char message[STROBE_ERROR_MESSAGE_BYTES];
};

/**
 * Store `code` and the formatted message in `error`, unless an earlier error stands there or `error` is NULL.
 * Over-long messages are cut at a character boundary.   Thread: any.   GIL: not needed.
 * @return `code`, so that callers write `return strobe_error_set(error, STROBE_EINVAL, "...")`
 */
int strobe_error_set(struct strobe_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** The one-line meaning of `code`; borrowed, static. Unknown codes give "unknown error". */
const char *strobe_error_meaning(int code);

/** The symbolic name of `code` without prefix ("EINVAL"); borrowed, static. */
const char *strobe_error_name(int code);

#endif
