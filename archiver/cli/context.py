"""What every command is given: where the archive is, how much to say, and the settings when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archiver.settings.model import Settings


@dataclass(frozen=True, slots=True)
class CliContext:
    """The object of click's context: `@click.pass_obj`."""

    home: Path
    """Absolute; need not exist."""
    verbose: int
    """-1 quiet, 0 as usual, 1 and more: say more."""
    environ: Mapping[str, str]

    def settings(self) -> Settings:
        """Read the settings now. Raises BadSettings, BadBaseUrl; an absent file gives the defaults."""
        from archiver.settings.file import load

        return load(self.home, self.environ)
