"""How a process is named in `strobe ps`, and which processes get no agent."""

from __future__ import annotations

import pytest
from stroboscope import _start


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["python", "-m", "gunicorn", "--password", "x"], "python -m gunicorn"),
        (["python", "-X", "dev", "-u", "/srv/shop/app.py", "secret"], "shop/app.py"),
        (["python", "-c", "token = 'x'"], "python -c"),
        (
            ["python", "-c", "from multiprocessing.spawn import spawn_main; spawn_main(7)"],
            "python -c multiprocessing.spawn",
        ),
        (["python", "-c", "from multiprocessing.secret"], "python -c"),
        (["python", "-c"], "python -c"),
        (["python"], "python"),
    ],
)
def test_a_process_is_named_without_its_arguments(arguments: list[str], command: str) -> None:
    assert _start._command(arguments) == command


def test_the_janitor_of_multiprocessing_and_strobe_itself_need_no_agent() -> None:
    tracker = "from multiprocessing.resource_tracker import main;main(4)"
    assert _start._needs_no_agent(["python", "-s", "-c", tracker])
    assert _start._needs_no_agent(["python", "/usr/bin/strobe", "ps"])
    assert not _start._needs_no_agent(["python", "-c", "from multiprocessing.spawn import spawn_main"])
    assert not _start._needs_no_agent(["python", "-c", "from multiprocessing.forkserver import main"])
