"""The fuzzer of source text over its corpus and for a moment beyond it; `make fuzz-expressions` runs it for longer."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from pathlib import Path

from evaluated import extension
from fuzz_source import Mutator, corpus, evaluate_all

COUNT = 10_000
SEED = 20261126


def test_the_corpus_breaks_nothing() -> None:
    """What was found stays found: each line, and each line without its last character."""
    texts = corpus()
    assert len(texts) > 300
    counts = evaluate_all(itertools.chain.from_iterable((text, text[:-1]) for text in texts))
    assert counts["value"] > 100
    assert counts["ESYNTAX"] > 50
    assert counts["EUNSUPPORTED"] > 20


def test_mutated_expressions_break_nothing() -> None:
    mutator = Mutator(random.Random(SEED), corpus())
    counts = evaluate_all(mutator.text() for _ in range(COUNT))
    assert counts["value"] > COUNT // 50
    assert counts["ESYNTAX"] > COUNT // 10
    assert len(counts) > 8, counts


def test_a_crash_is_reported_with_its_text(tmp_path: Path) -> None:
    """The lane itself: the worker writes each text down before it is evaluated."""
    program = (
        "import os, sys; sys.path.insert(0, os.path.dirname(sys.argv[1]))\n"
        "import fuzz_source\n"
        "fuzz_source.touched = lambda ground, extension, text, as_template: os.abort() if len(text) > 20 else 'fine'\n"
        "fuzz_source.work(1, 30.0, fuzz_source.Path(sys.argv[2]))\n"
    )
    last = tmp_path / "last"
    last.write_bytes(bytes(1 << 16))
    here = str(Path(__file__).with_name("fuzz_source.py"))
    status = subprocess.run([sys.executable, "-c", program, here, str(last)], check=False).returncode
    assert status == -6
    assert len(last.read_bytes().split(b"\0")[0].decode("utf-8", "surrogatepass")) > 20
    assert extension.FAULTS[0] == "value"
