"""Data that is huge, changing, dying or unreadable, and memory that runs out: a capture comes through all of it."""

from __future__ import annotations

import gc
import logging
import sys
import threading
import time
import weakref
from typing import Any

import pytest
from captured import Snapshot, capture, extension, in_thread, look


def test_text_of_256_mib_and_number_of_a_million_digits_cost_what_small_ones_do() -> None:
    def probed() -> Snapshot:
        text = "é" * (256 * 1024 * 1024)
        number = 1 << 3_321_929  # 10**6 digits
        data = memoryview(bytearray(64 * 1024 * 1024))
        return capture()

    snapshot = in_thread(probed)
    assert "cut" not in snapshot.body
    assert (snapshot.local("text").size, snapshot.local("text").cut) == (256 * 1024 * 1024, "length")
    assert (snapshot.local("number").size, snapshot.local("number").cut) == (3_321_930, "length")
    assert snapshot.local("number").text.startswith("0x2000")
    assert snapshot.local("data").size == 64 * 1024 * 1024
    assert snapshot.body["test_image_bytes"] < 16 * 1024


def test_containers_that_other_threads_change_are_read_whole() -> None:
    mapping: dict[int, int] = {}
    crowd: set[int] = set()
    row: list[int] = []
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            mapping[number % 1000] = number
            mapping.pop((number * 7) % 1000, None)
            crowd.add(number % 500)
            crowd.discard((number * 3) % 500)
            row.append(number)
            if len(row) > 200:
                row.clear()

    def probed(mapping: object, crowd: object, row: object) -> None:
        for _ in range(100):
            snapshot = Snapshot(extension.capture(), check=False)
            for name in ("mapping", "crowd", "row"):
                value = snapshot.local(name)
                shown = value.json.get("items", value.json.get("entries"))
                assert len(shown) == min(value.size, extension.STROBE_CAPTURE_ITEMS_MAX)
            time.sleep(0)

    writers = [threading.Thread(target=change) for _ in range(2)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    for writer in writers:
        writer.start()
    try:
        in_thread(probed, mapping, crowd, row)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
        sys.setswitchinterval(interval)


def test_objects_that_are_being_finalized_are_read() -> None:
    found: list[Snapshot] = []

    class Dying:
        def __init__(self, partner: Any = None) -> None:
            self.name = "last words"
            self.partner = partner
            self.reference = weakref.ref(self)

        def __del__(self) -> None:
            found.append(capture())

    def by_count() -> None:
        thing = Dying()
        del thing

    def by_collector() -> None:
        thing = Dying()
        thing.partner = Dying(thing)
        del thing
        gc.collect()

    in_thread(by_count)
    in_thread(by_collector)
    assert len(found) == 3
    for snapshot in found:
        assert snapshot.local("self").fields["name"].text == "'last words'"
        assert snapshot.local("self").fields["reference"].text.startswith("<weakref")


def test_capture_in_a_callback_of_a_weak_reference() -> None:
    found: list[Snapshot] = []

    class Thing:
        pass

    def probed() -> None:
        thing = Thing()
        reference = weakref.ref(thing, gone)
        assert reference() is thing
        del thing

    def gone(reference: object) -> None:
        found.append(capture())

    in_thread(probed)
    assert found[0].local("reference").text == "<weakref; dead>"


def test_generators_in_every_state_are_read_with_their_frames() -> None:
    def numbers():
        yield 1

    created, suspended, closed = numbers(), numbers(), numbers()
    next(suspended)
    list(closed)
    value = look([created, suspended, closed, numbers()])
    assert [item.text.rpartition(", ")[2].partition(" ")[0].rstrip(">") for item in value.items] == [
        "created",
        "suspended",
        "closed",
        "created",
    ]


def test_classes_and_instances_with_broken_structure_are_read() -> None:
    class Meta(type):
        def mro(cls) -> list[type]:
            return [cls, object]

    class Base:
        __slots__ = ("hidden",)

    class Odd(Base, metaclass=Meta):
        pass

    class Renamed:
        pass

    Renamed.__module__ = 5  # type: ignore[assignment]
    Renamed.__qualname__ = "x" * 5000
    deep: type = object
    for number in range(300):
        deep = type(f"C{number}", (deep,), {})
    values = look([Odd(), Renamed(), deep(), Odd, Renamed, deep]).items
    assert all(value.cut is None for value in values)
    assert len(values[1].type) <= 512


def test_a_class_that_changes_is_read_as_it_is_now() -> None:
    class Plain:
        pass

    class Changing(Plain):
        pass

    instance: Any = Changing()
    instance.name = "shop"
    assert look(instance).fields["name"].text == "'shop'"
    Changing.__bases__ = (logging.Logger,)
    assert look(instance).text == "<Changing shop (NOTSET)>"
    Changing.__bases__ = (Plain,)
    assert look(instance).fields["name"].text == "'shop'"


def test_capture_is_given_up_when_there_is_no_memory_for_its_image() -> None:
    def probed(argument: object) -> bool:
        return extension.capture_failing()

    assert in_thread(probed, {"a": [1, 2]}) is True


def test_encoder_reports_each_allocation_that_fails() -> None:
    def probed(argument: object, pieces: object, error: object) -> bytes:
        return extension.capture_image()

    try:
        raise KeyError("x")
    except KeyError as caught:
        error = caught
    image = in_thread(probed, {"a": [1, 2.5, b"x"]}, [slice(1, 2), memoryview(b"ab")], error)
    outcomes = []
    for count in range(100_000):
        outcome = extension.encode_failing(image, count)
        if outcome is None:
            break
        outcomes.append(outcome)
    assert len(outcomes) > 50
    assert set(outcomes) == {"ENOMEM"}


@pytest.mark.parametrize("kind", ["value", "time"])
def test_nesting_of_a_hundred_thousand_costs_four_levels(kind: str) -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value] if kind == "value" else {"k": value}
    shown = look(value)
    assert len(shown.snapshot.body["values"]) < 60
    while value:  # unwind by hand: releasing it at once would recurse
        value = value[0] if kind == "value" else value["k"]
