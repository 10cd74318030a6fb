"""Waiting for something that other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(ask: Callable[[], T], what: str, within_s: float = 60.0) -> T:
    """The first true answer of `ask`; an AssertionError when there is none in time."""
    deadline = time.monotonic() + within_s
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"{what} did not happen; the last answer was {answer!r}"
        time.sleep(0.05)
