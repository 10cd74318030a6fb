#include "snapshot/pattern.h"

#include "snapshot/scan.h"

static const char *const rules[] = {
    "JWT",         "card number",  "private key",   "IBAN",         "social security number", "basic auth",
    "digest auth", "bearer token", "SAS signature", "URL password", "e-mail address"};

const char *strobe_pattern_rule(size_t i)
{
    size_t count = sizeof rules / sizeof rules[0];
    return i < count ? rules[i] : strobe_scan_vendor_rule(i - count);
}

bool strobe_pattern_is_rule(const char *rule)
{
    const char *known;
    for (size_t i = 0; (known = strobe_pattern_rule(i)) != NULL; i++) {
        if (strcmp(known, rule) == 0) {
            return true;
        }
    }
    return false;
}

typedef const char *scan_function(const struct strobe_scan *scan, size_t i);

/* The first of `functions` that finds something which is no exception. */
static const char *first_of(const struct strobe_scan *scan, size_t i, scan_function *const *functions)
{
    for (; *functions != NULL; functions++) {
        const char *rule = (*functions)(scan, i);
        if (rule != NULL && (*functions == strobe_scan_named || !strobe_policy_excepts_pattern(scan->policy, rule))) {
            return rule;
        }
    }
    return NULL;
}

static const char *find_at(const struct strobe_scan *scan, size_t i)
{
    static scan_function *const at_digit[] = {strobe_scan_card, strobe_scan_person, strobe_scan_vendor_key, NULL};
    static scan_function *const at_letter[] = {strobe_scan_vendor_key, strobe_scan_person, NULL};
    static scan_function *const at_e[] = {strobe_scan_vendor_key, strobe_scan_jwt, strobe_scan_person, NULL};
    static scan_function *const at_b_or_d[] = {strobe_scan_vendor_key, strobe_scan_http, strobe_scan_person, NULL};
    static scan_function *const at_l_or_p[] = {strobe_scan_private_key, strobe_scan_vendor_key, strobe_scan_person,
                                               NULL};
    static scan_function *const at_dash[] = {strobe_scan_private_key, strobe_scan_named, NULL};
    static scan_function *const at_equals[] = {strobe_scan_named, strobe_scan_url, NULL};
    static scan_function *const at_colon[] = {strobe_scan_url, strobe_scan_vendor_key, strobe_scan_named, NULL};
    static scan_function *const at_mark[] = {strobe_scan_named, NULL};
    static scan_function *const at_at[] = {strobe_scan_email, NULL};
    char c = scan->text[i];
    if (strobe_scan_is_digit(c)) {
        return first_of(scan, i, at_digit);
    }
    switch (c) {
    case 'e':
        return first_of(scan, i, at_e);
    case 'b':
    case 'B':
    case 'd':
    case 'D':
        return first_of(scan, i, at_b_or_d);
    case 'L':
    case 'P':
        return first_of(scan, i, at_l_or_p);
    case '-':
        return first_of(scan, i, at_dash);
    case '=':
        return first_of(scan, i, at_equals);
    case ':':
        return first_of(scan, i, at_colon);
    case ',':
    case '%':
    case '<':
    case '\'':
        return first_of(scan, i, at_mark);
    case '@':
        return strobe_policy_wants_emails(scan->policy) ? first_of(scan, i, at_at) : NULL;
    default:
        return strobe_scan_is_letter(c) ? first_of(scan, i, at_letter) : NULL;
    }
}

const char *strobe_pattern_find(const struct strobe_policy *policy, const char *text, size_t size, bool is_cut)
{
    struct strobe_scan scan = {text, size, is_cut, policy};
    for (size_t i = 0; i < size; i++) {
        const char *rule = find_at(&scan, i);
        if (rule != NULL) {
            return rule;
        }
    }
    return NULL;
}
