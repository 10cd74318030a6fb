"""Every action as a person uses it: a real program, the real agent in it, a real hub, the command line.

Watches (`strobe watch`) are shown by the tests of snapshots.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from live_hub import STROBE, LiveHub
from stroboscope.cli.failure import Failure
from waiting import eventually

TILL = '''
"""Sells all the time until its standard input ends."""
import logging, os, sys, threading

logging.basicConfig(filename=os.environ["TILL_LOG"], level="DEBUG", format="%(name)s %(levelname)s %(message)s")

class Customer:
    def __init__(self, tier):
        self.tier = tier
        self.password = "s3cret-" + tier

CUSTOMERS = [Customer("gold"), Customer("silver")]

def charge(total, customer):
    fee = total * 2          # begin
    for _ in range(3):
        fee += 1
    return fee               # end

def idle():
    return 0                 # never

def hot(n):
    x = 0
    for i in range(n):
        x += i               # hot
    return x

ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
sold = 0
while not ended.wait(0.005):
    sold += 1
    charge(sold % 100, CUSTOMERS[sold % 2])
    hot(int(os.environ.get("TILL_HOT", "10")))
'''
LINES = TILL.splitlines()


def at(mark: str) -> str:
    """The location of the line of the program that ends with this comment."""
    return f"till.py:{next(number for number, line in enumerate(LINES, 1) if line.endswith('# ' + mark))}"


StartTill = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start_till(live_hub: LiveHub, tmp_path: Path) -> Iterator[StartTill]:
    """Starts programs of the service `till` and waits until they are connected: start(**environment)."""
    running: list[subprocess.Popen[bytes]] = []
    program = tmp_path / "till.py"
    program.write_text(TILL)

    def start(**environ: str) -> subprocess.Popen[bytes]:
        log = tmp_path / f"till-{len(running)}.log"
        child = subprocess.Popen(
            [*STROBE, "run", "--service", "till", "--", sys.executable, str(program)],
            env=live_hub.environ | {"TILL_LOG": str(log)} | environ,
            stdin=subprocess.PIPE,
        )
        running.append(child)
        eventually(lambda: len(instances(live_hub)) == len(running), "the connection")
        return child

    yield start
    for child in running:
        child.kill()
        child.wait()


def instances(hub: LiveHub) -> list[dict[str, Any]]:
    return list(hub.client.instances(service="till", state="up"))


def ok(hub: LiveHub, *arguments: str) -> str:
    """What the command printed; it must have ended well."""
    done = hub.strobe(*arguments)
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout


def keep(hub: LiveHub, *arguments: str) -> str:
    """Set a probe that stays; its id."""
    return str(json.loads(ok(hub, *arguments, "--keep", "--json"))["probe"]["id"])


def within(hub: LiveHub, is_told: Callable[[str], bool], *arguments: str) -> subprocess.CompletedProcess[str]:
    """What became of a command that follows a probe for a time: longer where a busy machine told nothing in 6 s."""
    for seconds in ("6", "40"):
        done = hub.strobe(*arguments, "--timeout", seconds)
        if is_told(done.stdout + done.stderr):
            break
    return done


def measured(hub: LiveHub, *arguments: str, words: str = "") -> str:
    """What a command that shows numbers printed; it must have ended well."""
    done = within(hub, lambda text: "nothing was " not in text and words in text, *arguments)
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout


def unfolded(text: str) -> str:
    """Without the breaks of long lines."""
    return text.replace("\n      ", " ").replace("\n    ", " ")


def states(hub: LiveHub, probe: str) -> list[dict[str, Any]]:
    return list(hub.client.probe(probe)["states"])


def gate(hub: LiveHub, probe: str, name: str) -> int:
    """How often, over all processes."""
    return sum(int(state["gates"].get(name, 0)) for state in states(hub, probe))


def captured(hub: LiveHub, probe: str) -> int:
    return gate(hub, probe, "captured")


# ---- log ----


def test_log_prints_lines_as_they_come_and_logs_lists_them(live_hub: LiveHub, start_till: StartTill) -> None:
    start_till()
    template = "total {total:>4} for {customer.tier}, hit {$hits}"
    out = ok(live_hub, "log", at("begin"), template, "--hits", "3", "--level", "warning", "--timeout", "90")
    lines = [line for line in out.splitlines() if "total" in line]
    assert len(lines) == 3, out
    for number, line in enumerate(lines, 1):
        assert f"hit {number}" in line
        assert "gold" in line or "silver" in line
    listed = ok(live_hub, "logs")
    assert sum(line.split("total")[-1] in listed for line in lines) == 3
    assert ok(live_hub, "probes") == "" or "till.py" not in ok(live_hub, "probes")


def test_log_as_json_is_one_document_a_line(live_hub: LiveHub, start_till: StartTill) -> None:
    start_till()
    out = ok(live_hub, "log", at("begin"), "{total}", "--hits", "2", "--timeout", "90", "--json")
    documents = [json.loads(line) for line in out.splitlines()]
    assert [document["kind"] for document in documents] == ["log", "log"]
    assert all(document["text"].isdigit() for document in documents)


def test_a_template_that_reads_a_secret_is_refused_before_it_runs(
    live_hub: LiveHub, start_till: StartTill
) -> None:
    start_till()
    done = live_hub.strobe("log", at("begin"), "{customer.password}", "--timeout", "90")
    assert done.returncode != 0
    assert "password" in done.stderr
    assert "s3cret" not in done.stdout + done.stderr


def test_log_to_logging_reaches_the_programs_own_log(
    live_hub: LiveHub, start_till: StartTill, tmp_path: Path
) -> None:
    start_till()
    ok(
        live_hub,
        *("log", at("begin"), "sold for {total}", "--to-logging", "--level", "error"),
        *("--hits", "2", "--timeout", "90"),
    )
    log = tmp_path / "till-0.log"
    eventually(
        lambda: log.read_text().count("stroboscope ERROR sold for ") == 2, "two lines in the program's log"
    )
    ok(live_hub, "log", at("begin"), "quietly {total}", "--hits", "1", "--timeout", "90")
    assert "quietly" not in log.read_text()


# ---- count, gauge, hist, timer ----


def test_count_shows_a_row_for_each_label(live_hub: LiveHub, start_till: StartTill) -> None:
    start_till()
    out = measured(live_hub, "count", at("begin"), "--labels", "tier=customer.tier", words="silver")
    rows = {line.split()[0]: line.split() for line in out.splitlines() if line.split()}
    assert int(rows["gold"][1].replace(",", "")) > 0, out
    assert int(rows["silver"][1].replace(",", "")) > 0, out


def test_hist_and_gauge_show_numbers_of_the_program(live_hub: LiveHub, start_till: StartTill) -> None:
    start_till()
    for command in ("hist", "gauge"):
        out = measured(live_hub, command, at("end"), "fee", "--json")
        series = json.loads(out.splitlines()[-1])["metrics"][0]["series"][0]
        assert series["count"] > 0
        assert 3 <= series["least"] <= series["most"] <= 201
        assert sum(series.get("buckets", [])) == (series["count"] if command == "hist" else 0)
        assert measured(live_hub, command, at("end"), "fee").strip()


def test_timer_times_a_function_and_the_way_between_lines(live_hub: LiveHub, start_till: StartTill) -> None:
    start_till()
    whole = measured(live_hub, "timer", "__main__:charge", "--json")
    assert json.loads(whole.splitlines()[-1])["metrics"][0]["series"][0]["least"] > 0
    part = measured(live_hub, "timer", at("begin"), "--until", at("end"))
    assert "s" in part.split()[-1], part
    done = live_hub.strobe("timer", at("begin"), "--timeout", "8")
    assert done.returncode == 2
    assert "--until" in done.stderr


# ---- span ----

# The stand-in of OpenTelemetry: what the agent reads of it. The real one is not among what tests install.
TRACED = """
import contextvars, types
class Span:
    def __init__(self, number): self._context = (0x4bf92f3577b34da6a3ce929d0e0e0000 + number, number, False)
current = contextvars.ContextVar("current_context", default={})
for name, names in (("opentelemetry.context", {"_RUNTIME_CONTEXT": types.SimpleNamespace(_current_context=current)}),
                    ("opentelemetry.trace.propagation", {"_SPAN_KEY": "span"})):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(names)
"""


@pytest.fixture
def start_traced(live_hub: LiveHub, tmp_path: Path) -> Iterator[None]:
    """The till, in a span of its own for every other customer."""
    program = tmp_path / "till.py"
    text = TILL.replace("class Customer:", TRACED + "\nclass Customer:", 1)
    text = text.replace(
        "    charge(", '    current.set({"span": Span(sold)} if sold % 2 else {})\n    charge('
    )
    program.write_text(text)
    child = subprocess.Popen(
        [*STROBE, "run", "--service", "till", "--", sys.executable, str(program)],
        env=live_hub.environ | {"TILL_LOG": str(tmp_path / "till.log")},
        stdin=subprocess.PIPE,
    )
    eventually(lambda: instances(live_hub), "the connection")
    yield
    child.kill()
    child.wait()


@pytest.mark.usefixtures("start_traced")
def test_span_puts_attributes_on_the_current_span_and_they_are_found_by_their_trace(
    live_hub: LiveHub,
) -> None:
    place = "__main__:charge"
    out = ok(live_hub, "span", place, "tier=customer.tier", "total", "--hits", "2", "--timeout", "90")
    lines = [line for line in out.splitlines() if "tier='silver'" in line]
    assert len(lines) == 2, out
    assert "trace 4bf92f3577b34da6a3ce929d0e0e" in out.replace("\n    ", " ")

    log = keep(live_hub, "log", place, "sold for {total}", "--hits", "100000", "--rate", "1000")
    live_hub.wait_until_armed(log, 1)
    probe = keep(live_hub, "span", place, "tier=customer.tier", "total", "--hits", "3")
    eventually(lambda: captured(live_hub, probe) == 3, "three hits")
    hit = eventually(lambda: live_hub.snapshots(probe), "the attributes")[0]
    assert hit["kind"] == "span"
    assert hit["trace_id"].startswith("4bf92f3577b34da6a3ce929d0e0e")
    assert hit["text"].startswith("tier='silver' total=")
    assert gate(live_hub, probe, "no_span") > 0
    assert "outside of any span" in ok(live_hub, "why", probe).replace("\n      ", " ")

    rows = [json.loads(row) for row in ok(live_hub, "hits", probe, "--json").splitlines()]
    assert {row["cells"]["tier"]["text"] for row in rows} == {"'silver'"}
    table = ok(live_hub, "hits", probe, "--columns", "$trace_id,total", "--csv").splitlines()
    assert table[0].endswith("$trace_id,total")
    assert any(hit["trace_id"] in row for row in table[1:])

    shown = ok(live_hub, "show", hit["id"])
    assert f"trace {hit['trace_id']}" in shown.replace("\n  ", " ")
    assert "tier = 'silver'" in shown

    eventually(lambda: live_hub.client.snapshots(trace=hit["trace_id"], kind="log"), "the line of that trace")
    of_trace = ok(live_hub, "logs", "--trace", hit["trace_id"])
    assert "sold for" in of_trace
    assert "tier='silver'" in of_trace
    every = live_hub.client.snapshots(trace=hit["trace_id"], limit="500")
    assert {row["kind"] for row in every} >= {"log", "span"}
    assert {row["trace_id"] for row in every} == {hit["trace_id"]}
    assert live_hub.strobe("logs", "--trace", "0" * 32).returncode == 1
    ok(live_hub, "rm", probe, log)


def test_span_outside_of_any_span_says_so(live_hub: LiveHub, start_till: StartTill) -> None:
    start_till()
    done = within(
        live_hub, lambda text: "outside of any span" in unfolded(text), "span", at("begin"), "total"
    )
    assert done.returncode == 1
    words = unfolded(done.stderr)
    assert "outside of any span" in words
    assert "no span of OpenTelemetry was current" in words


def test_what_cannot_be_done_yet_says_what_can(live_hub: LiveHub) -> None:
    done = live_hub.strobe("record", "till.py:3")
    assert done.returncode == 2
    assert "cannot record" in done.stderr
    assert "strobe watch" in done.stderr
    with pytest.raises(Failure) as refused:
        live_hub.client.set_probe({"service": "till", "location": "till.py:3", "action": "recording"})
    reason = str(refused.value).removeprefix("'action': ").partition(";")[0]
    assert reason in done.stderr, "both say the same of what cannot be done"


# ---- words for where nothing happened ----


NOTHING = {
    "till.py:99999": "no code that can still run",
    at("never"): "the line was not reached",
    "__main__:Customer.__init__": "the function was not called",
    "__main__:Customer.__init__:exit": "the function was not called, or no call has ended yet",
    "raise:builtins.FloatingPointError": "nothing of that type was raised",
    "raise:builtins.FloatingPointError:unhandled": "nothing of that type went unhandled",
    "raise:__main__.Nowhere": "waits: no exception type __main__.Nowhere is there",
    "nowhere.module:f": "no module nowhere.module is loaded",
}
OPTIONS: dict[str, dict[str, Any]] = {
    "snapshot": {},
    "log": {"template": "x"},
    "metric": {"metric": "m"},
    "span": {"labels": [{"name": "n", "value": "1"}]},
}


def test_nothing_happened_is_said_in_the_words_of_the_location_by_every_action(
    live_hub: LiveHub, start_till: StartTill
) -> None:
    start_till()
    expected = {}
    for location, words in NOTHING.items():
        for action, options in OPTIONS.items():
            request = {"service": "till", "location": location, "action": action, "options": options}
            expected[str(live_hub.client.set_probe(request)["probe"]["id"])] = words
    for location, options, words in (
        ("__main__:Customer.__init__", {}, "the function was not called, or no call has ended yet"),
        (at("begin"), {"until": at("never")}, "nobody went all the way"),
    ):
        request = {"service": "till", "location": location, "action": "timer", "options": options}
        expected[str(live_hub.client.set_probe(request)["probe"]["id"])] = words
    eventually(lambda: all(states(live_hub, probe) for probe in expected), "all states")
    for probe, words in expected.items():
        said = ok(live_hub, "why", probe).replace("\n      ", " ")
        assert words in said, said
        assert words == NOTHING[at("never")] or "line was not reached" not in said


def test_a_command_that_waits_says_it_in_the_same_words(live_hub: LiveHub, start_till: StartTill) -> None:
    start_till()
    words = "nothing of that type was raised"
    done = within(live_hub, lambda text: words in text, "snap", "raise:builtins.FloatingPointError")
    assert done.returncode == 1
    assert "nothing of that type was raised" in done.stderr
    words = "the function was not called"
    done = within(live_hub, lambda text: words in text, "count", "__main__:Customer.__init__")
    assert done.returncode == 1
    assert "the function was not called" in done.stderr


# ---- edit, why ----


def test_a_live_probe_is_edited_and_why_says_where_it_stands(
    live_hub: LiveHub, start_till: StartTill
) -> None:
    start_till()
    probe = keep(live_hub, "log", at("begin"), "{total}", "--hits", "3", "--rate", "1000")
    eventually(
        lambda: states(live_hub, probe) and states(live_hub, probe)[0]["state"] == "done", "three hits"
    )
    assert captured(live_hub, probe) == 3

    ok(live_hub, "edit", probe, "--hits", "8")
    eventually(lambda: captured(live_hub, probe) == 8, "eight hits")  # counters go on

    ok(live_hub, "edit", probe, "--hits", "1000", "--if", "total < 0")
    eventually(
        lambda: "last_values" in states(live_hub, probe)[0] and gate(live_hub, probe, "condition_false") > 20,
        "a false condition",
    )
    words = ok(live_hub, "why", probe)
    assert "condition false" in words
    assert "last seen: total = " in words.replace("\n", "")

    ok(live_hub, "edit", probe, "--always", "--rate", "0.5")
    eventually(lambda: gate(live_hub, probe, "rate_limited") > 20, "the rate limit")
    assert "over the rate limit" in ok(live_hub, "why", probe)

    ok(live_hub, "edit", probe, "--template", "now {customer.tier}", "--rate", "100")
    eventually(lambda: "now silver" in ok(live_hub, "logs", probe), "lines of the other template")

    assert live_hub.strobe("edit", probe, "--if", "total.fly()").returncode == 2
    assert states(live_hub, probe)[0]["state"] == "armed"
    ok(live_hub, "edit", probe, "--if", "nowhere_defined > 0")
    eventually(lambda: states(live_hub, probe)[0]["state"] == "error", "the refusal")
    assert "not armed" in ok(live_hub, "why", probe)
    ok(live_hub, "edit", probe, "--if", "total >= 0")
    eventually(lambda: states(live_hub, probe)[0]["state"] == "armed", "what was refused to be armed again")
    ok(live_hub, "rm", probe)
    assert live_hub.strobe("why", probe).returncode == 2


def test_why_explains_a_line_that_no_process_has(live_hub: LiveHub, start_till: StartTill) -> None:
    start_till()
    missing = keep(live_hub, "log", "tilt.py:3", "x")
    beyond = keep(live_hub, "log", "till.py:9999", "x")
    eventually(lambda: states(live_hub, missing) and states(live_hub, beyond), "both states")
    assert "not loaded" in ok(live_hub, "why", missing)
    assert "not armed" in ok(live_hub, "why", beyond)


def test_a_budget_in_the_environment_holds_and_a_probe_may_have_more(
    live_hub: LiveHub, start_till: StartTill
) -> None:
    start_till(STROBE_BUDGET="0.01%", TILL_HOT="20000")
    probe = keep(live_hub, "log", at("hot"), "{i}", "--if", "i < 0")
    eventually(lambda: [s["state"] for s in states(live_hub, probe)] == ["suspended"], "the rest")

    def is_told() -> bool:  # a command may start for longer than the first rests take
        words = unfolded(ok(live_hub, "why", probe))
        return "0.0 % are allowed" in words and f"strobe edit {probe}" in words

    eventually(is_told, "the reason")
    ok(live_hub, "edit", probe, "--budget", "100")
    eventually(
        lambda: states(live_hub, probe)[0]["state"] == "armed" and states(live_hub, probe)[0].get("cost_ns"),
        "armed again",
    )


# ---- Targets ----


def test_a_probe_is_for_one_process_or_for_those_with_a_label(
    live_hub: LiveHub, start_till: StartTill
) -> None:
    start_till(STROBE_LABELS="zone=eu,canary=yes")
    start_till(STROBE_LABELS="zone=us")
    by_zone = {i["labels"][0]: i["id"] for i in instances(live_hub)}
    assert set(by_zone) == {"zone=eu", "zone=us"}
    one = keep(live_hub, "log", at("begin"), "{total}", "--instance", by_zone["zone=us"])
    canary = keep(live_hub, "log", at("begin"), "{total}", "--label", "canary=yes")
    everyone = keep(live_hub, "log", at("begin"), "{total}")
    eventually(lambda: len(states(live_hub, everyone)) == 2 and captured(live_hub, everyone), "all to act")
    for probe, expected in ((one, by_zone["zone=us"]), (canary, by_zone["zone=eu"])):
        eventually(lambda probe=probe: captured(live_hub, probe), "the one to act")
        assert [state["instance"] for state in states(live_hub, probe)] == [expected]


def test_the_first_process_that_hits_ends_it_in_the_others(live_hub: LiveHub, start_till: StartTill) -> None:
    start_till()
    start_till()
    probe = keep(live_hub, "log", at("begin"), "{total}", "--first", "--hits", "100000")
    eventually(lambda: captured(live_hub, probe) > 50, "one to go on")

    def is_alone() -> bool:
        # Both may have hit before the hub knew; two that both go on take turns for ever.
        last = live_hub.snapshots(probe)[-20:]
        return len(last) == 20 and len({row["instance"] for row in last}) == 1

    eventually(is_alone, "lines of one process alone")
