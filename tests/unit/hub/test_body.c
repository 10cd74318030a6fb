#include "hub/body_view.h"

#include <cmocka.h>
#include <string.h>

#include "sample_body.h"

static struct strobe_body open_body(json_t *json)
{
    struct strobe_body body;
    strobe_body_open(json, &body);
    return body;
}

static void test_a_subgraph_is_numbered_anew_and_keeps_aliases_and_cycles(void **state)
{
    (void)state;
    json_t *json = sample_body("[]", "[{`type`:`int`,`text`:`9`},"
                                     " {`type`:`list`,`items`:[2,2,1]},"
                                     " {`type`:`dict`,`entries`:[[3,0]]},"
                                     " {`type`:`str`,`text`:`'k'`}]");
    struct strobe_body body = open_body(json);
    json_t *graph = strobe_body_subgraph(&body, 1, 5);
    json_t *wanted = sample_json("{`value`:0,`values`:[{`type`:`list`,`items`:[1,1,0]},"
                                 "{`type`:`dict`,`entries`:[[2,3]]},{`type`:`str`,`text`:`'k'`},"
                                 "{`type`:`int`,`text`:`9`}]}");
    assert_true(json_equal(graph, wanted));
    json_decref(graph);
    json_decref(wanted);
    json_decref(json);
}

static void test_a_subgraph_says_where_there_is_more(void **state)
{
    (void)state;
    json_t *json = sample_body("[]", "[{`type`:`list`,`items`:[1,2]},{`type`:`tuple`,`items`:[2]},{`text`:`1`}]");
    struct strobe_body body = open_body(json);
    json_t *graph = strobe_body_subgraph(&body, 0, 1);
    json_t *values = json_object_get(graph, "values");
    assert_int_equal(json_array_size(values), 3);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(values, 1), "deeper")), 1);
    assert_null(json_object_get(json_array_get(values, 1), "items"));
    assert_null(json_object_get(json_array_get(values, 2), "deeper"));
    json_decref(graph);
    json_decref(json);
}

static void test_a_malformed_body_is_read_as_far_as_it_is_sound(void **state)
{
    (void)state;
    static const char mess[] =
        "{`values`:[5,{`items`:[77,-1,`x`,0,1]},{`entries`:[[1],5,[9,9]]},{`fields`:[[1,2],[`a`,99],[`b`]]}],"
        "`frames`:[5,{`locals`:[[`a`],[1,2],`x`]}],`watches`:[1,{`expression`:2}]}";
    static const char *const bodies[] = {mess, "{}", "{`values`:5,`frames`:{},`watches`:`x`}"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        json_t *json = sample_json(bodies[i]);
        struct strobe_body body = open_body(json);
        for (int64_t ref = -2; ref < 6; ref++) {
            json_t *head = strobe_body_head(&body, ref), *graph = strobe_body_subgraph(&body, ref, 3);
            assert_non_null(head);
            assert_non_null(graph);
            json_decref(head);
            json_decref(graph);
        }
        assert_int_equal(strobe_body_local(strobe_body_frame(&body, 1), "a"), STROBE_BODY_NO_REF);
        assert_int_equal(strobe_body_watch(&body, "a"), STROBE_BODY_NO_REF);
        json_decref(json);
    }
}

static void test_a_watch_that_was_computed_has_a_ref_too(void **state)
{
    (void)state;
    json_t *json = sample_json("{`values`:[{`type`:`int`,`text`:`1`}],`watches`:[{`expression`:`a`,`value`:0},"
                               "{`expression`:`a + 1`,`type`:`int`,`text`:`2`},{`expression`:`b`,`error`:`no`},"
                               "{`expression`:`k`,`cut`:`redacted:name`,`rule`:`key`}]}");
    for (int round = 0; round < 2; round++) { /* opened again, it is the same */
        struct strobe_body body = open_body(json);
        assert_int_equal(strobe_body_count(&body), 3);
        assert_int_equal(strobe_body_watch(&body, "a"), 0);
        assert_string_equal(strobe_body_text(strobe_body_value(&body, strobe_body_watch(&body, "a + 1")), "text"), "2");
        assert_true(strobe_body_is_redacted(strobe_body_value(&body, strobe_body_watch(&body, "k"))));
        assert_int_equal(strobe_body_watch(&body, "b"), STROBE_BODY_NO_REF);
    }
    json_decref(json);
    json = sample_json("{`watches`:[{`expression`:`a`,`type`:`int`,`text`:`2`}]}");
    struct strobe_body body = open_body(json);
    assert_int_equal(strobe_body_watch(&body, "a"), 0);
    json_decref(json);
}

static void test_a_preview_is_one_line_that_ends(void **state)
{
    (void)state;
    json_t *json = sample_body("[]", "[{`type`:`dict`,`entries`:[[1,2],[3,0]]},{`type`:`str`,`text`:`'sku'`},"
                                     " {`type`:`shop.Order`,`fields`:[[`total`,4]]},{`type`:`int`,`text`:`7`},"
                                     " {`type`:`str`,`cut`:`redacted:name`,`rule`:`total`}]");
    struct strobe_body body = open_body(json);
    json_t *head = strobe_body_head(&body, 0);
    assert_string_equal(strobe_body_text(head, "preview"),
                        "{'sku': shop.Order(total=str <redacted: name \"total\">), 7: {'sku': shop.Order(…), 7: {…}}}");
    assert_int_equal(json_integer_value(json_object_get(head, "children")), 2);
    json_decref(head);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_subgraph_is_numbered_anew_and_keeps_aliases_and_cycles),
        cmocka_unit_test(test_a_subgraph_says_where_there_is_more),
        cmocka_unit_test(test_a_malformed_body_is_read_as_far_as_it_is_sound),
        cmocka_unit_test(test_a_watch_that_was_computed_has_a_ref_too),
        cmocka_unit_test(test_a_preview_is_one_line_that_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
