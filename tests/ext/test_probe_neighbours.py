"""Other tools in the same process: each works as without us, and the probes act."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from child import PRELUDE, run

needs_monitoring = pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is new in 3.12")

WORK = """
        def work(n):
            total = 0
            for i in range(n):
                if i % 2:
                    total += i               # here
            return total
"""


@pytest.mark.parametrize("core", ["ctrace", "sysmon"])
@pytest.mark.parametrize("order", ["coverage first", "probe first"])
def test_coverage_measures_the_same_and_the_probe_acts(tmp_path: Path, core: str, order: str) -> None:
    pytest.importorskip("coverage")
    if core == "sysmon" and sys.version_info < (3, 12):
        pytest.skip("this core needs 3.12")
    (tmp_path / "subject.py").write_text(
        "def work(n):\n    total = 0\n    for i in range(n):\n        if i % 2:\n            total += i\n"
        "    if total < 0:\n        total = 0\n    squares = [j * j for j in range(n)]\n    return total, squares\n"
        "def loops(n):\n    total = 0\n    for j in range(n): total += j\n    return total\n"
    )
    facts = run(
        tmp_path,
        f"""
        import coverage, subject
        PROBES = [("subject.py:5", "i == 7", 10), ("subject.py:9", None, 10), ("subject.py:12", "j == 7", 10)]
        def measure(probe):
            c = coverage.Coverage(data_file=None, include=["*/subject.py"])
            if probe and {order == "probe first"}: arm(*PROBES)
            c.start()
            if probe and {order == "probe first"}: until_traced()  # 3.11: coverage took our place
            if probe and {order != "probe first"}: arm(*PROBES)
            subject.work(10); subject.work(20)
            for n in range(10): subject.loops(n)
            c.stop()
            return sorted(c.get_data().lines(subject.__file__))
        without = measure(False)
        with_probe = measure(True)
        states_ = states()
        arm()
        report(without=without, with_probe=with_probe, after=measure(False), gates=[s["gates"] for s in states_])
        """,
        env={"COVERAGE_CORE": core},
    ).facts
    assert facts["without"] == [2, 3, 4, 5, 6, 8, 9, 11, 12, 13]
    assert facts["with_probe"] == facts["without"]
    assert facts["after"] == facts["without"]
    assert facts["gates"][0] == {"reached": 15, "condition_false": 13, "captured": 2}
    assert facts["gates"][1] == {"reached": 2, "captured": 2}
    # A loop in one line. Where coverage answers its LINE with DISABLE, CPython loses one INSTRUCTION (gh-158121).
    assert facts["gates"][2]["reached"] in ((54, 55) if core == "sysmon" else (55,))
    assert facts["gates"][2]["captured"] == 2


def test_pdb_stops_where_it_should_and_the_probe_acts(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        PRELUDE
        + "def work(n):\n"
        + "    a = n + 1                # armed\n"
        + "    b = a + 1\n"
        + "    return b\n"
        + 'arm((line_of("armed"), None, 10))\n'
        + "import pdb\n"
        + "pdb.Pdb(nosigint=True).set_trace()\n"
        + "until_traced()  # 3.11: pdb took our place\n"
        + "x = work(1)\n"
        + "y = work(2)\n"
        + "report(gates=gates(), x=x, y=y)\n"
    )
    done = subprocess.run(
        [sys.executable, str(program)],
        input="b work\nc\nn\nn\np 'a is', a\nc\nc\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "('a is', 2)" in done.stdout
    facts = json.loads(done.stdout.splitlines()[-1].removeprefix("(Pdb) "))
    assert facts["x"] == 3
    assert facts["gates"] == {"reached": 2, "captured": 2}


def test_cprofile_counts_the_same_calls_and_the_probe_acts(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        WORK
        + """
        import cProfile, pstats
        def profile():
            p = cProfile.Profile()
            p.runcall(work, 10)
            return {k[2]: v[0] for k, v in pstats.Stats(p).stats.items() if "disable" not in k[2]}
        without = profile()
        arm((line_of("here"), "i == 5", 10), ("__main__:work:exit", None, 10))
        with_probe = profile()
        gates_ = [s["gates"] for s in states()]
        report(without=without, with_probe=with_probe, gates=gates_)
        """,
    ).facts
    assert facts["with_probe"] == facts["without"]
    assert facts["gates"] == [
        {"reached": 5, "condition_false": 4, "captured": 1},
        {"reached": 1, "captured": 1},
    ]


@pytest.mark.parametrize("order", ["tracer first", "probe first"])
def test_a_programs_own_tracer_sees_the_same_and_stays(tmp_path: Path, order: str) -> None:
    facts = run(
        tmp_path,
        WORK
        + f"""
        import sys
        def measure(probe):
            seen = []
            def tracer(frame, event, arg):
                if frame.f_code is not work.__code__: return None
                seen.append((event, frame.f_lineno))
                return tracer
            if probe and {order == "probe first"}: arm((line_of("here"), "i == 5", 10))
            sys.settrace(tracer)
            if probe and {order != "probe first"}: arm((line_of("here"), "i == 5", 10))
            work(10)
            same = sys.gettrace() is tracer
            sys.settrace(None)
            return seen, same
        without, _ = measure(False)
        with_probe, same = measure(True)
        state = states()[0]
        arm()
        report(equal=without == with_probe, count=len(without), same=same, gates=state["gates"], left=sys.gettrace() is None)
        """,
    ).facts
    assert facts["count"] > 20
    assert facts["equal"]
    assert facts["same"]
    assert facts["left"]
    if order == "tracer first" or sys.version_info >= (
        3,
        12,
    ):  # 3.11: the tracer takes our place for up to 50 ms
        assert facts["gates"] == {"reached": 5, "condition_false": 4, "captured": 1}


def test_a_programs_own_profiler_sees_the_same(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        WORK
        + """
        import sys
        def measure():
            seen = []
            def profiler(frame, event, arg):
                if frame.f_code is work.__code__: seen.append(event)
            sys.setprofile(profiler)
            work(10)
            sys.setprofile(None)
            return seen
        without = measure()
        arm((line_of("here"), "i == 5", 10), ("__main__:work", None, 10))
        with_probe = measure()
        report(without=without, with_probe=with_probe, gates=[s["gates"] for s in states()])
        """,
    ).facts
    assert facts["with_probe"] == facts["without"] == ["call", "return"]
    assert [g["captured"] for g in facts["gates"]] == [1, 1]


@needs_monitoring
def test_another_tool_that_restarts_events_costs_no_hit_of_any_kind(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        WORK
        + """
        import sys
        def loop(n):
            return sum(i for i in range(n))  # one line
        arm((line_of("here"), "n == 0", 1000), (line_of("one line"), "i == 3", 1000), ("__main__:work:exit", None, 1000))
        for i in range(20):
            work(10); loop(10)
            sys.monitoring.restart_events()
        report(gates=[s["gates"] for s in states()])
        """,
    ).facts
    assert [g["reached"] for g in facts["gates"]][0::2] == [100, 20]
    assert facts["gates"][1]["captured"] == 20


@needs_monitoring
def test_another_tool_on_the_same_code_sees_its_own_events(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        WORK
        + """
        import sys
        m = sys.monitoring
        def measure():
            seen = []
            m.use_tool_id(0, "neighbour")
            m.register_callback(0, m.events.LINE, lambda code, line: seen.append(line))
            m.register_callback(0, m.events.PY_START, lambda code, offset: seen.append("start"))
            m.set_local_events(0, work.__code__, m.events.LINE | m.events.PY_START)
            work(6)
            m.set_local_events(0, work.__code__, 0)
            m.free_tool_id(0)
            return seen
        without = measure()
        arm((line_of("here"), "i == 5", 10), ("__main__:work", None, 10))
        with_probe = measure()
        report(equal=without == with_probe, gates=[s["gates"] for s in states()])
        """,
    ).facts
    assert facts["equal"]
    assert [g["captured"] for g in facts["gates"]] == [1, 1]


def test_debugpy_listens_and_the_probe_acts(tmp_path: Path) -> None:
    pytest.importorskip("debugpy")
    facts = run(
        tmp_path,
        WORK
        + """
        import debugpy, sys
        arm((line_of("here"), "i == 5", 10))
        work(10)
        before = gates()
        debugpy.listen(("127.0.0.1", 0))
        debugpy.trace_this_thread(True)
        work(10)
        arm((line_of("here"), "i == 5", 10), ("__main__:work:exit", None, 10))
        until_traced()  # 3.11: debugpy's tracer took our place
        work(10)
        report(before=before, gates=[s["gates"] for s in states()])
        import os; sys.stdout.flush(); os._exit(0)
        """,
    ).facts
    assert facts["before"]["captured"] == 1
    assert facts["gates"][0]["captured"] >= (3 if sys.version_info >= (3, 12) else 2)
    assert facts["gates"][1]["captured"] == 1


def test_a_probed_function_can_be_pickled_and_inspected(tmp_path: Path) -> None:
    (tmp_path / "subject.py").write_text("def work(n):\n    return [i for i in range(n)]\n")
    facts = run(
        tmp_path,
        """
        import subject, pickle, inspect, dis, marshal, copy
        def look():
            code = subject.work.__code__
            return [pickle.dumps(subject.work).hex(), inspect.getsource(subject.work), code.co_code.hex(), marshal.loads(marshal.dumps(code)) == code,
                    [i.opname for i in dis.get_instructions(subject.work)], list(code.co_lines()), hash(code)]
        before, code = look(), subject.work.__code__
        subject.work(3)
        arm(("subject.py:2", None, 10), ("subject:work:exit", None, 10))
        subject.work(3)
        after = look()
        report(same=[a == b for a, b in zip(before, after)], code=code is subject.work.__code__,
               copied=pickle.loads(pickle.dumps(subject.work))(2), captured=[s["gates"]["captured"] for s in states()])
        """,
    ).facts
    assert facts["same"] == [True] * 7
    assert facts["code"]
    assert facts["copied"] == [0, 1]
    assert facts["captured"][0] > 2  # each pass of the comprehension
    assert facts["captured"][1] == 2  # once here, once as its copy


def test_a_huge_literal_is_imported_beside_a_pending_probe(tmp_path: Path) -> None:
    table = ",\n".join(f'    "key{i}": ({i}, "value {i}")' for i in range(2000))
    (tmp_path / "huge.py").write_text(f"TABLE = {{\n{table}\n}}\ndef f(n):\n    return TABLE[n]\n")
    facts = run(
        tmp_path,
        """
        arm(("huge.py:2004", None, 10), ("huge.py:500", None, 10))
        import huge
        eventually(lambda: states()[0]["state"] == "armed")
        huge.f("key7")
        report(captured=gates()["captured"], states=states(), count=len(huge.TABLE))
        """,
    ).facts
    assert facts["count"] == 2000
    assert facts["captured"] == 1


STORM = """
        import random, sys, threading, time
        sys.setswitchinterval(0.0005)
        def make(i):
            names = {}
            source = "def f(n):\\n    a = n\\n    for i in range(2): a += i\\n    b = [j for j in range(2)]\\n    return a\\n"
            exec(compile(source, f"storm{i}.py", "exec"), names)
            return names["f"]
        functions = [make(i) for i in range(4)]
        stop = False
        calls = [0] * 8
        def spin(i, f):
            while not stop:
                f(1)
                calls[i] += 1
        def generate(i, f):
            def g():
                while not stop:
                    yield f(2)
            for _ in g(): calls[i] += 1
        spinners = [threading.Thread(target=t, args=(2 * i + j, f)) for i, f in enumerate(functions) for j, t in enumerate((spin, generate))]
        def let_them_run():
            began = list(calls)
            while not stop and any(c < b + 3 for c, b in zip(calls, began)):
                time.sleep(0.001)
        lock, wrong, rounds, blind = threading.Lock(), [], 0, False
        def storm(seed):
            global rounds
            rng = random.Random(seed)
            while not stop:
                if blind:
                    _agent.local_apply([("x", rng.randrange(10**9), f"storm{rng.randrange(4)}.py:{rng.randrange(2, 6)}", None, 10, 1.0, 0)])
                    continue
                with lock:
                    chosen = [(f"storm{rng.randrange(4)}.py:{rng.randrange(2, 6)}", rng.choice([None, "n == 2"]), 100000) for _ in range(rng.randrange(1, 5))]
                    arm(*chosen, rate=1.0)
                    late = [s for s in states() if s["state"] != "armed"]
                    before = [s["gates"].get("reached", 0) for s in states()]
                    let_them_run()
                    if stop or blind: break
                    after = [s["gates"].get("reached", 0) for s in states()]
                    resting = {i for i, s in enumerate(states()) if s["state"] == "suspended"}
                    for i, (where, b, a) in enumerate(zip(chosen, before, after)):
                        if a <= b and i not in resting: wrong.append(["not hit after armed", where[0], b, a])
                    wrong.extend(late)
                    if rng.random() < 0.3:
                        arm()
                        drain()
                        let_them_run()
                        if drain() and not blind: wrong.append("hit after removed")
                    rounds += 1
        stormers = [threading.Thread(target=storm, args=(i,)) for i in range(8)]
        [t.start() for t in spinners + stormers]
        time.sleep({seconds})
        eventually(lambda: rounds > 5)
        blind = True  # from here on all at once, without looking
        time.sleep(1)
        stop = True
        [t.join() for t in spinners + stormers]
        arm()
        while True:
            try: drain(); break
            except RuntimeError: pass  # a snapshot of a probe that went long ago
        for f in functions: f(1)
        left = [sum(sys.monitoring.get_local_events(i, f.__code__) for i in range(6)) for f in functions] if sys.version_info >= (3, 12) else [0]
        report(wrong=wrong[:5], rounds=rounds, left=left, drained=len(drain()))
"""


def test_a_storm_of_arming_and_removing_loses_no_hit_and_leaves_nothing(tmp_path: Path) -> None:
    facts = run(tmp_path, STORM.replace("{seconds}", "4"), "-X", "dev").facts
    assert facts["rounds"] > 5
    assert facts["wrong"] == []
    assert set(facts["left"]) == {0}
    assert facts["drained"] == 0
