"""The shop's pages and its JSON interface."""

from __future__ import annotations

import hashlib
import hmac
import os
from datetime import date
from pathlib import Path

from flask import Flask, Response, abort, current_app, g, jsonify, make_response, render_template, request

from shop import payment
from shop.model import Basket, Customer, Line
from shop.pricing import price_of
from shop.storage import Storage

_QUANTITY_MAX = 99


def create_app() -> Flask:
    """The application; SHOP_DATABASE, SHOP_SECRET, SHOP_PAYMENT_TOKEN and SHOP_TODAY configure it."""
    app = Flask(__name__)
    app.config["DATABASE"] = Path(os.environ.get("SHOP_DATABASE", "shop.db"))
    app.config["SECRET"] = os.environ.get("SHOP_SECRET", "for development only").encode()
    app.config["PAYMENT_TOKEN"] = os.environ.get("SHOP_PAYMENT_TOKEN", "pay_for_development_only")
    app.config["TODAY"] = os.environ.get("SHOP_TODAY", "")
    storage = Storage(app.config["DATABASE"])
    storage.prepare()
    storage.close()
    app.add_url_rule("/", view_func=catalogue)
    app.add_url_rule("/login", view_func=login, methods=["POST"])
    app.add_url_rule("/basket", view_func=basket_page)
    app.add_url_rule("/basket", view_func=put_in_basket, methods=["POST"])
    app.add_url_rule("/checkout", view_func=checkout, methods=["POST"])
    app.add_url_rule("/api/products", view_func=products)
    app.add_url_rule("/api/quote", view_func=quote)
    app.teardown_appcontext(_close_storage)
    app.add_template_filter(lambda cents: f"{cents / 100:,.2f} €", "money")
    return app


def catalogue() -> str:
    return render_template("catalogue.html", products=_storage().products())


def products() -> Response:
    return jsonify(products=_storage().products())


def login() -> Response:
    customer = _storage().authenticate(request.form["email"], request.form["password"])
    if customer is None:
        abort(403)
    response = make_response(f"Welcome, {customer.name}.\n")
    response.set_cookie("login", f"{customer.id}.{_signature(customer.id)}", httponly=True, samesite="Lax")
    return response


def basket_page() -> str:
    basket = _storage().basket(_customer())
    return render_template("basket.html", basket=basket, total=price_of(basket, _today()))


def put_in_basket() -> Response:
    product = _storage().product(request.form["sku"]) or abort(404)
    quantity = request.form.get("quantity", 1, type=int)
    if not 0 < quantity <= _QUANTITY_MAX:
        abort(400)
    customer = _customer()
    _storage().put_in_basket(customer, product, quantity)
    return jsonify(lines=len(_storage().basket(customer).lines))


def checkout() -> Response:
    storage = _storage()
    customer = _customer()
    password = request.form["password"]
    card_number = request.form["card_number"]
    api_token = current_app.config["PAYMENT_TOKEN"]
    if storage.authenticate(customer.email, password) != customer:
        abort(403)
    basket = storage.basket(customer)
    basket.coupon = storage.coupon(request.form.get("coupon", ""))
    if not basket.lines:
        abort(409)
    total = price_of(basket, _today())
    try:
        receipt = payment.charge(card_number, api_token, total)
    except ValueError:
        abort(422)
    return jsonify(storage.place_order(basket, total, receipt))


def quote() -> Response:
    """What one product would cost this customer; needs no login and changes nothing."""
    storage = _storage()
    customer = storage.customer(request.args.get("customer", 0, type=int)) or abort(404)
    product = storage.product(request.args.get("sku", "")) or abort(404)
    line = Line(product, request.args.get("quantity", 1, type=int))
    basket = Basket(customer, [line], storage.coupon(request.args.get("coupon", "")))
    return jsonify(customer=customer.id, sku=product.sku, total=price_of(basket, _today()))


def _storage() -> Storage:
    if "storage" not in g:
        g.storage = Storage(current_app.config["DATABASE"])
    storage: Storage = g.storage
    return storage


def _close_storage(_error: BaseException | None) -> None:
    storage = g.pop("storage", None)
    if storage is not None:
        storage.close()


def _customer() -> Customer:
    number, _, signature = request.cookies.get("login", "").partition(".")
    if not number.isdigit() or not hmac.compare_digest(signature, _signature(int(number))):
        abort(401)
    return _storage().customer(int(number)) or abort(401)


def _signature(number: int) -> str:
    return hmac.new(current_app.config["SECRET"], str(number).encode(), hashlib.sha256).hexdigest()


def _today() -> date:
    fixed = current_app.config["TODAY"]
    return date.fromisoformat(fixed) if fixed else date.today()
