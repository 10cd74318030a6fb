"""The shop's first data: the same in every run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from shop.model import Coupon, Customer, Product

PRODUCTS = (
    Product("mug", "Enamel mug", 1450),
    Product("poster", "Poster: a drop of milk, 1936", 2400),
    Product("notebook", "Notebook, dotted", 990),
    Product("lamp", "Desk lamp", 6900),
    Product("strobe", "Flash light", 12900),
    Product("tripod", "Tripod", 8450),
    Product("film", "Film, 36 exposures", 1290),
    Product("bag", "Canvas bag", 3200),
)
COUPONS = (Coupon("SPRING10", 10), Coupon("WELCOME40", 40))
CUSTOMER_COUNT = 400

RARE_CUSTOMER = 217
"""The only gold customer whose birthday is BIRTHDAY."""
BIRTHDAY = date(1991, 3, 14)

_FIRST = ("Ada", "Ben", "Chiara", "Deniz", "Emil", "Fatou", "Grace", "Hugo", "Ines", "Jun")
_LAST = ("Arendt", "Brandt", "Costa", "Dubois", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Jansen")


def customers() -> Iterator[Customer]:
    """CUSTOMER_COUNT customers; some have their birthday on BIRTHDAY, some are gold, one is both."""
    for number in range(1, CUSTOMER_COUNT + 1):
        first, last = _FIRST[number % 10], _LAST[number // 10 % 10]
        has_birthday = number == RARE_CUSTOMER or number % 50 == 0
        birthday = BIRTHDAY if has_birthday else date(1960, 4, 1) + timedelta(days=(number * 37) % 300)
        is_gold = number == RARE_CUSTOMER or (number % 7 == 0 and not has_birthday)
        tier = "gold" if is_gold else "silver" if number % 3 == 0 else "none"
        yield Customer(number, f"{first} {last}", email_of(number), tier, birthday)


def email_of(number: int) -> str:
    return f"customer{number}@example.org"


def password_of(number: int) -> str:
    """What this customer types; the shop itself stores only a hash."""
    return f"correct-horse-{number:04d}"
