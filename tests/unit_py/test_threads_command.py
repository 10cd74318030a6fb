"""`strobe threads`: what it asks and how an answer looks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from api_samples import instance
from fake_hub import FakeHub
from strobe_command import Strobe

ADDRESS = f"POST instances/{'a1' * 8}/threads"
LIBRARY = {"function": "Event.wait", "file": "/usr/lib/python3.13/threading.py", "line": 659, "library": True}


@pytest.fixture
def at_hub(hub: FakeHub, strobe: Strobe) -> Strobe:
    hub.routes["GET instances"] = (200, {"instances": [instance("a1")]})
    strobe.environ |= hub.environ
    return strobe


def frame(function: str, line: int) -> dict[str, Any]:
    return {"function": function, "file": "/srv/shop/serve.py", "line": line}


def thread(native_id: int, **more: Any) -> dict[str, Any]:
    return {"native_id": native_id, "system_name": "python", "state": "sleeping", "cpu_ms": 1500, **more}


def answer(**more: Any) -> dict[str, Any]:
    return {
        "at_us": 1764163000000000,
        "with_gil": True,
        "held_us": 84,
        "total": 4,
        "threads": [
            thread(4711, name="MainThread", kind="main", stack=0),
            thread(4712, name="strobe-worker", kind="agent"),
            *(thread(4720 + i, name=f"pool_{i}\x1b[2J", kind="daemon", stack=1) for i in range(10)),
        ],
        "stacks": [
            {"depth": 2, "frames": [frame("serve", 12), frame("main", 30)]},
            {"depth": 3, "frames": [LIBRARY, frame("work", 5), LIBRARY]},
        ],
        **more,
    }


def test_threads_at_the_same_place_stand_together(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes[ADDRESS] = (200, answer())
    done = at_hub("threads", "shop")
    assert done.returncode == 0, done.stderr
    assert "pid 4711 on " in done.stdout
    assert "4 threads at " in done.stdout
    assert "The program stood still for 0.08 ms." in done.stdout
    assert "\nMainThread 4711  main thread, sleeping, 1.50 s of processor time\n" in done.stdout
    assert "  #0   serve  /srv/shop/serve.py:12\n  #1   main  /srv/shop/serve.py:30\n" in done.stdout
    assert "\n10 threads: pool_0" in done.stdout
    assert ", … 2 more\n" in done.stdout
    assert "  #0   Event.wait  /usr/lib/python3.13/threading.py:659\n  #1   work" in done.stdout
    assert "   ·   1 library frame\n" in done.stdout
    assert done.stdout.rindex("Stroboscope's own") > done.stdout.index("pool_0")
    assert "\x1b" not in done.stdout
    assert hub.sent(ADDRESS)[0].body == {"no_gil": False, "locals": False, "greenlets": False}
    done = at_hub("threads", "shop", "--full")
    assert "  #2   Event.wait" in done.stdout


def test_a_dump_without_the_gil_says_so_and_who_holds_it(at_hub: Strobe, hub: FakeHub) -> None:
    stacks = [{"depth": 500, "gap": 1, "torn": True, "frames": [frame("spin", 7), frame("main", 30)]}]
    hub.routes[ADDRESS] = (
        200,
        answer(
            with_gil=False,
            why="the GIL was not to be had for 2.1 s",
            holder=4711,
            torn=True,
            cut=True,
            note="variables and greenlets cannot be read without the GIL",
            threads=[thread(4711, kind="main", gil="holds", stack=0)],
            stacks=stacks,
        ),
    )
    done = at_hub("threads", "shop", "--no-gil", "--locals")
    assert "Taken without the GIL: the GIL was not to be had for 2.1 s." in done.stdout
    assert "Thread 4711 seems to hold the GIL." in done.stdout
    assert "python 4711  main thread, sleeping, 1.50 s of processor time, holds the GIL" in done.stdout
    assert "  #0   spin  /srv/shop/serve.py:7\n  … 498 more frames\n  #499 main" in done.stdout
    assert "this stack changed while it was read" in done.stdout
    assert "some may be missing" in done.stdout
    assert "Variables and greenlets cannot be read without the GIL." in done.stdout
    assert "more threads or stacks than one dump may have" in done.stdout
    assert hub.sent(ADDRESS)[0].body == {"no_gil": True, "locals": True, "greenlets": False}


def test_variables_and_tasks_stand_below_their_frames(at_hub: Strobe, hub: FakeHub) -> None:
    body = {
        "frames": [{"function": "serve", "locals": [["total", 0]], "arguments": 0}],
        "values": [{"type": "int", "text": "42"}],
    }
    task = {
        "name": "charge-7",
        "coroutine": "charge",
        "awaiters": [{"task": "Task-1", "others": 2, "frames": [frame("main", 30)]}],
    }
    rows = [thread(4711, name="MainThread", kind="main", stack=0, body=body, task=task)]
    hub.routes[ADDRESS] = (200, answer(threads=rows))
    done = at_hub("threads", "shop", "--locals")
    assert "serve.py:12\n       total = 42\n" in done.stdout
    assert "  runs task charge-7 of charge\n  awaited by task Task-1 and 2 more\n" in done.stdout


def test_greenlets_that_wait_are_rows_of_their_own(at_hub: Strobe, hub: FakeHub) -> None:
    rows = [
        thread(4711, name="MainThread", kind="main", stack=0),
        *(
            {"native_id": 0, "kind": "greenlet", "greenlet": f"0x7f2{i}", "parent": "0x7f10", "stack": 1}
            for i in range(2)
        ),
    ]
    hub.routes[ADDRESS] = (200, answer(threads=rows, greenlets=2))
    done = at_hub("threads", "shop", "--greenlets")
    assert "\n2 greenlets: 0x7f20, 0x7f21\n" in done.stdout


def test_for_scripts_the_answer_comes_as_it_is(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes[ADDRESS] = (200, answer())
    done = at_hub("threads", "shop", "--json")
    assert json.loads(done.stdout) == answer() | {"instance": "a1" * 8}


def test_a_process_must_be_chosen_and_a_refusal_is_said(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET instances"] = (200, {"instances": [instance("a1"), instance("b2", pid=4712)]})
    done = at_hub("threads", "shop")
    assert (done.returncode, "b2b2b2b2b2b2 (pid 4712)" in done.stderr) == (2, True)
    refusal = {"error": "refused", "message": "this build of Python is laid out in a way"}
    hub.routes[ADDRESS] = (409, refusal)
    done = at_hub("threads", "shop", "--instance", "a1")
    assert (done.returncode, "laid out in a way" in done.stderr) == (2, True)
    hub.routes["GET instances"] = (200, {"instances": []})
    done = at_hub("threads", "shop")
    assert (done.returncode, "no process of 'shop' is connected" in done.stderr) == (1, True)
