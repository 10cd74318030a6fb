"""Customers who visit the shop, at a bounded rate.

From the folder above:  python -m shop.traffic --url http://127.0.0.1:8000 --rate 60
"""

from __future__ import annotations

import argparse
import http.client
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from shop import seed

CARD_NUMBER = "4242424242424242"
_RATE_MAX = 500.0
_VISITORS_MAX = 8
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Pace:
    """Hands out moments to act, shared by all visitors: `rate` a second, `count` in all (0: without end)."""

    def __init__(self, rate: float, count: int) -> None:
        self._interval_s = 1 / rate
        self._left = count or -1
        self._next = time.monotonic()
        self._lock = threading.Lock()
        self.stopped = threading.Event()

    def wait(self) -> bool:
        """Sleep until the next moment. False: there is none."""
        with self._lock:
            if self._left == 0 or self.stopped.is_set():
                return False
            self._left -= 1
            # A visitor that is late starts a new rhythm; a burst to catch up would help nobody.
            self._next = max(self._next + self._interval_s, time.monotonic())
            delay = self._next - time.monotonic()
        return not self.stopped.wait(delay)


class Visitor:
    """One browser. Counts answers by status; 0 stands for no answer."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._cookie = ""
        self.answers: Counter[int] = Counter()

    def visit(self, number: int, sku: str, coupon: str) -> Iterator[None]:
        """One purchase: yields before each of its requests, so that the caller sets the pace."""
        password = seed.password_of(number)
        yield
        self.request("GET", "/")
        yield
        self.request("POST", "/login", {"email": seed.email_of(number), "password": password})
        yield
        self.request("POST", "/basket", {"sku": sku, "quantity": "2"})
        yield
        self.request("GET", "/basket")
        yield
        form = {"password": password, "card_number": CARD_NUMBER, "coupon": coupon}
        self.request("POST", "/checkout", form)

    def request(self, method: str, path: str, form: dict[str, str] | None = None) -> bytes:
        """Send one request; the body of the answer, empty when there is none."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=10)
        try:
            body = urlencode(form) if form is not None else None
            connection.request(method, path, body, {"Cookie": self._cookie, **(_FORM if body else {})})
            response = connection.getresponse()
            answer = response.read()
            self._cookie = (response.getheader("Set-Cookie") or self._cookie).partition(";")[0]
            self.answers[response.status] += 1
        except (OSError, http.client.HTTPException):
            self.answers[0] += 1
            return b""
        finally:
            connection.close()
        return answer


def purchases(visitor: int, visitors: int) -> Iterator[tuple[int, str, str]]:
    """(customer, product, coupon) without end. Each visitor of `visitors` plays customers of its own."""
    dice = random.Random(visitor)
    numbers = [number for number in range(1, seed.CUSTOMER_COUNT + 1) if number % visitors == visitor]
    while True:
        dice.shuffle(numbers)
        for number in numbers:
            if number == seed.RARE_CUSTOMER:
                yield number, "poster", "WELCOME40"
            else:
                coupon = dice.choice(("", "", "", "SPRING10", "WELCOME40"))
                yield number, dice.choice(seed.PRODUCTS).sku, coupon


def _shop_around(visitor: Visitor, pace: Pace, customers: Iterator[tuple[int, str, str]]) -> None:
    for number, sku, coupon in customers:
        for _ in visitor.visit(number, sku, coupon):
            if not pace.wait():
                return


def main() -> int:
    parser = argparse.ArgumentParser(description="Send the shop realistic requests at a bounded rate.")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--rate", type=float, default=60.0, help="requests each second, at most 500")
    parser.add_argument("--count", type=int, default=0, help="requests in all (0: until Ctrl-C)")
    parser.add_argument("--visitors", type=int, default=4, help="at the same time, at most 8")
    options = parser.parse_args()
    pace = Pace(min(max(options.rate, 0.1), _RATE_MAX), max(options.count, 0))
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: pace.stopped.set())
    count = min(max(options.visitors, 1), _VISITORS_MAX)
    visitors = [Visitor(options.url) for _ in range(count)]
    threads = [
        threading.Thread(target=_shop_around, args=(visitor, pace, purchases(index, count)))
        for index, visitor in enumerate(visitors)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = sum((visitor.answers for visitor in visitors), Counter[int]())
    print(", ".join(f"{status or 'no answer'}: {count}" for status, count in sorted(answers.items())))
    return 0 if set(answers) <= {200} else 1


if __name__ == "__main__":
    sys.exit(main())
