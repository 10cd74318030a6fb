#include "probes/py/site.h"

#include <stdlib.h>

#include "strobe/error.h"

struct strobe_site *strobe_site_new(PyCodeObject *code)
{
    struct strobe_site *site = calloc(1, sizeof *site);
    if (site != NULL) {
        site->code = (PyCodeObject *)Py_NewRef(code);
    }
    return site;
}

static void armed_done(struct strobe_armed *armed)
{
    strobe_probe_unref(armed->probe);
    free(armed->binding);
}

void strobe_site_free(struct strobe_site *site)
{
    for (size_t i = 0; i < site->armed_count; i++) {
        armed_done(&site->armed[i]);
    }
    free(site->armed);
    free(site->points);
    Py_DECREF(site->code);
    free(site);
}

static size_t count_at(const struct strobe_site *site, int line)
{
    size_t count = 0;
    for (size_t i = 0; i < site->armed_count; i++) {
        count += site->armed[i].event == STROBE_EVENT_LINE && site->armed[i].line == line;
    }
    return count;
}

static void summarise(struct strobe_site *site)
{
    site->lines_mask = 0;
    site->events = 0;
    for (size_t i = 0; i < site->armed_count; i++) {
        struct strobe_armed *armed = &site->armed[i];
        site->events |= 1U << armed->event;
        armed->plain = false;
        if (armed->event == STROBE_EVENT_LINE) {
            site->lines_mask |= 1UL << (armed->line & 63);
            armed->plain =
                armed->condition != NULL && armed->role == STROBE_ROLE_ACT && count_at(site, armed->line) == 1;
        }
    }
}

int strobe_site_add(struct strobe_site *site, const struct strobe_stand *stand)
{
    int16_t *binding = strobe_script_bind(stand->script, site->code);
    struct strobe_armed *armed = realloc(site->armed, (site->armed_count + 1) * sizeof *armed);
    if (armed != NULL) {
        site->armed = armed;
    }
    if (binding == NULL || armed == NULL) {
        free(binding);
        return STROBE_ENOMEM;
    }
    armed[site->armed_count++] = (struct strobe_armed){.event = stand->event,
                                                       .line = stand->line,
                                                       .probe = strobe_probe_ref(stand->probe),
                                                       .role = stand->role,
                                                       .condition = stand->script->condition,
                                                       .script = stand->script,
                                                       .binding = binding};
    if (stand->script->condition != NULL) {
        armed[site->armed_count - 1].quick = strobe_quick_bind(&stand->script->condition->prefilter, binding);
    }
    summarise(site);
    return 0;
}

bool strobe_site_drop(struct strobe_site *site, const struct strobe_probe *probe)
{
    size_t kept = 0;
    for (size_t i = 0; i < site->armed_count; i++) {
        if (site->armed[i].probe == probe) {
            armed_done(&site->armed[i]);
        } else {
            site->armed[kept++] = site->armed[i];
        }
    }
    bool dropped = kept != site->armed_count;
    site->armed_count = kept;
    summarise(site);
    return dropped;
}

bool strobe_site_has(const struct strobe_site *site, const struct strobe_probe *probe, enum strobe_role role)
{
    for (size_t i = 0; i < site->armed_count; i++) {
        if (site->armed[i].probe == probe && site->armed[i].role == role) {
            return true;
        }
    }
    return false;
}

static int compare_lines(const void *a, const void *b)
{
    return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

int *strobe_site_lines(const struct strobe_site *site, size_t *ret_count)
{
    int *lines = calloc(site->armed_count + 1, sizeof *lines);
    size_t count = 0;
    for (size_t i = 0; lines != NULL && i < site->armed_count; i++) {
        if (site->armed[i].event == STROBE_EVENT_LINE) {
            lines[count++] = site->armed[i].line;
        }
    }
    if (lines != NULL) {
        qsort(lines, count, sizeof *lines, compare_lines);
        *ret_count = count;
    }
    return lines;
}
