"""Checks folders and the disk: who may read the archive, the copies elsewhere, where packages go, and what is free."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.custody import copies_elsewhere
from archiver.custody.copies_elsewhere import ToolOutcome
from archiver.health.check_result import CheckResult, action, attention, error_text, good
from archiver.render.times import iso_date, minute_text
from archiver.settings.home import DATABASE_FILE, Mounts, check_home
from archiver.settings.token import is_private
from archiver.store.archive import Reading
from archiver.store.durable_files import keeps_names
from archiver.store.engine import is_writable
from archiver.store.keeper import KeptByTeam
from archiver.store.queries import looks_and_gaps, status
from archiver.store.working.remembered_values import CopyToolRun, LastBackup
from archiver.wording import gettext as _
from archiver.wording import ngettext

OLD = timedelta(days=7)
"""Age of a copy that needs attention."""

SHOWN_NAMES_LIMIT = 5
"""So many names of files that others may read are shown."""


class HomeFolder(NamedTuple):
    """The folder of the archive."""

    path: Path
    error: errors.ArchiverError | None
    """SyncedFolder (another program copies it while we write) or NetworkFolder."""
    is_writable: bool
    is_private: bool
    """Whether others on this computer are kept out of the folder as a whole."""
    exposed: Sequence[str]
    """Names in it whose own permissions would let others read."""
    keeps_names: bool = True
    """Whether its drive lets the names of new files outlive a power cut."""


# --- looking ---------------------------------------------------------------------------------


def observe_home(path: Path, environ: Mapping[str, str], *, mounts: Mounts | None = None) -> HomeFolder:
    """Look at the home and what lies directly in it; `mounts` as for `check_home`. Raises OSError."""
    folder_error: errors.ArchiverError | None = None
    try:
        check_home(path, environ, mounts=mounts)
    except (errors.SyncedFolder, errors.NetworkFolder) as error:
        folder_error = error
    exposed = sorted(one.name for one in path.iterdir() if _is_exposed(one))
    writable, private = is_writable(path), is_private(path, path.stat())
    return HomeFolder(path, folder_error, writable, private, exposed, keeps_names(path))


def is_usable(path: Path, *, make: bool = False) -> bool:
    """Whether files can be put into a folder; `make`: it may be created, so the nearest existing parent counts."""
    try:
        existing = next((one for one in (path, *path.parents) if one.exists()), path) if make else path
        return existing.is_dir() and is_writable(existing)
    except OSError:  # a folder above may not be looked into
        return False


def _is_exposed(path: Path) -> bool:
    try:
        return not path.is_symlink() and not is_private(path, path.stat())
    except OSError:  # a log that SQLite has just removed
        return False


# --- judging ---------------------------------------------------------------------------------


def check_home_folder(home: HomeFolder, *, others: int = 0) -> CheckResult:
    """Check whether the home can be written, and by nobody else at the same time; `others`: archives elsewhere."""
    if home.error is not None:
        return action("home", error_text(home.error))
    if not home.is_writable:
        sentence = _("{path} cannot be written to, so nothing new can be saved here. What is there can still be read.")
        return action("home", sentence.format(path=home.path))
    if not home.keeps_names:
        return attention("home", f"{home.path}  {lost_names_words()}")
    if not others:
        return good("home", str(home.path))
    text = ngettext("{n} other archive lies on this computer.", "{n} other archives lie on this computer.", others)
    return good("home", f"{home.path}  {text.format(n=others)}")


def lost_names_words() -> str:
    """What is not promised on a drive that does not sync folders, and what to do."""
    return _(
        "This drive does not confirm that the names of new files are on it: after a power cut, what was "
        "saved last may be missing. Make a backup on another disk: archive backup FOLDER"
    )


def check_permissions(home: HomeFolder) -> CheckResult:
    """Check whether others on this computer are kept out."""
    if not home.is_private:
        sentence = _("Others on this computer can look into the archive. Keep them out: chmod 700 {path}")
        return action("permissions", sentence.format(path=home.path))
    if home.exposed:
        names = ", ".join(home.exposed[:SHOWN_NAMES_LIMIT])
        sentence = ngettext(
            "{n} file or folder would let others read if the folder around it were opened: chmod go= {names}",
            "{n} files or folders would let others read if the folder around them were opened: chmod go= {names}",
            len(home.exposed),
        )
        return attention("permissions", sentence.format(n=len(home.exposed), names=names))
    return good("permissions", _("Only you can read the archive."))


def check_backup(
    last: LastBackup | None, tool_run: CopyToolRun | None, *, now: datetime, kept: KeptByTeam = KeptByTeam.NOTHING
) -> CheckResult:
    """Check whether there is a copy elsewhere, how old it is, whether it was verified, and how its program ended.

    `kept`: what of the archive is with its team too.
    """
    if last is None:
        return _check_without_backup(kept)
    words = {"time": minute_text(last.at), "path": last.path}
    if not last.verified:
        sentence = _(
            "The last backup has findings ({time}, {path}). Change nothing in it and see: archive verify {path}"
        )
        return action("backup", sentence.format(**words))
    if now - last.at > OLD:
        sentence = _("The last backup is old ({time}, {path}). Make a new one: archive backup {path}")
        return attention("backup", sentence.format(**words))
    text = _good_copy_text(last, words)
    if tool_run is None:
        return good("backup", text)
    text = f"{text} {copy_tool_sentence(tool_run)}"
    return good("backup", text) if copies_elsewhere.outcome(tool_run) is ToolOutcome.GOOD else attention("backup", text)


def _good_copy_text(last: LastBackup, words: Mapping[str, str]) -> str:
    if last.whole_at is None:
        return _("The last backup was made on {time} and checked ({path}).").format(**words)
    sentence = _(
        "The last backup was made on {time} and checked where it is new; the other records were compared "
        "with the backup before ({path}). Every record was last checked on {whole}."
    )
    return sentence.format(whole=minute_text(last.whole_at), **words)


def _check_without_backup(kept: KeptByTeam) -> CheckResult:
    """What a broken computer would take with it where no copy was made: less where a team has a ledger."""
    sentences = {
        KeptByTeam.NOTHING: _(
            "No backup was made with this program; it cannot know of others. Make one: archive backup DEST"
        ),
        KeptByTeam.RECORDS: _(
            "The records go to the team's ledger first, but the files lie on this computer alone. Make a "
            "backup: archive backup DEST"
        ),
        KeptByTeam.ALL: _("Records and files go to the team's ledger and its store of files first."),
    }
    return (good if kept is KeptByTeam.ALL else attention)("backup", sentences[kept])


def copy_tool_sentence(run: CopyToolRun) -> str:
    """How the user's own program ended that saves the copy elsewhere, with the end of what it printed."""
    sentences = {
        ToolOutcome.GOOD: _("{program} saved it on {time}: {summary}"),
        ToolOutcome.INCOMPLETE: _("{program} could not save all of it on {time} (exit code {code}): {summary}"),
        ToolOutcome.FAILED: _("{program} failed on {time} (exit code {code}): {summary}"),
    }
    words = {"program": run.program, "time": minute_text(run.at), "summary": run.summary or "-"}
    return sentences[copies_elsewhere.outcome(run)].format(code="-" if run.code is None else run.code, **words)


def check_daily_copies(folders: Mapping[Path, bool]) -> CheckResult:
    """Check the folders of `also_to`, which each run copies seals and daily copies to; each with whether it can."""
    missing = [str(path) for path, can_be_used in folders.items() if not can_be_used]
    if missing:
        sentence = _(
            "Seals and daily copies cannot be put into {folders} now. Connect the disk, or change [exports] also_to."
        )
        return attention("also_to", sentence.format(folders=", ".join(missing)))
    names = ", ".join(map(str, folders))
    return good("also_to", _("Each save puts seals and daily copies into {folders}.").format(folders=names))


def check_exports_folder(path: Path, *, can_be_used: bool) -> CheckResult:
    """Check whether packages can be written."""
    if not can_be_used:
        sentence = _("Exports cannot be put into {path}. Allow writing there, or change [exports] folder.")
        return action("exports", sentence.format(path=path))
    return good("exports", str(path))


MONTH = timedelta(days=30)
SOON = timedelta(days=30)
"""A disk that will be full within this time needs attention."""

FAR = timedelta(days=366)
"""No forecast is made beyond this time: it rests on the growth of one month."""

SHORTEST = timedelta(days=3)
"""No pace is computed before this time has passed since the first save."""

LEAST_REQUIRED_BYTES = 100_000_000
"""Bytes that must be free for the database, however small it is."""

GIGABYTE, MEGABYTE = 1_000_000_000, 1_000_000


class DiskSpace(NamedTuple):
    """Free and used space on the archive's disk, in bytes."""

    free: int
    keep_free: int
    """What is to stay free: below it no file is downloaded."""
    total: int | None = None
    """How large the archive is; None: not known."""
    per_day: float | None = None
    """How much it grows a day, on average; None: it is too young."""
    required: int = 0
    """What must be free for the database."""


# --- looking ---------------------------------------------------------------------------------


def free_bytes(home: Path) -> int:
    """Bytes that this user may still write. Raises OSError."""
    return shutil.disk_usage(home).free


def required_bytes(home: Path) -> int:
    """Bytes that must be free for the database, which may need its own size for a time. Raises OSError."""
    return max(LEAST_REQUIRED_BYTES, 2 * (home / DATABASE_FILE).stat().st_size)


def size_and_growth(reading: Reading, *, now: datetime) -> tuple[int, float | None]:
    """The archive's bytes, and its growth in bytes a day over the last month without the first save."""
    begun = looks_and_gaps.first_entry_time(reading)
    since = now - MONTH if begun is None else max(now - MONTH, begun + timedelta(days=1))
    total, added = status.growth(reading, since=since)
    is_young = begun is None or now - since < SHORTEST
    return total, None if is_young else added / ((now - since) / timedelta(days=1))


# --- judging ---------------------------------------------------------------------------------


def check_disk(disk: DiskSpace, *, now: datetime) -> CheckResult:
    """Say how much is free, and until when; that too little is free is a condition of its own."""
    free_gb = f"{disk.free / GIGABYTE:.1f}"
    sentences = [_("{free} GB are free.").format(free=free_gb)]
    if disk.total is not None:
        sentences.append(_("The archive takes up {size} MB.").format(size=f"{disk.total / MEGABYTE:.1f}"))
    if disk.per_day is not None:
        sentences.append(_("It grows by {pace} MB a day.").format(pace=f"{disk.per_day / MEGABYTE:.1f}"))
    left = _until_full(disk)
    if left is None or left > FAR:
        return good("disk", " ".join(sentences))
    sentences.append(_("At this pace there is space until {day}.").format(day=iso_date(now + left)))
    return (attention if left < SOON else good)("disk", " ".join(sentences))


def _until_full(disk: DiskSpace) -> timedelta | None:
    """How long the space lasts at this growth; None: it does not grow, or lasts for many years."""
    if not disk.per_day or disk.per_day <= 0:
        return None
    days = max(0, disk.free - max(disk.keep_free, disk.required)) / disk.per_day
    return timedelta(days=days) if days < FAR.days * 10 else None
