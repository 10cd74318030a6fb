"""Each line of random functions is counted as a tracer counts it, whichever events it is watched by."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from child import run

PROGRAM = """
import sys, time
sys.path.insert(0, {folder!r})
from random_functions import make

def g(x): return (x if isinstance(x, int) else 0) % 5
class c:
    def __init__(self, x): pass
    def __enter__(self): return 1
    def __exit__(self, kind, error, traceback): return kind is ValueError

def load(source, name):
    scope = {{"g": g, "c": c}}
    exec(compile(source, name, "exec"), scope)
    return scope["f"]

def drive(f):
    results = []
    for n in range(6):
        try:
            results.append([x for x, _ in zip(f(n), range(40))] if {generator} else f(n))
        except (ValueError, KeyError, TypeError, AssertionError, UnboundLocalError) as error:
            results.append(type(error).__name__)
    return results

def traced(f, name):
    # of each line: how often the tracer reports it, and how often of that right after itself, further on
    counts, again, before = {{}}, {{}}, {{}}
    def tracer(frame, event, argument):
        if frame.f_code.co_filename != name:
            return None
        if event == "call":
            before.pop(id(frame), None)
        if event == "line":
            line, at = frame.f_lineno, frame.f_lasti
            counts[line] = counts.get(line, 0) + 1
            if before.get(id(frame), (0, 0))[0] == line and before[id(frame)][1] < at:
                again[line] = again.get(line, 0) + 1
            before[id(frame)] = line, at
        return tracer
    sys.settrace(tracer)
    results = drive(f)
    sys.settrace(None)
    return results, counts, again

def lines_of(code):
    found = {{line for _, _, line in code.co_lines() if line}}
    for constant in code.co_consts:
        if hasattr(constant, "co_lines"): found |= lines_of(constant)
    return found

wrong, total = [], 0
for seed in range({first}, {first} + {count}):
    source = make(seed, {filler}, generator={generator})
    probed = load(source, f"probed{{seed}}.py")
    expected, counts, again = traced(load(source, f"plain{{seed}}.py"), f"plain{{seed}}.py")
    lines = sorted(line for line in lines_of(probed.__code__) if line == 2 or line > {filler} + 3)[:1000]
    probes = [{{"id": f"p{{line}}", "version": time.monotonic_ns(), "service": "t", "location": f"probed{{seed}}.py:{{line}}",
               "action": "metric", "options": {{"metric": "m"}}, "limits": {{"rate_per_s": 1000, "hits": 10**7}},
               "created_at_ms": 0, "created_by": "t"}} for line in lines]
    _agent.local_apply([_json.dumps(probe) for probe in probes])
    assert drive(probed) == expected, seed
    for state in states():
        line, reached = int(state["probe"][1:]), state["gates"].get("reached", 0)
        most = counts.get(line, 0)
        least = most - ({tolerant} and again.get(line, 0))
        total += state["line"] == line
        text = source.splitlines()[line - 1]
        if {ends_unseen} and ("len([x" in text or "len({{x:" in text):
            most *= 2
        if state["line"] == line and not least <= reached <= most:
            wrong.append([seed, line, most, reached, text])
    _agent.local_apply([])
report(wrong=wrong, total=total)
"""


@pytest.mark.parametrize("filler", [0, 700], ids=["short", "long"])
@pytest.mark.parametrize("generator", [False, True], ids=["function", "generator"])
def test_every_line_is_counted_as_a_tracer_counts_it(tmp_path: Path, filler: int, generator: bool) -> None:
    """3.12's tracer reports a line once more where a jump inside it lands behind a call, and we need not. From 3.14 on it
    does not report the return from the end of a comprehension of several lines to the first of them, and we do.
    """
    program = PROGRAM.format(
        folder=str(Path(__file__).parent),
        first=100 if generator else 0,
        count=8,
        filler=filler,
        generator=generator,
        tolerant=sys.version_info[:2] == (3, 12),
        ends_unseen=sys.version_info >= (3, 14),
    )
    facts = run(tmp_path, program, "-W", "ignore").facts
    assert facts["total"] > 1000
    assert facts["wrong"] == []
