from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
from fake_hub import FakeHub
from self_signed import Certificate
from strobe_command import Strobe


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate.make(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def hub(certificate: Certificate) -> Iterator[FakeHub]:
    hub = FakeHub(certificate)
    hub.start()
    yield hub
    hub.stop()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has no hub."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("STROBE_", "XDG_"))}
    return clean | {"XDG_CONFIG_HOME": str(tmp_path / "config"), "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}


@pytest.fixture
def strobe(environ: dict[str, str]) -> Strobe:
    return Strobe(environ)
