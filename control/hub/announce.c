#include "hub/announce.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "hub/files.h"

void strobe_announcement_init(struct strobe_announcement *announcement, const char *host, uint16_t port,
                              const struct strobe_auth *auth, const struct strobe_pki *pki, const char *data)
{
    bool bare_ipv6 = strchr(host, ':') != NULL;
    char authority[STROBE_HUB_HOST_BYTES + 16];
    snprintf(authority, sizeof authority, "%s%s%s:%u", bare_ipv6 ? "[" : "", host, bare_ipv6 ? "]" : "", port);
    memset(announcement, 0, sizeof *announcement);
    snprintf(announcement->address, sizeof announcement->address, "https://%s", authority);
    snprintf(announcement->one_click, sizeof announcement->one_click, "https://%s/#token=%s", authority,
             auth->admin_token);
    snprintf(announcement->dsn, sizeof announcement->dsn, "wss://%s@%s/SERVICE?pin=%s", auth->agent_token, authority,
             pki->pin);
    strcpy(announcement->token, auth->admin_token);
    strcpy(announcement->pin, pki->pin);
    strcpy(announcement->ca_file, pki->ca_file);
    strncpy(announcement->data, data, sizeof announcement->data - 1);
}

void strobe_announcement_done(struct strobe_announcement *announcement)
{
    explicit_bzero(announcement, sizeof *announcement);
}

void strobe_announcement_print(const struct strobe_announcement *announcement, FILE *stream)
{
    fprintf(stream,
            "Stroboscope hub " STROBE_VERSION " is listening.\n"
            "\n"
            "  Console    %s/\n"
            "  One click  %s\n"
            "  Token      %s\n"
            "  Agents     STROBE_DSN='%s'\n"
            "             (put your service's name for SERVICE)\n"
            "  CA file    %s\n"
            "  Data       %s\n"
            "\n"
            "The token opens the console; who has it can set probes. Stop with Ctrl-C.\n",
            announcement->address, announcement->one_click, announcement->token, announcement->dsn,
            announcement->ca_file, announcement->data);
    fflush(stream);
}

static json_t *to_json(const struct strobe_announcement *announcement)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "hub", announcement->address, "token", announcement->token, "ca_file",
                     announcement->ca_file, "pin", announcement->pin, "dsn", announcement->dsn);
}

char *strobe_announcement_json(const struct strobe_announcement *announcement)
{
    json_t *json = to_json(announcement);
    if (json != NULL) {
        json_object_set_new(json, "one_click", json_string(announcement->one_click));
        json_object_set_new(json, "data", json_string(announcement->data));
    }
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return text;
}

int strobe_announcement_write_profile(const struct strobe_announcement *announcement, struct strobe_error *error)
{
    char folder[STROBE_HUB_PATH_BYTES];
    int status = strobe_hub_user_path("XDG_CONFIG_HOME", "/.config", "stroboscope", folder, error);
    if (status == 0) {
        status = strobe_folder_make(folder, error);
    }
    if (status < 0) {
        return status;
    }
    json_t *json = to_json(announcement);
    char *text = json_dumps(json, JSON_INDENT(2));
    json_decref(json);
    if (text == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    status = strobe_file_write(folder, "profile.json", text, strlen(text), 0600, error);
    explicit_bzero(text, strlen(text));
    free(text);
    return status;
}
