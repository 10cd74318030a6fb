#include "probes/expression/pattern.h"

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_OF_STEPS = -1, REFUSED = -2 };

static int search_steps(const char *text, const char *subject, size_t size, int64_t *budget)
{
    struct strobe_pattern *pattern;
    bool matched;
    if (strobe_pattern_compile(text, strlen(text), &pattern, NULL) < 0) {
        return REFUSED;
    }
    int status = strobe_pattern_match(pattern, subject, size, budget, &matched);
    strobe_pattern_free(pattern);
    return status < 0 ? OUT_OF_STEPS : matched;
}

static int search(const char *text, const char *subject)
{
    int64_t budget = STROBE_EXPRESSION_PATTERN_STEPS_MAX;
    return search_steps(text, subject, strlen(subject), &budget);
}

static void test_it_searches_like_re_search(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *subject;
        int found;
    } cases[] = {
        {"b+", "abbc", 1},
        {"^b", "abbc", 0},
        {"", "", 1},
        {"a$", "a\n", 1},   /* $ also before a newline at the end */
        {"a\\Z", "a\n", 0}, /* which \Z is not, other than in Perl */
        {"a\\Z", "ba", 1},
        {"a.b", "a\nb", 0},
        {"(?s)a.b", "a\nb", 1},
        {"(?m)^b$", "a\nb\nc", 1},
        {"(?m)$^", "a\n", 1}, /* in Python a line begins after the last newline too */
        {"(?i)ÄB", "äb", 1},
        {"(?i:a)b", "Ab", 1},
        {"(?i:a)b", "AB", 0},
        {"(?x) a \\  b # c", "a b", 1},
        {"a(?#b)c", "ac", 1},
        {"\\v", "\n", 0}, /* one character, not a class */
        {"\\v", "\x0B", 1},
        {"\\u00e9", "é", 1},
        {"\\U0001F600", "\xF0\x9F\x98\x80", 1},
        {"\\101", "A", 1},
        {"^a{,2}$", "aa", 1},
        {"^a{,2}$", "aaa", 0},
        {"a{x", "a{x", 1},
        {"[[:alpha:]]", "b]", 0}, /* a class of [ : a l p h, then ] */
        {"[[:alpha:]]", "a]", 1},
        {"[]a]", "]", 1},
        {"(?P<x>a)(?P=x)", "aa", 1},
        {"(a)?(?(1)b|c)$", "ab", 1},
        {"(a)?(?(1)b|c)$", "xc", 1},
        {"(?P<n>a)?(?(n)b|c)$", "ad", 0},
        {"(a)\\1", "aa", 1},
        {"(?=a)b?a", "a", 1}, /* wrong in PCRE2 10.42 with its quick search */
        {"(?<=a)b", "ab", 1},
        {"(?<!a)b", "ab", 0},
        {"a++a", "aaa", 0},
        {"(?>a+)b", "aab", 1},
        {"\\d", "\xD9\xA3", 1},     /* an Arabic digit */
        {"(?a)\\d", "\xD9\xA3", 0}, /* which is not ASCII */
        {"\\w\\b", "é", 1},
        {"\\é", "é", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int found = search(cases[i].pattern, cases[i].subject);
        if (found != cases[i].found) {
            fail_msg("%s in %s: %d", cases[i].pattern, cases[i].subject, found);
        }
    }
}

static void test_what_only_pcre_knows_is_refused(void **state)
{
    (void)state;
    static const char *const patterns[] = {
        "\\p{L}",  "\\X",        "\\R",       "\\K",       "\\Qa\\E", "\\h",     "\\g{1}",   "\\k<a>",  "\\C",
        "(?R)",    "(?1)",       "(?&a)",     "(?P>a)",    "(?|a)",   "(?<a>b)", "(?'a'b)",  "(*FAIL)", "(*UTF8)a",
        "(?C1)",   "(?J)",       "\\N",       "[\\N]",     "[\\Z]",   "\\x4",    "\\u12",    "\\400",   "\\1(a)",
        "(?L)a",   "a(?i)b",     "(?x:a b)",  "(",         ")",       "[a",      "a**",      "*a",      "a\\",
        "a{3,2}",  "a{1001}",    "(?P<1>a)",  "(?i",       "(?",      "(?P",     "(?(1a)b)", "(?#abc",  "\\8",
        "\\ud800", "(?(R)a|b)x", "\\N{BELL}", "(?<=a+)b1",
    };
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        if (search(patterns[i], "") != REFUSED) {
            fail_msg("%s is not refused", patterns[i]);
        }
    }
}

static void test_a_refusal_says_where_and_why(void **state)
{
    (void)state;
    struct strobe_pattern *pattern = NULL;
    struct strobe_error error = {0};
    assert_int_equal(strobe_pattern_compile("ab\\p{L}", 7, &pattern, &error), STROBE_ESYNTAX);
    assert_string_equal(error.message, "the pattern, at character 3: bad escape");
    assert_null(pattern);
}

static void test_nested_repeats_run_out_of_steps(void **state)
{
    (void)state;
    assert_int_equal(search("^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaa!"), OUT_OF_STEPS);
    assert_int_equal(search("^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaa"), 1);
    assert_int_equal(search("(a?){30}a{30}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), OUT_OF_STEPS);
    assert_int_equal(search("(.*)(.*)(.*)(.*)(.*)(.*)\\1[xy]\\2", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
                     OUT_OF_STEPS);
}

/* Each place alone is cheap: only the sum over all of them is too much. */
static void test_steps_are_counted_over_all_places_where_a_match_may_begin(void **state)
{
    (void)state;
    enum { SIZE = 32 * 1024 };
    static const char *const patterns[] = {"a*[bc]", "a*?[bc]", "(?=a*b)", "(?:a|b)*[cd]", "a{500}[bc]", "(a*)\\1[bc]"};
    char *subject = malloc(SIZE);
    assert_non_null(subject);
    memset(subject, 'a', SIZE);
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        int64_t budget = STROBE_EXPRESSION_PATTERN_STEPS_MAX;
        if (search_steps(patterns[i], subject, SIZE, &budget) != OUT_OF_STEPS) {
            fail_msg("%s was not stopped; %lld steps left", patterns[i], (long long)budget);
        }
    }
    free(subject);
}

/* A class of many characters beyond Latin-1 is compared one by one, so that its steps count for more. */
static void test_a_large_class_uses_up_the_steps_sooner(void **state)
{
    (void)state;
    enum { SIZE = 3000, MEMBERS = 300 };
    char small[] = "[^\u0401]*[xy]", large[16 + 2 * MEMBERS] = "[^";
    char *subject = malloc(SIZE);
    assert_non_null(subject);
    memset(subject, 'a', SIZE);
    for (int i = 0; i < MEMBERS; i++) { /* U+0401, U+0402 ... in UTF-8 */
        const char member[] = {(char)(0xD0 | (i + 1) >> 6), (char)(0x80 | ((i + 1) & 0x3F)), '\0'};
        strcat(large, member);
    }
    strcat(large, "]*[xy]");
    int64_t few = INT64_MAX / 2, many = INT64_MAX / 2;
    assert_int_equal(search_steps(small, subject, SIZE, &few), 0);
    assert_int_equal(search_steps(large, subject, SIZE, &many), 0);
    assert_true((INT64_MAX / 2 - many) / (INT64_MAX / 2 - few) > 10);
    free(subject);
}

static void test_used_steps_are_taken_from_the_budget(void **state)
{
    (void)state;
    int64_t budget = 100;
    assert_int_equal(search_steps("b", "aaab", 4, &budget), 1);
    assert_in_range(budget, 50, 99);
    budget = 0;
    assert_int_equal(search_steps("b", "b", 1, &budget), OUT_OF_STEPS);
}

static void test_backtracking_deeper_than_the_memory_is_a_limit(void **state)
{
    (void)state;
    enum { SIZE = 256 * 1024 };
    char *subject = malloc(SIZE);
    assert_non_null(subject);
    memset(subject, 'a', SIZE);
    int64_t budget = INT64_MAX / 2;
    assert_int_equal(search_steps("^(?:a|b)+$", subject, SIZE, &budget), OUT_OF_STEPS);
    assert_true(budget > INT64_MAX / 4); /* it was the memory */
    budget = INT64_MAX / 2;
    assert_int_equal(search_steps("^(?:a|b)+$", subject, 5000, &budget), 1);
    free(subject);
}

static void test_a_pattern_can_be_matched_again_after_a_limit(void **state)
{
    (void)state;
    struct strobe_pattern *pattern;
    bool matched = false;
    assert_int_equal(strobe_pattern_compile("^(a+)+$", 7, &pattern, NULL), 0);
    for (int i = 0; i < 3; i++) {
        int64_t budget = 1000;
        assert_int_equal(strobe_pattern_match(pattern, "aaaaaaaaaaaaaaaaaaaaaaaaa!", 26, &budget, &matched),
                         STROBE_ELIMIT);
        budget = 1000;
        assert_int_equal(strobe_pattern_match(pattern, "aaa", 3, &budget, &matched), 0);
        assert_true(matched);
    }
    strobe_pattern_free(pattern);
}

static void test_a_pattern_that_is_too_long_is_refused(void **state)
{
    (void)state;
    char text[STROBE_EXPRESSION_PATTERN_BYTES_MAX + 1];
    struct strobe_pattern *pattern;
    memset(text, 'a', sizeof text);
    assert_int_equal(strobe_pattern_compile(text, sizeof text, &pattern, NULL), STROBE_ELIMIT);
    memset(text, '{', sizeof text); /* what becomes longest */
    assert_int_equal(strobe_pattern_compile(text, sizeof text - 1, &pattern, NULL), 0);
    strobe_pattern_free(pattern);
    for (size_t i = 0; i + 1 < sizeof text; i += 2) {
        text[i] = '\\';
        text[i + 1] = '-';
    }
    assert_int_equal(strobe_pattern_compile(text, sizeof text - 1, &pattern, NULL), 0);
    strobe_pattern_free(pattern);
    strobe_pattern_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_searches_like_re_search),
        cmocka_unit_test(test_what_only_pcre_knows_is_refused),
        cmocka_unit_test(test_a_refusal_says_where_and_why),
        cmocka_unit_test(test_nested_repeats_run_out_of_steps),
        cmocka_unit_test(test_steps_are_counted_over_all_places_where_a_match_may_begin),
        cmocka_unit_test(test_a_large_class_uses_up_the_steps_sooner),
        cmocka_unit_test(test_used_steps_are_taken_from_the_budget),
        cmocka_unit_test(test_backtracking_deeper_than_the_memory_is_a_limit),
        cmocka_unit_test(test_a_pattern_can_be_matched_again_after_a_limit),
        cmocka_unit_test(test_a_pattern_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
