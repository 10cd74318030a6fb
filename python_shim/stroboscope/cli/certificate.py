"""The pin of a TLS certificate: SHA-256 over its public key, as a DSN or STROBE_HUB carries it.

The standard library hands out certificates only as DER, so the few steps to the SubjectPublicKeyInfo stand
here.
"""

from __future__ import annotations

import hashlib

_EXPLICIT_VERSION = 0xA0
_FIELDS_BEFORE_KEY = 5  # serialNumber, signature, issuer, validity, subject (RFC 5280, 4.1)


def public_key_pin(certificate_der: bytes) -> str:
    """Hexadecimal SHA-256 of the SubjectPublicKeyInfo. Raises ValueError: the bytes are no certificate."""
    outer, _, _ = _element(certificate_der, 0)
    start, _, _ = _element(certificate_der, outer)
    position = start
    if certificate_der[position] == _EXPLICIT_VERSION:
        _, position, _ = _element(certificate_der, position)
    for _field in range(_FIELDS_BEFORE_KEY):
        _, position, _ = _element(certificate_der, position)
    _, end, _ = _element(certificate_der, position)
    return hashlib.sha256(certificate_der[position:end]).hexdigest()


def _element(der: bytes, position: int) -> tuple[int, int, int]:
    """Where the content of the element at `position` starts, where the element ends, and its tag."""
    try:
        tag, length = der[position], der[position + 1]
        content = position + 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4:
                raise ValueError("not a DER certificate")
            length = int.from_bytes(der[content : content + count], "big")
            content += count
    except IndexError:
        raise ValueError("not a DER certificate") from None
    if content + length > len(der):
        raise ValueError("not a DER certificate")
    return content, content + length, tag
