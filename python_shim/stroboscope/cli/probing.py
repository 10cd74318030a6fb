"""A probe while a command waits for it: set, followed, explained, removed again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from stroboscope.cli import gates
from stroboscope.cli.failure import NOTHING_CAPTURED, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, JsonObject, NotFound
from stroboscope.cli.probe_watch import ProbeWatch
from stroboscope.cli.signals import end_at_once_on_signals, raise_on_ending_signals, signals_held
from stroboscope.cli.terminal import Terminal

_LINES_MAX = 8


@contextmanager
def probe_set(client: HubClient, request: JsonObject, keep: bool = False) -> Iterator[JsonObject]:
    """Set the probe; its view. Removed at the end, also on Ctrl-C, unless it is to be kept."""
    raise_on_ending_signals()
    with signals_held():
        view = client.set_probe(request)
    try:
        yield view
    finally:
        end_at_once_on_signals()
        if not keep:
            _remove(client, str(view["probe"]["id"]))


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


def show_progress(progress: Terminal, watch: ProbeWatch, wanted: int = 0) -> None:
    """One status line: where the probe stands; `wanted` is how many hits the command waits for."""
    connected = len(watch.instances)
    armed = sum(1 for state in watch.states if state.get("state") in ("armed", "done", "suspended"))
    pending = sum(1 for state in watch.states if state.get("state") == "pending")
    if not connected:
        parts = [f"waiting for a process of {watch.probe['service']}"]
    else:
        parts = [f"armed in {armed} of {connected} {'instance' if connected == 1 else 'instances'}"]
    if pending:
        parts.append(f"not loaded in {pending}")
    counters = gates.summed(watch.states)
    if counters.get("reached"):
        parts.append(gates.counts_in_words(counters, watch.probe))
    if wanted > 1:
        parts.append(f"{watch.found} of {wanted} captured")
    if watch.is_bounded:
        parts.append(f"{watch.left_s:.0f} s left")
    parts.append("Ctrl-C ends")
    fault = gates.condition_fault(watch.states)
    if fault and not watch.fault_is_told:
        watch.fault_is_told = True
        progress.clear_status()
        progress.line(("warn", "strobe: not evaluated: "), ("", fault), wrap_prefix="  ")
    progress.status(" · ".join(parts))


def nothing_captured(watch: ProbeWatch, done: str = "captured") -> Failure:
    """Why nothing was `done`, for each process."""
    location = watch.probe["location"]
    if not watch.failed:
        what = f"nothing was {done} in {round(watch.waited_s, 1):g} s at {location}"
        return Failure(NOTHING_CAPTURED, what, _explanations(watch, watch.instances))
    refused = [state for state in watch.states if state.get("state") != "pending"]
    ids = {state.get("instance") for state in refused}
    reasons = {str(state.get("reason")) for state in refused}
    return Failure(
        WRONG_USE if reasons <= gates.WRONG_USE_REASONS else NOTHING_CAPTURED,
        f"nothing can be {done} at {location}",
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
        words = gates.explain(state, watch.probe) if state else "has not answered yet"
        pids.setdefault(words, []).append(str(instance.get("pid")))
    lines = [f"pid {', '.join(numbers)}: {words}" for words, numbers in pids.items()]
    if len(lines) > _LINES_MAX:
        lines[_LINES_MAX:] = [f"and {len(lines) - _LINES_MAX} more that say something else"]
    return "\n".join(lines)
