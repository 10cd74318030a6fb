"""Every evaluation ends within its fuel and its arena, whatever it is given."""

from __future__ import annotations

import decimal
from typing import Any

import pytest
from agreement_table import TABLE
from built_in_data import variables
from evaluated import Ground, extension, same

FUEL = extension.STROBE_EXPRESSION_FUEL
ARENA = extension.STROBE_EXPRESSION_ARENA_BYTES


def deep_list(levels: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(levels):
        made = [made]
    return made


def deep_tuple(levels: int) -> tuple[Any, ...]:
    made: tuple[Any, ...] = ()
    for _ in range(levels):
        made = (made,)
    return made


def cycle() -> list[Any]:
    made: list[Any] = [1]
    made.append(made)
    return made


def large_variables() -> dict[str, Any]:
    million = 1_000_000
    return {
        "n": 7,
        "text": "a" * million + "!",
        "text2": "a" * million + "?",
        "wide_text": "\U0001f600" * million,
        "data": b"a" * million,
        "data2": b"a" * (million - 1) + b"b",
        "lst": list(range(million)),
        "lst2": list(range(million - 1)) + [0],
        "tup": tuple(range(million)),
        "dct": {number: number for number in range(million)},
        "dct2": {number: number for number in range(million)},
        "st": set(range(million)),
        "st2": set(range(million)),
        "strings": ["x" * 1000] * 10_000,
        "integer": 1 << 5_000_000,
        "integer2": (1 << 5_000_000) + 1,
        "fits": 1 << 4000,
        "deep": deep_list(100_000),
        "deep2": deep_list(100_000),
        "dtup": deep_tuple(100_000),
        "cyc": cycle(),
        "cyc2": cycle(),
        "hugedec": decimal.Decimal("1e999999"),
        "longdec": decimal.Decimal("1" * 5000),
    }


GROUND = Ground(large_variables())

# Each needs more than an evaluation may use; what has no such need is among ENDS.
LIMITED = r"""
2 ** 5000
10 ** 10 ** 10
2 ** 2 ** 2 ** 2 ** 2 ** 2
1 << 5000
1 << 10 ** 9
1 << 2 ** 70
fits * fits
fits << 1000
fits ** 2
(fits * 2 ** 90) * 2 ** 90
integer + 1
integer * 1
integer // 3
-integer
str(integer)
f'{integer}'
'x' * 10 ** 6
'x' * 10 ** 18
10 ** 18 * 'ab'
b'x' * 10 ** 9
[0] * 10 ** 9
(0,) * 10 ** 9
list(range(10 ** 9))
tuple(range(10 ** 6))
set(range(10 ** 6))
[x for x in range(10 ** 9)]
{x for x in range(10 ** 9)}
{x: x for x in range(10 ** 9)}
sum(range(10 ** 9))
sum(x for x in range(10 ** 9))
max(range(10 ** 9))
sorted(range(10 ** 9))
any(x < 0 for x in range(10 ** 9))
all(x >= 0 for x in range(10 ** 9))
[x for x in range(10 ** 5) for y in range(10 ** 5)]
sum(1 for a in range(1000) for b in range(1000) for c in range(1000))
[[[z for z in range(100)] for y in range(100)] for x in range(100)]
len([x for x in lst])
sum(lst)
max(lst)
sorted(lst)
-1 in lst
lst.index(-1)
lst.count(1)
list(lst)
lst + lst
lst == lst2
lst2 < lst
lst[:]
lst[::-1]
tuple(lst)
set(lst)
tup == tuple(lst)
hash(tup)
list(dct)
dict(dct)
{**dct}
dct == dct2
list(dct.values())
-1 in dct.values()
dct | {}
st == st2
st | st2
st & st2
list(st)
sorted(st)
st <= st2
st.union(st2)
text.upper()
text + text
text == text2
text < text2
text * 2
text.replace('a', 'b')
text.find('?')
text.count('aa')
text.split('!')
text.encode()
text[::-1]
text[1:]
text.strip('!')
'?' in text
f'{text}'
repr(text)
str(text) + ''
text + '!'
wide_text.upper()
'x' in wide_text
len([x for x in text])
data + b''
data == data2
data.find(b'b')
data.decode()
data.hex()
','.join(strings)
''.join(['x' * 1000] * 1000)
'x'.center(10 ** 9)
'x'.ljust(10 ** 9)
'x'.zfill(10 ** 9)
'\t'.expandtabs(10 ** 9)
f'{1:1000000000}'
f'{1.5:.1000000f}'
f'{"x":>99999999}'
'%999999999d' % 1
'%.999999f' % 1.5
'{:>99999999}'.format(1)
format(1, '99999999')
'a'.replace('', 'x' * 30000) * 10
('a' * 30000).replace('a', 'a' * 30000)
'{0}{0}{0}{0}'.format('x' * 30000)
int('9' * 30000)
bytes(10 ** 9)
repr(deep)
str(deep)
f'{deep}'
deep == deep2
deep < deep2
hash(dtup)
cyc == cyc2
[[x] * 100 for x in ['y' * 100] * 1000]
repr(lst)
repr(dct)
repr(st)
pow(2, 100000)
pow(7, integer, 5)
round(10 ** 1000, -999999999) + integer
divmod(integer, 3)
hash(integer)
integer == integer2
integer < integer2
str([lst])
'-'.join(str(x) for x in range(10 ** 6))
[x for x in text if x == '!']
list(zip(lst, lst))
list(enumerate(lst))
list(reversed(lst))
[str(x) for x in lst]
dict(zip(lst, lst))
min(lst, key=str)
sorted(lst, key=str)
dict(enumerate(lst))
"""

ENDS = r"""
len(text)
len(lst)
text[0]
text[-1]
lst[-1]
lst[5:8]
dct[999999]
999999 in dct
5 in st
lst is lst
lst == lst
text is text
not lst
bool(integer)
len(dct)
10 ** 9 in range(10 ** 10)
len(range(10 ** 12))
range(10 ** 12)[10 ** 11]
text.startswith('aa')
text.endswith('!')
'a' in text
0 in lst
lst < [1]
text > 'aaab'
integer.bit_length()
integer > 0
integer > 1.5
any(lst)
matches('a' * 25 + '!', '^(a+)+$')
matches('a' * 30000 + '!', '^(a+)+$')
matches('a' * 25 + '!', '(a|a)*$')
matches('a' * 25 + '!', '(a|aa)+$')
matches('a' * 25 + '!', '^(.*)*$x')
matches('x' * 5000, '(x+x+)+y')
matches('a' * 1000, '(a?){500}a{500}')
matches(' ' * 3000, r'\s*$x')
matches('a' * 3000, '(?:(?:a*)*)*b')
matches(text, '^(a+)+$')
matches(text, 'a*?$')
matches(text, '[?]')
matches(text, '(a*)*b')
matches(wide_text, 'x')
matches('((((((((((', r'(\((?R)*\))')
matches('a', '(?R)')
matches('aaa', '(a)(?1)*')
matches('a', '(' * 200 + 'a' + ')' * 200)
matches('ab' * 100, '((a|b)*)*c')
matches('a', '(?=a*a*a*a*b)')
matches('aaaaaaaaaaaaaaaaaaaa', '(?<=a+)b')
matches('a', 'a{1,65535}')
matches('a', '((a{1,1000}){1,1000}){1,1000}')
matches('x', '(?C1)x')
matches('x', '(*NO_JIT)x')
matches('x', '(*LIMIT_MATCH=4000000000)(x+)+y')
matches('a' * 3000, '(*LIMIT_MATCH=4000000000)(*LIMIT_DEPTH=4000000000)^(a+)+$')
matches('a' * 100, '(*UTF)(a*)*b')
matches('a', '\\C')
matches('a', '[')
matches('a', '(')
matches('\ud800', '.')
matches('a\x00b', 'a\x00b')
"""


def lines(block: str) -> list[str]:
    return block.strip("\n").split("\n")


@pytest.mark.parametrize("source", lines(LIMITED))
def test_what_is_too_large_ends_with_a_limit(source: str) -> None:
    outcome = GROUND.ours(source)
    assert outcome[:2] in (("fault", "limit"), ("refused", "ELIMIT")), f"{outcome!r:.200}"
    assert extension.arena_used() <= ARENA


@pytest.mark.parametrize("source", lines(ENDS))
def test_what_is_large_or_malicious_ends(source: str) -> None:
    outcome = GROUND.ours(source)
    assert outcome[0] in ("value", "fault", "refused"), outcome
    assert outcome[1] != "internal"
    if outcome[0] == "value" and "matches" not in source:
        assert same(GROUND.python(source)[1], outcome[1])


def test_a_long_pattern_is_refused_or_limited() -> None:
    pattern = "a" * (extension.STROBE_EXPRESSION_PATTERN_BYTES_MAX + 1)
    assert GROUND.ours(f"matches(text, {pattern!r})")[1] in ("limit", "ELIMIT")
    assert GROUND.ours("matches(text, 'a' * 5000)")[0] == "refused"  # a pattern stands in the source


def test_results_at_the_limits_are_right_and_one_beyond_is_a_fault() -> None:
    text, items = extension.STROBE_EXPRESSION_TEXT_MAX, extension.STROBE_EXPRESSION_ITEMS_MAX
    bits = extension.STROBE_EXPRESSION_INT_BITS_MAX
    assert GROUND.ours(f"len('x' * {text})") == ("value", text)
    assert GROUND.ours(f"'x' * {text + 1}")[:2] == ("fault", "limit")
    assert GROUND.ours(f"len([0] * {items})") == ("value", items)
    assert GROUND.ours(f"[0] * {items + 1}")[:2] == ("fault", "limit")
    assert GROUND.ours(f"1 << {bits - 1}") == ("value", 1 << (bits - 1))
    assert GROUND.ours(f"1 << {bits}")[:2] == ("fault", "limit")
    assert GROUND.ours(f"(1 << {bits - 1}) + ((1 << {bits - 1}) - 1)") == ("value", (1 << bits) - 1)
    assert GROUND.ours(f"(1 << {bits - 1}) + (1 << {bits - 1})")[:2] == ("fault", "limit")


SMALL = Ground(variables())
EVERY = [source for subject, block in TABLE.items() for source in lines(block) if "syntax" not in subject]


def test_one_step_of_fuel_less_is_a_limit() -> None:
    """Each step is accounted for: with less than what it used, no expression comes to its value.

    With exactly that it may not either: what looks for something reserves its worst case and gives back the rest.
    """
    wrong = []
    for source in EVERY:
        outcome = SMALL.ours(source)
        used = extension.fuel_used()
        if outcome[0] != "value":
            continue
        again = SMALL.ours(source, fuel=used)
        if again[:2] != ("fault", "limit") and (again[0] != "value" or extension.fuel_used() != used):
            wrong.append(f"{source}: {used} steps, then {again!r:.100}")
        for fuel in {0, used // 2, used - 1} - {used}:
            less = SMALL.ours(source, fuel=fuel)
            if less[:2] != ("fault", "limit"):
                wrong.append(f"{source}: {used} steps, with {fuel} {less!r:.100}")
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:30])


def test_less_arena_gives_the_same_value_or_a_limit() -> None:
    """As when the n-th allocation fails, for every n."""
    wrong = []
    for source in EVERY:
        outcome = SMALL.ours(source)
        used = extension.arena_used()
        for size in {0, 1, 16, 64, 256, *range(0, used, max(1, used // 16)), max(0, used - 16), used}:
            less = SMALL.ours(source, arena=size)
            alike = less[0] == outcome[0] == "value" or less[:2] == outcome[:2]
            if less[:2] != ("fault", "limit") and not alike:
                wrong.append(f"{source}: {used} bytes, with {size} {less!r:.100} instead of {outcome!r:.100}")
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:30])


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("allocate", "it asked Python for memory"),
        ("release", "it gave memory back to Python"),
        ("errno", "it changed errno"),
        ("x: another exception", "it changed the exception that was pending"),
        ("clear the exception", "it changed the exception that was pending"),
        ("nothing", None),
    ],
)
def test_the_watch_around_every_evaluation_sees(what: str, said: str | None) -> None:
    """Each evaluation of all these tests runs with every allocation failing, an exception and errno set."""
    assert extension.break_promise(what) == said


SOURCES_TOO_LARGE = {
    "length": "n + " * 2000 + "n",
    "nesting": "(" * 150 + "n" + ")" * 150 + ".x" * 150,
    "unary": "not " * 1000 + "n",
    "attributes": "n" + ".real" * 500,
    "names": " + ".join(f"name{i}" for i in range(400)),
    "constants": " + ".join(str(1000 + i) for i in range(400)),
    "stack": "[" * 90 + "]" * 90,
    "items": "[" + ",".join("n" * 1 for _ in range(500)) + "]",
    "loops": "[0 " + " ".join(f"for x{i} in [0]" for i in range(40)) + "]",
    "chain": " < ".join(["n"] * 300),
    "arguments": "max(" + ",".join(["n"] * 100) + ")",
    "f-string": "f'" + "{n}" * 500 + "'",
    "parenthesis": "(" * 5000 + "n" + ")" * 5000,
    "integer": "9" * 4000,
}


@pytest.mark.parametrize("what", SOURCES_TOO_LARGE)
def test_a_source_that_is_too_large_is_refused_with_a_reason(what: str) -> None:
    outcome = SMALL.ours(SOURCES_TOO_LARGE[what])
    assert outcome[0] in ("refused", "value"), outcome
    assert outcome[0] == "value" or outcome[1] in ("ELIMIT", "ESYNTAX", "EUNSUPPORTED")
    assert outcome[0] == "value" or len(outcome[2]) > 10


WORK = {
    # what it does with a list, tuple, dict, set or text of N: steps that each of N items costs at least
    "list(range({n}))": 1,
    "sum(range({n}))": 1,
    "[x for x in range({n})]": 2,
    "len([x for x in lst[:{n}]])": 2,
    "sorted(range({n}))": 1,
    "max(range({n}))": 1,
    "[0] * {n}": 1,
    "lst[:{n}]": 1,
    "lst[:{n}] + [1]": 2,
    "lst[:{n}] == tup[:{n}] or lst[:{n}] == lst2[:{n}]": 4,
    "-1 in lst[:{n}]": 2,
    "tuple(range({n}))": 1,
    "set(range({n}))": 1,
    "dict(enumerate(range({n})))": 1,
    "hash(tuple(range({n})))": 2,
    "repr(lst[:{n}])": 2,
    "'a' * {n}": 1 / 16,
    "text[:{n}]": 1 / 16,
    "text[:{n}] + '!'": 1 / 16,
    "text[:{n}].upper()": 1 / 16,
    "text[:{n}].replace('b', 'c')": 1 / 16,
    "text[:{n}].find('?')": 1 / 16,
    "text[:{n}].count('ab')": 1 / 16,
    "text[:{n}].split('b')": 1 / 16,
    "text[:{n}] == text2[:{n}]": 1 / 16,
    "text[:{n}] < text2[:{n}]": 1 / 16,
    "f'{{text[:{n}]}}'": 1 / 16,
    "data[:{n}].decode()": 1 / 16,
    "matches(text[:{n}], 'a*b')": 1 / 16,
}


@pytest.mark.parametrize("source", WORK)
def test_work_costs_steps(source: str) -> None:
    """What is not paid for is not bounded: twice the work takes at least as many steps more as it has items."""
    costs = []
    for size in (1000, 2000):
        outcome = GROUND.ours(source.format(n=size), fuel=10_000_000)
        assert outcome[0] == "value" or outcome[1] == "limit", outcome
        costs.append(extension.fuel_used())
    assert costs[1] - costs[0] >= 1000 * WORK[source] * 0.9, costs
