"""What log, count, timer and 1,000 probes cost; and how a program gets back to speed under a costly probe.

Functions come in pairs as in engines.py. The budget is lifted (run.py), but for the curve of the breaker,
which is what the budget does.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from engines import twice
from harness import Row, note, paired, row_from_pairs

SOURCE = """\
def run(passes):
    total = 0
    for index in range(passes):
        total += index
        odd = index & 1
        total -= odd
    return total

def inner(index):
    return index

def calls(passes):
    for index in range(passes):
        inner(index)
"""
FIRST, SECOND = 4, 6
MANY = 1000
MANY_SOURCE = SOURCE + "".join(f"\ndef other{i}(value):\n    return value + {i}\n" for i in range(MANY))
BURSTS, HITS_PER_BURST = 8, 50
BURST_EVERY_S = 0.7  # a process may make 100 hits each second

SLICES_S = (0.5, 1.0, 2.0, 4.0, 8.0)
CURVE_S = SLICES_S[-1]
CURVES = 3
CHUNK_S = 0.01

_versions = iter(range(1, 10**9))


@contextmanager
def armed(*orders: dict[str, Any]) -> Iterator[None]:
    """Probes in force, all of them armed at first."""
    from stroboscope import _agent

    probes = []
    for order in orders:
        version = next(_versions)
        probe: dict[str, Any] = {
            "id": f"b{version}",
            "version": version,
            "service": "bench",
            "action": "snapshot",
        }
        probe |= {
            "limits": {"rate_per_s": 1000, "hits": 100_000_000},
            "created_at_ms": 0,
            "created_by": "bench",
        }
        probes.append(json.dumps(probe | order))
    _agent.local_apply(probes)
    states = [json.loads(text) for text in _agent.local_states()]
    if any(state["state"] != "armed" for state in states):
        raise SystemExit(f"not armed: {[state for state in states if state['state'] != 'armed'][:3]}")
    try:
        yield
    finally:
        _agent.local_apply([])


def pass_rows() -> list[Row]:
    where = f"probed_actions.py:{FIRST}"
    labels = [{"name": "odd", "value": "index & 1"}]
    plain, probed = twice(SOURCE, "actions")
    rows = []
    for title, order in (
        ("condition false", {"condition": "index < 0"}),
        ("over its rate", {"limits": {"rate_per_s": 1, "hits": 1000}}),
        ("count", {"action": "metric", "options": {"metric": "m"}}),
        ("count by one label", {"action": "metric", "options": {"metric": "m", "labels": labels}}),
        (
            "histogram of a value",
            {"action": "metric", "options": {"metric": "m", "metric_kind": "histogram", "value": "total"}},
        ),
        (
            "timer from line to line",
            {"action": "timer", "options": {"metric": "t", "until": f"probed_actions.py:{SECOND}"}},
        ),
    ):
        note(f"  {title}")
        with armed({"location": where} | order):
            rows.append(paired(title, plain, probed))
    rows.append(paired("after removal", plain, probed))
    return rows


def call_rows() -> list[Row]:
    import sys
    import types

    note("  timer of a function")
    plain, probed = twice(SOURCE, "timed")
    module = types.ModuleType("probed_timed")
    module.__dict__.update(probed.__globals__)
    sys.modules["probed_timed"] = module
    calls: list[Callable[[int], object]] = [plain.__globals__["calls"], probed.__globals__["calls"]]
    with armed({"location": "probed_timed:inner", "action": "timer", "options": {"metric": "t"}}):
        return [paired("timer of a function", *calls, unit="call")]


def log_rows() -> list[Row]:
    """A line that is written each time, in bursts that the limits allow."""
    from stroboscope import _agent

    note("  log")
    plain, probed = twice(SOURCE, "logged")
    times: list[tuple[float, float]] = []
    lines = 0
    _agent.local_drain()
    log = {"action": "log", "options": {"template": "total {total:>9} at {index}"}}
    with armed({"location": f"probed_logged.py:{FIRST}"} | log):
        for _ in range(BURSTS):
            time.sleep(BURST_EVERY_S)
            for _ in range(HITS_PER_BURST):
                began = time.perf_counter_ns()
                plain(1)
                middle = time.perf_counter_ns()
                probed(1)
                times.append((middle - began, time.perf_counter_ns() - middle))
            lines += len(_agent.local_drain())
    if lines != len(times):
        raise SystemExit(f"only {lines} of {len(times)} lines were written")
    return [row_from_pairs("log of two values", "hit", times)]


def many_rows() -> list[Row]:
    note(f"  {MANY} probes")
    plain, probed = twice(MANY_SOURCE, "many")
    first = MANY_SOURCE.count("\n", 0, MANY_SOURCE.index("def other0")) + 2
    others = [{"location": f"probed_many.py:{first + 3 * i}", "condition": "value < 0"} for i in range(MANY)]
    with armed(*others):
        return [paired(f"{MANY} probes armed elsewhere in the file", plain, probed)]


Chunk = tuple[float, bool, float, int]  # when it ended, whether it was the probed function, ns, passes


def run_for(seconds: float, plain: Callable[[int], object], probed: Callable[[int], object]) -> list[Chunk]:
    """Run `probed` without a pause, but for one in five chunks of some milliseconds, which are `plain`'s. Times are
    of the whole process, because the agent's own threads take from the program's too.
    """
    passes = 1
    while (took := _seconds(plain, passes)) < CHUNK_S / 2:
        passes *= 2
    passes = max(1, round(passes * CHUNK_S / took))
    chunks: list[Chunk] = []
    began = time.monotonic()
    while not chunks or chunks[-1][0] < seconds:
        turn = len(chunks) % 5 != 0
        started = time.process_time_ns()
        (probed if turn else plain)(passes)
        took_ns = time.process_time_ns() - started
        chunks.append((time.monotonic() - began, turn, took_ns, passes))
    return chunks


def slowness(chunks: list[Chunk], begin: float, end: float) -> tuple[float, float]:
    """Nanoseconds of a pass, without and with, between two moments."""
    total = {turn: [0.0, 0] for turn in (False, True)}
    for at, turn, took, passes in chunks:
        if begin <= at < end:
            total[turn][0] += took
            total[turn][1] += passes
    return total[False][0] / total[False][1], total[True][0] / total[True][1]


def worst_second(chunks: list[Chunk]) -> tuple[float, float]:
    """The window of one second, from one second on, in which the probed function was slowest beside the plain one."""
    begins = [1 + step / 20 for step in range(round((chunks[-1][0] - 2) * 20))]
    return max(
        (slowness(chunks, begin, begin + 1) for begin in begins), key=lambda pair: pair[1] / pair[0]
    )


def breaker_rows() -> list[Row]:
    """What a probe too many costs from the moment on at which it is armed, with the default budget.

    The function is as hot as can be. Of each time the seconds before it was armed stand beside, searched for their
    worst second in the same way: what the machine alone makes of it.
    """
    from stroboscope import _agent

    _agent.stop()
    budget = os.environ.pop("STROBE_BUDGET", None)
    _agent.start(None, "bench", "bench", "", None)
    rows = []
    for number, (title, order) in enumerate(
        (
            ("false condition", {"condition": "index < 0"}),
            ("false condition with sum()", {"condition": "index < 0 or sum([index, total]) < 0"}),
            ("no condition, over its rate", {}),
        )
    ):
        note(f"  the breaker: {title}")
        order |= {"location": f"probed_breaker{number}.py:{FIRST}"}
        plain, probed = twice(SOURCE, f"breaker{number}")
        before, after = [], []
        for _ in range(CURVES):
            before.append(run_for(CURVE_S, plain, probed))
            with armed(order):
                after.append(run_for(CURVE_S, plain, probed))
        begins = (0.0, *SLICES_S)
        for i, end in enumerate(SLICES_S):
            name = f"{title}, {begins[i]:g} to {end:g} s after it was set"
            rows.append(row_from_pairs(name, "pass", [slowness(chunks, begins[i], end) for chunks in after]))
        rows.append(row_from_pairs("  its worst second after the first", "pass", list(map(worst_second, after))))
        rows.append(row_from_pairs("  the same without a probe", "pass", list(map(worst_second, before))))
    _agent.stop()
    if budget is not None:
        os.environ["STROBE_BUDGET"] = budget
    _agent.start(None, "bench", "bench", "", None)
    return rows


def _seconds(run: Callable[[int], object], passes: int) -> float:
    began = time.thread_time()
    run(passes)
    return time.thread_time() - began


def rows() -> list[Row]:
    from stroboscope import _agent

    _agent.start(None, "bench", "bench", "", None)
    result = [*pass_rows(), *call_rows(), *log_rows(), *many_rows(), *breaker_rows()]
    _agent.stop()
    return result
