"""Dumps that need no GIL: of a stuck process, of one that runs wild, and what they do to it (nothing)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from child import run

DUMPS = 2_000 if os.environ.get("STROBE_TEST_SANITIZED") else 10_000
"""Of threads that come and go; a sanitizer is slow."""

DUMP = """
import json as _json, sys, os, threading, time
import _strobe_test_dump as dump
def report(**facts):
    print(_json.dumps(facts))
def own(rows):
    return next(row for row in rows if row["native_id"] == threading.get_native_id())
def line_of(text):
    for number, line in enumerate(open(__file__, encoding="utf-8"), 1):
        if line.rstrip().endswith("# " + text):
            return number
"""


def test_a_thread_that_holds_the_gil_in_c_code_is_seen_where_it_stands(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        DUMP
        + """
class Till:
    def charge(self):
        return dump.dump_while_held()    # stuck
def serve():
    return Till().charge()               # caller
answer = serve()
mine = own(answer["rows"])
report(mine=mine, holder=answer["holder"], me=threading.get_native_id(), torn=answer["torn"], reader=answer["reader"],
       stuck=line_of("stuck"), caller=line_of("caller"), file=__file__, total=answer["total"])
""",
        prelude=False,
    ).facts
    assert facts["holder"] == facts["me"]
    assert facts["mine"]["gil"] == "holds"
    assert facts["mine"]["kind"] == "main"
    assert facts["mine"]["frames"][:2] == [
        ["Till.charge", facts["file"], facts["stuck"]],
        ["serve", facts["file"], facts["caller"]],
    ]
    assert facts["mine"]["depth"] == 3
    assert facts["torn"] == 0
    assert facts["reader"] in ("process_vm_readv", "pipe")


def test_each_kind_of_frame_is_read_as_python_shows_it(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        DUMP
        + """
import functools, traceback
def generator():
    yield (lambda: look("lambda"))()
async def coroutine():
    return next(generator())
def look(_):
    global expected
    frame, expected = sys._getframe(), []
    while frame is not None:
        code = frame.f_code
        expected.append([code.co_qualname, code.co_filename, frame.f_lineno])
        frame = frame.f_back
    # one line below the one that the frames were listed at
    expected[0][2] = line_of("here")
    return dump.dump_while_held()    # here
class Meta(type):
    def __call__(cls):
        try:
            coroutine().send(None)
        except StopIteration as stop:
            return stop.value
class Body(metaclass=Meta):
    pass
namespace = {"Body": Body}
exec(compile("answer = [Body() for _ in range(1)][0]", "a name that is no path: \\u00e9\\u4e16\\U0001f600", "exec"), namespace)
found = own(namespace["answer"]["rows"])["frames"]
report(found=found, expected=expected)
""",
        prelude=False,
    ).facts
    assert facts["found"] == facts["expected"]
    assert len(facts["found"]) >= 7


def test_deep_recursion_is_counted_and_cut_in_the_middle(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        DUMP
        + """
sys.setrecursionlimit(100000)
def down(n):
    return down(n - 1) if n else bottom()
def bottom():
    return dump.dump_while_held()
mine = own(down(5000)["rows"])
threads = []
report(depth=mine["depth"], shown=len(mine["frames"]), first=mine["frames"][0][0], last=mine["frames"][-1][0], torn=mine["torn"])
""",
        prelude=False,
    ).facts
    assert facts == {"depth": 5003, "shown": 128, "first": "bottom", "last": "<module>", "torn": False}


def test_a_lock_that_two_threads_wait_for_shows_both(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        DUMP
        + """
first, second = threading.Lock(), threading.Lock()
both = threading.Barrier(3)
def left():
    with first:
        both.wait()
        second.acquire()     # left
def right():
    with second:
        both.wait()
        first.acquire()      # right
for target in (left, right):
    threading.Thread(target=target, daemon=True).start()
both.wait()
def stands_at(rows):
    return {row["frames"][0][0]: row["frames"][0][2] for row in rows if row["frames"]}
wanted = {"left": line_of("left"), "right": line_of("right")}
ends = time.monotonic() + 60
while time.monotonic() < ends:
    rows = dump.dump_while_held()["rows"]
    places = stands_at(rows)
    if wanted.items() <= places.items():
        break
    threading.Event().wait(0.01)
report(places=places, wanted=wanted)
sys.stdout.flush()
os._exit(0)
""",
        prelude=False,
    ).facts
    assert facts["wanted"].items() <= facts["places"].items()


def test_ten_thousand_dumps_of_threads_that_come_and_go_harm_nothing(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        DUMP
        + f"DUMPS = {DUMPS}"
        + """
import gc, random, types
failures = []
def names(n):
    # code objects that are made, run and freed
    namespace = {}
    exec(compile(f"def f_{n}(x):\\n    return sorted([x, {n}])", f"file_{n}.py", "exec"), namespace)
    return namespace[f"f_{n}"](1)
def generators(n):
    def inner(k):
        if k:
            yield from inner(k - 1)
        yield k
    return sum(inner(n % 20))
def work(n):
    try:
        assert names(n) == sorted([1, n])
        assert generators(n) == sum(range(n % 20 + 1))
    except BaseException as error:
        failures.append(repr(error))
dump.begin(DUMPS)
started, n = 0, 0
end = time.monotonic() + 100
while (dump.count() < DUMPS or started < 100) and time.monotonic() < end:
    threads = [threading.Thread(target=work, args=(n + i,)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    started += len(threads)
    n += 16
figures = dump.end(False)
report(failures=failures[:3], started=started, dumps=figures["dumps"], stacks=figures["stacks"], alive=threading.active_count())
""",
        prelude=False,
    ).facts
    assert facts["failures"] == []
    assert facts["dumps"] == DUMPS
    assert facts["started"] >= 100
    assert facts["stacks"] >= facts["dumps"] / 2
    assert facts["alive"] == 1


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
def test_where_a_filter_forbids_the_system_call_memory_is_read_through_a_pipe(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        DUMP
        + """
import ctypes, platform, struct
number = {"x86_64": 310, "aarch64": 270}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)
KILL, ALLOW = 0x80000000, 0x7FFF0000
program = b"".join(struct.pack("HBBI", *step) for step in (
    (0x20, 0, 0, 0),            # the number of the call
    (0x15, 0, 1, number),       # process_vm_readv: the whole process dies
    (0x06, 0, 0, KILL),
    (0x06, 0, 0, ALLOW)))
buffer = ctypes.create_string_buffer(program)
class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]
assert libc.prctl(38, 1, 0, 0, 0) == 0
wanted = Filter(4, ctypes.addressof(buffer))
assert libc.prctl(22, 2, ctypes.byref(wanted), 0, 0) == 0, ctypes.get_errno()
dump.look()
def stuck():
    return dump.dump_while_held()
answer = stuck()
before = set(os.listdir("/proc/self/fd"))
for _ in range(50):
    stuck()
report(reader=answer["reader"], first=own(answer["rows"])["frames"][0][0], same=len(os.listdir("/proc/self/fd")) == len(before))
""",
        prelude=False,
    ).facts
    assert facts == {"reader": "pipe", "first": "stuck", "same": True}
