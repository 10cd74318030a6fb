"""Entry point of `strobe`: arguments, help, exit codes. The commands themselves are loaded when they run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from stroboscope._version import __version__
from stroboscope.cli.arguments import make_parser, with_json
from stroboscope.cli.failure import OK, WRONG_USE, Failure, Interrupted

if TYPE_CHECKING:
    from stroboscope.cli.hub_client import HubClient

_BROKEN_PIPE = 141  # what a shell reports for a program that SIGPIPE ended
_INNER_ERROR = 70

_HELP = """\
usage: strobe COMMAND [...]

Breakpoints for production Python that never stop the program.

run things
  hub                 start the hub that agents and consoles connect to
  run -- CMD...       run a program with the agent in its Python processes

look
  ps                  processes that are connected
  snap LOCATION       set a probe, wait, print what it captures, remove it
  watch LOCATION EXPR...     print the values of expressions each time it is reached
  show [ID]           a stored snapshot, or one value of it; without ID the latest ones
  diff ID ID          what differs between two snapshots
  hits PROBE          a table over many hits
  mem start|diff|stop|census SERVICE   where memory went
  mem probe LOCATION                   what came since the hit before
  threads SERVICE     where every thread stands, also of a process that is stuck

measure
  log LOCATION TEMPLATE      log a line each time it is reached
  logs [PROBE]               lines that were logged; with --trace all that is known of a trace
  count LOCATION [VALUE]     count, or add up a number
  gauge LOCATION VALUE       the latest value of a number
  hist LOCATION VALUE        the distribution of a number
  timer LOCATION             time a function, or with --until the way to another line
  span LOCATION NAME=EXPR... attributes of the span that is current there

secrets
  redact              what is hidden and why; test a policy; the hub's policy

probes
  probes              probes that are set, and why they did or did not fire
  why PROBE           why a probe did or did not fire, process by process
  edit PROBE          change a live probe: condition, limits, template
  rm ID...            remove probes
  check EXPR          explain an expression: what it reads, what is refused and why

LOCATION is path/suffix.py:LINE, module:qualname (its entry; :exit behind it for its end), or
raise:module.Type (:unhandled behind it for those that nobody catches).

examples
  strobe hub
  strobe run --service shop -- gunicorn -w 2 shop.app:app
  strobe snap shop/pricing.py:42 --if 'total < 0'

environment
  STROBE_HUB, STROBE_TOKEN     the hub's address (https://host:port?pin=SHA256) and your token;
                               without them the profile that `strobe hub` wrote for you is used
  STROBE_HUB_CA                CA file that signed the hub's certificate, instead of a pin
  STROBE_DSN                   for agents: wss://TOKEN@host:port/SERVICE?pin=SHA256
  STROBE_REDACTION             for agents: the process's own redaction policy, a TOML file
  NO_COLOR                     no colours

exit codes
  0 ok   1 nothing captured, or a test of a policy failed   2 wrong use
  3 hub cannot be reached, or does not allow it

`strobe COMMAND --help` says more about a command; `strobe --version` prints the version.
Every command takes --json: one document on each line of stdout, nothing else.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `strobe` with `argv` (default: the process's own arguments); the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _prepare_streams()
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except Failure as failure:
        _print_failure(failure)
        return failure.exit_code
    except BrokenPipeError:
        # The reader (`| head`) has left; keep the interpreter from complaining when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except Interrupted as interrupted:
        return interrupted.exit_code
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get("STROBE_DEBUG"):
            raise
        what = f"an inner check of strobe was violated: {type(error).__name__}: {error}"
        _print_failure(Failure(_INNER_ERROR, what, "Please report it, with the output under STROBE_DEBUG=1."))
        return _INNER_ERROR


def _dispatch(arguments: list[str]) -> int:
    command = arguments[0] if arguments else "--help"
    if command in ("-h", "--help", "help"):
        sys.stdout.write(_HELP)
        return OK if arguments else WRONG_USE
    if command in ("-V", "--version", "version"):
        sys.stdout.write(f"strobe {__version__}\n")
        return OK
    handler = _COMMANDS.get(command)
    if handler is None:
        raise Failure(WRONG_USE, f"there is no command {command!r}", "See: strobe --help")
    return handler(arguments[1:])


def _hub(arguments: list[str]) -> int:
    from stroboscope.cli.commands import hub

    hub.run(arguments)


def _run(arguments: list[str]) -> int:
    parser = make_parser(
        "run", "[--service NAME] [--dsn DSN] -- CMD...", "Run a program with the agent inside."
    )
    parser.add_argument(
        "--service", default="", metavar="NAME", help="name to show it under (the folder's name)"
    )
    parser.add_argument("--dsn", default="", help="which hub, instead of STROBE_DSN or the profile")
    own, command = _split_command(arguments)
    options = parser.parse_args(own)
    from stroboscope.cli.commands import run

    run.run(command, options.dsn, options.service)


def _split_command(arguments: list[str]) -> tuple[list[str], list[str]]:
    """The options of `strobe run` itself, and the command: after `--`, or from the first word."""
    index = 0
    while index < len(arguments):
        word = arguments[index]
        if word == "--":
            return arguments[:index], arguments[index + 1 :]
        if not word.startswith("-"):
            return arguments[:index], arguments[index:]
        index += 2 if word in ("--service", "--dsn") else 1
    return arguments, []


def _ps(arguments: list[str]) -> int:
    parser = make_parser("ps", "[--service S] [--all] [--json]", "List the processes that are connected.")
    parser.add_argument("--service", default="", metavar="S", help="only this service")
    parser.add_argument("--all", action="store_true", help="also processes that are gone")
    options = with_json(parser).parse_args(arguments)
    from stroboscope.cli.commands import ps

    return ps.run(_client(), options.service, options.all, options.json)


def _snap(arguments: list[str]) -> int:
    from stroboscope.cli.commands import snap

    return snap.snap(arguments, _client)


def _watch(arguments: list[str]) -> int:
    from stroboscope.cli.commands import snap

    return snap.watch(arguments, _client)


def _log(arguments: list[str]) -> int:
    from stroboscope.cli.commands import log

    return log.log(arguments, _client)


def _logs(arguments: list[str]) -> int:
    from stroboscope.cli.commands import log

    return log.logs(arguments, _client)


def _measure(command: str) -> Callable[[list[str]], int]:
    def run(arguments: list[str]) -> int:
        from stroboscope.cli.commands import metric

        return metric.measure(command, arguments, _client)

    return run


def _timer(arguments: list[str]) -> int:
    from stroboscope.cli.commands import metric

    return metric.timer(arguments, _client)


def _edit(arguments: list[str]) -> int:
    from stroboscope.cli.commands import edit

    return edit.run(arguments, _client)


def _why(arguments: list[str]) -> int:
    from stroboscope.cli.commands import why

    return why.run(arguments, _client)


def _check(arguments: list[str]) -> int:
    from stroboscope.cli.commands import check

    return check.run(arguments, _client)


def _probes(arguments: list[str]) -> int:
    parser = make_parser(
        "probes", "[--service S] [--json]", "List the probes that are set, and where each stands."
    )
    parser.add_argument("--service", default="", metavar="S", help="only this service")
    options = with_json(parser).parse_args(arguments)
    from stroboscope.cli.commands import probes

    return probes.run(_client(), options.service, options.json)


def _rm(arguments: list[str]) -> int:
    parser = make_parser("rm", "ID... [--json]", "Remove probes.")
    parser.add_argument(
        "ids", nargs="+", metavar="ID", help="a probe, or the beginning of its id that is unique"
    )
    options = with_json(parser).parse_args(arguments)
    from stroboscope.cli.commands import rm

    return rm.run(_client(), options.ids, options.json)


def _show(arguments: list[str]) -> int:
    from stroboscope.cli.commands import show

    return show.run(arguments, _client)


def _diff(arguments: list[str]) -> int:
    from stroboscope.cli.commands import diff

    return diff.run(arguments, _client)


def _hits(arguments: list[str]) -> int:
    from stroboscope.cli.commands import hits

    return hits.run(arguments, _client)


def _mem(arguments: list[str]) -> int:
    from stroboscope.cli.commands import mem

    return mem.run(arguments, _client)


def _threads(arguments: list[str]) -> int:
    from stroboscope.cli.commands import threads

    return threads.run(arguments, _client)


def _redact(arguments: list[str]) -> int:
    from stroboscope.cli.commands import redact

    return redact.run(arguments, _client)


def _span(arguments: list[str]) -> int:
    from stroboscope.cli.commands import span

    return span.run(arguments, _client)


def _record(arguments: list[str]) -> int:
    raise Failure(
        WRONG_USE,
        "this version cannot record calls yet",  # as include/strobe/actions.h says it in the hub's answer
        "Until then: strobe watch LOCATION EXPR... prints values each time a line is reached, strobe log\n"
        "LOCATION TEMPLATE logs them, strobe timer FROM --until TO times the way between two lines.",
    )


_COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "hub": _hub,
    "run": _run,
    "ps": _ps,
    "snap": _snap,
    "watch": _watch,
    "log": _log,
    "logs": _logs,
    "count": _measure("count"),
    "gauge": _measure("gauge"),
    "hist": _measure("hist"),
    "timer": _timer,
    "span": _span,
    "record": _record,
    "probes": _probes,
    "why": _why,
    "edit": _edit,
    "rm": _rm,
    "redact": _redact,
    "check": _check,
    "show": _show,
    "diff": _diff,
    "hits": _hits,
    "mem": _mem,
    "threads": _threads,
}


def _client() -> HubClient:
    from stroboscope.cli.hub_client import HubClient
    from stroboscope.cli.profile import find_hub

    return HubClient(find_hub(os.environ))


def _prepare_streams() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _print_failure(failure: Failure) -> None:
    from stroboscope.cli.terminal import Terminal

    terminal = Terminal(sys.stderr)
    terminal.line(("bad", "strobe: "), ("", failure.message), wrap_prefix="  ")
    for line in failure.next_step.splitlines():
        terminal.line(("dim", "  " + line), wrap_prefix="    ")


if __name__ == "__main__":
    sys.exit(main())
