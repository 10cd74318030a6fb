"""A probe whose hits are lines: followed here, or left where it is."""

from __future__ import annotations

import sys

from stroboscope.cli.failure import OK
from stroboscope.cli.hit_line import print_hit_line
from stroboscope.cli.hub_client import HubClient, JsonObject
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.probe_watch import ProbeWatch
from stroboscope.cli.probing import nothing_captured, probe_set, show_progress
from stroboscope.cli.signals import interrupt_is_the_end
from stroboscope.cli.terminal import Terminal


def keep(client: HubClient, request: JsonObject, as_json: bool) -> int:
    """Set a probe that stays, and say how to look at it and remove it."""
    view = client.set_probe(request)
    if as_json:
        print_json(view)
        return OK
    probe_id = str(view["probe"]["id"])
    Terminal(sys.stdout).line(
        ("title", probe_id), ("dim", f"  is set. See: strobe why {probe_id}. Remove it: strobe rm {probe_id}")
    )
    return OK


def follow(client: HubClient, request: JsonObject, hits: int, timeout_s: float, as_json: bool) -> int:
    """Set a probe, print its lines until they are all there, in time, or Ctrl-C, and remove it.

    `hits`: as many as it brings when the request does not say.
    """
    progress = Terminal(sys.stderr)
    wanted = int(request["limits"].get("hits", hits))
    with probe_set(client, request) as view:
        watching = ProbeWatch(client, view, wanted, timeout_s)
        with interrupt_is_the_end():
            for summary in watching.snapshots(lambda: show_progress(progress, watching)):
                progress.clear_status()
                print_hit_line(summary, as_json)
        progress.clear_status()
    if watching.found:
        return OK
    raise nothing_captured(watching)
