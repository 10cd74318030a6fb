"""Small programs under `strobe run` with a real hub: nothing about them changes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from live_hub import STROBE, LiveHub
from waiting import eventually

IDENTITY = """
import sys

def step(number):
    doubled = number * 2
    return doubled

code = step.__code__
same, steps = True, 0
print("ready", flush=True)
import threading
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), ended.set()), daemon=True).start()
while not ended.wait(0.001):
    step(21)
    steps += 1
    same = same and step.__code__ is code and code.co_code == step.__code__.co_code
print("same" if same else "changed", steps > 0, sys.gettrace(), sys.getprofile())
"""


@pytest.mark.parametrize(
    "script",
    [
        "print('out'); import sys; print('err', file=sys.stderr); sys.exit(3)",
        "raise ValueError('the program fails')",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
        "import os; os._exit(9)",
        "import os; pid = os.fork(); os._exit(4) if not pid else print(os.waitpid(pid, 0)[1])",
        "import subprocess as s, sys; print(s.run([sys.executable, '-c', 'print(7); exit(5)']).returncode)",
        "import threading; threading.Thread(target=lambda: print('late')).start()",
        "import sys; print(sys.path, sys.argv, sys.flags, sorted(sys.warnoptions))",
        "import atexit; atexit.register(print, 'bye'); 1 / 0",
        "import multiprocessing as m\nif __name__ == '__main__':\n    print(m.Pool(2).map(abs, [-1, -2]))",
    ],
)
def test_output_and_exit_code_are_those_of_the_program(
    live_hub: LiveHub, tmp_path: Path, script: str
) -> None:
    program = tmp_path / "program.py"
    program.write_text(script)
    outcomes = []
    for prefix in ([], [*STROBE, "run", "--service", "script", "--"]):
        done = subprocess.run(
            [*prefix, sys.executable, str(program), "argument"],
            env=live_hub.environ,
            cwd=tmp_path,
            input=b"",
            capture_output=True,
            timeout=60,
            check=False,
        )
        outcomes.append((done.returncode, done.stdout, done.stderr))
    assert outcomes[0] == outcomes[1]


def test_code_objects_stay_the_same_before_during_and_after(live_hub: LiveHub, tmp_path: Path) -> None:
    program = tmp_path / "identity.py"
    program.write_text(IDENTITY)
    child = subprocess.Popen(
        [*STROBE, "run", "--service", "script", "--", sys.executable, str(program)],
        env=live_hub.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        eventually(lambda: live_hub.client.instances(service="script", state="up"), "the connection")
        for _ in range(3):
            done = live_hub.strobe("snap", "identity.py:6", "--if", "number == 21", "--timeout", "60")
            assert done.returncode == 0, done.stderr
            assert "doubled = 42" in done.stdout
        out, _ = child.communicate("end\n", timeout=60)
        assert (out, child.returncode) == ("same True None None\n", 0)
    finally:
        child.kill()
        child.wait()


def test_without_a_hub_a_program_ends_as_fast_as_it_likes(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *STROBE,
            "run",
            "--dsn",
            f"wss://t@127.0.0.1:9/x?pin={'ab' * 32}",
            "--",
            sys.executable,
            "-c",
            "print(1)",
        ],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"1\n", b"")
