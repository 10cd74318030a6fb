"""The language says what Python says: a table of expressions, and random ones, against CPython's own eval()."""

from __future__ import annotations

import random
import sys

import pytest
from agreement_table import DIFFERENCES, TABLE
from built_in_data import variables
from evaluated import Ground, Outcome, agree
from random_expressions import Grammar

GROUND = Ground(variables())
RANDOM_COUNT = 4_000
SEED = 20261126


def sources(subject: str) -> list[str]:
    return TABLE[subject].strip("\n").split("\n")


def test_the_table_is_large() -> None:
    assert len(set().union(*map(sources, TABLE))) > 2000


@pytest.mark.parametrize("subject", TABLE)
def test_each_expression_means_what_python_says(subject: str) -> None:
    differences = [GROUND.difference(source) for source in sources(subject) if source not in DIFFERENCES]
    wrong = [line for line in differences if line]
    assert not wrong, f"{len(wrong)} of {len(sources(subject))}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("source", DIFFERENCES)
def test_each_difference_is_as_documented(source: str) -> None:
    kind, detail, _ = DIFFERENCES[source]
    got = GROUND.ours(source)
    assert got[0] == kind, got
    assert (repr(got[1]) if kind == "value" else got[1]) == detail, got
    assert not agree(GROUND.python(source), got), "no difference any more: take it off the list"


def test_each_difference_is_in_the_table() -> None:
    assert set(DIFFERENCES) <= set().union(*map(sources, TABLE))


def documented(expected: Outcome, got: Outcome) -> bool:
    """Arguments are computed before it is known whether there is such a method; there are no complex numbers."""
    looked_up_late = isinstance(expected[1], AttributeError) and got[0] == "fault"
    return looked_up_late or (isinstance(expected[1], complex) and got[:2] == ("fault", "TypeError"))


def test_random_expressions_mean_what_python_says() -> None:
    """Limits may be met instead: rarely, because the grammar keeps numbers and texts small."""
    grammar = Grammar(random.Random(SEED + sys.version_info[1]))
    wrong, limited = [], 0
    for _ in range(RANDOM_COUNT):
        source = grammar.expression()
        expected, got = GROUND.python(source), GROUND.ours(source)
        if got[:2] == ("fault", "limit"):
            limited += 1
        elif not agree(expected, got) and not documented(expected, got):
            wrong.append(f"{source}: Python {expected!r:.200}, ours {got!r:.200}")
    assert not wrong, f"{len(wrong)} of {RANDOM_COUNT}:\n" + "\n".join(sorted(wrong, key=len)[:40])
    assert limited < RANDOM_COUNT // 100
