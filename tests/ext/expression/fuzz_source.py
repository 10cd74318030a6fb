"""A fuzzer of source text: mutated expressions are compiled and evaluated; nothing may crash or break a promise.

    python tests/ext/expression/fuzz_source.py SECONDS [SEED]     as `make fuzz-expressions SECONDS=60` does

The corpus is tests/fuzz/corpus/expression/, one expression a line. What crashes is found again in the file that is
named when the worker dies: put it into the corpus.
"""

from __future__ import annotations

import mmap
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[2] / "fuzz" / "corpus" / "expression"
LAST_BYTES = 1 << 16
TOKENS = (
    "( ) [ ] { } , : . ... + - * / // % ** << >> & | ^ ~ == != < <= > >= = := -> @ and or not in is if else for lambda "
    "await async yield None True False 0 1 -1 1e400 1j 0xffffffffffffffffffff 10**100 '' \"\" ' \" b'' f'' f'{ } r' rb' '''"
    " \\ # \\n \\x00 $return $exception $elapsed_ms $hits $thread $task $trace_id $ $nope ! ; ` ? len str repr sorted min max"
    " sum any all list tuple dict set type isinstance getattr matches range zip map n s f b lst d st tup nested when price"
    " x for x in lst .upper() .get('a') [::-1] [0] {n:>10} {s!r} __class__ __import__ eval exec open print import"
).split(" ")
CHARACTERS = "\x00\t\n\r\x7f\xa0\u00e9\u200b\u2028\ud800\udfff\ufeff\U0001f600\U0010ffff'\"\\{}[]()#$%:;,.`~!@^&*_-+=<>/?|aA0 "


def corpus() -> list[str]:
    found: list[str] = []
    for path in sorted(CORPUS.glob("*.txt")):
        text = path.read_text(encoding="utf-8", errors="surrogatepass")
        found += [line for line in text.split("\n") if line]
    return found


class Mutator:
    """Makes texts from a corpus: the same seed gives the same texts."""

    def __init__(self, source: random.Random, texts: list[str]) -> None:
        self.random = source
        self.texts = texts

    def text(self) -> str:
        choice = self.random.random()
        if choice < 0.05:
            return "".join(chr(self.random.randrange(0x110000)) for _ in range(self.random.randrange(40)))
        if choice < 0.15:
            return " ".join(self.random.choice(TOKENS) for _ in range(self.random.randrange(1, 25)))
        made = self.random.choice(self.texts)
        for _ in range(self.random.choice([1, 1, 1, 2, 3, 8])):
            made = self.mutate(made)
        return made[:6000]

    def mutate(self, text: str) -> str:
        at, end = sorted(self.random.randrange(len(text) + 1) for _ in range(2))
        choice = self.random.randrange(11)
        if choice == 0:
            return text[:at] + text[end:]
        if choice == 1:
            return text[:end] + text[at:end] * self.random.choice([1, 2, 50]) + text[end:]
        if choice == 2:
            return text[:at] + self.random.choice(CHARACTERS) + text[at:]
        if choice == 3:
            return text[:at] + self.random.choice(CHARACTERS) + text[at + 1 :]
        if choice == 4:
            other = self.random.choice(self.texts)
            return text[:at] + other[self.random.randrange(len(other) + 1) :]
        if choice == 5:
            return f"{text[:at]} {self.random.choice(TOKENS)} {text[end:]}"
        if choice == 6:
            return f"{text[:at]}({text[at:end]}){text[end:]}"
        if choice == 7:
            return f"({text}) {self.random.choice(['+', 'and', 'in', '==', ',', 'if n else', '%', '|'])} ({self.random.choice(self.texts)})"
        if choice == 8:
            return self.random.choice(
                ["f'{{{}}}'", "[{} for x in lst]", "not {}", "-{}", "str({})", "len({})", "{}[0]"]
            ).format(text)
        if choice == 9:
            swapped = list(text)
            self.random.shuffle(swapped)
            return "".join(swapped)
        return text.replace(self.random.choice(text or " "), self.random.choice(TOKENS), 3)


def evaluate_all(texts: Iterator[str], note: mmap.mmap | None = None) -> dict[str, int]:
    """Evaluate each over built-in data and over mines; counts by outcome. Raises at the first broken promise."""
    import landmines
    from built_in_data import variables
    from evaluated import Ground, extension

    ground = Ground({**variables(), **landmines.mines()})
    counts: dict[str, int] = {}
    with landmines.armed() as calls:
        for number, text in enumerate(texts):
            if note is not None:
                encoded = text.encode("utf-8", "surrogatepass")[: LAST_BYTES - 1]
                note[: len(encoded) + 1] = encoded + b"\0"
            outcome = touched(ground, extension, text, as_template=number % 8 == 0)
            counts[outcome] = counts.get(outcome, 0) + 1
            if calls:
                raise AssertionError(f"{text!r} called {calls}")
            if outcome in ("internal", "EINTERNAL"):
                raise AssertionError(f"{text!r}: {outcome}")
    return counts


def touched(ground: object, extension: object, text: str, as_template: bool) -> str:
    """The outcome of one text in a word."""
    try:
        made = (extension.template if as_template else extension.compile)(text, secrets=("password",))
    except (UnicodeEncodeError, ValueError):
        return "no UTF-8 or a NUL"
    if isinstance(made, tuple):
        return str(made[1])
    return str(ground.fault_of(made))


def work(seed: int, seconds: float, last: Path) -> None:
    with last.open("r+b") as file, mmap.mmap(file.fileno(), LAST_BYTES) as note:
        mutator = Mutator(random.Random(seed), corpus())
        end = time.monotonic() + seconds

        def texts() -> Iterator[str]:
            while time.monotonic() < end:
                yield mutator.text()

        counts = evaluate_all(texts(), note)
    print(f"seed {seed}: {sum(counts.values())} texts: {counts}")


def main(arguments: list[str]) -> int:
    if arguments[0] == "--work":
        work(int(arguments[1]), float(arguments[2]), Path(arguments[3]))
        return 0
    seconds = float(arguments[0])
    seed = int(arguments[1]) if len(arguments) > 1 else time.time_ns() % 1_000_000
    with tempfile.NamedTemporaryFile() as last:
        last.write(bytes(LAST_BYTES))
        last.flush()
        command = [
            sys.executable,
            "-X",
            "faulthandler",
            __file__,
            "--work",
            str(seed),
            str(seconds),
            last.name,
        ]
        status = subprocess.run(command, check=False).returncode
        if status != 0:
            text = Path(last.name).read_bytes().split(b"\0")[0].decode("utf-8", "surrogatepass")
            print(f"seed {seed}: the worker ended with {status} at {text!r}", file=sys.stderr)
        return status


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    sys.exit(main(sys.argv[1:]))
