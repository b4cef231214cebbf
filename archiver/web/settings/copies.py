"""控え: a copy of the archive on another disk, checked after it was made; its folder; and back."""

from __future__ import annotations

import os
import shutil
import string
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from gettext import gettext as _
from pathlib import Path

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.custody import backup
from archiver.render.invisible_characters import visible
from archiver.render.times import interval_words, minute_text
from archiver.settings.home import DATABASE_FILE, check_home, has_archive
from archiver.settings.model import BackupSettings
from archiver.setup.archive_setup import make_home
from archiver.setup.erasing import leftover_lines, restored_line
from archiver.setup.unattended import begin_regular_copy, end_regular_copy
from archiver.standing.outcome_words import copy_lines, copy_step_words
from archiver.store.working.remembered_values import LAST_BACKUP
from archiver.web import lost_archive
from archiver.web.background_work import Job, JobLink, JobOutcome
from archiver.web.console_context import ConsoleContext, begin_job, console_context
from archiver.web.lost_archive import ArchiveState, archive_state
from archiver.web.trouble_words import split_lines
from archiver.wording import N_


def read_folder(text: str, home: Path) -> Path:
    """The folder for a copy. Raises UsageError for what is no folder, or lies in the archive itself or around it."""
    path = Path(text.strip().strip('"')).expanduser()
    if not text.strip() or "\0" in text or not path.is_absolute():
        raise errors.UsageError(
            detail=_("Give a folder with its whole path, such as E:\\cw-backup or /media/usb/cw-backup.")
        )
    resolved, own = path.resolve(), home.resolve()
    if own != resolved and own.is_relative_to(resolved):
        sentence = _("The archive itself lies below this folder. Choose one apart from it, such as {example}.")
        raise errors.UsageError(detail=sentence.format(example=own.with_name("cw-backup")))
    if resolved.is_relative_to(own):
        raise errors.UsageError(detail=_("This is the folder of the archive itself. Choose a folder on another disk."))
    if path.exists() and not path.is_dir():
        raise errors.UsageError(detail=_("This is a file, not a folder."))
    if not path.parent.is_dir() or (path.is_symlink() and not path.exists()):
        raise errors.UsageError(detail=_("There is no such folder or disk. Is it connected?"))
    return path


def is_folder_writable(path: Path) -> bool:
    """Whether a file can be written into a folder, which is made if only it itself is missing."""
    try:
        path.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as file:
            file.write(b"test")
    except OSError:
        return False
    return True


def is_same_disk(folder: Path, home: Path) -> bool:
    """Whether a folder lies on the disk of the archive; one that cannot be reached now does not, as far as is known."""
    try:
        return folder.stat().st_dev == home.stat().st_dev
    except OSError:
        return False


COPY_NAME = "cw-backup"
CLOUDS = ("OneDrive", "Dropbox", "Google Drive", "GoogleDrive", "iCloud", "Nextcloud")
"""How the folders of services begin that keep them on other computers too."""

MOST_FOLDERS = 300


def found_copy(folder: Path) -> dict[str, str] | None:
    """The copy in a folder and when it was written last, as far as it can be seen closed; None if there is none."""
    try:
        if not has_archive(folder):
            return None
        changed = (folder / DATABASE_FILE).stat().st_mtime
    except OSError:
        return None
    return {"path": str(folder), "at": minute_text(datetime.fromtimestamp(changed, UTC))}


def drives(environ: Mapping[str, str]) -> list[Path]:
    """Each disk that is connected now, as far as this computer tells."""
    if sys.platform == "win32":
        return [drive for letter in string.ascii_uppercase[2:] if (drive := Path(f"{letter}:\\")).is_dir()]
    if sys.platform == "darwin":
        return folders_in(Path("/Volumes"))
    user = environ.get("USER", "")
    return [one for place in (f"/media/{user}", f"/run/media/{user}", "/mnt") for one in folders_in(Path(place))]


def first_places(environ: Mapping[str, str]) -> list[Path]:
    """Where a list of folders begins: the disks, and in the user's folder those of cloud services, and that folder."""
    own = Path(environ.get("USERPROFILE" if sys.platform == "win32" else "HOME") or Path.home())
    return [*drives(environ), *(one for one in folders_in(own) if one.name.startswith(CLOUDS)), own]


def folders_in(folder: Path) -> list[Path]:
    """The folders in a folder that are shown, by name; none where it may not be looked at."""
    try:
        found = [one for one in folder.iterdir() if one.is_dir() and not one.is_symlink() and one.name[0] not in ".$"]
    except OSError:
        return []
    return sorted(found)[:MOST_FOLDERS]


def copy_place(folder: Path) -> Path:
    """Where in a folder that was chosen a backup goes: into one of its own, unless it is that already."""
    return folder if folder.name == COPY_NAME or found_copy(folder) else folder / COPY_NAME


def is_cloud(folder: Path) -> bool:
    """Whether a cloud service keeps a folder, as its name says."""
    return any(part.startswith(CLOUDS) for part in folder.parts)


def obstacle(folder: Path, home: Path) -> str:
    """Why no backup goes into a folder; empty: it can, as far as can be seen."""
    try:
        place = read_folder(str(copy_place(folder)), home)
        if is_same_disk(folder, home) and not is_cloud(folder):
            return _("It is on the same disk as the archive. If that breaks, both are lost.")
        if not os.access(place if place.is_dir() else folder, os.W_OK | os.X_OK):
            return _("Nothing can be written here.")
        if shutil.disk_usage(folder).free < (home / DATABASE_FILE).stat().st_size:
            return _("Too little space is free here.")
    except errors.UsageError as error:
        return str(error)
    except OSError:
        return _("There is no such folder or disk. Is it connected?")
    return ""


pages = Blueprint("copies", __name__, url_prefix="/copies")

LINKS = (JobLink(N_("Backups"), "copies.index"),)
RESTORED = (JobLink(N_("Settings"), "settings.index"),)
WAYS_ON = (
    JobLink(N_("Another backup"), "copies.index"),
    JobLink(N_("Help now"), "emergency.index"),
    JobLink(N_("Help"), "help.topic", {"topic": "backup"}),
)
"""What is left after a restoring that did not succeed."""


@pages.get("")
def index(problem: str = "", change: str = "") -> str:
    """When the last copy was made, and where to; or, without an archive, the way back from a copy."""
    context, state = console_context(), archive_state()
    has_archive, last = state in {ArchiveState.READY, ArchiveState.FIRST_RUN}, None
    regular = _regular_copy(context, is_needed=has_archive)
    if has_archive:
        last = context.archive.read(LAST_BACKUP.recall)
    return render_template(
        "copies.html",
        has_one=has_archive,
        unread=lost_archive.unreadable_words() if state is ArchiveState.UNREADABLE else None,
        can_restore=has_archive or lost_archive.may_restore(),
        obstacle=None if has_archive else lost_archive.home_obstacle(context.home),
        found=_found_copies(context, str(regular.to or "")),
        last=last,
        place=str(regular.to or "") or (last.path if last else ""),
        whole_at=minute_text(last.whole_at) if last and last.whole_at else "",
        change=(change or request.args.get("change", "")) if has_archive else "",
        chosen=request.form.get("folder", ""),
        is_same_disk=last is not None and is_same_disk(Path(last.path), context.home),
        regular_every="" if regular.every is None else interval_words(regular.every),
        problem=problem,
        rows=_rows(first_places(context.environ), context) if has_archive else [],
    )


@pages.get("/folder")
def folder(problem: str = "") -> str:
    """The disks and folders of this computer, to choose one for a copy, or one that holds a copy, without typing."""
    context, given = console_context(), request.values.get("at", "")
    is_restoring, at = bool(request.values.get("restore")), Path(given) if given and "\0" not in given else None
    at = at if at and at.is_absolute() else None
    places = first_places(context.environ) if at is None else folders_in(at)
    return render_template(
        "copies_folder.html",
        rows=_rows(places, context, is_restoring=is_restoring),
        at=None if at is None else given,
        above=None if at is None or at == at.parent else str(at.parent),
        place=None if at is None else str(copy_place(at)),
        here_copy=None if at is None else found_copy(at),
        reason="" if at is None or is_restoring else obstacle(at, context.home),
        is_restoring=is_restoring,
        problem=problem,
    )


@pages.post("/folder")
def new_folder() -> Response | tuple[str, int]:
    """Make a folder in the one that is shown, and show it."""
    at, name = Path(request.form.get("at", "")), request.form.get("name", "").strip()
    if not at.is_absolute() or not at.is_dir() or name in {"", ".", ".."} or set(name) & set('/\\:*?"<>|\0'):
        return folder(_("This cannot be the name of a folder.")), 422
    try:
        (at / name).mkdir(exist_ok=True)
    except OSError:
        return folder(_("Nothing can be written here.")), 422
    return redirect(url_for("copies.folder", at=at / name))


def _rows(places: Iterable[Path], context: ConsoleContext, *, is_restoring: bool = False) -> list[dict[str, object]]:
    """Disks or folders to press, each with why it cannot be chosen, or with the backup that it holds."""
    return [
        {
            "path": str(one),
            "name": visible(one.name or str(one)),
            "kept": found_copy(one) if is_restoring else None,
            "obstacle": "" if is_restoring else obstacle(one, context.home),
            "is_cloud": is_cloud(one),
        }
        for one in places
    ]


@pages.errorhandler(errors.UsageError)
def refused(error: errors.UsageError) -> tuple[str, int]:
    """The page of the form, with why it was not taken."""
    return index(visible(str(error)), "restore" if request.endpoint == "copies.restore" else ""), 422


@pages.post("/backup")
def make_copy() -> Response:
    """Bring the copy in a folder up to date, and check it; one that was just chosen has to be on another disk."""
    context = console_context()
    place = read_folder(request.form.get("folder", ""), context.home)
    if reason := obstacle(place.parent, context.home) if "chosen" in request.form else "":
        raise errors.UsageError(detail=reason)
    return begin_job(_("Backing up the archive"), partial(_backup, context=context, folder=place))


@pages.post("/regular")
def change_regular() -> Response:
    """Let the copy be made by itself at an interval, or by hand only."""
    context, every = console_context(), request.form.get("every", "off")
    if every == "off":
        end_regular_copy(context.home)
    else:
        begin_regular_copy(context.home, read_folder(request.form.get("folder", ""), context.home), every)
    return redirect(url_for("copies.index"))


@pages.post("/restore")
def restore() -> Response:
    """Make the archive from a copy; only where there is none, or one that cannot be read, which the job looks at."""
    context = console_context()
    is_said = request.form.get("damaged") == "yes"
    if archive_state() in {ArchiveState.READY, ArchiveState.FIRST_RUN} and not is_said:
        raise errors.UsageError(detail=_("There is an archive here already; nothing was restored."))
    if not lost_archive.may_restore():
        raise errors.UsageError(detail=_("Nothing was restored."))
    folder = read_folder(request.form.get("folder", ""), context.home)
    return begin_job(_("Restoring the archive"), partial(_restore, context=context, folder=folder), WAYS_ON)


def _regular_copy(context: ConsoleContext, *, is_needed: bool) -> BackupSettings:
    """What the settings say of copies; nothing, where they cannot be read and an archive shall be brought back."""
    try:
        return context.settings().backup
    except errors.BadSettings:
        if is_needed:
            raise
        return BackupSettings()


def _found_copies(context: ConsoleContext, regular: str) -> list[dict[str, str]]:
    """Copies of an archive that can be restored by a click: where the last one was put, and on disks connected now."""
    seen = lost_archive.seen_archive(context)
    on_disks = [str(drive / COPY_NAME) for drive in drives(context.environ)]
    names = dict.fromkeys([seen.copy if seen else "", regular, *on_disks])
    return [found for name in names if name and (found := found_copy(Path(name))) is not None]


def _backup(job: Job, context: ConsoleContext, folder: Path) -> JobOutcome:
    outcome = backup.backup(context.archive, folder, now=context.now, tell=step_progress(job))
    if outcome.is_placed:
        lost_archive.note_archive(context, str(folder))
    shown, folded = split_lines([visible(line) for line in copy_lines(outcome)])
    lines = [*shown, *(visible(line) for line in leftover_lines(outcome, folder))]
    if outcome.is_same_disk:
        lines.append(_("This is the disk of the archive itself: if it breaks, the backup is lost too."))
    head = (
        _("The backup is up to date: {path}")
        if outcome.is_placed
        else _("The earlier backup was kept: the new one has findings.")
    )
    head = head.format(path=visible(str(folder)))
    return JobOutcome(head, tuple(lines), LINKS, is_complete=outcome.ok, details=folded)


def _restore(job: Job, context: ConsoleContext, folder: Path) -> JobOutcome:
    check_home(context.home, context.environ)
    if os.path.isdir(context.home):  # noqa: PTH112 - false, and no error, where it may not be looked at
        make_home(context.home)
    outcome = backup.restore(folder, context.home, now=context.now, tell=step_progress(job), in_place_of=True)
    shown, folded = split_lines([visible(line) for line in copy_lines(outcome)])
    if not outcome.is_placed:
        head = _("Nothing was restored.")
        return JobOutcome(head, shown, is_complete=False, details=folded)
    lines = list(shown)
    context.damage_seen.clear()
    if outcome.aside is not None:
        sentence = _("What was here before is kept, apart from it: {path}")
        lines.append(sentence.format(path=visible(str(outcome.aside))))
    lines += [visible(line) for line in outcome.erased]
    lines.append(_("The API token is not in the backup: store it again in the settings."))
    lines.append(restored_line(outcome))
    lines.append(_("Go on with only one of the two: archives that go on in two places cannot be joined again."))
    head = _("The archive is restored: {path}").format(path=visible(str(context.home)))
    return JobOutcome(head, tuple(lines), RESTORED, is_complete=outcome.ok)


def step_progress(job: Job) -> Callable[[str, int, int], None]:
    """Tells a job how far a step of a copy or of a check is."""
    words = copy_step_words()
    return lambda what, done, total: job.tell(words.get(what, what), done, total)
