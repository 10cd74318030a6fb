#include "hub/probe_table.h"

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "strobe/limits.h"
#include "temporary_folder.h"

#define INSTANCE "aaaaaaaaaaaaaaaa"

struct fixture {
    void *folder;
    struct strobe_store *store;
    struct strobe_bus *bus;
    struct strobe_probe_table *table;
    int pushes;
    int changed, removed; /* events */
    char last_state[32];
};

static void on_set_changed(void *user, const char *service)
{
    struct fixture *fixture = user;
    assert_non_null(service);
    fixture->pushes++;
}

static void on_event(void *user, const struct strobe_bus_event *event)
{
    struct fixture *fixture = user;
    if (event->kind == STROBE_WIRE_KIND_LIVE_PROBE) {
        const struct strobe_wire_live_probe *body = event->body;
        fixture->changed++;
        if (body->view.states_count > 0) {
            snprintf(fixture->last_state, sizeof fixture->last_state, "%s", body->view.states[0].state);
        }
    } else if (event->kind == STROBE_WIRE_KIND_LIVE_PROBE_REMOVED) {
        fixture->removed++;
    }
}

static void open_table(struct fixture *fixture)
{
    assert_int_equal(strobe_store_open(fixture->folder, &fixture->store, NULL), 0);
    fixture->bus = strobe_bus_new();
    assert_int_equal(strobe_bus_subscribe(fixture->bus, on_event, fixture), 0);
    assert_int_equal(
        strobe_probe_table_new(fixture->store, fixture->bus, on_set_changed, fixture, &fixture->table, NULL), 0);
}

static void close_table(struct fixture *fixture)
{
    strobe_probe_table_flush(fixture->table);
    strobe_probe_table_free(fixture->table);
    strobe_bus_free(fixture->bus);
    strobe_store_close(fixture->store);
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    *state = fixture;
    if (fixture == NULL || temporary_folder_setup(&fixture->folder) < 0) {
        return -1;
    }
    open_table(fixture);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    close_table(fixture);
    int status = temporary_folder_teardown(&fixture->folder);
    free(fixture);
    return status;
}

static int add(struct fixture *fixture, const char *service, const char *location, const char *condition,
               int64_t expires_at_ms, struct strobe_probe_entry **ret_entry, struct strobe_error *error)
{
    struct strobe_wire_probe_request request = {
        .service = strdup(service),
        .location = strdup(location),
        .condition = condition != NULL ? strdup(condition) : NULL,
        .action = strdup("snapshot"),
        .limits = {.hits = 1, .rate_per_s = 10, .expires_at_ms = expires_at_ms}};
    int status = strobe_probe_table_add(fixture->table, &request, "ada", ret_entry, error);
    strobe_wire_struct_done(&strobe_wire_probe_request_struct, &request);
    return status;
}

static void report(struct fixture *fixture, const char *instance, const char *service, const char *probe,
                   const char *word, int64_t reached)
{
    struct strobe_wire_probe_status status = {.set_version = 1, .states_count = 1};
    status.states = calloc(1, sizeof *status.states);
    status.states[0] = (struct strobe_wire_probe_state){
        .probe = strdup(probe), .probe_version = 1, .state = strdup(word), .gates = {.reached = reached}};
    strobe_probe_table_report(fixture->table, instance, service, &status);
    strobe_wire_struct_done(&strobe_wire_probe_status_struct, &status);
}

static struct strobe_wire_probe_set set_of(struct fixture *fixture, const char *service)
{
    char *text = NULL;
    size_t size;
    struct strobe_wire_message message;
    const struct strobe_wire_instance instance = {.id = INSTANCE, .service = (char *)service};
    assert_int_equal(strobe_probe_table_encode_set(fixture->table, &instance, &text, &size, NULL), 0);
    assert_int_equal(strobe_wire_decode(text, size, STROBE_WIRE_HUB, &message, NULL), 0);
    free(text);
    assert_int_equal(message.kind, STROBE_WIRE_KIND_PROBE_SET);
    return message.as.probe_set;
}

static size_t set_size(struct fixture *fixture, const char *service, int64_t *ret_version)
{
    struct strobe_wire_probe_set set = set_of(fixture, service);
    size_t count = set.probes_count;
    *ret_version = set.version;
    strobe_wire_struct_done(&strobe_wire_probe_set_struct, &set);
    return count;
}

static void test_each_change_makes_a_new_version_of_the_set(void **state)
{
    struct fixture *fixture = *state;
    struct strobe_probe_entry *entry = NULL;
    int64_t versions[4], other[2];
    assert_int_equal(set_size(fixture, "shop", &versions[0]), 0);
    assert_int_equal(set_size(fixture, "other", &other[0]), 0);
    assert_int_equal(add(fixture, "shop", "a.py:1", NULL, 0, &entry, NULL), 0);
    assert_int_equal(set_size(fixture, "shop", &versions[1]), 1);
    assert_int_equal(add(fixture, "shop", "a.py:2", NULL, 0, &entry, NULL), 0);
    assert_int_equal(set_size(fixture, "shop", &versions[2]), 2);
    assert_int_equal(strobe_probe_table_remove(fixture->table, strobe_probe_entry_probe(entry)->id, NULL), 0);
    assert_int_equal(set_size(fixture, "shop", &versions[3]), 1);
    for (int i = 1; i < 4; i++) {
        assert_true(versions[i] > versions[i - 1]);
    }
    assert_int_equal(set_size(fixture, "other", &other[1]), 0);
    assert_int_equal(other[0], other[1]);
    assert_int_equal(fixture->pushes, 3);
    assert_int_equal(fixture->removed, 1);
}

static void test_versions_grow_over_restarts_and_over_a_lost_store(void **state)
{
    struct fixture *fixture = *state;
    struct strobe_probe_entry *entry = NULL;
    int64_t before, after, fresh;
    for (int i = 0; i < 50; i++) { /* faster than the clock's milliseconds */
        assert_int_equal(add(fixture, "shop", "a.py:1", NULL, 0, &entry, NULL), 0);
    }
    set_size(fixture, "shop", &before);
    int64_t revision = strobe_probe_entry_revision(entry);
    char id[65];
    strcpy(id, strobe_probe_entry_probe(entry)->id);
    close_table(fixture);
    open_table(fixture);
    assert_int_equal(set_size(fixture, "shop", &after), 50);
    assert_true(after >= before);
    assert_true(strobe_probe_entry_revision(strobe_probe_table_find(fixture->table, id)) > revision);
    set_size(fixture, "a service nobody knows", &fresh);
    assert_true(fresh > 1500000000000); /* a clock's value: above what any earlier store gave out */
}

static void test_defaults_are_filled_in(void **state)
{
    struct fixture *fixture = *state;
    struct strobe_probe_entry *entry = NULL;
    int64_t now_ms = strobe_clock_unix_ms();
    assert_int_equal(add(fixture, "shop", "a.py:1", "  ", 0, &entry, NULL), 0);
    const struct strobe_wire_probe *probe = strobe_probe_entry_probe(entry);
    assert_int_equal(strlen(probe->id), 12);
    assert_int_equal(probe->version, 1);
    assert_string_equal(probe->created_by, "ada");
    assert_null(probe->condition);
    assert_true(probe->limits.expires_at_ms >= now_ms + STROBE_PROBE_EXPIRY_MS_DEFAULT);
    assert_true(probe->limits.expires_at_ms <= strobe_clock_unix_ms() + STROBE_PROBE_EXPIRY_MS_DEFAULT);
}

static void test_an_expired_probe_leaves_the_set_but_stays_listed(void **state)
{
    struct fixture *fixture = *state;
    struct strobe_probe_entry *entry = NULL;
    int64_t version;
    int64_t expires_ms = strobe_clock_unix_ms() + 30;
    assert_int_equal(add(fixture, "shop", "a.py:1", NULL, expires_ms, &entry, NULL), 0);
    char id[65];
    strcpy(id, strobe_probe_entry_probe(entry)->id);
    report(fixture, INSTANCE, "shop", id, "armed", 1);
    report(fixture, "bbbbbbbbbbbbbbbb", "shop", id, "done", 1);
    int pushes = fixture->pushes;
    while (strobe_clock_unix_ms() < expires_ms) {
    }
    strobe_probe_table_tick(fixture->table);
    strobe_probe_table_tick(fixture->table);
    assert_int_equal(fixture->pushes, pushes + 1);
    assert_int_equal(set_size(fixture, "shop", &version), 0);
    assert_string_equal(fixture->last_state, "expired");
    struct strobe_wire_probe_view view;
    assert_int_equal(strobe_probe_entry_view(strobe_probe_table_find(fixture->table, id), &view), 0);
    assert_string_equal(view.states[1].state, "done");
    free(view.states);
}

static void test_a_service_has_a_bounded_number_of_probes(void **state)
{
    struct fixture *fixture = *state;
    struct strobe_probe_entry *entry = NULL;
    struct strobe_error error = {0};
    int64_t expires_ms = strobe_clock_unix_ms() + 40;
    assert_int_equal(add(fixture, "shop", "a.py:1", NULL, expires_ms, &entry, NULL), 0);
    char id[65];
    strcpy(id, strobe_probe_entry_probe(entry)->id);
    for (int i = 1; i < STROBE_PROBES_MAX; i++) {
        assert_int_equal(add(fixture, "shop", "a.py:1", NULL, 0, &entry, NULL), 0);
    }
    while (strobe_clock_unix_ms() < expires_ms) {
    }
    strobe_probe_table_tick(fixture->table);
    assert_non_null(strobe_probe_table_find(fixture->table, id));
    assert_int_equal(add(fixture, "shop", "a.py:1", NULL, 0, &entry, NULL), 0); /* in the place of the expired one */
    assert_null(strobe_probe_table_find(fixture->table, id));
    assert_int_equal(add(fixture, "shop", "a.py:1", NULL, 0, &entry, &error), STROBE_ELIMIT);
    assert_non_null(strstr(error.message, "remove some"));
    assert_int_equal(add(fixture, "other", "a.py:1", NULL, 0, &entry, NULL), 0);
}

static void test_a_set_that_does_not_fit_a_message_is_refused_and_forgotten(void **state)
{
    struct fixture *fixture = *state;
    struct strobe_probe_entry *entry = NULL;
    char condition[STROBE_CONDITION_BYTES_MAX + 1];
    memset(condition, 'x', sizeof condition - 1);
    condition[sizeof condition - 1] = '\0';
    size_t taken = 0;
    while (add(fixture, "shop", "a.py:1", condition, 0, &entry, NULL) == 0) {
        taken++;
    }
    assert_in_range(taken, 100, STROBE_PROBES_MAX - 1);
    struct strobe_error error = {0};
    assert_int_equal(add(fixture, "shop", "a.py:1", condition, 0, &entry, &error), STROBE_ELIMIT);
    int64_t version;
    assert_int_equal(set_size(fixture, "shop", &version), taken);
    close_table(fixture);
    open_table(fixture);
    assert_int_equal(set_size(fixture, "shop", &version), taken);
}

static void test_states_are_told_kept_and_only_from_the_service(void **state)
{
    struct fixture *fixture = *state;
    struct strobe_probe_entry *entry = NULL;
    assert_int_equal(add(fixture, "shop", "a.py:1", NULL, 0, &entry, NULL), 0);
    char id[65];
    strcpy(id, strobe_probe_entry_probe(entry)->id);
    int64_t revision = strobe_probe_entry_revision(entry);
    int changed = fixture->changed;
    report(fixture, INSTANCE, "other", id, "armed", 1);
    report(fixture, INSTANCE, "shop", "nosuchprobe", "armed", 1);
    assert_int_equal(strobe_probe_entry_revision(entry), revision);
    report(fixture, INSTANCE, "shop", id, "armed", 1);
    assert_int_equal(fixture->changed, changed + 1);
    assert_true(strobe_probe_entry_revision(entry) > revision);
    report(fixture, INSTANCE, "shop", id, "armed", 2); /* a counter alone waits for the tick */
    assert_int_equal(fixture->changed, changed + 1);
    strobe_probe_table_tick(fixture->table);
    assert_int_equal(fixture->changed, changed + 2);
    report(fixture, INSTANCE, "shop", id, "done", 3);
    close_table(fixture);
    open_table(fixture);
    struct strobe_wire_probe_view view;
    assert_int_equal(strobe_probe_entry_view(strobe_probe_table_find(fixture->table, id), &view), 0);
    assert_int_equal(view.states_count, 1);
    assert_string_equal(view.states[0].state, "done");
    assert_int_equal(view.states[0].gates.reached, 3);
    free(view.states);
}

static void test_states_of_one_probe_are_bounded(void **state)
{
    struct fixture *fixture = *state;
    struct strobe_probe_entry *entry = NULL;
    assert_int_equal(add(fixture, "shop", "a.py:1", NULL, 0, &entry, NULL), 0);
    char instance[65];
    for (int i = 0; i < STROBE_HUB_STATES_MAX + 10; i++) {
        snprintf(instance, sizeof instance, "%08x", (unsigned)i);
        report(fixture, instance, "shop", strobe_probe_entry_probe(entry)->id, "armed", 1);
    }
    struct strobe_wire_probe_view view;
    assert_int_equal(strobe_probe_entry_view(entry, &view), 0);
    assert_int_equal(view.states_count, STROBE_HUB_STATES_MAX);
    free(view.states);
}

static void test_bad_requests_are_refused_with_the_field_named(void **state)
{
    struct fixture *fixture = *state;
    int64_t now_ms = strobe_clock_unix_ms();
    static const char *const locations[] = {
        "",        "a.py", "a.py:", ":3", "a.py:0", "a.py:-1", "a.py:3x", "a.py:10000001", "a.py:9999999999999999999",
        "a\n.py:3"};
    struct strobe_probe_entry *entry = NULL;
    for (size_t i = 0; i < sizeof locations / sizeof locations[0]; i++) {
        struct strobe_error error = {0};
        assert_int_equal(add(fixture, "shop", locations[i], NULL, 0, &entry, &error), STROBE_EINVAL);
        assert_non_null(strstr(error.message, "'location'"));
    }
    struct strobe_error error = {0};
    assert_int_equal(add(fixture, "", "a.py:1", NULL, 0, &entry, &error), STROBE_EINVAL);
    assert_non_null(strstr(error.message, "'service'"));
    assert_int_equal(add(fixture, "a\tb", "a.py:1", NULL, 0, &entry, NULL), STROBE_EINVAL);
    assert_int_equal(add(fixture, "shop", "a.py:1", NULL, now_ms - 1, &entry, NULL), STROBE_EINVAL);
    assert_int_equal(add(fixture, "shop", "a.py:1", NULL, now_ms + 25 * 3600 * 1000LL, &entry, NULL), STROBE_EINVAL);
    assert_int_equal(add(fixture, "shop", "a.py:1", NULL, now_ms + 24 * 3600 * 1000LL, &entry, NULL), 0);
    assert_int_equal(fixture->pushes, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_each_change_makes_a_new_version_of_the_set),
        TEST(test_versions_grow_over_restarts_and_over_a_lost_store),
        TEST(test_defaults_are_filled_in),
        TEST(test_an_expired_probe_leaves_the_set_but_stays_listed),
        TEST(test_a_service_has_a_bounded_number_of_probes),
        TEST(test_a_set_that_does_not_fit_a_message_is_refused_and_forgotten),
        TEST(test_states_are_told_kept_and_only_from_the_service),
        TEST(test_states_of_one_probe_are_bounded),
        TEST(test_bad_requests_are_refused_with_the_field_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
