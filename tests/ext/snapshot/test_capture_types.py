"""Types of the standard library as they stand in a snapshot, each read without running anything."""

from __future__ import annotations

import array
import asyncio
import collections
import contextvars
import ctypes
import fractions
import io
import ipaddress
import logging
import mmap
import os
import pathlib
import queue
import re
import socket
import sys
import threading
import time
import types
import uuid
import weakref
from pathlib import Path
from typing import Any

import pytest
from captured import Value, capture, extension, in_thread, look

ITEMS = extension.STROBE_CAPTURE_ITEMS_MAX


@pytest.mark.parametrize(
    "subject",
    [
        uuid.UUID("12345678-1234-5678-1234-567812345678"), uuid.UUID(int=0), uuid.UUID(int=2**128 - 1),
        fractions.Fraction(1, 3), fractions.Fraction(-7), fractions.Fraction(10**40, 7),
        pathlib.PurePosixPath("/srv/shop"), pathlib.PurePosixPath("a/b"), pathlib.PurePosixPath(),
        pathlib.PurePosixPath("/"), pathlib.PurePosixPath("//host/x"), pathlib.PurePosixPath("///x"),
        pathlib.PurePosixPath("a//b/./c/"), pathlib.PurePosixPath("a", "/b", "c"),
        pathlib.PurePosixPath("it's"), pathlib.PurePosixPath("naïve/☃"), Path("/srv") / "x",
        pathlib.PurePosixPath("a").parent, Path("/srv/x").parent,
        range(3), range(1, 9), range(1, 9, 2), range(10**30), range(5, 0, -1),
        slice(3), slice(1, 2), slice(None, None, -1), slice("a", "b"),
        ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("::1"), ipaddress.ip_address("fe80::1%eth0"),
        ipaddress.ip_address("2001:db8::8a2e:370:7334"), ipaddress.ip_network("10.0.0.0/8"),
        ipaddress.ip_network("2001:db8::/32"), ipaddress.ip_interface("10.0.0.1/8"),
        ipaddress.ip_interface("::1/64"),
        re.compile("a+"), re.compile(b"x\xff"), re.compile("it's", re.IGNORECASE), re.compile("a", re.M | re.S | re.X),
        re.match("a+", "aaab"), re.search(b"b", b"aab"), re.match("", "x"),
    ],
    ids=repr,
)  # fmt: skip
def test_value_stands_as_python_writes_it(subject: object) -> None:
    value = look(subject)
    assert value.text == repr(subject)
    assert value.cut is None


def test_path_whose_text_was_asked_for_stands_the_same() -> None:
    path = Path("/srv") / "shop"
    assert str(path) == "/srv/shop"
    assert look(path).text == repr(path)


def test_long_path_is_cut() -> None:
    value = look(Path("/" + "x" * 5000))
    assert value.cut == "length"
    assert value.text.startswith("PosixPath('/xxx")


def test_match_in_a_long_text_shows_only_its_part() -> None:
    value = look(re.search("needle", "x" * 100000 + "needle"))
    assert value.text == "<re.Match object; span=(100000, 100006), match='needle'>"


# ---- Containers ----


def test_ordered_dict_keeps_its_own_order() -> None:
    mapping = collections.OrderedDict((i, str(i)) for i in range(5))
    mapping.move_to_end(1)
    mapping.move_to_end(4, last=False)
    mapping[7] = "7"
    del mapping[0]
    assert [(key.text, item.text) for key, item in look(mapping).entries] == [
        (repr(key), repr(item)) for key, item in mapping.items()
    ]
    assert look(collections.OrderedDict()).size == 0
    large = collections.OrderedDict((i, i) for i in range(1000))
    assert (len(look(large).entries), look(large).size, look(large).cut) == (ITEMS, 1000, "items")


def test_chain_map_proxy_and_views_show_the_data_below() -> None:
    mapping = {"a": 1, "password": "hunter22"}
    assert look(collections.ChainMap({"x": 1}, {"y": 2})).fields["maps"][1]["y"].text == "2"
    proxy = look(types.MappingProxyType(mapping))
    assert proxy["a"].text == "1"
    assert proxy["password"].is_redacted("password")
    assert [key.text for key in look(mapping.keys()).items] == ["'a'", "'password'"]
    values = look(mapping.values())
    assert (values.size, values[0].text) == (2, "1")
    assert values[1].is_redacted("password")
    assert look(mapping.items())["a"].text == "1"
    assert look(mapping.items())["password"].is_redacted("password")
    assert look(collections.OrderedDict(a=1).keys()).size == 1


def test_counter_and_user_dict_show_their_entries() -> None:
    assert look(collections.Counter("aab"))["a"].text == "2"
    assert look(collections.UserDict(a=1)).fields["data"]["a"].text == "1"


def test_results_of_the_system_show_their_field_names() -> None:
    value = look(time.gmtime(0))
    assert value.type == "time.struct_time"
    assert value.fields["tm_year"].text == "1970"
    assert look(os.lstat("/")).fields["st_uid"].text == "0"


# ---- Memory ----


@pytest.mark.filterwarnings("ignore:The 'u' type code:DeprecationWarning")
def test_memory_shows_shape_type_and_first_items() -> None:
    value = look(array.array("d", [1.5, -2.0]))
    assert (value.text, value.size, value.json["shape"], value.json["dtype"]) == (
        "[1.5, -2.0]",
        2,
        [2],
        "float64",
    )
    value = look(array.array("h", range(1000)))
    assert (value.size, value.cut, value.json["dtype"]) == (1000, "items", "int16")
    assert value.text == "[" + ", ".join(map(str, range(ITEMS))) + ", ...]"
    assert look(array.array("f", [0.1, 1e30])).text == "[0.1, 1e+30]"
    assert look(array.array("Q", [2**64 - 1])).text == f"[{2**64 - 1}]"
    assert look(array.array("b", [-1])).text == "[-1]"
    assert look(array.array("u", "añ")).text == "['a', 'ñ']"
    assert look(array.array("i")).text == "[]"


def test_views_of_memory_are_read_in_their_own_order() -> None:
    view = memoryview(b"abcdef")
    assert look(view).text == "[97, 98, 99, 100, 101, 102]"
    assert look(view[::-2]).text == "[102, 100, 98]"
    grid = look(view.cast("B", (2, 3)))
    assert (grid.text, grid.json["shape"]) == ("[[97, 98, 99], [100, 101, 102]]", [2, 3])
    view.release()
    assert look(view).text == "<released memory>"


def test_memory_of_a_file_is_not_touched() -> None:
    with mmap.mmap(-1, 100) as memory:
        value = look(memoryview(memory))
        assert (value.cut, value.size, value.text) == ("unreadable", 100, "[...]")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="classes cannot export buffers")
def test_buffer_method_of_a_class_is_not_called() -> None:
    calls: list[int] = []

    class Exporter:
        def __buffer__(self, flags: int) -> memoryview:
            calls.append(flags)
            return memoryview(b"abc")

    class Numbers(array.array):
        def __buffer__(self, flags: int) -> memoryview:
            calls.append(flags)
            return memoryview(b"abc")

    assert look(Exporter()).fields == {}
    assert look(Numbers("i", [1, 2])).text == "[1, 2]"
    assert calls == []


class Point(ctypes.Structure):
    _fields_ = [
        ("x", ctypes.c_int),
        ("flag", ctypes.c_char),
        ("y", ctypes.c_double),
        ("password", ctypes.c_int),
    ]


class Packed(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("flag", ctypes.c_char), ("x", ctypes.c_int)]


class Bits(ctypes.Structure):
    _fields_ = [("a", ctypes.c_int, 3)]


def test_values_of_ctypes_are_read_where_ctypes_holds_them() -> None:
    assert look(ctypes.c_int(-5)).text == "-5"
    assert look(ctypes.c_double(1.5)).text == "1.5"
    assert look(ctypes.c_bool(True)).text == "True"
    assert look((ctypes.c_short * 3)(1, 2, 3)).text == "[1, 2, 3]"
    grid = look(((ctypes.c_int * 2) * 2)((1, 2), (3, 4)))
    assert (grid.text, grid.json["shape"]) == ("[[1, 2], [3, 4]]", [2, 2])
    assert look(ctypes.create_string_buffer(b"abc", 4)).text == r"b'abc\x00'"
    assert look(Point(1, b"z", 2.5, 7)).text == "Point(x=1, flag=b'z', y=2.5, password=<redacted>)"


def test_memory_that_ctypes_only_points_to_is_not_read() -> None:
    number = ctypes.c_int(1)
    for subject in (
        ctypes.pointer(number),
        ctypes.c_int.from_address(8),
        ctypes.c_char_p(b"x"),
        (ctypes.c_int * 4).from_address(8),
        Point.from_address(8),
        Packed(),
        Bits(),
    ):
        value = look(subject)
        assert (value.cut, value.text) == ("unreadable", None)
    part = Point(1, b"z", 2.5, 7)
    assert look((Point * 1)(part)[0]).text.startswith("Point(x=1")


# ---- Places ----


def test_things_of_the_interpreter_stand_by_name_and_place() -> None:
    def frame_of() -> types.FrameType:
        return sys._getframe()

    class Plain:
        pass

    plain = Plain()
    line = frame_of.__code__.co_firstlineno
    assert look(frame_of()).text == f"<frame {frame_of.__qualname__} at {__file__}:{line}>"
    assert look(str.join).text == "<method_descriptor 'join' of 'str'>"
    assert look(int.__add__).text == "<wrapper_descriptor '__add__' of 'int'>"
    assert look((1).__add__).text == "<method-wrapper '__add__' of int>"
    assert look(types.FunctionType.__code__).text == "<getset_descriptor '__code__' of 'function'>"
    assert look(weakref.ref(plain)).text == f"<weakref to {__name__}.{Plain.__qualname__}>"
    assert look(weakref.proxy(plain)).text == f"<weakref to {__name__}.{Plain.__qualname__}>"
    dead = weakref.ref(Plain())
    assert look(dead).text == "<weakref; dead>"
    assert look(contextvars.ContextVar("request_id")).text == "<ContextVar request_id>"


def test_cells_show_what_they_hold() -> None:
    assert look(types.CellType(5)).fields["cell_contents"].text == "5"
    assert look(types.CellType()).fields == {}


def test_generators_show_state_and_line() -> None:
    def numbers():
        captures.append(capture(1))
        yield 1
        yield 2

    captures: list[Any] = []
    first = numbers.__code__.co_firstlineno
    place = f"<generator {numbers.__qualname__} at {__file__}:{first}, "
    generator = numbers()
    assert look(generator).text == place + "created>"

    def advance(mine: object) -> None:
        next(mine)

    in_thread(advance, generator)
    assert captures[0].local("mine").text == place + f"running in line {first + 1}>"
    assert look(generator).text == place + f"suspended in line {first + 2}>"
    next(generator)
    assert look(generator).text == place + f"suspended in line {first + 3}>"
    generator.close()
    assert "closed>" in look(generator).text


# ---- Tasks ----


def test_tasks_and_futures_show_name_state_and_outcome() -> None:
    async def work(result: object) -> object:
        await asyncio.sleep(0)
        if isinstance(result, Exception):
            raise result
        return result

    async def main() -> dict[str, Value]:
        loop = asyncio.get_running_loop()
        seen: dict[str, Value] = {}
        pending = asyncio.create_task(work(1), name="payment")
        seen["pending"] = snap(pending)
        seen["numbered"] = snap(asyncio.create_task(work(2)))
        good, bad = asyncio.create_task(work(["r"])), asyncio.create_task(work(KeyError("k")))
        waiting: asyncio.Future[int] = loop.create_future()
        seen["future"] = snap(waiting)
        await asyncio.wait([pending, good, bad])
        seen["good"], seen["bad"] = snap(good), snap(bad)
        assert isinstance(bad.exception(), KeyError)
        waiting.cancel()
        seen["cancelled"] = snap(waiting)
        return seen

    def snap(value: object) -> Value:
        return capture().local("value")

    seen = in_thread(lambda: asyncio.run(main()))
    name = work.__qualname__
    assert seen["pending"].text == f"<Task payment of {name} pending>"
    assert seen["pending"].fields["coroutine"].text.startswith(f"<coroutine {name} at ")
    assert re.fullmatch(rf"<Task Task-\d+ of {re.escape(name)} pending>", seen["numbered"].text)
    assert seen["future"].text == "<Future pending>"
    assert seen["cancelled"].text == "<Future cancelled>"
    assert seen["good"].text.endswith(" finished>")
    assert seen["good"].fields["result"][0].text == "'r'"
    assert seen["bad"].fields["exception"].type == "KeyError"


def test_tasks_of_the_implementation_in_python_show_the_same() -> None:
    future_type: Any = asyncio.futures._PyFuture
    task_type: Any = asyncio.tasks._PyTask

    async def work() -> int:
        return 1

    async def main() -> tuple[Value, Value]:
        loop = asyncio.get_running_loop()
        value = future_type(loop=loop)
        first = capture().local("value")
        value = task_type(work(), loop=loop, name="mine")
        second = capture().local("value")
        await value
        return first, second

    first, second = in_thread(lambda: asyncio.run(main()))
    assert first.text == "<Future pending>"
    assert second.text == f"<Task mine of {work.__qualname__} pending>"


# ---- Locks, files, sockets, loggers ----


def test_locks_show_whether_they_are_held() -> None:
    lock, again = threading.Lock(), threading.RLock()
    assert look(lock).text == "<unlocked lock>"
    assert look(again).text == "<unlocked RLock>"
    with lock, again, again:
        assert look(lock).text == "<locked lock>"
        assert look(again).text == f"<locked RLock, owner {threading.get_ident()}, count 2>"
    assert look(threading.Condition(lock)).fields["_lock"].text == "<unlocked lock>"
    assert look(threading.Event()).fields["_flag"].text == "False"
    assert look(queue.Queue(3)).fields["maxsize"].text == "3"


def test_files_show_name_mode_and_descriptor(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    with path.open("w", encoding="utf-8") as file:
        descriptor = file.fileno()
        assert (
            look(file).text == f"<_io.TextIOWrapper name='{path}' mode='w' encoding='utf-8' fd={descriptor}>"
        )
        assert look(file.buffer).text == f"<_io.BufferedWriter name='{path}' mode='wb' fd={descriptor}>"
        assert look(file.buffer.raw).text == f"<_io.FileIO name='{path}' mode='wb' fd={descriptor}>"
    assert look(file).text == f"<_io.TextIOWrapper name='{path}' mode='w' encoding='utf-8' closed>"
    with path.open("ab+") as both:
        assert "mode='ab+'" in look(both).text
    with path.open("rb") as read:
        assert "<_io.BufferedReader" in look(read).text


def test_buffers_in_memory_show_their_bytes() -> None:
    buffer = io.BytesIO(b"abcdef")
    buffer.truncate(3)
    value = look(buffer)
    assert (value.text, value.size, value.type) == ("b'abc'", 3, "_io.BytesIO")
    buffer.close()
    assert look(buffer).text == "<closed>"


def test_sockets_show_their_addresses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        address = f"laddr=('{host}', {port})"
        assert look(server).text == (
            f"<socket.socket fd={server.fileno()}, family=AF_INET, type=SOCK_STREAM, {address}>"
        )
        with socket.create_connection((host, port)) as client:
            assert f"raddr=('{host}', {port})" in look(client).text
    assert look(server).text == "<socket.socket closed, family=AF_INET, type=SOCK_STREAM>"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as local:
        assert "family=AF_UNIX, type=SOCK_DGRAM" in look(local).text


def test_loggers_show_name_and_level_that_counts() -> None:
    parent, child = logging.getLogger("strobe_test"), logging.getLogger("strobe_test.inner")
    parent.setLevel(logging.ERROR)
    assert look(child).text == "<Logger strobe_test.inner (ERROR)>"
    child.setLevel(15)
    assert look(child).text == "<Logger strobe_test.inner (Level 15)>"
    assert look(logging.getLogger()).text == "<RootLogger root (WARNING)>"


# ---- Secrets in texts that are put together ----


def test_text_within_a_value_is_hidden_like_the_secret_it_equals() -> None:
    secret = "tr0ub4dor&3"

    def probed(password: str, pattern: object, path: object, plain: object) -> Any:
        return capture()

    snapshot = in_thread(
        probed, secret, re.compile("".join(list(secret))), Path(secret[:4] + secret[4:]), re.compile("x+")
    )
    assert snapshot.local("password").is_redacted("password")
    assert snapshot.local("pattern").is_redacted("password")
    assert snapshot.local("path").is_redacted("password")
    assert snapshot.local("plain").text == "re.compile('x+')"
    assert secret not in snapshot.text


def test_secrets_are_found_in_texts_that_are_put_together() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    assert look(re.compile(token)).is_redacted("JWT")
    assert look(array.array("q", [4111111111111111])).is_redacted("card number")
