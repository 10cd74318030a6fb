"""One peer in an interpreter of its own: a pass of the line without and with its probe, in nanoseconds.

    python peer.py NAME SIZE FOLDER

It runs in the environment that the bench makes for peers; for debugpy the bench is the client.
"""

from __future__ import annotations

import json
import logging
import os
import statistics
import sys
from pathlib import Path
from typing import Any

from probed_loop import CONDITION, load, pass_ns

PLAIN_PASSES, PROBED_PASSES, ROUNDS = 200_000, 5_000, 7


def measure(module: Any, passes: int) -> float:
    pass_ns(module, passes)
    return statistics.median(pass_ns(module, passes) for _ in range(ROUNDS))


def condition_of_ddtrace() -> dict[str, Any]:
    """CONDITION in its own notation."""
    total = {"gt": [{"getmember": [{"ref": "x"}, "total"]}, 100]}
    user = {"eq": [{"getmember": [{"ref": "user"}, "id"]}, 7]}
    return {"dsl": CONDITION, "json": {"and": [total, user]}}


def ddtrace(size: str, folder: Path) -> tuple[float, float]:
    os.environ.update(
        DD_TRACE_ENABLED="false",
        DD_INSTRUMENTATION_TELEMETRY_ENABLED="false",
        DD_REMOTE_CONFIGURATION_ENABLED="false",
        DD_TRACE_AGENT_URL="http://127.0.0.1:1",
    )
    logging.disable(logging.CRITICAL)
    from ddtrace.debugging._debugger import Debugger  # type: ignore[import-not-found, unused-ignore]
    from ddtrace.debugging._probe.remoteconfig import (  # type: ignore[import-not-found, unused-ignore]
        ProbePollerEvent,
        build_probe,
    )

    Debugger.enable()
    module, path, line = load(folder, size, "ddtrace")
    plain = measure(module, PLAIN_PASSES)
    attributes = {
        "id": "bench",
        "version": 1,
        "type": "LOG_PROBE",
        "where": {"sourceFile": str(path), "lines": [str(line)]},
        "template": "hit",
        "segments": [{"str": "hit"}],
        "captureSnapshot": True,
        "when": condition_of_ddtrace(),
    }
    before = module.loop.__code__
    Debugger._instance._on_configuration(ProbePollerEvent.NEW_PROBES, [build_probe(attributes)])
    if module.loop.__code__ is before:
        raise SystemExit("ddtrace did not set its probe")
    return plain, measure(module, PROBED_PASSES)


def debugpy(size: str, folder: Path) -> tuple[float, float]:
    import debugpy  # type: ignore[import-not-found, unused-ignore]

    module, path, line = load(folder, size, "debugpy")
    plain = measure(module, PLAIN_PASSES)
    port = debugpy.listen(("127.0.0.1", 0), in_process_debug_adapter=False)[1]
    print(json.dumps({"port": port, "path": str(path), "line": line}), flush=True)
    debugpy.wait_for_client()
    return plain, measure(module, PROBED_PASSES)


if __name__ == "__main__":
    measured = {"ddtrace": ddtrace, "debugpy": debugpy}[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))
    print(json.dumps({"plain_ns": measured[0], "probed_ns": measured[1]}), flush=True)
    os._exit(0)  # peers' threads would wait for their servers
