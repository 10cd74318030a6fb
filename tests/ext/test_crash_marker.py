"""A probe that a process died of is not armed again without somebody's word. The file itself: tests/unit/probes."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from child import run

# Where the number of the probe at work stands in the file, and the first probe's (probes/crash_marker.c).
AT_WORK, FIRST_PROBE = 32, 48

ARM = """
def sell(total):
    return total                     # here
def set_probe(version, **more):
    probe = {"id": "p0", "version": version, "service": "t", "location": f"{_FILE}:{line_of('here')}", "action": "snapshot",
             "limits": {"rate_per_s": 10}, "created_at_ms": 0, "created_by": "t"} | more
    _agent.local_apply([_json.dumps(probe)])
    sell(1)
    return [states()[0]["state"], states()[0].get("reason", ""), states()[0].get("message", ""), gates()]
"""


def die_at_work(folder: Path, environ: dict[str, str]) -> None:
    """As if the process had crashed in the agent: no Python program can bring that about."""
    done = run(folder, ARM + "set_probe(1)\n_os.kill(_os.getpid(), 9)", env=environ)
    assert done.code == -9
    (marker,) = Path(environ["STROBE_STATE_DIR"]).glob("*.mark")
    content = bytearray(marker.read_bytes())
    assert content[AT_WORK : AT_WORK + 8] == bytes(8)  # it was not, when it was killed
    tag = content[FIRST_PROBE : FIRST_PROBE + 8]
    assert struct.unpack("Q", tag)[0] > 0
    content[AT_WORK : AT_WORK + 8] = tag
    marker.write_bytes(content)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    return {"STROBE_STATE_DIR": str(state)}


def test_a_probe_that_a_process_died_of_waits_for_somebodys_word(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    die_at_work(tmp_path, environ)
    again = """
first = set_probe(1)
still = set_probe(1)
edited = set_probe(2, limits={"rate_per_s": 11})
report(first=first, still=still, edited=edited)
"""
    facts = run(tmp_path, ARM + again, env=environ).facts
    assert facts["first"][:2] == facts["still"][:2] == ["error", "crashed"]
    assert "a process died while this probe was at work" in facts["first"][2]
    assert "strobe edit p0" in facts["first"][2]
    assert facts["first"][3].get("reached", 0) == 0
    assert facts["edited"][0] == "done"
    assert facts["edited"][3]["captured"] == 1
    facts = run(tmp_path, ARM + "report(next=set_probe(1), confirmed=set_probe(3))", env=environ).facts
    assert facts["next"][:2] == ["error", "crashed"]
    assert facts["confirmed"][0] == "done"


def test_a_policy_that_allows_it_again_is_nobodys_word(tmp_path: Path, environ: dict[str, str]) -> None:
    die_at_work(tmp_path, environ)
    again = """
_agent.set_policy('{"deny_names": ["total"]}')
hidden = set_probe(1, condition="total > 0")
_agent.set_policy(None)
sell(1)
report(hidden=hidden, allowed=[states()[0]["state"], states()[0]["reason"]])
"""
    facts = run(tmp_path, ARM + again, env=environ).facts
    assert facts["hidden"][:2] == facts["allowed"] == ["error", "crashed"]


def test_another_service_is_not_concerned(tmp_path: Path, environ: dict[str, str]) -> None:
    die_at_work(tmp_path, environ)
    start = "_agent.stop()\n_start._start(None, 'other')\n"
    facts = run(tmp_path, ARM + start + "report(state=set_probe(1))", env=environ).facts
    # The child starts as 'test' first, which takes the marker; 'other' then finds nothing about itself.
    assert facts["state"][0] == "done"


@pytest.mark.parametrize(
    "ending", ["_sys.exit(3)", "_os._exit(3)", "_os.kill(_os.getpid(), 9)", "raise ValueError", "_os.abort()"]
)
def test_who_ends_otherwise_leaves_no_probe_in_quarantine(
    tmp_path: Path, environ: dict[str, str], ending: str
) -> None:
    assert run(tmp_path, ARM + f"set_probe(1)\n{ending}", env=environ).code != 0
    facts = run(tmp_path, ARM + "report(state=set_probe(1))", env=environ).facts
    assert facts["state"][0] == "done"
    assert list(Path(environ["STROBE_STATE_DIR"]).iterdir()) == []


def test_children_of_forks_have_markers_of_their_own_and_leave_none(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    program = """
set_probe(1, limits={"hits": 100, "rate_per_s": 100})
folder = _os.environ["STROBE_STATE_DIR"]
count = lambda: len(_os.listdir(folder))
before = count()
read, write = _os.pipe()
pid = _os.fork()
if pid == 0:
    sell(2)
    _os.write(write, bytes([count()]))
    _sys.exit(0)
inside = _os.read(read, 1)[0]
code = _os.waitpid(pid, 0)[1]
report(before=before, inside=inside, code=code, after=count())
"""
    facts = run(tmp_path, ARM + program, env=environ).facts
    assert facts == {"before": 1, "inside": 2, "code": 0, "after": 1}
    assert list(Path(environ["STROBE_STATE_DIR"]).iterdir()) == []


def test_a_folder_that_cannot_be_used_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    for folder in (tmp_path / "open", tmp_path / "no" / "where"):
        facts = run(tmp_path, ARM + "report(state=set_probe(1))", env={"STROBE_STATE_DIR": str(folder)}).facts
        assert facts["state"][0] == "done"
