"""Check that the folders use one another only in the directions of docs/architecture.md.

    python check_includes.py [ROOT]

C: quoted includes by folder, Python.h only in agent/ and folders named py/, include/ with nothing but the C
library. Python: the package imports the standard library and itself. TypeScript: the console imports nothing
from outside its folder. Prints one line per violation and exits 1 when there is one.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# folder -> folders it may include, itself aside; the longest matching name decides which folder a file is in.
MAY_USE: dict[str, set[str]] = {
    "include": set(),
    "base": {"include"},
    "snapshot": {"include", "base"},
    "probes": {"include", "base"},
    "control/wire": {"include", "base"},
    "control/link": {"include", "base", "control/wire"},
    "control/hub": {"include", "base", "control/wire"},
    "base/py": {"include", "base"},
    "snapshot/py": {"include", "base", "base/py", "snapshot"},
    "probes/expression": {"include", "base"},
    "probes/expression/py": {"include", "base", "base/py", "probes/expression"},
    "probes/py": {"include", "base", "base/py", "probes", "probes/expression", "probes/expression/py"},
    "agent": {
        "include",
        "base",
        "base/py",
        "snapshot",
        "snapshot/py",
        "probes",
        "probes/expression",
        "probes/expression/py",
        "probes/py",
        "control/wire",
        "control/link",
    },
}
# Single headers of other folders, each with its reason; docs/architecture.md names them too.
MAY_USE_FILE = {
    # The hub refuses the redaction policies that agents would refuse: the same code judges.
    ("control/hub", "snapshot/policy.h"),
}
C_LIBRARY = {
    f"{name}.h"
    for name in (
        *(
            "assert",
            "ctype",
            "errno",
            "inttypes",
            "limits",
            "math",
            "signal",
            "stdalign",
            "stdarg",
            "stdatomic",
        ),
        *("stdbool", "stddef", "stdint", "stdio", "stdlib", "string", "time", "sys/types"),
    )
}
PYTHON_HEADERS = {"Python.h", "structmember.h", "frameobject.h", "datetime.h"}
# sitecustomize is the program's own, which ours hands on to.
PYTHON_MAY_IMPORT = sys.stdlib_module_names | {"stroboscope", "sitecustomize", "pytest", "_pytest"}

INCLUDE_LINE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
TYPESCRIPT_IMPORT = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.[^"']*)["']""")


@dataclass(frozen=True)
class Violation:
    path: Path
    line: int
    message: str


def folder_of(path: Path) -> str | None:
    """Return the folder of MAY_USE that a path relative to the root is in."""
    names = ["/".join(path.parts[:length]) for length in range(len(path.parts) - 1, 0, -1)]
    if "py" in path.parts[:-1]:
        names = [name for name in names if name.endswith("/py")] + names
    return next((name for name in names if name in MAY_USE), None)


def resolve(root: Path, source: Path, name: str) -> Path | None:
    """Return what a quoted include names, relative to the root; a generated one counts as in its folder."""
    for base in (source.parent, Path("include"), Path(), Path("control")):
        candidate = base / name
        if (root / candidate).exists():
            return (root / candidate).resolve().relative_to(root.resolve())
    first = Path(name).parts[0]
    if first in ("wire", "link", "hub"):
        return Path("control") / name
    return Path(name) if first in MAY_USE else None


def is_python_header(name: str) -> bool:
    return name in PYTHON_HEADERS or name.startswith(("cpython/", "internal/pycore"))


def check_c_include(root: Path, source: Path, quoted: bool, name: str) -> str | None:
    """Return what is wrong with one include of one file, or None."""
    folder = folder_of(source)
    if folder is None:
        return None
    if is_python_header(name):
        if folder == "agent" or folder.endswith("/py"):
            return None
        return f"{name}: only agent/ and folders named py/ may use Python's headers"
    if not quoted:
        if folder == "include" and name not in C_LIBRARY:
            return f"<{name}>: include/ may use the C library only"
        return None
    target = resolve(root, source, name)
    if target is None:
        return f'"{name}": not found; name it from the root, include/ or control/'
    used = folder_of(target)
    if used is None or used == folder or used in MAY_USE[folder] or (folder, str(target)) in MAY_USE_FILE:
        return None
    allowed = ", ".join(sorted(MAY_USE[folder])) or "nothing"
    return f'"{name}": {folder}/ may not use {used}/ (it may use {allowed})'


def check_c(root: Path) -> Iterator[Violation]:
    tops = sorted({folder.split("/")[0] for folder in MAY_USE})
    for top in tops:
        for path in sorted((root / top).rglob("*.[ch]")):
            source = path.relative_to(root)
            if "node_modules" in source.parts:
                continue
            text = path.read_text(encoding="utf-8")
            for match in INCLUDE_LINE.finditer(text):
                message = check_c_include(root, source, match[1] == '"', match[2])
                if message:
                    yield Violation(source, text.count("\n", 0, match.start(1)) + 1, message)


def imported_modules(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module


def check_python(root: Path) -> Iterator[Violation]:
    for path in sorted((root / "python_shim").rglob("*.py")):
        for line, module in imported_modules(ast.parse(path.read_text(encoding="utf-8"))):
            if module.split(".")[0] not in PYTHON_MAY_IMPORT:
                message = f"import {module}: the package needs nothing but the standard library"
                yield Violation(path.relative_to(root), line, message)


def check_typescript(root: Path) -> Iterator[Violation]:
    console = (root / "control" / "console").resolve()
    for path in sorted(console.rglob("*.ts*")):
        if "node_modules" in path.parts or path.suffix not in (".ts", ".tsx"):
            continue
        text = path.read_text(encoding="utf-8")
        for match in TYPESCRIPT_IMPORT.finditer(text):
            if not (path.parent / match[1]).resolve().is_relative_to(console):
                message = f"import {match[1]}: the console may use the hub's API only"
                yield Violation(
                    path.relative_to(root.resolve()), text.count("\n", 0, match.start()) + 1, message
                )


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    violations = [*check_c(root), *check_python(root), *check_typescript(root)]
    for violation in violations:
        print(f"{violation.path}:{violation.line}: {violation.message}")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
