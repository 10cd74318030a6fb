#include "agent/agent.h"
#include "snapshot/py/capture.h"

/* In the program's thread, under the GIL: no Python object is made, nothing waits. */
bool strobe_agent_hit(void *user, const struct strobe_hit *hit)
{
    struct strobe_agent *agent = user;
    struct strobe_capture_context context = {.tag = hit->probe->tag, .line = hit->line, .tstate = hit->tstate};
    /* No queue: memory ran out in the child of a fork. */
    struct strobe_image *image = agent->queue != NULL ? strobe_capture(hit->frame, &context) : NULL;
    int status = image != NULL ? strobe_image_queue_push(agent->queue, image) : STROBE_ENOMEM;
    if (status < 0) {
        strobe_image_free(image);
        atomic_fetch_add_explicit(&agent->dropped, 1, memory_order_relaxed);
        return false;
    }
    if (status == 1 && agent->link != NULL) {
        strobe_link_wake(agent->link);
    }
    return true;
}
