"""Check the texts of the checkout for what must not be published.

    python check_text.py [ROOT]

Paths of somebody's machine, addresses of package registries (mirrors differ; clients know theirs), merge
leftovers, notes to self, words that exclude people. A line that must stand as it is ends with the mark
`text-ok`. Prints one line per finding and exits 1 when there is one.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

RULES: list[tuple[re.Pattern[str], str]] = [
    (
        re.compile(r"(?<![\w.~$}-])/(?:work|root|home/\w+|Users/\w+)(?![\w-])"),
        "a path of one machine; make it relative, or use $HOME",
    ),
    (
        re.compile(
            r"pypi\.(?:org|python)|pythonhosted\.|npmjs\.(?:org|com)/|crates\.io|(?:deb|archive|security)\.(?:debian|ubuntu)\."
            r"|repo1?\.maven|proxy\.golang|(?:docker|ghcr)\.io"
        ),
        "the address of a package registry; name the package, its client knows the address",
    ),
    (re.compile(r"^(?:<{7}|>{7}|={7})(?: |$)"), "what a merge left behind"),
    (re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b"), "a note to self; do it, or write it down as an issue"),
    (
        re.compile(r"\b(?:black|white)-?list|\bslaves?\b|\bman-?hours?\b", re.IGNORECASE),
        "a word that excludes people; say allow list, deny list, replica, effort",
    ),
    (re.compile(r"[ \t]+$"), "blanks at the end of the line"),
]
MARK = "text-ok"
OURSELVES = {"tools/check_text.py", "tests/tools/test_check_text.py"}
SKIPPED_SUFFIXES = {".png", ".ico", ".svg", ".woff2", ".gz", ".zst", ".db"}
SKIPPED_FOLDERS = {".git", ".venv", "build", "dist", "node_modules", "__pycache__", "corpus"}


def files_of(root: Path) -> Iterator[Path]:
    """Yield what git knows and does not ignore; every file where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=root, capture_output=True, check=False
    )
    if listed.returncode == 0:
        names = [Path(name) for name in listed.stdout.decode().split("\0") if name]
    else:
        names = [path.relative_to(root) for path in root.rglob("*")]
    for name in sorted(names):
        if (
            SKIPPED_FOLDERS.isdisjoint(name.parts)
            and name.suffix not in SKIPPED_SUFFIXES
            and (root / name).is_file()
        ):
            yield name


def findings_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line, 1-based, and the complaint for each finding in a text."""
    for number, line in enumerate(text.split("\n"), 1):
        if MARK in line:
            continue
        for pattern, complaint in RULES:
            match = pattern.search(line)
            if match:
                yield number, f"{match[0].strip()!r}: {complaint}"


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    found = 0
    for name in files_of(root):
        if name.as_posix() in OURSELVES:
            continue
        raw = (root / name).read_bytes()
        if b"\0" in raw:
            continue
        for number, message in findings_of(raw.decode("utf-8", "replace")):
            print(f"{name}:{number}: {message}")
            found += 1
        if raw and not raw.endswith(b"\n"):
            print(f"{name}: the last line has no end")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
