"""What a condition may say, that it says the same as Python, and that it runs nothing."""

from __future__ import annotations

from pathlib import Path

from child import run

# Each is evaluated by the agent and by CPython's eval() over the same variables.
AGREES = """
n == 7 ; n != 7 ; n < 8 ; n <= 7 ; n > 7 ; n >= 7 ; n == 7.0 ; n < 7.5 ; 6.5 < n < 7.5 ; 1 < n < 3 < 9 ; 1 < n < 9 < 10 < 8
not n ; -n == -7 ; -n < 0 ; --n == 7 ; +n == 7 ; n is None ; none is None ; none == None ; n != None ; None is not none
big == 10**30 ; big > n ; big > 1e29 ; big < 1e31 ; big == 1e30 ; n < big ; 1e31 > big ; -1.5 < big ; small < n ; small < -1e29
f == 2.5 ; f > 2 ; f < 3 ; 2 < f ; f == f ; nan == nan ; nan != nan ; nan < 1 ; nan > big ; nan == big ; inf > big ; big < inf ; -1.5 < big ; -f > small ; -f == big ; -inf < small
s == 'abc' ; s != 'abd' ; s < 'abd' ; s > 'abb' ; s == b'abc' ; s == '\\u00e9' ; e == '\\u00e9' ; e > s ; wide == '\\U0001f600'
b == b'xyz' ; b < b'xyzz' ; b != b'' ; t == True ; t == 1 ; t < 2 ; fa == 0 ; t and n ; fa or s ; fa and missing ; t or missing
o.x == 1 ; o.x.real == 1 if fa else t ; o.child.x == 2 ; o.child.child is None ; o.name == 'deep' ; o.klass == 'class value'
slots.a == 5 and slots.b == 'six' ; o.x < slots.a < n ; (o.x == 1) == True ; not (o.x == 2) ; n == 7 and s == 'abc' and f == 2.5
'yes' if n == 7 else '' ; '' if n == 7 else 'yes' ; n and s and b ; none or fa or '' ; lst ; empty ; d ; edict ; tup ; st
o ; Plain ; len ; GLOBAL == 'global' ; __name__ == '__main__' ; lst is lst ; lst == None ; o == o ; o != None ; Plain == Plain
9223372036854775807 == i64 ; i64 < 9223372036854775808.0 ; i64 == 9223372036854775807.0 ; -i64 < 0 ; mini < -9.2e18 ; mini == -2.0**63
sub == 3 ; sub > 2 ; substr == 'sub' ; 0.1 == f ; 1 == 1.0 == t ; '' == fa ; n < 7 or n > 7 or n == 7 ; (n) ; (1 < 2) is True
"""

VARIABLES = """
class Plain: pass
def hash(n): raise SystemExit('ran')
class Deep:
    klass = 'class value'
    def __init__(self, depth): self.x = depth; self.name = 'deep'; self.child = Deep(depth + 1) if depth < 2 else None
class Slots:
    __slots__ = ('a', 'b')
    def __init__(self): self.a = 5; self.b = 'six'
class Int(int):
    def __eq__(self, other): raise SystemExit('ran')
    __hash__ = None
    def __bool__(self): raise SystemExit('ran')
    def __gt__(self, other): raise SystemExit('ran')
class Str(str):
    def __eq__(self, other): raise SystemExit('ran')
    __hash__ = None
GLOBAL = 'global'
def values():
    return dict(n=7, big=10**30, small=-10**30, f=2.5, nan=float('nan'), inf=float('inf'), s='abc', e='\\u00e9', wide='\\U0001f600',
        b=b'xyz', t=True, fa=False, none=None, o=Deep(1), slots=Slots(), lst=[1], empty=[], d={1: 2}, edict={}, tup=(), st={1},
        i64=2**63-1, mini=-2**63, sub=Int(3), substr=Str('sub'))
def probed(n, big, small, f, nan, inf, s, e, wide, b, t, fa, none, o, slots, lst, empty, d, edict, tup, st, i64, mini, sub, substr):
    return n                             # here
"""


def test_conditions_agree_with_python(tmp_path: Path) -> None:
    expressions = [text.strip() for line in AGREES.splitlines() for text in line.split(" ; ") if text.strip()]
    facts = run(
        tmp_path,
        VARIABLES
        + f"""
EXPRESSIONS = {expressions!r}
here = line_of('here')
given = values()
plain = dict(given, sub=3, substr='sub')
wrong = []
for text in EXPRESSIONS:
    if text in ('fa and missing', 't or missing'):
        text = text.replace('missing', 'n.missing')
    if '**' in text:
        text = text.replace('10**30', str(10**30)).replace('2.0**63', '9223372036854775808.0')
    arm((here, text, 10))
    probed(**given)
    g = gates()
    expected = bool(eval(text, globals(), plain))
    if g.get('captured', 0) != expected or g.get('condition_error'):
        wrong.append([text, expected, g, states()[0].get('message')])
    drain()
report(wrong=wrong, count=len(EXPRESSIONS))
""",
    ).facts
    assert facts["wrong"] == []
    assert facts["count"] > 100


def test_what_is_outside_the_language_is_refused_when_set(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        VARIABLES
        + """
here = line_of('here')
texts = ['f(1)', '(n := 3)', 'lambda: 1', 'await n', '1j', 'n.real.x()', '*n', 'n @ n', '(yield)', 'len(*lst)', 'len(**d)',
         'n ==', '', 'n = 1', 'import os', 'o.password == 1', 'api_key', 'd["password"]', '[password for password in lst]',
         'n' + ' and n' * 2000, 'not ' * 300 + 'n', 'nope == 1', 'n if', 'hex(nope)', 'hash(n)', '$nope', '[x async for x in lst]',
         '[o.x for o.x in lst]', 'max(' + 'n,' * 20 + ')', 'n + ' * 1100 + 'n']
result = {}
for text in texts:
    arm((here, text or ' ', 1))
    result[text[:20]] = [states()[0]['state'], states()[0].get('reason'), states()[0].get('message', '')]
probed(**values())
report(result=result, captured=len(drain()))
""",
    ).facts
    assert facts["captured"] == 0
    reasons = {text: (state, reason) for text, (state, reason, _) in facts["result"].items()}
    assert all(state == "error" for state, _ in reasons.values()), reasons
    assert reasons["f(1)"][1] == "condition_unsupported"
    assert reasons["n =="][1] == "condition_syntax"
    assert reasons["o.password == 1"][1] == "condition_redacted"
    assert reasons["api_key"][1] == "condition_redacted"
    assert reasons["nope == 1"][1] == "condition_name"
    assert reasons["hex(nope)"][1] == "condition_name"
    assert reasons["hash(n)"][1] == "condition_name", "a function of the program stands in its place"
    assert "run the program's code" in facts["result"]["hash(n)"][2]
    assert "column 1" in facts["result"]["f(1)"][2]
    assert "its variables are: n, big" in facts["result"]["nope == 1"][2]


def test_errors_while_running_are_counted_and_explained(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        VARIABLES
        + """
here = line_of('here')
result = {}
for text in ['o.y == 1', 's < n', 'o < 1', 's.upper', '-s', 'n.x == 1', 'd[n]', 'lst[5]', 'n + s', '1 / (n - 7)', '2 ** 9999']:
    arm((here, text, 1))
    probed(**values())
    result[text] = [gates(), states()[0].get('message', '')]
report(result=result)
""",
    ).facts
    for text, (counted, message) in facts["result"].items():
        assert counted == {"reached": 1, "condition_error": 1}, text
        assert message.startswith("condition: "), text
    assert "no attribute 'y'" in facts["result"]["o.y == 1"][1]
    assert "computed" in facts["result"]["s.upper"][1]


def test_a_variable_without_a_value_is_an_error_not_a_global(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        late = 1
        def f():
            pass                         # here
            late = 2
            return late
        arm((line_of("here"), "late == 1"))
        f()
        report(gates=gates(), message=states()[0]["message"])
        """,
    ).facts
    assert facts["gates"] == {"reached": 1, "condition_error": 1}
    assert "no value yet" in facts["message"]


def test_no_code_of_the_program_runs(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        calls = []
        def mine(name):
            def method(self, *a, **k):
                calls.append(name)
                raise RuntimeError(name)
            return method
        NAMES = ['__getattr__', '__getattribute__', '__eq__', '__ne__', '__lt__', '__gt__', '__bool__', '__len__', '__hash__',
                 '__iter__', '__next__', '__repr__', '__str__', '__format__', '__contains__', '__index__', '__int__', '__float__',
                 '__getitem__', '__neg__', '__call__', '__instancecheck__', '__class_getitem__', '__dir__', '__del__']
        Meta = type('Meta', (type,), {n: mine('Meta.' + n) for n in ('__getattr__', '__eq__', '__instancecheck__', '__bool__')} | {'__hash__': type.__hash__})
        Mine = Meta('Mine', (), {n: mine(n) for n in NAMES if n not in ('__getattribute__', '__del__')})
        object.__setattr__
        Sly = type('Sly', (), {n: mine('Sly.' + n) for n in NAMES if n != '__del__'} | {'__class__': property(mine('class'))})
        class Computed:
            def __init__(self): self.__dict__['stored'] = 1
            value = property(mine('property'))
            @staticmethod
            def static(): calls.append('static')
        class Descriptor:
            def __get__(self, *a): calls.append('get'); return 1
            def __set__(self, *a): calls.append('set')
        class HasDescriptor:
            d = Descriptor()
        m, sly, c, h = Mine(), Sly(), Computed(), HasDescriptor()
        del calls[:]
        def f(m, sly, c, h, Mine):
            return 1                     # here
        here = line_of('here')
        texts = ['m', 'not m', 'm == 1', '1 == m', 'm < 2', 'm.x', 'm == m', '-m', 'sly', 'sly == None', 'sly.x', 'sly.__class__', 'c.value',
                 'c.static', 'c.stored == 1', 'h.d == 1', 'Mine.x', 'Mine == 1', 'Mine', 'm is None', 'm is m', 'sly is not sly', 'm != None',
                 'c.missing', 'm and 1', 'm or 1', '1 if m else 2', "m == 's'", 'm == m.x', 'c.stored == m', 'm == 1.5', 'm > b"x"']
        for text in texts:
            arm((here, text, 100))
            f(m, sly, c, h, Mine)
            drain()
        report(calls=calls, count=len(texts))
        """,
    ).facts
    assert facts["calls"] == []


def test_a_condition_leaves_references_exceptions_and_dicts_alone(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import gc, sys
        class O:
            def __init__(self): self.a = 1; self.b = [1, 2]; self.c = 'text'
        def f(o, other):
            try:
                raise KeyError('x')
            except KeyError:
                before = sys.exc_info()[1]
                pass                     # here
                return sys.exc_info()[1] is before
        o = O()
        arm((line_of("here"), "o.a == 1 and o.b and o.c == 'text' and other.missing", 10))
        counts = [sys.getrefcount(x) for x in (o, o.b, o.c, O)]
        same = [f(o, o) for _ in range(1000)]
        gc.collect()                         # f's frames and exceptions form cycles of their own
        after = [sys.getrefcount(x) for x in (o, o.b, o.c, O)]
        report(same=all(same), counts=counts, after=after, gates=gates(), trace=sys.gettrace() is None, profile=sys.getprofile() is None)
        """,
    ).facts
    assert facts["same"]
    assert facts["counts"] == facts["after"]
    assert facts["gates"] == {"reached": 1000, "condition_error": 1000}
    assert facts["trace"]
    assert facts["profile"]


def test_an_attribute_read_does_not_make_an_instance_dict(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import sys
        class O:
            def __init__(self): self.a = 1
        objects = [O() for _ in range(1000)]
        def f(o):
            return o                     # here
        arm((line_of("here"), "o.a == 2"))
        before = sys.getallocatedblocks()
        for o in objects: f(o)
        report(grown=sys.getallocatedblocks() - before)
        """,
    ).facts
    assert facts["grown"] < 50
