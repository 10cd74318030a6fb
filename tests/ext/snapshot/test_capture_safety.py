"""A capture leaves no trace: nobody's code runs, nothing is allocated, kept, released or changed."""

from __future__ import annotations

import gc
import json
import os
import sys
import threading

import pytest
from captured import BLOCKS, ROUNDS, Snapshot, capture, extension, in_thread, look

CALLS: list[str] = []

UNUSUAL = [
    "__getattr__",
    "__delete__",
    "__set__",
    "__set_name__",
    "__instancecheck__",
    "__subclasscheck__",
    "__prepare__",
]
NEVER = {
    "__new__",
    "__init__",
    "__class__",
    "__doc__",
    "__dict__",
    "__weakref__",
    "__module__",
    "__init_subclass__",
}
NEVER |= {"__subclasshook__", "__class_getitem__", "__del__", "__set_name__", "__prepare__", "__getstate__"}


def landmine(name: str):
    def step_on(*args: object, **kwargs: object):
        CALLS.append(name)
        raise AssertionError(name)

    return step_on


def dunders(*types: type) -> dict[str, object]:
    names = set(UNUSUAL)
    for kind in types:
        names |= {name for name in dir(kind) if name.startswith("__") and callable(getattr(kind, name, None))}
    names |= {
        "__bool__",
        "__len__",
        "__iter__",
        "__next__",
        "__contains__",
        "__getitem__",
        "__call__",
        "__index__",
        "__int__",
    }
    names |= {
        "__float__",
        "__enter__",
        "__exit__",
        "__await__",
        "__get__",
        "__fspath__",
        "__bytes__",
        "__length_hint__",
    }
    return {name: landmine(name) for name in names - NEVER}


class Descriptor:
    """A property of a kind of its own."""

    def __get__(self, instance: object, owner: type) -> object:
        CALLS.append("descriptor")
        raise AssertionError

    def __set__(self, instance: object, value: object) -> None:
        CALLS.append("descriptor set")
        raise AssertionError


class MineType(type):
    """A metaclass whose every hook counts."""

    def __getattribute__(cls, name: str):
        if ARMED:
            CALLS.append(f"metaclass {name}")
        return super().__getattribute__(name)

    def __instancecheck__(cls, instance: object) -> bool:
        CALLS.append("instancecheck")
        return False

    def __repr__(cls) -> str:
        CALLS.append("metaclass repr")
        return "?"


ARMED = False


def mines() -> dict[str, object]:
    """Objects that count each touch, one for each built-in base, and classes that do."""
    made: dict[str, object] = {}
    for base in (
        object,
        str,
        bytes,
        int,
        float,
        complex,
        list,
        dict,
        set,
        bytearray,
        Exception,
        tuple,
        frozenset,
    ):
        body = dunders(base)
        kind = MineType(f"Mine_{base.__name__}", (base,), {**body, "attribute": Descriptor()})
        instance = base.__new__(kind)
        object.__setattr__(instance, "stored", 1)
        made[base.__name__] = instance
    made["class"] = MineType("Plain", (), {"value": property(landmine("property"))})
    made["slots"] = object.__new__(MineType("Slots", (), {"__slots__": ("stored",), **dunders(object)}))
    return made


def test_no_code_of_the_program_runs() -> None:
    global ARMED
    subjects = mines()

    def probed(objects: dict[str, object], many: list[object]) -> str:
        text = ""
        for _ in range(200):
            text = extension.capture()
        return text

    many = list(subjects.values())
    CALLS.clear()
    ARMED = True
    try:
        text = in_thread(probed, subjects, many)
    finally:
        ARMED = False
    assert CALLS == []
    with pytest.raises(AssertionError):
        repr(subjects["list"])
    assert CALLS == ["__repr__"]  # the mines are live
    snapshot = Snapshot(text)
    assert len(snapshot.local("objects").entries) == len(subjects)
    assert snapshot.local("many")[0].fields["stored"].text == "1"


def test_keys_are_neither_hashed_nor_compared() -> None:
    class Key(str):
        __slots__ = ()
        armed = False

        def __hash__(self) -> int:
            if Key.armed:
                CALLS.append("hash")
            return str.__hash__(self)

        def __eq__(self, other: object) -> bool:
            if Key.armed:
                CALLS.append("eq")
            return str.__eq__(self, other)

    class Holder:
        pass

    holder = Holder()
    holder.__dict__[Key("name")] = "password"
    holder.__dict__[Key("__module__")] = 1
    kind = type("Odd", (), {Key("__module__"): 1, Key("_fields"): ("a",)})
    mapping = {Key("password"): "hunter2", Key("plain"): 1}
    CALLS.clear()
    Key.armed = True
    try:
        value = look([holder, kind(), mapping])
    finally:
        Key.armed = False
    assert CALLS == []
    assert value[2].entries[0][1].is_redacted("password")
    assert value[2].entries[1][1].text == "1"


def subjects() -> list[object]:
    class Thing:
        def __init__(self) -> None:
            self.name = "n" * 3
            self.items = [1.5, 2.5]

    return [
        Thing(),
        {"k": [object()]},
        [b"x" * 100],
        {1.5, 2.5},
        ValueError("v"),
        (i for i in ()),
        "text" * 10,
        10**40,
    ]


def test_reference_counts_and_blocks_stay_the_same() -> None:
    values = subjects()

    def probed(argument: list[object]) -> tuple[list[int], list[int], int]:
        extension.capture_many(100)
        before = [sys.getrefcount(value) for value in argument]
        for _ in range(ROUNDS):
            blocks = sys.getallocatedblocks()
            extension.capture_many(2000)
            grown = sys.getallocatedblocks() - blocks
            if grown <= BLOCKS:
                break
        return before, [sys.getrefcount(value) for value in argument], grown

    gc.disable()
    try:
        before, after, grown = in_thread(probed, values)
    finally:
        gc.enable()
    assert before == after
    assert grown <= BLOCKS


def test_no_garbage_collection_is_started() -> None:
    phases: list[str] = []

    def probed(argument: list[object]) -> None:
        gc.callbacks.append(note)
        extension.capture_many(5000)
        gc.callbacks.remove(note)

    def note(phase: str, info: dict[str, int]) -> None:
        phases.append(phase)

    in_thread(probed, subjects())
    assert phases == []


def test_capture_is_complete_while_all_allocations_of_python_fail() -> None:
    def probed(argument: list[object], password: str) -> tuple[str, int]:
        extension.capture()
        return extension.capture_without_memory()

    text, allocations = in_thread(probed, subjects(), "hunter2")
    assert allocations == 0
    snapshot = Snapshot(text)
    assert "cut" not in snapshot.body
    assert len(snapshot.local("argument").items) == len(subjects())


def test_pending_exception_and_errno_are_untouched() -> None:
    def probed(argument: list[object], *, missing: int = 1) -> bool:
        del missing
        return extension.capture_pending()

    assert in_thread(probed, subjects()) is True


def test_exception_being_handled_and_its_traceback_stay() -> None:
    def probed() -> bool:
        try:
            raise KeyError("x")
        except KeyError as error:
            before = sys.exc_info()
            snapshot = capture()
            assert snapshot.local("error").fields["args"][0].text == "'x'"
            return sys.exc_info() == before and error.__traceback__ is before[2]

    assert in_thread(probed) is True


def test_dicts_of_objects_are_not_made() -> None:
    """Reading obj.__dict__ would turn inline values into a dict, for good on 3.11 and 3.12."""

    class Plain:
        def __init__(self) -> None:
            self.a = 1
            self.b = 2

    def objects() -> list[object]:
        return [Plain() for _ in range(50)]

    def probed(argument: list[object]) -> int:
        before = sys.getallocatedblocks()
        extension.capture_many(10)
        return sys.getallocatedblocks() - before

    in_thread(probed, objects())  # what is made once for the class
    grown = min(in_thread(probed, objects()) for _ in range(ROUNDS))
    assert grown <= BLOCKS
    assert look(objects()[0]).fields["b"].text == "2"


def test_locals_dict_of_the_program_is_not_touched() -> None:
    def probed() -> tuple[int, bool]:
        x = 1
        mine = locals()
        mine["x"] = 99
        mine["extra"] = 1
        capture()
        return mine["x"], "extra" in mine

    assert in_thread(probed) == (99, True)


def test_objects_are_released_when_the_program_releases_them() -> None:
    released: list[int] = []

    class Thing:
        def __del__(self) -> None:
            released.append(1)

    def probed() -> list[int]:
        thing = Thing()
        extension.capture()
        del thing
        return list(released)

    assert in_thread(probed) == [1]


def test_iterators_are_not_advanced() -> None:
    iterator = iter([1, 2, 3])
    lines = (line for line in "abc")
    look([iterator, lines])
    assert list(iterator) == [1, 2, 3]
    assert list(lines) == ["a", "b", "c"]


def test_default_dicts_gain_no_key() -> None:
    import collections

    mapping: dict[str, int] = collections.defaultdict(int)
    look(mapping)
    assert len(mapping) == 0


def test_captures_of_many_threads_do_not_mix() -> None:
    failures: list[str] = []

    def probed(number: int) -> None:
        marker = f"marker-{number}"
        for _ in range(50):
            snapshot = json.loads(extension.capture())
            name, ref = snapshot["frames"][0]["locals"][1]
            if name != "marker" or snapshot["values"][ref]["text"] != repr(marker):
                failures.append(marker)

    threads = [threading.Thread(target=probed, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.skipif(
    bool(os.environ.get("STROBE_TEST_SANITIZED")), reason="a sanitizer keeps and guards freed memory"
)
def test_image_and_walk_leave_no_copy_in_memory() -> None:
    """After the image is released, the value stands where the program has it and nowhere else."""

    def probed(value: str, backwards: bytes) -> tuple[int, int]:
        before = extension.count_in_memory(backwards)
        extension.capture_many(3)
        return before, extension.count_in_memory(backwards)

    value = os.urandom(300).hex()
    before, after = in_thread(probed, value, value[::-1].encode())
    assert before > 0
    assert after == before


@pytest.mark.skipif(
    bool(os.environ.get("STROBE_TEST_SANITIZED")), reason="a sanitizer keeps and guards freed memory"
)
def test_queue_and_encoder_leave_no_secret_in_memory() -> None:
    """Of one known by its look, and of one that turned out to be a secret after its copy was encoded."""
    number = "4111 1111 1111" + " 1111 "

    def probed(note: str, copies: list[str], password: str, backwards: tuple[bytes, bytes]) -> list[int]:
        before = [extension.count_in_memory(text) for text in backwards]
        for _ in range(3):
            assert "redacted:pattern" in extension.capture_queued()
        return before + [extension.count_in_memory(text) for text in backwards]

    secret, look = os.urandom(200).hex(), number + os.urandom(200).hex()
    copies = ["".join(list(secret)), "in " + secret]
    middles = (secret[100:300], look[100:300])  # malloc writes into the beginning of what is free
    counts = in_thread(probed, look, copies, secret, tuple(text[::-1].encode() for text in middles))
    assert counts[:2] == counts[2:]
    assert counts[1] > 0


def test_captures_work_after_a_fork() -> None:
    child = os.fork()
    if child == 0:
        good = "marker" in extension.capture()
        marker = 1
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
