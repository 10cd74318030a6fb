#include "agent/memory_reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TEXT_BYTES = 512, SIZE_BYTES = 32, PLACE_BYTES = 120 };

/* "+4.2 KiB" */
static const char *size_text(double bytes, char text[SIZE_BYTES])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    size_t unit = 0;
    while ((bytes >= 1024 || bytes <= -1024) && unit < sizeof units / sizeof *units - 1) {
        bytes /= 1024;
        unit++;
    }
    snprintf(text, SIZE_BYTES, unit == 0 ? "%+.0f %s" : "%+.1f %s", bytes, units[unit]);
    return text;
}

static double per_second(int64_t change, int64_t elapsed_ms)
{
    return elapsed_ms > 0 ? (double)change * 1000.0 / (double)elapsed_ms : 0.0;
}

/* The line that changed most, by the end of its path. */
static const char *most_changed(const struct strobe_wire_memory *changes, char text[PLACE_BYTES])
{
    const struct strobe_wire_memory_row *row = changes->rows_count > 0 ? &changes->rows[0] : NULL;
    const char *place = row != NULL && row->lines_count > 0 ? row->lines[0] : "";
    const char *name = strrchr(place, '/');
    char size[SIZE_BYTES];
    text[0] = '\0';
    if (row != NULL && row->bytes_change != 0) {
        snprintf(text, PLACE_BYTES, "%.80s %s", name != NULL ? name + 1 : place,
                 size_text((double)row->bytes_change, size));
    }
    return text;
}

static json_t *summary(const struct strobe_memory_probe *last, const struct strobe_wire_memory *changes)
{
    char text[TEXT_BYTES], change[SIZE_BYTES], rate[SIZE_BYTES], place[PLACE_BYTES], since[48] = "it was armed";
    if (last->last_hit > 0) {
        snprintf(since, sizeof since, "hit %lld", (long long)last->last_hit);
    }
    most_changed(changes, place);
    snprintf(text, sizeof text, "%s since %s, in %.1f s (%s/s), %+lld blocks%s%s",
             size_text((double)changes->bytes_change, change), since, (double)changes->elapsed_ms / 1000,
             size_text(per_second(changes->bytes_change, changes->elapsed_ms), rate), (long long)changes->blocks_change,
             place[0] != '\0' ? "; most at " : "", place);
    return json_string(text);
}

/* ---- As watches: tables of hits, comparisons and every console can show those ---- */

static void add_watch(json_t *watches, const char *name, const char *type, const char *text)
{
    json_array_append_new(watches, json_pack("{s:s, s:s, s:s}", "expression", name, "type", type, "text", text));
}

static void add_number(json_t *watches, const char *name, int64_t number)
{
    char text[SIZE_BYTES];
    snprintf(text, sizeof text, "%lld", (long long)number);
    add_watch(watches, name, "int", text);
}

static json_t *watches_of(const struct strobe_memory_note *note, const struct strobe_memory_probe *last,
                          const struct strobe_wire_memory *changes)
{
    json_t *watches = json_array();
    char text[PLACE_BYTES];
    int64_t passes = note->passes - last->last_passes;
    add_number(watches, "hit", note->hit);
    add_number(watches, "passes", passes);
    add_number(watches, "bytes_change", changes->bytes_change);
    add_number(watches, "bytes_per_s", (int64_t)per_second(changes->bytes_change, changes->elapsed_ms));
    if (passes > 0) {
        add_number(watches, "bytes_per_pass", changes->bytes_change / passes);
    }
    add_number(watches, "blocks_change", changes->blocks_change);
    if (most_changed(changes, text)[0] != '\0') {
        add_watch(watches, "most", "str", text);
    }
    return watches;
}

/* ---- The whole ---- */

static json_t *time_text(int64_t time_us)
{
    char text[64];
    time_t seconds = (time_t)(time_us / 1000000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    size_t used = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + used, sizeof text - used, ".%09lldZ", (long long)(time_us % 1000000 * 1000));
    return json_string(text);
}

static json_t *details(const struct strobe_memory_note *note, const struct strobe_memory_probe *last,
                       const struct strobe_wire_memory *changes, const char *by, int64_t delay_us)
{
    json_t *memory = strobe_wire_struct_to_json(&strobe_wire_memory_struct, changes, NULL);
    json_object_del(memory, "request");
    json_object_del(memory, "op");
    json_object_set_new(memory, "hit", json_integer(note->hit));
    json_object_set_new(memory, "since_hit", json_integer(last->last_hit));
    json_object_set_new(memory, "passes", json_integer(note->passes - last->last_passes));
    json_object_set_new(memory, "delay_us", json_integer(delay_us));
    json_object_set_new(memory, "elapsed_ms", json_integer(changes->elapsed_ms));
    json_object_set_new(memory, "by", json_string(by));
    return memory;
}

json_t *strobe_memory_reading_json(const struct strobe_memory_note *note, const struct strobe_memory_probe *last,
                                   const struct strobe_wire_memory *changes, const char *by, int64_t delay_us)
{
    json_t *frame = json_pack("{s:s%, s:s%, s:i}", "function", note->function, note->function_size, "file", note->file,
                              note->file_size, "line", note->line);
    json_t *memory = details(note, last, changes, by, delay_us);
    json_t *text = summary(last, changes);
    if (frame == NULL || memory == NULL || text == NULL) {
        json_decref(frame);
        json_decref(memory);
        json_decref(text);
        return NULL;
    }
    return json_pack("{s:i, s:o, s:{s:I}, s:[o], s:i, s:o, s:[], s:I, s:o, s:o}", "format", 1, "time",
                     time_text(note->time_us), "thread", "id", (json_int_t)note->thread, "frames", frame,
                     "frames_total", 1, "watches", watches_of(note, last, changes), "values", "capture_ns",
                     (json_int_t)(changes->held_us * 1000), "memory", memory, "text", text);
}
