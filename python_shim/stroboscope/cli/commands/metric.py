"""`strobe count`, `gauge`, `hist` and `timer`: measure at a location, and show the numbers as they grow."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from stroboscope.cli import arguments
from stroboscope.cli.failure import OK, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, JsonObject
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.lines import keep
from stroboscope.cli.metric_table import MetricTable
from stroboscope.cli.probe_options import USAGE, add_probe_options, request_of, service_of
from stroboscope.cli.probe_watch import ProbeWatch
from stroboscope.cli.probing import nothing_captured, probe_set, show_progress
from stroboscope.cli.signals import interrupt_is_the_end
from stroboscope.cli.terminal import Terminal

_EVERY_S = 1.0
_KINDS = {"count": "count", "gauge": "gauge", "hist": "histogram"}
_ABOUT = {
    "count": "Count how often a location is reached, or add up a number there.",
    "gauge": "Keep the latest value of a number at a location.",
    "hist": "Collect the distribution of a number at a location.",
}
_USAGE = {
    "count": "LOCATION [VALUE]",
    "gauge": "LOCATION VALUE",
    "hist": "LOCATION VALUE",
}


def measure(command: str, argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """`strobe count|gauge|hist`: show the metric until Ctrl-C or --timeout, or leave it set with --keep."""
    value = "" if command == "count" else "total "
    example = f"example\n  strobe {command} shop/pricing.py:42 {value}--labels tier=customer.tier"
    parser = arguments.make_parser(
        command, f"{_USAGE[command]} [--name NAME] [--labels NAME=EXPR ...] {USAGE}", _ABOUT[command], example
    )
    parser.add_argument("location", type=arguments.location, metavar="LOCATION", help="where")
    optional: dict[str, Any] = {"nargs": "?", "default": ""} if command == "count" else {}
    parser.add_argument("value", metavar="VALUE", help="read-only expression that gives a number", **optional)
    _add_metric_options(parser)
    options = arguments.with_json(parser).parse_args(argv)
    action: JsonObject = {
        "metric": options.name or f"probe.{command}",
        "metric_kind": _KINDS[command],
        "labels": options.labels,
    }
    if options.value:
        action["value"] = options.value
    return _run(options, connect(), "metric", action)


def timer(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """`strobe timer`: time a function, or the way between two lines."""
    parser = arguments.make_parser(
        "timer",
        f"LOCATION [--until LOCATION] [--name NAME] [--labels NAME=EXPR ...] {USAGE}",
        "Time a function from entry to exit, or the way from one line to another in the same thread or task.",
        "examples\n"
        "  strobe timer shop.pricing:Cart.total\n"
        "  strobe timer shop/app.py:40 --until shop/app.py:58 --labels tier=customer.tier",
    )
    parser.add_argument(
        "location", type=arguments.location, metavar="LOCATION", help="a function, or the first line"
    )
    parser.add_argument("--until", type=arguments.location, metavar="LOCATION", help="the line where it ends")
    _add_metric_options(parser)
    options = arguments.with_json(parser).parse_args(argv)
    if options.until is None and options.location.rpartition(":")[2].isdigit():
        raise Failure(
            WRONG_USE,
            "a timer that begins at a line needs --until LINE",
            "Or time a whole function: strobe timer module:function",
        )
    action: JsonObject = {"metric": options.name or "probe.duration", "labels": options.labels}
    if options.until is not None:
        action["until"] = options.until
    return _run(options, connect(), "timer", action)


def _add_metric_options(parser: arguments.Parser) -> None:
    parser.add_argument("--name", default="", metavar="NAME", help="what to call it")
    parser.add_argument(
        "--labels",
        nargs="+",
        type=arguments.label,
        default=[],
        metavar="NAME=EXPR",
        help="apart by these; at most 100 combinations, then 'other'",
    )
    parser.add_argument("--keep", action="store_true", help="set it, print its id, and do not wait")
    parser.add_argument(
        "--timeout", type=arguments.seconds, metavar="S", help="seconds to show it (until Ctrl-C)"
    )
    add_probe_options(parser, "no end")


def _run(options: Any, client: HubClient, kind: str, action: JsonObject) -> int:
    request = request_of(options, service_of(options, client), kind, action, options.timeout or 0.0)
    if options.keep:
        return keep(client, request, options.json)
    deadline = time.monotonic() + (options.timeout or arguments.TIMEOUT_S_MAX)
    with probe_set(client, request) as view:
        return _follow(client, view, deadline, options.json)


def _follow(client: HubClient, view: JsonObject, deadline: float, as_json: bool) -> int:
    watching = ProbeWatch(client, view, 1, max(0.0, deadline - time.monotonic()))
    table = MetricTable(view["probe"])
    progress = Terminal(sys.stderr)
    with interrupt_is_the_end():
        while True:
            # Looked at once more when it is over: to set the probe may have taken that long.
            is_last = time.monotonic() >= deadline
            watching.look()
            if watching.failed:
                raise nothing_captured(watching)
            table.take(client.metrics(str(view["probe"]["id"])))
            if as_json and table.changed:
                print_json({"metrics": table.views})
            elif not as_json and not table.show(Terminal(sys.stdout)):
                show_progress(progress, watching)
            else:
                progress.clear_status()
            if is_last:
                break
            time.sleep(min(_EVERY_S, max(0.0, deadline - time.monotonic())))
    progress.clear_status()
    if not table.count:
        raise nothing_captured(watching, "measured")
    if not as_json:
        table.show(Terminal(sys.stdout), last=True)
    return OK
