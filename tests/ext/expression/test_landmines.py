"""No code of the program runs and nothing of it changes, whatever the expression."""

from __future__ import annotations

import contextvars
import gc
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import landmines
import pytest
from evaluated import extension
from random_expressions import CONSTANTS, Grammar

BATCH = 500
ORDINARY_COUNT = 20_000
MILLION = 1_000_000
SEED = 20261126

forget_lookups: Callable[[], None] = getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache
"""Empty the interpreter's cache of attributes found in types. It holds references to their names, and whoever looks up
another one may push them out; before 3.12 such names are not immortal."""

VARIABLE: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)


@pytest.fixture(autouse=True)
def no_collection() -> Iterator[None]:
    """What earlier tests left is gone, and the collector frees nothing while we count."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class MinedGrammar(Grammar):
    """Expressions of the language whose leaves are mostly mines."""

    constants = CONSTANTS
    attributes = (
        "stored computed lazy descriptor nondata method plain missing __class__ __dict__ a real year days int hex "
        "start id _target unset strobe_lazy_mine __len__ args password left RED value name"
    ).split(" ")
    calls = (
        "upper() lower() get('a') get(x_key) items() keys() values() index(1) count(1) copy() strip() split() method() "
        "static() grouped() isoformat() total_seconds() as_tuple() quantize(x_decimal) union(x_set) join(x_list) hex() "
        "bit_length() decode() startswith(x_str) replace(x_str, 'a') find(x_str) format(x_object) append(1) pop() send(None)"
    ).split(" ")
    functions = (
        "len str repr ascii int float bool abs min max sum any all sorted list tuple set frozenset dict type id hash iter "
        "enumerate reversed zip range round ord chr hex bin divmod format callable next date datetime Decimal UUID bytes "
        "Xobject Xint Xstr Xlist Xdict x_function x_partial x_bound map filter"
    ).split(" ")

    def __init__(self, source: random.Random, names: list[str]) -> None:
        super().__init__(source)
        self.mined = names
        self.names = dict.fromkeys(CONSTANTS, names)

    def mine(self) -> str:
        return self.random.choice(self.mined)

    def leaf(self, kind: str) -> str:
        if self.random.random() < 0.3:
            return super().leaf(kind)
        return self.mine()

    def of(self, kind: str, depth: int) -> str:
        if depth > 0 and self.random.random() < 0.5:
            return self.step(depth - 1)
        return super().of(kind, depth)

    def step(self, depth: int) -> str:
        """Something that would step on a mine in Python."""
        a, b = self.any(depth), self.any(depth)
        choice = self.random.randrange(14)
        makers: list[Callable[[], str]] = [
            lambda: f"({a}).{self.pick(self.attributes)}",
            lambda: f"({a}).{self.pick(self.attributes)}",
            lambda: f"({a}).{self.pick(self.calls)}",
            lambda: f"{self.pick(self.functions)}({a})",
            lambda: f"{self.pick(self.functions)}({a}, {b})",
            lambda: f"({a})[{b}]",
            lambda: f"({a} in {b})",
            lambda: (
                f"({a} {self.pick(['==', '!=', '<', 'is', '+', '-', '*', '%', '|', '&', '//', '**', '<<'])} {b})"
            ),
            lambda: f"[y for y in {a}]",
            lambda: f"{{{a}: {b}}}",
            lambda: f"f'{{{self.mine()}{self.pick(['', '!r', ':5', ':>8', '!s', ':.2f'])}}}'",
            lambda: f"{self.pick(['getattr', 'hasattr'])}({a}, {self.pick(self.attributes)!r})",
            lambda: (
                f"isinstance({a}, {self.pick(['Xobject', 'Xint', '(Xstr, int)', 'int', 'Colour', 'x_object'])})"
            ),
            lambda: (
                f"{self.pick(['sorted', 'max', 'min', 'sum'])}({a}, key={self.pick(['len', 'str', 'x_function'])})"
            ),
        ]
        return makers[choice]()


class State:
    """All that an evaluation might have changed, of everything that can be reached from the mines."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self.objects = reachable(variables)
        self.dicts = [item for item in self.objects if issubclass(type(item), dict)]
        self.iterators = [variables[name] for name in ("x_listiter", "x_dictiter", "x_reversed")]
        self.variables = variables
        self.frame = variables["x_generator"].gi_frame  # made when first asked for: here, not while we watch

    def explain(self, before: Any, after: Any) -> str:
        """The first entry that differs, with the type of the object it is about."""
        if not isinstance(before, list):
            return f"{before} to {after}"
        at = next(place for place, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1])
        about = (
            type.__dict__["__qualname__"].__get__(type(self.objects[at]))
            if len(before) == len(self.objects)
            else at
        )
        return f"{about}: {before[at]} to {after[at]}"

    def read(self) -> dict[str, Any]:
        forget_lookups()
        return {
            "references": [sys.getrefcount(item) for item in self.objects],
            "graph": [tuple(map(id, gc.get_referents(item))) for item in self.objects],
            "dicts": [extension.dict_state(item) for item in self.dicts],
            "contents": [tuple((id(k), id(v)) for k, v in dict.items(item)) for item in self.dicts],
            "iterators": [repr(item.__reduce__()) for item in self.iterators],
            "generator": self.frame.f_lineno,
            "count": repr(self.variables["x_count"]),
            "countdown": object.__getattribute__(self.variables["x_countdown"], "left"),
            "files": (self.variables["x_file"].tell(), self.variables["x_stringio"].tell()),
            "trace": (sys.gettrace(), sys.getprofile()),
            "context": [(str(key), id(value)) for key, value in contextvars.copy_context().items()],
            "exception": tuple(map(id, sys.exc_info())),
            "modules": len(sys.modules),
        }


def reachable(variables: dict[str, Any]) -> list[Any]:
    """The mines and what they hold, without what belongs to the interpreter."""
    found: dict[int, Any] = {}
    todo = list(variables.values())
    mine = ("landmines", "test_landmines")
    while todo:
        item = todo.pop()
        kind = type(item)
        if id(item) in found or issubclass(kind, (type(sys), type(reachable), type(reachable.__code__))):
            continue
        if kind in (int, bool, type(None), type(...)) or (kind in (str, bytes, tuple) and len(item) < 2):
            continue  # the interpreter's own, which our own counting uses too; before 3.12 they are not immortal
        if issubclass(kind, type) and type.__getattribute__(item, "__module__") not in mine:
            continue
        found[id(item)] = item
        todo.extend(gc.get_referents(item))
    return list(found.values())


def visitor(names: list[str]) -> Callable[..., tuple[list[int], int, int]]:
    """A function with the mines as locals that evaluates many expressions and looks at the allocator around it."""
    scope: dict[str, Any] = {
        "touch": extension.touch,
        "blocks": sys.getallocatedblocks,
        "count": gc.get_count,
        "append": list.append,
    }
    exec(
        f"def visit(_expressions, {', '.join(names)}):\n"
        "    _count = count()[0]\n"
        "    _blocks = blocks()\n"
        "    for _expression in _expressions:\n"
        "        touch(_expression)\n"
        "    _blocks = blocks() - _blocks\n"
        "    _count = count()[0] - _count\n"
        "    _faults = []\n"  # no comprehension: before 3.12 it would be a frame of its own, without these names
        "    for _expression in _expressions:\n"
        "        append(_faults, touch(_expression))\n"
        "    return _faults, _blocks, _count\n",
        scope,
    )
    function: Callable[..., tuple[list[int], int, int]] = scope["visit"]
    return function


class Minefield:
    def __init__(self) -> None:
        self.variables = landmines.mines()
        names = list(self.variables)
        self.visit = visitor(names)
        self.state = State(self.variables)
        self.faults: dict[int, int] = {}
        self.refused = 0
        self.values = 0
        _, self.quiet_blocks, self.quiet_count = self.visited([])

    def visited(self, expressions: list[Any]) -> tuple[list[int], int, int]:
        """Faults, blocks allocated, objects for the collector. The interpreter's own come and go: the least of two."""
        visits = [self.visit(expressions, *self.variables.values()) for _ in range(2)]
        return visits[0][0], min(blocks for _, blocks, _ in visits), min(count for _, _, count in visits)

    def cross(self, sources: list[str]) -> str | None:
        """Evaluate all; what was touched or changed, or None."""
        compiled = [(source, extension.compile(source)) for source in sources]
        expressions = [made for _, made in compiled if not isinstance(made, tuple)]
        self.refused += len(sources) - len(expressions)
        try:
            raise KeyError("handled")
        except KeyError:
            before = self.state.read()
            with landmines.armed() as calls:
                results, blocks, count = self.visited(expressions)
            after = self.state.read()
        for fault in results:
            self.faults[fault] = self.faults.get(fault, 0) + 1
        if calls:
            return f"calls {calls[:5]}"
        for what, value in before.items():
            if after[what] != value:
                return f"{what} changed: {self.state.explain(value, after[what])}"
        if blocks > self.quiet_blocks:
            return f"{blocks - self.quiet_blocks} blocks more"
        if count != self.quiet_count:
            return f"{count - self.quiet_count} more objects for the collector"
        return None

    def culprits(self, sources: list[str]) -> list[str]:
        found = []
        for source in sources:
            trouble = self.cross([source])
            if trouble:
                found.append(f"{source}: {trouble}")
        return found


def walk(count: int, seed: int) -> Minefield:
    """Cross the field with `count` random expressions; fails at the first batch that touches anything."""
    field = Minefield()
    grammar = MinedGrammar(random.Random(seed), [name for name in field.variables if name.startswith("x_")])
    for _ in range(count // BATCH):
        sources = [grammar.expression() for _ in range(BATCH)]
        trouble = field.cross(sources)
        if trouble:
            culprits = field.culprits(sources)
            pytest.fail(f"{trouble}; alone: " + "\n".join(culprits[:20] or ["none"]))
    return field


def test_random_expressions_touch_nothing() -> None:
    field = walk(ORDINARY_COUNT, SEED)
    assert sum(field.faults.values()) > ORDINARY_COUNT // 3  # not refused
    assert field.faults[0] > ORDINARY_COUNT // 20  # some have values


TOUCHES = """
len({x})
bool({x})
{x} == 1
{x} < 1
{x} + 1
-{x}
{x} in [1]
1 in {x}
{x}[0]
{x}['a']
next(iter({x}))
str({x})
repr({x})
f'{{{x}:5}}'
hash({x})
int({x})
{x}()
{x}.computed
{x}.lazy
{x}.descriptor
{x}.nondata
{x}.missing
isinstance(1, {x})
isinstance({x}, str)
type({x})()
dir({x})
"""


def test_mines_are_live() -> None:
    """Python's own evaluation steps on nearly every one, and on nearly every kind of special method."""
    variables = landmines.mines()
    names = [name for name in variables if name.startswith("x_")]
    harmless = set()
    stepped: set[str] = set()
    for name in names:
        before = len(stepped)
        counts = 0
        for touch in TOUCHES.strip().split("\n"):
            with landmines.armed() as calls:
                try:
                    eval(touch.format(x=name), dict(variables))
                except Exception:
                    pass
            stepped |= {call.split(" ")[-1] if "." not in call else call.split(".")[-1] for call in calls}
            counts += len(calls)
        if not counts:
            harmless.add(name)
    assert len(names) - len(harmless) > 40, harmless
    assert len(stepped) > 40, sorted(stepped)


def test_a_touch_is_noticed() -> None:
    """The watch itself: a reference, a key, an item of an iterator, a variable of the context, each seen."""
    field = Minefield()
    variables = field.variables
    touches: dict[str, Callable[[], object]] = {
        "references": lambda: landmines.KEEP.append(variables["x_slotted"]),
        "graph": lambda: variables["x_plain_list"].append(variables["x_key"]),
        "dicts": lambda: variables["x_plain_dict"].__setitem__("new", 1),
        "contents": lambda: variables["x_plain_dict"].__setitem__("a", 2),
        "iterators": lambda: next(variables["x_listiter"]),
        "count": lambda: next(variables["x_count"]),
        "countdown": lambda: next(variables["x_countdown"]),
        "files": lambda: variables["x_file"].read(1),
        "context": lambda: VARIABLE.set(VARIABLE.get() + 1),
        "trace": lambda: sys.setprofile(lambda *_: None),
    }
    for what, touch in touches.items():
        before = field.state.read()
        touch()
        after = field.state.read()
        sys.setprofile(None)
        assert before[what] != after[what], what
    assert field.cross(["x_number"]) is None


def test_an_allocation_is_noticed() -> None:
    field = Minefield()
    genuine = field.visit
    kept: list[object] = []

    def visit(*args: Any) -> tuple[list[int], int, int]:
        faults, blocks, count = genuine(*args)
        kept.append(object())
        return faults, blocks + 1, count

    field.cross(["x_number"])
    field.visit = visit
    trouble = field.cross(["x_number"])
    assert trouble is not None
    assert trouble.endswith("blocks more")


@pytest.mark.landmines
@pytest.mark.timeout(7200)
def test_a_million_random_expressions_touch_nothing() -> None:
    started = time.monotonic()
    field = walk(MILLION, SEED + 1)
    names = extension.FAULTS
    faults = {names[number]: count for number, count in sorted(field.faults.items())}
    print(
        f"\n{MILLION} expressions, {field.refused} refused when compiled, outcomes {faults}; "
        f"0 calls, nothing changed; {time.monotonic() - started:.0f} s"
    )
