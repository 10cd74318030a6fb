"""A websocket client that can also misbehave: it sends any frame, whole or not."""

from __future__ import annotations

import base64
import json
import os
import socket
import ssl
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class RefusedError(Exception):
    """The server did not upgrade; `status` is what it answered, 0 when it only hung up."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the server answered {status}")
        self.status = status


class ClosedError(Exception):
    """The server closed the connection."""


class WebSocket:
    """One connection, TLS with the given CA; raises RefusedError when there is no upgrade."""

    def __init__(
        self,
        port: int,
        path: str,
        subprotocol: str,
        ca_file: Path,
        headers: Mapping[str, str],
        wait_s: float = 60,
    ) -> None:
        context = ssl.create_default_context(cafile=str(ca_file))
        plain = socket.create_connection(("127.0.0.1", port), timeout=wait_s)
        self._socket = context.wrap_socket(plain, server_hostname="localhost")
        self._received = b""
        self._socket.sendall(_request(port, path, subprotocol, headers))
        try:
            head = self._read_until(b"\r\n\r\n").decode("latin-1")
        except ClosedError:
            raise RefusedError(0) from None
        status = int(head.split(" ")[1])
        if status != 101:
            self.cut()
            raise RefusedError(status)
        assert f"sec-websocket-protocol: {subprotocol}" in head.lower()
        assert "sec-websocket-extensions" not in head.lower()

    def send(self, message: Mapping[str, Any] | str) -> None:
        """Send one text message."""
        self.send_frame(TEXT, (message if isinstance(message, str) else json.dumps(message)).encode())

    def send_together(self, messages: Iterable[Mapping[str, Any]]) -> None:
        """Send text messages that arrive as one block, however slow this process is."""
        self._socket.sendall(b"".join(_frame(TEXT, json.dumps(message).encode()) for message in messages))

    def send_frame(self, opcode: int, payload: bytes, *, final: bool = True, claimed_size: int = -1) -> None:
        """Send one masked frame; `claimed_size` is what its header says."""
        self._socket.sendall(_frame(opcode, payload, final=final, claimed_size=claimed_size))

    def receive(self) -> dict[str, Any]:
        """The next message. Raises ClosedError, or TimeoutError when nothing comes."""
        message = b""
        while True:
            first, second = self._read(2)
            assert second & 0x80 == 0, "a server does not mask"
            payload = self._read(self._read_size(second))
            opcode = first & 0x0F
            if opcode == CLOSE:
                self.cut()
                raise ClosedError
            if opcode == PING:
                self.send_frame(PONG, payload)
            elif opcode != PONG:
                message += payload
                if first & 0x80:
                    decoded: dict[str, Any] = json.loads(message)
                    return decoded

    def receive_kind(self, kind: str) -> dict[str, Any]:
        """The next message of this kind; those before it are skipped."""
        while True:
            message = self.receive()
            if message["t"] == kind:
                return message

    def wait_closed(self) -> list[dict[str, Any]]:
        """Read until the server closes; what came before."""
        messages = []
        while True:
            try:
                messages.append(self.receive())
            except ClosedError:
                return messages

    def set_patience(self, seconds: float) -> None:
        """How long receive() waits."""
        self._socket.settimeout(seconds)

    def cut(self) -> None:
        """Close without a word."""
        self._socket.close()

    def _read_size(self, second: int) -> int:
        size = second & 0x7F
        if size == 126:
            return int(struct.unpack(">H", self._read(2))[0])
        return int(struct.unpack(">Q", self._read(8))[0]) if size == 127 else size

    def _fill(self) -> None:
        try:
            data = self._socket.recv(65536)
        except TimeoutError:
            raise
        except OSError:
            data = b""
        if not data:
            raise ClosedError
        self._received += data

    def _read(self, size: int) -> bytes:
        while len(self._received) < size:
            self._fill()
        data, self._received = self._received[:size], self._received[size:]
        return data

    def _read_until(self, end: bytes) -> bytes:
        while end not in self._received:
            self._fill()
        return self._read(self._received.index(end) + len(end))


def _frame(opcode: int, payload: bytes, *, final: bool = True, claimed_size: int = -1) -> bytes:
    size = len(payload) if claimed_size < 0 else claimed_size
    head = bytes([opcode | (0x80 if final else 0)])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 65536:
        head += bytes([0x80 | 126]) + struct.pack(">H", size)
    else:
        head += bytes([0x80 | 127]) + struct.pack(">Q", size)
    mask = os.urandom(4)
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return head + mask + masked.to_bytes(len(payload), "big")


def _request(port: int, path: str, subprotocol: str, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: localhost:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Extensions: permessage-deflate",
    ]
    if subprotocol:
        lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
