"""What a probe costs the function that it stands in, against the same function without it, in this process.

The two functions have the same text and different file names, so that a location names one of them.
"""

from __future__ import annotations

import _thread
import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
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


def burst(plain, probed, passes, clock, record):
    for count in range(passes):
        started = clock()
        plain(count)
        middle = clock()
        probed(count)
        record((middle - started, clock() - middle))
"""
LOOP_LINE, AFTER_LINE, HIT_LINE = 5, 8, 17
PLAIN, PROBED = "bench_plain.py", "bench_probed.py"
BURSTS, HITS_PER_BURST = 8, 50
BURST_EVERY_S = 0.6  # a process may make 100 hits each second


def functions_of(file_name: str) -> dict[str, Any]:
    scope: dict[str, Any] = {"__name__": file_name.removesuffix(".py")}
    exec(compile(SOURCE, file_name, "exec"), scope)
    return scope


def probe(line: int, condition: str | None, hits: int = 1) -> AbstractContextManager[None]:
    """Arm one probe in PROBED."""
    return probe_at(f"{PROBED}:{line}", condition, hits)


@contextmanager
def probe_at(location: str, condition: str | None, hits: int = 1) -> Iterator[None]:
    """Arm one probe; checks that it is armed, and disarms it."""
    from stroboscope import _agent

    _agent.local_apply([("bench", time.monotonic_ns(), location, condition, hits, 1000.0, 0)])
    states = [json.loads(text) for text in _agent.local_states()]
    if [state["state"] for state in states] != ["armed"]:
        raise SystemExit(f"the probe at {location} is not armed: {states}")
    try:
        yield
    finally:
        _agent.local_apply([])


def hit_row(plain: dict[str, Any], probed: dict[str, Any]) -> Row:
    """A call that is captured beside one that is not, in bursts that the limits allow.

    Each burst runs in a thread of its own, so that the stack is two functions deep, without our locals.
    """
    from stroboscope import _agent

    times: list[tuple[int, int]] = []
    captured = 0
    with probe(HIT_LINE, None, BURSTS * HITS_PER_BURST):
        for _ in range(BURSTS):
            time.sleep(BURST_EVERY_S)
            arguments = (plain["serve"], probed["serve"], HITS_PER_BURST, time.perf_counter_ns, times.append)
            before = len(times)
            _thread.start_new_thread(plain["burst"], arguments)
            while len(times) < before + HITS_PER_BURST:
                time.sleep(0.01)
            captured += len(_agent.local_drain())  # as the link thread would, so that the queue stays short
    if captured != BURSTS * HITS_PER_BURST:
        raise SystemExit(f"only {captured} of {BURSTS * HITS_PER_BURST} hits were captured")
    return row_from_pairs("snapshot, 10 locals", "hit", times)


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
    result.append(hit_row(plain, probed))
    note("  after removal")
    result.append(paired("after removal", plain["sum_up"], probed["sum_up"]))
    _agent.stop()
    return result
