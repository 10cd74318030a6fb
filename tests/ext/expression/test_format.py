"""repr(), str(), format() and %: random specs over numbers and text against CPython, and every form of value by name."""

from __future__ import annotations

import collections
import locale
import math
import os
import random
import time
import types
from typing import Any, NamedTuple

import pytest
from evaluated import Ground

ROUNDS = 4_000


class Plain:
    pass


class Own:
    def __repr__(self) -> str:
        raise AssertionError("code of the program ran")

    def __format__(self, spec: str) -> str:
        raise AssertionError("code of the program ran")


class MyList(list[Any]):
    def __repr__(self) -> str:
        raise AssertionError("code of the program ran")


class MySet(set[Any]):
    pass


class MyInt(int):
    pass


class MyText(str):
    __slots__ = ()


class MyError(ValueError):
    pass


class ErrorWithText(Exception):
    def __str__(self) -> str:
        raise AssertionError("code of the program ran")


class Pair(NamedTuple):
    x: int
    y: str


def caught(function: Any, *arguments: Any) -> BaseException:
    try:
        function(*arguments)
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


looping_list: list[Any] = [1]
looping_list.append(looping_list)
looping_dict: dict[str, Any] = {}
looping_dict["d"] = (looping_dict, looping_list)

LIKE_PYTHONS: dict[str, Any] = {
    "none": None,
    "truths": [True, False, ..., NotImplemented],
    "ints": [0, -1, 2**63, -(2**64), 10**300, MyInt(5)],
    "floats": [
        0.1,
        -0.0,
        1e16,
        1e15,
        123456789.123,
        1e-5,
        0.0001,
        5e-324,
        math.inf,
        -math.inf,
        math.nan,
        1e22,
    ],
    "complexes": [1j, 1 + 2j, complex(-0.0, math.inf), complex(math.nan, -math.nan), -1.5 - 0j],
    "texts": [
        "",
        "'",
        '"',
        "'\"",
        "\\\t\n\r\x00\x7f\x80\xa0\xad",
        "é\u200b\u2028\ud800\U0001f600\U000e0001\u0378",
        MyText("m"),
    ],
    "bytes_": [b"", b"'", b"'\"", b"\\\t\n\r\x00\x7f\xff", bytearray(b"x'")],
    "lists": [[], [1, [2, [3]]], [()], [(1,)], [(1, "a")]],
    "dicts": [{}, {1: {2: 3}}, {"k": [None]}, {(1, 2): {3}}],
    "sets": [set(), frozenset(), {1}, frozenset({"a"}), MySet(), MySet({1})],
    "looping_list": looping_list,
    "looping_dict": looping_dict,
    "ranges": [range(3), range(1, 3), range(0, 10, 2), range(2**70, 2**71)],
    "slices": [slice(3), slice(1, None, "x")],
    "collections_": [
        collections.deque([1, 2]),
        collections.deque([1], maxlen=3),
        collections.defaultdict(int, a=1),
    ],
    "default_of_nothing": collections.defaultdict(None, {1: 2}),
    "ordered": [collections.OrderedDict(), collections.OrderedDict(a=1)],
    "views": [{"a": 1}.keys(), {"a": 1}.values(), {"a": 1}.items()],
    "proxy": types.MappingProxyType({"a": 1}),
    "named": [Pair(1, "z")],
    "structures": [time.gmtime(0), os.stat_result(range(10))],
    "classes": [int, collections.deque, Plain, type, ValueError, Pair],
    "functions": [len, time.time],
    "errors": [
        ValueError(),
        ValueError("m"),
        ValueError("m", 1),
        MyError("m"),
        KeyError("k"),
        OSError(2, "no"),
        StopIteration(),
    ],
    "os_error": caught(open, "/no/such/file"),
    "key_error": caught({}.__getitem__, "k"),
    "import_error": caught(__import__, "no_such_module"),
    "error_of_two": MyError("a", 2),
    "error_without": MyError(),
}


def compare(ground: Ground, sources: list[str]) -> None:
    wrong = [difference for source in sources if (difference := ground.difference(source))]
    assert not wrong, f"{len(wrong)} of {len(sources)}:\n" + "\n".join(line[:300] for line in wrong[:40])


@pytest.mark.parametrize("name", LIKE_PYTHONS)
def test_values_are_written_as_python_writes_them(name: str) -> None:
    ground = Ground(LIKE_PYTHONS)
    compare(ground, [f"f'{{{name}}}'", f"f'{{{name}!r}}'", f"f'{{{name}!a}}'", f"'%s %r' % ({name}, {name})"])
    if isinstance(LIKE_PYTHONS[name], list):
        compare(ground, [f"[f'{{x}}' for x in {name}]", f"['%s|%a' % (x, x) for x in {name}]"])


WITHOUT_CODE = {
    "Plain()": (Plain(), "<test_format.Plain object>"),
    "Own()": (Own(), "<test_format.Own object>"),
    "MyList()": (MyList([1]), "[1]"),
    "lambda": (lambda: None, "<function <lambda>>"),
    "method": ([].append, "<built-in method append of list object>"),
    "module": (os, "<module 'os'>"),
    "generator": ((x for x in ()), "<generator object>"),
    "ErrorWithText": (ErrorWithText("q"), "ErrorWithText('q')"),
    "Counter": (collections.Counter("a"), "{'a': 1}"),
}


@pytest.mark.parametrize("name", WITHOUT_CODE)
def test_what_has_code_or_an_address_is_written_without(name: str) -> None:
    value, expected = WITHOUT_CODE[name]
    assert Ground({"v": value}).ours("f'{v}'") == ("value", expected)
    assert Ground({"v": value}).ours("f'{[v]!r}'") == ("value", f"[{expected}]")


def test_a_format_of_the_programs_own_is_not_called() -> None:
    assert Ground({"v": Own()}).ours("f'{v:>5}'")[:2] == ("fault", "unsafe")
    assert Ground({"v": Plain()}).ours("f'{v:>5}'")[:2] == ("fault", "TypeError")


def test_containers_nested_too_deeply_are_a_limit() -> None:
    deep: list[Any] = []
    for _ in range(200):
        deep = [deep]
    assert Ground({"deep": deep}).ours("f'{deep}'")[:2] == ("fault", "limit")


def test_a_field_under_a_secret_name_is_not_written() -> None:
    class Account(NamedTuple):
        user: str
        password: str

    ground = Ground({"v": [Account("u", "p")], "d": {"a": [{"password": 1}]}})
    assert ground.ours("f'{v}'", secrets=("password",))[:2] == ("fault", "redacted")
    assert ground.ours("f'{d!r:>90}'", secrets=("password",))[:2] == ("fault", "redacted")


# ---- Random specs ----

INTS = [
    "0",
    "-1",
    "7",
    "255",
    "97",
    "1234567",
    "0x1F600",
    "10**18",
    "2**63",
    "-2**63",
    "2**64",
    "-10**30",
    "True",
    "2**1100",
]
FLOATS = [
    *[
        "0.0",
        "-0.0",
        "1.0",
        "-1.5",
        "0.1",
        "2.5",
        "0.5",
        "1.5",
        "9.995",
        "99999.5",
        "123456.789",
        "1e15",
        "1e16",
        "1e22",
    ],
    *["1e-4", "1e-5", "5e-324", "1e100", "1e308", "0.000123456", "1234567.891", "inf", "-inf", "nan"],
]
TEXTS = ["'abc'", "''", "'ÄÖéß'", "'x\\u20ac'", "'a\\U0001f600b'"]
NUMBERS = {"inf": math.inf, "nan": math.nan}


def spec(random_: random.Random, kinds: str) -> str:
    chance = random_.random
    return "".join(
        [
            (random_.choice(["", "x", "é", "0", " "]) + random_.choice("<>=^")) if chance() < 0.3 else "",
            random_.choice("+- ") if chance() < 0.3 else "",
            "z" if chance() < 0.1 else "",
            "#" if chance() < 0.2 else "",
            "0" if chance() < 0.2 else "",
            str(random_.randrange(31)) if chance() < 0.5 else "",
            random_.choice([",", "_", ",_"]) if chance() < 0.25 else "",
            f".{random_.randrange(26)}" if chance() < 0.4 else "",
            random_.choice(",_") if chance() < 0.05 else "",
            random_.choice(kinds) if chance() < 0.8 else "",
            "q" if chance() < 0.02 else "",
        ]
    )


def test_numbers_are_formatted_as_python_formats_them() -> None:
    random_ = random.Random("numbers")
    forms = [(INTS, "bcdoxXneEfFgG%s"), (FLOATS, "eEfFgG%nds")] * ROUNDS
    compare(
        Ground(NUMBERS),
        [f"'{{:{spec(random_, kinds)}}}'.format({random_.choice(values)})" for values, kinds in forms],
    )


def test_text_and_other_values_are_formatted_as_python_formats_them() -> None:
    random_ = random.Random("texts")
    values = [*TEXTS * 4, "None", "[1]", "()", "b''", "{}"]
    compare(
        Ground({}),
        [f"'{{:{spec(random_, 'sssd')}}}'.format({random_.choice(values)})" for _ in range(ROUNDS)],
    )


def conversion(random_: random.Random) -> str:
    flags = "".join(flag for flag in "-+ #0" if random_.random() < 0.2)
    width = str(random_.randrange(21)) if random_.random() < 0.5 else ""
    precision = random_.choice([".", f".{random_.randrange(21)}"]) if random_.random() < 0.4 else ""
    return (
        f"%{flags}{width}{precision}{random_.choice(['', '', '', 'l'])}{random_.choice('diuoxXeEfFgGsrac%z')}"
    )


def test_percent_does_what_pythons_does() -> None:
    random_ = random.Random("percent")
    values = [*INTS, *FLOATS, *TEXTS, "None", "[1, 2]", "b'x'"]
    one = [f"'a{conversion(random_)}b' % ({random_.choice(values)},)" for _ in range(2 * ROUNDS)]
    two = [
        f"'{conversion(random_)} {conversion(random_)}' % ({random_.choice(values)}, {random_.choice(values)})"
        for _ in range(ROUNDS)
    ]
    compare(Ground(NUMBERS), one + two)


def test_percent_takes_arguments_as_pythons_does() -> None:
    formats = [
        "abc",
        "%s",
        "%s%s",
        "%(a)s",
        "%",
        "%d",
        "%z",
        "%(a",
        "%%",
        "%5%",
        "%c",
        "%*d",
        "%.*f",
        "%(a)*d",
        "%(a)s %s",
        "%((a))s",
    ]
    values = [
        "1",
        "None",
        "[1]",
        "set()",
        "b'x'",
        "'s'",
        "()",
        "{'a': 1, '(a)': 2}",
        "{}",
        "range(3)",
        "1.5",
        "(1,)",
        "(1, 2)",
        "(-5, 2)",
        "('x', 2)",
    ]
    compare(Ground({}), [f"{form!r} % {value}" for form in formats for value in values])


def test_format_takes_fields_as_pythons_does() -> None:
    templates = [
        *[
            "{0}{1}{0}",
            "{}{}",
            "{0}{}",
            "{}{0}",
            "{a}",
            "{a!r:>5}",
            "{:{}}",
            "{:{w}}",
            "{0[0]}",
            "{0[a]}",
            "{0[}",
            "{0[]}",
        ],
        *[
            "{",
            "}",
            "{{}}",
            "{!}",
            "{!x}",
            "{!r",
            "{:",
            "{0!rx}",
            "{0:{1}}",
            "{0:{1:{2}}}",
            "{ }",
            "{0 }",
            "{-1}",
        ],
        *[
            "{99999999999999999999}",
            "{a[b]}",
            "{0[0]x}",
            "{0[0][1]}",
            "a{0}b{{c}}",
            "{0!s}",
            "{!a}",
            "{:>{w}.{p}}",
            "{}}",
            "{{{}}}",
        ],
    ]
    arguments = [
        "",
        "1, 2",
        "[1, 2], 3",
        "{'a': 5}, 1",
        "'x', 10, 'd'",
        "1, a=2, w=5, p=2",
        "'xyz', w=5, p=2",
        "[[1, 2]]",
        "a={'b': 3}",
    ]
    compare(Ground({}), [f"{template!r}.format({given})" for template in templates for given in arguments])


def test_a_float_has_a_point_whatever_the_locale() -> None:
    before = locale.setlocale(locale.LC_NUMERIC)
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "ru_RU.UTF-8"):
        try:
            locale.setlocale(locale.LC_NUMERIC, name)
            break
        except locale.Error:
            continue
    else:
        pytest.skip("no locale with a comma")
    try:
        ground = Ground({})
        compare(ground, ["f'{1.5:.3f}'", "f'{1.5}'", "'%.2e' % 1234.5", "f'{1234567.25:,}'", "f'{[0.1]}'"])
        assert ground.ours("f'{1.5:n}'")[:2] == ("fault", "unsafe")
    finally:
        locale.setlocale(locale.LC_NUMERIC, before)
