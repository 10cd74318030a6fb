#include "hub/body_path.h"

#include <cmocka.h>
#include <string.h>

#include "sample_body.h"

static const char LOCALS[] = "[[`order`,0],[`gone`,9]]";
static const char VALUES[] = "[{`type`:`shop.Order`,`fields`:[[`items`,1],[`meta`,5],[`cut`,12]]},"
                             " {`type`:`list`,`size`:3,`items`:[2,3,4]},"
                             " {`type`:`int`,`text`:`10`},{`type`:`int`,`text`:`11`},{`type`:`int`,`text`:`12`},"
                             " {`type`:`dict`,`entries`:[[6,2],[2,3],[7,4],[10,4]]},"
                             " {`type`:`str`,`text`:`'it\\\\'s \\\\u202e'`},"
                             " {`type`:`tuple`,`items`:[2,3]},"
                             " {`cut`:`depth`,`type`:`dict`},"
                             " {`cut`:`unbound`},"
                             " {`type`:`str`,`text`:`'a.b[0]'`},"
                             " {`type`:`str`,`cut`:`redacted:name`,`rule`:`password`},"
                             " {`type`:`list`,`size`:200,`cut`:`items`,`items`:[2,11,8]}]";

static json_t *sample(struct strobe_body *ret_body)
{
    json_t *json = sample_body(LOCALS, VALUES);
    json_object_set_new(json, "watches",
                        sample_json("[{`expression`:`order.total()`,`value`:4},"
                                    "{`expression`:`x`,`error`:`no`}]"));
    json_array_append_new(json_object_get(json, "frames"), sample_json("{`function`:`main`,`locals`:[[`cart`,1]]}"));
    strobe_body_open(json, ret_body);
    return json;
}

static void test_a_path_leads_to_its_value(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int64_t ref;
    } cases[] = {
        {"order", 0},
        {"order.items", 1},
        {"order.items[0]", 2},
        {"order.items[ 2 ]", 4},
        {"order.items[-1]", 4},
        {"order.items[-3]", 2},
        {"order.meta['it\\'s \\u202e']", 2},
        {"order.meta[\"it's \\u202e\"]", 2},
        {"order.meta[\"it's \xe2\x80\xae\"]", 2},
        {"order.meta[10]", 3},
        {"order.meta[(10, 11)]", 4},
        {"order.meta['a.b[0]']", 4},
        {"order.cut[0]", 2},
        {"order.total()", 4},
    };
    struct strobe_body body;
    json_t *json = sample(&body);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strobe_body_found found;
        struct strobe_error error = {0};
        assert_int_equal(strobe_body_path_find(&body, 0, cases[i].path, &found, &error), 0);
        if (!found.found || found.ref != cases[i].ref) {
            fail_msg("%s led to %d: %s", cases[i].path, (int)found.ref, found.message);
        }
        assert_string_equal(found.reached, cases[i].path);
    }
    json_decref(json);
}

static void test_a_path_that_leads_nowhere_says_how_far_it_came(void **state)
{
    (void)state;
    static const struct {
        const char *path, *reason, *reached, *missing, *message;
    } cases[] = {
        {"nobody", "no_name", "", "nobody", "no variable 'nobody' was captured in frame 0"},
        {"cart[0]", "no_name", "", "cart", "frame 0 has no variable 'cart', but frame 1 has: choose that one"},
        {"order.price", "no_field", "order", ".price", "order is a shop.Order that has no field 'price'"},
        {"order.items[3].x", "no_index", "order.items", "[3]", "order.items has 3 items, so there is no [3]"},
        {"order.items[-4]", "no_index", "order.items", "[-4]", "order.items has 3 items, so there is no [-4]"},
        {"order.meta['b']", "no_key", "order.meta", "['b']", "order.meta is a dict that has no ['b']"},
        {"order.items[0].x", "no_field", "order.items[0]", ".x", "order.items[0] is a int that has no field 'x'"},
        {"order.cut[150]", "cut", "order.cut", "[150]",
         "order.cut has 200 items, of which 3 were captured; [150] is not among them"},
        {"order.cut[-1]", "cut", "order.cut", "[-1]",
         "order.cut has 200 items, of which 3 were captured; [-1] is not among them"},
        {"order.cut[1].x", "cut", "order.cut[1]", ".x",
         "nothing below order.cut[1] leads to .x: redacted: name \"password\""},
        {"order.cut[2]['a']", "cut", "order.cut[2]", "['a']",
         "nothing below order.cut[2] leads to ['a']: deeper than captured"},
        {"gone.x", "cut", "gone", ".x", "nothing below gone leads to .x: not assigned"},
    };
    struct strobe_body body;
    json_t *json = sample(&body);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strobe_body_found found;
        struct strobe_error error = {0};
        assert_int_equal(strobe_body_path_find(&body, 0, cases[i].path, &found, &error), 0);
        assert_false(found.found);
        assert_string_equal(found.message, cases[i].message);
        assert_string_equal(found.reason, cases[i].reason);
        assert_string_equal(found.reached, cases[i].reached);
        assert_string_equal(found.missing, cases[i].missing);
    }
    struct strobe_body_found found;
    assert_int_equal(strobe_body_path_find(&body, 1, "cart[1]", &found, NULL), 0);
    assert_true(found.found && found.ref == 3);
    json_decref(json);
}

static void test_a_field_that_is_a_key_is_pointed_out(void **state)
{
    (void)state;
    json_t *json = sample_body("[[`d`,0]]", "[{`type`:`dict`,`entries`:[[1,1]]},{`type`:`str`,`text`:`'sku'`}]");
    struct strobe_body body;
    struct strobe_body_found found;
    strobe_body_open(json, &body);
    assert_int_equal(strobe_body_path_find(&body, 0, "d.sku", &found, NULL), 0);
    assert_string_equal(found.message, "d is a dict that has no field 'sku'; write it as a key: ['sku']");
    json_decref(json);
}

static void test_a_path_that_is_none_is_refused_with_its_column(void **state)
{
    (void)state;
    static const struct {
        const char *path, *column;
    } cases[] = {
        {"", "column 1:"},         {".x", "column 1:"},        {"order..x", "column 6:"},
        {"order[", "column 6:"},   {"order[]", "column 6:"},   {"order['a]", "column 6:"},
        {"order.x]", "column 8:"}, {"nobody[ ]", "column 7:"}, {"order.items[(1]", "column 12:"},
    };
    struct strobe_body body;
    json_t *json = sample(&body);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strobe_body_found found;
        struct strobe_error error = {0};
        assert_int_equal(strobe_body_path_find(&body, 0, cases[i].path, &found, &error), STROBE_ESYNTAX);
        if (strstr(error.message, cases[i].column) == NULL) {
            fail_msg("%s: %s", cases[i].path, error.message);
        }
    }
    char longest[STROBE_HUB_PATH_BYTES_MAX + 2];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    struct strobe_body_found found;
    assert_int_equal(strobe_body_path_find(&body, 0, longest, &found, NULL), STROBE_ELIMIT);
    longest[sizeof longest - 2] = '\0';
    assert_int_equal(strobe_body_path_find(&body, 0, longest, &found, NULL), 0);
    json_decref(json);
}

static void test_paths_are_told_apart_by_commas_outside_of_brackets(void **state)
{
    (void)state;
    assert_string_equal(strobe_body_path_end("a,b"), ",b");
    assert_string_equal(strobe_body_path_end("a[(1, 2)],b"), ",b");
    assert_string_equal(strobe_body_path_end("a['x,]y'],b"), ",b");
    assert_string_equal(strobe_body_path_end("a['x"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_path_leads_to_its_value),
        cmocka_unit_test(test_a_path_that_leads_nowhere_says_how_far_it_came),
        cmocka_unit_test(test_a_field_that_is_a_key_is_pointed_out),
        cmocka_unit_test(test_a_path_that_is_none_is_refused_with_its_column),
        cmocka_unit_test(test_paths_are_told_apart_by_commas_outside_of_brackets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
