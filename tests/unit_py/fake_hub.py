"""A hub of canned answers over real TLS, for tests of the terminal's side."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from self_signed import Certificate

TOKEN = "person-token"
Answer = tuple[int, Any]
Route = Answer | Callable[["Request"], Answer]


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    body: Any


@dataclass
class FakeHub:
    """Serves `routes`: "GET instances" -> (status, JSON) or a function of the request. Keeps what came."""

    certificate: Certificate
    routes: dict[str, Route] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    raw_answer: bytes | None = None
    hang_up: int = 0
    """So many requests are answered by closing the connection."""

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.file, self.certificate.key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def environ(self) -> dict[str, str]:
        """How a command finds this hub."""
        return {
            "STROBE_HUB": f"https://127.0.0.1:{self.port}?pin={self.certificate.pin}",
            "STROBE_TOKEN": TOKEN,
        }

    def sent(self, route: str) -> list[Request]:
        return [request for request in self.requests if f"{request.method} {request.path}" == route]

    def answer(self, request: Request) -> Answer:
        for name in (
            f"{request.method} {request.path}",
            f"{request.method} {request.path.rpartition('/')[0]}/*",
        ):
            route = self.routes.get(name)
            if route is not None:
                return route(request) if callable(route) else route
        return 404, {"error": "not_found", "message": f"there is no {request.path}"}

    def _handler(hub) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                path = parts.path.removeprefix("/api/v1/")
                request = Request(self.command, path, dict(parse_qsl(parts.query)), body)
                hub.requests.append(request)
                if hub.hang_up:
                    hub.hang_up -= 1
                    self.close_connection = True
                    return
                if hub.raw_answer is not None:
                    status, text = 200, hub.raw_answer
                elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
                    status, text = (
                        401,
                        b'{"error":"unauthenticated","message":"this token is not known here"}',
                    )
                else:
                    status, answer = hub.answer(request)
                    text = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

            def log_message(self, *_: object) -> None:
                pass

        return Handler
