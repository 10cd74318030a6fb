"""The hub's side of the link, with an agent spoken by hand: decent, hostile, and with the hub dying under it."""

from __future__ import annotations

import json
import resource
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from fake_agent import BODY, FakeAgent, open_link
from http_person import HttpPerson
from live_hub import LiveHub
from waiting import eventually
from web_socket import BINARY, TEXT, ClosedError, RefusedError


@pytest.fixture(scope="module")
def shared_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    """A hub that survives all tests of this file that use it."""
    hub = LiveHub(tmp_path_factory.mktemp("shared"))
    hub.start()
    yield hub
    assert hub.stop() == 0
    assert "Sanitizer" not in hub.log.read_text(errors="replace")


def assert_alive(hub: LiveHub) -> None:
    """The hub serves agents and people as if nothing had happened."""
    agent = FakeAgent(hub, service="probe of life")
    agent.send_snapshot(1)
    agent.wait_acknowledged(1)
    agent.socket.cut()
    assert HttpPerson(hub).get("health")["status"] == "ok"


# ---- Who may connect ----


@pytest.mark.parametrize("token", ["", "x", "0" * 40, "0" * 100])
def test_an_agent_with_a_wrong_token_sees_no_websocket(shared_hub: LiveHub, token: str) -> None:
    with pytest.raises(RefusedError) as refused:
        open_link(shared_hub, token)
    assert refused.value.status == 401


def test_a_persons_token_is_refused_on_the_link(shared_hub: LiveHub) -> None:
    with pytest.raises(RefusedError) as refused:
        open_link(shared_hub, HttpPerson(shared_hub).token)
    assert refused.value.status == 401


# ---- Hostile messages ----


def hello(**more: Any) -> str:
    message = {
        "t": "hello",
        "instance": "ab" * 16,
        "service": "shop",
        "host": "box",
        "pid": 1,
        "python": "3.12",
        "engine": "monitoring",
        "agent_version": "0.1.0",
        "started_at_ms": 1,
    } | more
    return json.dumps({name: value for name, value in message.items() if value is not None})


SNAPSHOT = {"t": "snapshot", "seq": 1, "probe": "p", "probe_version": 1, "time_us": 1, "body": BODY}

MALFORMED = {
    "nothing": " ",
    "no JSON": "hello there",
    "half of JSON": '{"t": "hel',
    "an array": "[]",
    "a number": "17",
    "no kind": "{}",
    "a kind that is a number": '{"t": 1}',
    "nested too deep": '{"t": "goodbye", "reason": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "a key twice": '{"t": "goodbye", "t": "goodbye", "reason": "x"}',
    "a NUL": '{"t": "goodbye", "reason": "\\u0000"}',
    "a lone surrogate": '{"t": "goodbye", "reason": "\\ud800"}',
    "a number beyond 64 bits": '{"t": "heartbeat", "time_us": 99999999999999999999999}',
    "a snapshot before hello": json.dumps(SNAPSHOT),
    "hello without an instance": hello(instance=None),
    "hello with an empty instance": hello(instance=""),
    "hello with a path for an instance": hello(instance="../../etc"),
    "hello with a long instance": hello(instance="a" * 65),
    "hello with an empty service": hello(service=""),
    "hello with a service of two lines": hello(service="a\nb"),
    "hello with a text for a number": hello(pid="1"),
    "hello with a negative number": hello(pid=-1),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_first_message_is_refused(shared_hub: LiveHub, name: str) -> None:
    socket = open_link(shared_hub)
    socket.send(MALFORMED[name])
    (refuse,) = socket.wait_closed()
    assert (refuse["t"], refuse["reason"]) == ("refuse", "protocol")
    assert refuse["message"]
    assert_alive(shared_hub)


WRONG_LATER: dict[str, dict[str, Any]] = {
    "a second hello": {"t": "hello"},
    "a snapshot without a body": {name: value for name, value in SNAPSHOT.items() if name != "body"},
    "a snapshot numbered 0": SNAPSHOT | {"seq": 0},
    "a snapshot with a text for its number": SNAPSHOT | {"seq": "1"},
    "a state that does not exist": {
        "t": "probe_status",
        "set_version": 1,
        "states": [{"probe": "p", "probe_version": 1, "state": "odd", "gates": {}}],
    },
    "states that are an object": {"t": "probe_status", "set_version": 1, "states": {}},
    "more states than allowed": {
        "t": "probe_status",
        "set_version": 1,
        "states": [{"probe": "p", "probe_version": 1, "state": "armed", "gates": {}}] * 1001,
    },
    "a source over the bound": {
        "t": "source_text",
        "source": {"path": "a", "sha256": "0", "text": "x" * (512 * 1024 + 1)},
    },
    "files over the bound": {"t": "files", "request": 1, "files": [{"path": "a"}] * 10_001},
}


@pytest.mark.parametrize("name", WRONG_LATER)
def test_a_malformed_later_message_is_refused(shared_hub: LiveHub, name: str) -> None:
    agent = FakeAgent(shared_hub)
    agent.socket.send(agent.hello() if name == "a second hello" else WRONG_LATER[name])
    refuse = agent.socket.wait_closed()[-1]
    assert (refuse["t"], refuse["reason"]) == ("refuse", "protocol")
    (row,) = [
        row for row in HttpPerson(shared_hub).get("instances")["instances"] if row["id"] == agent.instance
    ]
    assert row["state"] == "down"
    assert_alive(shared_hub)


@pytest.mark.parametrize("size", [2 * 1024 * 1024 + 1, 8 * 1024 * 1024])
def test_a_message_over_the_bound_is_refused_before_its_end(shared_hub: LiveHub, size: int) -> None:
    agent = FakeAgent(shared_hub)
    agent.socket.send_frame(TEXT, b" " * (2 * 1024 * 1024 + 1), claimed_size=size)
    refuse = agent.socket.wait_closed()[-1]
    assert refuse["reason"] == "protocol"
    assert_alive(shared_hub)


def test_a_message_in_too_many_fragments_is_refused(shared_hub: LiveHub) -> None:
    agent = FakeAgent(shared_hub)
    with pytest.raises((ClosedError, OSError)):
        agent.socket.send_frame(TEXT, b"{", final=False)
        for _ in range(3000):
            agent.socket.send_frame(0, b" " * 1000, final=False)
        agent.socket.receive()
        agent.socket.receive()
    assert_alive(shared_hub)


def test_a_message_in_fragments_is_put_together(shared_hub: LiveHub) -> None:
    agent = FakeAgent(shared_hub)
    text = json.dumps(SNAPSHOT).encode()
    agent.socket.send_frame(TEXT, text[:10], final=False)
    for byte in text[10:-1]:
        agent.socket.send_frame(0, bytes([byte]), final=False)
    agent.socket.send_frame(0, text[-1:])
    agent.wait_acknowledged(1)


def test_a_message_of_just_the_bound_is_taken(shared_hub: LiveHub) -> None:
    agent = FakeAgent(shared_hub)
    empty = len(json.dumps(SNAPSHOT | {"body": {"x": ""}}))
    text = json.dumps(SNAPSHOT | {"body": {"x": "y" * (2 * 1024 * 1024 - empty)}})
    assert len(text) == 2 * 1024 * 1024
    agent.socket.send(text)
    agent.wait_acknowledged(1)
    person = HttpPerson(shared_hub)
    (row,) = person.get(f"snapshots?instance={agent.instance}")["snapshots"]
    assert len(person.get(f"snapshots/{row['id']}")["body"]["x"]) == 2 * 1024 * 1024 - empty


def test_a_binary_message_is_refused(shared_hub: LiveHub) -> None:
    agent = FakeAgent(shared_hub)
    agent.socket.send_frame(BINARY, json.dumps(SNAPSHOT).encode())
    assert agent.socket.wait_closed()[-1]["reason"] == "protocol"
    assert_alive(shared_hub)


def test_bytes_that_are_not_utf8_are_refused(shared_hub: LiveHub) -> None:
    agent = FakeAgent(shared_hub)
    agent.socket.send_frame(TEXT, b'{"t": "goodbye", "reason": "\xff\xfe"}')
    assert agent.socket.wait_closed()[-1]["reason"] == "protocol"
    assert_alive(shared_hub)


@pytest.mark.parametrize("opcode", [3, 7, 11, 15])
def test_a_reserved_opcode_ends_the_connection(shared_hub: LiveHub, opcode: int) -> None:
    agent = FakeAgent(shared_hub)
    agent.socket.send_frame(opcode, b"x")
    agent.socket.wait_closed()
    assert_alive(shared_hub)


def test_an_unknown_message_is_ignored(shared_hub: LiveHub) -> None:
    agent = FakeAgent(shared_hub)
    for _ in range(100):
        agent.socket.send({"t": "from_the_future", "x": 1})
    agent.socket.send(
        {"t": "welcome", "hub_version": "x", "time_us": 1, "acknowledged": 0}
    )  # the hub's own kind
    agent.send_snapshot(1, surprise={"of": ["a", "newer", "agent"]})
    agent.wait_acknowledged(1)
    assert shared_hub.log.read_text().count("from_the_future") == 10


def test_what_is_refused_is_not_logged(shared_hub: LiveHub) -> None:
    agent = FakeAgent(shared_hub)
    agent.socket.send('{"t": "snapshot", "seq": 1, "body": {"secret-4711": secret-4712}}')
    agent.socket.wait_closed()
    agent = FakeAgent(shared_hub)
    agent.socket.send({"t": "snapshot", "seq": "secret-4713", "probe": "secret-4714"})
    agent.socket.wait_closed()
    assert "secret-47" not in shared_hub.log.read_text()


def test_lines_of_the_log_cannot_be_forged(shared_hub: LiveHub) -> None:
    agent = FakeAgent(shared_hub)
    agent.socket.send({"t": "goodbye", "reason": "bye\n2026-01-01 forged \x1b[31m"})
    agent.socket.wait_closed()
    lines = [line for line in shared_hub.log.read_text().splitlines() if "forged" in line]
    assert all("goodbye" in line and "\x1b" not in line for line in lines)
    assert len(lines) == 1


# ---- Decent behaviour ----


def test_heartbeats_are_answered(shared_hub: LiveHub) -> None:
    agent = FakeAgent(shared_hub)
    agent.socket.send({"t": "heartbeat", "time_us": 1})
    assert agent.socket.receive()["t"] == "heartbeat"


def test_the_same_instance_again_replaces_the_old_connection(shared_hub: LiveHub) -> None:
    first = FakeAgent(shared_hub)
    first.send_snapshot(1)
    first.wait_acknowledged(1)
    second = FakeAgent(shared_hub, first.instance)
    assert first.socket.wait_closed()[-1]["reason"] == "replaced"
    assert second.welcome["acknowledged"] == 1
    second.send_snapshot(2)
    second.wait_acknowledged(2)
    rows = HttpPerson(shared_hub).get("instances?state=up")["instances"]
    assert [row["id"] for row in rows].count(first.instance) == 1


def test_snapshots_sent_again_are_stored_once(shared_hub: LiveHub) -> None:
    agent = FakeAgent(shared_hub)
    for seq in [1, 2, 3, 2, 3, 4, 1]:
        agent.send_snapshot(seq)
    agent.wait_acknowledged(4)
    again = FakeAgent(shared_hub, agent.instance)
    again.send_snapshot(4, probe="changed")
    again.wait_acknowledged(4)
    rows = HttpPerson(shared_hub).get(f"snapshots?instance={agent.instance}&after=0")["snapshots"]
    assert [row["seq"] for row in rows] == [1, 2, 3, 4]
    assert {row["probe"] for row in rows} == {"p1"}


def test_numbers_that_never_came_are_counted_as_missing(shared_hub: LiveHub) -> None:
    agent = FakeAgent(shared_hub)
    agent.send_snapshot(3)
    agent.wait_acknowledged(3)
    agent.send_snapshot(7)
    agent.wait_acknowledged(7)

    def missing() -> int:
        rows = HttpPerson(shared_hub).get("instances?state=up")["instances"]
        return int(next(row.get("missing", 0) for row in rows if row["id"] == agent.instance))

    assert missing() == 5
    agent.send_snapshot(5)
    agent.send_snapshot(8)
    agent.wait_acknowledged(8)
    assert missing() == 4


def test_many_snapshots_are_acknowledged_together(shared_hub: LiveHub) -> None:
    agent = FakeAgent(shared_hub)
    agent.socket.send_together(agent.snapshot(seq) for seq in range(1, 1001))
    acknowledged: list[int] = []
    while not acknowledged or acknowledged[-1] < 1000:
        acknowledged.append(agent.socket.receive_kind("ack")["seq"])
    assert acknowledged == sorted(set(acknowledged))
    assert len(acknowledged) < 500


@pytest.mark.slow
def test_who_says_nothing_is_closed(shared_hub: LiveHub) -> None:
    mute, silent = open_link(shared_hub), FakeAgent(shared_hub)
    mute.set_patience(60)
    silent.socket.set_patience(60)
    assert mute.wait_closed()[-1]["reason"] == "protocol"
    assert silent.socket.wait_closed()[-1]["reason"] == "silence"


# ---- The hub dies ----


def test_a_killed_hub_has_everything_it_acknowledged(live_hub: LiveHub) -> None:
    person = HttpPerson(live_hub)
    instance, sent, acknowledged = "", 0, 0
    for _ in range(5):
        agent = FakeAgent(live_hub, instance)
        instance = agent.instance
        assert agent.welcome["acknowledged"] >= acknowledged
        sent = agent.welcome["acknowledged"]
        for _ in range(300):
            sent += 1
            agent.send_snapshot(sent)
        acknowledged = agent.socket.receive_kind("ack")["seq"]
        live_hub.kill()
        try:
            while True:
                acknowledged = agent.socket.receive_kind("ack")["seq"]
        except ClosedError:
            pass
        live_hub.start()
    stored, page = [], person.get("snapshots?after=0&limit=500")["snapshots"]
    while page:
        stored += [row["seq"] for row in page]
        page = person.get(f"snapshots?after={page[-1]['position']}&limit=500")["snapshots"]
    assert stored == list(range(1, len(stored) + 1))
    assert len(stored) >= acknowledged > 0


def test_an_acknowledgement_is_in_the_database_when_it_arrives(live_hub: LiveHub) -> None:
    agent = FakeAgent(live_hub)
    with sqlite3.connect(live_hub.data / "hub.db") as database:
        for seq in range(1, 50):
            agent.send_snapshot(seq)
            agent.wait_acknowledged(seq)
            (stored,) = database.execute("SELECT count(*) FROM snapshots").fetchone()
            assert stored == seq


def test_probes_and_states_survive_a_restart(live_hub: LiveHub) -> None:
    person = HttpPerson(live_hub)
    agent = FakeAgent(live_hub)
    view = person.set_probe(condition="x > 1", limits={"hits": 3})
    probe_id = view["probe"]["id"]
    agent.send_state(probe_id, "done", reason="limit", message="3 of 3")

    def seen() -> Any:
        return person.get(f"probes/{probe_id}")["states"]

    before = eventually(seen, "the state")
    version = agent.socket.receive_kind("probe_set")["version"]
    assert live_hub.stop() == 0
    live_hub.start()
    after = person.get(f"probes/{probe_id}")
    assert after["probe"] == view["probe"]
    assert after["states"] == before
    assert after["revision"] > view["revision"]
    again = FakeAgent(live_hub)
    assert again.probe_set["probes"] == [view["probe"]]
    assert again.probe_set["version"] >= version
    (down,) = [row for row in person.get("instances")["instances"] if row["id"] == agent.instance]
    assert down["state"] == "down"


def test_an_orderly_stop_closes_links_and_keeps_what_came(live_hub: LiveHub) -> None:
    agent = FakeAgent(live_hub)
    for seq in range(1, 21):
        agent.send_snapshot(seq)
    agent.wait_acknowledged(20)
    assert live_hub.stop() == 0
    agent.socket.wait_closed()
    live_hub.start()
    assert FakeAgent(live_hub, agent.instance).welcome["acknowledged"] == 20


def test_a_full_disk_acknowledges_nothing_and_loses_nothing(live_hub: LiveHub) -> None:
    person = HttpPerson(live_hub)
    agent = FakeAgent(live_hub)
    agent.send_snapshot(1)
    agent.wait_acknowledged(1)
    process = live_hub._process
    assert process is not None
    biggest = max(file.stat().st_size for file in live_hub.data.iterdir())
    limits = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (biggest, limits[1]))
    seq = 1
    refused: list[dict[str, Any]] = []
    while not refused:  # until the write-ahead log is at the limit
        seq += 1
        agent.send_snapshot(seq, body=BODY | {"filler": "x" * 100_000})
        try:
            agent.wait_acknowledged(seq)
        except ClosedError:
            refused.append({})
    assert person.ask("POST", "probes", {"service": "shop", "location": "a.py:1"}).json["error"] == "storage"
    rows = person.get("snapshots?after=0")["snapshots"]
    assert [row["seq"] for row in rows] == list(range(1, seq))
    agent = FakeAgent(live_hub, agent.instance)
    assert agent.welcome["acknowledged"] == seq - 1
    agent.send_snapshot(seq)
    (refuse,) = agent.socket.wait_closed()
    assert (refuse["t"], refuse["reason"]) == ("refuse", "storage")
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limits)
    agent = FakeAgent(live_hub, agent.instance)
    agent.send_snapshot(seq)
    agent.wait_acknowledged(seq)
    assert "free some space" in live_hub.log.read_text()
