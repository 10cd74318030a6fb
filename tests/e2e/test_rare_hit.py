"""The one hit that matters, beside a probe that takes all it can."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from live_hub import STROBE, LiveHub
from waiting import eventually

RARE = """
import sys, threading, time
def line(i):
    return i                 # rare
def noise(i):
    return i                 # noise
print("ready", flush=True)
rounds = int(sys.argv[1])
sys.stdin.readline()
noisy = True
def make_noise():
    while noisy:
        for i in range(50): noise(i)
        time.sleep(0.01)
threading.Thread(target=make_noise, daemon=True).start()
passes, began = 0, time.monotonic()
for _ in range(rounds):
    for first in range(0, 1_000_000, 5_000):
        for i in range(first, first + 5_000):
            line(i)
        passes += 5_000
        ahead = passes / 1e6 - (time.monotonic() - began)
        if ahead > 0: time.sleep(ahead)
        else: began -= ahead     # a machine that stalled: nothing is made up for, that would be more than a million a second
noisy = False
print("ended", flush=True)
sys.stdin.readline()
"""


def gates(hub: LiveHub, probe: str) -> dict[str, int]:
    """Of the one process."""
    (state,) = hub.client.probe(probe)["states"]
    return dict(state["gates"])


@pytest.mark.parametrize(
    ("rounds", "condition"),
    [
        (20, "i % 1000000 == 777777"),
        pytest.param(100, "i == 777777", marks=pytest.mark.full_load),
        pytest.param(100, "i % 1000000 == 777777", marks=pytest.mark.full_load),
    ],
    ids=["20_of_20", "100_of_100", "100_of_100_by_remainder"],
)
def test_one_hit_in_a_million_is_captured_each_time_while_another_probe_takes_all_it_can(
    live_hub: LiveHub, tmp_path: Path, rounds: int, condition: str
) -> None:
    program = tmp_path / "rare.py"
    program.write_text(RARE)
    lines = RARE.splitlines()
    rare_at, noise_at = (
        next(n for n, text in enumerate(lines, 1) if text.endswith(mark)) for mark in ("# rare", "# noise")
    )
    child = subprocess.Popen(
        [*STROBE, "run", "--service", "rare", "--", sys.executable, str(program), str(rounds)],
        env=live_hub.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        request: dict[str, Any] = {"service": "rare", "location": f"rare.py:{noise_at}", "action": "log"}
        request |= {"options": {"template": "{i}"}, "limits": {"hits": 100_000, "rate_per_s": 1000}}
        noise = str(live_hub.client.set_probe(request)["probe"]["id"])
        request = {"service": "rare", "location": f"rare.py:{rare_at}", "condition": condition}
        request |= {"limits": {"hits": 1000}}
        rare = str(live_hub.client.set_probe(request)["probe"]["id"])
        live_hub.wait_until_armed(rare, 1)
        live_hub.wait_until_armed(noise, 1)
        child.stdin.write(b"go\n")
        child.stdin.flush()
        assert child.stdout.readline() == b"ended\n"
        eventually(
            lambda: len(live_hub.snapshots(rare)) == rounds, f"{rounds} of {rounds}: {gates(live_hub, rare)}"
        )
        pressure = gates(live_hub, noise)
        assert pressure["rate_limited"] > pressure["captured"] > 0
        eventually(lambda: gates(live_hub, rare)["captured"] == rounds, "the last counter of hits")
    finally:
        child.kill()
        child.wait()
