#include "probes/py/code_file.h"

#include <stdlib.h>
#include <string.h>

#include "probes/location.h"
#include "strobe/error.h"

uint32_t strobe_code_file_hash(const char *name)
{
    uint32_t hash = UINT32_C(2166136261); /* FNV-1a */
    for (; *name != '\0'; name++) {
        hash = (hash ^ (uint8_t)*name) * UINT32_C(16777619);
    }
    return hash;
}

/* The normalised path, or "". */
static char *path_of(PyObject *filename)
{
    char path[STROBE_PATH_BYTES_MAX];
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(filename, &size);
    if (text == NULL) {
        PyErr_Clear(); /* surrogates: a path that is not text */
    }
    if (text == NULL || strobe_path_normalise(text, (size_t)size, path) < 0) {
        path[0] = '\0';
    }
    return strdup(path);
}

struct strobe_code_file *strobe_code_file_new(PyObject *filename)
{
    struct strobe_code_file *file = calloc(1, sizeof *file);
    if (file == NULL) {
        return NULL;
    }
    file->path = path_of(filename);
    if (file->path == NULL) {
        free(file);
        return NULL;
    }
    file->filename = Py_NewRef(filename);
    file->name_hash = strobe_code_file_hash(strobe_path_basename(file->path));
    return file;
}

void strobe_code_file_free(struct strobe_code_file *file)
{
    Py_DECREF(file->filename);
    free(file->path);
    free(file->code);
    free(file);
}

int strobe_codes_add(struct strobe_codes *codes, PyCodeObject *code)
{
    for (size_t i = 0; i < codes->count; i++) {
        if (codes->items[i] == code) {
            return 0;
        }
    }
    if ((codes->count & (codes->count - 1)) == 0) { /* room is doubled at powers of two */
        size_t room = codes->count > 0 ? codes->count * 2 : 1;
        PyCodeObject **items = realloc(codes->items, room * sizeof(PyCodeObject *));
        if (items == NULL) {
            return STROBE_ENOMEM;
        }
        codes->items = items;
    }
    codes->items[codes->count++] = (PyCodeObject *)Py_NewRef((PyObject *)code);
    return 0;
}

void strobe_codes_done(struct strobe_codes *codes)
{
    for (size_t i = 0; i < codes->count; i++) {
        Py_DECREF(codes->items[i]);
    }
    free(codes->items);
    *codes = (struct strobe_codes){0};
}
