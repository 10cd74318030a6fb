/* Credentials of HTTP and of URLs. */
#include <ctype.h>

#include "snapshot/scan.h"

/* Whether base64 text decodes to something with a colon in it, as user:password does. */
static bool decodes_to_pair(const char *text, size_t size)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < size && text[i] != '='; i++) {
        const char *place = strchr(alphabet, text[i]);
        if (place == NULL || text[i] == '\0') {
            return false;
        }
        bits = bits << 6 | (unsigned)(place - alphabet);
        count += 6;
        if (count >= 8) {
            count -= 8;
            if ((bits >> count & 0xFF) == ':') {
                return true;
            }
        }
    }
    return false;
}

const char *strobe_scan_http(const struct strobe_scan *scan, size_t i)
{
    enum { BEARER_MIN = 8, BASIC_MIN = 4, BASIC_MAX = 1024 };
    if (i > 0 && strobe_scan_is_word(scan->text[i - 1])) {
        return NULL;
    }
    if (strobe_scan_begins_any_case(scan, i, "bearer ")) {
        size_t start = i + strlen("bearer ");
        size_t length = strobe_scan_run_of(scan, start, strobe_scan_is_credential, BEARER_MIN);
        bool is_prose = strobe_scan_begins_any_case(scan, start, "authenti") ||
                        strobe_scan_begins_any_case(scan, start, "authoriz") ||
                        strobe_scan_begins_any_case(scan, start, "credential");
        return !is_prose && strobe_scan_long_enough(scan, start, length, BEARER_MIN) ? "bearer token" : NULL;
    }
    if (strobe_scan_begins_any_case(scan, i, "basic ")) {
        size_t start = i + strlen("basic ");
        size_t length = strobe_scan_run_of(scan, start, strobe_scan_is_credential, BASIC_MAX);
        bool to_the_end = scan->is_cut && start + length == scan->size;
        return length >= BASIC_MIN && (to_the_end || decodes_to_pair(scan->text + start, length)) ? "basic auth" : NULL;
    }
    if (strobe_scan_begins_any_case(scan, i, "digest username=")) {
        return "digest auth";
    }
    return NULL;
}

static bool ends_authority(char c)
{
    return c == '\0' || c == '?' || c == '#' || c == '"' || c == '\'' || c == '<' || c == '>' ||
           isspace((unsigned char)c);
}

/* Whether what follows the colon at `colon` up to `end` is the number of a port. */
static bool is_port(const struct strobe_scan *scan, size_t colon, size_t end)
{
    return strobe_scan_run_of(scan, colon + 1, strobe_scan_is_digit, end - colon) == end - colon - 1;
}

/*
 * scheme://user:password@host. People write passwords with a slash in them as they are: after user:p/ the address goes
 * on, after host:80/ it is over.
 */
static const char *find_url_password(const struct strobe_scan *scan, size_t i)
{
    enum { SLASHED_MAX = 128 };
    size_t colon = 0, slash = 0; /* a user name may be absent */
    for (size_t k = i + 3; k <= scan->size; k++) {
        char c = strobe_scan_at(scan, k);
        if (c == '@') {
            return colon != 0 && k > colon + 1 ? "URL password" : NULL;
        }
        if (k >= scan->size && scan->is_cut && colon != 0 && !is_port(scan, colon, k)) {
            return "URL password";
        }
        if (ends_authority(c) || (slash != 0 && k > slash + SLASHED_MAX)) {
            return NULL;
        }
        if (c == '/' && slash == 0) {
            if (colon == 0 || is_port(scan, colon, k)) {
                return NULL;
            }
            slash = k;
        }
        if (c == ':' && colon == 0) {
            colon = k;
        }
    }
    return NULL;
}

/* ?sig=... of Azure's shared access signatures. `i` is at the '='. */
static const char *find_sas(const struct strobe_scan *scan, size_t i)
{
    enum { SIGNATURE_MIN = 20 };
    bool named = i >= 4 && memcmp(scan->text + i - 3, "sig", 3) == 0 &&
                 (scan->text[i - 4] == '?' || scan->text[i - 4] == '&' || scan->text[i - 4] == ';');
    size_t length = 0;
    while (length < SIGNATURE_MIN && (strobe_scan_is_credential(strobe_scan_at(scan, i + 1 + length)) ||
                                      strobe_scan_at(scan, i + 1 + length) == '%')) {
        length++;
    }
    return named && strobe_scan_long_enough(scan, i + 1, length, SIGNATURE_MIN) ? "SAS signature" : NULL;
}

const char *strobe_scan_url(const struct strobe_scan *scan, size_t i)
{
    if (scan->text[i] == '=') {
        return find_sas(scan, i);
    }
    bool begins = strobe_scan_begins(scan, i, "://") && i > 0 && strobe_scan_is_word(scan->text[i - 1]);
    return begins ? find_url_password(scan, i) : NULL;
}
