from __future__ import annotations

import subprocess
from pathlib import Path

import check_text
import pytest


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("see /work" + "/main/x", "a path of one machine"),
        ("cd /root" + "/.cache", "a path of one machine"),
        ('"/home' + '/ann/src"', "a path of one machine"),
        ("https://pypi" + ".org/simple", "the address of a package registry"),
        ('"resolved": "https://registry.npmjs' + '.org/vite"', "the address of a package registry"),
        ("<<<<<<" + "< HEAD", "what a merge left behind"),
        ("/* TO" + "DO: later */", "a note to self"),
        ("the black" + "list of names", "a word that excludes people"),
        ("int x; ", "blanks at the end"),
    ],
)
def test_what_must_not_be_published_is_found(line: str, complaint: str) -> None:
    found = list(check_text.findings_of(f"fine\n{line}\nfine"))
    assert [number for number, _ in found] == [2]
    assert complaint in found[0][1]


@pytest.mark.parametrize(
    "line",
    [
        "ci/work/x",
        "$HOME/work",
        "~/root",
        "/rooted",
        "/homes/x",
        "/workers",
        "npm ci",
        "a todo list",
        "======= x"[8:],
    ],
)
def test_ordinary_lines_are_left_alone(line: str) -> None:
    assert list(check_text.findings_of(line)) == []


def test_a_marked_line_may_stand(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("/root" + "/x stands here  <!-- text-ok -->\n", encoding="utf-8")
    assert check_text.main([str(tmp_path)]) == 0


def test_a_file_without_an_end_of_line_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.md").write_text("text", encoding="utf-8")
    assert check_text.main([str(tmp_path)]) == 1
    assert "a.md: the last line has no end" in capsys.readouterr().out


def test_what_git_ignores_and_what_is_binary_is_left_alone(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("ignored\n", encoding="utf-8")
    (tmp_path / "ignored").write_text("/root" + "/x\n", encoding="utf-8")
    (tmp_path / "image").write_bytes(b"\x89\0" + b"/root" + b"/x")
    assert check_text.main([str(tmp_path)]) == 0
    (tmp_path / "new").write_text("/root" + "/x\n", encoding="utf-8")
    assert check_text.main([str(tmp_path)]) == 1
