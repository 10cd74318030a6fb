"""One snapshot as a page: where and when, the source around the hit, the variables, the stack."""

from __future__ import annotations

from typing import Any

from stroboscope.cli.duration import moment, span_of
from stroboscope.cli.memory_report import print_reading
from stroboscope.cli.terminal import Span, Terminal
from stroboscope.cli.values import ValueTree, variable_groups, variables_of

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
    if body.get("memory"):
        terminal.line()
        print_reading(terminal, _object(body, "memory"))
        terminal.line()
        return
    tree = ValueTree(terminal, body.get("values"), depth)
    if body.get("watches"):
        terminal.line()
        terminal.line(("title", "Attributes" if summary.get("kind") == "span" else "Watches"))
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
    if body.get("task"):
        task = _object(body, "task")
        facts.append(f"task {task.get('name', '?')} of {task.get('coroutine', '?')}")
    if body.get("greenlet"):
        facts.append(_greenlet_fact(_object(body, "greenlet")))
    if "capture_ns" in body:
        facts.append(f"captured in {span_of(_number(body['capture_ns']))}")
    terminal.line(("dim", "  " + " · ".join(fact for fact in facts if fact)), wrap_prefix="  ")
    _print_context(terminal, body)
    if view.get("condition"):
        terminal.line(("dim", "  if "), ("text", str(view["condition"])), wrap_prefix="     ")
    terminal.line(("dim", f"  snapshot {summary.get('id', '?')}"), wrap_prefix="  ")
    if body.get("cut"):
        terminal.line(("cut", f"  cut short: the limit of {body['cut']} for one snapshot was reached"))


def _greenlet_fact(greenlet: JsonObject) -> str:
    if greenlet.get("main") is True:
        return "main greenlet"
    fact = f"greenlet {greenlet.get('name') or greenlet.get('id', '?')}"
    if greenlet.get("run"):
        fact += f" of {greenlet['run']}"
    return fact + f" ({greenlet.get('type', '?')})"


def _print_context(terminal: Terminal, body: JsonObject) -> None:
    """The request and the trace of the hit, and the revision of the program, as far as they are known."""
    request, trace, process = _object(body, "request"), _object(body, "trace"), _object(body, "process")
    facts = []
    if request:
        route = request.get("route")
        path = request.get("path", "")
        facts.append(
            " ".join(str(word) for word in (request.get("method"), path, route and f"({route})") if word)
        )
    if trace:
        facts.append(f"trace {trace.get('trace_id')} span {trace.get('span_id')}")
    if process.get("version") or process.get("revision"):
        facts.append(f"version {process.get('version') or str(process['revision'])[:12]}")
    if process.get("pod") or process.get("container"):
        facts.append(f"in {process.get('pod') or str(process['container'])[:12]}")
    if facts:
        terminal.line(("dim", "  " + " · ".join(facts)), wrap_prefix="  ")


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
    groups = variable_groups(frame)
    for title, part in groups:
        terminal.line()
        terminal.line(("title", title))
        tree.print_variables(part)
    if not groups and "locals" in frame:
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
        is_folded = bool(frame.get("library")) and number > 0 and not full
        # C code was asked for, so it is shown between whose frames ever it stands.
        if is_folded and not frame.get("native"):
            libraries.append(frame)
            continue
        _print_libraries(terminal, libraries)
        libraries = []
        terminal.line(*_frame_line(number, frame), wrap_prefix="       ")
        if number > 0 and not is_folded:
            tree.print_variables(variables_of(frame), indent="       ", deep=full)
            _print_locals_cut(terminal, frame, "       ")
        _print_native(terminal, frame)
    _print_libraries(terminal, libraries)
    _print_awaiters(terminal, body)
    missing = _number(body.get("frames_total")) - len(frames)
    if missing > 0:
        terminal.line(("cut", f"  … {missing} more frames"))


def _print_native(terminal: Terminal, frame: JsonObject) -> None:
    """The C code that called this frame."""
    for entry in frame.get("native") or []:
        if isinstance(entry, dict):
            module = str(entry.get("module", "?")).rpartition("/")[2]
            place = f"{entry.get('symbol') or '?'}+{entry.get('offset', '?')}"
            terminal.line(("dim", f"       C  {place}  {module}"), wrap_prefix="          ")


def _print_awaiters(terminal: Terminal, body: JsonObject) -> None:
    """The tasks that wait for this one, up to the root."""
    for awaiter in body.get("awaiters") or []:
        if not isinstance(awaiter, dict):
            continue
        others = _number(awaiter.get("others"))
        more = f" and {others} more" if others else ""
        terminal.line(("dim", f"  awaited by task {awaiter.get('task', '?')}{more}"), wrap_prefix="    ")
        for frame in awaiter.get("frames") or []:
            if isinstance(frame, dict):
                place = f"  {frame.get('file', '?')}:{frame.get('line', '?')}"
                terminal.line(
                    ("dim", "       "),
                    ("name", str(frame.get("function", "?"))),
                    ("dim", place),
                    wrap_prefix="       ",
                )


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
