"""The payment provider, as far as an example needs one."""

from __future__ import annotations

import hashlib


def charge(card_number: str, api_token: str, amount: int) -> str:
    """Take `amount` cents from the card; a receipt. Raises ValueError: no card has this number."""
    digits = card_number.replace(" ", "")
    if not (digits.isdigit() and 12 <= len(digits) <= 19 and _checksum(digits) == 0):
        raise ValueError("no card has this number")
    return hashlib.sha256(f"{api_token}:{digits}:{amount}".encode()).hexdigest()[:16]


def _checksum(digits: str) -> int:
    doubled = (2 * int(digit) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(number - 9 * (number > 9) for number in doubled)) % 10
