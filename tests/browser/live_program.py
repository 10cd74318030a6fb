"""program.py in a process of its own, under the agent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from live_hub import STROBE, LiveHub
from waiting import eventually

PROGRAM = Path(__file__).with_name("program.py")


def line_of(beginning: str) -> int:
    """Where the line of program.py stands that begins so, counted from 1."""
    lines = PROGRAM.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.strip().startswith(beginning))


class LiveProgram:
    """Returns from its constructor when the hub shows it."""

    def __init__(self, hub: LiveHub, service: str) -> None:
        self.log = hub.folder / f"{service}.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*STROBE, "run", "--dsn", hub.dsn(service), "--", sys.executable, str(PROGRAM)],
                env=hub.environ,
                stdout=log,
                stderr=log,
            )
        eventually(lambda: self._connected(hub, service), f"the start of the program (see {self.log})")

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _connected(self, hub: LiveHub, service: str) -> bool:
        assert self._process.poll() is None, self.log.read_text(errors="replace")
        rows = hub.client.instances()
        return any(row["service"] == service and row["state"] == "up" for row in rows)
