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
    "int": ["0", "1", "2", "-1", "7", "10", "255", "True", "2147483648", "9223372036854775808", "(-9223372036854775808)", "100000000000000000000", "97"],
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
        return self.pick(
            [
                f"({a} {self.pick(['+', '-', '*', '//', '%', '&', '|', '^'])} {b})",
                f"({a} {self.pick(['<<', '>>'])} {self.pick(SMALL)})",
                f"({self.of('int', 0)} ** {self.pick(SMALL)})",
                f"{self.pick(['-', '+', '~'])}{a}" if a[0] != "-" else f"-({a})",
                f"{self.pick(['abs', 'int', 'hash', 'bool', 'round'])}({a})",
                f"int({self.of('float', depth)})",
                f"round({self.of('float', depth)})",
                f"len({self.of(self.pick(['str', 'list', 'tuple', 'dict', 'set', 'bytes', 'any']), depth)})",
                f"sum({self.of('list', depth)})",
                f"({self.of('str', depth)}).{self.pick(STR_TO_INT)}",
                f"ord({self.of('str', depth)}[0])",
                f"({a}).bit_length()",
                f"divmod({a}, {b})[{self.pick(['0', '1'])}]",
                f"({self.of('list', depth)}).count({self.any(depth)})",
                f"({self.of('list', depth)})[{self.pick(SMALL)}]",
                f"({self.of('dict', depth)}).get({self.of('str', 0)}, {a})",
                f"int({self.of('str', 0)}, {self.pick(['10', '16', '2', '0'])})",
                f"({self.any(depth)} {self.pick(COMPARISONS)} {self.any(depth)})",
            ]
        )

    def real(self, depth: int) -> str:
        kind = self.pick(["float", "float", "int"])
        a, b = self.of("float", depth), self.of(kind, depth)
        return self.pick(
            [
                f"({a} {self.pick(['+', '-', '*', '/', '//', '%'])} {b})",
                f"({self.of('int', depth)} / {b})",
                f"({a} ** {self.pick(['2', '-1', '0', '3'])})",
                f"(abs({a}) ** 0.5)",
                f"-({a})",
                f"abs({a})",
                f"float({b})",
                f"float({self.of('str', 0)})",
                f"round({a}, {self.pick(['0', '1', '2', '-1', '5'])})",
                f"sum({self.of('list', depth)}, {a})",
                f"divmod({a}, {b})[{self.pick(['0', '1'])}]",
            ]
        )

    def text(self, depth: int) -> str:
        a, b = self.of("str", depth), self.of("str", depth)
        return self.pick(
            [
                f"({a} + {b})",
                f"({a} * {self.pick(SMALL)})",
                f"({a}).{self.pick(STR_TO_STR)}",
                f"({a})[{self.pick(SMALL)}]",
                f"({a})[{self.slice()}]",
                f"{self.pick(['str', 'repr', 'ascii'])}({self.any(depth)})",
                f"str({self.of('float', depth)})",
                f"repr({self.of(self.pick(['list', 'dict', 'tuple', 'str', 'bytes']), depth)})",
                f"{self.pick(['hex', 'bin', 'oct', 'chr'])}({self.of('int', depth)})",
                f"format({self.of(self.pick(['int', 'float', 'str']), depth)}, {self.pick(SPECS)!r})",
                f"({b}).join({self.of('list', depth)})",
                f"','.join([str(u) for u in {self.of('list', depth)}])",
                self.fstring(depth),
                self.fstring(depth),
                f"('%s|%r' % ({self.any(depth)}, {self.any(depth)}))",
                f"('{self.pick(['%d', '%5.2f', '%x', '%g', '%s', '%05d', '%-6s|'])}' % {self.of(self.pick(['int', 'float']), depth)})",
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
        return self.pick(
            [
                f"({a} + {b})",
                f"({a} * {self.pick(SMALL)})",
                f"({a})[{self.slice()}]",
                f"({self.of('str', depth)}).encode()",
                f"({a}).{self.pick(BYTES_TO_BYTES)}",
                f"bytes({self.of('list', depth)})",
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
        return self.pick(
            [
                f"[{self.any(depth)}, {self.any(depth)}]",
                f"[*{a}, {self.any(depth)}]",
                f"({a} + {b})",
                f"({a} * {self.pick(SMALL)})",
                f"({a})[{self.slice()}]",
                f"sorted({a})",
                f"sorted({a}, key={self.pick(['str', 'len', 'repr'])}, reverse={self.pick(['True', 'False'])})",
                f"sorted({self.of('set', depth)})",
                f"list({self.pick(['reversed', 'enumerate', 'list', 'tuple'])}({a}))",
                f"list(zip({a}, {self.of('str', depth)}))",
                f"({self.of('str', depth)}).{self.pick(STR_TO_LIST)}",
                f"list(range({self.pick(SMALL)}))",
                f"list(({self.of('dict', depth)}).{self.pick(['keys', 'values', 'items'])}())",
                f"[{self.comprehension(depth, lambda: self.any(depth))}]",
                f"[{self.comprehension(depth, lambda: self.any(depth))}]",
                f"list({self.comprehension(depth, lambda: self.any(depth))})",
            ]
        )

    def tuple(self, depth: int) -> str:
        a = self.of("tuple", depth)
        return self.pick(
            [
                f"({self.any(depth)}, {self.any(depth)})",
                f"({a} + {self.of('tuple', depth)})",
                f"tuple({self.of(self.pick(['list', 'str', 'tuple']), depth)})",
                f"({a})[{self.slice()}]",
                f"(*{a}, {self.any(depth)})",
                f"tuple({self.comprehension(depth, lambda: self.any(depth))})",
            ]
        )

    def dict(self, depth: int) -> str:
        key = self.of(self.pick(["str", "int", "tuple"]), depth)
        return self.pick(
            [
                f"{{{key}: {self.any(depth)}}}",
                f"{{**{self.of('dict', depth)}, {key}: {self.any(depth)}}}",
                f"dict({self.of('dict', depth)})",
                f"dict(a={self.any(depth)}, b=1)",
                f"dict(zip({self.of('str', depth)}, {self.of('list', depth)}))",
                f"({self.of('dict', depth)} | {{{key}: 1}})",
                f"{{{self.comprehension(depth, lambda: self.of('str', 0) + ': ' + self.any(depth))}}}",
            ]
        )

    def set(self, depth: int) -> str:
        a, b = self.of("set", depth), self.of("set", depth)
        return self.pick(
            [
                f"{{{self.of('int', depth)}, {self.of('str', depth)}}}",
                f"({a} {self.pick(['|', '&', '-', '^'])} {b})",
                f"set({self.of(self.pick(['list', 'str', 'tuple']), depth)})",
                f"frozenset({self.of('tuple', depth)})",
                f"({a}).{self.pick(['union', 'intersection', 'difference'])}({self.of('list', depth)})",
            ]
        )

    def boolean(self, depth: int) -> str:
        a, b = self.any(depth), self.any(depth)
        kind = self.pick(KINDS)
        return self.pick(
            [
                f"({a} {self.pick(COMPARISONS)} {b})",
                f"({self.of(kind, depth)} {self.pick(COMPARISONS[:6])} {self.of(kind, depth)})",
                f"({self.of('int', depth)} {self.pick(COMPARISONS[:6])} {self.of('float', depth)} {self.pick(COMPARISONS[:6])} {self.of('int', depth)})",
                f"({a} in {self.of(self.pick(['list', 'tuple', 'dict', 'set']), depth)})",
                f"(not {a})",
                f"{self.pick(['all', 'any', 'bool'])}({self.of('list', depth)})",
                f"{self.pick(['all', 'any'])}({self.comprehension(depth, lambda: self.any(depth))})",
                f"isinstance({a}, {self.pick(['int', 'str', '(int, float)', 'list', 'type(None)', 'Plain'])})",
                f"hasattr({a}, {self.pick(['number', 'real', 'nope', 'x'])!r})",
                f"(type({a}) is type({b}))",
                f"({self.of('str', depth)} in {self.of('str', depth)})",
                f"({self.of('set', depth)} {self.pick(COMPARISONS[:6])} {self.of('set', depth)})",
                f"({a} in {self.of('set', depth)})",
                f"({self.of('set', depth)}).{self.pick(['isdisjoint', 'issubset', 'issuperset'])}({self.of('list', depth)})",
            ]
        )
