"""Explore: a snapshot probe on every line of real projects, while their own tests run.

    python explore.py STAGE FOLDER [PROJECT ...]

STAGE is the package laid out for PYTHONPATH (build/ext-X/stage), FOLDER is for downloads and environments. For each
project its tests run as they are, then once for each 1000 lines with a probe on each. They must end the same, test by
test, and each line must have been armed, or its state must say why not. Prints a table; exits 1 when something differs.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tarfile
import types
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROBES_MAX = 1000  # of one process


@dataclass(frozen=True)
class Project:
    """A project of the Python index whose source archive has its tests."""

    name: str
    version: str
    package: str  # what is probed
    needs: tuple[str, ...] = ()  # of its tests
    options: tuple[str, ...] = ()
    pytest: str = "pytest"


PROJECTS = (
    Project(
        "requests",
        "2.34.2",
        "requests",
        ("pytest-httpbin", "httpbin", "trustme", "PySocks", "setuptools"),
        ("-m", "not network"),
    ),
    Project("flask", "3.1.3", "flask", ("asgiref", "python-dotenv"), pytest="pytest<9"),
    Project("attrs", "26.1.0", "attr", ("hypothesis", "cloudpickle", "zope.interface")),
)


@dataclass
class Result:
    tests: int = 0
    lines: int = 0
    states: Counter[str] = field(default_factory=Counter)
    hits: int = 0
    differences: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)


def run(command: list[str], folder: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
        cwd=folder,
        env={**os.environ, **more},
    )


def prepare(project: Project, folder: Path) -> tuple[Path, Path]:
    """Download, unpack and install; return the interpreter and the folder of the source."""
    home = folder / f"{project.name}-{platform.python_version()}"
    python = home / "venv" / "bin" / "python"
    if not (home / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home / "venv")], check=True)
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        exact = f"{project.name}=={project.version}"
        fetch = [*pip, "download", "--no-deps", "--no-binary", ":all:", "--dest", str(home), exact]
        subprocess.run(fetch, check=True)
        (archive,) = home.glob("*.tar.gz")
        with tarfile.open(archive) as tar:
            tar.extractall(home, filter="data")
        source = archive.with_name(archive.name.removesuffix(".tar.gz"))
        subprocess.run([*pip, "install", project.pytest, str(source), *project.needs], check=True)
        (home / "ready").touch()
    (archive,) = home.glob("*.tar.gz")
    return python, archive.with_name(archive.name.removesuffix(".tar.gz"))


def lines_of(package: Path) -> Iterator[tuple[str, int]]:
    """Every line with code of every file, as the compiler sees it."""
    for path in sorted(package.rglob("*.py")):
        lines: set[int] = set()
        stack = [compile(path.read_bytes(), str(path), "exec", dont_inherit=True)]
        while stack:
            code = stack.pop()
            lines.update(line for _, _, line in code.co_lines() if line)
            stack += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
        for line in sorted(lines):
            yield str(path), line


def outcomes(report: Path) -> dict[str, str]:
    """Test -> passed, failed, error or skipped."""
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        found[f"{case.get('classname')}::{case.get('name')}"] = kinds[0] if kinds else "passed"
    return found


def run_tests(python: Path, source: Path, project: Project, report: Path, **more: str) -> dict[str, str]:
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}"]
    done = run(
        [*command, f"--rootdir={source}", *project.options, str(source / "tests")],
        folder=source,  # some read files beside them
        PYTHONDONTWRITEBYTECODE="1",
        **more,
    )
    if not report.exists():
        raise SystemExit(f"{project.name}: no report\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return outcomes(report)


def explained(state: dict[str, object]) -> bool:
    """Armed, or the reason is said."""
    return state["state"] in ("armed", "done") or bool(state.get("reason") and state.get("message"))


def explore(project: Project, stage: Path, folder: Path) -> Result:
    python, source = prepare(project, folder)
    where = [str(python), "-c", f"import {project.package} as p; print(list(p.__path__)[0])"]
    package = Path(run(where).stdout.strip())
    lines = list(lines_of(package))
    result = Result(lines=len(lines))
    plain = run_tests(python, source, project, folder / f"{project.name}-plain.xml")
    result.tests = len(plain)
    if sum(outcome == "passed" for outcome in plain.values()) < 100:
        raise SystemExit(f"{project.name}: its tests do not run here: {Counter(plain.values())}")
    for start in range(0, len(lines), PROBES_MAX):
        part = lines[start : start + PROBES_MAX]
        (folder / "lines.json").write_text(json.dumps(part))
        report = folder / f"{project.name}-from-{start}.xml"
        wanted = {"lines": str(folder / "lines.json"), "out": str(folder / "states.json")}
        probed = run_tests(
            python,
            source,
            project,
            report,
            STROBE_EXPLORE=json.dumps(wanted),
            PYTHONPATH=f"{stage}:{HERE}",
            PYTEST_PLUGINS="strobe_explore",
        )
        for test in sorted(plain.keys() | probed.keys()):
            if plain.get(test) != probed.get(test):
                result.differences.append(
                    f"{test}: {plain.get(test)} without, {probed.get(test)} with probes: {report}"
                )
        for (path, line), state in zip(part, json.loads((folder / "states.json").read_text()), strict=True):
            result.states[state["state"] + (f" ({state['reason']})" if state.get("reason") else "")] += 1
            result.hits += state["gates"].get("captured", 0)
            if not explained(state):
                result.unexplained.append(f"{path}:{line}: {state}")
    return result


def main(arguments: list[str]) -> int:
    stage, folder = Path(arguments[0]).resolve(), Path(arguments[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    bad = False
    print(f"CPython {platform.python_version()}, {platform.machine()}\n")
    print("| project | tests | end otherwise | lines | snapshots | states | unexplained |")
    print("|---|---|---|---|---|---|---|")
    for project in PROJECTS:
        if len(arguments) > 2 and project.name not in arguments[2:]:
            continue
        result = explore(project, stage, folder)
        states = ", ".join(f"{name} {count}" for name, count in result.states.most_common())
        print(
            f"| {project.name} {project.version} | {result.tests} | {len(result.differences)} | {result.lines} "
            f"| {result.hits} | {states} | {len(result.unexplained)} |",
            flush=True,
        )
        for text in [*result.differences, *result.unexplained][:20]:
            print(f"  {text}", file=sys.stderr)
        bad = bad or bool(result.differences or result.unexplained)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
