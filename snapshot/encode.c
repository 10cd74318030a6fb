#include "snapshot/encode.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "snapshot/decoder.h"
#include "snapshot/library.h"
#include "snapshot/pattern.h"
#include "snapshot/text.h"
#include "strobe/limits.h"

enum { FORMAT = 1, TEXT_BYTES = 16 * 1024 /* of one leaf with its escapes */ };

/* The letters of variables; see docs/snapshot-format.md. */
static const char KINDS[] = "pakvwlPAKVWLfhn";

static int set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new_nocheck(object, key, value) == 0 ? 0 : STROBE_ENOMEM;
}

/* ---- Shared with value.c ---- */

int strobe_decoder_refuse(struct strobe_decoder *decoder, const char *why)
{
    return strobe_error_set(decoder->error, STROBE_EPROTO, "broken snapshot image: %s", why);
}

json_t *strobe_decoder_text(struct strobe_decoder *decoder)
{
    size_t size;
    const char *text = strobe_image_get_text(&decoder->reader, &size);
    strobe_buffer_clear(&decoder->text);
    strobe_text_plain(&decoder->text, text, size);
    if (decoder->text.failed) {
        return NULL;
    }
    return json_stringn_nocheck(decoder->text.size > 0 ? decoder->text.data : "", decoder->text.size);
}

json_t *strobe_decoder_rule(struct strobe_decoder *decoder, enum strobe_cut *ret_cut)
{
    size_t size;
    const char *rule = strobe_image_get_text(&decoder->reader, &size);
    *ret_cut = STROBE_CUT_REDACTED_NAME;
    if (size > 0 && (rule[0] == STROBE_RULE_TYPE || rule[0] == STROBE_RULE_UNLISTED)) {
        *ret_cut = rule[0] == STROBE_RULE_TYPE ? STROBE_CUT_REDACTED_TYPE : STROBE_CUT_REDACTED_UNLISTED;
        rule++;
        size--;
    }
    strobe_buffer_clear(&decoder->text);
    strobe_text_plain(&decoder->text, rule, size);
    if (decoder->text.failed) {
        return NULL;
    }
    return json_stringn_nocheck(decoder->text.size > 0 ? decoder->text.data : "", decoder->text.size);
}

const char *strobe_decoder_scan(struct strobe_decoder *decoder, const char *text, size_t size, bool is_cut)
{
    const char *rule = strobe_pattern_find(decoder->policy, text, size, is_cut);
    if (rule != NULL || !strobe_policy_has_patterns(decoder->policy)) {
        return rule;
    }
    if (decoder->match_ns > STROBE_POLICY_NS_MAX) {
        return "not looked through: the policy's patterns take too long";
    }
    /* Not the time that went by: on a machine that stalls, values would be hidden for nothing. */
    int64_t started_ns = strobe_clock_thread_ns();
    rule = strobe_policy_match(decoder->policy, text, size);
    decoder->match_ns += strobe_clock_thread_ns() - started_ns;
    return rule;
}

json_t *strobe_decoder_ref(struct strobe_decoder *decoder)
{
    uint64_t ref = strobe_image_get_varint(&decoder->reader);
    if (ref >= STROBE_CAPTURE_VALUES_MAX) {
        decoder->reader.failed = true;
        ref = 0;
    }
    if (ref >= decoder->refs_end) {
        decoder->refs_end = ref + 1;
    }
    return json_integer((json_int_t)ref);
}

/* Names are made of data where programs set attributes, or name threads, by what they were sent. */
static json_t *decode_name(struct strobe_decoder *decoder)
{
    struct strobe_image_reader ahead = decoder->reader;
    size_t size;
    const char *raw = strobe_image_get_text(&ahead, &size);
    const char *rule = strobe_decoder_scan(decoder, raw, size, false);
    json_t *name = strobe_decoder_text(decoder);
    if (rule == NULL || name == NULL) {
        return name;
    }
    json_decref(name);
    return json_string("<redacted>");
}

int strobe_decoder_named(struct strobe_decoder *decoder, json_t **ret_list)
{
    json_t *list = json_array();
    unsigned count = strobe_image_get_u16(&decoder->reader);
    for (unsigned i = 0; i < count && !decoder->reader.failed; i++) {
        json_t *pair = json_array();
        if (json_array_append_new(list, pair) < 0 || json_array_append_new(pair, decode_name(decoder)) < 0 ||
            json_array_append_new(pair, strobe_decoder_ref(decoder)) < 0) {
            json_decref(list);
            return STROBE_ENOMEM;
        }
    }
    if (decoder->reader.failed || list == NULL) {
        json_decref(list);
        return list == NULL ? STROBE_ENOMEM : strobe_decoder_refuse(decoder, "it ends inside a list of names");
    }
    *ret_list = list;
    return 0;
}

/* ---- Frames ---- */

static int add_number(struct strobe_decoder *decoder, json_t *object, const char *key, bool even_zero)
{
    uint64_t number = strobe_image_get_varint(&decoder->reader);
    if (number > INT64_MAX) {
        return strobe_decoder_refuse(decoder, "a number is too large");
    }
    return number != 0 || even_zero ? set(object, key, json_integer((json_int_t)number)) : 0;
}

/* One letter for each local. */
static int add_kinds(struct strobe_decoder *decoder, json_t *frame, size_t count)
{
    const uint8_t *kinds = strobe_image_get_bytes(&decoder->reader, count);
    for (size_t i = 0; kinds != NULL && i < count; i++) {
        if (kinds[i] == '\0' || strchr(KINDS, kinds[i]) == NULL) {
            kinds = NULL;
        }
    }
    if (kinds == NULL) {
        return strobe_decoder_refuse(decoder, "the kind of a variable is not known");
    }
    return set(frame, "kinds", json_stringn_nocheck((const char *)kinds, count));
}

static int add_locals(struct strobe_decoder *decoder, json_t *frame)
{
    json_t *locals = NULL;
    int status = set(frame, "arguments", json_integer(strobe_image_get_u16(&decoder->reader)));
    if (status == 0) {
        status = strobe_decoder_named(decoder, &locals);
    }
    if (status == 0) {
        status = set(frame, "locals", locals);
    }
    if (status == 0) {
        status = add_number(decoder, frame, "locals_cut", false);
    }
    return status == 0 ? add_kinds(decoder, frame, json_array_size(locals)) : status;
}

static bool is_library(json_t *frame)
{
    json_t *file = json_object_get(frame, "file");
    return strobe_library_owns(json_string_value(file), json_string_length(file));
}

int strobe_decoder_place(struct strobe_decoder *decoder, json_t *frame)
{
    int status = set(frame, "function", strobe_decoder_text(decoder));
    if (status == 0) {
        status = set(frame, "file", strobe_decoder_text(decoder));
    }
    if (status == 0) {
        status = add_number(decoder, frame, "line", true);
    }
    return status == 0 && is_library(frame) ? set(frame, "library", json_true()) : status;
}

static int add_frame(struct strobe_decoder *decoder, json_t *frames, bool *ret_entered)
{
    json_t *frame = json_object();
    if (json_array_append_new(frames, frame) < 0) {
        return STROBE_ENOMEM;
    }
    int status = strobe_decoder_place(decoder, frame);
    unsigned flags = strobe_image_get_u8(&decoder->reader);
    *ret_entered = (flags & STROBE_FRAME_ENTERED) != 0;
    if (status == 0 && (flags & STROBE_FRAME_HAS_LOCALS) != 0) {
        status = add_locals(decoder, frame);
    }
    if (status == 0 && decoder->reader.failed) {
        status = strobe_decoder_refuse(decoder, "it ends inside a frame");
    }
    return status;
}

static int add_frames(struct strobe_decoder *decoder, json_t *body)
{
    json_t *frames = json_array();
    int status = add_number(decoder, body, "frames_total", true);
    unsigned count = strobe_image_get_u8(&decoder->reader);
    if (status == 0 && (count == 0 || count > STROBE_CAPTURE_FRAMES_MAX)) {
        status = strobe_decoder_refuse(decoder, "the number of frames is wrong");
    }
    for (unsigned i = 0; status == 0 && i < count; i++) {
        status = add_frame(decoder, frames, &decoder->entered[i]);
    }
    if (status < 0) {
        json_decref(frames);
        return status;
    }
    return set(body, "frames", frames);
}

/* ---- The rest of the document ---- */

static int add_thread(struct strobe_decoder *decoder, json_t *body)
{
    json_t *thread = json_object();
    int status = set(body, "thread", thread);
    if (status == 0) {
        status = add_number(decoder, thread, "id", true);
    }
    if (status < 0) {
        return status;
    }
    json_t *name = decode_name(decoder);
    if (name != NULL && json_string_length(name) == 0) {
        json_decref(name); /* could not be read */
        return 0;
    }
    return set(thread, "name", name);
}

static int add_type(struct strobe_decoder *decoder)
{
    return json_array_append_new(decoder->types, strobe_decoder_text(decoder)) == 0 ? 0 : STROBE_ENOMEM;
}

static int add_records(struct strobe_decoder *decoder)
{
    for (;;) {
        unsigned kind = strobe_image_get_u8(&decoder->reader);
        if (decoder->reader.failed) {
            return strobe_decoder_refuse(decoder, "it has no end");
        }
        if (kind == STROBE_RECORD_END) {
            return 0;
        }
        int status = kind == STROBE_RECORD_TYPE    ? add_type(decoder)
                     : kind == STROBE_RECORD_VALUE ? strobe_decoder_value(decoder)
                                                   : strobe_decoder_refuse(decoder, "a record is of an unknown kind");
        if (status < 0) {
            return status;
        }
    }
}

/* Stand-ins for the values that were cut before anything of them was copied. */
static int add_missing(struct strobe_decoder *decoder, uint64_t total, const char *cut)
{
    while (json_array_size(decoder->values) < total) {
        json_t *value = json_object();
        if (json_array_append_new(decoder->values, value) < 0 || set(value, "cut", json_string(cut)) < 0) {
            return STROBE_ENOMEM;
        }
    }
    return 0;
}

static int add_end(struct strobe_decoder *decoder, json_t *body)
{
    uint64_t total = strobe_image_get_varint(&decoder->reader);
    const char *cut = strobe_cut_name(strobe_image_get_u8(&decoder->reader));
    int status = add_number(decoder, body, "capture_ns", true);
    if (status == 0) {
        status = strobe_decoder_hide(decoder, body);
    }
    if (status == 0) {
        status = strobe_decoder_hide_shreds(decoder);
    }
    if (status < 0) {
        return status;
    }
    if (decoder->reader.failed || decoder->reader.at != decoder->reader.end || cut == NULL) {
        return strobe_decoder_refuse(decoder, "its end is malformed");
    }
    size_t written = json_array_size(decoder->values);
    if (total > STROBE_CAPTURE_VALUES_MAX || total < written || total < decoder->refs_end) {
        return strobe_decoder_refuse(decoder, "a reference leads nowhere");
    }
    if (total > written && *cut == '\0') {
        return strobe_decoder_refuse(decoder, "values are missing without a reason");
    }
    status = add_missing(decoder, total, cut);
    return status == 0 && *cut != '\0' ? set(body, "cut", json_string(cut)) : status;
}

static int decode(struct strobe_decoder *decoder, struct strobe_snapshot_head *head, json_t *body)
{
    if (strobe_image_get_u8(&decoder->reader) != STROBE_IMAGE_VERSION) {
        return strobe_decoder_refuse(decoder, "its version is not known");
    }
    head->tag = strobe_image_get_u64(&decoder->reader);
    uint64_t time_ns = strobe_image_get_u64(&decoder->reader);
    head->time_us = (int64_t)(time_ns / 1000);
    static int (*const parts[])(struct strobe_decoder *, json_t *) = {
        add_thread,          strobe_decoder_trace,    strobe_decoder_request, add_frames,
        strobe_decoder_task, strobe_decoder_greenlet, strobe_decoder_native,  strobe_decoder_watches,
    };
    int status = set(body, "format", json_integer(FORMAT));
    if (status == 0) {
        status = strobe_decoder_time(body, time_ns);
    }
    for (size_t i = 0; status == 0 && i < sizeof parts / sizeof parts[0]; i++) {
        status = parts[i](decoder, body);
    }
    if (status == 0) {
        status = add_records(decoder);
    }
    if (status == 0) {
        status = add_end(decoder, body);
    }
    return status == 0 ? set(body, "values", json_incref(decoder->values)) : status;
}

static int fill_head(struct strobe_snapshot_head *head, json_t *body)
{
    json_t *frame = json_array_get(json_object_get(body, "frames"), 0);
    head->function = strdup(json_string_value(json_object_get(frame, "function")));
    head->file = strdup(json_string_value(json_object_get(frame, "file")));
    head->line = (int)json_integer_value(json_object_get(frame, "line"));
    return head->function != NULL && head->file != NULL ? 0 : STROBE_ENOMEM;
}

static int start(struct strobe_decoder *decoder, const uint8_t *image, size_t size, struct strobe_error *error)
{
    memset(decoder, 0, sizeof *decoder);
    decoder->error = error;
    decoder->policy = strobe_policy_current();
    strobe_image_reader_init(&decoder->reader, image, size);
    strobe_buffer_init(&decoder->text, STROBE_MESSAGE_BYTES_MAX);
    /* A text that grows would leave copies in free memory. */
    bool reserved = strobe_buffer_reserve(&decoder->text, TEXT_BYTES) != NULL;
    strobe_buffer_clear(&decoder->text);
    decoder->plain = malloc(size > 0 ? size : 1);
    decoder->types = json_array();
    decoder->values = json_array();
    return reserved && decoder->plain != NULL && decoder->types != NULL && decoder->values != NULL ? 0 : STROBE_ENOMEM;
}

static void finish(struct strobe_decoder *decoder, size_t size)
{
    if (decoder->plain != NULL) {
        explicit_bzero(decoder->plain, size);
    }
    if (decoder->text.data != NULL) {
        explicit_bzero(decoder->text.data, decoder->text.capacity);
    }
    free(decoder->plain);
    free(decoder->spans);
    strobe_policy_unref(decoder->policy);
    strobe_buffer_done(&decoder->text);
    json_decref(decoder->types);
    json_decref(decoder->values);
}

int strobe_snapshot_encode(const uint8_t *image, size_t size, struct strobe_snapshot_head *ret_head, json_t **ret_body,
                           struct strobe_error *error)
{
    struct strobe_decoder decoder;
    struct strobe_snapshot_head head = {0};
    json_t *body = json_object();
    int status = start(&decoder, image, size, error);
    if (status == 0 && body == NULL) {
        status = STROBE_ENOMEM;
    }
    if (status == 0) {
        status = decode(&decoder, &head, body);
    }
    if (status == 0) {
        status = fill_head(&head, body);
    }
    finish(&decoder, size);
    if (status < 0) {
        json_decref(body);
        strobe_snapshot_head_done(&head);
        return status == STROBE_ENOMEM ? strobe_error_set(error, status, "no memory to encode a snapshot") : status;
    }
    *ret_head = head;
    *ret_body = body;
    return 0;
}

void strobe_snapshot_head_done(struct strobe_snapshot_head *head)
{
    free(head->function);
    free(head->file);
    memset(head, 0, sizeof *head);
}
