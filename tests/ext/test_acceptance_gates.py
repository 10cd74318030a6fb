"""Every pass is accounted for, exactly, at every moment, whatever people do to the probes meanwhile."""

from __future__ import annotations

from pathlib import Path

from child import run

STORM = """
import random, threading, time
_sys.setswitchinterval(0.0005)
def order(number, version, rng):
    action, options, location, condition = rng.choice([
        ("snapshot", {}, "work-line", "n % 3 == 0"),
        ("snapshot", {}, "work-line", None),
        ("snapshot", {}, "__main__:work:exit", "$return > 3 and 10 // (n % 5)"),
        ("log", {"template": "{n} {nothing}"}, "work-line", "n % 2"),
        ("log", {"template": "{n}"}, "work-line", "n % 2"),
        ("metric", {"metric": "m", "labels": [{"name": "n", "value": "n"}]}, "work-line", "1 // (n % 4)"),
        ("metric", {"metric": "m", "metric_kind": "gauge", "value": "name"}, "work-line", None),
        ("timer", {"metric": "t"}, "__main__:work", "$elapsed_ms >= 0"),
        ("timer", {"metric": "t", "until": f"{_FILE}:{line_of('until')}"}, "work-line", "$elapsed_ms < 1000"),
        ("snapshot", {}, "raise:builtins.KeyError", None),
    ])
    location = location.replace("work-line", f"{_FILE}:{line_of('work')}")
    limits = {"rate_per_s": rng.choice([1, 50, 1000]), "hits": rng.choice([1, 40, 100000]), "when": rng.choice(["", ">=3", "every 2"]),
              "budget_percent": rng.choice([0, 0.01, 100]), "expires_at_ms": rng.choice([0, 0, int(time.time() * 1000) + 200])}
    limits = {name: value for name, value in limits.items() if value}
    probe = {"id": f"p{number}", "version": version, "service": "t", "location": location, "action": action, "options": options,
             "limits": limits, "created_at_ms": 0, "created_by": "t"}
    return probe | ({"condition": condition} if condition else {})
def work(n):
    name = "text"                    # work
    try:
        if n % 7 == 0: raise KeyError(n)
    except KeyError:
        pass
    if n % 2: return n
    return n + 1                     # until
stop = False
def spin(offset):
    n = offset
    while not stop:
        n += 1
        work(n)
versions = iter(range(1, 10**9))
seen, wrong, looks = {}, [], 0
def storm(seed):
    rng = random.Random(seed)
    probes = {}
    while not stop:
        for _ in range(rng.randrange(1, 4)):
            number = rng.randrange(8)
            kind = rng.random()
            if kind < 0.4: probes[number] = order(number, next(versions), rng)
            elif kind < 0.6: probes.pop(number, None)
            elif number in probes:                     # an edit of the limits alone: the counters go on
                limits = order(number, 0, rng)["limits"]
                probes[number] = probes[number] | {"version": next(versions), "limits": limits}
        _agent.local_apply([_json.dumps(probe) for probe in probes.values()])
        time.sleep(rng.random() * 0.01)
def look():
    global looks
    while not stop:
        for state in states():
            gates = dict(state["gates"])
            reached = gates.pop("reached", 0)
            looks += reached > 0
            if reached != sum(gates.values()): wrong.append(state)
            for gate, count in gates.items(): seen[gate] = seen.get(gate, 0) + bool(count)
        while True:
            try: drain(); break
            except RuntimeError: pass                  # of a probe that went long ago
        time.sleep(0.002)
threads = [threading.Thread(target=spin, args=(i,)) for i in range(4)]
threads += [threading.Thread(target=storm, args=(i,)) for i in range(3)] + [threading.Thread(target=look)]
for t in threads: t.start()
WANTED = {"condition_false", "condition_error", "rate_limited", "hit_limit", "captured"}
time.sleep(SECONDS)
# on a machine that is busy it takes longer until all of that has happened
eventually(lambda: looks > 50 and WANTED <= {gate for gate, count in dict(seen).items() if count})
stop = True
for t in threads: t.join()
report(wrong=wrong[:3], looks=looks, seen=seen)
"""


def test_reached_is_the_sum_of_all_other_gates_at_every_moment_of_a_storm(tmp_path: Path) -> None:
    facts = run(tmp_path, STORM.replace("SECONDS", "6"), "-X", "dev").facts
    assert facts["wrong"] == []
    assert facts["looks"] > 50
    for gate in ("condition_false", "condition_error", "rate_limited", "hit_limit", "captured"):
        assert facts["seen"].get(gate, 0) > 0, facts["seen"]


def test_an_end_without_a_beginning_is_no_pass_of_a_timer(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        def jump(far):
            if far:
                far += 1             # begin
            return far               # end
        probe = {"id": "p0", "version": 1, "service": "t", "location": f"{_FILE}:{line_of('begin')}", "action": "timer",
                 "options": {"metric": "t", "until": f"{_FILE}:{line_of('end')}"}, "limits": {"rate_per_s": 1},
                 "condition": "$elapsed_ms >= 0", "created_at_ms": 0, "created_by": "t"}
        _agent.local_apply([_json.dumps(probe)])
        for i in range(10): jump(i % 2)
        report(gates=gates())
        """,
    ).facts
    assert facts["gates"] == {"reached": 5, "captured": 5}
