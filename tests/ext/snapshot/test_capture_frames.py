"""The stack, the variables of its frames, and the thread."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

import pytest
from captured import Snapshot, capture, extension, in_thread

FRAMES = extension.STROBE_CAPTURE_FRAMES_MAX
WITH_LOCALS = extension.STROBE_CAPTURE_FRAMES_WITH_LOCALS_MAX


def test_arguments_come_first_and_are_counted() -> None:
    def probed(a, /, b, *rest, c, d=4, **others):
        e = 5
        return capture()

    snapshot = in_thread(lambda: probed(1, 2, 3, c=4, f=6))
    assert snapshot.names() == ["a", "b", "c", "d", "rest", "others", "e"]
    assert snapshot.frames[0]["arguments"] == 6
    assert snapshot.local("rest").items[0].text == "3"
    assert snapshot.local("others")["f"].text == "6"


def test_unbound_variables_are_marked() -> None:
    def probed(argument):
        removed = 1
        del removed, argument
        snapshot = capture()
        later = 1
        return snapshot

    snapshot = in_thread(probed, 1)
    for name in ("argument", "removed", "snapshot", "later"):
        assert snapshot.local(name).json == {"cut": "unbound"}


def test_cells_and_free_variables_are_opened() -> None:
    def outer(argument):
        own = [1]

        def inner():
            return own, argument, capture(), empty

        try:
            inner()
        except NameError:
            pass

        def good():
            return own, argument, capture(1)

        snapshot = good()[2]
        empty = 1
        return snapshot, capture_free(own, argument)

    def capture_free(a, b):
        def inner():
            return a, b, capture()

        return inner()[2]

    outside, inside = in_thread(outer, "x")
    assert outside.local("own").items[0].text == "1"
    assert outside.local("argument").text == "'x'"
    assert outside.local("empty").cut == "unbound"
    assert inside.local("a").items[0].text == "1"
    assert inside.local("b").text == "'x'"


def test_argument_that_is_a_cell_object_is_no_variable_of_an_inner_function() -> None:
    cell = (lambda x: lambda: x)(1).__closure__[0]

    def probed(argument):
        return capture()

    assert in_thread(probed, cell).local("argument").type == "cell"


def test_comprehension_variables_are_shown_while_it_runs() -> None:
    def probed():
        outside = 1
        pairs = [(inside, capture()) for inside in ("x",)]
        return pairs[0][1]

    snapshot = in_thread(probed)
    assert snapshot.local("inside").text == "'x'"
    frame = 0 if "outside" in snapshot.names() else 1  # 3.12 and later run it in the function's own frame
    assert snapshot.local("outside", frame).text == "1"
    assert all(not name.startswith(".") for name in snapshot.names())


def test_generator_expressions_have_their_own_frame() -> None:
    def probed():
        return next(capture() for inside in ("x",))

    snapshot = in_thread(probed)
    assert snapshot.local("inside").text == "'x'"
    assert snapshot.frames[0]["function"].endswith("<genexpr>")


def test_generators_and_coroutines_show_their_variables() -> None:
    def generate(limit):
        for number in range(limit):
            yield capture()

    async def run(argument):
        return capture()

    def drive():
        coroutine = run("x")
        try:
            coroutine.send(None)
        except StopIteration as stop:
            return stop.value

    snapshot = in_thread(lambda: list(generate(2))[1])
    assert snapshot.local("number").text == "1"
    assert in_thread(drive).local("argument").text == "'x'"


def test_methods_do_not_show_the_cell_of_super() -> None:
    class Child(list):
        def probed(self):
            super().__len__()
            __mangled = 1
            return capture()

    assert in_thread(Child().probed).names() == ["self", "_Child__mangled"]


def test_class_bodies_show_their_names() -> None:
    captured: list[Snapshot] = []

    def probed():
        free = 7

        class Body:
            attribute = 1
            password = "hunter2"
            used = free
            captured.append(capture())
            later = 2

    in_thread(probed)
    assert captured[0].local("attribute").text == "1"
    assert captured[0].local("password").is_redacted("password")
    assert "later" not in captured[0].names()
    assert not any(name.startswith("__") for name in captured[0].names())
    assert captured[0].frames[0]["function"].endswith("Body")
    assert captured[0].local("free", 1).text == "7"


def test_namespace_that_is_no_dict_is_not_asked() -> None:
    class Namespace(dict):
        def __iter__(self):
            raise AssertionError

    class Meta(type):
        @classmethod
        def __prepare__(cls, name, bases):
            return Namespace()

    captured: list[Snapshot] = []

    def probed():
        class Body(metaclass=Meta):
            captured.append(capture())

    in_thread(probed)
    assert "locals" not in captured[0].frames[0]


def test_modules_show_their_names_without_those_of_the_machinery() -> None:
    namespace = {"__name__": "shop", "capture": capture}
    source = "rate = 3\napi_key = 'x'\nvalues = [(n, capture()) for n in (1,)]\nsnapshot = values[0][1]\n"
    in_thread(exec, compile(source, "/srv/shop.py", "exec"), namespace)
    snapshot: Snapshot = namespace["snapshot"]
    frame = next(i for i, frame in enumerate(snapshot.frames) if frame["function"] == "<module>")
    assert snapshot.local("rate", frame).text == "3"
    assert snapshot.local("api_key", frame).is_redacted("api key")
    assert snapshot.local("n").text == "1"
    assert snapshot.frames[frame]["file"] == "/srv/shop.py"
    assert snapshot.frames[frame]["line"] == 3
    assert not any(name.startswith("__") for name in snapshot.names(frame))


def test_frames_tell_function_file_and_line() -> None:
    def inner():
        return capture(), sys._getframe().f_lineno

    def outer():
        return inner(), sys._getframe().f_lineno

    (snapshot, inner_line), outer_line = in_thread(outer)
    here = {"file": __file__}
    prefix = "test_frames_tell_function_file_and_line.<locals>."
    assert snapshot.frames[0].items() >= {"function": prefix + "inner", "line": inner_line, **here}.items()
    assert snapshot.frames[1].items() >= {"function": prefix + "outer", "line": outer_line, **here}.items()
    assert snapshot.body["test_line"] == inner_line
    assert snapshot.body["test_function"] == prefix + "inner"
    assert snapshot.body["test_tag"] == 42
    assert abs(snapshot.body["test_time_us"] / 1e6 - time.time()) < 3600


def test_stack_is_cut_and_its_true_depth_told() -> None:
    def down(levels):
        return capture() if levels == 0 else down(levels - 1)

    snapshot = in_thread(down, 49)
    assert len(snapshot.frames) == FRAMES
    assert 50 <= snapshot.body["frames_total"] <= 60
    assert [("locals" in frame) for frame in snapshot.frames] == [i < WITH_LOCALS for i in range(FRAMES)]
    assert snapshot.local("levels", 4).text == "4"


def test_very_deep_stacks_are_counted_up_to_a_limit() -> None:
    def down(levels):
        return capture() if levels == 0 else down(levels - 1)

    limit = sys.getrecursionlimit()
    threading.stack_size(256 * 1024 * 1024)
    try:
        sys.setrecursionlimit(200_000)
        snapshot = in_thread(down, 50_000)
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(0)
    assert snapshot.body["frames_total"] == extension.STROBE_CAPTURE_STACK_MAX
    assert len(snapshot.frames) == FRAMES


def test_library_frames_are_marked() -> None:
    captured: list[Snapshot] = []

    def hook(pairs):
        captured.append(capture())
        return pairs

    def probed():
        json.loads('{"a": 1}', object_pairs_hook=hook)

    in_thread(probed)
    frames = captured[0].frames
    assert "library" not in frames[0]
    assert next(frame for frame in frames if Path(frame["file"]).parent.name == "json")["library"] is True
    own = next(frame for frame in frames if frame["function"].endswith("probed"))
    assert "library" not in own


def test_thread_is_named_and_numbered() -> None:
    def probed():
        return capture(), threading.get_native_id()

    snapshot, number = in_thread(probed)
    assert snapshot.body["thread"] == {"id": number, "name": "probed"}
    snapshot, number = in_thread(lambda: probed())
    threading.current_thread().name, before = "renamed ✓", threading.current_thread().name
    try:
        assert capture().body["thread"] == {"id": os.getpid(), "name": "renamed ✓"}
    finally:
        threading.current_thread().name = before


def test_frame_of_a_caller_can_be_captured() -> None:
    def outer():
        here = "outer"

        def inner():
            return capture(1)

        return inner()

    assert in_thread(outer).local("here").text == "'outer'"


@pytest.mark.parametrize("name", ["", "a\x00b", "\ud800", "x\u202ey", "é", "a b"])
def test_odd_names_stay_readable(name: str) -> None:
    namespace = {name: 1, "capture": capture}
    in_thread(exec, "snapshot = capture()", namespace)
    shown = name.encode("unicode_escape").decode() if not name.isprintable() else name
    if name == "\ud800":
        shown = r"\xed\xa0\x80"
    assert shown in namespace["snapshot"].names()
