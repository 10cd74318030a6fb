/* Card numbers: by issuer, length and check digit. */
#include "snapshot/scan.h"

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
static bool in_digest(const struct strobe_scan *scan, size_t from, size_t to)
{
    size_t first = from, end = to;
    while (first > 0 && from - first < HEX_LOOK && strobe_scan_is_hex(scan->text[first - 1])) {
        first--;
    }
    while (end < scan->size && end - to < HEX_LOOK && strobe_scan_is_hex(scan->text[end])) {
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
static bool card_at(const struct strobe_scan *scan, size_t i)
{
    char digits[CARD_DIGITS_MAX];
    size_t count = 0;
    for (size_t k = i; k < scan->size && count < CARD_DIGITS_MAX;) {
        digits[count++] = scan->text[k++];
        if (!strobe_scan_is_digit(strobe_scan_at(scan, k)) && is_card(digits, count) && !in_digest(scan, i, k)) {
            return true;
        }
        if (parts_groups(strobe_scan_at(scan, k)) && strobe_scan_is_digit(strobe_scan_at(scan, k + 1))) {
            k++;
        } else if (!strobe_scan_is_digit(strobe_scan_at(scan, k))) {
            return false;
        }
    }
    return false;
}

const char *strobe_scan_card(const struct strobe_scan *scan, size_t i)
{
    bool starts = i == 0 || !strobe_scan_is_digit(scan->text[i - 1]);
    bool fraction = i > 1 && scan->text[i - 1] == '.' && strobe_scan_is_digit(scan->text[i - 2]);
    return strobe_scan_is_digit(scan->text[i]) && starts && !fraction && card_at(scan, i) ? "card number" : NULL;
}
