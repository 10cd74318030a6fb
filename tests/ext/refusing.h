/** Python's three allocators, counted and refusing while a test looks. GIL: held throughout. */
#ifndef STROBE_TEST_REFUSING_H
#define STROBE_TEST_REFUSING_H

/** What was asked for meanwhile. */
struct strobe_refused {
    unsigned long allocations; /* all of them failed */
    unsigned long releases;    /* these did what they always do */
};

/** From here on no allocation of Python succeeds. Not to be nested. */
void strobe_refusing_begin(void);

/** Give the allocators back. @return what was asked for since the beginning */
struct strobe_refused strobe_refusing_end(void);

#endif
