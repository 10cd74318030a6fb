"""`strobe log`: log a line each time a location is reached; `strobe logs`: lines that were logged."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from stroboscope.cli import arguments
from stroboscope.cli.failure import NOTHING_CAPTURED, OK, Failure
from stroboscope.cli.hit_line import print_hit_line
from stroboscope.cli.hub_client import HubClient, JsonObject
from stroboscope.cli.lines import follow, keep
from stroboscope.cli.probe_options import USAGE, add_probe_options, request_of, service_of

_LEVELS = ("debug", "info", "warning", "error", "critical")
_LATEST = 100
_EXAMPLES = """\
examples
  strobe log shop/pricing.py:42 'total {total:.2f} for {customer.tier}'
  strobe log shop.pricing:Cart.total:exit 'gave {$return} in {$elapsed_ms:.1f} ms' --if '$elapsed_ms > 100'
  strobe log shop/pricing.py:42 'negative: {total}' --if 'total < 0' --level warning --keep
"""


def log(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """Print lines as they come until Ctrl-C, --timeout or --hits; with --keep leave the probe set."""
    parser = arguments.make_parser(
        "log", f"LOCATION TEMPLATE {USAGE}", "Log a line each time a location is reached.", _EXAMPLES
    )
    parser.add_argument("location", type=arguments.location, metavar="LOCATION", help="where")
    parser.add_argument("template", metavar="TEMPLATE", help="text with {expression} and {expression:format}")
    parser.add_argument("--level", choices=_LEVELS, default="info", help="its level (info)")
    parser.add_argument(
        "--to-logging", action="store_true", help="also to the program's own logging, logger 'stroboscope'"
    )
    parser.add_argument("--keep", action="store_true", help="set it, print its id, and do not wait")
    parser.add_argument(
        "--timeout", type=arguments.seconds, metavar="S", help="seconds to follow at most (until Ctrl-C)"
    )
    add_probe_options(parser, "1000")
    options = arguments.with_json(parser).parse_args(argv)
    client = connect()
    action: JsonObject = {"template": options.template, "level": options.level}
    if options.to_logging:
        action["to_logging"] = True
    request = request_of(options, service_of(options, client), "log", action, options.timeout or 0.0)
    if options.keep:
        return keep(client, request, options.json)
    return follow(client, request, 1000, options.timeout or math.inf, options.json)


def logs(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """List the latest lines that log probes brought, and attributes of spans, oldest first."""
    parser = arguments.make_parser(
        "logs",
        "[PROBE] [--trace ID] [--service S] [-n N] [--json]",
        "Print the latest lines that log probes brought, and the attributes that span probes did.",
    )
    parser.add_argument("probe", nargs="?", default="", metavar="PROBE", help="only of this probe")
    parser.add_argument(
        "--trace", default="", metavar="ID", help="all of this trace, its snapshots too (32 digits)"
    )
    parser.add_argument("--service", default="", metavar="S", help="only of this service")
    parser.add_argument(
        "-n", dest="count", type=arguments.hits, default=_LATEST, metavar="N", help="so many (100)"
    )
    options = arguments.with_json(parser).parse_args(argv)
    client = connect()
    query = {"kind": "log,span", "limit": str(min(options.count, 500))}
    if options.trace:
        query |= {"kind": "log,span,snapshot", "trace": options.trace.lower()}
    if options.probe:
        query["probe"] = options.probe
    if options.service:
        query["service"] = options.service
    summaries = client.snapshots(0, **query)
    if not summaries and not options.json:
        raise Failure(
            NOTHING_CAPTURED,
            f"nothing is stored of trace {options.trace}" if options.trace else "no log line is stored",
            "Set a log probe: strobe log shop/pricing.py:42 'total {total}'",
        )
    for summary in reversed(summaries):
        print_hit_line(summary, options.json)
    return OK
