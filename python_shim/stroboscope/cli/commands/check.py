"""`strobe check`: how an expression is understood, before a probe is set with it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from stroboscope.cli import arguments
from stroboscope.cli.check_parts import Part, names_of, parts_of, reads_of
from stroboscope.cli.check_snapshot import Found, SnapshotNames
from stroboscope.cli.failure import OK, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, JsonObject, NotFound
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.terminal import Terminal, columns, escape
from stroboscope.cli.values import ValueTree

_EXAMPLES = """\
examples
  strobe check 'order.total < 0 and not order.paid'
  strobe check --template 'user {user.id}: {total:,.2f}'
  strobe check 'self.total < 0' --service shop --at shop.model:Basket.add
  strobe check 'total < 0' --against 51ac2b80

exit codes
  0 a probe with it would be armed   2 a part is refused
"""
_COSTS = {
    "fixed": "fixed: well below a microsecond",
    "calls": "grows with what its calls are given",
    "loops": "walks a container at each pass",
    "nested": "walks containers within containers at each pass",
}


@dataclass(frozen=True)
class _Checked:
    ok: bool
    parts: list[Part]
    cost: str


def run(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """Explain the expression; OK when a probe with it would be armed, else WRONG_USE."""
    options = _parse(argv)
    client = connect() if options.service or options.instance or options.against else None
    checked = _check(options, client)
    names = _snapshot_names(client, options.against) if client is not None and options.against else None
    found = [names.find(read) for read in reads_of(checked.parts)] if names is not None else []
    if options.json:
        _print_json(options.expression, checked, found, names)
    else:
        _print(Terminal(sys.stdout), options.expression, checked, found, names)
    return OK if checked.ok else WRONG_USE


def require_language(expression: str, *, template: bool = False) -> None:
    """Raise Failure when the language refuses it. Without the agent here only processes can say."""
    try:
        checked = _check_here(expression, template)
    except Failure:
        return
    refused = [part.message for part in checked.parts if part.kind == "refused"]
    if refused:
        raise Failure(WRONG_USE, refused[0], "The probe stays as it was. See: strobe check --help")


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = arguments.make_parser(
        "check",
        "EXPR [--template] [--service S | --instance I] [--at LOCATION] [--against SNAPSHOT] [--json]",
        "Explain how an expression is understood, what it reads, and what of it is refused.",
        _EXAMPLES,
    )
    parser.add_argument("expression", metavar="EXPR", help="a condition, or with --template a log template")
    parser.add_argument("--template", action="store_true", help="EXPR is a log template: text with {fields}")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--service", default="", metavar="S", help="ask a process of this service")
    where.add_argument("--instance", default="", metavar="I", help="ask this process")
    parser.add_argument(
        "--at",
        dest="location",
        type=arguments.location,
        metavar="LOCATION",
        help="look its names up there, in the process that is asked",
    )
    parser.add_argument(
        "--against", default="", metavar="SNAPSHOT", help="show the values that it would have read there"
    )
    options = arguments.with_json(parser).parse_args(argv)
    if options.location and not (options.service or options.instance):
        raise Failure(WRONG_USE, "--at needs a process to look in", "Add: --service NAME")
    if not options.expression.strip():
        raise Failure(WRONG_USE, "the expression is empty", "See: strobe check --help")
    return options


# ---- Asking ----


def _check(options: argparse.Namespace, client: HubClient | None) -> _Checked:
    if client is not None and (options.service or options.instance):
        return _check_in_process(options, client)
    return _check_here(options.expression, options.template)


def _check_here(expression: str, template: bool) -> _Checked:
    try:
        from stroboscope._agent import explain
    except ImportError as error:
        raise Failure(
            WRONG_USE,
            f"this Python cannot load the agent: {error}",
            "Ask a process instead: strobe check EXPR --service NAME",
        ) from None
    try:
        answer = explain(expression, template=template)
    except ValueError as error:  # a NUL
        raise Failure(WRONG_USE, f"the expression cannot be read: {error}") from None
    rows = answer["findings"]
    if answer["status"] != "OK" and not any(row["kind"] == "refused" for row in rows):
        rows = [*rows, {"kind": "refused", "message": answer["message"]}]
    return _Checked(answer["status"] == "OK", parts_of(rows), answer["cost"])


def _check_in_process(options: argparse.Namespace, client: HubClient) -> _Checked:
    body: JsonObject = {
        "expression": options.expression,
        "kind": "template" if options.template else "condition",
    }
    if options.service:
        body["service"] = options.service
    else:
        body["instance"] = _instance_of(options.instance, client)
    if options.location:
        body["location"] = options.location
    answer = client.call("POST", "check", body=body)
    rows = answer.get("parts")
    parts = parts_of(row for row in (rows if isinstance(rows, list) else []) if isinstance(row, dict))
    return _Checked(answer.get("ok") is True, parts, str(answer.get("cost") or ""))


def _instance_of(text: str, client: HubClient) -> str:
    known = [str(row.get("id")) for row in client.instances(state="up")]
    matches = [one for one in known if one.startswith(text)]
    if len(matches) != 1:
        what = f"{text!r} begins several processes" if matches else f"no process {text!r} is connected"
        raise Failure(WRONG_USE, what, "List them: strobe ps")
    return matches[0]


def _snapshot_names(client: HubClient, snapshot_id: str) -> SnapshotNames:
    try:
        body = client.snapshot(snapshot_id).get("body")
    except NotFound:
        raise Failure(
            WRONG_USE, f"there is no snapshot {snapshot_id!r}", "List the latest: strobe show"
        ) from None
    return SnapshotNames(body if isinstance(body, dict) else {})


# ---- Printing ----


def _print_json(expression: str, checked: _Checked, found: list[Found], names: SnapshotNames | None) -> None:
    document: dict[str, Any] = {
        "expression": expression,
        "ok": checked.ok,
        "cost": checked.cost,
        "parts": [part.as_json() for part in checked.parts],
    }
    if names is not None:
        document["against"] = [one.as_json(names.values) for one in found]
    print_json(document)


def _print(
    terminal: Terminal,
    expression: str,
    checked: _Checked,
    found: list[Found],
    names: SnapshotNames | None,
) -> None:
    refused = [part for part in checked.parts if part.kind == "refused"]
    for number, text in enumerate(expression.split("\n"), 1):
        terminal.line(("", f"  {text}"))
        _print_carets(terminal, text, [part for part in refused if part.line == number])
    for part in refused:
        place = f"column {part.column}" if "\n" not in expression else f"{part.line}:{part.column}"
        terminal.line(("bad", f"{place}: "), ("", part.message), wrap_prefix="    ")
        if part.instead:
            terminal.line(("dim", "    write instead: "), ("good", part.instead))
    _print_lists(terminal, checked)
    if names is not None:
        _print_found(terminal, found, names)
    if checked.ok:
        terminal.line(("good", "ok"), ("dim", ": a probe with it would be armed"))
    else:
        terminal.line(("bad", "refused"), ("dim", ": a probe with it would not act"))


def _print_carets(terminal: Terminal, text: str, refused: list[Part]) -> None:
    """A line that marks the refused parts of the one above."""
    marks = ""
    for part in refused:
        start = columns(escape(text[: part.column - 1]))
        width = columns(escape(text[part.column - 1 : part.end_column - 1])) or 1
        if start >= len(marks):  # of two at one place the first is marked
            marks += " " * (start - len(marks)) + "^" + "~" * (width - 1)
    if marks:
        terminal.line(("bad", f"  {marks}"))


def _print_lists(terminal: Terminal, checked: _Checked) -> None:
    own = [f"${name}" for name in names_of(checked.parts, "own")]
    for label, names in (
        ("reads", [*(read.path for read in reads_of(checked.parts)), *own]),
        ("calls", names_of(checked.parts, "call")),
    ):
        if names:
            terminal.line(("dim", f"{label}  "), ("name", ", ".join(names)), wrap_prefix="       ")
    if checked.ok and checked.cost in _COSTS:
        terminal.line(("dim", f"cost   {_COSTS[checked.cost]}"))


def _print_found(terminal: Terminal, found: list[Found], names: SnapshotNames) -> None:
    terminal.line(("title", "In the snapshot"))
    tree = ValueTree(terminal, names.values)
    for one in found:
        if one.ref is not None:
            tree.print_variables([(one.read.path, one.ref)], deep=False)
        else:
            terminal.line(
                ("name", f"  {one.read.path}"), ("cut", f"  not there: {one.problem}"), wrap_prefix="    "
            )
    if not found:
        terminal.line(("dim", "  it reads no variable"))
