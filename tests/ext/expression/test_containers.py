"""Containers: looked into, walked, sliced, compared and combined as Python does, without code of what is in them."""

from __future__ import annotations

import enum
import random
import types
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from pathlib import Path
from typing import Any

import pytest
from evaluated import Ground, agree

SEED = 20261126

Point = namedtuple("Point", "x y")
Login = namedtuple("Login", "user password")


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Mine:
    """Its class would count each comparison and hash."""

    calls = 0

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        Mine.calls += 1
        return True

    def __hash__(self) -> int:
        Mine.calls += 1
        return hash("a")


class Plain:
    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


def check(sources: list[str], variables: dict[str, Any]) -> None:
    ground = Ground(variables)
    wrong = [line for line in map(ground.difference, sources) if line]
    assert not wrong, "\n".join(wrong)


# ---- Look-ups in the program's own tables ----


@pytest.mark.parametrize("count", [0, 1, 5, 8, 11, 100, 254, 300, 5000, 70_000])
def test_keys_are_found_in_dicts_and_sets_of_any_size(count: int) -> None:
    numbers = {number * 7: str(number) for number in range(count)}
    texts = {f"key {number}": number for number in range(count)}
    mixed: dict[Any, Any] = {
        **dict(list(texts.items())[:50]),
        **dict(list(numbers.items())[:50]),
        (1, "a"): 1,
        None: 2,
        2.5: 3,
        b"b": 4,
    }
    variables = {
        "numbers": numbers,
        "texts": texts,
        "mixed": mixed,
        "members": set(numbers),
        "frozen": frozenset(texts),
    }
    wanted = [
        "0",
        "7",
        "8",
        "7.0",
        "21.0",
        f"{(count - 1) * 7}",
        f"{count * 7}",
        "'key 0'",
        "'key ' + '3'",
        f"'key {count - 1}'",
    ]
    wanted += ["'k'", "b'b'", "(1, 'a')", "(1.0, 'a')", "None", "2.5", "5 / 2", "True", "'\\u00e9'"]
    sources = [f"{key} in {name}" for key in wanted for name in variables]
    sources += [f"{name}.get({key}, 'absent')" for key in wanted for name in ("numbers", "texts", "mixed")]
    sources += [f"{name}[{key}]" for key in wanted for name in ("numbers", "texts", "mixed")]
    check(sources, variables)


def test_keys_are_found_in_tables_from_which_much_was_removed() -> None:
    source = random.Random(SEED)
    table = {number: number for number in range(3000)}
    members = set(table)
    colliding = {number << 40: number for number in range(500)}
    for number in source.sample(range(3000), 2900):
        del table[number]
        members.discard(number)
    for number in source.sample(range(500), 300):
        del colliding[number << 40]
    ground = Ground({"table": table, "members": members, "colliding": colliding, "key": 0})
    for key in [*range(0, 3000, 13), *(number << 40 for number in range(0, 500, 3))]:
        ground.variables["key"] = key
        for expression in ("table.get(key)", "key in members", "colliding.get(key)", "key + 0 in table"):
            assert agree(ground.python(expression), ground.ours(expression)), (expression, key)


def test_keys_are_found_in_the_dict_of_an_object() -> None:
    one, other = Plain(a=1, b=2), Plain(b=3)
    other.__dict__["c"] = 4
    del one.__dict__["a"]
    fields: dict[Any, Any] = one.__dict__
    fields[7] = "seven"
    check(
        [
            f"{key} in {name}"
            for key in ("'a'", "'b'", "'c'", "7", "'' + 'b'")
            for name in ("one", "other", "proxy")
        ]
        + ["one['b']", "other['b']", "proxy['b']", "one == {'b': 2, 7: 'seven'}", "list(other.items())"],
        {"one": one.__dict__, "other": other.__dict__, "proxy": types.MappingProxyType({"b": 2, "a": None})},
    )


def test_keys_with_comparisons_of_their_own_are_never_asked() -> None:
    mine, twin = Mine(1), Mine(2)
    ground = Ground(
        {"table": {mine: 1, "b": 2}, "members": {mine, "b"}, "mine": mine, "twin": twin, "items": [mine, 1]}
    )
    Mine.calls = 0
    outcomes = {
        "'a' in table": ("value", False),
        "'b' in table": ("value", True),
        "'a' in members": ("value", False),
        "mine in table": ("value", True),
        "table[mine]": ("value", 1),
        "mine in members": ("value", True),
        "mine in items": ("value", True),
        "mine is items[0]": ("value", True),
        "items == items[:]": ("value", True),
    }
    for source, outcome in outcomes.items():
        assert ground.ours(source) == outcome, source
    for source in (
        "twin in table",
        "table[twin]",
        "twin in items",
        "twin == mine",
        "1 == mine",
        "hash(mine)",
        "{mine}",
        "mine < 1",
    ):
        assert ground.ours(source)[:2] == ("fault", "unsafe"), source
    assert Mine.calls == 0


def test_members_of_an_enumeration_are_keys_by_identity() -> None:
    check(
        [
            "table[red]",
            "red in table",
            "blue in table",
            "table.get(blue)",
            "red == red",
            "red != blue",
            "red in [blue, red]",
        ],
        {"table": {Colour.RED: "r"}, "red": Colour.RED, "blue": Colour.BLUE},
    )


# ---- Random containers ----


def leaf(source: random.Random) -> Any:
    return source.choice([0, 1, 1.0, True, None, "a", "b", "", b"a", 2**70, 0.5, (), frozenset(), "\u00e9"])


def hashable(source: random.Random, depth: int) -> Any:
    if depth == 0 or source.random() < 0.4:
        return leaf(source)
    items = [hashable(source, depth - 1) for _ in range(source.randrange(4))]
    return tuple(items) if source.random() < 0.6 else frozenset(items)


def anything(source: random.Random, depth: int) -> Any:
    if depth == 0 or source.random() < 0.3:
        return leaf(source)
    kind, count = source.randrange(5), source.randrange(4)
    if kind == 0:
        return [anything(source, depth - 1) for _ in range(count)]
    if kind == 1:
        return tuple(anything(source, depth - 1) for _ in range(count))
    if kind == 2:
        return {hashable(source, depth - 1): anything(source, depth - 1) for _ in range(count)}
    if kind == 3:
        return deque(anything(source, depth - 1) for _ in range(count))
    return {hashable(source, depth - 1) for _ in range(count)}


def test_random_containers_compare_as_in_python() -> None:
    source = random.Random(SEED + 1)
    ground = Ground({"a": None, "b": None, "key": None})
    sources = [f"a {sign} b" for sign in ("==", "!=", "<", "<=", ">", ">=", "in")]
    sources += [
        "key in b",
        "len(b)",
        "bool(a)",
        "hash(key)",
        "hash((key, key))",
        "{key: 1} == {key: 1.0}",
        "[*b] == list(b)",
    ]
    sources += [
        "[a, b] < [b, a]",
        "(a,) == (b,)",
        "str(key) == repr(key)",
        "b[key]",
        "sorted([a, b])",
        "{key, 1, 'a'} == {1, 'a', key}",
    ]
    wrong = []
    for _ in range(600):
        a, key = anything(source, 3), hashable(source, 2)
        b = source.choice([anything(source, 3), anything(source, 3), [a], {key: a}, (a, key), {key, 1}])
        ground.variables.update(a=a, b=b, key=key)
        wrong += [f"{line} with {a!r}, {b!r}, {key!r}" for line in map(ground.difference, sources) if line]
    assert not wrong, "\n".join(wrong[:20])


def test_slices_are_those_of_python() -> None:
    source = random.Random(SEED + 2)
    bounds = [None, 0, 1, -1, 2, -2, 5, -5, 7, 100, -100, 2**70, -(2**70), True]
    variables = {
        "sequence": None, "start": 0, "stop": 0, "step": 1, "given": slice(1, 4),
    }  # fmt: skip
    ground = Ground(variables)
    sequences = [
        list(range(6)),
        tuple("abcdef"),
        "abcdef",
        "a\u00e9\U0001f600def",
        b"abcdef",
        bytearray(b"abc"),
        range(3, 40, 5),
        range(0),
        "",
    ]
    for sequence in sequences:
        ground.variables["sequence"] = sequence
        for _ in range(120):
            start, stop, step = (source.choice(bounds) for _ in range(3))
            ground.variables.update(start=start, stop=stop, step=step, given=slice(start, stop, step))
            for expression in (
                "sequence[start:stop:step]",
                "sequence[start:stop]",
                "sequence[given]",
                "sequence[start]",
                "sequence[1.0]",
            ):
                got = ground.ours(expression)
                if isinstance(sequence, range) and got[:2] == ("fault", "limit"):
                    continue  # its bounds would have more than 64 bits
                assert agree(ground.python(expression), got), (expression, ground.variables)


def test_sets_combine_as_in_python() -> None:
    source = random.Random(SEED + 3)
    ground = Ground({"a": set(), "b": frozenset(), "table": {}, "items": []})
    sources = [
        f"{left} {sign} {right}"
        for sign in "|&-^"
        for left in ("a", "b", "table.keys()")
        for right in ("a", "b", "table.keys()")
    ]
    sources += [
        f"{left} {sign} {right}"
        for sign in ("==", "<", "<=", ">", ">=")
        for left in ("a", "table.keys()")
        for right in ("b", "a")
    ]
    sources += [
        f"{left}.{name}(items)"
        for left in ("a", "b")
        for name in (
            "union",
            "intersection",
            "difference",
            "symmetric_difference",
            "issubset",
            "issuperset",
            "isdisjoint",
        )
    ]
    sources += [
        "a.union(b, items, table)",
        "a.intersection(b, items)",
        "a.copy()",
        "b.copy()",
        "a.union()",
        "a | items",
        "a.add(1)",
    ]
    sources += [
        "table.items() & {(1, 1), (2, 3)}",
        "table.keys().isdisjoint(items)",
        "(1, 1) in table.items()",
        "table.items() == table.items()",
    ]
    sources += [
        "{**table, 'z': 1}",
        "table | {1: 2}",
        "a & {1, 2} | {3}",
        "{1} in {frozenset([1])}",
        "a in {frozenset(a)}",
    ]
    for _ in range(60):
        a = {source.randrange(8) for _ in range(source.randrange(8))}
        ground.variables.update(
            a=a,
            b=frozenset(source.randrange(8) for _ in range(source.randrange(8))),
            table={number: number for number in range(source.randrange(5))},
            items=[source.randrange(8) for _ in range(source.randrange(8))],
        )
        wrong = [line for line in map(ground.difference, sources) if line and "a.add" not in line]
        assert not wrong, (ground.variables, wrong)


# ---- Types derived from containers, and those of collections ----


def test_containers_of_the_standard_library_are_read_by_their_data() -> None:
    ordered = OrderedDict(a=1, b=2)
    ordered.move_to_end("a")
    check(
        ["dq[0]", "dq[-1]", "dq[200]", "len(dq)", "5 in dq", "list(dq)[:3]", "dq.index(7)", "dq.count(1)", "dq == dq", "dq[1:2]"]
        + ["od['a']", "od == {'a': 1, 'b': 2}", "od.get('z')", "'a' in od", "cnt['a']", "cnt == {'a': 2}", "dd['k']", "dd.get('z')"]
        + ["pt.x", "pt[1]", "pt == (1, 2)", "pt + (3,)", "pt.index(2)", "[*pt]", "pt[::-1]", "proxy['a']", "len(proxy)", "list(proxy)"]
        + ["[k for k in keys]", "sorted(values)", "list(items)", "len(keys)", "('a', 1) in items", "'a' in keys", "1 in values", "keys | {'z'}"],
        {
            "dq": deque(range(300)), "od": ordered, "cnt": Counter("aab"[:2]), "dd": defaultdict(list, k=[1]), "pt": Point(1, 2),
            "proxy": types.MappingProxyType({"a": 1}), "keys": {"a": 1}.keys(), "values": {"a": 1}.values(), "items": {"a": 1}.items(),
        },
    )  # fmt: skip


def test_a_missing_key_of_a_defaultdict_is_an_error_and_stays_missing() -> None:
    table: defaultdict[str, list[int]] = defaultdict(list)
    ground = Ground({"table": table})
    assert ground.ours("table['x']")[:2] == ("fault", "KeyError")
    assert not table


@pytest.mark.parametrize(
    "source",
    ["list(generator)", "1 in generator", "list(iterator)", "[x for x in handle]", "sum(generator)", "list(odd)", "odd[0]", "len(odd)", "1 in odd", "sorted(zipped)"],
)  # fmt: skip
def test_what_would_run_or_advance_something_is_refused(source: str) -> None:
    class Odd:
        def __iter__(self) -> Any:
            raise AssertionError

        __len__ = __getitem__ = __contains__ = __iter__

    iterator = iter([1, 2])
    with Path(__file__).open() as handle:
        ground = Ground(
            {
                "generator": (x for x in [1]),
                "iterator": iterator,
                "handle": handle,
                "odd": Odd(),
                "zipped": zip([1], [2]),
            }
        )
        assert ground.ours(source)[:2] == ("fault", "unsafe"), ground.ours(source)
    assert next(iterator) == 1


# ---- Bounds ----


@pytest.mark.parametrize(
    "source",
    ["[0] * 10**9", "(1, 2) * 2**70", "list(range(10**9))", "large + large", "set(range(20_000))", "[0] * 10_001", "large == copy", "deep == twin", "sorted(large)", "{**table, **table}"],
)  # fmt: skip
def test_what_is_too_large_ends_with_a_limit(source: str) -> None:
    deep: list[Any] = []
    twin: list[Any] = []
    for _ in range(40):
        deep, twin = [deep], [twin]
    large = list(range(100_000))
    table = {number: number for number in range(50_000)}
    ground = Ground({"large": large, "copy": list(large), "deep": deep, "twin": twin, "table": table})
    assert ground.ours(source)[:2] == ("fault", "limit"), ground.ours(source)


# ---- Secrets ----


@pytest.mark.parametrize(
    "source",
    [
        "d['password']", "d.get('password')", "d.get('password', 1)", "list(d.values())", "list(d.items())", "[v for k, v in d.items()]",
        "d == {'password': 1, 'name': 'x'}", "dict(d)", "d | {}", "{**d}", "pair[1]", "pair[-1]", "list(pair)", "pair[:]", "pair == ['password', 1]",
        "login[1]", "login.password", "list(login)", "login[:]", "field['value']", "list(field.values())", "d.copy()", "('password', 'x') in d.items()",
        "'hunter2' in d.values()", "hash(login)", "sorted(pair)", "max(d.values())", "b[b'password']", "('x', *login)", "pair + [1]", "pair * 2",
    ],
)  # fmt: skip
def test_what_stands_under_a_secret_name_cannot_be_reached(source: str) -> None:
    variables = {
        "d": {"name": "x", "password": "hunter2"},
        "pair": ["password", "hunter2"],
        "login": Login("ada", "hunter2"),
        "field": {"name": "password", "value": "hunter2"},
        "b": {b"password": 1},
    }
    outcome = Ground(variables).ours(source, secrets=("password",))
    assert outcome[:2] in (("fault", "redacted"), ("refused", "EDENIED")), outcome


def test_names_and_sizes_beside_a_secret_can_be_read() -> None:
    variables = {
        "d": {"name": "x", "password": "hunter2"},
        "login": Login("ada", "hunter2"),
        "pair": ["password", "hunter2"],
    }
    ground = Ground(variables)
    for source, value in {
        "d['name']": "x", "len(d)": 2, "'password' in d": True, "sorted(d)": ["name", "password"], "login.user": "ada", "login[0]": "ada",
        "len(pair)": 2, "pair[0]": "password",
    }.items():  # fmt: skip
        outcome = ground.ours(source, secrets=("password",))
        assert outcome in (("value", value), ("refused", "EDENIED")) or outcome[1] == "EDENIED", (
            source,
            outcome,
        )
