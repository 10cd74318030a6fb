/**
 * Every maximum of Stroboscope in one table: what people may ask for, what the agent may use, what the wire carries.
 *
 * Units stand in the names. A bound that is not here does not exist; `docs/limits.md` explains each to users.
 */
#ifndef STROBE_LIMITS_H
#define STROBE_LIMITS_H

/* Probes: defaults and maxima of what a person may ask for. */
#define STROBE_PROBES_MAX 1000               /* in one instance */
#define STROBE_PROBE_ID_BYTES_MAX 64         /* hub-made identifiers are 12 */
#define STROBE_PROBE_HITS_DEFAULT 1          /* snapshots before the probe is done */
#define STROBE_PROBE_HITS_MAX 100000         /* snapshots before the probe is done */
#define STROBE_PROBE_RATE_PER_S_DEFAULT 10.0 /* hits each second, per probe and instance */
#define STROBE_PROBE_RATE_PER_S_MAX 1000.0   /* hits each second, per probe and instance */
#define STROBE_PROCESS_RATE_PER_S 100.0      /* hits each second, all probes of a process */
#define STROBE_PROBE_EXPIRY_MS_DEFAULT (3600 * 1000LL)
#define STROBE_PROBE_EXPIRY_MS_MAX (24 * 3600 * 1000LL)
#define STROBE_LOCATION_BYTES_MAX 1024
#define STROBE_CONDITION_BYTES_MAX 4096
#define STROBE_LINE_MAX 10000000

/* Conditions. */
#define STROBE_PROGRAM_INSTRUCTIONS_MAX 1024
#define STROBE_PROGRAM_CONSTANTS_MAX 256
#define STROBE_PROGRAM_STACK_MAX 64
#define STROBE_PROGRAM_STEPS_MAX 20000 /* instructions and compared items of one evaluation */
#define STROBE_PROGRAM_NESTING_MAX 100 /* depth of the expression's tree */

/* Capture: defaults of one snapshot. */
#define STROBE_CAPTURE_DEPTH_MAX 3              /* levels of containers and objects below a local */
#define STROBE_CAPTURE_ITEMS_MAX 100            /* of one container */
#define STROBE_CAPTURE_FIELDS_MAX 64            /* of one object */
#define STROBE_CAPTURE_LENGTH_MAX 1024          /* characters or bytes of one text or number */
#define STROBE_CAPTURE_FRAMES_MAX 20            /* of the stack */
#define STROBE_CAPTURE_FRAMES_WITH_LOCALS_MAX 5 /* innermost frames whose locals are copied */
#define STROBE_CAPTURE_LOCALS_MAX 200           /* of one frame */
#define STROBE_CAPTURE_BYTES_MAX (256 * 1024)   /* of one image */
#define STROBE_CAPTURE_VALUES_MAX 8192          /* of one image */
#define STROBE_CAPTURE_SCAN_MAX 256             /* characters copied beyond LENGTH_MAX, to look for secrets only */
#define STROBE_CAPTURE_STACK_MAX 10000          /* frames counted for the true depth of the stack */
#define STROBE_CAPTURE_NS_MAX 5000000LL         /* time in the program's thread for one capture */
#define STROBE_NAME_BYTES_MAX 256               /* of an identifier, type or function name */
#define STROBE_PATH_BYTES_MAX 1024              /* of a file's path */

/* Redaction policies. */
#define STROBE_POLICY_ENTRIES_MAX 1000      /* of one list */
#define STROBE_POLICY_PATTERNS_MAX 100      /* regular expressions of one policy */
#define STROBE_POLICY_TEXT_BYTES_MAX 1000   /* of one entry */
#define STROBE_POLICY_MATCH_STEPS_MAX 20000 /* of one regular expression at one place of a text */
#define STROBE_POLICY_MATCH_KIB_MAX 256     /* memory of one match */
#define STROBE_POLICY_NS_MAX 100000000LL    /* for the policy's patterns in one snapshot, on the link thread */

/* Queues. */
#define STROBE_QUEUE_IMAGES_MAX 256               /* images between the callback and the link; a power of two */
#define STROBE_QUEUE_BYTES_MAX (2 * 1024 * 1024)  /* the same, in bytes */
#define STROBE_OUTBOX_BYTES_MAX (4 * 1024 * 1024) /* encoded snapshots not yet acknowledged */
#define STROBE_OUTBOX_MESSAGES_MAX 4096
#define STROBE_CONTROL_BYTES_MAX (2 * 1024 * 1024) /* encoded control messages not yet written */

/* The wire. */
#define STROBE_MESSAGE_BYTES_MAX (2 * 1024 * 1024) /* one websocket message, either direction */
#define STROBE_MESSAGE_DEPTH_MAX 64                /* nesting of JSON */
#define STROBE_SOURCE_BYTES_MAX (512 * 1024)       /* source text of one file */
#define STROBE_FILES_MAX 10000                     /* files in one listing */
#define STROBE_HEARTBEAT_S 10                      /* an agent speaks at least this often */
#define STROBE_SILENCE_S 35                        /* a peer silent for so long is gone */
#define STROBE_RECONNECT_MS_MIN 250
#define STROBE_RECONNECT_MS_MAX 30000
#define STROBE_EXIT_FLUSH_MS_MAX 200 /* what the agent may take at interpreter exit */
#define STROBE_FORK_PARK_MS_MAX 50   /* what the agent may take before a fork */

/* The hub. */
#define STROBE_HUB_BODY_BYTES_MAX (64 * 1024) /* body of one HTTP request */
#define STROBE_HUB_AGENTS_MAX 20000
#define STROBE_HUB_CONSOLES_MAX 200
#define STROBE_HUB_CONSOLE_BACKLOG_BYTES_MAX (4 * 1024 * 1024)
#define STROBE_HUB_REQUEST_MS_MAX 10000 /* a question to an agent */
#define STROBE_HUB_WAIT_S_MAX 30        /* a long poll */
#define STROBE_HUB_LIST_MAX 500         /* rows in one answer */
#define STROBE_HUB_HELLO_MS_MAX 10000   /* from an agent's connection to its hello */
#define STROBE_HUB_AGENT_BACKLOG_BYTES_MAX (8 * 1024 * 1024)
#define STROBE_HUB_COMMIT_SNAPSHOTS_MAX 32 /* in one transaction */
#define STROBE_HUB_COMMIT_MS_MAX 5         /* what a snapshot may wait for others to be committed with */
#define STROBE_HUB_SESSIONS_MAX 1000
#define STROBE_HUB_SESSION_S (12 * 3600)
#define STROBE_HUB_WAITERS_MAX 1000             /* long polls held at a time */
#define STROBE_HUB_REQUESTS_MAX 1000            /* questions to agents not yet answered */
#define STROBE_HUB_STATES_MAX 10000             /* states of one probe */
#define STROBE_HUB_KEEP_MS (24 * 3600 * 1000LL) /* what an expired probe stays listed for */

#endif
