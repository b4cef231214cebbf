"""Looks at folders: the archive's own and who may read it, the copies elsewhere, and where packages go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.health.finding import CheckResult, action, attention, fault_text, good, minute
from archiver.settings.home import check_home
from archiver.settings.network_drives import Mounts
from archiver.settings.token import is_private
from archiver.store.backup.copy import LastBackup
from archiver.store.engine import is_writable

OLD = timedelta(days=7)
"""A copy of this age lacks a week."""

MOST = 5
"""Names shown of those that others may read."""


class Home(NamedTuple):
    """The folder of the archive."""

    path: Path
    fault: errors.ArchiverError | None
    """A folder that another program copies while we write, or one on another computer."""
    writable: bool
    private: bool
    """Whether others on this computer are kept out of the folder as a whole."""
    exposed: Sequence[str]
    """Names in it that by themselves would let others read."""


class OutsideFolder(NamedTuple):
    """A folder outside, and whether files can be put there now."""

    path: Path
    there: bool


# --- looking ---------------------------------------------------------------------------------


def home(path: Path, environ: Mapping[str, str], *, mounts: Mounts | None = None) -> Home:
    """Look at the home and at what lies directly in it; `mounts` as for `check_home`. Raises OSError if not listed."""
    fault: errors.ArchiverError | None = None
    try:
        check_home(path, environ, mounts=mounts)
    except (errors.SyncedFolder, errors.NetworkFolder) as error:
        fault = error
    exposed = sorted(one.name for one in path.iterdir() if _is_exposed(one))
    return Home(path, fault, is_writable(path), is_private(path, path.stat()), exposed)


def place(path: Path, *, make: bool = False) -> OutsideFolder:
    """Look whether files can be put into a folder; `make`: it may be made, so the nearest one above counts."""
    try:
        found = next((one for one in (path, *path.parents) if one.exists()), path) if make else path
        return OutsideFolder(path, found.is_dir() and is_writable(found))
    except OSError:  # a folder above may not be looked into
        return OutsideFolder(path, there=False)


def _is_exposed(path: Path) -> bool:
    try:
        return not path.is_symlink() and not is_private(path, path.stat())
    except OSError:  # a log that SQLite has just removed
        return False


# --- judging ---------------------------------------------------------------------------------


def home_look(seen: Home) -> CheckResult:
    """Whether it can be written, and by nobody else at the same time."""
    if seen.fault is not None:
        return action("home", fault_text(seen.fault))
    if not seen.writable:
        sentence = _("{path} cannot be written, so nothing new can be saved here. What is there can be read.")
        return action("home", sentence.format(path=seen.path))
    return good("home", str(seen.path))


def permissions_look(seen: Home) -> CheckResult:
    """Whether others on this computer are kept out."""
    if not seen.private:
        sentence = _("Others on this computer may look into the archive. Keep them out: chmod 700 {path}")
        return action("permissions", sentence.format(path=seen.path))
    if seen.exposed:
        names = ", ".join(seen.exposed[:MOST])
        sentence = ngettext(
            "{n} file or folder would let others read if the folder around it were opened: chmod go= {names}",
            "{n} files or folders would let others read if the folder around them were opened: chmod go= {names}",
            len(seen.exposed),
        )
        return attention("permissions", sentence.format(n=len(seen.exposed), names=names))
    return good("permissions", _("Only you can read the archive."))


def backup_look(last: LastBackup | None, *, now: datetime) -> CheckResult:
    """Whether there is a copy on another disk, how old it is, and whether it was good."""
    if last is None:
        return attention(
            "backup", _("There is no copy elsewhere: if this computer breaks, all is lost. archive backup DEST")
        )
    told = {"time": minute(last.at), "path": last.path}
    if not last.verified:
        sentence = _("The last copy has findings ({time}, {path}). Change nothing in it and see: archive verify {path}")
        return action("backup", sentence.format(**told))
    if now - last.at > OLD:
        sentence = _("The last copy is old ({time}, {path}). Make a new one: archive backup {path}")
        return attention("backup", sentence.format(**told))
    return good("backup", _("The last copy was made on {time} and checked ({path}).").format(**told))


def also_to_look(seen: Sequence[OutsideFolder]) -> CheckResult:
    """The folders of `also_to`, which each run copies seals and dailies to."""
    if not seen:
        return good("also_to", _("Seals and dailies are copied nowhere else ([exports] also_to is empty)."))
    gone = [str(one.path) for one in seen if not one.there]
    if gone:
        sentence = _(
            "Seals and dailies cannot be copied to {folders} now. Connect the disk, or change [exports] also_to."
        )
        return attention("also_to", sentence.format(folders=", ".join(gone)))
    folders = ", ".join(str(one.path) for one in seen)
    return good("also_to", _("Each run copies seals and dailies to {folders}.").format(folders=folders))


def exports_look(seen: OutsideFolder) -> CheckResult:
    """Where packages go."""
    if not seen.there:
        sentence = _("Packages cannot be put into {path}. Allow writing there, or change [exports] folder.")
        return action("exports", sentence.format(path=seen.path))
    return good("exports", str(seen.path))
