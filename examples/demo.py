"""The whole way in one go: a hub, a shop with two workers under load, and the one hit that shows its bug.

`make demo` starts this. All it makes lies in build/demo (or STROBE_DEMO_FOLDER); your profile stays as it is.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from shop import seed, traffic

EXAMPLES = Path(__file__).resolve().parent
HOME = Path(os.environ.get("STROBE_DEMO_FOLDER") or EXAMPLES.parent / "build" / "demo").absolute()
HUB_PORT = 8443
REQUESTS_PER_S = 100
START_S_MAX = 60.0
SNAP_S_MAX = 180
PAYMENT_TOKEN = "pay_live_5f2c9a7be1"
SECRETS = (seed.password_of(seed.RARE_CUSTOMER), traffic.CARD_NUMBER, PAYMENT_TOKEN)


class DemoError(Exception):
    """The demo cannot go on; the message says why and where to look."""


class Stopped(BaseException):
    """Ctrl-C or SIGTERM."""


class Hold:
    """While it is entered, a signal to stop waits, so that a process that was just started is known before."""

    def __init__(self) -> None:
        self._entered = False
        self._stop = False

    def __enter__(self) -> None:
        self._entered = True

    def __exit__(self, *_exception: object) -> None:
        self._entered = False
        if self._stop:
            raise Stopped

    def stop(self, _signum: int, _frame: object) -> None:
        """What a signal does."""
        self._stop = True
        if not self._entered:
            raise Stopped


HOLD = Hold()


class Stage:
    """The processes of the demo; ends all of them, the latest first, when it is left."""

    def __init__(self) -> None:
        self._children: list[tuple[str, subprocess.Popen[bytes], IO[bytes]]] = []

    def start(self, name: str, command: Sequence[str], environ: dict[str, str]) -> None:
        """Start `command` in a group of its own (Ctrl-C is for us); its output goes to NAME.log."""
        log = (HOME / f"{name}.log").open("wb")
        with HOLD:
            child = subprocess.Popen(
                command,
                cwd=EXAMPLES,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._children.append((name, child, log))

    def check(self) -> None:
        """Raises DemoError when a child has died."""
        for name, child, _ in self._children:
            if child.poll() is not None:
                raise DemoError(f"the {name} ended with exit code {child.returncode}; {_last_lines(name)}")

    def wait_until(self, what: str, is_true: Callable[[], bool]) -> None:
        """Wait for the children to get somewhere."""
        deadline = time.monotonic() + START_S_MAX
        while not is_true():
            self.check()
            if time.monotonic() > deadline:
                raise DemoError(
                    f"{what} did not happen within {START_S_MAX:g} seconds; see {_shown(HOME)}/*.log"
                )
            time.sleep(0.1)

    def end(self) -> None:
        """Ask every child to end, then make it."""
        for _, child, log in reversed(self._children):
            if child.poll() is None:
                child.terminate()
                try:
                    child.wait(10)
                except subprocess.TimeoutExpired:
                    pass
            try:
                os.killpg(child.pid, signal.SIGKILL)  # whatever is left of its group
            except ProcessLookupError:
                pass
            child.wait()
            log.close()
        self._children.clear()


def main() -> int:
    parser = argparse.ArgumentParser(description="Show one breakpoint in a shop that never stops.")
    parser.add_argument("--once", action="store_true", help="end after the snapshot: 0 when there is one")
    once: bool = parser.parse_args().once
    HOME.parent.mkdir(parents=True, exist_ok=True)
    with HOME.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("demo: another demo is running; end it first", file=sys.stderr)
            return 2
        return _play(once)


def _play(once: bool) -> int:
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, HOLD.stop)
    stage = Stage()
    try:
        _perform(stage, once)
    except DemoError as error:
        print(f"\ndemo: {error}", file=sys.stderr)
        return 1
    except Stopped:
        say("\nEnding the shop and the hub.")
        return 130 if once else 0
    finally:
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, signal.SIG_IGN)
        stage.end()
    return 0


def _perform(stage: Stage, once: bool) -> None:
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir()
    environ = _environment()
    say("Stroboscope demo\n")

    hub_port = _free_port(HUB_PORT)
    hub = [*_strobe(), "hub", "--data", str(HOME / "hub"), "--listen", f"127.0.0.1:{hub_port}"]
    stage.start("hub", hub, environ)
    stage.wait_until("the start of the hub", lambda: _call(["ps"], environ) is not None)
    say(f"  hub      https://127.0.0.1:{hub_port}")

    shop_url = f"http://127.0.0.1:{_free_port(8000)}"
    stage.start("shop", _shop_command(shop_url), environ)
    stage.wait_until("the start of the shop", lambda: _answers(shop_url))
    stage.wait_until(
        "the agents' connection", lambda: (_call(["ps", "--json"], environ) or "").count("\n") >= 2
    )
    say(f"  shop     {shop_url}  (gunicorn with 2 workers, under `strobe run`)")

    load = [sys.executable, "-m", "shop.traffic", "--url", shop_url, "--rate", str(REQUESTS_PER_S)]
    stage.start("traffic", load, environ)
    say(f"  traffic  {REQUESTS_PER_S} requests a second from {seed.CUSTOMER_COUNT} customers\n")

    _take_snapshot(stage, environ)
    _check_secrets(environ)
    if once:
        return
    say("\nThe same in the browser (the certificate is the demo's own; accept it):\n")
    say(f"  {_console_address()}\n")
    say("Shop and traffic go on. Ctrl-C ends them.")
    while True:
        stage.check()
        time.sleep(0.5)


def _take_snapshot(stage: Stage, environ: dict[str, str]) -> None:
    line = _line_of("return total")
    say("One customer in many is charged a negative amount. Nothing fails, nothing is logged.")
    say("A breakpoint that acts only then, in the shop that runs:\n")
    say(f"  $ strobe snap shop/pricing.py:{line} --if 'total < 0'\n")
    snap = ["snap", f"shop/pricing.py:{line}", "--if", "total < 0", "--service", "shop"]
    status = _run_visibly(stage, [*_strobe(), *snap, "--timeout", str(SNAP_S_MAX)], environ)
    if status != 0:
        stage.check()  # the cause, when a child died
        raise DemoError(f"`strobe snap` ended with exit code {status}")
    say("The loyalty discount went into `discount` twice: with the coupon, and again with the birthday gift.")


def _check_secrets(environ: dict[str, str]) -> None:
    """Raises DemoError when a secret of the checkout is in the output, the hub's database, or a log."""
    listed = _call(["show", "--json"], environ) or ""
    if not listed:
        raise DemoError("the hub has no snapshot, though one was printed")
    snapshot_id = json.loads(listed.splitlines()[0])["id"]
    texts = {"output of `strobe show`": (_call(["show", snapshot_id, "--full"], environ) or "").encode()}
    texts["answer of the hub"] = (_call(["show", snapshot_id, "--json"], environ) or "").encode()
    texts |= {_shown(path): path.read_bytes() for path in HOME.rglob("*") if path.is_file()}
    for place, text in texts.items():
        for secret in SECRETS:
            if secret.encode() in text:
                raise DemoError(f"a secret of the shop ({secret[:4]}...) is in {place}")
    if b"redacted" not in texts["answer of the hub"]:
        raise DemoError("nothing in the snapshot is marked as redacted")
    say("Password, card number and API token never left the process: they are in no output, database or log.")


def _run_visibly(stage: Stage, command: Sequence[str], environ: dict[str, str]) -> int:
    """Run a command on this terminal; it is ended, and gets to clean up, when the demo is."""
    child = None
    try:
        with HOLD:  # in a session of its own, so that Ctrl-C reaches it once: from here
            child = subprocess.Popen(command, env=environ, start_new_session=True)
        while child.poll() is None:
            stage.check()
            time.sleep(0.1)
    except BaseException:
        if child is not None:
            child.terminate()
            child.wait()
        raise
    return child.returncode


def _call(arguments: Sequence[str], environ: dict[str, str]) -> str | None:
    """Output of a `strobe` command, or None when it fails."""
    done = subprocess.run([*_strobe(), *arguments], env=environ, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def _strobe() -> list[str]:
    """The command of the interpreter that runs this file, whatever PATH says."""
    script = Path(sys.executable).parent / "strobe"
    return [str(script)] if script.exists() else [sys.executable, "-m", "stroboscope.cli"]


def _shop_command(url: str) -> list[str]:
    gunicorn = [sys.executable, "-m", "gunicorn", "--workers", "2", "--bind", url.removeprefix("http://")]
    return [*_strobe(), "run", "--service", "shop", "--", *gunicorn, "shop.app:create_app()"]


def _environment() -> dict[str, str]:
    """Ours, without connections to another hub, and with folders of the demo for everything of the user."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("STROBE_", "XDG_"))}
    if "STROBE_HUB_BINARY" in os.environ:
        environ["STROBE_HUB_BINARY"] = os.environ["STROBE_HUB_BINARY"]
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        environ[f"XDG_{name}_HOME"] = str(HOME / "xdg" / name.lower())
    environ["SHOP_DATABASE"] = str(HOME / "shop.db")
    environ["SHOP_PAYMENT_TOKEN"] = PAYMENT_TOKEN
    environ["SHOP_TODAY"] = seed.BIRTHDAY.replace(year=2026).isoformat()
    environ["PYTHONUNBUFFERED"] = "1"
    return environ


def _console_address() -> str:
    """Signs in with one click: the console takes the token out of the address."""
    profile = json.loads((HOME / "xdg" / "config" / "stroboscope" / "profile.json").read_text())
    return f"{profile['hub']}/#token={profile['token']}"


def _free_port(wished: int) -> int:
    """`wished`, or any other when that is taken."""
    for port in (wished, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            number: int = probe.getsockname()[1]
            return number
    raise DemoError("there is no free port on 127.0.0.1")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/products", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _line_of(text: str) -> int:
    """Where `text` stands in the shop's pricing, counted from 1."""
    lines = (EXAMPLES / "shop" / "pricing.py").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.strip().startswith(text))


def _last_lines(name: str) -> str:
    text = (HOME / f"{name}.log").read_text(errors="replace").strip()
    return f"its last words ({name}.log):\n" + "\n".join(f"    {line}" for line in text.splitlines()[-5:])


def _shown(path: Path) -> str:
    return os.path.relpath(path)


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
