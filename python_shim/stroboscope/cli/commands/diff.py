"""`strobe diff`: what differs between two snapshots. Compared by the hub; this prints its answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from stroboscope.cli import arguments
from stroboscope.cli.duration import moment
from stroboscope.cli.failure import OK, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, JsonObject, NotFound
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.terminal import Span, Terminal, columns, escape
from stroboscope.cli.values import head_spans

DIFFERENT = 1
_UNKNOWN_SHOWN = 8
_PIPE_COLUMNS = 100
_VALUE_COLUMNS = 240
_CONTEXT = 16
_EXAMPLES = """\
examples
  strobe diff 51ac 9f31
  strobe diff 51ac 9f31 --json | jq -r '.differences[].path'

exit codes
  0 no difference was found   1 they differ   2 wrong use   3 hub cannot be reached
"""


def run(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """Exit code as of diff(1): 0 when no difference was found, 1 when there is one."""
    parser = arguments.make_parser(
        "diff", "ID ID [--full] [--json]", "Say what differs between two snapshots.", _EXAMPLES
    )
    parser.add_argument("left", metavar="ID", help="the one before; the beginning that is unique will do")
    parser.add_argument("right", metavar="ID", help="the other one")
    parser.add_argument(
        "--full", action="store_true", help="long values whole, and all that could not be compared"
    )
    options = arguments.with_json(parser).parse_args(argv)
    client = connect()
    try:
        answer = client.snapshot_diff(options.left, options.right)
    except NotFound:
        raise Failure(
            WRONG_USE,
            f"one of {options.left!r} and {options.right!r} is no snapshot",
            "List the latest: strobe show",
        ) from None
    if options.json:
        print_json(answer)
    else:
        _print(Terminal(sys.stdout), answer, options.full)
    return OK if answer.get("same") else DIFFERENT


def _print(terminal: Terminal, answer: JsonObject, full: bool) -> None:
    _print_side(terminal, "bad", "---", answer.get("left"))
    _print_side(terminal, "good", "+++", answer.get("right"))
    differences, unknown = _rows(answer, "differences"), _rows(answer, "unknown")
    _print_rows(terminal, differences, full)
    if unknown:
        terminal.line()
        terminal.line(("title", "Not compared"))
        shown = unknown if full or len(unknown) <= _UNKNOWN_SHOWN + 1 else unknown[:_UNKNOWN_SHOWN]
        for row in shown:
            _print_unknown(terminal, row)
        if len(shown) < len(unknown):
            terminal.line(("dim", f"  … {len(unknown) - len(shown)} more: strobe diff --full"))
    for row in _rows(answer, "by_position"):
        _print_by_position(terminal, row)
    terminal.line()
    terminal.line(*_summary(answer, len(differences), len(unknown)), wrap_prefix="  ")


def _print_side(terminal: Terminal, role: str, mark: str, side: object) -> None:
    summary: JsonObject = side if isinstance(side, dict) else {}
    terminal.line(
        (role, f"{mark} "),
        ("title", str(summary.get("id", "?"))),
        ("dim", f"  {moment(int(summary.get('time_us') or 0))}  {str(summary.get('instance', ''))[:8]}  "),
        ("", f"{summary.get('file', '?')}:{summary.get('line', '?')}"),
        wrap_prefix="    ",
    )


def _print_rows(terminal: Terminal, rows: list[JsonObject], full: bool) -> None:
    shown: object = None
    for row in rows:
        kind = str(row.get("kind", "?"))
        if kind in ("frame_added", "frame_removed"):
            _print_frame_alone(terminal, kind, row)
            continue
        place = (row.get("frame"), row.get("function"))
        if place != shown:
            shown = place
            terminal.line()
            terminal.line(*_frame_spans(row))
        _print_difference(terminal, kind, row, full)


def _frame_spans(row: JsonObject) -> list[Span]:
    if "frame" not in row:
        return [("title", "Watches")]
    return [("dim", f"#{row['frame']} "), ("title", str(row.get("function") or "?"))]


def _print_frame_alone(terminal: Terminal, kind: str, row: JsonObject) -> None:
    side, role, mark = ("right", "good", "+") if kind == "frame_added" else ("left", "bad", "-")
    place = _object(row, side)
    terminal.line()
    terminal.line(
        (role, f"{mark} "),
        *_frame_spans(row),
        ("dim", f"  {place.get('file', '?')}:{place.get('line', '?')}, only on the {side}"),
        wrap_prefix="    ",
    )


def _print_difference(terminal: Terminal, kind: str, row: JsonObject, full: bool) -> None:
    left, right = _object(row, "left"), _object(row, "right")
    if not full:
        left, right = _shortened(left, right)
    path = str(row.get("path", ""))
    if row.get("right_path"):
        path += f" → {row['right_path']}"
    if kind in ("added", "removed"):
        role, mark, value = ("good", "+", right) if kind == "added" else ("bad", "-", left)
        terminal.line(
            (role, f"{mark} "), ("name", path), ("dim", " = "), *head_spans(value), wrap_prefix="    "
        )
    elif kind == "line":
        terminal.line(("warn", "~ "), ("", f"line {left.get('line')} → {right.get('line')}"))
    elif kind == "identity":
        terminal.line(("warn", "~ "), ("name", path), ("", f": {row.get('message', '')}"), wrap_prefix="    ")
    else:
        _print_change(terminal, path, _side(kind, left), _side(kind, right))


def _shortened(left: JsonObject, right: JsonObject) -> tuple[JsonObject, JsonObject]:
    """Long texts from shortly before the place where they begin to differ, and not for ever."""
    texts = [str(side.get("text", "")) for side in (left, right)]
    if max(map(len, texts)) <= _VALUE_COLUMNS:
        return left, right
    same = 0
    if all(texts):
        pairs = zip(*texts, strict=False)
        same = next((index for index, (a, b) in enumerate(pairs) if a != b), min(map(len, texts)))
    start = same - _CONTEXT if same > 2 * _CONTEXT else 0
    return _part(left, start), _part(right, start)


def _part(side: JsonObject, start: int) -> JsonObject:
    if "text" not in side:
        return side
    text = str(side["text"])
    end = start + _VALUE_COLUMNS // 2
    more = "…" if end < len(text) and not side.get("cut") else ""  # else what was cut says how much there is
    return side | {"text": ("…" if start else "") + text[start:end] + more}


def _print_change(terminal: Terminal, path: str, left: list[Span], right: list[Span]) -> None:
    room = (terminal.width or _PIPE_COLUMNS) - 2
    if columns(escape(path)) + _width(left) + _width(right) + 6 <= room:
        terminal.line(("warn", "~ "), ("name", path), ("dim", ": "), *left, ("dim", " → "), *right)
        return
    terminal.line(("warn", "~ "), ("name", path), wrap_prefix="    ")
    terminal.line(("bad", "    - "), *left, wrap_prefix="      ")
    terminal.line(("good", "    + "), *right, wrap_prefix="      ")


def _side(kind: str, value: JsonObject) -> list[Span]:
    spans = head_spans(value)
    if kind == "size" and isinstance(value.get("size"), int):
        return [("number", f"{value['size']:,}"), ("dim", " in all")]
    if kind == "type" and "text" in value and spans[0][0] != "type":
        return [("type", str(value.get("type", "?")) + " "), *spans]
    return spans


def _print_unknown(terminal: Terminal, row: JsonObject) -> None:
    reason = str(row.get("message") or "not captured")
    place = f"  #{row['frame']}" if "frame" in row else ""
    terminal.line(
        ("cut", "? "),
        ("name", str(row.get("path", ""))),
        ("dim", place),
        ("cut", f"  {reason}"),
        wrap_prefix="    ",
    )


def _print_by_position(terminal: Terminal, row: JsonObject) -> None:
    place = f"  #{row['frame']}" if "frame" in row else ""
    terminal.line(
        ("warn", "! "),
        ("name", str(row.get("path", ""))),
        ("dim", place),
        ("cut", f"  {row.get('message', '')}; one item more or less shifts all behind it"),
        wrap_prefix="    ",
    )


def _summary(answer: JsonObject, differences: int, unknown: int) -> list[Span]:
    count = differences + int(answer.get("more") or 0)
    compared = f"{int(answer.get('compared') or 0):,} values compared"
    what = "No difference" if count == 0 else f"{count:,} difference{'s' if count != 1 else ''}"
    spans: list[Span] = [("good" if count == 0 else "warn", what), ("", f", {compared}")]
    if unknown:
        spans.append(("cut", f"; {unknown:,} could not be: redacted, or not captured"))
    if answer.get("more"):
        spans.append(("cut", f"; the last {answer['more']:,} differences are not listed"))
    if answer.get("cut"):
        spans.append(("cut", "; there was too much to compare all of it"))
    return spans


def _width(spans: list[Span]) -> int:
    return sum(columns(escape(text)) for _, text in spans)


def _object(row: JsonObject, name: str) -> JsonObject:
    found = row.get(name)
    return found if isinstance(found, dict) else {}


def _rows(answer: JsonObject, name: str) -> list[Any]:
    rows = answer.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
