"""`archive init alerts` on a terminal: mail and heartbeat are set up and tried, and what was not seen is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.settings import file
from archiver.settings.token import read_mail_password
from archiver.setup.unattended import is_trial_due, likely_server
from archiver.store.archive import Archive
from archiver.store.working import remembered_values
from tests.support.receivers.mail_server import PASSWORD, USER, MailServer, running_mail_server
from tests.support.receivers.ping_receiver import CHECK, PingReceiver, running_ping_receiver
from tests.support.terminals.pseudo_terminal import PseudoTerminal
from tests.support.terminals.terminal_world import TerminalWorld


@pytest.fixture
def world(tmp_path: Path, desk: TerminalWorld) -> TerminalWorld:
    """A saved archive on a computer without a desktop, whose token lies in a variable."""
    desk.sync()
    desk.terminal.environ |= {"PATH": str(tmp_path), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    return desk


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A mail server of this computer."""
    with running_mail_server() as made:
        yield made


@pytest.fixture
def pings() -> Iterator[PingReceiver]:
    """A monitoring service."""
    with running_ping_receiver() as made:
        yield made


def on_terminal(world: TerminalWorld, *arguments: str) -> PseudoTerminal:
    """A command on a terminal."""
    return PseudoTerminal(world.terminal.command(*arguments), world.terminal.environ)


@pytest.mark.drawn
def test_mail_and_heartbeat_are_set_up_tried_and_used(
    world: TerminalWorld, mail: MailServer, pings: PingReceiver
) -> None:
    """A wrong password is said and asked again; secrets lie in private files; then a failing run is mailed."""
    with on_terminal(world, "init", "alerts") as tty:
        tty.answer("no mail):", "nobody")
        tty.answer("no mail):", USER)
        tty.answer("(SMTP) [smtp.example.com]:", f"127.0.0.1:{mail.port}")
        tty.answer("for programs):", "wrong")
        tty.see("does not accept name and password")
        tty.answer("again? [yes]:", "")
        tty.answer(f"(SMTP) [127.0.0.1:{mail.port}]:", f"127.0.0.1:{mail.port}")
        tty.answer("for programs):", PASSWORD)
        tty.answer("none):", "http://example.com/x")
        tty.answer("none):", pings.address())
        tty.answer("way off (on this desktop)? [no]:", "yes")
        tty.answer("by mail. Did you see it? [no]:", "はい")
        tty.see("The monitoring service took the call.")
        code = tty.end()
    settings = file.load_settings(world.home, {})
    world.both("-q", "sync", code=10, CHATWORK_API_TOKEN="f" * 32)

    assert (0, False, False) == (code, PASSWORD in tty.shown, CHECK in tty.shown)
    assert (("mail", "ping"), PASSWORD) == (settings.notify.ways, read_mail_password(settings, {}))
    toml = (world.home / "archive.toml").read_text(encoding="utf-8")
    assert [] == [secret for secret in (PASSWORD, CHECK) if secret in toml]
    assert ["log", "start", "10"] == pings.states
    assert [False, True] == ["The last save failed" in one.get_content() for one in mail.mails]


@pytest.mark.drawn
def test_what_was_not_seen_is_said_until_it_is_seen_or_turned_off(world: TerminalWorld) -> None:
    """By `check` and `status`; `check` on a terminal tries again after a month, and otherwise writes nothing."""
    with on_terminal(world, "init", "alerts") as tty:
        tty.answer("no mail):", "")
        tty.answer("none):", "")
        tty.answer("way off (on this desktop)? [no]:", "")
        tty.see("Nothing can tell you of trouble yet")
        tty.end()

    said = "The test alert did not come or was not seen"
    assert "to look at in the setup: archive status --full" in world.both("status")[0]
    assert said in world.both("status", "--full", code=4)[0]
    with on_terminal(world, "status", "--full") as tty:
        tty.see(said)
        tty.end()
    trial = remembered_values.LastNoticeTrial(world.clock() - timedelta(days=31), ("desktop",))
    world.remember(remembered_values.NOTICE_TRIAL, trial)
    with on_terminal(world, "status", "--full") as tty:
        tty.answer("way off (on this desktop)? [no]:", "yes")
        tty.end()
    assert said not in world.both("status")[0]


def test_a_way_that_was_set_later_is_tried_too(world: TerminalWorld) -> None:
    """The next `check` on a terminal does it; what was tried within a month is left alone."""
    archive, now = Archive(world.home), world.clock()
    settings = file.load_settings(world.home, {})
    never = is_trial_due(archive, settings, now=now)
    world.remember(remembered_values.NOTICE_TRIAL, remembered_values.LastNoticeTrial(now, (), ("desktop",)))
    (world.home / "archive.toml").write_text('[notify]\nping = "https://example.com/x"\n', encoding="utf-8")
    later = file.load_settings(world.home, {})

    assert (True, False, True) == (
        never,
        is_trial_due(archive, settings, now=now),
        is_trial_due(archive, later, now=now),
    )
    archive.close()


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("y@gmail.com", "smtp.gmail.com"),
        ("y@Yahoo.co.jp", "smtp.mail.yahoo.co.jp"),
        ("y@example.ne.jp", "smtp.example.ne.jp"),
    ],
)
def test_a_server_is_proposed(address: str, server: str) -> None:
    """Most have the name of the domain."""
    assert server == likely_server(address)
