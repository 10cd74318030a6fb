#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link/outbox.h"
#include "strobe/error.h"

/** Add a message of `size` bytes; returns its number, or the negative status. */
static int64_t add(struct strobe_outbox *outbox, size_t size)
{
    int64_t seq = strobe_outbox_number(outbox);
    char *text = malloc(size + 1);
    memset(text, 'a', size);
    text[size] = '\0';
    int status = strobe_outbox_add(outbox, seq, text, size);
    return status < 0 ? status : seq;
}

/** Take and write one message. @return its number, 0 when there is none */
static int64_t send_one(struct strobe_outbox *outbox)
{
    const struct strobe_outbox_message *message = strobe_outbox_take(outbox);
    int64_t seq = message == NULL ? 0 : message->seq;
    strobe_outbox_written(outbox);
    return seq;
}

/** Numbers kept, in order, as text: "1 2 4". */
static const char *kept(const struct strobe_outbox *outbox)
{
    static char text[200];
    text[0] = '\0';
    for (struct strobe_outbox_message *message = outbox->first; message != NULL; message = message->next) {
        char number[30];
        snprintf(number, sizeof number, text[0] == '\0' ? "%lld" : " %lld", (long long)message->seq);
        strcat(text, number);
    }
    return text;
}

static void test_messages_leave_in_order_and_stay_until_acknowledged(void **state)
{
    (void)state;
    struct strobe_outbox outbox;
    strobe_outbox_init(&outbox, 100, 10);
    assert_true(strobe_outbox_empty(&outbox));
    assert_int_equal(add(&outbox, 5), 1);
    assert_int_equal(add(&outbox, 5), 2);
    assert_int_equal(send_one(&outbox), 1);
    assert_int_equal(send_one(&outbox), 2);
    assert_int_equal(send_one(&outbox), 0);
    assert_string_equal(kept(&outbox), "1 2");
    assert_int_equal(strobe_outbox_acknowledge(&outbox, 1), 0);
    assert_string_equal(kept(&outbox), "2");
    assert_int_equal(strobe_outbox_acknowledge(&outbox, 1), 0);
    assert_int_equal(strobe_outbox_acknowledge(&outbox, 2), 0);
    assert_true(strobe_outbox_empty(&outbox));
    assert_int_equal(outbox.acknowledged, 2);
    assert_int_equal(outbox.bytes, 0);
    assert_int_equal(add(&outbox, 5), 3);
    assert_int_equal(send_one(&outbox), 3);
    strobe_outbox_done(&outbox);
}

static void test_full_of_messages_drops_the_oldest_not_sent(void **state)
{
    (void)state;
    struct strobe_outbox outbox;
    strobe_outbox_init(&outbox, 1000, 4);
    for (int i = 0; i < 4; i++) {
        add(&outbox, 1);
    }
    send_one(&outbox);
    send_one(&outbox);
    assert_int_equal(add(&outbox, 1), 5);
    assert_string_equal(kept(&outbox), "1 2 4 5");
    assert_int_equal(outbox.dropped, 1);
    assert_int_equal(send_one(&outbox), 4);
    assert_int_equal(send_one(&outbox), 5);
    strobe_outbox_done(&outbox);
}

static void test_full_of_bytes_drops_as_many_as_needed(void **state)
{
    (void)state;
    struct strobe_outbox outbox;
    strobe_outbox_init(&outbox, 30, 100);
    for (int i = 0; i < 3; i++) {
        add(&outbox, 10);
    }
    send_one(&outbox);
    assert_int_equal(add(&outbox, 15), 4);
    assert_string_equal(kept(&outbox), "1 4");
    assert_int_equal(outbox.dropped, 2);
    assert_int_equal(outbox.bytes, 25);
    strobe_outbox_done(&outbox);
}

static void test_full_of_sent_messages_drops_the_oldest_of_those_but_not_the_one_being_written(void **state)
{
    (void)state;
    struct strobe_outbox outbox;
    strobe_outbox_init(&outbox, 1000, 2);
    add(&outbox, 1);
    add(&outbox, 1);
    send_one(&outbox);
    assert_non_null(strobe_outbox_take(&outbox)); /* 2 is being written */
    assert_int_equal(add(&outbox, 1), 3);
    assert_string_equal(kept(&outbox), "2 3");
    assert_int_equal(outbox.last_sent->seq, 2);
    assert_int_equal(add(&outbox, 1), 4);
    assert_string_equal(kept(&outbox), "2 4");
    strobe_outbox_written(&outbox);
    assert_int_equal(send_one(&outbox), 4);
    strobe_outbox_done(&outbox);
}

static void test_the_only_message_being_written_is_never_dropped(void **state)
{
    (void)state;
    struct strobe_outbox outbox;
    strobe_outbox_init(&outbox, 10, 1);
    add(&outbox, 10);
    const struct strobe_outbox_message *message = strobe_outbox_take(&outbox);
    assert_int_equal(add(&outbox, 1), STROBE_ELIMIT);
    assert_string_equal(message->text, "aaaaaaaaaa");
    assert_string_equal(kept(&outbox), "1");
    strobe_outbox_done(&outbox);
}

static void test_too_large_alone_is_refused_and_nothing_is_dropped_for_it(void **state)
{
    (void)state;
    struct strobe_outbox outbox;
    strobe_outbox_init(&outbox, 10, 10);
    add(&outbox, 5);
    assert_int_equal(add(&outbox, 11), STROBE_ELIMIT);
    assert_int_equal(add(&outbox, 5), 3);
    assert_string_equal(kept(&outbox), "1 3");
    assert_int_equal(outbox.dropped, 1);
    assert_int_equal(outbox.added, 3);
    strobe_outbox_done(&outbox);
}

static void test_rewind_sends_all_again(void **state)
{
    (void)state;
    struct strobe_outbox outbox;
    strobe_outbox_init(&outbox, 100, 10);
    for (int i = 0; i < 3; i++) {
        add(&outbox, 1);
    }
    send_one(&outbox);
    send_one(&outbox);
    assert_int_equal(strobe_outbox_take(&outbox)->seq, 3);
    strobe_outbox_interrupt(&outbox);
    assert_int_equal(strobe_outbox_acknowledge(&outbox, 1), 0);
    strobe_outbox_rewind(&outbox);
    assert_int_equal(send_one(&outbox), 2);
    assert_int_equal(send_one(&outbox), 3);
    assert_int_equal(send_one(&outbox), 0);
    strobe_outbox_done(&outbox);
}

static void test_while_disconnected_what_was_sent_is_spared(void **state)
{
    (void)state;
    struct strobe_outbox outbox;
    strobe_outbox_init(&outbox, 100, 3);
    for (int i = 0; i < 3; i++) {
        add(&outbox, 1);
    }
    send_one(&outbox);
    strobe_outbox_interrupt(&outbox);
    add(&outbox, 1);
    assert_string_equal(kept(&outbox), "1 3 4");
    strobe_outbox_done(&outbox);
}

static void test_acknowledging_what_was_never_sent_releases_only_what_was(void **state)
{
    (void)state;
    struct strobe_outbox outbox;
    strobe_outbox_init(&outbox, 100, 10);
    for (int i = 0; i < 3; i++) {
        add(&outbox, 1);
    }
    assert_int_equal(strobe_outbox_acknowledge(&outbox, 1), STROBE_EPROTO);
    assert_string_equal(kept(&outbox), "1 2 3");
    send_one(&outbox);
    assert_int_equal(strobe_outbox_take(&outbox)->seq, 2); /* being written */
    assert_int_equal(strobe_outbox_acknowledge(&outbox, INT64_MAX), STROBE_EPROTO);
    assert_string_equal(kept(&outbox), "2 3");
    assert_int_equal(strobe_outbox_acknowledge(&outbox, 0), 0);
    strobe_outbox_written(&outbox);
    assert_int_equal(strobe_outbox_acknowledge(&outbox, 2), 0);
    assert_string_equal(kept(&outbox), "3");
    assert_int_equal(send_one(&outbox), 3);
    strobe_outbox_done(&outbox);
}

/* Random acts against the promises that hold after each: order, bounds, and that no message is unaccounted for. */
static void test_random_acts_keep_every_promise(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int run = 0; run < 200; run++) {
        struct strobe_outbox outbox;
        strobe_outbox_init(&outbox, 60, 8);
        for (int step = 0; step < 300; step++) {
            switch (rand_r(&seed) % 6) {
            case 0:
            case 1:
                add(&outbox, (size_t)(rand_r(&seed) % 25));
                break;
            case 2:
                if (outbox.writing == NULL) {
                    strobe_outbox_take(&outbox);
                }
                break;
            case 3:
                strobe_outbox_written(&outbox);
                break;
            case 4:
                strobe_outbox_acknowledge(&outbox, outbox.seq_used - rand_r(&seed) % 10);
                break;
            default:
                if (rand_r(&seed) % 8 == 0) {
                    strobe_outbox_interrupt(&outbox);
                    strobe_outbox_rewind(&outbox);
                }
            }
            size_t count = 0, bytes = 0;
            int64_t previous = 0;
            bool writing_found = outbox.writing == NULL, last_sent_found = outbox.last_sent == NULL;
            for (struct strobe_outbox_message *message = outbox.first; message != NULL; message = message->next) {
                assert_true(message->seq > previous);
                previous = message->seq;
                count++;
                bytes += message->size;
                writing_found |= message == outbox.writing;
                last_sent_found |= message == outbox.last_sent;
            }
            assert_true(writing_found && last_sent_found);
            assert_true(count == outbox.count && bytes == outbox.bytes && count <= 8 && bytes <= 60);
            assert_int_equal(outbox.added, outbox.acknowledged + outbox.dropped + count);
            assert_int_equal(outbox.added, outbox.seq_used);
        }
        strobe_outbox_done(&outbox);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_leave_in_order_and_stay_until_acknowledged),
        cmocka_unit_test(test_full_of_messages_drops_the_oldest_not_sent),
        cmocka_unit_test(test_full_of_bytes_drops_as_many_as_needed),
        cmocka_unit_test(test_full_of_sent_messages_drops_the_oldest_of_those_but_not_the_one_being_written),
        cmocka_unit_test(test_the_only_message_being_written_is_never_dropped),
        cmocka_unit_test(test_too_large_alone_is_refused_and_nothing_is_dropped_for_it),
        cmocka_unit_test(test_rewind_sends_all_again),
        cmocka_unit_test(test_while_disconnected_what_was_sent_is_spared),
        cmocka_unit_test(test_acknowledging_what_was_never_sent_releases_only_what_was),
        cmocka_unit_test(test_random_acts_keep_every_promise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
