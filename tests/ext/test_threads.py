"""Thread dumps under the GIL: what they say of threads, that they run nothing, that they are bounded."""

from __future__ import annotations

import sys
from pathlib import Path

from child import run

ASK = """
import threading
def ask(**wanted):
    return _json.loads(_agent.local_threads(_json.dumps(wanted)))
def named(answer, name):
    return next(thread for thread in answer["threads"] if thread.get("name") == name)
def frames(answer, thread):
    return answer["stacks"][thread["stack"]]["frames"] if "stack" in thread else []
"""


def test_each_thread_is_named_and_shown_where_it_stands(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
gate, ready = threading.Event(), threading.Barrier(5)
def wait():
    ready.wait()
    gate.wait()                       # here
started = [threading.Thread(target=wait, name=f"pool-{i}", daemon=i % 2 == 0) for i in range(4)]
for thread in started:
    thread.start()
ready.wait()
while True:     # until all stand at the same line
    answer = ask()
    pool = [named(answer, f"pool-{i}") for i in range(4)]
    if len({thread.get("stack") for thread in pool}) == 1 and any(f["function"] == "Event.wait" for f in frames(answer, pool[0])):
        break
main = answer["threads"][0]
gate.set()
report(main=main, me=threading.get_native_id(), kinds=[thread["kind"] for thread in pool], ids=[thread["native_id"] for thread in pool],
       real=[thread.native_id for thread in started], stack=frames(answer, pool[0]), depth=answer["stacks"][pool[0]["stack"]]["depth"],
       own=[t["kind"] for t in answer["threads"]].count("agent"), with_gil=answer["with_gil"], total=answer["total"],
       rows=len(answer["threads"]), line=line_of("here"), file=__file__, held=answer["held_us"],
       order=[t["native_id"] for t in answer["threads"][1:]])
""",
    ).facts
    assert facts["main"]["native_id"] == facts["me"]
    assert (facts["main"]["kind"], facts["main"]["name"]) == ("main", "MainThread")
    assert facts["main"]["system_name"].startswith("python")
    assert facts["main"]["state"] == "running"
    assert facts["main"]["cpu_ms"] > 0
    assert facts["kinds"] == ["daemon", "thread", "daemon", "thread"]
    assert facts["ids"] == facts["real"]
    assert {"function": "wait", "file": facts["file"], "line": facts["line"]} in facts["stack"]
    assert facts["stack"][0]["library"] is True
    assert facts["depth"] == len(facts["stack"])
    assert facts["own"] == 1
    assert facts["with_gil"] is True
    assert facts["total"] == facts["rows"] == 6
    assert facts["order"] == sorted(facts["order"])
    assert facts["held"] > 0


def test_a_dump_runs_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
import gc
ran = []
class Mine(str):
    def __str__(self): ran.append("str"); return "x"
    __repr__ = __format__ = __str__
    def __hash__(self): ran.append("hash"); return 1
    def __eq__(self, other): ran.append("eq"); return True
class Thread(threading.Thread):
    def __getattribute__(self, name):
        if armed:
            ran.append(name)
        return super().__getattribute__(name)
armed = False
gate = threading.Event()
def wait():
    gate.wait()
thread = Thread(target=wait)
thread._name = Mine("mine")
thread.start()
code = wait.__code__
for _ in range(50):
    ask(); ask(locals=True); ask(no_gil=True)
gc.collect()
del ran[:]
before = (_sys.getrefcount(code), _sys.getrefcount(wait), _sys.getrefcount(code.co_filename), _sys.getallocatedblocks())
armed = True
text = '{"locals": true}'
for _ in range(200):
    _agent.local_threads("{}"); _agent.local_threads(text); _agent.local_threads('{"no_gil": true}')
armed = False
after = (_sys.getrefcount(code), _sys.getrefcount(wait), _sys.getrefcount(code.co_filename), _sys.getallocatedblocks())
gate.set()
report(ran=ran, before=before, after=after)
""",
    ).facts
    assert facts["ran"] == []
    assert facts["after"][:3] == facts["before"][:3]
    assert abs(facts["after"][3] - facts["before"][3]) < 50


def test_both_ways_see_the_same(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
import queue
inbox, gate = queue.Queue(), threading.Event()
def generator():
    yield inbox.get()
def taker():
    for item in generator():
        pass
def sleeper():
    (lambda: gate.wait())()
threads = [threading.Thread(target=taker), threading.Thread(target=sleeper)]
for thread in threads:
    thread.start()
def seen(**wanted):
    answer = ask(**wanted)
    return {t["native_id"]: [(f["function"], f.get("file"), f["line"], f.get("library", False)) for f in frames(answer, t)]
            for t in answer["threads"] if t["native_id"] in [thread.native_id for thread in threads]}
def see_the_same():
    global with_gil, without
    with_gil, without = seen(), seen(no_gil=True)
    return with_gil == without and all(frames[0][0] in ("Queue.get", "Condition.wait") for frames in without.values())
same = bool(eventually(see_the_same))
ids = [[(t["native_id"], t["kind"] == "main" if "kind" in t else False) for t in ask(no_gil=wanted)["threads"]] for wanted in (False, True)]
inbox.put(1)
gate.set()
report(ids=ids, same=same, with_gil=list(with_gil.values()), without=list(without.values()))
""",
    ).facts
    assert facts["same"], facts
    assert facts["ids"][0] == facts["ids"][1]
    assert len(facts["ids"][0]) == 4
    functions = [[frame[0] for frame in frames] for frames in facts["without"]]
    assert any(frames[2:4] == ["generator", "taker"] for frames in functions), functions
    assert any("sleeper.<locals>.<lambda>" in frames for frames in functions), functions


def test_the_running_task_is_shown_with_who_awaits_it(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
import asyncio
async def charge():
    loop = asyncio.get_running_loop()
    return await look()
async def look():
    while "task" not in named(answer := ask(), "MainThread"):
        pass        # the machine was busy
    return answer
async def serve():
    return await asyncio.create_task(charge(), name="charge-7")
answer = asyncio.run(serve())
idle = ask()
report(task=named(answer, "MainThread")["task"], idle=[t for t in idle["threads"] if "task" in t], bodies=[t for t in answer["threads"] if "body" in t])
""",
    ).facts
    assert (facts["task"]["name"], facts["task"]["coroutine"]) == ("charge-7", "charge")
    assert [(a["task"], a["coroutine"]) for a in facts["task"]["awaiters"]] == [("Task-1", "serve")]
    assert facts["idle"] == facts["bodies"] == []


def test_variables_come_on_request_redacted(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
gate, ready = threading.Event(), threading.Event()
def charge(order, password):
    text = "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    ready.set()
    gate.wait()
thread = threading.Thread(target=lambda: charge([1, 2], "hunter2-secret"), name="till")
thread.start()
ready.wait()
while True:
    answer = ask(locals=True)
    till = named(answer, "till")
    if any(frame["function"] == "Event.wait" for frame in till.get("body", {}).get("frames", [])):
        break
gate.set()
frame = next(frame for frame in till["body"]["frames"] if frame["function"] == "charge")
values = till["body"]["values"]
report(text=_json.dumps(answer), found={name: values[ref] for name, ref in frame["locals"]}, thread=till["body"]["thread"],
       plain=_json.dumps(ask()), trace="trace" in till["body"])
""",
    ).facts
    assert facts["found"]["order"]["type"] == "list"
    assert facts["found"]["password"]["cut"] == "redacted:name"
    assert "hunter2" not in facts["text"]
    assert "eyJhbGci" not in facts["text"]
    assert "charge" not in facts["plain"] or '"body"' not in facts["plain"]
    assert facts["thread"]["name"] == "till"
    assert facts["trace"] is False


def test_a_name_that_is_a_secret_does_not_leave(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
gate = threading.Event()
secret = "AKIA" + "IOSFODNN7EXAMPLE"
threading.Thread(target=gate.wait, name=secret).start()
text = _json.dumps(ask())
gate.set()
report(leaks=secret in text, said="(redacted: " in text)
""",
    ).facts
    assert facts == {"leaks": False, "said": True}


def test_thousands_of_threads_are_counted_and_listed_up_to_a_bound(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
import resource
threading.stack_size(64 * 1024)
gate, here = threading.Event(), threading.Semaphore(0)
def wait():
    here.release()
    gate.wait()
started = 0
try:
    for _ in range(2100):
        threading.Thread(target=wait, daemon=True).start()
        started += 1
except RuntimeError:
    pass        # the machine allows no more
for _ in range(started):
    here.acquire()
answers = []
for wanted in ({}, {"no_gil": True}):
    for _ in range(50):     # until there was time to see all of them: without the GIL it is bounded
        answer = ask(**wanted)
        if answer["total"] == started + 2 and len(answer["threads"]) == min(started + 2, 2000): break
    answers.append(answer)
gate.set()
report(started=started, totals=[a["total"] for a in answers], rows=[len(a["threads"]) for a in answers], cut=[a.get("cut", False) for a in answers],
       mains=[a["threads"][0]["kind"] for a in answers], held=answers[0]["held_us"], took=answers[1]["took_us"], torn=answers[1].get("torn", False),
       size=[len(_json.dumps(a)) for a in answers])
""",
    ).facts
    many = facts["started"] + 2
    assert facts["totals"] == [many, many]
    assert facts["rows"] == [min(many, 2000)] * 2
    assert facts["mains"] == ["main", "main"]
    assert facts["cut"] == [many > 2000] * 2
    assert max(facts["size"]) < 2 * 1024 * 1024


def test_a_dump_of_many_different_deep_stacks_stays_within_a_message(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
_sys.setrecursionlimit(5000)
gate, here = threading.Event(), threading.Semaphore(0)
threads = []
for n in range(120):
    namespace = {"gate": gate, "here": here}
    lines = "\\n".join(f"def f{i}():\\n    return f{i + 1}()" for i in range(100))
    last = "def f100():\\n    here.release()\\n    gate.wait()"
    exec(compile(lines + "\\n" + last, "/srv/" + "long" * 200 + f"/{n}\\x01\\x02.py", "exec"), namespace)
    threads.append(threading.Thread(target=namespace["f0"], daemon=True))
for thread in threads:
    thread.start()
for _ in threads:
    here.acquire()
def whole(**wanted):
    for _ in range(50):     # until there was time to see all of them
        answer = ask(**wanted)
        if len(answer["threads"]) == 122 and len(answer["stacks"]) >= 5: break
    return answer
answers = [whole(), whole(no_gil=True)]
gate.set()
report(size=[len(_json.dumps(a)) for a in answers], cut=[a.get("cut", False) for a in answers], rows=[len(a["threads"]) for a in answers],
       stacks=[len(a["stacks"]) for a in answers])
""",
    ).facts
    assert max(facts["size"]) < 2 * 1024 * 1024
    assert facts["cut"] == [True, True]
    assert facts["rows"] == [122, 122]
    assert min(facts["stacks"]) >= 5


def test_the_child_of_a_fork_dumps_itself(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        ASK
        + """
reader, writer = _os.pipe()
gate = threading.Event()
threading.Thread(target=gate.wait, name="of the parent").start()
if not (pid := _os.fork()):
    def facts(**wanted):
        answer = ask(**wanted)
        return [answer["total"] <= 2, answer["threads"][0]["native_id"] == _os.getpid(), answer["threads"][0]["kind"], frames(answer, answer["threads"][0])[0]["function"]]
    _os.write(writer, _json.dumps([facts(), facts(no_gil=True)]).encode())
    _os._exit(0)
_os.waitpid(pid, 0)
gate.set()
report(child=_json.loads(_os.read(reader, 4096)))
""",
        *(["-W", "ignore"] if sys.version_info >= (3, 12) else []),
    ).facts
    assert facts["child"] == [[True, True, "main", "ask"], [True, True, "main", "ask"]]
