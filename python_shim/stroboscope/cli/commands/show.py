"""`strobe show`: a stored snapshot, or the list of the latest."""

from __future__ import annotations

import sys

from stroboscope.cli.duration import moment
from stroboscope.cli.failure import OK, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, JsonObject, NotFound
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.render import print_snapshot
from stroboscope.cli.table import print_table
from stroboscope.cli.terminal import Span, Terminal

_LATEST = 20
_HEAD = ("SNAPSHOT", "TIME", "SERVICE", "FUNCTION", "PLACE")


def run(client: HubClient, snapshot_id: str, full: bool, as_json: bool) -> int:
    """Print one snapshot; without an id, list the latest ones."""
    if not snapshot_id:
        return _list_latest(client, as_json)
    try:
        view = client.snapshot(snapshot_id)
    except NotFound:
        raise Failure(
            WRONG_USE, f"there is no snapshot {snapshot_id!r}", "List the latest: strobe show"
        ) from None
    if as_json:
        print_json(view)
    else:
        show(Terminal(sys.stdout), client, view, full)
    return OK


def show(terminal: Terminal, client: HubClient, view: JsonObject, full: bool = False) -> None:
    """Print `view` with what the hub knows about it: the source, and the process."""
    summary: JsonObject = view.get("summary") or {}
    source = None
    if summary.get("source_sha256"):
        try:
            source = str(client.source(str(summary["source_sha256"])).get("text") or "")
        except NotFound:
            source = None  # the process had no text for it; the snapshot is whole without
    instances = client.instances(service=str(summary.get("service", "")))
    instance = next((row for row in instances if row.get("id") == summary.get("instance")), None)
    print_snapshot(terminal, view, source, instance, full)


def _list_latest(client: HubClient, as_json: bool) -> int:
    summaries = client.snapshots(limit=str(_LATEST))
    if as_json:
        for summary in summaries:
            print_json(summary)
    elif summaries:
        print_table(Terminal(sys.stdout), _HEAD, [_row(summary) for summary in summaries])
    else:
        Terminal(sys.stderr).line(
            ("", "No snapshot is stored."), ("dim", " Take one: strobe snap shop/pricing.py:42")
        )
    return OK


def _row(summary: JsonObject) -> list[Span]:
    time_us = summary.get("time_us", 0)
    return [
        ("title", str(summary.get("id", "?"))),
        ("dim", moment(time_us) if isinstance(time_us, int) else ""),
        ("", str(summary.get("service", ""))),
        ("name", str(summary.get("function", ""))),
        ("", f"{summary.get('file', '?')}:{summary.get('line', '?')}"),
    ]
