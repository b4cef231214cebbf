"""The command `upkeep`: keeps the database healthy over the years, and tells how much the archive holds."""

from __future__ import annotations

from collections.abc import Iterator

from archiver import errors
from archiver.app import utc_now
from archiver.cli.context import FINDINGS, INCOMPLETE, CliContext
from archiver.cli.terminal.output import ProgressScreen, echo, echo_json, echo_lines, visible
from archiver.custody.database_upkeep import STEPS, FolderSize, UpkeepReport, keep_up, upkeep_document
from archiver.errors import N_
from archiver.rounds.scheduled_duties import no_space_error
from archiver.store.archive import Archive
from archiver.wording import gettext as _
from archiver.wording import ngettext

_FOLDER_NAMES = {
    "packages": N_("Exports"),
    "daily": N_("Daily copies"),
    "files": N_("Saved files"),
    "seals": N_("Seals and their time stamps"),
    "logs": N_("Logs"),
}

_VACUUM_WORDS = {
    "done": N_("It was rewritten without them: {size} MB now."),
    "not_needed": N_("Rewriting it would not pay."),
    "is_read": N_("It was rewritten; a program still reads the older state, so its log takes space until that ends."),
    "planned": N_("It would be rewritten, which gives back {unused} MB."),
}


def keep_up_and_tell(obj: CliContext, dry_run: bool, as_json: bool) -> int:
    """Look, do and tell; needs no token and no network. Raises NoArchive, ArchiveInUse, StorageError."""
    settings, names = obj.settings(), list(STEPS)
    try:
        with ProgressScreen(quiet=as_json or obj.verbose < 0) as screen:
            report = keep_up(
                Archive(obj.home),
                settings,
                now=utc_now,
                dry_run=dry_run,
                step=lambda name: screen.show_part(_(STEPS[name]), names.index(name), len(names)),
            )
    except errors.ArchiverError as failure:
        if as_json:
            echo_json(upkeep_document(None, dry_run=dry_run, error=str(failure)))
        raise
    if as_json:
        echo_json(upkeep_document(report, dry_run=dry_run))
    else:
        echo_lines(_lines(report, dry_run=dry_run))
    if report.problems:
        return FINDINGS
    if report.vacuum == "no_space" and not as_json:
        error = no_space_error(settings, report)
        echo(f"{error} {error.advice()}", err=True)
    return 0 if report.ok else INCOMPLETE


def _lines(report: UpkeepReport, *, dry_run: bool) -> Iterator[str]:
    sentence = _("Database: {size} MB, {unused} MB of it unused.")
    yield sentence.format(size=_megabytes(report.before.total_bytes), unused=_megabytes(report.before.free_bytes))
    if report.problems:
        sentence = _(
            "SQLite finds the database damaged ({detail}). "
            "Change nothing, keep a copy as it is, and see: archive verify"
        )
        yield sentence.format(detail=visible(report.problems[0]))
    else:
        yield _("SQLite finds nothing wrong in any page.")
    vacuum = _VACUUM_WORDS.get(report.vacuum)
    if vacuum is not None:
        yield _(vacuum).format(size=_megabytes(report.after.total_bytes), unused=_megabytes(report.before.free_bytes))
    if report.is_index_merged:
        yield _("The index of the search was merged into one piece.")
    yield from _log_lines(report.dropped_verifications, dry_run=dry_run)
    yield from map(_folder_line, report.folders)


def _log_lines(dropped: int, *, dry_run: bool) -> Iterator[str]:
    if not dropped:
        return
    if dry_run:
        sentence = ngettext(
            "{n} old line of the log of verifications would be dropped.",
            "{n} old lines of the log of verifications would be dropped.",
            dropped,
        )
    else:
        sentence = ngettext(
            "{n} old line of the log of verifications was dropped.",
            "{n} old lines of the log of verifications were dropped.",
            dropped,
        )
    yield sentence.format(n=dropped)


def _folder_line(folder: FolderSize) -> str:
    sentence = ngettext(
        "{name}: {size} MB in {n} file ({path})", "{name}: {size} MB in {n} files ({path})", folder.files
    )
    name = _(_FOLDER_NAMES[folder.name])
    return sentence.format(name=name, size=_megabytes(folder.bytes), n=folder.files, path=visible(str(folder.path)))


def _megabytes(number: int) -> str:
    return f"{number / 1e6:,.1f}"
