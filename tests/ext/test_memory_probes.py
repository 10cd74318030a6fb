"""Probes that say at each hit what is allocated more than at the hit before."""

from __future__ import annotations

import json
from pathlib import Path

from child import run

PROBES = """
import os, time, threading, tracemalloc
def ask(op, **more):
    return _json.loads(_agent.local_memory(_json.dumps({"op": op, **more})))
def probe(line, number=1, version=1, condition=None, hits=1000, rate=1000, **options):
    asked = {"id": f"m{number}", "version": version, "service": "test", "location": f"{_FILE}:{line}", "action": "memory",
             "options": options, "limits": {"hits": hits, "rate_per_s": rate}, "created_at_ms": 1, "created_by": "me"}
    return _json.dumps(asked | ({"condition": condition} if condition else {}))
def apply(*probes):
    _agent.local_apply(list(probes))
def until(what):
    limit = time.monotonic() + 60
    while not (found := what()):
        assert time.monotonic() < limit, [states(), what]
        time.sleep(0.01)
    return found
def reading():
    \"\"\"The next reading, waited for.\"\"\"
    return until(drain)[0]
"""

LEAK = (
    PROBES
    + """
kept = []
def leak(count):
    for _ in range(count):
        kept.append(bytearray(5000))   # leak
def handle(n):
    leak(n)
    return n                           # hit
"""
)


def test_each_hit_says_what_came_since_the_hit_before(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        LEAK
        + """
apply(probe(line_of("hit"), top=3))
handle(200)
first = reading()
handle(100)
second = reading()
del kept[:250]
handle(0)
third = reading()
states_then = states()
apply()
until(lambda: not tracemalloc.is_tracing())
report(readings=[first, second, third], state=states_then[0], leak=line_of("leak"), hit=line_of("hit"))
""",
    ).facts
    first, second, third = facts["readings"]
    place = f"program.py:{facts['leak']}"
    memories = [reading["body"]["memory"] for reading in facts["readings"]]
    assert {reading["kind"] for reading in facts["readings"]} == {"memory"}
    assert [memory["hit"] for memory in memories] == [1, 2, 3]
    assert [memory["since_hit"] for memory in memories] == [0, 1, 2]
    assert [memory["passes"] for memory in memories] == [1, 1, 1]
    tops = [memory["rows"][0] for memory in memories]
    assert all(row["lines"][0].endswith(place) for row in tops)
    assert 1_000_000 <= tops[0]["bytes_change"] <= 1_050_000
    assert 500_000 <= tops[1]["bytes_change"] <= 525_000
    assert -1_320_000 <= tops[2]["bytes_change"] <= -1_240_000
    assert tops[2]["blocks_change"] in range(-510, -480)
    assert all(len(memory["rows"]) <= 3 for memory in memories)
    assert all(memory["own"] and memory["tracing"] for memory in memories)
    assert all(memory["delay_us"] >= 0 for memory in memories)
    assert first["function"] == "handle"
    assert (first["line"], first["probe"]) == (facts["hit"], "m1")
    assert "since it was armed" in first["text"]
    assert f"since hit 1, in {memories[1]['elapsed_ms'] / 1000:.1f} s" in second["text"]
    assert f"program.py:{facts['leak']}" in second["text"]
    watches = {watch["expression"]: watch["text"] for watch in second["body"]["watches"]}
    assert (watches["hit"], watches["passes"]) == ("2", "1")
    assert int(watches["bytes_change"]) == memories[1]["bytes_change"]
    gates = facts["state"]["gates"]
    assert (gates["captured"], facts["state"]["state"]) == (3, "armed")
    assert third["text"].startswith("-1.")


def test_a_reading_is_a_snapshot_by_its_schema(tmp_path: Path) -> None:
    import jsonschema

    facts = run(
        tmp_path,
        LEAK + 'apply(probe(line_of("hit")))\nhandle(20)\nreport(body=reading()["body"])\n',
    ).facts
    root = Path(__file__).resolve().parents[2]
    schema = json.loads((root / "docs/snapshot-format.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(facts["body"])
    assert facts["body"]["memory"]["rows"]


def test_a_hit_while_one_is_read_is_dropped_and_counted(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        LEAK
        + """
apply(probe(line_of("hit")))
for n in range(20000):
    handle(0)
seen = []
def all_came():
    seen.extend(drain())
    return len(seen) == gates()["captured"]
until(all_came)
report(gates=gates(), hits=[one["body"]["memory"]["hit"] for one in seen],
       passes=sum(one["body"]["memory"]["passes"] for one in seen))
""",
    ).facts
    gates = facts["gates"]
    assert gates["reached"] == gates["captured"] + gates["dropped"] + gates["rate_limited"] == 20000
    assert gates["dropped"] >= 1
    assert facts["hits"] == list(range(1, gates["captured"] + 1))
    assert gates["captured"] <= facts["passes"] <= 20000


def test_tracebacks_are_told_apart(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        LEAK
        + """
def other(n):
    leak(n)
    return handle(0)                   # other
apply(probe(line_of("hit"), by="traceback", frames=4, top=5))
handle(200)
first = reading()["body"]["memory"]
other(100)
second = reading()["body"]["memory"]
report(first=first["rows"][0]["lines"], second=second["rows"][0], by=second["by"], frames=second["frames"])
""",
    ).facts
    assert [line.rpartition("/")[2].partition(":")[0] for line in facts["first"]] == ["program.py"] * 3
    assert facts["second"]["lines"] != facts["first"]
    assert 500_000 <= facts["second"]["bytes_change"] <= 525_000
    assert (facts["by"], facts["frames"]) == ("traceback", 4)


def test_tracing_ends_with_the_last_one_that_needs_it(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        LEAK
        + """
on = tracemalloc.is_tracing
seen = [on()]
apply(probe(line_of("hit"), 1), probe(line_of("leak"), 2, condition="False"))
seen.append(on())
apply(probe(line_of("leak"), 2, condition="False"))
seen.append(on())
ask("start")
apply()
until(lambda: ask("status").get("probes", 0) == 0)
seen.append(on())
stopped = ask("stop")
seen.append(on())
apply(probe(line_of("hit"), 3, hits=1))
ask("start")
ask("stop")
seen.append(on())
handle(10)                              # its only hit
last = reading()
until(lambda: not on())
report(seen=seen, last=last["body"]["memory"]["hit"], state=states()[0]["state"], stopped=stopped["tracing"])
""",
    ).facts
    assert facts["seen"] == [False, True, True, True, False, True]
    assert facts["stopped"] is False
    assert (facts["last"], facts["state"]) == (1, "done")


def test_what_the_program_traces_is_used_and_left_on(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        LEAK
        + """
tracemalloc.start(3)
leak(300)
apply(probe(line_of("hit")))
handle(100)
first = reading()["body"]["memory"]
apply()
until(lambda: ask("status").get("probes", 0) == 0)
still = tracemalloc.is_tracing(), tracemalloc.get_traceback_limit()
apply(probe(line_of("hit"), 2))
tracemalloc.stop()
handle(1)
until(lambda: states()[0]["state"] == "error")
report(first=first["rows"][0], own=first.get("own", False), still=still, state=states()[0], on=tracemalloc.is_tracing())
""",
    ).facts
    assert facts["own"] is False
    assert 500_000 <= facts["first"]["bytes_change"] <= 525_000
    assert facts["first"]["bytes"] >= 2_000_000
    assert facts["still"] == [True, 3]
    assert "has stopped tracemalloc" in facts["state"]["message"]
    assert facts["state"]["reason"] == "memory"
    assert facts["on"] is False


def test_a_large_process_is_not_traced(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        LEAK
        + """
apply(probe(line_of("hit")))
until(lambda: states()[0]["state"] == "error")
refused = states()[0]
handle(1)
report(state=refused, on=tracemalloc.is_tracing(), gates=gates())
""",
        env={"STROBE_MEMORY_RSS": "3"},
    ).facts
    assert facts["state"]["reason"] == "memory"
    assert "above 3 MiB it is not traced" in facts["state"]["message"]
    assert facts["on"] is False
    assert facts["gates"].get("captured", 0) == 0


def test_so_many_probes_and_no_more(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        LEAK
        + """
apply(*[probe(line_of("hit"), n) for n in range(9)])
kinds = [state["state"] for state in states()]
message = states()[-1]["message"]
apply(*[probe(line_of("hit"), n, version=2) for n in range(1, 9)])
report(kinds=kinds, message=message, then=[state["state"] for state in states()])
""",
    ).facts
    assert facts["kinds"] == ["armed"] * 8 + ["error"]
    assert "8 memory probes already" in facts["message"]
    assert facts["then"] == ["armed"] * 7 + ["armed"]


def test_limits_of_a_live_probe_change_without_a_new_beginning(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        LEAK
        + """
apply(probe(line_of("hit"), hits=1))
handle(10)
first = reading()["body"]["memory"]
until(lambda: states()[0]["state"] == "done" and not tracemalloc.is_tracing())   # and it is disarmed
apply(probe(line_of("hit"), version=2, hits=3))
state = states()[0]["state"]
handle(20)
second = reading()["body"]["memory"]
apply(probe(line_of("hit"), version=3, hits=10))
handle(30)
third = reading()["body"]["memory"]
report(hits=[one["hit"] for one in (first, second, third)], since=[one["since_hit"] for one in (first, second, third)],
       state=state, change=third["rows"][0]["blocks_change"])
""",
    ).facts
    assert facts["state"] == "armed"
    assert facts["hits"] == [1, 2, 3]
    assert facts["since"] == [0, 0, 2]  # it had been disarmed and nothing was traced
    assert facts["change"] in range(30, 65)


def test_the_child_of_a_fork_reads_its_own_memory(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        LEAK
        + """
apply(probe(line_of("hit")))
handle(100)
parent = reading()["body"]["memory"]
reader, writer = os.pipe()
if not (pid := os.fork()):
    until(tracemalloc.is_tracing)
    handle(50)
    row = reading()["body"]["memory"]
    os.write(writer, _json.dumps([row["hit"], row["since_hit"], row["rows"][0]["bytes_change"]]).encode())
    os._exit(0)
os.waitpid(pid, 0)
handle(10)
report(child=_json.loads(os.read(reader, 4096)), then=reading()["body"]["memory"]["hit"], parent=parent["hit"])
""",
    ).facts
    assert facts["child"][:2] == [1, 0]
    assert 250_000 <= facts["child"][2] <= 265_000
    assert (facts["parent"], facts["then"]) == (1, 2)


ROUNDS = """
import gc, sys
def rounds(count):
    for _ in range(count):
        apply(probe(line_of("hit")))
        handle(0)
        reading()
        apply()
        until(lambda: not tracemalloc.is_tracing())
"""


def test_no_code_of_the_program_runs_on_our_thread(tmp_path: Path) -> None:
    """That there are many more objects for a moment may have the program's own thread collect garbage sooner."""
    facts = run(
        tmp_path,
        LEAK
        + ROUNDS
        + """
ran = []
gc.callbacks.append(lambda *_: ran.append(threading.get_ident()))
class Thing:
    def __del__(self):
        ran.append(threading.get_ident())
lost = [Thing() for _ in range(10)]
for thing in lost:
    thing.me = thing
del lost, thing
gc.set_threshold(20000)     # less than the traces below
kept.extend(bytearray(8) for _ in range(50000))
del ran[:]
apply(probe(line_of("hit")))
some = [bytearray(8) for _ in range(50000)]
handle(0)
reading()
apply()
gc.collect()
report(ran=ran, main=threading.get_ident())
""",
    ).facts
    assert set(facts["ran"]) == {facts["main"]}
    assert len(facts["ran"]) >= 10


def test_nothing_is_left_of_many_probes(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        LEAK
        + ROUNDS
        + """
def counted():
    gc.collect()
    return sys.getrefcount(handle.__code__), sys.getallocatedblocks()
rounds(10)
before = counted()
rounds(30)
report(before=before, after=counted())
""",
    ).facts
    assert facts["after"][0] == facts["before"][0]
    # Setting probes fills a cache of the interpreter that is as large as it is after some hundred times; the soak looks
    # at 2,000 readings.
    assert abs(facts["after"][1] - facts["before"][1]) < 120


def test_stopping_the_agent_stops_the_tracing(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        LEAK
        + """
import stroboscope
apply(probe(line_of("hit")))
handle(1)
on = tracemalloc.is_tracing()
stroboscope.stop()
report(on=on, off=tracemalloc.is_tracing())
""",
    ).facts
    assert facts == {"on": True, "off": False}
