"""Commands that set probes other than plain snapshots: what the hub is asked, what a person sees."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from api_samples import instance, probe_view, state
from fake_hub import Answer, FakeHub
from strobe_command import Strobe
from stroboscope.cli.metric_table import MetricTable, Series

LOG = ("log", "shop/pricing.py:3", "total {total}", "--timeout", "0.3")


@pytest.fixture
def at_hub(hub: FakeHub, strobe: Strobe) -> Strobe:
    """`strobe` of a user who is connected to `hub`."""
    hub.routes["GET instances"] = (200, {"instances": [instance("a1"), instance("b2", pid=4712)]})
    hub.routes["POST probes"] = (201, probe_view())
    hub.routes["GET probes"] = (200, {"probes": [probe_view()]})
    hub.routes["GET probes/*"] = (200, probe_view(state("a1"), state("b2"), revision=7))
    hub.routes["DELETE probes/*"] = (204, None)
    hub.routes["GET snapshots"] = (200, {"snapshots": []})
    strobe.environ |= hub.environ
    return strobe


def asked(hub: FakeHub) -> dict[str, Any]:
    """The body of the one probe that was set."""
    (request,) = hub.sent("POST probes")
    body: dict[str, Any] = request.body
    return body


def line(position: int, text: str, level: str = "info") -> dict[str, Any]:
    return {
        "id": f"c{position}",
        "position": position,
        "probe": "p1p1",
        "instance": "a1" * 8,
        "service": "shop",
        "seq": position,
        "time_us": 1_700_000_000_000_000,
        "kind": "log",
        "text": text,
        "level": level,
    }


@pytest.mark.parametrize(
    "command", ["log", "logs", "count", "gauge", "hist", "timer", "watch", "why", "edit", "span"]
)
def test_each_command_has_help(strobe: Strobe, command: str) -> None:
    done = strobe(command, "--help")
    assert done.returncode == 0
    assert f"usage: strobe {command}" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("log", "shop/pricing.py:3"),
        ("log", "shop.py:total", "x"),
        ("gauge", "a.py:3"),
        ("timer", "a.py:3"),
        ("timer", "raise:"),
        ("watch", "a.py:3"),
        ("count", "a.py:3", "--labels", "a-b"),
        ("count", "a.py:3", "--labels", "a="),
        ("count", "a.py:3", "--when", "sometimes"),
        ("count", "a.py:3", "--rate", "0"),
        ("count", "a.py:3", "--expires", "2 weeks"),
        ("count", "a.py:3", "--budget", "200"),
        ("count", "a.py:3", "--label", "zone"),
        ("edit", "p1p1"),
        ("edit", "p1p1", "--always", "--if", "x"),
        ("why",),
    ],
)
def test_wrong_use_is_told_in_two_lines(at_hub: Strobe, hub: FakeHub, arguments: tuple[str, ...]) -> None:
    done = at_hub(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("strobe: ")
    assert len(done.stderr.splitlines()) <= 2
    assert not hub.sent("POST probes")


# ---- What the hub is asked ----


def test_limits_and_targets_go_with_the_probe(at_hub: Strobe, hub: FakeHub) -> None:
    at_hub(
        *("count", "shop.pricing:Cart.total", "--if", "total < 0", "--keep"),
        *("--hits", "7", "--when", "every 3", "--rate", "2.5", "--expires", "2h", "--budget", "3%"),
        *("--instance", "a1a1", "--label", "zone=eu", "--first", "--labels", "tier=customer.tier", "path"),
    )
    body = asked(hub)
    limits = body["limits"]
    assert limits.pop("expires_at_ms") > 1_700_000_000_000
    assert limits == {"hits": 7, "when": "every 3", "rate_per_s": 2.5, "budget_percent": 3.0}
    assert body["target"] == {"instances": ["a1a1"], "labels": ["zone=eu"], "first": True}
    assert body["condition"] == "total < 0"
    assert body["action"] == "metric"
    assert body["options"]["labels"] == [
        {"name": "tier", "value": "customer.tier"},
        {"name": "path", "value": "path"},
    ]


@pytest.mark.parametrize(
    ("arguments", "action", "options"),
    [
        (LOG, "log", {"template": "total {total}", "level": "info"}),
        (
            (*LOG, "--level", "error", "--to-logging"),
            "log",
            {"template": "total {total}", "level": "error", "to_logging": True},
        ),
        (("gauge", "a.py:3", "n", "--keep"), "metric", {"metric_kind": "gauge", "value": "n"}),
        (("hist", "a.py:3", "n", "--name", "sizes", "--keep"), "metric", {"metric": "sizes"}),
        (("timer", "a.py:3", "--until", "a.py:9", "--keep"), "timer", {"until": "a.py:9"}),
        (
            ("watch", "a.py:3", "a", "b.c", "--timeout", "0.3"),
            "snapshot",
            {"watches": ["a", "b.c"], "watches_only": True},
        ),
        (
            ("snap", "a.py:3", "--watch", "a", "--native", "--timeout", "0.3"),
            "snapshot",
            {"watches": ["a"], "native": True},
        ),
    ],
)
def test_each_command_asks_for_its_action(
    at_hub: Strobe, hub: FakeHub, arguments: tuple[str, ...], action: str, options: dict[str, Any]
) -> None:
    at_hub(*arguments)
    body = asked(hub)
    assert body["action"] == action
    assert options.items() <= body["options"].items()


def test_a_probe_that_is_kept_is_not_removed(at_hub: Strobe, hub: FakeHub) -> None:
    done = at_hub("log", "a.py:3", "x", "--keep")
    assert done.returncode == 0
    assert "p1p1" in done.stdout
    assert "strobe rm p1p1" in done.stdout
    assert not hub.sent("DELETE probes/p1p1")


def test_an_edit_sends_only_what_was_given(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["PATCH probes/*"] = (200, probe_view(version=2))
    done = at_hub("edit", "p1p1", "--rate", "5", "--template", "y")
    assert done.returncode == 0
    assert "version 2" in done.stdout
    (request,) = hub.sent("PATCH probes/p1p1")
    assert request.body == {"limits": {"rate_per_s": 5.0}, "options": {"template": "y"}}
    at_hub("edit", "p1p1", "--always")
    assert hub.sent("PATCH probes/p1p1")[1].body == {"condition": ""}


@pytest.mark.parametrize(
    "change", [("--if", "total.fly()"), ("--template", "x {total"), ("--value", "1 +"), ("--labels", "a=b()")]
)
def test_an_edit_that_the_language_refuses_leaves_the_probe_alone(
    at_hub: Strobe, hub: FakeHub, change: tuple[str, ...]
) -> None:
    hub.routes["PATCH probes/*"] = (200, probe_view(version=2))
    done = at_hub("edit", "p1p1", *change)
    assert done.returncode == 2
    assert "The probe stays as it was" in done.stderr
    assert not hub.sent("PATCH probes/p1p1")


# ---- What a person sees ----


def test_log_lines_are_printed_as_they_come_and_the_probe_is_removed(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET snapshots"] = lambda request: (
        200,
        {"snapshots": [line(1, "total 12", "warning")] if request.query.get("after") == "0" else []},
    )
    done = at_hub(*LOG)
    assert done.returncode == 0, done.stderr
    assert "warning  total 12" in done.stdout
    assert hub.sent("DELETE probes/p1p1")


def test_without_a_line_it_says_why(at_hub: Strobe) -> None:
    done = at_hub(*LOG)
    assert done.returncode == 1
    assert "nothing was captured in 0.3 s" in done.stderr


def test_logs_lists_the_oldest_first(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET snapshots"] = (200, {"snapshots": [line(2, "second"), line(1, "first \x1b[2J")]})
    done = at_hub("logs")
    assert [row.split()[3] for row in done.stdout.splitlines()] == ["first", "second"]
    assert "\x1b" not in done.stdout
    assert hub.sent("GET snapshots")[0].query["kind"] == "log,span"
    hub.routes["GET snapshots"] = (200, {"snapshots": []})
    assert at_hub("logs").returncode == 1


def test_a_metric_is_shown_summed_over_the_processes(at_hub: Strobe, hub: FakeHub) -> None:
    options = {"metric": "m", "metric_kind": "count", "labels": [{"name": "tier", "value": "t"}]}
    hub.routes["POST probes"] = (201, probe_view(action="metric", options=options))
    one = {"probe": "p1p1", "probe_version": 1, "series": [{"labels": ["gold"], "count": 3}]}
    two = {"probe": "p1p1", "probe_version": 1, "series": [{"labels": ["gold"], "count": 1300}]}
    hub.routes["GET probes/p1p1/metrics"] = (200, {"metrics": [one, two]})
    done = at_hub("count", "a.py:3", "--labels", "tier=t", "--timeout", "0.3")
    assert done.returncode == 0, done.stderr
    assert [row.split() for row in done.stdout.splitlines()] == [["TIER", "COUNT"], ["gold", "1,303"]]


def test_numbers_are_looked_at_though_setting_the_probe_took_all_the_time(
    at_hub: Strobe, hub: FakeHub
) -> None:
    def late(_: object) -> Answer:
        time.sleep(0.2)
        return 201, probe_view(action="metric", options={"metric": "m", "metric_kind": "count"})

    hub.routes["POST probes"] = late
    view = {"probe": "p1p1", "probe_version": 1, "series": [{"count": 3}]}
    hub.routes["GET probes/p1p1/metrics"] = (200, {"metrics": [view]})
    done = at_hub("count", "a.py:3", "--timeout", "0.1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["COUNT", "3"]


def test_a_metric_as_json_is_one_document_for_each_change(at_hub: Strobe, hub: FakeHub) -> None:
    view = {"probe": "p1p1", "probe_version": 1, "series": [{"count": 3}]}
    hub.routes["GET probes/p1p1/metrics"] = (200, {"metrics": [view]})
    done = at_hub("count", "a.py:3", "--timeout", "2.5", "--json")
    assert [json.loads(row) for row in done.stdout.splitlines()] == [{"metrics": [view]}]


def test_why_says_for_each_process_where_it_stands(at_hub: Strobe, hub: FakeHub) -> None:
    gone = state("ff", "armed", gates={"reached": 0})
    hot = state(
        "a1",
        "suspended",
        gates={"reached": 48120, "condition_false": 48120},
        last_values="total = 12.5",
        file="/srv/shop/pricing.py",
        line=3,
        cost_ns=5_000_000,
        cost_percent=7.25,
        message="it cost 7 % of one core",
    )
    hub.routes["GET probes/*"] = (200, probe_view(hot, gone, condition="total < 0", revision=7))
    done = at_hub("why", "p1")
    assert done.returncode == 2
    done = at_hub("why", "p1p1")
    assert done.returncode == 0
    for words in (
        "if total < 0",
        "pid 4711 on pod-7",
        "suspended",
        "reached 48,120 times: condition false 48,120",
        "it cost 7 % of one core",
        "last seen: total = 12.5",
        "5.0 ms, 7.25 % of one core",
        "pid 4712",
        "has not answered yet",
        "gone: the line was not reached",
    ):
        assert words in done.stdout, done.stdout


# ---- Numbers ----


def test_quantiles_are_within_one_bucket() -> None:
    series = Series()
    values = [1.5 * 1.01**i for i in range(1000)]
    buckets: dict[int, int] = {}
    for value in values:
        index = math.ceil(math.log2(value) * 4) - 1
        buckets[index] = buckets.get(index, 0) + 1
    first = min(buckets)
    row = {
        "count": 1000,
        "sum": sum(values),
        "least": values[0],
        "most": values[-1],
        "first_bucket": first,
        "buckets": [buckets.get(first + i, 0) for i in range(max(buckets) - first + 1)],
    }
    series.add(row)
    series.add(row)
    for share in (0.5, 0.9, 0.99):
        exact = values[int(share * 1000) - 1]
        assert exact <= series.quantile(share) * 1.001
        assert series.quantile(share) <= exact * 2**0.25 * 1.001
    assert series.quantile(1.0) == values[-1]
    assert (series.count, series.least) == (2000, values[0])


def test_a_timer_is_shown_in_units_of_time() -> None:
    table = MetricTable({"action": "timer", "options": {"metric": "t"}})
    series = {
        "count": 2,
        "sum": 3e6,
        "least": 1e6,
        "most": 2e6,
        "first_bucket": 79,
        "buckets": [1, 0, 0, 0, 1],
    }
    table.take([{"series": [series]}])
    assert [text for _, text in table._rows()[0]][:2] == ["2", "1.5 ms"]


# ---- span ----


def span_hit(position: int) -> dict[str, Any]:
    more = {"kind": "span", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"}
    return line(position, "tier='gold' total=3") | more


def test_span_asks_for_attributes_and_prints_them_with_their_trace(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET snapshots"] = (200, {"snapshots": [span_hit(1)]})
    done = at_hub("span", "shop/pricing.py:3", "tier=customer.tier", "total", "--hits", "1")
    assert done.returncode == 0, done.stderr
    assert asked(hub)["action"] == "span"
    assert asked(hub)["options"] == {
        "labels": [{"name": "tier", "value": "customer.tier"}, {"name": "total", "value": "total"}]
    }
    words = " ".join(done.stdout.split())
    assert "span tier='gold' total=3 trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7" in words


def test_logs_of_a_trace_are_all_kinds_of_hits(at_hub: Strobe, hub: FakeHub) -> None:
    snapshot = line(3, "") | {"kind": "snapshot", "function": "total"}
    hub.routes["GET snapshots"] = (200, {"snapshots": [snapshot, span_hit(2), line(1, "sold")]})
    done = at_hub("logs", "--trace", "4BF92F3577B34DA6A3CE929D0E0E4736")
    assert [row.split()[2] for row in done.stdout.splitlines() if row[0] != " "] == [
        "info",
        "span",
        "snapshot",
    ]
    query = hub.sent("GET snapshots")[0].query
    assert query["trace"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert set(query["kind"].split(",")) == {"log", "span", "snapshot"}


def test_record_says_what_can_be_done_instead(strobe: Strobe) -> None:
    done = strobe("record", "shop/pricing.py:3")
    assert done.returncode == 2
    assert "cannot record" in done.stderr
    assert "strobe watch" in done.stderr


# ---- What happens at a location, in words ----


@pytest.mark.parametrize(
    ("probe", "nothing", "twice"),
    [
        ({}, "the line was not reached", "reached 2 times"),
        ({"location": "shop.pricing:total"}, "the function was not called", "called 2 times"),
        ({"location": "shop.pricing:total:exit"}, "no call has ended yet", "ended 2 times"),
        ({"location": "raise:shop.Broken"}, "nothing of that type was raised", "raised 2 times"),
        (
            {"location": "raise:shop.Broken:unhandled"},
            "nothing of that type went unhandled",
            "unhandled 2 times",
        ),
        ({"location": "shop.pricing:total", "action": "timer"}, "no call has ended yet", "ended 2 times"),
        ({"action": "timer", "options": {"until": "a.py:9"}}, "nobody went all the way", "completed 2 times"),
        ({"action": "span"}, "the line was not reached", "reached 2 times: outside of any span 2"),
    ],
)
def test_why_has_words_for_each_kind_of_location(
    at_hub: Strobe, hub: FakeHub, probe: dict[str, Any], nothing: str, twice: str
) -> None:
    gates = {"reached": 2, "no_span": 2 if probe.get("action") == "span" else 0}
    view = probe_view(state("a1"), state("b2", gates=gates), **probe)
    hub.routes["GET probes"] = (200, {"probes": [view]})
    hub.routes["GET probes/*"] = (200, view)
    words = " ".join(at_hub("why", "p1p1").stdout.split())
    assert nothing in words
    assert twice in words
