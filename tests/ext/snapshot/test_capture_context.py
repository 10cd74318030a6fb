"""What stands around the frames: time, task and awaiters, trace, request, and frames of C code."""

from __future__ import annotations

import asyncio
import contextvars
import datetime
import functools
import sys
import time
import types
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from captured import BLOCKS, ROUNDS, Snapshot, capture, extension, in_thread


def run(main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return in_thread(lambda: asyncio.run(main()))


def chain(snapshot: Snapshot) -> list[tuple[str, list[str]]]:
    """Task and last parts of its functions, innermost first."""
    return [
        (awaiter["task"], [frame["function"].rpartition(".")[2] for frame in awaiter["frames"]])
        for awaiter in snapshot.body["awaiters"]
    ]


def test_time_of_the_hit_has_nanoseconds() -> None:
    before = time.time_ns()
    snapshot = in_thread(capture_here)
    moment, _, fraction = snapshot.body["time"].removesuffix("Z").partition(".")
    assert len(fraction) == 9
    seconds = int(datetime.datetime.fromisoformat(moment + "+00:00").timestamp())
    assert before <= seconds * 10**9 + int(fraction) <= time.time_ns()


def capture_here() -> Snapshot:
    return capture()


# ---- Tasks ----


def test_no_task_is_named_outside_of_one() -> None:
    snapshot = in_thread(capture_here)
    assert "task" not in snapshot.body
    assert "awaiters" not in snapshot.body


def test_running_task_is_named_with_its_coroutine() -> None:
    async def main() -> Snapshot:
        return capture()

    snapshot = run(main)
    assert snapshot.body["task"]["name"].startswith("Task-")
    assert snapshot.body["task"]["coroutine"] == main.__qualname__
    assert snapshot.body["awaiters"] == []


async def inner() -> Snapshot:
    await asyncio.sleep(0)
    return capture()


async def middle() -> Snapshot:
    return await asyncio.create_task(inner(), name="inner")


async def outer() -> Snapshot:
    return await asyncio.create_task(middle(), name="middle")


def test_tasks_that_await_one_another_show_up_to_the_root() -> None:
    async def main() -> Snapshot:
        asyncio.current_task().set_name("root")  # type: ignore[union-attr]
        return await outer()

    snapshot = run(main)
    assert snapshot.body["task"] == {"name": "inner", "coroutine": "inner"}
    assert chain(snapshot) == [("middle", ["middle"]), ("root", ["outer", "main"])]
    first = snapshot.body["awaiters"][0]
    assert first["coroutine"] == "middle"
    line = middle.__code__.co_firstlineno + 1
    assert first["frames"] == [{"function": "middle", "file": __file__, "line": line}]


@pytest.mark.parametrize("way", ["gather", "wait", "wait_for", "shield", "group", "timeout"])
def test_awaiter_is_found_behind_each_way_to_wait(way: str) -> None:
    async def by_group() -> Snapshot:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(inner(), name="inner")
        return task.result()

    async def by_timeout() -> Snapshot:
        async with asyncio.timeout(5):
            return await asyncio.create_task(inner(), name="inner")

    async def main() -> Snapshot:
        asyncio.current_task().set_name("root")  # type: ignore[union-attr]
        if way == "group":
            return await by_group()
        if way == "timeout":
            return await by_timeout()
        task = asyncio.create_task(inner(), name="inner")
        if way == "gather":
            return (await asyncio.gather(task, asyncio.sleep(0.01)))[0]
        if way == "wait":
            await asyncio.wait([task])
            return task.result()
        if way == "wait_for":
            return await asyncio.wait_for(task, 5)
        return await asyncio.shield(task)

    snapshot = run(main)
    assert snapshot.body["task"]["name"] == "inner"
    assert [task for task, _ in chain(snapshot)] == ["root"]
    assert chain(snapshot)[0][1][-1] == "main"


def test_others_that_wait_for_the_same_are_counted() -> None:
    async def waiter(task: asyncio.Task[Snapshot]) -> Snapshot:
        return await task

    async def main() -> Snapshot:
        task = asyncio.create_task(inner(), name="inner")
        waiters = [asyncio.create_task(waiter(task)) for _ in range(3)]
        return (await asyncio.gather(*waiters))[0]

    snapshot = run(main)
    assert snapshot.body["awaiters"][0]["others"] == 2
    assert chain(snapshot)[0][1] == ["waiter"]
    assert chain(snapshot)[-1][1] == ["main"]


def test_chain_of_tasks_is_bounded_and_cycles_end() -> None:
    async def level(depth: int) -> Snapshot:
        if depth == 0:
            await asyncio.sleep(0)
            return capture()
        return await asyncio.create_task(level(depth - 1), name=f"level {depth - 1}")

    snapshot = run(lambda: level(100))
    assert len(snapshot.body["awaiters"]) == extension.STROBE_CAPTURE_AWAITERS_MAX
    assert chain(snapshot)[0][0] == "level 1"

    async def cycle() -> Snapshot:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        for one, other in ((task, future), (future, task)):
            one.add_done_callback(functools.partial(lambda waiter, _: None, other))
        if sys.version_info >= (3, 14):
            asyncio.future_add_to_awaited_by(task, future)
            asyncio.future_add_to_awaited_by(future, task)
        snapshot = capture()
        if sys.version_info >= (3, 14):
            asyncio.future_discard_from_awaited_by(task, future)
            asyncio.future_discard_from_awaited_by(future, task)
        return snapshot

    assert run(cycle).body["awaiters"] == []


def test_tasks_of_the_implementation_in_python_are_followed() -> None:
    task_type: Any = asyncio.tasks._PyTask  # type: ignore[attr-defined]

    def factory(loop: Any, coroutine: Any, **options: Any) -> Any:
        return task_type(coroutine, loop=loop, **options)

    async def main() -> Snapshot:
        asyncio.get_running_loop().set_task_factory(factory)
        return await asyncio.create_task(outer(), name="root")

    snapshot = run(main)
    # The running task of an implementation in Python is not always known to the interpreter's own.
    if "task" in snapshot.body:
        assert [task for task, _ in chain(snapshot)][:2] == ["middle", "root"]


def test_async_generators_and_awaitable_objects_stand_in_the_chain() -> None:
    class Awaitable:
        def __await__(self):
            return (yield from asyncio.create_task(inner(), name="inner").__await__())

    async def numbers():
        yield await Awaitable()

    async def main() -> Snapshot:
        async for snapshot in numbers():
            return snapshot
        raise AssertionError

    snapshot = run(main)
    assert chain(snapshot)[0][1] == ["__await__", "numbers", "main"]


# ---- Traces ----


@pytest.fixture
def otel(monkeypatch: pytest.MonkeyPatch) -> contextvars.ContextVar[Any]:
    """The parts of OpenTelemetry's API that a capture reads, as version 1.x has them."""

    class Context(dict):
        pass

    variable: contextvars.ContextVar[Any] = contextvars.ContextVar("current_context", default=Context())
    runtime = types.SimpleNamespace(_current_context=variable)
    context = types.ModuleType("opentelemetry.context")
    context._RUNTIME_CONTEXT = runtime  # type: ignore[attr-defined]
    propagation = types.ModuleType("opentelemetry.trace.propagation")
    propagation._SPAN_KEY = "current-span-1"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "opentelemetry.context", context)
    monkeypatch.setitem(sys.modules, "opentelemetry.trace.propagation", propagation)
    extension.forget()
    return variable


def span(trace_id: Any, span_id: Any) -> Any:
    class SpanContext(tuple):
        @property
        def trace_id(self) -> int:
            raise AssertionError

    return types.SimpleNamespace(_context=SpanContext((trace_id, span_id, False)))


def test_trace_and_span_of_the_current_span_are_named(otel: contextvars.ContextVar[Any]) -> None:
    def probed() -> Snapshot:
        otel.set({"current-span-1": span(0xABC, 0x12)})
        return capture()

    assert in_thread(probed).body["trace"] == {"trace_id": f"{0xABC:032x}", "span_id": f"{0x12:016x}"}
    assert "trace" not in in_thread(capture_here).body


@pytest.mark.parametrize("ids", [(0, 1), (1, 0), (-1, 1), (2**128, 1), (1, 2**64), ("1", 1), (True, 1)])
def test_ids_that_are_none_are_not_shown(otel: contextvars.ContextVar[Any], ids: tuple[Any, Any]) -> None:
    def probed() -> Snapshot:
        otel.set({"current-span-1": span(*ids)})
        return capture()

    assert "trace" not in in_thread(probed).body


def test_reading_the_context_leaves_it_as_it_was(otel: contextvars.ContextVar[Any]) -> None:
    def probed() -> tuple[int, int, int]:
        values = {"current-span-1": span(1, 2)}
        token = otel.set(values)
        extension.capture_many(10)
        before = sys.getrefcount(values)
        for _ in range(ROUNDS):
            blocks = sys.getallocatedblocks()
            extension.capture_many(1000)
            grown = sys.getallocatedblocks() - blocks
            if grown <= BLOCKS:
                break
        after = sys.getrefcount(values)
        otel.reset(token)
        return before, after, grown

    before, after, grown = in_thread(probed)
    assert before == after
    assert grown <= BLOCKS


# ---- Requests ----


def test_request_of_wsgi_is_named() -> None:
    def application(environ: dict[str, Any]) -> Snapshot:
        return view()

    def view() -> Snapshot:
        return capture()

    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/orders/5", "QUERY_STRING": "secret=1"}
    assert in_thread(application, environ).body["request"] == {"method": "POST", "path": "/orders/5"}
    assert "request" not in in_thread(view).body


def test_route_of_asgi_and_of_request_objects_is_named() -> None:
    def starlette(scope: dict[str, Any]) -> Snapshot:
        return capture()

    def flask(req: Any) -> Snapshot:
        return capture()

    def django(request: Any) -> Snapshot:
        return capture()

    route = types.SimpleNamespace(path="/orders/{id}")
    scope = {"type": "http", "method": "GET", "path": "/orders/5", "route": route}
    expected = {"method": "GET", "path": "/orders/5", "route": "/orders/{id}"}
    assert in_thread(starlette, scope).body["request"] == expected
    rule = types.SimpleNamespace(rule="/orders/<int:id>")
    request = types.SimpleNamespace(method="GET", path="/orders/5", url_rule=rule)
    assert in_thread(flask, request).body["request"]["route"] == "/orders/<int:id>"
    match = types.SimpleNamespace(route="orders/<int:id>/")
    request = types.SimpleNamespace(method="GET", path="/orders/5/", resolver_match=match)
    assert in_thread(django, request).body["request"]["route"] == "orders/<int:id>/"


def test_request_whose_attributes_are_computed_is_not_asked() -> None:
    class Request:
        @property
        def method(self) -> str:
            raise AssertionError

        def __getattr__(self, name: str) -> str:
            raise AssertionError(name)

    def probed(request: Any) -> Snapshot:
        return capture()

    assert "request" not in in_thread(probed, Request()).body
    assert "request" not in in_thread(probed, None).body


def test_secret_in_a_path_is_not_shown() -> None:
    def application(environ: dict[str, Any]) -> Snapshot:
        return capture()

    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/login/" + token}
    assert in_thread(application, environ).body["request"] == {"method": "GET", "path": "<redacted>"}


def test_flask_names_method_and_route() -> None:
    flask = pytest.importorskip("flask")
    app = flask.Flask("shop")
    found: list[Snapshot] = []

    @app.get("/orders/<int:number>")
    def order(number: int) -> str:
        found.append(capture())
        return ""

    in_thread(lambda: app.test_client().get("/orders/5?x=1"))
    assert found[0].body["request"] == {"method": "GET", "path": "/orders/5", "route": "/orders/<int:number>"}


# ---- Frames of C code ----


@pytest.fixture
def native():
    extension.set_native(True)
    yield
    extension.set_native(False)


def native_symbols(snapshot: Snapshot) -> list[list[str]]:
    return [[entry.get("symbol", "") for entry in frame.get("native", [])] for frame in snapshot.frames]


def test_frames_of_c_code_stand_below_the_frame_they_called(native: None) -> None:
    def probed(number: int) -> int:
        found.append(capture())
        return number

    found: list[Snapshot] = []

    def by_sort() -> None:
        sorted([1], key=probed)

    def by_python() -> None:
        by_sort()

    in_thread(by_python)
    names = [frame["function"].rpartition(".")[2] for frame in found[0].frames]
    position = names.index("probed")
    assert names[position : position + 3] == ["probed", "by_sort", "by_python"]
    symbols = native_symbols(found[0])
    # A stripped interpreter has names for what it exports only.
    assert any("sort" in symbol or "PyObject_" in symbol for symbol in symbols[position]), symbols
    assert symbols[position + 1] == []  # Python called it, in the same loop
    entry = found[0].frames[position]["native"][0]
    assert entry["module"].startswith("/")
    assert entry["offset"].startswith("0x")


def test_each_call_out_of_c_code_has_its_own_frames(native: None) -> None:
    found: list[Snapshot] = []

    def bottom(_: int) -> int:
        found.append(capture())
        return 0

    def middle(_: int) -> list[int]:
        return list(map(bottom, [1]))

    def top() -> None:
        max([1], key=middle)

    in_thread(top)
    frames = {frame["function"].rpartition(".")[2]: frame for frame in found[0].frames}
    for name in ("bottom", "middle"):
        assert frames[name]["native"], name
        assert all("module" in entry for entry in frames[name]["native"])


def test_no_frames_of_c_code_unless_asked_for() -> None:
    snapshot = in_thread(capture_here)
    assert all("native" not in frame for frame in snapshot.frames)
    assert "native" not in snapshot.body


def test_deep_stack_with_c_code_is_bounded(native: None) -> None:
    def recurse(depth: int) -> Snapshot:
        return capture() if depth == 0 else next(map(recurse, [depth - 1]))

    snapshot = in_thread(recurse, 150)
    assert len(snapshot.frames) == extension.STROBE_CAPTURE_FRAMES_MAX
    assert all(frame.get("native") for frame in snapshot.frames[1:])
