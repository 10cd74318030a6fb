"""A port that is a test's own before its server listens, and while the server is away."""

from __future__ import annotations

import socket


class HeldPort:
    """A port of 127.0.0.1, held by a socket that is bound and does not listen.

    The system gives it to nobody who asks for any port, and a server that sets SO_REUSEADDR, as they all do, may listen on
    it. A port that was only looked up can be another test's by the time the server starts, or starts again.
    """

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.number = int(self._socket.getsockname()[1])
