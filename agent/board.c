#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/redaction.h"

int strobe_board_init(struct strobe_board *board)
{
    memset(board, 0, sizeof *board);
    return pthread_mutex_init(&board->lock, NULL) == 0 ? 0 : STROBE_EINTERNAL;
}

void strobe_board_done(struct strobe_board *board)
{
    for (size_t i = 0; i < board->count; i++) {
        strobe_probe_unref(board->probes[i]);
    }
    for (size_t i = 0; i < STROBE_BOARD_RETIRED_MAX; i++) {
        strobe_probe_unref(board->retired[i]);
    }
    free(board->probes);
    free(board->sent);
    memset(board, 0, sizeof *board);
}

static bool stands_in(const struct strobe_probe *probe, struct strobe_probe *const *probes, size_t count,
                      size_t *ret_at)
{
    for (size_t i = 0; i < count; i++) {
        if (probes[i] == probe) {
            *ret_at = i;
            return true;
        }
    }
    return false;
}

/* Keep a probe that was removed until so many others were. Takes over the reference. */
static void retire(struct strobe_board *board, struct strobe_probe *probe)
{
    strobe_probe_unref(board->retired[board->retired_next]);
    board->retired[board->retired_next] = probe;
    board->retired_next = (board->retired_next + 1) % STROBE_BOARD_RETIRED_MAX;
}

void strobe_board_publish(void *user, struct strobe_probe *const *probes, size_t count)
{
    struct strobe_board *board = &((struct strobe_agent *)user)->board;
    struct strobe_probe **fresh = calloc(count + 1, sizeof *fresh);
    struct strobe_board_sent *sent = calloc(count + 1, sizeof *sent);
    if (fresh == NULL || sent == NULL) {
        free(fresh);
        free(sent);
        return; /* the hub keeps seeing the old list until the next change */
    }
    pthread_mutex_lock(&board->lock);
    for (size_t i = 0; i < count; i++) {
        size_t at;
        fresh[i] = strobe_probe_ref(probes[i]);
        if (stands_in(probes[i], board->probes, board->count, &at)) {
            sent[i] = board->sent[at];
        }
    }
    for (size_t i = 0; i < board->count; i++) {
        size_t at;
        if (stands_in(board->probes[i], probes, count, &at)) {
            strobe_probe_unref(board->probes[i]);
        } else {
            retire(board, board->probes[i]);
        }
    }
    free(board->probes);
    free(board->sent);
    board->probes = fresh;
    board->sent = sent;
    board->count = count;
    pthread_mutex_unlock(&board->lock);
}

struct strobe_probe *strobe_board_find(struct strobe_board *board, uint64_t tag)
{
    struct strobe_probe *found = NULL;
    pthread_mutex_lock(&board->lock);
    for (size_t i = 0; found == NULL && i < board->count; i++) {
        found = board->probes[i]->tag == tag ? board->probes[i] : NULL;
    }
    for (size_t i = 0; found == NULL && i < STROBE_BOARD_RETIRED_MAX; i++) {
        found = board->retired[i] != NULL && board->retired[i]->tag == tag ? board->retired[i] : NULL;
    }
    if (found != NULL) {
        strobe_probe_ref(found);
    }
    pthread_mutex_unlock(&board->lock);
    return found;
}

void strobe_board_unsent(struct strobe_board *board)
{
    pthread_mutex_lock(&board->lock);
    if (board->count > 0) {
        memset(board->sent, 0, board->count * sizeof *board->sent);
    }
    pthread_mutex_unlock(&board->lock);
}

static uint64_t gates_sum(const struct strobe_probe *probe)
{
    uint64_t sum = 0;
#define ADD(name) sum += atomic_load_explicit(&probe->gates.name, memory_order_relaxed);
    STROBE_GATES(ADD)
#undef ADD
    return sum;
}

/* A copy for the wire; NULL stays for what is empty. @return whether memory sufficed */
static bool copy_text(const char *text, char **ret_copy)
{
    *ret_copy = text[0] != '\0' ? strdup(text) : NULL;
    return *ret_copy != NULL || text[0] == '\0';
}

/* Names were looked at when the condition was compiled; here what a value looks like. */
static void hide_secrets(char *text, size_t size)
{
    char rule[STROBE_REDACTION_RULE_BYTES];
    if (strobe_redaction_hides(text, strlen(text), true, rule)) {
        snprintf(text, size, "(redacted: %s)", rule);
    }
}

int strobe_board_state(struct strobe_probe *probe, struct strobe_wire_probe_state *ret_state)
{
    struct strobe_probe_status *status = malloc(sizeof *status);
    struct strobe_wire_probe_state state = {.probe_version = atomic_load(&probe->version)};
    if (status == NULL) {
        return STROBE_ENOMEM;
    }
    strobe_probe_get_status(probe, status);
    bool copied = copy_text(probe->id, &state.probe);
    copied &= copy_text(strobe_probe_state_name(status->state), &state.state);
    copied &= copy_text(status->reason, &state.reason);
    copied &= copy_text(status->message, &state.message);
    copied &= copy_text(status->file, &state.file);
    copied &= copy_text(status->source_sha256, &state.source_sha256);
    hide_secrets(status->last_values, sizeof status->last_values);
    copied &= copy_text(status->last_values, &state.last_values);
    state.cost_ns = (int64_t)atomic_load_explicit(&probe->cost_ns, memory_order_relaxed);
    state.cost_percent = 100 * atomic_load_explicit(&probe->cost_share, memory_order_relaxed);
    state.line = status->line;
    free(status);
#define COPY(name) state.gates.name = (int64_t)atomic_load_explicit(&probe->gates.name, memory_order_relaxed);
    STROBE_GATES(COPY)
#undef COPY
    if (!copied) {
        strobe_wire_struct_done(&strobe_wire_probe_state_struct, &state);
        return STROBE_ENOMEM;
    }
    *ret_state = state;
    return 0;
}

bool strobe_board_changes(struct strobe_board *board, struct strobe_wire_probe_status *ret_status)
{
    struct strobe_wire_probe_status message = {0};
    pthread_mutex_lock(&board->lock);
    message.set_version = board->set_version;
    for (size_t i = 0; i < board->count; i++) {
        struct strobe_probe *probe = board->probes[i];
        struct strobe_board_sent now = {strobe_probe_status_revision(probe), gates_sum(probe),
                                        board->sent[i].metric_hits};
        if (now.status_revision == board->sent[i].status_revision && now.gates_sum == board->sent[i].gates_sum) {
            continue;
        }
        if (message.states == NULL) {
            message.states = calloc(board->count, sizeof *message.states);
        }
        if (message.states == NULL || strobe_board_state(probe, &message.states[message.states_count]) < 0) {
            break; /* no memory: what is left goes with the next report */
        }
        message.states_count++;
        board->sent[i] = now;
    }
    pthread_mutex_unlock(&board->lock);
    if (message.states_count == 0) {
        free(message.states);
        return false;
    }
    *ret_status = message;
    return true;
}

struct strobe_wire_probe_state *strobe_board_states(struct strobe_board *board, size_t *ret_count)
{
    size_t count = 0;
    pthread_mutex_lock(&board->lock);
    struct strobe_wire_probe_state *states = calloc(board->count + 1, sizeof *states);
    while (states != NULL && count < board->count && strobe_board_state(board->probes[count], &states[count]) == 0) {
        count++;
    }
    pthread_mutex_unlock(&board->lock);
    *ret_count = count;
    return states;
}
