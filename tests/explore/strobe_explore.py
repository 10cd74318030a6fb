"""Pytest plugin of the exploration: a snapshot probe on each line of one slice of a package's lines.

Reads STROBE_EXPLORE, a JSON object: `lines` ([[path, line], ...]) and `out`, the file for the states.
"""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from stroboscope import _agent

WANTED: dict[str, Any] = json.loads(os.environ["STROBE_EXPLORE"])
_done = threading.Event()


def _drain() -> None:
    """Take the snapshots as a link would, so that the queue stays short."""
    while not _done.wait(0.02):
        _agent.local_drain()


def pytest_configure() -> None:
    _agent.start(None, "explore", "pytest", "", None)
    lines = json.loads(Path(WANTED["lines"]).read_text())
    _agent.local_apply(
        [(f"{i}", 1, f"{path}:{line}", None, 3, 1000.0, 0) for i, (path, line) in enumerate(lines)]
    )
    threading.Thread(target=_drain, daemon=True).start()


def pytest_unconfigure() -> None:
    _done.set()
    time.sleep(0.1)
    states = [json.loads(text) for text in _agent.local_states()]
    Path(WANTED["out"]).write_text(json.dumps(states))
