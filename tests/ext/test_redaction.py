"""The policy of a process, from its file to its snapshots and conditions, without a hub."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from child import run

POLICY = {"deny_names": ["employee id"], "exceptions": [{"name": "session_id", "reason": "a counter"}]}
PROGRAM = """
def probed(employee_id, session_id, password):
    return employee_id           # here
def hit(condition=None):
    arm((line_of("here"), condition))
    probed(1, 2, 3)
    snapshots = drain()
    state = states()[0]
    arm()
    return {name: value for name, value in locals_of(snapshots[0]).items()} if snapshots else state["reason"]
"""


def test_policy_of_the_process_holds_in_snapshots_and_changes(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PROGRAM
        + f"""
before = hit()
_agent.set_policy({json.dumps(POLICY)!r})
during = hit()
try:
    _agent.set_policy('{{"deny_names": 1}}')
except ValueError as error:
    refused = str(error)
still = hit()
_agent.set_policy(None)
report(before=before, during=during, refused=refused, still=still, after=hit())
""",
    ).facts
    plain = {"employee_id": "1", "session_id": "redacted:name", "password": "redacted:name"}
    strict = {"employee_id": "redacted:name", "session_id": "2", "password": "redacted:name"}
    assert facts["before"] == facts["after"] == plain
    assert facts["during"] == facts["still"] == strict
    assert "deny_names is no list" in facts["refused"]


def test_conditions_cannot_read_what_the_policy_hides(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PROGRAM
        + f"""
conditions = ["employee_id == 1", "session_id == 2", "password == 3"]
before = [hit(condition) for condition in conditions]
_agent.set_policy({json.dumps(POLICY)!r})
report(before=before, after=[hit(condition) for condition in conditions])
""",
    ).facts
    assert [isinstance(outcome, dict) for outcome in facts["before"]] == [True, False, False]
    assert [isinstance(outcome, dict) for outcome in facts["after"]] == [False, True, False]


def test_policy_file_is_read_at_the_start(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[deny]\nnames = ['employee id']\n")
    facts = run(tmp_path, PROGRAM + "report(hit=hit())\n", env={"STROBE_REDACTION": str(policy)}).facts
    assert facts["hit"]["employee_id"] == "redacted:name"


def test_agent_does_not_start_with_a_broken_policy_file(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[deny]\nnames = 'employee id'\n")
    outcome = run(
        tmp_path,
        """
import os, stroboscope
try:
    stroboscope.start("wss://token@127.0.0.1:1/test?pin=" + "0" * 64)
except ValueError as error:
    print(error, stroboscope.status())
""",
        prelude=False,
        env={"STROBE_REDACTION": str(policy)},
    )
    assert outcome.code == 0, outcome.stderr
    assert "line 2: deny.names is no list" in outcome.stdout
    assert "None" in outcome.stdout


def test_policy_survives_a_fork(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        PROGRAM
        + f"""
import os
_agent.set_policy({json.dumps(POLICY)!r})
read, write = os.pipe()
child = os.fork()
if child == 0:
    os.write(write, repr(hit()["employee_id"]).encode())
    os._exit(0)
os.waitpid(child, 0)
report(child=os.read(read, 100).decode(), parent=hit()["employee_id"])
""",
    ).facts
    assert facts == {"child": "'redacted:name'", "parent": "redacted:name"}


@pytest.mark.parametrize("text", ["", "[", "null x", '{"a": 1, "a": 2}'])
def test_documents_that_are_no_json_are_refused(tmp_path: Path, text: str) -> None:
    facts = run(
        tmp_path,
        f"""
try:
    _agent.set_policy({text!r})
    refused = ""
except ValueError as error:
    refused = str(error)
report(refused=refused)
""",
    ).facts
    assert facts["refused"].startswith("the policy is no JSON")
