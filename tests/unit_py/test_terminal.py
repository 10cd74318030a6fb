from __future__ import annotations

import io

import pytest
from stroboscope.cli.terminal import Terminal, columns, escape


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class AsciiPipe(io.StringIO):
    encoding = "ascii"


def test_every_control_and_format_character_is_escaped() -> None:
    hostile = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA1))]
    hostile += [
        chr(code) for code in (*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2066, 0x2070))
    ]
    hostile += ["\u061c", "\ufeff", "\ud800", "\U000e0041"]
    for character in hostile:
        shown = escape(f"a{character}b")
        assert character not in shown
        assert shown.isprintable()
        assert shown.startswith("a\\")


def test_printable_text_of_any_language_stays_as_it_is() -> None:
    text = "Zürich 東京 مرحبا 🙂 a\\nb"
    assert escape(text) == text


def test_escapes_read_like_python() -> None:
    assert escape("\x1b[31m\n\t\u202e\U000e0001") == "\\x1b[31m\\n\\t\\u202e\\U000e0001"


def test_wide_and_combining_characters_are_counted_as_columns() -> None:
    assert columns("abc") == 3
    assert columns("東京") == 4
    assert columns("e\u0301") == 1


def test_a_pipe_gets_whole_lines_without_colour() -> None:
    stream = io.StringIO()
    Terminal(stream, {}).line(("title", "x" * 500), ("dim", "y"))
    assert stream.getvalue() == "x" * 500 + "y\n"


def test_a_screen_gets_clipped_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    screen = Screen()
    Terminal(screen, {"NO_COLOR": "1"}).line(("", "東" * 40))
    [line] = screen.getvalue().splitlines()
    assert columns(line) <= 30
    assert line.endswith("…")


def test_a_clipped_line_of_many_spans_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    for first in range(27, 33):
        screen = Screen()
        Terminal(screen, {"NO_COLOR": "1"}).line(("", "a" * first), ("", "b" * 10))
        [line] = screen.getvalue().splitlines()
        assert len(line) == 30
        assert line.endswith("…")


def test_wrapped_lines_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    screen = Screen()
    text = "".join(chr(97 + index % 26) for index in range(200))
    Terminal(screen, {"NO_COLOR": "1"}).line(("", "head "), ("text", text), wrap_prefix="  │ ")
    first, *rest = screen.getvalue().splitlines()
    assert all(columns(line) <= 40 for line in [first, *rest])
    assert all(line.startswith("  │ ") for line in rest)
    assert first.removeprefix("head ") + "".join(line.removeprefix("  │ ") for line in rest) == text


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_can_be_refused(environ: dict[str, str]) -> None:
    screen = Screen()
    Terminal(screen, environ).line(("bad", "text"))
    assert "\x1b" not in screen.getvalue()


def test_a_screen_gets_colour() -> None:
    screen = Screen()
    Terminal(screen, {}).line(("bad", "text"))
    assert screen.getvalue() == "\x1b[31mtext\x1b[0m\n"


def test_an_ascii_stream_gets_ascii_drawings() -> None:
    stream = AsciiPipe()
    Terminal(stream, {}).line(("dim", "├─ └─ … ▶"))
    assert stream.getvalue() == "|- `- ... >\n"


def test_a_status_is_not_written_into_a_pipe() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream, {})
    terminal.status("armed")
    terminal.clear_status()
    assert stream.getvalue() == ""


def test_a_line_takes_the_status_away_first() -> None:
    screen = Screen()
    terminal = Terminal(screen, {"NO_COLOR": "1"})
    terminal.status("armed\x1b[2J")
    terminal.line(("", "next"))
    assert screen.getvalue() == "\r\x1b[Karmed\\x1b[2J\r\x1b[Knext\n"


def test_prose_is_wrapped_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    screen = Screen()
    Terminal(screen, {"NO_COLOR": "1"}).line(("", "the hub cannot be reached from here"), wrap_prefix="  ")
    assert screen.getvalue() == "the hub cannot be\n  reached from here\n"


def test_a_wrapped_value_keeps_its_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    screen = Screen()
    Terminal(screen, {"NO_COLOR": "1"}).line(("text", "'" + "a  " * 20 + "'"), wrap_prefix="  ")
    first, *rest = screen.getvalue().splitlines()
    assert first + "".join(line[2:] for line in rest) == "'" + "a  " * 20 + "'"
