#include "probes/py/passes.h"

#if PY_VERSION_HEX >= 0x030C0000 /* 3.11 has line events that need none of this */

/* The line of the LEAD at which this frame was, or 0; `*ret_frame`: this frame. Whatever follows a LEAD is a point, so
 * what was noted of a frame is forgotten at its next point. Notes of two frames that take turns between a LEAD and the
 * next instruction (a call in between) overwrite one another: a pass is counted twice then, and never lost. */
static int take_lead(struct strobe_site *site, const void **ret_frame)
{
    *ret_frame = strobe_frame_running(PyThreadState_Get(), site->code).internal;
    if (site->led_frame == NULL || site->led_frame != *ret_frame) {
        return 0;
    }
    site->led_frame = NULL;
    return site->led_line;
}

/* Any number of points, some of which may lead to others. Apart, so that the usual case does not pay for it. */
__attribute__((noinline)) static bool reach_points(struct strobe_dispatch *dispatch, struct strobe_site *site,
                                                   int offset)
{
    bool wanted = false;
    const void *frame = NULL;
    int led_line = site->points_lead ? take_lead(site, &frame) : 0;
    for (size_t i = strobe_code_points_at(site->points, site->points_count, offset);
         i < site->points_count && site->points[i].offset == offset; i++) {
        const struct strobe_point *point = &site->points[i];
        switch (point->kind) {
        case STROBE_POINT_BEGIN:
            wanted = led_line == point->line || strobe_dispatch_line(dispatch, site, point->line) || wanted;
            break;
        case STROBE_POINT_REPEAT:
            wanted = strobe_dispatch_line(dispatch, site, point->line) || wanted;
            break;
        case STROBE_POINT_LEAD:
            site->led_frame = frame;
            site->led_line = point->line;
            wanted = true;
            break;
        case STROBE_POINT_LANDING:
            wanted = true;
            break;
        }
    }
    return wanted;
}

bool strobe_passes_reach(struct strobe_dispatch *dispatch, struct strobe_site *site, int offset)
{
    const struct strobe_point *only = site->points;
    if (site->points_count != 1 || only->kind != STROBE_POINT_BEGIN || site->points_lead) {
        return reach_points(dispatch, site, offset);
    }
    return only->offset == offset && strobe_dispatch_line(dispatch, site, only->line);
}

#endif
