"""The call that a step of the first run works for: the archive's home, the environment, the settings on demand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from archiver.settings.model import Settings


class ProgramCall(Protocol):
    """One call of the program: a command on a terminal, or the application."""

    @property
    def home(self) -> Path:
        """The folder of the archive; it need not exist."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of the process."""

    def settings(self) -> Settings:
        """Read the settings now. Raises BadSettings, BadBaseUrl; an absent file gives the defaults."""
