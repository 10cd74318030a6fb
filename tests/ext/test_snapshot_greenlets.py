"""A snapshot says which greenlet it was taken in, and nothing of the program runs for that."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from child import run


def need(module: str) -> None:
    """Skip without it. It is not imported here: eventlet warns of itself."""
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")


if importlib.util.find_spec("greenlet") is None:
    pytest.skip("greenlet is not installed", allow_module_level=True)

HITS = """
import time, threading
def probed(x=None):
    return x  # here
def armed():
    arm((line_of("here"), None, 100000))
def caught():
    # the first hit: 3.11 reaches a new thread after some 50 ms
    for _ in range(6000):
        probed()
        hits = drain()
        if hits:
            return hits[-1]["body"]
        time.sleep(0.01)
    raise SystemExit("no hit")
def in_thread(function):
    found = []
    thread = threading.Thread(target=lambda: found.append(function()), name="other")
    thread.start()
    thread.join()
    return found[0]
def functions(body):
    return [frame["function"] for frame in body["frames"]]
"""
PLAIN = HITS + "import greenlet\narmed()\n"


def test_each_greenlet_is_named_with_what_it_runs_and_its_own_stack(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PLAIN
        + """
main = greenlet.getcurrent()
bodies, real = [], []
def branch(depth):
    bodies.append(caught())
    real.append(hex(id(greenlet.getcurrent())))
    if depth:
        greenlet.greenlet(branch).switch(depth - 1)
    return depth
bodies.append(caught()); real.append(hex(id(main)))
greenlet.greenlet(branch).switch(2)
list(map(lambda _: greenlet.greenlet(branch).switch(0), [1]))
bodies.append(caught()); real.append(hex(id(main)))
report(ids=[b["greenlet"].pop("id") for b in bodies], real=real, greenlets=[b["greenlet"] for b in bodies],
       stacks=[functions(b) for b in bodies], totals=[b["frames_total"] for b in bodies])
""",
    ).facts
    branch = {"type": "greenlet.greenlet", "main": False, "run": "branch"}
    main = {"type": "greenlet.greenlet", "main": True}
    assert facts["ids"] == facts["real"]
    assert facts["greenlets"] == [main, branch, branch, branch, branch, main]
    outside = ["probed", "caught", "<module>"]
    assert facts["stacks"] == [outside, *[["probed", "caught", "branch"]] * 4, outside]
    assert facts["totals"] == [3] * 6


def test_the_first_hit_of_a_process_may_be_in_any_greenlet(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        HITS
        + """
armed()
before = caught()
import greenlet
after_import = caught()
class Fetcher(greenlet.greenlet):
    def run(self):
        def deep(n):
            return deep(n - 1) if n else caught()
        return deep(40)
fetcher = Fetcher()
fetcher.name = "fetcher"
body = fetcher.switch()
report(before="greenlet" in before, after_import="greenlet" in after_import, greenlet=body["greenlet"],
       id=hex(id(fetcher)), total=body["frames_total"])
""",
    ).facts
    assert facts["before"] is False
    assert facts["after_import"] is False  # nobody has used one in this thread
    assert facts["greenlet"] == {
        "id": facts["id"],
        "type": "__main__.Fetcher",
        "main": False,
        "name": "fetcher",
        "run": "Fetcher.run",
    }
    assert facts["total"] == 44  # what it runs is not among the frames that are listed


def test_each_thread_has_its_own_greenlets_and_most_have_none(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PLAIN
        + """
main = greenlet.getcurrent()
def elsewhere():
    bare = "greenlet" in caught()
    own = greenlet.getcurrent()
    try:
        main.switch()
    except greenlet.error:
        refused = True
    inside = greenlet.greenlet(caught).switch()["greenlet"]["id"]
    return [bare, refused, caught()["greenlet"] == {"id": hex(id(own)), "type": "greenlet.greenlet", "main": True}, inside]
body = greenlet.greenlet(lambda: in_thread(elsewhere)).switch()
ends = [in_thread(lambda: greenlet.greenlet(caught).switch()["greenlet"]["main"]) for _ in range(3)]
report(bare=body[0], refused=body[1], own=body[2], ends=ends, main=caught()["greenlet"]["id"] == hex(id(main)))
""",
    ).facts
    assert facts == {"bare": False, "refused": True, "own": True, "ends": [False] * 3, "main": True}


def test_greenlet_goes_on_in_its_grandparent_when_its_parent_is_dead(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PLAIN
        + """
bodies = []
def parent():
    return child
def work():
    bodies.append(caught())
first = greenlet.greenlet(parent)
child = greenlet.greenlet(work, parent=first)
first.switch()
child.switch()
bodies.append(caught())
report(dead=first.dead, greenlets=[[b["greenlet"]["main"], functions(b)] for b in bodies], id=bodies[0]["greenlet"]["id"] == hex(id(child)))
""",
    ).facts
    assert facts["dead"] is True
    assert facts["id"] is True
    assert facts["greenlets"] == [
        [False, ["probed", "caught", "work"]],
        [True, ["probed", "caught", "<module>"]],
    ]


def test_greenlets_that_another_thread_let_go_are_not_ended_by_a_hit(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PLAIN
        + """
ran = []
def work():
    try:
        greenlet.getcurrent().parent.switch()
    finally:
        ran.append("finally")
kept = [greenlet.greenlet(work)]
kept[0].switch()
in_thread(kept.clear)
counts = [len(ran)]
caught()
counts.append(len(ran))
greenlet.getcurrent()
counts.append(len(ran))
report(counts=counts)
""",
    ).facts
    assert facts["counts"] == [0, 0, 1]  # greenlet's own look at the current one ends them


def test_a_hit_makes_no_main_greenlet(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PLAIN
        + """
from greenlet._greenlet import get_total_main_greenlets
counts = [get_total_main_greenlets()]
caught()
in_thread(caught)
counts.append(get_total_main_greenlets())
greenlet.greenlet(caught).switch()
caught()
counts.append(get_total_main_greenlets())
report(counts=counts)
""",
    ).facts
    assert facts["counts"] == [0, 0, 1]


def test_nothing_of_a_greenlets_class_runs(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PLAIN
        + """
ran = []
def mine(name):
    return lambda self, *rest: ran.append(name)
class Meta(type):
    def __instancecheck__(cls, other): ran.append("instancecheck"); return True
    def __getattribute__(cls, name): ran.append("meta " + name); return super().__getattribute__(name)
class Mine(greenlet.greenlet, metaclass=Meta):
    name = property(mine("name"))
    run = property(lambda self: caught)
    parent = property(mine("parent"))
    dead = property(mine("dead"))
    gr_frame = property(mine("gr_frame"))
    __bool__ = mine("bool")
    __hash__ = mine("hash")
    __eq__ = mine("eq")
    __repr__ = mine("repr")
    __getattr__ = mine("getattr")
    __del__ = mine("del")
    def __getattribute__(self, name):
        if name != "run":
            ran.append(name)
        return super().__getattribute__(name)
one = Mine()
ran.clear()
body = greenlet.greenlet.switch(one)
report(ran=ran[:], greenlet=body["greenlet"], id=hex(id(one)))
""",
    ).facts
    assert facts["ran"] == []
    assert facts["greenlet"] == {"id": facts["id"], "type": "__main__.Mine", "main": False, "run": "caught"}


def test_names_that_look_like_secrets_are_hidden_and_only_text_is_a_name(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PLAIN
        + """
class Text(str):
    pass
class Named(greenlet.greenlet):
    pass
def named(name):
    one = Named(caught)
    one.name = name
    return one.switch()["greenlet"].get("name")
report(names=[named(name) for name in ("4111111111111111", Text("x"), 5, "", "plain", "a" * 10000)])
""",
    ).facts
    assert facts["names"] == ["<redacted>", None, None, None, "plain", "a" * 256]


def test_children_of_a_fork_know_their_greenlets(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PLAIN
        + """
import os
def work():
    before = caught()["greenlet"]
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(w, _json.dumps([caught()["greenlet"], greenlet.greenlet(caught).switch()["greenlet"]["main"]]).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    child = _json.loads(os.read(r, 10000))
    return before, child, caught()["greenlet"]
before, child, after = greenlet.greenlet(work).switch()
report(same=[child[0] == before, after == before], nested=child[1], run=before["run"])
""",
    ).facts
    assert facts == {"same": [True, True], "nested": False, "run": "work"}


STAND_IN = (
    HITS
    + """
import sys
import _strobe_test_stand_in as stand_in
sys.modules["greenlet._greenlet"] = stand_in
armed()
def pair(fault=""):
    made = stand_in.greenlet(), stand_in.greenlet()
    stand_in.arrange(*made, fault)
    return made
"""
)


def test_stand_in_for_greenlet_is_believed_when_all_of_it_fits(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        STAND_IN
        + """
unused = "greenlet" in caught()
main, current = pair()
body = caught()
stand_in.point(1)
before = "greenlet" in caught()
stand_in.point(0)
ended = "greenlet" in caught()
def elsewhere():
    unused = "greenlet" in caught()
    there = pair()
    return unused, caught()["greenlet"]["id"] == hex(id(there[1]))
report(unused=unused, id=body["greenlet"]["id"] == hex(id(current)), before=before, ended=ended, elsewhere=in_thread(elsewhere))
""",
    ).facts
    assert facts == {"unused": False, "id": True, "before": False, "ended": False, "elsewhere": [False, True]}


@pytest.mark.parametrize(
    "fault",
    [
        "does not lead back",
        "does not know itself",
        "has another main one",
        "is not there",
        "is of another class",
        "has nothing in it",
    ],
)
def test_what_does_not_fit_is_not_believed_and_not_touched(tmp_path: Path, fault: str) -> None:
    facts = run(
        tmp_path,
        STAND_IN
        + f"""
faulty = pair({fault!r})
first = ["greenlet" in caught() for _ in range(3)]
whole = pair()
then = "greenlet" in caught()
report(first=first, then=then)
""",
    ).facts
    assert facts == {"first": [False] * 3, "then": True}


def test_version_of_greenlet_that_never_fits_is_given_up(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        STAND_IN
        + """
found = []
for address in (8, 4096, id(stand_in), id("text"), 2**47, 2**63, 12345, id(found)):
    for _ in range(3):
        stand_in.point(address)
        found.append("greenlet" in caught())
whole = pair()
found.append("greenlet" in caught())
report(found=found)
""",
    ).facts
    assert facts["found"] == [False] * 25


@pytest.mark.parametrize("stand_in", ["list", "type", "int", "None", "type('greenlet', (), {})"])
def test_what_only_looks_like_greenlet_is_not_believed(tmp_path: Path, stand_in: str) -> None:
    """A list is as large as a greenlet: the thread-local variables of the interpreter are looked through for it."""
    facts = run(
        tmp_path,
        HITS
        + f"""
import sys, types
module = types.ModuleType("greenlet._greenlet")
module.greenlet = {stand_in}
sys.modules[module.__name__] = module
armed()
report(greenlets=["greenlet" in caught() for _ in range(20)], other=in_thread(lambda: "greenlet" in caught()))
""",
    ).facts
    assert facts["greenlets"] == [False] * 20
    assert facts["other"] is False


def test_variables_of_other_threads_are_not_said_to_be_of_a_greenlet(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PLAIN
        + """
def work():
    return _json.loads(_agent.local_threads(_json.dumps({"locals": True})))
inside = greenlet.greenlet(caught).switch()["greenlet"]["main"]
answer = greenlet.greenlet(work).switch()
report(inside=inside, bodies=[list(thread["body"]) for thread in answer["threads"] if "body" in thread])
""",
    ).facts
    assert facts["inside"] is False
    assert facts["bodies"]
    assert not any("greenlet" in body for body in facts["bodies"])


# ---- gevent and eventlet ----


def test_greenlets_of_gevent_are_named_by_class_and_function(tmp_path: Path) -> None:
    need("gevent")
    facts = run(
        tmp_path,
        HITS
        + """
import gevent, gevent.pool, gevent.threadpool
armed()
def fetch(n):
    gevent.sleep(0)
    return caught()
class Own(gevent.Greenlet):
    def _run(self):
        return caught()
pool = gevent.pool.Pool(2).map(fetch, range(4))
named = gevent.Greenlet(fetch, 1)
named.name = "fetcher"
named.start()
hub = []
gevent.get_hub().loop.run_callback(lambda: hub.append(caught()))
gevent.sleep(0.05)
bodies = {"pool": pool[0], "named": named.get(), "own": Own.spawn().get(), "hub": hub[0],
          "worker": gevent.threadpool.ThreadPool(1).apply(caught), "main": caught()}
ids = [body["greenlet"]["id"] for body in pool]
report(different=len(set(ids)) > 1, stack=functions(pool[3]), greenlets={name: {k: v for k, v in body["greenlet"].items() if k != "id"} for name, body in bodies.items()})
""",
    ).facts
    of_gevent = {"type": "gevent._gevent_cgreenlet.Greenlet", "main": False}
    assert facts["different"] is True
    assert facts["stack"] == ["probed", "caught", "fetch"]
    assert facts["greenlets"] == {
        "pool": {**of_gevent, "run": "fetch"},
        "named": {**of_gevent, "run": "fetch", "name": "fetcher"},
        "own": {"type": "__main__.Own", "main": False, "run": "Own._run"},
        "hub": {"type": "gevent.hub.Hub", "main": False, "run": "Hub.run"},
        "worker": {
            "type": "gevent.threadpool._WorkerGreenlet",
            "main": False,
            "run": "_WorkerGreenlet.run",
        },
        "main": {"type": "greenlet.greenlet", "main": True},
    }


@pytest.mark.parametrize("patch", ["gevent.monkey.patch_all()", "eventlet.monkey_patch()"])
def test_thread_that_is_patched_to_be_a_greenlet_keeps_its_name(tmp_path: Path, patch: str) -> None:
    module, _, _ = patch.rpartition(".")
    need(module.partition(".")[0])
    facts = run(
        tmp_path,
        f"import warnings; warnings.simplefilter('ignore')\nimport {module}\n{patch}\n"
        + HITS
        + """
armed()
caught()
body = in_thread(caught)
report(name=body["greenlet"]["name"], main=body["greenlet"]["main"], outer=functions(body)[-1], run=body["greenlet"]["run"])
""",
    ).facts
    assert facts["name"] == "other"
    assert facts["main"] is False
    assert facts["outer"] == facts["run"]


def test_greenlets_of_eventlet_are_named(tmp_path: Path) -> None:
    need("eventlet")
    facts = run(
        tmp_path,
        HITS
        + """
import warnings; warnings.simplefilter("ignore")
import eventlet
armed()
def fetch(n):
    eventlet.sleep(0)
    return caught()
bodies = [*eventlet.GreenPool(2).imap(fetch, range(3)), eventlet.spawn(fetch, 1).wait()]
report(greenlets=[{k: v for k, v in body["greenlet"].items() if k != "id"} for body in bodies], stack=functions(bodies[0]))
""",
    ).facts
    thread = {"type": "eventlet.greenthread.GreenThread", "main": False, "run": "GreenThread.main"}
    assert facts["greenlets"] == [thread] * 4
    assert facts["stack"] == ["probed", "caught", "fetch", "GreenThread.main"]
