"""A stored hit as one line: a log line, the attributes of a span, or that a snapshot was taken."""

from __future__ import annotations

import sys
from typing import Any

from stroboscope.cli.duration import moment
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.terminal import Terminal

JsonObject = dict[str, Any]

_ROLES = {"warning": "warn", "error": "bad", "critical": "bad", "debug": "dim", "span": "name"}


def print_hit_line(summary: JsonObject, as_json: bool) -> None:
    """Print a `snapshot_summary` on stdout, at once."""
    if as_json:
        print_json(summary)
        return
    kind = str(summary.get("kind") or "snapshot")
    word = str(summary.get("level") or "info") if kind == "log" else kind
    text = str(summary.get("text") or "")
    if kind == "snapshot":
        text = f"{summary.get('id')}  {summary.get('function', '?')}"
    span = f"  trace {summary.get('trace_id')} span {summary.get('span_id')}" if kind == "span" else ""
    terminal = Terminal(sys.stdout)
    terminal.line(
        ("dim", moment(int(summary.get("time_us") or 0)) + "  "),
        (_ROLES.get(word, ""), f"{word:<8} "),
        ("", text),
        ("dim", f"{span}  {str(summary.get('instance', ''))[:8]}"),
        wrap_prefix="    ",
    )
    terminal.flush()
