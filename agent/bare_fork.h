/**
 * Forks of C code that never tells Python: uWSGI's without `--py-call-uwsgi-fork-hooks`, extensions.
 * os.register_at_fork does not see those, so the child would go on without threads of ours, and nobody would hear of
 * its hits.
 *
 * In the child a call is left for the interpreter, which takes it up when it next runs bytecode; then the agent starts
 * as after os.fork(). What forks to call exec gets no further than the note. Where starting again could hang or find
 * work half done, the agent stays silent in that child: either the forking thread holds the GIL and the worker is not
 * at work, or no thread but ours is there. Where the worker waits for the GIL that the forking thread holds, the child
 * is made to forget that, or it would hang for want of it. Where the GIL is not held, the fork waits for the worker to
 * let go of it, some milliseconds at most, so that the child is not left with a GIL that nobody gives back; and the
 * link is parked, as for os.fork().
 */
#ifndef STROBE_BARE_FORK_H
#define STROBE_BARE_FORK_H

struct strobe_agent;

/** Look after forks for `agent` from now on; NULL: no more. GIL: held. */
void strobe_bare_fork_watch(struct strobe_agent *agent);

#endif
