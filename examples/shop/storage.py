"""The shop's data in SQLite; one connection for each request."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import sqlite3
from datetime import date
from pathlib import Path

from shop import seed
from shop.model import Basket, Coupon, Customer, Line, Order, Product

_SCHEMA = """
CREATE TABLE product (sku TEXT PRIMARY KEY, title TEXT NOT NULL, price INTEGER NOT NULL);
CREATE TABLE coupon (code TEXT PRIMARY KEY, percent INTEGER NOT NULL);
CREATE TABLE customer (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE, tier TEXT NOT NULL,
    birthday TEXT NOT NULL, password_hash BLOB NOT NULL);
CREATE TABLE basket_line (
    customer INTEGER NOT NULL REFERENCES customer, sku TEXT NOT NULL REFERENCES product,
    quantity INTEGER NOT NULL, PRIMARY KEY (customer, sku));
CREATE TABLE purchase (
    number INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customer,
    total INTEGER NOT NULL, receipt TEXT NOT NULL);
"""
_HASH_ROUNDS = 1000  # far too few for a real shop; this one is under load from its first second


class Storage:
    """Queries of the shop. Close it, or use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = sqlite3.connect(path, timeout=10, isolation_level=None)
        self._database.execute("PRAGMA synchronous = NORMAL")

    def close(self) -> None:
        self._database.close()

    def prepare(self) -> None:
        """Create and fill the tables, unless another worker was faster."""
        # SQLite refuses this change at once, whatever the timeout, while another worker makes it: they take
        # turns.
        with self._path.with_suffix(".lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("BEGIN IMMEDIATE")
        if self._database.execute("SELECT 1 FROM sqlite_master WHERE name = 'purchase'").fetchone() is None:
            for statement in _SCHEMA.split(";"):
                self._database.execute(statement)
            self._fill()
        self._database.execute("COMMIT")

    def products(self) -> list[Product]:
        return [Product(*row) for row in self._database.execute("SELECT sku, title, price FROM product")]

    def product(self, sku: str) -> Product | None:
        row = self._database.execute("SELECT sku, title, price FROM product WHERE sku = ?", (sku,)).fetchone()
        return Product(*row) if row else None

    def coupon(self, code: str) -> Coupon | None:
        row = self._database.execute("SELECT code, percent FROM coupon WHERE code = ?", (code,)).fetchone()
        return Coupon(*row) if row else None

    def customer(self, number: int) -> Customer | None:
        row = self._database.execute(
            "SELECT id, name, email, tier, birthday FROM customer WHERE id = ?", (number,)
        ).fetchone()
        if row is None:
            return None
        number, name, email, tier, birthday = row
        return Customer(number, name, email, tier, date.fromisoformat(birthday))

    def authenticate(self, email: str, password: str) -> Customer | None:
        """The customer, if the password is right."""
        row = self._database.execute(
            "SELECT id, password_hash FROM customer WHERE email = ?", (email,)
        ).fetchone()
        if row is None or not hmac.compare_digest(row[1], _hash(row[0], password)):
            return None
        return self.customer(row[0])

    def basket(self, customer: Customer) -> Basket:
        rows = self._database.execute(
            "SELECT sku, title, price, quantity FROM basket_line JOIN product USING (sku) "
            "WHERE customer = ? ORDER BY sku",
            (customer.id,),
        )
        return Basket(customer, [Line(Product(*row[:3]), row[3]) for row in rows])

    def put_in_basket(self, customer: Customer, product: Product, quantity: int) -> None:
        self._database.execute(
            "INSERT INTO basket_line VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET quantity = excluded.quantity",
            (customer.id, product.sku, quantity),
        )

    def place_order(self, basket: Basket, total: int, receipt: str) -> Order:
        """Store the order and empty the basket."""
        self._database.execute("BEGIN IMMEDIATE")
        number = self._database.execute(
            "INSERT INTO purchase (customer, total, receipt) VALUES (?, ?, ?)",
            (basket.customer.id, total, receipt),
        ).lastrowid
        self._database.execute("DELETE FROM basket_line WHERE customer = ?", (basket.customer.id,))
        self._database.execute("COMMIT")
        return Order(number or 0, total, receipt)

    def _fill(self) -> None:
        for product in seed.PRODUCTS:
            row = (product.sku, product.title, product.price)
            self._database.execute("INSERT INTO product VALUES (?, ?, ?)", row)
        for coupon in seed.COUPONS:
            self._database.execute("INSERT INTO coupon VALUES (?, ?)", (coupon.code, coupon.percent))
        for customer in seed.customers():
            self._database.execute(
                "INSERT INTO customer VALUES (?, ?, ?, ?, ?, ?)",
                (
                    customer.id,
                    customer.name,
                    customer.email,
                    customer.tier,
                    customer.birthday.isoformat(),
                    _hash(customer.id, seed.password_of(customer.id)),
                ),
            )


def _hash(number: int, password: str) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), f"shop-{number}".encode(), _HASH_ROUNDS)
