"""A real hub in a process of its own, and a user who is connected to it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from held_port import HeldPort
from stroboscope.cli.failure import Failure
from stroboscope.cli.hub_client import HubClient
from stroboscope.cli.profile import find_hub, read_profile
from waiting import eventually

STROBE = [sys.executable, "-m", "stroboscope.cli"]


class LiveHub:
    """A hub on 127.0.0.1 whose data, profile and log lie in `folder`; it keeps its port over restarts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "hub.log"
        self._held_port = HeldPort()
        self.port = self._held_port.number
        keep = {name: value for name, value in os.environ.items() if not name.startswith(("STROBE_", "XDG_"))}
        if "STROBE_HUB_BINARY" in os.environ:
            keep["STROBE_HUB_BINARY"] = os.environ["STROBE_HUB_BINARY"]
        self.environ = keep | {
            f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "DATA", "STATE")
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._client: HubClient | None = None

    def start(self) -> None:
        """Start it, or start it again; returns when it answers."""
        command = [*STROBE, "hub", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self.environ, stdout=log, stderr=log)
        eventually(self._answers, f"the start of the hub (see {self.log})")

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        assert self._process is not None
        self._process.terminate()
        code = self._process.wait(60)
        self._process = None
        return code

    @property
    def client(self) -> HubClient:
        """A person's connection."""
        if self._client is None:
            self._client = HubClient(find_hub(self.environ))
        return self._client

    def dsn(self, service: str) -> str:
        """What an agent of `service` is configured with."""
        profile = read_profile(self.environ)
        assert profile is not None
        return str(profile["dsn"]).replace("SERVICE", service)

    def strobe(self, *arguments: str, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a command as the user of this hub."""
        return subprocess.run(
            [*STROBE, *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout_s,
            check=False,
        )

    def set_probe(self, service: str, location: str, condition: str = "", hits: int = 1) -> str:
        """Set a probe that may also fire 1000 times a second; its id."""
        request: dict[str, Any] = {
            "service": service,
            "location": location,
            "limits": {"hits": hits, "rate_per_s": 1000},
        }
        if condition:
            request["condition"] = condition
        return str(self.client.set_probe(request)["probe"]["id"])

    def wait_until_armed(self, probe_id: str, instances: int) -> None:
        """Returns when so many processes have armed the probe."""

        def armed() -> bool:
            states = self.client.probe(probe_id)["states"]
            return [state["state"] for state in states].count("armed") >= instances

        eventually(armed, f"arming in {instances} processes")

    def snapshots(self, probe_id: str) -> list[dict[str, Any]]:
        """Summaries of all snapshots of a probe, oldest first."""
        rows: list[dict[str, Any]] = []
        while page := self.client.snapshots(probe=probe_id, after=str(rows[-1]["position"] if rows else 0)):
            rows += page
        return rows

    def wait_for_snapshots(self, probe_id: str, count: int) -> None:
        """Returns when so many snapshots of the probe are stored."""
        eventually(lambda: len(self.snapshots(probe_id)) >= count, f"snapshot {count} of {probe_id}")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text(errors="replace")
        try:
            self.client.instances()
        except Failure:
            self._client = None
            return False
        return True
