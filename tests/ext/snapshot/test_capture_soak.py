"""Very many captures: nobody's code runs, nothing is torn, and nothing is left behind."""

from __future__ import annotations

import gc
import os
import sys
import threading
from pathlib import Path
from typing import Any

import mines
import pytest
from captured import BLOCKS, ROUNDS, Snapshot, extension, in_thread

LONG = bool(os.environ.get("STROBE_TEST_LONG"))  # ten times as many, on request: `make soak`
SANITIZED = bool(os.environ.get("STROBE_TEST_SANITIZED"))
"""A sanitizer keeps freed memory, so resident memory says nothing there; blocks and references are still counted. It is
slow, and sees what it sees the first thousand times."""
CAPTURES = 1_000_000 if LONG else 10_000 if SANITIZED else 100_000
IMAGES: list[bytes] = []  # of no function, so that no snapshot has it
HITS = 100_000 if LONG else 1000 if SANITIZED else 10_000
pytestmark = pytest.mark.timeout(3600 if LONG else 300)


def resident_kib() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def test_no_code_of_any_kind_of_object_runs() -> None:
    objects = mines.subjects()

    def one(item: Any, count: int) -> None:
        with mines.armed():
            extension.capture_many(count)
        assert mines.CALLS == []

    def all_of_them(objects: dict[str, Any]) -> str:
        with mines.armed():
            extension.capture_many(CAPTURES // 100)
            return extension.capture()

    for item in objects.values():
        in_thread(one, item, CAPTURES // len(objects) + 1)
    snapshot = Snapshot(in_thread(all_of_them, objects))
    assert mines.CALLS == []
    assert snapshot.local("objects").size == len(objects)
    assert "cut" not in snapshot.body
    with mines.armed():
        repr(objects["list"])
        _ = objects["list"].computed
    assert mines.CALLS == ["list.__repr__", "list.computed"]  # the mines are live


def test_reference_counts_and_blocks_are_the_same_after_many_captures() -> None:
    objects = list(mines.subjects().values())

    def probed(objects: list[Any]) -> tuple[list[int], list[int], int, int]:
        extension.capture_many(200)
        before = [sys.getrefcount(item) for item in objects]
        resident = resident_kib()
        for _ in range(ROUNDS):
            blocks = sys.getallocatedblocks()
            extension.capture_many(CAPTURES // 10)
            grown = sys.getallocatedblocks() - blocks
            if grown <= BLOCKS:
                break
        return before, [sys.getrefcount(item) for item in objects], grown, resident_kib() - resident

    gc.disable()
    try:
        before, after, grown, resident_grown = in_thread(probed, objects)
    finally:
        gc.enable()
    assert before == after
    assert grown <= BLOCKS
    assert SANITIZED or resident_grown < 1024


def test_many_small_captures_leave_memory_as_it_was() -> None:
    def probed(order: dict[str, Any], total: float) -> tuple[int, int]:
        extension.capture_many(1000)
        resident = resident_kib()
        for _ in range(ROUNDS):
            blocks = sys.getallocatedblocks()
            extension.capture_many(CAPTURES)
            grown = sys.getallocatedblocks() - blocks
            if grown <= BLOCKS:
                break
        return resident_kib() - resident, grown

    resident_grown, blocks_grown = in_thread(probed, {"id": 1, "items": ["a", "b"]}, 1.5)
    assert blocks_grown <= BLOCKS
    assert SANITIZED or resident_grown < 1024


class Account:
    def __init__(self) -> None:
        self.generation = 0
        self.same = 0
        self.items = [0, 0]
        self.by_name: dict[str, int] = {"generation": 0}

    def advance(self, to: int) -> None:
        self.generation = to
        self.items[0] = to
        self.by_name["generation"] = to
        self.items[1] = to
        self.same = to


@pytest.mark.parametrize("with_writer", [False, True])
def test_each_snapshot_shows_the_state_at_its_line(with_writer: bool) -> None:
    """The function and a second thread change the objects right after the line."""
    account, other = Account(), Account()
    lock, stop = threading.Lock(), threading.Event()
    IMAGES.clear()

    def write() -> None:
        number = 0
        while not stop.is_set():
            with lock:  # so that each state it can be seen in is whole
                number += 1
                other.advance(number)

    def probed(account: Account, other: Account) -> None:
        for number in range(HITS):
            account.advance(number)
            with lock:
                IMAGES.append(extension.capture_image())
            account.advance(-1)

    writer = threading.Thread(target=write)
    if with_writer:
        writer.start()
    try:
        in_thread(probed, account, other)
    finally:
        stop.set()
        if with_writer:
            writer.join()
    assert len(IMAGES) == HITS
    for number, image in enumerate(IMAGES):
        snapshot = Snapshot(extension.encode(image), check=number % 100 == 0)
        for name, expected in (("account", repr(number)), ("other", None)):
            value = snapshot.local(name)
            seen = {
                value.fields["generation"].text,
                value.fields["same"].text,
                value.fields["items"][0].text,
                value.fields["items"][1].text,
                value.fields["by_name"]["generation"].text,
            }
            assert len(seen) == 1, (number, name, seen)
            assert expected in (None, *seen)
