/** The web request that a capture happened in. For the rules of snapshot/py see walk.h. */
#ifndef STROBE_SNAPSHOT_REQUEST_H
#define STROBE_SNAPSHOT_REQUEST_H

#include "base/py/frame.h"
#include "snapshot/py/walk.h"

/**
 * Put method, path and route of the request that `frame` or one of its callers serves: of a WSGI or ASGI application,
 * with the route where Flask, Django or Starlette have found one.
 */
void strobe_request_write(struct strobe_walk *walk, struct strobe_frame frame);

#endif
