"""Expressions evaluated by the test extension and by Python's own eval(), and what counts as the same."""

from __future__ import annotations

import builtins
import datetime
import decimal
import math
import re
import struct
import uuid
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import pytest

extension = pytest.importorskip("_strobe_test_expression")

Outcome = tuple[Any, ...]
"""("value", object), ("fault", class name, message) or ("refused", code, message)"""


def evaluator(names: list[str], evaluate: Callable[..., Any] = extension.evaluate) -> Callable[..., Any]:
    """A function with these variables that evaluates its first argument where they are local."""
    scope: dict[str, Any] = {"_evaluate": evaluate}
    parameters = ", ".join(["_source", "_options", *names])
    exec(f"def probed({parameters}):\n    return _evaluate(_source, **_options)\n", scope)
    function: Callable[..., Any] = scope["probed"]
    return function


class Ground:
    """Variables to evaluate over, as locals of a function for us and as globals for Python."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.variables = dict(variables)
        self.probed = evaluator(list(self.variables))
        self.touching = evaluator(list(self.variables), extension.touch)

    def fault_of(self, expression: object) -> str:
        """The fault of a compiled expression, or "value"; no object is made of the value."""
        return str(extension.FAULTS[self.touching(expression, {}, *self.variables.values())])

    def ours(self, source: object, **options: Any) -> Outcome:
        return self.probed(source, options, *self.variables.values())

    def python(self, source: str) -> Outcome:
        scope = {**self.variables, "__builtins__": builtins, "matches": matches}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return "value", eval(source, scope)
        except SyntaxError as error:
            return "refused", "ESYNTAX", str(error)
        except RecursionError as error:
            return "fault", "limit", str(error)
        except Exception as error:
            return "fault", error, str(error)

    def difference(self, source: str) -> str | None:
        """What our outcome has that Python's has not; None when they agree."""
        expected, got = self.python(source), self.ours(source)
        return None if agree(expected, got) else f"{source}: Python {expected!r:.200}, ours {got!r:.300}"


def matches(text: str, pattern: str) -> bool:
    """What the probe language calls `matches`."""
    return re.search(pattern, text) is not None


def agree(expected: Outcome, got: Outcome) -> bool:
    if expected[0] != got[0]:
        return False
    if expected[0] == "value":
        return same(expected[1], got[1])
    if expected[0] == "fault":
        classes = [kind.__name__ for kind in type(expected[1]).__mro__] + [expected[1]]
        return got[1] in classes
    return bool(expected[1] == got[1])


def same(expected: Any, got: Any) -> bool:
    """Whether the two cannot be told apart by type, value, sign of zero, order of a dict."""
    if is_iterator(expected):
        return is_iterator(got) and same(list(expected), list(got))
    if type(expected) is not type(got):
        return False
    if isinstance(expected, float):
        return struct.pack("d", expected) == struct.pack("d", got) or (
            math.isnan(expected) and math.isnan(got)
        )
    if isinstance(expected, (list, tuple)):
        return len(expected) == len(got) and all(map(same, expected, got))
    if isinstance(expected, dict):
        return same(list(expected.items()), list(got.items()))
    if isinstance(expected, (set, frozenset)):
        return expected == got and same(sorted(map(marked, expected)), sorted(map(marked, got)))
    if isinstance(expected, slice):
        return same([expected.start, expected.stop, expected.step], [got.start, got.stop, got.step])
    if isinstance(expected, range):
        return same([expected.start, expected.stop, expected.step], [got.start, got.stop, got.step])
    if isinstance(expected, decimal.Decimal):
        return expected.as_tuple() == got.as_tuple()
    if isinstance(expected, (datetime.datetime, datetime.time)):
        return expected == got and expected.tzinfo == got.tzinfo and expected.fold == got.fold
    plain = (
        int,
        str,
        bytes,
        bytearray,
        type(None),
        type(...),
        datetime.date,
        datetime.timedelta,
        datetime.timezone,
        uuid.UUID,
    )
    return bool(expected == got) if isinstance(expected, plain) else expected is got


def is_iterator(value: object) -> bool:
    return hasattr(type(value), "__next__") or isinstance(
        value, (type({}.keys()), type({}.values()), type({}.items()))
    )


def marked(value: object) -> str:
    return f"{type(value).__name__} {value!r}"
