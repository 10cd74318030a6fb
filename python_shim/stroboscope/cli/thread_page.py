"""A thread dump as a page: threads that stand at the same place together, each with its stack."""

from __future__ import annotations

from typing import Any

from stroboscope.cli.duration import moment
from stroboscope.cli.terminal import Span, Terminal
from stroboscope.cli.values import ValueTree, variables_of

JsonObject = dict[str, Any]

_NAMES_SHOWN = 8
_KINDS = {
    "main": "main thread",
    "daemon": "daemon",
    "foreign": "not made by threading",
    "agent": "Stroboscope's own",
    "greenlet": "greenlet, suspended",
}


def print_threads(terminal: Terminal, answer: JsonObject, instance: JsonObject, full: bool = False) -> None:
    """Print a `threads` answer. Library frames but the innermost are put together, unless `full`."""
    _print_head(terminal, answer, instance)
    stacks = _rows(answer, "stacks")
    groups = _groups(_rows(answer, "threads"))
    for group in sorted(groups, key=lambda group: group[0].get("kind") == "agent"):
        terminal.line()
        _print_names(terminal, group)
        number = group[0].get("stack", -1)
        if isinstance(number, int) and 0 <= number < len(stacks):
            _print_stack(terminal, stacks[number], group[0], full)
        elif group[0].get("kind") != "agent":
            terminal.line(("dim", "  runs no Python code, or could not be read"))
        _print_task(terminal, group[0])
    if answer.get("cut"):
        terminal.line()
        terminal.line(("cut", "There are more threads or stacks than one dump may have."))


def _print_head(terminal: Terminal, answer: JsonObject, instance: JsonObject) -> None:
    total = _number(answer, "total")
    terminal.line(
        ("title", f"pid {instance.get('pid')} on {instance.get('host')}"),
        ("dim", f"  {str(instance.get('id', '?'))[:12]}  "),
        ("", f"{total} thread{'s' if total != 1 else ''}"),
        ("dim", f" at {moment(_number(answer, 'at_us'))}"),
        wrap_prefix="  ",
    )
    if answer.get("with_gil"):
        terminal.line(("dim", f"The program stood still for {_number(answer, 'held_us') / 1000:.2f} ms."))
    else:
        _print_without(terminal, answer)
    if answer.get("torn"):
        terminal.line(("cut", "Threads came or went meanwhile: some may be missing."))
    if answer.get("note"):
        note = str(answer["note"])
        terminal.line(("cut", note[:1].upper() + note[1:] + "."), wrap_prefix="  ")


def _print_without(terminal: Terminal, answer: JsonObject) -> None:
    why = str(answer.get("why") or "no reason given")
    terminal.line(
        ("warn", f"Taken without the GIL: {why}. Names are missing, and a stack may be of several moments."),
        wrap_prefix="  ",
    )
    holder = _number(answer, "holder")
    if holder:
        terminal.line(("bad", f"Thread {holder} seems to hold the GIL."))
    else:
        terminal.line(("dim", "No thread seems to hold the GIL."))


def _groups(threads: list[JsonObject]) -> list[list[JsonObject]]:
    """Threads with the same stack and nothing else to show, in the order of the first of each."""
    groups: dict[object, list[JsonObject]] = {}
    for index, thread in enumerate(threads):
        alone = any(thread.get(member) for member in ("task", "body", "gil")) or "stack" not in thread
        key = ("alone", index) if alone else (thread["stack"], thread.get("kind") == "greenlet")
        groups.setdefault(key, []).append(thread)
    return list(groups.values())


def _print_names(terminal: Terminal, group: list[JsonObject]) -> None:
    if len(group) == 1:
        terminal.line(*_name(group[0]), ("dim", _facts(group[0])), wrap_prefix="  ")
        return
    what = "greenlets" if group[0].get("kind") == "greenlet" else "threads"
    spans: list[Span] = [("title", f"{len(group)} {what}: ")]
    for index, thread in enumerate(group[:_NAMES_SHOWN]):
        spans += [("", ", ") if index else ("", ""), *_name(thread)]
    if len(group) > _NAMES_SHOWN:
        spans.append(("cut", f", … {len(group) - _NAMES_SHOWN} more"))
    terminal.line(*spans, wrap_prefix="  ")


def _name(thread: JsonObject) -> list[Span]:
    if thread.get("kind") == "greenlet":
        return [("title", str(thread.get("greenlet", "?")))]
    name = str(thread.get("name") or thread.get("system_name") or "thread")
    return [("title", name), ("dim", f" {thread.get('native_id', '?')}")]


def _facts(thread: JsonObject) -> str:
    facts = [_KINDS.get(str(thread.get("kind", "")), "")]
    if thread.get("kind") != "greenlet":
        facts += [str(thread.get("state", "")), f"{_number(thread, 'cpu_ms') / 1000:.2f} s of processor time"]
    facts += [f"child of {thread['parent']}"] if thread.get("parent") else []
    facts += [{"holds": "holds the GIL", "waits": "waits for the GIL"}.get(str(thread.get("gil")), "")]
    return "  " + ", ".join(fact for fact in facts if fact)


def _print_stack(terminal: Terminal, stack: JsonObject, thread: JsonObject, full: bool) -> None:
    frames = _rows(stack, "frames")
    gap, depth = _number(stack, "gap"), _number(stack, "depth")
    body = thread.get("body")
    captured = _rows(body, "frames") if isinstance(body, dict) else []
    tree = ValueTree(terminal, body.get("values") if isinstance(body, dict) else None)
    libraries = 0
    for index, frame in enumerate(frames):
        number = index if gap == 0 or index < gap else index + depth - len(frames)
        if gap and index == gap:
            libraries = _print_libraries(terminal, libraries)
            terminal.line(("cut", f"  … {depth - len(frames):,} more frames"))
        if frame.get("library") and index > 0 and not full:
            libraries += 1
            continue
        libraries = _print_libraries(terminal, libraries)
        _print_frame(terminal, number, frame)
        if index < len(captured):
            tree.print_variables(variables_of(captured[index]), indent="       ", deep=False)
    _print_libraries(terminal, libraries)
    if stack.get("torn"):
        terminal.line(("cut", "  this stack changed while it was read: frames may be missing"))


def _print_frame(terminal: Terminal, number: int, frame: JsonObject) -> None:
    role = "dim" if frame.get("library") else "name"
    place = f"  {frame.get('file', '?')}:{frame.get('line', '?')}"
    terminal.line(
        ("dim", f"  #{number:<3} "),
        (role, str(frame.get("function", "?"))),
        ("dim", place),
        wrap_prefix="       ",
    )


def _print_libraries(terminal: Terminal, count: int) -> int:
    """Say how many frames of libraries there were; 0, for the next ones."""
    if count:
        terminal.line(("dim", f"   ·   {count} library {'frame' if count == 1 else 'frames'}"))
    return 0


def _print_task(terminal: Terminal, thread: JsonObject) -> None:
    task = thread.get("task")
    if not isinstance(task, dict):
        return
    terminal.line(("dim", f"  runs task {task.get('name', '?')} of {task.get('coroutine', '?')}"))
    for awaiter in _rows(task, "awaiters"):
        others = _number(awaiter, "others")
        more = f" and {others} more" if others else ""
        terminal.line(("dim", f"  awaited by task {awaiter.get('task', '?')}{more}"), wrap_prefix="    ")
        for frame in _rows(awaiter, "frames"):
            place = f"  {frame.get('file', '?')}:{frame.get('line', '?')}"
            terminal.line(
                ("dim", "       "),
                ("name", str(frame.get("function", "?"))),
                ("dim", place),
                wrap_prefix="       ",
            )


def _rows(holder: JsonObject, member: str) -> list[JsonObject]:
    return [row for row in holder.get(member) or [] if isinstance(row, dict)]


def _number(holder: JsonObject, member: str) -> int:
    value = holder.get(member)
    return value if isinstance(value, int) else 0
