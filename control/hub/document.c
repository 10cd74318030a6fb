#include "hub/document.h"

#include <string.h>

char *strobe_document_write(const struct strobe_wire_struct *shape, const void *body, struct strobe_error *error)
{
    json_t *json = strobe_wire_struct_to_json(shape, body, error);
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    if (text == NULL) {
        strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    return text;
}

int strobe_document_read(const struct strobe_wire_struct *shape, const char *text, void *ret_body,
                         struct strobe_error *error)
{
    json_t *json = NULL;
    int status = strobe_wire_json_load(text, strlen(text), &json, error);
    if (status == 0) {
        status = strobe_wire_struct_from_json(shape, json, ret_body, error);
    }
    json_decref(json);
    return status;
}
