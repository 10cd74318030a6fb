"""Lines for a person: escaped, clipped or wrapped to the terminal, coloured only where colour is wanted.

All that commands print for people goes through `Terminal`, because much of it comes out of other programs.
A captured string must not be able to move the cursor, change the title, or turn the reading direction.
"""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TextIO

Span = tuple[str, str]
"""(role, text): what the text is, and the text."""

_COLOURS = {
    "title": "1",
    "name": "36",
    "type": "2",
    "text": "32",
    "number": "33",
    "cut": "35",
    "dim": "2",
    "hit": "1;31",
    "good": "32",
    "bad": "31",
    "warn": "33",
}
_ASCII = {
    "├": "|",
    "└": "`",
    "│": "|",
    "─": "-",
    "▶": ">",
    "·": "-",
    "…": "...",
    "↑": "^",
    "µ": "u",
}
_VALUES = ("text", "number")
_WORD_MAX = 24
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escape(text: str) -> str:
    """`text` with control, format, bidirectional, surrogate and unassigned characters as Python escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _SHORT_ESCAPES.get(c) or _hexadecimal(ord(c)) for c in text)


def _hexadecimal(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def character_columns(character: str) -> int:
    """Columns that one printable character takes on a terminal: 0, 1 or 2."""
    if character < "\u0300":
        return 1
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def columns(text: str) -> int:
    """Columns that printable text takes on a terminal."""
    return len(text) if text.isascii() else sum(map(character_columns, text))


def split_at(text: str, width: int) -> tuple[str, str]:
    """The longest beginning of `text` that fits `width` columns, and the rest."""
    used = 0
    for index, character in enumerate(text):
        used += character_columns(character)
        if used > width:
            return text[:index], text[index:]
    return text, ""


class Terminal:
    """One output stream. `width` is None where lines are not to be cut: in a pipe or a file."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str] | None = None) -> None:
        environ = os.environ if environ is None else environ
        self._stream = stream
        self.is_tty = stream.isatty()
        self.colour = self.is_tty and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
        self.width: int | None = max(20, shutil.get_terminal_size((80, 24)).columns) if self.is_tty else None
        self._unicode = (stream.encoding or "").lower().replace("-", "").startswith("utf")
        self._status_shown = False

    def line(self, *spans: Span, wrap_prefix: str | None = None) -> None:
        """Write one line. Too long for the terminal: clipped, or wrapped behind `wrap_prefix` if given."""
        self.clear_status()
        clean = [(role, self._encodable(escape(text))) for role, text in spans]
        if self.width is None:
            rows = [clean]
        elif wrap_prefix is None:
            rows = [_clip(clean, self.width, self._encodable("…"))]
        else:
            rows = _wrap(clean, self.width, self._encodable(wrap_prefix))
        for row in rows:
            self._stream.write("".join(self._paint(role, text) for role, text in row) + "\n")

    def flush(self) -> None:
        """Hand what was written to the system."""
        self._stream.flush()

    def status(self, text: str) -> None:
        """Show a line that the next one replaces; nothing at all where there is no terminal to rewrite."""
        if not self.is_tty or self.width is None:
            return
        # What the terminal echoes for Ctrl-C has to stay in the row, or the row cannot be erased.
        room = max(1, self.width - len("^C") - 1)
        row = _clip([("dim", self._encodable(escape(text)))], room, self._encodable("…"))
        erase = "\r\x1b[K" if os.environ.get("TERM") != "dumb" else "\r"
        self._stream.write(erase + "".join(self._paint(role, part) for role, part in row))
        self._stream.flush()
        self._status_shown = True

    def clear_status(self) -> None:
        """Take the status line away."""
        if self._status_shown:
            self._stream.write("\r\x1b[K" if os.environ.get("TERM") != "dumb" else "\n")
            self._stream.flush()
            self._status_shown = False

    def go_up(self, lines: int) -> None:
        """On a terminal: go back up `lines` lines and erase from there on, to print anew."""
        if self.is_tty and os.environ.get("TERM") != "dumb":
            self._stream.write(f"\x1b[{lines}A\x1b[J")

    def _encodable(self, text: str) -> str:
        if self._unicode or text.isascii():
            return text
        return "".join(_ASCII.get(character, character) for character in text)

    def _paint(self, role: str, text: str) -> str:
        code = _COLOURS.get(role) if self.colour else None
        return f"\x1b[{code}m{text}\x1b[0m" if code and text else text


def _clip(spans: Iterable[Span], width: int, mark: str) -> list[Span]:
    row: list[Span] = []
    left = width
    for role, text in spans:
        if columns(text) <= left:
            row.append((role, text))
            left -= columns(text)
            continue
        row.append((role, split_at(text, max(0, left - len(mark)))[0]))
        # A span that ended just before the edge may have left no room for the mark: take it from that span.
        if left < len(mark) and len(row) > 1:
            role_before, before = row[-2]
            row[-2] = (role_before, split_at(before, columns(before) - (len(mark) - left))[0])
        row.append(("dim", mark))
        break
    return row


def _wrap(spans: Iterable[Span], width: int, prefix: str) -> list[list[Span]]:
    if columns(prefix) > width - 16:
        prefix = " " * 4
    rows: list[list[Span]] = [[]]
    left = width
    for role, text in spans:
        while columns(text) > left:
            head, text = _break_line(role, text, left)
            rows[-1].append((role, head))
            rows.append([("dim", prefix)])
            left = width - columns(prefix)
        rows[-1].append((role, text))
        left -= columns(text)
    return rows


def _break_line(role: str, text: str, width: int) -> Span:
    """Split before `width`: words stay whole; values are cut at the edge and keep every space."""
    head, rest = split_at(text, width)
    if role in _VALUES or rest.startswith(" "):
        return head, rest if role in _VALUES else rest.lstrip(" ")
    words, space, part = head.rpartition(" ")
    return (words, part + rest) if space and len(part) <= _WORD_MAX else (head, rest)
