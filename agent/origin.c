#include "agent/origin.h"

#include <ctype.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FACT_BYTES = 256, LINE_BYTES = 4096, FOLDERS_MAX = 32, CONTAINER_DIGITS = 64, HASH_DIGITS = 40 };

/* Empty: not known. The first two are written at start, the others once, on the first thread that asks. */
static struct {
    char version[FACT_BYTES];
    char pod[FACT_BYTES];
    char host[FACT_BYTES];
    char container[CONTAINER_DIGITS + 1];
    char revision[HASH_DIGITS + 1];
} facts;

static pthread_once_t read_once = PTHREAD_ONCE_INIT;

static void copy(char to[FACT_BYTES], const char *from)
{
    snprintf(to, FACT_BYTES, "%s", from != NULL ? from : "");
}

void strobe_origin_read_environment(void)
{
    const char *pod = getenv("POD_NAME");
    copy(facts.version, getenv("STROBE_VERSION"));
    if (pod == NULL && getenv("KUBERNETES_SERVICE_HOST") != NULL) {
        pod = getenv("HOSTNAME"); /* what Kubernetes calls the host of a pod */
    }
    copy(facts.pod, pod);
}

/* ---- Containers ---- */

/* The last run of 64 hexadecimal digits of `line`: how container runtimes name what they start. */
static bool find_container(const char *line, char ret_id[CONTAINER_DIGITS + 1])
{
    bool found = false;
    size_t run = 0;
    for (size_t i = 0;; i++) {
        if (isxdigit((unsigned char)line[i])) {
            run++;
            continue;
        }
        if (run == CONTAINER_DIGITS) {
            memcpy(ret_id, line + i - run, run);
            ret_id[run] = '\0';
            found = true;
        }
        run = 0;
        if (line[i] == '\0') {
            return found;
        }
    }
}

/* The first line of `file` that names a container and contains `part`. */
static bool look_in(const char *file, const char *part)
{
    char line[LINE_BYTES];
    bool found = false;
    FILE *lines = fopen(file, "re");
    while (lines != NULL && !found && fgets(line, sizeof line, lines) != NULL) {
        found = strstr(line, part) != NULL && find_container(line, facts.container);
    }
    if (lines != NULL) {
        fclose(lines);
    }
    return found;
}

/* ---- Revisions ---- */

/* The first line of a file without its end. @return whether there is one */
static bool read_line(const char *folder, const char *name, char ret_line[LINE_BYTES])
{
    char path[2 * LINE_BYTES];
    int size = snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = size > 0 && (size_t)size < sizeof path ? fopen(path, "re") : NULL;
    bool read = file != NULL && fgets(ret_line, LINE_BYTES, file) != NULL;
    if (file != NULL) {
        fclose(file);
    }
    if (read) {
        ret_line[strcspn(ret_line, "\r\n")] = '\0';
    }
    return read;
}

static bool take_hash(const char *text)
{
    size_t digits = strspn(text, "0123456789abcdef");
    if (digits < HASH_DIGITS) {
        return false;
    }
    memcpy(facts.revision, text, HASH_DIGITS);
    facts.revision[HASH_DIGITS] = '\0';
    return true;
}

/* `reference` among the packed ones, lines of "hash reference". */
static bool look_in_packed(const char *folder, const char *reference)
{
    char path[2 * LINE_BYTES], line[LINE_BYTES];
    snprintf(path, sizeof path, "%s/packed-refs", folder);
    FILE *file = fopen(path, "re");
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        const char *name = strchr(line, ' ');
        found = name != NULL && strcmp(name + 1, reference) == 0 && take_hash(line);
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

/* HEAD of a repository: a hash, or the name of a reference, which a linked work tree shares with the repository. */
static bool read_head(const char *folder)
{
    static const char symbolic[] = "ref: ";
    char head[LINE_BYTES], line[LINE_BYTES], common[2 * LINE_BYTES];
    if (!read_line(folder, "HEAD", head)) {
        return false;
    }
    if (strncmp(head, symbolic, sizeof symbolic - 1) != 0) {
        return take_hash(head);
    }
    const char *reference = head + sizeof symbolic - 1;
    snprintf(common, sizeof common, "%s", folder);
    if (read_line(folder, "commondir", line)) {
        snprintf(common, sizeof common, line[0] == '/' ? "%s%s" : "%s/%s", line[0] == '/' ? "" : folder, line);
    }
    return (read_line(common, reference, line) && take_hash(line)) || look_in_packed(common, reference);
}

/* The nearest folder with a repository, upwards from the working directory. */
static void find_revision(void)
{
    char folder[LINE_BYTES], inner[LINE_BYTES + 8], line[LINE_BYTES];
    if (getcwd(folder, sizeof folder) == NULL) {
        return;
    }
    for (int i = 0; i < FOLDERS_MAX; i++) {
        snprintf(inner, sizeof inner, "%s/.git", folder);
        if (read_head(inner)) {
            return;
        }
        if (read_line(folder, ".git", line) && strncmp(line, "gitdir: ", 8) == 0 && read_head(line + 8)) {
            return;
        }
        char *slash = strrchr(folder, '/');
        if (slash == NULL || folder[1] == '\0') {
            return;
        }
        slash[slash == folder] = '\0';
    }
}

static void read_files(void)
{
    if (gethostname(facts.host, sizeof facts.host - 1) != 0) {
        facts.host[0] = '\0';
    }
    if (!look_in("/proc/self/cgroup", "/")) {
        look_in("/proc/self/mountinfo", "/containers/"); /* where the group is hidden from the process */
    }
    find_revision();
}

/* ---- JSON ---- */

static int add(json_t *object, const char *key, const char *fact)
{
    return fact[0] == '\0' ? 0 : json_object_set_new(object, key, json_string(fact)); /* none when it is no UTF-8 */
}

json_t *strobe_origin_json(void)
{
    pthread_once(&read_once, read_files);
    json_t *process = json_object();
    if (process == NULL || json_object_set_new(process, "pid", json_integer(getpid())) < 0) {
        json_decref(process);
        return NULL;
    }
    add(process, "host", facts.host);
    add(process, "container", facts.container);
    add(process, "pod", facts.pod);
    add(process, "version", facts.version);
    add(process, "revision", facts.revision);
    return process;
}
