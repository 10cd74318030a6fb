"""`strobe run` and `strobe hub`: what the program they become gets to see, with a stand-in for the agent."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import stroboscope.cli
from strobe_command import Strobe

DSN = "wss://token@127.0.0.1:9/other"
BOOTSTRAP = Path(stroboscope.cli.__file__).parent / "bootstrap"
PRINT_PATHS = (
    "import sys; print(sys.path); print('sitecustomize' in sys.modules); import os; print(os.getcwd())"
)


@pytest.fixture
def at_dsn(strobe: Strobe) -> Strobe:
    strobe.environ["STROBE_DSN"] = DSN
    return strobe


@pytest.fixture
def copied_package(tmp_path: Path) -> Path:
    """A package whose extension suits this interpreter, and whose agent only notes that it was started."""
    package = tmp_path / "elsewhere" / "stroboscope"
    (package / "cli").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "_start.py").write_text(
        "import os, sys\n"
        "def auto():\n"
        "    with open(os.environ['NOTE'], 'a') as note: note.write(os.environ['STROBE_DSN'] + '\\n')\n"
    )
    (package / f"_agent{sysconfig.get_config_var('EXT_SUFFIX')}").touch()
    (package / "cli" / "bootstrap").symlink_to(BOOTSTRAP)
    return package


def run_python(environ: dict[str, str], package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """An interpreter as below `strobe run`, with nothing else on its path."""
    # The interpreter behind a virtual environment does not see a package that is installed there.
    return subprocess.run(
        [os.path.realpath(sys.executable), "-s", *arguments],
        env=environ | {"PYTHONPATH": str(package / "cli" / "bootstrap"), "STROBE_DSN": DSN},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_program_gets_dsn_service_and_bootstrap(at_dsn: Strobe) -> None:
    script = "import os; print(os.environ['STROBE_DSN']); print(os.environ['PYTHONPATH'])"
    done = at_dsn(
        "run", "--service", "my shop", "--", sys.executable, "-c", script, PYTHONPATH=path_of_tests()
    )
    dsn, path = done.stdout.splitlines()
    assert dsn == "wss://token@127.0.0.1:9/my%20shop"
    assert path.split(os.pathsep)[0] == str(BOOTSTRAP)


def path_of_tests() -> str:
    """PYTHONPATH as the tests were started with, so that a checkout works as well as an installation."""
    return os.environ.get("PYTHONPATH", "")


def test_the_separator_may_be_left_out(at_dsn: Strobe) -> None:
    done = at_dsn("run", sys.executable, "-c", "import sys; print(sys.argv)", "--service", "x", "--")
    assert done.stdout == "['-c', '--service', 'x', '--']\n"


def test_run_twice_names_the_bootstrap_once(at_dsn: Strobe) -> None:
    again = ("run", "--", sys.executable, "-m", "stroboscope.cli")
    done = at_dsn(*again, *again, "run", "--", "sh", "-c", "echo $PYTHONPATH")
    assert done.stdout.count("bootstrap") == 1


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_the_exit_code_is_the_programs_own(at_dsn: Strobe, code: int) -> None:
    assert at_dsn("run", "--", "sh", "-c", f"exit {code}").returncode == code


def test_the_process_itself_becomes_the_program(at_dsn: Strobe) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "stroboscope.cli", "run", "--", "sh", "-c", "echo $$; kill -TERM $$"],
        env=at_dsn.environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    out, _ = child.communicate(timeout=60)
    assert int(out) == child.pid
    assert child.returncode == -signal.SIGTERM


def without_library_signals(text: str) -> str:
    """Signal masks without 32 and 33, which the C library keeps for itself and a parent may have ignored."""
    return re.sub(r"(?<=\t)[0-9a-f]{16}", lambda mask: f"{int(mask[0], 16) & ~(3 << 31):016x}", text)


def test_ignored_signals_and_locale_are_as_without(at_dsn: Strobe) -> None:
    environ = {name: value for name, value in at_dsn.environ.items() if not name.startswith(("LC_", "LANG"))}
    show = [
        "sh",
        "-c",
        "grep -E 'Sig(Ign|Cgt|Blk)' /proc/self/status; env | grep -E '^(LC_|LANG)' | sort; true",
    ]
    wrapped = [sys.executable, "-m", "stroboscope.cli", "run", "--", *show]
    outputs = [
        subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout
        for command in (show, wrapped)
    ]
    assert without_library_signals(outputs[0]) == without_library_signals(outputs[1]) != ""


def test_a_missing_command_is_told(at_dsn: Strobe, tmp_path: Path) -> None:
    done = at_dsn("run", "--", "no-such-command-here")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no command 'no-such-command-here'" in done.stderr
    (tmp_path / "app.py").write_text("print(1)")
    done = at_dsn("run", "--", str(tmp_path / "app.py"))
    assert done.returncode == 2
    assert "Did you mean: strobe run -- python" in done.stderr


def test_run_without_hub_and_dsn_does_not_start_the_program(strobe: Strobe) -> None:
    done = strobe("run", "--", "echo", "started")
    assert (done.returncode, done.stdout) == (3, "")
    assert "--dsn" in done.stderr


def test_the_agent_is_started_and_leaves_no_trace_on_the_path(
    environ: dict[str, str], copied_package: Path, tmp_path: Path
) -> None:
    note = tmp_path / "note"
    environ["NOTE"] = str(note)
    command = [os.path.realpath(sys.executable), "-s", "-c", PRINT_PATHS]
    bare = {name: value for name, value in environ.items() if name != "PYTHONPATH"}
    without = subprocess.run(command, env=bare, capture_output=True, text=True, check=True)
    done = run_python(environ, copied_package, "-c", PRINT_PATHS)
    assert (done.stdout, done.stderr) == (without.stdout, "")
    assert note.read_text() == DSN + "\n"


def test_child_processes_follow(environ: dict[str, str], copied_package: Path, tmp_path: Path) -> None:
    note = tmp_path / "note"
    environ["NOTE"] = str(note)
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'pass'])"
    assert run_python(environ, copied_package, "-c", script).returncode == 0
    assert note.read_text() == (DSN + "\n") * 2


def test_an_extension_for_another_version_is_left_alone(
    environ: dict[str, str], copied_package: Path, tmp_path: Path
) -> None:
    [extension] = copied_package.glob("_agent*")
    extension.rename(copied_package / "_agent.cpython-27-unknown.so")
    environ["NOTE"] = str(tmp_path / "note")
    done = run_python(environ, copied_package, "-c", "print('ran')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "ran\n", "")
    assert not (tmp_path / "note").exists()


@pytest.mark.parametrize("agent", ["raise OSError('broken')", "syntax error here", "def auto(): 1 / 0", ""])
def test_a_broken_agent_harms_nobody(environ: dict[str, str], copied_package: Path, agent: str) -> None:
    (copied_package / "_start.py").write_text(agent)
    done = run_python(environ, copied_package, "-c", "print('ran')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "ran\n", "")


@pytest.mark.parametrize(
    ("own", "out", "err"),
    [
        ("print('own')", "own\nran\n", ""),
        ("raise ImportError('x', name='sitecustomize')", "ran\n", ""),
        ("1 / 0", "ran\n", "Error in sitecustomize; set PYTHONVERBOSE for traceback:\n"
                           "ZeroDivisionError: division by zero\n"),
    ],
)  # fmt: skip
def test_the_programs_own_sitecustomize_runs_as_without(
    environ: dict[str, str], copied_package: Path, tmp_path: Path, own: str, out: str, err: str
) -> None:
    environ["NOTE"] = str(tmp_path / "note")
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(own)
    script = "import sitecustomize; assert 'own' in sitecustomize.__file__" if "print" in own else "pass"
    command = [os.path.realpath(sys.executable), "-s", "-c", f"{script}; print('ran')"]
    outputs = []
    for path in ([folder], [copied_package / "cli" / "bootstrap", folder]):
        done = subprocess.run(
            command,
            env=environ | {"PYTHONPATH": os.pathsep.join(map(str, path)), "STROBE_DSN": DSN},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        outputs.append((done.returncode, done.stdout, done.stderr))
    assert outputs[0] == outputs[1]
    assert outputs[1][1:] == (out, err)
    assert (tmp_path / "note").exists()


def test_hub_becomes_the_binary(strobe: Strobe, tmp_path: Path) -> None:
    binary = tmp_path / "strobe-hub"
    binary.write_text('#!/bin/sh\necho "$$ $@"\nexit 9\n')
    binary.chmod(0o755)
    done = strobe("hub", "--data", "x y", "--help", STROBE_HUB_BINARY=str(binary))
    assert done.returncode == 9
    assert done.stdout.split(" ", 1)[1] == "--data x y --help\n"


def test_a_missing_hub_binary_is_told(strobe: Strobe, tmp_path: Path) -> None:
    done = strobe("hub", STROBE_HUB_BINARY=str(tmp_path / "none"))
    assert done.returncode == 2
    assert "STROBE_HUB_BINARY" in done.stderr
    assert "Traceback" not in done.stderr
