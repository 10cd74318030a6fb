"""Secrets planted in a program do not leave it: no eight characters of one are in an encoded snapshot.

STROBE_PLANTED=100000 makes so many captures (make secrets).
"""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from captured import Snapshot, capture, in_thread
from planted import BY_LOOK, BY_NAME, Secret, by_look, by_name, copies_of, leaks, plantings

CAPTURES = int(os.environ.get("STROBE_PLANTED", "2000"))


def look_at(subject: object) -> Snapshot:
    def outer(order: object) -> Snapshot:
        return inner(1)

    def inner(number: int) -> Snapshot:
        return capture(check=False)

    return outer(subject)


def test_there_are_many_classes() -> None:
    assert len(BY_LOOK) + len(BY_NAME) >= 40


def test_planted_secrets_do_not_leave_the_process() -> None:
    leaked: dict[str, list[str]] = {}

    def probed() -> None:
        for what, secret, subject in plantings(CAPTURES):
            found = leaks(look_at(subject).text, secret)
            if found:
                leaked[what] = found

    in_thread(probed)
    assert not leaked, f"{len(leaked)} of {CAPTURES}: {dict(list(leaked.items())[:30])}"


def as_local(secret: Secret, copies: list[Any]) -> Snapshot:
    """The secret under its own name among the locals, its copies under others."""
    code = f"def probed(data, {secret.name}):\n    copy = {secret.name}\n    return capture(check=False)\n"
    space: dict[str, Any] = {"capture": capture}
    exec(code, space)
    found: Snapshot = space["probed"](copies, secret.value)
    return found


@pytest.mark.parametrize("kind", BY_NAME)
def test_copies_of_a_named_secret_are_hidden_too(kind: str) -> None:
    """In messages, as bytes, and in halves, all in one capture and each alone."""
    for seed in range(20):
        secret = by_name(kind, random.Random(seed))
        copies = copies_of(secret)
        for subject in [copies, *([copy] for copy in copies)]:
            snapshot = in_thread(as_local, secret, subject)
            assert leaks(snapshot.text, secret) == [], (subject, snapshot.text)


@pytest.mark.parametrize("kind", BY_NAME)
def test_copies_in_a_caller_are_hidden_too(kind: str) -> None:
    secret = by_name(kind, random.Random(kind))

    def outer(data: list[Any]) -> Snapshot:
        return as_local(secret, [])

    assert leaks(in_thread(outer, copies_of(secret)).text, secret) == []


@pytest.mark.parametrize("kind", BY_LOOK)
def test_secret_in_the_name_of_a_thread_is_not_shown(kind: str) -> None:
    secret = by_look(kind, random.Random(kind))
    snapshot = in_thread(look_at, 1, name=secret.value)
    assert leaks(snapshot.text, secret) == []


def split(secret: Secret) -> list[list[str]]:
    value = secret.value
    pieces = [
        [value[place : place + 4] for place in range(0, len(value), 4)],
        value.split("."),
        value.split(" "),
        [value[: len(value) // 2], value[len(value) // 2 :]],
    ]
    return [piece for piece in pieces if len(piece) > 1]


@pytest.mark.parametrize(
    "kind",
    ["visa", "iban", "jwt", "github token", "slack token", "bearer", "basic auth", "option", "rsa key"],
)
def test_secrets_split_over_a_list_are_found(kind: str) -> None:
    for seed in range(20):
        secret = by_look(kind, random.Random(seed))
        for pieces in split(secret):
            snapshot = in_thread(look_at, {"parts": pieces})
            shown = "".join(value.get("text", "").strip("'") for value in snapshot.body["values"])
            assert leaks(shown, secret) == [], (pieces, snapshot.text)
