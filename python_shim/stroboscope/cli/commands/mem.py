"""`strobe mem`: where memory went. The agent traces and adds up; this asks, warns of the cost, and prints."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from stroboscope.cli import arguments
from stroboscope.cli.failure import NOTHING_CAPTURED, OK, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, JsonObject
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.table import print_table
from stroboscope.cli.terminal import Span, Terminal

_OPS = ("start", "diff", "stop", "census", "status")
_EXAMPLES = """\
examples
  strobe mem start shop --yes && sleep 60 && strobe mem diff shop
  strobe mem diff shop --by traceback --top 5
  strobe mem stop shop
  strobe mem census shop
"""
_DESCRIPTION = """\
Say where the memory of a process went.

start    trace allocations from now on (tracemalloc). Until stop, code that allocates much takes 4 to 13
         times as long with --frames 1, 11 to 37 times with 10; a trace takes about 50 bytes. It ends by
         itself after 30 minutes or 96 MiB of traces. Processes of more than 4 GiB are refused. What the
         program traces itself is used, and left alone. Needs --yes where nobody can be asked.
diff     what is allocated more, or less, than at the diff before (or --since start). Reading the traces
         stops the program for about 0.4 s for each million of them.
stop     a last diff, and the end of tracing.
census   live objects by type, without tracing: containers and instances, no str and no int; the program
         stands still for at most 50 ms.
status   whether it traces now.
"""


def run(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """Ask one process of a service, and print what it answers."""
    options = _parse(argv)
    client = connect()
    instance = _instance_of(client, options)
    if options.op == "start" and not options.yes:
        _confirm(instance, options.frames)
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
        "start|diff|stop|census|status SERVICE [--instance ID] [--yes] [...]",
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


def _instance_of(client: HubClient, options: argparse.Namespace) -> JsonObject:
    instances = client.instances(service=options.service, state="up")
    if options.instance:
        instances = [row for row in instances if str(row.get("id", "")).startswith(options.instance)]
    if not instances:
        which = f" that begins with {options.instance!r}" if options.instance else ""
        raise Failure(
            NOTHING_CAPTURED, f"no process of {options.service!r}{which} is connected", "See: strobe ps"
        )
    if len(instances) > 1:
        names = ", ".join(f"{str(row.get('id', ''))[:12]} (pid {row.get('pid')})" for row in instances[:8])
        raise Failure(
            WRONG_USE,
            f"{len(instances)} processes of {options.service!r} are connected: {names}",
            "Choose: --instance ID",
        )
    return instances[0]


def _confirm(instance: JsonObject, frames: int) -> None:
    """Say what it costs; go on only when somebody says yes."""
    slower = "4 to 13" if frames == 1 else "4 to 37"
    cost = (
        f"tracing makes code that allocates much {slower} times slower in pid {instance.get('pid')} on "
        f"{instance.get('host')}, and takes about 50 bytes for each block of memory"
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
        ("dim", f"  {str(instance.get('id', '?'))[:12]}  resident {_size(_number(answer, 'rss_bytes'))}"),
    )
    if options.op == "start":
        _print_started(terminal, options, answer)
    elif options.op == "census":
        _print_census(terminal, answer)
    elif options.op in ("diff", "stop"):
        _print_changes(terminal, options, answer)
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
    count = (
        f"{_number(answer, 'blocks'):,} objects, {_size(_number(answer, 'bytes'))} without what they point to"
    )
    held = f"; the program stood still for {_number(answer, 'held_us') / 1000:.1f} ms"
    terminal.line(("", count), ("dim", held), wrap_prefix="  ")
    if answer.get("cut"):
        terminal.line(("cut", "There are more: the time for one walk was used up."))
    rows: list[list[Span]] = [
        [
            ("number", f"{_number(row, 'blocks'):>12,}"),
            ("", f"{_size(_number(row, 'bytes')):>10}"),
            ("type", str(row.get("type", "?"))),
        ]
        for row in _rows(answer)
    ]
    print_table(terminal, ("     OBJECTS", "      SIZE", "TYPE"), rows)


def _print_changes(terminal: Terminal, options: argparse.Namespace, answer: JsonObject) -> None:
    seconds = _number(answer, "elapsed_ms") / 1000
    change = _number(answer, "bytes_change")
    terminal.line(
        (_role(change), _signed(change)),
        ("", f" in {seconds:.1f} s"),
        ("dim", f" ({_rate(change, seconds)}), {_number(answer, 'blocks_change'):+,} blocks; "),
        ("dim", f"traced now: {_size(_number(answer, 'bytes'))} in {_number(answer, 'blocks'):,} blocks"),
        wrap_prefix="  ",
    )
    if answer.get("cut"):
        terminal.line(("cut", "There are more places than are told apart; the sums count all of them."))
    rows = _rows(answer)
    if not rows:
        terminal.line(("dim", "Nothing was allocated that is still there."))
    elif options.by == "traceback":
        _print_tracebacks(terminal, rows, seconds)
    else:
        head = ("     CHANGE", "    GROWTH", "   BLOCKS", "       NOW", "LINE")
        print_table(terminal, head, [_row(row, seconds) for row in rows])


def _row(row: JsonObject, seconds: float) -> list[Span]:
    change = _number(row, "bytes_change")
    lines = [str(line) for line in row.get("lines") or []]
    return [
        (_role(change), f"{_signed(change):>11}"),
        ("dim", f"{_rate(change, seconds):>10}"),
        ("", f"{_number(row, 'blocks_change'):>+9,}"),
        ("dim", f"{_size(_number(row, 'bytes')):>10}"),
        ("name", lines[0] if lines else "?"),
    ]


def _print_tracebacks(terminal: Terminal, rows: list[JsonObject], seconds: float) -> None:
    for row in rows:
        change = _number(row, "bytes_change")
        terminal.line()
        terminal.line(
            (_role(change), _signed(change)),
            ("dim", f"  {_rate(change, seconds)}  {_number(row, 'blocks_change'):+,} blocks"),
            ("dim", f"  now {_size(_number(row, 'bytes'))} in {_number(row, 'blocks'):,}"),
        )
        for line in row.get("lines") or []:
            terminal.line(("", "  "), ("name", str(line)))


def _print_state(terminal: Terminal, options: argparse.Namespace, answer: JsonObject) -> None:
    if answer.get("ended"):
        terminal.line(("warn", f"Tracing ended by itself: {answer['ended']}."), wrap_prefix="  ")
    if answer.get("tracing"):
        whose = "" if answer.get("own") else ", by the program itself"
        frames = _number(answer, "frames")
        terminal.line(
            (
                "dim",
                f"Tracing{whose}, {frames} line{'s' if frames != 1 else ''} of each stack; "
                f"traces take {_size(_number(answer, 'tracer_bytes'))}.",
            )
        )
    elif options.op in ("stop", "status"):
        terminal.line(("dim", "Not tracing."))


def _rows(answer: JsonObject) -> list[JsonObject]:
    return [row for row in answer.get("rows") or [] if isinstance(row, dict)]


def _number(row: JsonObject, name: str) -> int:
    value = row.get(name)
    return value if isinstance(value, int) else 0


def _role(change: int) -> str:
    return "bad" if change > 0 else "good" if change < 0 else "dim"


def _size(count: float) -> str:
    """'840 B', '4.2 KiB', '1.3 MiB'."""
    for unit in ("B", "KiB", "MiB"):
        if abs(count) < 1024:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"


def _signed(count: int) -> str:
    return ("+" if count >= 0 else "") + _size(count)


def _rate(change: int, seconds: float) -> str:
    return f"{_signed(int(change / seconds))}/s" if seconds > 0 else "-"
