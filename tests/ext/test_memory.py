"""The memory action: tracing on request, differences, a census; on every version, without the program's code."""

from __future__ import annotations

from pathlib import Path

from child import run

ASK = """
import tracemalloc
def ask(op, **more):
    return _json.loads(_agent.local_memory(_json.dumps({"op": op, **more})))
def refused(op, **more):
    try:
        ask(op, **more)
    except RuntimeError as error:
        return str(error)
"""


def test_differences_are_added_up_by_line(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
kept = []
def leak():
    for _ in range(200):
        kept.append(bytearray(5000))   # here
before = refused("diff")
ask("start")
leak()
first = ask("diff")
leak()
del kept[:300]
second = ask("diff", top=3)
total = ask("diff", since="start")
stopped = ask("stop")
report(line=line_of("here"), before=before, first=first["rows"][0], second=second["rows"], total=total["rows"][0],
       stopped=stopped["tracing"], on=tracemalloc.is_tracing(), again=refused("stop"), first_all=first, rows=len(first["rows"]))
""",
    ).facts
    place = f"program.py:{facts['line']}"
    assert "start it first" in facts["before"]
    assert facts["first"]["lines"][0].endswith(place)
    assert 1_000_000 <= facts["first"]["bytes_change"] <= 1_050_000
    assert facts["first"]["bytes"] == facts["first"]["bytes_change"]
    assert facts["second"][0]["lines"][0].endswith(place)
    assert -550_000 <= facts["second"][0]["bytes_change"] <= -450_000
    assert len(facts["second"]) <= 3
    assert 450_000 <= facts["total"]["bytes_change"] <= 550_000
    assert facts["first_all"]["bytes"] >= sum(row["bytes"] for row in [facts["first"]])
    assert (facts["stopped"], facts["on"]) == (False, False)
    assert "was not started" in facts["again"]


def test_tracebacks_have_the_lines_asked_for(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
kept = []
def leak():
    kept.append(bytearray(50000))   # inner
def outer():
    leak()                          # outer
ask("start", frames=2)
outer()
row = ask("stop", by="traceback")["rows"][0]
report(lines=row["lines"], inner=line_of("inner"), outer=line_of("outer"))
""",
    ).facts
    ends = [line.rpartition(":")[2] for line in facts["lines"]]
    assert ends == [str(facts["inner"]), str(facts["outer"])]


def test_what_the_program_traces_is_used_and_left_alone(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
tracemalloc.start(3)
kept = [bytearray(100000)]
started = ask("start")
kept.append(bytearray(70000))   # here
changed = ask("diff")
stopped = ask("stop")
still = tracemalloc.is_tracing(), tracemalloc.get_traceback_limit()
ask("start")
tracemalloc.stop()
report(own=started.get("own", False), change=changed["bytes_change"], row=changed["rows"][0], tracing=stopped["tracing"],
       still=still, gone=refused("diff"))
""",
    ).facts
    assert facts["own"] is False
    assert 70_000 <= facts["change"] <= 90_000
    assert facts["row"]["bytes_change"] >= 70_000
    assert facts["tracing"] is True
    assert facts["still"] == [True, 3]
    assert "has stopped tracemalloc" in facts["gone"]


def test_the_program_may_replace_what_it_likes(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
import _tracemalloc, builtins, gc
def mine(*_, **__):
    raise SystemExit("code of the program ran")
for module in (_tracemalloc, tracemalloc):
    for name in ("start", "stop", "is_tracing", "_get_traces", "get_tracemalloc_memory", "get_traceback_limit"):
        setattr(module, name, mine)
gc.get_objects = mine
builtins.__import__, kept_import = mine, builtins.__import__
ask("start")
kept = [bytearray(100000)]
bytes_change = ask("diff")["bytes_change"]
ask("stop")
objects = ask("census")["blocks"]
builtins.__import__ = kept_import
report(bytes_change=bytes_change, objects=objects)
""",
    ).facts
    assert facts["bytes_change"] >= 100_000
    assert facts["objects"] > 1000


def test_a_census_counts_by_type_and_runs_nothing(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
import gc
ran = []
class Meta(type):
    def __getattribute__(cls, name):
        ran.append(name)
        return super().__getattribute__(name)
class Thing(metaclass=Meta):
    def __init__(self):
        self.me = self
    def __del__(self):
        ran.append("del")
    def __class__(self):
        ran.append("class")
    def __sizeof__(self):
        ran.append("sizeof")
gc.set_threshold(20000)     # more than this program needs, less than the traces below would
things = [Thing() for _ in range(1234)]
lost = [Thing() for _ in range(10)]
del lost
del ran[:]
gc.callbacks.append(lambda *_: ran.append("gc"))
answer = ask("census", top=200)
ask("start")
kept = [bytearray(8) for _ in range(50000)]
ask("diff")
answers = ask("stop")
gc.callbacks.clear()
report(ran=list(ran), rows={row["type"]: row["blocks"] for row in answer["rows"]}, cut=answer.get("cut", False), enabled=gc.isenabled(),
       held=answer.get("held_us", 0))
""",
    ).facts
    assert facts["ran"] == []
    assert facts["rows"]["__main__.Thing"] == 1244
    assert facts["rows"]["function"] > 100
    assert facts["cut"] is False
    assert facts["enabled"] is True


def test_refcounts_and_memory_are_as_before(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
import sys
class Thing:
    pass
things = [Thing() for _ in range(100)]
name = Thing.__init__.__qualname__
def once():
    ask("start"); ask("diff"); ask("census"); ask("stop")
for _ in range(20):
    once()
before = sys.getrefcount(Thing), sys.getallocatedblocks()
for _ in range(30):
    once()
after = sys.getrefcount(Thing), sys.getallocatedblocks()
report(before=before, after=after)
""",
    ).facts
    assert facts["after"][0] == facts["before"][0]
    assert abs(facts["after"][1] - facts["before"][1]) < 60


def test_the_child_of_a_fork_is_not_traced(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
import os
ask("start")
reader, writer = os.pipe()
if not (pid := os.fork()):
    os.write(writer, _json.dumps([tracemalloc.is_tracing(), refused("diff")]).encode())
    os._exit(0)
os.waitpid(pid, 0)
report(child=_json.loads(os.read(reader, 4096)), parent=tracemalloc.is_tracing())
""",
    ).facts
    assert facts["parent"] is True
    assert facts["child"][0] is False
    assert "start it first" in facts["child"][1]


def test_stopping_the_agent_stops_what_it_started(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
import stroboscope
ask("start")
on = tracemalloc.is_tracing()
stroboscope.stop()
report(on=on, off=tracemalloc.is_tracing())
""",
    ).facts
    assert facts == {"on": True, "off": False}
