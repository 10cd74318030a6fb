"""What happens at a location, in words: a line is reached, a function called, an exception raised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """The words for one kind of location."""

    happened: str
    """Before the number of times: 'reached 5 times'."""
    never: str
    """In place of the counters, when there was none."""


_LINE = Place("reached", "the line was not reached")
_ENTRY = Place("called", "the function was not called")
_EXIT = Place("ended", "the function was not called, or no call has ended yet")
_RAISE = Place("raised", "nothing of that type was raised")
_UNHANDLED = Place("unhandled", "nothing of that type went unhandled")
_WAY = Place("completed", "nobody went all the way from the beginning of the timer to its end")


def place_of(probe: JsonObject) -> Place:
    """The words for where `probe` stands."""
    location = str(probe.get("location") or "")
    options = probe.get("options") or {}
    if location.startswith("raise:"):
        return _UNHANDLED if location.endswith(":unhandled") else _RAISE
    if probe.get("action") == "timer":
        return _WAY if options.get("until") else _EXIT
    if location.rpartition(":")[2].isdigit() or not location:
        return _LINE
    return _EXIT if location.endswith(":exit") else _ENTRY
