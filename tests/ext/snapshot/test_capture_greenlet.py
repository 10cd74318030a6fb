"""Captures in greenlets leave nothing behind: no object, no reference, no collection, also when memory is short."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

import pytest
from captured import BLOCKS, ROUNDS, Snapshot, capture, extension, in_thread

greenlet = pytest.importorskip("greenlet")

CAPTURES = 100_000
GREENLETS = 20


def in_greenlet(function: Callable[[], Any]) -> Any:
    return in_thread(lambda: greenlet.greenlet(function).switch())


def test_greenlet_stands_in_a_capture() -> None:
    def work() -> tuple[dict[str, Any], str]:
        return capture().body["greenlet"], hex(id(greenlet.getcurrent()))

    found, identity = in_greenlet(work)
    assert found == {"id": identity, "type": "greenlet.greenlet", "main": False, "run": work.__qualname__}


def test_reference_counts_objects_and_collections_stay_the_same() -> None:
    phases: list[str] = []

    def note(phase: str, info: dict[str, int]) -> None:
        phases.append(phase)

    def look(subjects: list[Any]) -> tuple[list[int], int]:
        return [sys.getrefcount(subject) for subject in subjects], len(gc.get_objects())

    def many() -> None:
        extension.capture_many(CAPTURES // GREENLETS // 2)
        greenlet.getcurrent().parent.switch()
        extension.capture_many(CAPTURES // GREENLETS // 2)

    def work() -> tuple[list[Any], int]:
        greenlets = [greenlet.greenlet(many) for _ in range(GREENLETS)]
        for one in greenlets:
            one.switch()
        subjects = [greenlet.greenlet, greenlet.getcurrent(), greenlet.getcurrent().parent, *greenlets]
        readings: list[Any] = []
        readings.append(look(subjects))
        readings.append(look(subjects))
        gc.callbacks.append(note)
        for _ in range(ROUNDS):
            blocks = sys.getallocatedblocks()
            extension.capture_many(CAPTURES // 2)
            grown = sys.getallocatedblocks() - blocks
            if grown <= BLOCKS:
                break
        gc.callbacks.remove(note)
        readings.append(look(subjects))
        for one in greenlets:
            one.switch()
        assert all(one.dead for one in greenlets)
        return readings, grown

    gc.collect()
    gc.disable()
    try:
        readings, grown = in_greenlet(work)
    finally:
        gc.enable()
    (_, first), (before, second), (after, third) = readings
    assert before == after
    assert third - second == second - first  # a reading is an object itself
    assert grown <= BLOCKS
    assert phases == []


def test_no_object_is_made_for_a_greenlet() -> None:
    def work() -> tuple[str, int]:
        return extension.capture_without_memory()

    text, allocations = in_greenlet(work)
    assert allocations == 0
    assert Snapshot(text).body["greenlet"]["main"] is False


def test_capture_in_a_greenlet_is_given_up_when_there_is_no_memory_and_the_next_is_whole() -> None:
    def work() -> tuple[bool, Snapshot]:
        return extension.capture_failing(), capture()

    given_up, snapshot = in_greenlet(work)
    assert given_up is True
    assert snapshot.body["greenlet"]["main"] is False


def test_pending_exception_and_errno_are_untouched_in_a_greenlet() -> None:
    def work() -> bool:
        return extension.capture_pending()

    assert in_greenlet(work) is True


def test_thread_that_uses_no_greenlets_has_none_in_its_capture() -> None:
    def probed() -> Snapshot:
        return capture()

    assert in_greenlet(probed).body["greenlet"]["main"] is False
    assert "greenlet" not in in_thread(probed).body
