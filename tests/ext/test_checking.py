"""What is told of an expression at a place of a running program, before a probe is set there. Without a hub."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from child import run

SETTING = """
import pathlib
ran = []
class Customer:
    __slots__ = ("_tier", "where")
    def __init__(self):
        self._tier = "gold"
        self.where = pathlib.PurePosixPath("/a")
    @property
    def tier(self):
        ran.append("tier")
        return str(self._tier).lower()
class Order:
    kind = "order"
    customer: Customer
    def __init__(self, total):
        self._total = total
        self.customer = Customer()
    @property
    def total(self):
        ran.append("total")
        return round(self._total, len(self.kind))
    @property
    def password_hint(self):
        return self.password
    @property
    def hidden(self):
        return self.password
    def pay(self, buyer: Customer, later: "Customer", amount):
        left = self._total - amount
        return [left for one in (1, 2) if one]      # here
class Special(Order):
    @property
    def kind(self): return ran.append("kind")
house = Customer()
special = Special(3)
def shadow(house):
    return house                                    # shadowed
def len_of(sum):
    return sum                                      # function
max = len_of
def check(source, at="here", template=False):
    location = at if ":" in at else f"{_FILE}:{line_of(at)}"
    answer = _json.loads(_agent.local_check(source, template, location))
    refused = [p for p in answer["parts"] if p["kind"] == "refused"]
    assert answer["ok"] is not bool(refused), answer
    return [[p.get("column", 1), p["end_column"], p["message"], p.get("instead", "")] for p in refused]
def wrong(location):
    try: return _agent.local_check("x", location=location)
    except ValueError as error: return str(error)
"""


def facts(tmp_path: Path, body: str) -> dict[str, Any]:
    return run(tmp_path, SETTING + body).facts


def test_what_a_hit_could_read_is_accepted(tmp_path: Path) -> None:
    accepted = facts(
        tmp_path,
        """
report(refused=[check(source) for source in (
    "left < 0 and amount > self._total and self.kind == 'order'", "self.customer._tier", "buyer._tier", "later._tier",
    "house.where.name == 'a' and house.where.parent", "special._total", "[one for one in (left,)]", "$hits > 1",
    "len(self.kind)", "sum([1])", "pathlib.PurePosixPath", "__name__")],
    template=check("{left:>{amount}} {house._tier!r}", template=True),
    shadowed=check("house.tier", at="shadowed"), ran=ran)
""",
    )
    assert accepted["refused"] == [[]] * 12
    assert accepted["template"] == []
    assert accepted["shadowed"] == [], "the argument is not the global of that name"
    assert accepted["ran"] == []


def test_unknown_names_are_refused_each_at_its_place(tmp_path: Path) -> None:
    told = facts(
        tmp_path, 'report(two=check("lft < 0 or amont > 1"), long=check("x" * 200), odd=check("é" * 99))'
    )
    assert [part[:2] for part in told["two"]] == [[1, 4], [12, 17]]
    assert "'amont' is not defined in Order.pay; its variables are: self, buyer" in told["two"][1][2]
    assert len(told["long"]) == len(told["odd"]) == 1
    assert "is not defined" in told["odd"][0][2]


def test_a_function_of_the_program_is_not_the_built_in_one(tmp_path: Path) -> None:
    told = facts(tmp_path, 'report(own=check("1 < max(left, 2)"), variable=check("sum([1])", at="function"))')
    assert told["own"][0][:2] == [5, 8]
    assert "is the program's own" in told["own"][0][2]
    assert told["variable"] == []


@pytest.mark.parametrize(
    ("source", "place", "instead"),
    [
        ("self.total < 0", [6, 11], "self._total"),
        ("house.tier == 'gold'", [7, 11], "house._tier"),
        ("special.kind", [9, 13], ""),
        ("special.customer.tier", [18, 22], "special.customer._tier"),
        ("len(self.total.x)", [10, 15], "self._total"),
    ],
)
def test_a_property_is_refused_with_the_field_behind_it(
    tmp_path: Path, source: str, place: list[int], instead: str
) -> None:
    told = facts(tmp_path, f"report(refused=check({source!r}), ran=ran)")
    (part,) = told["refused"]
    assert part[:2] == place
    assert "is a property; its getter would run. Read the field it uses" in part[2]
    assert part[3] == instead
    assert told["ran"] == []


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="annotations are computed when they are asked for")
def test_annotations_tell_types_where_they_are_stored(tmp_path: Path) -> None:
    told = facts(
        tmp_path, 'report(refused=[check(s) for s in ("buyer.tier", "later.tier", "self.customer.tier")])'
    )
    assert [parts[0][3] for parts in told["refused"]] == ["buyer._tier", "later._tier", "self.customer._tier"]


def test_a_secret_field_is_not_proposed(tmp_path: Path) -> None:
    told = facts(tmp_path, 'report(hidden=check("self.hidden"), named=check("self.password_hint"))')
    assert told["hidden"][0][3] == ""
    assert "password" not in told["hidden"][0][2]
    assert "redacted by its name" in told["named"][0][2]


def test_the_policy_in_force_decides_what_is_secret(tmp_path: Path) -> None:
    told = facts(
        tmp_path,
        """
_agent.set_policy(_json.dumps({"deny_names": ["amount", "tier"]}))
report(amount=check("amount > 1"), property=check("house.tier"))
""",
    )
    assert "'amount' is redacted by its name" in told["amount"][0][2]
    assert "'tier' is redacted by its name" in told["property"][0][2]


def test_own_names_are_known_where_they_are_offered(tmp_path: Path) -> None:
    told = facts(
        tmp_path,
        """
own = ("$return", "$exception", "$elapsed_ms", "$hits", "$thread")
report(refused=[[bool(check(name, at=at)) for name in own]
    for at in ("here", "__main__:Order.pay", "__main__:Order.pay:exit", "raise:builtins.KeyError")])
""",
    )
    line, entry, leaving, raised = told["refused"]
    assert line == entry == [True, True, True, False, False]
    assert leaving == [False] * 5
    assert raised == [True, False, True, False, False]


def test_a_location_that_is_wrong_says_so_and_one_not_loaded_does_not_matter(tmp_path: Path) -> None:
    told = facts(
        tmp_path,
        """
report(unloaded=check("anything.total", at="not/loaded.py:3"), nonsense=wrong("nonsense"), line=wrong(f"{_FILE}:9999"),
    function=wrong("__main__:pay"))
""",
    )
    assert told["unloaded"] == []
    assert "module:qualname" in told["nonsense"] or "LINE" in told["nonsense"]
    assert "nearest line" in told["line"]
    assert "Order.pay" in told["function"]
