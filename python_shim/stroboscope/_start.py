"""How the agent starts: every way ends in `start()`, which is idempotent."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TypedDict, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

_hooked = False


class AgentStatus(TypedDict):
    """How the agent of this process is."""

    service: str
    """Name of the service it speaks for."""
    instance: str
    """Identifier of this process, hexadecimal; a fork has its own."""
    link: str
    """`connecting`, `connected`, `refused`, `stopped`, or `local` (no hub)."""
    engine: str
    """`monitoring` (3.12 and later) or `trace` (3.11)."""
    probes: int
    """Probes in force."""
    snapshots: int
    """Snapshots handed to the link."""
    acknowledged: int
    """Snapshots the hub has committed to disk."""
    dropped: int
    """Snapshots that a full buffer dropped."""
    callback_ns: int
    """Nanoseconds spent in the program's threads."""
    logged: int
    """Lines of log probes that the program's own logging took (`strobe log --to-logging`)."""
    not_logged: int
    """Lines that it did not take: a handler raised, too many waited, or the program does not use logging."""


def start(dsn: str | None = None, *, service: str | None = None) -> None:
    """Start the agent of this process; do nothing when it runs.

    dsn: `wss://TOKEN@host:port/SERVICE?pin=SHA256`, as the hub prints it. Default: the environment
        variable STROBE_DSN. The hub need not be reachable: the agent connects when it is.
    service: name of the service, instead of the one in the DSN or in STROBE_SERVICE.

    STROBE_REDACTION: path of the process's own redaction policy (docs/redaction.md).

    Raises ValueError when there is no DSN, or when it or the policy cannot be understood (the message
    never contains the token), RuntimeError when the agent cannot run here, ImportError when the extension
    was not built for this interpreter.

    Example: `stroboscope.start("wss://TOKEN@hub.example:8443/shop?pin=...")`
    """
    dsn = dsn if dsn is not None else os.environ.get("STROBE_DSN")
    if not dsn:
        raise ValueError("no hub to report to: pass dsn= or set STROBE_DSN (strobe hub prints it)")
    _start(dsn, service)


def stop() -> None:
    """Remove all probes, send what is left for at most 0.2 s, and end the agent's threads.

    Does nothing when the agent does not run. Runs by itself when the interpreter ends.
    """
    agent = sys.modules.get("stroboscope._agent")
    if agent is not None:
        agent.stop()


def status() -> AgentStatus | None:
    """How the agent is, or None when it does not run."""
    agent = sys.modules.get("stroboscope._agent")
    facts = agent.status() if agent is not None else None
    if facts is None:
        return None
    relay = sys.modules.get("stroboscope._relay")  # the agent's thread may be importing it just now
    facts["logged"] = getattr(relay, "delivered", 0)
    facts["not_logged"] = getattr(relay, "failed", 0)
    return cast("AgentStatus", facts)


def auto() -> None:
    """Start the agent if STROBE_DSN is set; for `strobe run` and the `.pth` file.

    Silent and harmless whatever happens: a program never fails because of its environment. With
    STROBE_LOG set to a file, the reason stands there.
    """
    dsn = os.environ.get("STROBE_DSN")
    if not dsn or _needs_no_agent(sys.orig_argv):
        return
    try:
        _start(dsn, None)
    except Exception as error:
        _log_failure(error)


def _start(dsn: str | None, service: str | None) -> None:
    from stroboscope import _agent

    policy = os.environ.get("STROBE_REDACTION")
    if policy:
        # Before the first capture. A policy that cannot be used keeps the agent from starting: weaker rules
        # than somebody asked for are worse than no snapshots.
        from stroboscope.cli.policy import load

        _agent.set_policy(load(policy).json)
    _agent.start(
        dsn,
        service or os.environ.get("STROBE_SERVICE") or None,
        _command(sys.orig_argv),
        sys.version.split()[0],
        os.environ.get("STROBE_LOG") or None,
    )
    _hook()


def _hook() -> None:
    """Have the interpreter tell the agent of forks and of its end; once, because neither can be undone."""
    global _hooked
    if _hooked:
        return
    _hooked = True
    import atexit

    from stroboscope import _agent

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=_agent.before_fork,
            after_in_parent=_agent.after_fork_in_parent,
            after_in_child=_agent.after_fork_in_child,
        )
    atexit.register(_agent.stop)


def _program(arguments: Sequence[str]) -> list[str]:
    """The interpreter's own options taken off: `["-m", "gunicorn"]`, `["app.py"]`, or `["-c"]`.

    What follows the program is its business and may hold secrets: it is left out. So is the text after `-c`,
    but for the module that a text of multiprocessing starts: `["-c", "multiprocessing.spawn"]`.
    """
    rest = list(arguments[1:])
    while rest:
        word = rest.pop(0)
        if word in ("-m", "-c"):
            named = rest[:1] if word == "-m" else _own_module_of_multiprocessing(rest[:1])
            return [word, *named]
        if word in ("-W", "-X", "--check-hash-based-pycs"):
            rest = rest[1:]
        elif not word.startswith("-"):
            return [word]
    return []


def _own_module_of_multiprocessing(text: list[str]) -> list[str]:
    start = "from multiprocessing."
    words = text[0].split(maxsplit=3) if text and text[0].startswith(start) else []
    return [words[1]] if words[2:3] == ["import"] else []


def _command(arguments: Sequence[str]) -> str:
    """How the process was started, in a few words and without the program's arguments."""
    program = _program(arguments)
    if program[:1] in (["-m"], ["-c"]):
        return " ".join(["python", *program])
    return "/".join(program[0].split("/")[-2:]) if program else "python"


def _needs_no_agent(arguments: Sequence[str]) -> bool:
    """Whether this is `strobe` itself, or multiprocessing's janitor, which runs nothing of the program."""
    program = _program(arguments)
    if program == ["-c", "multiprocessing.resource_tracker"]:
        return True
    if program[:1] == ["-m"]:
        return program[1:] != [] and program[1].split(".")[0] == "stroboscope"
    return bool(program) and program[0].rsplit("/", 1)[-1] == "strobe"


def _log_failure(error: Exception) -> None:
    path = os.environ.get("STROBE_LOG")
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"strobe[{os.getpid()}] the agent did not start: {error}\n")
    except OSError:
        pass
