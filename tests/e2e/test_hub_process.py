"""The hub as a process: what it makes in an empty folder, what it prints, how it refuses and how it ends."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from stroboscope.cli.commands.hub import find_binary
from waiting import eventually


class Hub:
    """One start of the binary."""

    def __init__(
        self, folder: Path, *arguments: str, listen: str = "127.0.0.1:0", files_max: int = 1000
    ) -> None:
        self.folder = folder
        reader, writer = os.pipe()
        self.process = subprocess.Popen(
            ["sh", "-c", f'ulimit -n {files_max}; exec "$0" "$@"', find_binary()]
            + ["--data", str(folder / "data"), "--listen", listen, *arguments, "--ready-fd", str(writer)],
            env=environment(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=[writer],
        )
        os.close(writer)
        with os.fdopen(reader) as ready:
            line = ready.readline()
        self.ready: dict[str, Any] = json.loads(line) if line else {}

    @property
    def port(self) -> int:
        return int(self.ready["hub"].rsplit(":", 1)[1])

    def stop(self, how: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit code, stdout, stderr."""
        self.process.send_signal(how)
        return self.wait()

    def wait(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


def environment(folder: Path) -> dict[str, str]:
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("STROBE_", "XDG_"))}
    return keep | {"HOME": str(folder / "home"), "XDG_CONFIG_HOME": str(folder / "config")}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub that started in an empty folder."""
    one = Hub(tmp_path)
    yield one
    if one.process.poll() is None:
        one.stop()


def fails(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and the only line on stderr of a start that does not succeed."""
    result = subprocess.run(
        [find_binary(), *arguments],
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    (line,) = result.stderr.splitlines()
    assert line.startswith("strobe-hub: ")
    assert result.stdout == ""
    return result.returncode, line


def certificate(hub: Hub) -> ssl.SSLSocket:
    """A verified TLS connection."""
    context = ssl.create_default_context(cafile=hub.ready["ca_file"])
    return context.wrap_socket(socket.create_connection(("127.0.0.1", hub.port)), server_hostname="127.0.0.1")


def pin_of(der: bytes, folder: Path) -> str:
    """SHA-256 of the SubjectPublicKeyInfo, computed by the openssl command."""
    path = folder / "leaf.der"
    path.write_bytes(der)
    key = subprocess.run(
        f"openssl x509 -inform DER -in {path} -pubkey -noout | openssl pkey -pubin -outform DER",
        shell=True,
        capture_output=True,
        check=True,
    )
    return hashlib.sha256(key.stdout).hexdigest()


# ---- The start ----


def test_an_empty_folder_gets_everything_private(hub: Hub) -> None:
    data = hub.folder / "data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    for name in ("admin.token", "agent.token", "ca.key", "server.key", "hub.db", "hub.db-wal"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600, name
    assert (data / "admin.token").read_text().strip() == hub.ready["token"]
    assert len(hub.ready["token"]) == 40


def test_the_start_is_told_to_people(hub: Hub) -> None:
    ready = hub.ready
    code, out, err = hub.stop()
    assert code == 0
    for word in (
        ready["hub"] + "/",
        ready["hub"] + "/#token=" + ready["token"],
        ready["dsn"],
        ready["ca_file"],
    ):
        assert word in out
    agent_token = (hub.folder / "data" / "agent.token").read_text().strip()
    assert ready["dsn"] == f"wss://{agent_token}@127.0.0.1:{hub.port}/SERVICE?pin={ready['pin']}"
    assert ready["token"] not in err
    assert agent_token not in err
    assert "Sanitizer" not in err


def test_the_profile_is_private_and_holds_what_commands_need(hub: Hub) -> None:
    path = hub.folder / "config" / "stroboscope" / "profile.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    profile = json.loads(path.read_text())
    assert profile == {name: hub.ready[name] for name in ("hub", "token", "ca_file", "pin", "dsn")}


def test_no_profile_is_written_when_not_wanted(tmp_path: Path) -> None:
    hub = Hub(tmp_path, "--no-profile")
    assert hub.stop()[0] == 0
    assert not (tmp_path / "config").exists()


def test_a_profile_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file")
    hub = Hub(tmp_path)
    code, _, err = hub.stop()
    assert code == 0
    assert "will not find this hub" in err


def test_json_prints_one_document(tmp_path: Path) -> None:
    hub = Hub(tmp_path, "--json")
    code, out, _ = hub.stop()
    assert code == 0
    (line,) = out.splitlines()
    assert json.loads(line) == hub.ready


def test_the_second_start_reuses_everything(hub: Hub) -> None:
    assert hub.stop()[0] == 0
    again = Hub(hub.folder)
    same = [(one.ready["token"], one.ready["pin"]) for one in (hub, again)]
    assert same[0] == same[1]
    assert again.stop()[0] == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(hub: Hub, how: int) -> None:
    code, _, err = hub.stop(how)
    assert code == 0
    assert "stopping" in err
    assert not (hub.folder / "data" / "hub.db-wal").exists()


def test_the_certificate_is_valid_for_names_and_addresses_and_matches_the_pin(hub: Hub) -> None:
    with certificate(hub) as connection:
        assert connection.version() in ("TLSv1.2", "TLSv1.3")
        names = connection.getpeercert() or {}
        der = connection.getpeercert(binary_form=True)
    alternative = {value for _, value in cast(list[tuple[str, str]], names["subjectAltName"])}
    assert {"localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"} <= alternative
    assert der is not None
    assert pin_of(der, hub.folder) == hub.ready["pin"]


def test_old_tls_and_plain_text_are_refused(hub: Hub) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        pytest.raises((ssl.SSLError, ConnectionError)),
        context.wrap_socket(socket.create_connection(("127.0.0.1", hub.port))),
    ):
        pass
    with socket.create_connection(("127.0.0.1", hub.port)) as plain:
        plain.settimeout(60)
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            assert b"HTTP" not in plain.recv(1000)
        except ConnectionError:
            pass


def test_a_new_name_gets_a_new_certificate_with_the_old_key(hub: Hub) -> None:
    assert hub.stop()[0] == 0
    again = Hub(hub.folder, "--public-url", "hub.example:9443")
    assert again.ready["hub"] == "https://hub.example:9443"
    assert again.ready["dsn"].endswith(f"@hub.example:9443/SERVICE?pin={hub.ready['pin']}")
    assert again.stop()[0] == 0
    chain = (hub.folder / "data" / "server.pem").read_text()
    text = subprocess.run(
        ["openssl", "x509", "-noout", "-ext", "subjectAltName"],
        input=chain,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "DNS:hub.example" in text.stdout


def test_ipv6_is_written_in_brackets(tmp_path: Path) -> None:
    try:
        socket.socket(socket.AF_INET6).bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    hub = Hub(tmp_path, listen="[::1]:0")
    assert hub.ready["hub"].startswith("https://[::1]:")
    assert hub.stop()[0] == 0


# ---- Attacks on the way in ----


def raw(hub: Hub, data: bytes) -> bytes:
    """Everything the hub answers to these bytes."""
    with certificate(hub) as connection:
        connection.settimeout(60)
        answer = b""
        try:
            connection.sendall(data)
            while piece := connection.recv(65536):
                answer += piece
        except (ConnectionError, ssl.SSLError):
            pass
        return answer


POST = b"POST /api/v1/session HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"
GET = b"GET /api/v1/health HTTP/1.1\r\nHost: h\r\n\r\n"


@pytest.mark.parametrize(
    "data",
    [
        POST + POST,
        POST + POST[:-1],
        GET + POST + GET,
        GET * 50,
        POST + b"x" * 5000,
        GET.replace(b"HTTP/1.1", b"HTTP/1.0") + b"more",
    ],
    ids=["two posts", "a post and a half", "mixed", "fifty", "rubbish behind", "HTTP/1.0"],
)
def test_what_is_pipelined_is_answered_once_and_harms_nobody(hub: Hub, data: bytes) -> None:
    answer = raw(hub, data)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"200 OK" in raw(hub, GET)
    assert hub.stop()[0] == 0


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 1000,
        b"GET\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        GET.replace(b"Host: h", b"Upgrade: odd\r\nConnection: Upgrade"),
        GET.replace(b"Host: h", b"Upgrade: odd\r\nConnection: Upgrade") + GET,
        GET.replace(
            b"Host: h", b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nConnection: Upgrade, HTTP2-Settings"
        ),
        GET.replace(b"Host: h", b"Upgrade: websocket\r\nConnection: Upgrade"),
        GET.replace(
            b"Host: h", b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: " + b"a," * 500
        ),
        GET.replace(b"Host: h", b"X: " + b"y" * 100_000),
        GET.replace(b"/health", b"/" + b"z" * 20_000),
        GET.replace(b"/health", b"/snapshots?" + b"a=b&" * 1000),
        POST.replace(b"Length: 2", b"Length: -2"),
        POST.replace(b"Length: 2", b"Length: 99999999999999999999999"),
        POST.replace(b"Length: 2", b"Length: 9999999999"),
        POST.replace(b"Length: 2", b"Length: 2, 2"),
        GET.replace(b"/api/v1/health", b"http://evil/"),
        GET.replace(b"/api/v1/health", b"/%00/%ff/%zz"),
        GET.replace(b"GET", b"BREW"),
    ],
)
def test_requests_out_of_form_harm_nobody(hub: Hub, data: bytes) -> None:
    raw(hub, data)
    assert b"200 OK" in raw(hub, GET)
    code, _, err = hub.stop()
    assert code == 0
    assert "Sanitizer" not in err


def test_half_requests_do_not_hold_up_others(hub: Hub) -> None:
    held = [certificate(hub) for _ in range(50)]
    for connection in held:
        connection.sendall(GET[:-10])
    silent = [socket.create_connection(("127.0.0.1", hub.port)) for _ in range(50)]
    assert b"200 OK" in raw(hub, GET)
    for one in held + silent:
        one.close()
    assert hub.stop()[0] == 0


def test_more_connections_than_files_are_turned_away_and_the_rest_served(tmp_path: Path) -> None:
    began = time.monotonic()
    hub = Hub(tmp_path, files_max=150)
    held = [socket.create_connection(("127.0.0.1", hub.port)) for _ in range(300)]
    eventually(lambda: any(_is_closed(one) for one in held), "the first one turned away")
    for one in held:
        one.close()

    def answers() -> bool:
        try:
            return b"200 OK" in raw(hub, GET)
        except (ConnectionError, ssl.SSLError):  # it has not heard yet that the others left
            return False

    eventually(answers, "an answer")
    code, _, err = hub.stop()
    assert code == 0
    assert 1 <= err.count("turned away") <= 1 + (time.monotonic() - began) // 10  # told every 10 s


def _is_closed(one: socket.socket) -> bool:
    one.settimeout(0.01)
    try:
        return one.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


# ---- Refusals ----


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--nonsense"], "--nonsense"),
        (["--data"], "needs a value"),
        (["--data", ""], "needs a folder"),
        (["--listen", "8443"], "HOST:PORT"),
        (["--listen", "localhost:70000"], "HOST:PORT"),
        (["--listen", "::1:8443"], "brackets"),
        (["--public-url", "hub.example:0"], "HOST:PORT"),
        (["--public-url", "hub.example/x:1"], "HOST:PORT"),
        (["--ready-fd", "x"], "--ready-fd"),
        (["data"], "unknown argument"),
    ],
)
def test_wrong_use_is_told_in_one_line(tmp_path: Path, arguments: list[str], word: str) -> None:
    code, line = fails(tmp_path, *arguments)
    assert code == 2
    assert word in line


def test_a_port_in_use_is_told(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    code, line = fails(other, "--data", str(other / "data"), "--listen", f"127.0.0.1:{hub.port}")
    assert code == 1
    assert f"port {hub.port} of 127.0.0.1 is in use" in line
    assert "--listen" in line


def test_an_address_of_another_machine_is_told(tmp_path: Path) -> None:
    code, line = fails(tmp_path, "--data", str(tmp_path / "data"), "--listen", "192.0.2.1:0")
    assert code == 1
    assert "not an address of this machine" in line


def test_a_second_hub_on_the_folder_is_refused(hub: Hub) -> None:
    code, line = fails(hub.folder, "--data", str(hub.folder / "data"), "--listen", "127.0.0.1:0")
    assert code == 1
    assert f"process {hub.process.pid}" in line
    assert "--data" in line


def test_the_lock_of_a_killed_hub_is_free(hub: Hub) -> None:
    hub.process.kill()
    hub.wait()
    again = Hub(hub.folder)
    assert again.ready["pin"] == hub.ready["pin"]
    assert again.stop()[0] == 0


def test_a_folder_open_to_others_is_refused_unless_it_is_a_hubs(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    (data / "letter.txt").write_text("private")
    code, line = fails(tmp_path, "--data", str(data), "--listen", "127.0.0.1:0")
    assert code == 1
    assert "chmod 700" in line
    assert stat.S_IMODE(data.stat().st_mode) == 0o755
    assert [path.name for path in data.iterdir()] == ["letter.txt"]
    (data / "letter.txt").unlink()
    hub = Hub(tmp_path)
    assert hub.stop()[0] == 0
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    code, line = fails(tmp_path, "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0")
    assert code == 1
    assert "chmod 700" in line


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    code, line = fails(tmp_path, "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0")
    assert code == 1
    assert str(tmp_path) in line


@pytest.mark.parametrize("name", ["hub.db", "server.key", "ca.key", "admin.token"])
def test_a_damaged_file_is_named(hub: Hub, name: str) -> None:
    assert hub.stop()[0] == 0
    (hub.folder / "data" / name).write_bytes(b"damaged" * 1000 if name == "hub.db" else b"damaged")
    code, line = fails(hub.folder, "--data", str(hub.folder / "data"), "--listen", "127.0.0.1:0")
    assert code == 1
    assert name in line
    assert "backup" in line or "delete it" in line


def test_a_database_damaged_inside_is_refused(hub: Hub) -> None:
    assert hub.stop()[0] == 0
    path = hub.folder / "data" / "hub.db"
    data = bytearray(path.read_bytes())
    data[4096:8192] = os.urandom(4096)
    path.write_bytes(data)
    code, line = fails(hub.folder, "--data", str(hub.folder / "data"), "--listen", "127.0.0.1:0")
    assert code == 1
    assert "hub.db" in line
    assert "backup" in line


def test_a_damaged_certificate_is_made_anew(hub: Hub) -> None:
    assert hub.stop()[0] == 0
    (hub.folder / "data" / "server.pem").write_text("damaged")
    again = Hub(hub.folder)
    with certificate(again) as connection:
        assert connection.version()
    assert again.ready["pin"] == hub.ready["pin"]
    assert again.stop()[0] == 0


def test_ten_starts_and_ends_are_all_in_order(tmp_path: Path) -> None:
    for _ in range(10):
        assert Hub(tmp_path).stop()[0] == 0
