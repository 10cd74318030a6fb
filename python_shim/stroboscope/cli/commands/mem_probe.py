"""`strobe mem probe`: at each hit of a location, what is allocated more than at the hit before."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence

from stroboscope.cli import arguments
from stroboscope.cli.commands.check import require_language
from stroboscope.cli.commands.mem import confirm
from stroboscope.cli.duration import moment
from stroboscope.cli.failure import OK
from stroboscope.cli.hub_client import HubClient, JsonObject
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.lines import keep
from stroboscope.cli.memory_report import print_reading
from stroboscope.cli.probe_options import USAGE, add_probe_options, request_of, service_of
from stroboscope.cli.probe_watch import ProbeWatch
from stroboscope.cli.probing import nothing_captured, probe_set, show_progress
from stroboscope.cli.signals import interrupt_is_the_end
from stroboscope.cli.terminal import Terminal

_HITS = 20
_TRACEBACK_FRAMES = 8
_RATE_MAX = 1.0
_DESCRIPTION = """\
Say at each hit of a location what is allocated more, or less, than at the probe's hit before.

A hit leaves a note; the agent's own thread reads the traces of tracemalloc, a few milliseconds later, while
the program goes on (each reading says how much later). To read them CPython stops the program for about
0.5 s for each million of them, so a memory probe hits once in 10 s (--rate, at most 1 a second). Tracing is
on as long as a process has such a probe, and costs what strobe mem start costs: --yes, or it asks.
"""
_EXAMPLES = """\
examples
  strobe mem probe shop.orders:handle:exit --yes
  strobe mem probe shop/cache.py:42 --if 'len(entries) % 1000 == 0' --rate 1 --by traceback --yes
  strobe mem probe shop/cache.py:42 --keep --yes && strobe hits PROBE
"""


def run(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """Print readings as they come until Ctrl-C, --timeout or --hits; with --keep leave the probe set."""
    parser = arguments.make_parser(
        "mem probe", f"LOCATION [--by line|traceback] [--top N] [--yes] {USAGE}", _DESCRIPTION, _EXAMPLES
    )
    parser.add_argument(
        "location",
        type=arguments.location,
        metavar="LOCATION",
        help="path.py:LINE, module:function[:exit], raise:module.Type",
    )
    parser.add_argument(
        "--by", choices=("line", "traceback"), default="line", help="add up by line or whole traceback"
    )
    parser.add_argument(
        "--frames",
        type=int,
        choices=range(1, 17),
        metavar="N",
        help=f"with --by traceback: keep N lines of each stack ({_TRACEBACK_FRAMES}), unless traced already",
    )
    parser.add_argument(
        "--top", type=int, choices=range(1, 51), default=10, metavar="N", help="rows of each reading (10)"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask whether the cost is fine")
    parser.add_argument("--keep", action="store_true", help="set it, print its id, and do not wait")
    parser.add_argument(
        "--timeout", type=arguments.seconds, metavar="S", help="seconds to follow at most (until Ctrl-C)"
    )
    add_probe_options(parser, str(_HITS), rate_default="once in 10 s")
    options = arguments.with_json(parser).parse_args(argv)
    frames = options.frames or (_TRACEBACK_FRAMES if options.by == "traceback" else 1)
    if options.condition:
        require_language(options.condition)
    client = connect()
    service = service_of(options, client)
    if not options.yes:
        confirm(f"each process of {service!r} that it is for", frames)
    action: JsonObject = {"by": options.by, "top": options.top, "frames": frames}
    options.hits = options.hits or _HITS
    request = request_of(options, service, "memory", action, options.timeout or 0.0)
    if options.keep:
        return keep(client, request, options.json)
    return _follow(client, request, options.timeout or math.inf, options.json)


def _follow(client: HubClient, request: JsonObject, timeout_s: float, as_json: bool) -> int:
    progress = Terminal(sys.stderr)
    wanted = int(request["limits"]["hits"])
    with probe_set(client, request) as view:
        watching = ProbeWatch(client, view, wanted, timeout_s)
        with interrupt_is_the_end():
            for summary in watching.snapshots(lambda: show_progress(progress, watching, wanted)):
                progress.clear_status()
                snapshot = client.snapshot(str(summary["id"]))
                if as_json:
                    print_json(snapshot)
                else:
                    _print_one(snapshot)
        progress.clear_status()
    if watching.found:
        return OK
    raise nothing_captured(watching)


def _print_one(snapshot: JsonObject) -> None:
    summary: JsonObject = snapshot.get("summary") or {}
    body: JsonObject = snapshot.get("body") or {}
    terminal = Terminal(sys.stdout)
    terminal.line(
        ("dim", moment(int(summary.get("time_us") or 0)) + "  "),
        ("name", str(summary.get("function", "?"))),
        ("dim", f"  {summary.get('file', '?')}:{summary.get('line', '?')}"),
        ("dim", f"  {str(summary.get('instance', ''))[:8]}"),
    )
    print_reading(terminal, body.get("memory") or {})
    terminal.line()
    terminal.flush()
