from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def found(pattern: str, name: str) -> str:
    match = re.search(pattern, (ROOT / name).read_text(encoding="utf-8"))
    assert match is not None
    return match[1]


def test_the_version_is_the_same_wherever_it_stands() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    assert found(r"project\(stroboscope VERSION (\S+)", "CMakeLists.txt") == version
    assert found(r'__version__ = "(\S+)"', "python_shim/stroboscope/_version.py") == version
