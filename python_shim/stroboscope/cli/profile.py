"""Where the hub is, and with which token: from the environment, or from the profile `strobe hub` writes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from stroboscope.cli import dsn as dsn_text
from stroboscope.cli.failure import NO_HUB, WRONG_USE, Failure

_NEXT_STEP = "Start one with `strobe hub`, or set STROBE_HUB=https://host:port?pin=SHA256 and STROBE_TOKEN."


@dataclass(frozen=True)
class Hub:
    """Address and credentials of a hub for a person."""

    host: str
    port: int
    token: str = field(repr=False)
    pin: str = ""
    """Hexadecimal SHA-256 of the hub's public key; empty: a CA decides."""
    ca_file: str = ""
    """PEM file of the CA; empty: the CAs of the system."""

    @property
    def address(self) -> str:
        """What people call it: https://host:port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}:{self.port}"


def profile_path(environ: Mapping[str, str]) -> Path:
    """Where the profile of this user lies."""
    base = environ.get("XDG_CONFIG_HOME", "")
    root = Path(base) if base.startswith("/") else Path(environ.get("HOME") or "~").expanduser() / ".config"
    return root / "stroboscope" / "profile.json"


def find_hub(environ: Mapping[str, str]) -> Hub:
    """STROBE_HUB with STROBE_TOKEN, else the profile (with STROBE_TOKEN if set). Raises Failure: neither."""
    address, token = environ.get("STROBE_HUB", ""), environ.get("STROBE_TOKEN", "")
    if address:
        if not token:
            raise Failure(
                NO_HUB, "STROBE_HUB is set, but STROBE_TOKEN is not", "Set STROBE_TOKEN to your token."
            )
        return _parse_address(address, _checked_token(token), environ.get("STROBE_HUB_CA", ""), "STROBE_HUB")
    profile = read_profile(environ)
    if profile is None:
        raise Failure(NO_HUB, "no hub is known to this user", _NEXT_STEP)
    origin = str(profile_path(environ))
    hub = _parse_address(
        _text(profile, "hub", origin),
        _checked_token(token or _text(profile, "token", origin)),
        environ.get("STROBE_HUB_CA", "") or str(profile.get("ca_file", "")),
        origin,
    )
    pin = str(profile.get("pin", ""))
    return Hub(hub.host, hub.port, hub.token, _checked_pin(pin, origin), hub.ca_file) if pin else hub


def find_dsn(environ: Mapping[str, str], dsn: str, service: str, folder: str) -> str:
    """The DSN for an agent: `dsn`, else STROBE_DSN, else the profile's. It is for `service`, else for the one
    that the given DSN names, else for `folder`. Raises Failure when there is none."""
    given = dsn or environ.get("STROBE_DSN", "")
    if given:
        return dsn_text.with_service(given, service or dsn_text.service_of(given) or folder)
    profile = read_profile(environ)
    if profile is None or not profile.get("dsn"):
        raise Failure(
            NO_HUB,
            "no hub is known to this user, so the program would run without an agent",
            "Start one with `strobe hub`, or pass --dsn (or STROBE_DSN) of a hub that runs elsewhere.",
        )
    return dsn_text.with_service(_text(profile, "dsn", str(profile_path(environ))), service or folder)


def read_profile(environ: Mapping[str, str]) -> dict[str, Any] | None:
    """The profile's members, or None when this user has no profile. Raises Failure when it cannot be read."""
    path = profile_path(environ)
    try:
        profile = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Failure(NO_HUB, f"the profile {path} cannot be read: {error.strerror}", _NEXT_STEP) from None
    except ValueError:
        profile = None
    if not isinstance(profile, dict):
        raise Failure(NO_HUB, f"the profile {path} is damaged", "Remove it and start `strobe hub` again.")
    return profile


def _text(profile: Mapping[str, Any], member: str, origin: str) -> str:
    value = profile.get(member)
    if not isinstance(value, str) or not value:
        raise Failure(NO_HUB, f"{origin} has no {member!r}", "Remove it and start `strobe hub` again.")
    return value


def _parse_address(address: str, token: str, ca_file: str, origin: str) -> Hub:
    try:
        parts = urlsplit(address if "://" in address else "https://" + address)
        host, port = parts.hostname, parts.port or 443
    except ValueError:
        parts, host, port = urlsplit(""), None, 0
    if parts.scheme != "https" or not host:
        raise Failure(
            WRONG_USE, f"{origin} is no address of a hub", "It looks like https://host:port?pin=SHA256."
        )
    pin = parse_qs(parts.query).get("pin", [""])[0]
    return Hub(host, port, token, _checked_pin(pin, origin), ca_file)


def _checked_pin(pin: str, origin: str) -> str:
    if pin and not re.fullmatch(r"[0-9a-fA-F]{64}", pin):
        raise Failure(
            WRONG_USE, f"the pin in {origin} is not 64 hexadecimal digits", "Copy it from `strobe hub`."
        )
    return pin.lower()


def _checked_token(token: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise Failure(
            WRONG_USE, "the token has characters that no token has", "Copy it again, without spaces."
        )
    return token
