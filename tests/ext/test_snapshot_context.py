"""What a snapshot says of its process, and that a hit of a real probe has task, time and thread."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from child import run


def test_process_is_named_with_version_and_revision(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "trunk", tmp_path], check=True)
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    commit = ["git", "-C", str(tmp_path), *identity, "commit", "-q", "--allow-empty", "-m", "x"]
    subprocess.run(commit, check=True)
    revision = subprocess.run(
        ["git", "-C", str(tmp_path), "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    program = """
        import socket
        def probed(x):
            return x  # here
        arm((line_of("here"),))
        probed(1)
        process = drain()[0]["body"]["process"]
        report(process=process, same=process["pid"] == _os.getpid() and process["host"] == socket.gethostname())
    """
    facts = run(folder, program, env={"STROBE_VERSION": "2026.11"}).facts
    assert facts["same"] is True
    assert facts["process"]["version"] == "2026.11"
    assert facts["process"]["revision"] == revision
    subprocess.run(["git", "-C", str(tmp_path), "pack-refs", "--all"], check=True)
    assert run(folder, program).facts["process"]["revision"] == revision


def test_process_without_repository_has_no_revision(tmp_path: Path) -> None:
    program = """
        def probed(x):
            return x  # here
        arm((line_of("here"),))
        probed(1)
        report(process=drain()[0]["body"]["process"])
    """
    process = run(tmp_path, program).facts["process"]
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
