#include "hub/intake.h"

#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "strobe/limits.h"
#include "temporary_folder.h"

#define A "aaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbb"

struct fixture {
    void *folder;
    uv_loop_t loop;
    struct strobe_store *store;
    struct strobe_bus *bus;
    struct strobe_intake *intake;
    int commits, failures, shown;
    int shown_at_commit; /* events before the first acknowledgement */
    int64_t acknowledged;
    int hits; /* told of as new */
};

static int stored(struct fixture *fixture);

static void on_committed(void *user, const char *instance, const struct strobe_stream *stream)
{
    struct fixture *fixture = user;
    (void)instance;
    if (fixture->commits++ == 0) {
        fixture->shown_at_commit = fixture->shown;
    }
    fixture->acknowledged = stream->acknowledged;
    assert_true(stored(fixture) > 0);
}

static void on_failed(void *user, const char *instance, const char *reason)
{
    struct fixture *fixture = user;
    (void)instance;
    assert_true(reason[0] != '\0');
    fixture->failures++;
}

static void on_event(void *user, const struct strobe_bus_event *event)
{
    struct fixture *fixture = user;
    assert_int_equal(event->kind, STROBE_WIRE_KIND_LIVE_SNAPSHOT);
    fixture->shown++;
    assert_true(stored(fixture) > 0);
}

static void count_one(void *user, const struct strobe_wire_snapshot_summary *summary)
{
    (void)summary;
    ++*(int *)user;
}

static int stored(struct fixture *fixture)
{
    int count = 0;
    const struct strobe_snapshot_query query = {.limit = 500};
    assert_int_equal(strobe_store_list_snapshots(fixture->store, &query, count_one, &count, NULL), 0);
    return count;
}

static void on_hit(void *user, const char *probe, const char *instance)
{
    struct fixture *fixture = user;
    assert_string_equal(probe, "p");
    assert_non_null(instance);
    fixture->hits++;
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    *state = fixture;
    if (fixture == NULL || temporary_folder_setup(&fixture->folder) < 0 || uv_loop_init(&fixture->loop) < 0 ||
        strobe_store_open(fixture->folder, &fixture->store, NULL) < 0) {
        return -1;
    }
    const struct strobe_intake_handlers handlers = {fixture, on_committed, on_hit, on_failed};
    fixture->bus = strobe_bus_new();
    fixture->intake = strobe_intake_new(&fixture->loop, fixture->store, fixture->bus, &handlers);
    return strobe_bus_subscribe(fixture->bus, on_event, fixture);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    strobe_intake_close(fixture->intake);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    uv_loop_close(&fixture->loop);
    strobe_intake_free(fixture->intake);
    strobe_bus_free(fixture->bus);
    strobe_store_close(fixture->store);
    int status = temporary_folder_teardown(&fixture->folder);
    free(fixture);
    return status;
}

static void add(struct fixture *fixture, const char *instance, int64_t seq, size_t filler_bytes)
{
    char *filler = calloc(1, filler_bytes + 1);
    memset(filler, 'x', filler_bytes);
    struct strobe_wire_snapshot snapshot = {
        .seq = seq, .probe = strdup("p"), .probe_version = 1, .body = json_pack("{s:s}", "filler", filler)};
    free(filler);
    assert_int_equal(strobe_intake_add(fixture->intake, instance, "shop", &snapshot), 0);
    assert_null(snapshot.probe);
}

static void test_nothing_is_told_before_the_commit(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, A, 1, 10);
    add(fixture, A, 2, 10);
    assert_int_equal(fixture->commits + fixture->shown, 0);
    assert_int_equal(stored(fixture), 0);
    uv_run(&fixture->loop, UV_RUN_DEFAULT); /* until its timer has fired */
    assert_int_equal(stored(fixture), 2);
    assert_int_equal(fixture->commits, 1);
    assert_int_equal(fixture->shown, 2);
    assert_int_equal(fixture->acknowledged, 2);
}

static void test_a_full_batch_is_committed_at_once(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 1; i <= STROBE_HUB_COMMIT_SNAPSHOTS_MAX; i++) {
        add(fixture, i % 2 == 0 ? A : B, i, 10);
    }
    assert_int_equal(fixture->commits, 2); /* one for each instance */
    assert_int_equal(stored(fixture), STROBE_HUB_COMMIT_SNAPSHOTS_MAX);
    assert_int_equal(uv_run(&fixture->loop, UV_RUN_NOWAIT), 0);
}

static void test_duplicates_are_acknowledged_and_not_shown(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, A, 1, 10);
    add(fixture, A, 1, 10);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    add(fixture, A, 1, 10);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(fixture->commits, 2);
    assert_int_equal(fixture->shown, 1);
    assert_int_equal(stored(fixture), 1);
}

static void fail_and_recover(struct fixture *fixture)
{
    add(fixture, A, 1, 10);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit none = {.rlim_cur = 4096, .rlim_max = RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &none);
    add(fixture, A, 2, 1000000);
    add(fixture, B, 1, 10);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(fixture->failures, 2);
    assert_int_equal(fixture->commits, 1);
    assert_int_equal(fixture->shown, 1);
    assert_int_equal(stored(fixture), 1);
    const struct rlimit all = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &all);
    add(fixture, A, 2, 1000000);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(fixture->acknowledged, 2);
    assert_int_equal(stored(fixture), 2);
}

static void test_a_failed_commit_acknowledges_nothing(void **state)
{
    pid_t child = fork(); /* its limit is its own */
    if (child == 0) {
        fail_and_recover(*state);
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_is_told_before_the_commit),
        TEST(test_a_full_batch_is_committed_at_once),
        TEST(test_duplicates_are_acknowledged_and_not_shown),
        TEST(test_a_failed_commit_acknowledges_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
