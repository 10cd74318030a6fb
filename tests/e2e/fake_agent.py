"""The agent's side of the link, spoken by hand."""

from __future__ import annotations

import secrets
from typing import Any

from live_hub import LiveHub
from web_socket import WebSocket

BODY = {"format": 1, "frames": [], "frames_total": 0, "values": [], "capture_ns": 1}


class FakeAgent:
    """A connection that said hello and read its welcome and first probe_set."""

    def __init__(self, hub: LiveHub, instance: str = "", service: str = "shop") -> None:
        self.instance = instance or secrets.token_hex(16)
        self.service = service
        self.socket = open_link(hub)
        self.socket.send(self.hello())
        self.welcome = self.socket.receive_kind("welcome")
        self.probe_set = self.socket.receive_kind("probe_set")

    def hello(self) -> dict[str, Any]:
        """What an agent says first."""
        return {
            "t": "hello",
            "instance": self.instance,
            "service": self.service,
            "host": "box",
            "pid": 4711,
            "python": "3.12.1",
            "engine": "monitoring",
            "agent_version": "0.1.0",
            "started_at_ms": 1700000000000,
        }

    def snapshot(self, seq: int, probe: str = "p1", **more: Any) -> dict[str, Any]:
        """A snapshot as it is sent."""
        return {
            "t": "snapshot",
            "seq": seq,
            "probe": probe,
            "probe_version": 1,
            "time_us": 1700000000000000 + seq,
            "file": "/srv/shop.py",
            "line": 7,
            "function": "total",
            "body": BODY,
        } | more

    def send_snapshot(self, seq: int, probe: str = "p1", **more: Any) -> None:
        """Send a snapshot; does not wait for the acknowledgement."""
        self.socket.send(self.snapshot(seq, probe, **more))

    def wait_acknowledged(self, seq: int) -> None:
        """Returns when everything up to `seq` is acknowledged."""
        while self.socket.receive_kind("ack")["seq"] < seq:
            pass

    def send_state(self, probe: str, state: str, **more: Any) -> None:
        """Report where a probe stands."""
        one = {"probe": probe, "probe_version": 1, "state": state, "gates": {"reached": 3}} | more
        self.socket.send({"t": "probe_status", "set_version": self.probe_set["version"], "states": [one]})


def open_link(hub: LiveHub, token: str | None = None) -> WebSocket:
    """The link before hello, with the agents' token or another."""
    if token is None:
        token = (hub.data / "agent.token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return WebSocket(hub.port, "/agent", "strobe.v1", hub.data / "ca.pem", headers)
