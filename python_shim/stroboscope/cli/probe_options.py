"""What every command that sets a probe takes: condition, limits, targets; and the request they make."""

from __future__ import annotations

import argparse
import time
from typing import Any

from stroboscope.cli import arguments
from stroboscope.cli.failure import NOTHING_CAPTURED, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient

JsonObject = dict[str, Any]

_EXPIRY_DEFAULT_S = 3600
_EXPIRY_MARGIN_S = 300
USAGE = "[--if EXPR] [limits] [targets] [--json]"


def add_probe_options(parser: arguments.Parser, hits_default: str, rate_default: str = "10") -> None:
    """Add the options; the defaults say in words how often, and how fast, the probe acts without its own."""
    parser.add_argument(
        "--if", dest="condition", default="", metavar="EXPR", help="act only where this is true"
    )
    add_limits(parser, hits_default, rate_default)
    targets = parser.add_argument_group("targets")
    targets.add_argument(
        "--service", default="", metavar="S", help="needed when several services are connected"
    )
    targets.add_argument(
        "--instance",
        dest="instances",
        action="append",
        default=[],
        metavar="ID",
        help="only this process; may be repeated",
    )
    targets.add_argument(
        "--label",
        dest="process_labels",
        action="append",
        default=[],
        type=arguments.process_label,
        metavar="NAME=VALUE",
        help="only processes with this in STROBE_LABELS; may be repeated",
    )
    targets.add_argument(
        "--first", action="store_true", help="the first process that hits ends the probe in all others"
    )


def add_limits(parser: arguments.Parser, hits_default: str, rate_default: str = "10") -> None:
    """Add what bounds a probe; all may be changed on a live one."""
    limits = parser.add_argument_group("limits, in each process")
    limits.add_argument(
        "--hits", type=arguments.hits, metavar="N", help=f"act N times, then be done ({hits_default})"
    )
    limits.add_argument(
        "--when",
        type=arguments.when,
        metavar="WHICH",
        help="of the passes where the condition holds only the N-th, '>=N' or 'every N'",
    )
    limits.add_argument(
        "--rate", type=arguments.rate, metavar="R", help=f"act at most R times a second ({rate_default})"
    )
    limits.add_argument("--expires", type=arguments.duration, metavar="T", help="end after 90s, 10m, 2h (1h)")
    limits.add_argument(
        "--budget", type=arguments.percent, metavar="P", help="may cost P percent of one core (the process's)"
    )


def limits_of(options: argparse.Namespace, least_s: float = 0.0) -> JsonObject:
    """The `limits` that were asked for; the probe lives at least `least_s` and a margin."""
    limits: JsonObject = {}
    for name, member in (
        ("hits", "hits"),
        ("when", "when"),
        ("rate", "rate_per_s"),
        ("budget", "budget_percent"),
    ):
        value = getattr(options, name)
        if value is not None:
            limits[member] = value
    lives_s = options.expires
    if lives_s is None and least_s + _EXPIRY_MARGIN_S > _EXPIRY_DEFAULT_S:
        lives_s = least_s + _EXPIRY_MARGIN_S
    if lives_s is not None:
        # Otherwise the hub's own hour is enough, and clocks that differ do not matter.
        limits["expires_at_ms"] = int((time.time() + lives_s) * 1000)
    return limits


def request_of(
    options: argparse.Namespace, service: str, action: str, action_options: JsonObject, least_s: float = 0.0
) -> JsonObject:
    """The body of POST /api/v1/probes."""
    body: JsonObject = {
        "service": service,
        "location": options.location,
        "action": action,
        "limits": limits_of(options, least_s),
    }
    if options.condition:
        body["condition"] = options.condition
    if action_options:
        body["options"] = action_options
    target: JsonObject = {}
    if options.instances:
        target["instances"] = options.instances
    if options.process_labels:
        target["labels"] = options.process_labels
    if options.first:
        target["first"] = True
    if target:
        body["target"] = target
    return body


def service_of(options: argparse.Namespace, client: HubClient) -> str:
    """The service that was named, else the only one that is connected."""
    if options.service:
        return str(options.service)
    services = sorted({str(instance.get("service")) for instance in client.instances(state="up")})
    if not services:
        raise Failure(
            NOTHING_CAPTURED,
            f"no process is connected to {client.hub.address}",
            "Start one: strobe run -- python app.py; or name the service to wait for: --service NAME",
        )
    if len(services) > 1:
        raise Failure(
            WRONG_USE, f"several services are connected: {', '.join(services)}", "Choose: --service NAME"
        )
    return services[0]
