"""What an expression reads, looked up in a stored snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stroboscope.cli.check_parts import Read
from stroboscope.cli.values import variables_of

JsonObject = dict[str, Any]

_NAMES_MAX = 12


@dataclass(frozen=True)
class Found:
    """Where a variable or attribute stands in the snapshot, or what there is instead of it."""

    read: Read
    ref: int | None
    """Position in the snapshot's values; None: it is not there."""
    problem: str = ""

    def as_json(self, values: list[Any]) -> JsonObject:
        """The value as in docs/snapshot-format.md; its refs are positions in the snapshot's `values`."""
        if self.ref is None:
            return {"read": self.read.path, "found": False, "message": self.problem}
        return {"read": self.read.path, "found": True, "value": values[self.ref]}


class SnapshotNames:
    """The variables of the frame that was hit."""

    def __init__(self, body: JsonObject) -> None:
        frames = body.get("frames")
        frame = frames[0] if isinstance(frames, list) and frames and isinstance(frames[0], dict) else {}
        values = body.get("values")
        self.values: list[Any] = values if isinstance(values, list) else []
        self._function = str(frame.get("function") or "the frame that was hit")
        self._variables = {name: ref for name, ref in variables_of(frame) if 0 <= ref < len(self.values)}

    def find(self, read: Read) -> Found:
        """Follow the attributes of `read` as far as the snapshot goes."""
        if read.name not in self._variables:
            there = _list(self._variables)
            return Found(
                read,
                None,
                f"no variable of {self._function}; globals are not captured. Variables: {there}",
            )
        ref = self._variables[read.name]
        path = read.name
        for attribute in read.attributes:
            value = self.values[ref] if isinstance(self.values[ref], dict) else {}
            fields = _fields(value, len(self.values))
            if attribute not in fields:
                return Found(read, None, _absent(path, attribute, value, fields))
            ref = fields[attribute]
            path += f".{attribute}"
        return Found(read, ref)


def _fields(value: JsonObject, count: int) -> dict[str, int]:
    rows = value.get("fields")
    return {
        str(pair[0]): pair[1]
        for pair in (rows if isinstance(rows, list) else [])
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], int) and 0 <= pair[1] < count
    }


def _absent(path: str, attribute: str, value: JsonObject, fields: dict[str, int]) -> str:
    kind = str(value.get("type") or "?")
    cut = str(value.get("cut") or "")
    if cut.startswith("redacted"):
        return (
            f"{path} is redacted ({value.get('rule') or cut.partition(':')[2]}); nothing of it was captured"
        )
    if cut and not fields:
        return f"{path} ({kind}) was not captured so deep: {cut}"
    if not fields:
        return f"{path} was a {kind}, without fields of its own"
    more = "; the snapshot left some out" if cut else ""
    return f"{path} ({kind}) has no field {attribute!r} stored. Fields: {_list(fields)}{more}"


def _list(names: dict[str, int]) -> str:
    shown = list(names)[:_NAMES_MAX]
    rest = len(names) - len(shown)
    return (", ".join(shown) or "none") + (f" and {rest} more" if rest else "")
