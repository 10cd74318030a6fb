/* The list of watches: what was asked for beside the variables. */
#include <string.h>

#include "snapshot/decoder.h"
#include "snapshot/pattern.h"

static int set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new_nocheck(object, key, value) == 0 ? 0 : STROBE_ENOMEM;
}

/* Text of a computed value or of a message, unless it looks like a secret. */
static int add_scanned(struct strobe_decoder *decoder, json_t *watch, const char *key)
{
    json_t *text = strobe_decoder_text(decoder);
    const char *found =
        text != NULL ? strobe_decoder_scan(decoder, json_string_value(text), json_string_length(text), true) : NULL;
    if (found == NULL) {
        return set(watch, key, text);
    }
    json_decref(text);
    int status = set(watch, "cut", json_string("redacted:pattern"));
    return status == 0 ? set(watch, "rule", json_string(strobe_rule_text(found))) : status;
}

static int add_watch(struct strobe_decoder *decoder, json_t *watches)
{
    json_t *watch = json_object();
    if (json_array_append_new(watches, watch) < 0) {
        return STROBE_ENOMEM;
    }
    int status = set(watch, "expression", strobe_decoder_text(decoder));
    if (status < 0) {
        return status;
    }
    switch (strobe_image_get_u8(&decoder->reader)) {
    case STROBE_WATCH_OBJECT:
        return set(watch, "value", strobe_decoder_ref(decoder));
    case STROBE_WATCH_TEXT:
        status = set(watch, "type", strobe_decoder_text(decoder));
        return status == 0 ? add_scanned(decoder, watch, "text") : status;
    case STROBE_WATCH_ERROR:
        return add_scanned(decoder, watch, "error");
    default:
        return strobe_decoder_refuse(decoder, "a watch is of an unknown kind");
    }
}

int strobe_decoder_watches(struct strobe_decoder *decoder, json_t *body)
{
    unsigned count = strobe_image_get_u8(&decoder->reader);
    if (count == 0) {
        return 0;
    }
    json_t *watches = json_array();
    int status = watches != NULL ? 0 : STROBE_ENOMEM;
    for (unsigned i = 0; status == 0 && i < count; i++) {
        status = add_watch(decoder, watches);
        if (status == 0 && decoder->reader.failed) {
            status = strobe_decoder_refuse(decoder, "it ends inside the watches");
        }
    }
    if (status < 0) {
        json_decref(watches);
        return status;
    }
    return set(body, "watches", watches);
}
