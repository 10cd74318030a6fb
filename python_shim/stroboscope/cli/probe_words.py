"""A probe in one or two lines, as every list of probes shows it."""

from __future__ import annotations

from typing import Any

from stroboscope.cli.duration import ago
from stroboscope.cli.terminal import Terminal

JsonObject = dict[str, Any]


def print_probe_head(terminal: Terminal, probe: JsonObject) -> None:
    """Its id, service, place, and what it does."""
    terminal.line(
        ("title", str(probe.get("id", "?"))),
        ("", f"  {probe.get('service')}  "),
        ("name", str(probe.get("location"))),
        ("dim", f"  set {ago(probe.get('created_at_ms', 0))} ago by {probe.get('created_by')}"),
        wrap_prefix="    ",
    )
    if probe.get("condition"):
        terminal.line(("dim", "    if "), ("text", str(probe["condition"])), wrap_prefix="       ")
    does = _action(probe)
    if does:
        terminal.line(("dim", "    " + does), wrap_prefix="       ")


def _action(probe: JsonObject) -> str:
    """What it does, where that is not a plain snapshot."""
    options: JsonObject = probe.get("options") or {}
    parts = [_what(str(probe.get("action", "")), options)]
    labels = ", ".join(f"{label.get('name')}={label.get('value')}" for label in options.get("labels") or [])
    if labels:
        parts.append(labels if probe.get("action") == "span" else f"by {labels}")
    limits: JsonObject = probe.get("limits") or {}
    if limits.get("when"):
        parts.append(f"when {limits['when']}")
    return " ".join(part for part in parts if part)


def _what(action: str, options: JsonObject) -> str:
    if action == "log":
        return f"log {options.get('level', 'info')}: {options.get('template', '')}"
    if action == "metric":
        value = f" of {options['value']}" if options.get("value") else ""
        return f"{options.get('metric_kind', 'count')} {options.get('metric', '')}{value}"
    if action == "timer":
        until = f" until {options['until']}" if options.get("until") else ""
        return f"timer {options.get('metric') or ''}{until}".rstrip()
    if action == "memory":
        return f"memory by {options.get('by') or 'line'}"
    if action == "span":
        return "span:"
    watches = options.get("watches") or []
    return "watch " + ", ".join(map(str, watches)) if watches else ""
