#include "snapshot/policy.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot/glob.h"
#include "snapshot/policy_part.h"
#include "snapshot/redact.h"

enum {
    DENY_WORDS_MAX = 8,  /* of one entry of deny_names */
    LONG_OVERLAP = 64,   /* of the parts in which a long name is judged */
    READERS_WAITS = 1000 /* see strobe_policy_set() */
};

struct strobe_policy {
    atomic_uint references;
    unsigned serial;
    struct strobe_policy_part parts[STROBE_POLICY_SOURCES];
    size_t parts_count;
};

/* The built-in rules alone; never released. */
static struct strobe_policy built_in = {.references = 1};

static _Atomic(struct strobe_policy *) in_force = &built_in;
static atomic_uint readers; /* between reading `in_force` and counting the reference */

/* Types whose values are secrets whatever they are called. */
static const char *const secret_types[] = {
    "\1Crypto.PublicKey.*Key",
    "\1Cryptodome.PublicKey.*Key",
    "\1_hashlib.HMAC",
    "\1_ssl._SSLContext",
    "\1aiohttp.helpers.BasicAuth",
    "\1azure.*Credential",
    "\1botocore.credentials.*Credentials",
    "\1cryptography.*PrivateKey",
    "\1cryptography.*PrivateNumbers",
    "\1cryptography.fernet.*",
    "\1django.contrib.sessions.*.Session*",
    "\1flask.sessions.SecureCookieSession",
    "\1google.*.Credentials",
    "\1hmac.HMAC",
    "\1http.cookiejar.Cookie*",
    "\1http.cookies.*",
    "\1httpx.*Auth",
    "\1jwt.api_jwk.PyJWK",
    "\1paramiko.*Key",
    "\1pydantic.types.Secret*",
    "\1pydantic.types._Secret*",
    "\1requests.auth.*",
    "\1requests.cookies.*",
    "\1ssl.SSLContext",
    "\1starlette.datastructures.Secret",
    "\1urllib.request.HTTPPasswordMgr*",
};

/* By the bits of the allow lists on which a name does not stand. Found by pointer. */
static const char unlisted_rules[][16] = {"", "\2allow list", "\2allow list", "\2allow list"};

/* ---- Life ---- */

int strobe_policy_new(const json_t *hub, const json_t *process, struct strobe_policy **ret_policy,
                      struct strobe_error *error)
{
    static atomic_uint serials;
    const json_t *documents[STROBE_POLICY_SOURCES] = {hub, process};
    struct strobe_policy *policy = calloc(1, sizeof *policy);
    if (policy == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    atomic_init(&policy->references, 1);
    policy->serial = atomic_fetch_add(&serials, 1) + 1;
    for (int i = 0; i < STROBE_POLICY_SOURCES; i++) {
        if (documents[i] == NULL || json_is_null(documents[i])) {
            continue;
        }
        int status = strobe_policy_part_init(&policy->parts[policy->parts_count++], (enum strobe_policy_source)i,
                                             documents[i], error);
        if (status < 0) {
            strobe_policy_unref(policy);
            return status;
        }
    }
    *ret_policy = policy;
    return 0;
}

struct strobe_policy *strobe_policy_ref(struct strobe_policy *policy)
{
    atomic_fetch_add_explicit(&policy->references, 1, memory_order_relaxed);
    return policy;
}

void strobe_policy_unref(struct strobe_policy *policy)
{
    if (policy == NULL || atomic_fetch_sub_explicit(&policy->references, 1, memory_order_acq_rel) != 1 ||
        policy == &built_in) {
        return;
    }
    for (size_t i = 0; i < policy->parts_count; i++) {
        strobe_policy_part_done(&policy->parts[i]);
    }
    free(policy);
}

struct strobe_policy *strobe_policy_current(void)
{
    atomic_fetch_add(&readers, 1); /* before the load: strobe_policy_set() looks at it after its exchange */
    struct strobe_policy *policy = strobe_policy_ref(atomic_load(&in_force));
    atomic_fetch_sub(&readers, 1);
    return policy;
}

/*
 * The old policy loses its reference once no reader stands between loading the pointer and counting itself: three
 * instructions, so the wait is short. A reader that never comes back (a thread that a fork left behind) must not hold
 * anybody up: then the old policy stays allocated.
 */
void strobe_policy_set(struct strobe_policy *policy)
{
    struct strobe_policy *old = atomic_exchange(&in_force, policy != NULL ? policy : strobe_policy_ref(&built_in));
    for (int i = 0; i < READERS_WAITS; i++) {
        if (atomic_load(&readers) == 0) {
            strobe_policy_unref(old);
            return;
        }
        sched_yield();
    }
}

unsigned strobe_policy_serial(const struct strobe_policy *policy)
{
    return policy->serial;
}

bool strobe_policy_is_secret(const char *name, size_t size)
{
    struct strobe_policy *policy = strobe_policy_current();
    bool secret = strobe_policy_name(policy, name, size) != NULL;
    strobe_policy_unref(policy);
    return secret;
}

/* ---- Names ---- */

/* Whether the run without the ending of a plural is an entry. */
static const struct strobe_policy_entry *find_word(const struct strobe_policy_list *list, const char *text, size_t size)
{
    const struct strobe_policy_list plain = {list->entries, list->plain_count, list->plain_count};
    const struct strobe_policy_entry *entry = strobe_policy_list_find(&plain, text, size);
    if (entry == NULL && size > 3 && text[size - 1] == 's') {
        entry = strobe_policy_list_find(&plain, text, size - 1);
    }
    return entry;
}

static const char *find_denied(const struct strobe_policy_list *list, const struct strobe_words *words)
{
    size_t size;
    for (int from = 0; list->plain_count > 0 && from < words->count; from++) {
        for (int to = from; to < words->count && to < from + DENY_WORDS_MAX; to++) {
            const char *text = strobe_words_run(words, from, to, &size);
            const struct strobe_policy_entry *entry = find_word(list, text, size);
            if (entry != NULL) {
                return entry->rule;
            }
        }
    }
    for (size_t i = list->plain_count; i < list->count; i++) {
        if (strobe_glob_fits(list->entries[i].key, words->text, words->start[words->count])) {
            return list->entries[i].rule;
        }
    }
    return NULL;
}

/* A long name is judged in parts that overlap, as strobe_redact_name() does. */
static const char *denied_name(const struct strobe_policy_list *list, const char *name, size_t size)
{
    const char *rule = NULL;
    while (list->count > 0 && rule == NULL) {
        struct strobe_words words;
        strobe_words_split(&words, name, size);
        rule = find_denied(list, &words);
        if (size <= STROBE_WORDS_BYTES_MAX) {
            break;
        }
        name += STROBE_WORDS_BYTES_MAX - LONG_OVERLAP;
        size -= STROBE_WORDS_BYTES_MAX - LONG_OVERLAP;
    }
    return rule;
}

/* Whether the whole name stands on the list; a longer one than can be looked at does not. */
static bool stands_on(const struct strobe_policy_list *list, const char *name, size_t size)
{
    struct strobe_words words;
    if (list->count == 0 || size > STROBE_WORDS_BYTES_MAX) {
        return false;
    }
    strobe_words_split(&words, name, size);
    return strobe_policy_list_find(list, words.text, words.start[words.count]) != NULL;
}

/* `ours`: what the built-in rules say. */
static const char *judge_name(const struct strobe_policy *policy, const char *name, size_t size, const char *ours)
{
    unsigned unlisted = 0;
    if (policy->parts_count == 0) {
        return ours;
    }
    for (size_t i = 0; i < policy->parts_count; i++) {
        const struct strobe_policy_part *part = &policy->parts[i];
        const char *rule = denied_name(&part->deny_names, name, size);
        rule = rule != NULL ? rule : ours;
        if (rule != NULL && !stands_on(&part->except_names, name, size)) {
            return rule;
        }
        if (part->allow_list && !stands_on(&part->allow_names, name, size)) {
            unlisted |= 1U << i;
        }
    }
    return unlisted != 0 ? unlisted_rules[unlisted] : NULL;
}

const char *strobe_policy_name(const struct strobe_policy *policy, const char *name, size_t size)
{
    return judge_name(policy, name, size, strobe_redact_name(name, size));
}

const char *strobe_policy_own_name(const struct strobe_policy *policy, const char *name, size_t size)
{
    return judge_name(policy, name, size, NULL);
}

/* ---- Types ---- */

static bool is_excepted(const struct strobe_policy_part *part, const struct strobe_type_text *own,
                        const struct strobe_type_text *denied)
{
    return strobe_policy_list_find(&part->except_types, own->text, own->size) != NULL ||
           strobe_policy_list_find(&part->except_types, denied->text, denied->size) != NULL;
}

static const char *built_in_type(const struct strobe_type_text *name)
{
    for (size_t i = 0; i < sizeof secret_types / sizeof secret_types[0]; i++) {
        const char *glob = secret_types[i] + 1;
        if (glob[0] == name->text[0] && strobe_glob_fits(glob, name->text, name->size)) {
            return secret_types[i];
        }
    }
    return NULL;
}

static const char *denied_type(const struct strobe_policy_part *part, const struct strobe_type_text *name)
{
    const struct strobe_policy_entry *entry = strobe_policy_list_find(&part->deny_types, name->text, name->size);
    return entry != NULL ? entry->rule : built_in_type(name);
}

static bool is_listed(const struct strobe_policy_part *part, const struct strobe_type_text *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool everything = names[i].size == strlen("object") && memcmp(names[i].text, "object", names[i].size) == 0;
        if (!everything && strobe_policy_list_find(&part->allow_types, names[i].text, names[i].size) != NULL) {
            return true;
        }
    }
    return false;
}

static const char *judge_type(const struct strobe_policy_part *part, const struct strobe_type_text *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *rule = names[i].size > 0 ? denied_type(part, &names[i]) : NULL;
        if (rule != NULL && !is_excepted(part, &names[0], &names[i])) {
            return rule;
        }
    }
    return NULL;
}

struct strobe_type_verdict strobe_policy_type(const struct strobe_policy *policy, const struct strobe_type_text *names,
                                              size_t count)
{
    static const struct strobe_policy_part nothing;
    struct strobe_type_verdict verdict = {NULL, 0};
    if (policy->parts_count == 0) {
        verdict.rule = judge_type(&nothing, names, count);
    }
    for (size_t i = 0; i < policy->parts_count; i++) {
        const struct strobe_policy_part *part = &policy->parts[i];
        verdict.rule = verdict.rule != NULL ? verdict.rule : judge_type(part, names, count);
        if (part->allow_list && is_listed(part, names, count)) {
            verdict.listed |= 1U << i;
        }
    }
    return verdict;
}

bool strobe_policy_judges_builtins(const struct strobe_policy *policy)
{
    for (size_t i = 0; i < policy->parts_count; i++) {
        if (policy->parts[i].deny_types.count > 0 || policy->parts[i].allow_list) {
            return true;
        }
    }
    return false;
}

const char *strobe_policy_combine(const char *rule, const struct strobe_type_verdict *type)
{
    bool unlisted = rule != NULL && rule[0] == STROBE_RULE_UNLISTED;
    if (rule != NULL && !unlisted) {
        return rule;
    }
    if (type->rule != NULL || !unlisted) {
        return type->rule;
    }
    for (unsigned bits = 1; bits < sizeof unlisted_rules / sizeof unlisted_rules[0]; bits++) {
        if (rule == unlisted_rules[bits] && (bits & ~type->listed) == 0) {
            return NULL;
        }
    }
    return rule;
}

/* ---- Patterns ---- */

bool strobe_policy_excepts_pattern(const struct strobe_policy *policy, const char *rule)
{
    for (size_t i = 0; i < policy->parts_count; i++) {
        if (strobe_policy_list_find(&policy->parts[i].except_patterns, rule, strlen(rule)) == NULL) {
            return false;
        }
    }
    return policy->parts_count > 0;
}

bool strobe_policy_wants_emails(const struct strobe_policy *policy)
{
    return (policy->parts_count > 0 && policy->parts[0].emails) || (policy->parts_count > 1 && policy->parts[1].emails);
}

bool strobe_policy_has_patterns(const struct strobe_policy *policy)
{
    return (policy->parts_count > 0 && policy->parts[0].patterns_count > 0) ||
           (policy->parts_count > 1 && policy->parts[1].patterns_count > 0);
}

const char *strobe_policy_match(const struct strobe_policy *policy, const char *text, size_t size)
{
    for (size_t i = 0; i < policy->parts_count; i++) {
        const struct strobe_policy_part *part = &policy->parts[i];
        for (size_t k = 0; k < part->patterns_count; k++) {
            if (strobe_policy_pattern_matches(&part->patterns[k], text, size)) {
                return part->patterns[k].rule;
            }
        }
    }
    return NULL;
}

/* ---- For people ---- */

static bool has_rule(const struct strobe_policy_list *list, const char *rule)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->entries[i].rule == rule) {
            return true;
        }
    }
    return false;
}

static bool is_rule_of(const struct strobe_policy_part *part, const char *rule)
{
    for (size_t i = 0; i < part->patterns_count; i++) {
        if (part->patterns[i].rule == rule) {
            return true;
        }
    }
    return has_rule(&part->deny_names, rule) || has_rule(&part->deny_types, rule);
}

const char *strobe_policy_origin(const struct strobe_policy *policy, const char *rule)
{
    static const char *const names[STROBE_POLICY_SOURCES] = {"hub", "process"};
    for (size_t i = 0; i < policy->parts_count; i++) {
        bool by_list = rule == unlisted_rules[1U << i] || rule == unlisted_rules[3];
        if (by_list || is_rule_of(&policy->parts[i], rule)) {
            return names[policy->parts[i].source];
        }
    }
    return "built in";
}

const char *strobe_rule_text(const char *rule)
{
    return rule[0] == STROBE_RULE_TYPE || rule[0] == STROBE_RULE_UNLISTED ? rule + 1 : rule;
}
