#include "snapshot/pattern.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "snapshot/redact.h"

struct scan {
    const char *text;
    size_t size;
    bool is_cut;
};

/* The character at `i`, NUL outside the text. */
static char at(const struct scan *scan, size_t i)
{
    return i < scan->size ? scan->text[i] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c)
{
    return is_digit(c) || is_letter(c) || c == '_';
}

static bool is_token(char c) /* of base64url and most vendors' keys */
{
    return is_word(c) || c == '-';
}

static bool is_credential(char c) /* RFC 6750, b64token */
{
    return is_token(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Length of the run at `i`, counted up to `max`: looking no further than needed keeps the whole scan linear. */
static size_t run_of(const struct scan *scan, size_t i, bool (*belongs)(char), size_t max)
{
    size_t length = 0;
    while (length < max && i + length < scan->size && belongs(scan->text[i + length])) {
        length++;
    }
    return length;
}

static bool begins(const struct scan *scan, size_t i, const char *prefix)
{
    size_t length = strlen(prefix);
    return i <= scan->size && length <= scan->size - i && memcmp(scan->text + i, prefix, length) == 0;
}

static bool begins_any_case(const struct scan *scan, size_t i, const char *prefix)
{
    size_t length = strlen(prefix);
    return i <= scan->size && length <= scan->size - i && strncasecmp(scan->text + i, prefix, length) == 0;
}

/* Whether a run of `length` at `i` is long enough, or might be if the text were not cut. */
static bool long_enough(const struct scan *scan, size_t i, size_t length, size_t needed)
{
    return length >= needed || (scan->is_cut && length > 0 && i + length == scan->size);
}

/* ---- Card numbers ---- */

enum { CARD_DIGITS_MIN = 13, CARD_DIGITS_MAX = 19, HEX_DIGEST_MIN = 24, HEX_LOOK = 64 };

/* First digits (as a number of `digits` digits) and lengths of the issuers, ISO/IEC 7812. */
static const struct {
    unsigned from, to;
    unsigned digits;
    unsigned length_min, length_max;
} issuers[] = {
    {4, 4, 1, 13, 13},       {4, 4, 1, 16, 16},       {4, 4, 1, 19, 19},       /* Visa */
    {51, 55, 2, 16, 16},     {2221, 2720, 4, 16, 16},                          /* Mastercard */
    {34, 34, 2, 15, 15},     {37, 37, 2, 15, 15},                              /* American Express */
    {6011, 6011, 4, 16, 19}, {644, 659, 3, 16, 19},                            /* Discover */
    {300, 305, 3, 14, 19},   {36, 36, 2, 14, 19},     {38, 39, 2, 14, 19},     /* Diners Club */
    {3528, 3589, 4, 16, 19}, {62, 62, 2, 16, 19},     {81, 81, 2, 16, 19},     /* JCB, UnionPay */
    {5018, 5018, 4, 13, 19}, {5020, 5020, 4, 13, 19}, {5038, 5038, 4, 13, 19}, /* Maestro */
    {6304, 6304, 4, 13, 19}, {6759, 6763, 4, 13, 19},                          /* Maestro */
};

static bool has_issuer(const char *digits, size_t count)
{
    for (size_t i = 0; i < sizeof issuers / sizeof issuers[0]; i++) {
        unsigned first = 0;
        for (unsigned k = 0; k < issuers[i].digits; k++) {
            first = first * 10 + (unsigned)(digits[k] - '0');
        }
        if (first >= issuers[i].from && first <= issuers[i].to && count >= issuers[i].length_min &&
            count <= issuers[i].length_max) {
            return true;
        }
    }
    return false;
}

static bool luhn_holds(const char *digits, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned)(digits[count - 1 - i] - '0');
        if (i % 2 == 1) {
            digit = digit > 4 ? digit * 2 - 9 : digit * 2;
        }
        sum += digit;
    }
    return sum % 10 == 0;
}

static bool is_card(const char *digits, size_t count)
{
    return count >= CARD_DIGITS_MIN && count <= CARD_DIGITS_MAX && has_issuer(digits, count) &&
           luhn_holds(digits, count);
}

/* Whether `from` to `to` lies inside a long run of hexadecimal digits with letters: a digest, not a card. */
static bool in_digest(const struct scan *scan, size_t from, size_t to)
{
    size_t first = from, end = to;
    while (first > 0 && from - first < HEX_LOOK && is_hex(scan->text[first - 1])) {
        first--;
    }
    while (end < scan->size && end - to < HEX_LOOK && is_hex(scan->text[end])) {
        end++;
    }
    return (first < from || end > to) && end - first >= HEX_DIGEST_MIN;
}

/* What parts groups of digits; '+' is a blank in a form. */
static bool parts_groups(char c)
{
    return c == ' ' || c == '-' || c == '+';
}

/* A card number whose first group begins at `i`. */
static bool card_at(const struct scan *scan, size_t i)
{
    char digits[CARD_DIGITS_MAX];
    size_t count = 0;
    for (size_t k = i; k < scan->size && count < CARD_DIGITS_MAX;) {
        digits[count++] = scan->text[k++];
        if (!is_digit(at(scan, k)) && is_card(digits, count) && !in_digest(scan, i, k)) {
            return true;
        }
        if (parts_groups(at(scan, k)) && is_digit(at(scan, k + 1))) {
            k++;
        } else if (!is_digit(at(scan, k))) {
            return false;
        }
    }
    return false;
}

static const char *find_card(const struct scan *scan, size_t i)
{
    bool starts = i == 0 || !is_digit(scan->text[i - 1]);
    bool fraction = i > 1 && scan->text[i - 1] == '.' && is_digit(scan->text[i - 2]);
    return is_digit(scan->text[i]) && starts && !fraction && card_at(scan, i) ? "card number" : NULL;
}

/* ---- Tokens known by their first characters ---- */

static const struct {
    const char *prefix;
    size_t length_min; /* of what follows */
    const char *rule;
} tokens[] = {
    {"A3T", 17, "AWS key"},
    {"ABIA", 16, "AWS key"},
    {"ACCA", 16, "AWS key"},
    {"AGE-SECRET-KEY-1", 16, "age key"},
    {"AIza", 30, "Google key"},
    {"AKIA", 16, "AWS key"},
    {"ASIA", 16, "AWS key"},
    {"SG.", 16, "SendGrid key"},
    {"dop_v1_", 32, "DigitalOcean token"},
    {"ghp_", 20, "GitHub token"},
    {"gho_", 20, "GitHub token"},
    {"ghr_", 20, "GitHub token"},
    {"ghs_", 20, "GitHub token"},
    {"ghu_", 20, "GitHub token"},
    {"github_pat_", 20, "GitHub token"},
    {"glpat-", 16, "GitLab token"},
    {"hvs.", 20, "Vault token"},
    {"npm_", 30, "npm token"},
    {"pypi-", 32, "PyPI token"},
    {"rk_live_", 10, "Stripe key"},
    {"rk_test_", 10, "Stripe key"},
    {"shpat_", 20, "Shopify token"},
    {"sk-ant-", 16, "API key"},
    {"sk-proj-", 16, "API key"},
    {"sk-", 32, "API key"},
    {"sk_live_", 10, "Stripe key"},
    {"sk_test_", 10, "Stripe key"},
    {"whsec_", 16, "webhook secret"},
    {"xapp-", 10, "Slack token"},
    {"xoxa-", 10, "Slack token"},
    {"xoxb-", 10, "Slack token"},
    {"xoxp-", 10, "Slack token"},
    {"xoxr-", 10, "Slack token"},
    {"xoxs-", 10, "Slack token"},
    {"ya29.", 20, "Google token"},
};

static const char *find_token(const struct scan *scan, size_t i)
{
    if (strchr("ASdghnprswxy", scan->text[i]) == NULL || scan->text[i] == '\0' ||
        (i > 0 && (is_digit(scan->text[i - 1]) || is_letter(scan->text[i - 1])))) {
        return NULL;
    }
    for (size_t k = 0; k < sizeof tokens / sizeof tokens[0]; k++) {
        if (tokens[k].prefix[0] == scan->text[i] && begins(scan, i, tokens[k].prefix)) {
            size_t start = i + strlen(tokens[k].prefix);
            if (long_enough(scan, start, run_of(scan, start, is_token, tokens[k].length_min), tokens[k].length_min)) {
                return tokens[k].rule;
            }
        }
    }
    return NULL;
}

/* Three parts of base64url with points between; the first begins like {" does. */
static const char *find_jwt(const struct scan *scan, size_t i)
{
    enum { HEADER_MIN = 10, PAYLOAD_MIN = 4 };
    if (!begins(scan, i, "eyJ") || (i > 0 && is_token(scan->text[i - 1]))) {
        return NULL;
    }
    size_t header = run_of(scan, i, is_token, SIZE_MAX); /* the runs of two tokens do not overlap */
    if (i + header == scan->size) {
        return scan->is_cut ? "JWT" : NULL;
    }
    if (header < HEADER_MIN || at(scan, i + header) != '.') {
        return NULL;
    }
    size_t payload = i + header + 1;
    return long_enough(scan, payload, run_of(scan, payload, is_token, PAYLOAD_MIN), PAYLOAD_MIN) ? "JWT" : NULL;
}

static const char *find_private_key(const struct scan *scan, size_t i)
{
    static const char begin[] = "-----BEGIN ";
    enum { TITLE_MAX = 48 };
    if (!begins(scan, i, begin)) {
        return NULL;
    }
    size_t title = i + sizeof begin - 1;
    for (size_t k = title; k < title + TITLE_MAX; k++) {
        if (k >= scan->size) {
            return scan->is_cut ? "private key" : NULL;
        }
        if (begins(scan, k, "PRIVATE KEY")) {
            return "private key";
        }
        if (scan->text[k] == '-') {
            return NULL;
        }
    }
    return NULL;
}

/* ---- Credentials of HTTP and URLs ---- */

/* Whether base64 text decodes to something with a colon in it, as user:password does. */
static bool decodes_to_pair(const char *text, size_t size)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < size && text[i] != '='; i++) {
        const char *place = strchr(alphabet, text[i]);
        if (place == NULL || text[i] == '\0') {
            return false;
        }
        bits = bits << 6 | (unsigned)(place - alphabet);
        count += 6;
        if (count >= 8) {
            count -= 8;
            if ((bits >> count & 0xFF) == ':') {
                return true;
            }
        }
    }
    return false;
}

static const char *find_http(const struct scan *scan, size_t i)
{
    enum { BEARER_MIN = 8, BASIC_MIN = 4, BASIC_MAX = 1024 };
    if (i > 0 && is_word(scan->text[i - 1])) {
        return NULL;
    }
    if (begins_any_case(scan, i, "bearer ")) {
        size_t start = i + strlen("bearer ");
        size_t length = run_of(scan, start, is_credential, BEARER_MIN);
        bool is_prose = begins_any_case(scan, start, "authenti") || begins_any_case(scan, start, "authoriz") ||
                        begins_any_case(scan, start, "credential");
        return !is_prose && long_enough(scan, start, length, BEARER_MIN) ? "bearer token" : NULL;
    }
    if (begins_any_case(scan, i, "basic ")) {
        size_t start = i + strlen("basic ");
        size_t length = run_of(scan, start, is_credential, BASIC_MAX);
        return length >= BASIC_MIN && decodes_to_pair(scan->text + start, length) ? "basic auth" : NULL;
    }
    if (begins_any_case(scan, i, "digest username=")) {
        return "digest auth";
    }
    return NULL;
}

static bool ends_authority(char c)
{
    return c == '\0' || c == '/' || c == '?' || c == '#' || c == '"' || c == '\'' || c == '<' || c == '>' ||
           isspace((unsigned char)c);
}

/* scheme://user:password@host */
static const char *find_url_password(const struct scan *scan, size_t i)
{
    if (!begins(scan, i, "://") || i == 0 || !is_word(scan->text[i - 1])) {
        return NULL;
    }
    size_t start = i + 3, colon = 0; /* a user name may be absent */
    for (size_t k = start; k <= scan->size; k++) {
        char c = at(scan, k);
        if (c == '@') {
            return colon != 0 && k > colon + 1 ? "URL password" : NULL;
        }
        if (ends_authority(c)) {
            return NULL;
        }
        if (c == ':' && colon == 0) {
            colon = k;
        }
    }
    return NULL;
}

/* ---- Names with values inside a text ---- */

enum { NAME_LOOK = 64, VALUE_MIN = 3, VALUE_LOOK = 16 };

static bool is_name(char c)
{
    return is_token(c) || c == '.' || c == '$';
}

static bool ends_value(char c)
{
    return c == '\0' || isspace((unsigned char)c) || strchr("\"'&;,()[]{}<>", c) != NULL;
}

/* Whether what stands at `i` is data, and not a placeholder, a constant or nothing. */
static bool is_value(const struct scan *scan, size_t i)
{
    static const char *const constants[] = {"None", "null", "True", "False", "true", "false", "nil", "undefined"};
    char first = at(scan, i), second = at(scan, i + 1);
    bool placeholder = first == '?' || first == '*' || first == ':' || first == '=' || first == '~' ||
                       (first == '%' && (second == 's' || second == '(')) || (first == '$' && second == '{');
    size_t length = 0;
    while (length < VALUE_LOOK && i + length < scan->size && !ends_value(scan->text[i + length])) {
        length++;
    }
    if (placeholder || !long_enough(scan, i, length, VALUE_MIN)) {
        return false;
    }
    for (size_t k = 0; k < sizeof constants / sizeof constants[0]; k++) {
        if (length == strlen(constants[k]) && begins(scan, i, constants[k])) {
            return false;
        }
    }
    return true;
}

/* The rule of the name that ends before `end`. `ret_start`: where it begins. */
static const char *name_before(const struct scan *scan, size_t end, size_t *ret_start)
{
    size_t start = end;
    while (start > 0 && end - start < NAME_LOOK && is_name(scan->text[start - 1])) {
        start--;
    }
    *ret_start = start;
    return start < end ? strobe_redact_name(scan->text + start, end - start) : NULL;
}

/* name=value, also with quotes around the value */
static const char *find_assignment(const struct scan *scan, size_t i)
{
    char next = at(scan, i + 1);
    size_t value = next == '"' || next == '\'' ? i + 2 : i + 1;
    size_t start;
    return scan->text[i] == '=' && is_value(scan, value) ? name_before(scan, i, &start) : NULL;
}

/* "name": "value" of JSON and of repr(dict), and Name: value at the begin of a line */
static const char *find_pair(const struct scan *scan, size_t i)
{
    if (scan->text[i] != ':' || i == 0) {
        return NULL;
    }
    char quote = scan->text[i - 1];
    bool quoted = quote == '"' || quote == '\'';
    size_t end = quoted ? i - 1 : i;
    size_t value = i + 1;
    while (at(scan, value) == ' ' && value < i + 4) {
        value++;
    }
    if (at(scan, value) == '"' || at(scan, value) == '\'') {
        value++;
    }
    if (!is_value(scan, value)) {
        return NULL;
    }
    size_t start;
    const char *rule = name_before(scan, end, &start);
    if (rule == NULL || (quoted && (start == 0 || scan->text[start - 1] != quote))) {
        return NULL;
    }
    bool begins_line = start == 0 || scan->text[start - 1] == '\n' || scan->text[start - 1] == '\r';
    return quoted || (begins_line && at(scan, i + 1) == ' ') ? rule : NULL;
}

/* ---- One pass ---- */

const char *strobe_pattern_find(const char *text, size_t size, bool is_cut)
{
    struct scan scan = {text, size, is_cut};
    for (size_t i = 0; i < size; i++) {
        const char *rule = NULL;
        char c = text[i];
        if (is_digit(c)) {
            rule = find_card(&scan, i);
        } else if (c == '=') {
            rule = find_assignment(&scan, i);
        } else if (c == ':') {
            rule = find_url_password(&scan, i);
            rule = rule != NULL ? rule : find_pair(&scan, i);
        } else if (c == '-') {
            rule = find_private_key(&scan, i);
        } else if (is_letter(c)) {
            rule = find_token(&scan, i);
            rule = rule != NULL || c != 'e' ? rule : find_jwt(&scan, i);
            rule = rule != NULL || strchr("bBdD", c) == NULL ? rule : find_http(&scan, i);
        }
        if (rule != NULL) {
            return rule;
        }
    }
    return NULL;
}
