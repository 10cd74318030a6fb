"""Functions at random that end, with statements and expressions of every kind, cut into lines at random places."""

from __future__ import annotations

import random

MOST_STATEMENTS = 8


def make(seed: int, filler: int, *, generator: bool = False) -> str:
    """The text of a function `f(n)`, behind `filler` lines that do not run; `g`, a function of a number, and `c`, a
    context manager, must be there.
    """
    maker = _Maker(seed, generator)
    maker.lines = ["def f(n):", "    t = k = 1"]
    if filler:
        maker.lines += ["    if n < 0:"] + [f"        t = k = {i}" for i in range(filler)]
    maker.block(1, 3, MOST_STATEMENTS)
    if generator:
        maker.lines.append("    yield t")
    maker.lines.append("    return t")
    return "\n".join(maker.lines) + "\n"


class _Maker:
    def __init__(self, seed: int, generator: bool) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.loops = 0  # around the statement
        self.generator = generator
        self.names = 0

    # ---- Expressions ----

    def cut(self) -> str:
        """A space, or the next line, inside brackets."""
        return "\n" + " " * self.random.randrange(3) if self.random.random() < 0.3 else " "

    def expression(self, depth: int = 2) -> str:
        if depth == 0:
            return self.random.choice(["n", "t", "k", "1", "2", "n", "t", "7", "g(n)", "g(t)"])
        a, b, d = (self.expression(depth - 1) for _ in range(3))
        cut, few = self.cut, self.random.randrange(4)
        return self.random.choice(
            [
                f"({a}{cut()}if {b} % 2{cut()}else {d})",
                f"({a}{cut()}and {b}{cut()}or{cut()}{d})",
                f"({a}{cut()}or {b})",
                f"({a}{cut()}+{cut()}{b}) % 11",
                f"g({cut()}{a}{cut()})",
                f"len([x{cut()}for x in range({few}){cut()}if x % 2{cut()}])",
                f"sum(x{cut()}for x in{cut()}range({few}))",
                f"(n{cut()}< {a}{cut()}< 9)",
                f"len({{x:{cut()}t for x in range(2){cut()}}})",
                f"(lambda:{cut()}{a})()",
                f"(not{cut()}{a})",
                "len(f'{n}{k}')",
                f"max({a},{cut()}{b},{cut()}key=abs)",
            ]
        )

    def condition(self) -> str:
        divisor, rest = self.random.choice([2, 3]), self.random.choice([0, 1])
        return f"({self.expression()}{self.cut()}% {divisor} == {rest})"

    # ---- Statements ----

    def put(self, indent: int, text: str) -> None:
        pad = "    " * indent
        first, *rest = text.split("\n")
        self.lines.append(pad + first)
        self.lines += [pad + "  " + line for line in rest]

    def block(self, indent: int, depth: int, count: int = 0) -> None:
        for _ in range(count or self.random.randrange(1, 4)):
            if depth and self.random.random() < 0.6:
                self.compound(indent, depth)
            else:
                self.simple(indent)

    def branch(self, indent: int, depth: int, head: str) -> None:
        self.put(indent, head)
        self.block(indent + 1, depth - 1)

    def loop(self, indent: int, depth: int, head: str) -> None:
        self.loops += 1
        self.branch(indent, depth, head)
        self.loops -= 1

    def name(self) -> str:
        self.names += 1
        return f"w{self.names}"

    def simple(self, indent: int) -> None:
        choice = self.random.choice
        statements = [
            f"t = {self.expression()}",
            f"t = {self.expression()}; k = {self.expression(1)}",
            f"g({self.expression()})",
            f"if {self.condition()}: raise {choice(['ValueError', 'KeyError'])}(n)",
            f"assert g({self.expression()}) < 9",
            f"for {self.name()} in range(3): t = {self.expression(1)}",
        ]
        if self.loops:
            statements.append(f"if {self.condition()}: {choice(['break', 'continue'])}")
        if self.generator:
            statements.append(f"t = ((yield{self.cut()}{self.expression()}) or 0)")
        elif self.random.random() < 0.3:
            statements.append(f"if {self.condition()}: return {self.expression()}")
        self.put(indent, choice(statements))

    def compound(self, indent: int, depth: int) -> None:
        kinds = [self.put_if, self.put_if, self.put_for, self.put_while, self.put_try, self.put_try]
        self.random.choice([*kinds, self.put_with, self.put_match])(indent, depth)

    def put_if(self, indent: int, depth: int) -> None:
        self.branch(indent, depth, f"if {self.condition()}:")
        if self.random.random() < 0.4:
            self.branch(indent, depth, f"elif {self.condition()}:")
        if self.random.random() < 0.5:
            self.branch(indent, depth, "else:")

    def put_for(self, indent: int, depth: int) -> None:
        few = self.random.randrange(4)
        self.loop(indent, depth, f"for {self.name()} in ({self.cut()}range({few}){self.cut()}):")
        if self.random.random() < 0.3:
            self.branch(indent, depth, "else:")

    def put_while(self, indent: int, depth: int) -> None:
        name = self.name()
        self.put(indent, f"{name} = {self.random.randrange(4)}")
        self.loop(indent, depth, f"while ({name}{self.cut()}> 0) and [{name} := {name} - 1]:")

    def put_try(self, indent: int, depth: int) -> None:
        self.branch(indent, depth, "try:")
        handled = self.random.random() < 0.7
        if handled:
            heads = ["except ValueError:", "except (ValueError, KeyError) as error:", "except Exception:"]
            self.branch(indent, depth, self.random.choice(heads))
            if self.random.random() < 0.3:
                self.branch(indent, depth, "else:")
        if not handled or self.random.random() < 0.5:
            loops, self.loops = self.loops, 0  # `continue` in a `finally` is warned of
            self.branch(indent, depth, "finally:")
            self.loops = loops

    def put_with(self, indent: int, depth: int) -> None:
        self.branch(indent, depth, f"with (c({self.expression(1)}){self.cut()}as h):")

    def put_match(self, indent: int, depth: int) -> None:
        self.put(indent, f"match {self.expression(1)}:")
        heads = [f"case {self.random.randrange(3)} | {self.random.randrange(3, 5)}:", "case int(x) if x > 3:", "case _:"]
        for head in heads:
            self.branch(indent + 1, depth, head)
