"""`strobe why`: why a probe did or did not fire, process by process."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from stroboscope.cli import arguments, gates
from stroboscope.cli.commands.rm import resolve
from stroboscope.cli.duration import span_of
from stroboscope.cli.failure import OK
from stroboscope.cli.hub_client import HubClient, JsonObject
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.probe_words import print_probe_head
from stroboscope.cli.terminal import Terminal


def run(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """Print for every process of the service where the probe stands, in words."""
    parser = arguments.make_parser(
        "why", "PROBE [--json]", "Say why a probe did or did not fire, process by process."
    )
    parser.add_argument("probe", metavar="PROBE", help="its id, or the beginning that is unique")
    options = arguments.with_json(parser).parse_args(argv)
    client = connect()
    view = client.probe(resolve(options.probe, client))
    probe: JsonObject = view.get("probe") or {}
    instances = client.instances(service=str(probe.get("service", "")), state="up")
    if options.json:
        print_json(view | {"instances": instances})
        return OK
    terminal = Terminal(sys.stdout)
    print_probe_head(terminal, probe)
    states = {
        str(state.get("instance")): state for state in view.get("states") or [] if isinstance(state, dict)
    }
    if not instances and not states:
        terminal.line(
            ("warn", f"  No process of {probe.get('service')!r} is connected. "), ("dim", "See: strobe ps")
        )
    for instance in instances:
        _print_instance(terminal, probe, instance, states.pop(str(instance.get("id")), None))
    for state in states.values():
        name = str(state.get("instance", "?"))[:12]
        terminal.line(
            ("dim", f"  {name}, gone: "), ("dim", gates.explain(state, probe)), wrap_prefix="      "
        )
    return OK


def _print_instance(
    terminal: Terminal, probe: JsonObject, instance: JsonObject, state: JsonObject | None
) -> None:
    kind = str(state.get("state", "?")) if state else "silent"
    terminal.line(
        ("title", f"  pid {instance.get('pid')} on {instance.get('host')}"),
        ("dim", f"  {str(instance.get('id', '?'))[:12]}  "),
        (gates.ROLES.get(kind, ""), kind),
    )
    if state is None:
        terminal.line(
            ("", "      has not answered yet; this probe may be for other processes"), wrap_prefix="      "
        )
        return
    terminal.line(("", f"      {gates.explain(state, probe)}"), wrap_prefix="      ")
    if state.get("file") and state.get("line"):
        word = "stood" if kind == "error" else "armed"
        terminal.line(("dim", f"      {word} at {state['file']}:{state['line']}"), wrap_prefix="      ")
    if state.get("last_values"):
        terminal.line(
            ("dim", "      last seen: "), ("text", str(state["last_values"])), wrap_prefix="        "
        )
    if state.get("cost_ns"):
        terminal.line(("dim", f"      cost so far {span_of(int(state['cost_ns']))}{_share(kind, state)}"))


def _share(kind: str, state: JsonObject) -> str:
    """What was said of a probe that is over is of a second long ago."""
    if kind not in ("armed", "suspended"):
        return ""
    return f", {float(state.get('cost_percent') or 0):.2f} % of one core in the last second"
