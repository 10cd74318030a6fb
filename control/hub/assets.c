#include "hub/assets.h"

#include <string.h>

#include "hub/api.h"

static const struct strobe_asset *find(const char *path)
{
    for (size_t i = 0; i < strobe_console_assets_count; i++) {
        if (strcmp(strobe_console_assets[i].path, path) == 0) {
            return &strobe_console_assets[i];
        }
    }
    return NULL;
}

void strobe_assets_answer(struct strobe_exchange *exchange)
{
    const struct strobe_http_request *request = strobe_exchange_request(exchange);
    const char *slash = strrchr(request->path, '/');
    const struct strobe_asset *asset = find(request->path);
    if (asset == NULL && (slash == NULL || strchr(slash, '.') == NULL)) {
        asset = find("/index.html");
    }
    if (asset == NULL) {
        strobe_api_fail(exchange, 404, "not_found", "the console has no such file");
        return;
    }
    struct strobe_http_response response = {
        .status = 200,
        .content_type = asset->content_type,
        .encoding = asset->gzip ? "gzip" : NULL,
        .etag = asset->etag,
        .cache = asset->immutable ? "public, max-age=31536000, immutable" : "no-cache",
        .data = (const char *)asset->data,
        .size = asset->size,
    };
    if (asset->etag != NULL && request->if_none_match != NULL && strstr(request->if_none_match, asset->etag) != NULL) {
        response.status = 304;
        response.data = "";
        response.size = 0;
    }
    strobe_exchange_answer(exchange, &response);
}
