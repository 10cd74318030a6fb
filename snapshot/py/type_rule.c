#include "snapshot/py/type_rule.h"

#include <string.h>

#include "snapshot/py/type_name.h"

enum {
    VERDICTS = 512, /* a power of two */
    BASES_MAX = 32,
    NAMES_BYTES = 4096,
    JUDGE_COST = 10 /* of each base, as strobe_walk_spend() counts */
};

/*
 * A judgement about a type. The interpreter gives each state of each type a version tag of its own and never gives one
 * twice, so a type that took the place of another is not mistaken for it.
 */
struct remembered {
    const PyTypeObject *type;
    unsigned tag;
    struct strobe_type_verdict verdict;
};

/* Captures run one at a time, under the GIL. */
static struct strobe_policy *policy;
static struct remembered remembered[VERDICTS];

void strobe_capture_policy_begin(void)
{
    struct strobe_policy *current = strobe_policy_current();
    if (current != policy) {
        memset(remembered, 0, sizeof remembered);
    }
    strobe_policy_unref(policy);
    policy = current;
}

const struct strobe_policy *strobe_capture_policy(void)
{
    return policy;
}

void strobe_capture_policy_done(void)
{
    strobe_policy_unref(policy);
    policy = NULL;
}

/* The names of a type and its bases, from the strings that are stored in them. */
static struct strobe_type_verdict judge(struct strobe_walk *walk, PyTypeObject *type)
{
    char bytes[NAMES_BYTES];
    struct strobe_type_text names[BASES_MAX];
    PyObject *mro = type->tp_mro;
    size_t used = 0, count = 0;
    Py_ssize_t bases = mro != NULL && PyTuple_CheckExact(mro) ? PyTuple_GET_SIZE(mro) : 0;
    for (Py_ssize_t i = 0; i < bases && count < BASES_MAX && used + STROBE_TYPE_NAME_BYTES <= sizeof bytes; i++) {
        PyObject *base = PyTuple_GET_ITEM(mro, i);
        if (PyType_Check(base) && base != (PyObject *)&PyBaseObject_Type) {
            size_t size = strobe_type_name((PyTypeObject *)base, bytes + used);
            names[count++] = (struct strobe_type_text){bytes + used, size};
            used += size;
        }
    }
    strobe_walk_spend(walk, count * JUDGE_COST);
    return count > 0 ? strobe_policy_type(policy, names, count) : (struct strobe_type_verdict){NULL, 0};
}

static struct strobe_type_verdict verdict_of(struct strobe_walk *walk, PyTypeObject *type)
{
    unsigned tag = type->tp_version_tag;
    struct remembered *place = &remembered[((uintptr_t)type >> 5) & (VERDICTS - 1)];
    if (tag != 0 && place->type == type && place->tag == tag) {
        return place->verdict;
    }
    struct strobe_type_verdict verdict = judge(walk, type);
    if (tag != 0) {
        *place = (struct remembered){type, tag, verdict};
    }
    return verdict;
}

const char *strobe_type_rule(struct strobe_walk *walk, PyObject *object, const char *rule)
{
    PyTypeObject *type = Py_TYPE(object);
    if (policy == NULL || (rule != NULL && rule[0] != STROBE_RULE_UNLISTED) ||
        (!PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) && !strobe_policy_judges_builtins(policy))) {
        return rule;
    }
    struct strobe_type_verdict verdict = verdict_of(walk, type);
    return strobe_policy_combine(rule, &verdict);
}
