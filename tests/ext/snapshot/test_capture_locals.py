"""Which variable is what: the letters of `kinds`, one for each local."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from captured import Snapshot, capture, extension, in_thread


def kinds(snapshot: Snapshot, frame: int = 0) -> dict[str, str]:
    found = snapshot.frames[frame]
    assert len(found["kinds"]) == len(found["locals"])
    named = zip(snapshot.names(frame), found["kinds"], strict=True)
    return {name: kind for name, kind in named if not name.startswith("@py_")}  # those are pytest's


def test_each_way_to_pass_a_parameter_has_its_letter() -> None:
    def probed(only, /, usual, *rest, named, **more) -> Snapshot:
        local = 1
        return capture()

    snapshot = in_thread(lambda: probed(1, 2, 3, 4, named=5, other=6))
    assert kinds(snapshot) == {
        "only": "p",
        "usual": "a",
        "named": "k",
        "rest": "v",
        "more": "w",
        "local": "l",
    }
    assert snapshot.frames[0]["arguments"] == 5
    assert [item.text for item in snapshot.local("rest").items] == ["3", "4"]
    assert snapshot.local("more")["other"].text == "6"


def test_names_of_keyword_arguments_redact_their_values() -> None:
    def probed(**options) -> Snapshot:
        return capture()

    snapshot = in_thread(lambda: probed(password="hunter22", size=1))
    assert snapshot.local("options")["password"].is_redacted("password")
    assert snapshot.local("options")["size"].text == "1"


def test_variables_shared_with_inner_functions_are_upper_case() -> None:
    def probed(argument) -> Snapshot:
        shared = 1

        def inner() -> Snapshot:
            own = 2
            assert argument == shared == 1
            return capture()

        return inner()

    snapshot = in_thread(probed, 1)
    assert kinds(snapshot) == {"own": "l", "argument": "f", "shared": "f"}
    assert kinds(snapshot, 1) == {"argument": "A", "shared": "L", "inner": "l"}
    assert snapshot.local("shared").text == "1"


def test_unbound_variables_are_marked_in_every_kind() -> None:
    def probed(deleted) -> Snapshot:
        del deleted

        def inner() -> Snapshot:
            if False:
                never = 1
            snapshot = capture()
            assert snapshot is not later
            return snapshot

        try:
            return inner()
        except NameError as error:
            frame: Any = error.__traceback__
            while frame.tb_next:
                frame = frame.tb_next
            return frame.tb_frame.f_locals["snapshot"]
        later = 1

    snapshot = in_thread(probed, 1)
    assert kinds(snapshot) == {"never": "l", "snapshot": "l", "later": "f"}
    assert snapshot.local("never").cut == "unbound"
    assert snapshot.local("later").cut == "unbound"
    assert snapshot.local("deleted", 1).cut == "unbound"


def test_names_of_a_class_body_and_its_free_variables() -> None:
    def probed(outer: int) -> Snapshot:
        class Body:
            first = outer
            snapshot = capture()

        return Body.snapshot

    snapshot = in_thread(probed, 5)
    assert kinds(snapshot) == {"outer": "f", "first": "n"}
    assert snapshot.local("first").text == "5"


def test_module_level_names_are_names() -> None:
    namespace: dict[str, Any] = {"capture": capture}
    in_thread(exec, "x = 1\nsnapshot = capture()", namespace)
    assert kinds(namespace["snapshot"])["x"] == "n"


def test_variables_of_comprehensions() -> None:
    def probed() -> Snapshot:
        snapshots = [capture() for number in [7]]
        return snapshots[0]

    snapshot = in_thread(probed)
    assert snapshot.local("number").text == "7"
    assert kinds(snapshot)["number"] == "l"
    namespace: dict[str, Any] = {"capture": capture}
    in_thread(exec, "snapshots = [capture() for number in [7]]", namespace)
    snapshot = namespace["snapshots"][0]
    assert snapshot.local("number").text == "7"
    assert kinds(snapshot)["number"] == ("h" if sys.version_info >= (3, 12) else "l")


def test_generator_expression_shows_its_own_variables() -> None:
    def probed() -> Snapshot:
        factor = 2
        return next(capture() for number in [3] if factor)

    snapshot = in_thread(probed)
    assert kinds(snapshot) == {"number": "l", "factor": "f"}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="no type parameters")
def test_type_parameters_are_variables_of_the_scope_around() -> None:
    namespace: dict[str, Any] = {"capture": capture}
    source = "def generic[T](x: T):\n    y: T = x\n    return capture(), T\nsnapshot = generic(1)[0]"
    in_thread(exec, source, namespace)
    assert kinds(namespace["snapshot"]) == {"x": "a", "y": "l", "T": "f"}


def test_names_that_are_no_ascii_and_many_locals() -> None:
    names = ", ".join(f"v{i}" for i in range(300))
    namespace: dict[str, Any] = {"capture": capture}
    exec(f"def probed(número):\n    {names} = range(300)\n    return capture()", namespace)
    snapshot = in_thread(namespace["probed"], 1)
    assert len(snapshot.frames[0]["kinds"]) == extension.STROBE_CAPTURE_LOCALS_MAX
    assert snapshot.frames[0]["locals_cut"] == 301 - extension.STROBE_CAPTURE_LOCALS_MAX
    assert kinds(snapshot)["número"] == "a"
