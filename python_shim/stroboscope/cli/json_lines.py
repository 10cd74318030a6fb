"""Output for programs: one JSON document on each line of stdout."""

from __future__ import annotations

import json
import sys


def print_json(document: object) -> None:
    """Write `document` as one line of ASCII without control characters, and hand it over at once."""
    line = json.dumps(document, ensure_ascii=True, separators=(",", ":")).replace("\x7f", "\\u007f")
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
