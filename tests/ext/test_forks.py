"""Children: each has its own instance, its probes work, and nothing hangs or warns."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from child import run

DEAD_HUB = "wss://token@127.0.0.1:1/shop?pin=" + "0" * 64


def test_probes_set_before_the_fork_work_in_the_child_and_in_the_parent(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import os, stroboscope
        def f(n):
            return n                     # here
        arm((line_of("here"), "n == 3", 1))
        f(3)
        parent_before = [len(drain()), gates()]
        r, w = os.pipe()
        pid = os.fork()
        if pid == 0:
            # the worker arms again what had ended in the parent
            eventually(lambda: (f(3), gates().get("captured"))[1])
            os.write(w, _json.dumps([len(drain()), gates().get("captured"), stroboscope.status()["instance"]]).encode())
            os._exit(0)
        os.waitpid(pid, 0)
        child = _json.loads(os.read(r, 10000))
        report(parent=parent_before, child=child[:2], differs=child[2] != stroboscope.status()["instance"])
        """,
    ).facts
    assert facts["parent"] == [1, {"reached": 1, "captured": 1}]
    assert facts["child"] == [1, 1]
    assert facts["differs"]


def test_no_thread_of_ours_is_there_while_the_process_forks(tmp_path: Path) -> None:
    outcome = run(
        tmp_path,
        f"""
        import os, stroboscope, warnings
        stroboscope.stop()
        stroboscope.start({DEAD_HUB!r})
        pids = []
        for i in range(10):
            pid = os.fork()
            if pid == 0:
                os._exit(len(os.listdir("/proc/self/task")) - 1 > 3)
            pids.append(pid)
            sum(range(100000))
        codes = [os.waitpid(p, 0)[1] for p in pids]
        eventually(lambda: len(os.listdir("/proc/self/task")) == 3)   # the parent's threads come back
        report(codes=codes, threads=len(os.listdir("/proc/self/task")))
        """,
        "-Werror",
    )
    assert outcome.facts["codes"] == [0] * 10
    assert outcome.facts["threads"] == 3
    assert outcome.stderr == ""


def test_children_end_as_they_would_without_the_agent(tmp_path: Path) -> None:
    program = """
        import os, sys, time
        START
        def f(n):
            return n
        codes = []
        for ending in (lambda: os._exit(5), lambda: sys.exit(6), lambda: 1 / 0, lambda: os.abort(), lambda: os.kill(os.getpid(), 15)):
            pid = os.fork()
            if pid == 0:
                sys.stderr = open(os.devnull, "w")
                f(1)
                ending()
            codes.append(os.waitpid(pid, 0)[1] & 0x7f7f)
        print(codes)
        """
    start = (
        "from stroboscope import _agent, _start; _start._start(%r, 's');"
        " _agent.local_apply([('p', 1, 'program.py:5', None, 10, 10.0, 0)])" % DEAD_HUB
    )
    plain = run(tmp_path, program.replace("START", "pass"), prelude=False)
    probed = run(tmp_path, program.replace("START", start), prelude=False)
    assert probed.stdout == plain.stdout
    assert probed.code == plain.code == 0


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_pools_work(tmp_path: Path, method: str) -> None:
    outcome = run(
        tmp_path,
        f"""
        import multiprocessing
        def f(n):
            return n * n                 # here
        if __name__ == "__main__":
            arm((line_of("here"), "n == 3", 100))
            with multiprocessing.get_context({method!r}).Pool(2) as pool:
                report(result=pool.map(f, range(10)))
        """,
    )
    assert outcome.facts["result"] == [n * n for n in range(10)]


def test_subprocesses_are_untouched(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import subprocess, sys, os
        outputs = []
        for options in ({}, {"preexec_fn": os.getpid}, {"close_fds": False}, {"start_new_session": True}):
            outputs.append(subprocess.run([sys.executable, "-S", "-c", "import os; print(len(os.listdir('/proc/self/fd')))"],
                                          capture_output=True, text=True, check=True, **options).stdout.strip())
        os.system("true")
        report(outputs=outputs)
        """,
    ).facts
    assert len(set(facts["outputs"])) == 1


def test_a_fork_from_a_thread_under_load_does_not_hang(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        f"""
        import os, threading, stroboscope
        stroboscope.stop()
        stroboscope.start({DEAD_HUB!r})
        stop = False
        def work():
            n = 0
            while not stop:
                n += 1                   # here
        _agent.local_apply([("p", 1, f"program.py:{{line_of('here')}}", None, 100000, 1000.0, 0)])
        busy = [threading.Thread(target=work) for _ in range(3)]
        [t.start() for t in busy]
        codes = []
        both = threading.Barrier(2)
        def forker():
            for _ in range(15):
                pid = os.fork()
                if pid == 0:
                    os._exit(0)
                codes.append(os.waitpid(pid, 0)[1])
            both.wait()  # a thread that ends while another forks can leave the child a lock of a sanitizer's allocator
        forkers = [threading.Thread(target=forker) for _ in range(2)]
        [t.start() for t in forkers]
        [t.join() for t in forkers]
        stop = True
        [t.join() for t in busy]
        report(codes=codes)
        """,
    ).facts
    assert facts["codes"] == [0] * 30


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_grandchildren_have_instances_of_their_own(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import os, stroboscope
        r, w = os.pipe()
        def tell(): os.write(w, stroboscope.status()["instance"].encode() + b"\\n")
        tell()
        if os.fork() == 0:
            tell()
            if os.fork() == 0:
                tell()
                os._exit(0)
            os.wait()
            os._exit(0)
        os.wait()
        report(instances=os.read(r, 1000).decode().split())
        """,
    ).facts
    assert len(set(facts["instances"])) == 3


def test_a_fork_of_c_code_that_python_does_not_hear_of_has_an_agent_too(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import ctypes, os, stroboscope, time
        libc = ctypes.PyDLL(None)            # keeps the GIL, as uWSGI does
        def f(n):
            return n                         # here
        arm((line_of("here"), "n == 3", 100))
        def threads():
            return sorted(open(f"/proc/self/task/{task}/comm").read().strip() for task in os.listdir("/proc/self/task"))
        r, w = os.pipe()
        def child():
            for _ in range(5): time.sleep(0.001)
            if len(threads()) == 1: os._exit(3)   # no agent: the worker of the parent was in the midst of something
            eventually(lambda: "strobe-worker" in threads())
            f(3)
            told = [threads(), len(drain()), gates().get("captured"), stroboscope.status()["instance"]]
            grandchild = os.fork()           # and the hooks of Python work there
            if grandchild == 0:
                f(3)
                os._exit(len(drain()))
            told.append(os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1]))
            os.write(w, _json.dumps(told).encode())
            os._exit(0)
        def one_has_an_agent():
            time.sleep(0.1)                  # the worker has nothing left to do, unless the machine is busy
            pid = libc.fork()
            if pid == 0: child()
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 3
        assert eventually(one_has_an_agent, 30), "no child has an agent"
        told = _json.loads(os.read(r, 10000))
        f(3)
        report(child=told, here=[stroboscope.status()["instance"], len(drain())])
        """,
    ).facts
    threads, drained, captured, instance, in_grandchild = facts["child"]
    assert "strobe-worker" in threads
    assert (drained, captured) == (1, 1)
    assert in_grandchild == 1
    assert instance != facts["here"][0]
    assert facts["here"][1] == 1


def test_a_fork_of_c_code_while_the_agent_waits_for_the_gil_does_not_hang(tmp_path: Path) -> None:
    """The child has no thread that could take the GIL when it is asked for."""
    source, library = tmp_path / "late_fork.c", tmp_path / "late_fork.so"
    source.write_text("#include <unistd.h>\nint late_fork(int us) { usleep((unsigned)us); return fork(); }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    facts = run(
        tmp_path,
        f"""
        library = {str(library)!r}
        """
        + """
        import ctypes, os, time
        late_fork = ctypes.PyDLL(library).late_fork     # keeps the GIL, as uWSGI does
        def f(n):
            return n                         # here
        arm((line_of("here"), "n == 3", 1))
        codes = []
        for number in range(12):
            pid = late_fork(100_000)         # longer than the agent rests while something is armed
            if pid == 0:
                for _ in range(5):
                    time.sleep(0.001)        # lets go of the GIL
                os._exit(7)
            done = (0, 0)
            deadline = time.monotonic() + 60
            while done[0] == 0 and time.monotonic() < deadline:
                time.sleep(0.002)
                done = os.waitpid(pid, os.WNOHANG)
            if done[0] == 0:
                os.kill(pid, 9)
                os.waitpid(pid, 0)
            codes.append(os.waitstatus_to_exitcode(done[1]) if done[0] else "hangs")
            if codes[-1] == "hangs":
                break
        report(codes=codes)
        """,
    ).facts
    assert facts["codes"] == [7] * 12


def test_a_fork_of_c_code_without_the_gil_leaves_the_child_as_it_would_be(tmp_path: Path) -> None:
    facts = run(
        tmp_path,
        """
        import ctypes, os, time
        libc = ctypes.CDLL(None)             # releases the GIL
        def f(n):
            return n                         # here
        arm((line_of("here"), None, 1000))
        time.sleep(0.1)
        codes = []
        for _ in range(20):
            pid = libc.fork()
            if pid == 0:
                os._exit(sum(f(1) for _ in range(7)))
            codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        report(codes=codes)
        """,
    ).facts
    assert facts["codes"] == [7] * 20


STUCK_OPENSSL = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

static pid_t parent;

__attribute__((constructor)) static void note(void)
{
    parent = getpid();
}

__attribute__((visibility("default"))) void *SSL_CTX_new(const void *method)
{
    while (getpid() != parent) {
        pause();
    }
    void *library = dlopen("libssl.so.3", RTLD_NOW | RTLD_NOLOAD);
    void *(*genuine)(const void *) = (void *(*)(const void *))dlsym(library, "SSL_CTX_new");
    return genuine(method);
}
"""


def test_a_child_with_a_stuck_openssl_runs_and_ends(tmp_path: Path) -> None:
    """As when another thread held one of its locks at the fork: the agent's own thread waits, the program does not."""
    source, library = tmp_path / "stuck.c", tmp_path / "stuck.so"
    source.write_text(STUCK_OPENSSL, encoding="ascii")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    preload = ":".join(filter(None, [os.environ.get("LD_PRELOAD"), str(library)]))
    outcome = run(
        tmp_path,
        f"""
        import os, stroboscope
        stroboscope.stop()
        stroboscope.start({DEAD_HUB!r})
        def f(n):
            return n                         # here
        arm((line_of("here"), None, 1000))
        f(1)
        codes = []
        for ending in (lambda: os._exit(5), lambda: _sys.exit(6)):
            pid = os.fork()
            if pid == 0:
                f(1)
                eventually(lambda: (f(1), gates().get("captured"))[1])
                again = os.fork()
                if again == 0:
                    os._exit(f(7))
                assert os.waitpid(again, 0)[1] == 7 << 8
                ending()
            codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        report(codes=codes)
        """,
        env={"LD_PRELOAD": preload, "STROBE_LOG": str(tmp_path / "log")},
    )
    assert outcome.facts["codes"] == [5, 6], outcome.stderr
    assert "link: OpenSSL does not answer" in (tmp_path / "log").read_text(encoding="utf-8")
