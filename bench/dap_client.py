"""The least of a client of the Debug Adapter Protocol: attach, one conditional breakpoint, go."""

from __future__ import annotations

import itertools
import json
import socket
from typing import Any


class Client:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.file = self.socket.makefile("rwb")
        self.numbers = itertools.count(1)

    def send(self, command: str, arguments: dict[str, Any]) -> int:
        number = next(self.numbers)
        body = json.dumps(
            {"seq": number, "type": "request", "command": command, "arguments": arguments}
        ).encode()
        self.file.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.file.flush()
        return number

    def receive(self) -> dict[str, Any]:
        size = 0
        while line := self.file.readline().strip():
            size = int(line.split(b":")[1])
        message: dict[str, Any] = json.loads(self.file.read(size))
        return message

    def wait(self, kind: str, what: object) -> dict[str, Any]:
        """The event of that name, or the response to that request; anything else meanwhile is passed over."""
        while True:
            message = self.receive()
            if message["type"] == kind and what in (message.get("event"), message.get("request_seq")):
                if message.get("success") is False:
                    raise OSError(message.get("message"))
                return message

    def attach(self, path: str, line: int, condition: str) -> None:
        """Set the breakpoint and let the program run on."""
        self.wait("response", self.send("initialize", {"adapterID": "bench", "pathFormat": "path"}))
        attached = self.send("attach", {"justMyCode": False})
        self.wait("event", "initialized")
        breakpoint = {"line": line, "condition": condition}
        asked = self.send("setBreakpoints", {"source": {"path": path}, "breakpoints": [breakpoint]})
        answer = self.wait("response", asked)
        if not answer["body"]["breakpoints"][0]["verified"]:
            raise OSError(f"the breakpoint was not set: {answer}")
        self.send("configurationDone", {})
        self.wait("response", attached)
