"""`strobe show`: a stored snapshot, one value of it, or the list of the latest."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from stroboscope.cli import arguments
from stroboscope.cli.duration import moment
from stroboscope.cli.failure import NOTHING_CAPTURED, OK, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, JsonObject, NotFound
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.render import print_snapshot
from stroboscope.cli.table import print_table
from stroboscope.cli.terminal import Span, Terminal
from stroboscope.cli.values import ValueTree

_LATEST = 20
_STEPS_SHOWN = 12
_HEAD = ("SNAPSHOT", "TIME", "SERVICE", "FUNCTION", "PLACE")
_EXAMPLES = """\
examples
  strobe show 51ac
  strobe show 51ac --depth 1
  strobe show 51ac --path 'order.items[3].price'
  strobe show 51ac --path "order.meta['sku']" --json
"""


def run(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """Print one snapshot, or one value of it; without an id, list the latest ones."""
    parser = arguments.make_parser(
        "show",
        "[ID] [--path PATH [--frame N]] [--depth N] [--full] [--json]",
        "Print a stored snapshot, or one value of it; without ID list the latest ones.",
        _EXAMPLES,
    )
    parser.add_argument(
        "id", nargs="?", default="", metavar="ID", help="the beginning that is unique will do"
    )
    parser.add_argument(
        "--path", default="", help="only this value: a variable, then .field, [index] or ['key']"
    )
    parser.add_argument(
        "--frame",
        type=arguments.count,
        default=0,
        metavar="N",
        help="the frame that --path begins in (0: the hit)",
    )
    parser.add_argument("--depth", type=arguments.count, metavar="N", help="open so many levels (all)")
    parser.add_argument("--full", action="store_true", help="open the variables of every frame")
    options = arguments.with_json(parser).parse_args(argv)
    if not options.id and (options.path or options.depth is not None or options.full):
        raise Failure(WRONG_USE, "--path, --depth and --full need the ID of a snapshot", "List: strobe show")
    client = connect()
    if not options.id:
        return _list_latest(client, options.json)
    try:
        return _show_value(client, options) if options.path else _show_whole(client, options)
    except NotFound:
        raise Failure(
            WRONG_USE, f"there is no snapshot {options.id!r}", "List the latest: strobe show"
        ) from None


def _show_whole(client: HubClient, options: argparse.Namespace) -> int:
    view = client.snapshot(options.id)
    if options.json:
        print_json(view)
    else:
        show(Terminal(sys.stdout), client, view, options.full, options.depth)
    return OK


def show(
    terminal: Terminal, client: HubClient, view: JsonObject, full: bool = False, depth: int | None = None
) -> None:
    """Print `view` with what the hub knows about it: the source, and the process."""
    summary: JsonObject = view.get("summary") or {}
    source = None
    if summary.get("source_sha256"):
        try:
            source = str(client.source(str(summary["source_sha256"])).get("text") or "")
        except NotFound:
            source = None  # the process had no text for it; the snapshot is whole without
    instances = client.instances(service=str(summary.get("service", "")))
    instance = next((row for row in instances if row.get("id") == summary.get("instance")), None)
    print_snapshot(terminal, view, source, instance, full, depth)


def _show_value(client: HubClient, options: argparse.Namespace) -> int:
    answer = client.snapshot_value(options.id, options.path, options.depth, options.frame)
    found = bool(answer.get("found"))
    if options.json:
        print_json(answer)
        return OK if found else NOTHING_CAPTURED
    if found:
        tree = ValueTree(Terminal(sys.stdout), answer.get("values"))
        tree.print_variables([(options.path, 0)], indent="")
        return OK
    raise Failure(
        NOTHING_CAPTURED, str(answer.get("message") or "this path leads nowhere"), _what_is_there(answer)
    )


def _what_is_there(answer: JsonObject) -> str:
    there = [str(step) for step in answer.get("there") or []]
    if not there:
        return ""
    shown = "  ".join(there[:_STEPS_SHOWN]) + ("  …" if len(there) > _STEPS_SHOWN else "")
    reached = str(answer.get("reached") or "")
    return f"Below {reached} there is: {shown}" if reached else f"There is: {shown}"


def _list_latest(client: HubClient, as_json: bool) -> int:
    summaries = client.snapshots(limit=str(_LATEST))
    if as_json:
        for summary in summaries:
            print_json(summary)
    elif summaries:
        print_table(Terminal(sys.stdout), _HEAD, [_row(summary) for summary in summaries])
    else:
        Terminal(sys.stderr).line(
            ("", "No snapshot is stored."), ("dim", " Take one: strobe snap shop/pricing.py:42")
        )
    return OK


def _row(summary: JsonObject) -> list[Span]:
    time_us = summary.get("time_us", 0)
    return [
        ("title", str(summary.get("id", "?"))),
        ("dim", moment(time_us) if isinstance(time_us, int) else ""),
        ("", str(summary.get("service", ""))),
        ("name", str(summary.get("function", ""))),
        ("", f"{summary.get('file', '?')}:{summary.get('line', '?')}"),
    ]
