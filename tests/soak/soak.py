"""Very many captures, hits and probes in one process: what is left behind, as a table.

    python soak.py [--small] [--landmines SENTENCE]

`make soak` runs it, with the extensions of tests/ext on the path. Each row is a process of its own; its resident memory
is looked at ten times, and what it grew from the first tenth to the end is the figure. Exit code 1 when something grew
by more than what a row may.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import importlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Facts = dict[str, Any]

LOOKS = 10
KIB_MAX = 1024
BLOCKS_MAX = 100
ARMING_BLOCKS_MAX = (
    2_000  # setting probes fills caches of the interpreter, which end growing; 0.1 for each time
)
FILE = Path(__file__).name


def resident_kib() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def line_of(mark: str) -> int:
    """Line of this file that ends with the comment `# <mark>`."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.endswith(f"# {mark}"))


def watched(count: int, one_part: Callable[[int], None]) -> Facts:
    """Do `one_part` ten times, a tenth of `count` each, and look at memory after each."""
    resident: list[int] = []
    blocks: list[int] = []
    began = time.monotonic()
    for _ in range(LOOKS):
        one_part(count // LOOKS)
        gc.collect()
        resident.append(resident_kib())
        blocks.append(sys.getallocatedblocks())
    return {
        "count": count // LOOKS * LOOKS,
        "seconds": time.monotonic() - began,
        "resident_kib": resident,
        "grown_kib": resident[-1] - resident[0],
        "grown_blocks": blocks[-1] - blocks[0],
    }


# ---- In processes of their own ----


class Order:
    """What the probed code holds."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.items = [number, number + 1, {"price": 1.5}]
        self.customer = {"name": "ann", "tier": "gold"}


def captures(count: int) -> Facts:
    """Captures without encoding: what the program's thread does at a hit."""
    extension = importlib.import_module("_strobe_test_capture")

    def probed(order: Order, total: float) -> None:
        extension.capture_many(count // LOOKS)
        assert order.number == total

    return watched(count, lambda _: probed(Order(7), 7.0))


def encoded(count: int) -> Facts:
    """Captures with everything that follows in the process: encoding to JSON, redaction by pattern."""
    extension = importlib.import_module("_strobe_test_capture")

    def probed(order: Order, password: str) -> None:
        for _ in range(count // LOOKS):
            extension.capture()
        assert order.number == len(password)

    return watched(count, lambda _: probed(Order(7), "swordfi"))


def work(order: Order, i: int) -> float:
    """What is probed."""
    total = order.number * 1.5
    total += i % 7  # counted
    total -= i % 3  # logged
    return total  # captured


def agent() -> Any:
    from stroboscope import _agent, _start

    _start._start(None, "soak")
    return _agent


def probe(number: int, location: str, action: str, version: int = 1, **more: Any) -> str:
    asked = {
        "id": f"p{number}",
        "version": version,
        "service": "soak",
        "location": location,
        "action": action,
        "limits": {"hits": 100_000_000, "rate_per_s": 1000},
        "created_at_ms": 1,
        "created_by": "soak",
    }
    return json.dumps(asked | more)


def standing() -> list[str]:
    """A probe of each action on the lines of work(), and one that never hits."""
    labels = [{"name": "tier", "value": "order.customer['tier']"}, {"name": "rest", "value": "i % 5"}]
    count = {"metric": "soak.count", "metric_kind": "histogram", "value": "total", "labels": labels}
    captured = f"{FILE}:{line_of('captured')}"
    return [
        probe(1, f"{FILE}:{line_of('counted')}", "metric", options=count),
        probe(2, "__main__:work", "timer", options={"metric": "soak.time"}),
        probe(
            3,
            f"{FILE}:{line_of('logged')}",
            "log",
            options={"template": "total {total:.1f} of {order.items}"},
        ),
        probe(
            4, captured, "snapshot", condition="i % 10 == 3", options={"watches": ["order.items[2]['price']"]}
        ),
        probe(5, captured, "snapshot", condition="total < -1000"),
    ]


def drained(the_agent: Any) -> int:
    return sum(1 for _ in the_agent.local_drain())


def hits(count: int) -> Facts:
    """A running program with probes of each action: every call hits two and passes all five."""
    the_agent = agent()
    the_agent.local_apply(standing())
    sent = 0

    def part(calls: int) -> None:
        nonlocal sent
        order = Order(7)
        for i in range(calls):
            work(order, i)
            if i % 1000 == 0:
                sent += drained(the_agent)
        the_agent.local_metrics()
        the_agent.local_states()

    facts = watched(count // 2, part)
    gates = [json.loads(state)["gates"] for state in the_agent.local_states()]
    facts["captured"] = sum(gate.get("captured", 0) for gate in gates)
    facts["reached"] = sum(gate.get("reached", 0) for gate in gates)
    facts["sent"] = sent
    for gate in gates:
        assert gate["reached"] == sum(number for name, number in gate.items() if name != "reached")
    return facts


def arming(count: int) -> Facts:
    """Probes of each action set, hit and removed again."""
    the_agent = agent()

    def part(times: int) -> None:
        order = Order(7)
        for i in range(times):
            the_agent.local_apply(standing())
            work(order, 3)
            drained(the_agent)
            the_agent.local_apply([])
            work(order, i)

    return watched(count, part)


def memory(count: int) -> Facts:
    """Readings of a memory probe. The first two make room for two moments, which stays while the probe is there."""
    the_agent = agent()
    the_agent.local_apply([probe(1, f"{FILE}:{line_of('captured')}", "memory")])
    order = Order(7)

    def part(readings: int) -> None:
        for _ in range(readings):
            while not drained(the_agent):
                work(order, 1)
                time.sleep(0.001)

    part(2)

    facts = watched(count, part)
    the_agent.local_apply([])
    return facts


# row: (what it does, how often, how often with --small)
ROWS: dict[str, tuple[Callable[[int], Facts], str, int, int]] = {
    "captures": (captures, "captures, 3 variables deep in objects, not encoded", 10_000_000, 100_000),
    "encoded": (encoded, "captures encoded to JSON", 200_000, 2_000),
    "hits": (
        hits,
        "hits (metric and timer each call; snapshot and log as fast as they may)",
        10_000_000,
        100_000,
    ),
    "arming": (arming, "times five probes set, hit and removed", 20_000, 500),
    "memory": (memory, "readings of a memory probe", 2_000, 20),
}


# ---- The table ----


def run_row(name: str, count: int) -> Facts:
    environ = os.environ | {"STROBE_BUDGET": "100%"}
    done = subprocess.run(
        [sys.executable, __file__, "--row", name, str(count)],
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        return {"failed": True}
    facts: Facts = json.loads(done.stdout.splitlines()[-1])
    return facts


def holds(name: str, facts: Facts) -> bool:
    blocks_max = ARMING_BLOCKS_MAX if name == "arming" else BLOCKS_MAX
    return not facts.get("failed") and facts["grown_kib"] < KIB_MAX and facts["grown_blocks"] <= blocks_max


def table(results: dict[str, Facts], landmines: str) -> Iterator[str]:
    machine = f"CPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    yield f"# `make soak`, {datetime.date.today().isoformat()}"
    yield ""
    yield f"{machine}. Resident memory is looked at ten times; growth is from the first look, after a tenth, to the last."
    yield ""
    yield "| what | how often | seconds | resident, first to last look | growth | blocks |"
    yield "|---|---|---|---|---|---|"
    for name, facts in results.items():
        what = ROWS[name][1]
        if facts.get("failed"):
            yield f"| {what} | | | failed | | |"
            continue
        looks = facts["resident_kib"]
        often = f"{facts.get('captured', facts['count']):,}"
        yield (
            f"| {what} | {often} | {facts['seconds']:.0f} | {looks[0] / 1024:.1f} to {looks[-1] / 1024:.1f} MiB "
            f"| {facts['grown_kib']:+,} KiB | {facts['grown_blocks']:+,} |"
        )
    if "hits" in results and "reached" in results["hits"]:
        facts = results["hits"]
        yield ""
        yield (
            f"The hits are of {facts['count']:,} calls, in which probes were passed {facts['reached']:,} times; "
            f"{facts['sent']:,} snapshots and log lines were encoded. Each pass is in exactly one gate."
        )
    if landmines:
        yield ""
        yield landmines


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--row", nargs=2)
    parser.add_argument("--small", action="store_true")
    parser.add_argument(
        "--landmines", default="", help="a sentence on the soak of the landmines, which ran before"
    )
    options = parser.parse_args()
    if options.row:
        print(json.dumps(ROWS[options.row[0]][0](int(options.row[1]))))
        return 0
    results = {}
    for name, (_, _, count, small) in ROWS.items():
        results[name] = run_row(name, small if options.small else count)
        print(f"{name}: {results[name]}", file=sys.stderr, flush=True)
    print("\n".join(table(results, options.landmines)))
    bad = [name for name, facts in results.items() if not holds(name, facts)]
    print(
        f"soak: grown by more than they may: {', '.join(bad)}" if bad else "soak: nothing grew",
        file=sys.stderr,
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
