"""Signals that ask a command to end, as an exception that cleans up on its way."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from stroboscope.cli.failure import Interrupted

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ECHO_S = 1.0
"""Signals come in pairs (`timeout` signals the process, then its group): so long, another is an echo."""


def raise_on_ending_signals() -> None:
    """Have SIGINT, SIGTERM and SIGHUP raise Interrupted; what the parent ignores (nohup) stays ignored."""
    for signum in _ENDING:
        if signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, _raise)


def end_at_once_on_signals() -> None:
    """While cleaning up: a signal that comes later than an echo ends the process without further ado."""
    patient_until = time.monotonic() + _ECHO_S

    def end(signum: int, frame: FrameType | None) -> None:
        if time.monotonic() >= patient_until:
            signal.signal(signum, signal.SIG_DFL)
            signal.raise_signal(signum)

    for signum in _ENDING:
        if signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, end)


@contextmanager
def signals_held() -> Iterator[None]:
    """Ending signals wait until the block is left: for a step that must be known to have happened or not."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def interrupt_is_the_end() -> Iterator[None]:
    """Ctrl-C ends the block as planned, for commands that follow something until then; others still raise."""
    try:
        yield
    except Interrupted as interrupted:
        if interrupted.signum != signal.SIGINT:
            raise


def _raise(signum: int, frame: FrameType | None) -> None:
    end_at_once_on_signals()  # or a second one could interrupt what the first one starts
    raise Interrupted(signum)
