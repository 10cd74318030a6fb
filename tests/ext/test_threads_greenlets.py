"""Greenlets in a thread dump: those that are suspended, each with its stack and its parent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from child import run

pytest.importorskip("greenlet")

ASK = """
import greenlet, threading
def ask(**wanted):
    return _json.loads(_agent.local_threads(_json.dumps({"greenlets": True, **wanted})))
def ask_all(**wanted):
    # one that had the time for all of it: the machine may be busy
    for _ in range(100):
        answer = ask(**wanted)
        if not answer.get("cut"):
            break
    return answer
def parked(answer):
    return {thread["greenlet"]: thread for thread in answer["threads"] if thread.get("kind") == "greenlet"}
def functions(answer, thread):
    stack = answer["stacks"][thread["stack"]]
    return [(frame["function"], frame["line"]) for frame in stack["frames"]]
"""


def test_a_suspended_greenlet_shows_its_stack_and_its_parent(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
main = greenlet.getcurrent()
def leaf():
    main.switch()             # parked
def branch():
    leaf()                    # caller
def nested():
    # a frame behind C code that calls Python
    list(map(lambda _: leaf(), [1]))       # behind
def inner():
    second.switch()
first, second, third = greenlet.greenlet(branch), greenlet.greenlet(nested), greenlet.greenlet(branch)
done = greenlet.greenlet(lambda: None)
first.switch(); third.switch(); second.switch(); done.switch()
child = greenlet.greenlet(branch, parent=first)
child.switch()
never = greenlet.greenlet(branch)
def deep(n):
    # C code again and again, so that other frames stand where the greenlets' C stacks were
    return next(map(deep, [n - 1])) if n else ask_all()
answer = deep(50)
rows = parked(answer)
report(count=answer["greenlets"], ids=sorted(rows), real=sorted(hex(id(g)) for g in (first, second, third, child)),
       first=functions(answer, rows[hex(id(first))]), second=functions(answer, rows[hex(id(second))]),
       same=rows[hex(id(first))]["stack"] == rows[hex(id(third))]["stack"],
       parents=[rows[hex(id(g))].get("parent") == hex(id(g.parent)) for g in (first, second, third, child)],
       torn=[stack.get("torn", False) for stack in answer["stacks"]], parked=line_of("parked"), caller=line_of("caller"), behind=line_of("behind"))
""",
    ).facts
    assert facts["count"] == 4
    assert facts["ids"] == facts["real"]
    assert facts["first"] == [["leaf", facts["parked"]], ["branch", facts["caller"]]]
    assert facts["second"] == [
        ["leaf", facts["parked"]],
        ["nested.<locals>.<lambda>", facts["behind"]],
        ["nested", facts["behind"]],
    ]
    assert facts["same"] is True
    assert facts["parents"] == [True] * 4
    assert not any(facts["torn"])


def test_greenlets_go_on_as_if_nobody_had_looked(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
import gc
main = greenlet.getcurrent()
def work(n):
    total = 0
    for i in range(n):
        total += max(map(lambda x: main.switch(x) or x, [i]))
    return total
class Mine(greenlet.greenlet):
    def __del__(self):
        ran.append("del")
    def __getattribute__(self, name):
        ran.append(name)
        return super().__getattribute__(name)
ran = []
workers = [Mine(work) for _ in range(20)]
for worker in workers:
    greenlet.greenlet.switch(worker, 50)
ran.clear()
before = [_sys.getrefcount(worker) for worker in workers]
for _ in range(50):
    assert ask_all()["greenlets"] == 20
    for worker in workers:
        last = greenlet.greenlet.switch(worker)
after = [_sys.getrefcount(worker) for worker in workers]
dead = [bool(greenlet.greenlet.dead.__get__(worker)) for worker in workers]
report(ran=ran, before=before, after=after, dead=all(dead), last=last, left=ask().get("greenlets", 0))
""",
    ).facts
    assert facts["ran"] == []
    assert facts["after"] == facts["before"]
    assert facts["dead"] is True
    assert facts["last"] == sum(range(50))
    assert facts["left"] == 0


def test_ten_thousand_greenlets_are_counted(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
main = greenlet.getcurrent()
def wait():
    main.switch()
many = [greenlet.greenlet(wait) for _ in range(10_000)]
for one in many:
    one.switch()
for _ in range(100):        # until there was time to see all of them
    answer = ask()
    if answer["greenlets"] == 10_000:
        break
rows = parked(answer)
report(count=answer["greenlets"], rows=len(rows), cut=answer["cut"], stacks=len({row.get("stack") for row in rows.values()}), threads=answer["total"],
       first=answer["threads"][0]["kind"], size=len(_json.dumps(answer)))
""",
    ).facts
    assert facts["count"] == 10_000
    assert facts["rows"] + facts["threads"] == 2000
    assert facts["cut"] is True
    assert facts["stacks"] <= 2
    assert facts["first"] == "main"
    assert facts["size"] < 2 * 1024 * 1024


def test_what_waits_in_gevent_is_found(tmp_path: Path) -> None:
    pytest.importorskip("gevent")
    outcome = run(
        tmp_path,
        """
from gevent import monkey
monkey.patch_all()
"""
        + ASK
        + """
import gevent, gevent.event, time
gate = gevent.event.Event()
def fetch():
    gate.wait()              # waits
def nap():
    time.sleep(60)           # sleeps
jobs = [gevent.spawn(fetch) for _ in range(5)] + [gevent.spawn(nap)]
gevent.sleep(0)
answer = ask_all()
plain = ask(greenlets=False)
found = [functions(answer, row) for row in parked(answer).values()]
gevent.killall(jobs)
report(found=found, waits=line_of("waits"), sleeps=line_of("sleeps"), plain=[t for t in plain["threads"] if t.get("kind") == "greenlet"],
       without=ask(no_gil=True)["threads"][0]["kind"])
""",
        prelude=True,
    )
    facts = outcome.facts
    assert facts["plain"] == []
    assert sum(["fetch", facts["waits"]] in stack for stack in facts["found"]) == 5, json.dumps(
        facts["found"]
    )
    assert sum(["nap", facts["sleeps"]] in stack for stack in facts["found"]) == 1
    assert facts["without"] == "main"


def test_a_program_without_greenlets_says_so(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
answer = _json.loads(_agent.local_threads('{"greenlets": true}'))
report(note=answer["note"], count=answer.get("greenlets", 0))
""",
    ).facts
    assert "has not loaded greenlet" in facts["note"]
    assert facts["count"] == 0
