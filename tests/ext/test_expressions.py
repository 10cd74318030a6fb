"""How expressions are refused and explained: each part with its place, the reason and what to write instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

_agent = pytest.importorskip("stroboscope._agent")


def explained(source: str, *, template: bool = False) -> dict[str, Any]:
    result: dict[str, Any] = _agent.explain(source, template)
    return result


def refused(source: str, *, template: bool = False) -> list[tuple[str, str]]:
    """The text of each refused part and the reason."""
    lines = source.split("\n")
    return [
        (lines[part["line"] - 1][part["column"] - 1 : part["end_column"] - 1], part["message"])
        for part in explained(source, template=template)["findings"]
        if part["kind"] == "refused"
    ]


def found(source: str, kind: str, *, template: bool = False) -> list[str]:
    return [part["name"] for part in explained(source, template=template)["findings"] if part["kind"] == kind]


# what, the part that is refused, words of the message
REFUSALS = [
    ("order.total() > 5", "total", "calling 'total' would run the program's code; read the field it uses"),
    ("send(1)", "send", "'send' is not one of the functions an expression may call: len, abs, min"),
    ("lne(x)", "lne", "did you mean 'len'?"),
    ("name.uper()", "uper", "did you mean 'upper'?"),
    ("vars(x)", "vars", "name the field itself"),
    ("print(x)", "print", "use a probe with the action log"),
    ("next(rows)", "next", "advance an iterator of the program"),
    ("iter(xs)", "iter", "write a comprehension"),
    ("lambda: 1", "lambda: 1", "write a comprehension"),
    ("(n := 3)", "n := 3", "use '=='"),
    ("await x", "await x", "cannot wait or yield"),
    ("(yield)", "yield", "cannot wait or yield"),
    ("x @ y", "x @ y", "'@'"),
    ("1j", "1j", "complex"),
    ("len(*x)", "*x", "'*' in a call"),
    ("len(**x)", "len(**x)", "'**' in a call"),
    ("x[0](1)", "x[0](1)", "only functions by name"),
    ("user.password", "password", "redacted by its name"),
    ("d['api_key']", "'api_key'", "redacted by its name"),
    ("[1 for token in x]", "token", "redacted by its name"),
    ("[1 for x.y in z]", "y", "change the program's data"),
    ("é + foo()", "foo", "'foo' is not one of the functions"),
    ("(a,\n  foo())", "foo", "'foo' is not one of the functions"),
    ("x + $retrun", "$", "$return, $exception"),
    ("$return + _return", "_", "'_return' cannot be read beside '$return'"),
    ("matches(x)", "matches(x)", "a text and a pattern"),
]


@pytest.mark.parametrize(("source", "part", "words"), REFUSALS)
def test_a_refusal_says_where_and_what_to_write_instead(source: str, part: str, words: str) -> None:
    parts = refused(source)
    assert [text for text, _ in parts] == [part]
    assert words in parts[0][1]
    message = explained(source)["message"]
    assert message.endswith(parts[0][1])
    assert "column" in message


def test_the_message_counts_characters_and_names_the_line_from_the_second_on() -> None:
    assert explained("é + foo()")["message"].startswith("column 5: ")
    assert explained("(a,\n  foo())")["message"].startswith("line 2, column 3: ")
    assert explained("  x +")["message"].startswith("column 6: ")


def test_all_refusals_are_told_and_what_is_read_beside_them() -> None:
    source = "order.total() > 5 and send(x) and (lambda: 1) and user.password and y"
    assert [text for text, _ in refused(source)] == ["total", "send", "lambda: 1", "password"]
    assert found(source, "name") == ["order", "user", "y"]
    assert explained(source)["status"] == "EUNSUPPORTED"


def test_an_expression_is_explained_by_what_it_reads_and_calls() -> None:
    source = "any(x.price > limit for x in basket.items) and name.startswith('A') and $hits > 3"
    facts = explained(source)
    assert (facts["status"], facts["message"], facts["cost"]) == ("OK", "", "loops")
    assert found(source, "name") == ["basket", "limit", "name"]
    assert found(source, "variable") == ["x"]
    assert found(source, "attribute") == ["items", "price"]
    assert found(source, "function") == ["any"]
    assert found(source, "method") == ["startswith"]
    assert found(source, "own") == ["hits"]
    assert found(source, "constant") == ["str", "int"]


@pytest.mark.parametrize(
    ("source", "cost"),
    [
        ("x.total > 100 and y", "fixed"),
        ("len(x)", "calls"),
        ("[i for i in x]", "loops"),
        ("[i for i in x for j in y]", "nested"),
    ],
)
def test_the_cost_says_how_it_grows(source: str, cost: str) -> None:
    assert explained(source)["cost"] == cost


def test_what_is_no_python_is_a_syntax_error_with_its_column() -> None:
    for source, column in [("x +", 4), ("", 1), ("   ", 1), ("x = 1", 1), ("a b", 1), ("'abc", 1), ("(1", 1)]:
        facts = explained(source)
        assert facts["status"] == "ESYNTAX", source
        assert facts["message"].startswith(f"column {column}: ") or column == 1, facts["message"]


@pytest.mark.parametrize(
    "source",
    [
        "x" * 5000,
        "x" + " and x" * 1200,
        "not " * 300 + "x",
        "[" * 90 + "x" + "]" * 90,
        "max(" + "x, " * 20 + "x)",
        "[" * 17 + "x" + " for a in x]" * 17,
        "[1 " + "for a in x " * 17 + "]",
        "[1 for (" + ",".join(f"a{n}" for n in range(40)) + ") in x]",
        " + ".join(f"n{n}" for n in range(90)) + " + " + " and ".join(f"m{n}" for n in range(300)),
        "f'" + "{f'" * 20 + "x" + "'}" * 20 + "'",
    ],
)
def test_limits_end_the_compiler_not_the_process(source: str) -> None:
    assert explained(source)["status"] in {"ELIMIT", "ESYNTAX"}


def test_fifty_pieces_of_text_are_no_limit() -> None:
    assert explained("f'" + "{x}-" * 50 + "'")["status"] == "OK"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("user {user.id}: {total:.2f}", ["user", "total"]),
        ("{{x}} costs $5", []),
        ("{d['a']} {d[\"b\"]}", ["d", "d"]),
        ("{x!r:>{width}}", ["x", "width"]),
        ("{when:%H:%M} {a if b else c}", ["when", "b", "a", "c"]),
        ("{x=} {y = :.1f}", ["x", "y"]),
        ("{ {'a': 1}[k] } {(lambda_)}", ["k", "lambda_"]),
        ("no field", []),
        ("", []),
    ],
)
def test_templates_are_the_body_of_an_f_string(source: str, names: list[str]) -> None:
    facts = explained(source, template=True)
    assert (facts["status"], facts["message"]) == ("OK", "")
    assert found(source, "name", template=True) == names


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{x", "column 3: the field has no end; close it with '}'"),
        ("a } b", "column 3: a single '}'"),
        ("{x!q}", "column 3: after '!' there must be s, r or a"),
        ("{}", "column 2: there is no expression"),
        ("{x:{y}", "the field has no end"),
        ("costs {prize + } now", "column 16: "),
        (
            "{a} {lenn(b)}",
            "column 6: 'lenn' is not one of the functions an expression may call; did you mean 'len'?",
        ),
        ("{$nope}", "column 2: '$nope' is not one"),
    ],
)
def test_a_template_is_refused_at_the_place_in_its_text(source: str, message: str) -> None:
    assert message in explained(source, template=True)["message"]


def test_own_names_are_told_from_text_that_looks_like_them() -> None:
    source = """'$return' == f"$hits {$hits} {{$task}}" and "it\\"s $thread" or r'\\' # $task"""
    assert found("""'$return' == f"$hits {$hits} {{$task}}" and "it\\"s $thread" """, "own") == ["hits"]
    assert found("f'{$hits:>{$elapsed_ms}}'", "own") == ["hits", "elapsed_ms"]
    assert found("'''it's $hits''' + x[$hits]", "own") == ["hits"]
    assert explained(source)["status"] == "ESYNTAX"  # r'\' has no end, as in Python


def test_explaining_runs_and_imports_nothing(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    source = f"__import__('pathlib').Path({str(marker)!r}).touch()"
    assert explained(source)["status"] == "EUNSUPPORTED"
    assert not marker.exists()
