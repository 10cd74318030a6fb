"""One snapshot as a page: where and when, the source around the hit, the variables, the stack."""

from __future__ import annotations

from typing import Any

from stroboscope.cli.duration import moment, span_of
from stroboscope.cli.terminal import Span, Terminal
from stroboscope.cli.values import ValueTree, variables_of

JsonObject = dict[str, Any]

_SOURCE_LINES_AROUND = 4
_LIBRARY_FILES_SHOWN = 4
_TAB = " " * 4


def print_snapshot(
    terminal: Terminal,
    view: JsonObject,
    source: str | None,
    instance: JsonObject | None,
    full: bool = False,
    depth: int | None = None,
) -> None:
    """Print a `snapshot_view`. `source` is the text of the file of the hit, `instance` the process, if known.

    Variables of the frame that was hit open as trees; other frames of the program take one line for each
    variable, and frames in libraries one line together, unless `full`. `depth`: levels that open (None: all).
    """
    summary, body = _object(view, "summary"), _object(view, "body")
    frames = [frame for frame in body.get("frames") or [] if isinstance(frame, dict)]
    _print_head(terminal, view, summary, body, instance)
    _print_source(terminal, source, _line_of(summary))
    tree = ValueTree(terminal, body.get("values"), depth)
    if body.get("watches"):
        terminal.line()
        terminal.line(("title", "Watches"))
        tree.print_watches(body["watches"])
    if frames:
        _print_hit_frame(terminal, tree, frames[0])
    _print_stack(terminal, tree, frames, body, full)
    terminal.line()


def _print_head(
    terminal: Terminal, view: JsonObject, summary: JsonObject, body: JsonObject, instance: JsonObject | None
) -> None:
    place = f"{summary.get('file', '?')}:{_line_of(summary)}"
    terminal.line(
        ("title", place), ("dim", "  in "), ("title", str(summary.get("function", "?"))), wrap_prefix="  "
    )
    thread = _object(body, "thread")
    facts = [moment(_number(summary.get("time_us"))), str(summary.get("service", ""))]
    if instance is not None:
        facts.append(f"pid {instance.get('pid')} on {instance.get('host')}")
    facts.append(f"thread {thread.get('name') or thread.get('id', '?')}")
    if "capture_ns" in body:
        facts.append(f"captured in {span_of(_number(body['capture_ns']))}")
    terminal.line(("dim", "  " + " · ".join(fact for fact in facts if fact)), wrap_prefix="  ")
    if view.get("condition"):
        terminal.line(("dim", "  if "), ("text", str(view["condition"])), wrap_prefix="     ")
    terminal.line(("dim", f"  snapshot {summary.get('id', '?')}"), wrap_prefix="  ")
    if body.get("cut"):
        terminal.line(("cut", f"  cut short: the limit of {body['cut']} for one snapshot was reached"))


def _print_source(terminal: Terminal, source: str | None, line: int) -> None:
    if source is None or line < 1:
        return
    lines = source.splitlines()
    first, last = max(1, line - _SOURCE_LINES_AROUND), min(len(lines), line + _SOURCE_LINES_AROUND)
    if line > len(lines):
        return
    digits = len(str(last))
    terminal.line()
    for number in range(first, last + 1):
        text = lines[number - 1].expandtabs(len(_TAB))
        role, mark = ("hit", "▶") if number == line else ("", " ")
        terminal.line((role, f"{mark} {number:>{digits}} "), ("dim", "│ " if text else "│"), (role, text))


def _print_hit_frame(terminal: Terminal, tree: ValueTree, frame: JsonObject) -> None:
    variables = variables_of(frame)
    count = min(_number(frame.get("arguments")), len(variables))
    for title, part in (("Arguments", variables[:count]), ("Locals", variables[count:])):
        if part:
            terminal.line()
            terminal.line(("title", title))
            tree.print_variables(part)
    if not variables:
        terminal.line()
        terminal.line(("dim", "No local variables."))
    _print_locals_cut(terminal, frame, "  ")


def _print_locals_cut(terminal: Terminal, frame: JsonObject, indent: str) -> None:
    if frame.get("locals_cut"):
        terminal.line(("cut", f"{indent}… {_number(frame['locals_cut'])} more variables"))


def _print_stack(
    terminal: Terminal, tree: ValueTree, frames: list[JsonObject], body: JsonObject, full: bool
) -> None:
    terminal.line()
    terminal.line(("title", "Stack"))
    libraries: list[JsonObject] = []
    for number, frame in enumerate(frames):
        if frame.get("library") and number > 0 and not full:
            libraries.append(frame)
            continue
        _print_libraries(terminal, libraries)
        libraries = []
        terminal.line(*_frame_line(number, frame), wrap_prefix="       ")
        if number > 0:
            tree.print_variables(variables_of(frame), indent="       ", deep=full)
            _print_locals_cut(terminal, frame, "       ")
    _print_libraries(terminal, libraries)
    missing = _number(body.get("frames_total")) - len(frames)
    if missing > 0:
        terminal.line(("cut", f"  … {missing} more frames"))


def _print_libraries(terminal: Terminal, frames: list[JsonObject]) -> None:
    if not frames:
        return
    files: list[str] = []
    for frame in frames:
        name = "/".join(str(frame.get("file", "?")).split("/")[-2:])
        if name not in files:
            files.append(name)
    if len(files) > _LIBRARY_FILES_SHOWN:
        files[_LIBRARY_FILES_SHOWN:] = ["…"]
    count = f"{len(frames)} library {'frame' if len(frames) == 1 else 'frames'}"
    terminal.line(("dim", f"   ·  {count}: {', '.join(files)}"))


def _frame_line(number: int, frame: JsonObject) -> list[Span]:
    return [
        ("dim", f"  #{number:<3} "),
        ("name", str(frame.get("function", "?"))),
        ("dim", f"  {frame.get('file', '?')}:{frame.get('line', '?')}"),
    ]


def _object(holder: JsonObject, member: str) -> JsonObject:
    found = holder.get(member)
    return found if isinstance(found, dict) else {}


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _line_of(summary: JsonObject) -> int:
    return _number(summary.get("line"))
