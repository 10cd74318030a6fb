from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest
from fake_hub import TOKEN, FakeHub
from self_signed import Certificate
from stroboscope.cli.certificate import public_key_pin
from stroboscope.cli.failure import NO_HUB, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, NotFound
from stroboscope.cli.profile import Hub


def client_of(hub: FakeHub, **changes: str) -> HubClient:
    values = {"token": TOKEN, "pin": hub.certificate.pin, "ca_file": "", "host": "127.0.0.1", **changes}
    return HubClient(Hub(values["host"], hub.port, values["token"], values["pin"], values["ca_file"]))


def failure_of(client: HubClient) -> Failure:
    with pytest.raises(Failure) as caught:
        client.instances()
    return caught.value


def test_the_pin_is_the_one_openssl_computes(certificate: Certificate) -> None:
    der = ssl.PEM_cert_to_DER_cert(certificate.file.read_text())
    assert public_key_pin(der) == certificate.pin


def test_no_certificate_is_a_value_error(certificate: Certificate) -> None:
    der = ssl.PEM_cert_to_DER_cert(certificate.file.read_text())
    for length in range(120):
        with pytest.raises(ValueError, match="not a DER certificate"):
            public_key_pin(der[:length])
    with pytest.raises(ValueError, match="not a DER certificate"):
        public_key_pin(b"\x30\x85" + bytes(20))


def test_requests_and_answers_travel(hub: FakeHub) -> None:
    hub.routes["GET instances"] = (200, {"instances": [{"id": "a"}, "no object"]})
    hub.routes["POST probes"] = lambda request: (201, {"probe": request.body})
    hub.routes["DELETE probes/*"] = (204, None)
    client = client_of(hub)
    assert client.instances(service="a b&c", state="up") == [{"id": "a"}]
    assert client.set_probe({"location": "ä"}) == {"probe": {"location": "ä"}}
    client.remove_probe("../x")
    assert hub.requests[0].query == {"service": "a b&c", "state": "up"}
    assert hub.requests[2].path == "probes/..%2Fx"


def test_a_ca_file_is_enough_without_a_pin(hub: FakeHub) -> None:
    hub.routes["GET instances"] = (200, {"instances": []})
    assert client_of(hub, pin="", ca_file=str(hub.certificate.file)).instances() == []


def test_a_certificate_for_another_name_is_refused(hub: FakeHub) -> None:
    failure = failure_of(client_of(hub, pin="", ca_file=str(hub.certificate.file), host="localhost"))
    assert "not trusted" in failure.message


def test_an_unknown_certificate_is_refused_before_the_token_is_sent(hub: FakeHub) -> None:
    failure = failure_of(client_of(hub, pin=""))
    assert failure.exit_code == NO_HUB
    assert "pin" in failure.next_step
    assert hub.requests == []


def test_a_wrong_pin_is_refused_before_the_token_is_sent(hub: FakeHub) -> None:
    failure = failure_of(client_of(hub, pin="00" * 32))
    assert failure.exit_code == NO_HUB
    assert "another key" in failure.message
    assert hub.requests == []


def test_a_missing_ca_file_is_named(hub: FakeHub, tmp_path: Path) -> None:
    failure = failure_of(client_of(hub, pin="", ca_file=str(tmp_path / "none.pem")))
    assert "none.pem does not exist" in failure.message


def test_a_ca_file_that_is_none_is_a_failure(hub: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("hello")
    assert failure_of(client_of(hub, pin="", ca_file=str(tmp_path / "ca.pem"))).exit_code == NO_HUB


def test_a_hub_that_is_away_says_how_to_start_it(hub: FakeHub) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        failure = failure_of(HubClient(Hub("127.0.0.1", free.getsockname()[1], "t", "00" * 32)))
    assert failure.exit_code == NO_HUB
    assert "cannot be reached" in failure.message
    assert "strobe hub" in failure.next_step


def test_a_server_without_tls_is_no_hub() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            peer, _ = server.accept()
            peer.sendall(b"SSH-2.0-OpenSSH\r\n")
            peer.close()

        threading.Thread(target=greet, daemon=True).start()
        failure = failure_of(HubClient(Hub("127.0.0.1", server.getsockname()[1], "t", "00" * 32)))
    assert failure.exit_code == NO_HUB


def test_a_name_that_does_not_resolve_is_said() -> None:
    failure = failure_of(HubClient(Hub("no-such-host.invalid", 443, "t", "00" * 32)))
    assert failure.exit_code == NO_HUB
    assert failure.next_step


@pytest.mark.parametrize(
    ("status", "exit_code"),
    [
        (400, WRONG_USE),
        (404, WRONG_USE),
        (409, WRONG_USE),
        (401, NO_HUB),
        (403, NO_HUB),
        (500, NO_HUB),
        (503, NO_HUB),
    ],
)
def test_errors_of_the_hub_keep_its_message(hub: FakeHub, status: int, exit_code: int) -> None:
    hub.routes["GET instances"] = (status, {"error": "e", "message": "what happened"})
    failure = failure_of(client_of(hub))
    assert failure.exit_code == exit_code
    assert "what happened" in failure.message
    assert isinstance(failure, NotFound) == (status == 404)


@pytest.mark.parametrize("answer", [b"<html>", b"[1]", b"\xff\xfe", b"[" * 100_000, b"3"])
def test_an_answer_that_is_no_json_object_is_no_hub(hub: FakeHub, answer: bytes) -> None:
    hub.raw_answer = answer
    failure = failure_of(client_of(hub))
    assert failure.exit_code == NO_HUB
    assert "not JSON" in failure.message


def test_an_idle_connection_that_was_closed_is_opened_again(hub: FakeHub) -> None:
    hub.routes["GET instances"] = (200, {"instances": []})
    client = client_of(hub)
    client.instances()
    hub.hang_up = 1
    assert client.instances() == []


def test_a_probe_is_not_set_twice_when_the_answer_is_lost(hub: FakeHub) -> None:
    hub.routes["GET instances"] = (200, {"instances": []})
    hub.routes["POST probes"] = (201, {})
    client = client_of(hub)
    client.instances()
    hub.hang_up = 1
    with pytest.raises(Failure) as caught:
        client.set_probe({})
    assert caught.value.exit_code == NO_HUB
    assert len(hub.sent("POST probes")) == 1
