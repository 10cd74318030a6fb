#include "base/image_queue.h"

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "strobe/error.h"

static struct strobe_image *make_image(uint64_t value)
{
    struct strobe_image *image = strobe_image_new(sizeof value);
    memcpy(image->bytes, &value, sizeof value);
    return image;
}

static uint64_t read_image(struct strobe_image *image)
{
    uint64_t value;
    memcpy(&value, image->bytes, sizeof value);
    strobe_image_free(image);
    return value;
}

static void test_queue_gives_back_in_order(void **state)
{
    (void)state;
    struct strobe_image_queue *queue = strobe_image_queue_new(4, 1000);
    assert_null(strobe_image_queue_pop(queue));
    assert_int_equal(strobe_image_queue_push(queue, make_image(1)), 1);
    assert_int_equal(strobe_image_queue_push(queue, make_image(2)), 0);
    assert_int_equal(read_image(strobe_image_queue_pop(queue)), 1);
    assert_int_equal(read_image(strobe_image_queue_pop(queue)), 2);
    assert_int_equal(strobe_image_queue_push(queue, make_image(3)), 1);
    strobe_image_queue_free(queue);
}

static void test_queue_refuses_when_full_of_images(void **state)
{
    (void)state;
    struct strobe_image_queue *queue = strobe_image_queue_new(2, 1000);
    struct strobe_image *third = make_image(3);
    strobe_image_queue_push(queue, make_image(1));
    strobe_image_queue_push(queue, make_image(2));
    assert_int_equal(strobe_image_queue_push(queue, third), STROBE_ELIMIT);
    read_image(strobe_image_queue_pop(queue));
    assert_int_equal(strobe_image_queue_push(queue, third), 0);
    strobe_image_queue_free(queue);
}

static void test_queue_refuses_when_full_of_bytes(void **state)
{
    (void)state;
    struct strobe_image_queue *queue = strobe_image_queue_new(8, 20);
    struct strobe_image *third = make_image(3);
    strobe_image_queue_push(queue, make_image(1));
    strobe_image_queue_push(queue, make_image(2));
    assert_int_equal(strobe_image_queue_push(queue, third), STROBE_ELIMIT);
    strobe_image_free(third);
    strobe_image_queue_free(queue);
}

enum { PRODUCERS = 4, EACH = 5000 };

struct producer {
    pthread_t thread;
    struct strobe_image_queue *queue;
    uint64_t number;
};

static void *produce(void *argument)
{
    struct producer *producer = argument;
    for (uint64_t i = 0; i < EACH; i++) {
        struct strobe_image *image = make_image(producer->number << 32 | i);
        while (strobe_image_queue_push(producer->queue, image) < 0) {
            sched_yield();
        }
    }
    return NULL;
}

static void test_queue_keeps_each_producers_order_under_contention(void **state)
{
    (void)state;
    struct producer producers[PRODUCERS];
    uint64_t expected[PRODUCERS] = {0};
    struct strobe_image_queue *queue = strobe_image_queue_new(16, 10000);
    for (uint64_t i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){.queue = queue, .number = i};
        assert_int_equal(pthread_create(&producers[i].thread, NULL, produce, &producers[i]), 0);
    }
    for (int received = 0; received < PRODUCERS * EACH;) {
        struct strobe_image *image = strobe_image_queue_pop(queue);
        if (image == NULL) {
            sched_yield();
            continue;
        }
        uint64_t value = read_image(image);
        assert_int_equal(value & 0xFFFFFFFF, expected[value >> 32]++);
        received++;
    }
    for (int i = 0; i < PRODUCERS; i++) {
        pthread_join(producers[i].thread, NULL);
    }
    assert_null(strobe_image_queue_pop(queue));
    strobe_image_queue_free(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue_gives_back_in_order),
        cmocka_unit_test(test_queue_refuses_when_full_of_images),
        cmocka_unit_test(test_queue_refuses_when_full_of_bytes),
        cmocka_unit_test(test_queue_keeps_each_producers_order_under_contention),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
