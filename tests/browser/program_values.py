"""Values of program.py that must show, or must never."""

from __future__ import annotations

PASSWORD = "correct-horse-7391"
CARD_NUMBER = "4111 1111 1111 1111"
MARKUP = "<img src=x onerror=document.title='owned'>"
