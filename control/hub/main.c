/* strobe-hub: read the command line, prepare the data folder, run the hub. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "hub/announce.h"
#include "hub/data_folder.h"
#include "hub/hub.h"
#include "hub/options.h"
#include "hub/pki.h"

#define DESCRIPTORS_MAX 65536 /* the network library keeps tables of this size */

enum { EXIT_FAILED = 1, EXIT_WRONG_USE = 2 };

static int fail(const struct strobe_error *error)
{
    fprintf(stderr, "strobe-hub: %s\n", error->message);
    return EXIT_FAILED;
}

static void prepare_process(const struct strobe_hub_options *options)
{
    strobe_log_to(STDERR_FILENO, options->verbose ? STROBE_LOG_DEBUG : STROBE_LOG_INFO);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file size limit is a full disk, not the end */
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static bool is_wildcard(const char *host)
{
    return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
}

/* The host's name as others reach it, as far as the options tell. */
static const char *public_host(const struct strobe_hub_options *options, const char *hostname)
{
    if (options->public_host[0] != '\0') {
        return options->public_host;
    }
    return is_wildcard(options->listen_host) ? hostname : options->listen_host;
}

static int open_pki(const struct strobe_hub_options *options, const char *folder, const char *hostname,
                    struct strobe_pki *ret_pki, struct strobe_error *error)
{
    const char *names[6] = {"localhost", "127.0.0.1", "::1"};
    size_t count = 3;
    const char *more[] = {hostname, options->public_host,
                          is_wildcard(options->listen_host) ? "" : options->listen_host};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        if (more[i][0] != '\0') {
            names[count++] = more[i];
        }
    }
    return strobe_pki_open(folder, names, count, time(NULL), ret_pki, error);
}

static int write_ready(int fd, const char *json)
{
    size_t size = strlen(json);
    bool fine = write(fd, json, size) == (ssize_t)size && write(fd, "\n", 1) == 1;
    close(fd);
    return fine ? 0 : -1;
}

static int announce(const struct strobe_hub_options *options, const struct strobe_announcement *announcement,
                    struct strobe_error *error)
{
    char *json = strobe_announcement_json(announcement);
    if (json == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    if (options->json) {
        puts(json);
        fflush(stdout);
    } else {
        strobe_announcement_print(announcement, stdout);
    }
    int status = 0;
    if (options->ready_fd >= 0 && write_ready(options->ready_fd, json) < 0) {
        status = strobe_error_set(error, STROBE_EIO, "--ready-fd %d: %s", options->ready_fd, strerror(errno));
    }
    explicit_bzero(json, strlen(json));
    free(json);
    return status;
}

static int tell(const struct strobe_hub_options *options, const struct strobe_hub *hub, const struct strobe_pki *pki,
                const char *folder, const char *hostname, struct strobe_error *error)
{
    struct strobe_announcement announcement;
    struct strobe_error detail = {0};
    uint16_t port = options->public_port != 0 ? options->public_port : hub->listener.port;
    strobe_announcement_init(&announcement, public_host(options, hostname), port, &hub->auth, pki, folder);
    if (options->write_profile && strobe_announcement_write_profile(&announcement, &detail) < 0) {
        strobe_log(STROBE_LOG_WARNING, "the strobe command will not find this hub by itself: %s", detail.message);
    }
    int status = announce(options, &announcement, error);
    strobe_announcement_done(&announcement);
    return status;
}

static int run(const struct strobe_hub_options *options, const struct strobe_data_folder *folder,
               struct strobe_hub *hub, struct strobe_error *error)
{
    char hostname[STROBE_HUB_HOST_BYTES] = "";
    struct strobe_pki pki;
    if (gethostname(hostname, sizeof hostname - 1) < 0) {
        hostname[0] = '\0';
    }
    int status = strobe_auth_open(folder->path, &hub->auth, error);
    if (status == 0) {
        status = open_pki(options, folder->path, hostname, &pki, error);
    }
    if (status == 0) {
        status = strobe_listener_open(&hub->listener, options->listen_host, options->listen_port, error);
    }
    if (status < 0) {
        return status;
    }
    const struct strobe_hub_settings settings = {
        .folder = folder->path, .certificate_file = pki.certificate_file, .key_file = pki.key_file};
    status = strobe_hub_init(hub, &settings, error);
    if (status == 0) {
        status = tell(options, hub, &pki, folder->path, hostname, error);
        if (status < 0) {
            strobe_hub_stop(hub);
        }
        strobe_hub_run(hub);
    }
    return status;
}

int main(int argc, char **argv)
{
    static struct strobe_hub hub = {.listener = {.fd = -1}};
    struct strobe_hub_options options;
    struct strobe_data_folder folder;
    struct strobe_error error = {0};
    if (strobe_hub_options_parse(argc, argv, &options, &error) < 0) {
        fail(&error);
        return EXIT_WRONG_USE;
    }
    if (options.help || options.version) {
        options.help ? strobe_hub_options_usage(stdout) : (void)puts("strobe-hub " STROBE_VERSION);
        return EXIT_SUCCESS;
    }
    prepare_process(&options);
    if (strobe_data_folder_open(options.data, &folder, &error) < 0) {
        return fail(&error);
    }
    int status = run(&options, &folder, &hub, &error);
    strobe_hub_done(&hub);
    strobe_data_folder_close(&folder);
    return status < 0 ? fail(&error) : EXIT_SUCCESS;
}
