/* Containers in the machine: making them, walking them, reading from them. */
#include "probes/expression/py/machine.h"

static int internal(struct strobe_machine *m, const char *what)
{
    return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_INTERNAL, "%s", what);
}

int strobe_run_make(struct strobe_machine *m, struct strobe_instruction instruction)
{
    static const enum strobe_value_kind kinds[STROBE_DISPLAY_COUNT] = {
        [STROBE_DISPLAY_LIST] = STROBE_VALUE_LIST,         [STROBE_DISPLAY_TUPLE] = STROBE_VALUE_TUPLE,
        [STROBE_DISPLAY_SET] = STROBE_VALUE_SET,           [STROBE_DISPLAY_DICT] = STROBE_VALUE_DICT,
        [STROBE_DISPLAY_ITERATOR] = STROBE_VALUE_ITERATOR,
    };
    enum { CAPACITY = 4 };
    enum strobe_value_kind kind = kinds[instruction.operand];
    bool is_table = kind == STROBE_VALUE_SET || kind == STROBE_VALUE_DICT;
    int status = is_table ? strobe_table_make(m->evaluation, kind, m->top)
                          : strobe_items_make(m->evaluation, kind, CAPACITY, m->top);
    m->top++;
    return status;
}

/* Put `value` into a container of ours that is being made. */
static int put(struct strobe_machine *m, struct strobe_value container, struct strobe_value value)
{
    switch (container.kind) {
    case STROBE_VALUE_LIST:
    case STROBE_VALUE_TUPLE:
    case STROBE_VALUE_ITERATOR:
        return strobe_items_append(m->evaluation, container.as.items, value);
    case STROBE_VALUE_SET:
        return strobe_table_set(m->evaluation, container.as.table, value, strobe_value_object(Py_None));
    default:
        return internal(m, "not a container of ours");
    }
}

int strobe_run_append(struct strobe_machine *m, struct strobe_instruction instruction)
{
    (void)instruction;
    m->top--;
    return put(m, m->top[-1], m->top[0]);
}

int strobe_run_insert(struct strobe_machine *m, struct strobe_instruction instruction)
{
    (void)instruction;
    m->top -= 2;
    if (m->top[-1].kind != STROBE_VALUE_DICT) {
        return internal(m, "not a dict of ours");
    }
    return strobe_table_set(m->evaluation, m->top[-1].as.table, m->top[0], m->top[1]);
}

int strobe_run_extend(struct strobe_machine *m, struct strobe_instruction instruction)
{
    struct strobe_iteration iteration;
    struct strobe_value value;
    (void)instruction;
    m->top--;
    int status = strobe_iteration_begin(m->evaluation, m->top[0], &iteration);
    while (status >= 0 && (status = strobe_iteration_next(m->evaluation, &iteration, &value)) > 0) {
        status = put(m, m->top[-1], value);
    }
    return status;
}

int strobe_run_update(struct strobe_machine *m, struct strobe_instruction instruction)
{
    struct strobe_iteration iteration;
    struct strobe_value key, value;
    (void)instruction;
    m->top--;
    if (m->top[-1].kind != STROBE_VALUE_DICT) {
        return internal(m, "not a dict of ours");
    }
    if (strobe_container_of(m->top[0]) != STROBE_CONTAINER_DICT) {
        return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_TYPE, "'%s' object is not a mapping",
                                      strobe_value_type_name(m->top[0]));
    }
    int status = strobe_iteration_begin(m->evaluation, m->top[0], &iteration);
    while (status >= 0 && (status = strobe_iteration_next(m->evaluation, &iteration, &key)) > 0) {
        status = strobe_dict_find(m->evaluation, m->top[0], key, &value);
        status = status > 0 ? strobe_table_set(m->evaluation, m->top[-1].as.table, key, value) : status;
    }
    return status;
}

int strobe_run_unpack(struct strobe_machine *m, struct strobe_instruction instruction)
{
    struct strobe_iteration iteration;
    struct strobe_value ignored;
    int wanted = instruction.operand;
    struct strobe_value *target = m->top - 1; /* the container's own place is the first result's */
    int status = strobe_iteration_begin(m->evaluation, *target, &iteration);
    int found = 0;
    while (status >= 0 && found < wanted &&
           (status = strobe_iteration_next(m->evaluation, &iteration, &target[wanted - 1 - found])) > 0) {
        found++;
    }
    if (status >= 0 && found < wanted) {
        return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_VALUE,
                                      "not enough values to unpack (expected %d, got %d)", wanted, found);
    }
    status = status < 0 ? status : strobe_iteration_next(m->evaluation, &iteration, &ignored);
    if (status > 0) {
        return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_VALUE, "too many values to unpack (expected %d)",
                                      wanted);
    }
    m->top = target + wanted;
    return status;
}

/* a, *rest, b: the first on top, as above. */
int strobe_run_unpack_rest(struct strobe_machine *m, struct strobe_instruction instruction)
{
    int before = instruction.operand, after = instruction.second;
    struct strobe_value *target = m->top - 1;
    struct strobe_value all, rest;
    int status = strobe_items_collect(m->evaluation, STROBE_VALUE_LIST, *target, &all);
    if (status < 0) {
        return status;
    }
    const struct strobe_items *items = all.as.items;
    Py_ssize_t in_rest = items->count - before - after;
    if (in_rest < 0) {
        return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_VALUE,
                                      "not enough values to unpack (expected at least %d, got %zd)", before + after,
                                      items->count);
    }
    status = strobe_items_make(m->evaluation, STROBE_VALUE_LIST, in_rest, &rest);
    for (Py_ssize_t i = 0; status >= 0 && i < in_rest; i++) {
        status = strobe_items_append(m->evaluation, rest.as.items, items->values[before + i]);
    }
    if (status < 0) {
        return status;
    }
    for (int i = 0; i < before; i++) {
        target[before + after - i] = items->values[i];
    }
    target[after] = rest;
    for (int i = 0; i < after; i++) {
        target[after - 1 - i] = items->values[before + in_rest + i];
    }
    m->top = target + before + 1 + after;
    return 0;
}

int strobe_run_slice(struct strobe_machine *m, struct strobe_instruction instruction)
{
    struct strobe_slice *slice = strobe_evaluation_take(m->evaluation, sizeof *slice);
    (void)instruction;
    if (slice == NULL) {
        return STROBE_ELIMIT;
    }
    m->top -= 2;
    *slice = (struct strobe_slice){m->top[-1], m->top[0], m->top[1]};
    m->top[-1] = (struct strobe_value){STROBE_VALUE_SLICE, {.slice = slice}};
    return 0;
}

int strobe_run_subscript(struct strobe_machine *m, struct strobe_instruction instruction)
{
    (void)instruction;
    m->top--;
    return strobe_value_subscript(m->evaluation, m->top[-1], m->top[0], &m->top[-1]);
}

int strobe_run_contains(struct strobe_machine *m, struct strobe_instruction instruction)
{
    bool found = false;
    m->top--;
    int status = strobe_value_contains(m->evaluation, m->top[0], m->top[-1], &found);
    m->top[-1] = strobe_value_bool(found != (instruction.operand != 0));
    return status;
}

int strobe_run_loop_begin(struct strobe_machine *m, struct strobe_instruction instruction)
{
    m->top--;
    return strobe_iteration_begin(m->evaluation, m->top[0], &m->loops[instruction.operand]);
}

int strobe_run_loop_next(struct strobe_machine *m, struct strobe_instruction instruction)
{
    int status = strobe_iteration_next(m->evaluation, &m->loops[instruction.operand], m->top);
    if (status > 0) {
        m->top++;
        return 0;
    }
    m->next = &m->expression->program.instructions[instruction.second];
    return status;
}
