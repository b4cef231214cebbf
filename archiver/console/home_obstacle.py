"""What keeps an archive from being restored or begun at its place, so that no page offers what cannot succeed."""

from __future__ import annotations

import os
from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.console.trouble_words import TroubleWords


def home_obstacle(home: Path) -> TroubleWords | None:
    """Why nothing can be written at the place of an archive, and what to do; None: it can, as far as can be seen."""
    nearest = next((path for path in (home, *home.parents) if os.path.lexists(path)), home)
    if not os.path.isdir(nearest):  # noqa: PTH112 - false, and no error, where it may not be looked at
        return _unseen(nearest)
    if os.access(nearest, os.W_OK | os.X_OK):
        return None
    return TroubleWords(
        _("Nothing can be written at the place of the archive now: this computer does not allow it."),
        _(
            "As long as that is so, no backup can be restored there and no new archive begun. Perhaps the "
            "disk is not connected or is write-protected, or the folder does not belong to you. Then look "
            "again."
        ),
    )


def can_restore(error: errors.ArchiverError | None, home: Path) -> bool:
    """Whether restoring from a copy may help: what is only not permitted, or newer, is not damaged.

    `error`: what kept the archive from being opened; None: damage that a page met, or no archive.
    """
    is_gone = error is None or isinstance(error, errors.ArchiveDamaged | errors.NoArchive)
    return is_gone and home_obstacle(home) is None


def _unseen(path: Path) -> TroubleWords:
    if path.is_symlink():
        sentence = _("The place of the archive leads to another folder, and that one is not there now.")
        advice = _("Is its disk connected? Connect it, then look again. Nothing was removed by this program.")
    else:
        sentence = _("A file lies where the archive's folder should be, so the archive is not found.")
        advice = _("Move that file elsewhere in the file manager of this computer, or rename it, then look again.")
    return TroubleWords(sentence, advice)
