"""`strobe threads`: where every thread of a process stands, also of one that is stuck."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from stroboscope.cli import arguments
from stroboscope.cli.choose_process import choose_process
from stroboscope.cli.failure import OK
from stroboscope.cli.hub_client import HubClient
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.terminal import Terminal
from stroboscope.cli.thread_page import print_threads

_DESCRIPTION = """\
Say where every thread of a process stands.

All stacks are taken in one moment, in which the program stands still (some 10 us for each thread).
A process that does not let its GIL go for about 2 s is stuck: its stacks are then read without it,
and may show different moments; what is missing then is said.
"""
_EXAMPLES = """\
examples
  strobe threads shop
  strobe threads shop --full          frames of libraries, too
  strobe threads shop --locals        and the variables of the innermost frames, redacted
  strobe threads shop --no-gil        do not wait: it is stuck
  strobe threads shop --greenlets     with the greenlets (gevent, eventlet) that wait
"""


def run(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """Ask one process of a service, and print what it answers."""
    options = _parse(argv)
    client = connect()
    instance = choose_process(client, options.service, options.instance)
    wanted = {"no_gil": options.no_gil, "locals": options.locals, "greenlets": options.greenlets}
    answer = client.threads(str(instance.get("id")), wanted)
    if options.json:
        print_json(answer | {"instance": instance.get("id")})
    else:
        print_threads(Terminal(sys.stdout), answer, instance, full=options.full)
    return OK


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = arguments.make_parser(
        "threads",
        "SERVICE [--instance ID] [--full] [--locals] [--greenlets] [--no-gil] [--json]",
        _DESCRIPTION,
        _EXAMPLES,
    )
    parser.add_argument("service", metavar="SERVICE", help="of which service")
    parser.add_argument(
        "--instance", default="", metavar="ID", help="which of its processes; needed when there are several"
    )
    parser.add_argument("--full", action="store_true", help="also the frames of libraries, each on its line")
    parser.add_argument("--locals", action="store_true", help="with the variables of the innermost frames")
    parser.add_argument("--greenlets", action="store_true", help="with the greenlets that are suspended")
    parser.add_argument(
        "--no-gil", action="store_true", help="do not wait for the GIL: of a process that is stuck"
    )
    return arguments.with_json(parser).parse_args(argv)
