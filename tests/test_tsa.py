"""Authorities of the settings: roots read, servers asked with nothing of the user's, every failure an OSError."""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from archiver import app, errors
from archiver.app import OFFERS, App, build_app, build_authorities, build_sender
from archiver.demo.loopback import HttpAnswer, HttpRequest, LoopbackServer, held_content
from archiver.errors import BadRoots
from archiver.evidence.stamps import roots
from archiver.evidence.stamps.roots import REASONS, StampRefused
from archiver.evidence.stamps.timestamp import Authority, AuthorityAnswer, request_stamp
from archiver.settings.file import load_settings
from archiver.settings.model import AuthoritySetting, Settings, TimestampSettings
from tests.support.cases import cases_of
from tests.support.certificate import loopback_certificate
from tests.support.chatwork.scripted_server import NEVER_ENDING, ScriptedServer
from tests.support.receivers.loopback_receiver import LoopbackReceiver, QuietHandler
from tests.support.stamps.simulated_authority import AuthorityFault, SimulatedAuthority
from tests.support.world import BEGIN

MIDNIGHT = datetime(2026, 7, 1, tzinfo=UTC)
QUERY = TimestampRequestBuilder().data(b"seal").hash_algorithm(HashAlgorithm.SHA256).build().as_bytes()


@pytest.fixture
def simulated() -> Iterator[SimulatedAuthority]:
    with SimulatedAuthority() as running:
        yield running


class Recorder:
    """Answers with what it is told, and keeps every request."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []
        self.answers: list[HttpAnswer] = []

    def __call__(self, request: HttpRequest) -> HttpAnswer:
        """The next answer, or an empty one."""
        self.requests.append(request)
        return self.answers.pop(0) if self.answers else HttpAnswer(200)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def url(recorder: Recorder) -> Iterator[str]:
    server = LoopbackServer(0, answer=recorder, now=lambda: MIDNIGHT)
    try:
        yield f"http://127.0.0.1:{server.port}/tsr"
    finally:
        server.stop()


# --- roots -------------------------------------------------------------------------------------


def app_with(home: Path, *settings: AuthoritySetting) -> App:
    """An app with these authorities in its settings."""
    return build_app(Settings(home, timestamp=TimestampSettings(authorities=settings)), {})


def test_the_app_can_stamp_with_a_root_in_the_home(simulated: SimulatedAuthority, tmp_path: Path) -> None:
    """A PEM file named in the settings lies beside them, and the authority behind the address is asked."""
    (tmp_path / "roots.pem").write_text(simulated.root_pem)

    made = app_with(tmp_path, AuthoritySetting("mine", simulated.url, "roots.pem"))

    assert ("mine",) == tuple(one.name for one in made.authorities)
    assert () == made.root_errors
    assert request_stamp(b"seal", made.authorities[0], now=made.now).token.root == roots.fingerprint(simulated.root_der)


def test_without_settings_nobody_is_asked(tmp_path: Path) -> None:
    """A fresh archive stamps nothing."""
    assert () == app_with(tmp_path).authorities


def test_a_root_of_browsers_is_named_by_its_fingerprint(tmp_path: Path) -> None:
    """The authorities that are offered need no file."""
    made = app_with(tmp_path, *(offer.setting for offer in OFFERS))

    assert [[offer.root] for offer in OFFERS] == [
        [roots.fingerprint(root) for root in authority.roots] for authority in made.authorities
    ]


@pytest.mark.parametrize(
    ("named", "content"),
    [
        *(("none.pem", None), (".", None), ("text.pem", b"no certificate"), ("bytes.pem", b"\xff\xfe")),
        (f"certifi:{'0' * 64}", None),
    ],
)
def test_a_root_that_cannot_be_read_stops_only_its_own_stamps(
    named: str, content: bytes | None, tmp_path: Path
) -> None:
    """The app is built with the error (code 5), and no stamp is requested from this authority."""
    if content is not None:
        (tmp_path / named).write_bytes(content)
    good = OFFERS[0].setting

    made = app_with(tmp_path, AuthoritySetting("bad", "http://127.0.0.1:1/", named), good)

    assert [("bad", 0), (good.name, 1)] == [(one.name, len(one.roots)) for one in made.authorities]
    (error,) = made.root_errors
    assert 5 == error.code
    assert "“bad”" in str(error)
    assert "archive.toml" in error.advice()
    with pytest.raises(StampRefused) as refused:
        request_stamp(b"seal", made.authorities[0], now=made.now)
    assert "roots" == refused.value.reason


def test_a_root_that_browsers_dropped_is_taken_from_the_archive(simulated: SimulatedAuthority, tmp_path: Path) -> None:
    """The archive keeps the root of its first stamp, and the fingerprint proves that it is the same."""
    setting = AuthoritySetting("old", simulated.url, f"certifi:{roots.fingerprint(simulated.root_der)}")
    (tmp_path / "seals").mkdir()
    (tmp_path / "seals/old.pem").write_text(SimulatedAuthority().root_pem + simulated.root_pem)

    assert (simulated.root_der,) == app.pinned_roots(tmp_path, setting)

    (tmp_path / "seals/old.pem").write_text(SimulatedAuthority().root_pem)
    with pytest.raises(BadRoots):
        app.pinned_roots(tmp_path, setting)


# --- asking ------------------------------------------------------------------------------------


def test_nothing_of_the_users_is_sent(
    recorder: Recorder, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A POST with the query and its type: no password from `.netrc`, no cookie, no proxy for this computer.

    It is posted again where the same host says; status and bytes are given as they came, and judged elsewhere.
    """
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login yamada password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    leading = HttpAnswer(307, {"set-cookie": "a=b", "location": "/elsewhere"})
    recorder.answers = [leading, HttpAnswer(503, {}, held_content(b"busy"))]

    answer = build_sender(url)(b"query")

    assert (503, b"busy") == (answer.status, answer.body)
    assert ["/tsr", "/elsewhere"] == [request.path for request in recorder.requests]
    for request in recorder.requests:
        assert ("POST", b"query") == (request.method, request.body)
        assert "application/timestamp-query" == request.headers["content-type"]
        assert not {"authorization", "cookie", "x-chatworktoken"} & request.headers.keys()


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        *((one, 1) for one in ("http://localhost:1/", "//example.invalid/", "file:///etc/passwd", "http://[")),
        *(("/again", 3), ("", 3)),
    ],
)
def test_a_redirect_elsewhere_is_not_followed(location: str, asked: int, recorder: Recorder, url: str) -> None:
    """Another host, another scheme or no address: nobody else is asked; and no third one within the host."""
    recorder.answers = [HttpAnswer(302, {"location": location}) for _ in range(9)]

    with pytest.raises(OSError):  # noqa: PT011 - whichever it is
        build_sender(url)(b"query")
    assert asked == len(recorder.requests)


@pytest.mark.parametrize(
    "failure",
    [AuthorityFault.DOWN, AuthorityFault.CUT, AuthorityFault.TOO_LARGE, AuthorityFault.TIMEOUT, AuthorityFault.SLOW],
)
def test_every_failure_on_the_way_is_one_kind(failure: AuthorityFault, simulated: SimulatedAuthority) -> None:
    """A dropped, cut, endless, silent or dripping answer is an OSError, and the time is limited as a whole."""
    simulated.fail(failure)
    started = time.monotonic()

    with pytest.raises(OSError):  # noqa: PT011 - whichever it is
        build_sender(simulated.url, seconds=0.5)(QUERY)

    assert time.monotonic() - started < 30


@pytest.mark.parametrize("what", NEVER_ENDING)
def test_an_answer_that_never_ends_is_an_error(what: str) -> None:
    """One deadline is over the whole of it, headers included."""
    started = time.monotonic()

    with ScriptedServer([NEVER_ENDING[what]]) as endless, pytest.raises(OSError):  # noqa: PT011 - whichever it is
        build_sender(endless.url, seconds=0.3)(QUERY)

    assert time.monotonic() - started < 30


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "http://127.0.0.1:99999/", "http://", "http://a..b/", "x"])
def test_an_address_that_leads_nowhere_is_the_same(address: str) -> None:
    """A closed port and what is no address at all."""
    with pytest.raises(OSError):  # noqa: PT011 - whichever it is
        build_sender(address)(b"query")


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
        request_stamp(b"seal", authority_of(home, paid, asks), now=lambda: BEGIN)
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
