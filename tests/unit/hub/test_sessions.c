#include "hub/sessions.h"

#include <cmocka.h>
#include <string.h>

#include "strobe/limits.h"

#define HALF_DAY_MS (STROBE_HUB_SESSION_S * 1000LL)

static int ended;
static char last_ended[STROBE_SESSION_DIGITS + 1];

static void on_end(void *user, const char *id)
{
    (void)user;
    ended++;
    strcpy(last_ended, id);
}

static int setup(void **state)
{
    ended = 0;
    *state = strobe_sessions_new(on_end, NULL);
    return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    strobe_sessions_free(*state);
    return 0;
}

static void test_a_session_belongs_to_its_person_until_its_time_is_over(void **state)
{
    char id[STROBE_SESSION_DIGITS + 1];
    assert_int_equal(strobe_sessions_begin(*state, "ada", 1000, id), 0);
    assert_int_equal(strlen(id), STROBE_SESSION_DIGITS);
    assert_string_equal(strobe_sessions_find(*state, id, 1000), "ada");
    assert_string_equal(strobe_sessions_find(*state, id, 999 + HALF_DAY_MS), "ada");
    assert_int_equal(ended, 0);
    assert_null(strobe_sessions_find(*state, id, 1000 + HALF_DAY_MS));
    assert_int_equal(ended, 1);
    assert_null(strobe_sessions_find(*state, id, 1000));
}

static void test_an_ended_session_is_dead_and_told_once(void **state)
{
    char id[STROBE_SESSION_DIGITS + 1], other[STROBE_SESSION_DIGITS + 1];
    strobe_sessions_begin(*state, "ada", 0, id);
    strobe_sessions_begin(*state, "bob", 0, other);
    assert_string_not_equal(id, other);
    strobe_sessions_end(*state, id);
    strobe_sessions_end(*state, id);
    assert_int_equal(ended, 1);
    assert_string_equal(last_ended, id);
    assert_null(strobe_sessions_find(*state, id, 1));
    assert_string_equal(strobe_sessions_find(*state, other, 1), "bob");
}

static void test_time_ends_the_old_ones_only(void **state)
{
    char old[STROBE_SESSION_DIGITS + 1], young[STROBE_SESSION_DIGITS + 1];
    strobe_sessions_begin(*state, "ada", 0, old);
    strobe_sessions_begin(*state, "bob", 5000, young);
    strobe_sessions_tick(*state, HALF_DAY_MS);
    assert_int_equal(ended, 1);
    assert_string_equal(last_ended, old);
    assert_non_null(strobe_sessions_find(*state, young, HALF_DAY_MS));
}

static void test_the_oldest_makes_room(void **state)
{
    char first[STROBE_SESSION_DIGITS + 1], id[STROBE_SESSION_DIGITS + 1];
    strobe_sessions_begin(*state, "ada", 0, first);
    for (int i = 1; i < STROBE_HUB_SESSIONS_MAX; i++) {
        strobe_sessions_begin(*state, "bob", i, id);
    }
    assert_int_equal(ended, 0);
    strobe_sessions_begin(*state, "eve", STROBE_HUB_SESSIONS_MAX, id);
    assert_int_equal(ended, 1);
    assert_string_equal(last_ended, first);
    assert_string_equal(strobe_sessions_find(*state, id, STROBE_HUB_SESSIONS_MAX), "eve");
}

static void test_ids_of_another_form_are_unknown(void **state)
{
    assert_null(strobe_sessions_find(*state, "", 0));
    assert_null(strobe_sessions_find(*state, "0000000000000000000000000000000000000000", 0));
    assert_null(strobe_sessions_find(*state, "00000000000000000000000000000000000000000000", 0));
}

#define ID "0123456789012345678901234567890123456789"

static void test_the_cookie_is_found_among_others(void **state)
{
    (void)state;
    static const char *const good[] = {
        "strobe_session=" ID,
        "a=b; strobe_session=" ID,
        "strobe_session=" ID "; a=b",
        "x=strobe_session=short;strobe_session=" ID ";",
    };
    static const char *const bad[] = {
        "",        "strobe_session",      "strobe_session=",     "strobe_session=" ID "0", "xstrobe_session=" ID,
        ";;; ; ;", "strobe_session=0123", "a=strobe_session=" ID};
    char id[STROBE_SESSION_DIGITS + 1] = "";
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        memset(id, 0, sizeof id);
        assert_int_equal(strobe_sessions_cookie(good[i], id), 0);
        assert_string_equal(id, ID);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(strobe_sessions_cookie(bad[i], id), STROBE_ENOTFOUND);
    }
    assert_int_equal(strobe_sessions_cookie(NULL, id), STROBE_ENOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_session_belongs_to_its_person_until_its_time_is_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_ended_session_is_dead_and_told_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_time_ends_the_old_ones_only, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_oldest_makes_room, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ids_of_another_form_are_unknown, setup, teardown),
        cmocka_unit_test(test_the_cookie_is_found_among_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
