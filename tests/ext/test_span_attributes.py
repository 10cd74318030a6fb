"""What a span probe puts on the span that is current, and why not. Without a hub, beside a stand-in of OpenTelemetry."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from child import ORDERS, run

SETTING = (
    ORDERS
    + """
import contextvars, types
class SpanContext(tuple):
    @property
    def trace_id(self): raise AssertionError("read from the tuple")
class Span:
    def __init__(self, trace, span): self._context = SpanContext((trace, span, False))
    def set_attribute(self, *args): raise AssertionError("the program's span is the program's")
current = contextvars.ContextVar("current_context", default={})
KEY = "current-span-1"
def be_traced():
    modules = {
        "opentelemetry.context": {"_RUNTIME_CONTEXT": types.SimpleNamespace(_current_context=current)},
        "opentelemetry.trace.propagation": {"_SPAN_KEY": KEY},
    }
    for name, names in modules.items():
        module = types.ModuleType(name)
        vars(module).update(names)
        _sys.modules[name] = module
class inside:
    def __init__(self, trace, span): self.span = Span(trace, span)
    def __enter__(self): self.token = current.set({KEY: self.span})
    def __exit__(self, *exc): current.reset(self.token)
def put(attributes, **more):
    labels = [{"name": n, "value": v} for n, v in attributes.items()]
    return order(action="span", options={"labels": labels}, **more)
def values(hit):
    return {w["expression"]: w.get("text", w.get("error", w.get("cut"))) for w in hit["body"]["watches"]}
class Customer:
    def __init__(self, tier): self.tier = tier; self.password = "s3cret-" + tier
    def __repr__(self): raise AssertionError("code of the program ran")
    __str__ = __repr__
def sell(total, customer):
    pass                             # here
    return total
"""
)


def test_attributes_stand_under_the_span_that_is_current(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
be_traced()
set_probes(put({"user.tier": "customer.tier", "total": "total * 2", "big": "total > 5", "none": "None"}))
for trace, span, total in ((0xABC, 0x12, 1.5), (0xDEF, 0x34, 40)):
    with inside(trace, span): sell(total, Customer("gold"))
hits = drain()
report(kinds=[h["kind"] for h in hits], traces=[h["body"]["trace"] for h in hits], values=[values(h) for h in hits],
       types=[w["type"] for w in hits[0]["body"]["watches"]], texts=[h["text"] for h in hits], first=hits[0],
       gates=gates(), state=states()[0]["state"])
""",
    ).facts
    assert facts["kinds"] == ["span", "span"]
    assert facts["traces"] == [
        {"trace_id": f"{0xABC:032x}", "span_id": f"{0x12:016x}"},
        {"trace_id": f"{0xDEF:032x}", "span_id": f"{0x34:016x}"},
    ]
    assert facts["values"][0] == {"user.tier": "'gold'", "total": "3.0", "big": "False", "none": "None"}
    assert facts["values"][1]["total"] == "80"
    assert facts["types"] == ["str", "float", "bool", "NoneType"]
    assert facts["texts"][0] == "user.tier='gold' total=3.0 big=False none=None"
    first = facts["first"]
    assert first["function"] == "sell"
    assert first["body"]["frames"] == [
        {"function": "sell", "file": first["file"], "line": first["line"]},
    ]
    assert facts["gates"] == {"reached": 2, "captured": 2}
    assert facts["state"] == "armed"


def test_each_task_and_thread_has_a_span_of_its_own(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
import asyncio, threading
be_traced()
set_probes(put({"n": "total"}))
async def job(n):
    with inside(n, n):
        await asyncio.sleep(0.01 * (5 - n))
        sell(n, None)
async def main(): await asyncio.gather(*(job(n) for n in range(1, 5)))
asyncio.run(main())
def work(n):
    with inside(n, n):
        until_traced()
        sell(n, None)
threads = [threading.Thread(target=work, args=(n,)) for n in range(5, 9)]
for t in threads: t.start()
for t in threads: t.join()
report(hits=[[int(h["body"]["trace"]["trace_id"], 16), int(h["body"]["trace"]["span_id"], 16), int(values(h)["n"])] for h in drain()])
""",
    ).facts
    assert sorted(facts["hits"]) == [[n, n, n] for n in range(1, 9)]


def test_outside_of_a_span_is_a_gate_with_a_reason_and_spends_no_limit(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
set_probes(put({"n": "total"}, limits={"hits": 2, "when": ">=2"}, condition="total != 3"))
for n in range(5): sell(n, None)
outside = states()[0]
be_traced()
for n in range(300): sell(-1, None)  # it is looked for again now and then
for n in range(10, 14):
    with inside(n, n): sell(n, None)
report(outside=outside, inside=states()[0], hits=[values(h) for h in drain()])
""",
    ).facts
    assert facts["outside"]["gates"] == {"reached": 5, "condition_false": 1, "no_span": 4}
    assert facts["outside"]["state"] == "armed"
    assert facts["outside"]["reason"] == "no_span"
    assert "OpenTelemetry" in facts["outside"]["message"]
    assert facts["hits"] == [{"n": "11"}, {"n": "12"}]
    gates = facts["inside"]["gates"]
    assert gates == {
        "reached": 309,
        "condition_false": 1,
        "no_span": 304,
        "hit_limit": 2,
        "captured": 2,
    }
    assert "reason" not in facts["inside"]


def test_hits_are_rated_as_all_that_is_sent_one_by_one(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
be_traced()
set_probes(put({"n": "total"}, limits={"rate_per_s": 1}))
with inside(1, 1):
    for n in range(2000): sell(n, None)
gates = gates()
report(gates=gates, hits=len(drain()))
""",
    ).facts
    gates = facts["gates"]
    assert gates["captured"] == facts["hits"] < 100
    assert gates["captured"] + gates["rate_limited"] == 2000


def test_no_attribute_is_a_secret(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
be_traced()
def attempt(version, attributes, total=1):
    set_probes(put(attributes, version=version))
    with inside(1, 1): sell(total, Customer("gold"))
    return [drain(), states()[0]]
by_name = attempt(1, {"p": "customer.password"})
by_own_name = attempt(2, {"user_password": "customer.tier"})
computed = attempt(3, {"p": "getattr(customer, 'pass' + 'word')"})
one_of_two = attempt(4, {"p": "getattr(customer, 'pass' + 'word')", "tier": "customer.tier"})
by_look = attempt(5, {"card": "total", "n": "1"}, "4111 1111 1111 1111")
cut = attempt(6, {"long": "total"}, "x" * 1000 + " 4111 1111 1111 1111 ")
report(by_name=by_name, by_own_name=by_own_name, computed=computed, one_of_two=one_of_two, by_look=by_look, cut=cut)
""",
    ).facts
    for attempt in ("by_name", "by_own_name"):
        hits, state = facts[attempt]
        assert hits == []
        assert (state["state"], state["reason"]) == ("error", "value_redacted"), attempt
        assert "password" in state["message"]
    hits, state = facts["computed"]
    assert hits == []
    assert state["gates"] == {"reached": 1, "condition_error": 1}
    (hit,), _ = facts["one_of_two"]
    assert "redacted" in hit["body"]["watches"][0]["error"]
    assert hit["body"]["watches"][1]["text"] == "'gold'"
    (hit,), _ = facts["by_look"]
    assert hit["body"]["watches"][0] == {
        "expression": "card",
        "cut": "redacted:pattern",
        "rule": "card number",
    }
    assert hit["text"] == "card=(redacted: card number) n=1"
    text = json.dumps(facts)
    assert "s3cret" not in text
    assert "4111" not in text


def test_values_are_bounded_and_objects_run_no_code(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
be_traced()
set_probes(put({"long": "total", "object": "customer", "gone": "customer.nothing"}))
with inside(1, 1): sell("é" * 100_000, Customer("gold"))
(hit,) = drain()
report(watches=hit["body"]["watches"], size=len(hit["text"].encode()), gates=gates())
""",
    ).facts
    long, thing, gone = facts["watches"]
    assert long["cut"] == "length"
    assert 1000 < len(long["text"].encode()) <= 1024
    assert "error" in thing or "Customer" in thing["text"]
    assert "nothing" in gone["error"]
    assert facts["size"] <= 4096
    assert facts["gates"] == {"reached": 1, "captured": 1}


def test_a_span_probe_changes_nothing_of_the_span(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
be_traced()
set_probes(put({"tier": "customer.tier"}))
gold = Customer("gold")
with inside(1, 1):
    span = current.get()[KEY]
    sell(1, gold)
    before = _sys.getrefcount(span), _sys.getrefcount(gold), _sys.getrefcount(current.get())
    for n in range(50): sell(n, gold)
    after = _sys.getrefcount(span), _sys.getrefcount(gold), _sys.getrefcount(current.get())
    names = sorted(vars(span))
report(before=before, after=after, names=names, hits=len(drain()))
""",
    ).facts
    assert facts["before"] == facts["after"]
    assert facts["names"] == ["_context"]
    assert facts["hits"] == 51


def test_log_lines_know_their_trace_too(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
be_traced()
set_probes(order(action="log", options={"template": "{total}"}))
sell(1, None)
with inside(7, 8): sell(2, None)
report(bodies=[h["body"].get("trace") for h in drain()])
""",
    ).facts
    assert facts["bodies"] == [None, {"trace_id": f"{7:032x}", "span_id": f"{8:016x}"}]


@pytest.mark.parametrize("where", ["exit", "raise"])
def test_attributes_may_be_what_is_returned_or_raised(tmp_path: Path, where: str) -> None:
    places = {
        "exit": ("__main__:job:exit", "$return"),
        "raise": ("raise:builtins.ValueError", "$exception.args[0]"),
    }
    location, expression = places[where]
    facts = run(
        tmp_path,
        SETTING
        + f"""
be_traced()
def job(n):
    if n < 0: raise ValueError(n)
    return n
set_probes(put({{"what": {expression!r}}}, location={location!r}))
with inside(1, 1):
    for n in (5, -5):
        try: job(n)
        except ValueError: pass
report(hits=[values(h) for h in drain()], state=states()[0])
""",
    ).facts
    if where == "exit":
        assert facts["hits"][0] == {"what": "5"}
    else:
        assert facts["hits"] == [{"what": "-5"}]


def test_an_action_that_the_agent_does_not_have_is_refused_and_harms_no_other(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        SETTING
        + """
set_probes(order(action="log", options={"template": "{total}"}))
try:
    set_probes(order(action="recording", options={}))
    refused = ""
except ValueError as error:
    refused = str(error)
sell(7, None)
report(refused=refused, texts=[h["text"] for h in drain()])
""",
    ).facts
    assert "action" in facts["refused"]
    assert facts["texts"] == ["7"]
