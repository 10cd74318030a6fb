#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "link/posts.h"
#include "strobe/error.h"

static int add(struct strobe_posts *posts, const char *text)
{
    return strobe_posts_add(posts, strdup(text), strlen(text));
}

static void test_messages_come_out_in_order(void **state)
{
    (void)state;
    struct strobe_posts posts;
    strobe_posts_init(&posts, 100);
    strobe_posts_open(&posts);
    assert_int_equal(add(&posts, "one"), 0);
    assert_int_equal(add(&posts, "two"), 0);
    struct strobe_post *post = strobe_posts_take(&posts);
    assert_string_equal(post->text, "one");
    strobe_post_free(post);
    assert_false(strobe_posts_empty(&posts));
    post = strobe_posts_take(&posts);
    assert_string_equal(post->text, "two");
    strobe_post_free(post);
    assert_true(strobe_posts_empty(&posts));
    assert_null(strobe_posts_take(&posts));
    strobe_posts_done(&posts);
}

static void test_full_refuses_the_newcomer_and_counts_it(void **state)
{
    (void)state;
    struct strobe_posts posts;
    strobe_posts_init(&posts, 6);
    strobe_posts_open(&posts);
    assert_int_equal(add(&posts, "one"), 0);
    assert_int_equal(add(&posts, "four"), STROBE_ELIMIT);
    assert_int_equal(add(&posts, "two"), 0);
    assert_int_equal(posts.dropped, 1);
    strobe_posts_done(&posts);
}

static void test_closed_refuses_and_forgets(void **state)
{
    (void)state;
    struct strobe_posts posts;
    strobe_posts_init(&posts, 100);
    assert_int_equal(add(&posts, "early"), STROBE_ECLOSED);
    strobe_posts_open(&posts);
    assert_int_equal(add(&posts, "one"), 0);
    strobe_posts_close(&posts);
    assert_int_equal(add(&posts, "late"), STROBE_ECLOSED);
    strobe_posts_open(&posts);
    assert_null(strobe_posts_take(&posts));
    assert_int_equal(posts.dropped, 0);
    strobe_posts_done(&posts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_come_out_in_order),
        cmocka_unit_test(test_full_refuses_the_newcomer_and_counts_it),
        cmocka_unit_test(test_closed_refuses_and_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
