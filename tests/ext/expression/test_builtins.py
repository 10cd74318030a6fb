"""Builtins beyond the table of test_agreement: what they may call, what they refuse, and random uses of them."""

from __future__ import annotations

import abc
import random
from typing import Any, Protocol, runtime_checkable

import pytest
from evaluated import Ground, agree

SEED = 20261126


class Base:
    kind = "base"

    def __init__(self) -> None:
        self.size = 3


class Derived(Base):
    @property  # type: ignore[misc]
    def __class__(self) -> Any:  # what isinstance() must not ask
        raise AssertionError


class Abstract(abc.ABC):
    pass


class Concrete(Abstract):
    pass


@runtime_checkable
class Sized(Protocol):
    size: int


def test_sorting_is_stable_in_both_directions() -> None:
    source = random.Random(SEED)
    ground = Ground({"items": []})
    sources = [
        "sorted(items)",
        "sorted(items, reverse=True)",
        "sorted(items, key=len)",
        "sorted(items, key=len, reverse=True)",
    ]
    sources += [
        "sorted(items, key=str.lower)",
        "max(items, key=len)",
        "min(items, key=len)",
        "sorted(items, key=max)",
        "sorted(items)[:3]",
    ]
    for _ in range(80):
        ground.variables["items"] = [
            "".join(source.choices("abAB", k=source.randrange(1, 4))) for _ in range(source.randrange(1, 40))
        ]
        wrong = [line for line in map(ground.difference, sources) if line]
        assert not wrong, wrong


@pytest.mark.parametrize(
    "source",
    [
        "isinstance(derived, Base)", "isinstance(derived, Derived)", "isinstance(base, Derived)", "isinstance(1, (str, (bytes, int)))",
        "isinstance(True, int)", "isinstance(None, type(None))", "isinstance(1, int | None)", "isinstance('a', int | str | None)",
        "isinstance(1 + 1, int)", "isinstance([1][:], list)", "isinstance({1: 2} | {}, dict)", "isinstance(1, union)", "isinstance(1.5, union)",
        "issubclass(Derived, Base)", "issubclass(Base, (int, Derived))", "issubclass(bool, int)", "isinstance(concrete, Concrete)",
        "isinstance(1, 2)", "isinstance(1, 'int')", "issubclass(1, int)", "type(derived) is Derived", "type(base) == Base", "isinstance(1, ())",
    ],
)  # fmt: skip
def test_classes_are_asked_by_their_bases_alone(source: str) -> None:
    ground = Ground(
        {
            "derived": Derived(),
            "base": Base(),
            "Base": Base,
            "Derived": Derived,
            "Concrete": Concrete,
            "concrete": Concrete(),
            "union": int | str,
        }
    )
    assert agree(ground.python(source), ground.ours(source)), ground.ours(source)


@pytest.mark.parametrize(
    "source",
    [
        "isinstance(base, Abstract)",
        "isinstance(base, Sized)",
        "issubclass(Base, Abstract)",
        "isinstance(1, (str, Abstract))",
    ],
)
def test_a_metaclass_that_decides_by_code_is_refused(source: str) -> None:
    ground = Ground({"base": Base(), "Base": Base, "Abstract": Abstract, "Sized": Sized})
    assert ground.ours(source)[:2] == ("fault", "unsafe")


@pytest.mark.parametrize(
    "source",
    [
        "getattr(base, 'size')", "getattr(base, 'si' + 'ze')", "getattr(base, name)", "getattr(base, 'nope', 7)", "getattr(base, 'no' + 'pe', 7)",
        "getattr(base, 'nope')", "getattr(base, 'ki' + 'nd')", "hasattr(base, 'size')", "hasattr(base, 'si' + 'ze')", "hasattr(base, 'nope')",
        "hasattr('a', 'upper')", "getattr(base, 1)", "hasattr(base, 1)", "getattr(Base, 'kind')", "getattr(base, 'nope', None) is None",
        "[getattr(base, n, 0) for n in ['size', 'x']]",
    ],
)  # fmt: skip
def test_attributes_by_name_agree(source: str) -> None:
    ground = Ground({"base": Base(), "Base": Base, "name": "size"})
    assert agree(ground.python(source), ground.ours(source)), ground.ours(source)


@pytest.mark.parametrize(
    "source",
    [
        "getattr(base, 'size')",
        "getattr(base, 'si' + 'ze')",
        "hasattr(base, 'size')",
        "getattr(base, name, 1)",
        "getattr(base, 'nosize', 1)",
    ],
)
def test_attributes_with_a_secret_name_are_refused(source: str) -> None:
    ground = Ground({"base": Base(), "name": "size"})
    outcome = ground.ours(source, secrets=("size", "nosize"))
    assert outcome[:2] in (("fault", "redacted"), ("refused", "EDENIED")), outcome


@pytest.mark.parametrize(
    "source",
    [
        "sorted(items, key=mine)",
        "max(items, key=mine)",
        "list(map(mine, items))",
        "list(filter(mine, items))",
        "mine(1)",
    ],
)
def test_functions_of_the_program_are_never_called(source: str) -> None:
    def mine(item: object) -> object:
        raise AssertionError

    outcome = Ground({"items": [2, 1], "mine": mine}).ours(source)
    assert outcome[1] in ("unsafe", "EUNSUPPORTED"), outcome


def test_a_builtin_that_the_program_replaced_is_not_taken_for_the_genuine() -> None:
    outcome = Ground({"len": lambda value: 7, "items": [1]}).ours("len(items)")
    assert outcome[1] in ("unsafe", "EUNSUPPORTED"), outcome


@pytest.mark.parametrize(
    "source",
    [
        "list(zip([1, 2], 'ab', range(9)))", "list(zip())", "list(zip([1]))", "list(zip([1], [1, 2], strict=True))", "list(zip([1, 2], [1], strict=True))",
        "list(zip([1], [2], strict=True))", "list(enumerate('ab'))", "list(enumerate('ab', 5))", "list(enumerate('ab', start=-1))", "dict(enumerate('ab'))",
        "list(map(max, [1, 5], [3, 2]))", "list(map(str, [1, 2.5, None]))", "list(filter(None, [0, 1, '', 'a']))", "list(map(len, 'ab', 'cd'))",
        "list(reversed([1, 2]))", "list(reversed('ab'))", "list(reversed(range(3)))", "list(reversed({'a': 1}))", "list(reversed({1}))", "list(reversed(1))",
        "dict([(1, 2), [3, 4]])", "dict(['ab', 'cd'])", "dict(a=1, b=2)", "dict({'a': 0}, a=1)", "dict([(1, 2, 3)])", "dict([1])", "dict(1)", "dict([(1, 2)], x=3)",
        "bytes(3)", "bytes([1, 255])", "bytes([256])", "bytes(-1)", "bytes('a')", "bytes('a', 'utf-8')", "bytes(b'ab')", "bytearray(b'ab')", "bytes([1.5])",
        "str(b'a', 'ascii')", "str(b'\\xff', 'utf-8')", "str(1, 'utf-8')", "str()", "str('a')", "ascii('\\u00e9')", "repr('a')", "format(255, '#x')",
        "chr(0x10ffff)", "chr(-1)", "chr(0x110000)", "ord('')", "ord('ab')", "ord(b'a')", "hex(-255)", "bin(0)", "oct(8)", "hex(1.0)", "bin('1')",
        "range(0)", "range(1, 10, -1)", "range(5)[2:]", "range(1, 2, 0)", "range('a')", "range(1.0)", "len(range(10**12))", "range(10**12)[-1]",
        "slice(3)", "slice(1, 2)", "[0, 1, 2, 3][slice(1, 3)]", "'abcdef'[slice(None, None, -2)]", "slice(1) == slice(None, 1, None)", "slice(1) < slice(2)",
        "callable(len)", "callable(1)", "callable(int)", "any([])", "all([])", "any([0, '', None, [0]])", "all([1, 'a', [0]])", "any('ab')", "any(5)",
        "min([])", "max([], default=1)", "min(1)", "min(1, 'a')", "max(1, 1.0)", "max(1.0, 1)", "min(2, 1, default=3)", "max('abc')", "sum(['a'], '')",
        "sum([[1], [2]], [])", "sum([1, 'a'])", "sum([True, 2.5, 10**30])", "sum([], 5)", "sum([0.1] * 10)", "sum([1, 0.1, 0.2, 0.3, 5])", "sum([1], start=2)",
        "abs(-2**63)", "abs('a')", "abs(True)", "divmod(7, -2)", "divmod('a', 1)", "pow(2, 3)", "pow(base=2, exp=5)", "pow(2, -1, 7)", "pow(2, -1, 4)",
        "pow(2, 3, 0)", "pow(2.0, 3, 4)", "round(2.5)", "round(number=2.567, ndigits=1)", "round('a')", "round(1.5, 'a')", "round(12345, -2)", "round(1, 2)",
        "int()", "int(3.9)", "int('12', base=5)", "int('zz', 36)", "int(12, 5)", "int(None)", "int('a')", "float()", "float(None)", "float([])", "bool()", "bool([])",
        "len()", "len(1, 2)", "len(x=1)", "abs()", "sorted()", "sorted([1], [2])", "sorted(1)", "isinstance(1)", "hash(1.0) == hash(1)", "id(None) == id(None)",
        "tuple()", "tuple([1])", "list()", "set()", "frozenset()", "list(5)", "tuple('ab')", "set('aab')", "list({1: 2})", "hash('a') == hash('a')",
    ],
)  # fmt: skip
def test_builtins_agree(source: str) -> None:
    ground = Ground({})
    assert agree(ground.python(source), ground.ours(source)), (ground.python(source), ground.ours(source))
