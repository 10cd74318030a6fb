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

static void summarise(struct strobe_site *site)
{
    site->lines_mask = 0;
    site->events = 0;
    for (size_t i = 0; i < site->armed_count; i++) {
        site->events |= 1U << site->armed[i].event;
        if (site->armed[i].event == STROBE_EVENT_LINE) {
            site->lines_mask |= 1UL << (site->armed[i].line & 63);
        }
    }
}

static int16_t *make_binding(const struct strobe_condition *condition, PyCodeObject *code)
{
    int16_t *binding = calloc((size_t)condition->program.names_count + 1, sizeof *binding);
    if (binding != NULL) {
        strobe_condition_bind(condition, code, binding);
    }
    return binding;
}

int strobe_site_add(struct strobe_site *site, enum strobe_event event, int line, struct strobe_probe *probe,
                    const struct strobe_condition *condition)
{
    int16_t *binding = condition != NULL ? make_binding(condition, site->code) : NULL;
    if (condition != NULL && binding == NULL) {
        return STROBE_ENOMEM;
    }
    struct strobe_armed *armed = realloc(site->armed, (site->armed_count + 1) * sizeof *armed);
    if (armed == NULL) {
        free(binding);
        return STROBE_ENOMEM;
    }
    site->armed = armed;
    armed[site->armed_count++] = (struct strobe_armed){event, line, strobe_probe_ref(probe), condition, binding};
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

bool strobe_site_has(const struct strobe_site *site, const struct strobe_probe *probe)
{
    for (size_t i = 0; i < site->armed_count; i++) {
        if (site->armed[i].probe == probe) {
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
