#include "hub/api.h"

#include <stdlib.h>
#include <string.h>

#include "hub/document.h"

void strobe_api_answer_text(struct strobe_exchange *exchange, int status, char *text)
{
    if (text == NULL) {
        strobe_api_fail(exchange, 500, "internal", "the hub is out of memory");
        return;
    }
    struct strobe_http_response response = {.status = status,
                                            .content_type = "application/json; charset=utf-8",
                                            .data = text,
                                            .size = strlen(text),
                                            .owned = text};
    strobe_exchange_answer(exchange, &response);
}

void strobe_api_answer_json(struct strobe_exchange *exchange, int status, json_t *json)
{
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    strobe_api_answer_text(exchange, status, text);
}

void strobe_api_answer_struct(struct strobe_exchange *exchange, int status, const struct strobe_wire_struct *shape,
                              const void *body)
{
    strobe_api_answer_text(exchange, status, strobe_document_write(shape, body, NULL));
}

void strobe_api_answer_nothing(struct strobe_exchange *exchange)
{
    struct strobe_http_response response = {.status = 204};
    strobe_exchange_answer(exchange, &response);
}

void strobe_api_fail(struct strobe_exchange *exchange, int status, const char *code, const char *message)
{
    static const char fallback[] = "{\"error\": \"internal\", \"message\": \"the hub is out of memory\"}";
    const struct strobe_wire_api_error body = {.error = (char *)code, .message = (char *)message};
    char *text = strobe_document_write(&strobe_wire_api_error_struct, &body, NULL);
    const char *data = text != NULL ? text : fallback;
    struct strobe_http_response response = {.status = status,
                                            .content_type = "application/json; charset=utf-8",
                                            .data = data,
                                            .size = strlen(data),
                                            .owned = text};
    strobe_exchange_answer(exchange, &response);
}

void strobe_api_fail_error(struct strobe_exchange *exchange, int status, const struct strobe_error *error)
{
    const char *code = status == 400   ? "bad_request"
                       : status == 404 ? "not_found"
                       : status == 503 ? "storage"
                                       : "internal";
    strobe_api_fail(exchange, status, code, error->message);
}

int strobe_api_body(const struct strobe_api_call *call, const struct strobe_wire_struct *shape, void *ret_body)
{
    struct strobe_error error = {0};
    json_t *json = NULL;
    const struct strobe_buffer *body = &call->request->body;
    int status = strobe_wire_json_load(body->data != NULL ? body->data : "", body->size, &json, &error);
    if (status == 0) {
        status = strobe_wire_struct_from_json(shape, json, ret_body, &error);
    }
    json_decref(json);
    if (status < 0) {
        strobe_api_fail_error(call->exchange, 400, &error);
    }
    return status;
}
