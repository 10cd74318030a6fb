#include "hub/routes.h"

#include <cmocka.h>
#include <string.h>

static int find(enum strobe_http_method method, const char *path, strobe_api_handler *ret_handler, char part[128],
                bool *ret_open, const char **ret_allow)
{
    *ret_handler = NULL;
    *ret_allow = NULL;
    part[0] = '\0';
    return strobe_routes_find(method, path, ret_handler, ret_open, part, ret_allow);
}

static void test_each_call_has_its_handler(void **state)
{
    (void)state;
    static const struct {
        enum strobe_http_method method;
        const char *path;
        strobe_api_handler handler;
        const char *part;
    } cases[] = {
        {STROBE_HTTP_GET, "/api/v1/health", strobe_api_health, ""},
        {STROBE_HTTP_HEAD, "/api/v1/health", strobe_api_health, ""},
        {STROBE_HTTP_POST, "/api/v1/session", strobe_api_session_begin, ""},
        {STROBE_HTTP_DELETE, "/api/v1/session", strobe_api_session_end, ""},
        {STROBE_HTTP_GET, "/api/v1/instances/ab/files", strobe_api_instance_files, "ab"},
        {STROBE_HTTP_GET, "/api/v1/instances/ab/source", strobe_api_instance_source, "ab"},
        {STROBE_HTTP_POST, "/api/v1/instances/ab/memory", strobe_api_instance_memory, "ab"},
        {STROBE_HTTP_POST, "/api/v1/instances/ab/threads", strobe_api_instance_threads, "ab"},
        {STROBE_HTTP_GET, "/api/v1/sources/cd", strobe_api_source_get, "cd"},
        {STROBE_HTTP_POST, "/api/v1/probes", strobe_api_probe_add, ""},
        {STROBE_HTTP_GET, "/api/v1/probes", strobe_api_probes_list, ""},
        {STROBE_HTTP_GET, "/api/v1/probes/ef", strobe_api_probe_get, "ef"},
        {STROBE_HTTP_DELETE, "/api/v1/probes/ef", strobe_api_probe_remove, "ef"},
        {STROBE_HTTP_GET, "/api/v1/snapshots/12", strobe_api_snapshot_get, "12"},
        {STROBE_HTTP_GET, "/api/v1/snapshots/12/value", strobe_api_snapshot_value, "12"},
        {STROBE_HTTP_GET, "/api/v1/snapshots/12/diff", strobe_api_snapshot_diff, "12"},
        {STROBE_HTTP_GET, "/api/v1/probes/ef/hits", strobe_api_probe_hits, "ef"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        strobe_api_handler handler;
        char part[128];
        bool open = false;
        const char *allow;
        assert_int_equal(find(cases[i].method, cases[i].path, &handler, part, &open, &allow), 0);
        assert_true(handler == cases[i].handler);
        assert_string_equal(part, cases[i].part);
    }
}

static void test_only_health_and_login_are_open(void **state)
{
    (void)state;
    static const char *const paths[] = {"health", "session", "whoami", "instances", "probes", "snapshots"};
    static const enum strobe_http_method methods[] = {STROBE_HTTP_GET, STROBE_HTTP_POST, STROBE_HTTP_DELETE};
    int open_count = 0;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        for (size_t k = 0; k < sizeof methods / sizeof methods[0]; k++) {
            char path[64] = "/api/v1/", part[128];
            strobe_api_handler handler;
            bool open = false;
            const char *allow;
            strcat(path, paths[i]);
            if (find(methods[k], path, &handler, part, &open, &allow) == 0 && open) {
                open_count++;
                assert_true(handler == strobe_api_health || handler == strobe_api_session_begin);
            }
        }
    }
    assert_int_equal(open_count, 2);
}

static void test_unknown_paths_and_methods_are_told_apart(void **state)
{
    (void)state;
    strobe_api_handler handler;
    char part[128];
    bool open = false;
    const char *allow;
    assert_int_equal(find(STROBE_HTTP_POST, "/api/v1/probes/x", &handler, part, &open, &allow), 405);
    assert_string_equal(allow, "GET, PATCH, DELETE");
    assert_int_equal(find(STROBE_HTTP_OTHER, "/api/v1/health", &handler, part, &open, &allow), 405);
    assert_int_equal(find(STROBE_HTTP_GET, "/api/v1/", &handler, part, &open, &allow), 404);
    assert_int_equal(find(STROBE_HTTP_GET, "/api/v1/probes/", &handler, part, &open, &allow), 404);
    assert_int_equal(find(STROBE_HTTP_GET, "/api/v1/probes/a/b", &handler, part, &open, &allow), 404);
    assert_int_equal(find(STROBE_HTTP_GET, "/api/v1/healthy", &handler, part, &open, &allow), 404);
    assert_null(handler);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_call_has_its_handler),
        cmocka_unit_test(test_only_health_and_login_are_open),
        cmocka_unit_test(test_unknown_paths_and_methods_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
