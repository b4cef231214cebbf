"""The context of every command: the archive's home, the verbosity, the settings on demand; and the codes at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.settings.model import Settings


FINDINGS = 3
"""Something was found that does not fit, or is damaged."""

INCOMPLETE = 4
"""Done, but not all that was asked for, or something has still to be done by the user."""


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
        from archiver.settings.file import load_settings
        from archiver.settings.home import keep_back

        settings = load_settings(self.home, self.environ)
        keep_back(settings.secret_variables)
        return settings

    def app(self, *, needs_archive: bool = False) -> App:
        """The parts of a round by the settings as they are now. Raises SettingsError, NoArchive if one is needed."""
        from archiver.app import build_app, require_archive

        app = build_app(self.settings(), self.environ)
        return require_archive(app) if needs_archive else app
