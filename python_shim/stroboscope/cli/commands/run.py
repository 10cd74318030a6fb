"""`strobe run`: become the given command, with the agent in every Python process below it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import stroboscope.cli
from stroboscope.cli.failure import WRONG_USE, Failure
from stroboscope.cli.profile import find_dsn

_NEEDS_COMMAND = "Say what to run: strobe run -- python app.py"


def run(command: Sequence[str], dsn: str, service: str) -> NoReturn:
    """Replace this process by `command`: exit code, signals and standard streams are the program's own."""
    if not command:
        raise Failure(WRONG_USE, "no command is given", _NEEDS_COMMAND)
    environ = program_environment()
    folder = Path.cwd().resolve().name or "service"
    # STROBE_SERVICE would win over the service that the DSN names.
    service_variable = environ.pop("STROBE_SERVICE", "")
    environ["STROBE_DSN"] = find_dsn(environ, dsn, service or service_variable, folder)
    bootstrap = str(Path(stroboscope.cli.__file__).parent / "bootstrap")
    others = [
        entry for entry in environ.get("PYTHONPATH", "").split(os.pathsep) if entry not in ("", bootstrap)
    ]
    environ["PYTHONPATH"] = os.pathsep.join([bootstrap, *others])
    replace_process(command, environ)


def program_environment() -> dict[str, str]:
    """The environment this process was started with: without what its own interpreter put there (PEP 538)."""
    environ = dict(os.environ)
    try:
        initial = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return environ
    if "LC_CTYPE" in environ and not any(entry.startswith(b"LC_CTYPE=") for entry in initial):
        del environ["LC_CTYPE"]
    return environ


def replace_process(command: Sequence[str], environ: dict[str, str]) -> NoReturn:
    """exec `command`. Raises Failure when that is not possible."""
    # The interpreter ignores these for itself, and what is ignored stays ignored in the next program.
    for signum in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(signum, signal.SIG_DFL)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execvpe(command[0], list(command), environ)
    except FileNotFoundError:
        raise Failure(WRONG_USE, f"there is no command {command[0]!r}", "Check its name and PATH.") from None
    except (OSError, ValueError) as error:
        hint = f"Did you mean: strobe run -- python {command[0]}" if command[0].endswith(".py") else ""
        reason = getattr(error, "strerror", None) or error
        raise Failure(WRONG_USE, f"{command[0]!r} cannot be run: {reason}", hint) from None
