"""The command `backup`: makes and verifies a copy of the archive, also while it is in use, or restores one."""

from __future__ import annotations

from pathlib import Path

import click

from archiver.app import utc_now
from archiver.cli.context import FINDINGS, INCOMPLETE, CliContext
from archiver.cli.evidence.verify import copy_progress, tell_verification
from archiver.cli.terminal.output import ProgressScreen, echo, echo_lines
from archiver.cli.terminal.prompts import asked_path
from archiver.custody import backup, copies_elsewhere
from archiver.custody.backup import BackupOutcome
from archiver.errors import SettingsError
from archiver.health.folders import copy_tool_sentence
from archiver.render.times import interval_words, minute_text
from archiver.settings.home import check_home
from archiver.settings.model import parse_duration
from archiver.settings.token import has_secret_in_file
from archiver.setup import erasing, outcome_words, scheduled_job
from archiver.setup.archive_setup import make_home
from archiver.setup.erasing import restored_line
from archiver.store.archive import Archive
from archiver.wording import gettext as _

OFF = "off"


def back_up(obj: CliContext, place: str | None, every: str | None, remove_erased: bool, is_restored: bool) -> int:
    """Copy and verify, or restore; needs no token and no network. The token is not copied."""
    if is_restored:
        if every is not None or remove_erased:
            raise click.UsageError(_("--restore stands alone: nothing is backed up then."))
        return _restore(obj, place)
    if every == OFF:
        scheduled_job.end_regular_copy(obj.home)
        echo(_("Backups are made only by hand from now on. What is in the backup stays."))
        return 0
    scheduled_job.check_interval(every or "1d")
    folder = _choose_folder(obj, place)
    with ProgressScreen(quiet=obj.verbose < 0) as progress:
        outcome = backup.backup(
            Archive(obj.home), folder, now=utc_now, tell=copy_progress(progress), remove_erased=remove_erased
        )
    assert outcome.report is not None
    if outcome.is_placed:
        lacking, whole = _("The backup lacks files: {path}"), _("The backup is up to date: {path}")
        echo(lacking if outcome.report.uncopied else whole, path=folder)
    else:
        at = minute_text(outcome.report.earlier) if outcome.report.earlier else "-"
        echo(_("The earlier backup of {time} was kept as it was: the new one has findings."), time=at)
        echo(_("The new database is beside it: {path}"), path=folder / backup.WITH_FINDINGS)
    echo_lines(outcome_words.copied_lines(outcome.report))
    echo_lines([*erasing.removed_lines(outcome), *outcome_words.compared_lines(outcome)])
    tell_verification(outcome.verification)
    if outcome.is_placed and not outcome.is_remembered:
        echo(_("The archive cannot be written to now, so it does not remember this backup."), err=True)
    echo_lines(erasing.leftover_lines(outcome, folder), err=True)
    if outcome.is_same_disk:
        echo(_("This is the disk of the archive itself: if it breaks, the backup is lost too."), err=True)
    if _has_notify_urls(obj):
        sentence = _("The backup contains the alert addresses of [notify] urls, with their passwords. See: {page}")
        echo(sentence, err=True, page="archive guide alerts")
    if every is not None:
        scheduled_job.begin_regular_copy(obj.home, folder, every)
        sentence = _("From now on a backup is made every {every}, after an automatic save.")
        echo(sentence, every=interval_words(parse_duration(every)))
        echo(_("To end it: archive backup --every off"))
    if not outcome.ok:
        return FINDINGS
    with ProgressScreen(quiet=obj.verbose < 0) as progress:
        run = copies_elsewhere.run_and_remember(Archive(obj.home), obj.settings(), folder, obj.environ, now=utc_now)
    if run is None:
        return 0
    echo(copy_tool_sentence(run))
    return 0 if copies_elsewhere.outcome(run) is copies_elsewhere.ToolOutcome.GOOD else INCOMPLETE


def _choose_folder(obj: CliContext, place: str | None) -> Path:
    """The folder that was named, else that of the settings, else the answer to a question. Raises UsageError."""
    if place is not None:
        return Path(place).expanduser().absolute()
    stated = obj.settings().backup.to
    if stated is not None:
        return stated
    question = _("Which folder, best on another disk (drag it into this window):")
    answer = asked_path(question, otherwise=_("Say where to: archive backup FOLDER"))
    return Path(answer).expanduser().absolute()


def _has_notify_urls(obj: CliContext) -> bool:
    """Whether notify URLs, which are secrets, stand in `archive.toml`; False if it cannot be read."""
    try:
        return has_secret_in_file(obj.settings().notify)
    except SettingsError:
        return False


def _restore(obj: CliContext, source: str | None) -> int:
    """Restore a copy into the archive's folder (--home), which must not hold an archive yet."""
    check_home(obj.home, obj.environ)
    otherwise = _("Say which backup: archive backup --restore FOLDER")
    place = source or asked_path(_("Which backup (drag its folder into this window):"), otherwise=otherwise)
    folder = Path(place).expanduser().absolute()
    if obj.home.is_dir():  # one that is not there yet is made for its owner alone
        make_home(obj.home)
    with ProgressScreen(quiet=obj.verbose < 0) as progress:
        outcome = backup.restore(folder, obj.home, now=utc_now, tell=copy_progress(progress))
    if outcome.report is not None:
        echo_lines(outcome_words.copied_lines(outcome.report))
    tell_verification(outcome.verification)
    if outcome.is_placed:
        echo_lines(outcome.erased)
        _tell_restored(obj.home, folder, outcome)
    elif outcome.report is None:
        echo(_("Nothing was restored: the backup was changed after it was made."), err=True)
        echo(_("Its contents can still be read where it is: archive --home {path} status"), err=True, path=folder)
    else:
        echo(_("The archive was not put in place: what arrived differs from the backup. Try again."), err=True)
    return 0 if outcome.ok else FINDINGS


def _tell_restored(home: Path, source: Path, outcome: BackupOutcome) -> None:
    echo(_("The archive is restored: {path}"), path=home)
    echo(_("The backup in {path} was not changed."), path=source)
    echo(_("Next: archive init token (the token is not in the backup)   then: archive save"))
    echo(restored_line(outcome))
    echo(_("Go on with only one of the two: archives that go on in two places cannot be joined again."))
