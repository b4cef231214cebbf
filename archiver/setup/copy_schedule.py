"""A copy of the archive that is made again and again, as the settings name its folder and its interval."""

from __future__ import annotations

from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.settings.file import update_settings
from archiver.settings.model import parse_duration


def check_interval(every: str) -> None:
    """Raise UsageError for what is no interval."""
    try:
        parse_duration(every)
    except ValueError as error:
        raise errors.UsageError(detail=_("--every must be written like this: 1d, 12h, 30m; or off.")) from error


def begin_regular_copy(home: Path, folder: Path, every: str) -> None:
    """Let a copy be made in a folder at this interval. Raises UsageError, BadSettings, DiskFull, HomeNotWritable."""
    check_interval(every)
    update_settings(home, {"backup.to": str(folder), "backup.every": every})


def end_regular_copy(home: Path) -> None:
    """Let copies be made by hand only; what was copied stays. Raises BadSettings, DiskFull, HomeNotWritable."""
    update_settings(home, {"backup.every": ""})
