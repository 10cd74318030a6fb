"""Servers that fork, run as their users run them under `strobe run`: probes set before and after work in each worker."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from held_port import HeldPort
from live_hub import STROBE, LiveHub
from waiting import eventually

PRICE = """
import os

def price(n):
    total = n * 2            # begin
    total += 1
    return total             # end

"""
WEB = (
    PRICE
    + """
def application(environ, start_response):
    n = price(int(environ.get("QUERY_STRING") or 1))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getpid()} {n}".encode()]
"""
)
TASKS = (
    PRICE
    + """
from celery import Celery

box, outbox = os.environ["TASK_BOX"], os.environ.get("TASK_OUTBOX", os.environ["TASK_BOX"])
app = Celery("shop_tasks", broker="filesystem://")
app.conf.broker_transport_options = {"data_folder_in": box, "data_folder_out": outbox, "control_folder": box}
app.conf.task_ignore_result = True

@app.task
def sell(n):
    import time
    price(n)
    time.sleep(0.02)         # so that each worker has its share
"""
)


def at(source: str, mark: str) -> int:
    return next(n for n, text in enumerate(source.splitlines(), 1) if text.endswith(f"# {mark}"))


@contextmanager
def served(
    live_hub: LiveHub, folder: Path, command: list[str], ask: signal.Signals, **environ: str
) -> Iterator[subprocess.Popen[bytes]]:
    """The server, in a session of its own; `ask` is the signal that ends it."""
    log = folder / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*STROBE, "run", "--service", "served", "--", *command],
            cwd=folder,
            env=live_hub.environ | {"STROBE_LOG": str(folder / "agent.log")} | environ,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield server
        assert server.poll() is None, log.read_text(errors="replace")
        server.send_signal(ask)
        server.wait(60)
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        print(
            log.read_text(errors="replace"),
            (folder / "agent.log").read_text() if (folder / "agent.log").exists() else "",
        )


def set_probes(live_hub: LiveHub, file: str, source: str) -> dict[str, str]:
    """A log, a timer and a snapshot; their ids by name."""
    begin, end = f"{file}:{at(source, 'begin')}", f"{file}:{at(source, 'end')}"
    limits = {"hits": 1000, "rate_per_s": 100}
    requests: dict[str, dict[str, Any]] = {
        "log": {
            "location": end,
            "action": "log",
            "options": {"template": "{n} costs {total}"},
            "limits": limits,
        },
        "timer": {"location": begin, "action": "timer", "options": {"metric": "took", "until": end}},
        "snapshot": {"location": end, "condition": "n % 2 == 0", "limits": limits},
    }
    return {
        name: str(live_hub.client.set_probe({"service": "served", **request})["probe"]["id"])
        for name, request in requests.items()
    }


def acting(live_hub: LiveHub, probe: str) -> set[str]:
    """The processes in which the probe acted."""
    states = live_hub.client.probe(probe)["states"]
    return {str(state["instance"]) for state in states if state["gates"].get("captured", 0)}


def act_in_each(live_hub: LiveHub, probes: dict[str, str], workers: int, work: Callable[[], None]) -> None:
    """Keep it at work until each probe has acted in so many processes."""

    def all_acted() -> bool:
        work()
        return all(len(acting(live_hub, probe)) >= workers for probe in probes.values())

    eventually(all_acted, f"all probes to act in {workers} workers")

    def writers() -> set[str]:
        return {str(row["instance"]) for row in live_hub.snapshots(probes["snapshot"])}

    eventually(lambda: len(writers()) >= workers, f"snapshots of {workers} workers")
    for probe in probes.values():
        live_hub.client.remove_probe(probe)


class Visitors:
    """Requests from some threads at once, so that no worker is idle."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/?"
        self.seen: set[int] = set()
        self.number = 0

    def one(self, n: int) -> None:
        try:
            with urllib.request.urlopen(self.url + str(n), timeout=5) as answer:
                pid, value = answer.read().split()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return
        assert int(value) == 2 * n + 1
        self.seen.add(int(pid))

    def many(self) -> None:
        threads = [threading.Thread(target=self.one, args=(self.number + i,)) for i in range(8)]
        self.number += 8
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def serve_web(
    live_hub: LiveHub, folder: Path, command: list[str], ask: signal.Signals, workers: int = 2
) -> None:
    (folder / "web_app.py").write_text(WEB)
    held_port = HeldPort()
    port = held_port.number
    before = set_probes(live_hub, "web_app.py", WEB)
    command = [word.replace("PORT", str(port)) for word in command]
    with served(live_hub, folder, command, ask):
        visitors = Visitors(port)
        eventually(lambda: (visitors.one(1), visitors.seen)[1], "the server")
        act_in_each(live_hub, before, workers, visitors.many)
        after = set_probes(live_hub, "web_app.py", WEB)
        act_in_each(live_hub, after, workers, visitors.many)
        assert len(visitors.seen) == workers


def test_gunicorn_with_preload(live_hub: LiveHub, tmp_path: Path) -> None:
    gunicorn = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "2", "--bind", "127.0.0.1:PORT"]
    serve_web(live_hub, tmp_path, [*gunicorn, "web_app:application"], signal.SIGTERM)


FORK_HOOKS = "--py-call-uwsgi-fork-hooks"  # without it Python does not hear of the forks
UWSGI = Path(sys.executable).with_name("uwsgi")


@pytest.mark.skipif(not UWSGI.exists(), reason="uWSGI is not installed: pip install uwsgi")
@pytest.mark.parametrize(
    "options",
    [
        [FORK_HOOKS],
        [FORK_HOOKS, "--enable-threads", "--lazy-apps"],
        [FORK_HOOKS, "--enable-threads", "--threads", "2"],
        [],
        ["--enable-threads"],
        ["--enable-threads", "--lazy-apps"],
    ],
    ids=lambda options: "+".join(o.strip("-") for o in options) or "plain",
)
def test_uwsgi(live_hub: LiveHub, tmp_path: Path, options: list[str]) -> None:
    command = [str(UWSGI), "--http-socket", "127.0.0.1:PORT", "--master", "--processes", "2"]
    command += options
    serve_web(live_hub, tmp_path, [*command, "--wsgi-file", "web_app.py", "--need-app"], signal.SIGINT)


# The broker of files writes a task where a worker may read it half written, and then the worker ends. So it writes
# elsewhere, and what is whole is moved.
SEND = """
import os, sys, shop_tasks
for line in sys.stdin:
    for n in range(8):
        shop_tasks.sell.delay(n)
    for name in os.listdir(shop_tasks.outbox):
        os.rename(os.path.join(shop_tasks.outbox, name), os.path.join(shop_tasks.box, name))
"""


@pytest.mark.parametrize(("pool", "workers"), [("prefork", 2), ("threads", 1)])
def test_celery(live_hub: LiveHub, tmp_path: Path, pool: str, workers: int) -> None:
    pytest.importorskip("celery")
    (tmp_path / "shop_tasks.py").write_text(TASKS)
    box, outbox = tmp_path / "box", tmp_path / "outbox"
    box.mkdir()
    outbox.mkdir()
    environ = {"TASK_BOX": str(box)}
    client = subprocess.Popen(
        [sys.executable, "-c", SEND],
        cwd=tmp_path,
        env=live_hub.environ | environ | {"TASK_OUTBOX": str(outbox)},
        stdin=subprocess.PIPE,
    )
    assert client.stdin is not None

    def send() -> None:
        client.stdin.write(b"go\n")  # type: ignore[union-attr]
        client.stdin.flush()  # type: ignore[union-attr]

    before = set_probes(live_hub, "shop_tasks.py", TASKS)
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "shop_tasks",
        "worker",
        "--pool",
        pool,
        "--concurrency",
        "2",
    ]
    try:
        with served(live_hub, tmp_path, command, signal.SIGTERM, **environ):
            act_in_each(live_hub, before, workers, send)
            after = set_probes(live_hub, "shop_tasks.py", TASKS)
            act_in_each(live_hub, after, workers, send)
    finally:
        client.stdin.close()
        client.kill()
        client.wait()
        shutil.rmtree(box, ignore_errors=True)
