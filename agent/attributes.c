#include "agent/attributes.h"

#include <stdlib.h>
#include <string.h>

#include "agent/redaction.h"
#include "base/buffer.h"
#include "base/utf8.h"
#include "probes/py/measure.h"
#include "snapshot/image.h"
#include "strobe/limits.h"

/* Room for all that a hit can have: names, types and texts are bounded. */
enum { ONE_BYTES = 2 * STROBE_NAME_BYTES_MAX + STROBE_CAPTURE_LENGTH_MAX + 16 };

/* ---- In the program's thread, one hit at a time under the GIL ---- */

static uint8_t packed[STROBE_LABELS_MAX * ONE_BYTES];

static void put(struct strobe_image_writer *writer, const char *text, size_t size, size_t max)
{
    strobe_image_put_text(writer, text, size <= max ? size : strobe_utf8_cut(text, size, max));
}

struct strobe_image *strobe_attributes_pack(const struct strobe_log_line *line, const struct strobe_watch_value *values,
                                            size_t count)
{
    struct strobe_image_writer writer = {.bytes = packed, .limit = sizeof packed};
    for (size_t i = 0; i < count; i++) {
        const struct strobe_watch_value *value = &values[i];
        bool failed = value->error != NULL;
        const char *text = failed ? value->error : value->text;
        put(&writer, value->expression, strlen(value->expression), STROBE_NAME_BYTES_MAX);
        strobe_image_put_u8(&writer, failed ? STROBE_WATCH_ERROR : STROBE_WATCH_TEXT);
        put(&writer, failed ? "" : value->type, failed ? 0 : strlen(value->type), STROBE_NAME_BYTES_MAX);
        put(&writer, text, failed ? strlen(text) : value->text_size, STROBE_CAPTURE_LENGTH_MAX);
    }
    struct strobe_log_line whole = *line;
    whole.text = (const char *)packed;
    whole.text_size = writer.size;
    struct strobe_image *image = strobe_log_line_pack(&whole);
    explicit_bzero(packed, writer.size);
    if (image != NULL) {
        image->kind = STROBE_IMAGE_ATTRIBUTES;
    }
    return image;
}

/* ---- On the link thread ---- */

void strobe_attributes_line(const struct strobe_image *image, struct strobe_log_line *ret_line)
{
    strobe_log_line_unpack(image, ret_line);
    ret_line->text_size = 0;
}

/* The next text as JSON and, NUL-terminated, as `ret_text`, which is borrowed from it. */
static json_t *next_text(struct strobe_image_reader *reader, const char **ret_text, size_t *ret_size)
{
    size_t size;
    const char *bytes = strobe_image_get_text(reader, &size);
    char *text = strobe_utf8_repair(bytes, size, ret_size);
    json_t *json = text != NULL ? json_stringn_nocheck(text, *ret_size) : NULL;
    free(text);
    *ret_text = json != NULL ? json_string_value(json) : "";
    return json;
}

static void say(struct strobe_buffer *line, const char *name, const char *value)
{
    strobe_buffer_append_format(line, "%s%s=%s", line->size > 0 ? " " : "", name, value);
}

/* One attribute; its words go to `line` as far as there is room. @return NULL when memory is exhausted */
static json_t *read_one(struct strobe_image_reader *reader, struct strobe_buffer *line)
{
    const char *name, *type, *text;
    char rule[STROBE_REDACTION_RULE_BYTES], hidden[STROBE_REDACTION_RULE_BYTES + 16];
    size_t size;
    json_t *name_json = next_text(reader, &name, &size);
    bool failed = strobe_image_get_u8(reader) == STROBE_WATCH_ERROR;
    json_t *type_json = next_text(reader, &type, &size);
    json_t *text_json = next_text(reader, &text, &size);
    /* A cut text ends up to three bytes short of the maximum: characters are not cut. */
    bool is_cut = !failed && size + 3 >= STROBE_CAPTURE_LENGTH_MAX;
    json_t *one = NULL;
    if (name_json == NULL || type_json == NULL || text_json == NULL) {
        one = NULL;
    } else if (strobe_redaction_hides(text, size, is_cut, rule)) {
        snprintf(hidden, sizeof hidden, "(redacted: %s)", rule);
        one = json_pack("{s:O, s:s, s:s}", "expression", name_json, "cut", "redacted:pattern", "rule", rule);
        say(line, name, hidden);
    } else if (failed) {
        one = json_pack("{s:O, s:O}", "expression", name_json, "error", text_json);
        say(line, name, "?");
    } else {
        one = json_pack("{s:O, s:O, s:O}", "expression", name_json, "type", type_json, "text", text_json);
        say(line, name, text);
    }
    if (one != NULL && is_cut && json_object_get(one, "cut") == NULL) {
        json_object_set_new(one, "cut", json_string("length"));
    }
    json_decref(name_json);
    json_decref(type_json);
    json_decref(text_json);
    return one;
}

int strobe_attributes_read(const struct strobe_image *image, json_t **ret_watches, char **ret_text)
{
    struct strobe_log_line packed_line;
    struct strobe_image_reader reader;
    struct strobe_buffer line;
    bool complete = true;
    strobe_log_line_unpack(image, &packed_line);
    strobe_image_reader_init(&reader, (const uint8_t *)packed_line.text, packed_line.text_size);
    strobe_buffer_init(&line, STROBE_LABELS_MAX * ONE_BYTES);
    json_t *watches = json_array();
    while (complete && reader.at < reader.end && !reader.failed) {
        json_t *one = read_one(&reader, &line);
        complete = one != NULL && json_array_append_new(watches, one) == 0;
    }
    size_t size = 0;
    char *text = complete ? strobe_buffer_steal(&line, &size) : NULL;
    strobe_buffer_done(&line);
    if (text == NULL) {
        json_decref(watches);
        return STROBE_ENOMEM;
    }
    text[strobe_utf8_cut(text, size, STROBE_LOG_BYTES_MAX)] = '\0';
    *ret_watches = watches;
    *ret_text = text;
    return 0;
}
