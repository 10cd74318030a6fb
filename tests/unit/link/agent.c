#include "agent.h"

#include <cmocka.h>
#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define PATIENCE_S 60

static struct strobe_link *running; /* the latest agent's; used by the test's own thread */
static _Atomic int64_t passed_ns;

/* These three stand in for base/clock.c, which is then not linked. */

int64_t strobe_clock_monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec + atomic_load(&passed_ns);
}

int64_t strobe_clock_unix_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

int64_t strobe_clock_unix_ms(void)
{
    return strobe_clock_unix_us() / 1000;
}

void agent_pass_time(int64_t ms)
{
    atomic_fetch_add(&passed_ns, ms * 1000000);
    if (running != NULL) {
        strobe_link_wake(running);
    }
}

static void on_state(void *user, enum strobe_link_state state, const char *reason)
{
    struct agent *agent = user;
    pthread_mutex_lock(&agent->mutex);
    agent->state = state;
    agent->states++;
    snprintf(agent->reason, sizeof agent->reason, "%s", reason);
    pthread_cond_broadcast(&agent->changed);
    pthread_mutex_unlock(&agent->mutex);
}

static void on_message(void *user, struct strobe_wire_message *message)
{
    struct agent *agent = user;
    pthread_mutex_lock(&agent->mutex);
    agent->messages++;
    if (message->kind == STROBE_WIRE_KIND_PROBE_SET) {
        agent->probe_set = message->as.probe_set.version;
    }
    pthread_cond_broadcast(&agent->changed);
    pthread_mutex_unlock(&agent->mutex);
}

static int add_snapshot(struct agent *agent)
{
    char *filler = malloc(agent->snapshot_bytes + 1);
    memset(filler, 'x', agent->snapshot_bytes);
    filler[agent->snapshot_bytes] = '\0';
    struct strobe_wire_snapshot snapshot = {.probe = "p1", .probe_version = 1, .time_us = 7};
    snapshot.body = json_pack("{s:s}", "filler", filler);
    int status = strobe_link_add_snapshot(agent->link, &snapshot, NULL);
    json_decref(snapshot.body);
    free(filler);
    return status;
}

static void on_wake(void *user)
{
    struct agent *agent = user;
    pthread_mutex_lock(&agent->mutex);
    int count = agent->snapshots_to_add;
    agent->snapshots_to_add = 0;
    pthread_mutex_unlock(&agent->mutex);
    int status = 0;
    for (int i = 0; i < count; i++) {
        status = add_snapshot(agent);
    }
    pthread_mutex_lock(&agent->mutex);
    agent->wakes++;
    agent->add_status = count > 0 ? status : agent->add_status;
    pthread_cond_broadcast(&agent->changed);
    pthread_mutex_unlock(&agent->mutex);
}

static void on_tick(void *user)
{
    struct agent *agent = user;
    pthread_mutex_lock(&agent->mutex);
    agent->ticks++;
    pthread_cond_broadcast(&agent->changed);
    pthread_mutex_unlock(&agent->mutex);
}

void agent_start(struct agent *agent, const struct strobe_dsn *dsn)
{
    const struct strobe_wire_hello hello = {.instance = "0a1b2c",
                                            .service = "shop",
                                            .host = "here",
                                            .pid = getpid(),
                                            .python = "3.13.0",
                                            .engine = "monitoring",
                                            .agent_version = "0",
                                            .started_at_ms = 1};
    const struct strobe_link_handlers handlers = {
        .user = agent, .on_state = on_state, .on_message = on_message, .on_wake = on_wake, .on_tick = on_tick};
    struct strobe_error error = {0};
    memset(agent, 0, sizeof *agent);
    pthread_mutex_init(&agent->mutex, NULL);
    pthread_cond_init(&agent->changed, NULL);
    assert_int_equal(strobe_link_start(dsn, &hello, &handlers, &agent->link, &error), 0);
    running = agent->link;
}

static struct timespec deadline(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    return until;
}

/* The condition is looked at after each change; never hearing of it fails the test. */
#define WAIT_UNTIL(agent, condition)                                                     \
    do {                                                                                 \
        struct timespec until_ = deadline();                                             \
        int late_ = 0;                                                                   \
        pthread_mutex_lock(&(agent)->mutex);                                             \
        while (!(condition) && late_ == 0) {                                             \
            late_ = pthread_cond_timedwait(&(agent)->changed, &(agent)->mutex, &until_); \
        }                                                                                \
        bool holds_ = (condition);                                                       \
        pthread_mutex_unlock(&(agent)->mutex);                                           \
        assert_true(holds_);                                                             \
    } while (0)

void agent_expect_state(struct agent *agent, enum strobe_link_state state)
{
    WAIT_UNTIL(agent, agent->state == state && agent->states > 0);
}

void agent_expect_states(struct agent *agent, int states)
{
    WAIT_UNTIL(agent, agent->states >= states);
}

void agent_expect_probe_set(struct agent *agent, int64_t version)
{
    WAIT_UNTIL(agent, agent->probe_set == version);
}

void agent_add_snapshots(struct agent *agent, int count, size_t bytes)
{
    pthread_mutex_lock(&agent->mutex);
    int wakes = agent->wakes;
    agent->snapshots_to_add = count;
    agent->snapshot_bytes = bytes;
    pthread_mutex_unlock(&agent->mutex);
    strobe_link_wake(agent->link);
    WAIT_UNTIL(agent, agent->wakes > wakes && agent->snapshots_to_add == 0);
}

void agent_expect_acknowledged(struct agent *agent, uint64_t count)
{
    for (int i = 0; i < PATIENCE_S * 1000 && strobe_link_counters(agent->link).snapshots_acknowledged < count; i++) {
        usleep(1000);
    }
    assert_int_equal(strobe_link_counters(agent->link).snapshots_acknowledged, count);
}

void agent_stop(struct agent *agent, int flush_ms)
{
    running = NULL;
    strobe_link_stop(agent->link, flush_ms, "stop");
    agent->link = NULL;
    agent_done(agent);
}

void agent_done(struct agent *agent)
{
    pthread_mutex_destroy(&agent->mutex);
    pthread_cond_destroy(&agent->changed);
}

/** Read the name and the state ('S': asleep) of a thread of this process. */
static bool read_thread(const char *id, char ret_name[32], char *ret_state)
{
    char path[300], line[256] = "";
    snprintf(path, sizeof path, "/proc/self/task/%s/stat", id);
    FILE *file = fopen(path, "r");
    bool read = file != NULL && fgets(line, sizeof line, file) != NULL &&
                sscanf(line, "%*d (%31[^)]) %c", ret_name, ret_state) == 2;
    if (file != NULL) {
        fclose(file);
    }
    return read;
}

/** Link threads of this process, and how many of them are asleep. */
static int count_threads(int *ret_asleep)
{
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    *ret_asleep = 0;
    for (struct dirent *task = readdir(tasks); task != NULL; task = readdir(tasks)) {
        char name[32], state;
        if (read_thread(task->d_name, name, &state) && strcmp(name, "strobe-link") == 0) {
            count++;
            *ret_asleep += state == 'S';
        }
    }
    closedir(tasks);
    return count;
}

int agent_threads(void)
{
    int asleep;
    return count_threads(&asleep);
}

void agent_expect_no_threads(void)
{
    for (int i = 0; i < PATIENCE_S * 1000 && agent_threads() > 0; i++) {
        usleep(1000);
    }
    assert_int_equal(agent_threads(), 0);
}

bool agent_is_idle(int samples)
{
    for (int i = 0; i < samples; i++) {
        int asleep;
        if (count_threads(&asleep) != asleep) {
            return false;
        }
        usleep(1000);
    }
    return true;
}

void agent_expect_idle(void)
{
    bool idle = false;
    for (int i = 0; i < PATIENCE_S * 1000 && !idle; i++) {
        idle = agent_is_idle(30); /* once alone may be a mutex */
        usleep(1000);
    }
    assert_true(idle);
}
