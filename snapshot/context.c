/* What stands around the frames: the trace, the request, the task and who awaits it, and the frames of C code. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "snapshot/decoder.h"
#include "snapshot/native.h"
#include "snapshot/pattern.h"
#include "strobe/limits.h"

enum { TRACE_BYTES = 16, SPAN_BYTES = 8, AWAITER_FRAMES_MAX = 16 };

static int set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new_nocheck(object, key, value) == 0 ? 0 : STROBE_ENOMEM;
}

/* ---- Time, trace, request ---- */

int strobe_decoder_time(json_t *body, uint64_t time_ns)
{
    char text[64], second[40];
    time_t seconds = (time_t)(time_ns / 1000000000);
    struct tm parts;
    if (gmtime_r(&seconds, &parts) == NULL || strftime(second, sizeof second, "%Y-%m-%dT%H:%M:%S", &parts) == 0) {
        return 0;
    }
    snprintf(text, sizeof text, "%s.%09uZ", second, (unsigned)(time_ns % 1000000000));
    return set(body, "time", json_string(text));
}

static json_t *hexadecimal(const uint8_t *bytes, size_t size)
{
    char text[2 * TRACE_BYTES + 1];
    for (size_t i = 0; i < size; i++) {
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    }
    return json_string(text);
}

int strobe_decoder_trace(struct strobe_decoder *decoder, json_t *body)
{
    if (strobe_image_get_u8(&decoder->reader) == 0) {
        return 0;
    }
    const uint8_t *ids = strobe_image_get_bytes(&decoder->reader, TRACE_BYTES + SPAN_BYTES);
    if (ids == NULL) {
        return strobe_decoder_refuse(decoder, "it ends inside a trace");
    }
    json_t *trace = json_object();
    int status = set(body, "trace", trace);
    if (status == 0) {
        status = set(trace, "trace_id", hexadecimal(ids, TRACE_BYTES));
    }
    return status == 0 ? set(trace, "span_id", hexadecimal(ids + TRACE_BYTES, SPAN_BYTES)) : status;
}

/* The next text under `key`, unless it is empty; what looks like a secret is not shown. */
static int add_text(struct strobe_decoder *decoder, json_t *object, const char *key)
{
    json_t *text = strobe_decoder_text(decoder);
    if (text != NULL && json_string_length(text) == 0) {
        json_decref(text);
        return 0;
    }
    if (text != NULL &&
        strobe_decoder_scan(decoder, json_string_value(text), json_string_length(text), false) != NULL) {
        json_decref(text);
        text = json_string("<redacted>");
    }
    return set(object, key, text);
}

int strobe_decoder_request(struct strobe_decoder *decoder, json_t *body)
{
    if (strobe_image_get_u8(&decoder->reader) == 0) {
        return 0;
    }
    json_t *request = json_object();
    int status = set(body, "request", request);
    if (status == 0) {
        status = add_text(decoder, request, "method");
    }
    if (status == 0) {
        status = add_text(decoder, request, "path");
    }
    return status == 0 ? add_text(decoder, request, "route") : status;
}

/* ---- Tasks ---- */

static int add_task(struct strobe_decoder *decoder, json_t *task, const char *name_key)
{
    int status = add_text(decoder, task, name_key);
    return status == 0 ? add_text(decoder, task, "coroutine") : status;
}

static int add_awaiter_frames(struct strobe_decoder *decoder, json_t *awaiter)
{
    json_t *frames = json_array();
    int status = set(awaiter, "frames", frames);
    unsigned count = strobe_image_get_u8(&decoder->reader);
    if (status == 0 && count > AWAITER_FRAMES_MAX) {
        return strobe_decoder_refuse(decoder, "a task has too many frames");
    }
    for (unsigned i = 0; status == 0 && i < count; i++) {
        json_t *frame = json_object();
        status = json_array_append_new(frames, frame) == 0 ? strobe_decoder_place(decoder, frame) : STROBE_ENOMEM;
    }
    return status;
}

static int add_awaiter(struct strobe_decoder *decoder, json_t *awaiters)
{
    json_t *awaiter = json_object();
    if (json_array_append_new(awaiters, awaiter) < 0) {
        return STROBE_ENOMEM;
    }
    int status = add_task(decoder, awaiter, "task");
    unsigned others = strobe_image_get_u8(&decoder->reader);
    if (status == 0 && others > 0) {
        status = set(awaiter, "others", json_integer(others));
    }
    return status == 0 ? add_awaiter_frames(decoder, awaiter) : status;
}

int strobe_decoder_task(struct strobe_decoder *decoder, json_t *body)
{
    if (strobe_image_get_u8(&decoder->reader) == 0) {
        return 0;
    }
    json_t *task = json_object(), *awaiters = json_array();
    int status = set(body, "task", task) | set(body, "awaiters", awaiters);
    if (status == 0) {
        status = add_task(decoder, task, "name");
    }
    unsigned count = strobe_image_get_u8(&decoder->reader);
    if (status == 0 && count > STROBE_CAPTURE_AWAITERS_MAX) {
        return strobe_decoder_refuse(decoder, "too many tasks await");
    }
    for (unsigned i = 0; status == 0 && i < count; i++) {
        status = add_awaiter(decoder, awaiters);
    }
    return status == 0 && decoder->reader.failed ? strobe_decoder_refuse(decoder, "it ends inside a task") : status;
}

/* ---- Greenlets ---- */

static json_t *identity(uint64_t address)
{
    char text[24];
    snprintf(text, sizeof text, "0x%llx", (unsigned long long)address);
    return json_string(text);
}

int strobe_decoder_greenlet(struct strobe_decoder *decoder, json_t *body)
{
    static const char *const texts[] = {"type", "name", "run"};
    unsigned kind = strobe_image_get_u8(&decoder->reader);
    if (kind == STROBE_GREENLET_NONE) {
        return 0;
    }
    if (kind > STROBE_GREENLET_MAIN) {
        return strobe_decoder_refuse(decoder, "the kind of a greenlet is not known");
    }
    json_t *greenlet = json_object();
    int status = set(body, "greenlet", greenlet);
    if (status == 0) {
        status = set(greenlet, "id", identity(strobe_image_get_varint(&decoder->reader)));
    }
    if (status == 0) {
        status = set(greenlet, "main", json_boolean(kind == STROBE_GREENLET_MAIN));
    }
    for (size_t i = 0; status == 0 && i < sizeof texts / sizeof texts[0]; i++) {
        status = add_text(decoder, greenlet, texts[i]);
    }
    return status == 0 && decoder->reader.failed ? strobe_decoder_refuse(decoder, "it ends inside a greenlet") : status;
}

/* ---- Frames of C code ---- */

static int add_native_frame(json_t *frames, uint64_t address)
{
    struct strobe_native_place place;
    char offset[24];
    json_t *frame = json_object();
    if (json_array_append_new(frames, frame) < 0) {
        return STROBE_ENOMEM;
    }
    strobe_native_resolve(address, &place);
    int status = 0;
    if (place.symbol[0] != '\0') {
        status = set(frame, "symbol", json_string(place.symbol));
    }
    if (status == 0 && place.module[0] != '\0') {
        status = set(frame, "module", json_string(place.module));
    }
    snprintf(offset, sizeof offset, "0x%llx", (unsigned long long)place.offset);
    return status == 0 ? set(frame, "offset", json_string(offset)) : status;
}

/* The addresses from `from` to `to` as frames under the Python frame that they called. */
static int add_between(json_t *frame, const uint64_t *addresses, size_t from, size_t to)
{
    json_t *list = json_array();
    int status = frame != NULL && to > from ? set(frame, "native", list) : (json_decref(list), 0);
    for (size_t i = from; status == 0 && frame != NULL && i < to; i++) {
        status = add_native_frame(list, addresses[i]);
    }
    return status;
}

/*
 * Put the frames of C between those of Python: a frame of the interpreter's loop covers the Python frames up to and
 * with the next one that C code entered. What comes before the first loop is the interpreter's way to us.
 */
static int merge(const struct strobe_decoder *decoder, json_t *frames, const uint64_t *addresses, size_t count)
{
    size_t frame = 0, frame_count = json_array_size(frames), i = 0;
    int status = 0;
    while (i < count && !strobe_native_is_eval(addresses[i])) {
        i++;
    }
    while (status == 0 && i < count && frame < frame_count) {
        while (frame < frame_count && !decoder->entered[frame]) {
            frame++;
        }
        size_t next = i + 1;
        while (next < count && !strobe_native_is_eval(addresses[next])) {
            next++;
        }
        if (frame < frame_count) {
            status = add_between(json_array_get(frames, frame), addresses, i + 1, next);
        }
        frame++;
        i = next;
    }
    return status;
}

static bool has_eval(const uint64_t *addresses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strobe_native_is_eval(addresses[i])) {
            return true;
        }
    }
    return false;
}

int strobe_decoder_native(struct strobe_decoder *decoder, json_t *body)
{
    unsigned count = strobe_image_get_u16(&decoder->reader);
    const uint8_t *bytes = strobe_image_get_bytes(&decoder->reader, (uint64_t)count * sizeof(uint64_t));
    if (bytes == NULL || count > STROBE_CAPTURE_NATIVE_MAX) {
        return strobe_decoder_refuse(decoder, "the frames of C code are malformed");
    }
    uint64_t addresses[STROBE_CAPTURE_NATIVE_MAX];
    memcpy(addresses, bytes, (size_t)count * sizeof addresses[0]);
    if (count == 0 || has_eval(addresses, count)) {
        return merge(decoder, json_object_get(body, "frames"), addresses, count);
    }
    /* The interpreter's loop is not known here: all of them, by themselves. */
    return add_between(body, addresses, 0, count);
}
