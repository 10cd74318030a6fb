"""`strobe rm`: remove probes."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from stroboscope.cli.failure import OK, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, NotFound
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.terminal import Terminal

_PREFIX_MIN = 4


def run(client: HubClient, ids: Sequence[str], as_json: bool) -> int:
    """Remove every probe in `ids`; all are looked up before the first is removed. Unique prefixes will do."""
    known = _known(client)
    terminal = Terminal(sys.stdout)
    for probe_id in dict.fromkeys(_resolve(text, known) for text in ids):
        try:
            client.remove_probe(probe_id)
        except NotFound:
            continue  # somebody was faster: it is gone, as asked
        if as_json:
            print_json({"removed": probe_id})
        else:
            terminal.line(("", f"Removed probe {probe_id}."))
    return OK


def resolve(text: str, client: HubClient) -> str:
    """The id of the one probe that `text` begins."""
    return _resolve(text, _known(client))


def _known(client: HubClient) -> list[str]:
    return [str(view["probe"]["id"]) for view in client.probes() if isinstance(view.get("probe"), dict)]


def _resolve(text: str, known: Sequence[str]) -> str:
    if text in known:
        return text
    matches = [probe_id for probe_id in known if len(text) >= _PREFIX_MIN and probe_id.startswith(text)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise Failure(
            WRONG_USE, f"{text!r} begins several probes: {', '.join(matches)}", "Give one more character."
        )
    what = f"there is no probe {text!r}"
    if len(text) < _PREFIX_MIN and any(probe_id.startswith(text) for probe_id in known):
        what = f"{text!r} is too short: give at least {_PREFIX_MIN} characters of an id"
    raise Failure(WRONG_USE, what, "List them: strobe probes")
