"""The one variable that configures an agent: `wss://TOKEN@host:port/SERVICE?pin=SHA256`."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit, urlunsplit

from stroboscope.cli.failure import WRONG_USE, Failure

_FORM = "A DSN looks like wss://TOKEN@host:port/SERVICE?pin=SHA256; `strobe hub` prints the one of your hub."
_SERVICE_BYTES_MAX = 256


def service_of(dsn: str) -> str:
    """The service that `dsn` names, decoded; empty when it names none."""
    return unquote(urlsplit(dsn).path.strip("/"))


def with_service(dsn: str, service: str) -> str:
    """`dsn` for `service`. Raises Failure (WRONG_USE, never naming the token) when either is unusable."""
    try:
        parts = urlsplit(dsn)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        raise Failure(WRONG_USE, "the DSN has a host or port that cannot be read", _FORM) from None
    if parts.scheme != "wss":
        raise Failure(WRONG_USE, "the DSN does not begin with wss://", _FORM)
    if not parts.username or not parts.hostname or not port_is_valid:
        raise Failure(WRONG_USE, "the DSN lacks its token or host", _FORM)
    _check_service(service)
    return urlunsplit((parts.scheme, parts.netloc, "/" + quote(service, safe=""), parts.query, ""))


def _check_service(service: str) -> None:
    if (
        not service
        or not service.isprintable()
        or len(service.encode("utf-8", "replace")) > _SERVICE_BYTES_MAX
    ):
        raise Failure(
            WRONG_USE,
            "the service needs a name of 1 to 256 printable characters",
            "Name it with --service NAME.",
        )
