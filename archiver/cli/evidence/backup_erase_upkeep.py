"""The commands `backup`, `erase` and `upkeep`: copies made and restored, what goes for good, a healthy database."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from archiver import errors
from archiver.app import App, utc_now
from archiver.cli.context import FINDINGS, INCOMPLETE, CliContext
from archiver.cli.evidence.verify import copy_progress, tell_verification
from archiver.cli.output import ProgressScreen, echo, echo_json, echo_lines, visible
from archiver.cli.prompts import ask, ask_yes_no, asked_path, is_asked, tell
from archiver.custody import backup, copies_elsewhere, erasures
from archiver.custody.database_upkeep import STEPS, UpkeepReport, keep_up, upkeep_document
from archiver.custody.erasures import ErasurePreview
from archiver.errors import N_, SettingsError
from archiver.health import words
from archiver.health.conditions import ConditionKind, condition_of
from archiver.health.evidence import check_database
from archiver.health.folders import copy_tool_sentence
from archiver.records.evidence import ErasureReason
from archiver.render.times import interval_words, minute_text
from archiver.rounds.scheduled_duties import no_space_error
from archiver.schedule.schedulers import find_starters
from archiver.settings.home import check_home
from archiver.settings.model import exports_folder, parse_duration
from archiver.settings.token import has_secret_in_file
from archiver.setup import erasing, unattended
from archiver.setup.archive_setup import make_home
from archiver.setup.erasing import ErasureOrder, restored_line
from archiver.standing import outcome_words
from archiver.store.archive import Archive
from archiver.wording import gettext as _
from archiver.wording import ngettext

OFF = "off"


def back_up(obj: CliContext, place: str | None, every: str | None, remove_erased: bool, is_restored: bool) -> int:
    """Copy and verify, or restore; needs no token and no network. The token is not copied."""
    if is_restored:
        if every is not None or remove_erased:
            raise click.UsageError(_("--restore stands alone: nothing is backed up then."))
        return _restore(obj, place)
    if every == OFF:
        unattended.end_regular_copy(obj.home)
        echo(_("Backups are made only by hand from now on. What is in the backup stays."))
        return 0
    unattended.check_interval(every or "1d")
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
        unattended.begin_regular_copy(obj.home, folder, every)
        sentence = _("From now on a backup is made every {every}, after an automatic save.")
        echo(sentence, every=interval_words(parse_duration(every)))
        if find_starters(obj.home, obj.environ) is None:
            echo(words.sentence(condition_of(ConditionKind.UNSCHEDULED, {})))
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
        echo(_("The archive is restored: {path}"), path=obj.home)
        echo(_("The backup in {path} was not changed."), path=folder)
        echo(_("Next: archive init token (the token is not in the backup)   then: archive save"))
        echo(restored_line(outcome))
        echo(_("Go on with only one of the two: archives that go on in two places cannot be joined again."))
    elif outcome.report is None:
        echo(_("Nothing was restored: the backup was changed after it was made."), err=True)
        echo(_("Its contents can still be read where it is: archive --home {path} status"), err=True, path=folder)
    else:
        echo(_("The archive was not put in place: what arrived differs from the backup. Try again."), err=True)
    return 0 if outcome.ok else FINDINGS


def erase(
    obj: CliContext,
    job: str | None,
    messages: tuple[str, ...],
    chat: int | None,
    note: str | None,
    reason: str,
    dry_run: bool,
    confirm: str | None,
    despite_dispute: bool,
    out: str | None,
    certificate: int | None,
    as_json: bool,
) -> int:
    """Show, ask, erase; needs no token and no network. Raises UsageError and its kind for what cannot be erased."""
    app = obj.app(needs_archive=True)
    folder = Path(out).expanduser().absolute() if out else exports_folder(app.settings)
    echo_lines(
        [] if dry_run else erasures.go_on(app.archive, now=app.now, copies=app.settings.exports.also_to), err=True
    )
    if certificate is not None:
        path = erasing.make_certificate(app, certificate, folder)
        echo_json({"certificate": str(path)}) if as_json else _tell_certificate(path)
        return 0
    if not dry_run:
        erasures.check_allowed(app.archive)
    with app.archive.reading() as reading:
        noted = None if note is None else Path(note).expanduser()
        order = erasing.read_order(reading, job, messages, noted, room=chat)
        preview = erasing.preview_order(reading, order, now=app.now(), to_erase=not dry_run)
    if not as_json or not dry_run:
        echo_lines(erasing.preview_lines(preview), err=True)
        if preview.read_rooms:
            sentence = _("A chat of it is still being saved. First: archive job end {job} --now")
            echo(sentence, err=True, job=job or _("JOB"))
        if preview.signs:
            echo(_("Signs of a dispute: {signs}"), err=True, signs="; ".join(preview.signs))
    if dry_run:
        if as_json:
            echo_json(erasing.document(order, preview))
        return 0
    _ask(order, preview, confirm=confirm, despite_dispute=despite_dispute)
    return _erase(app, order, preview, ErasureReason(reason), folder, as_json=as_json)


def _ask(order: ErasureOrder, preview: ErasurePreview, *, confirm: str | None, despite_dispute: bool) -> None:
    """Let the user answer the warning and type the word. Raises NotConfirmed."""
    if preview.signs and not despite_dispute:
        if not is_asked():
            raise errors.NotConfirmed(option="--despite-dispute")
        tell(
            _(
                "Whoever erases what may be evidence in a dispute can be blamed for destroying evidence, and loses "
                "what supports their own side. Ask a lawyer before you go on."
            ),
            indent=0,
        )
        if not ask_yes_no(_("Erase it all the same?"), default=False, err=True):
            raise errors.ErasureDeclined
    phrase = order.phrase(preview)
    if confirm is None:
        if not is_asked():
            raise errors.NotConfirmed(option=f"--confirm {phrase}")
        confirm = ask(_("It cannot be undone. To erase, type {word}:").format(word=phrase), str, err=True)
    if confirm.strip() != phrase:
        raise errors.AnotherWord


def _erase(
    app: App, order: ErasureOrder, preview: ErasurePreview, reason: ErasureReason, folder: Path, *, as_json: bool
) -> int:
    with ProgressScreen(quiet=as_json) as screen:
        outcome, path, trouble = erasing.erase(app, order, reason, folder, tell=screen.show_part)
    if trouble is not None:
        echo(f"{trouble} {trouble.advice()}".rstrip(), err=True)
        again = _("The certificate can be made later: archive erase --certificate {number}")
        echo(again, err=True, number=outcome.number)
    if as_json:
        done = {"erasure": outcome.number, "complete": outcome.is_complete}
        document = erasing.document(order, preview) | done | {"certificate": None if path is None else str(path)}
        echo_json(document)
    else:
        echo(_("Erased (erasure {number})."), number=outcome.number)
        if path is not None:
            _tell_certificate(path)
    if not outcome.is_complete:
        echo(
            _("A program still reads an older state, so traces are left in the database. The next save removes them."),
            err=True,
        )
    return 0 if outcome.is_complete and path is not None else INCOMPLETE


def _tell_certificate(path: Path) -> None:
    """Print where it is, what an older copy still holds, and with what it can be erased there."""
    echo(_("Certificate: {path}"), path=path)
    if (note := path.with_suffix(".json")).exists():
        sentence = _(
            "A backup made before, if there is one, still holds it. Where one is restored, erase again: "
            "archive erase --again {file}"
        )
        echo(sentence, file=shlex.quote(str(note)))


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
        echo_lines(_lines(report))
    if report.problems:
        return FINDINGS
    if report.vacuum == "no_space" and not as_json:
        error = no_space_error(settings, report)
        echo(f"{error} {error.advice()}", err=True)
    return 0 if report.ok else INCOMPLETE


def _lines(report: UpkeepReport) -> Iterator[str]:
    sentence = _("Database: {size} MB, {unused} MB of it unused.")
    yield sentence.format(size=_megabytes(report.before.total_bytes), unused=_megabytes(report.before.free_bytes))
    if report.problems:
        yield visible(check_database(report.problems).text)
    else:
        yield _("SQLite finds nothing wrong in any page.")
    vacuum = _VACUUM_WORDS.get(report.vacuum)
    if vacuum is not None:
        yield _(vacuum).format(size=_megabytes(report.after.total_bytes), unused=_megabytes(report.before.free_bytes))
    if report.is_index_merged:
        yield _("The index of the search was merged into one piece.")
    for one in report.folders:
        sentence = ngettext(
            "{name}: {size} MB in {n} file ({path})", "{name}: {size} MB in {n} files ({path})", one["files"]
        )
        size, path = _megabytes(one["bytes"]), visible(one["path"])
        yield sentence.format(name=_(_FOLDER_NAMES[one["name"]]), size=size, n=one["files"], path=path)


def _megabytes(number: int) -> str:
    return f"{number / 1e6:,.1f}"
