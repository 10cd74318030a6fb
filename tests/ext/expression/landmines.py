"""Objects that count each touch: of every special method, property, descriptor, metaclass hook, iterator, factory,
weak reference callback and finalizer. They count only while `armed()`.
"""

from __future__ import annotations

import array
import collections
import contextlib
import datetime
import decimal
import enum
import functools
import io
import itertools
import operator
import sys
import tempfile
import types
import uuid
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CALLS: list[str] = []
_armed = False


@contextlib.contextmanager
def armed() -> Iterator[list[str]]:
    """Within, each touch of a mine is counted in the list given."""
    global _armed
    CALLS.clear()
    _armed = True
    try:
        yield CALLS
    finally:
        _armed = False


def stepped_on(name: str) -> None:
    if _armed:
        CALLS.append(name)


# What the interpreter itself looks for while it makes or destroys classes and instances.
NEVER = {
    "__new__",
    "__init__",
    "__class__",
    "__doc__",
    "__dict__",
    "__weakref__",
    "__module__",
    "__init_subclass__",
    "__subclasshook__",
    "__class_getitem__",
    "__set_name__",
    "__prepare__",
    "__getstate__",
    "__mro_entries__",
}
SPECIAL = """
    __getattr__ __getattribute__ __setattr__ __delattr__ __dir__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__
    __bool__ __len__ __length_hint__ __iter__ __next__ __reversed__ __contains__ __getitem__ __setitem__ __delitem__
    __missing__ __call__ __index__ __int__ __float__ __complex__ __trunc__ __floor__ __ceil__ __round__ __abs__ __neg__
    __pos__ __invert__ __add__ __radd__ __iadd__ __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ __floordiv__
    __rfloordiv__ __mod__ __rmod__ __divmod__ __rdivmod__ __pow__ __rpow__ __lshift__ __rlshift__ __rshift__ __rrshift__
    __and__ __rand__ __or__ __ror__ __xor__ __rxor__ __matmul__ __rmatmul__ __str__ __repr__ __format__ __bytes__
    __fspath__ __enter__ __exit__ __await__ __aiter__ __anext__ __get__ __sizeof__ __reduce__ __reduce_ex__ __copy__
    __deepcopy__ __instancecheck__ __subclasscheck__ __del__ __buffer__ __release_buffer__
""".split()


def counted(name: str, base: type) -> Any:
    """A method that counts and then raises; quiet, it does what the base does."""
    inherited = getattr(base, name, None)

    def method(self: Any, *args: Any, **keywords: Any) -> Any:
        if _armed:
            CALLS.append(f"{base.__name__}.{name}")
            raise AssertionError(name)
        if inherited is None:
            raise AttributeError(name)
        return inherited(self, *args, **keywords)

    method.__name__ = name
    return method


def hooks(base: type, *without: str) -> dict[str, Any]:
    names = {name for name in dir(base) if name.startswith("__") and callable(getattr(base, name, None))}
    names |= set(SPECIAL)
    return {name: counted(name, base) for name in names - NEVER - set(without) - {"__get__", "__del__"}}


class MinedType(type):
    """A metaclass of which every hook counts."""

    def __getattribute__(cls, name: str) -> Any:
        stepped_on(f"metaclass getattribute {name}")
        return super().__getattribute__(name)

    def __instancecheck__(cls, instance: object) -> bool:
        stepped_on("metaclass instancecheck")
        return super().__instancecheck__(instance)

    def __subclasscheck__(cls, other: type) -> bool:
        stepped_on("metaclass subclasscheck")
        return super().__subclasscheck__(other)

    def __call__(cls, *args: Any, **keywords: Any) -> Any:
        stepped_on("metaclass call")
        return super().__call__(*args, **keywords)

    def __eq__(cls, other: object) -> bool:
        stepped_on("metaclass eq")
        return cls is other

    def __hash__(cls) -> int:
        stepped_on("metaclass hash")
        return type.__hash__(cls)

    def __bool__(cls) -> bool:
        stepped_on("metaclass bool")
        return True

    def __len__(cls) -> int:
        stepped_on("metaclass len")
        return 1

    def __iter__(cls) -> Any:
        stepped_on("metaclass iter")
        return iter(())

    def __contains__(cls, item: object) -> bool:
        stepped_on("metaclass contains")
        return False

    def __getitem__(cls, key: object) -> Any:
        stepped_on("metaclass getitem")
        return cls

    def __or__(cls, other: object) -> Any:
        stepped_on("metaclass or")
        return cls

    def __lt__(cls, other: object) -> bool:
        stepped_on("metaclass lt")
        return False

    def __repr__(cls) -> str:
        stepped_on("metaclass repr")
        return "?"

    @property
    def __name__(cls) -> str:
        stepped_on("metaclass name")
        return "?"

    @property
    def __class__(cls) -> type:
        stepped_on("metaclass class")
        return type

    @property
    def computed(cls) -> int:
        stepped_on("metaclass property")
        return 1


class Descriptor:
    def __get__(self, instance: object, owner: object = None) -> Any:
        stepped_on("descriptor get")
        return 1

    def __set__(self, instance: object, value: object) -> None:
        stepped_on("descriptor set")

    def __delete__(self, instance: object) -> None:
        stepped_on("descriptor delete")


class NonData:
    def __get__(self, instance: object, owner: object = None) -> Any:
        stepped_on("non-data descriptor")
        return 1


def members() -> dict[str, Any]:
    """What every mined class has besides special methods."""

    def computed(self: object) -> int:
        stepped_on("property")
        return 1

    def method(self: object) -> int:
        stepped_on("method")
        return 1

    return {
        "computed": property(computed),
        "lazy": functools.cached_property(lambda self: stepped_on("cached property")),
        "descriptor": Descriptor(),
        "nondata": NonData(),
        "method": method,
        "upper": method,
        "get": method,
        "static": staticmethod(lambda *_: stepped_on("static method")),
        "grouped": classmethod(lambda *_: stepped_on("class method")),
        "plain": 7,
        "password": "p",
    }


BASES: dict[type, tuple[Any, ...]] = {
    object: (),
    str: ("abc",),
    bytes: (b"abc",),
    bytearray: (b"abc",),
    int: (7,),
    float: (2.5,),
    complex: (1j,),
    list: (),
    tuple: ((1, 2, 3),),
    dict: (),
    set: (),
    frozenset: ((1, 2),),
    collections.deque: (),
    collections.OrderedDict: (),
    collections.defaultdict: (),
    collections.Counter: (),
    datetime.datetime: (2024, 2, 29, 1, 2, 3),
    datetime.date: (2024, 2, 29),
    datetime.time: (1, 2, 3),
    datetime.timedelta: (1, 2, 3),
    datetime.tzinfo: (),
    decimal.Decimal: ("1.5",),
    ValueError: ("bad",),
    types.ModuleType: ("mined",),
    types.SimpleNamespace: (),
    uuid.UUID: (),
}


def mined_subclasses() -> dict[str, Any]:
    """An instance of a mined subclass of each type, and the classes."""
    made: dict[str, Any] = {}
    for base, arguments in BASES.items():
        kind = MinedType(f"Mine{base.__name__}", (base,), {**hooks(base), **members()})
        value = base.__new__(kind, *arguments)
        if base in (list, collections.deque):
            base.extend(value, [1, 2, 3])
        elif base is set:
            set.update(value, [1, 2, 3])
        elif issubclass(base, dict):
            dict.__setitem__(value, "a", 1)
            dict.__setitem__(value, "b", 2)
        elif base is types.ModuleType:
            types.ModuleType.__init__(value, "mined")
        with contextlib.suppress(AttributeError, TypeError):
            object.__setattr__(value, "stored", 1)
        made[f"x_{base.__name__.lower()}"] = value
        if base in (object, int, str, list, dict):
            made[f"X{base.__name__}"] = kind
    return made


class Key:
    """A key of a dict with a hash and an equality of its own; its hash is that of 'a'."""

    def __hash__(self) -> int:
        stepped_on("key hash")
        return hash("a")

    def __eq__(self, other: object) -> bool:
        stepped_on("key eq")
        return self is other


class StrKey(str):
    __slots__ = ()

    def __hash__(self) -> int:
        stepped_on("str key hash")
        return str.__hash__(self)

    def __eq__(self, other: object) -> bool:
        stepped_on("str key eq")
        return str.__eq__(self, other)


class Relation:
    """An object of a mapper: its fields are loaded by a query when first read."""

    def __init__(self) -> None:
        self.id = 1

    def __getattr__(self, name: str) -> Any:
        stepped_on(f"query for {name}")
        raise AttributeError(name)


class LazyObject:
    """A proxy that says it is of another class, and builds what it stands for when touched."""

    def __init__(self) -> None:
        object.__setattr__(self, "_target", None)

    @property
    def __class__(self) -> type:
        stepped_on("lazy class")
        return str

    @property
    def __dict__(self) -> dict[str, Any]:
        stepped_on("lazy dict")
        return {}

    def __getattribute__(self, name: str) -> Any:
        stepped_on(f"lazy getattribute {name}")
        return object.__getattribute__(self, name)

    def __len__(self) -> int:
        stepped_on("lazy len")
        return 1


class Finalized:
    def __init__(self) -> None:
        self.number = 1

    def __del__(self) -> None:
        stepped_on("finalizer")


class Slotted:
    __slots__ = ("__weakref__", "stored", "unset")

    def __init__(self) -> None:
        self.stored = [1]

    def __getattr__(self, name: str) -> Any:
        stepped_on("slotted getattr")
        raise AttributeError(name)


class Countdown:
    """An iterator of the program."""

    def __init__(self) -> None:
        self.left = 5

    def __iter__(self) -> Countdown:
        stepped_on("iter")
        return self

    def __next__(self) -> int:
        stepped_on("next")
        self.left -= 1
        if self.left < 0:
            raise StopIteration
        return self.left


class Colour(enum.Enum):
    RED = 1

    def __str__(self) -> str:
        stepped_on("enum str")
        return "red"

    @classmethod
    def _missing_(cls, value: object) -> Any:
        stepped_on("enum missing")


def numbers() -> Iterator[int]:
    for number in range(5):
        stepped_on("generator")
        yield number


def started(iterator: Any) -> Any:
    """An iterator that has given its first item."""
    next(iterator)
    return iterator


def module_with_getattr() -> types.ModuleType:
    module = types.ModuleType("lazy_module")
    source = "def __getattr__(name):\n    stepped_on('module getattr')\n    return 1\nstored = 1\n"
    exec(source, {**module.__dict__, "stepped_on": stepped_on}, module.__dict__)
    module.__dict__["stepped_on"] = stepped_on
    return module


def lazily_imported() -> dict[str, Any]:
    """On 3.15: a name whose first use imports a module, which counts."""
    if sys.version_info < (3, 15):
        return {}
    folder = Path(tempfile.mkdtemp())
    (folder / "strobe_lazy_mine.py").write_text(
        "import landmines\nlandmines.CALLS.append('lazy import')\n", encoding="utf-8"
    )
    sys.path.insert(0, str(folder))
    scope: dict[str, Any] = {"__name__": "lazy_scope"}
    exec("lazy import strobe_lazy_mine", scope)
    return {"x_lazy_scope": scope, "lazy_globals": scope}


KEEP: list[Any] = []


def mines() -> dict[str, Any]:
    """Variables by name; all stay alive until the process ends."""
    made = mined_subclasses()
    finalized = Finalized()
    proxied = made["x_object"]
    referent = Slotted()
    text_file = tempfile.TemporaryFile("w+")
    text_file.write("one\ntwo\n")
    text_file.flush()
    text_file.seek(2)
    made |= {
        "x_keyed": {Key(): 1, "b": 2},
        "x_strkeyed": {StrKey("a"): 1, StrKey("password"): "p", "b": 2},
        "x_keyset": {Key(), "b"},
        "x_key": Key(),
        "x_strkey": StrKey("a"),
        "x_default": collections.defaultdict(lambda: stepped_on("factory"), a=1),
        "x_chain": collections.ChainMap({"a": 1}, made["x_dict"]),
        "x_userdict": collections.UserDict(a=1),
        "x_relation": Relation(),
        "x_lazyobject": LazyObject(),
        "x_finalized": finalized,
        "x_slotted": Slotted(),
        "x_weakref": weakref.ref(referent, lambda _: stepped_on("weakref callback")),
        "x_proxy": weakref.proxy(referent, lambda _: stepped_on("proxy callback")),
        "x_mineproxy": weakref.proxy(proxied),
        "x_generator": started(numbers()),
        "x_countdown": Countdown(),
        "x_listiter": started(iter([1, 2, 3])),
        "x_dictiter": started(iter({1: 2, 3: 4})),
        "x_zip": zip([1, 2], numbers()),
        "x_map": map(stepped_on, ["map function"] * 3),
        "x_filter": filter(stepped_on, ["filter function"] * 3),
        "x_enumerate": started(enumerate(Countdown())),
        "x_reversed": reversed([1, 2, 3]),
        "x_count": itertools.count(),
        "x_file": text_file,
        "x_stringio": io.StringIO("a\nb"),
        "x_function": lambda *_: stepped_on("function"),
        "x_bound": Relation().__init__,
        "x_partial": functools.partial(stepped_on, "partial"),
        "x_getter": operator.attrgetter("computed"),
        "x_module": module_with_getattr(),
        "x_enum": Colour.RED,
        "Colour": Colour,
        "x_mixed": [made["x_int"], made["x_str"], 1, "a", made["x_object"], None],
        "x_nest": {"a": {"b": [made["x_dict"], made["x_list"]]}, "k": made["x_object"]},
        "x_pairs": [("a", made["x_object"]), ("b", made["x_str"])],
        "x_mineset": {1, made["Xobject"]},
        "x_array": array.array("i", [1, 2]),
        "x_memory": memoryview(b"abc"),
        "x_mappingproxy": types.MappingProxyType(made["x_dict"]),
        "x_keys": dict.keys(made["x_dict"]),
        "x_values": dict.values(made["x_dict"]),
        "x_items": dict.items(made["x_dict"]),
        "x_complex": 1j,
        "x_plain_list": [1, 2, 3],
        "x_plain_dict": {"a": 1, "b": [1, 2]},
        "x_text": "abc",
        "x_number": 7,
        "x_cycle": [],
        **lazily_imported(),
    }
    made["x_cycle"].append(made["x_cycle"])
    for kind in (datetime.date, datetime.datetime, decimal.Decimal, uuid.UUID):
        made[kind.__name__] = kind
    KEEP.append((made, referent, proxied))
    return made
