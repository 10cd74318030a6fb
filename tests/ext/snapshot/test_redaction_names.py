"""How many names of secrets the rules find, and how many innocent ones they take for one."""

from __future__ import annotations

import os
import sysconfig
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from credential_names import held_back_names, used_names

_agent = pytest.importorskip("stroboscope._agent")

RECALL_MIN = 0.99
FLAGGED_MAX = 0.02
IDENTIFIERS_MIN = 20_000
IDENTIFIERS_ENOUGH = 25_000


def is_secret(name: str) -> bool:
    return _agent.redacted_name(name) is not None


@pytest.mark.parametrize("names", [used_names, held_back_names])
def test_names_of_secrets_are_found(names: Callable[[], list[str]]) -> None:
    """Also those that nobody looked at while the rules were written."""
    listed = names()
    missed = [name for name in listed if not is_secret(name)]
    assert len(listed) >= 1000
    shown = missed if names is used_names else "names that are held back are not to be looked at"
    assert len(missed) <= (1 - RECALL_MIN) * len(listed), f"{len(missed)} missed: {shown}"


def test_halves_have_no_name_in_common() -> None:
    assert not set(used_names()) & set(held_back_names())


def names_in(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    yield from code.co_varnames + code.co_cellvars + code.co_freevars
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from names_in(constant)


def identifiers() -> set[str]:
    """Of the standard library and of what is installed beside it, without the library's tests; some 25,000.

    With STROBE_PLANTED (make secrets) all of them, tests too.
    """
    found: set[str] = set()
    whole = "STROBE_PLANTED" in os.environ
    for folder in (sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["purelib"]):
        for file in sorted(Path(folder).rglob("*.py")):
            if not whole and (len(found) > IDENTIFIERS_ENOUGH or file.is_relative_to(Path(folder) / "test")):
                continue
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    code = compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
            except (SyntaxError, ValueError, OSError, RecursionError):
                continue  # the test suite has files that are none
            found.update(names_in(code))
    return found


def test_few_identifiers_of_a_large_code_base_are_flagged() -> None:
    names = identifiers()
    flagged = [name for name in names if is_secret(name)]
    assert len(names) >= IDENTIFIERS_MIN
    assert len(flagged) <= FLAGGED_MAX * len(names), sorted(flagged)[:100]
