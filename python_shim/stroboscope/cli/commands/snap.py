"""`strobe snap`: set a probe, wait, print what it captures, remove it."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

from stroboscope.cli import gates
from stroboscope.cli.commands.show import show
from stroboscope.cli.failure import NOTHING_CAPTURED, OK, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, JsonObject, NotFound
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.probe_watch import ProbeWatch
from stroboscope.cli.signals import end_at_once_on_signals, raise_on_ending_signals, signals_held
from stroboscope.cli.terminal import Terminal

_EXPIRY_DEFAULT_S = 3600
_EXPIRY_MARGIN_S = 300
_LINES_MAX = 8


@dataclass(frozen=True)
class SnapRequest:
    """What was asked for on the command line."""

    location: str
    condition: str
    service: str
    hits: int
    timeout_s: float
    as_json: bool


def run(client: HubClient, request: SnapRequest) -> int:
    """Exit code: OK once `hits` snapshots, or at least one before the time-out, were printed."""
    service = request.service or _only_service(client)
    raise_on_ending_signals()
    with signals_held():
        view = client.set_probe(_probe_request(request, service))
    probe_id = str(view["probe"]["id"])
    try:
        return _wait(client, request, view)
    finally:
        end_at_once_on_signals()
        _remove(client, probe_id)


def _only_service(client: HubClient) -> str:
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


def _probe_request(request: SnapRequest, service: str) -> JsonObject:
    body: JsonObject = {
        "service": service,
        "location": request.location,
        "action": "snapshot",
        "limits": {"hits": request.hits},
    }
    if request.condition:
        body["condition"] = request.condition
    if request.timeout_s + _EXPIRY_MARGIN_S > _EXPIRY_DEFAULT_S:
        # Otherwise the hub's own hour is enough, and clocks that differ do not matter.
        body["limits"]["expires_at_ms"] = int((time.time() + request.timeout_s + _EXPIRY_MARGIN_S) * 1000)
    return body


def _wait(client: HubClient, request: SnapRequest, view: JsonObject) -> int:
    progress = Terminal(sys.stderr)
    printed = 0
    watch = ProbeWatch(client, view, request.hits, request.timeout_s)
    try:
        for summary in watch.snapshots(on_progress=lambda: _show_progress(progress, watch, request.hits)):
            progress.clear_status()
            snapshot = client.snapshot(str(summary["id"]))
            if request.as_json:
                print_json(snapshot)
            else:
                terminal = Terminal(sys.stdout)
                show(terminal, client, snapshot)
                terminal.flush()
            printed += 1
    finally:
        progress.clear_status()
    if printed:
        return OK
    raise _nothing_captured(watch, request)


def _show_progress(progress: Terminal, watch: ProbeWatch, hits: int) -> None:
    total = len(watch.instances)
    armed = sum(1 for state in watch.states if state.get("state") in ("armed", "done"))
    pending = sum(1 for state in watch.states if state.get("state") == "pending")
    if not total:
        parts = [f"waiting for a process of {watch.probe['service']}"]
    else:
        parts = [f"armed in {armed} of {total} {'instance' if total == 1 else 'instances'}"]
    if pending:
        parts.append(f"not loaded in {pending}")
    reached = gates.reached(watch.states)
    if reached:
        parts.append(f"reached {reached:,} {'time' if reached == 1 else 'times'}")
    if hits > 1:
        parts.append(f"{watch.found} of {hits} captured")
    parts += [f"{watch.left_s:.0f} s left", "Ctrl-C ends"]
    progress.status(" · ".join(parts))


def _nothing_captured(watch: ProbeWatch, request: SnapRequest) -> Failure:
    location = watch.probe["location"]
    if not watch.failed:
        what = f"nothing was captured in {request.timeout_s:g} s at {location}"
        return Failure(NOTHING_CAPTURED, what, _explanations(watch, watch.instances))
    refused = [state for state in watch.states if state.get("state") != "pending"]
    ids = {state.get("instance") for state in refused}
    reasons = {str(state.get("reason")) for state in refused}
    return Failure(
        WRONG_USE if reasons <= gates.WRONG_USE_REASONS else NOTHING_CAPTURED,
        f"nothing can be captured at {location}",
        _explanations(watch, [instance for instance in watch.instances if instance.get("id") in ids]),
    )


def _explanations(watch: ProbeWatch, instances: list[JsonObject]) -> str:
    """A line for each process, or one for all that say the same."""
    if not instances:
        return f"No process of {watch.probe['service']!r} was connected. See: strobe ps"
    states = {state.get("instance"): state for state in watch.states}
    pids: dict[str, list[str]] = {}
    for instance in instances:
        state = states.get(instance.get("id"))
        words = gates.explain(state) if state else "has not answered yet"
        pids.setdefault(words, []).append(str(instance.get("pid")))
    lines = [f"pid {', '.join(numbers)}: {words}" for words, numbers in pids.items()]
    if len(lines) > _LINES_MAX:
        lines[_LINES_MAX:] = [f"and {len(lines) - _LINES_MAX} more that say something else"]
    return "\n".join(lines)


def _remove(client: HubClient, probe_id: str) -> None:
    try:
        # An interrupted answer may still be on the old connection.
        client.close()
        client.remove_probe(probe_id)
    except NotFound:
        pass
    except Failure as failure:
        Terminal(sys.stderr).line(
            ("bad", "strobe: "),
            ("", f"probe {probe_id} could not be removed: {failure.message}."),
            ("dim", f" Later: strobe rm {probe_id}"),
            wrap_prefix="  ",
        )
