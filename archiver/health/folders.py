"""Checks folders: the archive's own and who may read it, the copies elsewhere, and where packages go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.custody import copy_tool
from archiver.custody.copy_tool import ToolOutcome
from archiver.health.check_result import CheckResult, action, attention, error_text, good
from archiver.render.times import minute_text
from archiver.settings.home import Mounts, check_home
from archiver.settings.token import is_private
from archiver.store.durable_files import keeps_names
from archiver.store.engine import is_writable
from archiver.store.keeper import KeptByTeam
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


class OutsideFolder(NamedTuple):
    """A folder outside the archive, and whether files can be put there now."""

    path: Path
    is_usable: bool


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


def observe_folder(path: Path, *, make: bool = False) -> OutsideFolder:
    """Look whether files can be put into a folder; `make`: it may be created, so the nearest existing parent counts."""
    try:
        existing = next((one for one in (path, *path.parents) if one.exists()), path) if make else path
        return OutsideFolder(path, existing.is_dir() and is_writable(existing))
    except OSError:  # a folder above may not be looked into
        return OutsideFolder(path, is_usable=False)


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
    return good("backup", text) if copy_tool.outcome(tool_run) is ToolOutcome.GOOD else attention("backup", text)


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
            "There is no backup: if this computer breaks, everything is lost. Make one: archive backup DEST"
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
    return sentences[copy_tool.outcome(run)].format(code="-" if run.code is None else run.code, **words)


def check_daily_copies(folders: Sequence[OutsideFolder]) -> CheckResult:
    """Check the folders of `also_to`, which each run copies seals and daily exports to."""
    missing = [str(one.path) for one in folders if not one.is_usable]
    if missing:
        sentence = _(
            "Seals and daily copies cannot be put into {folders} now. Connect the disk, or change [exports] also_to."
        )
        return attention("also_to", sentence.format(folders=", ".join(missing)))
    names = ", ".join(str(one.path) for one in folders)
    return good("also_to", _("Each save puts seals and daily copies into {folders}.").format(folders=names))


def check_exports_folder(folder: OutsideFolder) -> CheckResult:
    """Check whether packages can be written."""
    if not folder.is_usable:
        sentence = _("Exports cannot be put into {path}. Allow writing there, or change [exports] folder.")
        return action("exports", sentence.format(path=folder.path))
    return good("exports", str(folder.path))
