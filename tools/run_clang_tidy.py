"""Run clang-tidy over every C file of a build tree, two at a time, and only where something changed.

    python run_clang_tidy.py build/dev [--deep]

The analyzer follows a third of the paths it would by default: that halves the time, and only the longest
functions have more. --deep follows all. What was clean is remembered by the hash of the preprocessed file and
of the settings, in build/tidy; so a second run takes seconds. Prints clang-tidy's findings and exits 1 when
there is one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "build" / "tidy"
MODEL = ROOT / "tools" / "analyzer_model.h"
SETTINGS = (".clang-tidy", "tests/.clang-tidy", "tools/analyzer_model.h")
PATHS = ["-Xclang", "-analyzer-config", "-Xclang", "max-nodes=75000"]
FOLDERS = ("base", "snapshot", "probes", "control", "agent", "tests")


@dataclass(frozen=True)
class Unit:
    """One entry of compile_commands.json."""

    source: Path
    directory: Path
    command: list[str]


def units_of(tree: Path) -> list[Unit]:
    entries = json.loads((tree / "compile_commands.json").read_text(encoding="utf-8"))
    units: dict[Path, Unit] = {}
    for entry in entries:
        source = Path(entry["file"]).resolve()
        inside = source.is_relative_to(ROOT) and source.relative_to(ROOT).parts[0] in FOLDERS
        if inside:
            units[source] = Unit(source, Path(entry["directory"]), shlex.split(entry["command"]))
    return list(units.values())


def preprocess_command(command: list[str]) -> list[str]:
    """Turn a compile command into one that prints the preprocessed text."""
    kept = []
    skip = False
    for word in command:
        if skip or word == "-c":
            skip = False
        elif word == "-o":
            skip = True
        else:
            kept.append(word)
    return [*kept, "-E", "-o", "-"]


def key_of(unit: Unit, settings: bytes) -> str | None:
    """Return what identifies this very text under these settings; None where it does not preprocess."""
    done = subprocess.run(
        preprocess_command(unit.command), cwd=unit.directory, capture_output=True, check=False
    )
    if done.returncode != 0:
        return None
    return hashlib.sha256(settings + str(unit.source).encode() + done.stdout).hexdigest()


def examine(unit: Unit, tree: Path, settings: bytes, *, deep: bool) -> str:
    """Return clang-tidy's findings for one file, empty when it is clean."""
    key = key_of(unit, settings)
    if key and (CACHE / key).exists():
        return ""
    model = (
        []
        if unit.source.name in ("error.c", "evaluation.c")
        else ["--extra-arg=-include", f"--extra-arg={MODEL}"]
    )
    paths = [] if deep else [f"--extra-arg={word}" for word in PATHS]
    done = subprocess.run(
        ["clang-tidy", "--quiet", "-p", str(tree), *model, *paths, str(unit.source)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        if key:
            (CACHE / key).touch()
        return ""
    return done.stdout or done.stderr


def main(arguments: list[str]) -> int:
    deep = "--deep" in arguments[1:]
    if len(arguments) != 1 + deep:
        print(__doc__, file=sys.stderr)
        return 2
    tree = Path(arguments[0]).resolve()
    settings = b"".join((ROOT / name).read_bytes() for name in SETTINGS) + (b"deep" if deep else b"")
    CACHE.mkdir(parents=True, exist_ok=True)
    units = units_of(tree)
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        texts = pool.map(lambda unit: examine(unit, tree, settings, deep=deep), units)
        findings = [text for text in texts if text]
    for text in findings:
        print(text)
    print(f"clang-tidy: {len(units)} files, {len(findings)} with findings")
    return 1 if findings or not units else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
