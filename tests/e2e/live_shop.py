"""The example shop on gunicorn with two workers, with or without the agent."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from held_port import HeldPort
from live_hub import STROBE
from shop import seed, traffic
from waiting import eventually

EXAMPLES = Path(traffic.__file__).parents[1]
PAYMENT_TOKEN = "pay_live_8d1f0c2b7e"
SECRETS = (seed.password_of(seed.RARE_CUSTOMER), traffic.CARD_NUMBER, PAYMENT_TOKEN)
RARE_QUOTE = f"/api/quote?customer={seed.RARE_CUSTOMER}&sku=poster&quantity=2&coupon=WELCOME40"
PRICING = (EXAMPLES / "shop" / "pricing.py").read_text(encoding="utf-8").splitlines()


def line_of(beginning: str) -> int:
    """Where the line of shop/pricing.py stands that begins so, counted from 1."""
    return next(number for number, line in enumerate(PRICING, 1) if line.strip().startswith(beginning))


class LiveShop:
    """`dsn`: what its agents are configured with; empty: no agent."""

    def __init__(self, folder: Path, environ: dict[str, str], dsn: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "shop.log"
        self._held_port = HeldPort()
        self.port = self._held_port.number
        self.url = f"http://127.0.0.1:{self.port}"
        environ = environ | {
            "SHOP_DATABASE": str(folder / "shop.db"),
            "SHOP_PAYMENT_TOKEN": PAYMENT_TOKEN,
            "SHOP_TODAY": seed.BIRTHDAY.replace(year=2026).isoformat(),
        }
        gunicorn = [sys.executable, "-m", "gunicorn", "--workers", "2", "--bind", f"127.0.0.1:{self.port}"]
        run = [*STROBE, "run", "--dsn", dsn, "--"] if dsn else []
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*run, *gunicorn, "shop.app:create_app()"],
                cwd=EXAMPLES,
                env=environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        eventually(self._answers, f"the start of the shop (see {self.log})")

    def stop(self) -> int:
        """Ask it to end; the exit code of gunicorn."""
        self._process.terminate()
        try:
            return self._process.wait(60)
        finally:
            self.kill()

    def kill(self) -> None:
        """End what is left of it."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()

    def get(self, path: str) -> tuple[int, bytes]:
        """One request on a connection of its own: status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def load(self, paths: Iterable[str], at_once: int = 4) -> set[int]:
        """Send all requests, `at_once` at the same time; the statuses that came."""
        waiting = iter(paths)
        lock = threading.Lock()
        statuses: set[int] = set()

        def send() -> None:
            while True:
                with lock:
                    path = next(waiting, None)
                if path is None:
                    return
                try:
                    status = self.get(path)[0]
                except (OSError, http.client.HTTPException):
                    status = 0
                statuses.add(status)

        threads = [threading.Thread(target=send) for _ in range(at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return statuses

    def _answers(self) -> bool:
        assert self._process.poll() is None, self.log.read_text(errors="replace")
        try:
            return self.get("/api/products")[0] == 200
        except OSError:
            return False


StartShop = Callable[..., LiveShop]
"""start_shop(name="shop", dsn=None)"""


def quotes(count: int, rare_every: int = 0) -> Iterable[str]:
    """`count` requests for prices; each `rare_every`-th one is the case that the bug shows in."""
    for number in range(1, count + 1):
        if rare_every and number % rare_every == 0:
            yield RARE_QUOTE
        else:
            sku = seed.PRODUCTS[number % len(seed.PRODUCTS)].sku
            yield f"/api/quote?customer={number % 200 + 1}&sku={sku}&quantity={number % 3 + 1}"
