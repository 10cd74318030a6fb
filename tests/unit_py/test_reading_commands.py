"""`strobe show --path`, `strobe diff` and `strobe hits` against canned answers of the hub."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from api_samples import instance, probe_view, snapshot, summary
from fake_hub import Answer, FakeHub, Request
from strobe_command import Strobe


@pytest.fixture
def at_hub(hub: FakeHub, strobe: Strobe) -> Strobe:
    hub.routes["GET instances"] = (200, {"instances": [instance("a1")]})
    hub.routes["GET probes"] = (200, {"probes": [probe_view()]})
    strobe.environ |= hub.environ
    return strobe


# ---- show ----


def test_a_path_prints_its_value_alone(at_hub: Strobe, hub: FakeHub) -> None:
    values = [
        {"type": "dict", "size": 1, "entries": [[1, 2]]},
        {"type": "str", "text": "'sku'"},
        {"type": "list", "size": 3, "deeper": 3},
    ]
    answer = {"path": "order.meta", "found": True, "value": 0, "values": values}
    hub.routes["GET snapshots/a1a1/value"] = (200, answer)
    done = at_hub("show", "a1a1", "--path", "order.meta", "--depth", "1", "--frame", "2")
    assert (done.returncode, done.stdout) == (0, "order.meta = {'sku': list (3 items) …}\n")
    assert hub.sent("GET snapshots/a1a1/value")[0].query == {"path": "order.meta", "frame": "2", "depth": "1"}
    done = at_hub("show", "a1a1", "--path", "order.meta", "--json")
    assert json.loads(done.stdout) == answer


def test_a_path_that_leads_nowhere_says_what_is_there(at_hub: Strobe, hub: FakeHub) -> None:
    answer = {
        "path": "order.prize",
        "found": False,
        "reached": "order",
        "missing": ".prize",
        "reason": "no_field",
        "message": "order is a shop.Order that has no field 'prize'",
        "there": [".price", ".sku\x1b[2J"],
        "value": 0,
        "values": [{"type": "shop.Order"}],
    }
    hub.routes["GET snapshots/a1a1/value"] = (200, answer)
    done = at_hub("show", "a1a1", "--path", "order.prize")
    assert (done.returncode, done.stdout) == (1, "")
    assert "has no field 'prize'" in done.stderr
    assert "Below order there is: .price  .sku\\x1b[2J" in done.stderr
    done = at_hub("show", "a1a1", "--path", "order.prize", "--json")
    assert (done.returncode, json.loads(done.stdout)["reason"]) == (1, "no_field")


def test_a_path_needs_a_snapshot_that_exists(at_hub: Strobe) -> None:
    done = at_hub("show", "--path", "order")
    assert (done.returncode, "need the ID" in done.stderr) == (2, True)
    done = at_hub("show", "zzzz", "--path", "order")
    assert (done.returncode, "there is no snapshot 'zzzz'" in done.stderr) == (2, True)


def test_depth_closes_what_lies_below(at_hub: Strobe, hub: FakeHub) -> None:
    values: list[Any] = [
        {"type": "list", "size": 2, "items": [1, 2]},
        {"type": "list", "size": 1, "items": [3]},
        {"type": "int", "text": "7"},
        {"type": "int", "text": "8"},
    ]
    hub.routes["GET snapshots/a1a1"] = (200, snapshot(values, ["rows"]))
    hub.routes["GET sources/*"] = (404, {"error": "not_found", "message": "no"})
    lines = {
        depth: at_hub("show", "a1a1", "--depth", depth).stdout.split("Arguments\n")[1].split("\n\n")[0]
        for depth in ("0", "1", "2")
    }
    assert lines["0"] == "  rows = list (2 items) …"
    assert lines["1"].splitlines() == ["  rows = list (2 items)", "  ├─ [0] list (1 item) …", "  └─ [1] 7"]
    assert lines["2"] == "  rows = [[8], 7]"


# ---- diff ----


def difference(kind: str, path: str, left: Any = None, right: Any = None, **extra: Any) -> dict[str, Any]:
    row = {"kind": kind, "frame": 0, "function": "price_of", "path": path, **extra}
    return row | ({"left": left} if left else {}) | ({"right": right} if right else {})


def diff_answer(*differences: dict[str, Any], **extra: Any) -> dict[str, Any]:
    return {
        "same": not differences,
        "compared": 12,
        "differences": list(differences),
        "unknown": [],
        "more": 0,
        "cut": False,
        "left": summary(1),
        "right": summary(2),
        **extra,
    }


def test_equal_snapshots_end_with_code_0(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET snapshots/a1a1/diff"] = (200, diff_answer())
    done = at_hub("diff", "a1a1", "b2b2")
    assert (done.returncode, done.stderr) == (0, "")
    assert "No difference, 12 values compared" in done.stdout
    assert hub.sent("GET snapshots/a1a1/diff")[0].query == {"with": "b2b2"}


def test_differences_are_listed_by_frame_and_end_with_code_1(at_hub: Strobe, hub: FakeHub) -> None:
    number = {"type": "int", "text": "1"}
    long_text = {"type": "str", "text": "'" + "x" * 90 + "'"}
    rows = [
        {"kind": "changed", "path": "total + 1", "left": number, "right": {"type": "int", "text": "2"}},
        difference("line", "", {"line": 3, "file": "a.py"}, {"line": 5, "file": "a.py"}),
        difference("type", "total", number, {"type": "str", "text": "'1'"}),
        difference("changed", "title", long_text, {"type": "str", "text": "'\x1b[2J'"}),
        difference("changed", "rows[3].n", number, {"type": "int", "text": "2"}, right_path="rows[2].n"),
        difference("added", "rows[4]", right={"type": "dict", "children": 1, "preview": "{'a': 1}"}),
        difference("removed", "old", number),
        difference(
            "size", "items", {"type": "list", "size": 2000, "cut": "items"}, {"type": "list", "size": 3}
        ),
        difference("identity", "a", number, number, message="on the left the same object as b"),
        {"kind": "frame_added", "frame": 4, "function": "helper", "right": {"file": "b.py", "line": 9}},
    ]
    unknown = [difference("redacted", "password", message="redacted on both sides")] * 12
    hub.routes["GET snapshots/a1a1/diff"] = (200, diff_answer(*rows, unknown=unknown))
    done = at_hub("diff", "a1a1", "b2b2")
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    for line in (
        "~ total + 1: 1 → 2",
        "#0 price_of",
        "~ line 3 → 5",
        "~ total: int 1 → str '1'",
        "    + '\\x1b[2J'",
        "~ rows[3].n → rows[2].n: 1 → 2",
        "+ rows[4] = {'a': 1}",
        "- old = 1",
        "~ items: 2,000 in all → 3 in all",
        "~ a: on the left the same object as b",
        "+ #4 helper  b.py:9, only on the right",
        "? password  #0  redacted on both sides",
        "  … 4 more: strobe diff --full",
        "10 differences, 12 values compared; 12 could not be: redacted, or not captured",
    ):
        assert line in done.stdout.splitlines(), done.stdout
    assert at_hub("diff", "a1a1", "b2b2", "--full").stdout.count("? password") == 12
    done = at_hub("diff", "a1a1", "b2b2", "--json")
    assert (done.returncode, len(json.loads(done.stdout)["differences"])) == (1, 10)


def test_long_texts_are_shown_where_they_differ(at_hub: Strobe, hub: FakeHub) -> None:
    left, right = ({"type": "str", "text": "'" + "x" * 500 + end + "y" * 500 + "'"} for end in ("A", "B"))
    hub.routes["GET snapshots/a1a1/diff"] = (200, diff_answer(difference("changed", "page", left, right)))
    lines = at_hub("diff", "a1a1", "b2b2").stdout.splitlines()
    shown = [line for line in lines if "yyy" in line]
    assert [line[:23] for line in shown] == ["    - …" + "x" * 16, "    + …" + "x" * 16]
    assert [line[23] for line in shown] == ["A", "B"]
    assert max(map(len, shown)) < 150
    assert "x" * 500 + "A" + "y" * 500 in at_hub("diff", "a1a1", "b2b2", "--full").stdout


def test_a_diff_needs_two_snapshots_that_exist(at_hub: Strobe) -> None:
    assert at_hub("diff", "a1a1").returncode == 2
    done = at_hub("diff", "a1a1", "b2b2")
    assert (done.returncode, "one of 'a1a1' and 'b2b2' is no snapshot" in done.stderr) == (2, True)


# ---- hits ----


def row(position: int, *cells: dict[str, Any]) -> dict[str, Any]:
    return {
        "snapshot": f"{position:012x}",
        "position": position,
        "time_us": 1_700_000_000_123_456 + position * 1000,
        "instance": "a1" * 8,
        "function": "price_of",
        "line": 3,
        "cells": list(cells),
    }


CELLS = (
    {"type": "int", "text": "-5"},
    {"type": "dict", "size": 1, "children": 1, "preview": "{'a': 'x\x1b[2J'}"},
    {"type": "str", "text": "'=cmd, \\'it\\''"},
    {"type": "str", "cut": "redacted:name", "rule": "password"},
    {"missing": "no variable 'x'"},
)
COLUMNS = ["total", "order", "title", "secret", "x"]


def test_hits_are_a_table_with_the_columns_asked_for(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET probes/p1p1/hits"] = (200, {"columns": COLUMNS, "rows": [row(2, *CELLS), row(1, *CELLS)]})
    done = at_hub("hits", "p1p1", "--columns", ",".join(COLUMNS))
    assert done.returncode == 0, done.stderr
    head, first, _, why = done.stdout.splitlines()
    assert why == "x: no variable 'x'"
    assert head.split() == ["SNAPSHOT", "TIME", "INSTANCE", *COLUMNS]
    assert first.split()[0] == f"{2:012x}"
    assert "-5     {'a': 'x\\x1b[2J'}  '=cmd, \\'it\\''  str <redacted: name \"password\">  -" in first
    assert hub.sent("GET probes/p1p1/hits")[0].query == {"columns": ",".join(COLUMNS), "limit": "50"}


def test_traces_that_nobody_asked_for_are_short_in_the_terminal_alone(at_hub: Strobe, hub: FakeHub) -> None:
    trace = {"type": "str", "text": "'4bf92f3577b34da6a3ce929d0e0e4736'"}
    rows = [row(2, CELLS[0], trace), row(1, CELLS[0], {"missing": "no span was current"})]
    hub.routes["GET probes/p1p1/hits"] = (200, {"columns": ["total", "$trace_id"], "rows": rows})
    head, with_trace, without = at_hub("hits", "p1p1").stdout.splitlines()
    assert head.split()[-1] == "$trace_id"
    assert (with_trace.split()[-1], without.split()[-1]) == ("4bf92f35…", "-")
    assert trace["text"] in at_hub("hits", "p1p1", "--columns", "total,$trace_id").stdout
    assert json.loads(at_hub("hits", "p1p1", "--json").stdout.splitlines()[0])["cells"]["$trace_id"] == trace
    assert "4bf92f3577b34da6a3ce929d0e0e4736" in at_hub("hits", "p1p1", "--csv").stdout


def test_hits_as_csv_are_safe_for_spreadsheets(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET probes/p1p1/hits"] = (200, {"columns": COLUMNS, "rows": [row(1, *CELLS)]})
    done = at_hub("hits", "p1p1", "--csv")
    head, values = csv.reader(io.StringIO(done.stdout))
    assert head == ["snapshot", "time", "instance", *COLUMNS]
    assert values[3:] == [
        "-5",
        "{'a': 'x\\x1b[2J'}",
        "'=cmd, \\'it\\'",
        'str <redacted: name "password">',
        "",
    ]


def test_hits_as_json_name_their_cells(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET probes/p1p1/hits"] = (200, {"columns": ["total"], "rows": [row(1, CELLS[0])]})
    done = at_hub("hits", "p1p1", "--json")
    assert json.loads(done.stdout)["cells"] == {"total": CELLS[0]}


def test_hits_come_page_by_page_up_to_the_limit(at_hub: Strobe, hub: FakeHub) -> None:
    def page(request: Request) -> Answer:
        before = int(request.query.get("before", 100))
        rows = [row(before - 1, CELLS[0]), row(before - 2, CELLS[0])]
        return 200, {"columns": ["total"], "rows": rows, "next": before - 2}

    hub.routes["GET probes/p1p1/hits"] = page
    done = at_hub("hits", "p1p1", "--limit", "5", "--json")
    assert [json.loads(line)["position"] for line in done.stdout.splitlines()] == [99, 98, 97, 96, 95]
    queries = [request.query for request in hub.sent("GET probes/p1p1/hits")]
    assert [query["limit"] for query in queries] == ["5", "3", "1"]
    assert queries[1] == {"limit": "3", "before": "98", "columns": "total"}


def test_hits_of_nothing_are_told(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET probes/p1p1/hits"] = (200, {"columns": [], "rows": []})
    done = at_hub("hits", "p1p1")
    assert (done.returncode, done.stdout) == (1, "")
    assert "strobe why p1p1" in done.stderr
    done = at_hub("hits", "zzzz")
    assert (done.returncode, "there is no probe 'zzzz'" in done.stderr) == (2, True)
    hub.routes["GET probes/0123456789ab/hits"] = (200, {"columns": ["total"], "rows": [row(1, CELLS[0])]})
    assert at_hub("hits", "0123456789ab").returncode == 0


# ---- mem ----


def memory(**extra: Any) -> dict[str, Any]:
    return {
        "op": "diff",
        "tracing": True,
        "own": True,
        "frames": 1,
        "rss_bytes": 50 << 20,
        "tracer_bytes": 2048,
        **extra,
    }


def test_tracing_starts_only_when_its_cost_is_accepted(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes[f"POST instances/{'a1' * 8}/memory"] = (200, memory(op="start"))
    done = at_hub("mem", "start", "shop")
    assert (done.returncode, done.stdout) == (2, "")
    assert "4 to 13 times slower in pid 4711" in done.stderr
    assert hub.sent(f"POST instances/{'a1' * 8}/memory") == []
    done = at_hub("mem", "start", "shop", "--yes", "--frames", "3")
    assert done.returncode == 0
    assert "strobe mem diff shop" in done.stdout
    assert hub.sent(f"POST instances/{'a1' * 8}/memory")[0].body["frames"] == 3


def test_growth_is_shown_by_line_with_its_rate(at_hub: Strobe, hub: FakeHub) -> None:
    row = {
        "lines": ["/srv/a.py:3"],
        "bytes": 3 << 20,
        "blocks": 300,
        "bytes_change": 1 << 20,
        "blocks_change": 100,
    }
    freed = {
        "lines": ["/srv/b\x1b[2J.py:4"],
        "bytes": 0,
        "blocks": 0,
        "bytes_change": -2048,
        "blocks_change": -2,
    }
    answer = memory(
        rows=[row, freed], bytes=4 << 20, blocks=400, bytes_change=1 << 20, blocks_change=98, elapsed_ms=2000
    )
    hub.routes[f"POST instances/{'a1' * 8}/memory"] = (200, answer)
    out = at_hub("mem", "diff", "shop").stdout
    assert "+1.0 MiB in 2.0 s (+512.0 KiB/s), +98 blocks; traced now: 4.0 MiB in 400 blocks" in out
    assert "   +1.0 MiB  +512.0 KiB/s       +100     3.0 MiB  /srv/a.py:3" in out
    assert "-2.0 KiB" in out
    assert "\x1b" not in out
    out = at_hub("mem", "diff", "shop", "--by", "traceback", "--top", "5").stdout
    assert "\n+1.0 MiB  +512.0 KiB/s  +100 blocks  now 3.0 MiB in 300\n  /srv/a.py:3\n" in out
    assert hub.sent(f"POST instances/{'a1' * 8}/memory")[1].body == {
        "op": "diff",
        "top": 5,
        "by": "traceback",
        "since": "last",
    }


def test_a_process_must_be_chosen_when_there_are_several(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET instances"] = (200, {"instances": [instance("a1"), instance("b2", pid=4712)]})
    done = at_hub("mem", "census", "shop")
    assert (done.returncode, "b2b2b2b2b2b2 (pid 4712)" in done.stderr) == (2, True)
    hub.routes[f"POST instances/{'b2' * 8}/memory"] = (
        200,
        memory(op="census", rows=[{"type": "shop.Order", "blocks": 5, "bytes": 280}]),
    )
    done = at_hub("mem", "census", "shop", "--instance", "b2")
    assert "shop.Order" in done.stdout
    refusal = {"error": "refused", "message": "this process has 5000 MiB"}
    hub.routes[f"POST instances/{'b2' * 8}/memory"] = (409, refusal)
    done = at_hub("mem", "start", "shop", "--instance", "b2", "--yes")
    assert (done.returncode, "this process has 5000 MiB" in done.stderr) == (2, True)
