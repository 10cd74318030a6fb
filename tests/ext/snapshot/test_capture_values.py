"""Each type of value as it stands in a snapshot."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import http
import io
import json
import math
import types
import zoneinfo

import pytest
from captured import extension, in_thread, look

LENGTH = extension.STROBE_CAPTURE_LENGTH_MAX


@pytest.mark.parametrize(
    "subject",
    [
        0, 1, -1, 42, 2**30 - 1, 2**30, -(2**30), 2**60, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64,
        2**70,
        10**18, -(10**30), 10**200, 2**1024 - 1, True, False, None, ..., NotImplemented,
        0.0, -0.0, 1.0, 0.1, 0.1 + 0.2, 1e15, 1e16, 1e-4, 1e-5, 123456.789, 1e300, 5e-324, math.pi,
        math.inf, -math.inf, math.nan,
        1j, 1 + 2j, -1.5 - 0j, complex("nan+infj"),
        "", "abc", "it's", '"', "'\"", "back\\slash", "tab\tnew\nline\r", "\x00\x1b[31m\x7f", "é",
        "naïve ☃", "😀", "中文",
        "\u202e", "\u2028", "\ud800", "\udcff", "\ufeff", "\U000e0041", "a\xa0b", "\xad",
        b"", b"abc", b"it's", b'"', b"\x00\xff\n", bytearray(b""), bytearray(b"x\"y\x80"),
        datetime.date(2026, 1, 2), datetime.date.min, datetime.datetime(2026, 1, 2, 3, 4),
        datetime.datetime(2026, 1, 2, 3, 4, 5), datetime.datetime(2026, 1, 2, 3, 4, 0, 6),
        datetime.datetime.max,
        datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc), datetime.datetime(2026, 1, 2, fold=1),
        datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=-5))),
        datetime.time(1, 2), datetime.time(1, 2, 3, 4), datetime.time(1, 2, tzinfo=datetime.timezone.utc),
        datetime.timedelta(), datetime.timedelta(days=1), datetime.timedelta(-1, 2, 3),
        datetime.timedelta.max,
        datetime.timezone.utc,
        decimal.Decimal("0"), decimal.Decimal("1.50"), decimal.Decimal("-0.00"), decimal.Decimal("1E+10"),
        decimal.Decimal("0.001"), decimal.Decimal("0.5"),
        decimal.Decimal("1E-10"), decimal.Decimal("0.0000001"),
        decimal.Decimal("123456789012345678901234567890.12"),
        decimal.Decimal("NaN"), decimal.Decimal("-Infinity"), decimal.Decimal("sNaN"),
        decimal.Decimal(10) ** 40,
        decimal.Decimal("-1.5E-30"), decimal.Decimal("0E-8"),
        decimal.Decimal("12345678901234567890") * 10**19,
    ],
    ids=repr,
)  # fmt: skip
def test_leaf_stands_as_python_writes_it(subject: object) -> None:
    value = look(subject)
    assert value.text == repr(subject)
    assert value.cut is None
    assert value.size == (len(subject) if isinstance(subject, (str, bytes, bytearray)) else None)
    assert value.type == ".".join([type(subject).__module__, type(subject).__qualname__]).removeprefix(
        "builtins."
    )


def test_each_power_of_two_stands_as_python_writes_it() -> None:
    """Below a power of two numbers stand closer than above it: the shortest digits are not always the nearest."""
    powers = [2.0**exponent for exponent in range(-1074, 1024)]
    for start in range(0, len(powers), 100):
        subject = powers[start : start + 100]
        assert [item.text for item in look(subject).items] == [repr(power) for power in subject]


def test_each_printable_character_stands_as_python_writes_it() -> None:
    for start in range(0, 0x30000, LENGTH):
        subject = "".join(
            chr(c) for c in range(start, start + LENGTH) if chr(c).isprintable() and not 0xFE00 <= c < 0xFE10
        )
        subject = "".join(c for c in subject if look_is_same(c))
        if subject:
            assert look(subject).text == repr(subject)


def look_is_same(character: str) -> bool:
    """A few characters that Python prints are invisible all the same; those may be escaped."""
    return character not in "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0\u2065\ufff0"


def test_big_int_is_hexadecimal_with_its_true_size() -> None:
    value = look(2**5000 - 1)
    assert (value.text, value.size, value.cut) == ("0x" + "f" * LENGTH, 5000, "length")
    value = look(-(2**2000))
    assert (value.text, value.size, value.cut) == (hex(-(2**2000)), 2001, None)
    for bits in range(1020, 1110):
        number = 3**700 >> (1109 - bits)
        size = number.bit_length()
        assert look(number).text == (repr(number) if size <= 1024 else hex(number))


def test_long_texts_are_cut_with_their_true_size() -> None:
    for subject in ("x" * 5000, "é" * 5000, "中" * 5000, "😀" * 5000, b"x" * 5000, bytearray(b"y" * 5000)):
        value = look(subject)
        assert (value.text, value.size, value.cut) == (repr(subject[:LENGTH]), 5000, "length")
    for subject in ("x" * LENGTH, b"x" * LENGTH):
        value = look(subject)
        assert (value.text, value.size, value.cut) == (repr(subject), LENGTH, None)


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ([1, 2], "list"),
        ((1, 2), "tuple"),
        (collections.deque([1, 2]), "collections.deque"),
        ({1, 2}, "set"),
        (frozenset([1, 2]), "frozenset"),
    ],
)
def test_items_of_a_container_are_listed(subject: object, kind: str) -> None:
    value = look(subject)
    assert value.type == kind
    assert value.size == 2
    assert [item.text for item in value.items] == ["1", "2"]


def test_empty_containers_have_size_zero() -> None:
    for subject in ([], (), set(), frozenset(), collections.deque()):
        value = look(subject)
        assert (value.size, value.items, value.cut) == (0, [], None)
    assert (look({}).size, look({}).entries) == (0, [])


def test_set_is_listed_after_elements_were_removed() -> None:
    subject = set(range(50))
    for number in range(45):
        subject.remove(number)
    assert sorted(item.text for item in look(subject).items) == ["45", "46", "47", "48", "49"]


def test_entries_of_a_dict_keep_their_order_and_types() -> None:
    value = look({"b": 1, 2: "a", (1,): None, b"k": [0]})
    assert value.size == 4
    assert [(key.text, item.text) for key, item in value.entries[:2]] == [("'b'", "1"), ("2", "'a'")]
    assert value.entries[2][0].items[0].text == "1"
    assert value.entries[3][0].text == "b'k'"
    assert value.entries[3][1].items[0].text == "0"


@dataclasses.dataclass
class Point:
    x: int
    y: float


class Slotted:
    __slots__ = ("a", "b", "unset")

    def __init__(self) -> None:
        self.a, self.b = 1, "two"


class Both(Slotted):
    def __init__(self) -> None:
        super().__init__()
        self.c = 3


class Empty:
    pass


Pair = collections.namedtuple("Pair", "left right")


def test_objects_show_the_fields_stored_in_them() -> None:
    assert {name: field.text for name, field in look(Point(1, 2.5)).fields.items()} == {"x": "1", "y": "2.5"}
    assert {name: field.text for name, field in look(Slotted()).fields.items()} == {"a": "1", "b": "'two'"}
    assert sorted(look(Both()).fields) == ["a", "b", "c"]
    assert look(types.SimpleNamespace(n=1)).fields["n"].text == "1"
    assert look(Empty()).fields == {}
    assert look(object()).fields == {}


def test_object_whose_dict_was_asked_for_shows_the_same_fields() -> None:
    point = Point(1, 2.5)
    assert vars(point) == {"x": 1, "y": 2.5}
    assert list(look(point).fields) == ["x", "y"]
    point.__dict__ = {"other": 1}
    assert list(look(point).fields) == ["other"]


def test_named_tuple_shows_its_field_names() -> None:
    value = look(Pair(1, [2]))
    assert value.type.endswith(".Pair")
    assert value.fields["left"].text == "1"
    assert value.fields["right"].items[0].text == "2"


def test_subclasses_of_built_in_types_show_the_data_of_the_base() -> None:
    class Text(str):
        def __str__(self) -> str:
            raise AssertionError

    class Numbers(list):
        pass

    numbers = Numbers([1, 2])
    numbers.label = "n"
    assert look(Text("abc")).text == "'abc'"
    assert look(Text("abc")).type.endswith("<locals>.Text")
    value = look(numbers)
    assert [item.text for item in value.items] == ["1", "2"]
    assert value.fields["label"].text == "'n'"
    assert look(collections.Counter("aab"))["a"].text == "2"
    assert look(collections.OrderedDict(a=1))["a"].text == "1"
    assert look(collections.defaultdict(list, a=1))["a"].text == "1"
    factory = look(collections.defaultdict(list, a=1)).fields["default_factory"]
    assert factory.text == "<class 'list'>"


def test_enum_members_show_name_and_value() -> None:
    class Color(enum.Enum):
        RED = "r"

    class Mask(enum.Flag):
        READ = 1
        WRITE = 2

    class Weight(float, enum.Enum):
        HEAVY = 1.5

    value = look(Color.RED)
    assert (value.text, value.fields["value"].text) == ("Color.RED", "'r'")
    value = look(http.HTTPStatus.NOT_FOUND)
    assert (value.text, value.type, value.fields["value"].text) == (
        "HTTPStatus.NOT_FOUND",
        "http.HTTPStatus",
        "404",
    )
    assert look(Mask.READ | Mask.WRITE).text == "Mask.READ|WRITE"
    assert look(Weight.HEAVY).text == "Weight.HEAVY"


def test_value_of_an_enum_member_is_redacted_by_its_name() -> None:
    class Keys(enum.Enum):
        API_KEY = "k-8912"

    value = look(Keys.API_KEY)
    assert value.text == "Keys.API_KEY"
    assert value.fields["value"].is_redacted("api key")


def test_exceptions_show_arguments_causes_and_own_fields() -> None:
    error = OSError(2, "no such file", "x.txt")
    error.note = "n"
    error.__cause__ = ValueError("v")
    fields = look(error).fields
    assert [item.text for item in fields["args"].items] == ["2", "'no such file'"]
    assert (fields["errno"].text, fields["filename"].text, fields["note"].text) == ("2", "'x.txt'", "'n'")
    assert fields["__cause__"].type == "ValueError"


def test_context_of_an_exception_is_marked_when_it_is_suppressed() -> None:
    error = KeyError("k")
    error.__context__ = ValueError("v")
    assert look(error).fields["__context__"].type == "ValueError"
    assert "__suppress_context__" not in look(error).fields
    error.__suppress_context__ = True
    fields = look(error).fields
    assert fields["__context__"].type == "ValueError"
    assert fields["__suppress_context__"].text == "True"
    error.__cause__ = error.__context__
    assert list(look(error).fields) == ["args", "__cause__"]


def test_notes_group_and_traceback_of_an_exception_are_shown() -> None:
    def inner() -> None:
        raise ValueError("v")

    try:
        inner()
    except ValueError as caught:
        error = caught
    error.add_note("while paying")
    fields = look(error).fields
    assert [note.text for note in fields["__notes__"].items] == ["'while paying'"]
    assert fields["__traceback__"].text.endswith(
        f"{__file__}:{inner.__code__.co_firstlineno + 1} in {inner.__qualname__}>"
    )
    group = look(ExceptionGroup("two", [ValueError(1), KeyError(2)]))
    assert [item.type for item in group.fields["exceptions"].items] == ["ValueError", "KeyError"]


def test_functions_classes_and_modules_stand_by_name_and_place() -> None:
    def local() -> None: ...

    line = local.__code__.co_firstlineno
    assert look(local).text == f"<function {__name__}.{local.__qualname__} at {__file__}:{line}>"
    assert look(len).text == "<built-in function len>"
    assert look([].append).text == "<built-in method append of list>"
    assert look(Point(1, 2).__eq__).text == f"<bound method Point.__eq__ of {__name__}.Point>"
    assert look(Point).text == f"<class '{__name__}.Point'>"
    assert look(int).text == "<class 'int'>"
    assert look(json).text == "<module 'json'>"
    assert look(local.__code__).text == f"<code {local.__qualname__} at {__file__}:{line}>"


def test_generators_and_coroutines_stand_by_name_and_are_not_advanced() -> None:
    def numbers():
        yield from (1, 2)

    async def wait() -> int:
        return 1

    async def stream():
        yield 1

    generator, coroutine = numbers(), wait()
    assert look(generator).text.startswith(f"<generator {numbers.__qualname__} at {__file__}:")
    assert look(coroutine).text.startswith(f"<coroutine {wait.__qualname__} at ")
    assert look(stream()).text.startswith(f"<async generator {stream.__qualname__} at ")
    assert list(generator) == [1, 2]
    assert "generator" in look(generator).text
    coroutine.close()


def test_members_of_types_written_in_c_are_shown() -> None:
    assert "func" in look(functools.partial(print, 1)).fields
    assert list(look(slice([], 2)).fields) == ["start", "stop", "step"]


def test_time_zones_of_other_types_are_named() -> None:
    try:
        zone = zoneinfo.ZoneInfo("Europe/Berlin")
    except zoneinfo.ZoneInfoNotFoundError:
        pytest.skip("no time zone data")
    assert look(datetime.datetime(2026, 1, 2, tzinfo=zone)).text.endswith(
        "tzinfo=zoneinfo.ZoneInfo(key='Europe/Berlin'))"
    )
    assert look(zone).text == repr(zone)


def test_subclass_of_datetime_shows_its_moment() -> None:
    class Moment(datetime.datetime):
        pass

    assert look(Moment(2026, 1, 2)).text == "datetime.datetime(2026, 1, 2, 0, 0)"


def test_what_cannot_be_read_says_so() -> None:
    for subject in (io.StringIO("abc"), iter([1]), zip([1])):
        assert look(subject).cut == "unreadable"
        assert look(subject).text is None


def test_aliases_and_cycles_refer_to_one_value() -> None:
    shared = [1]
    cycle: list[object] = [shared, shared]
    cycle.append(cycle)
    value = look(cycle)
    assert value[0].ref == value[1].ref
    assert value[2].ref == value.ref
    knot: dict[str, object] = {}
    knot["self"] = knot
    assert look(knot)["self"].ref == look(knot).ref


def test_same_object_in_two_variables_is_one_value() -> None:
    def probed() -> tuple[int, int]:
        from captured import capture

        first = [1]
        second = first
        snapshot = capture()
        return snapshot.local("first").ref, snapshot.local("second").ref

    first, second = in_thread(probed)
    assert first == second
