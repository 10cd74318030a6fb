#include "hub/body_path.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The text ---- */

enum step_kind { STEP_FIELD, STEP_INDEX, STEP_KEY };

struct step {
    enum step_kind kind;
    const char *text; /* as written: with its dot or brackets */
    size_t size;
    const char *inner; /* field: the name; else what stands between the brackets */
    size_t inner_size;
};

static bool ends_name(char c)
{
    return c == '\0' || c == '.' || c == '[' || c == ',' || c == ']';
}

/* Behind the closing quote of the literal at `text`; NULL when it does not end. */
static const char *behind_literal(const char *text)
{
    char quote = *text++;
    while (*text != '\0' && *text != quote) {
        text += *text == '\\' && text[1] != '\0' ? 2 : 1;
    }
    return *text == quote ? text + 1 : NULL;
}

/* The `]` that closes the bracket before `text`; NULL when there is none. */
static const char *closing(const char *text)
{
    int depth = 1;
    while (text != NULL && *text != '\0') {
        if (*text == '\'' || *text == '"') {
            text = behind_literal(text);
            continue;
        }
        depth += (*text == '[' || *text == '(' || *text == '{') - (*text == ']' || *text == ')' || *text == '}');
        if (depth == 0) {
            return *text == ']' ? text : NULL;
        }
        text++;
    }
    return NULL;
}

const char *strobe_body_path_end(const char *text)
{
    int depth = 0;
    while (*text != '\0' && (depth > 0 || *text != ',')) {
        if (*text == '\'' || *text == '"') {
            const char *behind = behind_literal(text);
            text = behind != NULL ? behind : text + strlen(text);
            continue;
        }
        depth += (*text == '[' || *text == '(' || *text == '{') - (*text == ']' || *text == ')' || *text == '}');
        text++;
    }
    return text;
}

static bool is_index(const char *text, size_t size)
{
    size_t digits = size - (size > 0 && text[0] == '-');
    for (size_t i = size - digits; i < size; i++) {
        if (!isdigit((unsigned char)text[i])) {
            return false;
        }
    }
    return digits > 0 && digits <= 18;
}

static int refuse(const char *path, const char *at, const char *what, struct strobe_error *error)
{
    return strobe_error_set(error, STROBE_ESYNTAX, "path, column %zu: %s; write order.items[3].price or order['key']",
                            (size_t)(at - path) + 1, what);
}

static int read_bracket(const char *path, const char *at, struct step *step, struct strobe_error *error)
{
    const char *end = closing(at + 1);
    if (end == NULL) {
        return refuse(path, at, "this bracket is not closed", error);
    }
    step->inner = at + 1;
    while (*step->inner == ' ') {
        step->inner++;
    }
    step->inner_size = (size_t)(end - step->inner);
    while (step->inner_size > 0 && step->inner[step->inner_size - 1] == ' ') {
        step->inner_size--;
    }
    if (step->inner_size == 0 || end < step->inner) {
        return refuse(path, at, "there is nothing between these brackets", error);
    }
    step->kind = is_index(step->inner, step->inner_size) ? STEP_INDEX : STEP_KEY;
    step->text = at;
    step->size = (size_t)(end - at) + 1;
    return 0;
}

/* Read the step at `at`. */
static int read_step(const char *path, const char *at, struct step *step, struct strobe_error *error)
{
    if (*at == '[') {
        return read_bracket(path, at, step, error);
    }
    if (*at != '.') {
        return refuse(path, at, "a . or [ should stand here", error);
    }
    const char *end = at + 1;
    while (!ends_name(*end)) {
        end++;
    }
    if (end == at + 1) {
        return refuse(path, at, "a field's name should follow", error);
    }
    *step = (struct step){STEP_FIELD, at, (size_t)(end - at), at + 1, (size_t)(end - at) - 1};
    return 0;
}

static bool same_text(const struct step *step, const char *text)
{
    return strlen(text) == step->inner_size && memcmp(text, step->inner, step->inner_size) == 0;
}

/* ---- Literals ---- */

static size_t put_character(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | (c >> 6)), out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | (c >> 12)), out[1] = (char)(0x80 | ((c >> 6) & 0x3F)),
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | ((c >> 18) & 7)), out[1] = (char)(0x80 | ((c >> 12) & 0x3F));
    out[2] = (char)(0x80 | ((c >> 6) & 0x3F)), out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* Characters behind a backslash. @return how many were read */
static size_t read_escape(const char *text, size_t size, char *out, size_t *ret_written)
{
    static const char letters[] = "nrtabfv0", values[] = "\n\r\t\a\b\f\v";
    const char *letter = memchr(letters, text[0], sizeof letters - 1);
    size_t digits = text[0] == 'x' ? 2 : text[0] == 'u' ? 4 : text[0] == 'U' ? 8 : 0;
    char number[9] = "";
    if (digits > 0 && size > digits) {
        memcpy(number, text + 1, digits);
        *ret_written = put_character((uint32_t)strtoul(number, NULL, 16), out);
        return digits + 1;
    }
    out[0] = letter != NULL ? values[letter - letters] : text[0];
    *ret_written = 1;
    return 1;
}

/* What a str literal stands for, NUL-terminated, to be released with free(). NULL: it is none, or no memory. */
static char *literal_value(const char *text, size_t size)
{
    if (size < 2 || (text[0] != '\'' && text[0] != '"') || text[size - 1] != text[0]) {
        return NULL;
    }
    char *value = malloc(size + 4); /* no escape is shorter than what it stands for */
    size_t used = 0;
    for (size_t i = 1; value != NULL && i < size - 1;) {
        size_t written = 1;
        if (text[i] == '\\' && i + 1 < size - 1) {
            i += 1 + read_escape(text + i + 1, size - 1 - (i + 1), value + used, &written);
        } else {
            value[used] = text[i++];
        }
        used += written;
    }
    if (value != NULL) {
        value[used] = '\0';
    }
    return value;
}

/* ---- Steps in the graph ---- */

static bool key_is(const struct strobe_body *body, int64_t key, const struct step *step)
{
    char shown[STROBE_BODY_STEP_BYTES];
    json_t *value = strobe_body_value(body, key);
    const char *text = strobe_body_text(value, "text");
    if (value == NULL || strobe_body_is_redacted(value)) {
        return false;
    }
    if (same_text(step, text)) {
        return true;
    }
    strobe_body_key(body, key, shown);
    if (strobe_body_children(value) > 0) {
        return shown[0] != '<' && same_text(step, shown);
    }
    if (strcmp(strobe_body_text(value, "type"), "str") != 0 || json_object_get(value, "cut") != NULL) {
        return false;
    }
    char *wanted = literal_value(step->inner, step->inner_size), *have = literal_value(text, strlen(text));
    bool same = wanted != NULL && have != NULL && strcmp(wanted, have) == 0;
    free(wanted);
    free(have);
    return same;
}

/* The position an index means; -1 when it is not among those captured. */
static int64_t item_position(json_t *value, const struct step *step)
{
    char number[24] = "";
    memcpy(number, step->inner, step->inner_size < sizeof number - 1 ? step->inner_size : sizeof number - 1);
    int64_t index = strtoll(number, NULL, 10);
    int64_t count = (int64_t)json_array_size(json_object_get(value, "items"));
    if (index < 0) {
        json_t *size = json_object_get(value, "size");
        index += json_is_integer(size) ? json_integer_value(size) : count;
    }
    return index < count ? index : -1;
}

static bool step_is(const struct strobe_body *body, const struct step *step, const struct strobe_body_child *child,
                    int64_t position)
{
    switch (child->part) {
    case STROBE_BODY_ITEM:
        return step->kind == STEP_INDEX && (int64_t)child->index == position;
    case STROBE_BODY_ENTRY:
        return step->kind != STEP_FIELD && key_is(body, child->key, step);
    default:
        return step->kind == STEP_FIELD && same_text(step, child->name);
    }
}

/* The child that `step` names, or NO_REF. */
static int64_t take_step(const struct strobe_body *body, json_t *value, const struct step *step)
{
    struct strobe_body_child child;
    int64_t position = step->kind == STEP_INDEX ? item_position(value, step) : -1;
    size_t count = strobe_body_children(value);
    for (size_t i = 0; i < count; i++) {
        if (strobe_body_child(value, i, &child) && step_is(body, step, &child, position)) {
            return child.ref;
        }
    }
    return STROBE_BODY_NO_REF;
}

/* ---- Why not ---- */

/* Take a character off the end that was cut in two. */
static void whole_characters(char *text, size_t size)
{
    size_t start = size;
    while (start > 0 && size - start < 4 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) {
        start--;
    }
    unsigned char first = start > 0 ? (unsigned char)text[start - 1] : 0;
    size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    if (start > 0 && size - (start - 1) < length) {
        text[start - 1] = '\0';
    }
}

static void note(char *buffer, size_t buffer_size, const char *text, size_t size)
{
    bool cut = size >= buffer_size;
    size = cut ? buffer_size - 1 : size;
    memcpy(buffer, text, size);
    buffer[size] = '\0';
    if (cut) {
        whole_characters(buffer, size);
    }
}

__attribute__((format(printf, 3, 4))) static void say(struct strobe_body_found *found, const char *reason,
                                                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(found->message, sizeof found->message, format, arguments);
    va_end(arguments);
    if (size >= (int)sizeof found->message) {
        whole_characters(found->message, sizeof found->message - 1);
    }
    found->reason = reason;
}

static void say_cut(json_t *value, struct strobe_body_found *found)
{
    char reason[STROBE_BODY_REASON_BYTES];
    json_t *size = json_object_get(value, "size");
    size_t shown = strobe_body_children(value);
    strobe_body_reason(value, reason);
    if (shown > 0 && json_is_integer(size)) {
        say(found, "cut", "%s has %" JSON_INTEGER_FORMAT " items, of which %zu were captured; %s is not among them",
            found->reached, json_integer_value(size), shown, found->missing);
    } else {
        say(found, "cut", "nothing below %s leads to %s: %s", found->reached, found->missing, reason);
    }
}

static void say_no_field(const struct strobe_body *body, json_t *value, const char *type,
                         struct strobe_body_found *found)
{
    char quoted[STROBE_BODY_STEP_BYTES + 2];
    snprintf(quoted, sizeof quoted, "'%s'", found->missing + 1);
    struct step as_key = {.kind = STEP_KEY, .inner = quoted, .inner_size = strlen(quoted)};
    bool is_key = take_step(body, value, &as_key) != STROBE_BODY_NO_REF;
    say(found, "no_field", "%s is a %s that has no field '%s'%s%s%s", found->reached, type, found->missing + 1,
        is_key ? "; write it as a key: [" : "", is_key ? quoted : "", is_key ? "]" : "");
}

static void say_absent(const struct strobe_body *body, json_t *value, const struct step *step,
                       struct strobe_body_found *found)
{
    const char *type = strobe_body_text(value, "type");
    json_t *items = json_object_get(value, "items");
    size_t count = json_array_size(items);
    type = type[0] != '\0' ? type : "value";
    if (step->kind == STEP_FIELD) {
        say_no_field(body, value, type, found);
    } else if (step->kind == STEP_INDEX && json_is_array(items)) {
        say(found, "no_index", "%s has %zu %s, so there is no %s", found->reached, count, count == 1 ? "item" : "items",
            found->missing);
    } else {
        say(found, "no_key", "%s is a %s that has no %s", found->reached, type, found->missing);
    }
}

static void say_no_name(const struct strobe_body *body, size_t frame, struct strobe_body_found *found)
{
    for (size_t i = 0; i < json_array_size(body->frames); i++) {
        if (strobe_body_local(strobe_body_frame(body, i), found->missing) != STROBE_BODY_NO_REF) {
            say(found, "no_name", "frame %zu has no variable '%s', but frame %zu has: choose that one", frame,
                found->missing, i);
            return;
        }
    }
    say(found, "no_name", "no variable '%s' was captured in frame %zu", found->missing, frame);
}

/* ---- The whole ---- */

static void stop(const struct strobe_body *body, json_t *value, const struct step *step,
                 struct strobe_body_found *found)
{
    note(found->missing, sizeof found->missing, step->text, step->size);
    if (json_object_get(value, "cut") != NULL || value == NULL) {
        say_cut(value, found);
    } else {
        say_absent(body, value, step, found);
    }
}

static int follow(const struct strobe_body *body, const char *path, const char *at, struct strobe_body_found *found,
                  struct strobe_error *error)
{
    bool stopped = false;
    while (*at != '\0') {
        struct step step;
        int status = read_step(path, at, &step, error);
        if (status < 0) {
            return status; /* also behind a step that leads nowhere */
        }
        json_t *value = strobe_body_value(body, found->ref);
        int64_t next = stopped ? STROBE_BODY_NO_REF : take_step(body, value, &step);
        at += step.size;
        if (next != STROBE_BODY_NO_REF) {
            found->ref = next;
            note(found->reached, sizeof found->reached, path, (size_t)(at - path));
        } else if (!stopped) {
            stopped = true;
            stop(body, value, &step, found);
        }
    }
    found->found = !stopped;
    return 0;
}

int strobe_body_path_find(const struct strobe_body *body, size_t frame, const char *path,
                          struct strobe_body_found *ret_found, struct strobe_error *error)
{
    size_t size = strlen(path);
    struct strobe_body_found found = {.reason = ""};
    if (size > STROBE_HUB_PATH_BYTES_MAX) {
        return strobe_error_set(error, STROBE_ELIMIT, "a path may have %d bytes", STROBE_HUB_PATH_BYTES_MAX);
    }
    found.ref = strobe_body_watch(body, path);
    if (found.ref != STROBE_BODY_NO_REF) {
        found.found = true;
        note(found.reached, sizeof found.reached, path, size);
        *ret_found = found;
        return 0;
    }
    const char *end = path;
    while (!ends_name(*end)) {
        end++;
    }
    if (end == path) {
        return refuse(path, path, "it should begin with a variable's name", error);
    }
    char name[STROBE_HUB_PATH_BYTES_MAX + 1];
    note(name, sizeof name, path, (size_t)(end - path));
    found.ref = strobe_body_local(strobe_body_frame(body, frame), name);
    if (found.ref == STROBE_BODY_NO_REF) {
        found.ref = strobe_body_watch(body, name);
    }
    bool missing = found.ref == STROBE_BODY_NO_REF;
    note(missing ? found.missing : found.reached, missing ? sizeof found.missing : sizeof found.reached, name,
         strlen(name));
    int status = follow(body, path, end, &found, error);
    if (status < 0) {
        return status;
    }
    if (missing) {
        found.found = false;
        note(found.missing, sizeof found.missing, name, strlen(name));
        say_no_name(body, frame, &found);
    }
    *ret_found = found;
    return 0;
}
