"""A person at the hub's HTTP API, without the client of the strobe command."""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any

from live_hub import LiveHub
from web_socket import WebSocket


@dataclass(frozen=True)
class Answer:
    """One answer of the hub."""

    status: int
    headers: dict[str, str]  # names in lower case
    text: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class HttpPerson:
    """Asks with the admin's token unless told otherwise."""

    def __init__(self, hub: LiveHub) -> None:
        self.hub = hub
        self.token = (hub.data / "admin.token").read_text().strip()
        self._context = ssl.create_default_context(cafile=str(hub.data / "ca.pem"))

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        timeout_s: float = 60,
    ) -> Answer:
        """Send one request below /api/v1 (or to `path` when that begins with a slash)."""
        if headers is None:
            headers = {"Authorization": f"Bearer {self.token}"}
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        connection = http.client.HTTPSConnection(
            "localhost", self.hub.port, context=self._context, timeout=timeout_s
        )
        try:
            address = path if path.startswith("/") else f"/api/v1/{path}"
            connection.request(method, address, body=data, headers=headers)
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read())
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        """The JSON of an answer that must be 200."""
        answer = self.ask("GET", path)
        assert answer.status == 200, answer
        return answer.json

    def set_probe(self, location: str = "shop.py:7", service: str = "shop", **more: Any) -> dict[str, Any]:
        """Set a probe; its view."""
        answer = self.ask("POST", "probes", {"service": service, "location": location} | more)
        assert answer.status == 201, answer
        view: dict[str, Any] = answer.json
        return view

    def log_in(self) -> str:
        """The cookie of a new session."""
        answer = self.ask("POST", "session", {"token": self.token}, headers={})
        assert answer.status == 204, answer
        return answer.headers["set-cookie"].split(";")[0]

    @property
    def origin(self) -> str:
        """The hub's own origin as a browser names it."""
        return f"https://localhost:{self.hub.port}"

    def open_live(self, headers: dict[str, str] | None = None) -> WebSocket:
        """A live websocket."""
        if headers is None:
            headers = {"Authorization": f"Bearer {self.token}"}
        return WebSocket(
            self.hub.port, "/api/v1/live", "strobe.console.v1", self.hub.data / "ca.pem", headers
        )
