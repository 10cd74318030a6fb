"""`strobe probes`: the probes that are set, and where each stands."""

from __future__ import annotations

import sys

from stroboscope.cli import gates
from stroboscope.cli.failure import OK
from stroboscope.cli.hub_client import HubClient, JsonObject
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.probe_words import print_probe_head
from stroboscope.cli.terminal import Terminal


def run(client: HubClient, service: str, as_json: bool) -> int:
    """List probes, newest first, with a line for each instance that reported."""
    views = client.probes(**({"service": service} if service else {}))
    if as_json:
        for view in views:
            print_json(view)
        return OK
    if not views:
        Terminal(sys.stderr).line(
            ("", "No probe is set."), ("dim", " Set one: strobe snap shop/pricing.py:42")
        )
        return OK
    terminal = Terminal(sys.stdout)
    for view in views:
        _print_probe(terminal, view)
    return OK


def _print_probe(terminal: Terminal, view: JsonObject) -> None:
    probe: JsonObject = view.get("probe") or {}
    print_probe_head(terminal, probe)
    states = [state for state in view.get("states") or [] if isinstance(state, dict)]
    if not states:
        terminal.line(("dim", "    no process has reported yet"))
    for state in states:
        kind = str(state.get("state", "?"))
        terminal.line(
            ("dim", f"    {str(state.get('instance', '?'))[:12]}  "),
            (gates.ROLES.get(kind, ""), f"{kind:<9} "),
            ("", gates.explain(state, probe)),
            wrap_prefix="      ",
        )
