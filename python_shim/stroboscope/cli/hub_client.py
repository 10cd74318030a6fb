"""The hub's HTTP API (docs/api.md) over one TLS connection that is kept open."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from typing import Any
from urllib.parse import quote, urlencode

from stroboscope.cli.certificate import public_key_pin
from stroboscope.cli.failure import NO_HUB, WRONG_USE, Failure
from stroboscope.cli.profile import Hub

JsonObject = dict[str, Any]

_ANSWER_BYTES_MAX = 64 * 1024 * 1024
_TIMEOUT_S = 10.0


class HubUnreachable(Failure):
    """There was no answer: the hub is away, or the way to it is cut."""


class NotFound(Failure):
    """The hub has no such thing (404)."""


class HubClient:
    """Calls of the API. Every method raises Failure with the fitting exit code, never an error of HTTP."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._connection: _PinnedConnection | None = None

    def instances(self, **query: str) -> list[JsonObject]:
        """Instances, connected ones first; `service` and `state` narrow."""
        return _list(self.call("GET", "instances", query), "instances")

    def probes(self, **query: str) -> list[JsonObject]:
        """Probe views, newest first; `service` narrows."""
        return _list(self.call("GET", "probes", query), "probes")

    def set_probe(self, request: JsonObject) -> JsonObject:
        """Create a probe; its view."""
        return self.call("POST", "probes", body=request)

    def probe(self, probe_id: str, after: int = -1, wait_s: int = 0) -> JsonObject:
        """One probe's view; with `wait_s`, held until its revision is above `after`."""
        query = {"after": str(after), "wait": str(wait_s)} if wait_s else {}
        return self.call("GET", f"probes/{quote(probe_id, safe='')}", query, timeout_s=_TIMEOUT_S + wait_s)

    def edit_probe(self, probe_id: str, edit: JsonObject) -> JsonObject:
        """Change a probe: what `edit` has; its view."""
        return self.call("PATCH", f"probes/{quote(probe_id, safe='')}", body=edit)

    def metrics(self, probe_id: str) -> list[JsonObject]:
        """What a metric or timer probe measured, one `metric_view` for each instance."""
        return _list(self.call("GET", f"probes/{quote(probe_id, safe='')}/metrics"), "metrics")

    def remove_probe(self, probe_id: str) -> None:
        """Remove a probe; NotFound when it is gone already."""
        self.call("DELETE", f"probes/{quote(probe_id, safe='')}")

    def snapshots(self, wait_s: int = 0, **query: str) -> list[JsonObject]:
        """Summaries; with `wait_s`, held until there is one."""
        if wait_s:
            query["wait"] = str(wait_s)
        return _list(self.call("GET", "snapshots", query, timeout_s=_TIMEOUT_S + wait_s), "snapshots")

    def snapshot(self, snapshot_id: str) -> JsonObject:
        """One snapshot whole; a unique prefix of its id will do."""
        return self.call("GET", f"snapshots/{quote(snapshot_id, safe='')}")

    def snapshot_value(self, snapshot_id: str, path: str, depth: int | None, frame: int) -> JsonObject:
        """The value that `path` leads to in frame `frame`, with `depth` levels below it (None: all)."""
        query = {"path": path, "frame": str(frame)}
        if depth is not None:
            query["depth"] = str(depth)
        return self.call("GET", f"snapshots/{quote(snapshot_id, safe='')}/value", query)

    def snapshot_diff(self, left: str, right: str) -> JsonObject:
        """What differs between two snapshots; unique prefixes of their ids will do."""
        return self.call("GET", f"snapshots/{quote(left, safe='')}/diff", {"with": right})

    def hits(self, probe_id: str, **query: str) -> JsonObject:
        """A table over the hits of a probe, newest first: `columns`, `rows`, and `next` if there is more."""
        return self.call("GET", f"probes/{quote(probe_id, safe='')}/hits", query)

    def memory(self, instance_id: str, request: JsonObject) -> JsonObject:
        """Ask a process about its memory; `request` is a `memory_request`."""
        return self.call(
            "POST", f"instances/{quote(instance_id, safe='')}/memory", body=request, timeout_s=30.0
        )

    def threads(self, instance_id: str, request: JsonObject) -> JsonObject:
        """Ask a process where its threads stand; `request` is a `threads_request`."""
        return self.call(
            "POST", f"instances/{quote(instance_id, safe='')}/threads", body=request, timeout_s=30.0
        )

    def source(self, sha256: str) -> JsonObject:
        """A source text that the hub has seen."""
        return self.call("GET", f"sources/{quote(sha256, safe='')}")

    def redaction(self) -> JsonObject:
        """The hub's redaction policy; `is_set` is false when it has none."""
        return self.call("GET", "redaction")

    def set_redaction(self, redaction: JsonObject) -> JsonObject:
        """Replace the hub's redaction policy; the one that is in force now."""
        return self.call("PUT", "redaction", body=redaction)

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def call(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: JsonObject | None = None,
        timeout_s: float = _TIMEOUT_S,
    ) -> JsonObject:
        """One request and its JSON answer; an empty answer is {}."""
        target = f"/api/v1/{path}" + (f"?{urlencode(query)}" if query else "")
        reused = self._connection is not None
        try:
            status, text = self._exchange(method, target, body, timeout_s)
        except (http.client.HTTPException, OSError) as error:
            self.close()
            # The hub may have closed a connection that idled. A POST might have been done: not sent twice.
            if reused and method not in ("POST", "PATCH") and not isinstance(error, TimeoutError):
                return self.call(method, path, query, body, timeout_s)
            raise self._failure_of(error) from None
        return self._answer(status, text)

    def _exchange(
        self, method: str, target: str, body: JsonObject | None, timeout_s: float
    ) -> tuple[int, bytes]:
        connection = self._connection
        if connection is None:
            connection = _PinnedConnection(self.hub, timeout_s)
            connection.connect()
            self._connection = connection
        if connection.sock is not None:
            connection.sock.settimeout(timeout_s)
        headers = {"Authorization": f"Bearer {self.hub.token}", "Accept": "application/json"}
        payload = None
        if body is not None:
            payload = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        connection.request(method, target, payload, headers)
        response = connection.getresponse()
        text = response.read(_ANSWER_BYTES_MAX + 1)
        if len(text) > _ANSWER_BYTES_MAX:
            raise http.client.HTTPException("answer too large")
        if response.will_close:
            self.close()
        return response.status, text

    def _answer(self, status: int, text: bytes) -> JsonObject:
        try:
            answer = json.loads(text) if text.strip() else {}
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise self._unreachable("gave an answer that is not JSON; is it a hub?")
        if status < 300:
            return answer
        message = str(answer.get("message") or f"answered with status {status}")
        if status in (401, 403):
            raise Failure(NO_HUB, f"{self.hub.address} refused: {message}", _TOKEN_STEP)
        if status == 404:
            raise NotFound(WRONG_USE, message)
        if status < 500:
            raise Failure(WRONG_USE, message)
        raise HubUnreachable(NO_HUB, f"{self.hub.address}: {message}", "Look at the hub's log, or try again.")

    def _unreachable(self, what: str) -> HubUnreachable:
        return HubUnreachable(
            NO_HUB, f"{self.hub.address} {what}", "Is the hub running there? Start it: `strobe hub`."
        )

    def _failure_of(self, error: OSError | http.client.HTTPException) -> Failure:
        if isinstance(error, _WrongPin):
            return Failure(
                NO_HUB,
                f"{self.hub.address} has another key than the pin says, so the token was not sent",
                "If the hub was set up anew, use the address or profile it made then.",
            )
        if isinstance(error, ssl.SSLCertVerificationError):
            return Failure(
                NO_HUB,
                f"the certificate of {self.hub.address} is not trusted: {error.verify_message}",
                "Add ?pin=SHA256 to STROBE_HUB, or set STROBE_HUB_CA to the hub's ca.pem.",
            )
        if isinstance(error, FileNotFoundError):
            return Failure(NO_HUB, f"the CA file {self.hub.ca_file} does not exist", "Correct STROBE_HUB_CA.")
        if isinstance(error, socket.gaierror):
            return self._unreachable("cannot be found: the name does not resolve")
        if isinstance(error, TimeoutError):
            return self._unreachable("does not answer in time")
        if isinstance(error, ssl.SSLError):
            return self._unreachable(f"does not speak TLS as expected ({error.reason or 'handshake failed'})")
        if isinstance(error, http.client.HTTPException | ConnectionResetError | BrokenPipeError):
            return self._unreachable("closed the connection without a proper answer")
        return self._unreachable(f"cannot be reached: {error.strerror or error}")


_TOKEN_STEP = "Use a person's token (STROBE_TOKEN, or the profile that `strobe hub` writes)."


class _WrongPin(OSError):
    pass


class _PinnedConnection(http.client.HTTPSConnection):
    """Verifies the hub before the first byte of a request, and so before the token, leaves."""

    def __init__(self, hub: Hub, timeout_s: float) -> None:
        context = ssl.create_default_context(cafile=hub.ca_file or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if hub.pin:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        super().__init__(hub.host, hub.port, timeout=timeout_s, context=context)
        self._pin = hub.pin

    def connect(self) -> None:
        super().connect()
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self._pin:
            return
        certificate = self.sock.getpeercert(binary_form=True)
        try:
            matches = certificate is not None and public_key_pin(certificate) == self._pin
        except ValueError:
            matches = False
        if not matches:
            self.close()
            raise _WrongPin("the hub's key does not match the pin")


def _list(answer: JsonObject, member: str) -> list[JsonObject]:
    rows = answer.get(member)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
