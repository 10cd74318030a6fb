"""Conditions that are told without the machine say what Python says, for values of every kind that comes by."""

from __future__ import annotations

from pathlib import Path

import child

OPERATORS = ("==", "!=", "<", "<=", ">", ">=")
CONSTANTS = ("0", "1", "-3", "2.0", "0.5", "1073741824", "9007199254740992", "9007199254740993", "1 << 70")

SETTING = """
import math
class Whole(int): pass
class Real(float): pass
class Text(str): pass
NUMBERS = [0, 1, -1, -3, 2, 2**30 - 1, 2**30, -2**30, 2**53, 2**53 + 1, -2**62, 2**70, 0.0, -0.0, 0.5, 1.0, 2.0, 2.5,
           math.nan, math.inf, -math.inf, 2.0**30, 2.0**53, True, False, Whole(1), Whole(2**70), Real(2.0)]
OTHERS = ["1", b"1", None, [1], (), {}, object(), 1j, int]
class Inline:
    def __init__(self, n): self.m, self.n = 7, n
class Slots:
    __slots__ = ("n",)
    def __init__(self, n): self.n = n
class Shared:
    n = 1
class Empty:
    __slots__ = ()
def dict_of(n):
    made = Inline(n)
    vars(made)["more"] = 1
    return made
def unset(kind, n):
    made = kind(n)
    del made.n
    return made
def sum_of(conditions, values, name):
    counts = []
    for condition in conditions:
        false = error = 0
        for value in values:
            try:
                false += not eval(condition, {name: value})
            except (TypeError, AttributeError):
                error += 1
        counts.append([len(values), false, error])
    return counts
def counted():
    return [[s["gates"].get(g, 0) for g in ("reached", "condition_false", "condition_error")] for s in states()]
"""


def program(conditions: list[str], values: str, cell: bool) -> str:
    """A function with a line for each condition, each with its own probe, run often enough for every way in."""
    lines = "\n".join(f"    y = {number}  # at {number}" for number in range(len(conditions)))
    inner = "    def inner(): return x\n" if cell else ""
    return (
        SETTING
        + f"CONDITIONS = {conditions!r}\n"
        + f"def probed(x):\n{inner}{lines}\n"
        + f"values = {values}\n"
        + """
arm(*[(line_of(f"at {number}"), condition, 100_000) for number, condition in enumerate(CONDITIONS)])
for _ in range(7):
    for value in values:
        probed(value)
for value in values:  # the same again and again: what is remembered of its type is used
    for _ in range(5):
        probed(value)
report(wanted=sum_of(CONDITIONS, values * 12, "x"), counted=counted(), states=[s["state"] for s in states()])
"""
    )


def check(folder: Path, conditions: list[str], values: str, cell: bool = False) -> None:
    facts = child.run(folder, program(conditions, values, cell)).facts
    assert set(facts["states"]) <= {"armed", "done"}
    told = dict(zip(conditions, facts["counted"], strict=True))
    assert told == dict(zip(conditions, facts["wanted"], strict=True))


def test_a_variable_beside_a_number(tmp_path: Path) -> None:
    check(tmp_path, [f"x {o} {c}" for o in OPERATORS for c in CONSTANTS], "NUMBERS + OTHERS")


def test_a_variable_that_an_inner_function_sees(tmp_path: Path) -> None:
    check(tmp_path, [f"x {o} {c}" for o in OPERATORS for c in ("1", "0.5")], "NUMBERS + OTHERS", cell=True)


def test_a_field_beside_a_number(tmp_path: Path) -> None:
    kinds = "[kind(n) for kind in (Inline, Slots, dict_of) for n in NUMBERS + OTHERS]"
    more = "[Shared(), Empty(), unset(Inline, 1), unset(Slots, 1), 5, None, Inline]"
    check(tmp_path, [f"x.n {o} {c}" for o in OPERATORS for c in ("0", "1", "2.0")], f"{kinds} + {more}")


def test_what_follows_a_first_comparison_that_is_true(tmp_path: Path) -> None:
    conditions = [
        "x > 0 and x < 2",
        "x > 0 or x < -2",
        "x != 1 and x != 2 and x != 0.5",
        "not x > 1",
        "0 < x < 2",
        "0.5 >= x",
        "1 > x.n",
        "-1 <= x.n < 2 != x.m",
        "0 == x != 2 > x",
        "x > 1 if x else x == 0",
        "x is None or x > 1",
        "x.n > 0 and x.m == 7",
        "x == 1 and x.n == 1",
        "x.n >= 0 and x.n != 1 and x.m == 7 and x.n < 3",
        "x.n > 0 and x.m == '7'",
        "x.n != 'gold' and x.n > 1",
        "x.n > 0 and (x.m == 8 or x.n == 2)",
    ]
    check(tmp_path, conditions, "NUMBERS + OTHERS + [Inline(n) for n in NUMBERS + OTHERS]")


def test_a_variable_beside_a_text(tmp_path: Path) -> None:
    texts = ("", "1", "gold", "gol\u20ac", "g" * 300)
    values = "NUMBERS + OTHERS + ['', 'gold', 'go' + str('ld'), 'silver', 'gol\u20ac', 'g' * 300, Text('gold'), Text('x')]"
    conditions = [f"x {o} {text!r}" for o in OPERATORS[:2] for text in texts]
    conditions += [f"x != 'x' and x {o} {text!r}" for o in OPERATORS[:2] for text in texts]
    check(tmp_path, conditions, f"{values} + [Inline(1)]")
    check(
        tmp_path,
        [condition.replace("x ", "x.n ") for condition in conditions],
        f"[Inline(n) for n in {values}]",
    )


def test_a_class_that_changes_is_looked_at_anew(tmp_path: Path) -> None:
    facts = child.run(
        tmp_path,
        """
        class Order:
            def __init__(self, n):
                self.n = n
        def probed(x):
            y = 1  # here
        order = Order(1)
        arm((line_of("here"), "x.n == 5", 1000))
        for _ in range(200):
            probed(order)
        before = gates()["condition_false"]
        Order.n = property(lambda self: 5)  # would run code: the condition cannot be told any more
        for _ in range(200):
            probed(order)
        del Order.n
        order.n = 5
        for _ in range(200):
            probed(order)
        report(before=before, gates={k: v for k, v in gates().items() if k.startswith("condition") or k == "reached"})
        """,
    ).facts
    assert facts["before"] == 200
    assert facts["gates"] == {"reached": 600, "condition_false": 200, "condition_error": 200}
