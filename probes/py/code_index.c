#include "probes/py/code_index.h"

#include <stdlib.h>
#include <string.h>

#include "probes/location.h"
#include "probes/py/code_discovery.h"
#include "strobe/error.h"

/* How often the code of a file is looked at for another name: CPython renames code that was compiled elsewhere right
 * after it was loaded (_imp._fix_co_filename), and says nothing. Twice, for the first look may come between. */
enum { LOOKS = 2 };

/* CPython's watcher has no user argument; there is one agent in a process. */
static struct strobe_code_index *the_index;

/* ---- Files ---- */

static struct strobe_code_file **bucket_of(struct strobe_code_index *index, uint32_t name_hash)
{
    return &index->buckets[name_hash % STROBE_CODE_BUCKETS];
}

static struct strobe_code_file *file_of(struct strobe_code_index *index, PyObject *filename)
{
    if (index->latest != NULL && index->latest->filename == filename) {
        return index->latest;
    }
    struct strobe_code_file *file = strobe_pointer_map_get(&index->files, filename);
    if (file == NULL) {
        file = strobe_code_file_new(filename);
        if (file == NULL) {
            return NULL;
        }
        if (strobe_pointer_map_set(&index->files, filename, file) < 0) {
            strobe_code_file_free(file);
            return NULL;
        }
        struct strobe_code_file **bucket = bucket_of(index, file->name_hash);
        file->next = *bucket;
        *bucket = file;
        index->unsettled = true;
    }
    index->latest = file;
    return file;
}

static void drop_file(struct strobe_code_index *index, struct strobe_code_file *file)
{
    struct strobe_code_file **at = bucket_of(index, file->name_hash);
    while (*at != file) {
        at = &(*at)->next;
    }
    *at = file->next;
    strobe_pointer_map_remove(&index->files, file->filename);
    index->latest = NULL;
    strobe_code_file_free(file);
}

static int compare_pointers(const void *a, const void *b)
{
    uintptr_t one = (uintptr_t) * (PyCodeObject *const *)a;
    uintptr_t other = (uintptr_t) * (PyCodeObject *const *)b;
    return (one > other) - (one < other);
}

/* Drop from the file's list what is gone, and addresses that were used again. */
static void compact(struct strobe_code_index *index, struct strobe_code_file *file)
{
    size_t kept = 0;
    if (file->used == file->alive) {
        return;
    }
    qsort(file->code, file->used, sizeof(PyCodeObject *), compare_pointers);
    for (size_t i = 0; i < file->used; i++) {
        bool repeated = kept > 0 && file->code[kept - 1] == file->code[i];
        if (!repeated && strobe_pointer_map_get(&index->codes, file->code[i]) == file) {
            file->code[kept++] = file->code[i];
        }
    }
    file->used = kept;
}

static bool make_room(struct strobe_code_index *index, struct strobe_code_file *file)
{
    if (file->used == file->capacity && file->alive < file->used / 2) {
        compact(index, file);
    }
    if (file->used < file->capacity) {
        return true;
    }
    size_t capacity = file->capacity > 0 ? file->capacity * 2 : 4;
    PyCodeObject **code = realloc(file->code, capacity * sizeof(PyCodeObject *));
    if (code != NULL) {
        file->code = code;
        file->capacity = capacity;
    }
    return code != NULL;
}

/* ---- Code ---- */

static struct strobe_code_file *put(struct strobe_code_index *index, PyCodeObject *code)
{
    struct strobe_code_file *file = file_of(index, code->co_filename);
    if (file == NULL || !make_room(index, file) || strobe_pointer_map_set(&index->codes, code, file) < 0) {
        index->incomplete = true;
        if (file != NULL && file->alive == 0) {
            drop_file(index, file);
        }
        return NULL;
    }
    file->code[file->used++] = code;
    file->alive++;
    return file;
}

static void take_out(struct strobe_code_index *index, PyCodeObject *code)
{
    struct strobe_code_file *file = strobe_pointer_map_remove(&index->codes, code);
    if (file != NULL && --file->alive == 0) {
        drop_file(index, file);
    }
}

static void note_new(struct strobe_code_index *index, struct strobe_code_file *file)
{
    strobe_name_set_add(&index->touched, file->name_hash);
    if (!index->appeared_pending && index->appeared != NULL) {
        index->appeared_pending = true;
        index->appeared(index->user);
    }
}

bool strobe_code_index_add(struct strobe_code_index *index, PyCodeObject *code)
{
    if (strobe_pointer_map_get(&index->codes, code) != NULL) {
        return false;
    }
    struct strobe_code_file *file = put(index, code);
    if (file == NULL) {
        return false;
    }
    if (strobe_name_set_has(&index->wanted, file->name_hash)) {
        note_new(index, file);
    }
    return true;
}

#if STROBE_HAVE_CODE_WATCHER
/* The code of a module is made last: its functions are among its constants. */
static bool is_module(PyCodeObject *code)
{
    return (code->co_flags & CO_OPTIMIZED) == 0 && PyUnicode_CompareWithASCIIString(code->co_name, "<module>") == 0;
}

/* Runs inside the program's compile() or import: no Python calls but reading the code object. */
static int on_code_event(PyCodeEvent event, PyCodeObject *code)
{
    struct strobe_code_index *index = the_index;
    if (index == NULL) {
        return 0;
    }
    if (event == PY_CODE_EVENT_DESTROY) {
        take_out(index, code);
    } else if (strobe_code_index_add(index, code)) {
        struct strobe_code_file *file = index->latest;
        if (strobe_name_set_has(&index->wanted, file->name_hash) && index->module_made != NULL && is_module(code)) {
            index->module_made(index->module_user, file);
        }
    }
    return 0;
}
#else
/* Let go of code that nothing but this index keeps. */
static void drop_orphans(struct strobe_code_index *index)
{
    size_t position = 0;
    struct strobe_pointer_map_entry *entry;
    while ((entry = strobe_pointer_map_next(&index->codes, &position)) != NULL) {
        PyCodeObject *code = (PyCodeObject *)entry->key;
        if (Py_REFCNT(code) == 1) {
            take_out(index, code);
            Py_DECREF(code);
        }
    }
}
#endif

/* ---- Life ---- */

int strobe_code_index_start(struct strobe_code_index *index, strobe_code_appeared *appeared, void *user)
{
    if (the_index != NULL) {
        return STROBE_EBUSY;
    }
    *index = (struct strobe_code_index){.watcher = -1, .appeared = appeared, .user = user};
    strobe_pointer_map_init(&index->codes);
    strobe_pointer_map_init(&index->files);
    the_index = index;
#if STROBE_HAVE_CODE_WATCHER
    index->watcher = PyCode_AddWatcher(on_code_event);
    if (index->watcher < 0) {
        PyErr_Clear();
        the_index = NULL;
        return STROBE_EBUSY;
    }
#endif
    strobe_code_discover(index);
    return 0;
}

void strobe_code_index_stop(struct strobe_code_index *index)
{
    if (the_index != index) {
        return;
    }
    the_index = NULL;
    size_t position = 0;
    struct strobe_pointer_map_entry *entry;
#if STROBE_HAVE_CODE_WATCHER
    PyCode_ClearWatcher(index->watcher);
#else
    while ((entry = strobe_pointer_map_next(&index->codes, &position)) != NULL) {
        Py_DECREF((PyObject *)entry->key);
    }
    position = 0;
#endif
    while ((entry = strobe_pointer_map_next(&index->files, &position)) != NULL) {
        strobe_code_file_free(entry->value);
    }
    strobe_pointer_map_done(&index->codes);
    strobe_pointer_map_done(&index->files);
}

/* Move code that has another name by now to the file of that name. */
static void settle_file(struct strobe_code_index *index, struct strobe_code_file *file)
{
    compact(index, file);
    file->looks++;
    file->alive++; /* stays while we are here */
    for (size_t i = 0; i < file->used; i++) {
        PyCodeObject *code = file->code[i];
        if (code->co_filename != file->filename && strobe_pointer_map_get(&index->codes, code) == file) {
            take_out(index, code);
            strobe_code_index_add(index, code);
        }
    }
    if (--file->alive == 0) {
        drop_file(index, file);
    }
}

void strobe_code_index_refresh(struct strobe_code_index *index)
{
#if !STROBE_HAVE_CODE_WATCHER
    drop_orphans(index);
    strobe_code_discover(index);
#endif
    if (!index->unsettled) {
        return;
    }
    index->unsettled = false;
    for (size_t i = 0; i < STROBE_CODE_BUCKETS; i++) {
        for (struct strobe_code_file *file = index->buckets[i], *next; file != NULL; file = next) {
            next = file->next;
            if (file->looks < LOOKS) {
                index->unsettled = index->unsettled || file->looks + 1 < LOOKS;
                settle_file(index, file);
            }
        }
    }
}

/* ---- Questions ---- */

void strobe_code_index_want(struct strobe_code_index *index, const struct strobe_name_set *names)
{
    index->wanted = *names;
}

void strobe_code_index_take_touched(struct strobe_code_index *index, struct strobe_name_set *ret_names)
{
    index->appeared_pending = false;
    *ret_names = index->touched;
    memset(&index->touched, 0, sizeof index->touched);
}

struct strobe_code_file *strobe_code_index_named(struct strobe_code_index *index, uint32_t name_hash,
                                                 struct strobe_code_file *file)
{
    file = file != NULL ? file->next : *bucket_of(index, name_hash);
    while (file != NULL && file->name_hash != name_hash) {
        file = file->next;
    }
    return file;
}

struct strobe_code_file *strobe_code_index_next_file(struct strobe_code_index *index, size_t *position)
{
    struct strobe_pointer_map_entry *entry = strobe_pointer_map_next(&index->files, position);
    return entry != NULL ? entry->value : NULL;
}

static int append(struct strobe_codes *codes, const struct strobe_code_file *file)
{
    PyCodeObject **items = realloc(codes->items, (codes->count + file->used) * sizeof(PyCodeObject *));
    if (items == NULL) {
        return STROBE_ENOMEM;
    }
    codes->items = items;
    for (size_t i = 0; i < file->used; i++) {
        items[codes->count++] = (PyCodeObject *)Py_NewRef((PyObject *)file->code[i]);
    }
    return 0;
}

int strobe_code_index_codes(struct strobe_code_index *index, const char *path, struct strobe_codes *ret_codes)
{
    struct strobe_codes codes = {0};
    uint32_t hash = strobe_code_file_hash(strobe_path_basename(path));
    for (struct strobe_code_file *file = NULL; (file = strobe_code_index_named(index, hash, file)) != NULL;) {
        if (strcmp(file->path, path) != 0) {
            continue;
        }
        compact(index, file);
        if (file->used > 0 && append(&codes, file) < 0) {
            strobe_codes_done(&codes);
            return STROBE_ENOMEM;
        }
    }
    *ret_codes = codes;
    return 0;
}
