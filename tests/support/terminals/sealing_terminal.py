"""A terminal over an archive whose seals a simulated authority stamps."""

from __future__ import annotations

from pathlib import Path

from archiver.settings import file
from archiver.settings.model import AuthoritySetting
from tests.support.chatwork.simulator import Chatwork
from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.terminals.terminal import Terminal


class SealingTerminal(Terminal):
    """A terminal in English with one contract, and an authority `a` in its settings."""

    def __init__(self, home: Path, chatwork: Chatwork, authority: SimulatedAuthority) -> None:
        """Set the archive up; nothing is saved yet."""
        super().__init__(home, chatwork)
        self.environ["ARCHIVE_LANG"] = "en"
        self.chatwork = chatwork
        self.tanaka, self.room = self.begin(chatwork)
        (home / "a.pem").write_text(authority.root_pem, encoding="ascii")
        file.update_settings(home, {"timestamp.authorities": [AuthoritySetting("a", authority.url, "a.pem")]})

    def say(self, text: str) -> None:
        """Post one more message and save it."""
        self.chatwork.post(self.room, self.tanaka, text)
        self.run("sync")
