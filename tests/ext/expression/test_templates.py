"""Log templates: the body of an f-string, on every version with any quotes inside its fields."""

from __future__ import annotations

import pytest
from evaluated import extension


class User:
    def __init__(self) -> None:
        self.id = 7
        self.name = "Ada"


def text_of(template: str) -> object:
    user, total, d, s, width = User(), 19.5, {"a": 1, 'b"': [2, 3]}, "é\n", 6
    compiled = extension.template(template)
    assert not isinstance(compiled, tuple), compiled
    kind, value = extension.evaluate(compiled)[:2]
    assert kind == "value", value
    return value


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("", ""),
        ("plain $5 \\n {{braces}}", "plain $5 \\n {braces}"),
        ("user {user.id}: {total:.2f}", "user 7: 19.50"),
        ("{user.name!r}|{user.name:>{width}}|{user.name!s:*^{width}}", "'Ada'|   Ada|*Ada**"),
        ("{d['a']}{d[\"a\"]}{d['b\"'][0]}", "112"),
        ("{user.id=} {total = :.1f} {user.name = }", "user.id=7 total = 19.5 user.name = 'Ada'"),
        ("{ {'x': 1}['x'] } {[i for i in d['b\"'] if i > 2]}", "1 [3]"),
        ("{s}é{s!a}", "é\né'\\xe9\\n'"),
        ("{total > 5 and 'much' or 'little'}", "much"),
        ("{total == 19.5}{total != 1}{1 if total >= 5 else 2}", "TrueTrue1"),
        ("{$hits} {$elapsed_ms:.1f} {$thread}", "3 1.5 MainThread"),
        ("{'}'}{\"{\"}", "}{"),
        ("{f'{total:{width}.1f}'}", "  19.5"),
        ("-".join(["{user.id}"] * 40), "-".join(["7"] * 40)),
    ],
)
def test_a_template_becomes_the_text_that_an_f_string_would(template: str, text: str) -> None:
    assert text_of(template) == text
