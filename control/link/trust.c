#include "link/trust.h"

#include <arpa/inet.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/digest.h"

static bool key_digest(X509 *certificate, char ret_hex[STROBE_SHA256_HEX_BYTES])
{
    unsigned char *der = NULL;
    int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (size <= 0) {
        return false;
    }
    int status = strobe_sha256_hex(der, (size_t)size, ret_hex);
    OPENSSL_free(der);
    return status == 0;
}

static bool matches_pin(struct strobe_trust *trust, X509_STORE_CTX *store)
{
    char digest[STROBE_SHA256_HEX_BYTES];
    X509 *leaf = X509_STORE_CTX_get0_cert(store);
    if (leaf == NULL || !key_digest(leaf, digest)) {
        strobe_error_set(&trust->problem, STROBE_EDENIED, "the hub's certificate has no public key that can be read");
    } else if (strobe_secret_equal(digest, trust->dsn->pin, STROBE_SHA256_HEX_BYTES)) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return true;
    } else {
        strobe_error_set(
            &trust->problem, STROBE_EDENIED,
            "%s:%d has another key than the DSN's pin says (its SHA-256 is %s): check the address, or copy "
            "the DSN from the hub again",
            trust->dsn->host, trust->dsn->port, digest);
    }
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return false;
}

/* Stands in for libwebsockets' own, which accepts some certificates that it should not decide on. */
static int keep_verdict(int preverified, X509_STORE_CTX *store)
{
    (void)store;
    return preverified;
}

static bool matches_authorities(struct strobe_trust *trust, X509_STORE_CTX *store)
{
    /* Said here and not left to libwebsockets: version 4.1 cuts an IPv6 address at its first colon and then checks no
     * name at all. */
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(store);
    const char *host = trust->dsn->host;
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    unsigned char address[sizeof(struct in6_addr)];
    int named = 0;
    if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1) {
        X509_VERIFY_PARAM_set1_host(parameters, NULL, 0);
        named = X509_VERIFY_PARAM_set1_ip_asc(parameters, host);
    } else {
        named = X509_VERIFY_PARAM_set1_host(parameters, host, 0);
    }
    X509_STORE_CTX_set_verify_cb(store, keep_verdict);
    if (named == 1 && X509_verify_cert(store) == 1) {
        return true;
    }
    strobe_error_set(&trust->problem, STROBE_EDENIED,
                     "the certificate of %s:%d is not trusted (%s): add ?pin=SHA256 to the DSN, or its CA to this "
                     "system",
                     host, trust->dsn->port, X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
    return false;
}

static int verify_peer(X509_STORE_CTX *store, void *user)
{
    struct strobe_trust *trust = user;
    trust->verified = trust->dsn->pin[0] != '\0' ? matches_pin(trust, store) : matches_authorities(trust, store);
    return trust->verified;
}

int strobe_trust_init(struct strobe_trust *trust, const struct strobe_dsn *dsn, struct strobe_error *error)
{
    memset(trust, 0, sizeof *trust);
    trust->dsn = dsn;
    SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
    if (tls == NULL) {
        return strobe_error_set(error, STROBE_EINTERNAL, "OpenSSL cannot make a TLS context");
    }
    if (SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) != 1 ||
        (dsn->pin[0] == '\0' && SSL_CTX_set_default_verify_paths(tls) != 1)) {
        SSL_CTX_free(tls);
        return strobe_error_set(error, STROBE_EINTERNAL, "OpenSSL cannot set up TLS 1.2 with the system's CAs");
    }
    SSL_CTX_set_options(tls, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(tls, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(tls, verify_peer, trust);
    trust->tls = tls;
    return 0;
}

void strobe_trust_done(struct strobe_trust *trust)
{
    SSL_CTX_free(trust->tls);
    trust->tls = NULL;
}

void strobe_trust_begin(struct strobe_trust *trust)
{
    trust->verified = false;
    memset(&trust->problem, 0, sizeof trust->problem);
}
