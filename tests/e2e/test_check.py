"""`strobe check` and POST /api/v1/check, answered by a real process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from http_person import HttpPerson
from live_hub import STROBE, LiveHub
from waiting import eventually

PROGRAM = """
import pathlib
import threading

class Customer:
    def __init__(self):
        self._tier = "gold"
        self.password = "s3cret"
        self.where = pathlib.PurePosixPath("/a")
    @property
    def tier(self):
        return str(self._tier).lower()

class Order:
    def __init__(self, total):
        self._total = total
        self.customer = Customer()
    @property
    def total(self):
        return round(self._total, 2)
    def pay(self, customer: Customer, amount):
        left = self._total - amount
        return left                     # here

house = Customer()
ended = threading.Event()
print("ready", flush=True)
while not ended.wait(0.01):
    Order(12).pay(house, 3)
"""
HERE = PROGRAM[: PROGRAM.index("# here")].count("\n") + 1
AT_LINE = f"checked_program.py:{HERE}"


@pytest.fixture
def process(live_hub: LiveHub, tmp_path: Path) -> Iterator[str]:
    """The program under the agent; the id of its instance."""
    program = tmp_path / "checked_program.py"
    program.write_text(PROGRAM)
    child = subprocess.Popen(
        [*STROBE, "run", "--dsn", live_hub.dsn("till"), "--", sys.executable, str(program)],
        env=live_hub.environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        eventually(lambda: live_hub.client.instances(service="till", state="up"), "the connection")
        yield str(live_hub.client.instances(service="till")[0]["id"])
    finally:
        child.kill()
        child.wait()


class Checker:
    """Asks the process by the API."""

    def __init__(self, hub: LiveHub) -> None:
        self._person = HttpPerson(hub)

    def ask(self, expression: str, status: int = 200, **more: Any) -> dict[str, Any]:
        body = {"service": "till", "expression": expression, "location": AT_LINE} | more
        answer = self._person.ask("POST", "check", body)
        assert answer.status == status, answer
        document: dict[str, Any] = answer.json
        return document

    def refusal(self, expression: str, **more: Any) -> dict[str, Any]:
        """The one part that is refused."""
        answer = self.ask(expression, **more)
        assert answer["ok"] is False, answer
        (part,) = [one for one in answer["parts"] if one["kind"] == "refused"]
        refused: dict[str, Any] = part
        return refused


@pytest.fixture
def check(live_hub: LiveHub, process: str) -> Checker:
    return Checker(live_hub)


def test_what_is_known_at_the_line_is_accepted(check: Checker) -> None:
    answer = check.ask("left < 0 and self._total > amount and len(house.where.parts) > 1 and $hits < 3")
    assert answer["ok"] is True, answer
    assert [part["name"] for part in answer["parts"] if part["kind"] == "call"] == ["len"]
    assert answer["cost"] == "calls"


def test_each_unknown_name_is_refused_at_its_place_with_what_there_is(check: Checker) -> None:
    answer = check.ask("lft < 0 or amont > 1")
    refused = [one for one in answer["parts"] if one["kind"] == "refused"]
    assert [(one.get("column", 1), one["end_column"]) for one in refused] == [(1, 4), (12, 17)]
    assert "its variables are: self, customer, amount, left" in refused[1]["message"]


@pytest.mark.parametrize(
    ("expression", "place", "instead"),
    [
        ("self.total < 0", (6, 11), "self._total"),
        ("customer.tier == 'gold'", (10, 14), "customer._tier"),
        ("house.tier == 'gold'", (7, 11), "house._tier"),
    ],
)
def test_a_property_of_a_known_class_is_refused_with_its_field(
    check: Checker, expression: str, place: tuple[int, int], instead: str
) -> None:
    if expression.startswith("customer") and sys.version_info >= (3, 14):
        pytest.skip("3.14 and later compute annotations when they are asked for")
    part = check.refusal(expression)
    assert (part["column"], part["end_column"]) == place
    assert "is a property; its getter would run" in part["message"]
    assert part["instead"] == instead


def test_own_names_are_refused_where_they_are_not_known(check: Checker) -> None:
    assert "exit of a function" in check.refusal("$return > 1")["message"]
    at_exit = "checked_program:Order.pay:exit"
    if check.ask("1", status=200, location=at_exit)["ok"]:
        assert check.ask("$return > 1 and $elapsed_ms > 5", location=at_exit)["ok"] is True


def test_a_location_that_is_wrong_says_so_and_one_not_loaded_yet_does_not_matter(check: Checker) -> None:
    assert check.ask("x", 400, location="nonsense")["error"] == "location_syntax"
    assert "nearest line" in check.ask("x", 400, location="checked_program.py:9999")["message"]
    assert check.ask("x", location="not/loaded_yet.py:3")["ok"] is True


def test_what_is_typed_half_is_answered(check: Checker) -> None:
    for text in ("total.", "a <", "(", "'", "\\", "é" * 2000, "x" + "é" * 2000, "((((" * 300):
        assert check.ask(text)["ok"] is False, text
    assert check.refusal("{self.total}", kind="template")["instead"] == "self._total"


def test_the_command_shows_what_a_process_says(live_hub: LiveHub, process: str) -> None:
    done = live_hub.strobe("check", "self.total < 0", "--service", "till", "--at", AT_LINE)
    assert done.returncode == 2, done
    assert done.stdout.splitlines()[:2] == ["  self.total < 0", "       ^~~~~"]
    assert "write instead: self._total" in done.stdout
    done = live_hub.strobe("check", "self._total < 0", "--instance", process[:8], "--at", AT_LINE)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command_shows_the_values_of_a_snapshot(live_hub: LiveHub, process: str) -> None:
    probe_id = live_hub.set_probe("till", AT_LINE)
    live_hub.wait_for_snapshots(probe_id, 1)
    snapshot = live_hub.snapshots(probe_id)[0]["id"]
    done = live_hub.strobe("check", "self._total + left < missing", "--against", snapshot)
    assert done.returncode == 0
    assert "self._total = 12\n" in done.stdout
    assert "left = 9\n" in done.stdout
    assert "missing  not there: no variable of Order.pay" in done.stdout
    shown = json.loads(live_hub.strobe("check", "customer", "--against", snapshot, "--json").stdout)
    (found,) = shown["against"]
    assert found["value"]["type"].endswith("Customer")
    assert "s3cret" not in done.stdout
