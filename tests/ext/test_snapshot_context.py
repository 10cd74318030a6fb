"""What a snapshot says of its process, and that a hit of a real probe has task, time and thread."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from child import run

REVISION = "0123456789abcdef0123456789abcdef01234567"
PROCESS = """
    import socket
    def probed(x):
        return x  # here
    arm((line_of("here"),))
    probed(1)
    process = drain()[0]["body"]["process"]
    report(process=process, same=process["pid"] == _os.getpid() and process["host"] == socket.gethostname())
"""


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def test_process_is_named_with_version_and_revision(tmp_path: Path) -> None:
    write(tmp_path / ".git" / "HEAD", "ref: refs/heads/trunk")
    write(tmp_path / ".git" / "refs" / "heads" / "trunk", REVISION)
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    facts = run(folder, PROCESS, env={"STROBE_VERSION": "2026.11", "POD_NAME": "web-7"}).facts
    assert facts["same"] is True
    assert facts["process"]["version"] == "2026.11"
    assert facts["process"]["pod"] == "web-7"
    assert facts["process"]["revision"] == REVISION


@pytest.mark.parametrize("kind", ["detached", "packed", "work tree"])
def test_revision_is_found_wherever_git_keeps_it(tmp_path: Path, kind: str) -> None:
    git = tmp_path / "repository" / ".git"
    folder = tmp_path / "repository"
    write(git / "HEAD", REVISION if kind == "detached" else "ref: refs/heads/trunk")
    packed = f"# pack-refs with: peeled\n{'f' * 40} refs/heads/other\n{REVISION} refs/heads/trunk"
    write(git / "packed-refs", packed)
    if kind == "work tree":
        folder = tmp_path / "linked"
        write(folder / ".git", f"gitdir: {git}/worktrees/linked")
        write(git / "worktrees" / "linked" / "HEAD", "ref: refs/heads/trunk")
        write(git / "worktrees" / "linked" / "commondir", "../..")
    assert run(folder, PROCESS).facts["process"]["revision"] == REVISION


def test_process_without_repository_has_no_revision(tmp_path: Path) -> None:
    process = run(tmp_path, PROCESS).facts["process"]
    assert "revision" not in process
    assert "version" not in process


def test_hit_in_a_task_names_the_task_and_who_awaits_it(tmp_path: Path) -> None:
    program = """
        import asyncio
        async def work(x):
            await asyncio.sleep(0)
            return x  # here
        async def main():
            asyncio.current_task().set_name("root")
            return await asyncio.create_task(work(1), name="work")
        arm((line_of("here"),))
        asyncio.run(main())
        body = drain()[0]["body"]
        report(task=body["task"], awaiters=[a["task"] for a in body["awaiters"]], time=body["time"])
    """
    facts = run(tmp_path, program).facts
    assert facts["task"] == {"name": "work", "coroutine": "work"}
    assert facts["awaiters"] == ["root"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", facts["time"])
