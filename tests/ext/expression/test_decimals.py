"""Decimals in expressions agree with the decimal module under its default context."""

from __future__ import annotations

import random
from decimal import Decimal, getcontext, localcontext
from typing import Any

import pytest
from evaluated import Ground, agree, extension


class Money(Decimal):
    """A class derived from Decimal, with an operator of its own."""

    def __str__(self) -> str:
        raise AssertionError("code of the program ran")


VARIABLES: dict[str, Any] = {
    "Decimal": Decimal,
    "a": Decimal("12.345"),
    "b": Decimal("-7"),
    "c": Decimal("1E+3"),
    "third": Decimal(1) / Decimal(3),
    "zero": Decimal(0),
    "minus_zero": Decimal("-0.00"),
    "long": Decimal("1234567890123456789012345678901234567890.123456789"),
    "tiny": Decimal("1E-999990"),
    "great": Decimal("9.99E+999990"),
    "inf": Decimal("Infinity"),
    "ninf": Decimal("-Infinity"),
    "nan": Decimal("NaN12"),
    "snan": Decimal("sNaN"),
    "money": Money("3.50"),
    "prices": [Decimal("1.10"), Decimal("2.20"), Decimal("3.3")],
    "table": {Decimal("1.5"): "one and a half", 2: "two"},
    "big": 10**40 + 7,
    "n": 3,
    "f": 0.1,
    "text": "  12_345.67e-3\n",
}

TABLE = r"""
Decimal('1.5'), Decimal('-1.5'), Decimal('+1.5'), Decimal('.5'), Decimal('5.'), Decimal('1e5'), Decimal('1E-5')
Decimal('0'), Decimal('-0'), Decimal('0.000'), Decimal('0E+5'), Decimal('000123'), Decimal('0.00012300')
Decimal('inf'), Decimal('-Infinity'), Decimal('nan'), Decimal('-NaN123'), Decimal('sNaN007')
Decimal(text), Decimal('1_000'), Decimal('١٢٣.٤')
Decimal('abc')
Decimal('')
Decimal('1e')
Decimal('1.2.3')
Decimal('1 2')
Decimal('--1')
Decimal('infin')
Decimal('e5')
Decimal('.')
Decimal()
Decimal(5), Decimal(-5), Decimal(big), Decimal(True), Decimal(a), Decimal(0.1), Decimal(-0.0), Decimal(1e300)
Decimal(5e-324), Decimal(1e22), Decimal(2.0**70), Decimal(123.5)
Decimal((0, (1, 2, 3), -2)), Decimal((1, (0,), 5)), Decimal([0, [1, 0], 1]), Decimal((0, (), 3))
Decimal((0, (1, 2)))
Decimal((2, (1,), 0))
Decimal((0, (10,), 0))
Decimal(None)
Decimal(value='2')
Decimal('1', '2', '3')
a + b, a - b, a * b, a / b, a // b, a % b, b + a, b - a, b / a, b // a, b % a
a + 1, 1 + a, a - 1, 1 - a, a * 2, 2 * a, a / 2, 2 / a, a // 2, 2 // a, a % 2, 2 % a
a + 0.5
0.5 * a
a + '1'
a + None
a | b
a << 1
a + True
third + third, third * 3, long + 1, long * long, long / 7, long // 7 if False else 0
long // Decimal('1E-20')
long % 7
c + third, c - c, zero - zero, minus_zero + minus_zero, minus_zero - zero
tiny * tiny == 0 if False else 0
great * great
tiny + great, great - tiny, great + 1, 1 - great, 1 + tiny
c * c, c / 3, 3 / c, c // 3, c % 7
a / 0
zero / 0
a // 0
a % 0
zero % 0
inf + 1, 1 - inf, inf * -2, inf / 3, 3 / inf, -3 / inf, inf // 2, 3 // inf, 3 % inf, inf + inf
inf - inf
inf * 0
inf / inf
inf % 2
nan + 1, 1 + nan, nan * inf, nan / 0, -nan, abs(nan), +nan
snan + 1
-snan
a ** 2, a ** 3, a ** 0, a ** 1, a ** -1, a ** -3, b ** 3, b ** 2, c ** 5, third ** 10, Decimal(2) ** 100
Decimal(2) ** 1000, Decimal('1.1') ** 500, Decimal('0.5') ** 40, Decimal('-1.000') ** 3, Decimal(1) ** -5
Decimal('1.00') ** 20, Decimal('1.0') ** 2, Decimal(10) ** 3, Decimal(10) ** -3
2 ** Decimal(3), Decimal(2) ** Decimal('3.00'), Decimal(2) ** Decimal('1E+1')
zero ** 0
zero ** 3, zero ** -3, minus_zero ** 3, inf ** 2, inf ** -2, ninf ** 3, ninf ** 0
-a, +a, -zero, +minus_zero, -minus_zero, -long, +long, abs(b), abs(minus_zero), abs(long)
~a
a == b, a != b, a < b, a <= b, a > b, a >= b
a == Decimal('12.3450'), a == 12, 12 < a < 13, a == 12.345, Decimal('0.5') == 0.5, 0.5 == Decimal('0.50')
zero == minus_zero, zero == 0, zero == 0.0, zero == False, zero == '', zero is None, zero == None
f == Decimal('0.1'), f > Decimal('0.1'), f < Decimal('0.1'), Decimal(f) == f
big == Decimal(big), big < Decimal(big) + 1, Decimal('1E+40') < big
great > 10**300, tiny < 5e-324, tiny > 0, great > 1e308
inf > 10**300, inf == float('inf'), ninf < 0, inf == inf, nan == nan, nan != nan, nan == 1
a < nan
nan < 1
a < float('nan')
snan == 1
a < 'x'
a < None
a == '12.345'
1 < a and a < 20
a in [1, Decimal('12.345')], a in (1, 2)
table[Decimal('1.50')], table[1.5], table[Decimal(2)], table.get(a)
table[a]
{Decimal(1): 2}[1]
{1: 2}[Decimal('1.0')]
bool(a), bool(zero), bool(minus_zero), bool(nan), not zero
int(a), int(b), int(c), int(long), int(Decimal('-0.9')), int(Decimal('1E+20'))
int(inf)
int(nan)
float(a), float(third), float(long), float(inf), float(nan), float(tiny), float(great), float(Decimal('1E-320'))
float(snan)
round(a), round(b), round(Decimal('2.5')), round(Decimal('3.5')), round(Decimal('-2.5')), round(c), round(long)
round(a, 1), round(a, 2), round(a, -1), round(a, 0), round(Decimal('2.675'), 2), round(c, 2)
round(inf)
round(nan)
round(long, 2)
round(a, 1.5)
sum(prices), sum(prices, zero), max(prices), min(prices), sorted(prices), max(prices) - min(prices)
any(p > 3 for p in prices), [p * 2 for p in prices], len([p for p in prices if p > 2])
divmod(a, 5)
a.is_nan(), nan.is_nan(), inf.is_infinite(), a.is_finite(), zero.is_zero(), minus_zero.is_signed(), snan.is_snan()
nan.is_qnan(), a.is_zero(), b.is_signed()
a.as_tuple() == (0, (1, 2, 3, 4, 5), -3), zero.as_tuple()[1], inf.as_tuple()[2], nan.as_tuple()[1:]
a.adjusted(), c.adjusted(), zero.adjusted(), Decimal('0E+5').adjusted(), inf.adjusted(), tiny.adjusted()
a.copy_abs(), b.copy_abs(), b.copy_negate(), snan.copy_negate(), b.conjugate()
a.normalize(), Decimal('120.00').normalize(), Decimal('1E+3').normalize(), minus_zero.normalize(), long.normalize()
a.to_integral_value(), Decimal('2.5').to_integral_value(), c.to_integral_value(), inf.to_integral_value(), b.to_integral()
Decimal('2.5').to_integral_value(rounding='ROUND_HALF_UP'), Decimal('-2.1').to_integral_value('ROUND_FLOOR')
a.quantize(Decimal('0.1')), a.quantize(Decimal('1')), a.quantize(Decimal('1E+1')), a.quantize(1), c.quantize(Decimal('.01'))
a.quantize(Decimal('.01'), 'ROUND_HALF_UP'), a.quantize(Decimal('.01'), rounding='ROUND_DOWN')
Decimal('7.325').quantize(Decimal('.01'), rounding='ROUND_UP'), Decimal('-7.325').quantize(Decimal('.01'), 'ROUND_CEILING')
Decimal('7.305').quantize(Decimal('.01'), rounding='ROUND_05UP'), Decimal('7.335').quantize(Decimal('.01'), 'ROUND_HALF_DOWN')
a.quantize(Decimal('1E-30'))
a.quantize(inf)
a.quantize(Decimal('.01'), 'ROUND_NONE')
inf.quantize(inf), nan.quantize(a), minus_zero.quantize(Decimal('.1'))
a.compare(b), b.compare(a), a.compare(a), a.compare(nan), a.compare(5)
a.real, a.imag, b.real
Decimal.from_float(0.1), Decimal.from_float(3)
str(a), str(b), str(c), str(third), str(zero), str(minus_zero), str(tiny), str(inf), str(nan), str(snan), str(ninf)
str(Decimal('0.0000001')), str(Decimal('0.000001')), str(Decimal('1E-7')), str(Decimal('0E-7')), str(Decimal('123E-10'))
repr(a), repr(c), repr(inf), [a, c], repr([a, c]), f'{a!r}'
f'{a}', f'{a:.1f}', f'{a:.2f}', f'{a:10.2f}|', f'{a:<10}|', f'{a:^11}|', f'{a:>+9.1f}', f'{a:010.1f}', f'{b: }'
f'{a:e}', f'{a:.2e}', f'{a:.0E}', f'{a:g}', f'{a:.2g}', f'{a:G}', f'{c:f}', f'{c:g}', f'{c}', f'{c:,}', f'{c:,f}'
f'{long:,.2f}', f'{long:030,.1f}', f'{long:e}', f'{long:.3g}', f'{a:%}', f'{a:.1%}', f'{third:.3%}'
f'{zero:.2f}', f'{minus_zero:.2f}', f'{minus_zero:z.1f}', f'{zero:e}', f'{zero:.3e}', f'{minus_zero:g}', f'{zero:%}'
f'{Decimal("1234567"):,}', f'{Decimal("1234567"):012,}', f'{Decimal("1234567"):013,}', f'{Decimal("123456"):09,}'
f'{inf:10}|', f'{nan:<10}|', f'{inf:010}|', f'{ninf:+f}', f'{inf:%}', f'{nan:.2f}', f'{inf:*^12}'
f'{tiny:e}', f'{great:.1e}', f'{Decimal("0.00001234"):f}', f'{Decimal("1E-10"):f}', f'{Decimal("0E-10"):f}'
f'{a:*=+12}', f'{a:é^12}', f'{a:.0f}', f'{Decimal("0.5"):.0f}', f'{Decimal("1.5"):.0f}', f'{Decimal("99.9"):.0e}'
f'{a:x}'
f'{a:#f}'
f'{a:<010}'
f'{a:.}'
format(a, '.1f'), '{:.2f}'.format(a), '%s' % a, '%.2f' % a
money + 1, money * 2, money > 3, money == Decimal('3.5'), -money
type(a), type(a + 1), isinstance(a, Decimal), isinstance(a * 2, Decimal)
hash(a), hash(b), hash(c), hash(third), hash(zero), hash(inf), hash(ninf), hash(Decimal(big)), hash(Decimal('-1'))
hash(Decimal('0.5')) == hash(0.5), hash(Decimal(5)) == hash(5)
hash(snan)
a.nothing
"""


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(VARIABLES)


@pytest.mark.parametrize("source", TABLE.strip().splitlines())
def test_an_expression_over_decimals_agrees_with_python(ground: Ground, source: str) -> None:
    assert ground.difference(source) is None


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Decimal(2) ** Decimal('0.5')", "powers"),
        ("tiny * tiny", "near to zero"),
        ("f'{great:f}'", "digits"),
        ("Decimal('1' * 2000)", "digits"),
        ("int(great)", "digits"),
    ],
)
def test_what_would_be_too_much_is_a_limit(ground: Ground, source: str, words: str) -> None:
    kind, fault, message = ground.ours(source)
    assert (kind, fault) == ("fault", "limit")
    assert words in message


def test_the_context_of_the_program_is_not_used(ground: Ground) -> None:
    with localcontext() as context:
        context.prec = 3
        assert ground.ours("third + 0")[1] == VARIABLES["third"]
    assert getcontext().prec == 28


# ---- Random values ----


def random_decimal(rng: random.Random) -> Decimal:
    digits = rng.choice([1, 2, 5, 9, 18, 19, 20, 27, 28, 29, 40, 60])
    coefficient = rng.choice([rng.randint(0, 10**digits), 10**digits - 1, 10**digits, 5 * 10**digits, 0])
    exponent = rng.choice([0, 0, -1, -2, -digits, rng.randint(-40, 20), rng.randint(-400, 400)])
    return Decimal((rng.randint(0, 1), tuple(map(int, str(coefficient))), exponent))


def random_operand(rng: random.Random) -> Any:
    return rng.choice(
        [
            random_decimal(rng),
            random_decimal(rng),
            random_decimal(rng),
            rng.randint(-100, 100),
            rng.randint(-(10**50), 10**50),
            rng.uniform(-1e3, 1e3),
            rng.choice([0, 1, 0.0, 1e300, 5e-324, Decimal("Infinity"), Decimal("NaN"), Decimal("-Infinity")]),
        ]
    )


BINARY = [
    "x + y",
    "x - y",
    "x * y",
    "x / y",
    "x // y",
    "x % y",
    "x == y",
    "x < y",
    "x >= y",
    "x.compare(y)",
    "x.quantize(y)",
]


def check(rng: random.Random, sources: list[str], rounds: int, operands: int) -> None:
    compiled = [extension.compile(source) for source in sources]
    for _ in range(rounds):
        first = random_decimal(rng)
        values = [first, random_operand(rng)] if operands == 2 else [first]
        rng.shuffle(values)
        ground = Ground(dict(zip("xy", values, strict=False)))
        for source, expression in zip(sources, compiled, strict=True):
            if not isinstance(values[0], Decimal) and source.startswith("x."):
                continue
            expected, got = ground.python(source), ground.ours(expression)
            assert agree(expected, got), f"{ground.variables} {source}: Python {expected}, ours {got}"


@pytest.mark.parametrize("seed", range(10))
def test_operators_on_random_decimals_agree(seed: int) -> None:
    check(random.Random(seed), BINARY, 400, 2)


UNARY = [
    "-x",
    "+x",
    "abs(x)",
    "not x",
    "hash(x)",
    "str(x)",
    "repr(x)",
    "float(x)",
    "int(x)",
    "round(x, 2) if abs(x) < 10**20 else 0",
    "x.normalize()",
    "x.adjusted()",
    "x.to_integral_value('ROUND_HALF_UP') if x.adjusted() < 60 else 0",
]


@pytest.mark.parametrize("seed", range(10))
def test_functions_of_random_decimals_agree(seed: int) -> None:
    check(random.Random(seed), UNARY, 200, 1)


@pytest.mark.parametrize("seed", range(10))
def test_powers_of_random_decimals_agree(seed: int) -> None:
    rng = random.Random(seed)
    check(rng, [f"x ** {rng.randint(-30, 30)}" for _ in range(6)], 100, 1)


def random_spec(rng: random.Random) -> str:
    spec = "".join(
        [
            rng.choice(["", "", "<", ">", "^", "=", "*<", "é^", "0>"]),
            rng.choice(["", "", "+", "-", " "]),
            rng.choice(["", "", "z"]),
            rng.choice(["", "", "", "#"]),
            rng.choice(["", "", "0"]),
            rng.choice(["", "", "5", "12", "40"]),
            rng.choice(["", "", ","]),
            rng.choice(["", "", ".0", ".1", ".3", ".10"]),
            rng.choice(["", "f", "F", "e", "E", "g", "G", "%", "f"]),
        ]
    )
    return spec.replace("z", "") if spec.endswith("F") else spec  # before 3.13 "F" forgets "z"


@pytest.mark.parametrize("seed", range(10))
def test_random_formats_of_decimals_agree(seed: int) -> None:
    rng = random.Random(seed)
    expression = extension.compile("f'{x:{y}}'")
    for _ in range(400):
        value = rng.choice(
            [random_decimal(rng), Decimal(rng.randint(-9999, 9999)) / 100, Decimal("-Infinity")]
        )
        ground = Ground({"x": value, "y": random_spec(rng)})
        expected, got = ground.python("f'{x:{y}}'"), ground.ours(expression)
        assert agree(expected, got), f"{ground.variables}: Python {expected}, ours {got}"
