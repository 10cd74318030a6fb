#include "link/outbox.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "strobe/error.h"

void strobe_outbox_init(struct strobe_outbox *outbox, size_t bytes_max, size_t count_max)
{
    memset(outbox, 0, sizeof *outbox);
    outbox->bytes_max = bytes_max;
    outbox->count_max = count_max;
}

static void free_text(char *text, size_t size)
{
    if (text != NULL) {
        OPENSSL_cleanse(text, size);
        free(text);
    }
}

static void free_message(struct strobe_outbox_message *message)
{
    free_text(message->text, message->size);
    free(message);
}

void strobe_outbox_done(struct strobe_outbox *outbox)
{
    struct strobe_outbox_message *message = outbox->first;
    while (message != NULL) {
        struct strobe_outbox_message *next = message->next;
        free_message(message);
        message = next;
    }
    outbox->first = outbox->last = outbox->last_sent = outbox->writing = NULL;
    outbox->bytes = outbox->count = 0;
}

int64_t strobe_outbox_number(struct strobe_outbox *outbox)
{
    return ++outbox->seq_used;
}

static void count(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

void strobe_outbox_refuse(struct strobe_outbox *outbox)
{
    count(&outbox->added);
    count(&outbox->dropped);
}

/** Unlink and release the message after `previous`, or the first when `previous` is NULL. */
static void remove_after(struct strobe_outbox *outbox, struct strobe_outbox_message *previous)
{
    struct strobe_outbox_message **place = previous == NULL ? &outbox->first : &previous->next;
    struct strobe_outbox_message *message = *place;
    *place = message->next;
    if (outbox->last == message) {
        outbox->last = previous;
    }
    if (outbox->last_sent == message) {
        outbox->last_sent = previous;
    }
    outbox->bytes -= message->size;
    outbox->count--;
    free_message(message);
}

/** @return whether a message could be spared */
static bool drop_one(struct strobe_outbox *outbox)
{
    struct strobe_outbox_message *unsent = outbox->last_sent == NULL ? outbox->first : outbox->last_sent->next;
    if (unsent != NULL) {
        remove_after(outbox, outbox->last_sent);
    } else if (outbox->first != NULL && outbox->first != outbox->writing) {
        remove_after(outbox, NULL);
    } else {
        return false;
    }
    count(&outbox->dropped);
    return true;
}

static bool fits(const struct strobe_outbox *outbox, size_t size)
{
    return outbox->count < outbox->count_max && size <= outbox->bytes_max - outbox->bytes;
}

/* A newcomer that cannot fit must not empty the box first: find out what could go before anything does. */
static bool could_fit(const struct strobe_outbox *outbox, size_t size)
{
    size_t pinned = outbox->writing == NULL ? 0 : outbox->writing->size;
    return outbox->count_max > (outbox->writing != NULL) && size <= outbox->bytes_max &&
           pinned <= outbox->bytes_max - size;
}

int strobe_outbox_add(struct strobe_outbox *outbox, int64_t seq, char *text, size_t size)
{
    count(&outbox->added);
    bool room = could_fit(outbox, size);
    while (room && !fits(outbox, size)) {
        room = drop_one(outbox);
    }
    struct strobe_outbox_message *message = room ? malloc(sizeof *message) : NULL;
    if (message == NULL) {
        free_text(text, size);
        count(&outbox->dropped);
        return room ? STROBE_ENOMEM : STROBE_ELIMIT;
    }
    *message = (struct strobe_outbox_message){.seq = seq, .size = size, .text = text};
    if (outbox->last == NULL) {
        outbox->first = message;
    } else {
        outbox->last->next = message;
    }
    outbox->last = message;
    outbox->bytes += size;
    outbox->count++;
    return 0;
}

const struct strobe_outbox_message *strobe_outbox_take(struct strobe_outbox *outbox)
{
    struct strobe_outbox_message *message = outbox->last_sent == NULL ? outbox->first : outbox->last_sent->next;
    if (message == NULL) {
        return NULL;
    }
    outbox->last_sent = outbox->writing = message;
    if (message->seq > outbox->seq_sent) {
        outbox->seq_sent = message->seq;
    }
    return message;
}

void strobe_outbox_written(struct strobe_outbox *outbox)
{
    outbox->writing = NULL;
}

int strobe_outbox_acknowledge(struct strobe_outbox *outbox, int64_t seq)
{
    /* A hub that acknowledges what it cannot have yet must not free the text that is being written. */
    int64_t highest = outbox->writing != NULL ? outbox->writing->seq - 1 : outbox->seq_sent;
    int64_t last = seq < highest ? seq : highest;
    while (outbox->first != NULL && outbox->last_sent != NULL && outbox->first->seq <= last) {
        remove_after(outbox, NULL);
        count(&outbox->acknowledged);
    }
    return seq > highest ? STROBE_EPROTO : 0;
}

void strobe_outbox_interrupt(struct strobe_outbox *outbox)
{
    outbox->writing = NULL;
}

void strobe_outbox_rewind(struct strobe_outbox *outbox)
{
    outbox->writing = NULL;
    outbox->last_sent = NULL;
}

bool strobe_outbox_empty(const struct strobe_outbox *outbox)
{
    return outbox->first == NULL;
}
