#include "hub/targets.h"

#include <string.h>

bool strobe_target_chooses(const struct strobe_wire_target *target)
{
    return target->instances_count > 0 || target->labels_count > 0;
}

static bool is_named(const struct strobe_wire_target *target, const char *id)
{
    for (size_t i = 0; i < target->instances_count; i++) {
        if (strncmp(id, target->instances[i], strlen(target->instances[i])) == 0) {
            return true;
        }
    }
    return target->instances_count == 0;
}

static bool has_label(const struct strobe_wire_instance *instance, const char *label)
{
    for (size_t i = 0; i < instance->labels_count; i++) {
        if (strcmp(instance->labels[i], label) == 0) {
            return true;
        }
    }
    return false;
}

bool strobe_target_meets(const struct strobe_wire_target *target, const struct strobe_wire_instance *instance)
{
    for (size_t i = 0; i < target->labels_count; i++) {
        if (!has_label(instance, target->labels[i])) {
            return false;
        }
    }
    return is_named(target, instance->id);
}
