"""Policy files and `strobe redact`: what is understood, what is refused with which words, and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fake_hub import FakeHub
from strobe_command import Strobe

pytest.importorskip("stroboscope._agent")

from stroboscope.cli.policy import PolicyError, load, to_toml

WHOLE = """\
allow_list = false
emails = true

[deny]
names = ["employee id", "codename*"]
types = ["shop.secrets.*"]
patterns = [{ name = "employee number", regex = 'EMP-\\d{6}' }]

[allow]
names = ["order*"]
types = ["int"]

[[exceptions]]
name = "session_id"
reason = "a counter here"

[[exceptions]]
pattern = "card number"
reason = "order numbers pass the check"

[[test]]
name = "employeeId"
expect = "redacted"
rule = "employee id"

[[test]]
name = "note"
value = "see EMP-123456"
expect = "redacted"

[[test]]
type = "shop.secrets.Key"
expect = "redacted"

[[test]]
name = "session_id"
value = "17"
expect = "shown"
"""
DOCUMENT = {
    "allow_list": False,
    "emails": True,
    "deny_names": ["employee id", "codename*"],
    "deny_types": ["shop.secrets.*"],
    "deny_patterns": [{"name": "employee number", "regex": "EMP-\\d{6}"}],
    "allow_names": ["order*"],
    "allow_types": ["int"],
    "exceptions": [
        {"name": "session_id", "reason": "a counter here"},
        {"pattern": "card number", "reason": "order numbers pass the check"},
    ],
}


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(text: str, name: str = "policy.toml") -> str:
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return write


# ---- The file ----


def test_every_part_of_a_policy_is_read(write: Any) -> None:
    policy = load(write(WHOLE))
    assert policy.document == DOCUMENT
    assert [test.expect for test in policy.tests] == ["redacted"] * 3 + ["shown"]


def test_policy_can_be_written_and_read_again(write: Any) -> None:
    text = to_toml(DOCUMENT)
    assert load(write(text)).document == {key: value for key, value in DOCUMENT.items() if value}
    assert load(write(to_toml({}))).document == {}


@pytest.mark.parametrize(
    ("text", "message", "next_step"),
    [
        ("deny = 1", "line 1: deny is no table", "Write [deny]."),
        ("x = 1", "line 1: x is not known", "Known here: allow_list"),
        ("\n\nemail = true", "line 3: email is not known", "Did you mean 'emails'?"),
        ("emails = 1", "line 1: emails is 1", "Write true or false."),
        ("[deny]\nnames = 'a'", "line 2: deny.names is no list", 'Write names = ["..."].'),
        ("[deny]\nnames = [1]", "line 2: deny.names has the entry 1", "Each entry is a text."),
        ("[deny]\nname = []", "line 2: deny.name is not known", "Did you mean 'names'?"),
        ("[deny]\nnames = ['ab', '--']", 'line 2: deny_names: "--" has no letter', "Correct that entry."),
        ("[deny]\npatterns = ['a']", "line 2: deny.patterns has the entry 'a'", "Write patterns = [{"),
        (
            "[deny]\npatterns = [\n  { name = 'good', regex = 'a' },\n  { name = 'bad one', regex = 'a(' },\n]",
            'line 4: deny_patterns: "bad one" is no regular expression: missing closing parenthesis at column 3',
            "Correct that entry.",
        ),
        ("[[exceptions]]\nname = 'a'", "line 1: the exception for 'a' has no reason", "Write reason ="),
        (
            "[[exceptions]]\nname = 'a'\nreason = 'r'\n[[exceptions]]\nreason = 'r'",
            "line 4: an exception has not one of name, type and pattern",
            'Write name = "...".',
        ),
        (
            "[[exceptions]]\npattern = 'crad number'\nreason = 'r'",
            'line 2: no built-in pattern is called "crad number"',
            "Correct that entry.",
        ),
        ("[[test]]\nname = 'a'", "line 1: a test does not say what it expects", 'Write expect = "redacted"'),
        ("[[test]]\nexpect = 'shown'", "line 1: a test has neither name, type nor value", "Write name"),
        (
            "[[test]]\nname = 'a'\nexpect = 'shown'\nrule = 'a'",
            "line 1: a test expects a rule and that the value is shown",
            "Leave one out.",
        ),
        ("[[test]]\nname = 1\nexpect = 'shown'", "line 1: name of a test is 1", "Write a text in quotes."),
        ("a = ]\n", "is no TOML: Invalid value (at line 1", "Strings stand in quotes"),
        ("a = '\udcff'", "is not UTF-8", "Save it as UTF-8."),
    ],
)
def test_mistakes_are_told_with_line_and_next_step(
    tmp_path: Path, text: str, message: str, next_step: str
) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(PolicyError) as error:
        load(str(path))
    assert message in error.value.message
    assert next_step in error.value.next_step
    assert str(path) in error.value.message


def test_policy_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read: No such file"):
        load(str(tmp_path / "none.toml"))


# ---- explain ----


def rows(done: Any) -> dict[str, str]:
    """Path -> rule, empty for what is shown."""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["path"]: row.get("rule", "") for row in lines}


def test_each_value_of_a_document_is_explained(strobe: Strobe, write: Any) -> None:
    document = {
        "user": {"name": "x", "password": "hunter2", "mail": "a@example.com"},
        "headers": [["Authorization", "abc"], ["Host", "h"]],
        "cookies": {"deep": [1, 2]},
        "items": [1, {"name": "token", "value": "v"}, None, True, 1.5],
        "note": "paid with 4111 1111 1111" + " 1111",
        "a b": 1,
    }
    path = write(json.dumps(document), "order.json")
    assert rows(strobe("redact", "--explain", path, "--json")) == {
        "user.name": "",
        "user.password": "password",
        "user.mail": "",
        "headers[0][0]": "",
        "headers[0][1]": "authorization",
        "headers[1][0]": "",
        "headers[1][1]": "",
        "cookies": "cookie",
        "items[0]": "",
        "items[1].name": "",
        "items[1].value": "token",
        "items[2]": "",
        "items[3]": "",
        "items[4]": "",
        "note": "card number",
        "['a b']": "",
    }
    text = strobe("redact", "--explain", path).stdout
    assert 'redacted  user.password   name "password" (built in)' in text
    assert 'pattern "card number" (built in)' in text
    assert "16 values: 5 redacted, 11 shown" in text
    assert "hunter2" not in text


def test_explanation_knows_the_working_directory_of_an_environment(strobe: Strobe, write: Any) -> None:
    document = {"env": {"HOME": "/var/lib/shop", "PWD": "/srv"}, "odbc": {"UID": "sa", "PWD": "/srv"}}
    path = write(json.dumps(document), "order.json")
    shown = rows(strobe("redact", "--explain", path, "--json"))
    assert shown == {"env.HOME": "", "env.PWD": "", "odbc.UID": "", "odbc.PWD": "pwd"}


def test_policy_takes_part_in_the_explanation(strobe: Strobe, write: Any) -> None:
    path = write('{"employeeId": 1, "session_id": 2, "note": "EMP-123456"}', "order.json")
    done = strobe("redact", "--explain", path, "--policy", write(WHOLE), "--json")
    assert rows(done) == {"employeeId": "employee id", "session_id": "", "note": "employee number"}
    assert json.loads(done.stdout.splitlines()[0])["origin"] == "process"


def test_hubs_policy_takes_part_too_and_neither_loosens(strobe: Strobe, hub: FakeHub, write: Any) -> None:
    hub.routes["GET redaction"] = (200, {"version": 1, "policy": {"deny_names": ["note"]}})
    strobe.environ |= hub.environ
    path = write('{"session_id": 2, "note": "x"}', "order.json")
    done = strobe("redact", "--explain", path, "--policy", write(WHOLE), "--hub", "--json")
    assert rows(done) == {"session_id": "session id", "note": "note"}


def test_snapshot_is_explained_by_its_variables(strobe: Strobe, write: Any) -> None:
    body = {
        "frames": [{"locals": [["order", 0], ["password", 3]]}],
        "values": [
            {"type": "dict", "entries": [[1, 2], [4, 5]]},
            {"type": "str", "text": "'employee_id'"},
            {"type": "int", "text": "7"},
            {"type": "str", "cut": "redacted:name", "rule": "password"},
            {"type": "str", "text": "'self'"},
            {"type": "list", "items": [0, 2]},
        ],
    }
    path = write(json.dumps({"summary": {}, "body": body}), "snapshot.json")
    done = strobe("redact", "--explain", path, "--policy", write(WHOLE), "--json")
    assert rows(done) == {
        "#0 order key 'employee_id'": "",
        "#0 order['employee_id']": "employee id",
        "#0 order key 'self'": "",
        "#0 password": "password",
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nothing to do"),
        (("test",), "there is no policy to test"),
        (("set",), "there is no policy to set"),
        (("--explain", "none.json"), "none.json cannot be read"),
        (("--explain", "none.json", "show"), "two things at once"),
        (("set", "x.toml", "--none"), "there is no policy to set"),
        (("nonsense",), "invalid choice"),
    ],
)
def test_wrong_use_is_told(strobe: Strobe, arguments: tuple[str, ...], words: str) -> None:
    done = strobe("redact", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


def test_file_that_is_no_json_is_told(strobe: Strobe, write: Any) -> None:
    done = strobe("redact", "--explain", write("{", "broken.json"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "is no JSON" in done.stderr
    assert "strobe show ID --json" in done.stderr


# ---- test ----


def test_tests_of_a_policy_pass(strobe: Strobe, write: Any) -> None:
    done = strobe("redact", "test", write(WHOLE))
    assert (done.returncode, done.stdout) == (0, "4 of 4 tests passed\n")


def test_failed_tests_are_told_with_their_line(strobe: Strobe, write: Any) -> None:
    path = write(WHOLE + '[[test]]\nname = "color"\nvalue = "red"\nexpect = "redacted"\nrule = "x"\n')
    done = strobe("redact", "test", path)
    assert done.returncode == 1
    assert (
        f"{path}, line 39: name 'color', value 'red' should be redacted by \"x\" but is shown" in done.stdout
    )
    assert "4 of 5 tests passed" in done.stdout
    documents = [json.loads(line) for line in strobe("redact", "test", path, "--json").stdout.splitlines()]
    assert [row["passed"] for row in documents] == [True] * 4 + [False]


def test_policy_without_tests_says_how_to_add_some(strobe: Strobe, write: Any) -> None:
    done = strobe("redact", "test", write("emails = true"))
    assert done.returncode == 2
    assert "has no [[test]]" in done.stderr
    assert 'expect = "redacted"' in done.stderr


# ---- show and set ----


def test_hubs_policy_is_set_and_shown(strobe: Strobe, hub: FakeHub, write: Any) -> None:
    hub.routes["PUT redaction"] = (200, {"version": 8})
    hub.routes["GET redaction"] = (200, {"version": 8, "changed_by": "me", "policy": DOCUMENT})
    strobe.environ |= hub.environ
    done = strobe("redact", "set", write(WHOLE))
    assert (done.returncode, done.stdout) == (0, "The hub's policy is set (version 8).\n")
    assert hub.sent("PUT redaction")[0].body == {"is_set": True, "policy": DOCUMENT}
    shown = strobe("redact", "show").stdout
    assert shown.startswith("# version 8, set by me\n")
    assert load(write(shown)).document["deny_names"] == DOCUMENT["deny_names"]
    assert json.loads(strobe("redact", "show", "--json").stdout)["version"] == 8


def test_policy_whose_tests_fail_is_not_set(strobe: Strobe, hub: FakeHub, write: Any) -> None:
    strobe.environ |= hub.environ
    done = strobe("redact", "set", write('[[test]]\nname = "color"\nexpect = "redacted"\n'))
    assert done.returncode == 2
    assert "the hub's policy is unchanged" in done.stderr
    assert hub.requests == []


def test_hub_without_a_policy_says_so(strobe: Strobe, hub: FakeHub) -> None:
    hub.routes["GET redaction"] = (200, {"version": 0, "is_set": False})
    hub.routes["PUT redaction"] = (200, {"version": 9, "is_set": False})
    strobe.environ |= hub.environ
    assert "built-in rules hold" in strobe("redact", "show").stderr
    done = strobe("redact", "set", "--none")
    assert done.stdout == "The hub has no policy any more (version 9).\n"
    assert hub.sent("PUT redaction")[0].body == {"is_set": False}


def test_built_in_patterns_are_listed(strobe: Strobe) -> None:
    names = strobe("redact", "show", "--patterns").stdout.splitlines()
    assert {"card number", "JWT", "IBAN", "private key", "URL password"} <= set(names)
    assert names == sorted(names)
    assert json.loads(strobe("redact", "show", "--patterns", "--json").stdout) == {"patterns": names}


def test_where_the_agent_is_not_built_help_and_the_hubs_policy_are_there_all_the_same(
    strobe: Strobe, hub: FakeHub, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['stroboscope._agent'] = None\n")
    strobe.environ["PYTHONPATH"] = f"{tmp_path}:{strobe.environ.get('PYTHONPATH', '')}"
    strobe.environ |= hub.environ
    assert "usage: strobe redact" in strobe("redact", "--help").stdout
    hub.routes["GET redaction"] = (200, {"version": 1, "is_set": True, "policy": {"emails": True}})
    assert "emails = true" in strobe("redact", "show").stdout
    done = strobe("redact", "show", "--patterns")
    assert done.returncode == 2
    assert "not built for this Python" in done.stderr
