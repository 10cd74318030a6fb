"""`strobe snap` and `strobe watch`: set a probe, wait, print what it captures, remove it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from stroboscope.cli import arguments
from stroboscope.cli.commands.show import show
from stroboscope.cli.duration import moment
from stroboscope.cli.failure import OK, Failure, Interrupted
from stroboscope.cli.hub_client import HubClient, JsonObject
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.probe_options import USAGE, add_probe_options, request_of, service_of
from stroboscope.cli.probe_watch import ProbeWatch
from stroboscope.cli.probing import nothing_captured, probe_set, show_progress
from stroboscope.cli.terminal import Terminal
from stroboscope.cli.values import ValueTree

_TIMEOUT_DEFAULT_S = 60.0
_SNAP_EXAMPLES = """\
examples
  strobe snap shop/pricing.py:42
  strobe snap shop/pricing.py:42 --if 'total < 0' --timeout 600
  strobe snap shop.pricing:Cart.total:exit --if '$return < 0' --watch 'self.items[0].price'
  strobe snap raise:builtins.KeyError
  strobe snap shop/pricing.py:42 --hits 10 --json | jq .summary.time_us
"""


def snap(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """Exit code: OK once --hits snapshots, or at least one before the time-out, were printed."""
    parser = arguments.make_parser(
        "snap",
        f"LOCATION [--watch EXPR] {USAGE}",
        "Set a probe, wait, print what it captures, remove it.",
        _SNAP_EXAMPLES,
    )
    _add_place_and_time(parser)
    parser.add_argument(
        "--watch",
        dest="watches",
        action="append",
        default=[],
        metavar="EXPR",
        help="also capture this expression's value, first; may be repeated",
    )
    parser.add_argument("--native", action="store_true", help="with the frames of C code in the stack")
    add_probe_options(parser, "1")
    options = arguments.with_json(parser).parse_args(argv)
    client = connect()
    action: JsonObject = {}
    if options.watches:
        action["watches"] = options.watches
    if options.native:
        action["native"] = True
    options.hits = options.hits or 1
    request = request_of(options, service_of(options, client), "snapshot", action, options.timeout)

    def print_one(terminal: Terminal, snapshot: JsonObject) -> None:
        show(terminal, client, snapshot)

    return _wait(client, request, options.timeout, options.json, print_one)


def watch(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """Print the values of expressions each time the location is reached."""
    parser = arguments.make_parser(
        "watch",
        f"LOCATION EXPR... {USAGE}",
        "Print the values of expressions each time a location is reached.",
        "example\n  strobe watch shop/pricing.py:42 total 'customer.tier' --if 'total < 0'",
    )
    _add_place_and_time(parser)
    parser.add_argument("watches", nargs="+", metavar="EXPR", help="read-only expressions")
    add_probe_options(parser, "10")
    options = arguments.with_json(parser).parse_args(argv)
    client = connect()
    options.hits = options.hits or 10
    action: JsonObject = {"watches": options.watches, "watches_only": True}
    request = request_of(options, service_of(options, client), "snapshot", action, options.timeout)
    return _wait(client, request, options.timeout, options.json, _print_watches)


def _add_place_and_time(parser: arguments.Parser) -> None:
    parser.add_argument(
        "location",
        type=arguments.location,
        metavar="LOCATION",
        help="path.py:LINE, module:function[:exit], raise:module.Type",
    )
    parser.add_argument(
        "--timeout",
        type=arguments.seconds,
        default=_TIMEOUT_DEFAULT_S,
        metavar="S",
        help="seconds to wait at most (60)",
    )


def _print_watches(terminal: Terminal, snapshot: JsonObject) -> None:
    summary: JsonObject = snapshot.get("summary") or {}
    body: JsonObject = snapshot.get("body") or {}
    terminal.line(
        ("dim", moment(int(summary.get("time_us") or 0)) + "  "),
        ("name", str(summary.get("function", "?"))),
        ("dim", f"  {summary.get('file', '?')}:{summary.get('line', '?')}"),
    )
    tree = ValueTree(terminal, body.get("values"))
    tree.print_watches(body.get("watches"))


def _wait(
    client: HubClient,
    request: JsonObject,
    timeout_s: float,
    as_json: bool,
    print_one: Callable[[Terminal, JsonObject], None],
) -> int:
    progress = Terminal(sys.stderr)
    wanted = int(request["limits"]["hits"])
    printed = 0
    with probe_set(client, request) as view:
        watching = ProbeWatch(client, view, wanted, timeout_s)
        try:
            for summary in watching.snapshots(lambda: show_progress(progress, watching, wanted)):
                progress.clear_status()
                snapshot = client.snapshot(str(summary["id"]))
                if as_json:
                    print_json(snapshot)
                else:
                    terminal = Terminal(sys.stdout)
                    print_one(terminal, snapshot)
                    terminal.flush()
                printed += 1
        except Interrupted as interrupted:
            # Who gives up wants to know why, as after the time-out.
            if printed:
                raise
            failure = nothing_captured(watching)
            raise Failure(interrupted.exit_code, failure.message, failure.next_step) from None
        finally:
            progress.clear_status()
    if printed:
        return OK
    raise nothing_captured(watching)
