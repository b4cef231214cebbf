"""What stands between a run and Chatwork, or a user and the archive, is named in one sentence by the command itself."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest

from archiver import errors
from archiver.web.trouble_words import trouble_words
from tests.support.certificate import loopback_certificate
from tests.support.chatwork.attacked_chatwork import AttackedChatwork
from tests.support.chatwork.simulator import Chatwork
from tests.support.chatwork.wire_attacks import PROXY_ATTACKS
from tests.support.terminals.ordinary_user import run_as_ordinary_user
from tests.support.terminals.terminal import Terminal

NOBODY = 65534


@pytest.fixture
def terminal(tmp_path: Path, chatwork: Chatwork) -> Terminal:
    """The terminal of an archive with a contract."""
    made = Terminal(tmp_path / "user" / "archive", chatwork)
    made.home.parent.mkdir()
    made.begin(chatwork)
    return made


def refused(terminal: Terminal, address: str, **environ: str) -> str:
    """What `archive save` says of an address that it cannot use; one try, so that nothing is waited for."""
    given = {"ARCHIVE_LANG": "en", "CHATWORK_API_BASE_URL": address, **environ}
    _out, told = terminal.both("sync", "--max-seconds", "1", code=1, **given)
    return told.splitlines()[0]


def test_a_certificate_that_is_not_trusted_is_named(terminal: Terminal, tmp_path: Path) -> None:
    """Where a protection program or a proxy reads along, that is what is said, and no token is sent."""
    certificate = tmp_path / "own.pem"
    certificate.write_bytes(loopback_certificate())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with AttackedChatwork(Chatwork(), tls=context) as server:
        told = refused(terminal, f"{server.url}/v2")

    assert "a proxy or a protection program may be the reason" in told
    assert [] == server.heads


@pytest.mark.drawn
def test_a_proxy_that_asks_for_a_password_is_named(terminal: Terminal) -> None:
    """It is not called one that cannot be reached."""
    with AttackedChatwork(Chatwork(), is_proxy=True) as proxy:
        proxy.attack_connections(PROXY_ATTACKS["a proxy that wants a password"])
        address = f"http://127.0.0.1:{proxy.port}"
        told = refused(terminal, "https://chatwork.example/v2", HTTPS_PROXY=address, NO_PROXY="", no_proxy="")

    assert "no way through the proxy" in told


@pytest.mark.parametrize("detail", ["no secure connection", "no way through the proxy"])
def test_a_page_names_the_same_cause(detail: str) -> None:
    """The application says what the command says."""
    assert detail in trouble_words(errors.Unreachable(path="/me", detail=detail)).sentence


@pytest.mark.drawn
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize("command", ["sync", "status"])
def test_an_archive_of_another_user_is_named_so(terminal: Terminal, command: str) -> None:
    """Not as a mistake in the settings, which nobody could find."""
    for path in (terminal.home, *terminal.home.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    process = run_as_ordinary_user(
        terminal.command(command), terminal.environ | {"ARCHIVE_LANG": "en"}, terminal.home.parent
    )

    assert 5 == process.returncode
    assert "may not be opened by you" in process.stderr
    assert "another user" in process.stderr
    assert ("mistake" in process.stderr, "Traceback" in process.stderr) == (False, False)
