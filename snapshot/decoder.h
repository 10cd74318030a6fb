/** What the parts of the encoder share while one image is decoded. */
#ifndef STROBE_SNAPSHOT_DECODER_H
#define STROBE_SNAPSHOT_DECODER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "snapshot/image.h"
#include "snapshot/policy.h"
#include "strobe/error.h"
#include "strobe/limits.h"

/** Characters of a text in the image, which are looked at again at the end. */
struct strobe_span {
    const uint8_t *characters;
    uint32_t count;
    uint16_t width; /* bytes of a character; 1 also for UTF-8 */
    uint16_t value; /* number of the value that shows them */
};

/** One decoding. Texts may hold secrets until they are scanned, so both are wiped at the end. */
struct strobe_decoder {
    struct strobe_image_reader reader;
    struct strobe_policy *policy;
    int64_t match_ns;          /* spent on the policy's own patterns */
    struct strobe_buffer text; /* of one leaf */
    char *plain;               /* the same without quotes and escapes, for the scan; as large as the image */
    json_t *types;             /* array of strings */
    json_t *values;            /* array of objects */
    uint64_t refs_end;         /* one more than the highest reference seen */
    struct strobe_span *spans;
    size_t spans_count, spans_capacity;
    struct strobe_error *error;
    bool entered[STROBE_CAPTURE_FRAMES_MAX]; /* which frames were called from C code */
};

/** Refuse the image. @return STROBE_EPROTO */
int strobe_decoder_refuse(struct strobe_decoder *decoder, const char *why);

/**
 * Why a text may not be shown, by the built-in patterns and the policy's own; `is_cut` as for strobe_pattern_find().
 * @return the rule, borrowed as long as the decoder's policy, or NULL
 */
const char *strobe_decoder_scan(struct strobe_decoder *decoder, const char *text, size_t size, bool is_cut);

/** Note that the value being decoded shows `count` characters of the image. @return 0 or STROBE_ENOMEM */
int strobe_decoder_add_span(struct strobe_decoder *decoder, const uint8_t *characters, size_t count, unsigned width);

/** Write characters to `plain`, one byte each, for a scan. @return `plain` */
const char *strobe_decoder_plain(struct strobe_decoder *decoder, const struct strobe_span *span);

/**
 * At the end: redact the values that show a shred of what was redacted by name, or a part of a secret that is split
 * over the items of a list. Reads what the image says about shreds.
 * @return 0, STROBE_EPROTO or STROBE_ENOMEM
 */
int strobe_decoder_hide_shreds(struct strobe_decoder *decoder);

/** The next text as JSON, what cannot be shown escaped; NULL when memory is exhausted. The reader may have failed. */
json_t *strobe_decoder_text(struct strobe_decoder *decoder);

/** The next reference to a value as JSON; NULL when memory is exhausted. */
json_t *strobe_decoder_ref(struct strobe_decoder *decoder);

/**
 * The next `u16 count, (text name, varint value)*` as [[name, ref], ...].
 * @return 0, STROBE_EPROTO or STROBE_ENOMEM
 */
int strobe_decoder_named(struct strobe_decoder *decoder, json_t **ret_list);

/**
 * Decode what follows STROBE_RECORD_VALUE and append it to `values`, redacted by pattern.
 * @return 0, STROBE_EPROTO or STROBE_ENOMEM
 */
int strobe_decoder_value(struct strobe_decoder *decoder);

/** Decode function, file and line into `frame`. @return 0, STROBE_EPROTO or STROBE_ENOMEM, as all that follow */
int strobe_decoder_place(struct strobe_decoder *decoder, json_t *frame);

/** Put the time of the hit into `body`. */
int strobe_decoder_time(json_t *body, uint64_t time_ns);

/** Decode what stands around the frames: the trace, the request, the task with those that await it, the greenlet, C
 *  frames, and the watches. */
int strobe_decoder_trace(struct strobe_decoder *decoder, json_t *body);
int strobe_decoder_request(struct strobe_decoder *decoder, json_t *body);
int strobe_decoder_task(struct strobe_decoder *decoder, json_t *body);
int strobe_decoder_greenlet(struct strobe_decoder *decoder, json_t *body);
int strobe_decoder_native(struct strobe_decoder *decoder, json_t *body);
int strobe_decoder_watches(struct strobe_decoder *decoder, json_t *body);

/**
 * Decode the list of hidden values, redact them, and forget what can be reached through them only.
 * @return 0, STROBE_EPROTO or STROBE_ENOMEM
 */
int strobe_decoder_hide(struct strobe_decoder *decoder, json_t *body);

/** Leave nothing of a value but its type, `cut` and `rule`. Takes `rule` over. @return 0 or STROBE_ENOMEM */
int strobe_decoder_redact(json_t *value, enum strobe_cut cut, json_t *rule);

/** The next rule of the image as JSON, and what kind of cut it makes; NULL when memory is exhausted. */
json_t *strobe_decoder_rule(struct strobe_decoder *decoder, enum strobe_cut *ret_cut);

#endif
