#include "probes/expression/py/letter_case.h"

#include <Python.h>
#include <stddef.h>

/* What has no single character in upper case, in order; but for U+1F80 to U+1FAF, which follow a rule. */
static const struct {
    uint16_t character;
    uint16_t upper[STROBE_CASE_MAX];
} expanding[] = {
    {0xDF, {0x53, 0x53, 0}},         {0x149, {0x2BC, 0x4E, 0}},       {0x1F0, {0x4A, 0x30C, 0}},
    {0x390, {0x399, 0x308, 0x301}},  {0x3B0, {0x3A5, 0x308, 0x301}},  {0x587, {0x535, 0x552, 0}},
    {0x1E96, {0x48, 0x331, 0}},      {0x1E97, {0x54, 0x308, 0}},      {0x1E98, {0x57, 0x30A, 0}},
    {0x1E99, {0x59, 0x30A, 0}},      {0x1E9A, {0x41, 0x2BE, 0}},      {0x1F50, {0x3A5, 0x313, 0}},
    {0x1F52, {0x3A5, 0x313, 0x300}}, {0x1F54, {0x3A5, 0x313, 0x301}}, {0x1F56, {0x3A5, 0x313, 0x342}},
    {0x1FB2, {0x1FBA, 0x399, 0}},    {0x1FB3, {0x391, 0x399, 0}},     {0x1FB4, {0x386, 0x399, 0}},
    {0x1FB6, {0x391, 0x342, 0}},     {0x1FB7, {0x391, 0x342, 0x399}}, {0x1FBC, {0x391, 0x399, 0}},
    {0x1FC2, {0x1FCA, 0x399, 0}},    {0x1FC3, {0x397, 0x399, 0}},     {0x1FC4, {0x389, 0x399, 0}},
    {0x1FC6, {0x397, 0x342, 0}},     {0x1FC7, {0x397, 0x342, 0x399}}, {0x1FCC, {0x397, 0x399, 0}},
    {0x1FD2, {0x399, 0x308, 0x300}}, {0x1FD3, {0x399, 0x308, 0x301}}, {0x1FD6, {0x399, 0x342, 0}},
    {0x1FD7, {0x399, 0x308, 0x342}}, {0x1FE2, {0x3A5, 0x308, 0x300}}, {0x1FE3, {0x3A5, 0x308, 0x301}},
    {0x1FE4, {0x3A1, 0x313, 0}},     {0x1FE6, {0x3A5, 0x342, 0}},     {0x1FE7, {0x3A5, 0x308, 0x342}},
    {0x1FF2, {0x1FFA, 0x399, 0}},    {0x1FF3, {0x3A9, 0x399, 0}},     {0x1FF4, {0x38F, 0x399, 0}},
    {0x1FF6, {0x3A9, 0x342, 0}},     {0x1FF7, {0x3A9, 0x342, 0x399}}, {0x1FFC, {0x3A9, 0x399, 0}},
    {0xFB00, {0x46, 0x46, 0}},       {0xFB01, {0x46, 0x49, 0}},       {0xFB02, {0x46, 0x4C, 0}},
    {0xFB03, {0x46, 0x46, 0x49}},    {0xFB04, {0x46, 0x46, 0x4C}},    {0xFB05, {0x53, 0x54, 0}},
    {0xFB06, {0x53, 0x54, 0}},       {0xFB13, {0x544, 0x546, 0}},     {0xFB14, {0x544, 0x535, 0}},
    {0xFB15, {0x544, 0x53B, 0}},     {0xFB16, {0x54E, 0x546, 0}},     {0xFB17, {0x544, 0x53D, 0}},
};

enum {
    SHARP_S = 0xDF,
    CAPITAL_SHARP_S = 0x1E9E,
    CAPITAL_I_WITH_DOT = 0x130,
    SMALL_I_WITHOUT_DOT = 0x131,
    N_WITH_APOSTROPHE = 0x149,
    CAPITAL_IOTA = 0x399,
    IOTA_BELOW = 0x345,
    GREEK_FIRST = 0x1F80, /* small and capital alpha, eta, omega with a breathing and an iota below */
    GREEK_LAST = 0x1FAF,
    CHEROKEE_FIRST = 0x13A0, /* capital; here folding goes to capitals */
    CHEROKEE_SMALL_FIRST = 0x13F8,
    CHEROKEE_LAST = 0x13FD,
    CHEROKEE_MORE_FIRST = 0xAB70,
    CHEROKEE_MORE_LAST = 0xABBF
};

static const uint16_t *expansion_of(uint32_t character)
{
    size_t low = 0, high = sizeof expanding / sizeof expanding[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (expanding[middle].character == character) {
            return expanding[middle].upper;
        }
        if (expanding[middle].character < character) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

int strobe_case_lower(uint32_t character, uint32_t ret[STROBE_CASE_MAX])
{
    if (character == CAPITAL_I_WITH_DOT) {
        ret[0] = 'i';
        ret[1] = 0x307;
        return 2;
    }
    ret[0] = Py_UNICODE_TOLOWER(character);
    return 1;
}

int strobe_case_upper(uint32_t character, uint32_t ret[STROBE_CASE_MAX])
{
    static const uint16_t greek[] = {0x1F08, 0x1F28, 0x1F68};
    if (character < SHARP_S) {
        ret[0] = Py_UNICODE_TOUPPER(character);
        return 1;
    }
    if (character >= GREEK_FIRST && character <= GREEK_LAST) {
        ret[0] = greek[(character - GREEK_FIRST) >> 4] | (character & 7);
        ret[1] = CAPITAL_IOTA;
        return 2;
    }
    const uint16_t *expansion = expansion_of(character);
    if (expansion == NULL) {
        ret[0] = Py_UNICODE_TOUPPER(character);
        return 1;
    }
    int count = 0;
    while (count < STROBE_CASE_MAX && expansion[count] != 0) {
        ret[count] = expansion[count];
        count++;
    }
    return count;
}

static uint32_t simple_title(uint32_t character)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* 3.11 says so of this one, and has no other */
    return Py_UNICODE_TOTITLE(character);
#pragma GCC diagnostic pop
}

int strobe_case_title(uint32_t character, uint32_t ret[STROBE_CASE_MAX])
{
    ret[0] = simple_title(character);
    bool has_title = (character >= GREEK_FIRST && character <= GREEK_LAST) || character == 0x1FB3 ||
                     character == 0x1FBC || character == 0x1FC3 || character == 0x1FCC || character == 0x1FF3 ||
                     character == 0x1FFC;
    if (has_title || character < SHARP_S || expansion_of(character) == NULL) {
        return 1;
    }
    int count = strobe_case_upper(character, ret);
    for (int i = 1; i < count && character != N_WITH_APOSTROPHE; i++) {
        ret[i] = ret[i] == CAPITAL_IOTA ? IOTA_BELOW : Py_UNICODE_TOLOWER(ret[i]);
    }
    return count;
}

int strobe_case_fold(uint32_t character, uint32_t ret[STROBE_CASE_MAX])
{
    ret[0] = character;
    if (character >= CHEROKEE_FIRST && character <= CHEROKEE_LAST) {
        ret[0] -= character >= CHEROKEE_SMALL_FIRST ? 8 : 0;
        return 1;
    }
    if (character >= CHEROKEE_MORE_FIRST && character <= CHEROKEE_MORE_LAST) {
        ret[0] = character - CHEROKEE_MORE_FIRST + CHEROKEE_FIRST;
        return 1;
    }
    if (character == SMALL_I_WITHOUT_DOT) {
        return 1;
    }
    if (character == CAPITAL_SHARP_S) {
        ret[0] = ret[1] = 's';
        return 2;
    }
    if (character == CAPITAL_I_WITH_DOT) {
        return strobe_case_lower(character, ret);
    }
    int count = strobe_case_upper(character, ret);
    for (int i = 0; i < count; i++) {
        ret[i] = Py_UNICODE_TOLOWER(ret[i]);
    }
    return count;
}

bool strobe_case_has(uint32_t character)
{
    return Py_UNICODE_ISLOWER(character) || Py_UNICODE_ISUPPER(character) || Py_UNICODE_ISTITLE(character);
}

#if PY_VERSION_HEX >= 0x030D0000
/* What is common beside Greek letters. */
static int ignores_known(uint32_t c)
{
    static const uint16_t ignored[] = {'\'', '.',  ':',  '^',    '`',    0xA8,   0xAD,  0xAF,
                                       0xB4, 0xB7, 0xB8, 0x2018, 0x2019, 0x2024, 0x2027};
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
        if (ignored[i] == c) {
            return 1;
        }
    }
    bool accent = c >= 0x300 && c < 0x370;
    bool other = c < 0x2B0 || Py_UNICODE_ISSPACE(c) || Py_UNICODE_ISDECIMAL(c) || (c >= 0x2010 && c < 0x2060) ||
                 (c >= 0x3400 && c < 0xA000) || (c >= 0xAC00 && c < 0xD7A4) ||
                 (strobe_case_has(c) && Py_UNICODE_TOLOWER(c) != Py_UNICODE_TOUPPER(c));
    return accent ? 1 : other ? 0 : -1;
}
#endif

int strobe_case_ignores(uint32_t character)
{
#if PY_VERSION_HEX >= 0x030D0000
    return ignores_known(character);
#else
    return _PyUnicode_IsCaseIgnorable(character);
#endif
}
