"""Whole commands in a child process against canned answers: output, exit codes, and what the hub is asked."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from api_samples import SOURCE, instance, probe_view, snapshot, state, summary
from fake_hub import Answer, FakeHub, Request
from strobe_command import Strobe

SNAP = ("snap", "shop/pricing.py:3", "--if", "total < 0")


@pytest.fixture
def at_hub(hub: FakeHub, strobe: Strobe) -> Strobe:
    """`strobe` of a user who is connected to `hub`."""
    hub.routes["GET instances"] = (200, {"instances": [instance("a1"), instance("b2", pid=4712)]})
    hub.routes["POST probes"] = (201, probe_view())
    hub.routes["DELETE probes/*"] = (204, None)
    hub.routes["GET snapshots"] = (200, {"snapshots": []})
    hub.routes["GET sources/*"] = (200, {"text": SOURCE})
    strobe.environ |= hub.environ
    return strobe


def states_are(hub: FakeHub, *states: dict[str, Any]) -> None:
    hub.routes["GET probes/*"] = (200, probe_view(*states, revision=7))


def snapshots_come(hub: FakeHub, count: int, after_polls: int = 0) -> None:
    """`count` snapshots exist once the list was asked for `after_polls` times."""

    def listing(request: Request) -> Answer:
        if len(hub.sent("GET snapshots")) <= after_polls:
            return 200, {"snapshots": []}
        rows = [summary(number) for number in range(1, count + 1)]
        return 200, {
            "snapshots": [row for row in rows if row["position"] > int(request.query.get("after", 0))]
        }

    def one(request: Request) -> Answer:
        values = [{"type": "int", "text": "-560"}, {"type": "str", "text": "'\x1b[2J'"}]
        return 200, snapshot(values, ["total", "title"], int(request.path.rpartition("-")[2]))

    hub.routes["GET snapshots"] = listing
    hub.routes["GET snapshots/*"] = one


def assert_is_told(done: subprocess.CompletedProcess[str], exit_code: int, *words: str) -> None:
    assert done.returncode == exit_code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_help_lists_every_command_and_exit_code(strobe: Strobe) -> None:
    done = strobe("--help")
    assert done.returncode == 0
    for word in ("hub", "run", "ps", "snap", "show", "probes", "rm", "exit codes", "STROBE_HUB", "examples"):
        assert word in done.stdout


@pytest.mark.parametrize("command", ["run", "ps", "snap", "probes", "rm", "show"])
def test_each_command_has_help(strobe: Strobe, command: str) -> None:
    done = strobe(command, "--help")
    assert done.returncode == 0
    assert f"usage: strobe {command}" in done.stdout


def test_without_a_command_the_help_is_wrong_use(strobe: Strobe) -> None:
    assert strobe().returncode == 2


def test_the_version_is_printed(strobe: Strobe) -> None:
    assert re.fullmatch(r"strobe \S.*\n", strobe("--version").stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("snap",),
        ("snap", "nowhere"),
        ("snap", "a.py:0"),
        ("snap", "a.py:x"),
        ("snap", ":3"),
        ("snap", "a.py:3", "--hits", "0"),
        ("snap", "a.py:3", "--hits", "many"),
        ("snap", "a.py:3", "--timeout", "-1"),
        ("snap", "a.py:3", "--timeout", "nan"),
        ("snap", "a.py:3", "--colour"),
        ("rm",),
        ("ps", "extra"),
        ("run",),
        ("run", "--"),
        ("run", "--service"),
    ],
)
def test_wrong_use_is_told_in_two_lines(strobe: Strobe, arguments: tuple[str, ...]) -> None:
    done = strobe(*arguments)
    assert_is_told(done, 2, "strobe: ")
    assert len(done.stderr.splitlines()) <= 2


@pytest.mark.parametrize("arguments", [("ps",), ("probes",), ("show", "abcd"), ("rm", "abcd"), SNAP])
def test_without_a_hub_every_command_says_the_next_step(strobe: Strobe, arguments: tuple[str, ...]) -> None:
    assert_is_told(strobe(*arguments), 3, "no hub is known", "strobe hub")


@pytest.mark.parametrize("arguments", [("ps",), ("probes",), ("show", "abcd"), ("rm", "abcd"), SNAP])
def test_a_token_that_the_hub_refuses_is_exit_code_3(at_hub: Strobe, arguments: tuple[str, ...]) -> None:
    assert_is_told(
        at_hub(*arguments, STROBE_TOKEN="wrong"), 3, "this token is not known here", "STROBE_TOKEN"
    )


def test_ps_lists_processes(at_hub: Strobe, hub: FakeHub) -> None:
    done = at_hub("ps")
    head, *rows = done.stdout.splitlines()
    assert head.split()[:4] == ["SERVICE", "STATE", "SINCE", "PID"]
    assert [row.split()[0] for row in rows] == ["shop", "shop"]
    assert "4712" in rows[1]
    assert hub.requests[0].query == {"state": "up"}


def test_ps_json_is_one_document_on_each_line(at_hub: Strobe) -> None:
    lines = at_hub("ps", "--json", "--all").stdout.splitlines()
    assert [json.loads(line)["pid"] for line in lines] == [4711, 4712]


def test_ps_of_nobody_says_how_to_start_one(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET instances"] = (200, {"instances": []})
    assert_is_told(at_hub("ps"), 0, "No process is connected", "strobe run")
    assert_is_told(at_hub("ps", "--json"), 0)


def test_ps_shows_hostile_names_escaped(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET instances"] = (200, {"instances": [instance(service="\x1b]0;x\x07", command="\u202ea")]})
    done = at_hub("ps")
    assert "\\x1b]0;x\\x07" in done.stdout
    assert "\\u202ea" in done.stdout
    assert "\x1b" not in done.stdout


def test_snap_prints_the_snapshot_and_removes_the_probe(at_hub: Strobe, hub: FakeHub) -> None:
    states_are(hub, state("a1"), state("b2"))
    snapshots_come(hub, 1, after_polls=1)
    done = at_hub(*SNAP)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "▶ 3 │     return total" in done.stdout
    assert "total = -560" in done.stdout
    assert "'\\x1b[2J'" in done.stdout
    [request] = hub.sent("POST probes")
    assert request.body["service"] == "shop"
    assert request.body["location"] == "shop/pricing.py:3"
    assert request.body["condition"] == "total < 0"
    assert request.body["limits"] == {"hits": 1}
    assert len(hub.sent("DELETE probes/p1p1")) == 1


def test_snap_json_prints_one_document_for_each_hit_and_nothing_else(at_hub: Strobe, hub: FakeHub) -> None:
    states_are(hub, state("a1"), state("b2"))
    snapshots_come(hub, 5)
    done = at_hub(*SNAP, "--hits", "3", "--json")
    assert done.returncode == 0
    assert done.stderr == ""
    documents = [json.loads(line) for line in done.stdout.splitlines()]
    assert [document["summary"]["position"] for document in documents] == [1, 2, 3]
    assert done.stdout.isascii()


def test_snap_waits_by_long_polls(at_hub: Strobe, hub: FakeHub) -> None:
    states_are(hub, state("a1"), state("b2"))
    snapshots_come(hub, 1, after_polls=2)
    assert at_hub(*SNAP).returncode == 0
    assert hub.sent("GET probes/p1p1")[0].query == {"after": "1", "wait": "1"}
    assert hub.sent("GET snapshots")[-1].query == {"probe": "p1p1", "after": "0", "wait": "2"}


def test_snap_asks_for_an_expiry_only_beyond_the_default(at_hub: Strobe, hub: FakeHub) -> None:
    states_are(hub, state("a1"), state("b2"))
    snapshots_come(hub, 1)
    before_ms = time.time() * 1000
    assert at_hub(*SNAP, "--timeout", "7200").returncode == 0
    expires_ms = hub.sent("POST probes")[0].body["limits"]["expires_at_ms"]
    assert before_ms + 7_200_000 < expires_ms < before_ms + 8_200_000


def test_snap_needs_no_service_only_when_there_is_one(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET instances"] = (200, {"instances": [instance("a1"), instance("b2", service="mail")]})
    assert_is_told(at_hub(*SNAP), 2, "mail, shop", "--service")
    hub.routes["GET instances"] = (200, {"instances": []})
    assert_is_told(at_hub(*SNAP), 1, "no process is connected", "strobe run")
    assert hub.sent("POST probes") == []


def test_snap_explains_after_the_time_out_why_nothing_came(at_hub: Strobe, hub: FakeHub) -> None:
    gates = {"reached": 48120, "condition_false": 48120}
    states_are(hub, state("a1", gates=gates), state("b2", "pending", reason="not_loaded"))
    done = at_hub(*SNAP, "--timeout", "0.2")
    assert_is_told(done, 1, "nothing was captured in 0.2 s")
    assert "pid 4711: reached 48,120 times: condition false 48,120" in done.stderr
    assert "pid 4712: not loaded" in done.stderr
    assert len(hub.sent("DELETE probes/p1p1")) == 1


def test_counters_that_come_with_the_time_out_are_told(at_hub: Strobe, hub: FakeHub) -> None:
    def view(request: Request) -> Answer:
        is_late = len(hub.sent("GET probes/p1p1")) > 1 and "wait" in request.query
        gates = {"reached": 5, "condition_false": 5} if is_late else {"reached": 0}
        return 200, probe_view(state("a1", gates=gates), state("b2", gates=gates))

    hub.routes["GET probes/*"] = view
    assert_is_told(at_hub(*SNAP, "--timeout", "0.05"), 1, "reached 5 times: condition false 5")


def test_snap_says_when_the_line_was_never_reached(at_hub: Strobe, hub: FakeHub) -> None:
    states_are(hub, state("a1"), state("b2"))
    assert_is_told(at_hub(*SNAP, "--timeout", "0.2"), 1, "pid 4711, 4712: the line was not reached")


@pytest.mark.parametrize(
    ("reason", "exit_code"),
    [
        ("condition_syntax", 2),
        ("condition_unsupported", 2),
        ("condition_name", 2),
        ("location_syntax", 2),
        ("ambiguous", 2),
        ("no_code_at_line", 1),
        ("engine", 1),
    ],
)
def test_snap_stops_at_once_when_no_process_can_arm(
    at_hub: Strobe, hub: FakeHub, reason: str, exit_code: int
) -> None:
    problem = {"reason": reason, "message": "this is wrong: do that"}
    states_are(hub, state("a1", "error", **problem), state("b2", "error", **problem))
    done = at_hub(*SNAP, "--timeout", "50")
    assert_is_told(done, exit_code, "this is wrong: do that")
    assert done.stderr.count("this is wrong") == 1
    assert len(hub.sent("DELETE probes/p1p1")) == 1


def test_a_process_that_has_not_loaded_the_file_does_not_hide_the_error(at_hub: Strobe, hub: FakeHub) -> None:
    states_are(hub, state("a1", "error", reason="condition_name", message="no name"), state("b2", "pending"))
    done = at_hub(*SNAP, "--timeout", "50")
    assert_is_told(done, 2, "pid 4711: not armed: no name")
    assert "4712" not in done.stderr


def test_one_process_that_can_arm_is_waited_for(at_hub: Strobe, hub: FakeHub) -> None:
    states_are(hub, state("a1", "error", reason="engine", message="no tool id"), state("b2"))
    snapshots_come(hub, 1, after_polls=2)
    assert at_hub(*SNAP).returncode == 0


def test_a_request_that_the_hub_refuses_is_wrong_use(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["POST probes"] = (400, {"error": "bad_request", "message": "location: too long"})
    assert_is_told(at_hub(*SNAP), 2, "location: too long")


def test_a_hub_that_comes_back_is_waited_for(at_hub: Strobe, hub: FakeHub) -> None:
    answers = iter([(503, {"message": "restarting"})] * 2)
    view = (200, probe_view(state("a1"), state("b2"), revision=2))
    hub.routes["GET probes/*"] = lambda _: next(answers, view)
    snapshots_come(hub, 1)
    done = at_hub(*SNAP)
    assert done.returncode == 0, done.stderr


def test_a_probe_that_somebody_removed_ends_the_wait(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET probes/*"] = (404, {"message": "gone"})
    hub.routes["DELETE probes/*"] = (404, {"message": "gone"})
    assert_is_told(at_hub(*SNAP), 1, "nothing was captured")


def test_a_probe_that_cannot_be_removed_is_told(at_hub: Strobe, hub: FakeHub) -> None:
    states_are(hub, state("a1"), state("b2"))
    snapshots_come(hub, 1)
    hub.routes["DELETE probes/*"] = (500, {"message": "disk full"})
    done = at_hub(*SNAP)
    assert done.returncode == 0
    assert "strobe rm p1p1" in done.stderr


def signals_as_at_a_terminal() -> None:
    """In the child: whoever runs the tests may ignore them (nohup, some CI), and that is inherited."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_DFL)


@contextmanager
def snapping(at_hub: Strobe, hub: FakeHub) -> Iterator[subprocess.Popen[str]]:
    """A snap that waits for a hit that does not come."""
    hub.requests.clear()
    states_are(hub, state("a1"), state("b2"))
    child = subprocess.Popen(
        [sys.executable, "-m", "stroboscope.cli", *SNAP, "--timeout", "60"],
        env=at_hub.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=signals_as_at_a_terminal,
    )
    while not hub.sent("GET snapshots"):
        assert child.poll() is None
        time.sleep(0.02)
    yield child
    child.kill()
    child.communicate()


@pytest.fixture
def waiting_snap(at_hub: Strobe, hub: FakeHub) -> Iterator[subprocess.Popen[str]]:
    with snapping(at_hub, hub) as child:
        yield child


@pytest.mark.parametrize(
    ("signum", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_removes_the_probe(
    waiting_snap: subprocess.Popen[str], hub: FakeHub, signum: int, exit_code: int
) -> None:
    waiting_snap.send_signal(signum)
    out, err = waiting_snap.communicate(timeout=60)
    assert (waiting_snap.returncode, out) == (exit_code, "")
    assert "nothing was captured in" in err
    assert "the line was not reached" in err
    assert len(hub.sent("DELETE probes/p1p1")) == 1


def test_a_signal_that_comes_in_pairs_removes_the_probe(at_hub: Strobe, hub: FakeHub) -> None:
    """`timeout` signals the process and then its group. A second later it is another signal: then the machine stalled."""
    for _ in range(8):
        with snapping(at_hub, hub) as child:

            def second(request: Request, child: subprocess.Popen[str] = child) -> Answer:
                child.send_signal(signal.SIGINT)
                return 204, None

            hub.routes["DELETE probes/*"] = second
            child.send_signal(signal.SIGINT)
            _, err = child.communicate(timeout=60)
        if child.returncode == 130:
            break
    assert (child.returncode, "nothing was captured" in err) == (130, True)
    assert hub.sent("DELETE probes/p1p1")


ECHO = """
import os, signal, types
from stroboscope.cli import signals
from stroboscope.cli.failure import Interrupted
now = 100.0
signals.time = types.SimpleNamespace(monotonic=lambda: now)
signals.raise_on_ending_signals()
for now, what in ((100.0, "first"), (100.9, "echo"), (101.1, "another")):
    try:
        os.kill(os.getpid(), signal.SIGINT)
        print(what, flush=True)
    except Interrupted:
        print("raised", flush=True)
"""


def test_a_signal_that_comes_later_than_an_echo_ends_the_command_at_once(strobe: Strobe) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ECHO],
        env=strobe.environ,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=signals_as_at_a_terminal,
    )
    assert (done.returncode, done.stdout.split()) == (-signal.SIGINT, ["raised", "echo"])


def test_a_reader_that_leaves_is_no_drama(at_hub: Strobe, hub: FakeHub) -> None:
    states_are(hub, state("a1"), state("b2"))
    snapshots_come(hub, 50)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "stroboscope.cli", *SNAP, "--hits", "50", "--json"],
        env=at_hub.environ,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")
    assert len(hub.sent("DELETE probes/p1p1")) == 1


def test_probes_say_where_each_stands(at_hub: Strobe, hub: FakeHub) -> None:
    armed = state("a1", gates={"reached": 3, "captured": 1, "condition_false": 2})
    failed = state("b2", "error", message="line 3 has no code")
    hub.routes["GET probes"] = (200, {"probes": [probe_view(armed, failed, condition="total < 0")]})
    done = at_hub("probes")
    assert "p1p1  shop  shop/pricing.py:3" in done.stdout
    assert "if total < 0" in done.stdout
    assert "reached 3 times: condition false 2, captured 1" in done.stdout
    assert "not armed: line 3 has no code" in done.stdout
    [line] = at_hub("probes", "--json").stdout.splitlines()
    assert json.loads(line)["probe"]["id"] == "p1p1"


def test_no_probes_say_how_to_set_one(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET probes"] = (200, {"probes": []})
    assert_is_told(at_hub("probes"), 0, "No probe is set", "strobe snap")


def test_rm_removes_by_id_or_unique_beginning(at_hub: Strobe, hub: FakeHub) -> None:
    ids = ["aaaa1111", "aaaa2222", "bbbb3333"]
    hub.routes["GET probes"] = (200, {"probes": [probe_view(id=probe_id) for probe_id in ids]})
    assert (
        at_hub("rm", "bbbb", "aaaa1111", "--json").stdout
        == '{"removed":"bbbb3333"}\n{"removed":"aaaa1111"}\n'
    )
    assert len(hub.sent("DELETE probes/bbbb3333")) == 1
    assert_is_told(at_hub("rm", "bbbb3333", "aaaa"), 2, "aaaa1111, aaaa2222")
    assert_is_told(at_hub("rm", "b"), 2, "'b' is too short", "4 characters", "strobe probes")
    assert_is_told(at_hub("rm", "c"), 2, "there is no probe", "strobe probes")
    assert len(hub.sent("DELETE probes/bbbb3333")) == 1


def test_show_prints_a_stored_snapshot(at_hub: Strobe, hub: FakeHub) -> None:
    snapshots_come(hub, 1)
    assert "total = -560" in at_hub("show", "a1a1-1").stdout
    assert json.loads(at_hub("show", "a1a1-1", "--json").stdout)["summary"]["id"] == "a1a1-1"


def test_show_without_id_lists_the_latest(at_hub: Strobe, hub: FakeHub) -> None:
    snapshots_come(hub, 2)
    assert "a1a1-2" in at_hub("show").stdout
    assert len(at_hub("show", "--json").stdout.splitlines()) == 2


def test_show_of_nothing_is_told(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET snapshots/*"] = (404, {"error": "not_found", "message": "none"})
    assert_is_told(at_hub("show", "zzzz"), 2, "there is no snapshot 'zzzz'", "strobe show")
    hub.routes["GET snapshots/*"] = (409, {"error": "ambiguous", "message": "3 snapshots begin so"})
    assert_is_told(at_hub("show", "zzzz"), 2, "3 snapshots begin so")


def test_show_works_without_the_source(at_hub: Strobe, hub: FakeHub) -> None:
    snapshots_come(hub, 1)
    hub.routes["GET sources/*"] = (404, {"message": "never seen"})
    done = at_hub("show", "a1a1-1")
    assert done.returncode == 0
    assert "total = -560" in done.stdout
