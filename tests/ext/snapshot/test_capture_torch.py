"""
Tensors of torch itself: `make torch` installs it (gigabytes) and runs these; elsewhere they are skipped, and
test_capture_tensors.py tests the same reader on a stand-in.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from captured import Value, extension, in_thread, look

torch: Any = pytest.importorskip("torch")

CALLS: list[str] = []


@pytest.fixture(autouse=True)
def quiet(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Nothing is printed by a capture; what torch warns of while a test makes tensors is not looked at."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    assert capfd.readouterr() == ("", "")


def fields(value: Value) -> dict[str, Any]:
    return {name: item.text for name, item in value.fields.items()}


def check(tensor: Any, text: str | None = None) -> Value:
    """What is shown of `tensor` is what torch itself says."""
    value = look(tensor)
    assert value.json.get("shape") == list(tensor.shape), value
    assert value.json["dtype"] == str(tensor.dtype).removeprefix("torch.")
    assert value.size == (tensor.numel() if tensor.dim() > 0 else None)
    shown = fields(value)
    assert shown["device"] == repr(tensor.device.type)
    if "requires_grad" in shown or torch.compiled_with_cxx11_abi():
        assert shown["requires_grad"] == str(tensor.requires_grad)
    assert shown.get("device_index") == (None if tensor.device.index is None else str(tensor.device.index))
    if text is not None:
        assert (value.text, value.cut) == (text, None)
    return value


def check_unread(tensor: Any, layout: str | None = None) -> None:
    """Kind and sizes are shown, the items are not."""
    value = check(tensor)
    assert (value.text, value.cut) == ("[...]", "unreadable")
    assert fields(value).get("layout") == (None if layout is None else repr(layout))


def test_version_of_torch_is_known() -> None:
    """The first to fail with a release that base/tensor_layout.c does not have."""
    check(torch.arange(6.0).reshape(2, 3), "[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]")


def test_views_show_their_own_items() -> None:
    base = torch.arange(24)
    check(base.reshape(4, 6).T[1:3, :2], "[[1, 7], [2, 8]]")
    check(base[5:20:7], "[5, 12, 19]")
    check(torch.tensor([7, 8]).expand(3, 2), "[[7, 8], [7, 8], [7, 8]]")
    check(base.reshape(2, 3, 4).permute(2, 0, 1)[3], "[[3, 7, 11], [15, 19, 23]]")
    check(base.reshape(1, 2, 1, 3, 1, 4, 1), f"[{base.reshape(2, 1, 3, 1, 4, 1).tolist()}]")
    check(base[:0].reshape(0, 3), "[]")
    check(torch.tensor(5), "5")
    check(torch.zeros(1, 4, 2, 2).to(memory_format=torch.channels_last)[0, 0], "[[0.0, 0.0], [0.0, 0.0]]")


@pytest.mark.parametrize(
    ("dtype", "numbers", "text"),
    [
        ("uint8", [0, 255], "[0, 255]"),
        ("int8", [-128, 127], "[-128, 127]"),
        ("int16", [-2, 300], "[-2, 300]"),
        ("int32", [-2, 2**31 - 1], "[-2, 2147483647]"),
        ("int64", [-(2**63), 5], f"[{-(2**63)}, 5]"),
        ("uint16", [65535], "[65535]"),
        ("uint32", [2**32 - 1], "[4294967295]"),
        ("float16", [0.5, -2], "[0.5, -2.0]"),
        ("bfloat16", [1.5, -2, float("inf"), float("nan")], "[1.5, -2.0, inf, nan]"),
        ("float32", [0.1, 3e20], "[0.1, 3e+20]"),
        ("float64", [0.1, -1e300], "[0.1, -1e+300]"),
        ("complex64", [1 + 2j], "[(1+2j)]"),
        ("complex128", [-1j], "[(-0-1j)]"),
        ("bool", [True, False], "[True, False]"),
    ],
)
def test_items_of_each_type_are_read(dtype: str, numbers: list[Any], text: str) -> None:
    check(torch.tensor(numbers, dtype=getattr(torch, dtype)), text)


def test_every_type_of_items_has_the_name_that_torch_gives_it() -> None:
    names = {kind for kind in vars(torch).values() if isinstance(kind, torch.dtype)}
    seen = 0
    for kind in names:
        try:
            tensor = torch.empty(2, dtype=kind, device="meta")
        except (RuntimeError, NotImplementedError, TypeError):
            continue  # some have a name only
        check(tensor)
        seen += 1
    assert seen > 20


def test_gradients_are_told() -> None:
    leaf = torch.ones(2, requires_grad=True)
    check(leaf, "[1.0, 1.0]")
    check(leaf * 2, "[2.0, 2.0]")
    check((leaf * 2)[1:], "[2.0]")
    check((leaf * 2).detach(), "[2.0, 2.0]")
    with torch.no_grad():
        check(leaf * 3, "[3.0, 3.0]")
    with torch.inference_mode():
        check(torch.ones(2), "[1.0, 1.0]")
    (leaf * 2).sum().backward()
    check(leaf.grad, "[2.0, 2.0]")
    leaf.requires_grad_(False)
    check(leaf, "[1.0, 1.0]")


def test_parameters_and_buffers_are_tensors() -> None:
    layer = torch.nn.Linear(2, 1)
    with torch.no_grad():
        layer.weight.fill_(0.5)
    assert check(layer.weight, "[[0.5, 0.5]]").type == "torch.nn.parameter.Parameter"
    check(torch.nn.Parameter(torch.ones(1), requires_grad=False), "[1.0]")
    shown = look(layer)
    assert shown.fields["_parameters"]["bias"].json["shape"] == [1]


def test_large_tensors_show_the_first_items_and_their_true_size() -> None:
    value = check(torch.zeros(10**8, dtype=torch.int8))
    assert (value.size, value.cut) == (10**8, "items")
    assert str(value.text).count("0") == extension.STROBE_CAPTURE_ITEMS_MAX
    wide = check(torch.zeros(1000, 4096)[:, 0])  # each item on a page of its own
    assert wide.cut == "items"
    assert 10 < str(wide.text).count("0.0") <= 40


def test_memory_of_numpy_is_read_as_far_as_it_is_no_file(tmp_path: Path) -> None:
    np = pytest.importorskip("numpy")
    check(torch.from_numpy(np.arange(10)[2:8:2]), "[2, 4, 6]")
    check(torch.as_tensor(np.arange(3.0)), "[0.0, 1.0, 2.0]")
    mapped = np.memmap(tmp_path / "x", dtype="int32", mode="w+", shape=(2000,))
    tensors = [torch.from_numpy(mapped), torch.from_numpy(np.asarray(mapped)[5:])]
    (tmp_path / "x").write_bytes(b"")
    for tensor in tensors:
        check_unread(tensor)


def test_memory_of_others_is_not_touched(tmp_path: Path) -> None:
    check_unread(torch.frombuffer(bytearray(b"abcd"), dtype=torch.uint8))
    check_unread(torch.ones(3).share_memory_())
    path = tmp_path / "items"
    path.write_bytes(bytes(4096))
    mapped = torch.from_file(str(path), shared=True, size=1024, dtype=torch.float32)
    path.write_bytes(b"")  # reading would end the process now
    check_unread(mapped)


def test_items_that_are_not_what_memory_has_are_not_shown() -> None:
    check_unread(torch.ones(2, dtype=torch.complex64).conj(), "conjugated")
    check_unread(torch.ones(2, dtype=torch.complex64).conj().imag, "negated")
    check_unread(torch.eye(3).to_sparse(), "sparse")
    check_unread(torch.eye(3).to_sparse_csr(), "sparse")
    check_unread(torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.quint8), "quantized")
    check_unread(torch.ones(2, dtype=torch.complex32))
    check_unread(torch.empty(3, 2, device="meta"))
    if torch.backends.mkldnn.is_available():
        check_unread(torch.ones(3).to_mkldnn(), "mkldnn")


def test_memory_shared_until_somebody_writes_stays_shared() -> None:
    first = torch.arange(3)
    second = torch._lazy_clone(first)
    value = look([first, second])
    assert all(item.json["shape"] == [3] for item in value.items)
    assert torch._C._is_cow_tensor(second)
    assert torch._C._is_cow_tensor(first)


def test_tensors_that_stand_for_others_show_why_they_are_not_read() -> None:
    seen: list[Value] = []

    def within(tensor: Any) -> Any:
        seen.append(look(tensor))
        return tensor.sum()

    torch.func.grad(within)(torch.ones(3))
    torch.func.vmap(within)(torch.ones(3, 2))
    seen.append(look(torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])))
    seen.append(look(torch._to_functional_tensor(torch.ones(3))))
    seen.append(look(torch.zeros([1] * 40)))
    for value in seen:
        assert (value.type, value.cut, "shape" in value.json) == ("torch.Tensor", "unreadable", False)
        assert str(value.text).startswith("<torch.Tensor: it ")


def mine(name: str) -> Any:
    def step_on(*args: Any, **kwargs: Any) -> Any:
        CALLS.append(name)
        raise AssertionError(name)

    return step_on


def test_subclasses_are_not_asked_and_not_taken_for_tensors() -> None:
    armed: list[bool] = []

    class Mined(torch.Tensor):
        @classmethod
        def __torch_function__(cls, *args: Any, **kwargs: Any) -> Any:
            if armed:
                CALLS.append("__torch_function__")
            return super().__torch_function__(*args, **kwargs)

        __torch_dispatch__ = classmethod(mine("__torch_dispatch__"))

    subjects = [
        torch.Tensor._make_subclass(Mined, torch.ones(3)),
        torch.Tensor._make_wrapper_subclass(Mined, (3,)),
    ]
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        subjects.append(torch.ones(3))
    subjects.append(torch.nn.UninitializedParameter())
    for name in (
        "__repr__",
        "__str__",
        "__len__",
        "__iter__",
        "__bool__",
        "__getattr__",
        "__dlpack__",
        "__array__",
    ):
        setattr(Mined, name, mine(name))
    armed.append(True)
    CALLS.clear()
    values = [look(subject) for subject in subjects]
    armed.clear()
    assert CALLS == []
    assert all("shape" not in value.json and value.text is None for value in values)


def test_modes_are_not_asked() -> None:
    from torch.overrides import TorchFunctionMode
    from torch.utils._python_dispatch import TorchDispatchMode

    class Functions(TorchFunctionMode):
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            CALLS.append(str(function))
            return function(*args, **(kwargs or {}))

    class Operations(TorchDispatchMode):
        def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            CALLS.append(str(function))
            return function(*args, **(kwargs or {}))

    tensors = [torch.ones(2), torch.ones(2).to_sparse(), torch.ones(2, dtype=torch.complex64).conj()]

    def probed(tensors: list[Any]) -> None:
        with Functions(), Operations():
            CALLS.clear()
            extension.capture_many(3)
            assert CALLS == []

    in_thread(probed, tensors)


def test_captures_leave_a_tensor_as_it_was() -> None:
    import numpy as np

    leaf = torch.ones(2, requires_grad=True)
    array = np.arange(3.0)
    tensors = [
        leaf,
        leaf * 2,
        torch.nn.Parameter(torch.ones(2)),
        torch.from_numpy(array),
        torch.ones(2).to_sparse(),
    ]
    parts = [*tensors, array]

    def probed(
        tensors: list[Any], parts: list[Any]
    ) -> tuple[list[int], list[int], int, int, bool, tuple[str, int]]:
        extension.capture_many(50)
        gc.disable()
        before = [sys.getrefcount(part) for part in parts]
        uses = [tensor._use_count() for tensor in tensors]
        versions = [tensor._version for tensor in tensors]
        blocks, collected = sys.getallocatedblocks(), gc.get_count()[0]
        extension.capture_many(1000)
        grown, made = sys.getallocatedblocks() - blocks, gc.get_count()[0] - collected
        after = [sys.getrefcount(part) for part in parts]
        gc.enable()
        assert uses == [tensor._use_count() for tensor in tensors]
        assert versions == [tensor._version for tensor in tensors]
        return before, after, grown, made, extension.capture_pending(), extension.capture_without_memory()

    before, after, grown, made, pending, (text, allocations) = in_thread(probed, tensors, parts)
    assert before == after
    assert grown <= 5
    assert made <= 5
    assert pending
    assert "[1.0, 1.0]" in text
    assert allocations == 0


def test_tensor_that_another_thread_resizes_is_read_whole_or_not_at_all() -> None:
    """Its memory is given back to the system again and again; torch does that without the GIL."""
    tensor = torch.full((1 << 20,), 7.0)
    done = threading.Event()

    def resize() -> None:
        while not done.is_set():
            tensor.resize_(4, 1 << 21)
            tensor.untyped_storage().resize_(0)
            tensor.resize_(1 << 20)
            tensor.fill_(7.0)

    thread = threading.Thread(target=resize)
    thread.start()
    try:
        values = [look(tensor) for _ in range(300)]
    finally:
        done.set()
        thread.join()
    for value in values:
        assert value.cut in ("items", "unreadable", "changed"), value
        if "shape" in value.json:
            assert value.json["shape"] in ([1 << 20], [4, 1 << 21]), value
    assert sum("shape" in value.json for value in values) > 10


FRESH = """
import sys
sys.path.insert(0, sys.argv[1])
from captured import look
import torch
torch.ones(2)
torch.set_default_device("meta")
assert look(torch.empty(2)).json["dtype"] == "float32"
print(torch.cuda.is_initialized())
"""


def test_nothing_of_another_device_is_begun() -> None:
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FRESH, here], capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stdout.strip()) == (0, "False"), done.stderr
