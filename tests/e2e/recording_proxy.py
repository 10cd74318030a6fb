"""Stands between agent and hub, ends TLS on both sides, and keeps every byte that passes in the clear."""

from __future__ import annotations

import socket
import ssl
import threading

from self_signed import Certificate


class RecordingProxy:
    """Listens on 127.0.0.1 with `certificate` and passes everything on to the hub on `hub_port`."""

    def __init__(self, certificate: Certificate, hub_port: int) -> None:
        self._certificate = certificate
        self._hub_port = hub_port
        self._server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server_context.load_cert_chain(certificate.file, certificate.key)
        self._client_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._client_context.check_hostname = False
        self._client_context.verify_mode = ssl.CERT_NONE
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._lock = threading.Lock()
        self._from_agents: list[bytearray] = []
        self._from_hub: list[bytearray] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def dsn(self, hub_dsn: str) -> str:
        """The hub's DSN, but leading through the proxy."""
        address, _, _ = hub_dsn.partition("?")
        through = address.replace(f":{self._hub_port}/", f":{self.port}/")
        assert through != address
        return f"{through}?pin={self._certificate.pin}"

    def raw(self) -> bytes:
        """Everything that passed, both ways, as the TLS layer delivered it."""
        with self._lock:
            return b"\n".join([*self._from_agents, *self._from_hub])

    def messages_of_agents(self) -> list[bytes]:
        """Payloads of the agents' websocket messages, unmasked."""
        with self._lock:
            streams = [bytes(stream) for stream in self._from_agents]
        return [message for stream in streams for message in _messages(stream)]

    def _accept(self) -> None:
        while True:
            try:
                agent, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(agent,), daemon=True).start()

    def _connect(self, agent: socket.socket) -> None:
        try:
            inside = self._server_context.wrap_socket(agent, server_side=True)
            plain = socket.create_connection(("127.0.0.1", self._hub_port))
            outside = self._client_context.wrap_socket(plain)
        except OSError:
            agent.close()
            return
        up, down = bytearray(), bytearray()
        with self._lock:
            self._from_agents.append(up)
            self._from_hub.append(down)
        for source, target, record in ((inside, outside, up), (outside, inside, down)):
            threading.Thread(target=self._pass_on, args=(source, target, record), daemon=True).start()

    def _pass_on(self, source: ssl.SSLSocket, target: ssl.SSLSocket, record: bytearray) -> None:
        try:
            while data := source.recv(65536):
                with self._lock:
                    record += data
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def _messages(stream: bytes) -> list[bytes]:
    """Payloads of the data messages in one client's half of a websocket connection (RFC 6455, 5.2)."""
    position = stream.find(b"\r\n\r\n") + 4
    messages: list[bytes] = []
    fragments = b""
    while position + 2 <= len(stream):
        is_final, opcode = stream[position] & 0x80, stream[position] & 0x0F
        assert not stream[position] & 0x70, "compressed frames cannot be searched"
        length = stream[position + 1] & 0x7F
        assert stream[position + 1] & 0x80, "a client masks"
        position += 2
        extended = {126: 2, 127: 8}.get(length, 0)
        if extended:
            length = int.from_bytes(stream[position : position + extended], "big")
            position += extended
        mask, position = stream[position : position + 4], position + 4
        payload = stream[position : position + length]
        if len(payload) < length:
            break
        position += length
        key = (mask * (length // 4 + 1))[:length]
        plain = (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(length, "big")
        if opcode < 8:
            fragments += plain
            if is_final:
                messages.append(fragments)
                fragments = b""
    return messages
