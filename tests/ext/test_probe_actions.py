"""What probes do where they act: log, metric, timer; which passes; edits; the budget. Without a hub."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from child import ORDERS, run

SETTING = (
    ORDERS
    + """
def metrics():
    return [_json.loads(m) for m in _agent.local_metrics()]
class Customer:
    def __init__(self, tier): self.tier = tier; self.password = "s3cret-" + tier
def sell(total, customer):
    pass                             # here
    done = total
    return done                      # there
"""
)


# ---- Log ----


def test_a_log_probe_writes_its_template(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
set_probes(order(action="log", options={"template": "{total:>6.2f} for {customer.tier!r}, hit {$hits}", "level": "warning"}))
for total in (1, 2.5): sell(total, Customer("gold"))
lines = drain()
report(texts=[l["text"] for l in lines], first=lines[0], gates=gates(), state=states()[0]["state"])
""",
    ).facts
    assert facts["texts"] == ["  1.00 for 'gold', hit 1", "  2.50 for 'gold', hit 2"]
    first = facts["first"]
    assert (first["kind"], first["level"], first["function"]) == ("log", "warning", "sell")
    assert first["file"].endswith("program.py")
    assert first["line"] > 0
    assert first["body"]["thread"]["id"] > 0
    assert facts["gates"] == {"reached": 2, "captured": 2}
    assert facts["state"] == "armed"


def test_a_log_line_holds_no_secret(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
refused = []
TEMPLATES = ["{customer.password}", "{getattr(customer, 'pass' + 'word')}", "{[getattr(customer, n) for n in ('tier', 'password')]}"]
for version, template in enumerate(TEMPLATES, 1):
    set_probes(order(action="log", version=version, options={"template": template}))
    sell(1, Customer("gold"))
    refused.append([states()[0]["state"], states()[0].get("reason"), states()[0]["gates"].get("condition_error", 0)])
set_probes(order(action="log", version=9, options={"template": "card {total}"}))
sell("4111 1111 1111 1111", Customer("gold"))
report(refused=refused, texts=texts())
""",
    ).facts
    assert facts["refused"][0][:2] == ["error", "template_redacted"]
    assert facts["refused"][1] == ["armed", "action_error", 1]
    assert facts["refused"][2] == ["armed", "action_error", 1]
    assert len(facts["texts"]) == 1
    assert "4111" not in facts["texts"][0]
    assert "card number" in facts["texts"][0]


def test_a_template_that_fails_is_a_gate_with_a_message(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
set_probes(order(action="log", options={"template": "{customer.nothing}"}))
sell(1, Customer("gold"))
report(texts=texts(), gates=gates(), message=states()[0]["message"])
""",
    ).facts
    assert facts["texts"] == []
    assert facts["gates"] == {"reached": 1, "condition_error": 1}
    assert "template: " in facts["message"]
    assert "nothing" in facts["message"]


# ---- Metrics ----


def test_a_count_is_exact_and_not_rated(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
set_probes(order(action="metric", limits={"rate_per_s": 1}, options={"metric": "sales",
    "labels": [{"name": "tier", "value": "customer.tier"}]}))
gold, silver = Customer("gold"), Customer("silver")
for i in range(5000): sell(i, gold if i % 5 == 0 else silver)
report(metrics=metrics(), gates=gates())
""",
    ).facts
    series = {row["labels"][0]: row["count"] for row in facts["metrics"][0]["series"]}
    assert series == {"gold": 1000, "silver": 4000}
    assert facts["gates"] == {"reached": 5000, "captured": 5000}


def test_a_histogram_holds_every_value(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
set_probes(order(action="metric", options={"metric": "total", "metric_kind": "histogram", "value": "total * 2"}))
for i in range(-10, 1000): sell(i, None)
report(series=metrics()[0]["series"][0])
""",
    ).facts
    series = facts["series"]
    assert series["count"] == 1010
    assert series["sum"] == 2 * sum(range(-10, 1000))
    assert (series["least"], series["most"], series["last"]) == (-20, 1998, 1998)
    assert series["zeros"] == 11
    assert sum(series["buckets"]) == 999


def test_labels_are_bounded_and_cannot_be_secrets(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
set_probes(order(action="metric", options={"metric": "m", "labels": [{"name": "n", "value": "total"}]}))
for i in range(500): sell(i, None)
many = metrics()[0]["series"]
set_probes(order(id="p1", action="metric", options={"metric": "m", "labels": [{"name": "n", "value": "customer.password"}]}))
report(count=len(many), other=[s["count"] for s in many if s["labels"] == ["other"]], reason=states()[0]["reason"])
""",
    ).facts
    assert facts["count"] == 101
    assert facts["other"] == [400]
    assert facts["reason"] == "value_redacted"


def test_a_value_that_is_no_number_is_told(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
set_probes(order(action="metric", options={"metric": "m", "metric_kind": "gauge", "value": "customer.tier"}))
sell(1, Customer("gold"))
report(gates=gates(), message=states()[0]["message"])
""",
    ).facts
    assert facts["gates"] == {"reached": 1, "condition_error": 1}
    assert facts["message"] == "value: a 'str' is no number"


# ---- Timers ----


def test_a_timer_between_lines_measures_each_way(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
import time, threading
def slow(seconds, deeper=0):
    x = 1                            # begin
    if deeper: slow(seconds, deeper - 1)
    time.sleep(seconds)
    return x                         # end
where = {"location": f"{_FILE}:{line_of('begin')}"}
set_probes(order(action="timer", options={"until": f"{_FILE}:{line_of('end')}", "metric": "t"}, **where))
slow(0.02, 2)
def later():
    until_traced()
    slow(0.03)
threads = [threading.Thread(target=later) for _ in range(4)]
for t in threads: t.start()
for t in threads: t.join()
report(series=metrics()[0]["series"][0], state=states()[0])
""",
    ).facts
    series = facts["series"]
    assert facts["state"]["state"] == "armed"
    assert series["count"] == 7
    assert series["least"] >= 0.02e9
    assert 0.06e9 <= series["most"] < 50e9  # nanoseconds, also on a machine that stalls for seconds
    assert facts["state"]["gates"]["captured"] == 7


def test_a_timer_of_a_function_measures_its_calls_and_may_ask_how_long(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
import time
def job(seconds):
    time.sleep(seconds)
    if seconds > 0.35: raise ValueError(seconds)
set_probes(order(action="timer", location="__main__:job", options={"metric": "t"}, condition="$elapsed_ms > 250"))
quick = slow = 0
while quick == 0:                    # until the machine lets one call be as short as it is
    began = time.monotonic()
    job(0.0)
    quick, slow = (1, slow) if time.monotonic() - began < 0.25 else (0, slow + 1)
for seconds in (0.3, 0.4):
    try: job(seconds)
    except ValueError: pass
report(series=metrics()[0]["series"][0], gates=gates(), slow=slow)
""",
    ).facts
    slow = facts["slow"]  # calls that the machine held up
    assert 2 <= facts["series"]["count"] <= 2 + slow
    assert facts["series"]["least"] >= (0.25e9 if slow else 0.3e9)
    gates = facts["gates"]
    assert gates["captured"] == facts["series"]["count"]
    assert gates["reached"] == gates["captured"] + gates["condition_false"] == 3 + slow


def test_timers_follow_tasks_and_not_only_threads(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
import asyncio, time
inside, around = [], []              # what the program itself measures, just within the two lines and just around them
async def wait(seconds):
    outer = time.monotonic_ns()
    x = 1                            # begin
    inner = time.monotonic_ns()
    await asyncio.sleep(seconds)
    inside.append(time.monotonic_ns() - inner)
    x += 1                           # end
    around.append(time.monotonic_ns() - outer)
where = {"location": f"{_FILE}:{line_of('begin')}"}
set_probes(order(action="timer", options={"until": f"{_FILE}:{line_of('end')}"}, **where))
async def main():
    await asyncio.gather(wait(0.5), wait(0.01), wait(0.02))
asyncio.run(main())
report(series=metrics()[0]["series"][0], inside=inside, around=around)
""",
    ).facts
    series = facts["series"]
    assert series["count"] == 3
    for which in (min, max):
        found = series["least" if which is min else "most"]
        assert which(facts["inside"]) <= found <= which(facts["around"])
    assert sum(facts["inside"]) <= series["sum"] <= sum(facts["around"])


# ---- Which passes, how many ----


@pytest.mark.parametrize(("when", "expected"), [("3", [2]), (">=8", [7, 8, 9]), ("every 4", [3, 7])])
def test_only_the_passes_that_were_asked_for_act(tmp_path: Path, when: str, expected: list[int]) -> None:
    facts = run(
        tmp_path,
        SETTING
        + f"""
set_probes(order(action="log", options={{"template": "{{total}}"}}, limits={{"when": {when!r}}}))
for i in range(10): sell(i, None)
report(texts=texts(), gates=gates())
""",
    ).facts
    assert [int(text) for text in facts["texts"]] == expected
    captured = len(expected)
    assert facts["gates"] == {"reached": 10, "hit_limit": 10 - captured, "captured": captured}


def test_the_gates_add_up(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
set_probes(order(action="log", condition="1 // (total % 7) >= 0 and total % 2 == 0", options={"template": "{total}"},
                 limits={"when": "every 2", "rate_per_s": 20, "hits": 25}))
for i in range(2000): sell(i, None)
report(gates=gates())
""",
    ).facts
    gates = facts["gates"]
    assert gates["reached"] == 2000
    assert gates.pop("reached") == sum(gates.values())
    assert gates["condition_error"] == len([i for i in range(2000) if i % 7 == 0])


# ---- Edits ----


def test_an_edit_of_limits_keeps_the_counters(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
log = {"action": "log", "options": {"template": "{total}"}}
set_probes(order(limits={"hits": 2}, **log))
for i in range(3): sell(i, None)
before = [states()[0]["state"], gates()]
set_probes(order(version=2, limits={"hits": 5}, **log))
middle = states()[0]["state"]
for i in range(3, 8): sell(i, None)
after = [states()[0]["state"], gates(), states()[0]["probe_version"]]
set_probes(order(version=3, condition="total < 0", limits={"hits": 5}, **log))
sell(1, None)
report(before=before, middle=middle, after=after, texts=texts(), fresh=gates())
""",
    ).facts
    assert facts["before"][0] == "done"
    assert facts["before"][1]["captured"] == 2
    assert facts["middle"] == "armed"
    assert facts["after"][0] == "done"
    assert facts["after"][1]["captured"] == 5
    assert facts["after"][2] == 2
    assert facts["texts"] == ["0", "1", "3", "4", "5"]
    assert facts["fresh"] == {"reached": 1, "condition_false": 1}


# ---- Why is it false? ----


def test_a_false_condition_shows_what_it_saw(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
set_probes(order(condition="total < 0 and customer.tier == 'gold' or len(customer.tier) > 90"))
sell(12.5, Customer("silver"))
shown = states()[0]["last_values"]
set_probes(order(id="p1", condition="customer.tier == 'x' and total"))
sell("4111 1111 1111 1111", Customer("silver"))
report(shown=shown, other=states()[0].get("last_values"))
""",
    ).facts
    assert facts["shown"] == "total = 12.5, customer.tier = 'silver'"
    assert "4111" not in json.dumps(facts)


# ---- The budget ----

HOT = """
def hot(n):
    t = 0
    for i in range(n):
        t += i                       # hot
    return t
import time
def spin(seconds):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends: hot(20_000)
where = {"location": f"{_FILE}:{line_of('hot')}"}
def stands():                        # whether anything of the probe is left in the code
    if _sys.version_info >= (3, 12): return _sys.monitoring.get_local_events(5, hot.__code__) != 0
    from _strobe_test_tracer import stands_here
    return stands_here()
def rests(like=None):                # its state while it rests, and rests for as long as in that other state
    state = states()[0]
    return state if state["state"] == "suspended" and (like is None or state["message"] == like["message"]) else None
def until_it_rests(ends):            # the next rest, once the probe stands nowhere
    while not (rest := rests()) and time.monotonic() < ends: spin(0.02)
    while stands() and rests(rest): time.sleep(0.005)
    return rest
"""


def test_over_its_budget_a_probe_rests_and_comes_back(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + HOT
        + """
set_probes(order(condition="t < 0", **where))
ends = time.monotonic() + 60
while True:
    resting = until_it_rests(ends)
    quiet = gates()["reached"]
    spin(0.3)
    still, left = gates()["reached"] - quiet, stands()
    # Else the machine stalled for longer than this rest: the next one takes twice as long.
    if rests(resting) or time.monotonic() > ends: break
back = eventually(lambda: states()[0]["state"] == "armed")
def reached_again():
    before = gates()["reached"]
    hot(1000)
    return gates()["reached"] - before
again = eventually(lambda: (reached := reached_again()) >= 1000 and reached)
report(resting=resting, still=still, left=left, back=back, again=again)
""",
        env={"STROBE_BUDGET": "0.1%"},  # of a core: also where the machine gives this process little of one
    ).facts
    assert facts["resting"]["state"] == "suspended"
    assert facts["resting"]["reason"] == "budget"
    assert "are allowed" in facts["resting"]["message"]
    assert facts["still"] == 0
    assert facts["left"] is False
    assert facts["back"] is True
    assert facts["again"] == 1000


def test_a_probe_that_rests_stays_off_while_code_appears_and_is_reached_afterwards(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + HOT
        + """
many = list(range(200))
set_probes(order(condition="sum(many) < 0", **where))
def passed():
    return gates().get("budget", 0)
ends, after = time.monotonic() + 60, None
while after is None and time.monotonic() < ends:         # a machine that stalls may miss a whole rest
    resting = until_it_rests(ends)
    before = passed()
    while rests(resting):
        exec(compile("def appears(): return 1", __file__, "exec"))
        hot(10)
        seen = passed()
        if rests(resting): after = seen
        time.sleep(0.002)
reached = gates()["reached"]
eventually(lambda: hot(1) and False or gates()["reached"] > reached)
report(before=before, after=after, reached=gates()["reached"] - reached)
""",
        env={"STROBE_BUDGET": "0.5%"},
    ).facts
    assert facts["after"] == facts["before"]
    assert facts["reached"] > 0


@pytest.mark.parametrize("quiet", [0, 1.3], ids=["at once", "after a while"])
def test_the_trial_after_a_rest_takes_milliseconds_where_the_line_is_as_hot_as_before(
    tmp_path: Path, quiet: float
) -> None:
    facts = run(
        tmp_path,
        SETTING
        + HOT
        + """
many = list(range(200))
set_probes(order(condition="sum(many) < 0", **where))
import math, re
def next_rest(before):
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        spin(0.02)
        rest = rests()
        if rest and (before is None or rest["message"] != before["message"]): return rest
def seconds(rest): return int(re.search(r"rests (\\d+) s", rest["message"])[1])
first = before = next_rest(None)
trials = []
# What a trial costs is a time: once more where the machine held up the one who ends it.
while len(trials) < 4 and (not trials or trials[-1] >= 15e6):
    if QUIET:                        # the line is reached again only when a second has gone by
        eventually(lambda: not rests(before))
        time.sleep(QUIET)
    rest = next_rest(before)
    count = math.log2(seconds(rest) / seconds(before))   # a busy machine may have let one pass unseen
    trials.append((rest["cost_ns"] - before["cost_ns"]) / count)
    before = rest
report(first=first, rested=seconds(rest), trials=trials)
""".replace("QUIET", str(quiet)),
        env={"STROBE_BUDGET": ""},
    ).facts
    assert "rests 1 s" in facts["first"]["message"]
    assert facts["rested"] >= 2
    assert facts["first"]["cost_ns"] >= 20e6
    assert min(facts["trials"]) < 15e6, facts


def test_a_higher_budget_of_its_own_lets_a_probe_stay(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + HOT
        + """
set_probes(order(condition="t < 0", limits={"budget_percent": 100}, **where))
# for more than a second, and until the machine has let this process run for a while: a share of time is measured
began = time.monotonic()
spin(1.5)
while time.monotonic() < began + 60 and states()[0]["cost_percent"] <= 1: spin(0.3)
first = states()[0]
set_probes(order(condition="t < 0", version=2, limits={"budget_percent": 0.1}, **where))
ends = time.monotonic() + 60
while time.monotonic() < ends and states()[0]["state"] != "suspended": spin(0.05)
report(first=first, second=states()[0])
""",
    ).facts
    assert facts["first"]["state"] == "armed"
    assert facts["first"]["cost_ns"] > 0, facts
    assert facts["first"]["cost_percent"] > 1, facts
    assert facts["second"]["state"] == "suspended"


def test_a_rare_hit_on_a_line_of_a_million_passes_is_captured(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
import time
def line(i):
    return i                         # hot
def run(rounds):
    # about a million passes a second would be faster than this machine makes: no pause is needed
    for r in range(rounds):
        for i in range(100_000): line(i)
set_probes(order(condition="i == 77_777", location=f"{_FILE}:{line_of('hot')}", limits={"hits": 1000, "budget_percent": 100}))
run(10)
report(captured=gates()["captured"], got=len(drain()), gates=gates(), state=states()[0])
""",
    ).facts
    assert facts["captured"] == facts["got"] == 10, facts


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is new in 3.12")
def test_after_removal_nothing_is_left(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
set_probes(order(action="log", options={"template": "{total}"}), order(id="p1", action="metric", options={"metric": "m"}))
sell(1, None)
armed = _sys.monitoring.get_local_events(5, sell.__code__)
set_probes()
report(armed=armed, left=_sys.monitoring.get_local_events(5, sell.__code__), metrics=metrics())
""",
    ).facts
    assert facts["armed"] != 0
    assert facts["left"] == 0
    assert facts["metrics"] == []


# ---- The program's own logging ----

LOGGING = """
import logging, threading, time, stroboscope
seen = []
class Seen(logging.Handler):
    def emit(self, record):
        seen.append([record.name, record.levelname, record.getMessage(), threading.current_thread() is threading.main_thread()])
logging.getLogger().addHandler(Seen())
logging.getLogger().setLevel("DEBUG")
"""


def test_a_log_probe_may_also_write_to_the_programs_own_logging(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + LOGGING
        + """
to_logging = {"template": "100 %s of {total}", "level": "warning", "to_logging": True}
set_probes(order(action="log", options=to_logging), order(id="p1", action="log", options={"template": "only the hub"}))
sell(1.5, None)
sell("4111 1111 1111 1111", None)
eventually(lambda: len(seen) == 2)
report(seen=seen, texts=texts(), status=stroboscope.status())
""",
    ).facts
    assert facts["seen"][0] == ["stroboscope", "WARNING", "100 %s of 1.5", False]
    assert "4111" not in facts["seen"][1][2]
    assert "redacted" in facts["seen"][1][2]
    assert len(facts["seen"]) == 2
    assert len(facts["texts"]) == 4
    assert facts["status"]["logged"] == 2


def test_a_handler_that_raises_or_never_returns_harms_nobody(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + LOGGING
        + """
import os
class Raises(logging.Handler):
    def handle(self, record): raise SystemExit("from a handler")
logging.getLogger("stroboscope").addHandler(Raises())
set_probes(order(action="log", options={"template": "{total}", "to_logging": True}))
for i in range(3): sell(i, None)
eventually(lambda: stroboscope.status()["not_logged"] == 3)
after = stroboscope.status()
held = threading.Event()
class Holds(logging.Handler):
    def handle(self, record): held.set(); threading.Event().wait()   # outside of its lock, which the end takes
logging.getLogger("stroboscope").handlers[:] = [Holds()]
sell(1, None)
held.wait(60)
pid = os.fork()                      # neither a fork nor the end waits for the handler
if pid == 0:
    sell(2, None)
    os._exit(0)
done = os.waitpid(pid, 0)[1]
for i in range(50): sell(i, None)
report(after=after, done=done, gates=gates())
""",
        "-W",
        "ignore",
    ).facts
    assert facts["after"]["not_logged"] == 3
    assert facts["done"] == 0
    assert facts["gates"]["captured"] == 54


def test_a_log_probe_in_the_way_of_a_log_line_does_not_feed_itself(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + LOGGING
        + """
class Probed(logging.Handler):
    def emit(self, record):
        until_traced()
        sell(record.getMessage(), None)
logging.getLogger().addHandler(Probed())
set_probes(order(action="log", options={"template": "<{total}>", "to_logging": True}))
sell("first", None)
eventually(lambda: len(drained) >= 2 or drained.extend(texts()))
drained = drained + texts()
time.sleep(0.1)
report(seen=[s[2] for s in seen], drained=drained + texts())
""".replace("eventually(lambda", "drained = []\neventually(lambda"),
    ).facts
    assert facts["seen"] == ["<first>"]
    assert facts["drained"] == ["<first>", "<<first>>"]


def test_one_thread_at_a_time_hands_lines_to_the_programs_logging(tmp_path: Path) -> None:
    """A line that comes when the thread has found nothing more, and is about to end, goes to the next thread alone."""
    facts = run(
        tmp_path,
        LOGGING
        + """
from collections import deque
from stroboscope import _relay
started, late = [], []
class Thread(threading.Thread):
    def start(self):                 # the first runs, the second will be run later
        started.append(self)
        if len(started) == 1: super().start()
class Waiting(deque):
    empty = 0
    def __bool__(self):
        if len(self) == 0: self.empty += 1
        if self.empty == 2 and not late:     # nobody's turn any more, and the last look
            late.append(True)
            _relay.relay("info", "second")
        return len(self) > 0
threading.Thread = Thread
_relay._waiting = Waiting()
_relay.relay("info", "first")
started[0].join()
alone = [line[2] for line in seen]
_relay._deliver()
report(alone=alone, then=[line[2] for line in seen], started=len(started))
""",
    ).facts
    assert facts == {"alone": ["first"], "then": ["first", "second"], "started": 2}


def test_how_the_agent_is_can_be_asked_while_its_thread_imports_what_logs(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import sys, stroboscope, types
        sys.modules["stroboscope._relay"] = types.ModuleType("stroboscope._relay")   # as at the beginning of its import
        status = stroboscope.status()
        report(logged=[status["logged"], status["not_logged"]])
        """,
    ).facts
    assert facts["logged"] == [0, 0]


def test_a_program_without_logging_does_not_get_it(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
import stroboscope
set_probes(order(action="log", options={"template": "{total}", "to_logging": True}))
sell(1, None)
eventually(lambda: stroboscope.status()["not_logged"])
report(status=stroboscope.status(), loaded="logging" in _sys.modules, texts=texts())
""",
    ).facts
    assert facts["status"]["not_logged"] == 1
    assert not facts["loaded"]
    assert facts["texts"] == ["1"]


# ---- Watches, and the probe's own names ----


def test_watches_are_captured_first_with_why_where_there_is_none(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
WATCHES = ["customer", "total * 2", "customer.nothing", "customer.password", "customer.tier", "[total]"]
set_probes(order(options={"watches": WATCHES, "watches_only": True}))
sell(21, Customer("gold"))
(hit,) = drain()
report(watches=hit["body"]["watches"], values=hit["body"]["values"], frames=hit["body"]["frames"])
""",
    ).facts
    by_name = {watch["expression"]: watch for watch in facts["watches"]}
    assert by_name["customer"]["value"] == 0
    assert by_name["total * 2"] == {"expression": "total * 2", "type": "int", "text": "42"}
    assert by_name["[total]"] == {"expression": "[total]", "type": "list", "text": "[21]"}
    assert "nothing" in by_name["customer.nothing"]["error"]
    assert "redacted" in by_name["customer.password"]["error"]
    assert facts["values"][by_name["customer.tier"]["value"]]["text"] == "'gold'"
    assert "s3cret" not in json.dumps(facts)
    assert all("locals" not in frame for frame in facts["frames"])


def test_watches_leave_the_locals_as_they_were(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
set_probes(order(options={"watches": ["customer.tier"]}))
customer = Customer("gold")
sell(21, customer)
(hit,) = drain()
report(locals=locals_of(hit), values=hit["body"]["values"], watch=hit["body"]["watches"][0])
""",
    ).facts
    assert facts["locals"]["total"] == "21"
    assert facts["values"][facts["watch"]["value"]]["text"] == "'gold'"


def test_an_exit_brings_what_was_returned_or_raised(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
def job(n):
    if n < 0: raise ValueError("negative")
    return [n, n + 1]
set_probes(order(location="__main__:job:exit", condition="$elapsed_ms >= 0", limits={"hits": 2},
                 options={"watches": ["$return[1]", "$exception.args[0]"]}))
job(1)
try: job(-1)
except ValueError: pass
report(watches=[hit["body"]["watches"] for hit in drain()])
""",
    ).facts
    returned, raised = ({w["expression"]: w for w in watches} for watches in facts["watches"])
    assert "value" in returned["$return"]
    assert "value" in returned["$return[1]"] or returned["$return[1]"]["text"] == "2"
    assert "error" in returned["$exception.args[0]"]
    assert "value" in raised["$exception"]
    assert "$return" not in raised


def test_thread_and_task_are_known_by_name(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
import asyncio, threading
set_probes(order(action="log", condition="$thread != 'nobody'", options={"template": "{$thread}"}))
t = threading.Thread(target=lambda: (until_traced(), sell(1, None)), name="till-7")
t.start(); t.join()
sell(2, None)
threads = texts()
set_probes(order(action="log", version=2, options={"template": "{$task}"}))
async def main(): sell(3, None)
asyncio.run(asyncio.wait_for(main(), None)) if False else None
async def run(): await asyncio.create_task(main(), name="checkout")
asyncio.run(run())
tasks = texts()
sell(4, None)
report(threads=threads, tasks=tasks, message=states()[0]["message"])
""",
    ).facts
    assert facts["threads"] == ["till-7", "MainThread"]
    assert facts["tasks"] == ["checkout"]
    assert "asyncio" in facts["message"]
