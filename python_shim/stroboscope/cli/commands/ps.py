"""`strobe ps`: the processes that are, or were, connected."""

from __future__ import annotations

import sys

from stroboscope.cli.duration import ago
from stroboscope.cli.failure import OK
from stroboscope.cli.hub_client import HubClient, JsonObject
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.table import print_table
from stroboscope.cli.terminal import Span, Terminal

_HEAD = ("SERVICE", "STATE", "SINCE", "PID", "HOST", "PYTHON", "ENGINE", "INSTANCE", "COMMAND")


def run(client: HubClient, service: str, every: bool, as_json: bool) -> int:
    """List instances: those that are up, or `every` one the hub remembers."""
    query = {"service": service} if service else {}
    if not every:
        query["state"] = "up"
    instances = client.instances(**query)
    if as_json:
        for instance in instances:
            print_json(instance)
        return OK
    if not instances:
        where = f"of service {service!r} " if service else ""
        Terminal(sys.stderr).line(
            ("", f"No process {where}is connected to {client.hub.address}."),
            ("dim", " Start one: strobe run -- python app.py"),
            wrap_prefix="  ",
        )
        return OK
    print_table(Terminal(sys.stdout), _HEAD, [_row(instance) for instance in instances])
    return OK


def _row(instance: JsonObject) -> list[Span]:
    is_up = instance.get("state") == "up"
    since = instance.get("connected_at_ms" if is_up else "last_seen_ms", 0)
    return [
        ("title", str(instance.get("service", ""))),
        ("good" if is_up else "bad", str(instance.get("state", ""))),
        ("", ago(since) if isinstance(since, int) else ""),
        ("number", str(instance.get("pid", ""))),
        ("", str(instance.get("host", ""))),
        ("", str(instance.get("python", ""))),
        ("dim", str(instance.get("engine", ""))),
        ("dim", str(instance.get("id", ""))[:12]),
        ("dim", str(instance.get("command", ""))),
    ]
