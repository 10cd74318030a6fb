"""One peer in an interpreter of its own: a pass of the line without and with its probe, in nanoseconds.

    python peer.py NAME SIZE FOLDER
    python peer.py ddtrace-snapshot LINE FOLDER

It runs in the environment that the bench makes for peers; for debugpy the bench is the client. The second
form is a call of serve() in FOLDER/bench_snapshot.py, without and with a snapshot at LINE.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from probed_loop import CONDITION, load, pass_ns

PLAIN_PASSES, PROBED_PASSES, ROUNDS = 200_000, 5_000, 7
CALLS, PAUSE_S = 50, 1.2  # its own limit is 100 snapshots a second in a process


def measure(module: Any, passes: int) -> float:
    pass_ns(module, passes)
    return statistics.median(pass_ns(module, passes) for _ in range(ROUNDS))


def condition_of_ddtrace() -> dict[str, Any]:
    """CONDITION in its own notation."""
    total = {"gt": [{"getmember": [{"ref": "x"}, "total"]}, 100]}
    user = {"eq": [{"getmember": [{"ref": "user"}, "id"]}, 7]}
    return {"dsl": CONDITION, "json": {"and": [total, user]}}


def start_ddtrace() -> Any:
    """Its debugger, without an agent to talk to."""
    os.environ.update(
        DD_TRACE_ENABLED="false",
        DD_INSTRUMENTATION_TELEMETRY_ENABLED="false",
        DD_REMOTE_CONFIGURATION_ENABLED="false",
        DD_TRACE_AGENT_URL="http://127.0.0.1:1",
    )
    logging.disable(logging.CRITICAL)
    from ddtrace.debugging._debugger import Debugger  # type: ignore[import-not-found, unused-ignore]

    Debugger.enable()
    return Debugger._instance


def set_ddtrace_probe(debugger: Any, function: Any, path: Path, line: int, more: dict[str, Any]) -> None:
    """A probe that captures a snapshot."""
    from ddtrace.debugging._probe.remoteconfig import (  # type: ignore[import-not-found, unused-ignore]
        ProbePollerEvent,
        build_probe,
    )

    attributes = {
        "id": "bench",
        "version": 1,
        "type": "LOG_PROBE",
        "where": {"sourceFile": str(path), "lines": [str(line)]},
        "template": "hit",
        "segments": [{"str": "hit"}],
        "captureSnapshot": True,
        **more,
    }
    before = function.__code__
    debugger._on_configuration(ProbePollerEvent.NEW_PROBES, [build_probe(attributes)])
    if function.__code__ is before:
        raise SystemExit("ddtrace did not set its probe")


def ddtrace(size: str, folder: Path) -> tuple[float, float]:
    debugger = start_ddtrace()
    module, path, line = load(folder, size, "ddtrace")
    plain = measure(module, PLAIN_PASSES)
    set_ddtrace_probe(debugger, module.loop, path, line, {"when": condition_of_ddtrace()})
    return plain, measure(module, PROBED_PASSES)


def call_ns(function: Any) -> float:
    """Nanoseconds of a call in this thread, in a burst that the limits of a peer allow."""
    time.sleep(PAUSE_S)
    started = time.thread_time_ns()
    for number in range(CALLS):
        function(number, int)
    return (time.thread_time_ns() - started) / CALLS


def ddtrace_snapshot(line: str, folder: Path) -> tuple[float, float]:
    debugger = start_ddtrace()
    sys.path.insert(0, str(folder))
    module = importlib.import_module("bench_snapshot")
    plain = statistics.median(call_ns(module.serve) for _ in range(ROUNDS))
    more = {"sampling": {"snapshotsPerSecond": 1_000_000.0}}
    set_ddtrace_probe(debugger, module.serve, folder / "bench_snapshot.py", int(line), more)
    return plain, statistics.median(call_ns(module.serve) for _ in range(ROUNDS))


def debugpy(size: str, folder: Path) -> tuple[float, float]:
    import debugpy  # type: ignore[import-not-found, unused-ignore]

    module, path, line = load(folder, size, "debugpy")
    plain = measure(module, PLAIN_PASSES)
    port = debugpy.listen(("127.0.0.1", 0), in_process_debug_adapter=False)[1]
    print(json.dumps({"port": port, "path": str(path), "line": line}), flush=True)
    debugpy.wait_for_client()
    return plain, measure(module, PROBED_PASSES)


if __name__ == "__main__":
    peers = {"ddtrace": ddtrace, "debugpy": debugpy, "ddtrace-snapshot": ddtrace_snapshot}
    measured = peers[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))
    print(json.dumps({"plain_ns": measured[0], "probed_ns": measured[1]}), flush=True)
    os._exit(0)  # peers' threads would wait for their servers
