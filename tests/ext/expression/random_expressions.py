"""Random expressions over built_in_data.variables(): mostly well typed, small, sometimes wrong on purpose."""

from __future__ import annotations

import random
from collections.abc import Callable

# Names of variables by the kind of their value; the rest of the grammar is below.
NAMES = {
    "int": [
        "n",
        "m",
        "zero",
        "one",
        "big",
        "neg",
        "i64",
        "mini",
        "t",
        "fa",
        "plain.number",
        "order.id",
        "slots.a",
    ],
    "float": ["f", "g", "nan", "inf", "negzero", "tiny", "huge", "order.total"],
    "str": ["s", "words", "e", "wide", "surrogate", "quote", "lines", "padded", "blank", "plain.name"],
    "bytes": ["b", "raw", "ba"],
    "list": ["lst", "empty", "mixed", "nested", "floats", "strings", "records", "order.items"],
    "tuple": ["tup", "pair", "point"],
    "dict": ["d", "odd", "deep", "edict"],
    "set": ["st", "st2", "fs"],
    "any": ["none", "r", "r2", "t", "fa", "..."],
}
CONSTANTS = {
    "int": [
        "0",
        "1",
        "2",
        "-1",
        "7",
        "10",
        "255",
        "True",
        "2147483648",
        "9223372036854775808",
        "(-9223372036854775808)",
        "100000000000000000000",
        "97",
    ],
    "float": ["0.5", "-0.0", "1.5", "1e10", "1e16", "1e-5", "2.0", "1e300", "3.14159"],
    "str": [
        "''",
        "'a'",
        "'abc'",
        "'\u00e9'",
        "'%s'",
        "' x '",
        "'12'",
        "'-1.5'",
        "'\U0001f600'",
        "'a,b,c'",
        "'\\n'",
        "'Ab'",
    ],
    "bytes": ["b''", "b'a'", "b'xyz'", "b'\\xff'", "b'12'"],
    "list": ["[]", "[1, 2, 3]", "['a', 'b']", "[[1], [2, 3]]", "[0, 1.5, True]"],
    "tuple": ["()", "(1,)", "('a', 1)", "(1, 2, 3)"],
    "dict": ["{}", "{'a': 1}", "{1: 2, 'x': [1]}"],
    "set": ["{1, 2}", "{'x'}", "frozenset()", "set()"],
    "any": ["None", "...", "range(3)", "range(5, 0, -2)"],
}
KINDS = [kind for kind in NAMES if kind != "set"]
"""Kinds that anything may be made of: a set that an expression makes has an order of its own when written."""
SMALL = ["0", "1", "2", "3", "-1", "-2", "n", "len(lst)", "True"]
SPECS = [
    "",
    "5",
    "<6",
    ">6",
    "^7",
    "05",
    "+",
    "x",
    "#x",
    "b",
    ",",
    ".2f",
    ".3g",
    "e",
    "%",
    "d",
    "s",
    "_",
    "c",
    "*^9",
    "08.3f",
    "n",
]
COMPARISONS = ["==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not"]
BYTES_TO_BYTES = ["upper()", "lower()", "strip()", "replace(b'x', b'yy')"]
STR_TO_STR = [
    "upper()",
    "lower()",
    "strip()",
    "title()",
    "capitalize()",
    "swapcase()",
    "casefold()",
    "lstrip('a')",
    "rstrip()",
    "replace('a', 'bb')",
    "replace('', '-')",
    "center(8)",
    "ljust(5, '.')",
    "zfill(4)",
    "removeprefix('a')",
    "removesuffix('c')",
    "expandtabs(3)",
    "partition(' ')[0]",
]
STR_TO_LIST = [
    "split()",
    "split(' ')",
    "split('a', 1)",
    "rsplit(None, 1)",
    "splitlines()",
    "partition('a')",
    "rpartition('b')",
]
STR_TO_INT = [
    "find('a')",
    "rfind('b')",
    "count('a')",
    "count('')",
    "startswith('a')",
    "endswith('c')",
    "index('a')",
    "isdigit()",
    "isalpha()",
    "isalnum()",
    "isupper()",
    "islower()",
    "isspace()",
    "istitle()",
    "isidentifier()",
    "isprintable()",
    "isascii()",
]


class Grammar:
    """Makes expressions from a random source: the same seed gives the same expressions on every version."""

    names = NAMES
    constants = CONSTANTS

    def __init__(self, source: random.Random) -> None:
        self.random = source
        self.scope: list[str] = []

    def pick(self, items: list[str]) -> str:
        return self.random.choice(items)

    def one_of(self, makers: list[Callable[[], str]]) -> str:
        """What one of them makes; the others are not asked."""
        return self.random.choice(makers)()

    def expression(self, depth: int | None = None) -> str:
        self.scope = []
        return self.any(self.random.randint(1, 4) if depth is None else depth)

    def any(self, depth: int) -> str:
        return self.of(self.pick(KINDS), depth)

    def of(self, kind: str, depth: int) -> str:
        """An expression of about this kind: one in twenty is of another."""
        if self.random.random() < 0.05:
            kind = self.pick(KINDS)
        if depth <= 0 or self.random.random() < 0.15:
            return self.leaf(kind)
        if self.random.random() < 0.12:
            return self.general(kind, depth - 1)
        makers: dict[str, Callable[[int], str]] = {
            "int": self.integer,
            "float": self.real,
            "str": self.text,
            "bytes": self.bytes,
            "list": self.list,
            "tuple": self.tuple,
            "dict": self.dict,
            "set": self.set,
            "any": self.boolean,
        }
        return makers[kind](depth - 1)

    def leaf(self, kind: str) -> str:
        if self.scope and self.random.random() < 0.5:
            return self.pick(self.scope)
        return self.pick(self.names[kind] if self.random.random() < 0.6 else self.constants[kind])

    def general(self, kind: str, depth: int) -> str:
        """What any kind of expression can be."""
        choice = self.random.randrange(6)
        if choice == 0:
            return f"({self.of(kind, depth)} if {self.any(depth)} else {self.of(kind, depth)})"
        if choice == 1:
            return f"({self.any(depth)} {self.pick(['and', 'or'])} {self.of(kind, depth)})"
        if choice == 2:
            return f"[{self.of(kind, depth)}, {self.any(depth)}][{self.pick(['0', '-2', '0', '1'])}]"
        if choice == 3:
            return f"{{'k': {self.of(kind, depth)}}}['k']"
        if choice == 4 and kind in ("int", "float", "str"):
            return f"{self.pick(['max', 'min'])}({self.of(kind, depth)}, {self.of(kind, depth)})"
        return f"({self.of(kind, depth)})"

    def integer(self, depth: int) -> str:
        a, b = self.of("int", depth), self.of("int", depth)
        return self.one_of(
            [
                lambda: f"({a} {self.pick(['+', '-', '*', '//', '%', '&', '|', '^'])} {b})",
                lambda: f"({a} {self.pick(['<<', '>>'])} {self.pick(SMALL)})",
                lambda: f"({self.of('int', 0)} ** {self.pick(SMALL)})",
                lambda: f"{self.pick(['-', '+', '~'])}{a}" if a[0] != "-" else f"-({a})",
                lambda: f"{self.pick(['abs', 'int', 'hash', 'bool', 'round'])}({a})",
                lambda: f"int({self.of('float', depth)})",
                lambda: f"round({self.of('float', depth)})",
                lambda: (
                    f"len({self.of(self.pick(['str', 'list', 'tuple', 'dict', 'set', 'bytes', 'any']), depth)})"
                ),
                lambda: f"sum({self.of('list', depth)})",
                lambda: f"({self.of('str', depth)}).{self.pick(STR_TO_INT)}",
                lambda: f"ord({self.of('str', depth)}[0])",
                lambda: f"({a}).bit_length()",
                lambda: f"divmod({a}, {b})[{self.pick(['0', '1'])}]",
                lambda: f"({self.of('list', depth)}).count({self.any(depth)})",
                lambda: f"({self.of('list', depth)})[{self.pick(SMALL)}]",
                lambda: f"({self.of('dict', depth)}).get({self.of('str', 0)}, {a})",
                lambda: f"int({self.of('str', 0)}, {self.pick(['10', '16', '2', '0'])})",
                lambda: f"({self.any(depth)} {self.pick(COMPARISONS)} {self.any(depth)})",
            ]
        )

    def real(self, depth: int) -> str:
        kind = self.pick(["float", "float", "int"])
        a, b = self.of("float", depth), self.of(kind, depth)
        return self.one_of(
            [
                lambda: f"({a} {self.pick(['+', '-', '*', '/', '//', '%'])} {b})",
                lambda: f"({self.of('int', depth)} / {b})",
                lambda: f"({a} ** {self.pick(['2', '-1', '0', '3'])})",
                lambda: f"(abs({a}) ** 0.5)",
                lambda: f"-({a})",
                lambda: f"abs({a})",
                lambda: f"float({b})",
                lambda: f"float({self.of('str', 0)})",
                lambda: f"round({a}, {self.pick(['0', '1', '2', '-1', '5'])})",
                lambda: f"sum({self.of('list', depth)}, {a})",
                lambda: f"divmod({a}, {b})[{self.pick(['0', '1'])}]",
            ]
        )

    def text(self, depth: int) -> str:
        a, b = self.of("str", depth), self.of("str", depth)
        return self.one_of(
            [
                lambda: f"({a} + {b})",
                lambda: f"({a} * {self.pick(SMALL)})",
                lambda: f"({a}).{self.pick(STR_TO_STR)}",
                lambda: f"({a})[{self.pick(SMALL)}]",
                lambda: f"({a})[{self.slice()}]",
                lambda: f"{self.pick(['str', 'repr', 'ascii'])}({self.any(depth)})",
                lambda: f"str({self.of('float', depth)})",
                lambda: f"repr({self.of(self.pick(['list', 'dict', 'tuple', 'str', 'bytes']), depth)})",
                lambda: f"{self.pick(['hex', 'bin', 'oct', 'chr'])}({self.of('int', depth)})",
                lambda: f"format({self.of(self.pick(['int', 'float', 'str']), depth)}, {self.pick(SPECS)!r})",
                lambda: f"({b}).join({self.of('list', depth)})",
                lambda: f"','.join([str(u) for u in {self.of('list', depth)}])",
                lambda: self.fstring(depth),
                lambda: self.fstring(depth),
                lambda: f"('%s|%r' % ({self.any(depth)}, {self.any(depth)}))",
                lambda: (
                    f"('{self.pick(['%d', '%5.2f', '%x', '%g', '%s', '%05d', '%-6s|'])}' % {self.of(self.pick(['int', 'float']), depth)})"
                ),
            ]
        )

    def fstring(self, depth: int) -> str:
        inner = self.of(self.pick(["int", "float", "str", "any", "list"]), depth)
        if any(character in inner for character in "\\\"'{}#!:") or "==" in inner:
            inner = self.pick(["n", "f", "s", "lst", "tup", "none", "big", "e", "nan"])
        return f'f"<{{{inner}{self.pick(["", "!r", "!s", "!a", ""])}:{self.pick(SPECS)}}}>"'

    def slice(self) -> str:
        parts = [self.pick(["", "0", "1", "-1", "2", "n"]) for _ in range(2)]
        return ":".join(parts) + self.pick(["", "", ":2", ":-1", ":-2"])

    def bytes(self, depth: int) -> str:
        a, b = self.of("bytes", depth), self.of("bytes", depth)
        return self.one_of(
            [
                lambda: f"({a} + {b})",
                lambda: f"({a} * {self.pick(SMALL)})",
                lambda: f"({a})[{self.slice()}]",
                lambda: f"({self.of('str', depth)}).encode()",
                lambda: f"({a}).{self.pick(BYTES_TO_BYTES)}",
                lambda: f"bytes({self.of('list', depth)})",
            ]
        )

    def comprehension(self, depth: int, element: Callable[[], str]) -> str:
        """`for x in ... if ...` after an element that may use x."""
        name = self.pick(["x", "y", "z", "n"])
        source = self.of(self.pick(["list", "tuple", "list", "str"]), depth)
        self.scope.append(name)
        inner = element()
        condition = f" if {self.any(depth)}" if self.random.random() < 0.5 else ""
        second = ""
        if self.random.random() < 0.2:
            second = f" for w in {self.of('list', 0)}"
        self.scope.pop()
        return f"{inner} for {name} in {source}{second}{condition}"

    def list(self, depth: int) -> str:
        a, b = self.of("list", depth), self.of("list", depth)
        return self.one_of(
            [
                lambda: f"[{self.any(depth)}, {self.any(depth)}]",
                lambda: f"[*{a}, {self.any(depth)}]",
                lambda: f"({a} + {b})",
                lambda: f"({a} * {self.pick(SMALL)})",
                lambda: f"({a})[{self.slice()}]",
                lambda: f"sorted({a})",
                lambda: (
                    f"sorted({a}, key={self.pick(['str', 'len', 'repr'])}, reverse={self.pick(['True', 'False'])})"
                ),
                lambda: f"sorted({self.of('set', depth)})",
                lambda: f"list({self.pick(['reversed', 'enumerate', 'list', 'tuple'])}({a}))",
                lambda: f"list(zip({a}, {self.of('str', depth)}))",
                lambda: f"({self.of('str', depth)}).{self.pick(STR_TO_LIST)}",
                lambda: f"list(range({self.pick(SMALL)}))",
                lambda: f"list(({self.of('dict', depth)}).{self.pick(['keys', 'values', 'items'])}())",
                lambda: f"[{self.comprehension(depth, lambda: self.any(depth))}]",
                lambda: f"[{self.comprehension(depth, lambda: self.any(depth))}]",
                lambda: f"list({self.comprehension(depth, lambda: self.any(depth))})",
            ]
        )

    def tuple(self, depth: int) -> str:
        a = self.of("tuple", depth)
        return self.one_of(
            [
                lambda: f"({self.any(depth)}, {self.any(depth)})",
                lambda: f"({a} + {self.of('tuple', depth)})",
                lambda: f"tuple({self.of(self.pick(['list', 'str', 'tuple']), depth)})",
                lambda: f"({a})[{self.slice()}]",
                lambda: f"(*{a}, {self.any(depth)})",
                lambda: f"tuple({self.comprehension(depth, lambda: self.any(depth))})",
            ]
        )

    def dict(self, depth: int) -> str:
        key = self.of(self.pick(["str", "int", "tuple"]), depth)
        return self.one_of(
            [
                lambda: f"{{{key}: {self.any(depth)}}}",
                lambda: f"{{**{self.of('dict', depth)}, {key}: {self.any(depth)}}}",
                lambda: f"dict({self.of('dict', depth)})",
                lambda: f"dict(a={self.any(depth)}, b=1)",
                lambda: f"dict(zip({self.of('str', depth)}, {self.of('list', depth)}))",
                lambda: f"({self.of('dict', depth)} | {{{key}: 1}})",
                lambda: (
                    f"{{{self.comprehension(depth, lambda: self.of('str', 0) + ': ' + self.any(depth))}}}"
                ),
            ]
        )

    def set(self, depth: int) -> str:
        a, b = self.of("set", depth), self.of("set", depth)
        return self.one_of(
            [
                lambda: f"{{{self.of('int', depth)}, {self.of('str', depth)}}}",
                lambda: f"({a} {self.pick(['|', '&', '-', '^'])} {b})",
                lambda: f"set({self.of(self.pick(['list', 'str', 'tuple']), depth)})",
                lambda: f"frozenset({self.of('tuple', depth)})",
                lambda: (
                    f"({a}).{self.pick(['union', 'intersection', 'difference'])}({self.of('list', depth)})"
                ),
            ]
        )

    def boolean(self, depth: int) -> str:
        a, b = self.any(depth), self.any(depth)
        kind = self.pick(KINDS)
        return self.one_of(
            [
                lambda: f"({a} {self.pick(COMPARISONS)} {b})",
                lambda: f"({self.of(kind, depth)} {self.pick(COMPARISONS[:6])} {self.of(kind, depth)})",
                lambda: (
                    f"({self.of('int', depth)} {self.pick(COMPARISONS[:6])} {self.of('float', depth)} {self.pick(COMPARISONS[:6])} {self.of('int', depth)})"
                ),
                lambda: f"({a} in {self.of(self.pick(['list', 'tuple', 'dict', 'set']), depth)})",
                lambda: f"(not {a})",
                lambda: f"{self.pick(['all', 'any', 'bool'])}({self.of('list', depth)})",
                lambda: f"{self.pick(['all', 'any'])}({self.comprehension(depth, lambda: self.any(depth))})",
                lambda: (
                    f"isinstance({a}, {self.pick(['int', 'str', '(int, float)', 'list', 'type(None)', 'Plain'])})"
                ),
                lambda: f"hasattr({a}, {self.pick(['number', 'real', 'nope', 'x'])!r})",
                lambda: f"(type({a}) is type({b}))",
                lambda: f"({self.of('str', depth)} in {self.of('str', depth)})",
                lambda: f"({self.of('set', depth)} {self.pick(COMPARISONS[:6])} {self.of('set', depth)})",
                lambda: f"({a} in {self.of('set', depth)})",
                lambda: (
                    f"({self.of('set', depth)}).{self.pick(['isdisjoint', 'issubset', 'issuperset'])}({self.of('list', depth)})"
                ),
            ]
        )
