"""Where memory went, as people read it: what `strobe mem` answers, and the readings of memory probes."""

from __future__ import annotations

from typing import Any

from stroboscope.cli.table import print_table
from stroboscope.cli.terminal import Span, Terminal

JsonObject = dict[str, Any]


def print_reading(terminal: Terminal, memory: JsonObject) -> None:
    """One hit of a memory probe: what changed since its hit before."""
    since = number(memory, "since_hit")
    passes = number(memory, "passes")
    terminal.line(
        ("title", f"Hit {number(memory, 'hit')}"),
        ("dim", f", {passes:,} {'pass' if passes == 1 else 'passes'} of the line since "),
        ("dim", f"hit {since}" if since else "it was armed"),
        ("dim", f"; read {number(memory, 'delay_us') / 1000:.1f} ms after the hit"),
        wrap_prefix="  ",
    )
    print_changes(terminal, memory, str(memory.get("by") or "line"))
    change = number(memory, "bytes_change")
    if passes > 1 and change:
        terminal.line(("dim", f"{_signed(change // passes)} for each pass on average."))


def print_changes(terminal: Terminal, answer: JsonObject, by: str, since: str = "") -> None:
    """Sums and rows of a `memory` with changes; `by` is line or traceback, `since` says since when."""
    seconds = number(answer, "elapsed_ms") / 1000
    change = number(answer, "bytes_change")
    terminal.line(
        (_role(change), _signed(change)),
        ("", f"{since} in {seconds:.1f} s"),
        ("dim", f" ({_rate(change, seconds)}), {number(answer, 'blocks_change'):+,} blocks; "),
        ("dim", f"traced now: {size_text(number(answer, 'bytes'))} in {number(answer, 'blocks'):,} blocks; "),
        ("dim", f"the program stood still for {number(answer, 'held_us') / 1000:.1f} ms"),
        wrap_prefix="  ",
    )
    if answer.get("cut"):
        terminal.line(("cut", "There are more places than are told apart; the sums count all of them."))
    rows = rows_of(answer)
    if not rows:
        terminal.line(("dim", "Nothing was allocated that is still there."))
    elif by == "traceback":
        _print_tracebacks(terminal, rows, seconds)
    else:
        head = ("     CHANGE", "    GROWTH", "   BLOCKS", "       NOW", "LINE")
        print_table(terminal, head, [_row(row, seconds) for row in rows])


def _row(row: JsonObject, seconds: float) -> list[Span]:
    change = number(row, "bytes_change")
    lines = [str(line) for line in row.get("lines") or []]
    return [
        (_role(change), f"{_signed(change):>11}"),
        ("dim", f"{_rate(change, seconds):>10}"),
        ("", f"{number(row, 'blocks_change'):>+9,}"),
        ("dim", f"{size_text(number(row, 'bytes')):>10}"),
        ("name", lines[0] if lines else "?"),
    ]


def _print_tracebacks(terminal: Terminal, rows: list[JsonObject], seconds: float) -> None:
    for row in rows:
        change = number(row, "bytes_change")
        terminal.line()
        terminal.line(
            (_role(change), _signed(change)),
            ("dim", f"  {_rate(change, seconds)}  {number(row, 'blocks_change'):+,} blocks"),
            ("dim", f"  now {size_text(number(row, 'bytes'))} in {number(row, 'blocks'):,}"),
        )
        for line in row.get("lines") or []:
            terminal.line(("", "  "), ("name", str(line)))


def rows_of(answer: JsonObject) -> list[JsonObject]:
    """The rows of a `memory`."""
    return [row for row in answer.get("rows") or [] if isinstance(row, dict)]


def number(row: JsonObject, name: str) -> int:
    """Member `name`; 0 when it is none."""
    value = row.get(name)
    return value if isinstance(value, int) else 0


def _role(change: int) -> str:
    return "bad" if change > 0 else "good" if change < 0 else "dim"


def size_text(count: float) -> str:
    """'840 B', '4.2 KiB', '1.3 MiB'."""
    for unit in ("B", "KiB", "MiB"):
        if abs(count) < 1024:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"


def _signed(count: int) -> str:
    return ("+" if count >= 0 else "") + size_text(count)


def _rate(change: int, seconds: float) -> str:
    return f"{_signed(int(change / seconds))}/s" if seconds > 0 else "-"
