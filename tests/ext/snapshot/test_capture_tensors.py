"""What the agent does with the memory of tensors, on a stand-in for torch; torch itself is in test_capture_torch.py."""

from __future__ import annotations

import ctypes
import mmap
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from captured import Value, extension, in_thread, look
from torch_stand_in import LAYOUTS, NEWEST, Layout, StandIn, installed

FLOAT32, INT64, BOOL, BFLOAT16 = 6, 4, 11, 15


def floats(*numbers: float) -> bytes:
    return struct.pack(f"{len(numbers)}f", *numbers)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.version)
def test_tensor_shows_shape_type_device_and_items(layout: Layout) -> None:
    with installed(layout) as torch:
        value = look(torch.tensor(floats(0, 1, 2, 3, 4, 5), (2, 3), FLOAT32))
        assert (value.type, value.size, value.cut) == ("torch.Tensor", 6, None)
        assert (value.json["shape"], value.json["dtype"]) == ([2, 3], "float32")
        assert value.text == "[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]"
        assert {name: item.text for name, item in value.fields.items()} == {
            "device": "'cpu'",
            "requires_grad": "False",
        }
        parameter = look(torch.tensor(floats(1), (1,), FLOAT32, torch.parameter_class))
        assert (parameter.type, parameter.text) == ("torch.nn.parameter.Parameter", "[1.0]")


def test_other_types_of_items_are_read() -> None:
    with installed() as torch:
        assert look(torch.tensor(struct.pack("2q", -1, 2**60), (2,), INT64)).text == f"[-1, {2**60}]"
        assert look(torch.tensor(b"\0\1", (2,), BOOL)).text == "[False, True]"
        assert look(torch.tensor(b"\xc0\x3f\x00\xc0", (2,), BFLOAT16)).text == "[1.5, -2.0]"
        assert look(torch.tensor(floats(7), (), FLOAT32)).text == "7.0"
        assert look(torch.tensor(b"", (0, 3), FLOAT32)).text == "[]"


def test_attributes_of_a_tensor_are_fields_and_redacted_by_name() -> None:
    with installed() as torch:
        tensor = torch.tensor(floats(1), (1,), FLOAT32)
        tensor.note, tensor.password = "kept", "hunter2"
        value = look(tensor)
        assert value.fields["note"].text == "'kept'"
        assert value.fields["password"].is_redacted("password")


def test_tensor_under_a_secret_name_shows_its_type_alone() -> None:
    with installed() as torch:
        value = look({"password": torch.tensor(floats(1), (1,), FLOAT32)})["password"]
        assert value.is_redacted("password")
        assert value.type == "torch.Tensor"


def test_numbers_that_look_like_a_secret_are_redacted_as_in_an_array() -> None:
    np = pytest.importorskip("numpy")
    card = [4111111111111111, 5]
    with installed() as torch:
        tensor = look(torch.tensor(struct.pack("2q", *card), (2,), INT64))
        array = look(np.array(card))
        assert (tensor.text, tensor.cut, tensor.rule) == (array.text, array.cut, array.rule)


def test_fields_end_where_the_depth_does() -> None:
    with installed() as torch:
        value = look([[[torch.tensor(floats(1), (1,), FLOAT32)]]])[0][0][0]
        assert (value.text, value.cut) == ("[1.0]", "depth")
        assert "fields" not in value.json


@pytest.mark.parametrize("version", ["2.16.0", "2.4.1", "2.15.0a0+git1234", "nightly", "", "9" * 300])
def test_version_that_is_not_known_is_named(version: str) -> None:
    with installed() as torch:
        tensor = torch.tensor(floats(1), (1,), FLOAT32)
        vars(torch.module)["__version__"] = version
        value = look(tensor)
        assert value.cut == "unreadable"
        expected = f"<torch.Tensor: how torch lays out tensors is not known of version {version[:64]}>"
        assert value.text == expected
        del vars(torch.module)["__version__"]
        assert (
            look(tensor).text
            == "<torch.Tensor: how torch lays out tensors is not known of version without a version>"
        )


@pytest.mark.parametrize("layout", LAYOUTS[1:], ids=lambda layout: layout.version)
def test_memory_laid_out_by_another_release_is_refused(layout: Layout) -> None:
    """What the version says is not what the memory says."""
    with installed(layout) as torch:
        tensor = torch.tensor(floats(1, 2), (2,), FLOAT32)
        for other in LAYOUTS:
            if other.pyobj != layout.pyobj or other.object_bytes != layout.object_bytes:
                vars(torch.module)["__version__"] = other.version
                value = look(tensor)
                assert (value.cut, "shape" in value.json) == ("unreadable", False), other


def broken(torch: StandIn, offset: int, value: int, size: int = 8) -> Value:
    tensor = torch.tensor(floats(1, 2, 3, 4), (2, 2), FLOAT32)
    kind = {8: ctypes.c_uint64, 4: ctypes.c_uint32, 2: ctypes.c_uint16, 1: ctypes.c_uint8}[size]
    kind.from_address(torch.address(tensor) + offset).value = value
    return look(tensor)


def test_memory_that_does_not_fit_together_is_refused() -> None:
    sizes = NEWEST.sizes
    with installed() as torch:
        assert broken(torch, 40, 4711).text == "[[1.0, 2.0], [3.0, 4.0]]"  # what is not looked at
        for offset, value, size in [
            (8, 0, 4),  # nobody refers to it
            (16, 8, 8),  # its storage is nowhere
            (NEWEST.pyobj, id(torch), 8),  # it is another object's
            (sizes, 1, 8),  # fewer dimensions than the number of items says
            (sizes, 2**40, 8),
            (sizes + 8, 2**62, 8),
            (sizes + 88, 2**63, 8),
            (sizes + 96, 5, 8),
            (sizes + 104, 200, 2),
            (sizes + 106, 99, 1),
            (sizes + 108, 2, 1),
            (sizes + 110, 0x11, 1),  # symbolic sizes
            (sizes + 112, NEWEST.keys | 1 << 28, 8),  # code of Python
            (sizes + 112, NEWEST.keys | 1 << 54, 8),  # functorch
            (sizes + 112, NEWEST.keys | 2, 8),
        ]:
            value_shown = broken(torch, offset, value, size)
            assert (value_shown.cut, "shape" in value_shown.json) == ("unreadable", False), (offset, value)
            assert str(value_shown.text).startswith("<torch.Tensor: ")


@pytest.mark.parametrize("address", [0, 8, 4097, 0xDEAD0000, 2**47 - 4096, 2**63, 2**64 - 8])
def test_addresses_of_no_memory_are_answers(address: int) -> None:
    with installed() as torch:
        tensor = torch.tensor(floats(1), (1,), FLOAT32)
        torch.point(tensor, address)
        assert look(tensor).cut == "unreadable"


def test_memory_that_the_program_may_not_read_is_an_answer() -> None:
    with installed() as torch:
        tensor = torch.tensor(floats(1, 2), (2,), FLOAT32)
        storage = ctypes.c_uint64.from_address(torch.address(tensor) + 16).value
        closed = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE)
        closed_at = ctypes.addressof(ctypes.c_char.from_buffer(closed))
        ctypes.CDLL(None).mprotect(ctypes.c_void_p(closed_at), 4096, 0)
        for offset in (16, 32):
            ctypes.c_uint64.from_address(storage + offset).value = closed_at
        value = look(tensor)
        assert (value.text, value.cut, value.json["shape"]) == ("[...]", "unreadable", [2])
        ctypes.CDLL(None).mprotect(ctypes.c_void_p(closed_at), 4096, 3)


def test_memory_of_unknown_owners_is_not_touched() -> None:
    with installed() as torch:
        for offset, value in ((32, 4711), (24, 1 << 40)):  # its context, and the function that frees it
            tensor = torch.tensor(floats(1, 2), (2,), FLOAT32)
            storage = ctypes.c_uint64.from_address(torch.address(tensor) + 16).value
            ctypes.c_uint64.from_address(storage + offset).value = value
            shown = look(tensor)
            assert (shown.text, shown.cut, shown.json["shape"]) == ("[...]", "unreadable", [2])


def test_items_on_other_devices_are_not_touched() -> None:
    keys = NEWEST.keys & ~1 | 2
    with installed() as torch:
        tensor = torch.tensor(floats(1, 2), (2,), FLOAT32)
        at = torch.address(tensor) + NEWEST.sizes
        ctypes.c_uint64.from_address(at + 112).value = keys
        ctypes.c_uint8.from_address(at + 106).value = 1
        ctypes.c_uint8.from_address(at + 107).value = 3
        ctypes.c_uint64.from_address(torch.address(tensor) + 16).value = 0xDEAD0000
        value = look(tensor)
        assert (value.text, value.cut, value.json["shape"]) == ("[...]", "unreadable", [2])
        assert (value.fields["device"].text, value.fields["device_index"].text) == ("'cuda'", "3")


def test_other_classes_are_not_taken_for_tensors() -> None:
    with installed() as torch:

        class Mine(torch.tensor_class):  # type: ignore[misc, name-defined]
            pass

        class Tensor(torch.tensor_class):  # type: ignore[misc, name-defined]
            """Calls itself what it is not."""

            __module__ = "torch"

        for cls in (Mine, Tensor):
            value = look(torch.tensor(floats(1), (1,), FLOAT32, cls))
            assert "shape" not in value.json
            assert value.text is None
        assert "shape" not in look(torch.tensor_class.__base__()).json
        vars(torch.module)["Tensor"] = None  # as if the program had put something else there
        assert "shape" not in look(torch.tensor(floats(1), (1,), FLOAT32)).json


def test_captures_of_tensors_allocate_nothing_and_leave_an_exception_as_it_is() -> None:
    with installed() as torch:
        tensors = [torch.tensor(floats(1, 2), (2,), FLOAT32), torch.tensor(floats(1), (1,), FLOAT32)]
        torch.point(tensors[1], 8)

        def without_memory(tensors: list[Any]) -> tuple[str, int]:
            result: tuple[str, int] = extension.capture_without_memory()
            return result

        def pending(tensors: list[Any]) -> Any:
            return extension.capture_pending()

        text, allocations = in_thread(without_memory, tensors)
        assert "[1.0, 2.0]" in text
        assert allocations == 0
        assert in_thread(pending, tensors)


def test_captures_of_tensors_leave_no_file_open() -> None:
    with installed() as torch:
        tensor = torch.tensor(floats(1, 2), (2,), FLOAT32)
        look(tensor)
        before = sorted(path.name for path in Path("/proc/self/fd").iterdir())
        for _ in range(20):
            look(tensor)
        assert sorted(path.name for path in Path("/proc/self/fd").iterdir()) == before


@pytest.mark.skipif(
    bool(os.environ.get("STROBE_TEST_SANITIZED")), reason="a sanitizer keeps and guards freed memory"
)
def test_what_was_read_of_a_tensor_is_not_left_in_memory() -> None:
    with installed() as torch:
        text = b"a text among the numbers of a tensor"
        reverse = text[::-1]
        tensor = torch.tensor(text, (len(text),), 0)

        def probed(tensor: Any) -> int:
            before = int(extension.count_in_memory(reverse))
            extension.capture_many(5)
            return int(extension.count_in_memory(reverse)) - before

        assert in_thread(probed, tensor) == 0


SANDBOXED = """
import ctypes, json, struct, sys
sys.path.insert(0, sys.argv[1])
from torch_stand_in import installed
from captured import look
with installed() as torch:
    tensor = torch.tensor(struct.pack("2f", 1, 2), (2,), 6)
    assert look(tensor).text == "[1.0, 2.0]"
    # From here on process_vm_readv (310, on arm64 270) ends the process: seccomp, BPF of four instructions.
    number = {"x86_64": 310, "aarch64": 270}[__import__("platform").machine()]
    program = struct.pack("HBBI" * 4, 0x20, 0, 0, 0, 0x15, 0, 1, number, 6, 0, 0, 0x80000000, 6, 0, 0, 0x7FFF0000)
    code = ctypes.create_string_buffer(program)
    filters = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 4, ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, filters) == 0, ctypes.get_errno()
    print(look(tensor).text)
"""


def test_filter_of_system_calls_that_came_later_is_noticed() -> None:
    """The way that the filter forbids would end the process."""
    here = str(Path(__file__).parent)
    done = subprocess.run([sys.executable, "-c", SANDBOXED, here], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "[1.0, 2.0]", "")
