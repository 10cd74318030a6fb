"""What a pass of a line costs whose condition is false: ours beside an empty callback and what peers do.

The condition is `x.total > 100 and user.id == 7`, the line stands in a loop, once in a short function and
once below 3,000 other lines; in the short one conditions of other forms are measured, too. Each figure is
the time of a pass above the same function without any probe, in one run. Peers run in interpreters of their
own, in build/bench-peers-VERSION-NAME; one that does not install is left out, with the reason.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from dap_client import Client
from harness import Row, note, passes_for, row_from_pairs
from probed import probe_at
from probed_loop import CONDITION, LINES, load, pass_ns

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build"
PEERS = {"debugpy": "debugpy==1.8.22", "ddtrace": "ddtrace==4.16.0"}
ROUNDS = 21
SAMPLE_NS = 20_000_000
TOOL = 4
FORMS = {
    "false by its second comparison": "x.total < 100 and user.id == 8",
    "a text": 'user.tier == "silver"',
    "a chain": "10 <= x.total < 12",
    "arithmetic": "y % 1000000 == -1",
}
"""Other conditions, false as well."""
MONITORING: Any = getattr(sys, "monitoring", None)


def bare_callback() -> Any:
    """The C callback, compiled for this interpreter."""
    folder = BUILD / f"bench-{sys.version_info[0]}.{sys.version_info[1]}"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / ("bare_callback" + str(sysconfig.get_config_var("EXT_SUFFIX")))
    include = sysconfig.get_paths()["include"]
    command = [
        "cc",
        "-O2",
        "-shared",
        "-fPIC",
        f"-I{include}",
        str(HERE / "bare_callback.c"),
        "-o",
        str(target),
    ]
    subprocess.run(command, check=True)
    sys.path.insert(0, str(folder))
    import bare_callback  # type: ignore[import-not-found, unused-ignore]

    return bare_callback


@contextmanager
def monitored(module: Any, callback: Callable[..., object]) -> Iterator[None]:
    """LINE events of the loop's function for `callback`."""
    MONITORING.use_tool_id(TOOL, "bench")
    MONITORING.register_callback(TOOL, MONITORING.events.LINE, callback)
    MONITORING.set_local_events(TOOL, module.loop.__code__, MONITORING.events.LINE)
    try:
        yield
    finally:
        MONITORING.set_local_events(TOOL, module.loop.__code__, 0)
        MONITORING.register_callback(TOOL, MONITORING.events.LINE, None)
        MONITORING.free_tool_id(TOOL)


def python_callback(line: int) -> Callable[[object, int], object]:
    """The same condition as people write it by hand."""
    disable = MONITORING.DISABLE

    def callback(_code: object, number: int) -> object:
        if number != line:
            return disable
        variables = sys._getframe(1).f_locals
        if variables["x"].total > 100 and variables["user"].id == 7:
            raise SystemExit("the condition is true")
        return None

    return callback


Subject = tuple[Any, Callable[[], AbstractContextManager[None]]]
"""A module with the loop, and what sets the probe in it."""


def subjects(folder: Path, size: str) -> dict[str, Subject]:
    ours, path, line = load(folder, size, "ours")
    bare, _, _ = load(folder, size, "bare")
    python, _, _ = load(folder, size, "python")
    extension = bare_callback()
    extension.let_through(line, MONITORING.DISABLE)
    forms = FORMS if size == "short" else {}
    return {
        "bare": (bare, lambda: monitored(bare, extension.callback)),
        "ours": (ours, lambda: probe_at(f"{path.name}:{line}", CONDITION)),
        "python": (python, lambda: monitored(python, python_callback(line))),
        **{
            form: (ours, partial(probe_at, f"{path.name}:{line}", condition))
            for form, condition in forms.items()
        },
    }


def above_ns(plain: Any, plain_passes: int, subject: Subject) -> float:
    """What a pass costs more with the probe; without it before and after: a busy machine meets both."""
    module, probe = subject
    before = pass_ns(plain, plain_passes)
    with probe():
        passes = passes_for(lambda count: pass_ns(module, count), SAMPLE_NS)
        probed = pass_ns(module, passes)
    return probed - (before + pass_ns(plain, plain_passes)) / 2


def measured_here(folder: Path, size: str) -> dict[str, list[float]]:
    """Nanoseconds above the unprobed line for each subject, one for each round."""
    plain, _, _ = load(folder, size, "plain")
    plain_passes = passes_for(lambda count: pass_ns(plain, count), SAMPLE_NS)
    every = subjects(folder, size)
    times: dict[str, list[float]] = {name: [] for name in every}
    for _ in range(ROUNDS):
        for name, subject in every.items():
            times[name].append(above_ns(plain, plain_passes, subject))
    return times


def peer_python(name: str) -> Path | str:
    """The interpreter that has the peer, or why there is none."""
    folder = BUILD / f"bench-peers-{sys.version_info[0]}.{sys.version_info[1]}-{name}"
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        note(f"  installing {PEERS[name]}")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEERS[name]]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f"{PEERS[name]} does not install: {(done.stderr.strip().splitlines() or ['?'])[-1]}"
        (folder / "installed").touch()
    return python


def measured_peer(name: str, size: str, folder: Path, what: str = "") -> float | str:
    """Nanoseconds above the unprobed line, or why there are none.

    `what`: the form of peer.py, else `name`.
    """
    python = peer_python(name)
    if isinstance(python, str):
        return python
    command = [str(python), str(HERE / "peer.py"), what or name, size, str(folder)]
    with tempfile.TemporaryFile("w+") as errors:
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
        )
        try:
            times = last_line(child, name)
        except (OSError, ValueError) as error:
            errors.seek(0)
            return f"{name}: {(errors.read().strip().splitlines() or [str(error)])[-1]}"
        finally:
            os.killpg(child.pid, signal.SIGKILL)  # debugpy's adapter too, which would keep the pipe open
            child.wait()
    return float(times["probed_ns"] - times["plain_ns"])


def last_line(child: subprocess.Popen[str], name: str) -> dict[str, float]:
    """What the peer measured; for debugpy its client is here."""
    assert child.stdout is not None
    line = child.stdout.readline()
    if name == "debugpy":
        where = json.loads(line)
        client = Client(where["port"])
        client.attach(where["path"], where["line"], CONDITION)
        line = child.stdout.readline()
        client.socket.close()
    times: dict[str, float] = json.loads(line)
    return times


def beside(name: str, size: str, less: list[float], more: list[float]) -> Row:
    """One figure as a multiple of another, both above the unprobed line."""
    return row_from_pairs(f"{name}, {size} function", "pass above", list(zip(less, more, strict=True)))


def rows() -> list[Row]:
    if MONITORING is None:
        note("  left out: sys.monitoring, and so the callbacks to compare with, is new in 3.12")
        return []
    from stroboscope import _agent

    result = []
    _agent.start(None, "bench", "bench", "", None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in LINES:
            times = measured_here(folder, size)
            floor = [max(1.0, ns) for ns in times["bare"]]
            ours = [max(1.0, ns) for ns in times["ours"]]
            result.append(beside("condition false, beside a bare C callback", size, floor, ours))
            for form in (form for form in FORMS if form in times):
                name = f"condition false, {form}, beside a bare C callback"
                result.append(beside(name, size, floor, times[form]))
            result.append(beside("Python callback with f_locals, beside ours", size, ours, times["python"]))
            for peer in PEERS:
                note(f"  {peer}, {size} function")
                ns = measured_peer(peer, size, folder)
                if isinstance(ns, str):
                    note(f"  left out: {ns}")
                else:
                    typical = [statistics.median(ours)] * len(ours)
                    result.append(beside(f"{peer}, beside ours", size, typical, [ns] * len(ours)))
    _agent.stop()
    return result
