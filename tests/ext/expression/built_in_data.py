"""Variables of built-in types for expressions to read: the ordinary, and the corners."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from typing import Any

Point = namedtuple("Point", "x y")


class Plain:
    kind = "plain"

    def __init__(self, number: int) -> None:
        self.number = number
        self.name = f"plain {number}"
        self.children: list[Plain] = [Plain(number - 1)] if number else []


class Slots:
    __slots__ = ("a", "b", "unset")

    def __init__(self) -> None:
        self.a = 5
        self.b = "six"


@dataclass
class Order:
    id: int
    total: float
    items: list[dict[str, Any]] = field(default_factory=list)
    open: bool = True


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Child(Plain):
    kind = "child"


UTC = datetime.timezone.utc


def variables() -> dict[str, Any]:
    return {
        "n": 7,
        "m": -3,
        "zero": 0,
        "one": 1,
        "big": 10**30,
        "neg": -(10**30),
        "i64": 2**63 - 1,
        "mini": -(2**63),
        "f": 2.5,
        "g": -0.1,
        "nan": float("nan"),
        "inf": float("inf"),
        "negzero": -0.0,
        "tiny": 5e-324,
        "huge": 1.7976931348623157e308,
        "s": "abc",
        "words": "the quick brown fox",
        "e": "\u00e9\u00e8",
        "wide": "\U0001f600x",
        "surrogate": "\ud800",
        "quote": 'it\'s "so"',
        "lines": "one\ntwo\r\nthree\x0bfour",
        "padded": "  \tpad ",
        "blank": "",
        "b": b"xyz",
        "raw": b"\x00\xff\n'\\",
        "ba": bytearray(b"mutable"),
        "t": True,
        "fa": False,
        "none": None,
        "lst": [3, 1, 2],
        "empty": [],
        "mixed": [1, "a", None, 2.5, True, b"b"],
        "nested": [[1, 2], [3, 4], [5]],
        "floats": [1.5, -2.5, 0.0],
        "strings": ["b", "a", "c", "B"],
        "tup": (1, 2, 3),
        "pair": ("k", 1),
        "d": {"a": 1, "b": 2, "c": 3},
        "odd": {1: "one", 2.5: "float", (1, 2): "tuple", None: "none", b"b": "bytes", True + 5: "six"},
        "deep": {"a": {"b": [{"c": 1}, {"c": 2}]}},
        "edict": {},
        "st": {1, 2, 3},
        "st2": {2, 3, 4},
        "fs": frozenset({"x", "y"}),
        "r": range(10),
        "r2": range(10, 0, -3),
        "dq": deque([1, 2, 3], maxlen=5),
        "od": OrderedDict(x=1, y=2),
        "ddict": defaultdict(list, k=[1]),
        "counter": Counter("abca"),
        "point": Point(3, 4),
        "plain": Plain(2),
        "child": Child(1),
        "slots": Slots(),
        "order": Order(
            17, 99.5, [{"sku": "A1", "n": 2, "price": 10.0}, {"sku": "B2", "n": 1, "price": 79.5}]
        ),
        "records": [
            {"id": 1, "name": "Ada", "tags": ["x", "y"], "price": 19.99},
            {"id": 2, "name": "Bob", "tags": [], "price": 5.0},
            {"id": 3, "name": "Cyd", "tags": ["y"], "price": 7.25},
        ],
        "when": datetime.datetime(2024, 2, 29, 13, 5, 9, 123456),
        "aware": datetime.datetime(2024, 2, 29, 13, 5, 9, tzinfo=UTC),
        "later": datetime.datetime(2024, 3, 1, 0, 0),
        "day": datetime.date(2024, 2, 29),
        "clock": datetime.time(13, 5, 9, 500),
        "delta": datetime.timedelta(days=1, hours=2, microseconds=3),
        "price": decimal.Decimal("19.990"),
        "tax": decimal.Decimal("0.07"),
        "uid": uuid.UUID("12345678-1234-5678-1234-567812345678"),
        "colour": Colour.RED,
        "Plain": Plain,
        "Child": Child,
        "Point": Point,
        "Order": Order,
        "Decimal": decimal.Decimal,
        "datetime": datetime,
        "error": ValueError("bad", 3),
        "complex_number": 1 + 2j,
    }
