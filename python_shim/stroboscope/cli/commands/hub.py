"""`strobe hub`: become the hub binary."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import stroboscope.cli
from stroboscope.cli.commands.run import program_environment, replace_process
from stroboscope.cli.failure import WRONG_USE, Failure


def run(arguments: Sequence[str]) -> NoReturn:
    """Replace this process by the hub, with `arguments`. Raises Failure when there is no binary."""
    replace_process([find_binary(), *arguments], program_environment())


def find_binary() -> str:
    """STROBE_HUB_BINARY, else the binary inside the package."""
    chosen = os.environ.get("STROBE_HUB_BINARY", "")
    packaged = Path(stroboscope.cli.__file__).parent.parent / "bin" / "strobe-hub"
    binary = chosen or str(packaged)
    if not os.access(binary, os.X_OK):
        what = "STROBE_HUB_BINARY names no program" if chosen else "this installation has no hub inside"
        raise Failure(
            WRONG_USE, what, "Set STROBE_HUB_BINARY to a built strobe-hub, or install with the hub."
        )
    return binary
