"""Waiting for rounds that a real scheduler starts, each minute, with the token in a file."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.support.terminals.terminal import TOKEN, Terminal

PATIENCE = 150
"""Seconds: cron looks at its tables at each full minute."""


def wait_until(until: Callable[[], bool], tell: Callable[[], str] = str) -> None:
    """Wait for something that cron does; in vain, a test fails with what `tell` says of it."""
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end, tell()
        time.sleep(0.5)


def use_token_file_and_every_minute(terminal: Terminal) -> None:
    """The settings of somebody whose token lies in a file, and who wants a round each minute."""
    path, token = terminal.home / "archive.toml", terminal.home / "token"
    text = path.read_text(encoding="utf-8")
    text = text.replace('source = "env:CHATWORK_API_TOKEN"', 'source = "file:token"').replace(
        'every = "5m"', 'every = "1m"'
    )
    path.write_text(text, encoding="utf-8")
    token.touch(mode=0o600)
    token.write_text(TOKEN, encoding="utf-8")
