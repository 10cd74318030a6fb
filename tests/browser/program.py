"""A till that never stops: the program that the browser tests look into."""

import time

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


def serve():
    number = 0
    while True:
        number += 1
        customer = {"number": number, "tier": "gold" if number % 50 == 0 else "none", "name": MARKUP}
        customer["__proto__"] = "a name like any other"
        customer["self"] = customer
        total_of({"prices": [1200, 300], MARKUP: 1}, customer, PASSWORD, CARD_NUMBER)
        time.sleep(0.002)


serve()
