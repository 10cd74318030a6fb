#include "link/dsn.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

#define DSN_SHAPE "wss://TOKEN@HOST:PORT/SERVICE?pin=SHA256"
#define DSN_PORT_DEFAULT 443
#define DSN_TEXT_BYTES_MAX 4096

/** A run of characters inside the text; not terminated. */
struct span {
    const char *text;
    size_t size;
};

/* No message below may quote the text: a part that is out of place may be the token. */
static int wrong(struct strobe_error *error, const char *what)
{
    return strobe_error_set(error, STROBE_ESYNTAX, "DSN: %s; it looks like %s", what, DSN_SHAPE);
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    digit = (char)tolower((unsigned char)digit);
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/** Cut `text` at the first `mark`; the rest begins behind it. @return whether there was one */
static bool split(struct span *text, char mark, struct span *ret_rest)
{
    const char *at = memchr(text->text, mark, text->size);
    if (at == NULL) {
        return false;
    }
    ret_rest->text = at + 1;
    ret_rest->size = text->size - (size_t)(at + 1 - text->text);
    text->size = (size_t)(at - text->text);
    return true;
}

/** Decode percent-escapes into `ret_text` of `capacity` bytes, the NUL included. @return the size; -1: bad escape, -2:
 * too long */
static int unescape(struct span text, char *ret_text, size_t capacity)
{
    size_t used = 0;
    for (size_t i = 0; i < text.size; i++) {
        int byte = (unsigned char)text.text[i];
        if (byte == '%') {
            int high = i + 2 < text.size ? hex_value(text.text[i + 1]) : -1;
            int low = high >= 0 ? hex_value(text.text[i + 2]) : -1;
            if (low < 0) {
                return -1;
            }
            byte = high << 4 | low;
            i += 2;
        }
        if (used + 1 >= capacity) {
            return -2;
        }
        ret_text[used++] = (char)byte;
    }
    ret_text[used] = '\0';
    return (int)used;
}

static int parse_token(struct span text, struct strobe_dsn *dsn, struct strobe_error *error)
{
    int size = unescape(text, dsn->token, sizeof dsn->token);
    if (size == -1) {
        return wrong(error, "the token has a '%' without two hexadecimal digits");
    }
    if (size == -2) {
        return wrong(error, "the token is longer than 127 characters");
    }
    if (size == 0) {
        return wrong(error, "the token before '@' is empty");
    }
    /* The token becomes part of an HTTP header: a line break in it would start another. */
    for (int i = 0; i < size; i++) {
        if (dsn->token[i] <= ' ' || dsn->token[i] > '~') {
            return wrong(error, "the token may have visible ASCII characters only");
        }
    }
    return 0;
}

static bool is_host_name(const char *host)
{
    for (const char *c = host; *c != '\0'; c++) {
        if (!isascii((unsigned char)*c) || (!isalnum((unsigned char)*c) && strchr("-._", *c) == NULL)) {
            return false;
        }
    }
    return host[0] != '\0' && host[0] != '.' && host[0] != '-' && strstr(host, "..") == NULL;
}

static int copy_host(struct span text, struct strobe_dsn *dsn, struct strobe_error *error)
{
    if (text.size >= sizeof dsn->host) {
        return wrong(error, "the host name is longer than 255 characters");
    }
    memcpy(dsn->host, text.text, text.size);
    dsn->host[text.size] = '\0';
    return 0;
}

static int parse_port(struct span text, struct strobe_dsn *dsn, struct strobe_error *error)
{
    unsigned long port = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.text[i] < '0' || text.text[i] > '9' || i >= 5) {
            return wrong(error, "the port is not a number from 1 to 65535");
        }
        port = port * 10 + (unsigned long)(text.text[i] - '0');
    }
    if (port < 1 || port > 65535) {
        return wrong(error, "the port is not a number from 1 to 65535");
    }
    dsn->port = (uint16_t)port;
    return 0;
}

static int parse_bracketed(struct span text, struct strobe_dsn *dsn, struct strobe_error *error)
{
    struct span host = {text.text + 1, text.size - 1};
    struct span rest;
    struct in6_addr address;
    if (!split(&host, ']', &rest)) {
        return wrong(error, "the '[' before the IPv6 address has no ']'");
    }
    int status = copy_host(host, dsn, error);
    if (status < 0) {
        return status;
    }
    if (inet_pton(AF_INET6, dsn->host, &address) != 1) {
        return wrong(error, "between '[' and ']' must stand an IPv6 address");
    }
    if (rest.size == 0) {
        return 0;
    }
    if (rest.text[0] != ':') {
        return wrong(error, "after the IPv6 address in brackets comes ':PORT' or '/SERVICE'");
    }
    return parse_port((struct span){rest.text + 1, rest.size - 1}, dsn, error);
}

static int parse_host(struct span text, struct strobe_dsn *dsn, struct strobe_error *error)
{
    dsn->port = DSN_PORT_DEFAULT;
    if (text.size > 0 && text.text[0] == '[') {
        return parse_bracketed(text, dsn, error);
    }
    struct span port = {NULL, 0};
    bool has_port = split(&text, ':', &port);
    if (has_port && memchr(port.text, ':', port.size) != NULL) {
        return wrong(error, "an IPv6 address stands in brackets, as in [::1]:7443");
    }
    int status = copy_host(text, dsn, error);
    if (status < 0) {
        return status;
    }
    if (!is_host_name(dsn->host)) {
        return wrong(error, "the host is missing or has a character that host names do not have");
    }
    return has_port ? parse_port(port, dsn, error) : 0;
}

static int parse_service(struct span text, struct strobe_dsn *dsn, struct strobe_error *error)
{
    if (memchr(text.text, '/', text.size) != NULL) {
        return wrong(error, "the service name has a '/': write it as %2F, or remove what is too much");
    }
    int size = unescape(text, dsn->service, sizeof dsn->service);
    if (size == -1) {
        return wrong(error, "the service name has a '%' without two hexadecimal digits");
    }
    if (size == -2) {
        return wrong(error, "the service name is longer than 256 bytes");
    }
    if (size == 0) {
        return wrong(error, "the service name after the host is missing");
    }
    for (int i = 0; i < size; i++) {
        if ((unsigned char)dsn->service[i] < ' ' || dsn->service[i] == 0x7f) {
            return wrong(error, "the service name has a control character");
        }
    }
    if (!strobe_utf8_valid(dsn->service, (size_t)size)) {
        return wrong(error, "the service name is not UTF-8");
    }
    return 0;
}

static int parse_query(struct span text, struct strobe_dsn *dsn, struct strobe_error *error)
{
    if (text.size < 4 || memcmp(text.text, "pin=", 4) != 0 || memchr(text.text, '&', text.size) != NULL) {
        return wrong(error, "after '?' only one pin=SHA256 may stand");
    }
    if (text.size != 4 + sizeof dsn->pin - 1) {
        return wrong(error, "the pin is not 64 hexadecimal digits");
    }
    for (size_t i = 0; i < sizeof dsn->pin - 1; i++) {
        char digit = text.text[4 + i];
        if (hex_value(digit) < 0) {
            return wrong(error, "the pin is not 64 hexadecimal digits");
        }
        dsn->pin[i] = (char)tolower((unsigned char)digit);
    }
    return 0;
}

static int parse_parts(struct span text, struct strobe_dsn *dsn, struct strobe_error *error)
{
    struct span host, service = {NULL, 0}, query = {NULL, 0};
    bool has_query = split(&text, '?', &query);
    bool has_service = split(&text, '/', &service);
    if (!split(&text, '@', &host)) {
        return wrong(error, "there is no '@' between token and host");
    }
    if (memchr(host.text, '@', host.size) != NULL) {
        return wrong(error, "there is more than one '@': write one inside the token as %40");
    }
    int status = parse_token(text, dsn, error);
    if (status == 0) {
        status = parse_host(host, dsn, error);
    }
    if (status == 0) {
        status = has_service ? parse_service(service, dsn, error)
                             : wrong(error, "the service name after the host is missing");
    }
    return status == 0 && has_query ? parse_query(query, dsn, error) : status;
}

int strobe_dsn_parse(const char *text, struct strobe_dsn *ret_dsn, struct strobe_error *error)
{
    static const char scheme[] = "wss://";
    const size_t scheme_size = sizeof scheme - 1;
    size_t size = text == NULL ? 0 : strnlen(text, DSN_TEXT_BYTES_MAX + 1);
    if (size == 0) {
        return wrong(error, "it is empty");
    }
    if (size > DSN_TEXT_BYTES_MAX) {
        return wrong(error, "it is longer than 4096 bytes");
    }
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f) {
            return wrong(error, "it has a space, line break or control character");
        }
    }
    if (strncasecmp(text, "ws://", 5) == 0 || strncasecmp(text, "http://", 7) == 0) {
        return wrong(error, "only wss is allowed, because there is no link without TLS");
    }
    if (size < scheme_size || strncasecmp(text, scheme, scheme_size) != 0) {
        return wrong(error, "it does not begin with wss://");
    }
    if (memchr(text, '#', size) != NULL) {
        return wrong(error, "there is a '#': write one inside a part as %23");
    }
    struct strobe_dsn dsn;
    memset(&dsn, 0, sizeof dsn);
    int status = parse_parts((struct span){text + scheme_size, size - scheme_size}, &dsn, error);
    if (status == 0) {
        *ret_dsn = dsn;
    }
    strobe_dsn_done(&dsn);
    return status;
}

void strobe_dsn_done(struct strobe_dsn *dsn)
{
    if (dsn != NULL) {
        OPENSSL_cleanse(dsn, sizeof *dsn);
    }
}
