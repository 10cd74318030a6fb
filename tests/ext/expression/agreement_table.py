"""Expressions over built_in_data.variables() on which we and CPython's eval() agree: one a line, by subject.

DIFFERENCES holds those that differ on purpose, each with what we give and the reason; docs/expressions.md tells users.
"""

from __future__ import annotations

TABLE: dict[str, str] = {}

TABLE["constants"] = r"""
0
7
-7
1_000_000
0x_ff
0b101
0o17
1e3
1.5e-10
.5
5.
1e400
-1e400
True
False
None
...
'text'
"text"
'a' 'b'
'\n\t\\\'\x41\u00e9\U0001f600\u2022'
r'\n'
b'\x00\xff'
b'a' b'b'
''
b''
'''a"b'''
10**30
123456789012345678901234567890
-123456789012345678901234567890
'\ud800'
(1)
((((1))))
-0.0
--7
-+-7
~7
~-1
~~7
not 7
not not 7
"""

TABLE["arithmetic"] = r"""
n + 1
n - 10
n * m
n / 2
n // 2
n % 3
m // 2
m % 2
-n // 2
-n % 2
n // -2
n % -2
n ** 2
n ** -1
n ** 0
0 ** 0
0.0 ** 0
(-8) ** 2
2 ** 100
2 ** 64 - 1
2 ** 63
-2 ** 63
(-2) ** 63
-(2 ** 63) - 1
i64 + 1
i64 * 2
i64 * i64
mini - 1
mini * -1
-mini
mini // -1
mini % -1
abs(mini)
big + 1
big - big
big * big
big // 7
big % 7
neg // 7
neg % 7
big // neg
big % (neg + 1)
neg % big
big / 3
big // 10**20
big * 0
big + neg
big - neg
-big
+big
~big
~neg
n + f
f + n
f - n
f * 2
f / 2
f // 1
f % 1
g // 1
g % 1
-f // 1
f // -1
f % -1
f ** 2
f ** -2
f ** 0.5
2 ** 0.5
2 ** -1
2.0 ** 10
0.1 + 0.2
1e308 * 10
-1e308 * 10
inf - inf
inf + 1
inf * 0
nan + 1
negzero + 0
negzero * 1
-0.0 + -0.0
0.0 * -1
tiny / 2
huge * 10
big + 0.5
big / big
big * 1.5
neg / 1e30
t + t
t + 1
fa - 1
t * 5
t / 2
-t
+t
~t
t + f
t ** 2
t & fa
t | fa
t ^ t
t & 1
t | 2
n & 3
n | 8
n ^ 1
m & 255
m | 1
m ^ n
-1 & big
-1 ^ big
neg & 0xffff
neg | 1
neg ^ big
big & big
big | 1
big ^ big
n << 3
n << 0
n << 70
m << 3
m << 70
n >> 1
m >> 1
m >> 100
n >> 100
big >> 10
neg >> 10
big >> 200
neg >> 200
1 << 200 >> 199
0 << 1000
n << t
2 ** 3 ** 2
-2 ** 2
2 * 3 + 4
2 + 3 * 4
(2 + 3) * 4
2 - 3 - 4
2 / 4 / 2
7 // 2 * 2
1 + 2 << 1
1 | 2 ^ 3 & 4
1 << 2 + 3
not n + 1
-n ** 2
n + -1
n--1
1 if n else 2 + 3
n % 2 == 1
divmod(n, 2)
divmod(m, 2)
divmod(-7.5, 2)
divmod(big, 7)
divmod(n, -2)
divmod(f, 1)
pow(2, 10)
pow(2, -1)
pow(2, 0.5)
pow(3, 5, 7)
abs(m)
abs(-2.5)
abs(negzero)
abs(t)
abs(neg)
round(2.5)
round(3.5)
round(-2.5)
round(2.675, 2)
round(f)
round(1234, -2)
round(1250, -2)
round(1350, -2)
round(n)
round(n, 2)
round(1.5)
round(0.5)
round(-0.5)
round(1e20)
round(2.5, 0)
round(123.456, -1)
round(123.456, 1)
round(t)
round(5.015, 2)
round(big, -5)
round(1e300, 2)
round(2.5, None)
"""

TABLE["arithmetic errors"] = r"""
n / 0
n // 0
n % 0
f / 0
f // 0
f % 0.0
big / 0
big % 0
0 ** -1
0.0 ** -1
divmod(1, 0)
n / fa
n << -1
n >> -1
1 / negzero
n + 's'
's' + n
n - 's'
n * none
none + 1
-s
+s
~f
-none
~s
n & f
n | 's'
n << f
f << 1
lst - lst
lst + tup
lst + 1
d + d
d - d
tup * 's'
s * f
s - s
s + b
b + s
s / 2
-lst
(-8) ** 0.5 == 0
10.0 ** 400
2.0 ** 5000
big ** 0.5 > 1
huge * huge
int(inf)
int(nan)
round(inf)
round(nan)
abs(s)
abs(none)
divmod(1, 's')
divmod(f, 0)
round('1')
pow(2, -1, 0)
st + st
n @ m
2 ** 's'
none < none
"""

TABLE["comparison"] = r"""
n == 7
n == 7.0
n != 7
n == '7'
n == none
n < 8
n <= 7
n > 7.5
n >= 7
1 < n < 10
1 < n > 3
1 < n < 5 < 10
1 == 1.0 == True
1 < 2 == 2 < 3
n < 8 != 9
n == 7 == 7
1 in [1] == True
nan == nan
nan != nan
nan < 1
nan >= nan
inf > big
-inf < neg
big == 1e30
big == float(big)
big < 1e31
i64 == 9223372036854775807.0
i64 < 9223372036854775808.0
2**53 + 1 == float(2**53)
2**53 + 1 > float(2**53)
0.1 + 0.2 == 0.3
negzero == 0
t == 1
t == 1.0
fa == 0
t > fa
t < 2
s == 'abc'
s < 'abd'
s < 'abcd'
s > 'abb'
s >= 'abc'
'' < 'a'
'Z' < 'a'
e < wide
s == b'abc'
s != b'abc'
b == b'xyz'
b == ba
ba == b'mutable'
b < b'xyzz'
ba > b'a'
'\ud800' == surrogate
surrogate < wide
lst == [3, 1, 2]
lst == (3, 1, 2)
lst < [3, 1, 3]
lst < [3, 1]
lst <= [3, 1, 2, 0]
[] < [0]
[nan] == [nan]
[1, nan] < [1, nan]
lst == lst
[1, [2, [3]]] == [1, [2, [3]]]
[1.0, 2] == [1, 2.0]
tup == (1, 2, 3)
tup < (1, 2, 4)
tup > (1, 2)
(1, 'a') == (1, 'a')
(1, 'a') < (1, 'b')
(1, 'a') < (2, 1)
() == []
d == {'a': 1, 'b': 2, 'c': 3}
d == {'c': 3, 'b': 2, 'a': 1}
d != {'a': 1}
{1: 'a'} == {1.0: 'a'}
{1: 'a'} == {True: 'a'}
{'a': [1, 2]} == {'a': [1, 2.0]}
d == od
od == {'x': 1, 'y': 2}
counter == {'a': 2, 'b': 1, 'c': 1}
ddict == {'k': [1]}
st == {3, 2, 1}
st != {1}
st == frozenset([1, 2, 3])
st < {1, 2, 3, 4}
st <= {1, 2, 3}
st > {1}
st >= {1, 5}
st < {1, 5}
fs == {'x', 'y'}
{1.0} == {1}
r == range(10)
r == range(0, 10, 1)
range(0) == range(5, 5)
r == list(r)
range(0, 3, 2) == range(0, 4, 2)
point == (3, 4)
point == Point(3, 4)
point < (3, 5)
point == [3, 4]
plain == plain
plain != plain
plain == child
plain == none
plain == 1
none == none
none != 0
none == fa
... == ...
Plain == Plain
Plain == Child
len == len
len == max
n is n
none is none
none is not none
t is True
n is none
plain is plain
plain is not child
s is none
lst is lst
lst is [3, 1, 2]
[] is []
len is len
int is int
type(n) is int
type(s) is str
type(none) is type(None)
type(plain) is Plain
type(child) is Plain
Colour_missing == 1
dq == dq
deep == deep
error == error
colour == colour
"""

TABLE["comparison errors"] = r"""
n < 's'
s < n
n < none
none < n
lst < tup
lst < 1
[1] < ['a']
[1, 'a'] < [1, 2]
(1,) < (none,)
d < d
d > {}
st < [1]
st < 1
plain < plain
plain < 1
1 < plain
b < s
r < r
1 < n < 's'
none <= none
len < max
complex_number < complex_number
"""

TABLE["membership"] = r"""
1 in lst
9 in lst
9 not in lst
1.0 in lst
True in lst
'a' in mixed
none in mixed
none in lst
nan in [nan]
[1, 2] in nested
[9] in nested
1 in []
1 in tup
'k' in pair
'a' in d
'z' in d
1 in d
none in odd
(1, 2) in odd
2.5 in odd
1.0 in odd
True in odd
b'b' in odd
1 in st
1.0 in st
9 in st
'1' in st
'x' in fs
5 in r
10 in r
-1 in r
5.0 in r
5.5 in r
's' in r
7 in r2
4 in r2
3 in r2
0 in r2
2**70 in r
'b' in s
'' in s
'bc' in s
'abcd' in s
'quick' in words
'\U0001f600' in wide
'x' in wide
'\ud800' in surrogate
b'y' in b
b'' in b
120 in b
0 in b
b'ut' in ba
2 in dq
'x' in od
'zzz' in od
'k' in ddict
'zz' in ddict
'a' in counter
'q' in counter
3 in point
'a' in 'a' 'b'
1 in {1: 2}
1 in {1}
(1, 'a') in {(1, 'a')}
1 in [x for x in lst]
'a' in d.keys()
1 in d.values()
('a', 1) in d.items()
('a', 2) in d.items()
plain in [plain]
plain in [child]
frozenset({1}) in {frozenset({1})}
"""

TABLE["membership errors"] = r"""
1 in s
none in s
1 in n
1 in none
s in b
256 in b
-1 in b
[] in d
{} in d
[1] in st
1 in plain
1 in f
"""

TABLE["truth"] = r"""
n and s
zero and s
n or s
zero or s
zero or none or ''
n and s and f
n and zero and 1/0
n or 1/0
not n
not zero
not s
not ''
not none
not lst
not empty
not edict
not nan
not 0.0
not b''
not plain
not range(0)
not dq
not delta
not (0,)
not fa
not frozenset()
not Decimal('0')
s if n else f
s if zero else f
1 if lst else 2 if tup else 3
1 if empty else 2 if tup else 3
(1 if n else 2) + 1
n if n > 5 and s else none
'' or 'default'
none and none.x
empty or [1]
bool(n)
bool('')
bool(empty)
bool([0])
bool(none)
bool(0.0)
bool(nan)
bool()
bool(plain)
n < 8 and f > 1 or zero
not n == 7
not (n == 7) or t
n and not zero
1 and 2 or 3 and 4
0 and 1 or 0 or 5
all([])
any([])
all([1, 's', [0]])
any([0, '', none])
all(x > 0 for x in lst)
any(x > 2 for x in lst)
all(lst)
any(mixed)
all(d)
any(range(1))
all('ab')
all((1, 0, 1))
"""

TABLE["attributes"] = r"""
plain.number
plain.name
plain.kind
child.kind
child.number
plain.children[0].number
plain.children[0].children[0].number
slots.a
slots.b
order.id
order.total
order.open
order.items[0]['sku']
point.x
point.y
Plain.kind
Child.kind
n.real
n.imag
n.numerator
n.denominator
f.real
f.imag
t.real
t.numerator
r.start
r.stop
r.step
r2.step
error.args
order.total > 90 and order.id == 17
plain.number + child.number
plain.children[0].kind
day.year
day.month
day.day
when.hour
when.minute
when.second
when.microsecond
when.tzinfo
when.fold
clock.hour
clock.microsecond
delta.days
delta.seconds
delta.microseconds
dq.maxlen
getattr(plain, 'number')
getattr(plain, 'nope', 5)
getattr(plain, 'number', 5)
getattr(slots, 'a')
getattr(slots, 'unset', 'default')
hasattr(plain, 'number')
hasattr(plain, 'nope')
hasattr(slots, 'a')
hasattr(slots, 'unset')
hasattr(n, 'real')
hasattr(none, 'x')
getattr(plain, 'na' + 'me')
plain.nope
plain.number.nope
slots.unset
slots.c
none.x
n.x
s.x
lst.x
lst.append_missing
nope
nope.x
plain.name.nope
getattr(plain, 'nope')
d.a
"""

TABLE["indexing"] = r"""
lst[0]
lst[-1]
lst[2]
lst[True]
tup[0]
tup[-3]
s[0]
s[-1]
e[1]
wide[0]
wide[-1]
surrogate[0]
b[0]
b[-1]
raw[1]
ba[0]
r[3]
r[-1]
r2[0]
r2[-1]
dq[0]
dq[-1]
point[0]
point[-1]
nested[1][0]
nested[0][1] + nested[2][0]
d['a']
d['b'] + d['c']
odd[1]
odd[1.0]
odd[True]
odd[2.5]
odd[1, 2]
odd[(1, 2)]
odd[None]
odd[b'b']
deep['a']['b'][1]['c']
od['x']
ddict['k']
counter['a']
records[0]['name']
records[-1]['tags'][0]
order.items[1]['price']
mixed[4]
lst[n - 7]
lst[lst[1]]
s[lst[0] - 1]
{'x': 1}['x']
[1, 2, 3][1]
(1, 2)[0]
'abc'[1]
b'abc'[1]
range(5)[2]
{1: 'a', 1.0: 'b'}[True]
"""

TABLE["indexing errors"] = r"""
lst[3]
lst[-4]
empty[0]
tup[9]
s[3]
s[-4]
blank[0]
b[5]
r[10]
r[-11]
dq[7]
lst['0']
lst[0.0]
lst[none]
lst[big]
lst[neg]
s['a']
s[1.5]
d['z']
d[0]
d[[]]
d[{}]
d[st]
odd[9]
od['zz']
n[0]
none[0]
f[0]
st[0]
plain[0]
tup[1, 2]
lst[1, 2]
d[lst]
{}['x']
r['a']
d[1:2]
st[1:2]
n[1:2]
"""

TABLE["slices"] = r"""
lst[:]
lst[1:]
lst[:1]
lst[-2:]
lst[:-1]
lst[::2]
lst[::-1]
lst[5:]
lst[2:1]
lst[-100:100]
lst[none:2]
lst[none:none:none]
lst[True:]
lst[::big]
lst[::neg]
lst[big:]
lst[neg:big]
tup[1:]
tup[::-1]
tup[:0]
s[1:]
s[::-1]
s[-2:]
s[1:2]
s[::2]
s[10:]
e[:1]
wide[1:]
wide[:1]
wide[::-1]
words[4:9]
words[-3:]
words[::5]
b[1:]
b[::-1]
ba[1:3]
r[2:5]
r[::2]
r[::-1]
r[5:2:-1]
r[20:]
r2[1:]
r2[::-1]
point[:1]
nested[1:][0]
s[1:][0]
[1, 2, 3, 4, 5][1:4:2]
'0123456789'[8:2:-3]
'0123456789'[::-4]
'0123456789'[-3:-7:-1]
list(range(10))[7:2:-2]
lst[n:n]
slice(1, 2)
slice(none)
lst[slice(1, 3)]
lst[::0]
s[::0]
r[::0]
lst['a':]
lst[1.5:]
s[:none]
b[:'x']
"""

TABLE["displays"] = r"""
[]
()
{}
[n]
[n, s, none]
(n,)
n, s
(n, s, f)
[1, [2, [3, []]]]
{n}
{1, 2, 3, 2, 1}
{1, 1.0, True}
{'a': 1}
{'a': n, s: f}
{1: 'a', 1.0: 'b', True: 'c'}
{'b': 1, 'a': 2, 'b': 3}
{(1, 2): 3}
{none: none}
[*lst, 9]
[*lst, *tup]
(*lst,)
{*lst, *tup}
{*()}
{**d, 'z': 9}
{**d, 'a': 9}
{'a': 9, **d}
{**edict}
[*'abc']
[*d]
[*range(3)]
[*st] == sorted(st)
lst + [4]
lst + lst
[] + []
lst * 2
2 * lst
lst * 0
lst * -1
lst * t
tup + (4,)
tup * 2
() + ()
s + 'd'
s * 3
3 * s
s * 0
s * -1
e + wide
b + b'!'
b * 2
b + ba
ba + b
d | {'z': 26}
d | {'a': 0}
{} | {}
st | st2
st & st2
st - st2
st ^ st2
st | fs
fs | st
fs & {'x'}
st - frozenset({1})
st | set()
od | {'z': 1} == {'x': 1, 'y': 2, 'z': 1}
"""

TABLE["display errors"] = r"""
{[]}
{{}}
{1, []}
{[]: 1}
{{}: 1}
{**lst}
{**1}
[*1]
[*none]
{*n}
st | [1]
st & d
d | lst
lst * lst
lst + s
s + none
b + 1
tup + lst
{st}
{(1, [])}
"""

TABLE["comprehensions"] = r"""
[x for x in lst]
[x * 2 for x in lst]
[x for x in lst if x > 1]
[x for x in lst if x > 1 if x < 3]
[x + y for x in lst for y in tup]
[(x, y) for x in lst for y in range(x)]
[[y for y in row] for row in nested]
[y for row in nested for y in row]
[y for row in nested if len(row) > 1 for y in row if y % 2]
[x for x in empty]
[x for x in s]
[x for x in b]
[x for x in d]
[x for x in r]
[x for x in dq]
[x for x in wide]
[k for k, v in d.items()]
[v for k, v in d.items() if v > 1]
[(v, k) for k, v in d.items()]
[a + c for a, (b, c) in [(1, (2, 3)), (4, (5, 6))]]
[a for a, *rest in nested]
[rest for a, *rest in nested]
[[a, rest, z] for a, *rest, z in [(1, 2, 3, 4), (5, 6)]]
[i for i, x in enumerate(lst) if x == 1]
[a * b for a, b in zip(lst, tup)]
{x for x in lst}
{x % 2 for x in r}
{x: x * x for x in lst}
{v: k for k, v in d.items()}
{k: v for k, v in d.items() if v > 1}
{r['id']: r['name'] for r in records}
[r['name'] for r in records if r['price'] > 6]
[r for r in records if 'y' in r['tags']][0]['name']
sum(r['price'] for r in records)
max(r['price'] for r in records)
sum(x for x in lst)
sum(x * y for x in lst for y in tup)
any(r['name'] == 'Bob' for r in records)
all(r['id'] > 0 for r in records)
len([r for r in records if r['tags']])
sorted(r['name'] for r in records)
list(x for x in lst)
tuple(x + 1 for x in lst)
set(x for x in lst)
dict((k, v) for k, v in d.items())
','.join(x for x in strings)
','.join(str(x) for x in lst)
min(len(w) for w in words.split())
[n for n in lst]
[n for n in lst] and n
[x for x in lst][0] + n
[[x for x in range(x)] for x in lst]
[x for x in [x for x in lst]]
[[x + y for x in lst] for y in tup]
[x for x in (y for y in lst if y > 1)]
sum([x for x in lst])
[x if x > 1 else -x for x in lst]
[x for x in lst if x in tup and not x == 2]
{x: [y for y in range(x)] for x in lst}
[f'{x}!' for x in lst]
[lst[i] for i in range(len(lst))]
[x.number for x in [plain, child]]
[c.name for c in plain.children]
[item['sku'] for item in order.items]
sum(i['n'] * i['price'] for i in order.items)
sum(i['n'] * i['price'] for i in order.items) > order.total
[x for x in st if x > 5]
sorted([x for x in st])
sorted(x for x in fs)
[x for x in d.values()]
[x for x in d.keys()]
[n + x for x in lst for n in [10, 20]]
[[n for n in [n]] for n in lst]
[x for x, in [(1,), (2,)]]
[x for [x, y] in [[1, 2], [3, 4]]]
(x for x in lst) is none
next_missing
[x for x in lst if x > 1][0]
[(x, y, z) for x in range(2) for y in range(2) for z in range(2) if x + y + z == 2]
"""

TABLE["comprehension errors"] = r"""
[x for x in n]
[x for x in none]
[x for x in f]
[x for x in plain]
[a for a, b in lst]
[a for a, b in nested]
[a for a, b in [(1, 2, 3)]]
[a for a, *b, c in [(1,)]]
[x / 0 for x in lst]
[y for x in lst]
[x for x in lst] + x
[x for x in y for y in lst]
{[] for x in lst}
{[]: x for x in lst}
[nope for x in lst]
sum(x for x in strings)
max(x for x in empty)
[x.nope for x in lst]
"""

TABLE["f-strings"] = r"""
f''
f'text'
f'{n}'
f'{n} and {s}'
f'{s!r}'
f'{s!s}'
f'{e!a}'
f'{quote!r}'
f'{{}}'
f'{{{n}}}'
f'{n:5}|'
f'{n:<5}|'
f'{n:>5}|'
f'{n:^5}|'
f'{n:*^7}'
f'{n:05}'
f'{m:05}'
f'{n:+}'
f'{n: }'
f'{m:+}'
f'{n:x}'
f'{255:X}'
f'{255:#x}'
f'{255:#010b}'
f'{8:o}'
f'{8:#o}'
f'{5:b}'
f'{65:c}'
f'{1234567:,}'
f'{1234567:_}'
f'{255:_b}'
f'{1234.5:,}'
f'{big:,}'
f'{n:e}'
f'{n:.2f}'
f'{n:%}'
f'{n:g}'
f'{n:d}'
f'{n:n}'
f'{big}'
f'{neg:x}'
f'{f}'
f'{f:.0f}'
f'{f:.3f}'
f'{f:10.3f}|'
f'{f:<10.1f}|'
f'{f:e}'
f'{f:E}'
f'{f:g}'
f'{f:.3g}'
f'{f:%}'
f'{f:.1%}'
f'{f:+.1f}'
f'{f:08.2f}'
f'{g:08.2f}'
f'{1e10}'
f'{1e16}'
f'{1e-5}'
f'{0.1 + 0.2}'
f'{123456.789:,.2f}'
f'{1e300:.1f}'
f'{1e100:g}'
f'{inf}'
f'{-inf:10}|'
f'{nan:.2f}'
f'{inf:+}'
f'{negzero}'
f'{negzero:.1f}'
f'{0.00001234:g}'
f'{1234567.0:g}'
f'{100.0:#g}'
f'{f:#.0f}'
f'{1.0:.0e}'
f'{2.5:.0f}'
f'{3.5:.0f}'
f'{t}'
f'{t:d}'
f'{t:5}|'
f'{t:x}'
f'{none}'
f'{none!r}'
f'{s:5}|'
f'{s:>5}|'
f'{s:^6}|'
f'{s:.2}'
f'{s:*>6.2}'
f'{s:s}'
f'{e:>4}'
f'{wide:*<4}'
f'{n:{m + 8}}|'
f'{n:{"0"}{5}}'
f'{f:{10}.{2}f}|'
f'{s:{"*^"}{9}}'
f'{lst}'
f'{tup}'
f'{(1,)}'
f'{()}'
f'{d}'
f'{mixed}'
f'{nested}'
f'{empty} {edict}'
f'{set()}'
f'{ {1} }'
f'{frozenset()}'
f'{r}'
f'{r2}'
f'{b}'
f'{raw}'
f'{b!r:>10}'
f'{quote}'
f'{lines!r}'
f'{surrogate!r}'
f'{surrogate!a}'
f'{wide!a}'
f'{odd}'
f'{floats}'
f'{n=}'
f'{n = }'
f'{n=!r}'
f'{s=}'
f'{f=:.2f}'
f'{n + 1=}'
f'a{n}b{s}c{f}d'
f'{f"{n}"}'
f'{[x for x in lst]}'
f'{n if t else s}'
f'{d["a"]}'
f'{records[0]["name"]}: {records[0]["price"]:.1f}'
'a' f'{n}' 'b'
f'{n!r:>4}'
f'{s!r:>8}|'
f'{n:}'
f'{1:<}'
f'{1:=+5}'
f'{-1:=5}'
f'{point}'
f'{point.x}'
f'{dq}'
f'{od}'
f'{counter}'
f'{slice(1, 2)}'
f'{...}'
f'{1.5:z.0f}' if n else ''
f'{-0.001:z.1f}'
"""

TABLE["f-string errors"] = r"""
f'{n:s}'
f'{s:d}'
f'{s:+}'
f'{s:=5}'
f'{s:,}'
f'{n:.2}'
f'{n:y}'
f'{f:d}'
f'{f:x}'
f'{lst:5}'
f'{none:5}'
f'{d:x}'
f'{n:,x}'
f'{n:,_}'
f'{-1:c}'
f'{nope}'
f'{n/0}'
f'{n:{s}}'
f'{tup:>5}'
f'{1114112:c}'
f'{b:5}'
"""

TABLE["builtins"] = r"""
len(s)
len(e)
len(wide)
len(lst)
len(d)
len(st)
len(r)
len(r2)
len(b)
len(tup)
len(dq)
len(od)
len(counter)
len(point)
len(blank)
len(range(0, 10, 3))
len([*range(5)])
len(d.items())
min(lst)
max(lst)
min(3, 1, 2)
max(3, 1.5, 2)
max(1, 1.0)
max(1.0, 1)
min(1, True)
max('a', 'b')
max(s)
min(words)
max(d)
max(d, key=len)
min(strings)
max(tup, default=0)
max([], default=5)
min([], default=None)
max(nested)
max(nested, key=len)
min(records, key=len) is records[0]
max([1, nan, 3])
min([nan, 1])
sum(lst)
sum([])
sum(lst, 10)
sum(floats)
sum([0.1] * 10)
sum([0.1, 0.2, 0.3])
sum([1e308, 1e308, -1e308])
sum([1, 2.5, True])
sum([big, big])
sum([[1], [2]], [])
sum([(1,), (2,)], ())
sum(r)
sum(d.values())
sum(lst, start=1)
sum([t, t])
sorted(lst)
sorted(lst, reverse=True)
sorted(strings)
sorted(strings, key=str.lower)
sorted(strings, key=len)
sorted(d)
sorted(s)
sorted(tup, reverse=False)
sorted(floats)
sorted(nested, reverse=True)
sorted([(1, 'b'), (1, 'a'), (0, 'c')])
sorted([1, 1.0, True])
sorted([True, 1.0, 1], reverse=True)
sorted(mixed)
sorted(d.items())
sorted(st2, reverse=True)
sorted([nan, 1.0])
sorted([], key=len)
reversed(lst)
list(reversed(lst))
list(reversed(s))
list(reversed(r))
list(reversed(d))
str()
str(n)
str(f)
str(s)
str(none)
str(t)
str(lst)
str(b)
str(big)
str(1e22)
str(1e-7)
str(123456789.123456789)
str(tup)
str(point)
str([s])
str({'a': [1, (2,)]})
str(b'abc', 'utf-8')
repr(n)
repr(s)
repr(quote)
repr("it's")
repr('a"b')
repr('\x00\x1f\x7f\xa0\xad')
repr('\u200b\u2028\ue000\U000e0001')
repr(e)
repr(wide)
repr(surrogate)
repr(lines)
repr(b)
repr(raw)
repr(b"'")
repr(b'"\'')
repr(ba)
repr(f)
repr(0.1)
repr(1e16)
repr(1e15)
repr(123456789012345680.0)
repr(1e-4)
repr(1e-5)
repr(5e-324)
repr(huge)
repr(-0.0)
repr(nan)
repr(-inf)
repr(none)
repr(t)
repr(...)
repr(lst)
repr([])
repr(())
repr((1,))
repr({})
repr(set())
repr({1})
repr(frozenset({1}))
repr(mixed)
repr(nested)
repr(d)
repr(odd)
repr(r)
repr(r2)
repr(point)
repr(dq)
repr(slice(1, None))
repr(int)
repr(len)
repr(complex_number)
ascii(e)
ascii(wide)
ascii(surrogate)
ascii(lst)
ascii('a')
int()
int(f)
int(-2.9)
int('7')
int(' 12 ')
int('-0012')
int('1_000')
int('+5')
int('ff', 16)
int('0xff', 16)
int('0xff', 0)
int('0b11', 0)
int('z', 36)
int('11', 2)
int('11', base=2)
int(t)
int(big)
int(1e20)
int(b'12')
int('123456789012345678901234567890')
int('\u0663')
float()
float(n)
float('1.5')
float(' 1e3 ')
float('inf')
float('-Infinity')
float('nan')
float('1_0.5')
float(big)
float(t)
float(b'2.5')
float('1e400')
float('.5')
float('5.')
float('\u0663.5')
bool('False')
type(n)
type(s)
type(none)
type([])
type(type)
type(len)
type(plain)
type(child)
type(1.5)
type(t)
type({}.keys())
type(1 + 1)
type('a' + 'b')
type((1, 2) + ())
type({1} | {2})
type(n) == int
type(f'{n}')
isinstance(n, int)
isinstance(t, int)
isinstance(n, bool)
isinstance(n, (str, int))
isinstance(n, (str, (float, int)))
isinstance(n, str)
isinstance(child, Plain)
isinstance(plain, Child)
isinstance(none, type(None))
isinstance(lst, object)
isinstance(n, int | str)
isinstance([], list)
isinstance(Plain, type)
isinstance(od, dict)
isinstance(point, tuple)
isinstance(n, ())
issubclass(Child, Plain)
issubclass(bool, int)
issubclass(int, str)
issubclass(int, (str, object))
id(plain) == id(plain)
id(n) == id(none)
ord('a')
ord('\U0001f600')
ord(b'a')
ord(surrogate)
chr(97)
chr(128512)
chr(0)
chr(0xd800)
hex(255)
hex(-255)
hex(0)
hex(big)
oct(8)
oct(-8)
bin(5)
bin(-5)
bin(t)
zip(lst, tup)
list(zip(lst, tup))
list(zip(lst, s, tup))
list(zip())
list(zip(lst))
list(zip(lst, []))
list(zip([1, 2], [3, 4], strict=True))
enumerate(lst)
list(enumerate(s))
list(enumerate(s, 5))
list(enumerate(s, start=-1))
range(5)
range(1, 5)
range(5, 1, -2)
list(range(3))
range(n)
range(t)
list()
list(s)
list(tup)
list(d)
list(r2)
list(b)
list(d.items())
list(lst)
list(wide)
tuple()
tuple(lst)
tuple('ab')
tuple(tup)
set()
set(lst)
set('aab')
frozenset()
frozenset([1, 1])
dict()
dict(a=1, b=2)
dict(d)
dict(d, z=1)
dict([('a', 1), ('b', 2)])
dict(zip('ab', [1, 2]))
dict([['a', 1]])
dict(od)
bytes()
bytes(3)
bytes([1, 2])
bytes('ab', 'utf-8')
bytes(b'x')
format(n)
format(n, '05')
format(f, '.1f')
format(s, '>5')
format(none)
format(t)
hash(n)
hash(-1)
hash(0)
hash(1.0)
hash(0.5)
hash(inf)
hash(big)
hash(neg)
hash(2**61 - 1)
hash(2**61)
hash(t)
hash(none)
hash(s)
hash(e)
hash('')
hash(b)
hash(tup)
hash(())
hash((1, (2, 'a')))
hash(fs) == hash(frozenset({'y', 'x'}))
hash(1) == hash(1.0)
hash(1e308)
callable(len)
callable(n)
list(map(str, lst))
list(map(len, nested))
list(filter(None, mixed))
list(filter(bool, [0, 1]))
abs(f) == f
"""

TABLE["builtin errors"] = r"""
len(n)
len(none)
len(plain)
len()
len(s, s)
len(s=1)
min()
min([])
max([])
max(1)
max(1, 's')
max(lst, default=1, nope=2)
max(1, 2, default=3)
sum(strings)
sum(s)
sum(strings, '')
sum(n)
sum([1, 's'])
sum()
sorted(n)
sorted([1, 'a'])
sorted()
sorted(lst, lst)
sorted(lst, nope=1)
reversed(n)
reversed(st)
int('x')
int('')
int('1.5')
int('1__0')
int('_1')
int(none)
int(lst)
int('12', 1)
int('12', 40)
int(12, 10)
int('9', 8)
float('x')
float('')
float(none)
float(lst)
float('1_')
float(10**400)
ord('')
ord('ab')
ord(1)
chr(-1)
chr(0x110000)
chr('a')
chr(1.5)
hex('a')
hex(1.5)
bin(f)
range()
range('a')
range(1.5)
range(1, 2, 0)
range(none)
zip(1)
list(zip([1], [1, 2], strict=True))
enumerate(1)
list(1)
tuple(none)
set(1)
set([[]])
frozenset([{}])
dict(1)
dict([1])
dict([(1, 2, 3)])
dict([([], 1)])
isinstance(n)
isinstance(n, 1)
isinstance(n, 'int')
isinstance(n, (int, 1))
isinstance(n, [int])
issubclass(n, int)
issubclass(int, 1)
getattr(plain)
getattr(plain, 1)
hasattr(plain, 1)
hash([])
hash({})
hash(st)
hash(([],))
bytes(-1)
bytes('a')
bytes([256])
bytes([none])
round()
round(1, 's')
abs()
abs(1, 2)
divmod(1)
any(1)
all(none)
bool(1, 2)
str(1, 2)
format(n, 1)
format(s, 'd')
n()
s()
lst()
none()
plain.number()
d['a']()
id()
type()
repr()
map(str)
pow(2)
"""

TABLE["str methods"] = r"""
s.upper()
'ABC'.lower()
'\u00c9\u0130\u00df'.lower()
'\u00e9\u00df\ufb01'.upper()
'\u00df\u0130'.casefold()
'hello world'.title()
"they're bill's".title()
'hELLO'.capitalize()
'aBc'.swapcase()
s.startswith('ab')
s.startswith(('x', 'a'))
s.startswith('b', 1)
s.startswith('b', 1, 1)
s.startswith('')
s.startswith('', 5)
s.endswith('bc')
s.endswith(('x', 'c'))
s.endswith('b', 0, 2)
s.endswith(())
s.find('b')
s.find('z')
s.find('', 3)
s.find('', 4)
s.find('b', -2)
s.rfind('b')
'abab'.rfind('ab')
'abab'.rfind('ab', 0, 3)
s.index('c')
'abab'.rindex('b')
'abab'.count('ab')
'aaaa'.count('aa')
'abc'.count('')
''.count('')
'abab'.count('b', 2)
wide.find('x')
'abab'.replace('a', 'x')
'abab'.replace('a', 'x', 1)
'abab'.replace('ab', '')
'abc'.replace('', '-')
'abc'.replace('', '-', 2)
'a'.replace('a', '\U0001f600')
padded.strip()
padded.lstrip()
padded.rstrip()
'xxabcxx'.strip('x')
'xyabcyx'.strip('xy')
'abc'.lstrip('ab')
'abc'.rstrip('bc')
'\u2003a\u2003'.strip()
words.split()
words.split(' ')
words.split(' ', 1)
words.split('quick')
words.split(maxsplit=1)
words.split(sep='o')
' a  b '.split()
' a  b '.split(' ')
''.split()
''.split(',')
'a,b,c'.rsplit(',', 1)
' a b c '.rsplit(None, 1)
'a,b'.split(',', 0)
'abc'.split('abc')
'a\u2003b'.split()
lines.splitlines()
lines.splitlines(True)
''.splitlines()
'a\n'.splitlines()
'\u2028x'.splitlines()
','.join(strings)
''.join([])
''.join('abc')
','.join(('a',))
', '.join(d)
'key=value=x'.partition('=')
'key'.partition('=')
'key=value=x'.rpartition('=')
'key'.rpartition('=')
'abc'.removeprefix('ab')
'abc'.removeprefix('x')
'abc'.removesuffix('c')
'abc'.removesuffix('')
'7'.zfill(3)
'-7'.zfill(4)
'+7'.zfill(4)
'abc'.zfill(2)
s.center(9)
s.center(8)
s.center(9, '*')
s.ljust(5)
s.rjust(5, '.')
s.ljust(1)
'a\tb'.expandtabs()
'a\tb'.expandtabs(4)
'123'.isdigit()
'\u00b2'.isdigit()
'\u00b2'.isdecimal()
'\u00bd'.isnumeric()
''.isdigit()
'abc'.isalpha()
'ab1'.isalnum()
'ab '.isalnum()
'abc'.islower()
'ABC'.isupper()
'Abc'.istitle()
' \t'.isspace()
''.isspace()
'abc'.isidentifier()
'1bc'.isidentifier()
'\u00e9'.isprintable()
'\n'.isprintable()
'abc'.isascii()
e.isascii()
e.isalpha()
s.encode()
e.encode()
e.encode('utf-8')
e.encode('latin-1')
e.encode('ascii', 'ignore')
e.encode('ascii', 'replace')
wide.encode()
'{} {}'.format(n, s)
'{0}{1}{0}'.format(n, s)
'{a}'.format(a=n)
'{:>5}'.format(n)
'{0[0]}'.format(lst)
'{!r}'.format(s)
'%s' % n
'%d%%' % n
'%s %s' % (n, s)
'%r' % s
'%5.2f|' % f
'%-5d|' % n
'%05d' % m
'%x' % 255
'%#x' % 255
'%c' % 65
'%(a)s' % d
'%s' % (tup,)
'%s' % lst
'%+d' % n
'%e' % f
'%g' % 1e10
'%.3s' % 'abcdef'
'%*d' % (5, n)
'abc'.__len__
s.upper().lower().strip()
'a-b-c'.split('-')[1]
' x '.strip().upper() == 'X'
str.upper(s)
str.join(',', strings)
'%' % ()
'%d' % True
'%i' % 3.99
'%s' % none
'%a' % e
'%o' % 8
'%X' % 255
'%5s|' % 'ab'
'% d' % n
'%%' % ()
"""

TABLE["str method errors"] = r"""
s.index('z')
s.rindex('z')
s.find(1)
s.count(1)
s.startswith(1)
s.startswith((1,))
s.split('')
s.split(1)
s.join([1])
s.join(1)
s.replace('a')
s.replace(1, 2)
s.center('a')
s.center(5, 'ab')
s.partition('')
s.upper(1)
s.nope()
s.zfill('a')
e.encode('ascii')
surrogate.encode()
'%d' % 's'
'%d' % none
'%s %s' % (1,)
'%s' % (1, 2)
'%z' % 1
'%(a)s' % 1
'%(z)s' % d
'%' % 1
'%c' % 'ab'
'{}'.format()
'{'.format()
'}'.format()
'{a}'.format(b=1)
'{:d}'.format('x')
s.expandtabs('a')
s.removeprefix(1)
n.upper()
none.upper()
lst.upper()
"""

TABLE["bytes methods"] = r"""
b.decode()
b'\xc3\xa9'.decode()
b'\xe9'.decode('latin-1')
b'\xff'.decode('utf-8', 'replace')
b'\xff'.decode('utf-8', 'ignore')
b'\xff'.decode('ascii', 'replace')
b.hex()
raw.hex()
raw.hex(':')
b.upper()
b'ABC'.lower()
b.startswith(b'x')
b.startswith((b'a', b'x'))
b.endswith(b'z')
b.find(b'y')
b.find(121)
b.rfind(b'q')
b.index(b'z')
b.count(b'y')
b.replace(b'y', b'--')
b' a '.strip()
b'xxa'.lstrip(b'x')
b'a b c'.split()
b'a,b'.split(b',')
b','.join([b'a', b'b'])
b'a=b'.partition(b'=')
b'12'.isdigit()
b'ab'.isalpha()
b'7'.zfill(3)
b'abc'.removeprefix(b'a')
ba.decode()
ba.upper()
b'a\nb'.splitlines()
b.find(b'')
b'\xff'.decode()
b.index(b'q')
b.find('y')
b.decode('nope')
b.split(b'')
b.join(['a'])
b.find(256)
b.nope()
"""

TABLE["number methods"] = r"""
n.bit_length()
zero.bit_length()
big.bit_length()
neg.bit_length()
n.bit_count()
m.bit_count()
big.bit_count()
n.conjugate()
n.as_integer_ratio()
n.to_bytes(2, 'big')
m.to_bytes(2, 'big', signed=True)
n.is_integer()
f.is_integer()
2.0 .is_integer()
inf.is_integer()
f.as_integer_ratio()
0.1.as_integer_ratio()
f.hex()
f.conjugate()
t.bit_length()
int.bit_length(n)
float.is_integer(f)
int.from_bytes(b'\x01\x02', 'big')
float.fromhex('0x1.8p1')
inf.as_integer_ratio()
nan.as_integer_ratio()
n.to_bytes(0, 'big')
m.to_bytes(2, 'big')
n.nope()
f.nope()
n.bit_length(1)
"""

TABLE["container methods"] = r"""
lst.index(1)
lst.index(1, 1)
lst.index(2, -1)
lst.count(1)
mixed.count(True)
lst.copy()
tup.index(2)
tup.count(2)
nested.index([3, 4])
r.index(3)
r.count(3)
r.count('a')
r2.index(7)
dq.index(2)
dq.count(2)
d.get('a')
d.get('z')
d.get('z', 5)
d.get('a', 5)
d.keys()
d.values()
d.items()
list(d.keys())
list(d.values())
list(d.items())
len(d.keys())
sorted(d.keys())
d.copy()
od.get('x')
list(od.keys())
list(od.items())
ddict.get('zz')
ddict.get('k')
counter.get('a')
list(counter.items())
st.union(st2)
st.union([9], (8,))
st.intersection(st2)
st.difference(st2)
st.difference([1], [2])
st.symmetric_difference(st2)
st.issubset(st2)
st.issubset([1, 2, 3, 4])
st.issuperset({1})
st.isdisjoint(st2)
st.isdisjoint([9])
st.copy()
fs.union(['z'])
fs.copy()
fs.issubset('xyz')
d.keys() & {'a', 'z'}
d.keys() | {'z'}
d.keys() & ['a', 'z']
d.keys() - 'ab'
['a', 'z'] & d.keys()
('z', 'a') - d.keys()
d.items() | [('a', 1), 5]
[('a', 1)] ^ d.items()
d.keys() & 5
{'a'} & ['a']
['a'] & {'a'}
d.values() & ['a']
d.keys() == {'a', 'b', 'c'}
d.items() == d.items()
dict.get(d, 'a')
list.index(lst, 2)
dict.fromkeys('ab')
dict.fromkeys('ab', 0)
point.index(4)
point.count(3)
deep.get('a', {}).get('b', [])
deep.get('zz', {}).get('b', [])
"""

TABLE["container method errors"] = r"""
lst.index(9)
lst.index()
lst.count()
tup.index(9)
r.index(99)
r.index('a')
d.get()
d.get([])
d.get(1, 2, 3)
d.nope()
st.union(1)
st.issubset(1)
st.isdisjoint(1)
st.difference(5)
st.union([[]])
lst.copy(1)
tup.nope()
dq.index(99)
d.keys(1)
"""

TABLE["dates and times"] = r"""
when < later
when == when
when != later
day == datetime.date(2024, 2, 29)
day < datetime.date(2024, 3, 1)
when == day
later - when
(later - when).days
when + delta
when - delta
day + delta
day - delta
day - datetime.date(2024, 1, 1)
delta + delta
delta - delta
delta * 2
2 * delta
delta / 2
delta // 2
delta / delta
delta // delta
delta % datetime.timedelta(hours=5)
-delta
+delta
abs(-delta)
delta > datetime.timedelta(0)
delta == datetime.timedelta(1, 7200, 3)
delta * 0.5
delta.total_seconds()
datetime.timedelta(days=1)
datetime.timedelta(hours=1.5)
datetime.timedelta(weeks=1, milliseconds=5)
datetime.datetime(2024, 1, 1)
datetime.datetime(2024, 1, 1, 12, 30) > when
datetime.date(2024, 1, 1)
datetime.time(12, 30)
when.date()
when.time()
when.isoformat()
when.isoformat(' ')
aware.isoformat()
day.isoformat()
clock.isoformat()
when.weekday()
when.isoweekday()
day.weekday()
day.toordinal()
day.isocalendar()[1]
aware.timestamp()
aware.utcoffset()
aware == datetime.datetime(2024, 2, 29, 13, 5, 9, tzinfo=datetime.timezone.utc)
when.replace(year=2023, day=1)
day.replace(month=1)
when.strftime('%Y-%m-%d %H:%M')
str(when)
str(aware)
str(day)
str(clock)
str(delta)
str(-delta)
repr(when)
repr(aware)
repr(day)
repr(clock)
repr(delta)
f'{when}'
f'{when:%Y-%m-%d}'
f'{day:%d.%m.%y}'
f'{delta}'
f'{clock:%H:%M}'
hash(day) == hash(datetime.date(2024, 2, 29))
{day: 1}[datetime.date(2024, 2, 29)]
min(when, later)
sorted([later, when])[0]
max(day, datetime.date(2025, 1, 1)).year
clock < datetime.time(14)
datetime.date.fromisoformat('2024-05-06')
datetime.datetime.fromisoformat('2024-05-06T07:08:09')
when < aware
when - aware
when < day
when + when
when + 1
day - 1
delta + 1
delta < 1
delta / 0
delta // 0
datetime.date(2024, 2, 30)
datetime.date(2024)
datetime.datetime(2024, 13, 1)
datetime.time(25)
when.replace(month=13)
datetime.timedelta(days=10**10)
later + datetime.timedelta(days=10**7)
datetime.date.fromisoformat('x')
datetime.date.max
datetime.timedelta.max
datetime.MINYEAR
"""

TABLE["Decimal and UUID"] = r"""
price + tax
price - tax
price * tax
price * 2
2 * price
price / 3
price // 3
price % 3
-price
+price
abs(-price)
price + 1
price == Decimal('19.99')
price > 10
price > 10.5
price < tax
price == 19.99
price != none
10 < price < 20
round(price)
round(price, 1)
round(price, 2)
int(price)
float(price)
bool(price)
str(price)
repr(price)
f'{price}'
f'{price:.1f}'
f'{price:10.2f}|'
f'{price:,}'
price.quantize(Decimal('0.01'))
price.is_nan()
price.is_zero()
price.as_tuple()
price.normalize()
price.to_integral_value()
price.adjusted()
Decimal('1.10')
Decimal(5)
Decimal('NaN').is_nan()
Decimal('Infinity') > price
Decimal('1e10')
sum([price, tax])
max(price, tax)
sorted([price, tax])
hash(price) == hash(Decimal('19.99'))
{price: 1}[Decimal('19.99')]
price in [Decimal('19.99')]
uid.hex
uid.int
str(uid)
repr(uid)
uid == uid
f'{uid}'
uid.version
uid.bytes
price + 1.5
price + 's'
price / 0
price % 0
price < 's'
Decimal('x')
Decimal('NaN') < price
uid < 1
"""

TABLE["matches"] = r"""
matches(s, 'b')
matches(s, '^b')
matches(s, '^a.c$')
matches(words, 'qu[a-z]+k')
matches(words, '(?i)QUICK')
matches('2024-02-29', r'^\d{4}-\d\d-\d\d$')
matches('', '')
matches('', '.')
matches(e, '\u00e9')
matches(wide, '\U0001f600')
matches(wide, '^.x$')
matches('a\nb', '^b')
matches('a\nb', 'a.b')
matches('foo@example.com', r'^[^@]+@[^@]+\.[a-z]+$')
matches(s, '(a)(b)')
matches(s, 'a|z')
not matches(s, 'z')
matches('aaa', '^a{2,3}$')
matches('ab', r'(?P<x>a)b')
matches('\u0663', r'\d')
matches('\u00e9', r'\w')
matches(1, 'a')
matches(s, 1)
matches(s)
"""

TABLE["syntax errors"] = r"""
n +
n = 1
(n
n)
'abc
import os
n n
1.2.3
f'{'
lambda
if n: 1
del n
n; m
for x in lst: x
[x for x]
{1: 2, 3}
n!
$nope$
return n
0777
'\x1'
f'{n!z}'
n ==
*n
yield
print n
"""

CALLED = "calls of what is no function or method of the language are refused when the probe is set"
COMPLEX = "there are no complex numbers"
CODEC = "codecs other than utf-8, ascii and latin-1 are code"
PATTERN = "patterns are compiled when the probe is set"
OWN = "$ stands before the probe's own names, which Python has not"

# What we give, as (kind, class of the fault or repr of the value), and why.
DIFFERENCES: dict[str, tuple[str, str, str]] = {
    "(-8) ** 0.5 == 0": ("fault", "TypeError", COMPLEX),
    "n @ m": ("refused", "EUNSUPPORTED", "no built-in type has the operator @"),
    "point == Point(3, 4)": ("refused", "EUNSUPPORTED", CALLED),
    "f'{counter}'": (
        "value",
        repr("{'a': 2, 'b': 1, 'c': 1}"),
        "Counter's repr is code: it is read as a dict",
    ),
    "n()": ("refused", "EUNSUPPORTED", CALLED),
    "s()": ("refused", "EUNSUPPORTED", CALLED),
    "lst()": ("refused", "EUNSUPPORTED", CALLED),
    "none()": ("refused", "EUNSUPPORTED", CALLED),
    "plain.number()": ("refused", "EUNSUPPORTED", CALLED),
    "d['a']()": ("refused", "EUNSUPPORTED", CALLED),
    "'abc'.__len__": ("fault", "unsafe", "methods can be called, not read"),
    "s.nope()": ("refused", "EUNSUPPORTED", CALLED),
    "b.nope()": ("refused", "EUNSUPPORTED", CALLED),
    "n.nope()": ("refused", "EUNSUPPORTED", CALLED),
    "f.nope()": ("refused", "EUNSUPPORTED", CALLED),
    "d.nope()": ("refused", "EUNSUPPORTED", CALLED),
    "tup.nope()": ("refused", "EUNSUPPORTED", CALLED),
    "float.fromhex('0x1.8p1')": ("refused", "EUNSUPPORTED", CALLED),
    "b.decode('nope')": ("fault", "unsafe", CODEC),
    "price.as_tuple()": ("value", "(0, (1, 9, 9, 9, 0), -3)", "DecimalTuple is a class of Python: a tuple"),
    "matches(s, 1)": ("refused", "EUNSUPPORTED", PATTERN),
    "matches(s)": ("refused", "EUNSUPPORTED", PATTERN),
    "$nope$": ("refused", "EUNSUPPORTED", OWN),
}
