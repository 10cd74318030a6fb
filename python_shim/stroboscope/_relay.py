"""Lines of log probes on their way into the program's own logging, where `log --to-logging` asks for it.

The agent's worker calls `relay()`. A thread of its own, which is there only while lines wait, hands them to
the logger `stroboscope`: handlers may take as long as they like and hold locks, and before a fork the worker
must be free. A program that has not imported `logging` has nothing set up to receive lines; they are counted
as failed then.
"""

from __future__ import annotations

import os
import sys
from collections import deque

from stroboscope import _agent

WAITING_MAX = 256
"""Lines that wait at most; further ones are counted as failed."""

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}

_waiting: deque[tuple[int, str]] = deque()
_turn: deque[None] = deque([None])
"""Who has taken what is in it delivers, nobody else. To take it is one step, unlike to look and to set."""

delivered = 0
failed = 0


def relay(level: str, text: str) -> None:
    """Have `text` logged soon. Called by the worker alone; never raises, never waits for a handler."""
    global failed
    if "logging" not in sys.modules or len(_waiting) >= WAITING_MAX:
        failed += 1
        return
    _waiting.append((_LEVELS.get(level, 20), text))
    if not _take_turn():
        return
    import threading  # logging has imported it: its main thread is known by now

    try:
        threading.Thread(target=_deliver, name="strobe-logging", daemon=True).start()
    except RuntimeError:  # the interpreter is about to end
        _turn.append(None)
        failed += 1


def _take_turn() -> bool:
    try:
        _turn.pop()
    except IndexError:
        return False
    return True


def _deliver() -> None:
    global delivered, failed
    import logging
    import threading

    # A probe in the way of a log line must not make another line of it.
    _agent.relay_thread(threading.get_native_id())
    while True:
        while _waiting:
            level, text = _waiting.popleft()
            try:
                logging.getLogger("stroboscope").log(level, text)
                delivered += 1
            except BaseException:  # whatever a handler of the program raises is not the program's to see
                failed += 1
        _turn.append(None)
        # A line that comes from here on starts the next thread; one that came before is ours.
        if not _waiting or not _take_turn():
            return


def _forget() -> None:
    """In the child of a fork: the thread is not there, and what waited is the parent's to log."""
    global delivered, failed
    _waiting.clear()
    _turn.clear()
    _turn.append(None)
    delivered = failed = 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
