"""A stand-in of OpenTelemetry: what the agent reads of it. The real one is not among what tests install."""

from __future__ import annotations

import contextvars
import sys
import types
from typing import Any

_current: contextvars.ContextVar[dict[str, Any]] = contextvars.ContextVar("current_context", default={})


class Span:
    def __init__(self, number: int) -> None:
        self._context = (0x4BF92F3577B34DA6A3CE929D0E0E0000 + number, number, False)


def be_traced() -> None:
    parts = {
        "opentelemetry.context": {"_RUNTIME_CONTEXT": types.SimpleNamespace(_current_context=_current)},
        "opentelemetry.trace.propagation": {"_SPAN_KEY": "span"},
    }
    for name, names in parts.items():
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(names)


def enter_span(number: int) -> None:
    """Every other number is within a span."""
    _current.set({"span": Span(number)} if number % 2 else {})
