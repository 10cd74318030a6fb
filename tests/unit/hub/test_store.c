#include "hub/store.h"

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "temporary_folder.h"

#define A "aaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbb"

static struct strobe_store *open_store(const char *folder)
{
    struct strobe_store *store = NULL;
    struct strobe_error error = {0};
    if (strobe_store_open(folder, &store, &error) < 0) {
        fail_msg("%s", error.message);
    }
    return store;
}

/* One snapshot in a transaction of the caller's, or of its own. */
static bool add_filled(struct strobe_store *store, const char *instance, const char *probe, int64_t seq,
                       const char *filler, int64_t *ret_position)
{
    bool is_new = false;
    json_t *body = json_pack("{s:i, s:s}", "format", 1, "filler", filler);
    const struct strobe_wire_snapshot snapshot = {.seq = seq,
                                                  .probe = (char *)probe,
                                                  .probe_version = 1,
                                                  .time_us = 1000 + seq,
                                                  .function = "total",
                                                  .line = 7,
                                                  .condition = "x < 0",
                                                  .body = body};
    int status = strobe_store_add_snapshot(store, instance, "shop", &snapshot, &is_new, ret_position, NULL);
    json_decref(body);
    assert_int_equal(status, 0);
    return is_new;
}

static bool add(struct strobe_store *store, const char *instance, const char *probe, int64_t seq)
{
    int64_t position;
    return add_filled(store, instance, probe, seq, "", &position);
}

static struct strobe_stream stream_of(struct strobe_store *store, const char *instance)
{
    struct strobe_stream stream = {-1, -1};
    assert_int_equal(strobe_store_get_stream(store, instance, &stream, NULL), 0);
    return stream;
}

struct list {
    size_t count;
    int64_t seqs[600];
    int64_t positions[600];
};

static void collect(void *user, const struct strobe_wire_snapshot_summary *summary)
{
    struct list *list = user;
    list->seqs[list->count] = summary->seq;
    list->positions[list->count++] = summary->position;
}

static struct list list_all(struct strobe_store *store, struct strobe_snapshot_query query)
{
    struct list list = {0};
    query.limit = query.limit != 0 ? query.limit : 500;
    assert_int_equal(strobe_store_list_snapshots(store, &query, collect, &list, NULL), 0);
    return list;
}

static void test_a_snapshot_is_stored_once(void **state)
{
    struct strobe_store *store = open_store(*state);
    assert_true(add(store, A, "p", 1));
    assert_false(add(store, A, "changed", 1));
    assert_true(add(store, B, "p", 1));
    assert_int_equal(list_all(store, (struct strobe_snapshot_query){0}).count, 2);
    assert_int_equal(list_all(store, (struct strobe_snapshot_query){.probe = "changed"}).count, 0);
    assert_int_equal(stream_of(store, A).stored, 1);
    strobe_store_close(store);
}

static void test_the_acknowledged_number_is_the_highest_and_gaps_are_counted(void **state)
{
    struct strobe_store *store = open_store(*state);
    assert_int_equal(stream_of(store, A).acknowledged, 0);
    static const struct {
        int64_t seq, acknowledged, missing;
    } steps[] = {{1, 1, 0}, {2, 2, 0}, {5, 5, 2}, {5, 5, 2}, {3, 5, 1}, {1, 5, 1}, {4, 5, 0}, {6, 6, 0}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        add(store, A, "p", steps[i].seq);
        struct strobe_stream stream = stream_of(store, A);
        assert_int_equal(stream.acknowledged, steps[i].acknowledged);
        assert_int_equal(stream.acknowledged - stream.stored, steps[i].missing);
    }
    assert_int_equal(stream_of(store, B).acknowledged, 0);
    strobe_store_close(store);
}

static void test_what_is_rolled_back_is_gone_with_its_acknowledgement(void **state)
{
    struct strobe_store *store = open_store(*state);
    add(store, A, "p", 1);
    assert_int_equal(strobe_store_begin(store, NULL), 0);
    add(store, A, "p", 2);
    assert_int_equal(stream_of(store, A).acknowledged, 2);
    strobe_store_rollback(store);
    strobe_store_rollback(store);
    assert_int_equal(stream_of(store, A).acknowledged, 1);
    assert_int_equal(list_all(store, (struct strobe_snapshot_query){0}).count, 1);
    assert_int_equal(strobe_store_commit(store, NULL), STROBE_EIO);
    strobe_store_close(store);
}

static void test_lists_are_ordered_bounded_and_filtered(void **state)
{
    struct strobe_store *store = open_store(*state);
    for (int64_t seq = 1; seq <= 6; seq++) {
        add(store, seq % 2 == 0 ? A : B, seq <= 3 ? "p" : "q", seq);
    }
    struct list all = list_all(store, (struct strobe_snapshot_query){.oldest_first = true});
    assert_int_equal(all.count, 6);
    for (size_t i = 1; i < all.count; i++) {
        assert_true(all.positions[i] > all.positions[i - 1]);
    }
    struct list page =
        list_all(store, (struct strobe_snapshot_query){.oldest_first = true, .after = all.positions[2], .limit = 2});
    assert_int_equal(page.count, 2);
    assert_int_equal(page.seqs[0], 4);
    page = list_all(store, (struct strobe_snapshot_query){.before = all.positions[2]});
    assert_int_equal(page.count, 2);
    assert_int_equal(page.seqs[0], 2);
    page = list_all(store, (struct strobe_snapshot_query){.probe = "p", .instance = B, .service = "shop"});
    assert_int_equal(page.count, 2);
    assert_int_equal(page.seqs[0], 3);
    assert_int_equal(list_all(store, (struct strobe_snapshot_query){.service = "other"}).count, 0);
    strobe_store_close(store);
}

static void add_traced(struct strobe_store *store, int64_t seq, const char *kind, const char *trace, const char *span)
{
    bool is_new;
    int64_t position;
    json_t *body = json_pack("{s:{s:s, s:s}}", "trace", "trace_id", trace, "span_id", span);
    const struct strobe_wire_snapshot snapshot = {
        .seq = seq, .probe = "p", .probe_version = 1, .line = 7, .kind = (char *)kind, .body = body};
    assert_int_equal(strobe_store_add_snapshot(store, A, "shop", &snapshot, &is_new, &position, NULL), 0);
    json_decref(body);
}

static void see_trace(void *user, const struct strobe_wire_snapshot_summary *summary)
{
    (void)user;
    assert_string_equal(summary->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_string_equal(summary->span_id, "00f067aa0ba902b7");
}

static void test_hits_are_found_by_their_trace_and_by_several_kinds(void **state)
{
    struct strobe_store *store = open_store(*state);
    const char *trace = "4bf92f3577b34da6a3ce929d0e0e4736", *span = "00f067aa0ba902b7";
    const struct strobe_snapshot_query of_trace = {.trace = trace, .limit = 9};
    add(store, A, "p", 1);
    add_traced(store, 2, "span", trace, span);
    add_traced(store, 3, "log", trace, span);
    add_traced(store, 4, "span", "4bf92f3577b34da6a3ce929d0e0e4737", span);
    add_traced(store, 5, "span", "' OR 1", "x");
    assert_int_equal(list_all(store, of_trace).count, 2);
    assert_int_equal(strobe_store_list_snapshots(store, &of_trace, see_trace, NULL, NULL), 0);
    assert_int_equal(list_all(store, (struct strobe_snapshot_query){.trace = "' OR 1"}).count, 0);
    assert_int_equal(list_all(store, (struct strobe_snapshot_query){.kind = "log,span"}).count, 4);
    assert_int_equal(list_all(store, (struct strobe_snapshot_query){.kind = "log,span", .trace = trace}).count, 2);
    assert_int_equal(list_all(store, (struct strobe_snapshot_query){.kind = "snapshot"}).count, 1);
    assert_int_equal(list_all(store, (struct strobe_snapshot_query){.kind = "napshot,lo"}).count, 0);
    strobe_store_close(store);
}

/* What the hub's database was before it knew of traces. */
static void test_an_older_database_gets_the_columns_of_traces(void **state)
{
    char path[512];
    sqlite3 *db = NULL;
    struct strobe_store *store = open_store(*state);
    add(store, A, "p", 1);
    strobe_store_close(store);
    snprintf(path, sizeof path, "%s/hub.db", (const char *)*state);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "DROP INDEX snapshots_by_trace; ALTER TABLE snapshots DROP COLUMN trace_id;"
                                  "ALTER TABLE snapshots DROP COLUMN span_id; PRAGMA user_version = 2",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    store = open_store(*state);
    add_traced(store, 2, "span", "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    assert_int_equal(list_all(store, (struct strobe_snapshot_query){0}).count, 2);
    assert_int_equal(list_all(store, (struct strobe_snapshot_query){.trace = "4bf92f3577b34da6a3ce929d0e0e4736"}).count,
                     1);
    strobe_store_close(store);
}

static void test_a_snapshot_is_found_by_a_unique_prefix(void **state)
{
    struct strobe_store *store = open_store(*state);
    char id[STROBE_SNAPSHOT_ID_DIGITS + 1], again[STROBE_SNAPSHOT_ID_DIGITS + 1];
    for (int64_t seq = 1; seq <= 40; seq++) {
        add(store, A, "p", seq);
    }
    assert_int_equal(strobe_snapshot_id(A, 17, id), 0);
    assert_int_equal(strobe_snapshot_id(A, 17, again), 0);
    assert_string_equal(id, again);
    struct strobe_wire_snapshot_view view;
    assert_int_equal(strobe_store_get_snapshot(store, id, &view, NULL), 0);
    assert_int_equal(view.summary.seq, 17);
    assert_string_equal(view.summary.id, id);
    assert_string_equal(view.condition, "x < 0");
    assert_int_equal(json_integer_value(json_object_get(view.body, "format")), 1);
    strobe_wire_struct_done(&strobe_wire_snapshot_view_struct, &view);
    assert_int_equal(strobe_store_get_snapshot(store, "", &view, NULL), STROBE_EBUSY);
    id[1] = id[1] == '0' ? '1' : '0';
    assert_int_equal(strobe_store_get_snapshot(store, id, &view, NULL), STROBE_ENOTFOUND);
    strobe_store_close(store);
}

/* ---- Crashes ---- */

static void write_for_ever(const char *folder, int report)
{
    struct strobe_store *store = open_store(folder);
    for (int64_t seq = stream_of(store, A).acknowledged;;) {
        strobe_store_begin(store, NULL);
        for (int i = 0; i < 7; i++) {
            add(store, A, "p", ++seq);
        }
        if (strobe_store_commit(store, NULL) < 0 || write(report, &seq, sizeof seq) != sizeof seq) {
            _exit(1);
        }
    }
}

/* Let a child write until it has reported `commits`, kill it; the last number it reported. */
static int64_t crash_once(const char *folder, int commits)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    if (child == 0) {
        write_for_ever(folder, ends[1]);
    }
    close(ends[1]);
    int64_t reported = 0, seq;
    for (int i = 0; i < commits && read(ends[0], &seq, sizeof seq) == sizeof seq; i++) {
        reported = seq;
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    while (read(ends[0], &seq, sizeof seq) == sizeof seq) { /* committed between our reading and its end */
        reported = seq;
    }
    close(ends[0]);
    return reported;
}

static void test_a_killed_writer_keeps_what_it_committed_and_nothing_half(void **state)
{
    for (int round = 1; round <= 8; round++) {
        int64_t reported = crash_once(*state, 3 * round);
        assert_true(reported > 0);
        struct strobe_store *store = open_store(*state);
        struct strobe_stream stream = stream_of(store, A);
        assert_true(stream.acknowledged >= reported);
        assert_int_equal(stream.acknowledged % 7, 0);
        assert_int_equal(stream.stored, stream.acknowledged);
        struct list list = list_all(store, (struct strobe_snapshot_query){.limit = 600});
        assert_int_equal(list.seqs[0], stream.acknowledged);
        strobe_store_close(store);
    }
}

static void fill_the_disk(const char *folder)
{
    static char filler[100000];
    memset(filler, 'x', sizeof filler - 1);
    struct strobe_store *store = open_store(folder);
    add(store, A, "p", 1);
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {.rlim_cur = 300 * 1024, .rlim_max = RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
    struct strobe_error error = {0};
    int64_t seq = 1, position;
    int status = 0;
    while (status == 0 && seq < 100) {
        status = strobe_store_begin(store, &error);
        bool is_new;
        json_t *body = json_pack("{s:s}", "filler", filler);
        const struct strobe_wire_snapshot snapshot = {.seq = ++seq, .probe = "p", .probe_version = 1, .body = body};
        if (status == 0) {
            status = strobe_store_add_snapshot(store, A, "shop", &snapshot, &is_new, &position, &error);
        }
        if (status == 0) {
            status = strobe_store_commit(store, &error);
        }
        json_decref(body);
    }
    strobe_store_rollback(store);
    assert_int_equal(status, STROBE_EIO);
    assert_non_null(strstr(error.message, "free some space"));
    assert_int_equal(stream_of(store, A).acknowledged, seq - 1);
    assert_int_equal(list_all(store, (struct strobe_snapshot_query){0}).count, seq - 1);
    const struct rlimit free = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &free);
    assert_true(add(store, A, "p", seq));
    strobe_store_close(store);
}

static void test_a_full_disk_is_an_error_that_passes(void **state)
{
    pid_t child = fork(); /* its limit is its own */
    if (child == 0) {
        fill_the_disk(*state);
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_rubbish_is_refused_with_what_to_do(void **state)
{
    char path[600];
    struct strobe_store *store = NULL;
    struct strobe_error error = {0};
    snprintf(path, sizeof path, "%s/hub.db", (char *)*state);
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 10000; i++) {
        fputs("rubbish", file);
    }
    fclose(file);
    assert_int_equal(strobe_store_open(*state, &store, &error), STROBE_EIO);
    assert_non_null(strstr(error.message, "hub.db"));
    assert_non_null(strstr(error.message, "backup"));
    assert_null(store);
}

/* ---- Records ---- */

static void take_probe(void *user, struct strobe_wire_probe *probe)
{
    struct strobe_wire_probe *first = user;
    if (first->id == NULL) {
        *first = *probe;
        memset(probe, 0, sizeof *probe);
    }
}

static void take_state(void *user, struct strobe_wire_probe_state *state)
{
    int *count = user;
    assert_string_equal(state->instance, A);
    assert_string_equal(state->state, "done");
    assert_int_equal(state->gates.captured, 9);
    ++*count;
}

static void test_probes_and_states_come_back_after_a_reopen(void **state)
{
    struct strobe_store *store = open_store(*state);
    const struct strobe_wire_probe probe = {.id = "p1",
                                            .version = 1,
                                            .service = "shop",
                                            .location = "a.py:1",
                                            .condition = "x",
                                            .action = "snapshot",
                                            .limits = {.hits = 3, .rate_per_s = 10, .expires_at_ms = 99},
                                            .created_at_ms = 5,
                                            .created_by = "ada"};
    struct strobe_wire_probe_state done = {
        .probe = "p1", .probe_version = 1, .instance = A, .state = "armed", .gates = {.captured = 1}};
    assert_int_equal(strobe_store_put_probe(store, &probe, NULL), 0);
    assert_int_equal(strobe_store_put_state(store, &done, NULL), 0);
    done.state = "done";
    done.gates.captured = 9;
    assert_int_equal(strobe_store_put_state(store, &done, NULL), 0);
    assert_int_equal(strobe_store_put_set_version(store, "shop", 41, NULL), 0);
    strobe_store_close(store);

    store = open_store(*state);
    struct strobe_wire_probe loaded = {0};
    int states = 0;
    int64_t version = 0;
    assert_int_equal(strobe_store_load_probes(store, take_probe, &loaded, NULL), 0);
    assert_string_equal(loaded.location, "a.py:1");
    assert_int_equal(loaded.limits.hits, 3);
    strobe_wire_struct_done(&strobe_wire_probe_struct, &loaded);
    assert_int_equal(strobe_store_load_states(store, take_state, &states, NULL), 0);
    assert_int_equal(states, 1);
    assert_int_equal(strobe_store_get_set_version(store, "shop", &version, NULL), 0);
    assert_int_equal(version, 41);
    assert_int_equal(strobe_store_get_set_version(store, "other", &version, NULL), 0);
    assert_int_equal(version, 0);
    assert_int_equal(strobe_store_remove_probe(store, "p1", NULL), 0);
    states = 0;
    assert_int_equal(strobe_store_load_states(store, take_state, &states, NULL), 0);
    assert_int_equal(states, 0);
    strobe_store_close(store);
}

static void test_redaction_policy_comes_back(void **state)
{
    struct strobe_store *store = open_store(*state);
    char *names[] = {"employee id", "codename*"};
    struct strobe_wire_policy_exception exception = {.name = "session_id", .reason = "a counter"};
    struct strobe_wire_redaction redaction = {.version = 7, .is_set = true, .changed_by = "admin"}, kept;
    redaction.policy.deny_names = names;
    redaction.policy.deny_names_count = 2;
    redaction.policy.exceptions = &exception;
    redaction.policy.exceptions_count = 1;
    assert_int_equal(strobe_store_get_redaction(store, &kept, NULL), STROBE_ENOTFOUND);
    assert_int_equal(strobe_store_put_redaction(store, &redaction, NULL), 0);
    redaction.version = 8;
    assert_int_equal(strobe_store_put_redaction(store, &redaction, NULL), 0);
    strobe_store_close(store);
    store = open_store(*state);
    assert_int_equal(strobe_store_get_redaction(store, &kept, NULL), 0);
    assert_int_equal(kept.version, 8);
    assert_int_equal(kept.policy.deny_names_count, 2);
    assert_string_equal(kept.policy.deny_names[1], "codename*");
    assert_string_equal(kept.policy.exceptions[0].reason, "a counter");
    strobe_wire_struct_done(&strobe_wire_redaction_struct, &kept);
    strobe_store_close(store);
}

static void test_the_first_text_of_a_hash_stays(void **state)
{
    struct strobe_store *store = open_store(*state);
    struct strobe_wire_source source = {.path = "/a.py", .sha256 = "0011", .text = "x = 1\n"};
    assert_int_equal(strobe_store_put_source(store, &source, NULL), 0);
    source.path = "/b.py";
    assert_int_equal(strobe_store_put_source(store, &source, NULL), 0);
    char *text = NULL;
    assert_int_equal(strobe_store_get_source(store, "0011", &text, NULL), 0);
    assert_non_null(strstr(text, "/a.py"));
    free(text);
    assert_int_equal(strobe_store_get_source(store, "0012", &text, NULL), STROBE_ENOTFOUND);
    strobe_store_close(store);
}

static bool count_two(void *user, const struct strobe_wire_instance *instance)
{
    int *count = user;
    assert_string_equal(instance->state, "down");
    return ++*count < 2;
}

static void test_instances_are_kept_as_down_and_listed_until_enough(void **state)
{
    struct strobe_store *store = open_store(*state);
    struct strobe_wire_instance instance = {.service = "shop",
                                            .host = "box",
                                            .python = "3.12",
                                            .engine = "monitoring",
                                            .agent_version = "0",
                                            .state = "up",
                                            .dropped = 4};
    static char *const ids[] = {"0000000a", "0000000b", "0000000c"};
    for (int i = 0; i < 3; i++) {
        instance.id = ids[i];
        instance.connected_at_ms = i;
        assert_int_equal(strobe_store_put_instance(store, &instance, NULL), 0);
    }
    int count = 0;
    assert_int_equal(strobe_store_list_instances(store, "shop", count_two, &count, NULL), 0);
    assert_int_equal(count, 2);
    struct strobe_wire_instance loaded;
    assert_int_equal(strobe_store_get_instance(store, "0000000b", &loaded, NULL), 0);
    assert_int_equal(loaded.dropped, 4);
    strobe_wire_struct_done(&strobe_wire_instance_struct, &loaded);
    assert_int_equal(strobe_store_get_instance(store, "0000000d", &loaded, NULL), STROBE_ENOTFOUND);
    strobe_store_close(store);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, temporary_folder_setup, temporary_folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_snapshot_is_stored_once),
        TEST(test_the_acknowledged_number_is_the_highest_and_gaps_are_counted),
        TEST(test_what_is_rolled_back_is_gone_with_its_acknowledgement),
        TEST(test_lists_are_ordered_bounded_and_filtered),
        TEST(test_hits_are_found_by_their_trace_and_by_several_kinds),
        TEST(test_an_older_database_gets_the_columns_of_traces),
        TEST(test_a_snapshot_is_found_by_a_unique_prefix),
        TEST(test_a_killed_writer_keeps_what_it_committed_and_nothing_half),
        TEST(test_a_full_disk_is_an_error_that_passes),
        TEST(test_rubbish_is_refused_with_what_to_do),
        TEST(test_probes_and_states_come_back_after_a_reopen),
        TEST(test_redaction_policy_comes_back),
        TEST(test_the_first_text_of_a_hash_stays),
        TEST(test_instances_are_kept_as_down_and_listed_until_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
