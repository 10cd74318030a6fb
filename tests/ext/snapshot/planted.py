"""Secrets of many classes, new ones each time, and the places of a program where they may stand."""

from __future__ import annotations

import base64
import collections
import dataclasses
import enum
import json
import random
import string
import types
from collections.abc import Callable, Iterator
from typing import Any

Random = random.Random
LETTERS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


@dataclasses.dataclass(frozen=True)
class Secret:
    """`value` as a program holds it. No eight characters in a row of `core` may leave the process."""

    kind: str
    value: str
    core: str
    name: str = ""
    """What it is called, when only its name gives it away."""


def _text(rng: Random, size: int, alphabet: str = LETTERS) -> str:
    return "".join(rng.choice(alphabet) for _ in range(size))


def _digits(rng: Random, size: int) -> str:
    return _text(rng, size, string.digits)


def _mixed(rng: Random, size: int) -> str:
    """Letters, with a digit among the first, as passwords have."""
    return _text(rng, 2) + rng.choice(string.digits) + _text(rng, size - 3)


def _card(rng: Random, prefix: str, size: int) -> str:
    body = prefix + _digits(rng, size - len(prefix) - 1)
    total = 0
    for place, digit in enumerate(reversed(body)):
        number = int(digit) * (2 if place % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return body + str(-total % 10)


def _iban(rng: Random) -> str:
    account = _digits(rng, 18)
    check = 98 - int(account + "131400") % 97
    return f"DE{check:02}{account}"


def _groups(text: str, between: str) -> str:
    return between.join(text[place : place + 4] for place in range(0, len(text), 4))


def _segment(rng: Random, document: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def _pem(rng: Random, title: str) -> tuple[str, str]:
    lines = [_text(rng, 64, LETTERS + "+/") for _ in range(4)]
    return f"-----BEGIN {title}-----\n" + "\n".join(lines) + f"\n-----END {title}-----\n", lines[0]


Maker = Callable[[Random], tuple[str, str]]
"""A value, and its core."""


def _wrapped(before: str, make: Callable[[Random], str], after: str = "") -> Maker:
    def maker(rng: Random) -> tuple[str, str]:
        core = make(rng)
        return before + core + after, core

    return maker


def _jwt(rng: Random) -> tuple[str, str]:
    signature = _text(rng, 43)
    token = f"{_segment(rng, {'alg': 'HS256'})}.{_segment(rng, {'sub': _digits(rng, 6)})}.{signature}"
    return token, signature


def _basic(rng: Random) -> tuple[str, str]:
    core = base64.b64encode(f"shop:{_mixed(rng, 14)}".encode()).decode()
    return f"Basic {core}", core[8:]


def _same(make: Callable[[Random], str]) -> Maker:
    def maker(rng: Random) -> tuple[str, str]:
        core = make(rng)
        return core, core

    return maker


def _pem_of(title: str) -> Maker:
    return lambda rng: _pem(rng, title)


def _pem_encoded(rng: Random) -> tuple[str, str]:
    text, _ = _pem(rng, "PRIVATE KEY")
    encoded = base64.b64encode(text.encode()).decode()
    return encoded, encoded[40:]


# Known by their look, wherever they stand. The beginnings are put together, so that scanners of source stay calm.
BY_LOOK: dict[str, Maker] = {
    "visa": _same(lambda rng: _card(rng, "4", 16)),
    "mastercard spaced": _same(lambda rng: _groups(_card(rng, "53", 16), " ")),
    "american express dashed": _same(lambda rng: _groups(_card(rng, "37", 15), "-")),
    "iban": _same(_iban),
    "iban spaced": _same(lambda rng: _groups(_iban(rng), " ")),
    "social security": _same(
        lambda rng: f"{rng.randrange(100, 600)}-{rng.randrange(10, 99)}-{rng.randrange(1000, 9999)}"
    ),
    "jwt": _jwt,
    "rsa key": _pem_of("RSA " + "PRIVATE KEY"),
    "openssh key": _pem_of("OPENSSH " + "PRIVATE KEY"),
    "encoded key": _pem_encoded,
    "bearer": _wrapped("Bearer ", lambda rng: _text(rng, 32)),
    "basic auth": _basic,
    "digest auth": _wrapped('Digest username="', lambda rng: _text(rng, 16), '", realm="shop"'),
    "postgres url": _wrapped("postgres" + "://shop:", lambda rng: _mixed(rng, 16), "@db.example/shop"),
    "postgres url slashed": _wrapped(
        "postgres" + "://shop:", lambda rng: _mixed(rng, 8) + "/" + _mixed(rng, 8), "@db/x"
    ),
    "mongodb url": _wrapped("mongodb+srv" + "://shop:", lambda rng: _mixed(rng, 16), "@cluster.example/shop"),
    "redis url": _wrapped("redis" + "://:", lambda rng: _mixed(rng, 16), "@cache:6379/0"),
    "amqp url": _wrapped("amqp" + "://shop:", lambda rng: _mixed(rng, 16), "@queue:5672/"),
    "ado string": _wrapped("Server=db;User Id=sa;Password=", lambda rng: _mixed(rng, 16), ";Encrypt=True"),
    "azure storage": _wrapped("AccountName=shop;AccountKey=", lambda rng: _text(rng, 64), "==;"),
    "sas url": _wrapped("https://x.blob.core.windows.net/c?sv=2022&sig=", lambda rng: _text(rng, 43)),
    "aws key": _wrapped("AK" + "IA", lambda rng: _text(rng, 16, string.ascii_uppercase + "234567")),
    "google key": _wrapped("AI" + "za", lambda rng: _text(rng, 35)),
    "google token": _wrapped("ya" + "29.", lambda rng: _text(rng, 60)),
    "azure secret": _wrapped("", lambda rng: _text(rng, 3) + "8Q" + "~" + _text(rng, 34)),
    "stripe key": _wrapped("sk_" + "live_", lambda rng: _text(rng, 24)),
    "github token": _wrapped("gh" + "p_", lambda rng: _text(rng, 36)),
    "github fine token": _wrapped("github_" + "pat_", lambda rng: _text(rng, 60)),
    "gitlab token": _wrapped("gl" + "pat-", lambda rng: _text(rng, 20)),
    "slack token": _wrapped("xo" + "xb-", lambda rng: _digits(rng, 12) + "-" + _text(rng, 24)),
    "slack webhook": _wrapped("https://hooks.slack.com/services/" + "T0/B0/", lambda rng: _text(rng, 24)),
    "twilio key": _wrapped("S" + "K", lambda rng: _text(rng, 32, HEX)),
    "sendgrid key": _wrapped("S" + "G.", lambda rng: _text(rng, 22) + "." + _text(rng, 43)),
    "mailgun key": _wrapped("key" + "-", lambda rng: _text(rng, 32, HEX)),
    "npm token": _wrapped("np" + "m_", lambda rng: _text(rng, 36)),
    "pypi token": _wrapped("py" + "pi-", lambda rng: _text(rng, 80)),
    "openai key": _wrapped("s" + "k-", lambda rng: _text(rng, 48)),
    "anthropic key": _wrapped("sk-" + "ant-api03-", lambda rng: _text(rng, 40)),
    "hugging face token": _wrapped("h" + "f_", lambda rng: _text(rng, 34)),
    "telegram token": _wrapped("", lambda rng: _digits(rng, 10) + ":A" + "A" + _text(rng, 33)),
    "query string": _wrapped("a=1&user_password=", lambda rng: _mixed(rng, 12), "&b=2"),
    "escaped query string": _wrapped("next=%2F%3Ftoken%3D", lambda rng: _mixed(rng, 12)),
    "form": _wrapped("user[password]=", lambda rng: _mixed(rng, 12), "&user[name]=me"),
    "json text": _wrapped('{"user": "me", "password": "', lambda rng: _mixed(rng, 12), '"}'),
    "json in json": _wrapped('{"body": "{\\"api_key\\": \\"', lambda rng: _mixed(rng, 12), '\\"}"}'),
    "repr of dict": _wrapped("{b'password': b'", lambda rng: _mixed(rng, 12), "'}"),
    "repr of pairs": _wrapped("[('Authorization', '", lambda rng: _mixed(rng, 12), "'), ('Host', 'h')]"),
    "f-string": _wrapped("user='me' password='", lambda rng: _mixed(rng, 12), "'"),
    "message": _wrapped("the login failed (password: ", lambda rng: _mixed(rng, 12), ")"),
    "header": _wrapped("GET / HTTP/1.1\r\nHost: h\r\nX-Api-Key: ", lambda rng: _mixed(rng, 20), "\r\n"),
    "xml": _wrapped("<login><password>", lambda rng: _mixed(rng, 12), "</password></login>"),
    "html": _wrapped('<input name="csrf_token" value="', lambda rng: _mixed(rng, 20), '">'),
    "option": _wrapped("mysql --user me --password ", lambda rng: _mixed(rng, 12), " shop"),
    "sql": _wrapped("CREATE USER me IDENTIFIED BY '", lambda rng: _mixed(rng, 12), "'"),
}

# Known by their names only.
BY_NAME: dict[str, Callable[[Random], str]] = {
    "password": lambda rng: _mixed(rng, 12),
    "dbPassword": lambda rng: _text(rng, 20, LETTERS + "!$%&/()=?+*#"),
    "api_key": lambda rng: _text(rng, 32, HEX),
    "AWS_SECRET_ACCESS_KEY": lambda rng: _text(rng, 40, LETTERS + "/+"),
    "session_id": lambda rng: _text(rng, 26),
    "totp_seed_phrase": lambda rng: " ".join(_text(rng, 6, string.ascii_lowercase) for _ in range(12)),
    "card_pin": lambda rng: _digits(rng, 8),
    "passport_number": lambda rng: "C" + _digits(rng, 8),
    "date_of_birth": lambda rng: f"19{rng.randrange(50, 99)}-0{rng.randrange(1, 9)}-1{rng.randrange(9)}",
    "email": lambda rng: (
        f"{_text(rng, 9, string.ascii_lowercase)}@{_text(rng, 9, string.ascii_lowercase)}.example"
    ),
    "phoneNumber": lambda rng: "+49170" + _digits(rng, 8),
    "street_address": lambda rng: (
        f"{_text(rng, 10, string.ascii_lowercase)} street {rng.randrange(100, 999)}"
    ),
}


def by_look(kind: str, rng: Random) -> Secret:
    value, core = BY_LOOK[kind](rng)
    return Secret(kind, value, core)


def by_name(kind: str, rng: Random) -> Secret:
    value = BY_NAME[kind](rng)
    return Secret(kind, value, value, kind)


# ---- Places ----


class Slotted:
    __slots__ = ("note", "subject")


class Text(str):
    """A subclass with a field."""


@dataclasses.dataclass
class Order:
    number: int
    note: object


Named = collections.namedtuple("Named", "first note")


def _raised(value: str) -> BaseException:
    try:
        try:
            raise KeyError(value)
        except KeyError as error:
            raise ValueError(f"the order failed: {value}") from error
    except ValueError as error:
        return error


def _contextual(value: str) -> BaseException:
    try:
        try:
            raise OSError(5, value)
        finally:
            raise RuntimeError({"why": [value]})
    except RuntimeError as error:
        return error


def _slotted(value: object) -> object:
    slotted = Slotted()
    slotted.note = value
    return slotted


def _with_field(value: str) -> object:
    text = Text("harmless")
    text.note = value  # type: ignore[attr-defined]
    return text


ANYWHERE: dict[str, Callable[[str], object]] = {
    "alone": lambda value: value,
    "in a list": lambda value: [1, value, "x"],
    "in a tuple": lambda value: ("a", "b", value),
    "in a set": lambda value: {value},
    "in a frozenset": lambda value: frozenset((value,)),
    "in a deque": lambda value: collections.deque([value]),
    "as a dict's value": lambda value: {"note": value},
    "as a dict's key": lambda value: {value: 1},
    "in a key": lambda value: {("note", value): 1},
    "as bytes": lambda value: value.encode(),
    "as bytearray": lambda value: bytearray(value.encode()),
    "as bytes key": lambda value: {value.encode(): b"x"},
    "three deep": lambda value: {"a": [{"b": value}]},
    "in a field": lambda value: Order(1, value),
    "in a slot": _slotted,
    "in a named tuple": lambda value: Named(1, value),
    "in a namespace": lambda value: types.SimpleNamespace(note=value),
    "in a subclass of str": lambda value: Text(value),
    "beside a str": _with_field,
    "in an enum": lambda value: enum.Enum("Note", {"ONE": value}).ONE,
    "in a counter": lambda value: collections.Counter([value]),
    "in an ordered dict": lambda value: collections.OrderedDict(note=value),
    "in an exception": _raised,
    "in a context": _contextual,
    "in a sentence": lambda value: f"note 1: {value} and more",
    "after other characters": lambda value: f"日本 é 😀 {value} 日本",
    "after zeros": lambda value: f"\x00\x00 {value}\x00",
    "before the cut": lambda value: " " * 1000 + value + " " * 5000,
    "at the cut": lambda value: " " * 1022 + value + " " * 5000,
    "in lines": lambda value: ["first", *value.splitlines(), "last"],
}


def _copies(value: str) -> list[object]:
    """Under innocent names: whole, as bytes, in messages, in two halves."""
    half = len(value) // 2
    halves: list[object] = [value[:half], value[half:]] if half >= 8 else []
    return [
        "".join(list(value)),
        value.encode(),
        f"failed with {value}",
        {"note": f"<{value}>"},
        ValueError(f"wrong: {value}!"),
        *halves,
    ]


NAMED: dict[str, Callable[[str, str], object]] = {
    "dict": lambda name, value: {name: value},
    "bytes key": lambda name, value: {name.encode(): value.encode()},
    "tuple key": lambda name, value: {("shop", name): value},
    "pair": lambda name, value: [("Host", "h"), (name, value)],
    "bytes pair": lambda name, value: ((name.encode(), value.encode()),),
    "name and value": lambda name, value: {"name": name, "value": value},
    "namespace": lambda name, value: types.SimpleNamespace(**{name: value}),
    "data class": lambda name, value: dataclasses.make_dataclass("Login", ["user", name])("me", value),
    "named tuple": lambda name, value: collections.namedtuple("Login", ["user", name])("me", value),
    "slots": lambda name, value: _slot_named(name, value),
    "nested": lambda name, value: {"a": {"b": {name: value}}},
    "subtree": lambda name, value: {name: {"deep": [value, {"x": value}]}},
    "in a list": lambda name, value: [{"user": 1, name: value}],
    "exception": lambda name, value: ValueError({name: value}),
    "wide key": lambda name, value: {"日本_" + name: value},
    "number": lambda name, value: {name: int("".join(c for c in value if c.isdigit()) or "1") + 10**9},
    "text of a dict": lambda name, value: repr({name: value}),
    "text of JSON": lambda name, value: json.dumps({"a": {name: value}}),
    "assignment": lambda name, value: f"{name}={value}",
}


def _slot_named(name: str, value: object) -> object:
    made = type("Login", (), {"__slots__": ("user", name)})()
    setattr(made, name, value)
    return made


def plantings(count: int) -> Iterator[tuple[str, Secret, object]]:
    """`count` times: what is planted where, the secret, and the value that holds it."""
    looks = [(kind, place) for place in ANYWHERE for kind in BY_LOOK]
    names = [(kind, place) for place in NAMED for kind in BY_NAME]
    for number in range(count):
        rng = random.Random(number)
        if number % 3:
            kind, place = looks[(number - number // 3 - 1) % len(looks)]
            secret = by_look(kind, rng)
            yield f"{kind} {place}", secret, ANYWHERE[place](secret.value)
        else:
            kind, place = names[number // 3 % len(names)]
            secret = by_name(kind, rng)
            yield f"{kind} in {place}", secret, NAMED[place](secret.name, secret.value)


def copies_of(secret: Secret) -> list[Any]:
    """What else of a secret with a name stands in the program."""
    return _copies(secret.value)


def leaks(text: str, secret: Secret) -> list[str]:
    """The runs of eight characters of the secret that are in `text`."""
    core = secret.core
    runs = {core[place : place + 8] for place in range(max(1, len(core) - 7))}
    return sorted(run for run in runs if run in text)
