"""The line that conditions are measured on, in a short function and at the end of a long one."""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path
from typing import Any

CONDITION = "x.total > 100 and user.id == 7"
LINES = {"short": 0, "long": 3000}
"""Lines of the function before its loop."""


class Order:
    def __init__(self) -> None:
        self.total = 12.5


class User:
    def __init__(self) -> None:
        self.id = 7
        self.tier = "gold"


def source(lines: int) -> str:
    filler = "".join(f"        y = {number}\n" for number in range(lines))
    head = "def loop(passes, x, user, never=False):\n    y = 0\n"
    skipped = f"    if never:\n{filler}" if lines else ""
    return head + skipped + "    for _ in range(passes):\n        y = y + 1\n    return y\n"


def probed_line(text: str) -> int:
    """The 1-based number of the line in the loop."""
    return text[: text.index("        y = y + 1")].count("\n") + 1


def load(folder: Path, size: str, name: str) -> tuple[Any, Path, int]:
    """The function in a module and a file of its own, so that a location names it alone; file and line."""
    path = folder / f"bench_{size}_{name}.py"
    text = source(LINES[size])
    path.write_text(text, encoding="utf-8")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    module = importlib.import_module(path.stem)  # as programs do: ddtrace sees modules that are imported
    return module, path, probed_line(text)


def pass_ns(module: Any, passes: int) -> float:
    """Nanoseconds of this thread per pass."""
    order, user = Order(), User()
    started = time.thread_time_ns()
    module.loop(passes, order, user)
    return (time.thread_time_ns() - started) / passes
