"""What a policy says holds in captures: names, types with their bases, patterns, exceptions, allow lists."""

from __future__ import annotations

import collections
import dataclasses
import json
import ssl
import types
from collections.abc import Iterator
from typing import Any

import pytest
from captured import Snapshot, Value, capture, extension, in_thread, look

Document = dict[str, Any]


@pytest.fixture(autouse=True)
def built_in_rules() -> Iterator[None]:
    yield
    extension.set_policy(None, None)


def policy(process: Document | None = None, hub: Document | None = None) -> None:
    extension.set_policy(
        json.dumps(hub) if hub is not None else None, json.dumps(process) if process is not None else None
    )


def exceptions(*names: str) -> Document:
    return {"exceptions": [{"name": name, "reason": "a test"} for name in names]}


class Base:
    def __init__(self) -> None:
        self.value = 7


class Child(Base):
    pass


class Tuple(Base, tuple):  # type: ignore[type-arg]
    pass


MODULE = __name__


def names_of(subject: dict[str, Any]) -> dict[str, Value]:
    value = look(types.SimpleNamespace(**subject))
    return value.fields


# ---- Names ----


def test_working_directory_is_hidden_by_a_policy_that_names_it_or_does_not_list_it() -> None:
    environment = {"HOME": "/var/lib/shop", "PWD": "/srv/shop"}
    policy({"deny_names": ["pwd"]})
    assert look(environment)["PWD"].is_redacted("pwd")
    policy({"allow_list": True, "allow_names": ["value"]})
    assert look(environment)["PWD"].cut == "redacted:unlisted"
    policy({"allow_list": True, "allow_names": ["value", "PWD"]})
    assert look(environment)["PWD"].text == "'/srv/shop'"


def test_denied_names_are_hidden_wherever_a_name_stands() -> None:
    policy({"deny_names": ["employee id", "codename*"]})

    def probed(employeeId: int, order: object) -> Snapshot:
        codename_blue = 1
        return capture()

    subject = {"employee_ids": [1], b"Employee-Id": 2, ("x", "employee.id"): 3, "employee": 4}
    snapshot = in_thread(probed, 4711, subject)
    assert snapshot.local("employeeId").is_redacted("employee id")
    assert snapshot.local("codename_blue").is_redacted("codename*")
    values = [item for _, item in snapshot.local("order").entries]
    assert [value.is_redacted("employee id") for value in values] == [True, True, True, False]
    assert look([("Employee-Id", "x")])[0][1].is_redacted("employee id")
    assert look("a=1&employee_id=4711").is_redacted("employee id")


def test_policy_can_change_between_captures() -> None:
    subject = {"employee_id": 1, "password": 2}
    for _ in range(3):
        policy({"deny_names": ["employee id"]})
        assert look(subject)["employee_id"].is_redacted()
        extension.set_policy(None, None)
        assert look(subject)["employee_id"].text == "1"
        policy(exceptions("password"))
        assert look(subject)["password"].text == "2"


def test_exceptions_are_for_whole_names() -> None:
    policy(exceptions("password hint", "x_token_*"))
    fields = names_of({"password_hint": 1, "user_password_hint": 2, "x_token_of_day": 3, "token": 4})
    assert [value.is_redacted() for value in fields.values()] == [False, True, False, True]


@pytest.mark.parametrize(
    ("hub", "process", "hidden"),
    [
        (None, None, True),
        (exceptions("session_id"), None, False),
        (None, exceptions("session_id"), False),
        (exceptions("session_id"), exceptions("session_id"), False),
        (exceptions("session_id"), exceptions(), True),
        (exceptions(), exceptions("session_id"), True),
        ({"deny_names": ["session"]}, exceptions("session_id"), True),
        (exceptions("session_id"), {"deny_names": ["session"]}, True),
    ],
)
def test_neither_side_loosens_the_other(hub: Document | None, process: Document | None, hidden: bool) -> None:
    policy(process, hub)
    assert look({"session_id": 5})["session_id"].is_redacted() is hidden


def test_policy_that_cannot_be_compiled_leaves_the_one_before() -> None:
    policy({"deny_names": ["employee"]})
    for broken in ({"deny_patterns": [{"name": "x", "regex": "("}]}, {"deny_names": [7]}, {"emails": 1}, []):
        with pytest.raises(ValueError):
            policy(broken)  # type: ignore[arg-type]
    assert look({"employee": 1})["employee"].is_redacted("employee")


# ---- Types ----


def test_denied_types_hide_subclasses_too() -> None:
    policy({"deny_types": [f"{MODULE}.Base"]})
    value = look([Base(), Child(), Tuple(), [1]])
    assert [item.is_redacted(f"{MODULE}.Base") for item in value.items] == [True, True, True, False]
    assert value[0].cut == "redacted:type"
    assert value[0].type == f"{MODULE}.Base"


def test_type_globs_and_exceptions() -> None:
    policy({"deny_types": [f"{MODULE}.*"], "exceptions": [{"type": f"{MODULE}.Child", "reason": "a test"}]})
    value = look([Base(), Child()])
    assert value[0].is_redacted(f"{MODULE}.*")
    assert value[1].fields["value"].text == "7"


def test_types_of_the_interpreter_can_be_denied() -> None:
    policy({"deny_types": ["bytes", "collections.OrderedDict"]})
    value = look([b"x", "x", collections.OrderedDict(a=1), {}])
    assert [item.cut for item in value.items] == ["redacted:type", None, "redacted:type", None]


def test_types_of_secrets_are_hidden_without_a_policy() -> None:
    Secret = type("SecretStr", (), {"__module__": "pydantic.types"})
    Sub = type("Mine", (Secret,), {})
    value = look([ssl.create_default_context(), Secret(), Sub()])
    assert [item.cut for item in value.items] == ["redacted:type"] * 3
    assert value[0].rule == "ssl.SSLContext"


def test_names_of_types_are_read_without_code_of_the_program() -> None:
    calls = []

    class Meta(type):
        def __getattribute__(cls, name: str) -> Any:
            calls.append(name)
            return super().__getattribute__(name)

    class Watched(metaclass=Meta):
        pass

    subject = Watched()
    calls.clear()
    policy({"deny_types": ["*.Watched"]})
    value = look(subject)
    assert value.is_redacted("*.Watched")
    assert calls == []


def test_a_new_type_at_the_place_of_an_old_one_is_judged_anew() -> None:
    policy({"deny_types": ["*.Hidden*"]})
    for number in range(300):
        name = f"Hidden{number}" if number % 2 else f"Shown{number}"
        value = look(type(name, (), {})())
        assert (value.cut == "redacted:type") is (number % 2 == 1)


# ---- Patterns ----


def test_patterns_of_the_policy_are_looked_for() -> None:
    policy({"deny_patterns": [{"name": "employee number", "regex": r"\bEMP-\d{6}\b"}]})
    for subject in ("see EMP-123456", b"EMP-123456", ValueError("EMP-123456"), {"EMP-123456": 1}):
        assert "EMP-123456" not in look(subject).snapshot.text
    assert look("see EMP-123456").is_redacted("employee number")
    assert look("see EMP-12345").text == "'see EMP-12345'"


def test_pattern_that_takes_too_long_hides_the_text() -> None:
    policy({"deny_patterns": [{"name": "slow", "regex": r"(a+)+$"}]})
    assert look("a" * 40 + "b").is_redacted("slow")
    assert look("harmless").text == "'harmless'"


def test_patterns_do_not_take_for_ever() -> None:
    """Over the time for all patterns of a snapshot, what was not looked through is not shown."""
    policy({"deny_patterns": [{"name": f"slow {i}", "regex": f"(x+x+)+y{i}"} for i in range(100)]})
    value = look(["x" * 25 + str(i) for i in range(100)])
    assert all(item.is_redacted() for item in value.items)


def test_time_given_to_others_hides_no_text() -> None:
    """The processor is taken away for 60 ms at each reading of the clock, while each text is looked through."""
    policy({"deny_patterns": [{"name": "employee number", "regex": r"\bEMP-\d{6}\b"}]})
    extension.set_tick(60_000_000)
    try:
        value = look([f"EMP-{number}" for number in range(20)])
    finally:
        extension.set_tick(0)
    assert [item.text for item in value.items] == [f"'EMP-{number}'" for number in range(20)]


def test_exceptions_of_patterns_leave_the_others() -> None:
    policy({"exceptions": [{"pattern": "card number", "reason": "order numbers pass the check"}]})
    card = "4111 1111 1111" + " 1111"
    assert look(f"order {card}").text == f"'order {card}'"
    assert look(f"{card} Bearer abcdefgh12").is_redacted("bearer token")
    policy({"exceptions": [{"pattern": "card number", "reason": "x"}]}, hub={})
    assert look(card).is_redacted("card number")


def test_emails_are_shown_unless_the_policy_wants_otherwise() -> None:
    text = "write to jane.doe+x@mail.example.com."
    assert look(text).text == repr(text)
    policy({}, hub={"emails": True})
    assert look(text).is_redacted("e-mail address")
    for harmless in ("user@host", "@decorated", "a@b.1", "x @ y.com"):
        assert look(harmless).text == repr(harmless)


# ---- Allow lists ----


def test_allow_list_hides_everything_else() -> None:
    policy({"allow_list": True, "allow_names": ["order*", "total"]})

    def probed(order: object, customer: object, total: float, password: str) -> Snapshot:
        return capture()

    snapshot = in_thread(probed, {"total": 5, "note": "n", 7: "seven"}, {"total": 5}, 1.5, "x")
    order = snapshot.local("order")
    assert order["total"].text == "5"
    assert order["note"].is_redacted("allow list")
    assert order["note"].cut == "redacted:unlisted"
    assert order.entries[2][1].text == "'seven'"
    assert snapshot.local("customer").is_redacted("allow list")
    assert snapshot.local("total").text == "1.5"
    assert snapshot.local("password").is_redacted("password")


def test_allow_list_shows_values_of_listed_types() -> None:
    policy({"allow_list": True, "allow_types": ["int", f"{MODULE}.Base"]})

    def probed(number: int, flag: bool, text: str, thing: object) -> Snapshot:
        return capture()

    snapshot = in_thread(probed, 1, True, "x", Child())
    assert snapshot.local("number").text == "1"
    assert snapshot.local("flag").text == "True"
    assert snapshot.local("text").is_redacted("allow list")
    assert snapshot.local("thing").fields["value"].text == "7"


def test_value_is_shown_under_a_listed_name_though_it_stands_under_another() -> None:
    policy({"allow_list": True, "allow_names": ["shown"]})

    def probed(shown: str, other: str) -> Snapshot:
        return capture()

    snapshot = in_thread(probed, "the same text", "the same text")
    assert snapshot.local("shown").text == "'the same text'"
    assert snapshot.local("other").is_redacted("allow list")


@pytest.mark.parametrize(
    ("hub_names", "process_names", "shown"),
    [(["a"], ["a"], True), (["a"], ["b"], False), (["b"], ["a"], False), (["*"], ["a"], True)],
)
def test_both_allow_lists_must_have_the_name(
    hub_names: list[str], process_names: list[str], shown: bool
) -> None:
    if hub_names == ["*"]:
        hub_names = ["a*"]
    lists = [{"allow_list": True, "allow_names": names} for names in (process_names, hub_names)]
    policy(*lists)

    def probed(a: int) -> Snapshot:
        return capture()

    assert in_thread(probed, 1).local("a").is_redacted() is not shown


def test_dataclass_fields_follow_the_list() -> None:
    @dataclasses.dataclass
    class Order:
        total: int
        note: str

    policy({"allow_list": True, "allow_names": ["value", "total"]})
    value = look(Order(1, "x"))
    assert value.fields["total"].text == "1"
    assert value.fields["note"].is_redacted("allow list")
