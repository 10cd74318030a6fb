/** Which handler answers which request, and who may ask. */
#ifndef STROBE_HUB_ROUTES_H
#define STROBE_HUB_ROUTES_H

#include "hub/api.h"

/** Answer the exchange, or have it answered later. `refused`: not 0 for the HTTP status of a request not read whole. */
void strobe_routes_answer(struct strobe_hub *hub, struct strobe_exchange *exchange, int refused);

/**
 * Find the handler of a path below /api/v1; `ret_part` is what `*` stood for (128 bytes).
 * @return 0; 404, 405 (`ret_allow` then names the methods)
 */
int strobe_routes_find(enum strobe_http_method method, const char *path, strobe_api_handler *ret_handler,
                       bool *ret_open, char *ret_part, const char **ret_allow);

#endif
