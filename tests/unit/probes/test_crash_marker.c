#include "probes/crash_marker.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/strobe-marker-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    return mkdtemp(folder) != NULL ? setenv("STROBE_STATE_DIR", folder, 1) : -1;
}

static int files_ending(const char *suffix, bool remove_them)
{
    int count = 0;
    DIR *listing = opendir(folder);
    struct dirent *entry;
    assert_non_null(listing);
    while ((entry = readdir(listing)) != NULL) {
        size_t size = strlen(entry->d_name);
        char path[512];
        if (size < strlen(suffix) || strcmp(entry->d_name + size - strlen(suffix), suffix) != 0) {
            continue;
        }
        count += entry->d_name[0] != '.';
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (remove_them) {
            unlink(path);
        }
    }
    closedir(listing);
    return count;
}

static int remove_folder(void **state)
{
    (void)state;
    files_ending("", true);
    return rmdir(folder);
}

enum moment { IDLE, AT_WORK, CLOSED };

/* Without cmocka's own handler. */
static _Noreturn void die_of(int number)
{
    signal(number, SIG_DFL);
    kill(getpid(), number);
    _exit(1);
}

/* A process of `service` with probes a and b; it dies of `number` at `moment` while b is at work, or not. */
static void live_and_die(const char *service, int64_t version, enum moment moment, int number)
{
    pid_t child = fork();
    if (child == 0) {
        struct strobe_crash_marker marker;
        struct strobe_probe *probes[2];
        struct strobe_probe_request request = {.location = "app.py:1", .hits = 1, .rate_per_s = 1, .version = version};
        char instance[32];
        for (int i = 0; i < 2; i++) {
            request.id = i == 0 ? "a" : "b";
            probes[i] = strobe_probe_new(&request);
        }
        snprintf(instance, sizeof instance, "%ld", (long)getpid());
        strobe_crash_marker_open(&marker, service, instance);
        strobe_crash_marker_name(&marker, probes, 2);
        if (moment == AT_WORK) {
            *strobe_crash_marker_place(&marker) = probes[1]->tag;
        } else if (moment == CLOSED) {
            strobe_crash_marker_close(&marker);
        }
        die_of(number);
    }
    assert_true(child > 0);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

/* Whether the next start of `service` finds b in quarantine. */
static bool next_start_holds_b(const char *service, int64_t version)
{
    struct strobe_crash_marker marker;
    strobe_crash_marker_open(&marker, service, "next");
    bool holds = strobe_crash_marker_holds(&marker, "b", version);
    assert_false(strobe_crash_marker_holds(&marker, "a", version));
    strobe_crash_marker_close(&marker);
    return holds;
}

static void test_a_probe_that_a_process_died_of_is_held_at_each_later_start(void **state)
{
    (void)state;
    live_and_die("shop", 3, AT_WORK, SIGSEGV);
    assert_int_equal(files_ending(".mark", false), 1);
    assert_true(next_start_holds_b("shop", 3));
    assert_int_equal(files_ending(".mark", false), 0);
    assert_true(next_start_holds_b("shop", 3));
}

static void test_another_version_of_the_probe_is_not_held(void **state)
{
    (void)state;
    live_and_die("shop", 3, AT_WORK, SIGSEGV);
    assert_false(next_start_holds_b("shop", 4));
}

static void test_who_dies_at_another_time_leaves_nothing(void **state)
{
    (void)state;
    live_and_die("shop", 3, IDLE, SIGKILL);
    live_and_die("shop", 3, IDLE, SIGSEGV);
    live_and_die("shop", 3, CLOSED, SIGKILL);
    assert_false(next_start_holds_b("shop", 3));
    assert_int_equal(files_ending("", false), 0);
}

static void test_services_do_not_mix(void **state)
{
    (void)state;
    live_and_die("shop", 3, AT_WORK, SIGSEGV);
    live_and_die("other", 3, IDLE, SIGKILL);
    assert_false(next_start_holds_b("third", 3));
    assert_int_equal(files_ending(".mark", false), 1); /* shop's, for shop; nobody needs other's */
    assert_true(next_start_holds_b("shop", 3));
}

static void test_a_process_that_lives_is_left_alone(void **state)
{
    struct strobe_crash_marker marker;
    (void)state;
    strobe_crash_marker_open(&marker, "shop", "living");
    *strobe_crash_marker_place(&marker) = 1;
    assert_false(next_start_holds_b("shop", 3));
    assert_int_equal(files_ending(".mark", false), 1);
    strobe_crash_marker_close(&marker);
    assert_int_equal(files_ending(".mark", false), 0);
}

/* As after a restart of a container: the file of a dead process bears the number of one that lives. */
static void test_a_number_that_is_used_again_is_not_taken_for_the_process_that_died(void **state)
{
    char path[512];
    int64_t pid = getpid();
    (void)state;
    live_and_die("shop", 3, AT_WORK, SIGSEGV);
    DIR *listing = opendir(folder);
    struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        if (strstr(entry->d_name, ".mark") != NULL) {
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        }
    }
    closedir(listing);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    fseek(file, 16, SEEK_SET);
    fwrite(&pid, sizeof pid, 1, file);
    pid = 1; /* and began at another time */
    fwrite(&pid, sizeof pid, 1, file);
    fclose(file);
    assert_true(next_start_holds_b("shop", 3));
}

static void test_the_child_of_a_fork_has_a_file_of_its_own(void **state)
{
    struct strobe_crash_marker marker;
    struct strobe_probe_request request = {.id = "b", .location = "app.py:1", .hits = 1, .rate_per_s = 1, .version = 3};
    struct strobe_probe *probe = strobe_probe_new(&request);
    (void)state;
    strobe_crash_marker_open(&marker, "shop", "parent");
    strobe_crash_marker_name(&marker, &probe, 1);
    pid_t child = fork();
    if (child == 0) {
        strobe_crash_marker_after_fork(&marker, "child");
        *strobe_crash_marker_place(&marker) = probe->tag;
        die_of(SIGSEGV);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(*strobe_crash_marker_place(&marker), 0);
    assert_int_equal(files_ending(".mark", false), 2);
    assert_true(next_start_holds_b("shop", 3));
    strobe_crash_marker_close(&marker);
    assert_int_equal(files_ending(".mark", false), 0);
    strobe_probe_unref(probe);
}

static void expect_refused(void)
{
    struct strobe_crash_marker marker;
    strobe_crash_marker_open(&marker, "shop", "one");
    assert_null(marker.file);
    *strobe_crash_marker_place(&marker) = 7; /* goes nowhere, and does no harm */
    *strobe_crash_marker_place(&marker) = 0;
    strobe_crash_marker_close(&marker);
    assert_int_equal(files_ending("", false), 0);
}

static void test_a_folder_that_others_may_write_to_is_refused(void **state)
{
    (void)state;
    chmod(folder, 0777);
    expect_refused();
    chmod(folder, 0770);
    expect_refused();
}

static void test_a_symbolic_link_is_refused(void **state)
{
    char link[sizeof folder + 8];
    (void)state;
    snprintf(link, sizeof link, "%s-link", folder);
    assert_int_equal(symlink(folder, link), 0);
    setenv("STROBE_STATE_DIR", link, 1);
    expect_refused();
    unlink(link);
}

static void test_a_folder_of_another_user_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        skip(); /* only root can give a folder away */
    }
    assert_int_equal(chown(folder, 12345, 12345), 0);
    expect_refused();
    assert_int_equal(chown(folder, 0, 0), 0);
}

static void test_files_that_are_none_do_no_harm(void **state)
{
    char path[512];
    (void)state;
    snprintf(path, sizeof path, "%s/x.mark", folder);
    FILE *file = fopen(path, "w");
    fputs("STROBE", file);
    fclose(file);
    assert_false(next_start_holds_b("shop", 3));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_probe_that_a_process_died_of_is_held_at_each_later_start),
        TEST(test_another_version_of_the_probe_is_not_held),
        TEST(test_who_dies_at_another_time_leaves_nothing),
        TEST(test_services_do_not_mix),
        TEST(test_a_process_that_lives_is_left_alone),
        TEST(test_a_number_that_is_used_again_is_not_taken_for_the_process_that_died),
        TEST(test_the_child_of_a_fork_has_a_file_of_its_own),
        TEST(test_a_folder_that_others_may_write_to_is_refused),
        TEST(test_a_symbolic_link_is_refused),
        TEST(test_a_folder_of_another_user_is_refused),
        TEST(test_files_that_are_none_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
