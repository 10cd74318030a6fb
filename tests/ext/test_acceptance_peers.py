"""Where debuggers of this kind are known to fail, one test each: here, or where it is named.

 1. a torn snapshot              snapshot/test_capture_soak.py: test_each_snapshot_shows_the_state_at_its_line
 2. a hit in a million           e2e/test_actions.py: test_one_hit_in_a_million_is_captured_each_time_while_another_probe_...;
                                 without a hub: test_probe_lines.py: test_a_rare_condition_is_captured_though_the_line_is_hot
 3. holes for side effects       test_conditions.py and snapshot/test_capture_safety.py: test_no_code_of_the_program_runs;
                                 here: test_templates_values_and_labels_run_no_code_of_the_program
 4. a huge literal               test_probe_neighbours.py: test_a_huge_literal_is_imported_beside_a_pending_probe
 5. pickle of a probed function  test_probe_neighbours.py: test_a_probed_function_can_be_pickled_and_inspected;
                                 here: test_what_multiprocessing_needs_of_a_probed_function_works
 6. other tracers                test_probe_neighbours.py: coverage, pdb, cProfile, debugpy, own tracer and profiler
 7. pre-forking servers          test_forks.py: test_probes_set_before_the_fork_work_in_the_child_and_in_the_parent;
                                 e2e/test_shop.py: gunicorn. uWSGI and Celery are not installed here: not tested
 8. keyword-only and *args       here: test_parameters_of_every_kind_can_be_asked_for
 9. locals and globals           here: test_a_local_hides_a_global_of_the_same_name_and_never_falls_back_to_it
10. a condition that raises      test_conditions.py: test_errors_while_running_are_counted_and_explained
11. redaction in expressions     test_probe_actions.py: test_a_log_line_holds_no_secret;
                                 here: test_no_way_around_an_expression_leads_to_a_secret
12. lambdas, closures, ...       test_probe_lines.py: test_coroutines_closures_decorated_functions_and_methods_are_hit,
                                 test_one_line_functions_and_lambdas_are_hit, test_a_generator_expression_and_a_...;
                                 test_probe_locations.py: test_class_bodies_are_hit, test_wrappers_that_are_used_many_...
13. a loop that runs already     test_probe_lines.py: test_a_loop_that_already_runs_is_hit
14. a hub that is away           here: test_a_hub_that_never_answers_makes_no_thread_of_the_program_wait;
                                 test_lifecycle.py: test_a_hub_that_is_away_costs_the_program_nothing
15. storms                       test_acceptance_gates.py; test_probe_neighbours.py: test_a_storm_of_arming_and_removing_...;
                                 free-threaded builds are refused at import; TSan runs over tests/unit
16. units of an expiry           here: test_an_expiry_is_in_milliseconds_and_bounded
"""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from child import ORDERS, run

ORDER = ORDERS + '_limits["hits"] = 1000\n'


def test_templates_values_and_labels_run_no_code_of_the_program(tmp_path: Path) -> None:
    program = """
        calls = []
        def trap(name):
            def method(self, *a, **k):
                calls.append(name)
                raise RuntimeError(name)
            return method
        NAMES = ['__getattr__', '__getattribute__', '__eq__', '__bool__', '__len__', '__iter__', '__next__', '__repr__', '__str__',
                 '__format__', '__contains__', '__index__', '__int__', '__float__', '__getitem__', '__call__', '__round__', '__abs__']
        Mine = type('Mine', (), {n: trap(n) for n in NAMES} | {'__class__': property(trap('class')), 'price': property(trap('price'))})
        class Int(int):
            __format__ = __str__ = __repr__ = __index__ = __add__ = trap('Int')
        class Text(str):
            __format__ = __str__ = __repr__ = __len__ = __hash__ = trap('Text')
        def sell(mine, number, text, items):
            return None              # here
        EXPRESSIONS = ['mine', 'mine.price', 'mine.other', 'mine[0]', 'len(mine)', 'mine + 1', 'mine == 1', 'not mine', '1 in mine',
                       'str(mine)', 'repr(mine)', 'f"{mine}"', 'f"{mine!r:>9}"', 'number', 'number + 1', 'f"{number:>5}"', 'text', 'len(text)',
                       'sorted(items)', '[i for i in mine]', 'sum(items)', 'max(items)', 'abs(mine)', 'round(mine)', 'items', 'str(items)']
        version, refused = 0, 0
        for source in EXPRESSIONS:
            for more in ({'action': 'log', 'options': {'template': '{' + source.replace('"', "'") + '}'}},
                         {'action': 'log', 'options': {'template': 'x'}, 'condition': source},
                         {'action': 'metric', 'options': {'metric': 'm', 'metric_kind': 'gauge', 'value': source}},
                         {'action': 'metric', 'options': {'metric': 'm', 'labels': [{'name': 'l', 'value': source}]}}):
                version += 1
                _agent.local_apply([order(version=version, **more)])
                refused += states()[0]['state'] == 'error'
                sell(Mine(), Int(3), Text('abc'), [Mine(), Int(1)])
                drain()
        report(calls=calls, refused=refused, tried=version)
        """
    facts = run(tmp_path, ORDER + "\n".join(line[8:] for line in program.splitlines())).facts
    assert facts["calls"] == []
    assert facts["refused"] < facts["tried"] / 2


def test_what_multiprocessing_needs_of_a_probed_function_works(tmp_path: Path) -> None:
    program = """
import multiprocessing, pickle
def sell(n):
    return n * 2                     # here
if __name__ == "__main__":
    _agent.local_apply([order()])
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        spawned = pool.map(sell, [1, 2])
    report(here=pickle.loads(pickle.dumps(sell))(4), spawned=spawned, captured=gates()["captured"])
"""
    facts = run(tmp_path, ORDER + program).facts
    assert facts["here"] == 8
    assert facts["spawned"] == [2, 4]
    assert facts["captured"] == 1


def test_parameters_of_every_kind_can_be_asked_for(tmp_path: Path) -> None:
    program = """
def sell(first, /, second, *rest, third, fourth=4, **more):
    return None                      # here
condition = "first == 1 and second == 2 and rest == (30, 31) and third == 3 and fourth == 4 and more['fifth'] == 5 and len(more) == 1"
template = "{first} {second} {rest[1]} {third} {fourth} {sorted(more)} {more['fifth']}"
_agent.local_apply([order(condition=condition), order(id="p1", action="log", options={"template": template})])
sell(1, 2, 30, 31, third=3, fifth=5)
snapshot, line = drain()
report(locals=locals_of(snapshot), text=line["text"], gates=gates())
"""
    facts = run(tmp_path, ORDER + program).facts
    assert facts["gates"] == {"reached": 1, "captured": 1}
    assert facts["text"] == "1 2 31 3 4 ['fifth'] 5"
    assert list(facts["locals"]) == ["first", "second", "third", "fourth", "rest", "more"] or set(
        facts["locals"]
    ) == {"first", "second", "third", "fourth", "rest", "more"}


def test_a_local_hides_a_global_of_the_same_name_and_never_falls_back_to_it(tmp_path: Path) -> None:
    program = """
total, len_, tier = "global", "global", "global"
def sell(step):
    len = 5                          # shadows a builtin
    if step == 2: tier = "local"
    if step == 1: total = "local"
    note = (step, total) if step == 1 else None          # here
    return [x for x in (1,) if step], len, note
class Body:
    total = "class"
    seen = total                     # body
lines = []
for version, template in enumerate(["{total}", "{tier}", "{len_}", "{len}"], 1):
    _agent.local_apply([order(version=version, action="log", options={"template": template})])
    for step in (1, 2):
        try: sell(step)
        except UnboundLocalError: pass
    lines.append([texts(), states()[0].get("message", "")])
report(lines=lines)
"""
    lines = run(tmp_path, ORDER + program).facts["lines"]
    assert lines[0][0] == ["local"]
    assert "total" in lines[0][1]
    assert lines[1][0] == ["local"]
    assert lines[2][0] == ["global", "global"]
    assert lines[3][0] == ["5", "5"]


@pytest.mark.parametrize(
    "template",
    [
        "{customer.password}",
        "{[customer][0].password}",
        "{f'{customer.password}'}",
        "{f'{f\"{customer.password}\"}'}",
        "{customer.password[0]}",
        "{customer.password == 'x'}",
        "{len(customer.password)}",
        "{'s3' in customer.password}",
        "{[c.password for c in [customer]]}",
        "{any(c.password.startswith('s') for c in [customer])}",
        "{getattr(customer, 'password')}",
        "{getattr(customer, 'pass' + 'word')}",
        "{settings['api_key']}",
        "{settings['api' + '_key']}",
        "{settings.get('api_key')}",
        "{list(settings.values())}",
        "{settings}",
        "{sorted(settings.items())}",
        "{password}",
        "{(lambda: password)()}",
        "{str(customer.__dict__)}",
    ],
)
def test_no_way_around_an_expression_leads_to_a_secret(tmp_path: Path, template: str) -> None:
    program = f"""
class Customer:
    def __init__(self): self.password = "s3cret"
def sell(customer, settings, password):
    return None                      # here
_agent.local_apply([order(action="log", options={{"template": {template!r}}}),
                    order(id="p1", action="metric", options={{"metric": "m", "labels": [{{"name": "l", "value": {template[1:-1]!r}}}]}}),
                    order(id="p2", condition={template[1:-1]!r})])
sell(Customer(), {{"api_key": "s3cret"}}, "s3cret")
report(all=[states(), [s.get("text") for s in drain()], _agent.local_metrics()])
"""
    outcome = run(tmp_path, ORDER + program)
    assert outcome.code == 0, outcome.stderr
    assert "s3cret" not in outcome.stdout


def test_a_hub_that_never_answers_makes_no_thread_of_the_program_wait(tmp_path: Path) -> None:
    with socket.socket() as deaf:  # takes connections, and says nothing
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        dsn = f"wss://t@127.0.0.1:{deaf.getsockname()[1]}/x?pin={'ab' * 32}"
        program = (
            f"DSN = {dsn!r}\n"
            + ORDER
            + """
import resource, stroboscope
_agent.stop()
_start._start(DSN, "test")
def sell(n):
    return [n] * 50                  # here
_sys.setswitchinterval(60)           # nobody takes the GIL away: who waits now, waits for us
_agent.local_apply([order(limits={"rate_per_s": 1000, "hits": 100000}), order(id="p1", action="log",
                    options={"template": "{n}", "to_logging": True}, limits={"rate_per_s": 1000, "hits": 100000}),
                    order(id="p2", action="metric", options={"metric": "m"})])
def waits():
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
waited = []
while not waited or (min(waited) > 5 and len(waited) < 5):   # a busy machine may stop one of us while it holds a lock
    before = waits()
    for n in range(200_000): sell(n)
    waited.append(waits() - before)
report(waited=waited, gates=[s["gates"] for s in states()], link=stroboscope.status()["link"])
"""
        )
        facts = run(tmp_path, program, env={"STROBE_STATE_DIR": str(tmp_path)}).facts
    assert facts["link"] == "connecting"
    assert min(facts["waited"]) <= 5  # a lock that is held for a copy, now and then
    passes = 200_000 * len(facts["waited"])
    for gates in facts["gates"]:
        assert gates["reached"] == sum(count for gate, count in gates.items() if gate != "reached") == passes


def test_an_expiry_is_in_milliseconds_and_bounded(tmp_path: Path) -> None:
    program = """
import time
def sell(n):
    return n                         # here
def expiring(id, ms): return order(id=id, version=version, limits={"rate_per_s": 1000, "hits": 1000, "expires_at_ms": now + ms})
for version in range(1, 10):
    now = int(time.time() * 1000)
    _agent.local_apply([expiring("soon", 3000), expiring("hour", 3600_000), expiring("past", -1000), expiring("year", 365 * 24 * 3600_000)])
    sell(1)
    first = [s["state"] for s in states()]
    if time.time() * 1000 < now + 3000: break   # else the machine stalled: once more
    _agent.local_apply([])                      # the counters begin anew
eventually(lambda: states()[0]["state"] != "armed")
lived = time.time() * 1000 - now
sell(2)
report(first=first, lived=lived, then=[s["state"] for s in states()], captured=[s["gates"].get("captured", 0) for s in states()])
"""
    facts = run(tmp_path, ORDER + program).facts
    assert facts["first"] == ["armed", "armed", "expired", "armed"]
    assert facts["then"] == ["expired", "armed", "expired", "armed"]
    assert facts["captured"] == [1, 2, 0, 2]
    assert facts["lived"] >= 2900  # not seconds taken for milliseconds, nor the other way round


def test_a_hit_in_the_midst_of_a_process_rate_under_pressure_is_captured(tmp_path: Path) -> None:
    program = """
import time
def sell(n):
    return n                         # here
def noise(n):
    return n                         # noise
loud = [order(id=f"loud{i}", action="log", options={"template": "{n}"}, location=f"{_FILE}:{line_of('noise')}",
              limits={"rate_per_s": 1000, "hits": 100000}) for i in range(5)]
_agent.local_apply([order(condition="n % 1000 == 0"), *loud])
kinds = []
began = time.monotonic()
for n in range(20_000):
    noise(n)
    sell(n)
    if n % 1000 == 999: time.sleep(0.1)
    if n % 100 == 99: kinds += [s["kind"] for s in drain()]
report(gates=[s["gates"] for s in states()], snapshots=kinds.count("snapshot"), lines=kinds.count("log"), took=time.monotonic() - began)
"""
    facts = run(tmp_path, ORDER + program).facts
    assert facts["snapshots"] == facts["gates"][0]["captured"] == 20, facts
    assert all(gates["rate_limited"] > 10_000 for gates in facts["gates"][1:])
    # The process's 100 a second, one second's worth of them at once, and one that is owed.
    assert facts["lines"] + 20 <= 200 + 100 * facts["took"]
