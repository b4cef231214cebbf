"""When a test alert is due, and which mail server is proposed."""

from __future__ import annotations

import pytest

from archiver.settings import file
from archiver.setup.unattended import is_trial_due, likely_server
from archiver.store.archive import Archive
from archiver.store.working import remembered_values
from tests.support.terminals.terminal_world import TerminalWorld


def test_a_way_that_was_set_later_is_tried_too(desk: TerminalWorld) -> None:
    """The next `check` on a terminal does it; what was tried within a month is left alone."""
    archive, now = Archive(desk.home), desk.clock()
    settings = file.load_settings(desk.home, {})
    never = is_trial_due(archive, settings, now=now)
    desk.remember(remembered_values.NOTICE_TRIAL, remembered_values.LastNoticeTrial(now, (), ("desktop",)))
    (desk.home / "archive.toml").write_text('[notify]\nping = "https://example.com/x"\n', encoding="utf-8")
    later = file.load_settings(desk.home, {})

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
