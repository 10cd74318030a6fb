"""The policy of a process, from its file to its snapshots and conditions, without a hub."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from child import ORDERS, run

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


# ---- Probes that stand while the policy changes ----

LIVE = (
    ORDERS
    + """
import json, time
TIGHT = json.dumps({"deny_names": ["employee id"]})
def probed(employee_id, note):
    return employee_id           # here
_limits["hits"] = 1000
def look(i=0):
    state = states()[i]
    return [state["state"], state.get("reason", ""), state.get("message", ""), state["gates"], state.get("last_values", "")]
"""
)
ASKED = {
    "condition": {"condition": "employee_id == 1"},
    "template": {"action": "log", "options": {"template": "{employee_id}"}},
    "value": {"action": "metric", "options": {"metric": "m", "metric_kind": "gauge", "value": "employee_id"}},
    "label": {
        "action": "metric",
        "options": {"metric": "m", "labels": [{"name": "n", "value": "employee_id"}]},
    },
    "name of a label": {
        "action": "metric",
        "options": {"metric": "m", "labels": [{"name": "employee_id", "value": "note"}]},
    },
}


@pytest.mark.parametrize("part", ASKED)
def test_a_live_probe_that_reads_what_is_hidden_now_ends_with_the_reason_and_comes_back(
    tmp_path: Path, part: str
) -> None:
    facts = run(
        tmp_path,
        LIVE
        + f"""
_agent.local_apply([order(**{ASKED[part]!r})])
probed(2, "x"); probed(1, "x")
open_ = look()
_agent.set_policy(TIGHT)
probed(1, "x")
tight = look()
_agent.set_policy(json.dumps({{"deny_names": ["other"]}}))
probed(1, "x")
again = look()
report(open=open_, tight=tight, again=again, brought=[s.get("text") for s in drain()])
""",
    ).facts
    assert facts["open"][0] == facts["again"][0] == "armed"
    state, reason, message, gates, last_values = facts["tight"]
    assert state == "error"
    assert reason == {"condition": "condition_redacted", "template": "template_redacted"}.get(
        part, "value_redacted"
    )
    what = "condition" if part == "condition" else "action"
    assert message.startswith(f"the redaction policy changed: {what} reads a redacted name: ")
    assert "employee_id" in message
    assert last_values == ""
    assert gates == facts["open"][3]  # counters stay, and nothing was reached meanwhile
    assert facts["again"][1:3] == ["", ""]
    assert facts["again"][3]["reached"] == gates["reached"] + 1
    assert facts["again"][3]["captured"] == gates["captured"] + 1


def test_what_a_false_condition_saw_is_forgotten_when_it_is_hidden(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        LIVE
        + """
_agent.local_apply([order(condition="employee_id == 777")])
probed(4242, "x")
before = look()
_agent.set_policy(TIGHT)
report(before=before, after=look())
""",
    ).facts
    assert facts["before"][4] == "employee_id = 4242"
    assert "4242" not in json.dumps(facts["after"])


def test_a_policy_change_leaves_other_probes_as_they_stood(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        LIVE
        + """
watching = {"options": {"watches": ["employee_id", "note"], "watches_only": True}}
_agent.local_apply([order(condition="note == 'x'"), order(id="p1", location="nowhere.py:3"), order(id="p2", **watching),
                    order(id="p3", condition="password == 1"), order(id="p4", condition="][")])
def all_of(): return [look(i)[:3] for i in range(5)]
def watches():
    drain(); probed(1, "x")
    return [w for s in drain() if s["probe"] == "p2" for w in s["body"]["watches"]]
first, before = watches(), all_of()
_agent.set_policy(TIGHT)
during, second = all_of(), watches()
_agent.set_policy(None)
after, third = all_of(), watches()
report(before=before, during=during, after=after, watches=[first, second, third])
""",
    ).facts
    assert facts["before"] == facts["during"] == facts["after"]
    assert [state[0] for state in facts["before"]] == ["armed", "pending", "armed", "error", "error"]
    first, second, third = facts["watches"]
    assert "value" in first[0]
    assert "value" in third[0]
    assert "redacted" in second[0]["error"]
    assert "value" in second[1]


def test_what_was_refused_for_its_policy_stays_refused_by_an_edit_of_its_limits_and_arms_by_one_of_its_condition(
    tmp_path: Path,
) -> None:
    facts = run(
        tmp_path,
        LIVE
        + """
_agent.local_apply([order(condition="employee_id == 1", limits={"rate_per_s": 1000, "hits": 1})])
probed(1, "x")
done = look()[0]
_agent.set_policy(TIGHT)
_agent.local_apply([order(version=2, condition="employee_id == 1")])
limits = look()[:2]
_agent.local_apply([order(version=3, condition="note == 'x'")])
report(done=done, limits=limits, edited=look()[:2])
""",
    ).facts
    assert facts["done"] == "done"
    assert facts["limits"] == ["error", "condition_redacted"]
    assert facts["edited"] == ["armed", ""]
