"""The command as its users run it."""

from __future__ import annotations

import subprocess
import sys


class Strobe:
    """Runs the command in a child process."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ

    def __call__(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "stroboscope.cli", *arguments],
            env=self.environ | extra,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
