#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "snapshot/glob.h"
#include "snapshot/pattern.h"
#include "snapshot/policy.h"

static struct strobe_policy *policy;

static json_t *read(const char *text)
{
    json_t *document = text != NULL ? json_loads(text, 0, NULL) : NULL;
    assert_true(text == NULL || document != NULL);
    return document;
}

static int compile(const char *hub, const char *process, struct strobe_policy **ret_policy, struct strobe_error *error)
{
    json_t *hub_document = read(hub), *process_document = read(process);
    int status = strobe_policy_new(hub_document, process_document, ret_policy, error);
    json_decref(hub_document);
    json_decref(process_document);
    return status;
}

static void use(const char *hub, const char *process)
{
    strobe_policy_unref(policy);
    policy = NULL;
    assert_int_equal(compile(hub, process, &policy, NULL), 0);
}

static int release(void **state)
{
    (void)state;
    strobe_policy_unref(policy);
    policy = NULL;
    return 0;
}

static const char *name(const char *text)
{
    return strobe_policy_name(policy, text, strlen(text));
}

static struct strobe_type_verdict type(const char *own, const char *base)
{
    const struct strobe_type_text names[] = {{own, strlen(own)}, {base, strlen(base)}};
    return strobe_policy_type(policy, names, 2);
}

static void test_globs_fit_whole_names(void **state)
{
    (void)state;
    static const struct {
        const char *glob, *text;
        bool fits;
    } samples[] = {
        {"a.b", "a.b", true},      {"a.b", "a.bc", false}, {"a.*", "a.", true},    {"a.*", "b.a.", false},
        {"*", "", true},           {"*.b", "a.c.b", true}, {"*.b", "a.bc", false}, {"a*b*c", "axbxbxc", true},
        {"a*b*c", "axcxb", false}, {"**a**", "xay", true}, {"", "", true},         {"", "a", false}};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        assert_int_equal(strobe_glob_fits(samples[i].glob, samples[i].text, strlen(samples[i].text)), samples[i].fits);
    }
}

static void test_without_documents_the_built_in_rules_hold(void **state)
{
    (void)state;
    use(NULL, NULL);
    assert_string_equal(name("userPassword"), "password");
    assert_null(name("order"));
    assert_string_equal(strobe_rule_text(type("ssl.SSLContext", "_ssl._SSLContext").rule), "ssl.SSLContext");
    assert_null(type("shop.Order", "object").rule);
    assert_string_equal(strobe_policy_origin(policy, name("password")), "built in");
}

static void test_denied_names_match_by_words(void **state)
{
    (void)state;
    use(NULL, "{\"deny_names\": [\"employee-id\", \"Code Name\", \"x*y\"]}");
    static const char *const hidden[] = {"employee_id", "employeeId", "EMPLOYEE_ID", "my_employee_ids",
                                         "employeeid",  "codename",   "code_name_2", "xy",
                                         "xay",         "x_1_y"};
    static const char *const shown[] = {"employee", "id", "code", "xyz", "axy", "employees_identity", ""};
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        if (name(hidden[i]) == NULL) {
            fail_msg("shown: %s", hidden[i]);
        }
        assert_string_equal(strobe_policy_origin(policy, name(hidden[i])), "process");
    }
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        if (name(shown[i]) != NULL) {
            fail_msg("hidden: %s", shown[i]);
        }
    }
    char text[600];
    memset(text, 'a', sizeof text);
    static const char inside[] = "_employee_id_";
    for (size_t i = 0; inside[i] != '\0'; i++) {
        text[400 + i] = inside[i];
    }
    assert_string_equal(strobe_policy_name(policy, text, sizeof text), "employee-id");
}

static void test_a_policy_is_asked_without_the_built_in_rules(void **state)
{
    (void)state;
    use(NULL, NULL);
    assert_null(strobe_policy_own_name(policy, "PWD", 3));
    use(NULL, "{\"deny_names\": [\"pwd\"]}");
    assert_string_equal(strobe_policy_own_name(policy, "PWD", 3), "pwd");
    assert_null(strobe_policy_own_name(policy, "password", 8));
    use("{\"allow_list\": true, \"allow_names\": [\"order\"]}", NULL);
    assert_int_equal(strobe_policy_own_name(policy, "PWD", 3)[0], STROBE_RULE_UNLISTED);
}

static void test_exceptions_hold_only_where_both_make_them(void **state)
{
    (void)state;
    static const char except[] = "{\"exceptions\": [{\"name\": \"session id\", \"reason\": \"r\"}]}";
    use(except, NULL);
    assert_null(name("sessionId"));
    assert_non_null(name("user_session_id"));
    use(NULL, except);
    assert_null(name("sessionId"));
    use(except, except);
    assert_null(name("sessionId"));
    use(except, "{}");
    assert_non_null(name("sessionId"));
    use("{}", except);
    assert_non_null(name("sessionId"));
    use(except, "{\"deny_names\": [\"session\"], \"exceptions\": [{\"name\": \"x\", \"reason\": \"r\"}]}");
    assert_string_equal(name("sessionId"), "session");
}

static void test_exceptions_of_patterns_hold_only_where_both_make_them(void **state)
{
    (void)state;
    static const char except[] = "{\"exceptions\": [{\"pattern\": \"card number\", \"reason\": \"r\"}]}";
    use(except, NULL);
    assert_true(strobe_policy_excepts_pattern(policy, "card number"));
    assert_false(strobe_policy_excepts_pattern(policy, "JWT"));
    use(except, "{}");
    assert_false(strobe_policy_excepts_pattern(policy, "card number"));
    use(NULL, NULL);
    assert_false(strobe_policy_excepts_pattern(policy, "card number"));
}

static void test_types_are_denied_with_their_subclasses(void **state)
{
    (void)state;
    use("{\"deny_types\": [\"shop.secrets.*\"]}",
        "{\"exceptions\": [{\"type\": \"ssl.SSLContext\", \"reason\": \"r\"}]}");
    assert_string_equal(strobe_rule_text(type("a.B", "shop.secrets.Base").rule), "shop.secrets.*");
    assert_int_equal(type("a.B", "shop.secrets.Base").rule[0], STROBE_RULE_TYPE);
    assert_string_equal(strobe_policy_origin(policy, type("a.B", "shop.secrets.Base").rule), "hub");
    assert_null(type("a.B", "shop.Base").rule);
    assert_non_null(type("ssl.SSLContext", "object").rule); /* the hub makes no exception */
    use(NULL, "{\"exceptions\": [{\"type\": \"ssl.SSLContext\", \"reason\": \"r\"}]}");
    assert_null(type("ssl.SSLContext", "object").rule);
    assert_null(type("my.Context", "ssl.SSLContext").rule);
    assert_non_null(type("ssl.Other", "_ssl._SSLContext").rule);
}

static void test_allow_list_hides_what_no_list_has(void **state)
{
    (void)state;
    use("{\"allow_list\": true, \"allow_names\": [\"order*\"], \"allow_types\": [\"int\"]}",
        "{\"allow_list\": true, \"allow_names\": [\"*id\"], \"allow_types\": [\"int\", \"str\"]}");
    assert_null(name("order_id"));
    assert_int_equal(name("order")[0], STROBE_RULE_UNLISTED);
    assert_string_equal(strobe_rule_text(name("order")), "allow list");
    assert_string_equal(strobe_policy_origin(policy, name("order_total")), "process");
    assert_string_equal(strobe_policy_origin(policy, name("user_id")), "hub");
    assert_string_equal(name("order_session_id"), "session id");
    struct strobe_type_verdict integer = type("int", "int"), text = type("str", "str");
    assert_null(strobe_policy_combine(name("x"), &integer));
    assert_non_null(strobe_policy_combine(name("x"), &text));
    assert_null(strobe_policy_combine(name("order"), &text)); /* listed here by name, there by type */
    assert_non_null(strobe_policy_combine(name("password"), &integer));
}

static void test_broken_documents_say_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *document, *words;
    } samples[] = {
        {"[]", "no JSON object"},
        {"{\"deny_names\": 1}", "deny_names is no list"},
        {"{\"deny_names\": [1]}", "deny_names has an entry that is no text"},
        {"{\"deny_names\": [\"\"]}", "deny_names has an entry that is no text"},
        {"{\"deny_names\": [\"-\"]}", "names nothing"},
        {"{\"allow_names\": [\"*\"]}", "names nothing"},
        {"{\"deny_types\": [\"a\\u0001\"]}", "control character"},
        {"{\"emails\": 1}", "neither true nor false"},
        {"{\"deny_patterns\": [{\"name\": \"n\"}]}", "deny_patterns: regex"},
        {"{\"deny_patterns\": [{\"name\": \"n\", \"regex\": \"a(\"}]}", "column 3"},
        {"{\"deny_patterns\": [{\"name\": \"n\", \"regex\": \"(*UTF)a\"}]}", "regular expression"},
        {"{\"exceptions\": [{\"name\": \"n\"}]}", "has no reason"},
        {"{\"exceptions\": [{\"name\": \"n\", \"reason\": \"  \"}]}", "has no reason"},
        {"{\"exceptions\": [{\"name\": \"n\", \"type\": \"t\", \"reason\": \"r\"}]}", "one of name, type and pattern"},
        {"{\"exceptions\": [{\"pattern\": \"n\", \"reason\": \"r\"}]}", "no built-in pattern"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct strobe_policy *none = NULL;
        struct strobe_error error = {0};
        assert_int_equal(compile(NULL, samples[i].document, &none, &error), STROBE_ESYNTAX);
        assert_null(none);
        if (strstr(error.message, samples[i].words) == NULL) {
            fail_msg("%s: %s", samples[i].document, error.message);
        }
    }
}

static void test_own_patterns_are_found_and_bounded(void **state)
{
    (void)state;
    use("{\"deny_patterns\": [{\"name\": \"number\", \"regex\": \"EMP-[0-9]{4}\"}]}",
        "{\"deny_patterns\": [{\"name\": \"slow\", \"regex\": \"(z+)+$\"}]}");
    static const char slow[] = "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzy";
    assert_string_equal(strobe_policy_match(policy, "an EMP-1234", 11), "number");
    assert_null(strobe_policy_match(policy, "an EMP-12", 9));
    assert_string_equal(strobe_policy_match(policy, slow, strlen(slow)), "slow");
    assert_string_equal(strobe_policy_origin(policy, strobe_policy_match(policy, slow, strlen(slow))), "process");
}

static void test_every_pattern_can_be_excepted(void **state)
{
    (void)state;
    size_t count = 0;
    for (const char *rule; (rule = strobe_pattern_rule(count)) != NULL; count++) {
        assert_true(strobe_pattern_is_rule(rule));
    }
    assert_true(count > 60);
    assert_false(strobe_pattern_is_rule("password"));
    use(NULL, "{\"exceptions\": [{\"pattern\": \"URL password\", \"reason\": \"r\"}]}");
    static const char url[] = "http://a:b@c", both[] = "http://a:b@c Bearer abcdefgh";
    assert_null(strobe_pattern_find(policy, url, strlen(url), false));
    assert_string_equal(strobe_pattern_find(policy, both, strlen(both), false), "bearer token");
}

/* ---- The policy in force ---- */

static atomic_bool stop;

static void *read_policies(void *argument)
{
    atomic_uint *looks = argument;
    while (!atomic_load(&stop)) {
        struct strobe_policy *current = strobe_policy_current();
        assert_non_null(strobe_policy_name(current, "password", 8));
        strobe_policy_name(current, "employee_id", 11);
        strobe_policy_unref(current);
        strobe_policy_is_secret("token", 5);
        atomic_fetch_add(looks, 1);
    }
    return NULL;
}

static void test_policies_are_swapped_under_readers(void **state)
{
    (void)state;
    enum { THREADS = 3, SWAPS = 2000 };
    pthread_t threads[THREADS];
    atomic_uint looks = 0;
    atomic_store(&stop, false);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, read_policies, &looks), 0);
    }
    for (int i = 0; i < SWAPS || atomic_load(&looks) < THREADS; i++) {
        struct strobe_policy *next = NULL;
        assert_int_equal(compile(i % 2 == 0 ? "{\"deny_names\": [\"employee id\"]}" : NULL, "{}", &next, NULL), 0);
        strobe_policy_set(i % 5 == 0 ? NULL : next);
        if (i % 5 == 0) {
            strobe_policy_unref(next);
        }
    }
    atomic_store(&stop, true);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    strobe_policy_set(NULL);
}

static void test_policy_in_force_says_what_is_secret(void **state)
{
    (void)state;
    struct strobe_policy *next = NULL;
    assert_false(strobe_policy_is_secret("employee_id", 11));
    assert_int_equal(compile("{\"deny_names\": [\"employee id\"]}", NULL, &next, NULL), 0);
    strobe_policy_set(next);
    assert_true(strobe_policy_is_secret("employee_id", 11));
    struct strobe_policy *current = strobe_policy_current();
    assert_ptr_equal(current, next);
    unsigned serial = strobe_policy_serial(current);
    strobe_policy_set(NULL);
    assert_string_equal(strobe_policy_name(current, "employee_id", 11), "employee id"); /* kept by its reference */
    strobe_policy_unref(current);
    current = strobe_policy_current();
    assert_int_not_equal(strobe_policy_serial(current), serial);
    strobe_policy_unref(current);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_globs_fit_whole_names),
        cmocka_unit_test(test_without_documents_the_built_in_rules_hold),
        cmocka_unit_test(test_denied_names_match_by_words),
        cmocka_unit_test(test_a_policy_is_asked_without_the_built_in_rules),
        cmocka_unit_test(test_exceptions_hold_only_where_both_make_them),
        cmocka_unit_test(test_exceptions_of_patterns_hold_only_where_both_make_them),
        cmocka_unit_test(test_types_are_denied_with_their_subclasses),
        cmocka_unit_test(test_allow_list_hides_what_no_list_has),
        cmocka_unit_test(test_broken_documents_say_what_is_wrong),
        cmocka_unit_test(test_own_patterns_are_found_and_bounded),
        cmocka_unit_test(test_every_pattern_can_be_excepted),
        cmocka_unit_test(test_policies_are_swapped_under_readers),
        cmocka_unit_test(test_policy_in_force_says_what_is_secret),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
