"""What a probe costs the function that it stands in, against the same function without it, in this process.

The two functions have the same text and different file names, so that a location names one of them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from harness import Row, note, paired, row_from_pairs

# LOOP_LINE runs once a pass, AFTER_LINE once a call; HIT_LINE sees ten locals. All 1-based.
SOURCE = """\
def sum_up(passes):
    total = 0
    odd = 0
    for index in range(passes):
        total += index
        if index & 1:
            odd += 1
    return total + odd


def serve(count):
    customer, city, items = "Ada", "London", [1, 2, 3]
    price, rebate, paid = 19.99, 0, False
    address = {"street": "St James's Square", "number": 12}
    history = [("2024-01-01", 3), ("2024-02-01", 5)]
    key = (customer, city, count)
    return key
"""
LOOP_LINE, AFTER_LINE, HIT_LINE = 5, 8, 17
PLAIN, PROBED = "bench_plain.py", "bench_probed.py"
HITS = 300
HIT_EVERY_S = 0.012  # below the process's limit of 100 hits each second


def functions_of(file_name: str) -> dict[str, Any]:
    scope: dict[str, Any] = {"__name__": file_name.removesuffix(".py")}
    exec(compile(SOURCE, file_name, "exec"), scope)
    return scope


@contextmanager
def probe(line: int, condition: str | None, hits: int = 1) -> Iterator[None]:
    """Arm one probe in PROBED; checks that it is armed, and disarms it."""
    from stroboscope import _agent

    _agent.local_apply([("bench", time.monotonic_ns(), f"{PROBED}:{line}", condition, hits, 1000.0, 0)])
    states = [json.loads(text) for text in _agent.local_states()]
    if [state["status"] for state in states] != ["armed"]:
        raise SystemExit(f"the probe at {PROBED}:{line} is not armed: {states}")
    try:
        yield
    finally:
        _agent.local_apply([])


def hit_row(plain: Callable[[int], object], probed: Callable[[int], object]) -> Row:
    """A call that is captured beside one that is not; each call alone, as slow as the limits ask for."""
    from stroboscope import _agent

    pairs = []
    with probe(HIT_LINE, None, HITS):
        for number in range(HITS):
            time.sleep(HIT_EVERY_S)
            started = time.perf_counter_ns()
            plain(number)
            middle = time.perf_counter_ns()
            probed(number)
            pairs.append((float(middle - started), float(time.perf_counter_ns() - middle)))
    captured = len(_agent.local_drain())
    if captured < HITS * 9 // 10:
        raise SystemExit(f"only {captured} of {HITS} hits were captured")
    return row_from_pairs("snapshot, 10 locals", "hit", pairs)


def rows() -> list[Row]:
    from stroboscope import _agent

    plain, probed = functions_of(PLAIN), functions_of(PROBED)
    _agent.start(None, "bench", "bench", "", None)
    result = [paired("the same twice (noise)", plain["sum_up"], probed["sum_up"])]
    note("  other lines of a probed function")
    with probe(AFTER_LINE, "total < 0"):
        result.append(paired("other lines of a probed function", plain["sum_up"], probed["sum_up"]))
    note("  condition false")
    with probe(LOOP_LINE, "index < 0"):
        result.append(paired("condition false", plain["sum_up"], probed["sum_up"]))
    note("  snapshot")
    result.append(hit_row(plain["serve"], probed["serve"]))
    note("  after removal")
    result.append(paired("after removal", plain["sum_up"], probed["sum_up"]))
    _agent.stop()
    return result
