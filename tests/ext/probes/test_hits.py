"""What a hit carries: the event, the return value, the exception, the elapsed time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from child import run

PRELUDE = """
        import _strobe_test_probes as probes
        probes.start()
        version = 0
        def arm(*locations):
            global version
            version += 1
            probes.apply(locations, version)
        def hits():
            return [(p, e, None if r is ... else repr(r), x and type(x).__name__, ns) for p, e, l, r, x, ns in probes.take_hits()]
        import json
        def report(**facts):
            print(json.dumps(facts))
"""


def facts_of(folder: Path, program: str) -> dict[str, Any]:
    return run(folder, PRELUDE + program, prelude=False).facts


def test_the_line_table_is_read_as_python_reads_it(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        """
        import ast, argparse, asyncio, dataclasses, decimal, inspect, typing, types, enum, logging, json.decoder, gc
        def tree(code):
            yield code
            for constant in code.co_consts:
                if isinstance(constant, types.CodeType):
                    yield from tree(constant)
        def joined(code):
            ranges = []
            for a, b, line in code.co_lines():
                if ranges and ranges[-1][2] == (line or None):
                    ranges[-1] = (ranges[-1][0], b, line or None)
                else:
                    ranges.append((a, b, line or None))
            return ranges
        codes = {c for f in gc.get_objects() if isinstance(f, types.FunctionType) for c in tree(f.__code__)}
        wrong = [c.co_qualname for c in codes if probes.lines(c) != joined(c)]
        report(wrong=wrong, count=len(codes))
        """,
    )
    assert facts["count"] > 1000
    assert facts["wrong"] == []


def test_an_exit_carries_the_return_value_and_the_elapsed_time(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        """
        import time
        def f(n):
            time.sleep(0.02)
            return n + 1
        arm("__main__:f:exit", "__main__:f")
        f(41)
        report(hits=hits())
        """,
    )
    (entry, exit_) = facts["hits"]
    assert entry == ["p1", "entry", None, None, -1]
    assert exit_[:4] == ["p0", "exit", "42", None]
    assert 20e6 <= exit_[4] < 10e9


def test_an_exit_by_exception_carries_the_exception(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        """
        def f(n):
            try:
                if n == 1: raise KeyError(n)
                return g(n)
            finally:
                n = 0
        def g(n):
            if n == 2: raise ValueError(n)
            try:
                raise TypeError("handled")
            except TypeError:
                return None
        arm("__main__:f:exit", "__main__:g:exit")
        for n in range(3):
            try: f(n)
            except Exception: pass
        report(hits=[h[:4] for h in hits()], elapsed=all(ns >= 0 for *_, ns in hits()))
        """,
    )
    assert facts["hits"] == [
        ["p1", "exit", "None", None],
        ["p0", "exit", "None", None],
        ["p0", "exit", None, "KeyError"],
        ["p1", "exit", None, "ValueError"],
        ["p0", "exit", None, "ValueError"],
    ]


def test_recursion_measures_each_call(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        """
        import time
        def f(n):
            if n: f(n - 1)
            time.sleep(0.01)
            return n
        arm("__main__:f:exit")
        f(3)
        report(hits=[(r, ns) for _, _, r, _, ns in hits()])
        """,
    )
    assert [value for value, _ in facts["hits"]] == ["0", "1", "2", "3"]
    for depth, (_, elapsed) in enumerate(facts["hits"], 1):
        assert elapsed >= depth * 10e6


def test_a_generator_enters_once_and_exits_once(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        """
        import asyncio
        def g(n):
            for i in range(n):
                yield i
            return "end"
        async def co(n):
            await asyncio.sleep(0.01)
            await asyncio.sleep(0.01)
            return n
        async def agen():
            yield 1
            await asyncio.sleep(0)
            yield 2
        async def main():
            await asyncio.gather(*[co(i) for i in range(3)])
            async for _ in agen(): pass
        arm("__main__:g", "__main__:g:exit", "__main__:co", "__main__:co:exit", "__main__:agen", "__main__:agen:exit")
        it = g(3)
        none = hits()
        list(it)
        asyncio.run(main())
        everything = hits()
        report(none=none, hits=[h[:3] for h in everything], elapsed=[h[4] for h in everything if h[0] == "p3"])
        """,
    )
    assert facts["none"] == []
    got = [tuple(h) for h in facts["hits"]]
    assert got.count(("p0", "entry", None)) == 1
    assert got.count(("p1", "exit", "'end'")) == 1
    assert [h for h in got if h[0] == "p2"] == [("p2", "entry", None)] * 3
    assert sorted(h[2] for h in got if h[0] == "p3") == ["0", "1", "2"]
    assert len([h for h in got if h[0] == "p4"]) == 1
    assert len([h for h in got if h[0] == "p5"]) == 1
    assert all(20e6 <= elapsed < 10e9 for elapsed in facts["elapsed"])


def test_a_call_that_began_before_the_probe_has_no_elapsed_time(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        """
        def f():
            arm("__main__:f:exit")
            return 1
        f()
        f2 = f
        report(hits=hits())
        """,
    )
    assert facts["hits"] == [["p0", "exit", "1", None, -1]]


def test_a_raise_carries_the_exception_once_for_each_identity(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        """
        class Base(Exception): pass
        class Sub(Base): pass
        class Other(Exception): pass
        def deep(n, e):
            if n: return deep(n - 1, e)
            raise e
        arm("raise:__main__.Base", "raise:Exception")
        for e in (Base(1), Sub(2), Other(3)):
            try: deep(5, e)
            except Exception: pass
        # a new one at the same address, as freed memory is used again
        for i in range(10):
            try: raise Sub(i)
            except Sub: pass
        # the same one again
        e = Base("again")
        for i in range(3):
            try: deep(2, e)
            except Base: pass
        report(hits=[h[:4] for h in hits()])
        """,
    )
    base = [h[3] for h in facts["hits"] if h[0] == "p0"]
    every = [h[3] for h in facts["hits"] if h[0] == "p1"]
    assert base == ["Base", "Sub"] + ["Sub"] * 10 + ["Base"]
    assert every == ["Base", "Sub", "Other"] + ["Sub"] * 10 + ["Base"]


@pytest.mark.parametrize("where", ["main", "thread"])
def test_unhandled_exceptions_are_those_that_leave_the_thread(tmp_path: Path, where: str) -> None:
    facts = facts_of(
        tmp_path,
        f"""
        import sys, threading, atexit
        where = {where!r}
        """
        + """
        class E(Exception): pass
        def f(handled):
            try:
                raise E(handled)
            except E:
                if not handled: raise
        def job():
            arm("raise:__main__.E:unhandled", "raise:__main__.E")  # 3.11 would reach a new thread after a moment
            f(True)
            f(False)
        sys.excepthook = threading.excepthook = lambda *a: None
        import os
        def end():
            report(hits=[h[:4] for h in hits()])
            sys.stdout.flush()
            os._exit(0)
        atexit.register(end)
        if where == "main":
            job()
        t = threading.Thread(target=job)
        t.start(); t.join()
        """,
    )
    assert [h[3] for h in facts["hits"] if h[0] == "p0"] == ["E"]
    assert len([h for h in facts["hits"] if h[0] == "p1"]) == 2
