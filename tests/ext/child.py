"""Programs under test run in a child interpreter each, with the agent in local mode (no hub)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PRELUDE = '''\
import json as _json, os as _os, sys as _sys, time as _time
from stroboscope import _agent, _start
_start._start(None, "test")
_FILE = _os.path.basename(__file__)
_known = {}
def arm(*probes, rate=1000.0):
    """Probes as (line or location, condition, hits); armed on return. One that changed has a new version."""
    requests = []
    for i, p in enumerate(probes):
        where = p[0] if isinstance(p[0], str) else f"{_FILE}:{p[0]}"
        asked = (where, p[1] if len(p) > 1 else None, p[2] if len(p) > 2 else 1, rate)
        version, before = _known.get(i, (0, None))
        _known[i] = (version + (asked != before), asked)
        requests.append((f"p{i}", _known[i][0], *asked, 0))
    _agent.local_apply(requests)
def states():
    return [_json.loads(s) for s in _agent.local_states()]
def gates(i=0):
    return states()[i]["gates"]
def drain():
    return [_json.loads(s) for s in _agent.local_drain()]
def line_of(text):
    """Line of the program that ends with the comment `# <text>`."""
    for number, line in enumerate(open(__file__, encoding="utf-8"), 1):
        if line.rstrip().endswith("# " + text):
            return number
    raise SystemExit(f"no line is marked {text}")
def locals_of(snapshot, frame=0):
    """Names and texts of a frame's variables."""
    body = snapshot["body"]
    return {name: body["values"][ref].get("text", body["values"][ref].get("cut", "")) for name, ref in body["frames"][frame]["locals"]}
def eventually(ask, seconds=60):
    """The first true answer; None when there is none in a time that no machine needs."""
    ends = _time.monotonic() + seconds
    while True:
        if answer := ask(): return answer
        if _time.monotonic() > ends: return None
        _time.sleep(0.005)
def until_traced():
    """Returns when the agent sees what this thread runs: 3.11 reaches new threads, and those whose place another tool
    took, by and by."""
    if _sys.version_info < (3, 12):
        from _strobe_test_tracer import stands_here
        assert eventually(stands_here), "this thread is not traced"
def report(**facts):
    print(_json.dumps(facts))
'''

ORDERS = '''\
_limits = {"rate_per_s": 1000}
def order(**more):
    """A probe as the hub sends it: a snapshot where the program is marked `# here`, unless `more` says otherwise."""
    probe = {"id": "p0", "version": 1, "service": "test", "location": f"{_FILE}:{line_of('here')}", "action": "snapshot",
             "created_at_ms": 0, "created_by": "test"}
    return _json.dumps(probe | more | {"limits": _limits | more.get("limits", {})})
def set_probes(*orders):
    _agent.local_apply(orders)
def texts():
    return [s["text"] for s in drain()]
'''
"""For programs whose probes are more than arm() can say; goes before them."""


@dataclass(frozen=True)
class Outcome:
    code: int
    stdout: str
    stderr: str

    @property
    def facts(self) -> dict[str, Any]:
        """What the program reported; fails with its output when it reported nothing."""
        assert self.code == 0, f"exit {self.code}\n{self.stdout}\n{self.stderr}"
        lines = self.stdout.splitlines()
        assert lines, f"nothing reported\n{self.stderr}"
        facts: dict[str, Any] = json.loads(lines[-1])
        return facts


def run(
    folder: Path, program: str, *options: str, prelude: bool = True, env: dict[str, str] | None = None
) -> Outcome:
    """Run `program` in a new interpreter; `options` are the interpreter's. Its budget is all of a core, so that what
    probes may cost ends none of them; with STROBE_BUDGET empty in `env` it is what users have. A crash of it puts its
    probes in quarantine for itself alone, not for every test that follows on this machine.
    """
    own = {"STROBE_BUDGET": "100%", "STROBE_STATE_DIR": f"{folder}-state"}
    path = folder / "program.py"
    path.write_text((PRELUDE if prelude else "") + textwrap.dedent(program), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, *options, str(path)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        cwd=folder,
        env={**os.environ, **own, **(env or {})},
    )
    return Outcome(done.returncode, done.stdout, done.stderr)
