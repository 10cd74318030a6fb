"""`strobe hits`: a table over many hits of a probe. The hub makes the rows; this prints them."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from stroboscope.cli import arguments
from stroboscope.cli.commands.rm import resolve
from stroboscope.cli.duration import moment
from stroboscope.cli.failure import NOTHING_CAPTURED, OK, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, JsonObject, NotFound
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.table import print_table
from stroboscope.cli.terminal import Span, Terminal, columns, escape, split_at
from stroboscope.cli.values import head_spans

_LIMIT_DEFAULT = 50
_PAGE_MAX = 500
_CELL_MIN = 12
_CELL_MAX = 60
_TRACE_ID = "$trace_id"
_TRACE_DIGITS = 8
_EXAMPLES = """\
examples
  strobe hits 9f31
  strobe hits 9f31 --columns 'user.id,order.items[0].price,total' --limit 200
  strobe hits 9f31 --columns total --csv > totals.csv
"""


def run(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """Print one row for each hit, newest first."""
    parser = arguments.make_parser(
        "hits",
        "PROBE [--columns PATHS] [--limit N] [--json | --csv]",
        "Print a table over the hits of a probe, newest first.",
        _EXAMPLES,
    )
    parser.add_argument("probe", metavar="PROBE", help="its id; while it is set, the beginning will do")
    parser.add_argument(
        "--columns",
        default="",
        metavar="PATHS",
        help="paths as of strobe show --path, with commas between them (the watches, or the locals that fit)",
    )
    parser.add_argument(
        "--limit", type=arguments.hits, default=_LIMIT_DEFAULT, metavar="N", help="so many hits (50)"
    )
    parser.add_argument("--instance", default="", metavar="ID", help="only of this process (its whole id)")
    parser.add_argument("--csv", action="store_true", help="comma-separated values, with a head")
    options = arguments.with_json(parser).parse_args(argv)
    if options.csv and options.json:
        raise Failure(WRONG_USE, "--csv and --json exclude each other", "Choose one.")
    table = _Table(connect(), options)
    if options.json:
        for row in table.rows():
            print_json(row | {"cells": dict(zip(table.columns, row.get("cells") or [], strict=False))})
        return OK
    rows = list(table.rows())
    if options.csv:
        _print_csv(table.columns, rows)
    elif rows:
        _print_table(Terminal(sys.stdout), table.columns, _with_short_traces(table.columns, rows, options))
    else:
        raise Failure(
            NOTHING_CAPTURED, f"probe {table.probe} has no snapshot", f"See: strobe why {table.probe}"
        )
    return OK


class _Table:
    """The answers of the hub, page by page; `columns` are those of the first."""

    def __init__(self, client: HubClient, options: argparse.Namespace) -> None:
        self._client = client
        self._limit: int = options.limit
        self._query: dict[str, str] = {}
        if options.columns:
            self._query["columns"] = options.columns
        if options.instance:
            self._query["instance"] = options.instance
        self.columns: list[str] = []
        self.probe, self._unknown = self._find(options.probe)

    def _find(self, text: str) -> tuple[str, Failure | None]:
        """The probe's id. One that was removed has snapshots all the same, under its whole id."""
        try:
            return resolve(text, self._client), None
        except Failure as failure:
            if failure.exit_code != WRONG_USE:
                raise
            return text, failure

    def rows(self) -> Iterator[JsonObject]:
        left = self._limit
        before = ""
        while left > 0:
            query = (
                self._query | {"limit": str(min(left, _PAGE_MAX))} | ({"before": before} if before else {})
            )
            try:
                answer = self._client.hits(self.probe, **query)
            except NotFound as not_found:
                raise self._unknown or not_found from None
            if not self.columns:
                self.columns = [str(path) for path in answer.get("columns") or []]
                # The pages that follow have the columns of the first, also where the hub chose them.
                if self.columns:
                    self._query["columns"] = ",".join(self.columns)
            rows = [row for row in answer.get("rows") or [] if isinstance(row, dict)]
            yield from rows[:left]
            left -= len(rows)
            before = str(answer.get("next") or "")
            if not before or not rows:
                return


# ---- For people ----


def _with_short_traces(
    paths: list[str], rows: list[JsonObject], options: argparse.Namespace
) -> list[JsonObject]:
    """A trace's id is there to tell the hits of one trace; who asks for the column gets it whole."""
    if options.columns or _TRACE_ID not in paths:
        return rows
    at = paths.index(_TRACE_ID)
    short = []
    for row in rows:
        cells = _cells(row, len(paths))
        text = str(cells[at].get("text", ""))[1:-1]
        if len(text) > _TRACE_DIGITS:
            cells[at] = {"text": text[:_TRACE_DIGITS] + "…"}
        short.append(row | {"cells": cells})
    return short


def _print_table(terminal: Terminal, paths: list[str], rows: list[JsonObject]) -> None:
    times = [moment(_number(row, "time_us")) for row in rows]
    # The day is of interest only where it is not the same.
    skip = 11 if len({time[:10] for time in times}) == 1 else 0
    fixed = 12 + 2 + (len(times[0]) - skip) + 2 + 8
    cells = [[_cell(cell) for cell in _cells(row, len(paths))] for row in rows]
    wanted = [
        max(columns(escape(path)), *(columns(line[index][1]) for line in cells))
        for index, path in enumerate(paths)
    ]
    rooms = _rooms(wanted, None if terminal.width is None else terminal.width - fixed)
    table = [
        [
            ("title", str(row.get("snapshot", "?"))),
            ("dim", time[skip:]),
            ("dim", str(row.get("instance", ""))[:8]),
            *((role, _clip(text, room)) for (role, text), room in zip(line, rooms, strict=True)),
        ]
        for row, time, line in zip(rows, times, cells, strict=True)
    ]
    names = [_clip(path, room) for path, room in zip(paths, rooms, strict=True)]
    print_table(terminal, ["SNAPSHOT", "TIME", "INSTANCE", *names], table)
    for index, path in enumerate(paths):
        reasons = {str(_cells(row, len(paths))[index].get("missing", "")) for row in rows}
        if "" not in reasons:
            terminal.line(("cut", f"{path}: {min(reasons)}"), wrap_prefix="  ")


def _rooms(wanted: list[int], width: int | None) -> list[int]:
    """Columns for each cell: what it wants; where the terminal is too narrow, the widest give way."""
    rooms = [min(room, _CELL_MAX) for room in wanted]
    while width is not None and sum(rooms) + 2 * len(rooms) > width and max(rooms, default=0) > _CELL_MIN:
        rooms[rooms.index(max(rooms))] -= 1
    return rooms


def _cell(cell: JsonObject) -> Span:
    if "missing" in cell:
        return ("cut", "-")
    spans = head_spans(cell)
    role = spans[0][0] if spans else ""
    return (role, escape("".join(text for _, text in spans)))


def _clip(text: str, room: int) -> str:
    clean = escape(text)
    return clean if columns(clean) <= room else split_at(clean, room - 1)[0] + "…"


def _cells(row: JsonObject, count: int) -> list[JsonObject]:
    cells = [cell if isinstance(cell, dict) else {} for cell in row.get("cells") or []]
    return (cells + [{"missing": ""}] * count)[:count]


def _number(row: JsonObject, name: str) -> int:
    value = row.get(name)
    return value if isinstance(value, int) else 0


# ---- For programs ----


def _print_csv(paths: list[str], rows: list[JsonObject]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["snapshot", "time", "instance", *paths])
    for row in rows:
        time = moment(_number(row, "time_us"))
        cells = [_plain(cell) for cell in _cells(row, len(paths))]
        writer.writerow([row.get("snapshot", ""), time, row.get("instance", ""), *cells])


def _plain(cell: dict[str, Any]) -> str:
    """A cell without quotes; empty where there is no value. No spreadsheet takes text for a formula."""
    if "missing" in cell:
        return ""
    text = str(cell.get("text", ""))
    if cell.get("type") == "str" and len(text) >= 2 and not cell.get("cut"):
        text = text[1:-1]
        return escape("'" + text if text[:1] in ("=", "+", "-", "@") else text)
    return escape("".join(part for _, part in head_spans(cell)))
