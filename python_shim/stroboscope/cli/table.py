"""A table for people: columns as wide as their content, the last one clipped by the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from stroboscope.cli.terminal import Span, Terminal, columns, escape

_GAP = "  "


def print_table(terminal: Terminal, head: Sequence[str], rows: Sequence[Sequence[Span]]) -> None:
    """Print `rows` under `head`; every row has as many cells as the head."""
    widths = [len(title) for title in head]
    for row in rows:
        for index, (_, text) in enumerate(row):
            widths[index] = max(widths[index], columns(escape(text)))
    terminal.line(*_padded([("dim", title) for title in head], widths))
    for row in rows:
        terminal.line(*_padded(row, widths))


def _padded(row: Sequence[Span], widths: Sequence[int]) -> list[Span]:
    cells: list[Span] = []
    for (role, text), width in zip(row, widths, strict=True):
        clean = escape(text)
        cells += [(role, clean), ("", " " * (width - columns(clean)) + _GAP)]
    return cells[:-1]
