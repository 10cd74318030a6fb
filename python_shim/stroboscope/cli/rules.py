"""The rules of redaction, which are the agent's: there is no second set of them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from stroboscope.cli.failure import WRONG_USE, Failure

if TYPE_CHECKING:
    from types import ModuleType

Question = tuple[str | None, str, str | None, str]
"""The name a value stands under, the names of its type and bases (a line each), its text if it is a leaf, the
keys beside the name (a line each)."""
Verdict = tuple[str, str, str] | None
"""Rule, kind (name, pattern, type, unlisted), origin (built in, hub, process); None: shown."""


def judge(hub: str | None, process: str | None, questions: list[Question]) -> list[Verdict]:
    """What the policies, JSON texts, say of each; ValueError for one that cannot be compiled."""
    verdicts: list[Verdict] = _agent().redact_explain(hub, process, questions)
    return verdicts


def pattern_names() -> list[str]:
    """The built-in patterns by name."""
    names: list[str] = _agent().redact_patterns()
    return names


def _agent() -> ModuleType:
    try:
        from stroboscope import _agent
    except ImportError:
        raise Failure(
            WRONG_USE,
            f"the rules are in the agent, which is not built for this Python ({sys.version.split()[0]})",
            "Run strobe with a Python it was built for.",
        ) from None
    return _agent
