"""A program of the ordinary kind: text, dicts, objects, calls, exceptions.

    python workload.py with|without      checks that the agent is (not) there first

Prints the nanoseconds of processor time that it took, the agent's threads included.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass

ROUNDS = 15000


@dataclass
class Order:
    number: int
    customer: str
    cents: int

    def total(self, rebate_percent: int) -> int:
        if rebate_percent > 100:
            raise ValueError(rebate_percent)
        return self.cents * (100 - rebate_percent) // 100


def one_round(number: int) -> int:
    orders = [Order(number + index, f"customer-{index % 7}", 100 * index + 1) for index in range(20)]
    by_customer: dict[str, int] = {}
    for order in orders:
        try:
            by_customer[order.customer] = by_customer.get(order.customer, 0) + order.total(order.number % 102)
        except ValueError:
            by_customer["nobody"] = 0
    text = json.dumps(by_customer, sort_keys=True)
    return len(text) + len(json.loads(text))


def check_agent(wanted: bool) -> None:
    package = sys.modules.get("stroboscope")
    running = package is not None and package.status() is not None
    if running != wanted:
        raise SystemExit(
            f"the agent is {'' if running else 'not '}running, which is not what is measured here"
        )


def main() -> None:
    check_agent(sys.argv[1] == "with")
    for number in range(ROUNDS // 10):
        one_round(number)
    started = time.process_time_ns()
    for number in range(ROUNDS):
        one_round(number)
    print(time.process_time_ns() - started)


if __name__ == "__main__":
    main()
