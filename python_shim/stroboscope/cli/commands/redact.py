"""`strobe redact`: what is hidden and why, the tests of a policy, and the hub's policy."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stroboscope.cli import arguments, rules
from stroboscope.cli.failure import OK, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, JsonObject
from stroboscope.cli.json_lines import print_json
from stroboscope.cli.policy import Policy, PolicyError, PolicyTest, load, to_toml
from stroboscope.cli.rules import Verdict
from stroboscope.cli.table import print_table
from stroboscope.cli.terminal import Span, Terminal

TEST_FAILED = 1

_FILE_BYTES_MAX = 64 * 1024 * 1024
_HEAD = ("VERDICT", "VALUE", "WHY")
_KINDS = {"name": "name", "pattern": "pattern", "type": "type", "unlisted": "not on the"}
_JSON_TYPES = {str: "str", int: "int", float: "float", bool: "bool", type(None): "NoneType"}

_EXAMPLES = """\
examples
  strobe show ID --json > snapshot.json && strobe redact --explain snapshot.json
  strobe redact --explain order.json --policy policy.toml --hub
  strobe redact test policy.toml
  strobe redact set policy.toml      the hub's policy, in force at once in every process
  strobe redact set --none
  strobe redact show > policy.toml
  strobe redact show --patterns      the built-in patterns by name
"""


def run(argv: Sequence[str], connect: Callable[[], HubClient]) -> int:
    """What `--explain`, `test`, `show` and `set` say; each has its own exit codes."""
    parser = arguments.make_parser(
        "redact",
        "--explain FILE.json | test POLICY.toml | show | set POLICY.toml",
        "What is hidden in snapshots, and why.",
        _EXAMPLES,
    )
    parser.add_argument("action", nargs="?", choices=("test", "show", "set"), help="what to do")
    parser.add_argument("file", nargs="?", default="", metavar="POLICY.toml", help="a policy file")
    parser.add_argument("--explain", default="", metavar="FILE.json", help="a snapshot, or any JSON")
    parser.add_argument("--policy", default="", metavar="POLICY.toml", help="explain: with this policy too")
    parser.add_argument("--hub", action="store_true", help="explain: with the hub's policy too")
    parser.add_argument("--patterns", action="store_true", help="show: the names of the built-in patterns")
    parser.add_argument("--none", action="store_true", help="set: the hub has no policy any more")
    options = arguments.with_json(parser).parse_args(argv)
    if bool(options.explain) == bool(options.action):
        raise Failure(WRONG_USE, "nothing to do, or two things at once", "See: strobe redact --help")
    if options.action == "test" and not options.file:
        raise Failure(WRONG_USE, "there is no policy to test", "Say: strobe redact test POLICY.toml")
    if options.action == "set" and bool(options.file) == options.none:
        raise Failure(
            WRONG_USE, "there is no policy to set", "Say: strobe redact set POLICY.toml, or set --none"
        )
    if options.explain:
        return explain(options.explain, options.policy, connect if options.hub else None, options.json)
    if options.action == "test":
        return test(options.file, options.json)
    if options.action == "set":
        return set_policy(connect(), options.file, options.json)
    return patterns(options.json) if options.patterns else show(connect(), options.json)


# ---- explain ----


@dataclass(frozen=True)
class Place:
    """One value of a document: its path, the name it stands under, its type, its text if it is a leaf."""

    path: str
    name: str | None
    type: str
    text: str | None
    already: str = ""
    """Why it was redacted before it came into the document."""


def explain(path: str, policy_path: str, hub: Callable[[], HubClient] | None, as_json: bool) -> int:
    """Say of each value in the JSON file at `path` whether it would be shown, and by which rule it is not."""
    document = _read_json(path)
    process = _load(policy_path).json if policy_path else None
    judge = _Judge(_hub_policy(hub()) if hub is not None else None, process)
    rows = list(_snapshot(document, judge) if _body_of(document) else _any_json(document, judge))
    if as_json:
        for place, verdict in rows:
            print_json(_as_json(place, verdict))
        return OK
    terminal = Terminal(sys.stdout)
    print_table(terminal, _HEAD, [_row(place, verdict) for place, verdict in rows])
    hidden = sum(1 for place, verdict in rows if verdict or place.already)
    terminal.line(("dim", f"{len(rows)} values: {hidden} redacted, {len(rows) - hidden} shown"))
    return OK


class _Judge:
    """Asks the agent's own rules."""

    def __init__(self, hub: str | None, process: str | None) -> None:
        self._hub = hub
        self._process = process

    def __call__(self, name: str | None, types: str, text: str | None, neighbours: str = "") -> Verdict:
        return rules.judge(self._hub, self._process, [(name, types, text, neighbours)])[0]


Explained = Iterator[tuple[Place, Verdict]]


def _any_json(document: object, judge: _Judge) -> Explained:
    """Every leaf, and every container that is hidden as a whole."""

    def walk(value: object, path: str, name: str | None, secret: Verdict, neighbours: str = "") -> Explained:
        kind = type(value).__name__ if isinstance(value, dict | list) else _JSON_TYPES[type(value)]
        text = None if isinstance(value, dict | list) else value if isinstance(value, str) else str(value)
        place = Place(path or "$", name, kind, text)
        verdict = secret or judge(name, kind, text, neighbours)
        if verdict or not isinstance(value, dict | list):
            yield place, verdict
        elif isinstance(value, dict):
            yield from walk_dict(value, path)
        else:
            named = _second_of_pair(value, judge)
            for index, item in enumerate(value):
                yield from walk(item, f"{path}[{index}]", None, named if index == 1 else None)

    def walk_dict(value: dict[str, Any], path: str) -> Explained:
        named = _value_of_pair(value, judge)
        keys = "\n".join(value)
        for key, item in value.items():
            step = f".{key}" if key.isidentifier() else f"[{key!r}]"
            key_verdict = judge(None, "str", key)
            if key_verdict:
                step = "[redacted key]"
                yield Place(path + step, None, "str", None), key_verdict
            child = (path + step).removeprefix(".")
            yield from walk(item, child, key, named if key == "value" else None, keys)

    yield from walk(document, "", None, None)


def _second_of_pair(items: list[Any], judge: _Judge) -> Verdict:
    """("Authorization", "Basic ...") is a header, not a list."""
    return _secret(judge(items[0], "", None)) if len(items) == 2 and isinstance(items[0], str) else None


def _value_of_pair(entries: dict[str, Any], judge: _Judge) -> Verdict:
    """{"name": "password", "value": ...} is a pair, too."""
    name = entries.get("name")
    return _secret(judge(name, "", None)) if isinstance(name, str) and "value" in entries else None


def _secret(verdict: Verdict) -> Verdict:
    return verdict if verdict and verdict[1] != "unlisted" else None


def _snapshot(document: object, judge: _Judge) -> Explained:
    """The variables of a snapshot, each value once."""
    body = _body_of(document)
    values: list[JsonObject] = body["values"]
    seen: set[int] = set()

    def walk(ref: object, path: str, name: str | None, neighbours: str = "") -> Explained:
        if not isinstance(ref, int) or not 0 <= ref < len(values) or ref in seen:
            return
        seen.add(ref)
        value = values[ref]
        kind = str(value.get("type", ""))
        cut = str(value.get("cut", ""))
        text = _plain(value["text"]) if "text" in value else None
        if cut.startswith("redacted"):
            yield Place(path, name, kind, None, str(value.get("rule") or cut)), None
            return
        verdict = judge(name, kind, text, neighbours)
        if verdict or text is not None:
            yield Place(path, name, kind, text), verdict
        if not verdict:
            yield from walk_parts(value, path)

    def walk_parts(value: JsonObject, path: str) -> Explained:
        for index, item in enumerate(value.get("items") or []):
            yield from walk(item, f"{path}[{index}]", None)
        entries = [(_key(values, ref), ref, item) for ref, item in value.get("entries") or []]
        keys = "\n".join(key for key, _, _ in entries)
        for key, key_ref, item in entries:
            yield from walk(key_ref, f"{path} key {key!r}", None)
            yield from walk(item, f"{path}[{key!r}]", key, keys)
        for field, item in value.get("fields") or []:
            yield from walk(item, f"{path}.{field}", field)

    for number, frame in enumerate(body["frames"]):
        for name, ref in frame.get("locals") or []:
            yield from walk(ref, f"#{number} {name}", name)


def _key(values: list[JsonObject], ref: int) -> str:
    return _plain(values[ref].get("text", "")) if 0 <= ref < len(values) else ""


def _body_of(document: object) -> JsonObject:
    """The body of a snapshot, or {}; what `strobe show --json` prints holds one."""
    if isinstance(document, dict) and isinstance(document.get("body"), dict):
        document = document["body"]
    if (
        isinstance(document, dict)
        and isinstance(document.get("frames"), list)
        and isinstance(document.get("values"), list)
    ):
        return document
    return {}


def _plain(text: str) -> str:
    """The characters of a str or bytes that stands as Python writes it."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return text
    return value if isinstance(value, str) else value.decode("latin-1") if isinstance(value, bytes) else text


def _row(place: Place, verdict: Verdict) -> list[Span]:
    if place.already:
        return [("cut", "redacted"), ("name", place.path), ("dim", f"already: {place.already}")]
    if verdict is None:
        return [("good", "shown"), ("name", place.path), ("dim", "")]
    return [("cut", "redacted"), ("name", place.path), ("", _why(verdict))]


def _why(verdict: tuple[str, str, str]) -> str:
    rule, kind, origin = verdict
    quoted = rule if kind == "unlisted" else f'"{rule}"'
    return f"{_KINDS[kind]} {quoted} ({origin})"


def _as_json(place: Place, verdict: Verdict) -> JsonObject:
    row: JsonObject = {"path": place.path, "verdict": "redacted" if verdict or place.already else "shown"}
    if place.already:
        row |= {"rule": place.already, "already": True}
    elif verdict:
        row |= {"rule": verdict[0], "kind": verdict[1], "origin": verdict[2]}
    return row


def _read_json(path: str) -> object:
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_FILE_BYTES_MAX + 1)
        if len(raw) > _FILE_BYTES_MAX:
            raise Failure(WRONG_USE, f"{path} is larger than 64 MiB", "Give a part of it.")
        return json.loads(raw)
    except OSError as error:
        raise Failure(
            WRONG_USE, f"{path} cannot be read: {error.strerror}", "Give the path of a JSON file."
        ) from None
    except (ValueError, RecursionError) as error:
        raise Failure(
            WRONG_USE, f"{path} is no JSON: {error}", "Save one: strobe show ID --json > FILE.json"
        ) from None


# ---- test ----


def test(path: str, as_json: bool) -> int:
    """Run the tests of the policy file at `path`; 1 when one fails."""
    policy = _load(path)
    if not policy.tests:
        raise Failure(WRONG_USE, f"{path} has no [[test]]", _TEST_STEP)
    terminal = Terminal(sys.stdout)
    failed = 0
    for number, case in enumerate(policy.tests, 1):
        verdict = _judge_case(policy, case)
        passed = _passes(case, verdict)
        failed += not passed
        if as_json:
            print_json(_case_json(number, case, verdict, passed))
        elif not passed:
            terminal.line(("bad", "failed "), ("", f"{path}, line {case.line}: {_describe(case, verdict)}"))
    if not as_json:
        count = len(policy.tests)
        role = "bad" if failed else "good"
        terminal.line((role, f"{count - failed} of {count} tests passed"))
    return TEST_FAILED if failed else OK


_TEST_STEP = """\
Add some, for example:
[[test]]
name = "employee_id"
value = "EMP-123456"
expect = "redacted\""""


def _judge_case(policy: Policy, case: PolicyTest) -> Verdict:
    return rules.judge(None, policy.json, [(case.name, case.type, case.value, "")])[0]


def _passes(case: PolicyTest, verdict: Verdict) -> bool:
    if case.expect == "shown":
        return verdict is None
    return verdict is not None and case.rule in (None, verdict[0])


def _describe(case: PolicyTest, verdict: Verdict) -> str:
    what = ", ".join(
        f"{key} {value!r}"
        for key, value in (("name", case.name), ("type", case.type), ("value", case.value))
        if value
    )
    wanted = case.expect + (f' by "{case.rule}"' if case.rule else "")
    got = f"redacted by {_why(verdict)}" if verdict else "shown"
    return f"{what} should be {wanted} but is {got}"


def _case_json(number: int, case: PolicyTest, verdict: Verdict, passed: bool) -> JsonObject:
    row: JsonObject = {"test": number, "line": case.line, "passed": passed, "expect": case.expect}
    row["verdict"] = "redacted" if verdict else "shown"
    if verdict:
        row |= {"rule": verdict[0], "kind": verdict[1], "origin": verdict[2]}
    return row


# ---- the hub's policy ----


def show(client: HubClient, as_json: bool) -> int:
    """Print the hub's policy, as a file that `strobe redact set` takes."""
    redaction = client.redaction()
    if as_json:
        print_json(redaction)
    elif not redaction.get("is_set", True):
        Terminal(sys.stderr).line(
            ("", "The hub has no policy: the built-in rules hold."),
            ("dim", " Set one: strobe redact set POLICY.toml"),
        )
    else:
        changed_by = redaction.get("changed_by") or "?"
        sys.stdout.write(f"# version {redaction.get('version')}, set by {changed_by}\n")
        sys.stdout.write(to_toml(redaction.get("policy") or {}))
    return OK


def patterns(as_json: bool) -> int:
    """Print the names of the built-in patterns, which exceptions may name."""
    names = rules.pattern_names()
    if as_json:
        print_json({"patterns": names})
    else:
        terminal = Terminal(sys.stdout)
        for name in names:
            terminal.line(("", name))
    return OK


def set_policy(client: HubClient, path: str, as_json: bool) -> int:
    """Make the file at `path` the hub's policy, once its tests pass; an empty path removes the policy."""
    if path:
        policy = _load(path)
        for case in policy.tests:
            verdict = _judge_case(policy, case)
            if not _passes(case, verdict):
                raise Failure(
                    WRONG_USE,
                    f"{path}, line {case.line}: {_describe(case, verdict)}; the hub's policy is unchanged",
                    f"See all of them: strobe redact test {path}",
                )
        answer = client.set_redaction({"is_set": True, "policy": policy.document})
    else:
        answer = client.set_redaction({"is_set": False})
    if as_json:
        print_json(answer)
    else:
        what = "The hub's policy is set" if path else "The hub has no policy any more"
        Terminal(sys.stdout).line(("", f"{what} (version {answer.get('version')})."))
    return OK


def _hub_policy(client: HubClient) -> str | None:
    redaction = client.redaction()
    return json.dumps(redaction.get("policy") or {}) if redaction.get("is_set", True) else None


def _load(path: str) -> Policy:
    try:
        return load(path)
    except PolicyError as error:
        raise Failure(WRONG_USE, error.message, error.next_step) from None
