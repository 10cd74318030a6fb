"""The parts of an expression as the agent tells them, here or over the hub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

JsonObject = dict[str, Any]

_CALLS = ("function", "method")


@dataclass(frozen=True)
class Part:
    """One thing that an expression reads, calls or may not do. Lines and columns are 1-based."""

    kind: str
    name: str
    line: int
    column: int
    end_column: int
    message: str = ""
    instead: str = ""

    def as_json(self) -> JsonObject:
        """As in `checked` of the API: what is empty is left out."""
        row = {name: getattr(self, name) for name in ("kind", "name", "line", "column", "end_column")}
        return row | {name: text for name in ("message", "instead") if (text := getattr(self, name))}


@dataclass(frozen=True)
class Read:
    """A variable that is read, with the attributes that are read of it: `order`, `order.customer.tier`."""

    name: str
    attributes: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """As it is written."""
        return ".".join((self.name, *self.attributes))


def parts_of(rows: Iterable[JsonObject]) -> list[Part]:
    """Parts out of `check_part`s of the API, or findings of the extension, in the order of the text."""
    parts = [_part(row) for row in rows]
    return sorted(parts, key=lambda part: (part.line, part.column))


def _part(row: JsonObject) -> Part:
    line, column = _number(row, "line"), _number(row, "column")
    one_line = row.get("end_line", line) == line
    kind = str(row.get("kind") or "?")
    return Part(
        kind="call" if kind in _CALLS else kind,
        name=str(row.get("name") or ""),
        line=line,
        column=column,
        end_column=max(_number(row, "end_column"), column + 1) if one_line else column + 1,
        message=str(row.get("message") or ""),
        instead=str(row.get("instead") or row.get("suggestion") or ""),
    )


def _number(row: JsonObject, member: str) -> int:
    value = row.get(member)
    return value if isinstance(value, int) and value > 0 else 1


def reads_of(parts: list[Part]) -> list[Read]:
    """Every variable that is read and every attribute path of it, each once, in the order of the text."""
    return list(dict.fromkeys(_chains(parts)))


def _chains(parts: list[Part]) -> Iterator[Read]:
    chain: Read | None = None
    end = (0, 0)
    for part in parts:
        goes_on = (part.line, part.column) == (end[0], end[1] + 1)  # nothing but the dot between them
        if part.kind == "attribute" and chain is not None and goes_on:
            chain = Read(chain.name, (*chain.attributes, part.name))
        else:
            if chain is not None:
                yield chain
            chain = Read(part.name) if part.kind == "name" else None
        end = (part.line, part.end_column)
    if chain is not None:
        yield chain


def names_of(parts: list[Part], kind: str) -> list[str]:
    """The names of all parts of that kind, each once."""
    return list(dict.fromkeys(part.name for part in parts if part.kind == kind and part.name))
