"""Long functions, loops in one line, calls, exceptions; and what arming costs.

As in probed.py, two functions of the same text in files of different names.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from harness import Row, note, paired

LONG_LINES = 3000
LONG = (
    "def run(passes):\n    total = 0\n    if passes < 0:\n"
    + "".join(f"        total += passes * {line}\n" for line in range(LONG_LINES))
    + "    for index in range(passes):\n        total += index\n        passes += 0\n    return total\n"
)
LONG_LINE = LONG_LINES + 5  # total += index
SHORT = LONG.replace(
    "".join(f"        total += passes * {line}\n" for line in range(LONG_LINES)), "        pass\n"
)
SHORT_LINE = 6
ONE_LINE = (
    "def run(passes):\n    total = 0\n    for index in range(passes): total += index\n    return total\n"
)
CALLS = (
    "def inner(index):\n    return index\n\n"
    "def run(passes):\n    for index in range(passes):\n        inner(index)\n"
)
RAISES = (
    "def run(passes):\n    for index in range(passes):\n        try:\n            raise ValueError\n"
    "        except ValueError:\n            pass\n"
)

Run = Callable[[int], object]


def twice(source: str, name: str) -> tuple[Run, Run]:
    """The function `run` of `source`, in plain_NAME.py and in probed_NAME.py."""
    made = []
    for prefix in ("plain", "probed"):
        scope: dict[str, Any] = {"__name__": f"{prefix}_{name}", "__file__": f"{prefix}_{name}.py"}
        exec(compile(source, f"{prefix}_{name}.py", "exec"), scope)
        made.append(scope["run"])
    return made[0], made[1]


def arm(*locations: str, condition: str | None = None) -> None:
    """Make these the probes in force; checks that each is armed."""
    from stroboscope import _agent

    _agent.local_apply(
        [
            (f"b{index}", time.monotonic_ns(), location, condition, 1, 1000.0, 0)
            for index, location in enumerate(locations)
        ]
    )
    states = [json.loads(text) for text in _agent.local_states()]
    if any(state["state"] != "armed" for state in states):
        raise SystemExit(f"not armed: {states}")


@contextmanager
def armed(*locations: str, condition: str | None = None) -> Iterator[None]:
    arm(*locations, condition=condition)
    try:
        yield
    finally:
        arm()


def arming(location: str) -> Run:
    """Arm a probe and remove it, again and again."""

    def run(passes: int) -> None:
        for _ in range(passes):
            arm(location, condition="total < 0")
            arm()

    return run


def nothing(passes: int) -> None:
    for _ in range(passes):
        arm()
        arm()


def line_rows() -> list[Row]:
    rows = []
    for title, source, line in (
        ("condition false, short function", SHORT, SHORT_LINE),
        (f"condition false, function of {LONG_LINES} lines", LONG, LONG_LINE),
        ("condition false, loop in one line", ONE_LINE, 3),
    ):
        note(f"  {title}")
        name = title.split(", ")[1].replace(" ", "_")
        plain, probed = twice(source, name)
        with armed(f"probed_{name}.py:{line}", condition="total < 0"):
            rows.append(paired(title, plain, probed))
        rows.append(paired("after removal", plain, probed))
    return rows


def call_rows() -> list[Row]:
    import sys
    import types

    note("  calls and exceptions")
    plain, probed = twice(CALLS, "calls")
    module = types.ModuleType("probed_calls")
    module.__dict__.update(probed.__globals__)
    sys.modules["probed_calls"] = module
    rows = []
    with armed("probed_calls:inner", condition="index < 0"):
        rows.append(paired("entry, condition false", plain, probed, unit="call"))
    with armed("probed_calls:inner:exit", condition="index < 0"):
        rows.append(paired("exit, condition false", plain, probed, unit="call"))
    plain, probed = twice(RAISES, "raises")
    note("  an exception that no probe waits for")

    def watched(passes: int) -> None:
        arm("raise:KeyError")
        probed(passes)
        arm()

    rows.append(paired("another exception is raised", plain, watched, unit="raise"))
    return rows


def arming_rows() -> list[Row]:
    rows = []
    for title, source, line in (
        ("arm and remove, short function", SHORT, SHORT_LINE),
        (f"arm and remove, {LONG_LINES} lines", LONG, LONG_LINE),
    ):
        note(f"  {title}")
        name = f"arming_{line}"
        keep = twice(source, name)
        location = f"probed_{name}.py:{line}"
        # Short: each change also wakes the worker, and both take turns.
        rows.append(paired(title, nothing, arming(location), unit="time", pairs=7, sample_ns=1_000_000))
        del keep
    return rows


def rows() -> list[Row]:
    from stroboscope import _agent

    _agent.start(None, "bench", "bench", "", None)
    result = [*line_rows(), *call_rows(), *arming_rows()]
    _agent.stop()
    return result
