#include "hub/body_diff.h"

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample_body.h"
#include "strobe/limits.h"

/* A list of differences as text: `kind path`, separated by `; `. */
static void list_text(json_t *answer, const char *list, char text[2048])
{
    size_t index;
    json_t *row;
    text[0] = '\0';
    json_array_foreach(json_object_get(answer, list), index, row)
    {
        char line[512];
        const char *right = json_string_value(json_object_get(row, "right_path"));
        const char *path = json_string_value(json_object_get(row, "path"));
        snprintf(line, sizeof line, "%s%s %s%s%s", index > 0 ? "; " : "",
                 json_string_value(json_object_get(row, "kind")), path != NULL ? path : "", right != NULL ? " -> " : "",
                 right != NULL ? right : "");
        strncat(text, line, 2047 - strlen(text));
    }
}

static json_t *diff_of(json_t *left, json_t *right)
{
    json_t *answer = strobe_body_diff(left, right);
    assert_non_null(answer);
    json_decref(left);
    json_decref(right);
    return answer;
}

/* Two values of the local `v`, each a list of values the first of which it is. */
static void expect(const char *left, const char *right, const char *differences, const char *unknown)
{
    static const char locals[] = "[[`v`,0]]";
    char text[2048];
    json_t *answer = diff_of(sample_body(locals, left), sample_body(locals, right));
    list_text(answer, "differences", text);
    assert_string_equal(text, differences);
    list_text(answer, "unknown", text);
    assert_string_equal(text, unknown);
    assert_int_equal(json_is_true(json_object_get(answer, "same")), differences[0] == '\0');
    json_decref(answer);
}

static void test_equal_snapshots_have_no_difference(void **state)
{
    (void)state;
    expect("[{`type`:`int`,`text`:`1`}]", "[{`type`:`int`,`text`:`1`}]", "", "");
    expect("[{`type`:`dict`,`entries`:[[1,2]]},{`type`:`str`,`text`:`'k'`},{`type`:`list`,`items`:[]}]",
           "[{`type`:`dict`,`entries`:[[2,1]]},{`type`:`list`,`items`:[]},{`type`:`str`,`text`:`'k'`}]", "", "");
}

static void test_values_differ_by_text_and_by_type(void **state)
{
    (void)state;
    expect("[{`type`:`int`,`text`:`1`}]", "[{`type`:`int`,`text`:`2`}]", "changed v", "");
    expect("[{`type`:`int`,`text`:`1`}]", "[{`type`:`bool`,`text`:`1`}]", "type v", "");
    expect("[{`cut`:`unbound`}]", "[{`type`:`int`,`text`:`2`}]", "changed v", "");
    expect("[{`cut`:`unbound`}]", "[{`cut`:`unbound`}]", "", "");
}

static void test_dicts_are_aligned_by_key_and_objects_by_field(void **state)
{
    (void)state;
    expect("[{`type`:`dict`,`entries`:[[1,2],[3,2]]},{`type`:`str`,`text`:`'a'`},{`type`:`int`,`text`:`1`},"
           "{`type`:`str`,`text`:`'b'`}]",
           "[{`type`:`dict`,`entries`:[[3,2],[4,5]]},{`type`:`str`,`text`:`'a'`},{`type`:`int`,`text`:`1`},"
           "{`type`:`str`,`text`:`'b'`},{`type`:`str`,`text`:`'c'`},{`type`:`int`,`text`:`5`}]",
           "removed v['a']; added v['c']", "");
    expect("[{`type`:`O`,`fields`:[[`x`,1],[`y`,1]]},{`type`:`int`,`text`:`1`}]",
           "[{`type`:`O`,`fields`:[[`y`,1],[`x`,2],[`z`,1]]},{`type`:`int`,`text`:`1`},{`type`:`int`,`text`:`7`}]",
           "changed v.x; added v.z", "");
}

static void test_lists_are_aligned_so_that_most_is_equal(void **state)
{
    (void)state;
    static const char numbers[] = "{`type`:`int`,`text`:`1`},{`type`:`int`,`text`:`2`},{`type`:`int`,`text`:`3`},"
                                  "{`type`:`int`,`text`:`4`}";
    char left[512], right[512];
    snprintf(left, sizeof left, "[{`type`:`list`,`size`:3,`items`:[1,2,3]},%s]", numbers);
    snprintf(right, sizeof right, "[{`type`:`list`,`size`:2,`items`:[2,3]},%s]", numbers);
    expect(left, right, "removed v[0]", "");
    snprintf(right, sizeof right, "[{`type`:`list`,`size`:4,`items`:[1,4,2,3]},%s]", numbers);
    expect(left, right, "added v[1]", "");
    snprintf(right, sizeof right, "[{`type`:`list`,`size`:3,`items`:[1,4,3]},%s]", numbers);
    expect(left, right, "changed v[1]", "");
    snprintf(left, sizeof left, "[{`type`:`set`,`size`:3,`items`:[1,2,3]},%s]", numbers);
    snprintf(right, sizeof right, "[{`type`:`set`,`size`:3,`items`:[4,3,1]},%s]", numbers);
    expect(left, right, "removed v[1]; added v[0]", "");
}

static void test_the_item_that_is_most_alike_is_the_one_compared(void **state)
{
    (void)state;
    static const char lines[] = "{`type`:`L`,`fields`:[[`sku`,5],[`price`,6],[`n`,7]]},"
                                "{`type`:`L`,`fields`:[[`sku`,8],[`price`,9],[`n`,10]]},"
                                "{`type`:`L`,`fields`:[[`sku`,8],[`price`,11],[`n`,10]]},{`type`:`int`,`text`:`0`},"
                                "{`type`:`str`,`text`:`'a'`},{`type`:`int`,`text`:`1`},{`type`:`int`,`text`:`2`},"
                                "{`type`:`str`,`text`:`'b'`},{`type`:`int`,`text`:`3`},{`type`:`int`,`text`:`4`},"
                                "{`type`:`int`,`text`:`5`}";
    char left[1024], right[1024];
    snprintf(left, sizeof left, "[{`type`:`list`,`items`:[1,2]},%s]", lines);
    snprintf(right, sizeof right, "[{`type`:`list`,`items`:[3]},%s]", lines);
    expect(left, right, "changed v[1].price -> v[0].price; removed v[0]", "");
}

static void test_cycles_end_and_aliases_are_told(void **state)
{
    (void)state;
    static const char cycle[] = "[{`type`:`list`,`items`:[0,1]},{`type`:`int`,`text`:`1`}]";
    expect(cycle, "[{`type`:`list`,`items`:[0,1]},{`type`:`int`,`text`:`2`}]", "changed v[1]", "");
    expect(cycle, cycle, "", "");
    expect("[{`type`:`list`,`items`:[1,1]},{`type`:`list`,`items`:[2]},{`type`:`int`,`text`:`1`}]",
           "[{`type`:`list`,`items`:[1,3]},{`type`:`list`,`items`:[2]},{`type`:`int`,`text`:`1`},"
           "{`type`:`list`,`items`:[2]}]",
           "identity v[1]", "");
}

static void test_redacted_values_are_never_compared(void **state)
{
    (void)state;
    static const char one[] = "[{`type`:`str`,`cut`:`redacted:name`,`rule`:`password`}]";
    expect(one, one, "", "redacted v");
    expect(one, "[{`type`:`NoneType`,`cut`:`redacted:name`,`rule`:`password`}]", "", "redacted v");
    expect(one, "[{`type`:`str`,`cut`:`redacted:pattern`,`rule`:`JWT`}]", "", "redacted v");
    expect(one, "[{`type`:`str`,`text`:`'x'`}]", "", "redacted v");
    static const char keys[] =
        "[{`type`:`dict`,`entries`:[[1,2]]},{`type`:`str`,`cut`:`redacted:pattern`,`rule`:`JWT`},"
        "{`type`:`int`,`text`:`1`}]";
    json_t *answer = diff_of(sample_body("[[`v`,0]]", one), sample_body("[[`v`,0]]", one));
    json_t *row = json_array_get(json_object_get(answer, "unknown"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "message")), "redacted on both sides");
    json_decref(answer);
    expect(keys, keys, "", "redacted v[<str>]; redacted v[<str>]");
}

/* The answer as JSON has no such text, and tells `unknown`. */
static void expect_hidden(const char *locals, const char *left, const char *right, const char *secret,
                          const char *unknown)
{
    const char *const sides[2] = {left, right};
    for (int i = 0; i < 2; i++) {
        char text[2048];
        json_t *answer = diff_of(sample_body(locals, sides[i]), sample_body(locals, sides[1 - i]));
        char *whole = json_dumps(answer, JSON_COMPACT);
        assert_null(strstr(whole, secret));
        list_text(answer, "unknown", text);
        assert_string_equal(text, unknown);
        free(whole);
        json_decref(answer);
    }
}

static void test_what_one_side_redacts_the_other_does_not_show(void **state)
{
    (void)state;
    static const char hidden[] = "[{`type`:`str`,`cut`:`redacted:pattern`,`rule`:`JWT`}]";
    expect_hidden("[[`v`,0]]", hidden, "[{`type`:`str`,`text`:`'swordfish'`}]", "swordfish", "redacted v");
    json_t *answer =
        diff_of(sample_body("[[`v`,0]]", hidden), sample_body("[[`v`,0]]", "[{`type`:`str`,`text`:`'swordfish'`}]"));
    json_t *row = json_array_get(json_object_get(answer, "unknown"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "message")),
                        "redacted on the left, so the right is not shown");
    json_decref(answer);
    /* As an item, of a list and of a set, and as a key. */
    expect_hidden("[[`v`,0]]",
                  "[{`type`:`list`,`items`:[1,2]},{`type`:`str`,`cut`:`redacted:pattern`,`rule`:`JWT`},"
                  "{`type`:`int`,`text`:`1`}]",
                  "[{`type`:`list`,`items`:[1,2]},{`type`:`str`,`text`:`'swordfish'`},{`type`:`int`,`text`:`1`}]",
                  "swordfish", "redacted v[0]");
    static const char set[] = "[{`type`:`set`,`items`:[1]},{`type`:`str`,`cut`:`redacted:pattern`,`rule`:`JWT`}]";
    static const char open_set[] = "[{`type`:`set`,`items`:[1]},{`type`:`str`,`text`:`'swordfish'`}]";
    json_t *sets = diff_of(sample_body("[[`v`,0]]", set), sample_body("[[`v`,0]]", open_set));
    char *whole = json_dumps(sets, JSON_COMPACT);
    assert_null(strstr(whole, "swordfish"));
    assert_non_null(strstr(whole, "it may be what is redacted on the left"));
    free(whole);
    json_decref(sets);
    json_t *keys = diff_of(
        sample_body("[[`v`,0]]", "[{`type`:`dict`,`entries`:[[1,2]]},{`type`:`str`,`cut`:`redacted:pattern`,`rule`:"
                                 "`JWT`},{`type`:`int`,`text`:`1`}]"),
        sample_body(
            "[[`v`,0]]",
            "[{`type`:`dict`,`entries`:[[1,2]]},{`type`:`str`,`text`:`'swordfish'`},{`type`:`int`,`text`:`1`}]"));
    whole = json_dumps(keys, JSON_COMPACT);
    assert_null(strstr(whole, "swordfish"));
    free(whole);
    json_decref(keys);
}

static void test_a_name_that_is_redacted_on_one_side_is_hidden_wherever_it_stands(void **state)
{
    (void)state;
    static const char locals[] = "[[`a`,0],[`user`,1]]";
    /* The type differs, so the two are not walked together, and the heads would have previews. */
    json_t *answer = diff_of(
        sample_body(locals, "[{`type`:`A`,`fields`:[[`password`,2]]},{`type`:`U`,`fields`:[[`name`,3]]},"
                            "{`type`:`str`,`cut`:`redacted:name`,`rule`:`password`},{`type`:`str`,`text`:`'ann'`}]"),
        sample_body(locals, "[{`type`:`B`,`fields`:[[`password`,2]]},{`type`:`dict`,`entries`:[[4,3]]},"
                            "{`type`:`str`,`text`:`'swordfish'`},{`type`:`str`,`text`:`'tuna'`},"
                            "{`type`:`str`,`text`:`'password'`}]"));
    char *whole = json_dumps(answer, JSON_COMPACT);
    assert_null(strstr(whole, "swordfish"));
    assert_null(strstr(whole, "tuna"));
    free(whole);
    json_decref(answer);
}

static void test_lists_too_long_to_align_are_named(void **state)
{
    char left[8192] = "[{`type`:`list`,`items`:[", right[8192] = "[{`type`:`list`,`items`:[";
    (void)state;
    for (int i = 0; i < 260; i++) {
        strcat(left, i > 0 ? ",1" : "1");
        strcat(right, i > 0 ? ",1" : "1");
    }
    strcat(left, "]},{`type`:`int`,`text`:`1`}]");
    strcat(right, "]},{`type`:`int`,`text`:`2`}]");
    json_t *answer = diff_of(sample_body("[[`v`,0]]", left), sample_body("[[`v`,0]]", right));
    json_t *rows = json_object_get(answer, "by_position");
    assert_int_equal(json_array_size(rows), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "path")), "v");
    json_decref(answer);
    answer = diff_of(sample_body("[[`v`,0]]", left), sample_body("[[`v`,0]]", left));
    assert_int_equal(json_array_size(json_object_get(answer, "by_position")), 0);
    json_decref(answer);
}

static void test_what_was_cut_is_unknown_unless_the_sizes_differ(void **state)
{
    (void)state;
    expect("[{`type`:`dict`,`cut`:`depth`}]", "[{`type`:`dict`,`cut`:`depth`}]", "", "not_captured v");
    expect("[{`type`:`dict`,`cut`:`depth`,`size`:2}]", "[{`type`:`dict`,`cut`:`depth`,`size`:3}]", "size v", "");
    expect("[{`type`:`str`,`cut`:`length`,`size`:9,`text`:`'ab'`}]",
           "[{`type`:`str`,`cut`:`length`,`size`:9,`text`:`'ab'`}]", "", "not_captured v");
    expect("[{`type`:`str`,`cut`:`length`,`size`:9,`text`:`'ab'`}]",
           "[{`type`:`str`,`cut`:`length`,`size`:9,`text`:`'ac'`}]", "changed v", "");
    expect("[{`type`:`list`,`cut`:`items`,`size`:9,`items`:[1,1]},{`type`:`int`,`text`:`1`}]",
           "[{`type`:`list`,`size`:3,`items`:[1,1,1]},{`type`:`int`,`text`:`1`}]", "size v", "not_captured v[2]");
    expect("[{`cut`:`bytes`}]", "[{`type`:`int`,`text`:`1`}]", "", "not_captured v");
}

static void test_frames_are_aligned_by_function_and_locals_by_name(void **state)
{
    (void)state;
    json_t *left = sample_json("{`frames`:[{`function`:`a`,`line`:1,`locals`:[[`x`,0],[`y`,0]]},"
                               "{`function`:`b`,`line`:5},{`function`:`c`,`line`:7,`locals`:[]}],"
                               "`values`:[{`type`:`int`,`text`:`1`},{`type`:`int`,`text`:`2`}],"
                               "`watches`:[{`expression`:`x + 1`,`value`:1}]}");
    json_t *right = sample_json("{`frames`:[{`function`:`a`,`line`:2,`locals`:[[`x`,0],[`z`,1]]},"
                                "{`function`:`c`,`line`:7,`locals`:[]},{`function`:`d`,`line`:8}],"
                                "`values`:[{`type`:`int`,`text`:`1`},{`type`:`int`,`text`:`2`}],"
                                "`watches`:[{`expression`:`x + 1`,`value`:0},{`expression`:`q`,`error`:`no`}]}");
    char text[2048];
    json_t *answer = diff_of(left, right);
    list_text(answer, "differences", text);
    assert_string_equal(text, "changed x + 1; line ; removed y; added z; frame_removed ; frame_added ");
    json_decref(answer);
}

/* Every container points to every other one: more pairs and members than anyone shall wait for. */
static void test_a_body_made_to_keep_us_busy_is_left_in_time(void **state)
{
    (void)state;
    json_t *bodies[2];
    for (int side = 0; side < 2; side++) {
        json_t *values = json_array();
        for (int i = 0; i < 700; i++) {
            json_t *items = json_array();
            for (int k = 0; k < 700; k++) {
                json_array_append_new(items, json_integer((k * 7 + i * (side + 3)) % 700));
            }
            json_array_append_new(values, json_pack("{s:s,s:o}", "type", "list", "items", items));
        }
        bodies[side] = sample_body("[[`v`,0]]", "[]");
        json_object_set_new(bodies[side], "values", values);
    }
    json_t *answer = diff_of(bodies[0], bodies[1]);
    assert_true(json_integer_value(json_object_get(answer, "compared")) < 50 * 1000 * 1000);
    assert_true(json_array_size(json_object_get(answer, "differences")) <= STROBE_HUB_DIFF_LIST_MAX);
    assert_true(json_is_true(json_object_get(answer, "cut")));
    assert_false(json_is_true(json_object_get(answer, "same")));
    json_decref(answer);
}

static void test_malformed_bodies_are_compared_as_far_as_they_are_sound(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{}",
        "{`frames`:[5,{`function`:1,`locals`:[[`a`],[1,2],`x`,[`b`,99]]}],`values`:5}",
        "{`frames`:[{`function`:`f`,`locals`:[[`a`,0]]}],`values`:[{`items`:[77,-1,`x`,0]}],`watches`:[1,{}]}",
    };
    for (size_t i = 0; i < 9; i++) {
        json_decref(diff_of(sample_json(bodies[i / 3]), sample_json(bodies[i % 3])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_snapshots_have_no_difference),
        cmocka_unit_test(test_values_differ_by_text_and_by_type),
        cmocka_unit_test(test_dicts_are_aligned_by_key_and_objects_by_field),
        cmocka_unit_test(test_lists_are_aligned_so_that_most_is_equal),
        cmocka_unit_test(test_the_item_that_is_most_alike_is_the_one_compared),
        cmocka_unit_test(test_cycles_end_and_aliases_are_told),
        cmocka_unit_test(test_redacted_values_are_never_compared),
        cmocka_unit_test(test_what_one_side_redacts_the_other_does_not_show),
        cmocka_unit_test(test_a_name_that_is_redacted_on_one_side_is_hidden_wherever_it_stands),
        cmocka_unit_test(test_lists_too_long_to_align_are_named),
        cmocka_unit_test(test_what_was_cut_is_unknown_unless_the_sizes_differ),
        cmocka_unit_test(test_frames_are_aligned_by_function_and_locals_by_name),
        cmocka_unit_test(test_a_body_made_to_keep_us_busy_is_left_in_time),
        cmocka_unit_test(test_malformed_bodies_are_compared_as_far_as_they_are_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
