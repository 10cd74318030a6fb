/* Files of the program as they run: their text, their hash, the lines that can be probed, the list of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/question.h"
#include "base/descriptor.h"
#include "base/digest.h"
#include "base/py/dict.h"
#include "base/py/module.h"
#include "base/utf8.h"
#include "probes/location.h"
#include "probes/py/code_index.h"
#include "probes/py/code_lines.h"

enum { LINES_MAX = 20000 };

/* ---- Reading ---- */

struct file_text {
    char *text; /* UTF-8, NUL-terminated */
    size_t size;
    int64_t modified_ms;
};

static int read_descriptor(int descriptor, const char *path, struct file_text *ret_text, struct strobe_error *error)
{
    struct stat about;
    if (fstat(descriptor, &about) < 0 || !S_ISREG(about.st_mode)) {
        return strobe_error_set(error, STROBE_EIO, "%.160s is not a regular file", path);
    }
    char *raw = malloc(STROBE_SOURCE_BYTES_MAX + 1);
    if (raw == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    size_t size = 0;
    int status = strobe_descriptor_read(descriptor, raw, STROBE_SOURCE_BYTES_MAX + 1, &size);
    if (status < 0) {
        strobe_error_set(error, status, "%.160s cannot be read", path);
    } else if (size > STROBE_SOURCE_BYTES_MAX) {
        status = strobe_error_set(error, STROBE_ELIMIT, "%.120s is larger than %d KiB", path,
                                  STROBE_SOURCE_BYTES_MAX / 1024);
    } else {
        ret_text->text = strobe_utf8_repair(raw, size, &ret_text->size);
        ret_text->modified_ms = (int64_t)about.st_mtim.tv_sec * 1000 + about.st_mtim.tv_nsec / 1000000;
        status = ret_text->text != NULL ? 0 : strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    free(raw);
    if (status == 0 && ret_text->size > STROBE_SOURCE_BYTES_MAX) { /* repaired bytes take more room */
        free(ret_text->text);
        status = strobe_error_set(error, STROBE_ELIMIT, "%.120s is not UTF-8 and too large", path);
    }
    return status;
}

/* Read a file the code objects name. GIL: released meanwhile. */
static int read_file(const char *path, struct file_text *ret_text, struct strobe_error *error)
{
    int status;
    Py_BEGIN_ALLOW_THREADS int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        status = strobe_error_set(error, STROBE_ENOTFOUND, "%.160s cannot be opened: %s", path, strerror(errno));
    } else {
        status = read_descriptor(descriptor, path, ret_text, error);
        close(descriptor);
    }
    Py_END_ALLOW_THREADS return status;
}

/* ---- Lines that can be probed ---- */

static void note_line(void *user, int line)
{
    bool *has = user; /* [0, LINES_MAX] */
    if (line <= LINES_MAX) {
        has[line] = true;
    }
}

/* Fill in `lines_with_code`; on failure it stays empty, which only costs marks in the console. */
static void find_lines(const struct strobe_codes *codes, struct strobe_wire_source *source)
{
    bool *has = calloc(LINES_MAX + 1, sizeof *has);
    source->lines_with_code = calloc(LINES_MAX, sizeof *source->lines_with_code);
    if (has == NULL || source->lines_with_code == NULL) {
        free(has);
        return;
    }
    for (size_t i = 0; i < codes->count; i++) {
        strobe_code_lines_visit(codes->items[i], note_line, has);
    }
    for (int line = 1; line <= LINES_MAX; line++) {
        if (has[line] && source->lines_with_code_count < LINES_MAX) {
            source->lines_with_code[source->lines_with_code_count++] = line;
        }
    }
    free(has);
}

/* ---- The whole ---- */

/* Everything about the file `path` (normalised, as some code object names it). Release the source afterwards. */
static int load_source(struct strobe_agent *agent, const char *path, struct strobe_wire_source *ret_source,
                       struct strobe_error *error)
{
    struct file_text text = {NULL, 0, 0};
    struct strobe_wire_source source = {0};
    struct strobe_codes codes = {0};
    if (strobe_code_index_codes(&agent->index, path, &codes) < 0) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    int status = 0;
    if (codes.count == 0) {
        status = strobe_error_set(error, STROBE_ENOTFOUND, "%.160s is not loaded in this process", path);
    } else {
        status = read_file(path, &text, error);
    }
    if (status == 0) {
        source.path = strdup(path);
        source.sha256 = malloc(STROBE_SHA256_HEX_BYTES);
        source.text = text.text;
        source.stale = text.modified_ms > agent->identity.started_at_ms;
        if (source.path == NULL || source.sha256 == NULL ||
            strobe_sha256_hex(text.text, text.size, source.sha256) < 0) {
            strobe_wire_struct_done(&strobe_wire_source_struct, &source);
            status = strobe_error_set(error, STROBE_ENOMEM, "out of memory");
        } else {
            find_lines(&codes, &source);
            *ret_source = source;
        }
    }
    strobe_codes_done(&codes);
    return status;
}

const char *strobe_source_hash(void *user, const char *file)
{
    struct strobe_agent *agent = user;
    struct strobe_wire_source_text message = {0};
    agent->source_hash[0] = '\0';
    if (load_source(agent, file, &message.source, NULL) == 0) {
        memcpy(agent->source_hash, message.source.sha256, sizeof agent->source_hash);
        strobe_report_post(agent, STROBE_WIRE_KIND_SOURCE_TEXT, &message);
        strobe_wire_struct_done(&strobe_wire_source_text_struct, &message);
    }
    return agent->source_hash;
}

static void fail(struct strobe_agent *agent, int64_t request, const struct strobe_error *error)
{
    strobe_question_fail(agent, request, error->code == STROBE_ENOTFOUND ? "not_loaded" : "unreadable", error->message);
}

void strobe_source_answer(struct strobe_agent *agent, const struct strobe_wire_request *request)
{
    struct strobe_wire_source_text message = {.request = request->request};
    struct strobe_error error = {0};
    char path[STROBE_PATH_BYTES_MAX];
    if (request->path == NULL || strobe_path_normalise(request->path, strlen(request->path), path) < 0) {
        strobe_error_set(&error, STROBE_EINVAL, "a path is missing or too long");
    } else if (load_source(agent, path, &message.source, &error) == 0) {
        strobe_report_post(agent, STROBE_WIRE_KIND_SOURCE_TEXT, &message);
        strobe_wire_struct_done(&strobe_wire_source_text_struct, &message);
        return;
    }
    fail(agent, request->request, &error);
}

/* ---- The list of files ---- */

/* __file__ of each module -> its name; new dict or NULL. */
static PyObject *modules_by_file(void)
{
    PyObject *by_file = PyDict_New();
    struct strobe_module module;
    for (Py_ssize_t position = 0; by_file != NULL && strobe_module_next(&position, &module);) {
        PyDict_SetItem(by_file, module.file, module.name);
    }
    PyErr_Clear();
    return by_file;
}

/* The folder of the standard library, by where `os` stands; "" when unknown. */
static void standard_library(PyObject *by_file, char ret_folder[STROBE_PATH_BYTES_MAX])
{
    PyObject *file, *name;
    ret_folder[0] = '\0';
    for (Py_ssize_t position = 0; PyDict_Next(by_file, &position, &file, &name);) {
        const char *path = PyUnicode_CompareWithASCIIString(name, "os") == 0 ? PyUnicode_AsUTF8(file) : NULL;
        const char *slash = path != NULL ? strrchr(path, '/') : NULL;
        if (slash != NULL && slash - path < STROBE_PATH_BYTES_MAX - 1) {
            memcpy(ret_folder, path, (size_t)(slash - path) + 1);
            ret_folder[slash - path + 1] = '\0';
        }
    }
    PyErr_Clear();
}

static bool is_library(const char *path, const char *standard)
{
    return strstr(path, "/site-packages/") != NULL || strstr(path, "/dist-packages/") != NULL ||
           (standard[0] != '\0' && strncmp(path, standard, strlen(standard)) == 0);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct strobe_wire_file *)a)->path, ((const struct strobe_wire_file *)b)->path);
}

/* Append a file; those that are not on disk are left out. */
static void add_file(struct strobe_wire_files *files, const struct strobe_code_file *loaded, PyObject *by_file,
                     const char *standard)
{
    const char *path = loaded->path;
    if (path[0] == '\0' || path[0] == '<' || files->files_count >= STROBE_FILES_MAX) {
        files->cut = files->cut || files->files_count >= STROBE_FILES_MAX;
        return;
    }
    PyObject *module = strobe_dict_get(by_file, loaded->filename);
    const char *name = module != NULL ? PyUnicode_AsUTF8(module) : NULL;
    struct strobe_wire_file *file = &files->files[files->files_count];
    file->path = strdup(path);
    file->module = name != NULL && strlen(name) <= STROBE_NAME_BYTES_MAX ? strdup(name) : NULL;
    file->library = is_library(path, standard);
    files->files_count += file->path != NULL;
    PyErr_Clear();
}

/* Several strings may name one file. */
static void drop_repeated(struct strobe_wire_files *files)
{
    size_t kept = 0;
    qsort(files->files, files->files_count, sizeof *files->files, by_path);
    for (size_t i = 0; i < files->files_count; i++) {
        if (kept > 0 && strcmp(files->files[kept - 1].path, files->files[i].path) == 0) {
            strobe_wire_struct_done(&strobe_wire_file_struct, &files->files[i]);
        } else {
            files->files[kept++] = files->files[i];
        }
    }
    files->files_count = kept;
}

void strobe_files_answer(struct strobe_agent *agent, const struct strobe_wire_request *request)
{
    struct strobe_wire_files files = {.request = request->request};
    char standard[STROBE_PATH_BYTES_MAX];
    PyObject *by_file = modules_by_file();
    files.files = calloc(STROBE_FILES_MAX, sizeof *files.files);
    if (by_file == NULL || files.files == NULL) {
        struct strobe_error error = {STROBE_ENOMEM, "out of memory"};
        fail(agent, request->request, &error);
    } else {
        standard_library(by_file, standard);
        strobe_code_index_refresh(&agent->index);
        struct strobe_code_file *file;
        for (size_t position = 0; (file = strobe_code_index_next_file(&agent->index, &position)) != NULL;) {
            add_file(&files, file, by_file, standard);
        }
        drop_repeated(&files);
        strobe_report_post(agent, STROBE_WIRE_KIND_FILES, &files);
    }
    strobe_wire_struct_done(&strobe_wire_files_struct, &files);
    Py_XDECREF(by_file);
}
