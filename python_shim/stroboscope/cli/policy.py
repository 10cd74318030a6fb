"""Redaction policies as files (docs/redaction.md): TOML for people, JSON for the agent and the hub.

Used by `strobe redact` and, when STROBE_REDACTION names a file, by the agent's start: standard library only.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stroboscope.cli import rules

JsonObject = dict[str, Any]

_FILE_BYTES_MAX = 1024 * 1024
_TOP = ("allow_list", "emails", "deny", "allow", "exceptions", "test")
_DENY = ("names", "types", "patterns")
_ALLOW = ("names", "types")
_PATTERN = ("name", "regex")
_EXCEPTION = ("name", "type", "pattern", "reason")
_TEST = ("name", "type", "value", "expect", "rule")
_EXPECT = ("redacted", "shown")
_WIRE_LISTS = (
    ("deny", "names", "deny_names"),
    ("deny", "types", "deny_types"),
    ("allow", "names", "allow_names"),
    ("allow", "types", "allow_types"),
)


class PolicyError(ValueError):
    """A policy that cannot be used: `message` says what and where (file, line), `next_step` what to do."""

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(f"{message}. {next_step}")
        self.message = message
        self.next_step = next_step


@dataclass(frozen=True)
class PolicyTest:
    """One `[[test]]`: a value under a name must be redacted (by `rule`, if given) or shown."""

    name: str | None
    type: str
    value: str | None
    expect: str
    rule: str | None
    line: int


@dataclass(frozen=True)
class Policy:
    """A policy file that was read: `document` is a `redaction_policy` of the wire."""

    path: str
    document: JsonObject
    tests: list[PolicyTest] = field(default_factory=list)

    @property
    def json(self) -> str:
        """The document as the agent takes it."""
        return json.dumps(self.document)


def load(path: str) -> Policy:
    """Read and check the policy at `path`, down to its regular expressions. Raises PolicyError."""
    import tomllib

    try:
        with Path(path).open("rb") as file:
            raw = file.read(_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise PolicyError(
            f"the policy {path} cannot be read: {error.strerror}", "Give the path of a TOML file."
        ) from None
    if len(raw) > _FILE_BYTES_MAX:
        raise PolicyError(f"the policy {path} is larger than 1 MiB", "Use globs (`*`) instead of long lists.")
    try:
        text = raw.decode()
        table = tomllib.loads(text)
    except UnicodeDecodeError:
        raise PolicyError(f"the policy {path} is not UTF-8", "Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(
            f"the policy {path} is no TOML: {error}", "Strings stand in quotes; regular expressions in '...'."
        ) from None
    policy = _Reader(path, text).read(table)
    _compile(policy, text)
    return policy


def _compile(policy: Policy, text: str) -> None:
    """Have the agent compile it: there is one set of rules, and it is in C."""
    try:
        rules.judge(None, policy.json, [])
    except ValueError as error:
        place = _place_of(str(error), policy.path, text)
        raise PolicyError(f"{place}: {error}", "Correct that entry.") from None


def _place_of(message: str, path: str, text: str) -> str:
    """Where the entry stands that `message` quotes."""
    quoted = re.search(r'"(.+?)"', message)
    for number, line in enumerate(text.splitlines(), 1):
        if quoted and quoted[1] in line:
            return f"{path}, line {number}"
    return path


def to_toml(document: JsonObject) -> str:
    """A `redaction_policy` as a policy file, so that it can be edited and set again."""
    lines = [f"{flag} = true" for flag in ("allow_list", "emails") if document.get(flag)]
    for table, keys in (("deny", _DENY), ("allow", _ALLOW)):
        rows = [f"{key} = {_toml_value(value)}" for key in keys if (value := document.get(f"{table}_{key}"))]
        if rows:
            lines += ["", f"[{table}]", *rows]
    for exception in document.get("exceptions") or []:
        lines += ["", "[[exceptions]]"]
        lines += [f"{key} = {json.dumps(exception[key])}" for key in _EXCEPTION if exception.get(key)]
    return "\n".join(lines).strip("\n") + "\n"


def _toml_value(rows: list[Any]) -> str:
    def one(row: Any) -> str:
        if isinstance(row, dict):
            return "{ " + ", ".join(f"{key} = {json.dumps(row[key])}" for key in _PATTERN) + " }"
        return json.dumps(row)

    if len(rows) == 1:
        return f"[{one(rows[0])}]"
    return "[\n" + "".join(f"    {one(row)},\n" for row in rows) + "]"


class _Reader:
    """Checks one parsed file; knows its text, to say in which line something stands."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()

    def read(self, table: JsonObject) -> Policy:
        self._check_keys(table, _TOP, "", 0)
        document: JsonObject = {}
        for flag in ("allow_list", "emails"):
            if flag in table:
                if not isinstance(table[flag], bool):
                    raise self._error(
                        f"{flag} is {table[flag]!r}", "Write true or false.", self._line("", 0, flag)
                    )
                document[flag] = table[flag]
        for name, keys in (("deny", _DENY), ("allow", _ALLOW)):
            self._check_keys(self._table(table, name), keys, name, 0)
        for name, key, member in _WIRE_LISTS:
            rows = self._table(table, name).get(key)
            if rows is not None:
                document[member] = self._texts(rows, name, key)
        if "patterns" in self._table(table, "deny"):
            document["deny_patterns"] = self._patterns(table["deny"]["patterns"])
        if "exceptions" in table:
            rows = self._tables(table, "exceptions")
            document["exceptions"] = [self._exception(row, number) for number, row in enumerate(rows)]
        tests = [self._test(row, number) for number, row in enumerate(self._tables(table, "test"))]
        return Policy(self._path, document, tests)

    def _table(self, table: JsonObject, name: str) -> JsonObject:
        found = table.get(name, {})
        if not isinstance(found, dict):
            raise self._error(f"{name} is no table", f"Write [{name}].", self._line("", 0, name))
        return found

    def _tables(self, table: JsonObject, name: str) -> list[JsonObject]:
        found = table.get(name, [])
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise self._error(f"{name} is no list of tables", f"Write [[{name}]].", self._line("", 0, name))
        return found

    def _texts(self, rows: object, table: str, key: str) -> list[str]:
        line = self._line(table, 0, key)
        if not isinstance(rows, list):
            raise self._error(f"{table}.{key} is no list", f'Write {key} = ["..."].', line)
        for row in rows:
            if not isinstance(row, str) or not row.strip():
                raise self._error(f"{table}.{key} has the entry {row!r}", "Each entry is a text.", line)
        return rows

    def _patterns(self, rows: object) -> list[JsonObject]:
        line = self._line("deny", 0, "patterns")
        example = "Write patterns = [{ name = \"employee number\", regex = 'EMP-\\d{6}' }]."
        if not isinstance(rows, list):
            raise self._error("deny.patterns is no list", example, line)
        for row in rows:
            if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in _PATTERN):
                raise self._error(f"deny.patterns has the entry {row!r}", example, line)
            self._check_keys(row, _PATTERN, "deny", 0)
        return rows

    def _exception(self, row: JsonObject, number: int) -> JsonObject:
        line = self._line("exceptions", number, "")
        self._check_keys(row, _EXCEPTION, "exceptions", number)
        named = [key for key in _EXCEPTION[:3] if key in row]
        if len(named) != 1 or not isinstance(row[named[0]], str):
            raise self._error(
                "an exception has not one of name, type and pattern", 'Write name = "...".', line
            )
        if not isinstance(row.get("reason"), str) or not row["reason"].strip():
            raise self._error(
                f"the exception for {row[named[0]]!r} has no reason",
                'Write reason = "why it is no secret here": somebody will ask.',
                line,
            )
        return row

    def _test(self, row: JsonObject, number: int) -> PolicyTest:
        line = self._line("test", number, "")
        self._check_keys(row, _TEST, "test", number)
        for key in _TEST:
            if key in row and not isinstance(row[key], str):
                raise self._error(f"{key} of a test is {row[key]!r}", "Write a text in quotes.", line)
        if row.get("expect") not in _EXPECT:
            raise self._error(
                "a test does not say what it expects", 'Write expect = "redacted" or expect = "shown".', line
            )
        if not any(key in row for key in _TEST[:3]):
            raise self._error("a test has neither name, type nor value", 'Write name = "..."', line)
        if "rule" in row and row["expect"] == "shown":
            raise self._error("a test expects a rule and that the value is shown", "Leave one out.", line)
        return PolicyTest(
            row.get("name"), row.get("type", ""), row.get("value"), row["expect"], row.get("rule"), line
        )

    def _check_keys(self, table: JsonObject, known: tuple[str, ...], name: str, number: int) -> None:
        for key in table:
            if key not in known:
                import difflib

                close = difflib.get_close_matches(key, known, 1)
                step = f"Did you mean {close[0]!r}?" if close else f"Known here: {', '.join(known)}."
                where = f"{name}.{key}" if name else key
                raise self._error(f"{where} is not known", step, self._line(name, number, key))

    def _line(self, table: str, number: int, key: str) -> int:
        """The line of `key` in the `number`-th `table` (its head when `key` is empty); 0: not found."""
        current, seen = "", -1 if table else 0
        head_line = 0
        for index, line in enumerate(self._lines, 1):
            head = re.match(r"\s*\[{1,2}\s*([\w.-]+)\s*\]", line)
            if head:
                current = head[1]
                if current == table:
                    seen += 1
                    head_line = index
            if current != table or seen != number:
                continue
            if not key and head:
                return index
            if key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line):
                return index
        return head_line

    def _error(self, what: str, next_step: str, line: int) -> PolicyError:
        place = f"{self._path}, line {line}" if line else self._path
        return PolicyError(f"{place}: {what}", next_step)
