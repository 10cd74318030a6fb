"""Objects of every kind of type whose every method counts its calls once the mines are armed."""

from __future__ import annotations

import array
import asyncio
import collections
import concurrent.futures
import ctypes
import datetime
import decimal
import enum
import fractions
import io
import ipaddress
import logging
import pathlib
import queue
import socket
import threading
import types
import uuid
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

CALLS: list[str] = []
_armed = False

# Creation and bookkeeping of the interpreter itself; everything else is a mine.
_NEVER = {
    "__new__", "__init__", "__class__", "__doc__", "__dict__", "__weakref__", "__module__", "__init_subclass__",
    "__subclasshook__", "__class_getitem__", "__del__", "__set_name__", "__prepare__", "__getstate__",
    "__abstractmethods__", "__slots__", "__annotations__", "__members__", "__getattribute__", "__setattr__",
    "__init_from_type__",
}  # fmt: skip


@contextmanager
def armed() -> Iterator[None]:
    """Whatever is called meanwhile stands in CALLS."""
    global _armed
    CALLS.clear()
    _armed = True
    try:
        yield
    finally:
        _armed = False


def _mine(name: str, genuine: Callable[..., Any] | None) -> Callable[..., Any]:
    def step_on(*args: Any, **kwargs: Any) -> Any:
        if _armed:
            CALLS.append(name)
        if genuine is None:
            raise AttributeError(name)
        return genuine(*args, **kwargs)

    return step_on


def _property(name: str) -> property:
    def get(self: object) -> object:
        if _armed:
            CALLS.append(name)
        return None

    return property(get)


class _MineType(type):
    def __getattribute__(cls, name: str) -> Any:
        if _armed:
            CALLS.append(f"metaclass {name}")
        return super().__getattribute__(name)

    def __instancecheck__(cls, instance: object) -> bool:
        if _armed:
            CALLS.append("instancecheck")
        return False


def _mined(base: type) -> type:
    """A subclass of `base` with a mine in every special method, and a few more."""
    body: dict[str, Any] = {"computed": _property(f"{base.__name__}.computed")}
    for name in dir(base):
        if name.startswith("__") and name not in _NEVER and callable(getattr(base, name, None)):
            body[name] = _mine(f"{base.__name__}.{name}", getattr(base, name))
    for name in (
        "__getattr__",
        "__len__",
        "__bool__",
        "__iter__",
        "__index__",
        "__fspath__",
        "__buffer__",
        "__await__",
    ):
        if name not in body and not hasattr(base, name):
            body[name] = _mine(f"{base.__name__}.{name}", None)
    if type(base) is type:
        return _MineType(f"Mined{base.__name__}", (base,), body)
    return type(base)(f"Mined{base.__name__}", (base,), body)


def subjects() -> dict[str, Any]:
    """One of each, by name; some are made by __new__ alone, so that what they hold is missing."""
    loop = asyncio.new_event_loop()
    made: dict[str, Any] = {}
    arguments: list[tuple[type, tuple[Any, ...]]] = [
        (object, ()), (str, ("text",)), (bytes, (b"x",)), (int, (5,)), (float, (1.5,)), (complex, (1j,)),
        (list, ([1, 2],)), (tuple, ((1, 2),)), (dict, ({"a": 1},)), (set, ({1},)), (frozenset, ({1},)),
        (bytearray, (b"x",)), (ValueError, ("v",)),
        (collections.OrderedDict, ({"a": 1},)), (collections.defaultdict, (list, {"a": 1})),
        (collections.Counter, ("aab",)), (collections.deque, ([1],)), (collections.ChainMap, ({"a": 1},)),
        (collections.UserDict, ({"a": 1},)), (array.array, ("i", [1, 2])),
        (datetime.datetime, (2026, 1, 2)), (datetime.date, (2026, 1, 2)), (datetime.timedelta, (1,)),
        (decimal.Decimal, ("1.5",)), (fractions.Fraction, (1, 3)), (uuid.UUID, ("1" * 32,)),
        (pathlib.PurePosixPath, ("/a", "b")), (ipaddress.IPv4Address, ("10.0.0.1",)),
        (ipaddress.IPv4Network, ("10.0.0.0/8",)), (logging.Logger, ("name",)),
        (threading.Thread, ()), (threading.Condition, ()), (threading.Event, ()), (queue.Queue, ()),
        (io.BytesIO, (b"abc",)), (io.StringIO, ("abc",)), (types.SimpleNamespace, ()),
        (concurrent.futures.Future, ()), (socket.socket, ()), (types.ModuleType, ("name",)),
    ]  # fmt: skip
    for base, args in arguments:
        kind = _mined(base)
        made[base.__name__] = kind(*args)
        if base not in (array.array, types.SimpleNamespace, datetime.datetime, datetime.date):
            try:
                made[f"bare {base.__name__}"] = base.__new__(kind)
            except TypeError:
                pass
    made["future"] = _mined(asyncio.Future)(loop=loop)
    made["old future"] = _mined(asyncio.futures._PyFuture)(loop=loop)  # type: ignore[attr-defined]
    made["weakref"] = _mined(weakref.ref)(made["object"])
    made["c_int"] = _mined(ctypes.c_int)(5)
    made["color"] = enum.Enum("Color", {"RED": made["object"]})["RED"]  # type: ignore[misc]
    made["class"] = _mined(object)
    loop.close()
    return made
