"""Captures made by the test extension, and how tests look at them."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

extension = pytest.importorskip("_strobe_test_capture")

SCHEMA = Path(__file__).parents[3] / "docs" / "snapshot-format.schema.json"


@functools.cache
def validator() -> Any:
    """Of docs/snapshot-format.schema.json; made once, for it takes longer than all checks of a test."""
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def check_format(body: dict[str, Any], count_max: int = 400) -> None:
    """Hold a body against the schema; of a large one only as many values, evenly spread."""
    values = body["values"]
    step = max(1, len(values) // count_max)
    sample = {name: part for name, part in body.items() if not name.startswith("test_")}
    validator().validate({**sample, "values": values[::step]})


class Value:
    """One value of a snapshot; attributes are those of docs/snapshot-format.md, None when absent."""

    def __init__(self, snapshot: Snapshot, ref: int) -> None:
        self.snapshot = snapshot
        self.ref = ref
        self.json: dict[str, Any] = snapshot.body["values"][ref]
        self.type = self.json.get("type")
        self.text = self.json.get("text")
        self.size = self.json.get("size")
        self.cut = self.json.get("cut")
        self.rule = self.json.get("rule")

    def __repr__(self) -> str:
        return f"{self.ref}: {self.json}"

    @property
    def items(self) -> list[Value]:
        return [Value(self.snapshot, ref) for ref in self.json["items"]]

    @property
    def entries(self) -> list[tuple[Value, Value]]:
        return [(Value(self.snapshot, key), Value(self.snapshot, item)) for key, item in self.json["entries"]]

    @property
    def fields(self) -> dict[str, Value]:
        return {name: Value(self.snapshot, ref) for name, ref in self.json["fields"]}

    def __getitem__(self, key: int | str) -> Value:
        """An item by position, or an entry or field by the text of its key."""
        if isinstance(key, int):
            return self.items[key]
        if "entries" in self.json:
            return next(item for name, item in self.entries if name.text == repr(key))
        return self.fields[key]

    def is_redacted(self, rule: str | None = None) -> bool:
        """Nothing is left but type, reason and rule."""
        return (
            set(self.json) == {"type", "cut", "rule"}
            and str(self.cut).startswith("redacted:")
            and rule in (None, self.rule)
        )


class Snapshot:
    """The body of a snapshot."""

    def __init__(self, text: str, check: bool = True) -> None:
        self.text = text
        self.body: dict[str, Any] = json.loads(text)
        self.frames = self.body["frames"]
        if check:
            check_format(self.body)
        count = len(self.body["values"])
        for value in self.body["values"]:
            refs = list(value.get("items", [])) + [ref for _, ref in value.get("fields", [])]
            refs += [ref for entry in value.get("entries", []) for ref in entry]
            assert all(0 <= ref < count for ref in refs)

    def local(self, name: str, frame: int = 0) -> Value:
        return Value(self, dict(self.frames[frame]["locals"])[name])

    def names(self, frame: int = 0) -> list[str]:
        return [name for name, _ in self.frames[frame]["locals"]]


ROUNDS = 4
"""How often at most blocks are counted: other threads of this process, those of xdist, allocate as well."""
BLOCKS = 5
"""What the lines between two readings of the count may hold themselves."""


def in_thread(function: Callable[..., Any], *args: Any, name: str = "probed") -> Any:
    """Call in a thread of its own, so that pytest's frames are not on the stack."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append((function(*args), None))
        except BaseException as error:
            outcome.append((None, error))

    thread = threading.Thread(target=run, name=name)
    thread.start()
    thread.join()
    result, error = outcome[0]
    if error is not None:
        raise error
    return result


def capture(depth: int = 0, check: bool = True) -> Snapshot:
    """The caller's frame, or one `depth` calls further out; without `check` not held against the schema, which takes a
    hundred times longer than the capture."""
    return Snapshot(extension.capture(depth + 1), check)


def look(subject: Any) -> Value:
    """A snapshot with `subject` as a local variable; that variable."""

    def probed(value: Any) -> Snapshot:
        return Snapshot(extension.capture())

    return in_thread(probed, subject).local("value")
