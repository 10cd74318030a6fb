/**
 * Every maximum of Stroboscope in one table: what people may ask for, what the agent may use, what the wire carries.
 *
 * Units stand in the names. A bound that is not here does not exist; `docs/limits.md` explains each to users.
 */
#ifndef STROBE_LIMITS_H
#define STROBE_LIMITS_H

/* Probes: defaults and maxima of what a person may ask for. */
#define STROBE_PROBES_MAX 1000                /* in one instance */
#define STROBE_PROBE_ID_BYTES_MAX 64          /* hub-made identifiers are 12 */
#define STROBE_PROBE_HITS_DEFAULT 1           /* snapshots before the probe is done */
#define STROBE_PROBE_HITS_LOG_DEFAULT 1000    /* lines before a log probe is done */
#define STROBE_PROBE_HITS_MEMORY_DEFAULT 20   /* readings before a memory probe is done */
#define STROBE_PROBE_HITS_MAX 100000          /* snapshots before the probe is done */
#define STROBE_PROBE_HITS_UNBOUNDED 100000000 /* of a metric or timer: until it expires */
#define STROBE_PROBE_RATE_PER_S_DEFAULT 10.0  /* hits each second, per probe and instance */
#define STROBE_PROBE_RATE_PER_S_MIN 0.001
#define STROBE_PROBE_RATE_PER_S_MAX 1000.0 /* hits each second, per probe and instance */
#define STROBE_PROCESS_RATE_PER_S 100.0    /* hits each second, all probes of a process */
#define STROBE_PROBE_EXPIRY_MS_DEFAULT (3600 * 1000LL)
#define STROBE_PROBE_EXPIRY_MS_MAX (24 * 3600 * 1000LL)
#define STROBE_WATCHES_MAX 32                     /* expressions of one snapshot probe */
#define STROBE_LABELS_MAX 8                       /* of one metric or timer */
#define STROBE_LABEL_BYTES_MAX 128                /* of a label's value; longer ones are cut */
#define STROBE_METRIC_SERIES_MAX 100              /* combinations of label values kept apart; then "other" */
#define STROBE_WATCHES_TEXT_BYTES_MAX (16 * 1024) /* of computed watches of one hit */
#define STROBE_LAST_VALUES_BYTES_MAX 511          /* of a condition's variables as text, in a status */
#define STROBE_PROCESS_LABELS_MAX 32              /* name=value of STROBE_LABELS */
#define STROBE_PROCESS_LABELS_BYTES_MAX 4096
#define STROBE_QUARANTINE_MAX 64                 /* probes not armed because a process died of them */
#define STROBE_LOG_BYTES_MAX 4096                /* of a log line */
#define STROBE_BUDGET_PERCENT_DEFAULT 5.0        /* of one core, all probes of a process */
#define STROBE_BUDGET_REST_NS_MAX 300000000000LL /* what is over its budget rests at most so long */
#define STROBE_TIMERS_MAX 4096                   /* timers under way, of all probes; a power of two */
#define STROBE_LOCATION_BYTES_MAX 1024
#define STROBE_CONDITION_BYTES_MAX 4096
#define STROBE_LINE_MAX 10000000

#define STROBE_CODES_MAX 1024            /* copies of one place that a probe stands in */
#define STROBE_CALLS_MAX 16384           /* calls under way whose start is known; a power of two */
#define STROBE_RAISES_MAX 64             /* probes on exceptions */
#define STROBE_RECENT_EXCEPTIONS_MAX 128 /* told apart from those not seen yet */
#define STROBE_RECENT_EXCEPTION_MS 10000 /* one that is not seen for so long is new again */
#define STROBE_SLICE_NS_MAX 50000        /* what the worker holds the GIL for while others wait, about */

/* Expressions: of the source text and the program it becomes. */
#define STROBE_PROGRAM_INSTRUCTIONS_MAX 1024
#define STROBE_PROGRAM_CONSTANTS_MAX 256
#define STROBE_PROGRAM_STACK_MAX 64
#define STROBE_PROGRAM_LOOPS_MAX 16     /* loops of comprehensions within one another */
#define STROBE_PROGRAM_REGISTERS_MAX 32 /* variables of comprehensions that are visible at one place */
#define STROBE_PROGRAM_NESTING_MAX 100  /* depth of the expression's tree */

/* Expressions: of one evaluation. */
#define STROBE_EXPRESSION_FUEL 20000                           /* steps: instructions, items, 16 bytes of text each */
#define STROBE_EXPRESSION_ARENA_BYTES (512 * 1024)             /* everything that is computed */
#define STROBE_EXPRESSION_TEXT_MAX (32 * 1024)                 /* characters of a str, bytes of bytes */
#define STROBE_EXPRESSION_ITEMS_MAX 10000                      /* of a list, tuple, set or dict */
#define STROBE_EXPRESSION_INT_BITS_MAX 4096                    /* of an int */
#define STROBE_EXPRESSION_DEPTH_MAX 32                         /* containers within containers, compared or written */
#define STROBE_EXPRESSION_PATTERN_BYTES_MAX 1024               /* a regular expression */
#define STROBE_EXPRESSION_PATTERN_COUNT_MAX 1000               /* m and n of {m,n} */
#define STROBE_EXPRESSION_PATTERN_NESTING_MAX 50               /* groups within groups */
#define STROBE_EXPRESSION_PATTERN_HEAP_BYTES (4 * 1024 * 1024) /* for backtracking; one block for all patterns */
#define STROBE_EXPRESSION_PATTERN_STEPS_MAX 100000             /* match steps of one matches(), all attempts together */

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
#define STROBE_CAPTURE_WATCHES_MAX 34           /* a probe's watches, and $return and $exception */
#define STROBE_CAPTURE_SCAN_MAX 256             /* characters copied beyond LENGTH_MAX, to look for secrets only */
#define STROBE_CAPTURE_AWAITERS_MAX 16          /* tasks that wait for the running one, up to the root */
#define STROBE_CAPTURE_NATIVE_MAX 256           /* frames of C code, when asked for */
#define STROBE_CAPTURE_TENSOR_CALLS_MAX 40      /* system calls for the items of one tensor that lie far apart */
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
#define STROBE_RELAY_LINES_MAX 64                 /* log lines between the callback and the program's logging */
#define STROBE_RELAY_BYTES_MAX (128 * 1024)       /* the same, in bytes */
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
#if defined(__SANITIZE_ADDRESS__)
#define STROBE_FORK_PARK_MS_MAX 5000 /* a lock of its allocator that the link has is never free in the child */
#else
#define STROBE_FORK_PARK_MS_MAX 50 /* what the agent may take before a fork */
#endif

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
#define STROBE_HUB_METRICS_MAX 10000            /* metrics of probes, each in one instance */
#define STROBE_HUB_KEEP_MS (24 * 3600 * 1000LL) /* what an expired probe stays listed for */

/* The memory action. */
#define STROBE_MEMORY_FRAMES_MAX 16                            /* lines kept of each allocation's stack */
#define STROBE_MEMORY_ROWS_MAX 200                             /* in one answer */
#define STROBE_MEMORY_RSS_BYTES_MAX (4LL * 1024 * 1024 * 1024) /* larger processes are not traced */
#define STROBE_MEMORY_TRACER_BYTES_MAX (96LL * 1024 * 1024)    /* of traces, about 2 million; then tracing ends */
#define STROBE_MEMORY_TRACE_MS_MAX (30 * 60 * 1000LL)          /* then tracing ends by itself */
#define STROBE_MEMORY_PLACES_MAX 65536                         /* told apart; the rest is not listed */
#define STROBE_MEMORY_PROBES_MAX 8                             /* memory probes at a time in one instance */
#define STROBE_MEMORY_RATE_PER_S_DEFAULT 0.1                   /* readings each second, per probe and instance */
#define STROBE_MEMORY_RATE_PER_S_MAX 1.0
#define STROBE_MEMORY_TOP_DEFAULT 10
#define STROBE_MEMORY_TRACEBACK_FRAMES_DEFAULT 8
#define STROBE_MEMORY_TOP_MAX 50               /* rows in one reading of a probe */
#define STROBE_MEMORY_CENSUS_NS_MAX 50000000LL /* one walk over the heap; what is left is not counted */
#define STROBE_MEMORY_TYPES_MAX 16384          /* told apart by a census */

/* Thread dumps. */
#define STROBE_DUMP_THREADS_MAX 2000               /* threads, and greenlets, in one dump; the rest is counted */
#define STROBE_DUMP_THREADS_COUNTED_MAX 100000     /* looked at */
#define STROBE_DUMP_STACKS_MAX 2000                /* stacks that differ */
#define STROBE_DUMP_INNER_MAX 96                   /* innermost frames of one stack */
#define STROBE_DUMP_OUTER_MAX 32                   /* outermost frames of one stack that is longer */
#define STROBE_DUMP_DEPTH_MAX 100000               /* frames of one stack that are looked at */
#define STROBE_DUMP_FRAMES_MAX 32768               /* of all stacks */
#define STROBE_DUMP_PLACES_MAX 8192                /* lines told apart */
#define STROBE_DUMP_BYTES_MAX (1792 * 1024)        /* of one dump, as it is sent */
#define STROBE_DUMP_STACKS_BYTES_MAX (1024 * 1024) /* of its stacks; the rest is for threads and variables */
#define STROBE_DUMP_LINE_TABLE_BYTES 65536         /* of one code object, without the GIL */
#define STROBE_DUMP_HOLD_NS_MAX 10000000LL         /* under the GIL, without variables */
#define STROBE_DUMP_LOCALS_NS_MAX 30000000LL       /* under the GIL, with variables */
#define STROBE_DUMP_LOCALS_MAX 32                  /* threads whose variables are captured */
#define STROBE_DUMP_BARE_NS_MAX 300000000LL        /* without the GIL, on the link thread */
#define STROBE_DUMP_GREENLETS_MAX 100000           /* looked at */
#define STROBE_DUMP_GREENLETS_NS_MAX 50000000LL    /* under the GIL, to find and read them */
#define STROBE_DUMP_GIL_MS 1500   /* what the worker is given to get the GIL; looked at once a second */
#define STROBE_DUMP_PENDING_MAX 8 /* questions for dumps not yet answered */

/* Reading snapshots at the hub. */
#define STROBE_HUB_PATH_BYTES_MAX 1024     /* a path into the values of a snapshot */
#define STROBE_HUB_DIFF_PAIRS_MAX 100000   /* pairs of values compared */
#define STROBE_HUB_DIFF_STEPS_MAX 10000000 /* looks at members, while they are aligned */
#define STROBE_HUB_DIFF_LIST_MAX 1000      /* differences listed; the rest is counted */
#define STROBE_HUB_DIFF_DEPTH_MAX 64       /* values within one another that are compared */
#define STROBE_HUB_COLUMNS_MAX 24          /* of a table of hits */
#define STROBE_HUB_HITS_MS_MAX 150         /* what one answer with a table may take; the rest comes with the next */

#endif
