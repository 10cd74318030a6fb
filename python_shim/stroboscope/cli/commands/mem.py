"""`strobe mem`: where memory went. The agent traces and adds up; this asks, warns of the cost, and prints."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from stroboscope.cli import arguments
from stroboscope.cli.choose_process import choose_process
from stroboscope.cli.failure import OK, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, JsonObject
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.memory_report import number, print_changes, rows_of, size_text
from stroboscope.cli.table import print_table
from stroboscope.cli.terminal import Span, Terminal

_OPS = ("start", "diff", "stop", "census", "status")
_EXAMPLES = """\
examples
  strobe mem start shop --yes && sleep 60 && strobe mem diff shop
  strobe mem diff shop --by traceback --top 5
  strobe mem stop shop
  strobe mem census shop
  strobe mem probe shop/cache.py:42 --yes
"""
_DESCRIPTION = """\
Say where the memory of a process went.

start    trace allocations from now on (tracemalloc). Until stop, code that allocates much takes 4 to 13
         times as long with --frames 1, 11 to 37 times with 10; a trace takes about 50 bytes. It ends by
         itself after 30 minutes or 96 MiB of traces. Processes of more than 4 GiB are refused. What the
         program traces itself is used, and left alone. Needs --yes where nobody can be asked.
diff     what is allocated more, or less, than at the diff before (or --since start). Reading the traces
         stops the program for about 0.5 s for each million of them, and takes 200 bytes for each meanwhile.
stop     a last diff, and the end of tracing.
census   live objects by type, without tracing: containers and instances, no str and no int; the program
         stands still for at most 50 ms.
status   whether it traces now.
probe    at each hit of a location, what is allocated more than at the hit before: strobe mem probe --help.
"""


def run(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """Ask one process of a service, and print what it answers; or set a memory probe."""
    if argv and argv[0] == "probe":
        from stroboscope.cli.commands import mem_probe

        return mem_probe.run(argv[1:], connect)
    options = _parse(argv)
    client = connect()
    instance = choose_process(client, options.service, options.instance)
    if options.op == "start" and not options.yes:
        confirm(f"pid {instance.get('pid')} on {instance.get('host')}", options.frames)
    body: JsonObject = {"op": options.op, "top": options.top, "by": options.by, "since": options.since}
    if options.op == "start":
        body["frames"] = options.frames
    answer = client.memory(str(instance.get("id")), body)
    if options.json:
        print_json(answer | {"instance": instance.get("id")})
    else:
        _print(Terminal(sys.stdout), options, answer, instance)
    return OK


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = arguments.make_parser(
        "mem",
        "start|diff|stop|census|status SERVICE [--instance ID] [--yes] [...], or probe LOCATION [...]",
        _DESCRIPTION,
        _EXAMPLES,
    )
    parser.add_argument("op", choices=_OPS, metavar="start|diff|stop|census|status", help="what to do")
    parser.add_argument("service", metavar="SERVICE", help="of which service")
    parser.add_argument(
        "--instance", default="", metavar="ID", help="which of its processes; needed when there are several"
    )
    parser.add_argument("--yes", action="store_true", help="start without asking whether the cost is fine")
    parser.add_argument(
        "--frames",
        type=int,
        choices=range(1, 17),
        default=1,
        metavar="N",
        help="start: keep N lines of each stack (1)",
    )
    parser.add_argument(
        "--by",
        choices=("line", "traceback"),
        default="line",
        help="diff: add up by line (default) or whole traceback",
    )
    parser.add_argument(
        "--since",
        choices=("last", "start"),
        default="last",
        help="diff: compare with the diff before, or with the start",
    )
    parser.add_argument(
        "--top", type=int, choices=range(1, 201), default=20, metavar="N", help="rows to show (20)"
    )
    return arguments.with_json(parser).parse_args(argv)


def confirm(where: str, frames: int) -> None:
    """Say what tracing costs in `where`; go on only when somebody says yes."""
    slower = "4 to 13" if frames == 1 else "4 to 37"
    cost = (
        f"tracing makes code that allocates much {slower} times slower in {where}, and takes about 50 bytes "
        "for each block of memory"
    )
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        raise Failure(WRONG_USE, cost, "If that is fine: --yes")
    terminal = Terminal(sys.stderr)
    terminal.line(("warn", cost[0].upper() + cost[1:] + "."), wrap_prefix="  ")
    sys.stderr.write("Start? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Failure(WRONG_USE, "not started")


# ---- For people ----


def _print(terminal: Terminal, options: argparse.Namespace, answer: JsonObject, instance: JsonObject) -> None:
    terminal.line(
        ("title", f"pid {instance.get('pid')} on {instance.get('host')}"),
        ("dim", f"  {str(instance.get('id', '?'))[:12]}  resident {size_text(number(answer, 'rss_bytes'))}"),
    )
    if options.op == "start":
        _print_started(terminal, options, answer)
    elif options.op == "census":
        _print_census(terminal, answer)
    elif options.op in ("diff", "stop"):
        print_changes(terminal, answer, options.by)
    _print_state(terminal, options, answer)


def _print_started(terminal: Terminal, options: argparse.Namespace, answer: JsonObject) -> None:
    if not answer.get("own"):
        terminal.line(
            ("", "The program traces itself already; its traces are used, and it is left alone."),
            wrap_prefix="  ",
        )
    terminal.line(
        ("dim", f"Compare: strobe mem diff {options.service}. End: strobe mem stop {options.service}"),
        wrap_prefix="  ",
    )


def _print_census(terminal: Terminal, answer: JsonObject) -> None:
    size = size_text(number(answer, "bytes"))
    count = f"{number(answer, 'blocks'):,} objects, {size} without what they point to"
    held = f"; the program stood still for {number(answer, 'held_us') / 1000:.1f} ms"
    terminal.line(("", count), ("dim", held), wrap_prefix="  ")
    if answer.get("cut"):
        terminal.line(("cut", "There are more: the time for one walk was used up."))
    rows: list[list[Span]] = [
        [
            ("number", f"{number(row, 'blocks'):>12,}"),
            ("", f"{size_text(number(row, 'bytes')):>10}"),
            ("type", str(row.get("type", "?"))),
        ]
        for row in rows_of(answer)
    ]
    print_table(terminal, ("     OBJECTS", "      SIZE", "TYPE"), rows)


def _print_state(terminal: Terminal, options: argparse.Namespace, answer: JsonObject) -> None:
    if answer.get("ended"):
        terminal.line(("warn", f"Tracing ended by itself: {answer['ended']}."), wrap_prefix="  ")
    if answer.get("tracing"):
        whose = "" if answer.get("own") else ", by the program itself"
        frames = number(answer, "frames")
        terminal.line(
            (
                "dim",
                f"Tracing{whose}, {frames} line{'s' if frames != 1 else ''} of each stack; "
                f"traces take {size_text(number(answer, 'tracer_bytes'))}.",
            )
        )
        probes = number(answer, "probes")
        if probes:
            for_whom = "a memory probe" if probes == 1 else f"{probes} memory probes"
            terminal.line(("dim", f"It goes on for {for_whom}: strobe probes."))
    elif options.op in ("stop", "status"):
        terminal.line(("dim", "Not tracing."))
