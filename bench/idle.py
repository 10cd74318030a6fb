"""The agent loaded and idle: whole programs with and without it, each in an interpreter of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from harness import Row, row_from_pairs

PAIRS = 11
WORKLOAD = Path(__file__).parent / "workload.py"
# Nobody listens there: the link thread keeps trying, which costs more than a connection that is quiet.
NO_HUB = "wss://token@127.0.0.1:1/bench?pin=" + "0" * 64


def run_child(with_agent: bool) -> float:
    """Return the nanoseconds that the workload took in a fresh interpreter."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("STROBE_")}
    environ["PYTHONHASHSEED"] = "0"
    if with_agent:
        environ["STROBE_DSN"] = NO_HUB
    done = subprocess.run(
        [sys.executable, str(WORKLOAD), "with" if with_agent else "without"],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def rows() -> list[Row]:
    run_child(False)
    pairs = []
    for index in range(PAIRS):
        if index % 2 == 0:
            baseline = run_child(False)
            pairs.append((baseline, run_child(True)))
        else:
            subject = run_child(True)
            pairs.append((run_child(False), subject))
    return [row_from_pairs("agent loaded and idle", "run", pairs)]
