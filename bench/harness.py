"""Measure what something costs, as a ratio to the same thing without it, in one run.

Both sides alternate (A B B A ...), so that a busy machine and a warming processor meet both alike; the ratio
is the median of the pairs' ratios, its spread the range of the middle half. A ratio is as good as its spread,
so the table shows both. Times are processor time: what others do on the machine blurs them less.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

PAIRS = 21
SAMPLE_NS = 30_000_000


@dataclass(frozen=True)
class Row:
    """One line of the table. Times are nanoseconds for one `unit`."""

    name: str
    unit: str
    baseline_ns: float
    subject_ns: float
    ratio: float
    ratio_low: float
    ratio_high: float


def row_from_pairs(name: str, unit: str, pairs: Sequence[tuple[float, float]]) -> Row:
    """Make a row of (baseline, subject) times, each in nanoseconds for one unit; at least two pairs."""
    ratios = [subject / baseline for baseline, subject in pairs]
    low, _, high = statistics.quantiles(ratios, n=4)
    return Row(
        name,
        unit,
        statistics.median(baseline for baseline, _ in pairs),
        statistics.median(subject for _, subject in pairs),
        statistics.median(ratios),
        low,
        high,
    )


def time_ns(run: Callable[[int], object], passes: int) -> float:
    """Return nanoseconds of this thread per pass of `run(passes)`."""
    started = time.thread_time_ns()
    run(passes)
    return (time.thread_time_ns() - started) / passes


def passes_for(run: Callable[[int], object], sample_ns: int) -> int:
    """Return how many passes take about `sample_ns`; also warms `run` up."""
    passes = 1
    while True:
        needed_ns = max(1.0, time_ns(run, passes) * passes)
        if needed_ns >= sample_ns / 4:
            return max(1, round(passes * sample_ns / needed_ns))
        passes *= 4


def paired(
    name: str,
    baseline: Callable[[int], object],
    subject: Callable[[int], object],
    *,
    unit: str = "pass",
    pairs: int = PAIRS,
    sample_ns: int = SAMPLE_NS,
) -> Row:
    """Compare two callables that each take a number of passes, in this process.

    Example: `paired("condition false", plain_loop, probed_loop, unit="line")`
    """
    passes = passes_for(baseline, sample_ns)
    passes_for(subject, sample_ns)
    times: list[tuple[float, float]] = []
    enabled = gc.isenabled()
    gc.disable()
    try:
        for index in range(pairs):
            if index % 2 == 0:
                first = time_ns(baseline, passes)
                times.append((first, time_ns(subject, passes)))
            else:
                second = time_ns(subject, passes)
                times.append((time_ns(baseline, passes), second))
    finally:
        if enabled:
            gc.enable()
    return row_from_pairs(name, unit, times)


def quantity(ns: float) -> str:
    """Format nanoseconds with three digits: `34.2 ns`, `1.25 us`, `30.1 ms`."""
    for limit, divisor, unit in ((1e3, 1.0, "ns"), (1e6, 1e3, "us"), (1e9, 1e6, "ms")):
        if abs(ns) < limit:
            return f"{ns / divisor:.3g} {unit}"
    return f"{ns / 1e9:.3g} s"


def table(rows: Sequence[Row]) -> str:
    """Format rows as a table in plain text."""
    head = ("what", "without", "with", "more", "ratio", "middle half")
    body = [
        (
            row.name,
            f"{quantity(row.baseline_ns)}/{row.unit}",
            f"{quantity(row.subject_ns)}/{row.unit}",
            quantity(row.subject_ns - row.baseline_ns),
            f"{row.ratio:.3f}",
            f"{row.ratio_low:.3f}..{row.ratio_high:.3f}",
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in [head, *body]) for column in range(len(head))]
    lines = []
    for line in [head, *body]:
        cells = [
            line[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
        ]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def note(text: str) -> None:
    """Say on stderr what is being done; stdout is for the table."""
    print(text, file=sys.stderr, flush=True)
