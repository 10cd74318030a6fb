#include "agent/log_line.h"

#include <string.h>

struct strobe_image *strobe_log_line_pack(const struct strobe_log_line *line)
{
    size_t size = sizeof *line + line->text_size + line->function_size + line->file_size;
    struct strobe_image *image = strobe_image_new(size);
    if (image == NULL) {
        return NULL;
    }
    image->kind = STROBE_IMAGE_LOG_LINE;
    uint8_t *at = image->bytes;
    memcpy(at, line, sizeof *line);
    at += sizeof *line;
    memcpy(at, line->text, line->text_size);
    at += line->text_size;
    memcpy(at, line->function, line->function_size);
    memcpy(at + line->function_size, line->file, line->file_size);
    return image;
}

void strobe_log_line_unpack(const struct strobe_image *image, struct strobe_log_line *ret_line)
{
    memcpy(ret_line, image->bytes, sizeof *ret_line);
    ret_line->text = (const char *)image->bytes + sizeof *ret_line;
    ret_line->function = ret_line->text + ret_line->text_size;
    ret_line->file = ret_line->function + ret_line->function_size;
}
