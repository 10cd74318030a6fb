"""The demo: what it shows, and that nothing of it is left behind however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_shop import EXAMPLES
from waiting import eventually

pytestmark = pytest.mark.timeout(600)


def processes_of(folder: Path) -> dict[int, str]:
    """Processes that have the demo's folder in their environment, by id, with their command."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = f"={folder}/".encode() in (process / "environ").read_bytes()
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if is_ours and command:
            found[int(process.name)] = command
    return found


def assert_nothing_is_left(folder: Path) -> None:
    """What was killed is gone in a moment; what was forgotten stays."""
    eventually(lambda: processes_of(folder) == {}, "the end of all processes", 20)


class Demo:
    """examples/demo.py in a folder of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder / "demo"
        self.output = folder / "output"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(EXAMPLES / "demo.py"), *options],
                env=os.environ | {"STROBE_DEMO_FOLDER": str(self.folder)},
                stdout=output,
                stderr=output,
            )

    def wait_for(self, words: str) -> None:
        """Returns when the demo has printed `words`."""

        def printed() -> bool:
            assert self.process.poll() is None, self.output.read_text()
            return words in self.output.read_text()

        eventually(printed, f"the words {words!r}", 120)

    def end(self) -> tuple[int, str]:
        """Exit code and output."""
        code = self.process.wait(120)
        return code, self.output.read_text()


@pytest.fixture
def start_demo(tmp_path: Path) -> Iterator[type[Demo]]:
    yield Demo
    for pid in processes_of(tmp_path / "demo"):
        os.kill(pid, signal.SIGKILL)


def test_once_shows_the_bug_and_ends(start_demo: type[Demo], tmp_path: Path) -> None:
    code, output = start_demo(tmp_path, "--once").end()
    assert code == 0, output
    assert "total = -560" in output
    assert 'password = str <redacted: name "password">' in output
    assert "no output, database or log" in output
    assert_nothing_is_left(tmp_path / "demo")


def test_it_stays_until_it_is_asked_to_end(start_demo: type[Demo], tmp_path: Path) -> None:
    demo = start_demo(tmp_path)
    demo.wait_for("Ctrl-C ends them.")
    assert "/#token=" in demo.output.read_text()
    assert len(processes_of(demo.folder)) >= 5
    demo.process.send_signal(signal.SIGINT)
    code, output = demo.end()
    assert code == 0, output
    assert "Traceback" not in output
    assert_nothing_is_left(demo.folder)


def test_sigterm_while_it_waits_for_the_snapshot_ends_everything(
    start_demo: type[Demo], tmp_path: Path
) -> None:
    demo = start_demo(tmp_path)
    demo.wait_for("$ strobe snap")
    demo.process.terminate()
    _, output = demo.end()
    assert "Traceback" not in output
    assert_nothing_is_left(demo.folder)


def test_the_death_of_a_child_ends_everything_and_is_told(start_demo: type[Demo], tmp_path: Path) -> None:
    demo = start_demo(tmp_path)
    demo.wait_for("requests a second")
    [hub] = [pid for pid, command in processes_of(demo.folder).items() if "strobe-hub" in command]
    os.kill(hub, signal.SIGKILL)
    code, output = demo.end()
    assert code == 1
    assert "the hub ended with exit code -9" in output
    assert_nothing_is_left(demo.folder)
