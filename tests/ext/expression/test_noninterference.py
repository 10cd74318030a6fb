"""No result, no error and no cost of an expression depends on a redacted value."""

from __future__ import annotations

import gc
import random
from collections import OrderedDict, defaultdict, deque, namedtuple
from typing import Any

import pytest
from evaluated import evaluator, extension
from random_expressions import CONSTANTS, Grammar

SECRETS = ("password", "token", "secret_key", "api_key")
COUNT = 15_000
SEED = 20261126

Login = namedtuple("Login", "user password")


class User:
    token = "class"

    def __init__(self) -> None:
        self.name = "Ada"
        self.password: Any = None
        self.profile = {"city": "London", "api_key": None}


class Slots:
    __slots__ = ("name", "password")


class Special(dict):
    pass


PUBLIC = ["a", "b"]


class World:
    """The same objects each time; only what stands under a secret name is changed in place."""

    def __init__(self) -> None:
        self.user, self.other = User(), User()
        self.slots = Slots()
        self.slots.name = "slots"
        self.plain = {"name": "Ada", "password": None, "age": 36}
        self.same = {"name": "Ada", "password": None, "age": 36}
        self.bytes_key = {b"token": None, b"x": 1}
        self.nested = {"a": [1, {"token": None, "b": 2}], "secret_key": {"inner": [1, 2], "deep": {"x": 1}}}
        self.ordered = OrderedDict(x=1, api_key=None)
        self.default = defaultdict(list, password=None, k=[1])
        self.special = Special(token=None, z=26)
        self.pairs = [["name", "Ada"], ["password", None]]
        self.headers = [("accept", "x"), ("token", [None])]
        self.queue = deque([{"password": None}])
        self.login = Login("ada", [None])
        self.subtree = User()

    def fill(self, random_source: random.Random) -> dict[str, Any]:
        """Put other secrets everywhere and return the variables."""

        def secret() -> Any:
            return random_source.choice(SECRET_VALUES)

        for user in (self.user, self.other, self.subtree):
            user.password = secret()
            user.profile["api_key"] = secret()
        User.token = secret()
        self.slots.password = secret()
        for mapping, key in (
            (self.plain, "password"),
            (self.same, "password"),
            (self.bytes_key, b"token"),
            (self.nested["a"][1], "token"),
            (self.ordered, "api_key"),
            (self.default, "password"),
            (self.special, "token"),
            (self.queue[0], "password"),
        ):
            mapping[key] = secret()
        self.nested["secret_key"]["inner"][0] = secret()
        self.nested["secret_key"]["deep"]["x"] = secret()
        self.pairs[1][1] = secret()
        self.headers[1][1][0] = secret()
        self.login.password[0] = secret()
        return {
            **vars(self),
            "password": secret(),
            "token": secret(),
            "public": PUBLIC,
            "n": 7,
            "s": "hunter2",
            "k": "password",
        }


SECRET_VALUES: list[Any] = [
    "hunter2",
    "hunter3",
    "",
    "a" * 1000,
    None,
    0,
    7,
    -1.5,
    True,
    10**40,
    b"bytes",
    [],
    [1, 2, 3],
    {"x": 1},
    {"password": 1},
    ("a", "b"),
    PUBLIC,
    {1, 2},
    User,
    object(),
    range(5),
    float("nan"),
]


class SecretGrammar(Grammar):
    """Expressions that try to learn what stands under secret names."""

    constants = CONSTANTS
    ways = (
        "{a}.password", "{a}.token", "{a}.profile", "{a}.profile['api_key']", "{a}['password']", "{a}['pass' + 'word']", "{a}[k]",
        "{a}.get('token')", "{a}.get('password', {b})", "getattr({a}, 'password')", "getattr({a}, 'pass' + 'word')",
        "hasattr({a}, 'password')", "'password' in {a}", "{b} in {a}.values()", "s in {a}", "{a}[1]", "{a}[-1]", "{a}[1][1]",
        "list({a}.values())", "list({a}.items())", "list({a})", "tuple({a})", "sorted({a}.values())", "max({a}.values())",
        "str({a})", "repr({a})", "f'{{{v}}}'", "f'{{{v}!r:>9}}'", "len({a})", "[x for x in {a}]", "[v for k, v in {a}.items()]",
        "{{k: v for k, v in {a}.items()}}", "[x[1] for x in {a}]", "[len(x) for x in {a}]", "dict({a})", "{{**{a}}}", "({a} | {b})",
        "({a} == {b})", "({a} != {b})", "({a} < {b})", "({a} in [{b}])", "({a} is {b})", "[*{a}]", "sum({a}, [])", "zip({a}, {b})",
        "list(zip({a}, {a}))", "{a}.index(s)", "{a}.count({b})", "hash({a})", "{a}[::-1]", "{a}[1:]", "{a}[:2]", "{a} + {b}",
        "{a} * 2", "reversed({a})", "enumerate({a})", "min({a}, {b})", "sorted({a})", "any({a})", "all({a}.values())", "bool({a})",
        "any(x == s for x in {a})", "[y for x in {a} for y in x]", "isinstance({a}, dict)", "'%s' % ({a},)", "'%(password)s' % {a}",
        "'{{}}'.format({a})", "'{{0.password}}'.format({a})", "'{{0[password]}}'.format({a})", "','.join({a}.values())", "{a}.copy()",
        "{a}.keys()", "{a}.items()", "set({a})", "{a}.union({b})", "matches({a}, s)", "map(str, {a})", "filter(None, {a})",
        "list(map(len, {a}))", "({a}, {b})[0]", "[{a}, {b}]", "{{'x': {a}}}['x']", "{{'password': {a}}}['password']",
        "dict([['password', {a}]])", "dict(password={a})['password']", "[('password', {a})][0][1]", "{a} or {b}", "{a} and {b}",
        "{a} if {b} else s", "not {a}", "{a}.user", "{a}.name", "{a}.__dict__", "password", "token", "User.token", "{a}._asdict()",
        "max({a}, key=len)", "sorted({a}, key=str)", "int({a})", "type({a})", "ascii({a})", "format({a}, '')",
        "dict.fromkeys({a})", "dict(zip({a}, {b}))", "{a} >= {b}", "divmod({a}, {b})", "round({a})", "abs({a})",
    )  # fmt: skip

    def __init__(self, source: random.Random, names: list[str]) -> None:
        super().__init__(source)
        self.variables = names
        self.names = dict.fromkeys(CONSTANTS, names)

    def of(self, kind: str, depth: int) -> str:
        if depth > 0 and self.random.random() < 0.7:
            way = self.random.choice(self.ways)
            variable = self.random.choice(self.variables)
            return "(" + way.format(a=self.any(depth - 1), b=self.any(depth - 1), v=variable) + ")"
        return super().of(kind, depth)


def told(value: Any, known: dict[int, str]) -> Any:
    """A value as a probe could tell it: objects of the program by which they are, computed values in full."""
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, (type({}.keys()), type({}.values()), type({}.items()))):
        return type(value).__name__, told(viewed(value), known)
    if isinstance(value, dict):
        return "dict", [(told(key, known), told(item, known)) for key, item in value.items()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return type(value).__name__, [told(item, known) for item in value]
    if hasattr(type(value), "__next__"):
        return "iterator", [told(item, known) for item in value]
    return type(value).__name__, repr(value)


def viewed(view: Any) -> dict[Any, Any]:
    """The dict that a view shows."""
    found: dict[Any, Any] = next(item for item in gc.get_referents(view) if isinstance(item, dict))
    return found


def known_objects(variables: dict[str, Any]) -> dict[int, str]:
    """The program's containers, whose contents a capture would redact by itself."""
    found: dict[int, str] = {}
    todo = list(variables.items())
    while todo:
        name, value = todo.pop()
        if id(value) in found or isinstance(value, (str, bytes, int, float, type(None))):
            continue
        found[id(value)] = name
        inner = vars(value) if isinstance(value, User) else {}
        if isinstance(value, dict):
            inner = {str(key): item for key, item in value.items()}
        elif isinstance(value, (list, tuple, deque)):
            inner = dict(zip(map(str, range(len(value))), value, strict=True))
        todo += [(f"{name}.{key}", item) for key, item in inner.items() if key.strip("b'") not in SECRETS]
    return found


def outcomes(world: World, sources: list[str], seed: int) -> list[Any]:
    variables = {**world.fill(random.Random(seed)), "User": User}
    known = known_objects({name: value for name, value in variables.items() if name not in SECRETS})
    probed = evaluator(list(variables))
    result = []
    for source in sources:
        outcome = probed(source, {"secrets": SECRETS}, *variables.values())
        if outcome[0] == "value":
            outcome = ("value", told(outcome[1], known))
        result.append((outcome, extension.fuel_used() if outcome[0] != "refused" else 0))
    return result


def test_results_do_not_depend_on_redacted_values() -> None:
    world = World()
    names = [*world.fill(random.Random(0)), "User"]
    grammar = SecretGrammar(random.Random(SEED), names)
    sources = [grammar.expression() for _ in range(COUNT)]
    first = outcomes(world, sources, 1)
    for seed in (2, 3, 4):
        other = outcomes(world, sources, seed)
        wrong = [
            f"{source}: {a!r:.200} and {b!r:.200}"
            for source, a, b in zip(sources, first, other, strict=True)
            if a != b
        ]
        assert not wrong, f"{len(wrong)} of {COUNT}:\n" + "\n".join(sorted(wrong, key=len)[:30])
    kinds = [outcome[0] for outcome, _ in first]
    assert kinds.count("value") > COUNT // 10
    redacted = [outcome for outcome, _ in first if outcome[:2] == ("fault", "redacted")]
    assert len(redacted) > COUNT // 20


ORACLES = """
password
token
user.password
user.token
User.token
plain['password']
plain['pass' + 'word']
plain[k]
plain.get('password')
plain.get(k, 1)
getattr(user, 'password')
getattr(user, k)
hasattr(user, 'password') and user.password
slots.password
login.password
bytes_key[b'token']
nested['a'][1]['token']
nested['secret_key']
nested['secret_key']['inner']
ordered['api_key']
default['password']
special['token']
pairs[1][1]
headers[1][1]
queue[0]['password']
user.profile['api_key']
list(plain.values())
list(plain.items())
[v for k, v in plain.items()]
[v for v in plain.values()]
max(plain.values(), key=str)
str(plain)
f'{plain}'
'%s' % plain
plain == same
plain != same
{**plain} == {**same}
s in plain.values()
any(v == s for v in plain.values())
sorted(plain.values(), key=str)
dict(plain)['password']
{**plain}['password']
(plain | {})['password']
[x[1] for x in pairs]
[len(x[1]) for x in pairs]
dict(pairs)['password']
dict(headers)
pairs[1] == ['password', s]
'hunter2' in pairs[1]
'{}'.format(plain)
'%(password)s' % plain
plain.copy()['password']
[*plain.values()]
{'password': s}['password']
[b for a, b in pairs]
[b for a, b in headers]
list(zip(plain, plain.values()))
[str(v) for v in plain.values()]
login[1]
login[-1]
login[1:]
[x for x in login]
str(login)
login == ('ada', s)
('ada', s) < login
"""


@pytest.mark.parametrize("source", ORACLES.strip().split("\n"))
def test_each_way_to_a_secret_is_closed(source: str) -> None:
    """Refused when compiled, or a fault: never a value."""
    variables = {**World().fill(random.Random(9)), "User": User}
    outcome = evaluator(list(variables))(source, {"secrets": SECRETS}, *variables.values())
    assert outcome[:2] in (("refused", "EDENIED"), ("fault", "redacted")), outcome


def test_without_secrets_the_same_ways_are_open() -> None:
    """The gate closes them, not an accident."""
    variables = {**World().fill(random.Random(9)), "User": User}
    probed = evaluator(list(variables))
    outcomes = [probed(source, {}, *variables.values())[0] for source in ORACLES.strip().split("\n")]
    assert outcomes.count("value") > len(outcomes) * 2 // 3, outcomes
