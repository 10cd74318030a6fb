"""Numbers: random ones, and the hard ones, against CPython's own arithmetic, texts and hashes."""

from __future__ import annotations

import math
import random
import struct
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from evaluated import Ground, agree

SEED = 20261126

EDGES = [
    *(
        sign * (2**power + offset)
        for power in (0, 31, 32, 62, 63, 64, 1023, 1024)
        for offset in (-1, 0, 1)
        for sign in (1, -1)
    ),
    10**18,
    -(10**30),
    True,
    False,
]
REALS = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    0.1,
    1e-320,
    5e-324,
    1.7976931348623157e308,
    2.0**53,
    2.0**63,
    -(2.0**63),
    1e22,
    1e23,
]
STRANGE = [math.inf, -math.inf, math.nan]


def random_int(source: random.Random) -> int:
    kind = source.randrange(4)
    if kind == 0:
        return source.choice(EDGES)
    bits = source.choice((3, 16, 40, 64, 65, 200, 900))
    return source.getrandbits(bits) * source.choice((1, -1))


def random_real(source: random.Random) -> float:
    kind = source.randrange(4)
    if kind == 0:
        return source.choice(REALS + STRANGE)
    if kind == 1:
        return float(struct.unpack("d", source.randbytes(8))[0])
    return source.choice((1, -1)) * source.random() * 10.0 ** source.randrange(-20, 25)


def differences(sources: list[str], values: Iterator[dict[str, Any]]) -> list[str]:
    """Where we and Python differ on expressions over one set of values after the other."""
    ground = Ground(next(values))
    wrong = []
    for variables in values:
        ground.variables.update(variables)
        for source in sources:
            expected, got = ground.python(source), ground.ours(source)
            if not agree(expected, got):
                wrong.append(f"{source} with {variables}: Python {expected!r:.300}, ours {got!r:.300}")
    return wrong


def test_random_ints_of_any_size_are_calculated_as_in_python() -> None:
    source = random.Random(SEED)
    operators = ["+", "-", "*", "//", "%", "/", "&", "|", "^", "==", "!=", "<", "<=", ">", ">="]
    sources = [f"a {sign} b" for sign in operators]
    sources += [f"(a + 1) {sign} (b * 1)" for sign in operators]
    sources += [
        "divmod(a, b)",
        "-a",
        "+a",
        "~a",
        "abs(a)",
        "a << s",
        "a >> s",
        "a.bit_length()",
        "a.bit_count()",
    ]
    sources += [
        "str(a * b)",
        "hex(a)",
        "oct(a)",
        "bin(a - 1)",
        "a == a + 0",
        "hash(a * 3)",
        "float(b)",
        "round(a, -n)",
    ]
    sources += [
        "int(str(a))",
        "int(hex(a), 16)",
        "int(bin(a), 0)",
        "math.gcd(a, b)",
        "a ** n",
        "a * f",
        "f < a",
        "a == f",
    ]
    values = (
        {
            "a": random_int(source),
            "b": random_int(source),
            "s": source.choice((0, 1, 31, 32, 63, 64, 100)),
            "n": source.randrange(5),
            "f": random_real(source),
            "math": math,
        }
        for _ in range(250)
    )
    assert not differences(sources, values)


def test_an_int_divided_by_an_int_is_the_nearest_float() -> None:
    source = random.Random(SEED + 1)

    def pairs() -> Iterator[dict[str, Any]]:
        yield {"a": 1, "b": 1}
        for _ in range(1500):
            top, bottom = source.randrange(1, 2300), source.randrange(1, 2300)
            yield {"a": source.getrandbits(top) | 1 << top, "b": -(source.getrandbits(bottom) | 1)}
        for shift in range(1060, 1080):  # subnormal results, halfway between two of them
            yield {"a": 3, "b": 2**shift}
            yield {"a": 2**60 + 1, "b": 2 ** (shift + 60)}
        for tie in range(50):
            yield {"a": (2**53 + tie) * 2 + 1, "b": 2}
            yield {"a": ((2**53 + tie) * 2 + 1) * 2**200 + 1, "b": 2**200}

    assert not differences(["a / b", "b / a", "(a + 0) / (b + 0)"], pairs())


def test_floats_are_calculated_as_in_python() -> None:
    source = random.Random(SEED + 2)
    sources = [f"x {sign} y" for sign in ("+", "-", "*", "/", "//", "%", "==", "<", "<=")]
    sources += [
        "divmod(x, y)",
        "-x",
        "abs(x)",
        "x ** k",
        "x == k",
        "k < x",
        "x // k",
        "k % x",
        "x * k",
        "repr(x)",
        "str(x + y)",
    ]
    sources += [
        "int(x)",
        "round(x)",
        "round(x, k)",
        "x.is_integer()",
        "x.as_integer_ratio()",
        "x.hex()",
        "hash(x)",
    ]
    sources += [
        "float(repr(x))",
        "math.floor(x)",
        "math.ceil(x)",
        "math.trunc(x)",
        "math.isnan(x)",
        "math.isinf(x * y)",
    ]
    sources += [
        "math.isfinite(x)",
        "math.fabs(x)",
        "sum([x, y, 0.1, k, x])",
        "sum([0.1] * 10)",
        "max(x, y)",
        "min(k, x)",
    ]
    values = (
        {"x": random_real(source), "y": random_real(source), "k": source.randrange(-5, 20), "math": math}
        for _ in range(400)
    )
    wrong = [line for line in differences(sources, values) if not line.startswith("hash(x) with {'x': nan")]
    assert not wrong


@pytest.mark.parametrize("function", ["sqrt", "exp", "log", "log2", "log10", "sin", "cos", "tan"])
def test_functions_of_math_agree(function: str) -> None:
    source = random.Random(SEED + 3)
    values = ({"x": random_real(source), "a": random_int(source), "math": math} for _ in range(200))
    assert not differences([f"math.{function}(x)", f"math.{function}(a)"], values)


def test_logarithms_of_ints_that_no_float_holds() -> None:
    ground = Ground({"a": 10**600, "math": math})
    assert ground.ours("math.log10(a)")[0] == "value"
    assert ground.ours("math.log10(a)")[1] == pytest.approx(600, rel=1e-15)
    assert ground.ours("math.log(a, 10)")[1] == pytest.approx(600, rel=1e-15)


def test_a_float_is_rounded_as_its_exact_value_says() -> None:
    halves = [0.5, 1.5, 2.5, -2.5, 2.675, 1.005, 5.015, 1.15, 1.25, 1.35, 1e15 + 0.5, 0.05, 0.15, 0.25]
    ground = Ground({"x": 0.5, "n": 1})
    for value in halves:
        for places in range(-3, 18):
            ground.variables.update(x=value, n=places)
            assert agree(ground.python("round(x, n)"), ground.ours("round(x, n)")), (value, places)


DECIMALS = [
    "0", "-0", "+1", " 1.5\n", "1e3", "1E-3", "1_0.0_1", ".5", "5.", "1e400", "-1e400", "1e-400", "inf", "-Infinity",
    "nan", "iNF", "1.7976931348623158e308", "1.7976931348623159e308", "2.2250738585072011e-308", "4.9e-324", "2.4e-324",
    "2.5e-324", "9007199254740993", "9007199254740993.0000000000000000000000000001", "1" + "0" * 400, "0." + "0" * 400 + "1",
    "179769313486231580793728971405301e276", "\u0663.\u0665", "\u20031\u2003", "0.1" + "0" * 900 + "1", "1e99999999999999999",
    "0e99999999999999999", "1" * 1000, "." + "1" * 1000,
]  # fmt: skip
NO_DECIMALS = ["", " ", "_1", "1_", "1__0", "1_.0", "1._0", "1e_5", "1e5_", "e5", ".", "+", "--1", "1 2", "0x1p3", "1e", "in", "nano", "1,5", "\x00", "1\x00", "\ud800"]  # fmt: skip


@pytest.mark.parametrize("text", DECIMALS + NO_DECIMALS)
def test_float_reads_what_python_reads(text: str) -> None:
    ground = Ground({"text": text})
    assert agree(ground.python("float(text)"), ground.ours("float(text)")), ground.ours("float(text)")


def test_float_is_correctly_rounded() -> None:
    source = random.Random(SEED + 4)

    def texts() -> Iterator[dict[str, Any]]:
        yield {"text": "1"}
        for _ in range(2000):
            digits = "".join(source.choices("0123456789", k=source.choice((1, 5, 15, 17, 20, 40, 770, 800))))
            yield {
                "text": f"{digits}.{source.randrange(10**6)}e{source.randrange(-345, 310) - len(digits) // 2}"
            }
        for _ in range(300):  # exactly between two floats, and one digit beyond
            low = abs(struct.unpack("d", source.randbytes(8))[0])
            high = math.nextafter(low, math.inf)
            if math.isfinite(high) and low > 1e-290:
                top, bottom = low.as_integer_ratio()
                other, below = high.as_integer_ratio()
                scale = 2 * max(bottom, below)
                total = top * (scale // bottom) + other * (scale // below)
                power = scale.bit_length()
                digits = str(total * 5**power)
                if 2 * scale == 2**power and len(digits) < 760:
                    yield {"text": f"{digits}e-{power}"}
                    yield {"text": f"{digits}1e-{power + 1}"}

    assert not differences(["float(text)"], texts())


@pytest.mark.parametrize("base", [0, 2, 3, 8, 10, 16, 36, 1, 37, -1])
def test_int_reads_what_python_reads(base: int) -> None:
    texts = [
        "0",
        "-0",
        " 12 ",
        "1_000",
        "_1",
        "1_",
        "1__0",
        "0x1f",
        "0X_1F",
        "0b101",
        "0o17",
        "0b2",
        "0x",
        "007",
        "0_0",
        "zz",
    ]
    texts += [
        "1f",
        "+7",
        "- 7",
        "",
        "-",
        "\u0663\u0664",
        "1\u2003",
        "0" * 50,
        "9" * 300,
        "z" * 100,
        "1.0",
        "\ud800",
        "0x_",
        "00x1",
    ]
    ground = Ground({"text": "", "base": base})
    for text in texts:
        ground.variables["text"] = text
        for source in ("int(text, base)", "int(text)", "int(text.encode('utf-8', 'ignore'), base)"):
            assert agree(ground.python(source), ground.ours(source)), (source, text, ground.ours(source))


def test_powers_with_a_modulus_agree() -> None:
    source = random.Random(SEED + 5)
    values = (
        {"a": random_int(source), "b": source.randrange(-20, 400), "m": random_int(source)}
        for _ in range(200)
    )
    wrong = differences(["pow(a, b, m)"], values)
    assert not [line for line in wrong if "'limit'" not in line]


def test_ints_as_bytes_agree() -> None:
    source = random.Random(SEED + 6)
    sources = [
        f"a.to_bytes(size, '{order}', signed={signed})"
        for order in ("big", "little")
        for signed in (True, False)
    ]
    sources += [
        f"int.from_bytes(data, '{order}', signed={signed})"
        for order in ("big", "little")
        for signed in (True, False)
    ]
    sources += ["a.to_bytes(size, 'x')", "a.to_bytes(-1, 'big')"]
    values = (
        {
            "a": source.choice(
                (0, 1, -1, 127, 128, -128, -129, 255, 256, 2**63, -(2**63), source.getrandbits(99))
            ),
            "size": source.choice((0, 1, 2, 8, 9, 16)),
            "data": source.randbytes(source.randrange(20)),
        }
        for _ in range(150)
    )
    assert not differences(sources, values)


def test_hashes_are_those_of_python() -> None:
    source = random.Random(SEED + 7)
    size = 3 if sys.version_info >= (3, 12) else 0
    slices = [slice(1, None, 2), slice(None)][:size]
    values: list[Any] = [
        None,
        True,
        0,
        -1,
        "",
        "a",
        "\u00e9",
        "\U0001f600" * 9,
        b"",
        b"abc",
        (),
        (1,),
        ("a", (2.5, None)),
    ]
    values += [
        frozenset(),
        frozenset([1, 2, 3]),
        frozenset("abc"),
        range(10),
        range(0),
        range(5, 6, 3),
        int,
        len,
        1e300,
        ...,
    ]
    values += [
        *slices,
        *EDGES,
        *REALS,
        math.inf,
        -math.inf,
        object(),
        print,
        tuple(range(100)),
        frozenset(range(1000)),
    ]
    values += [random_int(source) for _ in range(50)] + [random_real(source) for _ in range(50)]
    values = [value for value in values if value == value]
    ground = Ground({"value": None})
    for value in values:
        ground.variables["value"] = value
        for expression in ("hash(value)", "hash((value, 1))", "hash(frozenset([value]))"):
            assert agree(ground.python(expression), ground.ours(expression)), (expression, value)
    for expression in (
        "hash(1 + 1)",
        "hash(2 ** 70)",
        "hash('a' + 'b')",
        "hash((1, 'a') + (2.5,))",
        "hash(frozenset([1, 'x']))",
    ):
        assert agree(ground.python(expression), ground.ours(expression)), expression


@pytest.mark.parametrize(
    "source", ["hash([])", "hash({})", "hash(set())", "hash(bytearray())", "{[]: 1}", "{1} | {()} | {({},)}"]
)
def test_what_changes_has_no_hash(source: str) -> None:
    ground = Ground({})
    assert ground.ours(source)[:2] == ("fault", "TypeError")
    assert agree(ground.python(source), ground.ours(source))


@pytest.mark.parametrize(
    "source",
    [
        "1 << 10**9",
        "10 ** 10**6",
        "(2 ** 4000) * (2 ** 4000)",
        "huge + 1",
        "huge * huge",
        "str(huge)",
        "2 ** huge",
        "1 << huge",
        "pow(3, 2 ** 4000, 2 ** 4000 - 1)",
    ],
)
def test_an_int_beyond_the_bound_is_refused_before_it_is_made(source: str) -> None:
    ground = Ground({"huge": 7**200_000})
    assert ground.ours(source)[:2] == ("fault", "limit")


def test_an_int_of_the_program_of_any_size_can_be_compared() -> None:
    huge = 7**20_000
    ground = Ground({"huge": huge, "other": huge + 1, "same": 7**20_000, "f": 1e300})
    for source in (
        "huge < other",
        "huge == same",
        "huge != other",
        "huge > 1",
        "-1 < huge",
        "huge > f",
        "huge > 2**100",
    ):
        assert ground.ours(source) == ("value", True), source
    assert ground.ours("hash(huge) == hash(same)") == ("value", True)
    assert ground.ours("{same: 'x'}[huge]") == ("value", "x")


def test_the_shortest_text_of_a_float_does_not_depend_on_the_locale() -> None:
    ground = Ground({"x": 1234.5})
    assert ground.ours("repr(x)") == ("value", "1234.5")
    assert ground.ours("float('1234.5') == x") == ("value", True)
