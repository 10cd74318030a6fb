"""Random graphs of objects: what a capture shows is what a walk in Python finds."""

from __future__ import annotations

import collections
import dataclasses
import os
import types
from typing import Any

from captured import Value, extension, look
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DEPTH = extension.STROBE_CAPTURE_DEPTH_MAX
ITEMS = extension.STROBE_CAPTURE_ITEMS_MAX
FIELDS = extension.STROBE_CAPTURE_FIELDS_MAX
LENGTH = extension.STROBE_CAPTURE_LENGTH_MAX


@dataclasses.dataclass
class Box:
    left: Any
    right: Any


class Slots:
    __slots__ = ("only",)


Pair = collections.namedtuple("Pair", "first second")

# No words that look like secrets, no characters that are escaped for the eye.
WORDS = st.text("abcxyz", max_size=12)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70).filter(lambda number: abs(number) < 10**8 or abs(number) > 10**20),
    st.floats(allow_nan=False, width=64),
    WORDS,
    st.binary(max_size=8).filter(lambda data: not data.isdigit()),
    st.integers(2**1100, 2**1200),
    st.sampled_from(["x" * 2000, b"y" * 2000, "é" * 1500]),
)


def holders(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def slotted(value: Any) -> Slots:
        made = Slots()
        made.only = value
        return made

    return st.one_of(
        st.lists(children, max_size=6),
        st.lists(children, max_size=4).map(tuple),
        st.lists(children, max_size=4).map(collections.deque),
        st.dictionaries(WORDS, children, max_size=5),
        st.dictionaries(WORDS, children, max_size=5).map(collections.OrderedDict),
        st.frozensets(WORDS, max_size=5),
        st.builds(Box, children, children),
        st.builds(Pair, children, children),
        st.builds(lambda value: types.SimpleNamespace(inner=value), children),
        children.map(slotted),
        st.integers(ITEMS - 1, ITEMS + 20).map(lambda count: list(range(count))),
        st.integers(FIELDS - 1, FIELDS + 5).map(
            lambda n: types.SimpleNamespace(**{f"f{i}": i for i in range(n)})
        ),
    )


GRAPHS = st.recursive(LEAVES, holders, max_leaves=40)


@st.composite
def with_aliases_and_cycles(draw: st.DrawFn) -> Any:
    """Several graphs in a list that holds some of them twice, and perhaps itself."""
    parts = draw(st.lists(GRAPHS, min_size=1, max_size=4))
    root: list[Any] = [*parts, *draw(st.lists(st.sampled_from(parts), max_size=3))]
    if draw(st.booleans()):
        root.append(root)
    return root


class Reference:
    """A walk over the same graph as the capture's, breadth first, that compares as it goes."""

    def __init__(self) -> None:
        self.refs: dict[int, int] = {}  # by identity
        self.queue: collections.deque[tuple[Any, Value, int]] = collections.deque()

    def compare(self, subject: Any, value: Value) -> None:
        self.see(subject, value, 0)
        while self.queue:
            self.one(*self.queue.popleft())

    def see(self, subject: Any, value: Value, depth: int) -> None:
        known = self.refs.get(id(subject))
        if known is None:
            self.refs[id(subject)] = value.ref
            self.queue.append((subject, value, depth))
        else:
            assert known == value.ref

    def one(self, subject: Any, value: Value, depth: int) -> None:
        kind = type(subject)
        name = (
            kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        )
        assert value.type == name
        if subject is None or isinstance(subject, (bool, int, float, str, bytes)):
            self.leaf(subject, value)
        elif depth == DEPTH and self.children(subject):
            assert value.cut == "depth"
            assert not {"items", "entries", "fields"} & set(value.json)
        else:
            self.holder(subject, value, depth)

    def leaf(self, subject: Any, value: Value) -> None:
        if isinstance(subject, (str, bytes)):
            assert value.size == len(subject)
            assert value.text == repr(subject[:LENGTH])
            assert value.cut == ("length" if len(subject) > LENGTH else None)
        elif isinstance(subject, int) and subject.bit_length() > 1024:
            assert (value.text, value.size) == (hex(subject), subject.bit_length())
        else:
            assert value.text == repr(subject)

    def children(self, subject: Any) -> list[tuple[str, Any]]:
        if isinstance(subject, Pair):
            return list(subject._asdict().items())
        if isinstance(subject, dict):
            return list(subject.items())
        if isinstance(subject, (list, tuple, collections.deque, frozenset)):
            return [("", item) for item in subject]
        if isinstance(subject, Slots):
            return [("only", subject.only)]
        return list(vars(subject).items())

    def holder(self, subject: Any, value: Value, depth: int) -> None:
        children = self.children(subject)
        if isinstance(subject, Pair) or not isinstance(
            subject, (dict, list, tuple, collections.deque, frozenset)
        ):
            shown = [(name, Value(value.snapshot, ref)) for name, ref in value.json["fields"]]
            most = FIELDS
            assert [name for name, _ in shown] == [name for name, _ in children[:most]]
            found = [item for _, item in shown]
        elif isinstance(subject, dict):
            most = ITEMS
            for (key, _), (shown_key, _) in zip(children, value.entries, strict=True):
                self.see(key, shown_key, depth + 1)
            found = [item for _, item in value.entries]
        else:
            most = ITEMS
            found = value.items
        assert len(found) == min(len(children), most)
        assert value.cut == ("items" if len(children) > most else None)
        for (_, child), item in zip(children, found, strict=False):
            self.see(child, item, depth + 1)


# The same graphs in each run, so that a failure belongs to a change; others with STROBE_TEST_LONG.
SAME = settings(
    deadline=None,
    database=None,
    derandomize=not os.environ.get("STROBE_TEST_LONG"),
    suppress_health_check=list(HealthCheck),
)


@settings(SAME, max_examples=150)
@given(with_aliases_and_cycles())
def test_capture_shows_what_a_walk_in_python_finds(subject: Any) -> None:
    value = look(subject)
    assert "cut" not in value.snapshot.body
    Reference().compare(subject, value)


@settings(SAME, max_examples=50)
@given(
    st.text(max_size=60), st.binary(max_size=60), st.dictionaries(st.text(max_size=20), st.text(max_size=20))
)
def test_any_text_gives_a_body_of_valid_utf_8(text: str, data: bytes, mapping: dict[str, str]) -> None:
    value = look([text, data, mapping, types.SimpleNamespace(**{f"_{name}": 1 for name in mapping})])
    assert value.size == 4
    assert "\x00" not in value.snapshot.text
