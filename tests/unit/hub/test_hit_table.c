#include "hub/hit_table.h"

#include <cmocka.h>
#include <string.h>

#include "sample_body.h"

static void expect_columns(const char *text, const char *wanted)
{
    struct strobe_hit_columns columns;
    char got[256] = "";
    assert_int_equal(strobe_hit_columns_parse(text, &columns, NULL), 0);
    for (size_t i = 0; i < columns.count; i++) {
        strcat(got, "|");
        strcat(got, columns.paths[i]);
    }
    assert_string_equal(got, wanted);
    strobe_hit_columns_done(&columns);
}

static void test_columns_are_paths_between_commas(void **state)
{
    (void)state;
    expect_columns("user.id, total ", "|user.id|total");
    expect_columns("a[(1, 2)],b['x,y']", "|a[(1, 2)]|b['x,y']");
    expect_columns("f(a, b)", "|f(a, b)");
}

static void test_columns_that_are_none_are_refused(void **state)
{
    (void)state;
    struct strobe_hit_columns columns;
    assert_int_equal(strobe_hit_columns_parse("a,,b", &columns, NULL), STROBE_ESYNTAX);
    assert_int_equal(strobe_hit_columns_parse("a,", &columns, NULL), STROBE_ESYNTAX);
    char many[2 * (STROBE_HUB_COLUMNS_MAX + 1)];
    memset(many, ',', sizeof many);
    for (size_t i = 0; i < sizeof many; i += 2) {
        many[i] = 'a';
    }
    many[sizeof many - 1] = '\0';
    assert_int_equal(strobe_hit_columns_parse(many, &columns, NULL), STROBE_ELIMIT);
}

static void expect_guess(json_t *body, bool traced, const char *wanted)
{
    struct strobe_hit_columns columns;
    char got[256] = "";
    strobe_hit_columns_guess(body, traced, &columns);
    for (size_t i = 0; i < columns.count; i++) {
        strcat(got, "|");
        strcat(got, columns.paths[i]);
    }
    assert_string_equal(got, wanted);
    strobe_hit_columns_done(&columns);
    json_decref(body);
}

static void test_without_columns_watches_come_first_then_locals_that_fit(void **state)
{
    (void)state;
    static const char locals[] = "[[`json`,2],[`order`,0],[`total`,1],[`gone`,9]]";
    static const char values[] = "[{`type`:`list`,`items`:[1]},{`type`:`int`,`text`:`7`},"
                                 "{`type`:`module`,`text`:`<module 'json'>`}]";
    expect_guess(sample_body(locals, values), false, "|total");
    expect_guess(sample_body("[[`order`,0]]", values), false, "|order");
    json_t *watched = sample_body(locals, values);
    json_object_set_new(watched, "watches", sample_json("[{`expression`:`total + 1`,`value`:1}]"));
    expect_guess(watched, false, "|total + 1");
    expect_guess(json_object(), false, "");
}

static void test_a_row_has_a_cell_for_each_column(void **state)
{
    (void)state;
    json_t *body = sample_body("[[`order`,0],[`total`,1]]", "[{`type`:`list`,`items`:[1]},{`type`:`int`,`text`:`7`}]");
    json_object_set_new(body, "watches", sample_json("[{`expression`:`1 / 0`,`error`:`division by zero`}]"));
    struct strobe_wire_snapshot_view view = {.summary = {.id = (char *)"ab", .instance = (char *)"cd", .position = 3},
                                             .body = body};
    struct strobe_hit_columns columns;
    assert_int_equal(strobe_hit_columns_parse("total,order,order[0],x,1 / 0,a..b", &columns, NULL), 0);
    json_t *row = strobe_hit_row(&columns, &view);
    json_t *wanted = sample_json("[{`type`:`int`,`text`:`7`},{`type`:`list`,`children`:1,`preview`:`[7]`},"
                                 "{`type`:`int`,`text`:`7`},{`missing`:`no variable 'x' was captured in frame 0`},"
                                 "{`missing`:`division by zero`}]");
    json_t *cells = json_object_get(row, "cells");
    assert_int_equal(json_array_size(cells), 6);
    assert_non_null(json_object_get(json_array_get(cells, 5), "missing"));
    json_array_remove(cells, 5);
    assert_true(json_equal(cells, wanted));
    json_decref(wanted);
    json_decref(row);
    json_decref(body);
    strobe_hit_columns_done(&columns);
}

static json_t *cell_of(const char *column, json_t *body)
{
    struct strobe_wire_snapshot_view view = {.summary = {.id = (char *)"ab", .instance = (char *)"cd", .position = 3},
                                             .body = body};
    struct strobe_hit_columns columns;
    assert_int_equal(strobe_hit_columns_parse(column, &columns, NULL), 0);
    json_t *row = strobe_hit_row(&columns, &view);
    json_t *cell = json_incref(json_array_get(json_object_get(row, "cells"), 0));
    json_decref(row);
    strobe_hit_columns_done(&columns);
    return cell;
}

static void test_the_trace_is_the_last_column_when_some_hit_has_one(void **state)
{
    (void)state;
    expect_guess(sample_json("{`watches`:[{`expression`:`tier`,`type`:`str`,`text`:`'gold'`}]}"), true,
                 "|tier|$trace_id");
    expect_guess(sample_json("{`watches`:[{`expression`:`$trace_id`,`type`:`str`,`text`:`'own'`}]}"), true,
                 "|$trace_id");
    expect_guess(json_object(), true, "|$trace_id");
}

static void expect_cell(const char *column, const char *body, const char *wanted)
{
    json_t *json = sample_json(body), *expected = sample_json(wanted);
    json_t *cell = cell_of(column, json);
    assert_true(json_equal(cell, expected));
    json_decref(cell);
    json_decref(expected);
    json_decref(json);
}

static void test_trace_and_span_are_columns_of_every_hit(void **state)
{
    static const char traced[] =
        "{`trace`:{`trace_id`:`4bf92f3577b34da6a3ce929d0e0e4736`,`span_id`:`00f067aa0ba902b7`}}";
    (void)state;
    expect_cell("$trace_id", traced, "{`type`:`str`,`text`:`'4bf92f3577b34da6a3ce929d0e0e4736'`}");
    expect_cell("$span_id", traced, "{`type`:`str`,`text`:`'00f067aa0ba902b7'`}");
    expect_cell("$trace_id", "{}", "{`missing`:`no span was current`}");
    expect_cell("$trace_id", "{`trace`:{`trace_id`:`<script>`}}", "{`missing`:`no span was current`}");
    expect_cell("$trace_id", "{`watches`:[{`expression`:`$trace_id`,`type`:`str`,`text`:`'own'`}]}",
                "{`type`:`str`,`text`:`'own'`}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_are_paths_between_commas),
        cmocka_unit_test(test_columns_that_are_none_are_refused),
        cmocka_unit_test(test_without_columns_watches_come_first_then_locals_that_fit),
        cmocka_unit_test(test_the_trace_is_the_last_column_when_some_hit_has_one),
        cmocka_unit_test(test_a_row_has_a_cell_for_each_column),
        cmocka_unit_test(test_trace_and_span_are_columns_of_every_hit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
