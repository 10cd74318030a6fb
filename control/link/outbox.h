/**
 * Snapshots on their way: encoded, in order of their sequence numbers, kept until the hub has them on disk.
 *
 * The messages that were sent stand before those that were not. Bounded in bytes and in messages: what does not fit
 * pushes out the oldest that was not sent; its number is then missing, which the hub sees as a gap.
 */
#ifndef STROBE_OUTBOX_H
#define STROBE_OUTBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One encoded snapshot; owned by the outbox. */
struct strobe_outbox_message {
    struct strobe_outbox_message *next;
    int64_t seq; /* from 1 */
    size_t size; /* bytes of text */
    char *text;  /* wiped before it is released */
};

/** Thread: one at a time; only the three counters may be read by others meanwhile. */
struct strobe_outbox {
    struct strobe_outbox_message *first;
    struct strobe_outbox_message *last;
    struct strobe_outbox_message *last_sent; /* end of the part that was sent; NULL: none was */
    struct strobe_outbox_message *writing;   /* taken, not yet written whole: its text is in use */
    size_t bytes, bytes_max;
    size_t count, count_max;
    int64_t seq_used; /* the latest number given out */
    int64_t seq_sent; /* the highest number ever sent */
    _Atomic uint64_t added;
    _Atomic uint64_t acknowledged;
    _Atomic uint64_t dropped;
};

/** Start empty; the first number is 1. */
void strobe_outbox_init(struct strobe_outbox *outbox, size_t bytes_max, size_t count_max);

/** Wipe and release all messages. */
void strobe_outbox_done(struct strobe_outbox *outbox);

/** Use up the next sequence number. */
int64_t strobe_outbox_number(struct strobe_outbox *outbox);

/**
 * Keep the encoded snapshot with number `seq`, the latest from strobe_outbox_number(). Takes ownership of `text`
 * (malloc'ed), also on failure.   @return 0; STROBE_ELIMIT when it does not fit even so, or STROBE_ENOMEM: then it
 * is counted as dropped
 */
int strobe_outbox_add(struct strobe_outbox *outbox, int64_t seq, char *text, size_t size);

/** Count a snapshot that got a number and could not be encoded, as added and dropped. */
void strobe_outbox_refuse(struct strobe_outbox *outbox);

/**
 * The oldest message that was not sent, or NULL. It counts as sent from now on, and stays valid until
 * strobe_outbox_written() or strobe_outbox_rewind().
 */
const struct strobe_outbox_message *strobe_outbox_take(struct strobe_outbox *outbox);

/** The message taken is written whole. */
void strobe_outbox_written(struct strobe_outbox *outbox);

/**
 * Release all messages up to `seq`.
 * @return 0, or STROBE_EPROTO when a message of a higher number than any sent is said to have arrived: what was sent
 *         is released even so
 */
int strobe_outbox_acknowledge(struct strobe_outbox *outbox, int64_t seq);

/** The connection is lost: no message is being written any more. */
void strobe_outbox_interrupt(struct strobe_outbox *outbox);

/** On a new connection, after the first acknowledgement: send all that is left again. */
void strobe_outbox_rewind(struct strobe_outbox *outbox);

/** Whether nothing waits to be sent or acknowledged. */
bool strobe_outbox_empty(const struct strobe_outbox *outbox);

#endif
