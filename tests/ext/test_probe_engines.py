"""Code that CPython's LINE event does not serve: long functions, loops in one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from child import run

needs_monitoring = pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is new in 3.12")


def test_a_loop_in_one_line_is_reached_at_each_pass(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def f(n):
            total = 0
            for i in range(n): total += i            # for
            while n > 0: n -= 1                      # while
            return total
        arm((line_of("for"), "i == 700", 10), (line_of("while"), "n == 300", 10))
        f(1000)
        report(captured=[s["gates"].get("captured", 0) for s in states()],
               reached=[s["gates"]["reached"] for s in states()], i=locals_of(drain()[0])["i"])
        """,
    ).facts
    assert facts["captured"] == [1, 1]
    assert all(1000 <= reached <= 1002 for reached in facts["reached"])
    assert facts["i"] == "700"


def test_comprehensions_and_generator_expressions_in_one_line_are_reached_at_each_pass(
    tmp_path: Path,
) -> None:
    facts = run(
        tmp_path,
        """
        def f(n):
            a = [i for i in range(n)]                # list
            b = {j: j for j in range(n)}             # dict
            c = sum(k for k in range(n))             # genexpr
            d = {m for m in range(n) if m % 2}       # set
            return a, b, c, d
        arm((line_of("list"), "i == 70"), (line_of("dict"), "j == 70"), (line_of("genexpr"), "k == 70"), (line_of("set"), "m == 71"))
        f(100)
        report(captured=[s["gates"].get("captured", 0) for s in states()],
               reached=[s["gates"].get("reached", 0) for s in states()], states=[s["message"] for s in states()])
        """,
    ).facts
    assert facts["captured"] == [1, 1, 1, 1], facts
    assert all(reached >= 100 for reached in facts["reached"])


def test_loops_in_one_line_are_counted_as_a_tracer_counts_them(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import sys
        def f(n):
            for i in range(n): pass                  # for
            x = [i * 2 for i in range(n) if i]       # list
            while n: n -= 1                          # while
            for i in range(3):                       # outer
                for j in range(2): x.append(j)       # inner
            return x
        lines = [line_of(t) for t in ("for", "list", "while", "outer", "inner")]
        counts = dict.fromkeys(lines, 0)
        def tracer(frame, event, arg):
            if event == "line" and frame.f_code.co_filename == __file__ and frame.f_lineno in counts:
                counts[frame.f_lineno] += 1
            return tracer
        sys.settrace(tracer)
        f(5)
        sys.settrace(None)
        arm(*[(line, None, 1000) for line in lines])
        f(5)
        report(tracer=[counts[line] for line in lines], ours=[s["gates"]["reached"] for s in states()])
        """,
    ).facts
    assert facts["ours"] == facts["tracer"]


LONG = """
        body = []
        for i in range(1, {lines}):
            body.append(f"    x{{i}} = n")
            if i % 50 == 0:
                body.append(f"    if n == {{i}}:")
                body.append(f"        n = n")
            if i % 70 == 0:
                body.append(f"    try:")
                body.append(f"        n = int(n)")
                body.append(f"    except ValueError:")
                body.append(f"        n = 0")
        source = "def long(n):\\n" + "\\n".join(body) + "\\n    return n\\n"
        names = {{}}
        exec(compile(source, "long.py", "exec"), names)
        long = names["long"]
        last = source.count("\\n")
"""


def test_a_probe_in_a_long_function_acts_at_each_pass(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        LONG.format(lines=1500)
        + """
        arm((f"long.py:{last}", "n == 77", 10), ("long.py:2", None, 1000))
        for i in range(100): long(i)
        report(states=states(), x1=locals_of([s for s in drain() if s["probe"] == "p0"][0])["x1"])
        """,
    ).facts
    assert facts["states"][0]["gates"] == {"reached": 100, "condition_false": 99, "captured": 1}
    assert facts["states"][1]["gates"]["reached"] == 100
    assert facts["x1"] == "77"


@needs_monitoring
def test_instruction_and_line_events_are_never_mixed_on_one_function(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import sys
        E = sys.monitoring.events
        def f(n):
            a = n                                    # plain
            for i in range(n): a += i                # loop
            return a
        def events():
            return sum(sys.monitoring.get_local_events(i, f.__code__) for i in range(6))
        seen = []
        arm((line_of("plain"), None, 1000))
        seen.append(events()); f(3)
        arm((line_of("plain"), None, 1000), (line_of("loop"), None, 1000))
        seen.append(events()); f(3)
        arm((line_of("plain"), None, 1000))
        seen.append(events()); f(3)
        arm()
        seen.append(events())
        report(kinds=[[bool(e & E.LINE), bool(e & E.INSTRUCTION)] for e in seen])
        """,
    ).facts
    assert facts["kinds"] == [[True, False], [False, True], [True, False], [False, False]]


@needs_monitoring
def test_every_line_of_a_long_function_is_counted_as_by_line_events(tmp_path: Path) -> None:
    """The points that are computed from the bytecode are those of CPython's own LINE events."""
    facts = run(
        tmp_path,
        LONG.format(lines=700)
        + """
        import sys
        # what CPython counts, in the same function
        m, lines = sys.monitoring, {}
        def on_line(code, line):
            lines[line] = lines.get(line, 0) + 1
        m.use_tool_id(2, "count")
        m.register_callback(2, m.events.LINE, on_line)
        m.set_local_events(2, long.__code__, m.events.LINE)
        for n in (5, 50, 100): long(n)
        m.set_local_events(2, long.__code__, 0)
        arm(*[(f"long.py:{line}", None, 1000) for line in sorted(lines)[:990]])
        for n in (5, 50, 100): long(n)
        ours = {s["line"]: s["gates"].get("reached", 0) for s in states()}
        report(wrong=[[line, lines[line], ours[line]] for line in sorted(ours) if ours[line] != lines[line]], count=len(ours))
        """,
    ).facts
    assert facts["count"] > 700
    assert facts["wrong"] == []


def test_statements_of_every_kind_are_counted_as_a_tracer_counts_them(tmp_path: Path) -> None:
    """A loop in one line has the whole function watched by instruction."""
    facts = run(
        tmp_path,
        """
        import sys, contextlib
        class Manager:
            def __enter__(self): return self
            def __exit__(self, *a): return True
        def helper(x):
            if x == 3: raise ValueError(x)
            return x
        def f(n):
            for i in range(n): n = n                 # a loop in one line
            try:
                helper(
                    n,
                )
                x = 1
            except ValueError as e:
                x = 2
            else:
                x = 3
            finally:
                y = x
            with Manager() as m:
                helper(n)
                z = 4
            with Manager(), \\
                 Manager():
                z = 5
            while n > 0:
                n -= 1
                if n == 2:
                    continue
                if n == 1:
                    break
            else:
                z = 6
            match n:
                case 0:
                    w = 0
                case 1 if x:
                    w = 1
                case _:
                    w = 2
            v = (x if y
                 else z)
            t = [a + b
                 for a in range(2)
                 for b in range(2)
                 if a]
            u = x and \\
                y and \\
                z
            def inner(a,
                      b=u):
                return a
            s = inner(
                1, inner(2))
            assert s, \\
                "no"
            for k in (1, 2):
                try:
                    if k == 1:
                        continue
                    s = 1
                finally:
                    s = 2
            del s
            return (v,
                    t, u, w)
        def g(n):
            for i in range(n): n = n                 # and a generator
            try:
                for j in range(2):
                    x = yield j
                    if x:
                        return 5
            finally:
                y = 1
            yield from (1,
                        2)
        async def aiter(n):
            for i in range(n):
                yield i
        async def h(n):
            for i in range(n): n = n                 # and a coroutine
            async for i in aiter(2):
                x = i
            async with contextlib.AsyncExitStack() as stack:
                y = 1
            z = [j async for j in aiter(2)]
            return z
        def drive():
            import asyncio
            for n in (0, 2, 3): f(n)
            list(g(2))
            it = g(1); next(it); it.close()
            it = g(1); next(it)
            try: it.send(1)
            except StopIteration: pass
            asyncio.run(h(2))
        codes = {f.__code__, g.__code__, h.__code__}
        lines, counts = [], {}
        for code in codes:
            lines += sorted({l for _, _, l in code.co_lines() if l and l != code.co_firstlineno})
        def tracer(frame, event, arg):
            if event == "line" and frame.f_code.co_filename == __file__:
                counts[frame.f_lineno] = counts.get(frame.f_lineno, 0) + 1
            return tracer
        sys.settrace(tracer)
        drive()
        sys.settrace(None)
        arm(*[(line, None, 100000) for line in lines])
        drive()
        wrong = {}
        for line, state in zip(lines, states()):
            if state["line"] == line and state["gates"].get("reached", 0) != counts.get(line, 0):
                wrong[line] = [counts.get(line, 0), state["gates"].get("reached", 0), open(__file__).read().splitlines()[line - 1].strip()]
        report(wrong=wrong, lines=len(lines), unarmed=[s for s in states() if s["state"] != "armed"])
        """,
    ).facts
    assert facts["lines"] > 60
    assert facts["unarmed"] == []
    # Where a line can be entered from another line and from itself, a pass may be counted twice (code_points.h).
    twice = {
        "while n > 0:",
        "v = (x if y",
        "t = [a + b",
        "for a in range(2)",
        "y = x",
        "y = 1",
        "with Manager(), \\",
    }
    assert [line for line in facts["wrong"].values() if line[2] not in twice or line[1] < line[0]] == []
