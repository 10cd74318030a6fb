/* probes/ID/metrics */
#include "hub/api.h"
#include "hub/metrics.h"
#include "hub/probe_table.h"

static void add_view(void *user, const struct strobe_wire_metric_view *view)
{
    json_array_append_new(user, strobe_wire_struct_to_json(&strobe_wire_metric_view_struct, view, NULL));
}

void strobe_api_probe_metrics(const struct strobe_api_call *call)
{
    if (strobe_probe_table_find(call->hub->probes, call->part) == NULL) {
        strobe_api_fail(call->exchange, 404, "not_found", "no probe has this id");
        return;
    }
    json_t *list = json_array();
    strobe_metrics_visit(call->hub->metrics, call->part, add_view, list);
    strobe_api_answer_json(call->exchange, 200, json_pack("{s:o}", "metrics", list));
}
