/* Numbers and addresses of persons: IBAN, US social security numbers, e-mail. */
#include "snapshot/scan.h"

/* ---- IBAN, ISO 13616 ---- */

enum { IBAN_CHARACTERS_MAX = 34 };

/* Country and length, sorted. */
static const struct {
    char country[3];
    unsigned char length;
} ibans[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22}, {"BH", 22},
    {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DK", 18}, {"DO", 28},
    {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23},
    {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26},
    {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20},
    {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MR", 27}, {"MT", 31}, {"MU", 30},
    {"NL", 18}, {"NO", 15}, {"PK", 24}, {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22},
    {"SA", 24}, {"SC", 31}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"ST", 25}, {"SV", 28}, {"TL", 23},
    {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20},
};

static char upper(char c)
{
    return (char)(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
}

static unsigned iban_length(char first, char second)
{
    for (size_t i = 0; i < sizeof ibans / sizeof ibans[0]; i++) {
        if (ibans[i].country[0] == upper(first) && ibans[i].country[1] == upper(second)) {
            return ibans[i].length;
        }
    }
    return 0;
}

/* Whether the check digits fit: the number, first four characters moved to its end, is 1 modulo 97. */
static bool iban_holds(const char *text, unsigned length)
{
    unsigned rest = 0;
    for (unsigned i = 0; i < length; i++) {
        char c = upper(text[(i + 4) % length]);
        rest = strobe_scan_is_digit(c) ? rest * 10 + (unsigned)(c - '0') : rest * 100 + (unsigned)(c - 'A') + 10;
        rest %= 97;
    }
    return rest == 1;
}

static const char *find_iban(const struct strobe_scan *scan, size_t i)
{
    char text[IBAN_CHARACTERS_MAX];
    unsigned length = iban_length(scan->text[i], strobe_scan_at(scan, i + 1)), count = 0;
    if (length == 0 || !strobe_scan_is_digit(strobe_scan_at(scan, i + 2)) ||
        !strobe_scan_is_digit(strobe_scan_at(scan, i + 3))) {
        return NULL;
    }
    size_t k = i;
    while (count < length) {
        char c = strobe_scan_at(scan, k++);
        if (strobe_scan_is_digit(c) || strobe_scan_is_letter(c)) {
            text[count++] = c;
        } else if ((c != ' ' && c != '-' && c != '+') || count % 4 != 0) {
            return scan->is_cut && k > scan->size && count >= length / 2 ? "IBAN" : NULL;
        }
    }
    return !strobe_scan_is_word(strobe_scan_at(scan, k)) && iban_holds(text, length) ? "IBAN" : NULL;
}

/* ---- US social security numbers ---- */

/* 123-45-6789, not of a range that is never given out. */
static const char *find_ssn(const struct strobe_scan *scan, size_t i)
{
    enum { SIZE = 11 };
    const char *text = scan->text + i;
    if (scan->size - i < SIZE || text[3] != '-' || text[6] != '-') {
        return NULL;
    }
    for (size_t k = 0; k < SIZE; k++) {
        if (k != 3 && k != 6 && !strobe_scan_is_digit(text[k])) {
            return NULL;
        }
    }
    bool unused = memcmp(text, "000", 3) == 0 || memcmp(text, "666", 3) == 0 || text[0] == '9' ||
                  memcmp(text + 4, "00", 2) == 0 || memcmp(text + 7, "0000", 4) == 0;
    char next = strobe_scan_at(scan, i + SIZE);
    bool ends = !strobe_scan_is_word(next) && next != '-';
    return !unused && ends ? "social security number" : NULL;
}

const char *strobe_scan_person(const struct strobe_scan *scan, size_t i)
{
    char before = i > 0 ? scan->text[i - 1] : '\0';
    if (strobe_scan_is_digit(before) || strobe_scan_is_letter(before)) {
        return NULL;
    }
    if (strobe_scan_is_digit(scan->text[i])) {
        return before != '-' && before != '.' ? find_ssn(scan, i) : NULL;
    }
    return find_iban(scan, i);
}

/* ---- E-mail ---- */

static bool in_local_part(char c)
{
    return strobe_scan_is_token(c) || c == '.' || c == '+' || c == '%' || c == '\'';
}

static bool in_domain(char c)
{
    return strobe_scan_is_digit(c) || strobe_scan_is_letter(c) || c == '-' || c == '.';
}

/* `i` is at the '@'. */
const char *strobe_scan_email(const struct strobe_scan *scan, size_t i)
{
    enum { DOMAIN_MAX = 253, ENDING_MIN = 2 };
    if (i == 0 || !in_local_part(scan->text[i - 1])) {
        return NULL;
    }
    size_t length = strobe_scan_run_of(scan, i + 1, in_domain, DOMAIN_MAX);
    while (length > 0 && (scan->text[i + length] == '.' || scan->text[i + length] == '-')) {
        length--; /* of the sentence */
    }
    size_t ending = 0;
    while (ending < length && strobe_scan_is_letter(scan->text[i + length - ending])) {
        ending++;
    }
    bool has_dot = ending < length && scan->text[i + length - ending] == '.' && ending + 1 < length;
    return (has_dot && ending >= ENDING_MIN) || (scan->is_cut && length > 0 && i + 1 + length == scan->size)
               ? "e-mail address"
               : NULL;
}
