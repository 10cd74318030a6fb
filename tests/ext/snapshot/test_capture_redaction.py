"""Secrets do not get into the image when a name gives them away, nor into the body when their look does."""

from __future__ import annotations

import collections
import dataclasses
import types

import pytest
from captured import Snapshot, capture, extension, in_thread, look

SECRET = "hunter2-" + "s3cr3t"
CARD = "4111 1111 1111" + " 1111"


@dataclasses.dataclass
class Account:
    user: str
    password: str


class Slotted:
    __slots__ = ("api_key", "user")


def images() -> list[bytes]:
    """An image for each place where a name can stand."""

    def of_local(user_password: str) -> bytes:
        return extension.capture_image()

    def of_keyword(**settings: str) -> bytes:
        return extension.capture_image()

    def of_cell(token: str) -> bytes:
        def inner() -> str:
            return token

        return extension.capture_image()

    def of_free(secret: str) -> bytes:
        def inner() -> bytes:
            secret
            return extension.capture_image()

        return inner()

    def of_value(value: object) -> bytes:
        return extension.capture_image()

    slotted = Slotted()
    slotted.api_key, slotted.user = SECRET, "me"
    values = [
        {"password": SECRET},
        {b"password": SECRET},
        {bytearray(b"x").decode(): {"X-Api-Key": [SECRET]}},
        {("db", "password"): SECRET},
        Account("me", SECRET),
        slotted,
        types.SimpleNamespace(dbPassword={"deep": [SECRET]}),
        collections.namedtuple("Login", "user token")("me", SECRET),
        [("Authorization", SECRET), ("Host", "h")],
        ((b"cookie", SECRET.encode()),),
        ["password", SECRET],
        {"name": "password", "value": SECRET},
        {"key": "api_key", "value": {"nested": SECRET}},
        types.SimpleNamespace(name="password", value=SECRET),
        ValueError({"password": SECRET}),
    ]
    made = [of_local(SECRET), of_keyword(password=SECRET), of_cell(SECRET), of_free(SECRET)]
    return made + [in_thread(of_value, value) for value in values]


def test_secret_known_by_name_is_never_copied() -> None:
    for image in in_thread(images):
        assert SECRET.encode() not in image
        assert b"redacted" not in image


def test_redacted_variable_shows_type_and_rule_only() -> None:
    def probed() -> Snapshot:
        password = SECRET
        user_token = None
        credit_card = {"number": 1}
        return capture()

    snapshot = in_thread(probed)
    assert snapshot.local("password").json == {"type": "str", "cut": "redacted:name", "rule": "password"}
    assert snapshot.local("user_token").json == {"type": "NoneType", "cut": "redacted:name", "rule": "token"}
    assert snapshot.local("credit_card").json == {
        "type": "dict",
        "cut": "redacted:name",
        "rule": "credit card",
    }


@pytest.mark.parametrize(
    ("subject", "find"),
    [
        ({"password": SECRET, "user": "me"}, lambda value: value["password"]),
        ({b"password": SECRET}, lambda value: value.entries[0][1]),
        ({"Set-Cookie": SECRET}, lambda value: value["Set-Cookie"]),
        (Account("me", SECRET), lambda value: value["password"]),
        ([("Authorization", SECRET)], lambda value: value[0][1]),
        ({"name": "password", "value": SECRET}, lambda value: value["value"]),
        ({"pässword_token": SECRET}, lambda value: value["pässword_token"]),
    ],
)
def test_redacted_part_stands_among_the_others(subject: object, find: object) -> None:
    value = look(subject)
    assert find(value).is_redacted()
    assert find(value).cut == "redacted:name"


def test_neighbours_of_a_secret_are_shown() -> None:
    assert look({"password": SECRET, "user": "me"})["user"].text == "'me'"
    assert look(Account("me", SECRET))["user"].text == "'me'"
    assert look([("Authorization", SECRET), ("Host", "h")])[1][1].text == "'h'"
    assert look({"name": "color", "value": "red"})["value"].text == "'red'"
    assert look(["first", "second"])[1].text == "'second'"


ENVIRONMENT = {"HOME": "/var/lib/shop", "PWD": "/srv/shop", "OLDPWD": "/srv", "PYTHONPATH": "/srv/shop/lib"}


@pytest.mark.parametrize(
    "environment",
    [
        ENVIRONMENT,
        {name.encode(): value.encode() for name, value in ENVIRONMENT.items()},  # as os.environ keeps them
        collections.OrderedDict(ENVIRONMENT),
        types.MappingProxyType(ENVIRONMENT),
        ENVIRONMENT.items(),
        ENVIRONMENT.values(),
        ENVIRONMENT | {"PWD": "C:\\srv\\shop", "OLDPWD": "d:/srv"},
        [f"{name}={value}" for name, value in ENVIRONMENT.items()],
    ],
)
def test_working_directories_of_an_environment_are_shown(environment: object) -> None:
    text = look(environment).snapshot.text
    assert "redacted" not in text
    assert "srv/shop/lib" in text


@pytest.mark.parametrize(
    "mapping",
    [
        {"UID": "sa", "PWD": "/" + SECRET},
        ENVIRONMENT | {"PWD": SECRET},
        ENVIRONMENT | {"PWD": ["/" + SECRET]},
        ENVIRONMENT | {"pwd": "/" + SECRET},
        ENVIRONMENT | {"Pwd": "/" + SECRET},
        ENVIRONMENT | {"DB_PWD": "/" + SECRET},
        ENVIRONMENT | {"OLD_PWD": "/" + SECRET},
        ENVIRONMENT | {("PWD",): "/" + SECRET},
        types.SimpleNamespace(HOME="/var/lib/shop", PWD="/" + SECRET),
        [("HOME", "/var/lib/shop"), ("PWD", "/" + SECRET)],
        ["UID=sa", f"PWD={SECRET}"],
        [f"UID=sa;PWD=/{SECRET}"],
        [f"PWD=/{SECRET};UID=sa"],
    ],
)
def test_everything_else_called_pwd_is_hidden(mapping: object) -> None:
    assert SECRET not in look(mapping).snapshot.text


@pytest.mark.parametrize(
    ("subject", "rule"),
    [
        (CARD, "card number"),
        (4111111111111111, "card number"),
        (f"paid with {CARD} today", "card number"),
        (CARD.encode(), "card number"),
        (bytearray(CARD.encode()), "card number"),
        ("é中😀 " + CARD, "card number"),
        ("中" * 300 + CARD, "card number"),
        ("Bearer " + "abcdef0123456789", "bearer token"),
        ("-----BEGIN " + "RSA PRIVATE KEY-----\nMIIE", "private key"),
        ("postgres://shop:pw" + "@db/shop", "URL password"),
        ("AKIA" + "IOSFODNN7EXAMPLE", "AWS key"),
        ("x\x00" + CARD, "card number"),
        ("https://h/?token=" + "abcdef", "token"),
    ],
)
def test_secret_known_by_its_look_is_not_shown(subject: object, rule: str) -> None:
    value = look(subject)
    assert value.is_redacted(rule)
    assert value.cut == "redacted:pattern"
    assert look([subject])[0].is_redacted(rule)
    assert look({1: subject}).entries[0][1].is_redacted(rule)
    assert look(ValueError(subject)).fields["args"][0].is_redacted(rule)


def test_secret_as_a_key_is_not_shown() -> None:
    assert look({CARD: 1}).entries[0][0].is_redacted("card number")


@pytest.mark.parametrize("before", [1000, 1010, 1015, 1020, 1023])
def test_secret_that_begins_before_the_cut_is_found(before: int) -> None:
    for secret in (CARD, "AKIA" + "IOSFODNN7EXAMPLE"):
        assert look(" " * before + secret + " " * 5000).is_redacted()
    assert look(" " * before + "-----BEGIN " + "PRIVATE KEY-----" + "x" * 5000).is_redacted("private key")


def test_demo_secrets_among_locals_are_redacted() -> None:
    def checkout(user: str, password: str, order: dict[str, object]) -> Snapshot:
        card_number = CARD
        note = f"card {CARD}"
        total = 99.5
        return capture()

    snapshot = in_thread(checkout, "me", SECRET, {"id": 7, "card": CARD})
    assert snapshot.local("password").is_redacted("password")
    assert snapshot.local("card_number").is_redacted("card number")
    assert snapshot.local("note").is_redacted("card number")
    assert snapshot.local("order")["card"].is_redacted("card number")
    assert snapshot.local("total").text == "99.5"
    assert SECRET not in snapshot.text
    assert "1111 1111" not in snapshot.text


def test_secret_is_hidden_at_all_its_places() -> None:
    """Under innocent names too, found before or after the name that gives it away."""
    secret, number = SECRET, 987654

    def probed(args: tuple[object, ...], data: dict[str, object], password: str) -> Snapshot:
        copy = secret
        lines = [copy, {"user_pin": number}, number, {SECRET: 1}]
        return capture()

    snapshot = in_thread(probed, ("me", secret), {"a": {"b": secret}}, secret)
    for value in (
        snapshot.local("copy"),
        snapshot.local("args")[1],
        snapshot.local("data")["a"]["b"],
        snapshot.local("lines")[0],
        snapshot.local("lines")[2],
        snapshot.local("lines")[3].entries[0][0],
    ):
        assert value.is_redacted()
    assert secret not in snapshot.text
    assert str(number) not in snapshot.text
    assert snapshot.local("args")[0].text == "'me'"


def test_containers_and_objects_are_hidden_at_all_their_places() -> None:
    """With what is inside, unless another way leads there."""
    pair, thing, shared = ("me", SECRET), types.SimpleNamespace(inner=[SECRET + "2"]), ["shared"]
    nested = {"x": SECRET + "3", "y": shared}

    def probed(args: list[object], auth: object, deep: object) -> Snapshot:
        return capture()

    snapshot = in_thread(
        probed, [pair, thing, nested], pair, [{"credentials": nested, "token": thing}, shared]
    )
    for value in snapshot.local("args").items:
        assert value.is_redacted()
    assert snapshot.local("deep")[1][0].text == "'shared'"
    assert SECRET not in snapshot.text


def test_equal_texts_are_hidden_too() -> None:
    def copy(text: str) -> str:
        return "".join(list(text))

    def probed(before: list[object], password: str, after: dict[str, object]) -> Snapshot:
        return capture()

    unicode = SECRET + "ü"
    snapshot = in_thread(
        probed,
        [copy(SECRET), copy(SECRET).encode(), [copy(unicode)]],
        copy(SECRET),
        {
            "data": copy(SECRET),
            "deep": {"pin": copy(unicode), "key": SECRET.encode()},
            "token": SECRET.encode(),
        },
    )
    assert snapshot.local("before")[0].is_redacted("password")
    assert snapshot.local("before")[1].is_redacted("token")
    assert snapshot.local("before")[2][0].is_redacted("pin")
    assert snapshot.local("after")["data"].is_redacted("password")
    assert snapshot.local("after")["deep"]["key"].is_redacted("token")
    assert SECRET not in snapshot.text


def test_names_of_fields_that_look_like_secrets_are_not_shown() -> None:
    value = look(types.SimpleNamespace(**{CARD: 1, "plain": 2}))
    assert sorted(value.fields) == ["<redacted>", "plain"]


def test_many_late_secrets_are_hidden_one_by_one() -> None:
    secrets = [f"{SECRET}-{i:05}" for i in range(1000)]

    def probed(rows: list[list[str]], logins: list[list[dict[str, str]]]) -> Snapshot:
        return capture()

    rows = [secrets[i : i + 100] for i in range(0, 1000, 100)]
    snapshot = in_thread(
        probed, [["plain text"], *rows], [[{"pin": secret} for secret in row] for row in rows]
    )
    assert all(value.is_redacted("pin") for row in snapshot.local("rows").items[1:] for value in row.items)
    assert snapshot.local("rows")[0][0].text == "'plain text'"
    assert SECRET not in snapshot.text


def test_too_many_late_secrets_hide_all_texts() -> None:
    secrets = [f"{SECRET}-{i:05}" for i in range(2600)]

    def probed(rows: list[list[str]], logins: list[list[dict[str, str]]]) -> Snapshot:
        return capture()

    rows = [secrets[i : i + 100] for i in range(0, 2600, 100)]
    snapshot = in_thread(probed, rows, [[{"pin": secret} for secret in row] for row in rows])
    assert snapshot.local("rows")[0][0].is_redacted("too many secrets")
    assert SECRET not in snapshot.text


def test_labels_and_shared_texts_stay_visible() -> None:
    """A text that only names a secret, and what the whole program shares, are no secrets."""
    subject = {"csrf_token": "csrf_token", "password": "", "pin": None, "email": "required", "cvv": 123}
    value = look(subject | {"other": ["csrf_token", "", None, "required", 123]})
    assert [item.text for item in value["other"].items] == ["'csrf_token'", "''", "None", "'required'", "123"]
    assert value.entries[0][0].text == "'csrf_token'"
    assert value.entries[0][1].is_redacted()
