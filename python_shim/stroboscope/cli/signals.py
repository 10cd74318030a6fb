"""Signals that ask a command to end, as an exception that cleans up on its way."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from stroboscope.cli.failure import Interrupted

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def raise_on_ending_signals() -> None:
    """Have SIGINT, SIGTERM and SIGHUP raise Interrupted; what the parent ignores (nohup) stays ignored."""
    for signum in _ENDING:
        if signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, _raise)


def end_at_once_on_signals() -> None:
    """While cleaning up: a second signal ends the process without further ado."""
    for signum in _ENDING:
        if signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, signal.SIG_DFL)


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
    raise Interrupted(signum)
