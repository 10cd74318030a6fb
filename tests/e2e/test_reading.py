"""What a hub says about stored snapshots: one value, what differs, a table over many; and the commands that print it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fake_agent import FakeAgent
from http_person import HttpPerson
from live_hub import STROBE, LiveHub
from waiting import eventually


@pytest.fixture
def person(live_hub: LiveHub) -> HttpPerson:
    return HttpPerson(live_hub)


def body(price: str, secret: str = "password", **more: Any) -> dict[str, Any]:
    """One frame with `order`, an object with a list of lines, and `token`, which is redacted."""
    return {
        "format": 1,
        "frames": [
            {
                "function": "total",
                "file": "/srv/shop.py",
                "line": 7,
                "locals": [["order", 0], ["count", 3], ["token", 6]],
                "arguments": 1,
            },
            {"function": "main", "file": "/srv/main.py", "line": 2, "locals": [["argv", 1]]},
        ],
        "frames_total": 2,
        "values": [
            {"type": "shop.Order", "fields": [["lines", 1]]},
            {"type": "list", "size": 200, "cut": "items", "items": [2]},
            {"type": "dict", "size": 1, "entries": [[4, 5]]},
            {"type": "int", "text": "3"},
            {"type": "str", "text": "'pri\\'ce'"},
            {"type": "float", "text": price},
            {"type": "str", "cut": "redacted:name", "rule": secret},
        ],
        "capture_ns": 1,
    } | more


def store(live_hub: LiveHub, person: HttpPerson, *bodies: dict[str, Any]) -> tuple[str, list[str]]:
    """Store one snapshot for each body; the probe's id, and theirs in order."""
    agent = FakeAgent(live_hub)
    probe_id: str = person.set_probe()["probe"]["id"]
    for seq, one in enumerate(bodies, 1):
        agent.send_snapshot(seq, probe_id, body=one)
    agent.wait_acknowledged(len(bodies))
    rows = person.get(f"snapshots?probe={probe_id}")["snapshots"]
    return probe_id, [row["id"] for row in reversed(rows)]


def test_a_value_is_found_by_its_path(live_hub: LiveHub, person: HttpPerson) -> None:
    _, (snapshot,) = store(live_hub, person, body("12.5"))
    answer = person.get(f"snapshots/{snapshot[:6]}/value?path=order.lines[0]['pri%5C'ce']")
    assert answer == {
        "path": "order.lines[0]['pri\\'ce']",
        "found": True,
        "value": 0,
        "values": [{"type": "float", "text": "12.5"}],
    }
    answer = person.get(f"snapshots/{snapshot}/value?path=order&depth=1")
    assert [value.get("deeper") for value in answer["values"]] == [None, 1]
    assert person.get(f"snapshots/{snapshot}/value?path=argv&frame=1")["found"] is True
    answer = person.get(f"snapshots/{snapshot}/value?path=order.lines[150].x")
    assert (answer["found"], answer["reason"], answer["reached"]) == (False, "cut", "order.lines")
    assert answer["there"] == ["[0]"]
    assert "200 items, of which 1" in answer["message"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("value", 400),
        ("value?path=order..x", 400),
        ("value?path=order&depth=-1", 400),
        ("value?path=order&frame=x", 400),
        ("diff", 400),
        ("diff?with=zz", 404),
        ("diff?with=0000", 404),
    ],
)
def test_what_cannot_be_asked_is_refused(
    live_hub: LiveHub, person: HttpPerson, query: str, status: int
) -> None:
    _, (snapshot,) = store(live_hub, person, body("12.5"))
    answer = person.ask("GET", f"snapshots/{snapshot}/{query}")
    assert answer.status == status, answer
    assert answer.json["message"]


def test_two_snapshots_are_compared(live_hub: LiveHub, person: HttpPerson) -> None:
    _, (one, same, other) = store(
        live_hub, person, body("12.5"), body("12.5"), body("13.0", secret="api key")
    )
    answer = person.get(f"snapshots/{one}/diff?with={same}")
    assert (answer["same"], answer["differences"]) == (True, [])
    answer = person.get(f"snapshots/{one}/diff?with={other}")
    assert [(row["kind"], row["path"]) for row in answer["differences"]] == [
        ("changed", "order.lines[0]['pri\\'ce']")
    ]
    redacted = [row for row in answer["unknown"] if row["kind"] == "redacted"]
    assert [(row["path"], row["message"]) for row in redacted] == [("token", "redacted on both sides")]
    assert (answer["left"]["id"], answer["right"]["id"]) == (one, other)
    done = live_hub.strobe("diff", one, other)
    assert done.returncode == 1
    assert "~ order.lines[0]['pri\\'ce']: 12.5 → 13.0" in done.stdout
    assert live_hub.strobe("diff", one, same).returncode == 0


def test_hits_are_a_table(live_hub: LiveHub, person: HttpPerson) -> None:
    probe_id, ids = store(live_hub, person, *(body(f"{number}.5") for number in range(5)))
    path = "order.lines[0]['pri\\'ce']"
    done = live_hub.strobe("hits", probe_id[:6], "--columns", f"{path},nothing", "--limit", "4", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["snapshot"] for row in rows] == ids[:0:-1]
    assert [row["cells"][path]["text"] for row in rows] == ["4.5", "3.5", "2.5", "1.5"]
    assert "no variable 'nothing'" in rows[0]["cells"]["nothing"]["missing"]
    answer = person.get(f"probes/{probe_id}/hits?limit=2")
    assert answer["columns"] == ["count"]
    older = person.get(f"probes/{probe_id}/hits?limit=2&before={answer['next']}")
    assert [row["snapshot"] for row in older["rows"]] == ids[2:0:-1]
    assert person.ask("GET", "probes/nosuchprobe/hits").status == 404
    assert person.ask("GET", f"probes/{probe_id}/hits?columns=a,,b").status == 400
    assert person.ask("DELETE", f"probes/{probe_id}").status == 204
    assert len(live_hub.strobe("hits", probe_id).stdout.splitlines()) == 6


def test_the_trace_is_a_column_by_itself_when_a_hit_has_one(live_hub: LiveHub, person: HttpPerson) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    traced = body("1.5", trace={"trace_id": trace_id, "span_id": "00f067aa0ba902b7"})
    probe_id, _ = store(live_hub, person, traced, body("2.5"))
    answer = person.get(f"probes/{probe_id}/hits")
    assert answer["columns"] == ["count", "$trace_id"]
    assert [row["cells"][1] for row in answer["rows"]] == [
        {"missing": "no span was current"},
        {"type": "str", "text": f"'{trace_id}'"},
    ]
    assert person.get(f"probes/{probe_id}/hits?limit=1")["columns"] == ["count"]
    assert live_hub.strobe("hits", probe_id).stdout.splitlines()[-1].endswith("4bf92f35…")


def test_hits_of_a_probe_without_any_are_an_empty_table(live_hub: LiveHub, person: HttpPerson) -> None:
    probe_id = person.set_probe()["probe"]["id"]
    assert person.get(f"probes/{probe_id}/hits") == {"columns": [], "rows": []}


PROGRAM = """
import sys, time

class Item:
    def __init__(self, sku, price):
        self.sku, self.price = sku, price

def total(items, rebate):
    result = sum(item.price for item in items) - rebate
    return result

print("ready", flush=True)
rebate = 0
while True:
    total([Item("poster", 12), Item("mug", 8)], rebate)
    rebate += 1
    time.sleep(0.002)
"""


def test_a_real_program_is_read_value_by_value(live_hub: LiveHub, tmp_path: Path) -> None:
    program = tmp_path / "prices.py"
    program.write_text(PROGRAM)
    command = [*STROBE, "run", "--service", "prices", "--", sys.executable, str(program)]
    with subprocess.Popen(command, env=live_hub.environ, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            eventually(lambda: live_hub.client.instances(service="prices", state="up"), "the connection")
            watch = ("--watch", "rebate + 1", "--hits", "2")
            done = live_hub.strobe("snap", "prices.py:10", *watch, "--timeout", "60", "--json")
            first, second = (json.loads(line)["summary"] for line in done.stdout.splitlines())
            done = live_hub.strobe("show", first["id"], "--path", "items[1].sku")
            assert (done.returncode, done.stdout) == (0, "items[1].sku = 'mug'\n")
            done = live_hub.strobe("show", first["id"], "--path", "items[1].size")
            assert (done.returncode, done.stdout) == (1, "")
            assert "has no field 'size'" in done.stderr
            assert ".sku  .price" in done.stderr
            done = live_hub.strobe("diff", first["id"], second["id"], "--json")
            changed = {row["path"] for row in json.loads(done.stdout)["differences"]}
            assert (done.returncode, changed) == (1, {"rebate + 1", "rebate", "result"})
            done = live_hub.strobe("show", first["id"], "--path", "rebate + 1")
            assert (done.returncode, done.stdout[:13]) == (0, "rebate + 1 = ")
            done = live_hub.strobe("hits", first["probe"])
            assert done.stdout.splitlines()[0].split("  ")[-1] == "rebate + 1"
            done = live_hub.strobe("hits", first["probe"], "--csv", "--columns", "items[0].sku,rebate")
            assert done.stdout.splitlines()[0] == "snapshot,time,instance,items[0].sku,rebate"
            assert ",poster," in done.stdout.splitlines()[1]
        finally:
            child.kill()
