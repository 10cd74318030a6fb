"""Runs one scenario of scenarios.mjs in a real Chromium and fails with what it printed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCREENSHOTS = ROOT / "build" / "screenshots"
SCENARIO_TIMEOUT_S = 270
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


class Browser:
    """`node` with playwright-core beside it, and the Chromium of this machine."""

    def __init__(self, node: Path, chromium: str) -> None:
        self._node = node
        self._chromium = chromium

    @classmethod
    def prepare(cls) -> Browser:
        """Find or install what is needed; fails the test when there is no Chromium."""
        chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
        if chromium is None:
            pytest.fail("no Chromium on this machine; Debian: apt-get install chromium")
        found = subprocess.run([ROOT / "tools/find_node.sh"], capture_output=True, text=True, check=True)
        folder = Path(found.stdout.strip())
        path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        subprocess.run([ROOT / "tools/npm_install.sh"], cwd=HERE, env=os.environ | {"PATH": path}, check=True)
        return cls(folder / "node", chromium)

    def run(self, scenario: str, **settings: Any) -> None:
        """The function `scenario` of scenarios.mjs with these settings."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        settings |= {"chromium": self._chromium, "screenshots": str(SCREENSHOTS)}
        result = subprocess.run(
            [self._node, HERE / "run.mjs", scenario],
            input=json.dumps(settings),
            capture_output=True,
            text=True,
            timeout=SCENARIO_TIMEOUT_S,
            check=False,
        )
        assert result.returncode == 0, f"{scenario}:\n{result.stdout}{result.stderr}"
