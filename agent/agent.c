#include "agent/agent.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/bare_fork.h"
#include "agent/origin.h"
#include "agent/own_names.h"
#include "agent/redaction.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "snapshot/policy.h"
#include "snapshot/py/capture.h"
#include "strobe/limits.h"

/* ---- Identity ---- */

static int identity_init(struct strobe_identity *identity, const struct strobe_agent_options *options)
{
    identity->service = strdup(options->service);
    identity->command = strdup(options->command);
    identity->python = strdup(options->python);
    identity->started_at_ms = strobe_clock_unix_ms();
    if (identity->service == NULL || identity->command == NULL || identity->python == NULL) {
        return STROBE_ENOMEM;
    }
    return strobe_random_hex(identity->instance, STROBE_INSTANCE_DIGITS);
}

static void identity_done(struct strobe_identity *identity)
{
    free(identity->service);
    free(identity->command);
    free(identity->python);
}

/* ---- The parts that need Python ---- */

/* STROBE_BUDGET: percent of one core that all probes together may cost; what cannot be read is the default. */
static double options_budget(void)
{
    const char *text = getenv("STROBE_BUDGET");
    char *end = NULL;
    double percent = text != NULL ? strtod(text, &end) : 0.0;
    bool understood = text != NULL && end != text && (*end == '\0' || strcmp(end, "%") == 0);
    if (!understood || !(percent > 0.0 && percent <= 100.0)) {
        percent = STROBE_BUDGET_PERCENT_DEFAULT;
    }
    return percent / 100;
}

static bool is_quarantined(void *user, const char *id, int64_t version)
{
    return strobe_crash_marker_holds(&((struct strobe_agent *)user)->marker, id, version);
}

static void on_probes(void *user, struct strobe_probe *const *probes, size_t count)
{
    strobe_crash_marker_name(&((struct strobe_agent *)user)->marker, probes, count);
    strobe_board_publish(user, probes, count);
}

static int start_probes(struct strobe_agent *agent, struct strobe_error *error)
{
    struct strobe_registry_hooks hooks = {
        .user = agent,
        .is_secret = strobe_policy_is_secret,
        .is_quarantined = is_quarantined,
        .source_hash = strobe_source_hash,
        .on_probes = on_probes,
    };
    int status = strobe_code_index_start(&agent->index, strobe_worker_code_appeared, agent);
    if (status < 0) {
        return strobe_error_set(error, status, "the interpreter has no code watcher free for Stroboscope");
    }
    strobe_dispatch_init(&agent->dispatch, strobe_agent_hit, strobe_agent_line, strobe_worker_probe_ended, agent);
    agent->dispatch.text = strobe_agent_own_name;
    agent->dispatch.budget = options_budget();
    strobe_crash_marker_open(&agent->marker, agent->identity.service, agent->identity.instance);
    agent->dispatch.at_work = strobe_crash_marker_place(&agent->marker);
    strobe_registry_init(&agent->registry, &agent->dispatch, &agent->index, &hooks);
    agent->dispatch.engine = strobe_engine_get();
    struct strobe_error engine_error = {0};
    if (agent->dispatch.engine->start(&agent->dispatch, &engine_error) < 0) {
        /* Metrics and sources work without it; each probe says why it cannot be armed. */
        agent->registry.engine_error = engine_error;
        strobe_log(STROBE_LOG_WARNING, "no probes: %s", engine_error.message);
    }
    return 0;
}

static void stop_probes(struct strobe_agent *agent)
{
    if (agent->dispatch.engine == NULL) {
        return;
    }
    strobe_agent_lock_control(agent);
    strobe_registry_done(&agent->registry);
    agent->dispatch.engine->stop(&agent->dispatch);
    strobe_dispatch_done(&agent->dispatch);
    strobe_crash_marker_close(&agent->marker);
    strobe_code_index_stop(&agent->index);
    strobe_agent_unlock_control(agent);
    agent->dispatch.engine = NULL;
}

struct process_labels {
    char text[STROBE_PROCESS_LABELS_BYTES_MAX];
    char *items[STROBE_PROCESS_LABELS_MAX]; /* point into `text` */
    size_t count;
};

/* STROBE_LABELS: name=value, separated by commas. What has no name or value is left out. */
static void read_labels(struct process_labels *labels)
{
    const char *text = getenv("STROBE_LABELS");
    char *rest = labels->text;
    char *label;
    labels->count = 0;
    snprintf(labels->text, sizeof labels->text, "%s", text != NULL ? text : "");
    while ((label = strsep(&rest, ",")) != NULL && labels->count < STROBE_PROCESS_LABELS_MAX) {
        label += strspn(label, " ");
        char *equals = strchr(label, '=');
        if (equals != NULL && equals != label && equals[1] != '\0' && strlen(label) <= STROBE_NAME_BYTES_MAX) {
            labels->items[labels->count++] = label;
        }
    }
}

static int start_link(struct strobe_agent *agent, struct strobe_error *error)
{
    char host[256] = "unknown";
    gethostname(host, sizeof host - 1);
    struct process_labels labels;
    read_labels(&labels);
    struct strobe_wire_hello hello = {
        .instance = agent->identity.instance,
        .service = agent->identity.service,
        .host = host,
        .pid = getpid(),
        .python = agent->identity.python,
        .engine = (char *)agent->dispatch.engine->name,
        .agent_version = (char *)STROBE_VERSION,
        .command = agent->identity.command,
        .labels = labels.items,
        .labels_count = labels.count,
        .started_at_ms = agent->identity.started_at_ms,
    };
    struct strobe_link_handlers handlers = strobe_report_handlers(agent);
    return strobe_link_start(&agent->dsn, &hello, &handlers, &agent->link, error);
}

/* ---- Life ---- */

static int init_mail_locks(struct strobe_agent *agent)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    int failed = pthread_mutex_init(&agent->control_lock, NULL) | pthread_mutex_init(&agent->mail_lock, NULL) |
                 pthread_mutex_init(&agent->fork_lock, NULL) | pthread_cond_init(&agent->mail_ready, &attributes);
    pthread_condattr_destroy(&attributes);
    return failed ? STROBE_EINTERNAL : 0;
}

static void agent_free(struct strobe_agent *agent)
{
    strobe_image_queue_free(agent->queue);
    strobe_image_queue_free(agent->relay);
    strobe_board_done(&agent->board);
    strobe_dsn_done(&agent->dsn);
    identity_done(&agent->identity);
    free(agent);
}

int strobe_agent_start(const struct strobe_agent_options *options, struct strobe_agent **ret_agent,
                       struct strobe_error *error)
{
    struct strobe_dsn dsn = {0};
    if (options->dsn != NULL && strobe_dsn_parse(options->dsn, &dsn, error) < 0) {
        return STROBE_ESYNTAX;
    }
    struct strobe_agent *agent = calloc(1, sizeof *agent);
    if (agent == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    strobe_origin_read_environment();
    agent->has_dsn = options->dsn != NULL;
    agent->dsn = dsn;
    agent->queue = strobe_image_queue_new(STROBE_QUEUE_IMAGES_MAX, STROBE_QUEUE_BYTES_MAX);
    agent->relay = strobe_image_queue_new(STROBE_RELAY_LINES_MAX, STROBE_RELAY_BYTES_MAX);
    struct strobe_agent_options filled = *options;
    if (filled.service == NULL) {
        filled.service = agent->has_dsn && dsn.service[0] != '\0' ? dsn.service : "python";
    }
    int status = agent->queue != NULL ? identity_init(&agent->identity, &filled) : STROBE_ENOMEM;
    status = status < 0 ? status : init_mail_locks(agent);
    status = status < 0 ? status : strobe_dump_desk_init(&agent->dump_desk);
    status = status < 0 ? status : strobe_board_init(&agent->board);
    status = status < 0 ? status : strobe_capture_init();
    status = status < 0 ? status : start_probes(agent, error);
    strobe_memory_init(&agent->memory);
    strobe_dump_bare_init();
    status = status < 0 || !agent->has_dsn ? status : start_link(agent, error);
    status = status < 0 ? status : strobe_worker_start(agent);
    explicit_bzero(&dsn, sizeof dsn);
    if (status < 0) {
        strobe_agent_stop(agent);
        return strobe_error_set(error, status, "the agent could not start: %s", strobe_error_meaning(status));
    }
    agent->process = getpid();
    strobe_bare_fork_watch(agent);
    *ret_agent = agent;
    return 0;
}

void strobe_agent_stop(struct strobe_agent *agent)
{
    if (agent->stopping) {
        return;
    }
    agent->stopping = true;
    strobe_bare_fork_watch(NULL);
    Py_BEGIN_ALLOW_THREADS pthread_mutex_lock(&agent->fork_lock);
    Py_END_ALLOW_THREADS strobe_worker_stop(agent);
    stop_probes(agent);
    strobe_memory_done(&agent->memory);
    struct strobe_link *link = agent->link;
    if (link != NULL) {
        Py_BEGIN_ALLOW_THREADS if (agent->link_parked)
        {
            strobe_link_unpark(link); /* a fork just before the exit */
        }
        strobe_link_stop(link, STROBE_EXIT_FLUSH_MS_MAX, "exit");
        Py_END_ALLOW_THREADS agent->link = NULL;
    }
    strobe_capture_done();
    strobe_redaction_forget_hub();
    agent_free(agent);
}

void strobe_agent_lock_control(struct strobe_agent *agent)
{
    Py_BEGIN_ALLOW_THREADS pthread_mutex_lock(&agent->control_lock);
    Py_END_ALLOW_THREADS
}

void strobe_agent_unlock_control(struct strobe_agent *agent)
{
    pthread_mutex_unlock(&agent->control_lock);
}

/* ---- Forks ---- */

void strobe_agent_before_fork(struct strobe_agent *agent)
{
    Py_BEGIN_ALLOW_THREADS pthread_mutex_lock(&agent->fork_lock);
    Py_END_ALLOW_THREADS strobe_worker_stop(agent);
    agent->python_forks = true;
    /* Whoever uses the registry now must end first: its lock would be held for ever in the child. */
    strobe_agent_lock_control(agent);
    strobe_agent_unlock_control(agent);
    if (agent->link != NULL) {
        struct strobe_link *link = agent->link;
        Py_BEGIN_ALLOW_THREADS agent->link_parked = strobe_link_park(link, STROBE_FORK_PARK_MS_MAX) == 0;
        Py_END_ALLOW_THREADS
    }
}

void strobe_agent_after_fork_parent(struct strobe_agent *agent)
{
    agent->python_forks = false;
    pthread_mutex_unlock(&agent->fork_lock);
}

void strobe_agent_resume(struct strobe_agent *agent)
{
    if (pthread_mutex_trylock(&agent->fork_lock) != 0) {
        return;
    }
    if (agent->link != NULL && agent->link_parked) {
        agent->link_parked = false;
        if (strobe_link_unpark(agent->link) < 0) {
            strobe_log(STROBE_LOG_ERROR, "the link could not start again after a fork");
        }
    }
    if (!agent->worker_runs && strobe_worker_start(agent) < 0) {
        strobe_log(STROBE_LOG_ERROR, "the worker could not start again after a fork");
    }
    pthread_mutex_unlock(&agent->fork_lock);
}

/* Mail, queue and board as in a process that just started; probes that are armed stay. */
static int renew(struct strobe_agent *agent)
{
    struct strobe_image_queue *inherited = agent->queue;
    agent->queue = strobe_image_queue_new(STROBE_QUEUE_IMAGES_MAX, STROBE_QUEUE_BYTES_MAX);
    strobe_image_queue_free(inherited); /* the parent sends its own copy */
    strobe_image_queue_free(agent->relay);
    agent->relay = strobe_image_queue_new(STROBE_RELAY_LINES_MAX, STROBE_RELAY_BYTES_MAX);
    atomic_store(&agent->relay_thread, 0);
    memset(&agent->mail, 0, sizeof agent->mail);
    strobe_redaction_after_fork();
    pthread_mutex_init(&agent->board.lock, NULL);
    pthread_mutex_init(&agent->fork_lock, NULL);
    agent->board.set_version = 0;
    atomic_store(&agent->dropped, 0);
    atomic_store(&agent->dispatch.callback_ns, 0);
    agent->identity.started_at_ms = strobe_clock_unix_ms();
    atomic_store(&agent->gil_wanted_ns, 0);
    return init_mail_locks(agent) == 0 && strobe_dump_desk_init(&agent->dump_desk) == 0 && agent->queue != NULL
               ? strobe_random_hex(agent->identity.instance, STROBE_INSTANCE_DIGITS)
               : STROBE_ENOMEM;
}

void strobe_agent_after_fork_child(struct strobe_agent *agent)
{
    if (agent->link != NULL) {
        strobe_link_abandon(agent->link);
        agent->link = NULL;
    }
    agent->link_parked = false;
    agent->python_forks = false;
    agent->worker_works = false;
    agent->process = getpid();
    if (renew(agent) < 0) {
        strobe_log(STROBE_LOG_ERROR, "no agent in this child: out of memory");
        return;
    }
    strobe_crash_marker_after_fork(&agent->marker, agent->identity.instance);
    agent->dispatch.at_work = strobe_crash_marker_place(&agent->marker);
    strobe_registry_after_fork(&agent->registry);
    strobe_memory_after_fork(&agent->memory);
    strobe_board_unsent(&agent->board);
    struct strobe_error error = {0};
    if (agent->has_dsn && start_link(agent, &error) < 0) {
        strobe_log(STROBE_LOG_ERROR, "no link in this child: %s", error.message);
    }
    if (strobe_worker_start(agent) < 0) {
        strobe_log(STROBE_LOG_ERROR, "no worker in this child");
        return;
    }
    strobe_worker_code_appeared(agent); /* arm what had ended in the parent */
}
