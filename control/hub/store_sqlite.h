/** Inside of the SQLite store; used by store_sqlite.c, store_records.c and store_snapshots.c only. */
#ifndef STROBE_HUB_STORE_SQLITE_H
#define STROBE_HUB_STORE_SQLITE_H

#include <sqlite3.h>

#include "hub/store.h"

/** name, text: statements prepared once, when the store is opened */
#define STROBE_STATEMENTS(X)                                                                                        \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                                     \
    X(COMMIT, "COMMIT")                                                                                             \
    X(PUT_INSTANCE, "INSERT OR REPLACE INTO instances(id, service, connected_at_ms, document) VALUES(?,?,?,?)")     \
    X(GET_INSTANCE, "SELECT document FROM instances WHERE id = ?")                                                  \
    X(LIST_INSTANCES, "SELECT document FROM instances WHERE ?1 IS NULL OR service = ?1 "                            \
                      "ORDER BY connected_at_ms DESC")                                                              \
    X(GET_STREAM, "SELECT acknowledged, stored FROM streams WHERE instance = ?")                                    \
    X(PUT_STREAM, "INSERT INTO streams(instance, acknowledged, stored) VALUES(?1,?2,?3) "                           \
                  "ON CONFLICT(instance) DO UPDATE SET acknowledged = max(acknowledged, ?2), stored = stored + ?3") \
    X(ADD_SNAPSHOT, "INSERT INTO snapshots(id, instance, seq, probe, probe_version, service, time_us, function, "   \
                    "file, line, source_sha256, condition, kind, text, level, body, trace_id, span_id) "            \
                    "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "                                                  \
                    "ON CONFLICT(instance, seq) DO NOTHING")                                                        \
    X(GET_SNAPSHOT, "SELECT " STROBE_SUMMARY_COLUMNS ", condition, body FROM snapshots "                            \
                    "WHERE id >= ?1 AND id < ?1 || 'g' LIMIT 2")                                                    \
    X(PUT_SOURCE, "INSERT OR IGNORE INTO sources(sha256, document) VALUES(?,?)")                                    \
    X(HAS_SOURCE, "SELECT 1 FROM sources WHERE sha256 = ?")                                                         \
    X(GET_SOURCE, "SELECT document FROM sources WHERE sha256 = ?")                                                  \
    X(PUT_REDACTION, "INSERT OR REPLACE INTO redaction(one, document) VALUES(1,?)")                                 \
    X(GET_REDACTION, "SELECT document FROM redaction")                                                              \
    X(PUT_PROBE, "INSERT OR REPLACE INTO probes(id, created_at_ms, document) VALUES(?,?,?)")                        \
    X(REMOVE_PROBE, "DELETE FROM probes WHERE id = ?")                                                              \
    X(REMOVE_STATES, "DELETE FROM probe_states WHERE probe = ?")                                                    \
    X(LOAD_PROBES, "SELECT document FROM probes ORDER BY created_at_ms")                                            \
    X(PUT_STATE, "INSERT OR REPLACE INTO probe_states(probe, instance, document) VALUES(?,?,?)")                    \
    X(LOAD_STATES, "SELECT document FROM probe_states")                                                             \
    X(GET_SET_VERSION, "SELECT set_version FROM services WHERE name = ?")                                           \
    X(PUT_SET_VERSION, "INSERT OR REPLACE INTO services(name, set_version) VALUES(?,?)")

#define STROBE_SUMMARY_COLUMNS                                                                                       \
    "id, position, probe, instance, service, seq, time_us, function, file, line, source_sha256, kind, text, level, " \
    "trace_id, span_id"

enum strobe_statement {
#define STROBE_STATEMENT_ENUM(name, text) STROBE_STATEMENT_##name,
    STROBE_STATEMENTS(STROBE_STATEMENT_ENUM)
#undef STROBE_STATEMENT_ENUM
        STROBE_STATEMENT_COUNT
};

struct strobe_store {
    sqlite3 *db;
    sqlite3_stmt *statements[STROBE_STATEMENT_COUNT];
};

/** The prepared statement, reset, with `parameters` text or NULL values bound from the first on (borrowed). */
sqlite3_stmt *strobe_store_use(struct strobe_store *store, enum strobe_statement statement);

/** Bind text (borrowed until the statement is reset) or NULL. */
void strobe_store_bind_text(sqlite3_stmt *statement, int index, const char *text);

/** Run a statement that answers no rows, and reset it. @return 0, STROBE_EIO */
int strobe_store_run(struct strobe_store *store, sqlite3_stmt *statement, struct strobe_error *error);

/** Set `error` from the engine's last one. @return STROBE_EIO */
int strobe_store_fail(struct strobe_store *store, struct strobe_error *error);

/** Reset `statement` after its last row `code`. @return 0 when that was SQLITE_DONE, else STROBE_EIO */
int strobe_store_finish(struct strobe_store *store, sqlite3_stmt *statement, int code, struct strobe_error *error);

#endif
