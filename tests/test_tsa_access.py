"""Authorities that are paid: a name and password, read late, sent by TLS, never printed."""

from __future__ import annotations

import base64
import ssl
from datetime import datetime
from pathlib import Path

import pytest

from archiver import errors
from archiver.app import build_authorities
from archiver.evidence.stamps.roots import REASONS, StampRefused
from archiver.evidence.stamps.timestamp import Authority, AuthorityAnswer, request_stamp
from archiver.settings.file import load_settings
from tests.support.cases import cases_of
from tests.support.certificate import loopback_certificate
from tests.support.receivers.loopback_receiver import LoopbackReceiver, QuietHandler
from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.world import BEGIN

PASSWORD = "秘密 s3cret-Passw0rd"
ENVIRON = {"TSA_PASSWORD": PASSWORD}


def authority_of(home: Path, paid: PaidAuthority, settings: str, environ: dict[str, str] = ENVIRON) -> Authority:
    """The authority as the settings give it."""
    home.mkdir(exist_ok=True)
    (home / "roots.pem").write_text(paid.simulated.root_pem, encoding="ascii")
    line = f'authorities = [{{name = "paid", url = "{paid.url}", roots = "roots.pem"{settings}}}]'
    (home / "archive.toml").write_text(f"[timestamp]\n{line}\n", encoding="utf-8")
    (authority,), _errors = build_authorities(home, load_settings(home, {}).timestamp.authorities, environ)
    return authority


def refusal(authority: Authority, now: datetime = BEGIN) -> str:
    with pytest.raises(StampRefused) as caught:
        request_stamp(b"seal", authority, now=lambda: now)
    assert PASSWORD not in repr(caught.value) + repr(authority)
    assert caught.value.reason in REASONS
    return caught.value.reason


def test_a_name_and_password_open_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of a variable or a private file; without them, or with others, it says why there is no stamp."""
    paid = PaidAuthority(tmp_path, login=("customer-1", PASSWORD))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(paid.certificate))
    home, asks = tmp_path / "home", ', user = "customer-1", password = "env:TSA_PASSWORD"'
    with paid.listening():
        stamped = request_stamp(b"seal", authority_of(home, paid, asks), now=lambda: BEGIN)
        (home / "tsa-password").write_text(PASSWORD + "\n", encoding="utf-8")
        (home / "tsa-password").chmod(0o600)
        from_file = authority_of(home, paid, ', user = "customer-1", password = "file:tsa-password"')
        request_stamp(b"seal", from_file, now=lambda: BEGIN)

        assert "denied" == refusal(authority_of(home, paid, ""))
        assert "denied" == refusal(authority_of(home, paid, asks, {"TSA_PASSWORD": "another"}))
        count = len(paid.asked)
        assert "access" == refusal(authority_of(home, paid, asks, {}))
        (home / "tsa-password").chmod(0o644)
        assert "exposed" == refusal(from_file)
        (home / "tsa-password").unlink()
        assert "access" == refusal(from_file)

    assert "1.3.6.1.4.1.99999.1" == stamped.token.policy
    assert count == len(paid.asked)


def test_a_connection_that_the_system_forbids_is_no_fault_of_the_password() -> None:
    """A firewall's refusal of this computer is a permission error too."""

    def forbidden(_query: bytes) -> AuthorityAnswer:
        raise PermissionError(1, "Operation not permitted")

    assert "unreachable" == refusal(Authority("a", forbidden, (b"root",)))


@pytest.mark.parametrize(("url", "settings"), cases_of(__file__, "settings_that_would_give_a_secret_away_are_refused"))
def test_settings_that_would_give_a_secret_away_are_refused(tmp_path: Path, url: str, settings: str) -> None:
    """One sentence that names the key, and never the value."""
    line = f'authorities = [{{name = "a", url = "{url}", roots = "r.pem"{settings}}}]'
    (tmp_path / "archive.toml").write_text(f"[timestamp]\n{line}\n", encoding="utf-8")

    with pytest.raises(errors.BadSettings) as caught:
        load_settings(tmp_path, {})

    assert "timestamp.authorities" in str(caught.value)
    assert "s3cret" not in str(caught.value)


# --- the authority --------------------------------------------------------------------------------


class PaidAuthority(LoopbackReceiver):
    """It answers those who give the name and password."""

    def __init__(self, folder: Path, *, login: tuple[str, str]) -> None:
        self.simulated = SimulatedAuthority()
        self.login = login
        self.asked: list[str | None] = []
        """The header `Authorization` of each request."""
        super().__init__()
        self.certificate = folder / "server.pem"
        self.certificate.write_bytes(loopback_certificate())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    @property
    def url(self) -> str:
        """The address for requests."""
        return f"https://{self.place}/tsr"

    def answer(self, request: QuietHandler) -> None:
        """Answer with a stamp, or with 401."""
        given, query = request.headers["Authorization"], request.body()
        self.asked.append(given)
        reply = self.simulated.reply(query) if given == self.expected else b""
        request.send_response(200 if reply else 401)
        request.send_header("Content-Type", "application/timestamp-reply")
        request.send_header("Content-Length", str(len(reply)))
        request.end_headers()
        request.wfile.write(reply)

    @property
    def expected(self) -> str:
        """The header that opens it."""
        return f"Basic {base64.b64encode(':'.join(self.login).encode()).decode()}"
