"""Kinds of code in which a probe can stand, and what is said where it cannot."""

from __future__ import annotations

import compileall
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest
from child import run

needs_watcher = pytest.mark.skipif(sys.version_info < (3, 12), reason="3.11 does not report new code")

WAIT = """
        def wait_for(state, i=0):
            if not eventually(lambda: states()[i]["state"] == state):
                raise SystemExit(f"never {state}: {states()[i]}")
"""


@pytest.mark.parametrize(
    "spelling", ["./shop/./pricing.py", "shop\\\\pricing.py", "shop//pricing.py", "pricing.py"]
)
def test_paths_may_be_spelled_in_other_ways(tmp_path: Path, spelling: str) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "pricing.py").write_text("def f():\n    return 1\n")
    facts = run(
        tmp_path,
        f"""
        import shop.pricing
        arm(("{spelling}:2",))
        shop.pricing.f()
        report(state=states()[0])
        """,
    ).facts
    assert facts["state"]["gates"]["captured"] == 1
    assert facts["state"]["file"] == str(tmp_path / "shop" / "pricing.py")


def test_the_line_of_a_def_means_the_first_line_of_the_function(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import functools
        def plain(a,                         # plain
                  b=1):
            '''Text.'''
            return a                         # body
        def deco(f):
            @functools.wraps(f)
            def wrapper(*args):
                return f(*args)
            return wrapper
        @deco                                # decorator
        def decorated(a):                    # decorated
            return a                         # inside
        arm((line_of("plain"),), (line_of("decorator"),), (line_of("decorated"),))
        plain(1)
        decorated(2)
        report(states=states(), body=line_of("body"), inside=line_of("inside"))
        """,
    ).facts
    assert [s["gates"].get("captured", 0) for s in facts["states"]] == [1, 1, 1]
    assert [s["line"] for s in facts["states"]] == [facts["body"], facts["inside"], facts["inside"]]
    assert [s["reason"] for s in facts["states"]] == ["line_moved"] * 3
    assert "the head of plain" in facts["states"][0]["message"]


def test_a_one_line_def_is_hit_by_calls_and_not_by_its_making(tmp_path: Path) -> None:
    (tmp_path / "short.py").write_text("def f(x): return x + 1\nclass C:\n    def m(self): return self\n")
    facts = run(
        tmp_path,
        """
        import short, importlib
        arm(("short.py:1", None, 100), ("short.py:3", None, 100))
        importlib.reload(short)
        made = [s["gates"].get("reached", 0) for s in states()]
        def reached(i): return states()[i]["gates"].get("reached", 0)
        def is_found():  # the code of the reloaded module
            arm(("short.py:1", None, 100), ("short.py:3", None, 100))
            before = reached(0), reached(1)
            short.f(0); short.C().m()
            return reached(0) > before[0] and reached(1) > before[1]
        eventually(is_found)
        before = reached(0), reached(1)
        short.f(1); short.f(2); short.C().m()
        report(made=made, reached=[reached(0) - before[0], reached(1) - before[1]])
        """,
    ).facts
    assert facts["made"] == [0, 0]
    assert facts["reached"] == [2, 1]


def test_lambdas_are_hit_where_they_stand_and_when_they_run(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def f(items):
            return sorted(items, key=lambda v: -v)   # here
        arm((line_of("here"), "v == 2", 10), (line_of("here"), None, 100))
        f([1, 2, 3])
        report(states=[s["gates"] for s in states()], functions=[s["body"]["frames"][0]["function"] for s in drain() if s["probe"] == "p1"])
        """,
    ).facts
    assert facts["states"][0]["captured"] == 1
    assert facts["functions"][0] == "f"
    assert facts["functions"].count("f.<locals>.<lambda>") == 3


def test_class_bodies_are_hit(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def make(n):
            class C:
                a = n                        # first
                b = a + 1                    # second
            return C
        arm((line_of("second"),))
        make(20)
        report(seen=locals_of(drain()[0]))
        """,
    ).facts
    assert facts["seen"]["a"] == "20"


@needs_watcher
@pytest.mark.parametrize("cached", [False, True])
def test_the_top_level_of_a_module_is_hit_at_its_first_import(tmp_path: Path, cached: bool) -> None:
    (tmp_path / "fresh.py").write_text("a = 1\nb = a + 1\nclass K:\n    c = b\ndef f(): pass\nf()\n")
    if cached:
        compileall.compile_file(tmp_path / "fresh.py", quiet=2)
    facts = run(
        tmp_path,
        """
        arm(("fresh.py:2",), ("fresh.py:4",), ("fresh:f",))
        import fresh
        report(snapshots=[[s["probe"], s["line"]] for s in drain()], gates=[s["gates"] for s in states()], states=states())
        """,
    ).facts
    assert facts["snapshots"] == [["p0", 2], ["p1", 4], ["p2", 5]]
    assert [(s["state"], s.get("reason", "")) for s in facts["states"]] == [("done", "")] * 3


@needs_watcher
def test_a_module_that_was_met_at_its_import_says_that_it_is_armed(tmp_path: Path) -> None:
    (tmp_path / "fresh.py").write_text("a = 1\ndef f(n):\n    return n\n")
    facts = run(
        tmp_path,
        WAIT
        + """
        arm(("fresh.py:3", "n == a", 5))
        import fresh
        fresh.f(0); fresh.f(1)
        wait_for("armed")
        report(state=states()[0])
        """,
    ).facts
    assert facts["state"]["gates"] == {"reached": 2, "condition_false": 1, "captured": 1}
    assert facts["state"]["source_sha256"]


def test_code_in_a_zip_file_is_hit(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("packed/__init__.py", "")
        archive.writestr("packed/module.py", "def f(n):\n    return n\n")
    facts = run(
        tmp_path,
        """
        import sys
        sys.path.insert(0, "app.zip")
        import packed.module
        arm(("packed/module.py:2",), ("packed.module:f",))
        packed.module.f(3)
        report(captured=[s["gates"].get("captured", 0) for s in states()], n=locals_of(drain()[0])["n"])
        """,
    ).facts
    assert facts["captured"] == [1, 1]
    assert facts["n"] == "3"


def test_a_reloaded_module_is_hit_in_its_new_code_and_in_its_old(tmp_path: Path) -> None:
    (tmp_path / "again.py").write_text("def f(n):\n    return n\n")
    facts = run(
        tmp_path,
        """
        import again, importlib
        old = again.f
        arm(("again.py:2", None, 100000), ("again:f", None, 100000))
        importlib.reload(again)
        def passes(*functions):
            before = [s["gates"].get("reached", 0) for s in states()]
            for function in functions: function(2)
            return [s["gates"].get("reached", 0) - b for s, b in zip(states(), before)]
        def is_found():
            # 3.11 looks for new code when probes are set
            arm(("again.py:2", None, 100000), ("again:f", None, 100001))
            return passes(again.f) == [1, 1]
        eventually(is_found)
        drain()
        report(hits=passes(old, again.f), seen=len(drain()), same=old.__code__ is again.f.__code__)
        """,
    ).facts
    assert not facts["same"]
    assert facts["hits"] == [2, 2]
    assert facts["seen"] > 0


def test_code_that_was_given_to_another_function_is_hit(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def f(n):
            return n
        def g(n):
            return n * 2                     # here
        f.__code__ = g.__code__
        arm((line_of("here"),), ("__main__:f",))
        f(4)
        report(captured=[s["gates"].get("captured", 0) for s in states()], same=f.__code__ is g.__code__)
        """,
    ).facts
    assert facts["captured"] == [1, 1]
    assert facts["same"]


def test_frames_that_run_in_any_thread_and_suspended_ones_are_hit(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import threading, time, asyncio
        go, ready = threading.Event(), threading.Semaphore(0)
        def blocked(n):
            ready.release()
            go.wait()
            return n                         # thread
        def generator():
            x = yield 1
            yield x                          # generator
        async def coroutine(event):
            await event.wait()
            return 1                         # coroutine
        async def agen():
            yield 1
            yield 2                          # agen
        async def main():
            event = asyncio.Event()
            task = asyncio.create_task(coroutine(event))
            ag = agen()
            await ag.asend(None)
            await asyncio.sleep(0.01)
            arm(*[(line_of(n), None, 10) for n in ("thread", "generator", "coroutine", "agen")])
            event.set()
            await task
            await ag.asend(None)
        threads = [threading.Thread(target=blocked, args=(i,)) for i in range(3)]
        [t.start() for t in threads]
        [ready.acquire() for t in threads]
        it = generator(); next(it)
        asyncio.run(main())
        it.send(5)
        go.set()
        [t.join() for t in threads]
        report(captured=[s["gates"].get("captured", 0) for s in states()])
        """,
    ).facts
    assert facts["captured"] == [3, 1, 1, 1]


def test_wrappers_that_are_used_many_times_are_hit_in_each(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def deco(f):
            def wrapper(*args):
                return f(*args)              # here
            return wrapper
        functions = [deco(lambda i=i: i) for i in range(5)]
        arm((line_of("here"), None, 100), ("__main__:deco.<locals>.wrapper", None, 100))
        for f in functions: f()
        report(captured=[s["gates"]["captured"] for s in states()])
        """,
    ).facts
    assert facts["captured"] == [5, 5]


def test_functions_are_found_by_their_qualified_name(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "__init__.py").write_text("from lib.inner import exported\n")
    (tmp_path / "lib" / "inner.py").write_text("def exported(n):\n    return n\n")
    facts = run(
        tmp_path,
        """
        import functools, lib
        class A:
            def method(self): return 1
            @staticmethod
            def static(): return 2
            @classmethod
            def klass(cls): return 3
            @property
            def prop(self): return 4
            class B:
                def deep(self):
                    def local():
                        return 5
                    return local()
        @functools.lru_cache
        def cached(n): return n
        exec("def made(): return 6")
        names = ["A.method", "A.static", "A.klass", "A.prop", "A.B.deep", "A.B.deep.<locals>.local", "cached", "made"]
        arm(*[(f"__main__:{n}",) for n in names], ("lib:exported",), ("lib.inner:exported",))
        a = A(); a.method(); a.static(); a.klass(); a.prop; A.B().deep(); cached(1); made(); lib.exported(1)
        report(missing=[[s["probe"], s["message"]] for s in states() if s["gates"].get("captured", 0) != 1])
        """,
    ).facts
    assert facts["missing"] == []


def test_a_function_that_is_not_there_names_similar_ones(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        class Basket:
            def total(self): return 1
        arm(("__main__:total",), ("nowhere.at.all:f",))
        report(states=states())
        """,
    ).facts
    assert facts["states"][0]["reason"] == "no_function"
    assert "Basket.total" in facts["states"][0]["message"]
    assert facts["states"][1]["state"] == "pending"
    assert "nowhere.at.all" in facts["states"][1]["message"]


def test_entry_and_exit_of_a_function_are_hit(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def f(n):
            m = n + 1
            if n == 2: raise ValueError(n)
            return m
        arm(("__main__:f", "n == 1", 10), ("__main__:f:entry", None, 10), ("__main__:f:exit", None, 10))
        for n in range(3):
            try: f(n)
            except ValueError: pass
        report(states=states(), at_exit=[locals_of(s) for s in drain() if s["probe"] == "p2"], line=line_of_def())
        """.replace("line_of_def()", "f.__code__.co_firstlineno"),
    ).facts
    assert [s["gates"]["captured"] for s in facts["states"]] == [1, 3, 3]
    assert facts["at_exit"][0]["m"] == "1"
    assert facts["at_exit"][2]["n"] == "2"
    assert facts["states"][0]["line"] == facts["line"]


def test_exceptions_are_caught_where_they_are_raised(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        class Base(Exception): pass
        class Sub(Base): pass
        def f(n):
            secret_of_frame = n
            raise Sub(n)                     # here
        arm(("raise:__main__.Base", None, 10), ("raise:ValueError", None, 10), ("raise:__main__.Base", "n == 5", 10))
        for n in (4, 5):
            try: f(n)
            except Base: pass
        try: int("x")
        except ValueError: pass
        report(states=states(), lines=[s["line"] for s in drain() if s["probe"] == "p0"], here=line_of("here"))
        """,
    ).facts
    assert [s["state"] for s in facts["states"]] == ["armed"] * 3
    assert [s["gates"]["captured"] for s in facts["states"]] == [2, 1, 1]
    assert facts["lines"] == [facts["here"]] * 2


def test_an_exception_type_that_does_not_exist_yet_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "errors.py").write_text("class Broken(Exception): pass\n")
    facts = run(
        tmp_path,
        WAIT
        + """
        arm(("raise:errors.Broken",), ("raise:NoSuchError",), ("raise:not a name",))
        before = states()
        import errors
        wait_for("armed")
        try: raise errors.Broken
        except errors.Broken: pass
        report(before=before, captured=states()[0]["gates"].get("captured"))
        """,
    ).facts
    assert [(s["state"], s["reason"]) for s in facts["before"]] == [
        ("pending", "not_loaded"),
        ("pending", "no_type"),
        ("error", "location_syntax"),
    ]
    assert facts["captured"] == 1


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is new in 3.12")
def test_exception_events_are_on_only_while_a_probe_needs_them(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import sys
        def f(): return 1
        def events():
            return [sum(sys.monitoring.get_events(i) for i in range(6) if sys.monitoring.get_tool(i)),
                    sum(sys.monitoring.get_local_events(i, f.__code__) for i in range(6))]
        seen = [events()]
        for probe in ("__main__:f", "__main__:f:exit", "raise:ValueError", "raise:ValueError:unhandled"):
            arm((probe, None, 10)); seen.append(events())
            arm(); seen.append(events())
        report(seen=seen, local=sys.version_info >= (3, 15))
        """,
    ).facts
    seen = facts["seen"]
    assert seen[0] == seen[2] == seen[4] == seen[6] == seen[8] == [0, 0]
    assert seen[1][0] == 0
    assert seen[1][1] > 0
    assert seen[3][1] > 0
    assert (seen[3][0] == 0) == facts["local"]
    assert seen[5][0] > 0
    assert seen[7][0] > 0


def test_a_probe_without_code_in_its_file_names_the_nearest_lines(tmp_path: Path) -> None:
    (tmp_path / "thin.py").write_text(
        textwrap.dedent("""\
        import sys


        def f():
            return 1


        # the end
        """)
    )
    facts = run(
        tmp_path,
        """
        import thin
        arm(("thin.py:1",), ("thin.py:8",), ("thin.py:4",))
        report(states=states())
        """,
    ).facts
    assert [s["reason"] for s in facts["states"]] == ["no_code_at_line", "no_code_at_line", "line_moved"]
    assert facts["states"][2]["line"] == 5


def test_a_thousand_probes_are_armed_and_removed(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        source = "".join(f"def f{i}(n):\\n    return n\\n" for i in range(500))
        names = {}
        exec(compile(source, "many.py", "exec"), names)
        long = "def long(n):\\n" + "".join(f"    x{i} = n\\n" for i in range(498)) + "    return n\\n"
        exec(compile(long, "long.py", "exec"), names)
        wanted = [(f"many.py:{2 * i + 2}", None, 10) for i in range(500)] + [(f"long.py:{i + 2}", None, 10) for i in range(499)] + [("absent.py:1",)]
        arm(*wanted)
        for i in range(500): names[f"f{i}"](i)
        names["long"](1)
        reached = [s["gates"].get("reached", 0) for s in states()]
        arm()
        for i in range(500): names[f"f{i}"](i)
        report(reached=reached, left=len(states()))
        """,
    ).facts
    assert facts["reached"] == [1] * 999 + [0]
    assert facts["left"] == 0


def test_code_that_can_run_no_more_is_let_go(tmp_path: Path) -> None:
    """A template that is compiled again and again under one name."""
    facts = run(
        tmp_path,
        """
        import gc, weakref
        probe = ("template.py:2", None, 100000)
        arm(probe)
        codes = []
        for i in range(50):
            names = {}
            exec(compile("def f(n):\\n    return n\\n", "template.py", "exec"), names)
            codes.append(weakref.ref(names["f"].__code__))
            arm(probe)
            names["f"](i)
            del names
            gc.collect()
        def let_go():  # a look that is under way keeps some for a moment
            global alive
            arm(probe)
            alive = sum(code() is not None for code in codes)
            return alive <= 1
        eventually(let_go)
        report(reached=gates()["reached"], alive=alive, state=states()[0]["state"])
        """,
    ).facts
    assert facts["reached"] == 50
    assert facts["alive"] <= 1
