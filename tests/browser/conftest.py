from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))
sys.path.insert(0, str(Path(__file__).parent))

from browser import Browser
from live_hub import LiveHub
from live_program import LiveProgram


@pytest.fixture(scope="session")
def browser() -> Browser:
    """What runs the scenarios of scenarios.mjs in Chromium."""
    return Browser.prepare()


@pytest.fixture
def live_hub(tmp_path: Path) -> Iterator[LiveHub]:
    """A running hub."""
    hub = LiveHub(tmp_path)
    hub.start()
    yield hub
    if hub._process is not None:
        hub.kill()


@pytest.fixture
def program(live_hub: LiveHub) -> Iterator[LiveProgram]:
    """program.py under the agent, connected to `live_hub` as the service `till`."""
    program = LiveProgram(live_hub, "till")
    yield program
    program.kill()
