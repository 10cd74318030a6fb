"""Starting, stopping, ending; and a program that does not notice."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from child import run

DEAD_HUB = "wss://token@127.0.0.1:1/shop?pin=" + "0" * 64


def test_importing_the_package_starts_nothing(tmp_path: Path) -> None:
    outcome = run(
        tmp_path,
        """
        import sys, threading, os, json
        import stroboscope
        print(json.dumps({"modules": [m for m in sys.modules if m.startswith("stroboscope.")],
                          "threads": len(os.listdir("/proc/self/task")), "status": stroboscope.status()}))
        """,
        prelude=False,
        env={"STROBE_DSN": ""},
    )
    assert json.loads(outcome.stdout) == {
        "modules": ["stroboscope._version", "stroboscope._start"],
        "threads": 1,
        "status": None,
    } or json.loads(outcome.stdout)["modules"] == ["stroboscope._start", "stroboscope._version"]


def test_starting_twice_is_starting_once(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import os, stroboscope
        stroboscope.start("wss://x@127.0.0.1:1/other?pin=" + "0" * 64)
        report(link=stroboscope.status()["link"], service=stroboscope.status()["service"], threads=len(os.listdir("/proc/self/task")))
        """,
    ).facts
    assert facts == {"link": "local", "service": "test", "threads": 2}


def test_stopping_ends_every_thread_and_starting_again_works(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import os, sys, stroboscope
        def f(n):
            return n                     # here
        counts = []
        for i in range(5):
            stroboscope.stop()
            threads = len(os.listdir("/proc/self/task"))
            _start._start(None, "again")
            arm((line_of("here"),))
            f(i)
            counts.append([threads, len(drain())])
        stroboscope.stop(); stroboscope.stop()
        report(counts=counts, status=stroboscope.status())
        """,
    ).facts
    assert facts == {"counts": [[1, 1]] * 5, "status": None}


@pytest.mark.parametrize(
    ("dsn", "says"),
    [
        ("", "STROBE_DSN"),
        ("nonsense", "wss://"),
        ("ws://t@h/s", "wss"),
        ("wss://h/s", "token"),
        ("wss://t@h:99999/s", "port"),
        ("wss://t@h/s?pin=xyz", "pin"),
    ],
)
def test_a_wrong_dsn_is_a_clear_error_without_the_token(tmp_path: Path, dsn: str, says: str) -> None:
    program = f"""
        import stroboscope, json
        try:
            stroboscope.start({dsn!r})
        except ValueError as error:
            print(json.dumps(str(error)))
        """
    outcome = run(tmp_path, program, prelude=False, env={"STROBE_DSN": ""})
    message = json.loads(outcome.stdout)
    assert says in message
    assert "sekret" not in message


def test_a_hub_that_is_away_costs_the_program_nothing(tmp_path: Path) -> None:
    program = """
        import sys, atexit, threading
        print("hello"); print("oops", file=sys.stderr)
        def late(): print("bye")
        atexit.register(late)
        t = threading.Thread(target=lambda: print("thread"))
        t.start(); t.join()
        sys.exit(3)
        """
    plain = run(tmp_path, program, prelude=False, env={"STROBE_DSN": ""})
    code = "from stroboscope._start import auto\nauto()\nimport stroboscope\nassert stroboscope.status()['link'] == 'connecting'\n"
    (tmp_path / "sitecustomize.py").write_text(code)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    with_agent = run(tmp_path, program, prelude=False, env={"STROBE_DSN": DEAD_HUB, "PYTHONPATH": path})
    assert with_agent == plain
    assert plain.code == 3


@pytest.mark.parametrize(
    "ending",
    [
        "sys.exit(7)",
        "os._exit(8)",
        "raise RuntimeError('end')",
        "os.kill(os.getpid(), 15)",
        "os.kill(os.getpid(), 9)",
        "raise KeyboardInterrupt",
        "threading.Thread(target=lambda: time.sleep(0.2)).start()",
        "threading.Thread(target=lambda: time.sleep(5), daemon=True).start()",
        "signal.signal(signal.SIGALRM, lambda *a: sys.exit(9)); signal.alarm(1); time.sleep(5)",
        "os.execv(sys.executable, [sys.executable, '-c', 'print(1)'])",
        "import ctypes; ctypes.CDLL(None).exit(4)",
    ],
)
def test_every_way_to_end_is_the_same_with_the_agent(tmp_path: Path, ending: str) -> None:
    program = f"""
        import os, sys, time, threading, signal
        def f(n):
            return n                     # here
        START
        for i in range(100): f(i)
        {ending}
        """
    start = (
        "import json; from stroboscope import _agent, _start; _start._start(%r, 's');"
        " _agent.local_apply([('p', 1, 'program.py:4', None, 10, 10.0, 0)])" % DEAD_HUB
    )
    plain = run(tmp_path, program.replace("START", "pass"), prelude=False)
    probed = run(tmp_path, program.replace("START", start), prelude=False)
    assert probed.code == plain.code
    assert probed.stdout == plain.stdout
    assert len(probed.stderr.splitlines()) == len(plain.stderr.splitlines())


def test_the_programs_objects_stay_the_same(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import inspect, pickle, sys, signal, contextvars
        def f(n):
            return n                     # here
        code, source = f.__code__, inspect.getsource(f)
        bytecode, pickled = f.__code__.co_code, pickle.dumps(f)
        signals = [signal.getsignal(s) for s in signal.valid_signals()]
        facts = []
        for probes in [(), ((line_of("here"), None, 5),), ()]:
            arm(*probes)
            for i in range(10): f(i)
            facts.append([f.__code__ is code, f.__code__.co_code == bytecode, inspect.getsource(f) == source, pickle.dumps(f) == pickled,
                          sys.gettrace() is None, [signal.getsignal(s) for s in signal.valid_signals()] == signals])
        report(facts=facts)
        """,
    ).facts
    assert facts["facts"] == [[True] * 6] * 3


def test_the_sigpipe_disposition_is_the_programs_own(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        f"""
        import signal, stroboscope, time
        stroboscope.stop()
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        stroboscope.start({DEAD_HUB!r})
        time.sleep(0.3)
        report(default=signal.getsignal(signal.SIGPIPE) == signal.SIG_DFL,
               ignored=bool(int([l for l in open("/proc/self/status") if l.startswith("SigIgn")][0].split()[1], 16) >> 12 & 1))
        """,
    ).facts
    assert facts == {"default": True, "ignored": False}


def test_a_tracer_of_the_program_keeps_working(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import sys
        seen = []
        def tracer(frame, event, arg):
            if event == "line" and frame.f_code.co_name == "f":
                seen.append(frame.f_lineno)
            return tracer
        def f(n):
            a = n
            return a                     # here
        sys.settrace(tracer)
        f(0)
        alone = len(seen)
        arm((line_of("here"), None, 100))
        f(1)
        same = sys.gettrace() is tracer
        arm()
        f(2)
        still = sys.gettrace() is tracer
        sys.settrace(None)
        report(alone=alone, all=len(seen), captured=len(drain()), same=same, still=still)
        """,
    ).facts
    assert facts == {"alone": 2, "all": 6, "captured": 1, "same": True, "still": True}


INSIDE = """
import os
try:
    import stroboscope._agent
    os.write(WRITE, b"imported")
except ImportError as error:
    os.write(WRITE, str(error).encode())
"""


@pytest.mark.skipif(
    sys.version_info < (3, 13), reason="before 3.13 there is no usable module of subinterpreters"
)
@pytest.mark.parametrize("config", ["legacy", "isolated"])
def test_a_subinterpreter_gets_a_clear_refusal(tmp_path: Path, config: str) -> None:
    facts = run(
        tmp_path,
        f"""
        import os, _interpreters
        read, write = os.pipe()
        number = _interpreters.create({config!r})
        _interpreters.exec(number, {INSIDE!r}.replace("WRITE", str(write)))
        _interpreters.destroy(number)
        report(said=os.read(read, 1000).decode())
        """,
    ).facts
    assert "main interpreter" in facts["said"] or "subinterpreter" in facts["said"]


def test_the_package_and_the_extension_are_one_version(tmp_path: Path) -> None:
    facts = run(
        tmp_path, "import stroboscope\nreport(package=stroboscope.__version__, agent=_agent.__version__)\n"
    ).facts
    assert facts["package"] == facts["agent"]
