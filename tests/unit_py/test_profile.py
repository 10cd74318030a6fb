from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from stroboscope.cli.failure import NO_HUB, WRONG_USE, Failure
from stroboscope.cli.profile import Hub, find_dsn, find_hub, profile_path

PIN = "ab" * 32
DSN = f"wss://agent-token@hub.example:8443/SERVICE?pin={PIN}"
PROFILE = {"hub": "https://127.0.0.1:8443", "token": "person", "pin": PIN, "dsn": DSN}


def write_profile(environ: dict[str, str], content: Any) -> None:
    path = profile_path(environ)
    path.parent.mkdir(parents=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def failure_of(environ: dict[str, str]) -> Failure:
    with pytest.raises(Failure) as caught:
        find_hub(environ)
    return caught.value


def test_the_environment_names_the_hub(environ: dict[str, str]) -> None:
    write_profile(environ, PROFILE)
    environ |= {"STROBE_HUB": f"https://hub.example:9000?pin={PIN.upper()}", "STROBE_TOKEN": "mine"}
    assert find_hub(environ) == Hub("hub.example", 9000, "mine", PIN, "")


@pytest.mark.parametrize(
    ("address", "host", "port", "shown"),
    [
        ("https://hub.example", "hub.example", 443, "https://hub.example:443"),
        ("hub.example:9000", "hub.example", 9000, "https://hub.example:9000"),
        ("https://[::1]:9000/", "::1", 9000, "https://[::1]:9000"),
    ],
)
def test_addresses_are_read_as_people_write_them(
    environ: dict[str, str], address: str, host: str, port: int, shown: str
) -> None:
    hub = find_hub(environ | {"STROBE_HUB": address, "STROBE_TOKEN": "t", "STROBE_HUB_CA": "/ca.pem"})
    assert (hub.host, hub.port, hub.ca_file, hub.address) == (host, port, "/ca.pem", shown)


def test_the_profile_names_the_hub(environ: dict[str, str]) -> None:
    write_profile(environ, PROFILE)
    assert find_hub(environ) == Hub("127.0.0.1", 8443, "person", PIN, "")
    assert find_hub(environ | {"STROBE_TOKEN": "other"}).token == "other"


def test_without_xdg_the_profile_lies_below_home(tmp_path: Path) -> None:
    expected = tmp_path / ".config/stroboscope/profile.json"
    assert profile_path({"HOME": str(tmp_path)}) == expected
    assert profile_path({"HOME": str(tmp_path), "XDG_CONFIG_HOME": "relative"}) == expected


def test_no_hub_says_how_to_get_one(environ: dict[str, str]) -> None:
    failure = failure_of(environ)
    assert failure.exit_code == NO_HUB
    assert "strobe hub" in failure.next_step


@pytest.mark.parametrize(
    ("extra", "exit_code", "words"),
    [
        ({"STROBE_HUB": "https://h"}, NO_HUB, "STROBE_TOKEN is not"),
        ({"STROBE_HUB": "http://h", "STROBE_TOKEN": "t"}, WRONG_USE, "no address"),
        ({"STROBE_HUB": "https://h:99999", "STROBE_TOKEN": "t"}, WRONG_USE, "no address"),
        ({"STROBE_HUB": "https://h:x", "STROBE_TOKEN": "t"}, WRONG_USE, "no address"),
        ({"STROBE_HUB": "https://[::1", "STROBE_TOKEN": "t"}, WRONG_USE, "no address"),
        ({"STROBE_HUB": "https://", "STROBE_TOKEN": "t"}, WRONG_USE, "no address"),
        ({"STROBE_HUB": "https://h?pin=12", "STROBE_TOKEN": "t"}, WRONG_USE, "64 hexadecimal"),
        ({"STROBE_HUB": "https://h", "STROBE_TOKEN": "a b"}, WRONG_USE, "characters"),
        ({"STROBE_HUB": "https://h", "STROBE_TOKEN": "a\r\nX: y"}, WRONG_USE, "characters"),
    ],
)
def test_bad_settings_say_what_is_wrong(
    environ: dict[str, str], extra: dict[str, str], exit_code: int, words: str
) -> None:
    failure = failure_of(environ | extra)
    assert failure.exit_code == exit_code
    assert words in failure.message
    assert failure.next_step


@pytest.mark.parametrize("content", ["", "{", "[]", "3", "\x00", "{}", {"hub": 3}, {"hub": "https://h"}])
def test_a_damaged_profile_is_an_error_that_names_the_file(environ: dict[str, str], content: Any) -> None:
    write_profile(environ, content)
    failure = failure_of(environ)
    assert failure.exit_code == NO_HUB
    assert "profile.json" in failure.message
    assert "Remove it" in failure.next_step


def test_the_token_does_not_show_in_a_repr() -> None:
    assert "person" not in repr(Hub("h", 1, "person"))


@pytest.mark.parametrize(
    ("dsn", "variable", "service", "expected"),
    [
        ("", "", "", "checkout"),
        ("", "", "shop", "shop"),
        ("", "wss://t@h:1/theirs", "", "theirs"),
        ("", "wss://t@h:1/theirs", "mine", "mine"),
        ("wss://t@h:1/", "wss://t@h:1/theirs", "", "checkout"),
        ("wss://t@h:1/a%20b", "", "", "a%20b"),
        ("", "", "ä/b", "%C3%A4%2Fb"),
    ],
)
def test_the_service_of_a_dsn(
    environ: dict[str, str], dsn: str, variable: str, service: str, expected: str
) -> None:
    write_profile(environ, PROFILE)
    environ |= {"STROBE_DSN": variable} if variable else {}
    found = find_dsn(environ, dsn, service, "checkout")
    assert re.fullmatch(rf"wss://[^/]+/{re.escape(expected)}(\?pin={PIN})?", found)


@pytest.mark.parametrize(
    "dsn",
    [
        "ws://t@h/s",
        "https://t@h/s",
        "wss://h/s",
        "wss://@h/s",
        "wss://t@/s",
        "wss://secret@h:x/s",
        "nonsense",
    ],
)
def test_a_bad_dsn_is_wrong_use_and_its_token_stays_unnamed(environ: dict[str, str], dsn: str) -> None:
    with pytest.raises(Failure) as caught:
        find_dsn(environ, dsn, "shop", "folder")
    assert caught.value.exit_code == WRONG_USE
    assert "secret" not in caught.value.message + caught.value.next_step


@pytest.mark.parametrize("service", ["a\nb", "x" * 257, "\x1b[31m"])
def test_a_service_name_must_be_printable_and_short(environ: dict[str, str], service: str) -> None:
    with pytest.raises(Failure) as caught:
        find_dsn(environ, "wss://t@h/s", service, "folder")
    assert caught.value.exit_code == WRONG_USE


def test_without_hub_and_dsn_run_says_both_ways(environ: dict[str, str]) -> None:
    with pytest.raises(Failure) as caught:
        find_dsn(environ, "", "shop", "folder")
    assert caught.value.exit_code == NO_HUB
    assert "strobe hub" in caught.value.next_step
    assert "--dsn" in caught.value.next_step
