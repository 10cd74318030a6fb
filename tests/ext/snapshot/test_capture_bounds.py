"""All bounds hold during the walk, whatever the program's data look like."""

from __future__ import annotations

import collections
from collections.abc import Iterator

import pytest
from captured import Snapshot, Value, capture, extension, in_thread, look

ITEMS = extension.STROBE_CAPTURE_ITEMS_MAX
FIELDS = extension.STROBE_CAPTURE_FIELDS_MAX
DEPTH = extension.STROBE_CAPTURE_DEPTH_MAX
VALUES = extension.STROBE_CAPTURE_VALUES_MAX
BYTES = extension.STROBE_CAPTURE_BYTES_MAX


class Bag:
    def __init__(self, **fields: object) -> None:
        self.__dict__.update(fields)


def nested(depth: int) -> list[object]:
    value: list[object] = ["bottom"]
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "make", [list, tuple, set, frozenset, collections.deque], ids=lambda make: make.__name__
)
def test_items_stop_at_their_limit_with_the_true_size(make: type) -> None:
    value = look(make(range(1000)))
    assert (len(value.items), value.size, value.cut) == (ITEMS, 1000, "items")
    value = look(make(range(ITEMS)))
    assert (len(value.items), value.size, value.cut) == (ITEMS, ITEMS, None)


def test_entries_stop_at_their_limit_with_the_true_size() -> None:
    value = look({i: i for i in range(1000)})
    assert (len(value.entries), value.size, value.cut) == (ITEMS, 1000, "items")


def test_fields_stop_at_their_limit() -> None:
    value = look(Bag(**{f"f{i}": i for i in range(200)}))
    assert (len(value.fields), value.cut) == (FIELDS, "items")
    value = look(Bag(**{f"f{i}": i for i in range(FIELDS)}))
    assert (len(value.fields), value.cut) == (FIELDS, None)


def test_depth_stops_at_its_limit() -> None:
    value = look(nested(10))
    for _ in range(DEPTH):
        assert value.cut is None
        value = value[0]
    assert (value.size, value.cut) == (1, "depth")
    assert "items" not in value.json
    deep: object = 1
    for _ in range(DEPTH + 1):
        deep = Bag(inner=deep)
    value = look(deep)
    for _ in range(DEPTH):
        value = value["inner"]
    assert value.cut == "depth"
    assert "fields" not in value.json


def test_empty_containers_at_the_limit_of_depth_are_not_cut() -> None:
    assert look([[[[]]]])[0][0][0].cut is None
    assert look([[[{}]]])[0][0][0].cut is None


def test_breadth_comes_before_depth() -> None:
    """What is near the variables is there, although the whole does not fit."""

    def probed() -> Snapshot:
        first = [[["x" * 900 for _ in range(100)] for _ in range(100)] for _ in range(100)]
        last = {"near": "shown"}
        return capture()

    snapshot = in_thread(probed)
    assert snapshot.body["cut"] == "bytes"
    assert snapshot.local("last")["near"].text == "'shown'"
    assert len(snapshot.local("first").items) == ITEMS


def test_image_never_exceeds_its_bytes() -> None:
    for piece in (
        "x" * 1000,
        "中" * 1000,
        b"\x00" * 1000,
        10**100000,
        Bag(**{"f" * 250 + str(i): i for i in range(60)}),
    ):
        subject = [[[piece] * 1 for _ in range(100)] for _ in range(100)]
        for i, row in enumerate(subject):
            for k, cell in enumerate(row):
                cell[0] = (
                    piece if isinstance(piece, (int, Bag)) else piece + type(piece)(piece[:1] * (i * 100 + k))
                )
        snapshot = look(subject).snapshot
        assert snapshot.body["test_image_bytes"] <= BYTES
        assert len(snapshot.text) < 2 * 1024 * 1024


def test_values_that_no_longer_fit_show_type_and_reason() -> None:
    subject = [["x" * 1000 + f"-{k}-{i}" for i in range(100)] for k in range(100)]
    snapshot = look(subject).snapshot
    assert snapshot.body["cut"] == "bytes"
    values = snapshot.body["values"]
    assert any(value.get("cut") == "bytes" and value.get("type") == "str" for value in values)
    assert all(
        value.get("cut") in ("bytes", "length")
        for value in values
        if value.get("type") == "str" and "text" not in value
    )


def test_number_of_values_is_bounded() -> None:
    subject = [[[i * 10**6 + k * 10**3 + n for n in range(100)] for k in range(100)] for i in range(2)]
    snapshot = look(subject).snapshot
    assert len(snapshot.body["values"]) <= VALUES
    assert snapshot.body["cut"] == "bytes"


def test_huge_values_take_no_longer_than_small_ones() -> None:
    """Not a matter of speed: copying these in full would take seconds and hundreds of megabytes."""

    def probed() -> Snapshot:
        number = 10**100000
        text = "x" * 100_000_000
        data = bytes(100_000_000)
        many = [None] * 1_000_000
        mapping = dict.fromkeys(range(1_000_000))
        crowd = set(range(1_000_000))
        deep = nested(100_000)
        result = capture()
        while deep:  # unwind by hand: releasing it at once would recurse
            deep = deep[0] if isinstance(deep[0], list) else []
        return result

    snapshot = in_thread(probed)
    assert "cut" not in snapshot.body
    assert snapshot.local("text").size == 100_000_000
    assert snapshot.local("many").size == 1_000_000
    assert snapshot.local("mapping").size == 1_000_000
    assert snapshot.local("crowd").size == 1_000_000
    assert snapshot.local("number").size == (10**100000).bit_length()
    assert snapshot.body["test_image_bytes"] < 32 * 1024


def test_tables_with_nearly_all_entries_removed_are_given_up() -> None:
    mapping = dict.fromkeys(range(3_000_000))
    for key in range(2_999_999):
        del mapping[key]
    value = look(mapping)
    assert (value.size, value.cut) == (1, "time")
    crowd = set(range(3_000_000))
    for key in range(2_999_999):
        crowd.remove(key)
    value = look(crowd)
    assert (value.size, value.cut) == (1, "time")


@pytest.fixture
def slow_clock() -> Iterator[None]:
    """Each reading of the clock takes 0.1 ms: the 5 ms are over after 50."""
    extension.set_tick(100_000)
    yield
    extension.set_tick(0)


def test_time_is_bounded_on_hostile_names(slow_clock: None) -> None:
    """8000 pairs with long names, each judged anew: the clock stops the capture in the middle."""
    name = b"_x" * 512
    snapshot = look([[(name, 1) for _ in range(100)] for _ in range(80)]).snapshot
    assert snapshot.body["cut"] == "time"
    assert snapshot.body["capture_ns"] < 6_000_000
    assert {value.get("cut") for value in snapshot.body["values"][-100:]} == {"time"}


def test_time_is_bounded_on_many_small_values(slow_clock: None) -> None:
    extension.set_tick(1_000_000)
    snapshot = look([[i + 0.5 for i in range(k, k + 100)] for k in range(0, 8000, 100)]).snapshot
    assert snapshot.body["cut"] == "time"
    shown = [value for value in snapshot.body["values"] if "text" in value]
    assert 0 < len(shown) < 3000


def test_time_given_to_others_is_not_counted_in_full(slow_clock: None) -> None:
    """The processor is taken away for 50 ms at each reading of the clock; four such do not end a capture."""
    rows = [[i + 0.5 for i in range(k, k + 100)] for k in range(0, 8000, 100)]
    extension.set_tick(50_000_000)
    assert "cut" not in look(rows[:3]).snapshot.body
    assert look(rows).snapshot.body["cut"] == "time"


def test_time_is_bounded_on_many_sparse_tables(slow_clock: None) -> None:
    """Each of them is looked through, all together they are not."""
    rows = []
    for _ in range(60):
        row = set(range(40_000))
        for number in range(39_999):
            row.remove(number)
        rows.append(row)
    snapshot = look(rows).snapshot
    assert snapshot.body["cut"] == "time"
    assert "items" in look(rows)[0].json


def test_long_names_are_cut() -> None:
    value = look(Bag(**{"n" * 1000: 1, "中" * 1000: 2}))
    assert [len(name.encode()) for name in value.fields] == [256, 255]


def test_locals_stop_at_their_limit() -> None:
    limit = extension.STROBE_CAPTURE_LOCALS_MAX
    names = [f"v{i}" for i in range(limit + 50)]
    source = "def probed():\n" + "".join(f"    {name} = 1\n" for name in names) + "    return capture()\n"
    namespace = {"capture": capture}
    exec(source, namespace)
    snapshot = in_thread(namespace["probed"])
    assert snapshot.names() == names[:limit]
    assert snapshot.frames[0]["locals_cut"] == 50


def test_objects_half_made_are_read_as_far_as_they_are() -> None:
    class Half:
        def __init__(self) -> None:
            self.first = 1
            self.snapshot = capture()
            self.second = 2

    value: Value = in_thread(Half).snapshot.local("self")
    assert list(value.fields) == ["first"]
