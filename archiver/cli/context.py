"""The context of every command: the archive's home, the verbosity, and the settings on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archiver.settings.model import Settings


@dataclass(frozen=True, slots=True)
class CliContext:
    """The object that `@click.pass_obj` passes to every command."""

    home: Path
    """Absolute; need not exist."""
    verbose: int
    """-1 quiet, 0 as usual, 1 and more: say more."""
    environ: Mapping[str, str]

    def settings(self) -> Settings:
        """Read the settings now. Raises BadSettings, BadBaseUrl; an absent file gives the defaults."""
        from archiver.settings.child_environ import keep_back
        from archiver.settings.file import load_settings

        settings = load_settings(self.home, self.environ)
        keep_back(settings.secret_variables)
        return settings
