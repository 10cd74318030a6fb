"""What cannot be read at run time without the program's code: the fault, and the field that is named instead."""

from __future__ import annotations

import functools
import sys
import warnings

import pytest
from evaluated import extension


class Account:
    limit = 10

    def __init__(self) -> None:
        self._total = 5
        self.owner = None

    @property
    def total(self) -> int:
        return self._total

    @property
    def nothing(self) -> int:
        return 1

    @property
    def secret_one(self) -> object:
        return self.password  # type: ignore[attr-defined]

    @functools.cached_property
    def cached(self) -> int:
        return self._total

    def method(self) -> None:
        raise SystemExit


class Lazy:
    def __getattr__(self, name: str) -> object:
        raise SystemExit(name)


class OwnGet(dict[str, int]):
    def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
        raise SystemExit(key)


def call_me() -> None:
    raise SystemExit


def outcome(source: str) -> tuple[str, str]:
    order, lazy, own = Account(), Lazy(), OwnGet(a=1)
    order.password = "x"  # type: ignore[attr-defined]
    len = call_me
    text, number = "abc", 7
    result = extension.evaluate(source, ("password",))
    return str(result[1]), str(result[-1])


@pytest.mark.parametrize(
    ("source", "fault", "words"),
    [
        (
            "order.total",
            "unsafe",
            "'order.total' is a property; its getter would run. Read the field it uses: 'order._total'",
        ),
        ("order.cached", "unsafe", "'order._total'"),
        ("order.nothing", "unsafe", "'order.nothing' is a property"),
        ("[x.total for x in [order]]", "unsafe", "'Account.total' is a property"),
        ("order.method", "unsafe", "'order.method' is a method"),
        ("order.missing", "AttributeError", "'Account' object has no attribute 'missing'"),
        ("lazy.anything", "unsafe", "its __getattr__ would run"),
        ("own.get('a')", "unsafe", "'OwnGet.get' overrides that of dict"),
        ("len(text)", "unsafe", "not the built-in function of that name"),
        ("any(len(t) for t in [text])", "unsafe", "not the built-in function of that name"),
        ("text.items()", "AttributeError", "'str' object has no attribute 'items'"),
        (
            "[y for x in [1] if x > 5 for y in [2]] + [z for z in [1]] + [y for y in y_not_there]",
            "NameError",
            "y_not_there",
        ),
        ("$exception", "NameError", "'$exception' has no value here; it has one at the exit of a function"),
        ("$trace_id", "NameError", "inside a trace"),
    ],
)
def test_the_fault_names_what_would_run_and_what_to_read(source: str, fault: str, words: str) -> None:
    kind, message = outcome(source)
    assert (kind, words in message) == (fault, True), message


def test_a_secret_field_is_not_suggested() -> None:
    assert "password" not in outcome("order.secret_one")[1]


def test_a_variable_of_a_comprehension_does_not_leak() -> None:
    assert outcome("[number for number in [1]] + [number]")[1] == "[1, 7]"
    assert outcome("[[a for a in b] for b in ['x']] + [a]")[0] == "NameError"
    assert outcome("[a for b in [1, 2] if b == 2 or (a and 0) for a in [b]]")[0] == "NameError"


@pytest.mark.skipif(sys.version_info < (3, 14), reason="template strings are new in 3.14")
def test_a_template_string_is_refused_with_what_to_write() -> None:
    assert outcome("t'{number}'") == (
        "EUNSUPPORTED",
        "column 1: a template string is an object, not text; write f'...'",
    )


WARNED_ABOUT = [
    r"'\.'", r"b'\.'", r"b'\u0041'", r"'\400'", r"'\8'", r"f'{text}\.'", r"f'\{text}'", r"f'{text:\.}'",
    "1and 2", "1.in text", "1jor 2", "0x1for x in text", "1_000or 2", "1e5if text else 2", "[1for x in text]",
    "f'{1or 2}'",
]  # fmt: skip
FINE = [
    r"r'\.'", r"rb'\.'", r"'\377\x41\u0041\\'", r"f'{text}\n'", r"rf'{number:>5}'", "1 and 2", "1.5e-3", "0xFF or 2",
    "1_000 or 2", "1.", "1..real", ".5e5", "2j == 2j", "0b101", r"'''\
'''",
]  # fmt: skip


@pytest.mark.parametrize("source", WARNED_ABOUT)
def test_what_the_parser_warns_about_is_refused_before_it_warns(source: str) -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        code, message = outcome(source)
    assert code == "ESYNTAX", message
    assert not seen


@pytest.mark.parametrize("source", [r"'\N{BULLET}'", r"f'\N{BULLET}{text}'", r"f'{number:\N{BULLET}>5}'", r"'\N'"])
def test_a_character_by_its_name_is_refused_because_python_would_import_its_table(source: str) -> None:
    code, message = outcome(source)
    assert code == "EUNSUPPORTED"
    assert message.endswith("write the character itself, or \\u and its number")


@pytest.mark.parametrize("source", FINE)
def test_what_the_parser_reads_in_silence_is_not_refused(source: str) -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        code, message = outcome(source)
    assert code != "ESYNTAX", message
    assert not seen
