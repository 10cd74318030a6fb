"""Attributes that C types compute are read from their data, and code of the program stands before them unread."""

from __future__ import annotations

import collections
import functools
import re
import types
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from evaluated import Ground


def function(a: int, b: int = 2, *, c: int = 3) -> int:
    """Its text."""
    return a + b + c


class Base:
    """A class."""

    __slots__ = ("field", "unset")

    def __init__(self) -> None:
        self.field = 5

    def method(self) -> None:
        """Nothing."""


class Derived(Base):
    """Another."""


class Pair(NamedTuple):
    left: int
    right: str


Old = collections.namedtuple("Old", "x y")


class Failure(Exception):
    """With fields."""

    def __init__(self, code: int) -> None:
        super().__init__("failed", code)
        self.code = code


class Hiding(Exception):
    @property
    def args(self) -> Any:  # type: ignore[override]
        raise AssertionError("code of the program ran")


class Disguised:
    @property
    def __class__(self) -> Any:
        raise AssertionError("code of the program ran")


class Number(int):
    @property
    def real(self) -> Any:
        raise AssertionError("code of the program ran")


class Meta(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise AssertionError("code of the program ran")


class Strange(metaclass=Meta):
    pass


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        try:
            raise KeyError("inner")
        except KeyError:
            raise error from cause
    except BaseException as caught:
        return caught


def stop() -> StopIteration:
    return StopIteration(42)


def released() -> memoryview:
    view = memoryview(b"abc")
    view.release()
    return view


def os_error() -> OSError:
    try:
        Path("/nonexistent/file").read_text(encoding="utf-8")
    except OSError as error:
        return error
    raise AssertionError


def unicode_error() -> UnicodeError:
    try:
        "é".encode("ascii")
    except UnicodeError as error:
        return error
    raise AssertionError


MATCH = re.search("b(c)", "abcd")
PARTIAL = functools.partial(function, 1, c=5)
INSTANCE = Derived()
SIGNALS = SystemExit(3)
VARIABLES: dict[str, Any] = {
    "r": range(1, 10, 2),
    "s": slice(1, None, -1),
    "i": 7,
    "t": True,
    "f": 2.5,
    "z": 3 + 4j,
    "function": function,
    "builtin": len,
    "bound": INSTANCE.method,
    "appending": [].append,
    "Base": Base,
    "Derived": Derived,
    "instance": INSTANCE,
    "module": types,
    "pair": Pair(1, "two"),
    "old": Old(3, 4),
    "error": raised(Failure(7), ValueError("cause")),
    "plain": raised(ValueError("no", "cause")),
    "stop": stop(),
    "os_error": os_error(),
    "unicode_error": unicode_error(),
    "exit": SIGNALS,
    "missing": raised(AttributeError("x", name="n", obj=5)),
    "group": ExceptionGroup("many", [ValueError(1)]),
    "limited": collections.deque([1], 3),
    "free": collections.deque(),
    "view": memoryview(b"abcdef"),
    "wide_view": memoryview(bytearray(24)).cast("I", (2, 3)),
    "partial": PARTIAL,
    "match": MATCH,
    "pattern": re.compile("x+", re.I),
    "default": collections.defaultdict(list),
    "int": int,
    "dict": dict,
    "OrderedDict": collections.OrderedDict,
    "deque": collections.deque,
    "code": function.__code__,
}

TABLE = r"""
r.start, r.stop, r.step, s.start, s.stop, s.step
range(3).start, range(3).stop, range(5)[1:4].start, range(3).step
i.real, i.imag, i.numerator, i.denominator, t.real, t.imag, t.numerator, (5).real, (-i).numerator
f.real, f.imag, (f + 1).real, (10**30).real, (10**30).denominator
z.real, z.imag
function.__name__, function.__qualname__, function.__module__, function.__doc__, function.__defaults__
function.__kwdefaults__, function.__code__, function.__closure__
builtin.__name__, builtin.__module__, appending.__name__, appending.__self__
bound.__self__, bound.__func__
Base.__name__, Derived.__qualname__, Base.__module__, Derived.__mro__, Derived.__bases__, Derived.__base__
int.__name__, int.__qualname__, int.__module__, int.__mro__, int.__base__, dict.__name__
OrderedDict.__name__, OrderedDict.__module__, deque.__name__, deque.__module__
Base.__basicsize__ == Base.__basicsize__
instance.__class__, i.__class__, f.__class__, 'x'.__class__, (1).__class__, [].__class__, None.__class__
instance.__class__.__name__, error.__class__.__name__
instance.field
instance.unset
instance.nothing
module.__name__, module.__doc__
pair.left, pair.right, old.x, old.y, pair.left + old.x
pair.middle
error.args, error.args[0], error.code, error.__cause__, error.__cause__.args, error.__context__.args[0]
error.__suppress_context__, plain.__cause__, plain.__suppress_context__, plain.args
error.__traceback__ is None, stop.__traceback__
stop.value, stop.args, exit.code, exit.args
os_error.errno, os_error.strerror, os_error.filename, os_error.filename2, os_error.args
unicode_error.encoding, unicode_error.object, unicode_error.start, unicode_error.end, unicode_error.reason
missing.name, missing.obj
group.message, group.exceptions[0].args
limited.maxlen, free.maxlen
view.nbytes, view.itemsize, view.format, view.ndim, view.shape, view.readonly
wide_view.nbytes, wide_view.itemsize, wide_view.format, wide_view.shape, wide_view.readonly
partial.func, partial.args, partial.keywords['c']
match.string, match.pos, match.endpos, match.re
pattern.pattern, pattern.flags, pattern.groups
default.default_factory
code.co_name, code.co_argcount, code.co_firstlineno, code.co_filename, code.co_flags
i.nothing
"""


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(VARIABLES)


@pytest.mark.parametrize("source", TABLE.strip().splitlines())
def test_an_attribute_agrees_with_python(ground: Ground, source: str) -> None:
    assert ground.difference(source) is None


OWN = Ground(
    {
        "hiding": Hiding("secret"),
        "disguised": Disguised(),
        "number": Number(3),
        "strange": Strange,
        "released": released(),
    }
)


@pytest.mark.parametrize("source", ["hiding.args", "disguised.__class__", "number.real", "strange.__name__"])
def test_an_attribute_of_the_programs_own_does_not_run(source: str) -> None:
    assert OWN.ours(source)[:2] == ("fault", "unsafe")


def test_a_released_memoryview_is_not_read() -> None:
    assert OWN.ours("released.nbytes")[:2] == ("fault", "ValueError")


def test_the_type_of_a_disguised_object_is_known() -> None:
    assert OWN.ours("disguised is disguised") == ("value", True)
