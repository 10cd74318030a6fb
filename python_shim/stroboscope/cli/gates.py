"""Where a probe stands, in words: the answer to "why did it not fire?"."""

from __future__ import annotations

from typing import Any

from stroboscope.cli.place import place_of

JsonObject = dict[str, Any]

_WORDS = {
    "condition_false": "condition false {}",
    "condition_error": "condition could not be evaluated {}",
    "no_span": "outside of any span {}",
    "rate_limited": "over the rate limit {}",
    "hit_limit": "after the last allowed hit {}",
    "expired": "after the expiry {}",
    "budget": "held back by the cost budget {}",
    "dropped": "lost because a buffer was full {}",
    "captured": "captured {}",
}
ROLES = {
    "armed": "good",
    "done": "good",
    "error": "bad",
    "suspended": "bad",
    "expired": "warn",
    "pending": "warn",
    "silent": "warn",
}
"""The terminal's role for each state."""
WRONG_USE_REASONS = frozenset(
    ("ambiguous", "location_syntax", "condition_name", "limit", "action")
    + tuple(
        f"{part}_{why}"
        for part in ("condition", "template", "value")
        for why in ("syntax", "unsupported", "redacted")
    )
)


def explain(state: JsonObject, probe: JsonObject) -> str:
    """One line on a `probe_state` of `probe`: its message, or its counters in words."""
    kind = state.get("state")
    message = str(state.get("message") or "")
    if kind == "error":
        return f"not armed: {message or state.get('reason') or 'no reason given'}"
    if kind == "pending":
        what = "waits" if state.get("reason") == "no_type" else "not loaded"
        return f"{what}: {message or 'this process has loaded no such file yet'}"
    gates = state.get("gates")
    counters = counts_in_words(gates if isinstance(gates, dict) else {}, probe)
    return f"{counters} ({message})" if message else counters


def counts_in_words(gates: JsonObject, probe: JsonObject) -> str:
    """'reached 48,120 times: condition false 48,120'."""
    place = place_of(probe)
    reached = _count(gates, "reached")
    parts = [
        words.format(f"{_count(gates, gate):,}") for gate, words in _WORDS.items() if _count(gates, gate)
    ]
    if not reached and not parts:
        return place.never
    head = f"{place.happened} {reached:,} {'time' if reached == 1 else 'times'}"
    return f"{head}: {', '.join(parts)}" if parts else head


def summed(states: list[JsonObject]) -> JsonObject:
    """The counters of all instances in one."""
    total: dict[str, int] = {}
    for state in states:
        gates = state.get("gates")
        if isinstance(gates, dict):
            for gate in gates:
                total[gate] = total.get(gate, 0) + _count(gates, gate)
    return total


def condition_fault(states: list[JsonObject]) -> str:
    """What an instance said of a condition that could not be evaluated; empty when none did."""
    for state in states:
        gates = state.get("gates")
        if isinstance(gates, dict) and _count(gates, "condition_error") and state.get("message"):
            return str(state["message"])
    return ""


def _count(gates: JsonObject, gate: str) -> int:
    value = gates.get(gate)
    return value if isinstance(value, int) else 0
