"""Where notices go: what a mail server gets, refusals without a secret, and what the look at all ways says."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.health.check_result import CheckResult
from archiver.notices.delivery import NoticeTrial, check_notices, check_trial, send_mail
from archiver.records.alerts import Grade
from archiver.settings import file
from archiver.settings.model import NotifySettings, Settings
from archiver.settings.token import read_mail_password, store_mail_password
from tests.support.certificate import loopback_certificate
from tests.support.receivers.mail_server import PASSWORD, USER, MailServer, running_mail_server

TITLE, TEXT = "Chatwork保管庫", "保存が止まっています。\n.\n{x} <b>&amp;"


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server of this computer."""
    with running_mail_server() as made:
        yield made


def settings(home: Path, lines: str, password: str = PASSWORD) -> Settings:
    """The settings of a home with these lines, and the password in a private file."""
    (home / "archive.toml").write_text(f"[notify]\n{lines}", encoding="utf-8")
    (home / "mail-password").write_text(f"{password}\n", encoding="utf-8")
    (home / "mail-password").chmod(0o600)
    return file.load_settings(home, {})


def test_a_notice_arrives_as_it_was_written(tmp_path: Path, server: MailServer) -> None:
    """With a subject, as a program's own mail, and without the name of this computer."""
    assert send_mail(settings(tmp_path, server.settings()), {}, TITLE, TEXT) is None

    (mail,) = server.mails
    headers = [mail[name] for name in ("Subject", "To", "From", "Auto-Submitted")]
    assert [TITLE, USER, USER, "auto-generated"] == headers
    assert TEXT.splitlines() == mail.get_content().splitlines()
    assert {"[127.0.0.1]"} == set(server.names)


@pytest.mark.parametrize("starttls", [True, False])
def test_tls_is_used_and_the_server_must_prove_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starttls: bool
) -> None:
    """From the first byte or after STARTTLS; one whose certificate is not known gets no password."""
    certificate = tmp_path / "loopback.pem"
    certificate.write_bytes(loopback_certificate())
    tls = "starttls" if starttls else "tls"
    with running_mail_server(certificate=certificate, starttls=starttls) as server:
        loaded = settings(tmp_path, server.settings(tls=tls))
        refused = send_mail(loaded, {}, TITLE, TEXT)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        sent = send_mail(loaded, {}, TITLE, TEXT)

    assert (True, None, 1) == ("cannot prove its name" in str(refused), sent, len(server.mails))


@pytest.mark.parametrize(
    ("refuses", "tls", "expected"),
    [
        ("login", "none", "does not accept name and password"),
        ("recipient", "none", "does not take mails from this sender"),
        ("sense", "none", "does not answer as expected"),
        ("", "starttls", "does not offer"),
    ],
)
def test_a_refusal_is_one_sentence_without_a_secret(tmp_path: Path, refuses: str, tls: str, expected: str) -> None:
    """Although the server repeats what it was sent; one that offers no STARTTLS gets neither password nor text."""
    with running_mail_server(refuses=refuses) as server:
        reason = send_mail(settings(tmp_path, server.settings(tls=tls)), {}, TITLE, TEXT)

    assert (True, False, []) == (expected in str(reason), PASSWORD in str(reason), server.mails)


@pytest.mark.parametrize("where", ["greeting", "EHLO", "AUTH", "DATA"])
def test_a_server_that_hangs_or_drips_is_cut(tmp_path: Path, server: MailServer, where: str) -> None:
    """One deadline over the whole mail."""
    server.hangs, begun = where, time.monotonic()

    reason = send_mail(settings(tmp_path, server.settings()), {}, TITLE, TEXT, patience=0.6)

    assert "did not answer in time" in str(reason)
    assert time.monotonic() - begun < 30


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    """As is a password that is not; an address alone is no way, and nothing is sent."""
    lines = f'mail_host = "127.0.0.1"\nmail_port = 9\nmail_tls = "none"\nmail_to = "{USER}"\n'

    assert "cannot be reached" in str(send_mail(settings(tmp_path, lines), {}, TITLE, TEXT))
    lines += f'mail_user = "{USER}"\nmail_password = "env:NONE"\n'
    assert "password of [notify] mail_password" in str(send_mail(settings(tmp_path, lines), {}, TITLE, TEXT))
    assert send_mail(settings(tmp_path, f'mail_to = "{USER}"\n'), {}, TITLE, TEXT) is None


def test_a_password_is_stored_beside_the_token(tmp_path: Path) -> None:
    """Where the token lies in a file, in another private file; never in the settings."""
    loaded = settings(tmp_path, 'mail_host = "a"\nmail_to = "a@b"\n[token]\nsource = "file:token"\n')

    place = store_mail_password(loaded, "another")

    file.update_settings(tmp_path, {"notify.mail_password": place})
    assert "another" == read_mail_password(file.load_settings(tmp_path, {}), {})
    assert 0 == (tmp_path / "mail-password").stat().st_mode & 0o077
    assert "another" not in (tmp_path / "archive.toml").read_text(encoding="utf-8")


SECRET = "json://user:canary-6f1d@127.0.0.1:9/"


def look_at(home: Path, *urls: str, has_desktop: bool = True, lacks_mail: bool = False) -> CheckResult:
    """The look with these addresses in a settings file that is ours alone."""
    (home / "archive.toml").touch(mode=0o600)
    programs = home / "bin"
    programs.mkdir(exist_ok=True)
    if has_desktop:
        (programs / "notify-send").touch(mode=0o755)
    settings, environ = Settings(home, notify=NotifySettings(urls=urls)), {**os.environ, "PATH": str(programs)}
    return check_notices(settings, environ, lacks_mail=lacks_mail)


@pytest.mark.drawn
@pytest.mark.parametrize(
    ("urls", "has_desktop", "grade", "words"),
    [
        ((), False, Grade.ATTENTION, "This computer has nothing that shows alerts on a desktop"),
        ((SECRET,), False, Grade.GOOD, "At 1 address of [notify] urls."),
        ((SECRET, SECRET), True, Grade.GOOD, "On this desktop. At 2 addresses of [notify] urls."),
        (("env:ADDRESS",), True, Grade.ATTENTION, ""),  # a scheduled run may lack it, as the token
    ],
)
def test_where_notices_go_is_told_and_no_desktop_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, urls: tuple[str, ...], has_desktop: bool, grade: Grade, words: str
) -> None:
    """A container or a server has none. Nothing is sent, and no address is shown."""
    monkeypatch.setenv("ADDRESS", SECRET)

    look = look_at(tmp_path, *urls, has_desktop=has_desktop)

    assert (grade, True) == (look.grade, look.text.startswith(words))
    assert has_desktop or "On this desktop" not in look.text
    assert SECRET not in look.text


@pytest.mark.drawn
def test_an_address_that_is_wrong_has_to_be_seen_to(tmp_path: Path) -> None:
    """By its position."""
    look = look_at(tmp_path, SECRET, "file:none", "nonsense-canary-6f1d")

    assert (Grade.ACTION, False) == (look.grade, "canary" in repr(look))
    assert ["number 2" in look.text, "number 3" in look.text, "number 1" in look.text] == [True, True, False]


def test_a_missing_library_or_mail_program_has_to_be_seen_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library only where addresses are named; what cron is to mail is lost without a word."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    mail = look_at(tmp_path, lacks_mail=True)

    assert [Grade.GOOD, Grade.ACTION] == [look_at(tmp_path, *urls).grade for urls in ((), (SECRET,))]
    assert (Grade.ACTION, True) == (mail.grade, "no mail program (sendmail)" in mail.text)


@pytest.mark.drawn
def test_settings_that_others_can_read_deserve_a_look(tmp_path: Path) -> None:
    """If an address stands in them."""
    (tmp_path / "archive.toml").touch()
    (tmp_path / "archive.toml").chmod(0o644)
    (tmp_path / "address").write_text(SECRET, encoding="utf-8")
    (tmp_path / "address").chmod(0o600)

    levels = [look_at(tmp_path, *urls).grade for urls in ((), ("file:address",), (SECRET,))]

    assert [Grade.GOOD, Grade.GOOD, Grade.ATTENTION] == levels


@pytest.mark.parametrize(
    ("tested", "number", "verdict"),
    [
        (NoticeTrial(True, 2, ()), 2, Grade.GOOD),
        (NoticeTrial(False, 0, ()), 0, Grade.ACTION),
        (NoticeTrial(False, 2, ()), 2, Grade.ATTENTION),
        (NoticeTrial(None, 0, ()), 0, Grade.GOOD),
        (NoticeTrial(None, 1, ("x",)), 2, Grade.ACTION),
    ],
)
def test_a_test_notice_that_is_lost_has_to_be_seen_to(tested: NoticeTrial, number: int, verdict: Grade) -> None:
    """One that the desktop could not show reached nobody, unless an address took it; a user may want none."""
    assert verdict is check_trial(tested, number).grade
