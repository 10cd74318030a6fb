"""Actions, targets, edits, metrics and checks at a real hub, with agents spoken by hand."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from fake_agent import FakeAgent
from http_person import HttpPerson
from live_hub import LiveHub
from waiting import eventually


@pytest.fixture
def person(live_hub: LiveHub) -> HttpPerson:
    """An administrator at `live_hub`."""
    return HttpPerson(live_hub)


def set_of(agent: FakeAgent) -> list[dict[str, Any]]:
    """The probes of the next set that the agent is sent."""
    probes: list[dict[str, Any]] = agent.socket.receive_kind("probe_set")["probes"]
    return probes


def edit(person: HttpPerson, probe_id: str, change: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = person.ask("PATCH", f"probes/{probe_id}", change)
    assert answer.status == status, answer
    document: dict[str, Any] = answer.json
    return document


# ---- Actions ----


def test_an_action_reaches_the_agent_with_its_options(live_hub: LiveHub, person: HttpPerson) -> None:
    agent = FakeAgent(live_hub)
    options = {
        "metric": "shop.orders",
        "metric_kind": "histogram",
        "value": "total",
        "labels": [{"name": "tier", "value": "customer.tier"}],
    }
    person.set_probe(action="metric", options=options, limits={"when": "every 3", "budget_percent": 2.5})
    probe = set_of(agent)[0]
    assert probe["action"] == "metric"
    assert options.items() <= probe["options"].items()
    assert probe["limits"]["when"] == "every 3"
    assert probe["limits"]["budget_percent"] == 2.5
    assert probe["limits"]["hits"] == 100_000_000


@pytest.mark.parametrize(
    ("request_body", "field"),
    [
        ({"action": "log"}, "options.template"),
        ({"action": "metric", "options": {"metric": "a", "metric_kind": "gauge"}}, "options.value"),
        ({"action": "timer"}, "options.until"),
        ({"action": "fly"}, "action"),
        ({"limits": {"when": "sometimes"}}, "limits.when"),
        ({"target": {"labels": ["zone"]}}, "target.labels"),
        ({"target": {"instances": ["zz"]}}, "target.instances"),
        ({"location": "shop"}, "location"),
    ],
)
def test_a_wrong_request_names_the_field(
    live_hub: LiveHub, person: HttpPerson, request_body: dict[str, Any], field: str
) -> None:
    answer = person.ask("POST", "probes", {"service": "shop", "location": "a.py:1"} | request_body)
    assert answer.status == 400
    assert field in answer.json["message"]


def test_log_lines_are_stored_listed_and_told_apart(live_hub: LiveHub, person: HttpPerson) -> None:
    agent = FakeAgent(live_hub)
    probe_id = person.set_probe(action="log", options={"template": "total {total}"})["probe"]["id"]
    live = person.open_live()
    agent.send_snapshot(1, probe_id)
    agent.send_snapshot(2, probe_id, kind="log", text="total 12", level="warning", body={})
    agent.wait_acknowledged(2)
    logs = person.get(f"snapshots?kind=log&probe={probe_id}")["snapshots"]
    assert [(row["text"], row["level"]) for row in logs] == [("total 12", "warning")]
    assert [row["kind"] for row in person.get("snapshots?kind=snapshot")["snapshots"]] == ["snapshot"]
    seen = [live.receive_kind("live_snapshot")["summary"] for _ in range(2)]
    assert [row["kind"] for row in seen] == ["snapshot", "log"]
    assert seen[1]["text"] == "total 12"


# ---- Targets ----


def test_a_probe_reaches_only_the_instances_it_is_for(live_hub: LiveHub, person: HttpPerson) -> None:
    one, other = FakeAgent(live_hub), FakeAgent(live_hub)
    person.set_probe(target={"instances": [one.instance[:8]]})
    assert len(set_of(one)) == 1
    assert set_of(other) == []
    assert FakeAgent(live_hub).probe_set["probes"] == []


def test_a_probe_reaches_only_processes_with_its_labels(live_hub: LiveHub, person: HttpPerson) -> None:
    class Labelled(FakeAgent):
        def hello(self) -> dict[str, Any]:
            return super().hello() | {"labels": ["zone=eu", "canary=yes"]}

    person.set_probe(target={"labels": ["zone=eu"]})
    assert len(Labelled(live_hub).probe_set["probes"]) == 1
    assert FakeAgent(live_hub).probe_set["probes"] == []
    labels = {tuple(row.get("labels", [])) for row in person.get("instances")["instances"]}
    assert ("zone=eu", "canary=yes") in labels


def test_the_first_instance_that_hits_ends_the_probe_in_the_others(
    live_hub: LiveHub, person: HttpPerson
) -> None:
    one, other = FakeAgent(live_hub), FakeAgent(live_hub)
    probe_id = person.set_probe(target={"first": True})["probe"]["id"]
    before = set_of(one)
    assert before == set_of(other)
    one.send_snapshot(1, probe_id)
    assert set_of(other) == []
    after = set_of(one)
    assert [(probe["id"], probe["version"]) for probe in after] == [(probe_id, before[0]["version"])]


# ---- Edits ----


def test_an_edit_changes_what_it_names_and_nothing_else(live_hub: LiveHub, person: HttpPerson) -> None:
    agent = FakeAgent(live_hub)
    view = person.set_probe(condition="total < 0", limits={"hits": 5, "rate_per_s": 2})
    set_of(agent)
    changed = edit(person, view["probe"]["id"], {"limits": {"rate_per_s": 50}})
    assert changed["probe"]["version"] == 2
    assert changed["revision"] > view["revision"]
    probe = set_of(agent)[0]
    assert probe["condition"] == "total < 0"
    assert (probe["limits"]["hits"], probe["limits"]["rate_per_s"]) == (5, 50)
    edit(person, view["probe"]["id"], {"condition": ""})
    assert "condition" not in set_of(agent)[0]


def test_a_wrong_edit_changes_nothing(live_hub: LiveHub, person: HttpPerson) -> None:
    probe_id = person.set_probe(action="log", options={"template": "x"})["probe"]["id"]
    assert "options.template" in edit(person, probe_id, {"options": {"template": ""}}, 400)["message"]
    assert "limits" in edit(person, probe_id, {"limits": 5}, 400)["message"]
    edit(person, probe_id, {"limits": {"hits": -1}}, 400)
    edit(person, probe_id, {"limits": {"expires_at_ms": 1}}, 400)
    edit(person, "nosuchprobe", {"condition": "x"}, 404)
    probe = person.get(f"probes/{probe_id}")["probe"]
    assert (probe["version"], probe["options"]["template"]) == (1, "x")


def test_an_edit_outlives_a_restart_of_the_hub(live_hub: LiveHub, person: HttpPerson) -> None:
    probe_id = person.set_probe()["probe"]["id"]
    edit(person, probe_id, {"condition": "total < 1"})
    assert live_hub.stop() == 0
    live_hub.start()
    probe = person.get(f"probes/{probe_id}")["probe"]
    assert (probe["condition"], probe["version"]) == ("total < 1", 2)


# ---- Metrics and checks ----


def test_metrics_are_kept_for_each_instance_and_go_with_the_probe(
    live_hub: LiveHub, person: HttpPerson
) -> None:
    one, other = FakeAgent(live_hub), FakeAgent(live_hub)
    probe_id = person.set_probe(action="metric", options={"metric": "orders"})["probe"]["id"]
    for agent, count in ((one, 3), (other, 4), (one, 5)):
        series = [{"labels": ["gold"], "count": count, "buckets": [1, 2], "first_bucket": -3}]
        view = {"probe": probe_id, "probe_version": 1, "series": series}
        agent.socket.send({"t": "metrics", "metrics": [view]})

    def both_are_there() -> bool:
        views = person.get(f"probes/{probe_id}/metrics")["metrics"]
        return sorted(view["series"][0]["count"] for view in views) == [4, 5]

    eventually(both_are_there, "the metrics of both instances")
    assert person.ask("DELETE", f"probes/{probe_id}").status == 204
    assert person.ask("GET", f"probes/{probe_id}/metrics").status == 404


def test_a_check_is_answered_by_a_process_of_the_service(live_hub: LiveHub, person: HttpPerson) -> None:
    answers: list[Any] = []
    nobody = person.ask("POST", "check", {"service": "shop", "expression": "total < 0"})
    assert (nobody.status, nobody.json["error"]) == (503, "instance_down")
    agent = FakeAgent(live_hub)
    asking = threading.Thread(
        target=lambda: answers.append(
            person.ask("POST", "check", {"service": "shop", "expression": "total."})
        )
    )
    asking.start()
    request = agent.socket.receive_kind("request")
    assert (request["what"], request["check"]["expression"]) == ("check", "total.")
    part = {"kind": "refused", "name": "total.", "column": 7, "end_column": 8, "message": "write a name"}
    agent.socket.send({"t": "checked", "request": request["request"], "ok": False, "parts": [part]})
    asking.join()
    assert answers[0].status == 200
    assert answers[0].json["ok"] is False
    assert part.items() <= answers[0].json["parts"][0].items()
