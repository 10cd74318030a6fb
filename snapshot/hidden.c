/* Values that turned out to be secrets after they had been written. */
#include <stdlib.h>

#include "snapshot/decoder.h"

/* ---- What can still be reached from a variable or a watch ---- */

struct reach {
    const json_t *values;
    bool *reached;
    size_t *pending; /* reached, their parts not looked at yet */
    size_t pending_count;
};

static void reach_value(struct reach *reach, const json_t *ref)
{
    size_t number = (size_t)json_integer_value(ref);
    if (number < json_array_size(reach->values) && !reach->reached[number]) {
        reach->reached[number] = true;
        reach->pending[reach->pending_count++] = number;
    }
}

/* `list` of refs, or of pairs in which each ref counts and a name does not. */
static void reach_list(struct reach *reach, const json_t *list)
{
    size_t i, k;
    json_t *element, *part;
    json_array_foreach(list, i, element)
    {
        if (json_is_integer(element)) {
            reach_value(reach, element);
        }
        json_array_foreach(element, k, part)
        {
            if (json_is_integer(part)) {
                reach_value(reach, part);
            }
        }
    }
}

static void reach_all(struct reach *reach, const json_t *frames, const json_t *watches)
{
    size_t i;
    json_t *frame, *watch;
    json_array_foreach(frames, i, frame)
    {
        reach_list(reach, json_object_get(frame, "locals"));
    }
    json_array_foreach(watches, i, watch)
    {
        json_t *ref = json_object_get(watch, "value");
        if (ref != NULL) {
            reach_value(reach, ref);
        }
    }
    while (reach->pending_count > 0) {
        const json_t *value = json_array_get(reach->values, reach->pending[--reach->pending_count]);
        reach_list(reach, json_object_get(value, "items"));
        reach_list(reach, json_object_get(value, "entries"));
        reach_list(reach, json_object_get(value, "fields"));
    }
}

/* Empty the values that nothing leads to any more. */
static int forget_unreachable(struct strobe_decoder *decoder, const json_t *body)
{
    size_t count = json_array_size(decoder->values);
    struct reach reach = {.values = decoder->values};
    int status = STROBE_ENOMEM;
    reach.reached = calloc(count + 1, sizeof *reach.reached);
    reach.pending = calloc(count + 1, sizeof *reach.pending);
    if (reach.reached == NULL || reach.pending == NULL) {
        goto out;
    }
    reach_all(&reach, json_object_get(body, "frames"), json_object_get(body, "watches"));
    status = 0;
    for (size_t i = 0; status == 0 && i < count; i++) {
        if (!reach.reached[i]) {
            status = strobe_decoder_redact(json_array_get(decoder->values, i), STROBE_CUT_REDACTED_NAME,
                                           json_string("part of a secret"));
        }
    }
out:
    free(reach.reached);
    free(reach.pending);
    return status;
}

/* ---- The list ---- */

/* Too many secrets were found late: no leaf is shown. */
static int hide_all(struct strobe_decoder *decoder)
{
    size_t i;
    json_t *value;
    json_array_foreach(decoder->values, i, value)
    {
        if (json_object_get(value, "text") != NULL &&
            strobe_decoder_redact(value, STROBE_CUT_REDACTED_NAME, json_string("too many secrets")) < 0) {
            return STROBE_ENOMEM;
        }
    }
    return 0;
}

/* `varint value, u8 rule` */
static int hide_one(struct strobe_decoder *decoder, json_t *rules, const enum strobe_cut *cuts)
{
    uint64_t number = strobe_image_get_varint(&decoder->reader);
    unsigned place = strobe_image_get_u8(&decoder->reader);
    json_t *rule = json_array_get(rules, place);
    json_t *value = number < json_array_size(decoder->values) ? json_array_get(decoder->values, (size_t)number) : NULL;
    if (value == NULL || rule == NULL) {
        return strobe_decoder_refuse(decoder, "a hidden value is not there");
    }
    return strobe_decoder_redact(value, cuts[place], json_incref(rule));
}

static int hide_listed(struct strobe_decoder *decoder, unsigned count)
{
    json_t *rules = json_array();
    enum strobe_cut cuts[UINT8_MAX];
    unsigned rule_count = strobe_image_get_u8(&decoder->reader);
    int status = rules != NULL ? 0 : STROBE_ENOMEM;
    for (unsigned i = 0; status == 0 && i < rule_count && !decoder->reader.failed; i++) {
        status = json_array_append_new(rules, strobe_decoder_rule(decoder, &cuts[i])) == 0 ? 0 : STROBE_ENOMEM;
    }
    for (unsigned i = 0; status == 0 && i < count && !decoder->reader.failed; i++) {
        status = hide_one(decoder, rules, cuts);
    }
    json_decref(rules);
    return status;
}

int strobe_decoder_hide(struct strobe_decoder *decoder, json_t *body)
{
    unsigned count = strobe_image_get_u16(&decoder->reader);
    if (count == STROBE_IMAGE_HIDE_ALL) {
        return hide_all(decoder);
    }
    int status = hide_listed(decoder, count);
    return status == 0 && count > 0 ? forget_unreachable(decoder, body) : status;
}
