from __future__ import annotations

from pathlib import Path

import check_includes
import pytest

ROOT = Path(__file__).resolve().parents[2]


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tree that keeps every rule."""
    write(tmp_path, "include/strobe/error.h", "#include <stddef.h>\n")
    write(tmp_path, "base/buffer.h", '#include "strobe/error.h"\n')
    write(
        tmp_path, "base/buffer.c", '#include "base/buffer.h"\n#include "buffer.h"\n#include <openssl/sha.h>\n'
    )
    write(tmp_path, "base/py/frame.h", "#include <Python.h>\n")
    write(tmp_path, "control/wire/codec.h", '#include "wire/messages.h"\n')
    write(tmp_path, "control/link/link.h", '#include "wire/codec.h"\n#include "base/buffer.h"\n')
    write(tmp_path, "control/hub/store.h", '#include "wire/codec.h"\n')
    write(tmp_path, "snapshot/encode.h", '#include "base/buffer.h"\n')
    write(tmp_path, "snapshot/py/capture.h", '#include "base/py/frame.h"\n#include "snapshot/encode.h"\n')
    write(tmp_path, "probes/probe.h", '#include "base/buffer.h"\n')
    write(
        tmp_path,
        "agent/module.c",
        '#include <Python.h>\n#include "snapshot/py/capture.h"\n#include "link/link.h"\n',
    )
    write(tmp_path, "python_shim/stroboscope/start.py", "import json\nfrom stroboscope import _agent\n")
    write(tmp_path, "control/console/src/main.ts", 'import { show } from "./show";\n')
    return tmp_path


def test_a_tree_that_keeps_the_rules_is_clean(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_includes.main([str(tree)]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "line", "complaint"),
    [
        ("base/buffer.c", '#include "snapshot/encode.h"', "base/ may not use snapshot/"),
        ("base/buffer.c", "#include <Python.h>", "Python.h: only agent/"),
        ("base/buffer.c", '#include "py/frame.h"', "base/ may not use base/py/"),
        ("base/buffer.c", '  #  include "../snapshot/encode.h"', "base/ may not use snapshot/"),
        ("include/strobe/error.h", "#include <jansson.h>", "include/ may use the C library only"),
        ("include/strobe/error.h", '#include "base/buffer.h"', "it may use nothing"),
        ("snapshot/encode.h", '#include "probes/probe.h"', "snapshot/ may not use probes/"),
        ("snapshot/encode.h", '#include "wire/codec.h"', "snapshot/ may not use control/wire/"),
        ("snapshot/py/capture.h", '#include "probes/probe.h"', "snapshot/py/ may not use probes/"),
        ("probes/probe.h", '#include "link/link.h"', "probes/ may not use control/link/"),
        ("control/link/link.h", '#include "hub/store.h"', "control/link/ may not use control/hub/"),
        ("control/hub/store.h", '#include "link/link.h"', "control/hub/ may not use control/link/"),
        ("control/hub/store.h", "#include <Python.h>", "Python.h: only agent/"),
        ("control/wire/codec.h", '#include "hub/messages.h"', "control/wire/ may not use control/hub/"),
        ("agent/module.c", '#include "hub/store.h"', "agent/ may not use control/hub/"),
        ("base/buffer.c", '#include "no/such.h"', "not found"),
        ("python_shim/stroboscope/start.py", "import requests", "nothing but the standard library"),
        ("python_shim/stroboscope/start.py", "def f():\n    from flask.app import x", "import flask.app"),
        ("control/console/src/main.ts", 'import a from "../../hub/api";', "the hub's API only"),
    ],
)
def test_each_violation_is_named_with_its_line(
    tree: Path, capsys: pytest.CaptureFixture[str], name: str, line: str, complaint: str
) -> None:
    before = (tree / name).read_text(encoding="utf-8")
    (tree / name).write_text(before + line + "\n", encoding="utf-8")

    assert check_includes.main([str(tree)]) == 1

    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert out.startswith(f"{name}:{before.count(chr(10)) + 1 + line.count(chr(10))}: ")
    assert complaint in out


def test_the_checkout_keeps_the_rules() -> None:
    assert check_includes.main([str(ROOT)]) == 0
