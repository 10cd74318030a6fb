#include "hub/http.h"

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void test_parameters_are_found_by_name(void **state)
{
    (void)state;
    struct strobe_http_request request;
    strobe_http_request_init(&request);
    assert_int_equal(strobe_http_request_add_parameter(&request, "path=/a=b&c"), 0);
    assert_int_equal(strobe_http_request_add_parameter(&request, "empty="), 0);
    assert_int_equal(strobe_http_request_add_parameter(&request, "bare"), 0);
    assert_int_equal(strobe_http_request_add_parameter(&request, "path=second"), 0);
    assert_string_equal(strobe_http_parameter(&request, "path"), "/a=b&c");
    assert_null(strobe_http_parameter(&request, "empty"));
    assert_null(strobe_http_parameter(&request, "bare"));
    assert_null(strobe_http_parameter(&request, "pat"));
    strobe_http_request_done(&request);
}

static void test_too_many_parameters_are_refused(void **state)
{
    (void)state;
    struct strobe_http_request request;
    strobe_http_request_init(&request);
    for (int i = 0; i < STROBE_HTTP_PARAMETERS_MAX; i++) {
        assert_int_equal(strobe_http_request_add_parameter(&request, "a=b"), 0);
    }
    assert_int_equal(strobe_http_request_add_parameter(&request, "a=b"), STROBE_ELIMIT);
    strobe_http_request_done(&request);
}

static void test_integers_are_bounded_and_named(void **state)
{
    (void)state;
    static const char *const bad[] = {"n=-1",  "n=101", "n=x",  "n=1x",
                                      "n=1.5", "n= 1",  "n=+1", "n=99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct strobe_http_request request;
        struct strobe_error error = {0};
        int64_t value = 7;
        strobe_http_request_init(&request);
        strobe_http_request_add_parameter(&request, bad[i]);
        assert_int_equal(strobe_http_parameter_int(&request, "n", 0, 100, 5, &value, &error), STROBE_EINVAL);
        assert_non_null(strstr(error.message, "'n'"));
        assert_int_equal(value, 7);
        strobe_http_request_done(&request);
    }
    struct strobe_http_request request;
    int64_t value = 7;
    strobe_http_request_init(&request);
    assert_int_equal(strobe_http_parameter_int(&request, "n", 0, 100, 5, &value, NULL), 0);
    assert_int_equal(value, 5);
    strobe_http_request_add_parameter(&request, "n=100");
    assert_int_equal(strobe_http_parameter_int(&request, "n", 0, 100, 5, &value, NULL), 0);
    assert_int_equal(value, 100);
    strobe_http_request_done(&request);
}

static void test_only_the_hubs_own_origin_is_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *origin, *host;
        bool same;
    } cases[] = {
        {"https://localhost:8443", "localhost:8443", true},
        {"https://LOCALHOST:8443", "localhost:8443", true},
        {"http://localhost:8443", "localhost:8443", false},
        {"https://localhost", "localhost:8443", false},
        {"https://localhost:8443.evil.example", "localhost:8443", false},
        {"https://evil.example", "localhost:8443", false},
        {"null", "localhost:8443", false},
        {NULL, "localhost:8443", false},
        {"https://localhost:8443", NULL, false},
        {"https://", "", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct strobe_http_request request = {.origin = (char *)cases[i].origin, .host = (char *)cases[i].host};
        assert_int_equal(strobe_http_same_origin(&request), cases[i].same);
    }
}

static void test_a_star_stands_for_one_component(void **state)
{
    (void)state;
    char part[8] = "before";
    assert_true(strobe_http_path_matches("/a/*/b", "/a/xyz/b", part, sizeof part));
    assert_string_equal(part, "xyz");
    assert_true(strobe_http_path_matches("/a", "/a", part, sizeof part));
    assert_string_equal(part, "xyz");
    assert_false(strobe_http_path_matches("/a/*", "/a/", part, sizeof part));
    assert_false(strobe_http_path_matches("/a/*", "/a/b/c", part, sizeof part));
    assert_false(strobe_http_path_matches("/a/*", "/a", part, sizeof part));
    assert_false(strobe_http_path_matches("/a/*/b", "/a/x/bc", part, sizeof part));
    assert_false(strobe_http_path_matches("/a/*", "/a/12345678", part, sizeof part));
    assert_string_equal(part, "xyz");
}

static void test_every_head_has_the_security_headers(void **state)
{
    (void)state;
    struct strobe_buffer head;
    const struct strobe_http_response response = {.status = 401, .content_type = "text/plain", .size = 12};
    strobe_buffer_init(&head, 4096);
    assert_int_equal(strobe_http_response_head(&response, &head), 0);
    size_t size;
    char *text = strobe_buffer_steal(&head, &size);
    assert_non_null(text);
    assert_ptr_equal(strstr(text, "HTTP/1.1 401 Unauthorized\r\n"), text);
    assert_non_null(strstr(text, "Content-Security-Policy: default-src 'none'; script-src 'self';"));
    assert_non_null(strstr(text, "X-Content-Type-Options: nosniff\r\n"));
    assert_non_null(strstr(text, "Cache-Control: no-store\r\n"));
    assert_non_null(strstr(text, "WWW-Authenticate: Bearer\r\n"));
    assert_non_null(strstr(text, "Content-Length: 12\r\n"));
    assert_null(strstr(text, "Set-Cookie"));
    assert_string_equal(text + size - 4, "\r\n\r\n");
    free(text);
    strobe_buffer_done(&head);
}

static void test_an_answer_without_content_has_no_length(void **state)
{
    (void)state;
    struct strobe_buffer head;
    const struct strobe_http_response response = {.status = 204, .cookie = "a=b"};
    strobe_buffer_init(&head, 4096);
    assert_int_equal(strobe_http_response_head(&response, &head), 0);
    size_t size;
    char *text = strobe_buffer_steal(&head, &size);
    assert_null(strstr(text, "Content-Length"));
    assert_null(strstr(text, "Content-Type:"));
    assert_non_null(strstr(text, "Set-Cookie: a=b\r\n"));
    free(text);
    strobe_buffer_done(&head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters_are_found_by_name),
        cmocka_unit_test(test_too_many_parameters_are_refused),
        cmocka_unit_test(test_integers_are_bounded_and_named),
        cmocka_unit_test(test_only_the_hubs_own_origin_is_the_same),
        cmocka_unit_test(test_a_star_stands_for_one_component),
        cmocka_unit_test(test_every_head_has_the_security_headers),
        cmocka_unit_test(test_an_answer_without_content_has_no_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
