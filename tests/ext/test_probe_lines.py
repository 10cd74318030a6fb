"""Where a probe can stand, and that it acts there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from child import run

needs_monitoring = pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is new in 3.12")


def test_a_probe_captures_arguments_locals_and_the_stack(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def outer(a):
            return inner(a + 1)
        def inner(b, *rest, key="k"):
            c = b * 2
            return c                     # here
        arm((line_of("here"),))
        outer(20)
        snapshot, = drain()
        report(mine=locals_of(snapshot), callers=locals_of(snapshot, 1), line=snapshot["line"],
               wanted=line_of("here"), functions=[f["function"] for f in snapshot["body"]["frames"]],
               state=states()[0])
        """,
    ).facts
    assert facts["mine"]["b"] == "21"
    assert facts["mine"]["c"] == "42"
    assert facts["mine"]["key"] == "'k'"
    assert facts["callers"]["a"] == "20"
    assert facts["line"] == facts["wanted"]
    assert facts["functions"] == ["inner", "outer", "<module>"]
    assert facts["state"]["state"] == "done"
    assert facts["state"]["gates"]["captured"] == 1


def test_the_probe_acts_before_its_line_runs(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def f():
            x = 1
            x = 2                        # here
            return x
        arm((line_of("here"),))
        f()
        report(x=locals_of(drain()[0])["x"])
        """,
    ).facts
    assert facts["x"] == "1"


def test_a_rare_condition_is_captured_though_the_line_is_hot(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def f(n):
            total = 0
            for i in range(n):
                total += i               # here
            return total
        arm((line_of("here"), "i == 76543", 10), rate=1.0)
        f(100_000)
        report(count=len(drain()), gates=gates())
        """,
    ).facts
    assert facts["count"] == 1
    assert facts["gates"] == {"reached": 100_000, "condition_false": 99_999, "captured": 1}


def test_every_pass_is_accounted_for(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        class Half:
            value = 1
        def f(n):
            for i in range(n):
                o = Half() if i % 2 else None
                pass                     # here
        import time
        began = time.monotonic()
        arm((line_of("here"), "o.value == 1", 100), rate=5.0)
        f(1000)
        g = gates()
        report(gates=g, total=sum(v for k, v in g.items() if k != "reached"), took=time.monotonic() - began)
        """,
    ).facts
    assert facts["gates"]["reached"] == 1000
    assert facts["gates"]["condition_error"] == 500
    # A burst of one second's worth, then the rate: as much as came in the time that this machine took.
    assert 5 <= facts["gates"]["captured"] <= 5 + int(5 * facts["took"])
    assert facts["gates"]["rate_limited"] == 500 - facts["gates"]["captured"]
    assert facts["total"] == 1000


def test_a_line_without_code_moves_to_the_next_one_and_says_so(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def f():
            x = 1
            # nothing here               # comment
            return x                     # after
        arm((line_of("comment"),))
        f()
        report(state=states()[0], after=line_of("after"), count=len(drain()))
        """,
    ).facts
    assert facts["count"] == 1
    assert facts["state"]["line"] == facts["after"]
    assert facts["state"]["reason"] == "line_moved"
    assert f"armed at line {facts['after']}" in facts["state"]["message"]


def test_a_line_past_the_end_names_the_nearest_line(tmp_path: Path) -> None:
    facts = run(tmp_path, "def f():\n    return 1\narm((9999,))\nreport(state=states()[0])\n").facts
    assert facts["state"]["state"] == "error"
    assert facts["state"]["reason"] == "no_code_at_line"
    assert "nearest line" in facts["state"]["message"]


def test_a_file_that_is_not_loaded_is_pending_and_arms_on_import(tmp_path: Path) -> None:
    (tmp_path / "later.py").write_text("def f(n):\n    return n + 1\n")
    facts = run(
        tmp_path,
        """
        arm(("later.py:2",))
        before = states()[0]
        import later
        eventually(lambda: states()[0]["state"] == "armed")
        later.f(3)
        report(before=before, after=states()[0], count=len(drain()))
        """,
    ).facts
    assert facts["before"]["state"] == "pending"
    assert facts["before"]["reason"] == "not_loaded"
    assert facts["after"]["state"] == "done"
    assert facts["count"] == 1


def test_an_ambiguous_file_lists_the_candidates(tmp_path: Path) -> None:
    for package in ("a", "b"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "same.py").write_text("def f():\n    return 1\n")
    facts = run(
        tmp_path,
        """
        import a.same, b.same
        arm(("same.py:2",), ("a/same.py:2",))
        a.same.f(); b.same.f()
        report(states=states())
        """,
    ).facts
    assert facts["states"][0]["state"] == "error"
    assert facts["states"][0]["reason"] == "ambiguous"
    assert "a/same.py" in facts["states"][0]["message"]
    assert "b/same.py" in facts["states"][0]["message"]
    assert facts["states"][1]["gates"]["captured"] == 1


def test_a_wrong_folder_names_the_file_that_is_loaded(tmp_path: Path) -> None:
    facts = run(tmp_path, 'arm(("elsewhere/program.py:2",))\nreport(state=states()[0])\n').facts
    assert facts["state"]["reason"] == "not_loaded"
    assert str(tmp_path / "program.py") in facts["state"]["message"]


@pytest.mark.parametrize(
    ("location", "reason"),
    [("program.py", "location_syntax"), ("program.py:x", "location_syntax"), (":3", "location_syntax")],
)
def test_a_location_that_cannot_be_read_says_the_form(tmp_path: Path, location: str, reason: str) -> None:
    facts = run(tmp_path, f"arm(({location!r},))\nreport(state=states()[0])\n").facts
    assert facts["state"]["state"] == "error"
    assert facts["state"]["reason"] == reason
    assert "FILE.py:LINE" in facts["state"]["message"]


def test_a_loop_that_already_runs_is_hit(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import threading, time
        stop = False
        def loop():
            n = 0
            while not stop:
                n += 1                   # here
        t = threading.Thread(target=loop)
        t.start()
        time.sleep(0.05)
        arm((line_of("here"),))
        eventually(lambda: gates().get("captured"))
        stop = True
        t.join()
        report(count=len(drain()))
        """,
    ).facts
    assert facts["count"] == 1


def test_a_suspended_generator_is_hit_at_its_next_pass(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def g():
            yield 1
            x = 5
            yield x                      # here
        it = g()
        next(it)
        arm((line_of("here"),))
        next(it)
        report(x=locals_of(drain()[0])["x"])
        """,
    ).facts
    assert facts["x"] == "5"


def test_coroutines_closures_decorated_functions_and_methods_are_hit(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import asyncio, functools
        async def co(v):
            await asyncio.sleep(0)
            return v                     # co
        def make(k):
            def inner():
                return k                 # closure
            return inner
        one, two = make(1), make(2)
        def deco(f):
            @functools.wraps(f)
            def wrapper(*a):
                return f(*a)
            return wrapper
        @deco
        def decorated(v):
            return v                     # decorated
        class C:
            def method(self):
                return self              # method
        arm((line_of("co"),), (line_of("closure"), None, 2), (line_of("decorated"),), (line_of("method"),))
        asyncio.run(co(3)); one(); two(); decorated(4); C().method()
        report(captured=[s["gates"].get("captured", 0) for s in states()],
               closures=sorted(locals_of(s).get("k", "") for s in drain() if s["probe"] == "p1"))
        """,
    ).facts
    assert facts["captured"] == [1, 2, 1, 1]
    assert facts["closures"] == ["1", "2"]


def test_one_line_functions_and_lambdas_are_hit(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def f(x): return x + 1           # def
        g = lambda y: y * 2              # lambda
        h = lambda z: z * 3              # warm
        for i in range(1000): h(i)
        arm((line_of("def"),), (line_of("lambda"),), (line_of("warm"),))
        f(1); g(2); h(3)
        report(captured=[s["gates"].get("captured", 0) for s in states()])
        """,
    ).facts
    assert facts["captured"] == [1, 1, 1]


def test_a_generator_expression_and_a_comprehension_are_hit(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def f(n):
            a = [
                i                        # list
                for i in range(n)
            ]
            return sum(
                i                        # genexpr
                for i in range(n))
        arm((line_of("list"), "i == 2"), (line_of("genexpr"), "i == 2"))
        f(5)
        report(captured=[s["gates"].get("captured", 0) for s in states()])
        """,
    ).facts
    assert facts["captured"] == [1, 1]


def test_code_from_exec_is_hit(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        names = {}
        exec(compile("def f(q):\\n    return q\\n", "made_up.py", "exec"), names)
        arm(("made_up.py:2",))
        names["f"](9)
        report(q=locals_of(drain()[0])["q"], state=states()[0])
        """,
    ).facts
    assert facts["q"] == "9"


def test_several_probes_share_a_line(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def f(n):
            return n                     # here
        here = line_of("here")
        arm((here, "n == 1"), (here, "n == 2"), (here, None, 3))
        for i in range(4): f(i)
        report(captured=[s["gates"].get("captured", 0) for s in states()], count=len(drain()))
        """,
    ).facts
    assert facts["captured"] == [1, 1, 3]
    assert facts["count"] == 5


def test_a_second_probe_in_a_function_does_not_disturb_the_first(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def f(n):
            a = n                        # one
            b = a                        # two
            return b
        arm((line_of("one"), None, 100))
        f(1)
        arm((line_of("one"), None, 100), (line_of("two"), None, 100))
        f(2)
        arm((line_of("one"), None, 100))
        f(3)
        report(gates=gates())
        """,
    ).facts
    assert facts["gates"] == {"reached": 3, "captured": 3}


def test_threads_are_all_hit(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import threading
        all_here = threading.Barrier(8)
        def f(n):
            all_here.wait()
            until_traced()
            return n                     # here
        arm((line_of("here"), None, 100))
        threads = [threading.Thread(target=f, args=(i,)) for i in range(8)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        report(captured=gates()["captured"])
        """,
    ).facts
    assert facts["captured"] == 8


def test_recursion_is_captured_with_each_frames_own_variables(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def f(n):
            if n == 0:
                return 0                 # here
            return f(n - 1)
        arm((line_of("here"),))
        f(3)
        snapshot, = drain()
        report(values=[locals_of(snapshot, i)["n"] for i in range(4)])
        """,
    ).facts
    assert facts["values"] == ["0", "1", "2", "3"]


@needs_monitoring
def test_removal_leaves_no_event_behind(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import sys
        def f(n):
            return n                     # here
        def events():
            return sum(sys.monitoring.get_local_events(i, f.__code__) for i in range(6))
        arm((line_of("here"), None, 100))
        f(1)
        armed = events()
        arm()
        f(2)
        report(armed=armed, after=events(), all=[sys.monitoring.get_events(i) for i in range(6) if sys.monitoring.get_tool(i)])
        """,
    ).facts
    assert facts["armed"] > 0
    assert facts["after"] == 0
    assert set(facts["all"]) == {0}


@needs_monitoring
def test_a_done_probe_is_disarmed_by_itself(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import sys
        def f(n):
            return n                     # here
        arm((line_of("here"),))
        f(1)
        def events():
            return sum(sys.monitoring.get_local_events(i, f.__code__) for i in range(6))
        eventually(lambda: events() == 0)
        report(left=events())
        """,
    ).facts
    assert facts["left"] == 0


@needs_monitoring
def test_a_neighbour_that_restarts_events_costs_no_hit(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import sys
        def f(n):
            a = n
            return a                     # here
        arm((line_of("here"), None, 100))
        for i in range(10):
            f(i)
            sys.monitoring.restart_events()
        report(gates=gates())
        """,
    ).facts
    assert facts["gates"] == {"reached": 10, "captured": 10}


@needs_monitoring
def test_without_a_free_tool_id_each_probe_says_who_holds_them(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import sys
        from stroboscope import _agent
        _agent.stop()
        for i in range(6): sys.monitoring.use_tool_id(i, f"tool{i}")
        _agent.start(None, "t", "c", "p", None)
        def f(n):
            return n                     # here
        arm((line_of("here"),))
        report(state=states()[0])
        """,
    ).facts
    assert facts["state"]["state"] == "error"
    assert facts["state"]["reason"] == "engine"
    assert "tool3" in facts["state"]["message"]
