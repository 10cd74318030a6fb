"""`strobe span`: put attributes on the span that is current each time a location is reached."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence

from stroboscope.cli import arguments
from stroboscope.cli.hub_client import HubClient, JsonObject
from stroboscope.cli.lines import follow, keep
from stroboscope.cli.probe_options import USAGE, add_probe_options, request_of, service_of

_EXAMPLES = """\
examples
  strobe span shop/pricing.py:42 user=customer.id tier=customer.tier
  strobe span shop.pricing:Cart.total:exit total='$return' --if '$return > 1000' --keep
  strobe logs --trace 4bf92f3577b34da6a3ce929d0e0e4736
"""


def run(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """Print attributes as they come until Ctrl-C, --timeout or --hits; with --keep leave the probe set."""
    parser = arguments.make_parser(
        "span",
        f"LOCATION NAME=EXPR... {USAGE}",
        "Put attributes on the span of OpenTelemetry that is current each time a location is reached.",
        _EXAMPLES,
    )
    parser.add_argument("location", type=arguments.location, metavar="LOCATION", help="where")
    parser.add_argument(
        "attributes",
        nargs="+",
        type=arguments.label,
        metavar="NAME=EXPR",
        help="an attribute and the read-only expression that gives its value; at most 8",
    )
    parser.add_argument("--keep", action="store_true", help="set it, print its id, and do not wait")
    parser.add_argument(
        "--timeout", type=arguments.seconds, metavar="S", help="seconds to follow at most (until Ctrl-C)"
    )
    add_probe_options(parser, "no end")
    options = arguments.with_json(parser).parse_args(argv)
    client = connect()
    action: JsonObject = {"labels": options.attributes}
    request = request_of(options, service_of(options, client), "span", action, options.timeout or 0.0)
    if options.keep:
        return keep(client, request, options.json)
    return follow(client, request, sys.maxsize, options.timeout or math.inf, options.json)
