#include "snapshot/py/name.h"

#include <string.h>

#include "snapshot/py/type_rule.h"
#include "strobe/error.h"

enum {
    JUDGED_MAX = 1024, /* bytes of a name that are judged: a longer key is data */
    JUDGE_COST = 4,    /* as strobe_walk_spend() counts */
    JUDGE_BYTES_PER_COST = 4,
    TUPLE_MEMBERS_MAX = 4 /* of a tuple used as a key */
};

struct strobe_names strobe_names;

static const struct {
    PyObject **place;
    const char *text;
} interned[] = {
    {&strobe_names.module, "__module__"},
    {&strobe_names.name, "__name__"},
    {&strobe_names.fields, "_fields"},
    {&strobe_names.own_name, "_name"},
    {&strobe_names.threading, "threading"},
    {&strobe_names.active, "_active"},
    {&strobe_names.daemonic, "_daemonic"},
    {&strobe_names.default_factory, "default_factory"},
    {&strobe_names.key, "key"},
    {&strobe_names.start, "start"},
    {&strobe_names.stop, "stop"},
    {&strobe_names.step, "step"},
    {&strobe_names.enum_name, "_name_"},
    {&strobe_names.enum_value, "_value_"},
    {&strobe_names.integer, "int"},
    {&strobe_names.numerator, "_numerator"},
    {&strobe_names.denominator, "_denominator"},
    {&strobe_names.ip, "_ip"},
    {&strobe_names.scope, "_scope_id"},
    {&strobe_names.prefix, "_prefixlen"},
    {&strobe_names.network_address, "network_address"},
    {&strobe_names.level, "level"},
    {&strobe_names.parent, "parent"},
    {&strobe_names.raw_paths, "_raw_paths"},
    {&strobe_names.path_text, "_str"},
    {&strobe_names.parts, "_parts"},
    {&strobe_names.encoding, "encoding"},
    {&strobe_names.file_name, "name"},
    {&strobe_names.mode, "mode"},
    {&strobe_names.type_code, "_type_"},
    {&strobe_names.ctypes_fields, "_fields_"},
    {&strobe_names.row_keys, "_key_to_index"},
    {&strobe_names.row_data, "_data"},
    {&strobe_names.sa_state, "_sa_instance_state"},
    {&strobe_names.pydantic_fields_set, "__pydantic_fields_set__"},
    {&strobe_names.pydantic_extra, "__pydantic_extra__"},
    {&strobe_names.pydantic_private, "__pydantic_private__"},
    {&strobe_names.otel_context, "opentelemetry.context"},
    {&strobe_names.otel_runtime, "_RUNTIME_CONTEXT"},
    {&strobe_names.otel_current, "_current_context"},
    {&strobe_names.otel_propagation, "opentelemetry.trace.propagation"},
    {&strobe_names.otel_span_key, "_SPAN_KEY"},
    {&strobe_names.otel_span_context, "_context"},
    {&strobe_names.environ, "environ"},
    {&strobe_names.asgi_scope, "scope"},
    {&strobe_names.request, "request"},
    {&strobe_names.req, "req"},
    {&strobe_names.request_method, "REQUEST_METHOD"},
    {&strobe_names.path_info, "PATH_INFO"},
    {&strobe_names.http_method, "method"},
    {&strobe_names.http_path, "path"},
    {&strobe_names.http_route, "route"},
    {&strobe_names.url_rule, "url_rule"},
    {&strobe_names.rule, "rule"},
    {&strobe_names.resolver_match, "resolver_match"},
    {&strobe_names.greenlet_module, "greenlet._greenlet"},
    {&strobe_names.greenlet, "greenlet"},
    {&strobe_names.plain_name, "name"},
    {&strobe_names.blocks, "blocks"},
    {&strobe_names.axes, "axes"},
    {&strobe_names.values, "values"},
    {&strobe_names.ndarray, "_ndarray"},
    {&strobe_names.manager, "_mgr"},
    {&strobe_names.data, "_data"},
    {&strobe_names.range, "_range"},
    {&strobe_names.length, "_length_"},
};

int strobe_names_init(void)
{
    for (size_t i = 0; i < sizeof interned / sizeof interned[0]; i++) {
        *interned[i].place = PyUnicode_InternFromString(interned[i].text);
        if (*interned[i].place == NULL) {
            strobe_names_done();
            return STROBE_ENOMEM;
        }
    }
    return 0;
}

void strobe_names_done(void)
{
    for (size_t i = 0; i < sizeof interned / sizeof interned[0]; i++) {
        Py_CLEAR(*interned[i].place);
    }
}

bool strobe_str_readable(PyObject *str)
{
#if PY_VERSION_HEX < 0x030C0000
    return PyUnicode_IS_READY(str);
#else
    (void)str;
    return true;
#endif
}

/* ---- UTF-8 ---- */

/* Surrogates come out as three bytes, which the encoder shows as escapes. */
static size_t encode_character(Py_UCS4 c, char bytes[4])
{
    if (c < 0x80) {
        bytes[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        bytes[0] = (char)(0xC0 | c >> 6);
        bytes[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        bytes[0] = (char)(0xE0 | c >> 12);
        bytes[1] = (char)(0x80 | (c >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    bytes[0] = (char)(0xF0 | c >> 18);
    bytes[1] = (char)(0x80 | (c >> 12 & 0x3F));
    bytes[2] = (char)(0x80 | (c >> 6 & 0x3F));
    bytes[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

struct strobe_name strobe_text_of(PyObject *str, char *buffer, size_t max)
{
    struct strobe_name name = {"", 0};
    if (!strobe_str_readable(str)) {
        return name;
    }
    size_t length = (size_t)PyUnicode_GET_LENGTH(str);
    if (PyUnicode_IS_ASCII(str)) {
        name.text = PyUnicode_DATA(str);
        name.size = length < max ? length : max;
        return name;
    }
    int kind = PyUnicode_KIND(str);
    const void *data = PyUnicode_DATA(str);
    char bytes[4];
    for (size_t i = 0; i < length; i++) {
        size_t size = encode_character(PyUnicode_READ(kind, data, i), bytes);
        if (size > max - name.size) {
            break;
        }
        memcpy(buffer + name.size, bytes, size);
        name.size += size;
    }
    name.text = buffer;
    return name;
}

struct strobe_name strobe_name_of(PyObject *str, char buffer[STROBE_NAME_BYTES_MAX])
{
    return strobe_text_of(str, buffer, STROBE_NAME_BYTES_MAX);
}

void strobe_name_put(struct strobe_walk *walk, PyObject *str)
{
    char buffer[STROBE_NAME_BYTES_MAX];
    struct strobe_name name = strobe_name_of(str, buffer);
    strobe_image_put_text(&walk->writer, name.text, name.size);
}

/* ---- Rules ---- */

static const char *judge(struct strobe_walk *walk, const char *text, size_t size)
{
    strobe_walk_spend(walk, JUDGE_COST + size / JUDGE_BYTES_PER_COST);
    return strobe_policy_name(strobe_capture_policy(), text, size);
}

/* The text judged here is keyed by its hash, 64 bits keyed by the interpreter's secret, and its length. */
static const char *rule_of_str(struct strobe_walk *walk, PyObject *str)
{
    Py_hash_t hash = ((PyASCIIObject *)str)->hash; /* -1: not known yet */
    Py_ssize_t length = PyUnicode_GET_LENGTH(str);
    struct strobe_remembered_rule *remembered = &walk->rules[(size_t)hash & (STROBE_WALK_RULES - 1)];
    if (hash != -1 && remembered->hash == hash && remembered->length == length) {
        return remembered->rule;
    }
    char buffer[JUDGED_MAX];
    struct strobe_name name = strobe_text_of(str, buffer, JUDGED_MAX);
    const char *rule = judge(walk, name.text, name.size);
    if (hash != -1) {
        *remembered = (struct strobe_remembered_rule){hash, length, rule};
    }
    return rule;
}

static const char *rule_of_bytes(struct strobe_walk *walk, const char *text, Py_ssize_t size)
{
    return judge(walk, text, (size_t)(size < JUDGED_MAX ? size : JUDGED_MAX));
}

static const char *rule_of_text(struct strobe_walk *walk, PyObject *name)
{
    if (PyUnicode_Check(name)) {
        return rule_of_str(walk, name);
    }
    if (PyBytes_Check(name)) {
        return rule_of_bytes(walk, PyBytes_AS_STRING(name), PyBytes_GET_SIZE(name));
    }
    return NULL;
}

const char *strobe_name_rule(struct strobe_walk *walk, PyObject *name)
{
    if (!PyTuple_Check(name)) {
        return rule_of_text(walk, name);
    }
    const char *rule = NULL;
    for (Py_ssize_t i = 0; rule == NULL && i < PyTuple_GET_SIZE(name) && i < TUPLE_MEMBERS_MAX; i++) {
        PyObject *member = PyTuple_GET_ITEM(name, i);
        rule = member != NULL ? rule_of_text(walk, member) : NULL;
    }
    return rule;
}

const char *strobe_name_secret(struct strobe_walk *walk, PyObject *name)
{
    const char *rule = strobe_name_rule(walk, name);
    return rule != NULL && rule[0] == STROBE_RULE_UNLISTED ? NULL : rule;
}

/* ---- Pairs under two names ---- */

static bool is_one_of(PyObject *name, const char *const *words, size_t count)
{
    if (!PyUnicode_Check(name) || !strobe_str_readable(name) || !PyUnicode_IS_ASCII(name)) {
        return false;
    }
    size_t length = (size_t)PyUnicode_GET_LENGTH(name);
    const char *text = PyUnicode_DATA(name);
    for (size_t i = 0; i < count; i++) {
        if (strlen(words[i]) == length && memcmp(text, words[i], length) == 0) {
            return true;
        }
    }
    return false;
}

void strobe_name_pair_see(struct strobe_walk *walk, struct strobe_name_pair *pair, PyObject *name, PyObject *value)
{
    static const char *const naming[] = {"name", "key", "Name", "Key", "field", "header", "param", "_name"};
    if (pair->rule == NULL && (PyUnicode_Check(value) || PyBytes_Check(value)) &&
        is_one_of(name, naming, sizeof naming / sizeof naming[0])) {
        pair->rule = strobe_name_secret(walk, value);
    }
}

const char *strobe_name_pair_rule(const struct strobe_name_pair *pair, PyObject *name)
{
    static const char *const named[] = {"value", "Value",   "val",     "values", "content",
                                        "data",  "default", "initial", "raw",    "_value"};
    return pair->rule != NULL && is_one_of(name, named, sizeof named / sizeof named[0]) ? pair->rule : NULL;
}
