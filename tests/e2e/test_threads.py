"""`strobe threads` on real programs: one that works, one that is stuck, one that is deadlocked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from live_hub import STROBE, LiveHub
from waiting import eventually

PROGRAM = """
import ctypes, os, sys, threading

gate = threading.Event()
let_go = int(os.environ["LET_GO"])
unlocked = ctypes.PyDLL(None)       # calls that keep the GIL

def pool():
    gate.wait()

def hang():
    # until somebody writes into the pipe
    unlocked.read(let_go, ctypes.create_string_buffer(1), 1)

def deadlock():
    # C code that keeps the GIL while it waits for a lock of C code that nobody gives
    mutex = ctypes.create_string_buffer(64)
    unlocked.pthread_mutex_lock(mutex)
    unlocked.pthread_mutex_lock(mutex)

for i in range(3):
    threading.Thread(target=pool, name=f"pool-{i}", daemon=True).start()
print("ready", flush=True)
for line in sys.stdin:
    word = line.strip()
    print(word, flush=True)
    {"hang": hang, "deadlock": deadlock}[word]()
    print("done", flush=True)
"""


def line_of(text: str) -> int:
    return PROGRAM.splitlines().index(text) + 1


HANG_LINE = line_of("    unlocked.read(let_go, ctypes.create_string_buffer(1), 1)")
DEADLOCK_LINE = len(PROGRAM.splitlines()) - PROGRAM.splitlines()[::-1].index(
    "    unlocked.pthread_mutex_lock(mutex)"
)


class Program:
    def __init__(self, child: subprocess.Popen[str], let_go: int) -> None:
        self.pid = child.pid
        self._child = child
        self._let_go = let_go

    def tell(self, words: str) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(words + "\n")
        self._child.stdin.flush()

    def end_the_hang(self) -> None:
        os.write(self._let_go, b"x")

    def hear(self) -> str:
        assert self._child.stdout is not None
        return self._child.stdout.readline().strip()


@contextmanager
def running(live_hub: LiveHub, tmp_path: Path) -> Iterator[Program]:
    path = tmp_path / "stuck.py"
    path.write_text(PROGRAM)
    command = [*STROBE, "run", "--service", "shop", "--", sys.executable, str(path)]
    reader, writer = os.pipe()
    with subprocess.Popen(
        command,
        env=live_hub.environ | {"LET_GO": str(reader)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=[reader],
    ) as child:
        try:
            program = Program(child, writer)
            assert program.hear() == "ready"
            eventually(lambda: live_hub.client.instances(service="shop", state="up"), "the connection")
            yield program
        finally:
            child.kill()
            os.close(reader)
            os.close(writer)


def threads(live_hub: LiveHub, *arguments: str) -> dict[str, Any]:
    done = live_hub.strobe("threads", "shop", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def frames_of(answer: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    thread = next(thread for thread in answer["threads"] if thread.get("kind") == kind)
    frames: list[dict[str, Any]] = answer["stacks"][thread["stack"]]["frames"]
    return frames


def has_variables(answer: dict[str, Any]) -> bool:
    """Of the pool; a machine that is busy may not come to them in time."""
    pool = next((thread for thread in answer["threads"] if thread.get("name") == "pool-0"), {})
    return "body" in pool and pool["body"]["frames_total"] >= 3


def stands_still(answer: dict[str, Any]) -> bool:
    """Whether the answer was taken with the GIL and all of the pool had come to where it waits: a machine that stalls for
    longer than the agent waits for the GIL is answered without.
    """
    pool = [thread for thread in answer["threads"] if (thread.get("name") or "").startswith("pool-")]
    return answer["with_gil"] is True and len(pool) == 3 and len({thread["stack"] for thread in pool}) == 1


def test_a_program_that_works_shows_its_threads(live_hub: LiveHub, tmp_path: Path) -> None:
    with running(live_hub, tmp_path) as program:

        def with_gil() -> dict[str, Any]:
            answer = threads(live_hub)
            return answer if stands_still(answer) else {}

        answer = eventually(with_gil, "an answer with the GIL")
        names = {thread.get("name"): thread for thread in answer["threads"]}
        assert names["MainThread"]["native_id"] == program.pid
        assert {"pool-0", "pool-1", "pool-2"} <= set(names)
        assert len({names[f"pool-{i}"]["stack"] for i in range(3)}) == 1
        assert frames_of(answer, "main")[0]["function"] == "<module>"

        def page_with_gil() -> str:
            page = live_hub.strobe("threads", "shop")
            assert page.returncode == 0, page.stderr
            return page.stdout if "The program stood still for " in page.stdout else ""

        page = eventually(page_with_gil, "a page with the GIL")
        assert "5 threads at " in page
        assert "3 threads: pool-0 " in page
        assert "stuck.py:" in page
        eventually(lambda: has_variables(threads(live_hub, "--locals")), "variables")
        answer = threads(live_hub, "--no-gil")
        assert (answer["with_gil"], answer["why"]) == (False, "asked for")
        assert "name" not in answer["threads"][0]


def test_a_program_that_is_stuck_is_answered_without_its_gil(live_hub: LiveHub, tmp_path: Path) -> None:
    with running(live_hub, tmp_path) as program:
        program.tell("hang")
        assert program.hear() == "hang"
        answer = threads(live_hub)
        assert answer["with_gil"] is False
        assert "the GIL was not to be had for" in answer["why"]
        assert answer["holder"] == program.pid
        assert answer["threads"][0]["gil"] == "holds"
        assert answer["reader"] in ("process_vm_readv", "pipe")
        frames = frames_of(answer, "main")
        assert [(frame["function"], frame["line"]) for frame in frames[:1]] == [("hang", HANG_LINE)]
        assert (
            sum(frame["function"] == "pool" for stack in answer["stacks"] for frame in stack["frames"]) == 1
        )
        page = live_hub.strobe("threads", "shop", "--no-gil")
        assert f"Thread {program.pid} seems to hold the GIL." in page.stdout
        assert "hang  " in page.stdout
        program.end_the_hang()
        assert program.hear() == "done"
        eventually(lambda: threads(live_hub)["with_gil"], "an answer with the GIL")


def test_a_program_that_is_deadlocked_for_ever_is_answered_each_time(
    live_hub: LiveHub, tmp_path: Path
) -> None:
    with running(live_hub, tmp_path) as program:
        program.tell("deadlock")
        assert program.hear() == "deadlock"
        for _ in range(2):
            answer = threads(live_hub, "--locals")
            assert answer["with_gil"] is False
            assert answer["holder"] == program.pid
            assert "variables and greenlets cannot be read" in answer["note"]
            frame = frames_of(answer, "main")[0]
            assert (frame["function"], frame["line"]) == ("deadlock", DEADLOCK_LINE)
