#include "hub/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "usage: strobe-hub [--data DIR] [--listen ADDR:PORT] [--public-url HOST:PORT]\n"
                            "                  [--no-profile] [--json] [--ready-fd N] [--verbose]\n"
                            "\n"
                            "The server that agents and consoles connect to. An empty data folder gets its own\n"
                            "certificate authority, server certificate and tokens.\n"
                            "\n"
                            "  --data DIR              where the hub keeps everything; default\n"
                            "                          ${XDG_DATA_HOME:-~/.local/share}/stroboscope/hub\n"
                            "  --listen ADDR:PORT      where to listen; default 127.0.0.1:8443; port 0: any free one\n"
                            "  --public-url HOST:PORT  how others reach the hub, when that differs\n"
                            "  --no-profile            do not write the profile that the strobe command reads\n"
                            "  --json                  print the addresses and tokens as one line of JSON\n"
                            "  --ready-fd N            write that line to file descriptor N once the hub listens\n"
                            "  --verbose               log more\n";

void strobe_hub_options_usage(FILE *stream)
{
    fputs(usage, stream);
}

int strobe_hub_user_path(const char *variable, const char *fallback, const char *rest,
                         char ret_path[STROBE_HUB_PATH_BYTES], struct strobe_error *error)
{
    const char *base = getenv(variable);
    const char *middle = "";
    if (base == NULL || base[0] != '/') { /* the XDG rules: relative values are ignored */
        base = getenv("HOME");
        middle = fallback;
    }
    if (base == NULL || base[0] == '\0') {
        return strobe_error_set(error, STROBE_EINVAL, "neither %s nor HOME is set: set one of them", variable);
    }
    int size = snprintf(ret_path, STROBE_HUB_PATH_BYTES, "%s%s/%s", base, middle, rest);
    if (size < 0 || size >= STROBE_HUB_PATH_BYTES) {
        return strobe_error_set(error, STROBE_EINVAL, "the path in %s is too long", variable);
    }
    return 0;
}

static int parse_port(const char *text, bool zero_ok, uint16_t *ret_port)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits] != '\0') {
        return STROBE_EINVAL;
    }
    long port = strtol(text, NULL, 10);
    if (port > 65535 || (port == 0 && !zero_ok)) {
        return STROBE_EINVAL;
    }
    *ret_port = (uint16_t)port;
    return 0;
}

/* Names end up in certificates and addresses: letters, digits and . - _ : only. */
static bool host_allowed(const char *host, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)host[i]) && strchr(".-_:", host[i]) == NULL) {
            return false;
        }
    }
    return size > 0 && size < STROBE_HUB_HOST_BYTES;
}

int strobe_hub_address_parse(const char *text, bool zero_ok, char ret_host[STROBE_HUB_HOST_BYTES], uint16_t *ret_port,
                             struct strobe_error *error)
{
    const char *colon = strrchr(text, ':');
    const char *host = text;
    size_t host_size = colon != NULL ? (size_t)(colon - text) : 0;
    uint16_t port = 0;
    if (host_size >= 2 && host[0] == '[' && host[host_size - 1] == ']') {
        host++;
        host_size -= 2;
    } else if (memchr(host, ':', host_size) != NULL) {
        return strobe_error_set(error, STROBE_EINVAL, "'%.200s': write an IPv6 address in brackets, as [::1]:8443",
                                text);
    }
    if (colon == NULL || !host_allowed(host, host_size) || parse_port(colon + 1, zero_ok, &port) < 0) {
        return strobe_error_set(error, STROBE_EINVAL, "'%.200s' is not HOST:PORT, as in 127.0.0.1:8443", text);
    }
    memcpy(ret_host, host, host_size);
    ret_host[host_size] = '\0';
    *ret_port = port;
    return 0;
}

static int set_data(struct strobe_hub_options *options, const char *value, struct strobe_error *error)
{
    if (value[0] == '\0' || strlen(value) >= sizeof options->data - 64) {
        return strobe_error_set(error, STROBE_EINVAL, "--data needs a folder");
    }
    strcpy(options->data, value);
    return 0;
}

static int set_ready_fd(struct strobe_hub_options *options, const char *value, struct strobe_error *error)
{
    uint16_t fd = 0;
    if (parse_port(value, false, &fd) < 0 || fd > 1023) {
        return strobe_error_set(error, STROBE_EINVAL, "--ready-fd needs the number of an open file descriptor");
    }
    options->ready_fd = fd;
    return 0;
}

static int set_value(struct strobe_hub_options *options, const char *name, const char *value,
                     struct strobe_error *error)
{
    if (strcmp(name, "--data") == 0) {
        return set_data(options, value, error);
    }
    if (strcmp(name, "--listen") == 0) {
        return strobe_hub_address_parse(value, true, options->listen_host, &options->listen_port, error);
    }
    if (strcmp(name, "--public-url") == 0) {
        const char *bare = strncmp(value, "https://", 8) == 0 ? value + 8 : value;
        return strobe_hub_address_parse(bare, false, options->public_host, &options->public_port, error);
    }
    return set_ready_fd(options, value, error);
}

static bool set_flag(struct strobe_hub_options *options, const char *name)
{
    if (strcmp(name, "--no-profile") == 0) {
        options->write_profile = false;
    } else if (strcmp(name, "--json") == 0) {
        options->json = true;
    } else if (strcmp(name, "--verbose") == 0) {
        options->verbose = true;
    } else if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        options->help = true;
    } else if (strcmp(name, "--version") == 0) {
        options->version = true;
    } else {
        return false;
    }
    return true;
}

/* Whether `argument` is the option `name`, with "=value" or alone. */
static bool is_option(const char *argument, const char *name, const char **ret_value)
{
    size_t size = strlen(name);
    if (strncmp(argument, name, size) != 0 || (argument[size] != '\0' && argument[size] != '=')) {
        return false;
    }
    *ret_value = argument[size] == '=' ? argument + size + 1 : NULL;
    return true;
}

static int parse_one(struct strobe_hub_options *options, int argc, char *const *argv, int *position,
                     struct strobe_error *error)
{
    static const char *const with_value[] = {"--data", "--listen", "--public-url", "--ready-fd"};
    const char *argument = argv[*position];
    if (set_flag(options, argument)) {
        return 0;
    }
    for (size_t i = 0; i < sizeof with_value / sizeof with_value[0]; i++) {
        const char *value = NULL;
        if (!is_option(argument, with_value[i], &value)) {
            continue;
        }
        if (value == NULL && *position + 1 >= argc) {
            return strobe_error_set(error, STROBE_EINVAL, "%s needs a value", argument);
        }
        return set_value(options, with_value[i], value != NULL ? value : argv[++*position], error);
    }
    return strobe_error_set(error, STROBE_EINVAL, "unknown argument '%.200s': see strobe-hub --help", argument);
}

int strobe_hub_options_parse(int argc, char *const *argv, struct strobe_hub_options *ret_options,
                             struct strobe_error *error)
{
    struct strobe_hub_options options = {
        .listen_host = "127.0.0.1", .listen_port = 8443, .write_profile = true, .ready_fd = -1};
    for (int i = 1; i < argc; i++) {
        int status = parse_one(&options, argc, argv, &i, error);
        if (status < 0) {
            return status;
        }
    }
    if (options.data[0] == '\0' && !options.help && !options.version) {
        int status = strobe_hub_user_path("XDG_DATA_HOME", "/.local/share", "stroboscope/hub", options.data, error);
        if (status < 0) {
            return status;
        }
    }
    *ret_options = options;
    return 0;
}
