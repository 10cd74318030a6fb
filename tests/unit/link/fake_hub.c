#include "fake_hub.h"

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent.h"
#include "base/digest.h"

#define PATIENCE_MS 60000
#define TURN_MS 50
#define STEP_MS 5000 /* much less than the silence that a link takes */

/* ---- The hub ---- */

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static void make_certificate(struct fake_hub *hub, const char *host)
{
    struct in_addr address;
    char names[300];
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    assert_non_null(key);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_set_version(certificate, X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"fake hub", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    snprintf(names, sizeof names, "%s:%s", inet_pton(AF_INET, host, &address) == 1 ? "IP" : "DNS", host);
    add_extension(certificate, NID_subject_alt_name, names);
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);

    assert_int_equal(SSL_CTX_use_certificate(hub->tls, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(hub->tls, key), 1);
    unsigned char *der = NULL;
    int size = i2d_PUBKEY(key, &der);
    assert_int_equal(strobe_sha256_hex(der, (size_t)size, hub->pin), 0);
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    hub->certificate = certificate;
}

static void listen_on(struct fake_hub *hub)
{
    int yes = 1;
    int little = 32 * 1024; /* so that a hub that does not read is felt soon */
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(hub->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    hub->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(hub->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    setsockopt(hub->listener, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    assert_int_equal(bind(hub->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(hub->listener, 16), 0);
    assert_int_equal(getsockname(hub->listener, (struct sockaddr *)&address, &size), 0);
    hub->port = ntohs(address.sin_port);
}

void fake_hub_open(struct fake_hub *hub, const char *host)
{
    memset(hub, 0, sizeof *hub);
    hub->tls = SSL_CTX_new(TLS_server_method());
    assert_non_null(hub->tls);
    make_certificate(hub, host);
    listen_on(hub);
}

void fake_hub_close(struct fake_hub *hub)
{
    close(hub->listener);
    SSL_CTX_free(hub->tls);
    X509_free(hub->certificate);
    memset(hub, 0, sizeof *hub);
}

void fake_hub_restart(struct fake_hub *hub)
{
    close(hub->listener);
    listen_on(hub);
}

struct strobe_dsn fake_hub_dsn(const struct fake_hub *hub, const char *pin)
{
    struct strobe_dsn dsn = {.token = FAKE_HUB_TOKEN, .host = "127.0.0.1", .service = "shop"};
    dsn.port = hub->port;
    snprintf(dsn.pin, sizeof dsn.pin, "%s", pin == NULL ? hub->pin : pin);
    return dsn;
}

/* ---- A connection ---- */

/* Whether somebody connects; who is stopped and runs on (SIGSTOP, SIGCONT) looks again. */
static int await_knock(const struct fake_hub *hub)
{
    struct pollfd knock = {.fd = hub->listener, .events = POLLIN};
    int ready = poll(&knock, 1, TURN_MS);
    return ready < 0 && errno == EINTR ? 0 : ready;
}

void fake_link_accept_tcp(struct fake_hub *hub, struct fake_link *link)
{
    memset(link, 0, sizeof *link);
    int ready = await_knock(hub);
    for (int i = 0; ready == 0 && i < PATIENCE_MS / TURN_MS; i++) {
        /* Do not sit out the back-off, but in steps: a link that has just begun, and has not come to its connect() yet,
         * takes the time that passes for the silence of this hub. */
        if (!hub->patient && agent_is_idle(5)) {
            agent_pass_time(STEP_MS);
        }
        ready = await_knock(hub);
    }
    assert_int_equal(ready, 1);
    link->socket = accept4(hub->listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(link->socket >= 0);
    struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
    setsockopt(link->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(link->socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

/* A blocking call on a socket with a time-out ends when the process is stopped and runs on. */
static bool is_interrupted(const struct fake_link *link, int status)
{
    int saved = errno;
    int error = status <= 0 ? SSL_get_error(link->tls, status) : SSL_ERROR_NONE;
    return (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) && saved == EINTR;
}

bool fake_link_accept_tls(struct fake_hub *hub, struct fake_link *link)
{
    fake_link_accept_tcp(hub, link);
    link->tls = SSL_new(hub->tls);
    assert_non_null(link->tls);
    SSL_set_fd(link->tls, link->socket);
    int status;
    do {
        errno = 0;
        status = SSL_accept(link->tls);
    } while (is_interrupted(link, status));
    return status == 1;
}

static bool read_all(struct fake_link *link, void *data, size_t size)
{
    size_t done = 0;
    while (done < size) {
        errno = 0;
        int got = SSL_read(link->tls, (char *)data + done, (int)(size - done));
        if (got > 0) {
            done += (size_t)got;
        } else if (!is_interrupted(link, got)) {
            return false;
        }
    }
    return true;
}

void fake_link_write(struct fake_link *link, const void *data, size_t size)
{
    int status = 0;
    if (size > 0) {
        do { /* the link may have closed already: that shows when reading */
            errno = 0;
            status = SSL_write(link->tls, data, (int)size);
        } while (is_interrupted(link, status));
    }
}

bool fake_link_read_request(struct fake_link *link)
{
    size_t used = 0;
    memset(link->request, 0, sizeof link->request);
    while (used + 1 < sizeof link->request && strstr(link->request, "\r\n\r\n") == NULL) {
        if (!read_all(link, link->request + used, 1)) {
            return false;
        }
        used++;
    }
    return true;
}

static void accept_key(const char *request, char ret_key[64])
{
    char text[128];
    unsigned char digest[SHA_DIGEST_LENGTH];
    const char *key = strcasestr(request, "\r\nSec-WebSocket-Key: ");
    assert_non_null(key);
    key += strlen("\r\nSec-WebSocket-Key: ");
    snprintf(text, sizeof text, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", (int)strcspn(key, "\r"), key);
    SHA1((const unsigned char *)text, strlen(text), digest);
    EVP_EncodeBlock((unsigned char *)ret_key, digest, sizeof digest);
}

void fake_link_upgrade(struct fake_link *link)
{
    char key[64], answer[512];
    accept_key(link->request, key);
    int size = snprintf(answer, sizeof answer,
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: strobe.v1\r\n\r\n",
                        key);
    fake_link_write(link, answer, (size_t)size);
}

void fake_link_welcome(struct fake_hub *hub, struct fake_link *link, int64_t acknowledged)
{
    char text[128];
    assert_true(fake_link_accept_tls(hub, link));
    assert_true(fake_link_read_request(link));
    fake_link_upgrade(link);
    json_decref(fake_link_expect(link, "hello"));
    snprintf(text, sizeof text, "{\"t\":\"welcome\",\"hub_version\":\"9\",\"time_us\":1,\"acknowledged\":%lld}",
             (long long)acknowledged);
    fake_link_send_text(link, text);
}

void fake_link_kill(struct fake_link *link)
{
    SSL_free(link->tls);
    close(link->socket);
    memset(link, 0, sizeof *link);
    link->socket = -1;
}

/* ---- Frames ---- */

void fake_link_send_frame(struct fake_link *link, bool final, int opcode, const void *data, size_t size)
{
    unsigned char head[10] = {(unsigned char)((final ? 0x80 : 0) | opcode)};
    size_t head_size = 2;
    if (size < 126) {
        head[1] = (unsigned char)size;
    } else {
        head[1] = 127;
        head_size = 10;
        for (int i = 0; i < 8; i++) {
            head[9 - i] = (unsigned char)((uint64_t)size >> (8 * i));
        }
    }
    fake_link_write(link, head, head_size);
    fake_link_write(link, data, size);
}

void fake_link_send_text(struct fake_link *link, const char *text)
{
    fake_link_send_frame(link, true, FAKE_TEXT, text, strlen(text));
}

void fake_link_send_ack(struct fake_link *link, int64_t seq)
{
    char text[64];
    snprintf(text, sizeof text, "{\"t\":\"ack\",\"seq\":%lld}", (long long)seq);
    fake_link_send_text(link, text);
}

void fake_link_send_probe_set(struct fake_link *link, int version)
{
    char text[64];
    snprintf(text, sizeof text, "{\"t\":\"probe_set\",\"version\":%d,\"probes\":[]}", version);
    fake_link_send_text(link, text);
}

/** Read one frame behind what `data` holds. @return its opcode or FAKE_END */
static int read_frame(struct fake_link *link, char **data, size_t *size, bool *ret_final)
{
    unsigned char head[2], length[8], mask[4];
    if (!read_all(link, head, 2)) {
        return FAKE_END;
    }
    assert_true(head[1] & 0x80); /* a client must mask */
    uint64_t payload = head[1] & 0x7f;
    size_t length_size = payload == 127 ? 8 : payload == 126 ? 2 : 0;
    if (!read_all(link, length, length_size) || !read_all(link, mask, sizeof mask)) {
        return FAKE_END;
    }
    for (size_t i = 0; i < length_size; i++) {
        payload = i == 0 ? length[0] : payload << 8 | length[i];
    }
    assert_true(payload <= 4 * 1024 * 1024);
    *data = realloc(*data, *size + payload + 1);
    if (!read_all(link, *data + *size, payload)) {
        return FAKE_END;
    }
    for (uint64_t i = 0; i < payload; i++) {
        (*data)[*size + i] ^= (char)mask[i % 4];
    }
    *size += payload;
    (*data)[*size] = '\0';
    *ret_final = (head[0] & 0x80) != 0;
    if ((head[0] & 15) < FAKE_CLOSE && payload > link->largest_frame) {
        link->largest_frame = payload;
    }
    return head[0] & 15;
}

int fake_link_read(struct fake_link *link, char **ret_text, size_t *ret_size)
{
    char *data = NULL;
    size_t size = 0;
    bool final = false;
    int opcode = read_frame(link, &data, &size, &final);
    while (opcode >= 0 && opcode < FAKE_CLOSE && !final) {
        size_t before = size;
        int next = read_frame(link, &data, &size, &final);
        if (next == FAKE_CLOSE) { /* it may come in the middle of a message, which is lost then */
            size -= before;
            memmove(data, data + before, size);
        } else {
            assert_true(next == FAKE_CONTINUATION || next == FAKE_END);
        }
        opcode = next == FAKE_CONTINUATION ? opcode : next;
    }
    *ret_text = data;
    *ret_size = size;
    return opcode;
}

json_t *fake_link_expect(struct fake_link *link, const char *kind)
{
    char *text;
    size_t size;
    int opcode = fake_link_read(link, &text, &size);
    assert_int_equal(opcode, FAKE_TEXT);
    json_t *json = json_loadb(text, size, 0, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "t")), kind);
    free(text);
    return json;
}

int fake_link_expect_close(struct fake_link *link)
{
    int code = 0;
    for (;;) {
        char *text;
        size_t size;
        int opcode = fake_link_read(link, &text, &size);
        if (opcode == FAKE_CLOSE && size >= 2) {
            code = (unsigned char)text[0] << 8 | (unsigned char)text[1];
        }
        free(text);
        if (opcode == FAKE_END || opcode == FAKE_CLOSE) {
            return code;
        }
    }
}
