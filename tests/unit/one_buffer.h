/** The buffer that the tests of a program write into; set up and torn down with their group. */
#ifndef STROBE_TEST_ONE_BUFFER_H
#define STROBE_TEST_ONE_BUFFER_H

#include <cmocka.h>

#include "base/buffer.h"

static struct strobe_buffer buffer;

/** What stands in the buffer, as a C string. */
static inline const char *finish(void)
{
    assert_false(buffer.failed);
    strobe_buffer_append(&buffer, "", 1);
    return buffer.data;
}

static inline int make_buffer(void **state)
{
    (void)state;
    strobe_buffer_init(&buffer, 4096);
    return 0;
}

static inline int drop_buffer(void **state)
{
    (void)state;
    strobe_buffer_done(&buffer);
    return 0;
}

#endif
