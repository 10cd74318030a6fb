"""Canned documents of the API (docs/api.md)."""

from __future__ import annotations

from typing import Any

SOURCE = "def price_of(basket):\n    total = -560\n\treturn total\n# \x1b]0;title\x07\n"


def instance(name: str = "a1", service: str = "shop", **extra: Any) -> dict[str, Any]:
    return {
        "id": name * 8,
        "service": service,
        "host": "pod-7",
        "pid": 4711,
        "python": "3.12.1",
        "engine": "monitoring",
        "agent_version": "0.1.0",
        "command": "gunicorn shop.app",
        "state": "up",
        "started_at_ms": 1,
        "connected_at_ms": 1,
        "last_seen_ms": 1,
        **extra,
    }


def state(name: str = "a1", kind: str = "armed", **extra: Any) -> dict[str, Any]:
    gates = extra.pop("gates", {"reached": 0})
    return {
        "probe": "p1p1",
        "probe_version": 1,
        "instance": name * 8,
        "state": kind,
        "gates": gates,
        **extra,
    }


def probe_view(*states: dict[str, Any], revision: int = 1, **extra: Any) -> dict[str, Any]:
    probe = {
        "id": "p1p1",
        "version": 1,
        "service": "shop",
        "location": "shop/pricing.py:3",
        "action": "snapshot",
        "limits": {"hits": 1},
        "created_at_ms": 1,
        "created_by": "admin",
        **extra,
    }
    return {"probe": probe, "states": list(states), "revision": revision}


def summary(position: int = 1, **extra: Any) -> dict[str, Any]:
    return {
        "id": f"a1a1-{position}",
        "position": position,
        "probe": "p1p1",
        "instance": "a1" * 8,
        "service": "shop",
        "seq": position,
        "time_us": 1_700_000_000_123_456,
        "function": "price_of",
        "file": "/srv/shop/pricing.py",
        "line": 3,
        "source_sha256": "ab" * 32,
        **extra,
    }


def snapshot(values: list[Any], local_names: list[str], position: int = 1, **extra: Any) -> dict[str, Any]:
    """A view whose innermost frame has `local_names` referring to the first values, in order."""
    frame = {
        "function": "price_of",
        "file": "/srv/shop/pricing.py",
        "line": 3,
        "locals": [[name, index] for index, name in enumerate(local_names)],
        "arguments": 1,
    }
    body = {
        "format": 1,
        "thread": {"id": 1, "name": "MainThread"},
        "frames": [frame],
        "frames_total": 1,
        "values": values,
        "capture_ns": 4210,
        **extra,
    }
    return {"summary": summary(position), "condition": "total < 0", "body": body}
