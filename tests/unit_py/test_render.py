from __future__ import annotations

import io
import random
from typing import Any

from api_samples import SOURCE, instance, snapshot, summary
from stroboscope.cli.render import print_snapshot
from stroboscope.cli.terminal import Terminal


class Pipe(io.StringIO):
    encoding = "utf-8"


def render(view: dict[str, Any], source: str | None = None, full: bool = False) -> str:
    stream = Pipe()
    print_snapshot(Terminal(stream, {}), view, source, instance(), full)
    return stream.getvalue()


def number(value: int) -> dict[str, Any]:
    return {"type": "int", "text": str(value)}


def test_the_page_says_where_when_and_why() -> None:
    page = render(snapshot([number(-560)], ["total"]))
    assert "/srv/shop/pricing.py:3  in price_of" in page
    assert "pid 4711 on pod-7" in page
    assert "thread MainThread" in page
    assert "captured in 4.2 µs" in page
    assert "if total < 0" in page
    assert "snapshot a1a1-1" in page


def test_the_source_stands_around_the_hit_with_a_mark() -> None:
    lines = render(snapshot([], []), SOURCE).splitlines()
    assert "  1 │ def price_of(basket):" in lines
    assert "▶ 3 │     return total" in lines
    assert "  4 │ # \\x1b]0;title\\x07" in lines


def test_arguments_and_locals_are_told_apart() -> None:
    page = render(snapshot([number(1), number(2)], ["basket", "total"]))
    assert "Arguments\n  basket = 1\n" in page
    assert "Locals\n  total = 2\n" in page


def test_small_containers_stand_on_one_line() -> None:
    values = [
        {"type": "list", "items": [1, 2], "size": 2},
        number(1),
        {"type": "str", "text": "'x'"},
        {"type": "tuple", "items": [1], "size": 1},
        {"type": "dict", "entries": [[2, 1]], "size": 1},
        {"type": "shop.model.Line", "fields": [["quantity", 1], ["sku", 2]]},
        {"type": "list", "items": [], "size": 0},
    ]
    view = snapshot(values, [])
    view["body"]["frames"][0]["locals"] = [["a", 0], ["b", 3], ["c", 4], ["d", 5], ["e", 6]]
    page = render(view)
    assert "a = [1, 'x']\n" in page
    assert "b = (1,)\n" in page
    assert "c = {'x': 1}\n" in page
    assert "d = shop.model.Line(quantity=1, sku='x')\n" in page
    assert "e = []\n" in page


def test_large_containers_open_as_a_tree() -> None:
    long_text = {"type": "str", "text": "'" + "x" * 60 + "'"}
    values = [
        {"type": "shop.model.Basket", "fields": [["lines", 1], ["note", 2]]},
        {"type": "list", "items": [2, 2], "size": 2},
        long_text,
    ]
    page = render(snapshot(values, ["basket"]))
    assert "  basket = shop.model.Basket\n" in page
    assert "  ├─ lines = list (2 items)\n" in page
    assert f"  │  ├─ [0] {long_text['text']}\n" in page
    assert f"  └─ note = {long_text['text']}\n" in page


def test_aliases_and_cycles_point_to_the_first_place() -> None:
    long_text = {"type": "str", "text": "'" + "x" * 80 + "'"}
    values = [
        {"type": "dict", "entries": [[2, 0], [2, 1]], "size": 2},
        {"type": "list", "items": [3, 0], "size": 2},
        {"type": "str", "text": "'k'"},
        long_text,
    ]
    page = render(snapshot(values, ["basket", "other"]))
    assert "'k': dict ↑ same as basket\n" in page
    assert "[1] dict ↑ same as basket\n" in page
    assert "other = list ↑ same as basket['k']\n" in page


def test_what_was_left_out_is_said_with_its_size_and_reason() -> None:
    values = [
        {"type": "str", "text": "'aaa'", "size": 1048576, "cut": "length"},
        {"type": "list", "items": [0, 0], "size": 1000, "cut": "items"},
        {"type": "dict", "size": 12, "cut": "depth"},
        {"type": "shop.Odd", "cut": "unreadable"},
        {"cut": "unbound"},
        {"type": "str", "cut": "redacted:name", "rule": "password"},
        {"type": "str", "cut": "a reason of tomorrow"},
    ]
    view = snapshot(values, ["a", "b", "c", "d", "e", "f", "g"], cut="bytes")
    view["body"]["frames"][0]["locals_cut"] = 12
    page = render(view)
    assert "a = 'aaa' … 1,048,576 characters\n" in page
    assert "└─ … 998 more\n" in page
    assert "c = dict <deeper than captured>\n" in page
    assert "d = shop.Odd <cannot be read without running code>\n" in page
    assert "e = <not assigned>\n" in page
    assert 'f = str <redacted: name "password">\n' in page
    assert "g = str <a reason of tomorrow>\n" in page
    assert "12 more variables" in page
    assert "limit of bytes" in page


def test_nothing_captured_can_steer_the_terminal() -> None:
    hostile = "\x1b[2J\x9b31m\r\n\u202edrow\u2066\x00\x7f\ud800"
    values = [
        {"type": hostile, "text": hostile, "cut": hostile, "rule": hostile},
        {"type": hostile, "fields": [[hostile, 0]], "cut": hostile},
        {"type": "dict", "entries": [[0, 0]]},
        {"type": hostile, "cut": "redacted:name", "rule": hostile},
    ]
    view = snapshot(values, [hostile, "b", "c", "d"], cut=hostile)
    view["condition"] = hostile
    view["summary"] = summary(id=hostile, function=hostile, file=hostile, service=hostile)
    view["body"]["thread"]["name"] = hostile
    frames = view["body"]["frames"]
    frames.append({"function": hostile, "file": hostile, "line": 1, "locals": [[hostile, 1]]})
    frames.append({"function": hostile, "file": hostile + "/" + hostile, "line": 1, "library": True})
    for full in (False, True):
        page = render(view, hostile + "\n" + hostile + "\n" + hostile, full)
        assert all(line.isprintable() for line in page.split("\n"))


def test_a_damaged_body_is_shown_as_far_as_it_goes() -> None:
    view = snapshot(
        [{"type": "list", "items": [99, -1, "x", None, True], "size": 5}, 7, None], ["a", "b", "c", "d"]
    )
    view["body"]["frames"] += ["no frame", {"locals": [["x"], 3, [1, 2, 3]], "line": None}]
    page = render(view)
    assert "missing from the snapshot" in page
    bodies: list[dict[str, Any]] = [{}, {"values": 3, "frames": None, "thread": [], "capture_ns": "x"}]
    for body in bodies:
        assert render({"summary": {}, "body": body})
    assert render({})


def test_a_deep_chain_of_values_ends() -> None:
    values: list[dict[str, Any]] = [
        {"type": "list", "items": [index + 1], "size": 1} for index in range(5000)
    ]
    values.append(number(1))
    assert len(render(snapshot(values, ["chain"]))) < 20_000


def test_many_references_to_one_value_do_not_multiply() -> None:
    wide = [{"type": "list", "items": [level + 1] * 50, "size": 50} for level in range(12)]
    page = render(snapshot([*wide, number(1)], ["a"]))
    assert page.count("\n") < 700


def test_library_frames_take_one_line_and_full_shows_all() -> None:
    view = snapshot([number(1), number(2)], ["total"])
    library = {"function": "wrapper", "file": "/site-packages/flask/app.py", "line": 9, "library": True}
    view["body"]["frames"] += [
        library,
        library,
        {"function": "main", "file": "/srv/main.py", "line": 5, "locals": [["argv", 1]]},
    ]
    view["body"]["frames_total"] = 9
    page = render(view)
    assert "2 library frames: flask/app.py\n" in page
    assert "#3   main  /srv/main.py:5\n       argv = 2\n" in page
    assert "5 more frames" in page
    assert render(view, full=True).count("wrapper") == 2


def test_no_document_whatever_breaks_the_page() -> None:
    dice = random.Random(7)
    names = (
        "type text size cut items entries fields rule frames values locals body thread summary line file"
        " function arguments library condition capture_ns frames_total locals_cut time_us name"
    ).split()

    def anything(depth: int) -> Any:
        kind = dice.randrange(9 if depth else 6)
        if kind < 6:
            return dice.choice([None, True, -1, 0, 1, 2, 10**30, 1.5, float("inf"), "", "x", "depth", "dict"])
        if kind < 7:
            return [anything(depth - 1) for _ in range(dice.randrange(4))]
        return {dice.choice(names): anything(depth - 1) for _ in range(dice.randrange(8))}

    for _ in range(3000):
        view = {"summary": anything(2), "body": anything(6), "condition": anything(1)}
        if isinstance(view["body"], dict):
            view["body"]["values"] = [anything(2) for _ in range(5)]
            view["body"]["frames"] = [{"locals": [["a", 0], ["b", 1]]}, anything(3)]
        assert render(view, "x\n", full=True).endswith("\n")


def test_variables_stand_under_heads_that_say_how_they_came_there() -> None:
    view = snapshot([number(i) for i in range(7)], ["only", "usual", "flag", "rest", "more", "own", "outer"])
    view["body"]["frames"][0].update(kinds="pakvwLf", arguments=5)
    page = render(view)
    assert "Arguments by position only\n  only = 0\n" in page
    assert "Arguments\n  usual = 1\n  *rest = 3\n" in page
    assert "Arguments by keyword only\n  flag = 2\n  **more = 4\n" in page
    assert "Locals\n  own = 5\n" in page
    assert "From enclosing functions\n  outer = 6\n" in page


def test_texts_with_fields_show_both() -> None:
    values = [
        {"type": "shop.Color", "text": "Color.RED", "fields": [["value", 1]]},
        {"type": "str", "text": "'r'"},
        {"type": "asyncio.Task", "text": "<Task pay pending>", "fields": [["result", 3]]},
        {"type": "str", "text": "'" + "x" * 300 + "'"},
    ]
    view = snapshot(values, [])
    view["body"]["frames"][0]["locals"] = [["color", 0], ["task", 2]]
    page = render(view)
    assert "color = Color.RED(value='r')" in page
    assert "task = <Task pay pending>\n" in page
    assert "└─ result = 'xxx" in page


def test_arrays_show_shape_and_type() -> None:
    values = [
        {
            "type": "numpy.ndarray",
            "text": "[[1, 2], [3, ...]]",
            "shape": [1000, 2],
            "dtype": "int64",
            "size": 2000,
        },
        {
            "type": "memoryview",
            "text": "[...]",
            "shape": [5],
            "dtype": "uint8",
            "size": 5,
            "cut": "unreadable",
        },
    ]
    values[0]["cut"] = "items"
    page = render(snapshot(values, ["grid", "mapped"]))
    assert "[[1, 2], [3, ...]] 1000 x 2 int64" in page
    assert "[...] 5 uint8 <cannot be read without running code>" in page


def test_tensor_shows_its_fields_and_no_count_of_what_is_no_field() -> None:
    values = [
        {
            "type": "torch.Tensor",
            "text": "[0.0, 0.0, ...]",
            "shape": [100000],
            "dtype": "float32",
            "size": 100000,
            "cut": "items",
            "fields": [["device", 1], ["requires_grad", 2]],
        },
        {"type": "str", "text": "'cuda'"},
        {"type": "bool", "text": "True"},
    ]
    view = snapshot(values, [])
    view["body"]["frames"][0]["locals"] = [["weights", 0]]
    page = render(view)
    assert "weights = torch.Tensor [0.0, 0.0, ...] 100000 float32" in page
    assert "device='cuda'" in page or "device = 'cuda'" in page
    assert "more" not in page


def test_task_awaiters_request_and_trace_are_named() -> None:
    view = snapshot([], [])
    view["body"].update(
        task={"name": "Task-3", "coroutine": "charge"},
        awaiters=[
            {
                "task": "root",
                "coroutine": "main",
                "others": 2,
                "frames": [{"function": "main", "file": "/srv/jobs.py", "line": 30}],
            }
        ],
        request={"method": "GET", "path": "/orders/5", "route": "/orders/<id>"},
        trace={"trace_id": "a" * 32, "span_id": "b" * 16},
        process={"pid": 1, "revision": "c" * 40, "pod": "web-7"},
    )
    page = render(view)
    assert "task Task-3 of charge" in page
    assert "awaited by task root and 2 more\n       main  /srv/jobs.py:30" in page
    assert "GET /orders/5 (/orders/<id>)" in page
    assert "trace " + "a" * 32 + " span " + "b" * 16 in page
    assert "version " + "c" * 12 in page
    assert "in web-7" in page


def test_greenlet_is_named_beside_its_thread() -> None:
    view = snapshot([], [])
    greenlet = {"id": "0x1", "type": "gevent.Greenlet", "main": False, "run": "fetch"}
    view["body"]["greenlet"] = greenlet
    assert "thread MainThread · greenlet 0x1 of fetch (gevent.Greenlet)" in render(view)
    view["body"]["greenlet"] = {**greenlet, "name": "fetcher"}
    assert "greenlet fetcher of fetch (gevent.Greenlet)" in render(view)
    view["body"]["greenlet"] = {**greenlet, "main": True}
    assert "thread MainThread · main greenlet" in render(view)


def test_c_code_stands_below_the_frame_it_called() -> None:
    view = snapshot([], [])
    view["body"]["frames"][0]["native"] = [
        {"symbol": "list_sort", "module": "/usr/lib/libpython.so", "offset": "0x3c"}
    ]
    assert "C  list_sort+0x3c  libpython.so" in render(view)


def test_c_code_between_library_frames_is_shown_and_the_others_stay_folded() -> None:
    entry = {"symbol": "slot_tp_call", "module": "/usr/lib/libpython.so", "offset": "0x6e"}
    frames = [
        {"function": name, "file": f"/site/{name}.py", "line": 1, "library": True, "locals": []}
        for name in ("hit", "folded", "called_from_c")
    ]
    view = snapshot([], [])
    view["body"]["frames"] = [*frames[:2], frames[2] | {"native": [entry]}]
    page = render(view)
    assert "1 library frame: site/folded.py" in page
    assert "#2   called_from_c  /site/called_from_c.py:1\n       C  slot_tp_call+0x6e  libpython.so" in page
