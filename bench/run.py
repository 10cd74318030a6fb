"""Print what the agent costs: one row per situation, each a ratio to the same program without it.

make bench
python bench/run.py [WORD ...]      only the groups idle, probed, engines, actions, expressions, snapshots
"""

from __future__ import annotations

import os
import platform
import sys

import actions
import engines
import expressions
import idle
import probed
import snapshots
from harness import Row, note, table

GROUPS = {
    "idle": idle.rows,
    "probed": probed.rows,
    "engines": engines.rows,
    "actions": actions.rows,
    "expressions": expressions.rows,
    "snapshots": snapshots.rows,
}


def main(arguments: list[str]) -> int:
    unknown = [word for word in arguments if word not in GROUPS]
    if unknown:
        print(f"no such group: {', '.join(unknown)}; there are {', '.join(GROUPS)}", file=sys.stderr)
        return 2
    try:
        import stroboscope._agent  # noqa: F401
    except ImportError as error:
        print(f"the package is not built for {sys.executable}: {error}; run make bench", file=sys.stderr)
        return 1
    # A loop that does nothing else costs more than the budget allows: without this its probe rests.
    os.environ["STROBE_BUDGET"] = "100%"
    rows: list[Row] = []
    for name, measure in GROUPS.items():
        if not arguments or name in arguments:
            note(f"measuring {name}")
            rows += measure()
    print(f"CPython {platform.python_version()}, {platform.machine()}\n")
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
