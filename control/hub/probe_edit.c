#include "hub/probe_edit.h"

#include <string.h>

/* Editing happens on the probe's JSON, so that the codec alone knows its members and their rules. */

static int from_json(json_t *json, struct strobe_wire_probe *ret_probe, struct strobe_error *error)
{
    struct strobe_error detail = {0};
    int status = strobe_wire_struct_from_json(&strobe_wire_probe_struct, json, ret_probe, &detail);
    json_decref(json);
    if (status == STROBE_ENOMEM) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    return status < 0 ? strobe_error_set(error, STROBE_EINVAL, "%s", detail.message) : 0;
}

/* Members of the object `changes` replace those of member `name`; null removes one. */
static int merge(json_t *probe, const char *name, const json_t *changes, struct strobe_error *error)
{
    if (changes == NULL || json_is_null(changes)) {
        return 0;
    }
    if (!json_is_object(changes)) {
        return strobe_error_set(error, STROBE_EINVAL, "'%s' must be an object with the members to change", name);
    }
    json_t *members = json_object_get(probe, name);
    if (members == NULL) {
        members = json_object();
        json_object_set_new(probe, name, members);
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)changes, key, value)
    {
        int failed = json_is_null(value) ? json_object_del(members, key) * 0 : json_object_set(members, key, value);
        if (failed != 0) {
            return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
        }
    }
    return 0;
}

static json_t *to_json(const struct strobe_wire_probe *probe, struct strobe_error *error)
{
    json_t *json = strobe_wire_struct_to_json(&strobe_wire_probe_struct, probe, error);
    if (json == NULL) {
        strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    return json;
}

int strobe_probe_edit_apply(const struct strobe_wire_probe *probe, const struct strobe_wire_probe_edit *edit,
                            struct strobe_wire_probe *ret_probe, struct strobe_error *error)
{
    json_t *json = to_json(probe, error);
    if (json == NULL) {
        return STROBE_ENOMEM;
    }
    int status = merge(json, "limits", edit->limits, error);
    if (status == 0) {
        status = merge(json, "options", edit->options, error);
    }
    if (status < 0) {
        json_decref(json);
        return status;
    }
    if (edit->condition != NULL) {
        json_object_set_new(json, "condition", json_string(edit->condition));
    }
    return from_json(json, ret_probe, error);
}

int strobe_probe_edit_narrow(const struct strobe_wire_probe *probe, const char *instance,
                             struct strobe_wire_probe *ret_probe, struct strobe_error *error)
{
    json_t *json = to_json(probe, error);
    if (json == NULL) {
        return STROBE_ENOMEM;
    }
    json_object_set_new(json, "target", json_pack("{s:[s]}", "instances", instance));
    return from_json(json, ret_probe, error);
}
