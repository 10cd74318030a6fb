/**
 * Secrets under other names. What one name gives away often stands elsewhere too: a wrapper holds the password in its
 * `args`, a form in its `data`. The same object, and a text of the same characters, are redacted wherever they stand,
 * also when they were written before the name was seen. For the rules of snapshot/py see walk.h.
 */
#ifndef STROBE_SNAPSHOT_SECRET_H
#define STROBE_SNAPSHOT_SECRET_H

#include "snapshot/py/walk.h"

/**
 * Whether `object`, redacted at one place, has to be so at all others. What the whole program shares (None, small
 * numbers, short texts, functions, classes) has not, nor has a text that only names a secret ("password").
 */
bool strobe_secret_everywhere(struct strobe_walk *walk, PyObject *object);

/** Redact the value `number` that was found before under an innocent name; it may be written already. */
void strobe_secret_hide(struct strobe_walk *walk, uint32_t number, const char *rule);

/**
 * Note that the value being written shows `object` in its own text, so that it is hidden when that is a secret by
 * another name.
 */
void strobe_secret_embed(struct strobe_walk *walk, PyObject *object);

/** Find the texts that equal a redacted one, and put the list of hidden values that ends an image. */
void strobe_secret_write_hidden(struct strobe_walk *walk);

#endif
