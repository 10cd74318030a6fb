/** What an image says of the secrets that were redacted by name, so that they are found in other texts. */
#ifndef STROBE_SNAPSHOT_SHRED_SECRETS_H
#define STROBE_SNAPSHOT_SHRED_SECRETS_H

#include "snapshot/py/walk.h"
#include "snapshot/shred.h"

enum { STROBE_SHREDS_BYTES = 2 + STROBE_SHREDS_MAX * 8 }; /* of them in an image, at most */

/** Put the shreds (snapshot/shred.h) of all texts and large numbers redacted by name. For the rules see walk.h. */
void strobe_shred_secrets(struct strobe_walk *walk);

#endif
