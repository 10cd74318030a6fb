"""Types of command-line arguments: what is understood, and the message for what is not."""

from __future__ import annotations

import argparse
import re

HITS_MAX = 100_000_000
TIMEOUT_S_MAX = 23 * 3600
_DURATION_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_NAME = r"[^\W\d]\w*"
_DOTTED = rf"{_NAME}(\.{_NAME})*"
_FUNCTION = re.compile(rf"{_DOTTED}:({_NAME}|<\w+>)(\.({_NAME}|<\w+>))*(:(entry|exit))?")
_RAISE = re.compile(rf"raise:{_DOTTED}(:unhandled)?")
_WHEN = re.compile(r"(>=|every )?([1-9]\d{0,8})")


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is the command's failure, in two lines."""

    def error(self, message: str) -> None:  # type: ignore[override]
        from stroboscope.cli.failure import WRONG_USE, Failure

        raise Failure(WRONG_USE, message, f"See: {self.prog} --help")


def make_parser(command: str, usage: str, description: str, epilog: str | None = None) -> Parser:
    """The parser of `strobe COMMAND`."""
    return Parser(
        prog=f"strobe {command}",
        usage=f"strobe {command} {usage}",
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def with_json(parser: Parser) -> Parser:
    """Add --json."""
    parser.add_argument(
        "--json", action="store_true", help="one JSON document on each line of stdout, nothing else"
    )
    return parser


def location(text: str) -> str:
    """path/suffix.py:LINE, module:qualname[:exit] or raise:module.Type[:unhandled]."""
    if text.startswith("raise:"):
        if _RAISE.fullmatch(text):
            return text
        raise argparse.ArgumentTypeError(f"{text!r} is not raise:module.Type, as in raise:builtins.KeyError")
    path, _, line = text.rpartition(":")
    if path and line.isascii() and line.isdigit() and 0 < int(line) < 10**8:
        return text
    if _FUNCTION.fullmatch(text) and not text.partition(":")[0].endswith(".py"):
        return text
    raise argparse.ArgumentTypeError(
        f"{text!r} is none of path/suffix.py:LINE (shop/pricing.py:42), module:qualname"
        " (shop.pricing:Cart.total), raise:module.Type"
    )


def hits(text: str) -> int:
    """A number of hits."""
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= HITS_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {HITS_MAX}")
    return number


def count(text: str) -> int:
    """A number from 0 to 1000."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else -1
    if not 0 <= number <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 1000")
    return number


def when(text: str) -> str:
    """Which passes act: N, >=N or 'every N'."""
    if not _WHEN.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is none of N, '>=N', 'every N'")
    return text


def seconds(text: str) -> float:
    """A time-out in seconds."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= TIMEOUT_S_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds up to {TIMEOUT_S_MAX}")
    return value


def duration(text: str) -> float:
    """'90s', '10m', '2h' or '1d' as seconds; a bare number is seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|min|h|d)?", text)
    value = float(match[1]) * _DURATION_UNITS[match[2] or "s"] if match else 0.0
    if not 1 <= value <= 86400:
        raise argparse.ArgumentTypeError(f"{text!r} is no time from 1s to 24h; write 90s, 10m or 2h")
    return value


def rate(text: str) -> float:
    """Hits each second."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.001 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of hits a second from 0.001 to 1000")
    return value


def percent(text: str) -> float:
    """A share of one core, in percent."""
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = 0.0
    if not 0 < value <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no share of one core: write 1 to 100")
    return value


def label(text: str) -> dict[str, str]:
    """NAME=EXPRESSION; NAME alone stands for NAME=NAME."""
    name, equals, expression = text.partition("=")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name) or (equals and not expression.strip()):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=EXPRESSION, as in tier=customer.tier")
    return {"name": name, "value": expression if equals else name}


def process_label(text: str) -> str:
    """NAME=VALUE, as in STROBE_LABELS."""
    if not text.partition("=")[0] or "=" not in text:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE, as in zone=eu")
    return text
