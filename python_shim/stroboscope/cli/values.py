"""The value graph of a snapshot (docs/snapshot-format.md) as lines of a tree.

What fits on one line stands on one line; the rest opens as a tree. A container that was shown before is not
shown again but points to its first place: aliases and cycles show, the output is as small as the graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stroboscope.cli.terminal import Span, Terminal, columns, escape

_NESTING_MAX = 40
_INLINE_LEVELS = 3
_PIPE_COLUMNS = 100
_KEY_COLUMNS = 60
_QUIET_TYPES = frozenset(("int", "str", "bool", "NoneType", "float", "bytes", "complex", "ellipsis"))
_BRACKETS = {"list": "[]", "tuple": "()", "set": "{}", "dict": "{}"}
_EMPTY = {"list": "[]", "tuple": "()", "dict": "{}", "set": "set()", "frozenset": "frozenset()"}
_NUMBERS = frozenset(("int", "float", "complex", "bool", "NoneType"))
_REASONS = {
    "depth": "deeper than captured",
    "bytes": "the snapshot was full",
    "time": "the time for one snapshot was used up",
    "unreadable": "cannot be read without running code",
    "changed": "changed while it was read",
    "unbound": "not assigned",
}
_REDACTIONS = frozenset(("part of a secret", "too many secrets"))  # rules that are no words of a name

# The letters of `kinds` (docs/snapshot-format.md) and the head that a variable stands under.
_HEADS = {
    "p": "Arguments by position only",
    "a": "Arguments",
    "v": "Arguments",
    "k": "Arguments by keyword only",
    "w": "Arguments by keyword only",
    "l": "Locals",
    "h": "Locals",
    "n": "Names",
    "f": "From enclosing functions",
}
_STARS = {"v": "*", "w": "**"}

Value = dict[str, Any]


class ValueTree:
    """Prints the variables of one snapshot; remembers what was shown. `depth`: levels to open (None: all)."""

    def __init__(self, terminal: Terminal, values: object, depth: int | None = None) -> None:
        self._terminal = terminal
        self._values = values if isinstance(values, list) else []
        self._shown: dict[int, str] = {}
        self._depth = depth
        self._levels = _INLINE_LEVELS

    def print_variables(
        self, variables: list[tuple[str, int]], indent: str = "  ", deep: bool = True
    ) -> None:
        """Print `variables` (name, position in the graph). Not `deep`: one line each."""
        nesting = _NESTING_MAX if self._depth is None else min(self._depth, _NESTING_MAX)
        for name, ref in variables:
            self._print(name, " = ", ref, name, indent, indent, nesting if deep else 0)

    def print_watches(self, watches: object) -> None:
        """Print the watches of a snapshot: an expression with its value, or why it has none."""
        for watch in watches if isinstance(watches, list) else []:
            if not isinstance(watch, dict):
                continue
            expression = str(watch.get("expression", "?"))
            if isinstance(watch.get("value"), int):
                self.print_variables([(expression, watch["value"])])
            elif "text" in watch:
                self._terminal.line(
                    ("name", f"  {expression}"),
                    ("dim", " = "),
                    ("text", str(watch["text"])),
                    ("dim", f"  {watch.get('type')}, computed"),
                    wrap_prefix="    ",
                )
            elif watch.get("cut"):
                self._terminal.line(
                    ("name", f"  {expression}"),
                    ("cut", f"  redacted: {watch.get('rule')}"),
                    wrap_prefix="    ",
                )
            else:
                self._terminal.line(
                    ("name", f"  {expression}"),
                    ("cut", f"  not captured: {watch.get('error') or 'no reason given'}"),
                    wrap_prefix="    ",
                )

    def _print(
        self, label: str, relation: str, ref: int, path: str, prefix: str, below: str, nesting: int
    ) -> None:
        value = self._value(ref)
        head: list[Span] = [("dim", prefix), ("name", label), ("dim", relation)]
        children = list(self._children(value))
        seen_as = self._shown.get(ref) if children else None
        wrap = below + "    "
        if seen_as is not None:
            self._terminal.line(*head, *_type_of(value), ("dim", f" ↑ same as {seen_as}"), wrap_prefix=wrap)
            return
        if children:
            self._shown[ref] = path
        if self._depth is not None:
            self._levels = min(nesting, _INLINE_LEVELS)
        room = (self._terminal.width or _PIPE_COLUMNS) - columns(escape(prefix + label + relation))
        inline = self._inline(ref, room, 0)
        if inline is not None:
            self._terminal.line(*head, *inline, wrap_prefix=wrap)
            return
        folded: list[Span] = [("dim", " …")] if nesting <= 0 and self._depth is not None else []
        self._terminal.line(*head, *_header(value, len(children)), *folded, wrap_prefix=wrap)
        if nesting <= 0:
            return
        rest = _rest(value, len(children))
        for index, (child, child_relation, child_ref, step) in enumerate(children):
            is_last = index == len(children) - 1 and not rest
            self._print(
                child,
                child_relation,
                child_ref,
                path + step,
                below + ("└─ " if is_last else "├─ "),
                below + ("   " if is_last else "│  "),
                nesting - 1,
            )
        if rest:
            self._terminal.line(("dim", below + "└─ "), ("cut", rest), wrap_prefix=below + "   ")

    def _value(self, ref: object) -> Value:
        if isinstance(ref, int) and 0 <= ref < len(self._values) and isinstance(self._values[ref], dict):
            found: Value = self._values[ref]
            return found
        return {"cut": "missing from the snapshot"}

    def _children(self, value: Value) -> Iterator[tuple[str, str, int, str]]:
        """(label, relation, position, step of the path) of everything below `value`."""
        for index, ref in enumerate(_rows(value, "items")):
            if isinstance(ref, int):
                yield f"[{index}]", " ", ref, f"[{index}]"
        for pair in _rows(value, "entries"):
            if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], int):
                key = self._key(pair[0])
                yield key, ": ", pair[1], f"[{key}]"
        for pair in _rows(value, "fields"):
            if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], int):
                yield str(pair[0]), " = ", pair[1], f".{pair[0]}"

    def _key(self, ref: object) -> str:
        inline = self._inline(ref, _KEY_COLUMNS, 0)
        if inline is None:
            return str(self._value(ref).get("type", "?")) + " …"
        return "".join(text for _, text in inline)

    def _inline(self, ref: object, room: int, nesting: int) -> list[Span] | None:
        """The value on one line, or None when it is too long, too deep, or holds what was shown elsewhere."""
        value = self._value(ref)
        children = list(self._children(value))
        if _is_leaf(value) and not children:
            spans = _leaf(value)
            # A long text alone wraps; inside a container it opens the container instead.
            return spans if nesting == 0 or _width(spans) <= room else None
        if not children:
            return _header(value, 0)
        if nesting >= self._levels or _rest(value, len(children)) or (nesting > 0 and ref in self._shown):
            return None
        return self._inline_container(value, children, room, nesting)

    def _inline_container(
        self, value: Value, children: list[tuple[str, str, int, str]], room: int, nesting: int
    ) -> list[Span] | None:
        kind = str(value.get("type", "?"))
        is_sequence = "items" in value
        is_object = "fields" in value
        brackets = "()" if is_object else _BRACKETS.get(kind, "[]" if is_sequence else "{}")
        spans: list[Span] = _leaf(value) if "text" in value else [] if kind in _BRACKETS else [("type", kind)]
        spans.append(("dim", brackets[0]))
        for index, (label, relation, ref, _) in enumerate(children):
            if index:
                spans.append(("dim", ", "))
            if not is_sequence:
                spans += [("name", label), ("dim", "=" if relation == " = " else relation)]
            part = self._inline(ref, room - _width(spans), nesting + 1)
            if part is None:
                return None
            spans += part
            if _width(spans) >= room:
                return None
        if kind == "tuple" and len(children) == 1:
            spans.append(("dim", ","))
        spans.append(("dim", brackets[1]))
        return spans


def variable_groups(frame: dict[str, Any]) -> list[tuple[str, list[tuple[str, int]]]]:
    """The frame's locals under heads that say how they came there; groups without variables are left out."""
    kinds = str(frame.get("kinds", ""))
    variables = variables_of(frame)
    if len(kinds) != len(variables):  # before there were kinds
        count = frame.get("arguments")
        first = count if isinstance(count, int) else 0
        kinds = "a" * first + "l" * (len(variables) - first)
    groups: dict[str, list[tuple[str, int]]] = {title: [] for title in _HEADS.values()}
    for (name, ref), kind in zip(variables, kinds, strict=False):
        title = _HEADS.get(kind.lower(), "Locals")
        groups.setdefault(title, []).append((_STARS.get(kind.lower(), "") + name, ref))
    return [(title, group) for title, group in groups.items() if group]


def variables_of(frame: dict[str, Any]) -> list[tuple[str, int]]:
    """The frame's locals; what is not well-formed is left out."""
    return [
        (str(pair[0]), pair[1])
        for pair in _rows(frame, "locals")
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], int)
    ]


def _rows(holder: dict[str, Any], member: str) -> list[Any]:
    rows = holder.get(member)
    return rows if isinstance(rows, list) else []


def _is_leaf(value: Value) -> bool:
    return "text" in value or not any(member in value for member in ("items", "entries", "fields"))


def _leaf(value: Value) -> list[Span]:
    kind = str(value.get("type", ""))
    cut = str(value.get("cut", ""))
    if "text" not in value:
        spans: list[Span] = [("type", kind), ("", " ")] if kind else []
        return [*spans, ("cut", f"<{_reason(value)}>")] if cut else _header(value, 0)
    text = str(value["text"])
    spans = [("number" if kind in _NUMBERS else "text", text)]
    if kind and kind not in _QUIET_TYPES and kind.rpartition(".")[2] not in text:
        spans = [("type", kind), ("", " "), *spans]
    if "shape" in value:
        spans += _shape(value)
    elif cut == "length" and isinstance(value.get("size"), int):
        unit = {"str": "characters", "int": "bits"}.get(kind, "bytes" if "byte" in kind else "in all")
        spans.append(("cut", f" … {value['size']:,} {unit}"))
    elif cut:
        spans.append(("cut", f" <{_reason(value)}>"))
    return spans


def _shape(value: Value) -> list[Span]:
    """How many items an array has in each dimension, and of which type."""
    rows = [str(length) for length in _rows(value, "shape")]
    what = f"{' x '.join(rows)} {value.get('dtype', '')}" if rows else str(value.get("dtype", ""))
    reason = str(value.get("cut", ""))
    spans: list[Span] = [("dim", f" {what.strip()}")]
    if reason and reason != "items":
        spans.append(("cut", f" <{_reason(value)}>"))
    return spans


def _header(value: Value, shown: int) -> list[Span]:
    """A container without its content: type, size, and why content is missing."""
    if shown == 0 and not value.get("cut") and not value.get("deeper") and str(value.get("type")) in _EMPTY:
        return [("dim", _EMPTY[str(value["type"])])]
    if "text" in value:
        return _leaf(value)
    spans = _type_of(value)
    size = value.get("size")
    if isinstance(size, int) and "fields" not in value:
        spans.append(("dim", f" ({size:,} {'item' if size == 1 else 'items'})"))
    if shown == 0 and value.get("cut"):
        spans.append(("cut", f" <{_reason(value)}>"))
    if value.get("deeper"):
        spans.append(("dim", " …"))
    return spans


def head_spans(value: Value) -> list[Span]:
    """The head of a value as the hub gives it (docs/api.md): a leaf, or one line of what is in it."""
    if not isinstance(value.get("preview"), str):
        return _leaf(value)
    rest = _rest(value, 1)
    spans: list[Span] = [("", value["preview"])]
    if rest and isinstance(value.get("size"), int):
        spans.append(("dim", f" ({value['size']:,} items)"))
    return spans


def _type_of(value: Value) -> list[Span]:
    return [("type", str(value.get("type", "?")))]


def _rest(value: Value, shown: int) -> str:
    """What a cut container leaves out, in words; empty when it is whole, or an array, which has a shape."""
    cut = value.get("cut")
    if not cut or not shown or "shape" in value:
        return ""
    size = value.get("size")
    more = f"{size - shown:,} more" if isinstance(size, int) and size > shown else "more"
    return f"… {more}" if cut == "items" else f"… {more}: {_reason(value)}"


def _reason(value: Value) -> str:
    cut = str(value.get("cut", ""))
    if cut.startswith("redacted"):
        kind, rule = cut.partition(":")[2], value.get("rule")
        if kind == "unlisted":
            return "redacted: not on the allow list"
        if rule in _REDACTIONS:
            return f"redacted: {rule}"
        return f'redacted: {kind} "{rule}"' if kind and rule else f"redacted: {rule or kind or 'by policy'}"
    return _REASONS.get(cut, cut)


def _width(spans: list[Span]) -> int:
    return sum(columns(escape(text)) for _, text in spans)
