/** Random identifiers and SHA-256, by OpenSSL. Thread: any. */
#ifndef STROBE_DIGEST_H
#define STROBE_DIGEST_H

#include <stddef.h>

#define STROBE_SHA256_HEX_BYTES 65 /* 64 digits and the NUL */

/** Hash `size` bytes; writes 64 lower-case hexadecimal digits and a NUL. @return 0 or STROBE_EINTERNAL */
int strobe_sha256_hex(const void *data, size_t size, char ret_hex[STROBE_SHA256_HEX_BYTES]);

/** Write `digits` random hexadecimal digits and a NUL (`digits + 1` bytes). @return 0 or STROBE_EIO */
int strobe_random_hex(char *ret_hex, size_t digits);

/** Compare two secrets in time that depends only on `size`. @return 1 when equal */
int strobe_secret_equal(const char *a, const char *b, size_t size);

#endif
