"""What a basket costs."""

from datetime import date

from shop.model import Basket

LOYALTY_PERCENT = {"none": 0, "silver": 5, "gold": 15}
BIRTHDAY_GIFT = 2000
SMALLEST_COIN = 5


def price_of(basket: Basket, today: date) -> int:
    """What the customer pays for `basket`, in cents."""
    customer, coupon = basket.customer, basket.coupon
    subtotal = sum(line.price for line in basket.lines)
    loyalty = subtotal * LOYALTY_PERCENT[customer.tier] // 100
    gift = min(BIRTHDAY_GIFT, subtotal // 2) if customer.has_birthday(today) else 0

    discount = 0
    if coupon is not None:
        discount += subtotal * coupon.percent // 100 + loyalty
    if gift:
        discount += gift + loyalty
    if not discount:
        discount = loyalty

    total = subtotal - discount
    return total - total % SMALLEST_COIN
