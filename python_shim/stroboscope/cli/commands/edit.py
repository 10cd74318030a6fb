"""`strobe edit`: change a live probe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from stroboscope.cli import arguments
from stroboscope.cli.commands.check import require_language
from stroboscope.cli.commands.rm import resolve
from stroboscope.cli.failure import OK, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, JsonObject
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.probe_options import add_limits, limits_of
from stroboscope.cli.terminal import Terminal

_EXAMPLES = """\
examples
  strobe edit 9f31 --if 'total < 0 and tier == "gold"'
  strobe edit 9f31 --rate 100 --hits 50 --expires 2h
  strobe edit 9f31 --always
"""


def run(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """Change what was given; everything else stays, and so do the counters where only limits change."""
    parser = arguments.make_parser(
        "edit",
        "PROBE [--if EXPR | --always] [limits] [--template T] [--level L] [--json]",
        "Change a live probe.",
        _EXAMPLES,
    )
    parser.add_argument("probe", metavar="PROBE", help="its id, or the beginning that is unique")
    condition = parser.add_mutually_exclusive_group()
    condition.add_argument("--if", dest="condition", metavar="EXPR", help="act only where this is true")
    condition.add_argument("--always", action="store_true", help="without a condition")
    parser.add_argument("--template", metavar="T", help="log: another text")
    parser.add_argument(
        "--level", choices=("debug", "info", "warning", "error", "critical"), help="log: another level"
    )
    parser.add_argument("--value", metavar="EXPR", help="metric: another number")
    parser.add_argument(
        "--labels",
        nargs="+",
        type=arguments.label,
        metavar="NAME=EXPR",
        help="metric and timer: other labels; span: other attributes",
    )
    parser.add_argument("--by", choices=("line", "traceback"), help="memory: add up by this")
    parser.add_argument(
        "--top", type=int, choices=range(1, 51), metavar="N", help="memory: rows of each reading"
    )
    add_limits(parser, "as it is", "as it is")
    options = arguments.with_json(parser).parse_args(argv)
    edit: JsonObject = {}
    if options.always or options.condition is not None:
        edit["condition"] = options.condition or ""
    limits = limits_of(options)
    if limits:
        edit["limits"] = limits
    changes = {name: getattr(options, name) for name in ("template", "level", "value", "labels", "by", "top")}
    changed_options = {name: value for name, value in changes.items() if value is not None}
    if changed_options:
        edit["options"] = changed_options
    if not edit:
        raise Failure(WRONG_USE, "nothing to change was given", "See: strobe edit --help")
    labels = [one["value"] for one in options.labels or ()]
    for expression in (options.condition, options.value, *labels):
        if expression:
            require_language(expression)
    if options.template:
        require_language(options.template, template=True)
    client = connect()
    view = client.edit_probe(resolve(options.probe, client), edit)
    if options.json:
        print_json(view)
    else:
        probe: JsonObject = view["probe"]
        Terminal(sys.stdout).line(("", f"Changed probe {probe['id']}, now version {probe['version']}."))
    return OK
