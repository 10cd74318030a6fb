"""
A stand-in for torch, made of ctypes: a class of C called torch._C.TensorBase, torch.Tensor above it, and memory laid
out as a release of torch does. It shows nothing about torch itself (test_capture_torch.py does, where torch is
installed); it is for what the agent does with such memory.
"""

from __future__ import annotations

import ctypes
import struct
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

LIBRARY = 0x10000000  # where the library would have its tables and functions; nothing is there
IMMUTABLE, BASE = 1 << 8, 1 << 10
DEFAULT = 1 << 18


class _Slot(ctypes.Structure):
    _fields_ = [("slot", ctypes.c_int), ("function", ctypes.c_void_p)]


class _Spec(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("basicsize", ctypes.c_int),
        ("itemsize", ctypes.c_int),
        ("flags", ctypes.c_uint),
        ("slots", ctypes.POINTER(_Slot)),
    ]


def _class_of_c(name: bytes, size: int) -> type:
    slots = (_Slot * 1)(_Slot(0, None))
    spec = _Spec(name, size, 0, DEFAULT | BASE | IMMUTABLE, slots)
    make = ctypes.pythonapi.PyType_FromSpec
    make.restype, make.argtypes = ctypes.py_object, [ctypes.POINTER(_Spec)]
    _kept.append((name, slots, spec))
    made = make(ctypes.byref(spec))
    assert isinstance(made, type)
    return made


_kept: list[object] = []


@dataclass(frozen=True)
class Layout:
    """As in base/tensor_layout.c, written down once more: offsets and sets of dispatch keys."""

    version: str
    object_bytes: int
    object_tensor: int
    pyobj: int
    mark: int
    size: int
    keys: int

    @property
    def sizes(self) -> int:
        return self.pyobj + 8


def _bits(*ranges: tuple[int, int]) -> int:
    return sum(1 << bit for first, last in ranges for bit in range(first, last + 1))


LAYOUTS = [
    Layout("2.6.0+cpu", 48, 24, 56, 1, 184, _bits((0, 0), (15, 15), (35, 35), (37, 37), (40, 40))),
    Layout("2.9.1+cpu", 48, 24, 56, 1, 184, _bits((0, 0), (16, 16), (35, 35), (37, 37), (40, 40))),
    Layout("2.12.1", 40, 16, 56, 0, 184, _bits((0, 0), (16, 16), (35, 35), (37, 37), (40, 40))),
    Layout("2.15.0+cu132", 40, 16, 48, 0, 176, _bits((0, 0), (16, 16), (34, 34), (36, 36), (39, 39))),
]
NEWEST = LAYOUTS[-1]


@dataclass
class StandIn:
    """Torch as the agent sees it, while `installed()`."""

    layout: Layout
    module: types.ModuleType
    tensor_class: type
    parameter_class: type
    kept: list[Any] = field(default_factory=list)

    def tensor(self, items: bytes, shape: tuple[int, ...], dtype: int, cls: type | None = None) -> Any:
        """A tensor whose memory is `items`, contiguous; of `cls`, or torch.Tensor."""
        made = (cls or self.tensor_class)()
        data = ctypes.create_string_buffer(items, max(len(items), 1))
        strides = [1] * len(shape)
        for i in range(len(shape) - 1, 0, -1):
            strides[i - 1] = strides[i] * shape[i]
        count = 1
        for size in shape:
            count *= size
        address = ctypes.addressof(data)
        storage = struct.pack(
            "=QIIQQQBbxxxxxxQQ", LIBRARY, 1, 1, address, LIBRARY + 64, address, 0, -1, len(items), 0
        )
        kept_storage = ctypes.create_string_buffer(storage, 96)
        head = struct.pack("=QIIQ", LIBRARY, 1, 1, ctypes.addressof(kept_storage)).ljust(
            self.layout.pyobj, b"\0"
        )
        head += struct.pack("=Q", id(made) | self.layout.mark)
        five = [*shape, 0, 0, 0, 0, 0][:5], [*strides, 0, 0, 0, 0, 0][:5]
        body = struct.pack(
            "=Q5q5qqqHBbBBBB", len(shape), *five[0], *five[1], 0, count, dtype, 0, -1, 1, 0x41, 1, 0
        )
        tensor = ctypes.create_string_buffer(
            (head + body + struct.pack("=Q", self.layout.keys)), self.layout.size
        )
        self.kept += [data, kept_storage, tensor]
        self.point(made, ctypes.addressof(tensor))
        return made

    def point(self, made: Any, address: int) -> None:
        """Make the object's tensor the one at `address`."""
        ctypes.c_uint64.from_address(id(made) + self.layout.object_tensor).value = address

    def address(self, made: Any) -> int:
        return ctypes.c_uint64.from_address(id(made) + self.layout.object_tensor).value


@contextmanager
def installed(layout: Layout = NEWEST) -> Iterator[StandIn]:
    """In sys.modules there is a `torch` of that layout."""
    base = _class_of_c(b"torch._C.TensorBase", layout.object_bytes)
    module = types.ModuleType("torch")
    tensor_class = type("Tensor", (base,), {"__module__": "torch"})
    parameter_class = type("Parameter", (tensor_class,), {"__module__": "torch.nn.parameter"})
    vars(module).update(Tensor=tensor_class, __version__=layout.version)
    before = sys.modules.get("torch")
    sys.modules["torch"] = module
    try:
        yield StandIn(layout, module, tensor_class, parameter_class)
    finally:
        del sys.modules["torch"]
        if before is not None:
            sys.modules["torch"] = before
