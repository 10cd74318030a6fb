#include <cmocka.h>
#include <string.h>

#include "snapshot/shred.h"

static struct strobe_shreds shreds;

static void forget(void)
{
    memset(&shreds, 0, sizeof shreds);
}

static void add(const char *secret)
{
    struct strobe_shred_window window = {.hash = 0};
    for (size_t i = 0; i < strlen(secret); i++) {
        if (strobe_shred_move(&window, (unsigned char)secret[i])) {
            strobe_shreds_add(&shreds, strobe_shred_of(&window, strlen(secret)));
        }
    }
}

static struct strobe_shred_search search(const char *text)
{
    struct strobe_shred_search found = {.run = 0};
    for (size_t i = 0; i < strlen(text); i++) {
        strobe_shreds_look(&shreds, &found, (unsigned char)text[i]);
    }
    return found;
}

static void test_secret_is_found_inside_a_text(void **state)
{
    (void)state;
    forget();
    add("hunter2-s3cr3t");
    assert_true(search("hunter2-s3cr3t").found);
    assert_true(search("the password hunter2-s3cr3t is wrong").found);
    assert_true(search("hunter2-hunter2-s3cr3t").found);
    assert_false(search("hunter2-s3cr3").found);
    assert_false(search("hunter2 s3cr3t").found);
    assert_false(search("").found);
}

static void test_text_that_is_part_of_a_secret_is_told(void **state)
{
    (void)state;
    forget();
    add("hunter2-s3cr3t");
    assert_true(search("nter2-s3").whole);
    assert_false(search("nter2-s3x").whole);
    assert_false(search("xnter2-s3").whole);
    assert_false(search("nter2").whole); /* shorter than a shred */
}

static void test_much_of_a_long_secret_is_enough(void **state)
{
    (void)state;
    forget();
    add("abcdefghijklmnopqrstuvwxyz0123456789");
    assert_true(search("<abcdefghijklmnopqrst>").found);
    assert_false(search("<abcdefghijklmnopqrs>").found);
    assert_true(search("<qrstuvwxyz0123456789>").found);
}

static void test_shreds_of_several_secrets_do_not_mix(void **state)
{
    (void)state;
    forget();
    add("correct horse");
    add("battery staple");
    assert_true(search("a battery staple.").found);
    assert_false(search("correct battery").found);
    assert_false(search("horse battery").found);
}

static void test_short_secret_needs_less_also_where_a_long_one_has_its_shreds(void **state)
{
    (void)state;
    forget();
    add("secret-of-the-long-kind");
    add("secret-of");
    assert_true(search("x secret-of x").found);
}

static void test_too_many_shreds_are_forgotten_without_harm(void **state)
{
    (void)state;
    forget();
    for (unsigned i = 0; i < 3 * STROBE_SHREDS_MAX; i++) {
        struct strobe_shred_window window = {.hash = 0};
        for (unsigned k = 0; k < STROBE_SHRED_CHARACTERS; k++) {
            strobe_shred_move(&window, i >> k);
        }
        strobe_shreds_add(&shreds, strobe_shred_of(&window, 6));
    }
    assert_true(shreds.count <= STROBE_SHREDS_MAX);
    search("anything at all");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret_is_found_inside_a_text),
        cmocka_unit_test(test_text_that_is_part_of_a_secret_is_told),
        cmocka_unit_test(test_much_of_a_long_secret_is_enough),
        cmocka_unit_test(test_shreds_of_several_secrets_do_not_mix),
        cmocka_unit_test(test_short_secret_needs_less_also_where_a_long_one_has_its_shreds),
        cmocka_unit_test(test_too_many_shreds_are_forgotten_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
