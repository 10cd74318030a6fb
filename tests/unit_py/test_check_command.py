"""`strobe check`: what it tells of an expression, alone, by a process, and beside a snapshot."""

from __future__ import annotations

import json
from typing import Any

import pytest
from api_samples import instance, snapshot
from fake_hub import FakeHub
from strobe_command import Strobe
from stroboscope.cli.check_parts import parts_of, reads_of
from stroboscope.cli.check_snapshot import SnapshotNames

REFUSED = {"kind": "refused", "name": "total", "line": 1, "column": 7, "end_column": 12}
PARTS = [
    {"kind": "name", "name": "order", "line": 1, "column": 1, "end_column": 6},
    REFUSED | {"message": "'order.total' is a property", "instead": "order._total"},
]
VALUES: list[Any] = [
    {"type": "shop.Order", "fields": [["_total", 1], ["card_number", 2], ["lines", 3]]},
    {"type": "int", "text": "-374"},
    {"type": "str", "cut": "redacted:name", "rule": "card number"},
    {"type": "list", "cut": "depth"},
]


@pytest.fixture
def at_hub(hub: FakeHub, strobe: Strobe) -> Strobe:
    """`strobe` of a user who is connected to `hub`."""
    hub.routes["GET instances"] = (200, {"instances": [instance("a1"), instance("b2", pid=4712)]})
    hub.routes["POST check"] = (200, {"ok": False, "parts": PARTS})
    hub.routes["GET snapshots/*"] = (200, snapshot(VALUES, ["order"]))
    strobe.environ |= hub.environ
    return strobe


def facts(strobe: Strobe, *arguments: str) -> dict[str, Any]:
    done = strobe("check", "--json", *arguments)
    document: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if document["ok"] else 2), done.stderr
    return document


# ---- Without a hub ----


def test_what_would_be_armed_ends_with_0_and_lists_what_it_reads(strobe: Strobe) -> None:
    done = strobe("check", "order.total < 0 and len(order.lines) > $hits")
    assert (done.returncode, done.stderr) == (0, "")
    assert "reads  order.total, order.lines, $hits\n" in done.stdout
    assert "calls  len\n" in done.stdout
    assert done.stdout.endswith("ok: a probe with it would be armed\n")


def test_each_refused_part_has_its_carets_its_reason_and_what_to_write(strobe: Strobe) -> None:
    done = strobe("check", "a.strp() and b.password")
    assert done.returncode == 2
    lines = done.stdout.splitlines()
    assert lines[0] == "  a.strp() and b.password"
    assert lines[1] == "    ^~~~" + " " * 9 + "^~~~~~~~"
    assert lines[2].startswith("column 3: calling 'strp' would run")
    assert lines[3] == "    write instead: strip"
    assert lines[4].startswith("column 16: 'password' is redacted")


def test_carets_stand_under_wide_characters_and_their_own_line(strobe: Strobe) -> None:
    done = strobe("check", "'漢字' in a and\tb.f()")
    lines = done.stdout.splitlines()
    assert lines[0] == "  '漢字' in a and\\tb.f()"
    assert lines[1].index("^") == len("  '漢字' in a and\\tb.") + 2
    done = strobe("check", "(a\n or b.f())")
    assert done.stdout.splitlines()[:3] == ["  (a", "   or b.f())", "        ^"]
    assert "2:7: " in done.stdout


def test_what_is_no_python_says_where(strobe: Strobe) -> None:
    done = strobe("check", "total <")
    assert done.returncode == 2
    assert "invalid syntax" in done.stdout
    assert "^" in done.stdout.splitlines()[1]


def test_a_template_is_checked_by_its_fields(strobe: Strobe) -> None:
    assert facts(strobe, "--template", "{user.id}: {total:,.2f} {{x}}")["ok"] is True
    refused = facts(strobe, "--template", "user {user.f()}")
    (part,) = [one for one in refused["parts"] if one["kind"] == "refused"]
    assert (part["column"], part["end_column"]) == (12, 13)


@pytest.mark.parametrize(
    "arguments", [(), ("",), ("x", "--at", "a.py:3"), ("x", "--service", "s", "--instance", "i")]
)
def test_wrong_use_is_told(strobe: Strobe, arguments: tuple[str, ...]) -> None:
    done = strobe("check", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("strobe: ")


# ---- By a process ----


def test_a_process_is_asked_with_the_location(at_hub: Strobe, hub: FakeHub) -> None:
    document = facts(at_hub, "order.total", "--service", "shop", "--at", "shop.model:Order.add")
    assert document["parts"][1]["instead"] == "order._total"
    (request,) = hub.sent("POST check")
    assert request.body == {
        "expression": "order.total",
        "kind": "condition",
        "service": "shop",
        "location": "shop.model:Order.add",
    }


def test_an_instance_is_named_by_the_beginning_of_its_id(at_hub: Strobe, hub: FakeHub) -> None:
    facts(at_hub, "x", "--instance", "b2", "--template")
    (request,) = hub.sent("POST check")
    assert (request.body["instance"], request.body["kind"]) == ("b2" * 8, "template")
    assert at_hub("check", "x", "--instance", "c3").returncode == 2


def test_a_wrong_location_ends_with_2_and_no_process_with_3(at_hub: Strobe, hub: FakeHub) -> None:
    for status, code in ((400, 2), (503, 3)):
        hub.routes["POST check"] = (status, {"error": "x", "message": "line 900 has no code"})
        done = at_hub("check", "x", "--service", "shop", "--at", "a.py:900")
        assert done.returncode == code
        assert "line 900 has no code" in done.stderr


# ---- Beside a snapshot ----


def test_values_of_the_snapshot_stand_beside_what_is_read(at_hub: Strobe) -> None:
    done = at_hub("check", "order._total < 0 and order.card < x", "--against", "a1a1")
    assert done.returncode == 0
    assert "order._total = -374" in done.stdout
    assert "order.card  not there: order (shop.Order) has no field 'card' stored." in done.stdout
    assert "Fields: _total, card_number, lines" in done.stdout
    assert "x  not there: no variable of price_of" in done.stdout
    assert "Variables: order" in done.stdout


def found(path: str) -> dict[str, Any]:
    names = SnapshotNames(snapshot(VALUES, ["order"])["body"])
    columns = [path.index(word) + 1 for word in path.split(".")]
    kinds = ["name"] + ["attribute"] * (len(columns) - 1)
    rows = [
        {"kind": kind, "name": word, "column": column, "end_column": column + len(word)}
        for kind, word, column in zip(kinds, path.split("."), columns, strict=True)
    ]
    (read,) = reads_of(parts_of(rows))
    assert read.path == path
    return names.find(read).as_json(names.values)


def test_what_was_redacted_or_cut_is_said() -> None:
    assert found("order.card_number")["value"] == VALUES[2]
    assert "redacted (card number)" in found("order.card_number.x")["message"]
    assert "not captured so deep: depth" in found("order.lines.x")["message"]
    assert "without fields" in found("order._total.real")["message"]


def test_an_unknown_snapshot_is_wrong_use(at_hub: Strobe, hub: FakeHub) -> None:
    hub.routes["GET snapshots/*"] = (404, {"error": "not_found", "message": "gone"})
    done = at_hub("check", "x", "--against", "zzzz")
    assert done.returncode == 2
    assert "there is no snapshot 'zzzz'" in done.stderr


def test_a_chain_ends_where_something_else_stands_between() -> None:
    rows = [
        {"kind": "name", "name": "a", "column": 1, "end_column": 2},
        {"kind": "attribute", "name": "b", "column": 6, "end_column": 7},  # a[0].b
        {"kind": "name", "name": "a", "column": 10, "end_column": 11},
        {"kind": "attribute", "name": "c", "column": 12, "end_column": 13},
    ]
    assert [read.path for read in reads_of(parts_of(rows))] == ["a", "a.c"]
