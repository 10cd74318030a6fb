"""The hub's HTTP API and live websocket, as people and consoles use them."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fake_agent import BODY, FakeAgent
from http_person import Answer, HttpPerson
from live_hub import LiveHub
from waiting import eventually
from web_socket import ClosedError, RefusedError


@pytest.fixture
def person(live_hub: LiveHub) -> HttpPerson:
    """An administrator at `live_hub`."""
    return HttpPerson(live_hub)


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpPerson]:
    """A person at a hub that all tests share which leave nothing behind."""
    hub = LiveHub(tmp_path_factory.mktemp("shared"))
    hub.start()
    yield HttpPerson(hub)
    assert hub.stop() == 0


def agent_token(hub: LiveHub) -> str:
    return (hub.data / "agent.token").read_text().strip()


# ---- Who may ask ----


@pytest.mark.parametrize("path", ["whoami", "instances", "probes", "snapshots", "sources/00", "nonsense"])
def test_nothing_is_told_without_a_token(visitor: HttpPerson, path: str) -> None:
    answer = visitor.ask("GET", path, headers={})
    assert answer.status == 401
    assert answer.json["error"] == "unauthenticated"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["", "x", "0" * 40, "0" * 5000])
def test_a_wrong_token_is_refused(visitor: HttpPerson, token: str) -> None:
    assert visitor.ask("GET", "whoami", headers={"Authorization": f"Bearer {token}"}).status in (400, 401)


def test_an_agents_token_is_refused_with_a_reason(visitor: HttpPerson) -> None:
    answer = visitor.ask("GET", "probes", headers={"Authorization": f"Bearer {agent_token(visitor.hub)}"})
    assert (answer.status, answer.json["error"]) == (403, "wrong_token_kind")
    answer = visitor.ask("POST", "session", {"token": agent_token(visitor.hub)}, headers={})
    assert (answer.status, answer.json["error"]) == (403, "wrong_token_kind")


def test_health_needs_no_token(visitor: HttpPerson) -> None:
    assert visitor.ask("GET", "health", headers={}).json["status"] == "ok"


def test_a_session_reads_and_changes_only_from_the_hubs_own_pages(person: HttpPerson) -> None:
    cookie = person.log_in()
    assert person.ask("GET", "whoami", headers={"Cookie": cookie}).json == {"name": "admin"}
    request = {"service": "shop", "location": "a.py:1"}
    for origin in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = person.ask("POST", "probes", request, headers={"Cookie": cookie} | origin)
        assert (answer.status, answer.json["error"]) == (403, "wrong_origin")
    own = {"Cookie": cookie, "Origin": person.origin}
    assert person.ask("POST", "probes", request, headers=own).status == 201


def test_the_cookie_is_for_https_and_this_site_alone(visitor: HttpPerson) -> None:
    answer = visitor.ask("POST", "session", {"token": visitor.token}, headers={})
    cookie = answer.headers["set-cookie"]
    for word in ("HttpOnly", "Secure", "SameSite=Strict", "Path=/"):
        assert word in cookie
    answer = visitor.ask("POST", "session", {"token": "wrong"}, headers={})
    assert answer.status == 401
    assert "set-cookie" not in answer.headers


def test_logout_ends_the_session_and_its_live_sockets(person: HttpPerson) -> None:
    own = {"Cookie": person.log_in(), "Origin": person.origin}
    other = {"Cookie": person.log_in(), "Origin": person.origin}
    live, stays = person.open_live(own), person.open_live(other)
    assert person.ask("DELETE", "session", headers=own).status == 204
    live.wait_closed()
    assert person.ask("GET", "whoami", headers=own).status == 401
    with pytest.raises(RefusedError) as refused:
        person.open_live(own)
    assert refused.value.status == 401
    person.set_probe()
    assert stays.receive()["t"] == "live_probe"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer " + "0" * 40}, 401),
        ({"Authorization": "Bearer AGENT"}, 403),
        ({"Cookie": "SESSION"}, 403),
        ({"Cookie": "SESSION", "Origin": "https://evil.example"}, 403),
    ],
)
def test_the_live_socket_is_refused_before_the_upgrade(
    visitor: HttpPerson, headers: dict[str, str], status: int
) -> None:
    real = {
        name: value.replace("AGENT", agent_token(visitor.hub)).replace("SESSION", visitor.log_in())
        for name, value in headers.items()
    }
    with pytest.raises(RefusedError) as refused:
        visitor.open_live(real)
    assert refused.value.status == status


def test_every_answer_carries_the_security_headers(visitor: HttpPerson) -> None:
    for path in ("/", "health", "probes", "nonsense"):
        headers = visitor.ask("GET", path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "script-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert visitor.ask("GET", "probes").headers["cache-control"] == "no-store"


# ---- Bad requests ----


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"[]", "object"),
        (b"[" * 100, "nested"),
        ({}, "service"),
        ({"service": "shop"}, "location"),
        ({"service": 1, "location": "a.py:1"}, "service"),
        ({"service": "", "location": "a.py:1"}, "service"),
        ({"service": "s" * 257, "location": "a.py:1"}, "service"),
        ({"service": "shop", "location": "a.py"}, "location"),
        ({"service": "shop", "location": "a.py:0"}, "line"),
        ({"service": "shop", "location": "a.py:99999999999"}, "line"),
        ({"service": "shop", "location": ":3"}, "location"),
        ({"service": "shop", "location": "a.py:1", "action": "explode"}, "action"),
        ({"service": "shop", "location": "a.py:1", "condition": "x" * 4097}, "condition"),
        ({"service": "shop", "location": "a.py:1", "limits": {"hits": -1}}, "hits"),
        ({"service": "shop", "location": "a.py:1", "limits": {"expires_at_ms": 1000}}, "past"),
        ({"service": "shop", "location": "a.py:1", "limits": {"expires_at_ms": 2**52}}, "24 hours"),
    ],
)
def test_a_bad_probe_is_refused_with_the_field_named(visitor: HttpPerson, body: Any, word: str) -> None:
    answer = visitor.ask("POST", "probes", body)
    assert (answer.status, answer.json["error"]) == (400, "bad_request")
    assert word in answer.json["message"]
    assert visitor.get("probes") == {"probes": []}


def test_a_body_over_the_bound_is_refused(visitor: HttpPerson) -> None:
    answer = visitor.ask("POST", "probes", b" " * (64 * 1024 + 1))
    assert (answer.status, answer.json["error"]) == (413, "too_large")


def test_a_body_without_a_length_is_refused(visitor: HttpPerson) -> None:
    headers = {"Authorization": f"Bearer {visitor.token}", "Transfer-Encoding": "chunked"}
    assert visitor.ask("POST", "probes", b"2\r\n{}\r\n0\r\n\r\n", headers=headers).status == 411


@pytest.mark.parametrize(
    "path",
    [
        "snapshots?limit=0",
        "snapshots?limit=501",
        "snapshots?limit=ten",
        "snapshots?after=-1",
        "snapshots?after=99999999999999999999",
        "snapshots?wait=31",
        "instances?state=sideways",
        "instances/00ff00ff00ff00ff/source",
        "probes/abc?wait=x",
    ],
)
def test_a_bad_parameter_is_named(visitor: HttpPerson, path: str) -> None:
    answer = visitor.ask("GET", path)
    assert (answer.status, answer.json["error"]) == (400, "bad_request")
    assert "'" in answer.json["message"]


@pytest.mark.parametrize(
    "path",
    [
        "nonsense",
        "probes/ffffffffffff",
        "snapshots/ffffffffffff",
        "snapshots/abc",
        "snapshots/%2e%2e%2fhub.db",
        "sources/" + "0" * 64,
        "sources/..%2f..%2fadmin.token",
        "instances/ffffffff/files",
        "/api",
        "/api/v2/probes",
        "/assets/../../admin.token.js",
        "/nothing.js",
        "/%2e%2e/%2e%2e/etc/passwd.txt",
    ],
)
def test_what_does_not_exist_is_not_found(visitor: HttpPerson, path: str) -> None:
    answer = visitor.ask("GET", path)
    assert (answer.status, answer.json["error"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "DELETE"])
def test_other_methods_are_refused(visitor: HttpPerson, method: str) -> None:
    answer = visitor.ask(method, "probes", b"{}")
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, POST"


def test_head_answers_without_a_body(visitor: HttpPerson) -> None:
    answer = visitor.ask("HEAD", "health")
    assert (answer.status, answer.text) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


def test_websocket_addresses_say_so(visitor: HttpPerson) -> None:
    assert visitor.ask("GET", "live").status == 426
    assert visitor.ask("GET", "/agent").status == 426


def test_the_console_is_served_at_every_page(visitor: HttpPerson) -> None:
    first, page = visitor.ask("GET", "/", headers={}), visitor.ask("GET", "/services/shop", headers={})
    assert (first.status, first.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.text == first.text
    again = visitor.ask("GET", "/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.text) == (304, b"")


# ---- Probes ----


def test_a_probe_is_set_listed_and_removed(person: HttpPerson) -> None:
    before_ms = time.time() * 1000
    view = person.set_probe("shop/pricing.py:42", condition="total < 0")
    probe = view["probe"]
    assert (probe["version"], probe["created_by"], probe["action"]) == (1, "admin", "snapshot")
    assert abs(probe["limits"]["expires_at_ms"] - before_ms - 3600_000) < 60_000
    second = person.set_probe("other.py:1", service="other")
    assert [row["probe"]["id"] for row in person.get("probes")["probes"]] == [
        second["probe"]["id"],
        probe["id"],
    ]
    assert [row["probe"] for row in person.get("probes?service=shop")["probes"]] == [probe]
    assert person.ask("DELETE", f"probes/{probe['id']}").status == 204
    assert person.ask("DELETE", f"probes/{probe['id']}").status == 404
    assert person.ask("GET", f"probes/{probe['id']}").status == 404


def test_a_probe_reaches_the_connected_agents_of_its_service(person: HttpPerson, live_hub: LiveHub) -> None:
    agent, other = FakeAgent(live_hub), FakeAgent(live_hub, service="other")
    assert agent.probe_set["probes"] == []
    view = person.set_probe()
    pushed = agent.socket.receive()
    assert pushed["t"] == "probe_set"
    assert pushed["probes"] == [view["probe"]]
    assert pushed["version"] > agent.probe_set["version"]
    person.ask("DELETE", f"probes/{view['probe']['id']}")
    removed = agent.socket.receive()
    assert removed["probes"] == []
    assert removed["version"] > pushed["version"]
    other.socket.send({"t": "heartbeat", "time_us": 1})
    assert other.socket.receive()["t"] == "heartbeat"  # and no probe_set before it


def test_a_state_wakes_who_waits_for_it(person: HttpPerson, live_hub: LiveHub) -> None:
    agent = FakeAgent(live_hub)
    view = person.set_probe()
    probe_id = view["probe"]["id"]
    answers: list[Any] = []
    waiter = threading.Thread(
        target=lambda: answers.append(person.get(f"probes/{probe_id}?after={view['revision']}&wait=30"))
    )
    waiter.start()
    agent.send_state(probe_id, "armed", line=7, file="/srv/shop.py")
    waiter.join(25)
    (state,) = answers[0]["states"]
    assert (state["instance"], state["state"], state["line"]) == (agent.instance, "armed", 7)
    assert state["gates"]["reached"] == 3
    assert answers[0]["revision"] > view["revision"]


def test_a_removed_probe_wakes_who_waits_for_it(person: HttpPerson) -> None:
    view = person.set_probe()
    path = f"probes/{view['probe']['id']}"
    answers: list[Answer] = []
    waiter = threading.Thread(
        target=lambda: answers.append(person.ask("GET", f"{path}?after={view['revision']}&wait=30"))
    )
    waiter.start()
    time.sleep(0.3)  # so that it most likely waits already; right in either order
    person.ask("DELETE", path)
    waiter.join(25)
    assert answers[0].status == 404


def test_states_of_another_service_are_ignored(person: HttpPerson, live_hub: LiveHub) -> None:
    probe_id = person.set_probe(service="shop")["probe"]["id"]
    stranger = FakeAgent(live_hub, service="other")
    stranger.send_state(probe_id, "armed")
    stranger.socket.send({"t": "heartbeat", "time_us": 1})
    stranger.socket.receive_kind("heartbeat")
    assert person.get(f"probes/{probe_id}")["states"] == []


def test_an_expired_probe_leaves_the_set(person: HttpPerson, live_hub: LiveHub) -> None:
    agent = FakeAgent(live_hub)

    def seen() -> list[str]:
        return [state["state"] for state in person.get(f"probes/{probe_id}")["states"]]

    for seconds in (2, 8, 30):  # until this machine needs less to set it and to report it
        limits = {"expires_at_ms": int(time.time() * 1000) + 1000 * seconds}
        answer = person.ask("POST", "probes", {"service": "shop", "location": "a.py:7", "limits": limits})
        if answer.status == 400:
            continue
        probe_id = answer.json["probe"]["id"]
        sent = agent.socket.receive_kind("probe_set")["probes"]
        agent.send_state(probe_id, "armed")
        first = eventually(seen, "the state")
        if sent:
            assert agent.socket.receive_kind("probe_set")["probes"] == []
        if sent and first == ["armed"]:
            break
    assert [probe["id"] for probe in sent] == [probe_id]
    assert first == ["armed"]
    eventually(lambda: seen() == ["expired"], "the state after expiry")
    assert FakeAgent(live_hub).probe_set["probes"] == []


# ---- Instances and sources ----


def test_instances_are_listed_up_then_down(person: HttpPerson, live_hub: LiveHub) -> None:
    first, second = FakeAgent(live_hub, service="b"), FakeAgent(live_hub, service="a")
    third = FakeAgent(live_hub, service="c")
    third.socket.send({"t": "goodbye", "reason": "exit"})
    third.socket.wait_closed()
    rows = person.get("instances")["instances"]
    assert [row["id"] for row in rows] == [second.instance, first.instance, third.instance]
    assert [row["state"] for row in rows] == ["up", "up", "down"]
    assert rows[0]["pid"] == 4711
    assert [row["id"] for row in person.get("instances?state=down")["instances"]] == [third.instance]
    assert [row["id"] for row in person.get("instances?state=up&service=b")["instances"]] == [first.instance]


def test_files_and_source_come_from_the_process(person: HttpPerson, live_hub: LiveHub) -> None:
    agent = FakeAgent(live_hub)
    answers: list[Answer] = []

    def ask(path: str) -> threading.Thread:
        thread = threading.Thread(target=lambda: answers.append(person.ask("GET", path)))
        thread.start()
        return thread

    thread = ask(f"instances/{agent.instance}/files")
    request = agent.socket.receive_kind("request")
    assert request["what"] == "files"
    files = [{"path": "/srv/shop.py", "module": "shop"}]
    agent.socket.send({"t": "files", "request": request["request"], "files": files})
    thread.join(60)
    assert answers.pop().json == {"files": files, "cut": False}

    thread = ask(f"instances/{agent.instance}/source?path=/srv/a%26b%20%2Bc.py")
    request = agent.socket.receive_kind("request")
    assert (request["what"], request["path"]) == ("source", "/srv/a&b +c.py")
    text = "x = 1\n"
    digest = "4b5c9c0ff1c3c1e9d6f2d8a3cf6e4f0b9a1f6f3b"  # not the hash: answered, but not kept
    source = {"path": "/srv/a&b +c.py", "sha256": digest, "text": text, "lines_with_code": [1]}
    agent.socket.send({"t": "source_text", "request": request["request"], "source": source})
    thread.join(60)
    assert answers.pop().json == source
    assert person.ask("GET", f"sources/{digest}").status == 404

    thread = ask(f"instances/{agent.instance}/source?path=/gone.py")
    request = agent.socket.receive_kind("request")
    failed = {
        "t": "request_failed",
        "request": request["request"],
        "reason": "not_loaded",
        "message": "import it",
    }
    agent.socket.send(failed)
    thread.join(60)
    assert (answers[0].status, answers.pop().json) == (404, {"error": "not_loaded", "message": "import it"})


def test_a_source_sent_unasked_is_kept_by_its_hash(person: HttpPerson, live_hub: LiveHub) -> None:
    agent = FakeAgent(live_hub)
    digest = hashlib.sha256(b"x = 1\n").hexdigest()
    source = {"path": "/srv/shop.py", "sha256": digest, "text": "x = 1\n"}
    agent.socket.send({"t": "source_text", "source": source})
    agent.socket.send({"t": "goodbye", "reason": "exit"})
    agent.socket.wait_closed()
    assert person.get(f"sources/{digest}") == source


def test_a_question_ends_with_the_process(person: HttpPerson, live_hub: LiveHub) -> None:
    agent = FakeAgent(live_hub)
    answers: list[Answer] = []
    thread = threading.Thread(
        target=lambda: answers.append(person.ask("GET", f"instances/{agent.instance}/files"))
    )
    thread.start()
    agent.socket.receive_kind("request")
    agent.socket.cut()
    thread.join(60)
    assert (answers[0].status, answers[0].json["error"]) == (503, "instance_down")
    answer = person.ask("GET", f"instances/{agent.instance}/files")
    assert (answer.status, answer.json["error"]) == (503, "instance_down")


@pytest.mark.slow
def test_a_process_that_does_not_answer_is_given_up(person: HttpPerson, live_hub: LiveHub) -> None:
    agent = FakeAgent(live_hub)
    answer = person.ask("GET", f"instances/{agent.instance}/files")
    assert (answer.status, answer.json["error"]) == (504, "no_answer")
    late = {"t": "files", "request": agent.socket.receive_kind("request")["request"], "files": []}
    agent.socket.send(late)
    agent.socket.send({"t": "heartbeat", "time_us": 1})
    assert agent.socket.receive()["t"] == "heartbeat"


def test_an_answer_of_another_instance_does_not_count(person: HttpPerson, live_hub: LiveHub) -> None:
    agent, stranger = FakeAgent(live_hub), FakeAgent(live_hub)
    answers: list[Answer] = []
    thread = threading.Thread(
        target=lambda: answers.append(person.ask("GET", f"instances/{agent.instance}/files"))
    )
    thread.start()
    number = agent.socket.receive_kind("request")["request"]
    stranger.socket.send({"t": "files", "request": number, "files": [{"path": "/false.py"}]})
    stranger.socket.send({"t": "heartbeat", "time_us": 1})
    stranger.socket.receive_kind("heartbeat")
    agent.socket.send({"t": "files", "request": number, "files": [{"path": "/true.py"}]})
    thread.join(60)
    assert answers[0].json["files"] == [{"path": "/true.py"}]


# ---- Snapshots ----


def test_snapshots_are_listed_filtered_and_paged(person: HttpPerson, live_hub: LiveHub) -> None:
    agent, other = FakeAgent(live_hub), FakeAgent(live_hub, service="other")
    for seq in range(1, 6):
        agent.send_snapshot(seq, probe="p1" if seq % 2 else "p2")
    agent.wait_acknowledged(5)
    other.send_snapshot(1)
    other.wait_acknowledged(1)

    def seqs(query: str) -> list[int]:
        return [row["seq"] for row in person.get(f"snapshots?{query}")["snapshots"]]

    assert seqs("service=shop") == [5, 4, 3, 2, 1]
    assert seqs("service=shop&after=0") == [1, 2, 3, 4, 5]
    assert seqs("probe=p2") == [4, 2]
    assert seqs(f"instance={other.instance}") == [1]
    assert seqs("service=shop&limit=2") == [5, 4]
    rows = person.get("snapshots?service=shop&after=0&limit=2")["snapshots"]
    assert seqs(f"service=shop&after={rows[-1]['position']}&limit=2") == [3, 4]
    assert seqs(f"service=shop&before={rows[-1]['position']}") == [1]
    assert seqs("probe=" + "p" * 500) == []


def test_a_snapshot_is_found_by_a_prefix_of_its_id(person: HttpPerson, live_hub: LiveHub) -> None:
    agent = FakeAgent(live_hub)
    agent.send_snapshot(1, condition="x < 0", body=BODY | {"frames_total": 9})
    agent.wait_acknowledged(1)
    (row,) = person.get("snapshots")["snapshots"]
    view = person.get(f"snapshots/{row['id'][:4]}")
    assert view["summary"] == row
    assert view["condition"] == "x < 0"
    assert view["body"] == BODY | {"frames_total": 9}
    assert len(row["id"]) == 12


def test_a_snapshot_wakes_who_waits_for_it(person: HttpPerson, live_hub: LiveHub) -> None:
    agent = FakeAgent(live_hub)
    answers: list[Any] = []
    waiter = threading.Thread(target=lambda: answers.append(person.get("snapshots?probe=p1&after=0&wait=30")))
    waiter.start()
    agent.send_snapshot(1, probe="p2")
    agent.send_snapshot(2, probe="p1")
    waiter.join(25)
    assert [row["seq"] for row in answers[0]["snapshots"]] == [2]


def test_a_wait_for_nothing_ends_empty(visitor: HttpPerson) -> None:
    assert visitor.get("snapshots?after=0&wait=1") == {"snapshots": []}


def test_who_leaves_while_waiting_does_no_harm(person: HttpPerson, live_hub: LiveHub) -> None:
    for _ in range(20):
        with pytest.raises(TimeoutError):
            person.ask("GET", "snapshots?after=0&wait=20", timeout_s=0.05)
    agent = FakeAgent(live_hub)
    agent.send_snapshot(1)
    agent.wait_acknowledged(1)
    assert len(person.get("snapshots")["snapshots"]) == 1


# ---- Live ----


def test_live_tells_the_present_then_each_change(person: HttpPerson, live_hub: LiveHub) -> None:
    agent = FakeAgent(live_hub)
    view = person.set_probe()
    live = person.open_live()
    instance, probe = live.receive(), live.receive()
    assert (instance["t"], instance["instance"]["id"]) == ("live_instance", agent.instance)
    assert (probe["t"], probe["view"]["probe"]) == ("live_probe", view["probe"])
    agent.send_state(view["probe"]["id"], "armed")
    assert live.receive_kind("live_probe")["view"]["states"][0]["state"] == "armed"
    agent.send_snapshot(1, probe=view["probe"]["id"])
    summary = live.receive_kind("live_snapshot")["summary"]
    assert person.get(f"snapshots/{summary['id']}")["summary"] == summary
    person.ask("DELETE", f"probes/{view['probe']['id']}")
    assert live.receive()["t"] == "live_probe_removed"
    agent.socket.cut()
    assert live.receive_kind("live_instance")["instance"]["state"] == "down"


def test_live_shows_gaps_and_drops(person: HttpPerson, live_hub: LiveHub) -> None:
    agent = FakeAgent(live_hub)
    live = person.open_live()
    live.receive_kind("live_instance")
    agent.send_snapshot(1)
    agent.send_snapshot(4)
    assert live.receive_kind("live_instance")["instance"]["missing"] == 2
    agent.socket.send({"t": "heartbeat", "time_us": 1, "dropped": 2})
    assert live.receive_kind("live_instance")["instance"]["dropped"] == 2


def test_a_console_that_does_not_read_is_closed_and_others_are_served(
    person: HttpPerson, live_hub: LiveHub
) -> None:
    agent = FakeAgent(live_hub)
    probe_id = person.set_probe(condition="x" * 4000)["probe"]["id"]
    deaf, live = person.open_live(), person.open_live()
    seen = 0
    for number in range(4000):  # each some 4.5 KB: 18 MB in all
        agent.send_state(probe_id, "armed" if number % 2 else "pending")
        if number % 100 == 99:
            agent.socket.send({"t": "heartbeat", "time_us": 1})
            agent.socket.receive_kind("heartbeat")
            for _ in range(90):
                live.receive_kind("live_probe")
                seen += 1
    with pytest.raises((ClosedError, ConnectionError)):
        while True:
            deaf.receive()
    assert seen == 3600
    assert "does not read" in live_hub.log.read_text()


def test_a_console_that_talks_is_not_heard(person: HttpPerson) -> None:
    live = person.open_live()
    live.send("hello?")
    person.set_probe()
    assert live.receive()["t"] == "live_probe"
    live.send("x" * 5000)
    live.wait_closed()
    person.get("health")
