"""A till that never stops: the program that the browser tests look into."""

import threading
import time

from program_spans import be_traced, enter_span
from program_values import CARD_NUMBER, MARKUP, PASSWORD


class Till:
    def __init__(self):
        self._cash = 0

    @property
    def cash(self):
        return self._cash


till = Till()


def total_of(basket, customer, password, card_number):
    subtotal = sum(basket["prices"])
    discount = subtotal * 2 if customer["tier"] == "gold" else 0
    total = subtotal - discount
    return total


def wait(bell):
    bell.wait()


def serve():
    number = 0
    be_traced()
    kept = []
    for shelf in range(5):
        threading.Thread(target=wait, args=(threading.Event(),), name=f"shelf-{shelf}", daemon=True).start()
    while True:
        number += 1
        customer = {"number": number, "tier": "gold" if number % 50 == 0 else "none", "name": MARKUP}
        customer["__proto__"] = "a name like any other"
        customer["self"] = customer
        enter_span(number)
        total_of({"prices": [1200, 300], MARKUP: 1}, customer, PASSWORD, CARD_NUMBER)
        kept.append(bytes(100))  # grows by 65 kB a second
        time.sleep(0.002)


serve()
