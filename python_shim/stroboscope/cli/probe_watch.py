"""Waiting for a probe: its states and its snapshots, asked for in turn over one connection."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from stroboscope.cli.hub_client import HubClient, HubUnreachable, NotFound

JsonObject = dict[str, Any]

_ARMING_WAIT_S = 1  # while instances still arm, their states matter most
_SNAPSHOT_WAIT_S = 2  # afterwards snapshots do, and counters are looked at in between
_HUB_AWAY_S_MAX = 15.0
_RETRY_S = 0.5
_BOUNDED_S_MAX = 12 * 3600


class ProbeWatch:
    """Follows one probe until it has brought `hits` snapshots, cannot bring any, or `timeout_s` is over."""

    def __init__(self, client: HubClient, view: JsonObject, hits: int, timeout_s: float) -> None:
        self._client = client
        self.probe: JsonObject = view["probe"]
        self._hits = hits
        self._began = time.monotonic()
        self._deadline = self._began + timeout_s
        self._position = 0
        self.found = 0
        """Snapshots so far."""
        self.instances: list[JsonObject] = []
        """Connected processes of the service."""
        self.states: list[JsonObject] = []
        """What those processes reported, in the same order; those that did not report yet are missing."""
        self.fault_is_told = False
        """Whether the person was told that the condition cannot be evaluated."""
        self._take_states(view)

    @property
    def left_s(self) -> float:
        """Seconds until the time-out."""
        return max(0.0, self._deadline - time.monotonic())

    @property
    def waited_s(self) -> float:
        """Seconds since it began, at most the time-out."""
        return min(time.monotonic(), self._deadline) - self._began

    @property
    def is_bounded(self) -> bool:
        """Whether there is a time-out that a person would wait for."""
        return self._deadline < time.monotonic() + _BOUNDED_S_MAX

    def look(self) -> None:
        """Ask once where the probe stands."""
        self.instances = self._client.instances(service=self.probe["service"], state="up")
        self._take_states(self._client.probe(self.probe["id"]))

    @property
    def failed(self) -> bool:
        """Every connected process reported, none is armed, and at least one cannot be.

        Processes without the file do not count: the parent of pre-forked workers never loads it.
        """
        kinds = {state.get("state") for state in self.states} - {"pending"}
        return self._everyone_reported() and bool(kinds) and kinds <= {"error", "expired"}

    def snapshots(self, on_progress: Callable[[], None]) -> Iterator[JsonObject]:
        """Summaries oldest first. `on_progress` is called after each look at the states."""
        hub_away_since: float | None = None
        while True:
            is_last_round = not self.left_s
            try:
                summaries = self._round(on_progress)
                hub_away_since = None
            except NotFound:
                return  # somebody else removed the probe
            except HubUnreachable:
                now = time.monotonic()
                hub_away_since = now if hub_away_since is None else hub_away_since
                if now - hub_away_since > _HUB_AWAY_S_MAX or is_last_round:
                    raise
                time.sleep(_RETRY_S)
                continue
            for summary in summaries:
                self._position = max(self._position, int(summary.get("position", 0)))
                self.found += 1
                yield summary
                if self.found >= self._hits:
                    return
            if is_last_round or (self.failed and not summaries):
                return

    def _round(self, on_progress: Callable[[], None]) -> list[JsonObject]:
        self.instances = self._client.instances(service=self.probe["service"], state="up")
        is_settled = self._everyone_reported() and bool(self.states)
        # After the time-out, too: counters that are on their way explain why nothing came.
        state_wait_s = _ARMING_WAIT_S if not is_settled or not self.left_s else 0
        view = self._client.probe(self.probe["id"], self._revision, state_wait_s)
        self._take_states(view)
        on_progress()
        snapshot_wait_s = self._bounded(_SNAPSHOT_WAIT_S) if is_settled and not self.failed else 0
        return self._client.snapshots(snapshot_wait_s, probe=self.probe["id"], after=str(self._position))

    def _take_states(self, view: JsonObject) -> None:
        revision = view.get("revision")
        self._revision = revision if isinstance(revision, int) else 0
        states = {
            state.get("instance"): state for state in view.get("states") or [] if isinstance(state, dict)
        }
        connected = (instance.get("id") for instance in self.instances)
        self.states = [states[instance_id] for instance_id in connected if instance_id in states]

    def _everyone_reported(self) -> bool:
        return bool(self.instances) and len(self.states) == len(self.instances)

    def _bounded(self, wait_s: int) -> int:
        return min(wait_s, int(min(self.left_s, wait_s)) + 1) if self.left_s else 0
