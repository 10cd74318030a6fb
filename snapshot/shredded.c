/* Values that show a part of a secret: a shred of one known by name, or one split over the items of a list. */
#include <stdlib.h>
#include <string.h>

#include "snapshot/decoder.h"
#include "snapshot/environment.h"
#include "snapshot/pattern.h"
#include "snapshot/scan.h"
#include "snapshot/shred.h"
#include "snapshot/text.h"
#include "snapshot/words.h"
#include "strobe/limits.h"

enum { PLAIN_OTHER = 0x80 }; /* stands for any character beyond ASCII: matches no pattern */

static json_t *value_of(const struct strobe_decoder *decoder, size_t number)
{
    return json_array_get(decoder->values, number);
}

static bool is_shown(const struct strobe_decoder *decoder, const struct strobe_span *span)
{
    return json_object_get(value_of(decoder, span->value), "text") != NULL;
}

int strobe_decoder_add_span(struct strobe_decoder *decoder, const uint8_t *characters, size_t count, unsigned width)
{
    if (decoder->spans_count == decoder->spans_capacity) {
        size_t capacity = decoder->spans_capacity != 0 ? 2 * decoder->spans_capacity : 64;
        struct strobe_span *spans = realloc(decoder->spans, capacity * sizeof *spans);
        if (spans == NULL) {
            return STROBE_ENOMEM;
        }
        decoder->spans = spans;
        decoder->spans_capacity = capacity;
    }
    size_t value = json_array_size(decoder->values) - 1;
    if (value < STROBE_CAPTURE_VALUES_MAX && count <= UINT32_MAX) {
        decoder->spans[decoder->spans_count++] =
            (struct strobe_span){characters, (uint32_t)count, (uint16_t)width, (uint16_t)value};
    }
    return 0;
}

static uint32_t character_of(const struct strobe_span *span, size_t i)
{
    const struct strobe_characters all = {span->characters, span->width, span->count};
    return strobe_character(&all, i);
}

const char *strobe_decoder_plain(struct strobe_decoder *decoder, const struct strobe_span *span)
{
    for (size_t i = 0; i < span->count; i++) {
        uint32_t c = character_of(span, i);
        decoder->plain[i] = (char)(c < 0x80 ? c : PLAIN_OTHER);
    }
    return decoder->plain;
}

/* ---- Shreds ---- */

/* A text that itself is the name of a secret ("password") is none, though "password1" may be one. */
static bool is_label(struct strobe_decoder *decoder, const struct strobe_span *span)
{
    const char *text = strobe_decoder_plain(decoder, span);
    const char *rule = strobe_policy_name(decoder->policy, text, span->count);
    return rule != NULL && rule[0] != STROBE_RULE_UNLISTED && strobe_words_only(text, span->count);
}

static bool shows_shreds(struct strobe_decoder *decoder, const struct strobe_shreds *shreds,
                         const struct strobe_span *span)
{
    struct strobe_shred_search search = {.run = 0};
    for (size_t i = 0; i < span->count && !search.found; i++) {
        strobe_shreds_look(shreds, &search, character_of(span, i));
    }
    return search.found || (search.whole && span->count >= STROBE_SHRED_WHOLE_MIN && !is_label(decoder, span));
}

static int hide_shown(struct strobe_decoder *decoder, const struct strobe_shreds *shreds)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < decoder->spans_count; i++) {
        const struct strobe_span *span = &decoder->spans[i];
        if (is_shown(decoder, span) && shows_shreds(decoder, shreds, span)) {
            status = strobe_decoder_redact(value_of(decoder, span->value), STROBE_CUT_REDACTED_NAME,
                                           json_string("part of a secret"));
        }
    }
    return status;
}

/* `u16 shreds, u64*` */
static int hide_shreds(struct strobe_decoder *decoder)
{
    unsigned count = strobe_image_get_u16(&decoder->reader);
    if (count == 0 || decoder->reader.failed || count > STROBE_SHREDS_MAX) {
        decoder->reader.failed |= count > STROBE_SHREDS_MAX;
        return 0; /* the caller sees a failed reader */
    }
    struct strobe_shreds *shreds = calloc(1, sizeof *shreds);
    if (shreds == NULL) {
        return STROBE_ENOMEM;
    }
    for (unsigned i = 0; i < count; i++) {
        strobe_shreds_add(shreds, strobe_image_get_u64(&decoder->reader));
    }
    int status = decoder->reader.failed ? 0 : hide_shown(decoder, shreds);
    explicit_bzero(shreds, sizeof *shreds);
    free(shreds);
    return status;
}

/* ---- Secrets over several items ---- */

enum { ITEM_CHARACTERS_MAX = 256, JOINED_MAX = 4096 };

/* The texts of a list's items, one after the other. */
struct joined {
    char text[JOINED_MAX];
    size_t size;
    size_t items;
    bool fits;
    const char *rule; /* what is known already: an item began a private key */
};

/* `firsts[number]`: the value's first span, plus 1. */
static void join(struct strobe_decoder *decoder, const size_t *firsts, const json_t *items, char between,
                 struct joined *joined)
{
    size_t i;
    json_t *ref;
    *joined = (struct joined){.fits = true};
    json_array_foreach(items, i, ref)
    {
        size_t number = (size_t)json_integer_value(ref);
        const char *rule = json_string_value(json_object_get(value_of(decoder, number), "rule"));
        if (rule != NULL && strcmp(rule, "private key") == 0) {
            joined->rule = "private key";
        }
        size_t first = number < json_array_size(decoder->values) ? firsts[number] : 0;
        const struct strobe_span *span = first != 0 ? &decoder->spans[first - 1] : NULL;
        if (span == NULL || !is_shown(decoder, span) || span->count > ITEM_CHARACTERS_MAX) {
            continue;
        }
        const char *text = strobe_decoder_plain(decoder, span);
        if (strobe_environment_is_directory_line(text, span->count)) {
            continue; /* judged by itself: behind another text its name would look like a password's */
        }
        if (joined->size + span->count + 1 > JOINED_MAX) {
            joined->fits = false;
            return;
        }
        if (between != '\0' && joined->items > 0) {
            joined->text[joined->size++] = between;
        }
        memcpy(joined->text + joined->size, text, span->count);
        joined->size += span->count;
        joined->items++;
    }
}

static int hide_items(struct strobe_decoder *decoder, const json_t *items, const char *rule)
{
    size_t i;
    json_t *ref;
    int status = 0;
    json_array_foreach(items, i, ref)
    {
        json_t *value = value_of(decoder, (size_t)json_integer_value(ref));
        if (status == 0 && json_object_get(value, "text") != NULL) {
            status = strobe_decoder_redact(value, STROBE_CUT_REDACTED_PATTERN, json_string(rule));
        }
    }
    return status;
}

/* Joined as they are (groups of a card number), by points (a JWT) and by blanks (an option and its value). */
static int hide_split(struct strobe_decoder *decoder, const size_t *firsts, const json_t *items)
{
    static const char betweens[] = {'\0', '.', ' '};
    struct joined joined;
    for (size_t i = 0; i < sizeof betweens; i++) {
        join(decoder, firsts, items, betweens[i], &joined);
        const char *rule = joined.rule;
        if (rule == NULL && joined.items > 1 && joined.fits) {
            rule = strobe_pattern_find(decoder->policy, joined.text, joined.size, false);
        }
        int status = rule != NULL ? hide_items(decoder, items, rule) : 0;
        explicit_bzero(joined.text, joined.size);
        if (rule != NULL || status < 0 || joined.items < 2) {
            return status;
        }
    }
    return 0;
}

/* A key or a part of one: no prose. */
static bool looks_random(struct strobe_decoder *decoder, const struct strobe_span *span)
{
    enum { LENGTH_MIN = 8 };
    bool lower = false, later_upper = false, other = false;
    const char *text = strobe_decoder_plain(decoder, span);
    for (size_t i = 0; i < span->count; i++) {
        if (!strobe_scan_is_credential(text[i])) {
            return false;
        }
        lower |= text[i] >= 'a' && text[i] <= 'z';
        later_upper |= i > 0 && text[i] >= 'A' && text[i] <= 'Z';
        other |= strobe_scan_is_digit(text[i]) || text[i] == '=' || text[i] == '+';
    }
    return span->count >= LENGTH_MIN && (other || (lower && later_upper));
}

/* What follows an item that was found out may be the rest of that secret. */
static int hide_rests(struct strobe_decoder *decoder, const size_t *firsts, const json_t *items)
{
    json_t *before = NULL;
    int status = 0;
    for (size_t i = 0; status == 0 && i < json_array_size(items); i++) {
        size_t number = (size_t)json_integer_value(json_array_get(items, i));
        json_t *value = value_of(decoder, number);
        const char *cut = json_string_value(json_object_get(before, "cut"));
        bool after_secret = cut != NULL && strcmp(cut, strobe_cut_name(STROBE_CUT_REDACTED_PATTERN)) == 0;
        size_t first = value != NULL ? firsts[number] : 0;
        if (after_secret && first != 0 && is_shown(decoder, &decoder->spans[first - 1]) &&
            looks_random(decoder, &decoder->spans[first - 1])) {
            status =
                strobe_decoder_redact(value, STROBE_CUT_REDACTED_PATTERN, json_incref(json_object_get(before, "rule")));
        }
        before = value;
    }
    return status;
}

static int hide_split_secrets(struct strobe_decoder *decoder)
{
    size_t count = json_array_size(decoder->values), i;
    size_t *firsts = calloc(count + 1, sizeof *firsts);
    int status = firsts != NULL ? 0 : STROBE_ENOMEM;
    for (size_t k = decoder->spans_count; status == 0 && k > 0; k--) {
        firsts[decoder->spans[k - 1].value] = k;
    }
    json_t *value;
    json_array_foreach(decoder->values, i, value)
    {
        const json_t *items = json_object_get(value, "items");
        if (status == 0 && json_array_size(items) > 1) {
            status = hide_split(decoder, firsts, items);
            status = status == 0 ? hide_rests(decoder, firsts, items) : status;
        }
    }
    free(firsts);
    return status;
}

int strobe_decoder_hide_shreds(struct strobe_decoder *decoder)
{
    int status = decoder->reader.at != decoder->reader.end ? hide_shreds(decoder) : 0;
    return status == 0 ? hide_split_secrets(decoder) : status;
}
