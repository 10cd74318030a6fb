"""Times as people write them."""

from __future__ import annotations

import time


def ago(unix_ms: int, now_s: float | None = None) -> str:
    """How long `unix_ms` is past, in the largest unit that fits: '12 s', '3 min', '5 h', '2 d'."""
    seconds = max(0, int((time.time() if now_s is None else now_s) - unix_ms / 1000))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def moment(unix_us: int) -> str:
    """Local date and time to the millisecond; empty where the number is no time."""
    try:
        local = time.localtime(unix_us // 1_000_000)
    except (OverflowError, OSError, ValueError):
        return ""
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', local)}.{unix_us // 1000 % 1000:03d}"


def span_of(nanoseconds: int) -> str:
    """A length of time: '840 ns', '4.2 µs', '1.3 ms'."""
    if nanoseconds < 1000:
        return f"{nanoseconds} ns"
    if nanoseconds < 1_000_000:
        return f"{nanoseconds / 1000:.1f} µs"
    return f"{nanoseconds / 1_000_000:.1f} ms"
