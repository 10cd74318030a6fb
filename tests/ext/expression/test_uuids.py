"""Classes of the standard library that are written in Python read as people expect: UUID, Fraction, Path, Enum ..."""

from __future__ import annotations

import enum
import fractions
import ipaddress
import pathlib
import random
import sys
import uuid
from typing import Any

import pytest
from evaluated import Ground, agree, extension


class Color(enum.Enum):
    RED = 1
    GREEN = "green"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 3


class Kind(str, enum.Enum):
    A = "a"


class Word(enum.StrEnum):
    YES = "yes"


class Rights(enum.Flag):
    READ = 1
    WRITE = 2
    NONE = 0


class Loud(enum.Enum):
    ONE = 1

    def __str__(self) -> str:
        raise AssertionError("code of the program ran")

    def __hash__(self) -> int:
        raise AssertionError("code of the program ran")

    @property
    def label(self) -> str:
        raise AssertionError("code of the program ran")


class LoudUUID(uuid.UUID):
    def __str__(self) -> str:
        raise AssertionError("code of the program ran")

    def __eq__(self, other: object) -> bool:
        raise AssertionError("code of the program ran")

    __hash__ = None  # type: ignore[assignment]


FIRST = "12345678-1234-4678-9234-567812345678"
VARIABLES: dict[str, Any] = {
    "u": uuid.UUID(FIRST),
    "v": uuid.UUID(int=1),
    "same": uuid.UUID(FIRST),
    "loud_uuid": LoudUUID(FIRST),
    "table": {
        uuid.UUID(FIRST): 1,
        Color.RED: 2,
        fractions.Fraction(1, 2): 3,
        ipaddress.ip_address("10.0.0.1"): 4,
    },
    "third": fractions.Fraction(1, 3),
    "half": fractions.Fraction(1, 2),
    "whole": fractions.Fraction(-4),
    "wide": fractions.Fraction(10**40, 3),
    "nothing": fractions.Fraction(0),
    "red": Color.RED,
    "green": Color.GREEN,
    "Color": Color,
    "low": Level.LOW,
    "high": Level.HIGH,
    "kind": Kind.A,
    "word": Word.YES,
    "both": Rights.READ | Rights.WRITE,
    "read": Rights.READ,
    "none": Rights.NONE,
    "loud": Loud.ONE,
    "ip": ipaddress.ip_address("10.0.0.1"),
    "ip2": ipaddress.ip_address("192.168.1.200"),
    "six": ipaddress.ip_address("2001:db8::1:0:0:1"),
    "six2": ipaddress.ip_address("::"),
    "six3": ipaddress.ip_address("fe80::1%eth0"),
    "net": ipaddress.ip_network("10.1.0.0/16"),
    "net6": ipaddress.ip_network("2001:db8::/32"),
    "rel": pathlib.PurePosixPath("a", "b.tar.gz"),
    "abs": pathlib.PurePosixPath("/etc//./hosts/"),
    "path": pathlib.Path("/tmp") / "x'y.txt",
    "dot": pathlib.Path(),
    "root": pathlib.PurePosixPath("/"),
    "reset": pathlib.PurePosixPath("a", "/b", "c"),
    "double": pathlib.PurePosixPath("//a/b"),
    "triple": pathlib.PurePosixPath("///a/b"),
    "hidden": pathlib.PurePosixPath("x/.profile"),
    "windows": pathlib.PureWindowsPath("c:/x"),
}

TABLE = r"""
u.int, u.hex, u.urn, u.version, u.bytes, v.version, v.hex, v.int
str(u), repr(u), str(v), f'{u}', f'{u!r}', [u], f'{u!s:>40}'
u == same, u == v, u != v, u < v, v < u, u <= same, u == 1, u == 'x', u != None, u is u, u in [v, same]
u < 1
u < 'x'
table[u], table[same], table[red], table[half], table[0.5], table[ip]
table[v]
hash(u) == hash(same), hash(v), hash(u)
bool(u), not v
int(v)
str(third), str(whole), repr(third), repr(whole), str(wide), f'{half}', [half]
third.numerator, third.denominator, whole.numerator, whole.denominator
third == half, third < half, third > 0.3, third == 1/3, half == 0.5, 0.5 == half, half == 1, whole == -4, whole < 0
wide > 10**39, wide < 1e300, wide == wide, half < float('inf'), half == float('nan'), half > float('-inf')
third < 'x'
third == 'x', third != None
hash(third), hash(half), hash(whole), hash(half) == hash(0.5)
bool(nothing), bool(third), not nothing
red.name, red.value, green.name, green.value, low.name, low.value, kind.value, word.value, read.name
str(red), repr(red), str(green), repr(green), f'{red}', f'{red!r}', [red], {red: 1}
str(low), repr(low), f'{low}', str(kind), repr(kind), f'{kind}', str(word), repr(word), f'{word}'
str(read), repr(read), str(both), repr(both), bool(none), bool(both), not none
red == red, red == green, red != green, red is red, red == 1, low == 1, low < high, kind == 'a', word == 'yes'
red in (green, red), red in [1, 'red'], Color.RED is red, Color.GREEN == green
hash(red), hash(low), hash(kind), hash(word), hash(loud.value)
loud.name, loud.value, repr(loud), loud == loud, loud is loud
str(ip), repr(ip), str(ip2), str(six), repr(six), str(six2), str(six3), f'{ip}', [ip]
str(net), repr(net), str(net6), net.prefixlen
ip == ip, ip == ip2, ip < ip2, ip != six, ip == six, ip == '10.0.0.1', six < six2
ip < six
hash(ip), hash(ip2)
str(rel), repr(rel), str(abs), str(path), repr(path), str(dot), str(root), str(reset), str(double), str(triple)
f'{rel}', [rel]
rel.name, rel.stem, rel.suffix, abs.name, path.suffix, dot.name, root.name, hidden.suffix, hidden.stem, reset.name
rel == rel, rel == abs, rel < abs, abs < rel, rel == 'a/b.tar.gz', rel != None
"""


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(VARIABLES)


@pytest.mark.parametrize("source", TABLE.strip().splitlines())
def test_an_expression_agrees_with_python(ground: Ground, source: str) -> None:
    ours = ground.ours(source)  # before Python fills caches of its own
    expected = ground.python(source)
    assert agree(expected, ours), f"{source}: Python {expected}, ours {ours}"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the hash is made of parts before")
def test_the_hash_of_a_path_is_that_of_its_text(ground: Ground) -> None:
    assert ground.difference("hash(rel), hash(abs), hash(root)") is None


@pytest.mark.parametrize(
    "source", ["loud.label", "loud_uuid == u", "u == loud_uuid", "{loud_uuid: 1}", "{loud: 1}"]
)
def test_what_the_program_wrote_itself_does_not_run(ground: Ground, source: str) -> None:
    assert ground.ours(source)[:2] in [("fault", "unsafe"), ("fault", "TypeError")]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("str(loud)", "<Loud.ONE: 1>"),
        ("f'{loud}'", "<Loud.ONE: 1>"),
        ("str(loud_uuid)", f"LoudUUID('{FIRST}')"),
    ],
)
def test_a_text_of_the_programs_own_is_not_made(ground: Ground, source: str, text: str) -> None:
    assert ground.ours(source) == ("value", text)


def random_path(rng: random.Random) -> pathlib.PurePosixPath:
    pieces = ["a", "b.c", "..", ".", "/", "/x", "//y", "///z", "", "d/e//f/", ".hid", "x.tar.gz", "é", "..."]
    return pathlib.PurePosixPath(*(rng.choice(pieces) for _ in range(rng.randint(0, 5))))


def test_the_text_of_random_paths_is_that_of_pathlib() -> None:
    rng = random.Random(11)
    sources = ["f'{x}'", "x.name", "x.stem", "x.suffix", "x == y"]
    compiled = [extension.compile(source) for source in sources]
    for _ in range(1500):
        ground = Ground({"x": random_path(rng), "y": random_path(rng)})
        for source, expression in zip(sources, compiled, strict=True):
            got = ground.ours(expression)
            expected = ground.python(source)
            assert agree(expected, got), f"{ground.variables} {source}: Python {expected}, ours {got}"


def test_the_text_of_random_addresses_is_that_of_ipaddress() -> None:
    rng = random.Random(12)
    expression = extension.compile("f'{x}'")
    for _ in range(1500):
        bits = sum(rng.choice([0, 0, rng.getrandbits(16)]) << 16 * i for i in range(8))
        for address in (ipaddress.IPv6Address(bits), ipaddress.IPv4Address(bits & 0xFFFFFFFF)):
            assert Ground({"x": address}).ours(expression) == ("value", str(address))
