"""What the shop talks about. Amounts are in cents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Product:
    sku: str
    title: str
    price: int


@dataclass(frozen=True)
class Coupon:
    code: str
    percent: int


@dataclass(frozen=True)
class Customer:
    id: int
    name: str
    email: str
    tier: str
    birthday: date

    def has_birthday(self, today: date) -> bool:
        return (self.birthday.month, self.birthday.day) == (today.month, today.day)


@dataclass(frozen=True)
class Line:
    product: Product
    quantity: int

    @property
    def price(self) -> int:
        return self.product.price * self.quantity


@dataclass
class Basket:
    customer: Customer
    lines: list[Line] = field(default_factory=list)
    coupon: Coupon | None = None


@dataclass(frozen=True)
class Order:
    number: int
    total: int
    receipt: str
