"""`raise:Type:unhandled` in programs with asyncio: what ends a task that nobody waits for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from child import run

PROGRAM = """
import asyncio, threading, time
class Broken(Exception): pass
async def deep(n):
    await asyncio.sleep(0)
    raise Broken(n)
async def job(n):
    await deep(n)
def seen():
    hits = drain()
    return [[h["function"], next(w for w in h["body"]["watches"] if w["expression"] == "$exception.args[0]").get("text") or
             h["body"]["values"][next(w for w in h["body"]["watches"] if w["expression"] == "$exception.args[0]")["value"]]["text"]]
            for h in hits]
def watch(location="raise:__main__.Broken:unhandled"):
    probe = {"id": "p0", "version": 1, "service": "test", "location": location, "action": "snapshot",
             "options": {"watches": ["$exception.args[0]"]}, "limits": {"rate_per_s": 1000, "hits": 1000},
             "created_at_ms": 0, "created_by": "test"}
    _agent.local_apply([_json.dumps(probe)])
def quiet(loop, context): pass
watch()
"""


def test_what_ends_a_task_that_nobody_awaits_is_unhandled(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PROGRAM
        + """
async def main():
    asyncio.get_running_loop().set_exception_handler(quiet)
    kept = set()
    for n in (1, 2):
        task = asyncio.create_task(job(n))
        kept.add(task)
        if n == 2: task.add_done_callback(kept.discard)   # nobody who would look at it
    await asyncio.sleep(0.05)
asyncio.run(main())
report(seen=seen())
""",
    ).facts
    assert facts["seen"] == [["job", "1"], ["job", "2"]]


def test_what_somebody_waits_for_is_not_unhandled_in_the_task(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PROGRAM
        + """
def look(task): task.exception()
async def main():
    ways = [lambda: asyncio.create_task(job(1)), lambda: asyncio.gather(job(2), job(3)), lambda: asyncio.wait_for(job(4), 9),
            lambda: asyncio.shield(job(5))]
    for way in ways:
        try: await way()
        except Broken: pass
    await asyncio.wait([asyncio.create_task(job(6))])
    asyncio.create_task(job(7)).add_done_callback(look)
    if hasattr(asyncio, "TaskGroup"):
        try:
            async with asyncio.TaskGroup() as group: group.create_task(job(8))
        except BaseExceptionGroup: pass
    await asyncio.sleep(0.05)
asyncio.run(main())
report(seen=seen())
""",
    ).facts
    assert facts["seen"] == []


def test_what_is_handled_within_a_task_is_not_unhandled(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PROGRAM
        + """
async def careful():
    try: await job(1)
    except Broken: pass
async def main():
    asyncio.create_task(careful())
    await asyncio.sleep(0.05)
asyncio.run(main())
report(seen=seen())
""",
    ).facts
    assert facts["seen"] == []


def test_what_leaves_the_main_task_is_unhandled_once_and_only_where_it_leaves_the_program(
    tmp_path: Path,
) -> None:
    outcome = run(
        tmp_path,
        PROGRAM
        + """
try: asyncio.run(job(1))
except Broken: pass
handled = seen()
def work():
    until_traced()
    asyncio.run(job(2))
threading.excepthook = lambda args: None
thread = threading.Thread(target=work)
thread.start(); thread.join()
report(handled=handled, seen=seen())
""",
    )
    assert outcome.facts["handled"] == []
    assert outcome.facts["seen"] == [["Thread.run", "2"]]


def test_tasks_of_the_python_implementation_count_too(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PROGRAM
        + """
from asyncio import tasks
async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(quiet)
    lost = tasks._PyTask(job(1), loop=loop)
    held = tasks._PyTask(job(2), loop=loop)
    try: await held
    except Broken: pass
    await asyncio.sleep(0.05)
asyncio.run(main())
report(seen=seen())
""",
    ).facts
    if sys.version_info < (3, 14):  # later, tasks in Python keep their own record of which one runs
        assert facts["seen"] == [["job", "1"]]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks are new in 3.12")
def test_a_task_that_fails_before_anybody_could_await_it_is_unhandled(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PROGRAM
        + """
async def at_once(n): raise Broken(n)
async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    try: await asyncio.create_task(at_once(1))
    except Broken: pass
    try: await asyncio.create_task(job(2))
    except Broken: pass
asyncio.run(main())
report(seen=seen())
""",
    ).facts
    assert facts["seen"] == [["at_once", "1"]]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is new in 3.12")
def test_while_nothing_raises_no_event_costs(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PROGRAM
        + """
async def calm(n): await asyncio.sleep(0)
async def main():
    for n in range(1000): await asyncio.create_task(calm(n))
import stroboscope
before = stroboscope.status()["callback_ns"]
asyncio.run(main())
local = _sys.monitoring.get_local_events(5, calm.__code__)
everywhere = _sys.monitoring.get_events(5)
allowed = _sys.monitoring.events.RAISE | _sys.monitoring.events.PY_UNWIND
report(spent=stroboscope.status()["callback_ns"] - before, local=local, others=everywhere & ~allowed, gates=gates())
""",
    ).facts
    assert facts["spent"] == 0
    assert facts["local"] == 0
    assert facts["others"] == 0
    assert facts["gates"].get("reached", 0) == 0
