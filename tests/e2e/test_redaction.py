"""Redaction policies with a real hub: kept, sent, changed while programs run, and never loosened by one side."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fake_agent import FakeAgent, open_link
from http_person import HttpPerson
from live_hub import STROBE, LiveHub
from stroboscope.cli.failure import Failure
from waiting import eventually

PROGRAM = """
import sys, threading

def step(employee_id, session_id, password):
    note = "see EMP-" + "123456"
    return note

print("ready", flush=True)
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), ended.set()), daemon=True).start()
while not ended.wait(0.002):
    step("a-4711", "s-4711", "hunter2-4711")
"""
LINE = PROGRAM.splitlines().index("    return note") + 1
POLICY = {"deny_names": ["employee id"], "deny_patterns": [{"name": "number", "regex": r"EMP-\d{6}"}]}
EXCEPT_SESSION = {"exceptions": [{"name": "session_id", "reason": "a counter here"}]}


def put(hub: LiveHub, policy: dict[str, Any] | None) -> dict[str, Any]:
    body = {"is_set": False} if policy is None else {"policy": policy}
    return hub.client.set_redaction(body)


# ---- The API ----


def test_policy_is_kept_over_restarts(live_hub: LiveHub) -> None:
    assert live_hub.client.redaction()["is_set"] is False
    first = put(live_hub, POLICY)
    assert first["policy"] == POLICY
    assert first["changed_by"] == "admin"
    second = put(live_hub, POLICY | {"emails": True})
    assert second["version"] > first["version"]
    live_hub.kill()
    live_hub.start()
    live_hub.client.close()
    assert live_hub.client.redaction() == second
    assert put(live_hub, None)["is_set"] is False
    assert "policy" not in live_hub.client.redaction() or not live_hub.client.redaction()["policy"]


def test_policy_that_makes_no_sense_is_refused(live_hub: LiveHub) -> None:
    person = HttpPerson(live_hub)
    put(live_hub, POLICY)
    for body in (
        {"policy": {"deny_names": "x"}},
        {"policy": {"deny_names": ["x" * 1001]}},
        {"policy": {"deny_names": ["x"] * 1001}},
        {"policy": {"exceptions": [{"name": "x"}]}},
        {"policy": {"exceptions": [{"name": "x", "reason": "  "}]}},
        {"policy": {"exceptions": [{"name": "x", "type": "y", "reason": "r"}]}},
        {"policy": {"exceptions": [{"reason": "r"}]}},
        {"policy": 7},
        [],
    ):
        answer = person.ask("PUT", "redaction", body)
        assert (answer.status, answer.json["error"]) == (400, "bad_request"), body
    assert person.get("redaction")["policy"] == POLICY


def test_policy_that_agents_would_refuse_is_refused_with_the_reason(live_hub: LiveHub) -> None:
    person = HttpPerson(live_hub)
    put(live_hub, POLICY)
    before = live_hub.client.redaction()["version"]
    for policy, message in (
        (
            {"deny_patterns": [{"name": "badge", "regex": "B-[0-9]+"}, {"name": "broken", "regex": "a(b"}]},
            "'policy': deny_patterns: \"broken\" is no regular expression: missing closing parenthesis at column 4",
        ),
        ({"deny_patterns": [{"name": "bytes", "regex": "\\C"}]}, "\\C is disabled by the application"),
        ({"deny_names": ["--"]}, 'deny_names: "--" has no letter or digit'),
        ({"exceptions": [{"pattern": "no such", "reason": "x"}]}, "strobe redact show --patterns lists them"),
    ):
        answer = person.ask("PUT", "redaction", {"policy": policy})
        assert answer.status == 400
        assert message in answer.json["message"]
    assert live_hub.client.redaction()["version"] == before


def test_a_change_that_did_not_see_the_last_one_is_refused(live_hub: LiveHub) -> None:
    person = HttpPerson(live_hub)
    first = put(live_hub, POLICY)
    put(live_hub, {})
    answer = person.ask("PUT", "redaction", {"version": first["version"], "policy": POLICY})
    assert (answer.status, answer.json["error"]) == (409, "changed")
    assert person.ask("PUT", "redaction", {"policy": POLICY}, headers={}).status == 401
    assert person.ask("POST", "redaction", {}).headers["allow"] == "GET, PUT"


def test_agents_get_the_policy_before_the_probes_and_at_each_change(live_hub: LiveHub) -> None:
    put(live_hub, POLICY)
    link = open_link(live_hub)
    link.send(FakeAgent.hello(SimpleNamespace(instance="ab" * 16, service="shop")))  # type: ignore[arg-type]
    messages = [link.receive() for _ in range(3)]
    assert [message["t"] for message in messages] == ["welcome", "policy", "probe_set"]
    assert messages[1]["redaction"]["policy"] == POLICY
    version = put(live_hub, {"emails": True})["version"]
    message = link.receive_kind("policy")
    assert message["redaction"]["version"] == version
    assert message["redaction"]["policy"] == {"emails": True}
    put(live_hub, None)
    assert link.receive_kind("policy")["redaction"]["is_set"] is False


# ---- A program ----


@pytest.fixture
def start(live_hub: LiveHub, tmp_path: Path) -> Iterator[Any]:
    """Start the program, with the process's own policy or without."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    children = []

    def run(policy: str = "") -> None:
        environ = dict(live_hub.environ)
        if policy:
            (tmp_path / "policy.toml").write_text(policy)
            environ["STROBE_REDACTION"] = str(tmp_path / "policy.toml")
        child = subprocess.Popen(
            [*STROBE, "run", "--service", "steps", "--", sys.executable, str(program)],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"

    yield run
    for child in children:
        child.communicate("\n", timeout=60)


def hit(hub: LiveHub) -> dict[str, dict[str, Any]]:
    """The variables of a new snapshot, by name."""
    probe = hub.set_probe("steps", f"program.py:{LINE}")
    hub.wait_for_snapshots(probe, 1)
    body = hub.client.snapshot(hub.snapshots(probe)[0]["id"])["body"]
    hub.client.remove_probe(probe)
    return {name: body["values"][ref] for name, ref in body["frames"][0]["locals"]}


def wait_connected(hub: LiveHub) -> None:
    eventually(lambda: hub.client.instances(service="steps", state="up") != [], "the program's link")


def rules(hub: LiveHub) -> dict[str, str]:
    return {name: value.get("rule", "") for name, value in hit(hub).items()}


def test_policy_changes_while_the_program_runs(live_hub: LiveHub, start: Any) -> None:
    start()
    wait_connected(live_hub)
    plain = {"employee_id": "", "session_id": "session id", "password": "password", "note": ""}
    assert rules(live_hub) == plain
    put(live_hub, POLICY)
    strict = plain | {"employee_id": "employee id", "note": "number"}
    eventually(lambda: rules(live_hub) == strict, "the new policy")
    put(live_hub, EXCEPT_SESSION)
    eventually(lambda: rules(live_hub) == plain | {"session_id": ""}, "the exception")
    for policy in ({"deny_names": ["employee id"]}, {}):
        with pytest.raises(Failure, match="no regular expression"):
            put(live_hub, policy | {"deny_patterns": [{"name": "broken", "regex": "("}]})
    assert rules(live_hub) == plain | {"session_id": ""}
    put(live_hub, None)
    eventually(lambda: rules(live_hub) == plain, "no policy")


def test_process_tightens_and_does_not_loosen(live_hub: LiveHub, start: Any) -> None:
    put(live_hub, {"deny_names": ["employee id"]})
    start(
        '[[exceptions]]\nname = "session_id"\nreason = "r"\n[[exceptions]]\nname = "employee_id"\nreason = "r"\n'
    )
    wait_connected(live_hub)
    assert rules(live_hub) == {
        "employee_id": "employee id",
        "session_id": "session id",
        "password": "password",
        "note": "",
    }
    put(live_hub, EXCEPT_SESSION)
    eventually(lambda: rules(live_hub)["session_id"] == "", "the exception of both")


def test_hub_does_not_loosen_the_process(live_hub: LiveHub, start: Any) -> None:
    put(live_hub, EXCEPT_SESSION)
    start('[deny]\nnames = ["note"]\n')
    wait_connected(live_hub)
    assert rules(live_hub) == {
        "employee_id": "",
        "session_id": "session id",
        "password": "password",
        "note": "note",
    }


def test_agent_does_not_start_with_a_policy_that_is_broken(live_hub: LiveHub, tmp_path: Path) -> None:
    policy, log = tmp_path / "policy.toml", tmp_path / "log"
    policy.write_text("[deny]\nname = []\n")
    environ = live_hub.environ | {"STROBE_REDACTION": str(policy), "STROBE_LOG": str(log)}
    done = subprocess.run(
        [*STROBE, "run", "--service", "steps", "--", sys.executable, "-c", "print('as ever')"],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "as ever\n", "")
    assert "line 2: deny.name is not known. Did you mean 'names'?" in log.read_text()
    assert live_hub.client.instances(service="steps") == []


# ---- Probes that stand ----


def standing(hub: LiveHub, probe: str) -> dict[str, Any]:
    states = hub.client.probe(probe)["states"]
    return dict(states[0]) if states else {}


def test_a_live_probe_follows_the_policy_of_the_hub(live_hub: LiveHub, start: Any, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[deny]\nnames = ['employee id']\n")
    start()
    wait_connected(live_hub)
    place, log = f"program.py:{LINE}", {"action": "log", "options": {"template": "{employee_id} {note}"}}
    asked: list[dict[str, Any]] = [
        {"condition": "employee_id == ''"},
        log,
        {"action": "span", "options": {"labels": [{"name": "n", "value": "employee_id"}]}},
        {"condition": "note == ''"},
    ]
    probes = [
        live_hub.client.set_probe({"service": "steps", "location": place, **more})["probe"]["id"]
        for more in asked
    ]
    for probe in probes:
        live_hub.wait_until_armed(probe, 1)
    eventually(lambda: "employee_id" in standing(live_hub, probes[0]).get("last_values", ""), "a look")

    assert live_hub.strobe("redact", "set", str(policy)).returncode == 0
    for probe, reason in zip(
        probes, ("condition_redacted", "template_redacted", "value_redacted"), strict=False
    ):
        eventually(lambda probe=probe: standing(live_hub, probe)["state"] == "error", "the refusal")
        assert standing(live_hub, probe)["reason"] == reason
        assert "reads a redacted name" in live_hub.strobe("why", probe).stdout.replace("\n      ", " ")
    assert "last_values" not in standing(live_hub, probes[0])
    assert standing(live_hub, probes[3])["state"] == "armed"

    assert live_hub.strobe("edit", probes[0], "--if", "note != ''").returncode == 0  # edited: it is allowed
    eventually(lambda: standing(live_hub, probes[0])["state"] in ("armed", "done"), "the edited one")
    assert live_hub.strobe("redact", "set", "--none").returncode == 0
    for probe in probes:
        eventually(lambda probe=probe: standing(live_hub, probe)["state"] in ("armed", "done"), "all of them")


# ---- The command ----


def test_command_sets_shows_and_removes_the_policy(live_hub: LiveHub, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(
        "emails = true\n[deny]\nnames = ['employee id']\n"
        "patterns = [{ name = \"number\", regex = 'EMP-\\d{6}' }]\n"
        "[[test]]\nname = 'employeeId'\nexpect = 'redacted'\n"
    )
    done = live_hub.strobe("redact", "set", str(file))
    assert done.returncode == 0, done.stderr
    assert live_hub.client.redaction()["policy"] == POLICY | {"emails": True}
    shown = live_hub.strobe("redact", "show")
    (tmp_path / "again.toml").write_text(shown.stdout)
    assert live_hub.strobe("redact", "set", str(tmp_path / "again.toml"), "--json").returncode == 0
    assert live_hub.client.redaction()["policy"] == POLICY | {"emails": True}
    sample = tmp_path / "sample.json"
    sample.write_text(json.dumps({"employeeId": 1, "mail": "a@example.com"}))
    explained = live_hub.strobe("redact", "--explain", str(sample), "--hub", "--json")
    assert [json.loads(line)["verdict"] for line in explained.stdout.splitlines()] == ["redacted"] * 2
    assert live_hub.strobe("redact", "set", "--none").returncode == 0
    assert live_hub.client.redaction()["is_set"] is False
    assert "built-in rules hold" in live_hub.strobe("redact", "show").stderr
