"""What one snapshot costs in the program's thread, against the same data captured with repr().

Beside it sentry_sdk's local variables and ddtrace's snapshot. All look at the same variables and, but for
ddtrace's, the same stack. Ours is the time of a call that is hit less that of the same call without a probe;
theirs that of a function that walks the frames and writes repr() of each local.
"""

from __future__ import annotations

import _thread
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from expressions import BUILD, measured_peer
from harness import Row, note, row_from_pairs

SENTRY = "sentry-sdk==2.75.0"

# HIT_LINE runs once a call. 1-based; each source is compiled twice, under two names.
SOURCES = {
    "10 locals": (
        """\
def serve(count, capture):
    customer, city, items = "Ada", "London", [1, 2, 3]
    price, rebate, paid = 19.99, 0, False
    address = {"street": "St James's Square", "number": 12}
    history = [("2024-01-01", 3), ("2024-02-01", 5)]
    capture()
    return customer, city, count
""",
        7,
    ),
    "a tree of 50 objects": (
        """\
def serve(count, capture, tree=TREE):
    capture()
    return tree
""",
        3,
    ),
    "a stack 100 deep": (
        """\
def serve(count, capture, depth=97):
    if depth:
        return serve(count, capture, depth - 1)
    capture()
    return count
""",
        5,
    ),
}
PLAIN, PROBED = "bench_snapshot_plain.py", "bench_snapshot_probed.py"
BURSTS, HITS_PER_BURST = 8, 50
BURST_EVERY_S = 0.6  # a process may make 100 hits each second
FRAMES_MAX, FRAMES_WITH_LOCALS_MAX, LENGTH_MAX = 20, 5, 1024  # as a snapshot has them


@dataclass
class Node:
    """One of a tree: a name, a price, and others below."""

    name: str
    price: float
    below: list[Node] = field(default_factory=list)


def tree_of_50() -> Node:
    branches = [
        Node(f"branch {i}", i * 1.5, [Node(f"leaf {i} {k}", k / 3) for k in range(6)]) for i in range(7)
    ]
    return Node("root", 1.0, branches)


def nothing() -> None:
    """Stand in for a capture."""


def capture_with_repr() -> list[Any]:
    """Walk the stack, and write repr() of each local of the first frames, cut to the same length."""
    frame: FrameType | None = sys._getframe(1)
    stack: list[Any] = []
    while frame is not None and len(stack) < FRAMES_MAX:
        shown = len(stack) < FRAMES_WITH_LOCALS_MAX
        variables = (
            {name: repr(value)[:LENGTH_MAX] for name, value in frame.f_locals.items()} if shown else None
        )
        stack.append((frame.f_code.co_qualname, frame.f_code.co_filename, frame.f_lineno, variables))
        frame = frame.f_back
    return stack


def sentry_capture() -> Callable[[], object] | None:
    """Return what sentry_sdk does for a stack with local variables, when it installs."""
    folder = BUILD / f"bench-{SENTRY}"
    if not folder.exists():
        note(f"  installing {SENTRY}")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, "--target", str(folder), SENTRY], capture_output=True, check=False)
    sys.path.append(str(folder))
    try:
        from sentry_sdk.serializer import serialize  # type: ignore[import-not-found]
        from sentry_sdk.utils import current_stacktrace  # type: ignore[import-not-found]
    except ImportError:
        note(f"  left out: {SENTRY} does not install")
        return None
    return lambda: serialize({"stacktrace": current_stacktrace(include_local_variables=True)})


@contextmanager
def probe(line: int, hits: int) -> Iterator[None]:
    """Arm one probe in PROBED; checks that it is armed, and disarms it."""
    from stroboscope import _agent

    _agent.local_apply([("bench", time.monotonic_ns(), f"{PROBED}:{line}", None, hits, 1000.0, 0)])
    states = [json.loads(text) for text in _agent.local_states()]
    if [state["state"] for state in states] != ["armed"]:
        raise SystemExit(f"the probe at {PROBED}:{line} is not armed: {states}")
    try:
        yield
    finally:
        _agent.local_apply([])


def serve_of(source: str, file_name: str, scope: dict[str, Any]) -> Callable[..., object]:
    space = {"__name__": file_name.removesuffix(".py"), **scope}
    exec(compile(source, file_name, "exec"), space)
    function: Callable[..., object] = space["serve"]
    return function


# Of no function, so that no snapshot has it.
TIMES: list[tuple[float, float]] = []


def burst(work: Callable[[int], tuple[float, float]], count: int) -> None:
    """Run in a thread of its own, so that the stack is as deep as the name says."""
    TIMES.extend(work(number) for number in range(count))


def in_bursts(
    work: Callable[[int], tuple[float, float]], drain: Callable[[], None]
) -> list[tuple[float, float]]:
    TIMES.clear()
    for _ in range(BURSTS):
        time.sleep(BURST_EVERY_S)
        before = len(TIMES)
        _thread.start_new_thread(burst, (work, HITS_PER_BURST))
        while len(TIMES) < before + HITS_PER_BURST:
            time.sleep(0.01)
        drain()
    return list(TIMES)


def ddtrace_row(source: str, line: int, ours_ns: float) -> Row | None:
    """A hit of ddtrace's snapshot probe at the same line, in an interpreter of its own, beside ours."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bench_snapshot.py").write_text(source, encoding="utf-8")
        ns = measured_peer("ddtrace", str(line), folder, "ddtrace-snapshot")
    if isinstance(ns, str):
        note(f"  left out: {ns}")
        return None
    return row_from_pairs("  ddtrace's snapshot, beside ours", "hit", [(ours_ns, ns)] * 3)


def rows_of(name: str, source: str, line: int) -> list[Row]:
    """Capture, encoding, and the size of both, of one kind of data."""
    from stroboscope import _agent

    scope = {"TREE": tree_of_50()}
    plain, probed = serve_of(source, PLAIN, scope), serve_of(source, PROBED, scope)
    clock = time.perf_counter_ns
    bodies: list[str] = []
    encoding_ns: list[float] = []

    def measure_with(other: Callable[[], object]) -> Callable[[int], tuple[float, float]]:
        def measure(number: int) -> tuple[float, float]:
            start = clock()
            plain(number, nothing)
            after_plain = clock()
            plain(number, other)
            after_other = clock()
            probed(number, nothing)
            end = clock()
            call = after_plain - start
            return max(1.0, after_other - after_plain - call), max(1.0, end - after_other - call)

        return measure

    def drain() -> None:
        started = time.thread_time_ns()
        texts = _agent.local_drain()
        encoding_ns.append((time.thread_time_ns() - started) / max(1, len(texts)))
        bodies.extend(texts)

    result, ours = [], 0.0
    peers: list[tuple[str, Callable[[], object]]] = [("repr()", capture_with_repr)]
    sentry = sentry_capture()
    if sentry is not None:
        peers.append(("sentry_sdk", sentry))
    for peer, other in peers:
        bodies.clear()
        with probe(line, BURSTS * HITS_PER_BURST):
            times = in_bursts(measure_with(other), drain)
        if len(bodies) != BURSTS * HITS_PER_BURST:
            raise SystemExit(f"only {len(bodies)} of {BURSTS * HITS_PER_BURST} hits were captured")
        result.append(row_from_pairs(f"snapshot of {name}, with {peer}", "hit", times))
        if peer == "repr()":  # the others are so long that they leave cold caches to ours
            ours = statistics.median(subject for _, subject in times)
    result.append(row_from_pairs("  its encoding, off the thread", "hit", [(ours, ns) for ns in encoding_ns]))
    theirs = ddtrace_row(source, line, ours) if name == "10 locals" else None
    if theirs is not None:
        result.append(theirs)
    size = statistics.median(len(json.dumps(json.loads(text)["body"])) for text in bodies)
    captured = statistics.median(json.loads(text)["body"]["capture_ns"] for text in bodies)
    note(f"  {name}: {size:,.0f} bytes of JSON; {captured:,.0f} ns by the agent's own clock")
    return result


def native_row() -> Row | None:
    """Return a capture with frames of C code beside one without; needs the test extension."""
    try:
        import _strobe_test_capture as extension  # type: ignore[import-not-found]
    except ImportError:
        note("  frames of C code: skipped, _strobe_test_capture is not built")
        return None
    times: list[tuple[float, float]] = []

    def run(count: int) -> None:
        for _ in range(count):
            extension.set_native(False)
            without = extension.capture_many(200)
            extension.set_native(True)
            times.append((without, extension.capture_many(200)))
        extension.set_native(False)

    _thread.start_new_thread(run, (15,))
    while len(times) < 15:
        time.sleep(0.01)
    return row_from_pairs("snapshot with frames of C code", "hit", times)


def rows() -> list[Row]:
    from stroboscope import _agent

    _agent.start(None, "bench", "bench", "", None)
    result: list[Row] = []
    for name, (source, line) in SOURCES.items():
        result += rows_of(name, source, line)
    native = native_row()
    if native is not None:
        result.append(native)
    _agent.stop()
    return result
