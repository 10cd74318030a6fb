/* The part of the store that keeps whole documents: instances, sources, probes, states. */
#include <stdlib.h>
#include <string.h>

#include "hub/document.h"
#include "hub/store_sqlite.h"

/* Bind the document as the last parameter and run; releases `document`. */
static int run_with_document(struct strobe_store *store, sqlite3_stmt *statement, int index, char *document,
                             struct strobe_error *error)
{
    if (document == NULL) {
        return STROBE_ENOMEM;
    }
    strobe_store_bind_text(statement, index, document);
    int status = strobe_store_run(store, statement, error);
    sqlite3_clear_bindings(statement);
    free(document);
    return status;
}

/* Read the document in the first column of the present row. */
static int read_row(sqlite3_stmt *statement, const struct strobe_wire_struct *shape, void *ret_body,
                    struct strobe_error *error)
{
    const char *text = (const char *)sqlite3_column_text(statement, 0);
    return text != NULL ? strobe_document_read(shape, text, ret_body, error)
                        : strobe_error_set(error, STROBE_EIO, "database: a document is missing");
}

/* ---- Instances ---- */

int strobe_store_put_instance(struct strobe_store *store, const struct strobe_wire_instance *instance,
                              struct strobe_error *error)
{
    struct strobe_wire_instance down = *instance;
    down.state = "down";
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_PUT_INSTANCE);
    strobe_store_bind_text(statement, 1, instance->id);
    strobe_store_bind_text(statement, 2, instance->service);
    sqlite3_bind_int64(statement, 3, instance->connected_at_ms);
    return run_with_document(store, statement, 4, strobe_document_write(&strobe_wire_instance_struct, &down, error),
                             error);
}

int strobe_store_list_instances(struct strobe_store *store, const char *service,
                                bool (*visit)(void *user, const struct strobe_wire_instance *instance), void *user,
                                struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_LIST_INSTANCES);
    strobe_store_bind_text(statement, 1, service);
    bool more = true;
    int code = SQLITE_DONE;
    while (more && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct strobe_wire_instance instance;
        int status = read_row(statement, &strobe_wire_instance_struct, &instance, error);
        if (status < 0) {
            sqlite3_reset(statement);
            return status;
        }
        more = visit(user, &instance);
        strobe_wire_struct_done(&strobe_wire_instance_struct, &instance);
    }
    return strobe_store_finish(store, statement, more ? code : SQLITE_DONE, error);
}

int strobe_store_get_instance(struct strobe_store *store, const char *id, struct strobe_wire_instance *ret_instance,
                              struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_GET_INSTANCE);
    strobe_store_bind_text(statement, 1, id);
    int code = sqlite3_step(statement);
    int status = code == SQLITE_ROW    ? read_row(statement, &strobe_wire_instance_struct, ret_instance, error)
                 : code == SQLITE_DONE ? strobe_error_set(error, STROBE_ENOTFOUND, "no instance has this id")
                                       : strobe_store_fail(store, error);
    sqlite3_reset(statement);
    return status;
}

/* ---- Sources ---- */

static bool has_source(struct strobe_store *store, const char *sha256)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_HAS_SOURCE);
    strobe_store_bind_text(statement, 1, sha256);
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_reset(statement);
    return found;
}

int strobe_store_put_source(struct strobe_store *store, const struct strobe_wire_source *source,
                            struct strobe_error *error)
{
    /* Every worker of a service sends the same files: looking first spares a commit each. */
    if (has_source(store, source->sha256)) {
        return 0;
    }
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_PUT_SOURCE);
    strobe_store_bind_text(statement, 1, source->sha256);
    return run_with_document(store, statement, 2, strobe_document_write(&strobe_wire_source_struct, source, error),
                             error);
}

int strobe_store_get_source(struct strobe_store *store, const char *sha256, char **ret_text, struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_GET_SOURCE);
    strobe_store_bind_text(statement, 1, sha256);
    int code = sqlite3_step(statement);
    int status = 0;
    if (code == SQLITE_DONE) {
        status = strobe_error_set(error, STROBE_ENOTFOUND, "no source text with this hash was seen");
    } else if (code != SQLITE_ROW) {
        status = strobe_store_fail(store, error);
    } else {
        const char *document = (const char *)sqlite3_column_text(statement, 0);
        char *text = document != NULL ? strdup(document) : NULL;
        if (text != NULL) {
            *ret_text = text;
        } else {
            status = strobe_error_set(error, STROBE_ENOMEM, "out of memory");
        }
    }
    sqlite3_reset(statement);
    return status;
}

/* ---- Redaction ---- */

int strobe_store_put_redaction(struct strobe_store *store, const struct strobe_wire_redaction *redaction,
                               struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_PUT_REDACTION);
    char *document = strobe_document_write(&strobe_wire_redaction_struct, redaction, error);
    return run_with_document(store, statement, 1, document, error);
}

int strobe_store_get_redaction(struct strobe_store *store, struct strobe_wire_redaction *ret_redaction,
                               struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_GET_REDACTION);
    int code = sqlite3_step(statement);
    int status = code == SQLITE_ROW    ? read_row(statement, &strobe_wire_redaction_struct, ret_redaction, error)
                 : code == SQLITE_DONE ? strobe_error_set(error, STROBE_ENOTFOUND, "no redaction policy was set")
                                       : strobe_store_fail(store, error);
    sqlite3_reset(statement);
    return status;
}

/* ---- Probes ---- */

int strobe_store_put_probe(struct strobe_store *store, const struct strobe_wire_probe *probe,
                           struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_PUT_PROBE);
    strobe_store_bind_text(statement, 1, probe->id);
    sqlite3_bind_int64(statement, 2, probe->created_at_ms);
    return run_with_document(store, statement, 3, strobe_document_write(&strobe_wire_probe_struct, probe, error),
                             error);
}

int strobe_store_remove_probe(struct strobe_store *store, const char *id, struct strobe_error *error)
{
    sqlite3_stmt *states = strobe_store_use(store, STROBE_STATEMENT_REMOVE_STATES);
    strobe_store_bind_text(states, 1, id);
    int status = strobe_store_run(store, states, error);
    if (status < 0) {
        return status;
    }
    sqlite3_stmt *probe = strobe_store_use(store, STROBE_STATEMENT_REMOVE_PROBE);
    strobe_store_bind_text(probe, 1, id);
    return strobe_store_run(store, probe, error);
}

int strobe_store_load_probes(struct strobe_store *store, void (*visit)(void *user, struct strobe_wire_probe *probe),
                             void *user, struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_LOAD_PROBES);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct strobe_wire_probe probe;
        int status = read_row(statement, &strobe_wire_probe_struct, &probe, error);
        if (status < 0) {
            sqlite3_reset(statement);
            return status;
        }
        visit(user, &probe);
        strobe_wire_struct_done(&strobe_wire_probe_struct, &probe);
    }
    return strobe_store_finish(store, statement, code, error);
}

int strobe_store_put_state(struct strobe_store *store, const struct strobe_wire_probe_state *state,
                           struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_PUT_STATE);
    strobe_store_bind_text(statement, 1, state->probe);
    strobe_store_bind_text(statement, 2, state->instance);
    return run_with_document(store, statement, 3, strobe_document_write(&strobe_wire_probe_state_struct, state, error),
                             error);
}

int strobe_store_load_states(struct strobe_store *store,
                             void (*visit)(void *user, struct strobe_wire_probe_state *state), void *user,
                             struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_LOAD_STATES);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct strobe_wire_probe_state state;
        int status = read_row(statement, &strobe_wire_probe_state_struct, &state, error);
        if (status < 0) {
            sqlite3_reset(statement);
            return status;
        }
        visit(user, &state);
        strobe_wire_struct_done(&strobe_wire_probe_state_struct, &state);
    }
    return strobe_store_finish(store, statement, code, error);
}

int strobe_store_get_set_version(struct strobe_store *store, const char *service, int64_t *ret_version,
                                 struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_GET_SET_VERSION);
    strobe_store_bind_text(statement, 1, service);
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        return strobe_store_finish(store, statement, code, error);
    }
    *ret_version = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_reset(statement);
    return 0;
}

int strobe_store_put_set_version(struct strobe_store *store, const char *service, int64_t version,
                                 struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_PUT_SET_VERSION);
    strobe_store_bind_text(statement, 1, service);
    sqlite3_bind_int64(statement, 2, version);
    return strobe_store_run(store, statement, error);
}
