#include "hub/pki.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "hub/files.h"

#define PEM_BYTES_MAX (64 * 1024)
#define DAY_S (24 * 3600L)

/* ---- Keys ---- */

static int fail_openssl(struct strobe_error *error, const char *what)
{
    unsigned long code = ERR_get_error();
    const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
    ERR_clear_error();
    return strobe_error_set(error, STROBE_EINTERNAL, "OpenSSL could not %s: %s", what,
                            reason != NULL ? reason : "no reason given");
}

static int write_bio(const char *folder, const char *name, BIO *bio, mode_t mode, struct strobe_error *error)
{
    char *data = NULL;
    long size = BIO_get_mem_data(bio, &data);
    return strobe_file_write(folder, name, data, (size_t)size, mode, error);
}

static int write_key(const char *folder, const char *name, EVP_PKEY *key, struct strobe_error *error)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    int status = bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1
                     ? write_bio(folder, name, bio, 0600, error)
                     : fail_openssl(error, "write a key");
    BIO_free(bio);
    return status;
}

static int make_key(const char *folder, const char *name, EVP_PKEY **ret_key, struct strobe_error *error)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    if (key == NULL) {
        return fail_openssl(error, "make a key");
    }
    int status = write_key(folder, name, key, error);
    if (status < 0) {
        EVP_PKEY_free(key);
        return status;
    }
    *ret_key = key;
    return 0;
}

/* No passphrase callback: OpenSSL's default would ask on the terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *user)
{
    (void)buffer, (void)size, (void)writing, (void)user;
    return 0;
}

static int open_key(const char *folder, const char *name, EVP_PKEY **ret_key, struct strobe_error *error)
{
    struct strobe_error detail = {0};
    char *text = NULL;
    size_t size = 0;
    int status = strobe_file_read(folder, name, PEM_BYTES_MAX, &text, &size, &detail);
    if (status == STROBE_ENOTFOUND) {
        return make_key(folder, name, ret_key, error);
    }
    if (status < 0) {
        return strobe_error_set(error, status, "%s", detail.message);
    }
    BIO *bio = BIO_new_mem_buf(text, (int)size);
    EVP_PKEY *key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    OPENSSL_cleanse(text, size);
    free(text);
    ERR_clear_error();
    if (key == NULL) {
        return strobe_error_set(error, STROBE_EIO,
                                "%.120s/%s is damaged: put it back from a backup, or delete it to make a new one "
                                "(agents then need the new DSN)",
                                folder, name);
    }
    *ret_key = key;
    return 0;
}

static int compute_pin(EVP_PKEY *key, char ret_pin[65], struct strobe_error *error)
{
    unsigned char *der = NULL;
    int size = i2d_PUBKEY(key, &der);
    if (size <= 0) {
        return fail_openssl(error, "encode a public key");
    }
    int status = strobe_sha256_hex(der, (size_t)size, ret_pin);
    OPENSSL_free(der);
    return status < 0 ? strobe_error_set(error, status, "OpenSSL could not hash a key") : 0;
}

/* ---- Certificates ---- */

static X509 *read_certificate(const char *folder, const char *name)
{
    char *text = NULL;
    size_t size = 0;
    if (strobe_file_read(folder, name, PEM_BYTES_MAX, &text, &size, NULL) < 0) {
        return NULL;
    }
    BIO *bio = BIO_new_mem_buf(text, (int)size);
    X509 *certificate = bio != NULL ? PEM_read_bio_X509(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    free(text);
    ERR_clear_error();
    return certificate;
}

static int write_certificates(const char *folder, const char *name, X509 *first, X509 *second,
                              struct strobe_error *error)
{
    BIO *bio = BIO_new(BIO_s_mem());
    int status =
        bio != NULL && PEM_write_bio_X509(bio, first) == 1 && (second == NULL || PEM_write_bio_X509(bio, second) == 1)
            ? write_bio(folder, name, bio, 0644, error)
            : fail_openssl(error, "write a certificate");
    BIO_free(bio);
    return status;
}

/* Whether the certificate is valid at `now`, for some time to come, and made for `key`, signed by `issuer_key`. */
static bool is_current(X509 *certificate, EVP_PKEY *key, EVP_PKEY *issuer_key, time_t now, long spare_days)
{
    time_t later = now + spare_days * DAY_S;
    bool current = X509_cmp_time(X509_get0_notBefore(certificate), &now) < 0 &&
                   X509_cmp_time(X509_get0_notAfter(certificate), &later) > 0 &&
                   X509_check_private_key(certificate, key) == 1 && X509_verify(certificate, issuer_key) == 1;
    ERR_clear_error();
    return current;
}

static bool is_address(const char *name)
{
    unsigned char bytes[16];
    return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}

static bool names_all(X509 *certificate, const char *const *names, size_t names_count)
{
    for (size_t i = 0; i < names_count; i++) {
        int found = is_address(names[i]) ? X509_check_ip_asc(certificate, names[i], 0)
                                         : X509_check_host(certificate, names[i], 0, 0, NULL);
        if (found != 1) {
            ERR_clear_error();
            return false;
        }
    }
    return true;
}

static int add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    int status = extension != NULL && X509_add_ext(certificate, extension, -1) == 1 ? 0 : STROBE_EINTERNAL;
    X509_EXTENSION_free(extension);
    return status;
}

static int add_alternative_names(X509 *certificate, const char *const *names, size_t names_count)
{
    struct strobe_buffer text;
    strobe_buffer_init(&text, 16 * 1024);
    for (size_t i = 0; i < names_count; i++) {
        strobe_buffer_append_format(&text, "%s%s:%s", i > 0 ? "," : "", is_address(names[i]) ? "IP" : "DNS", names[i]);
    }
    size_t size;
    char *value = strobe_buffer_steal(&text, &size);
    int status = value != NULL ? add_extension(certificate, certificate, NID_subject_alt_name, value) : STROBE_ENOMEM;
    free(value);
    strobe_buffer_done(&text);
    return status;
}

static int set_subject(X509 *certificate, const char *common_name)
{
    X509_NAME *name = X509_get_subject_name(certificate);
    return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const unsigned char *)"Stroboscope", -1, -1, 0) == 1 &&
                   X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)common_name, -1, -1,
                                              0) == 1
               ? 0
               : STROBE_EINTERNAL;
}

static int set_serial(X509 *certificate)
{
    BIGNUM *number = BN_new();
    int status = number != NULL && BN_rand(number, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
                         BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL
                     ? 0
                     : STROBE_EINTERNAL;
    BN_free(number);
    return status;
}

/* What CA and leaf have in common. Valid from an hour before `now`, so that small clock differences do no harm. */
static X509 *new_certificate(const char *common_name, EVP_PKEY *key, time_t now, int days)
{
    X509 *certificate = X509_new();
    if (certificate == NULL || X509_set_version(certificate, X509_VERSION_3) != 1 || set_serial(certificate) < 0 ||
        set_subject(certificate, common_name) < 0 || X509_set_pubkey(certificate, key) != 1 ||
        ASN1_TIME_set(X509_getm_notBefore(certificate), now - 3600) == NULL ||
        ASN1_TIME_set(X509_getm_notAfter(certificate), now + days * DAY_S) == NULL) {
        X509_free(certificate);
        return NULL;
    }
    return certificate;
}

static int make_ca(EVP_PKEY *key, time_t now, X509 **ret_ca, struct strobe_error *error)
{
    char digest[65], name[64];
    int status = compute_pin(key, digest, error);
    if (status < 0) {
        return status;
    }
    snprintf(name, sizeof name, "Stroboscope CA %.8s", digest);
    X509 *ca = new_certificate(name, key, now, STROBE_PKI_CA_DAYS);
    if (ca == NULL || X509_set_issuer_name(ca, X509_get_subject_name(ca)) != 1 ||
        add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") < 0 ||
        add_extension(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") < 0 ||
        add_extension(ca, ca, NID_subject_key_identifier, "hash") < 0 || X509_sign(ca, key, EVP_sha256()) == 0) {
        X509_free(ca);
        return fail_openssl(error, "make the CA's certificate");
    }
    *ret_ca = ca;
    return 0;
}

static int make_leaf(EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key, const char *const *names, size_t names_count,
                     time_t now, X509 **ret_leaf, struct strobe_error *error)
{
    X509 *leaf = new_certificate("Stroboscope hub", key, now, STROBE_PKI_LEAF_DAYS);
    if (leaf == NULL || X509_set_issuer_name(leaf, X509_get_subject_name(ca)) != 1 ||
        add_extension(leaf, ca, NID_basic_constraints, "critical,CA:FALSE") < 0 ||
        add_extension(leaf, ca, NID_key_usage, "critical,digitalSignature") < 0 ||
        add_extension(leaf, ca, NID_ext_key_usage, "serverAuth") < 0 ||
        add_extension(leaf, ca, NID_subject_key_identifier, "hash") < 0 ||
        add_extension(leaf, ca, NID_authority_key_identifier, "keyid") < 0 ||
        add_alternative_names(leaf, names, names_count) < 0 || X509_sign(leaf, ca_key, EVP_sha256()) == 0) {
        X509_free(leaf);
        return fail_openssl(error, "make the server's certificate");
    }
    *ret_leaf = leaf;
    return 0;
}

/* ---- All of it ---- */

static int open_ca(const char *folder, EVP_PKEY *key, time_t now, X509 **ret_ca, struct strobe_error *error)
{
    X509 *ca = read_certificate(folder, "ca.pem");
    /* A leaf made today must not outlive its CA. */
    if (ca != NULL && is_current(ca, key, key, now, STROBE_PKI_LEAF_DAYS + STROBE_PKI_RENEW_DAYS)) {
        *ret_ca = ca;
        return 0;
    }
    X509_free(ca);
    ca = NULL;
    int status = make_ca(key, now, &ca, error);
    if (status == 0) {
        status = write_certificates(folder, "ca.pem", ca, NULL, error);
    }
    if (status < 0) {
        X509_free(ca);
        return status;
    }
    *ret_ca = ca;
    return 0;
}

static int open_leaf(const char *folder, EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key, const char *const *names,
                     size_t names_count, time_t now, struct strobe_error *error)
{
    X509 *leaf = read_certificate(folder, "server.pem");
    bool fine = leaf != NULL && is_current(leaf, key, ca_key, now, STROBE_PKI_RENEW_DAYS) &&
                names_all(leaf, names, names_count);
    X509_free(leaf);
    if (fine) {
        return 0;
    }
    leaf = NULL;
    int status = make_leaf(key, ca, ca_key, names, names_count, now, &leaf, error);
    if (status == 0) {
        status = write_certificates(folder, "server.pem", leaf, ca, error);
    }
    X509_free(leaf);
    return status;
}

int strobe_pki_open(const char *folder, const char *const *names, size_t names_count, time_t now,
                    struct strobe_pki *ret_pki, struct strobe_error *error)
{
    struct strobe_pki pki = {.pin = ""};
    EVP_PKEY *ca_key = NULL, *key = NULL;
    X509 *ca = NULL;
    int status = open_key(folder, "ca.key", &ca_key, error);
    if (status == 0) {
        status = open_key(folder, "server.key", &key, error);
    }
    if (status == 0) {
        status = open_ca(folder, ca_key, now, &ca, error);
    }
    if (status == 0) {
        status = open_leaf(folder, key, ca, ca_key, names, names_count, now, error);
    }
    if (status == 0) {
        status = compute_pin(key, pki.pin, error);
    }
    X509_free(ca);
    EVP_PKEY_free(key);
    EVP_PKEY_free(ca_key);
    if (status < 0) {
        return status;
    }
    snprintf(pki.ca_file, sizeof pki.ca_file, "%s/ca.pem", folder);
    snprintf(pki.certificate_file, sizeof pki.certificate_file, "%s/server.pem", folder);
    snprintf(pki.key_file, sizeof pki.key_file, "%s/server.key", folder);
    *ret_pki = pki;
    return 0;
}
