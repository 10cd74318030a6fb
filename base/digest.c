/* The low-level functions are deprecated, but need no lock. SHA256() and EVP look the algorithm up under one, which is
 * held for ever in the child of a fork while another thread did so; and we hold the GIL. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <sys/random.h>

#include "strobe/error.h"

static void to_hex(const uint8_t *bytes, size_t digits, char *ret_hex)
{
    static const char alphabet[] = "0123456789abcdef";
    for (size_t i = 0; i < digits; i++) {
        uint8_t byte = bytes[i / 2];
        ret_hex[i] = alphabet[i % 2 == 0 ? byte >> 4 : byte & 15];
    }
    ret_hex[digits] = '\0';
}

int strobe_sha256_hex(const void *data, size_t size, char ret_hex[STROBE_SHA256_HEX_BYTES])
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256_CTX context;
    if (SHA256_Init(&context) != 1 || SHA256_Update(&context, data, size) != 1 || SHA256_Final(digest, &context) != 1) {
        return STROBE_EINTERNAL;
    }
    to_hex(digest, 2 * sizeof digest, ret_hex);
    return 0;
}

int strobe_random_hex(char *ret_hex, size_t digits)
{
    uint8_t bytes[128];
    size_t size = (digits + 1) / 2;
    if (size > sizeof bytes) {
        return STROBE_EINVAL;
    }
    ssize_t got;
    do {
        got = getrandom(bytes, size, 0);
    } while (got < 0 && errno == EINTR);
    if (got != (ssize_t)size) {
        return STROBE_EIO;
    }
    to_hex(bytes, digits, ret_hex);
    return 0;
}

int strobe_secret_equal(const char *a, const char *b, size_t size)
{
    return CRYPTO_memcmp(a, b, size) == 0;
}
