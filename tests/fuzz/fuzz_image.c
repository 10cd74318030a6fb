/* Any bytes as a snapshot image: a body that can be written as JSON, or an error. */
#include <stdint.h>
#include <stdlib.h>

#include "snapshot/encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strobe_snapshot_head head;
    struct strobe_error error = {0};
    json_t *body = NULL;
    if (strobe_snapshot_encode(data, size, &head, &body, &error) < 0) {
        return 0;
    }
    char *text = json_dumps(body, JSON_COMPACT);
    if (text == NULL) {
        __builtin_trap(); /* a text that is no UTF-8 got into the body */
    }
    free(text);
    json_decref(body);
    strobe_snapshot_head_done(&head);
    return 0;
}
