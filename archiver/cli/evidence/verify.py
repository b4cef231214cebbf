"""What `verify` and `seal` do: check that nothing was changed, compare two archives or packages, seal what is new."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

from archiver import app, errors
from archiver.app import utc_now
from archiver.cli.context import FINDINGS, CliContext
from archiver.cli.output import (
    WIDTH,
    ProgressScreen,
    echo,
    echo_json,
    echo_lines,
    paged_output,
    side_by_side,
    wrap,
)
from archiver.comparison.comparison_report import compare, difference_cells, result_tables, side_rows
from archiver.comparison.document_quotations import CheckedPassage
from archiver.comparison.quoted_document import check_document, standing_words
from archiver.comparison.summary import ComparisonSummary
from archiver.custody.exported_package_check import verify_here
from archiver.custody.verify import record_verification, verify_archive
from archiver.evidence.stamps.timestamp import Authority
from archiver.evidence.verify.findings import Verification
from archiver.export.verify_page import NAME, page_digest, verify_page
from archiver.folder_sync import disk_errors
from archiver.render.invisible_characters import visible
from archiver.render.times import minute_text
from archiver.report_language import report_language, say, screen_words
from archiver.rounds.round import seal_now
from archiver.standing.outcome_words import copy_step_words, sealing_lines, verification_lines
from archiver.store.archive import Archive
from archiver.store.queries.contracts import named_or_only_contract
from archiver.wording import gettext as _

_UNLIKE_LIMIT = 5
"""So many messages that two sides hold unlike are shown one by one; the tables of the comparison have all."""


def verify(
    obj: CliContext,
    paths: tuple[str, ...],
    deep: bool,
    page: Path | None,
    out: str | None,
    report_lang: str,
    quotes: Path | None,
    job: str | None,
    as_json: bool,
) -> int:
    """Verify and print, without token and network; write no evidence, only a line to the log of verifications."""
    if quotes is not None or job is not None:
        if quotes is None or len(paths) > 1 or (paths and job) or page is not None or out is not None or deep:
            raise errors.UsageError(
                detail=_("--quotes goes with one path or with --job, and --job only with --quotes.")
            )
        return verify_quotations(obj, quotes, next(iter(paths), None), job, as_json=as_json)
    if page is not None:
        return _write_page(page.expanduser().absolute(), paths)
    if paths:
        from archiver.cli.evidence.filed_pages import is_filed, verify_filed

        if any(map(is_filed, paths)):
            return verify_filed(obj, paths, as_json=as_json)
    if len(paths) > 2 or (out is not None and len(paths) < 2) or (deep and len(paths) > 1):
        raise errors.UsageError(detail=_("Give one path, or two to compare; --out goes with two, --deep with one."))
    if len(paths) == 2:
        return tell_comparison(*paths, out=out, report_lang=report_lang, as_json=as_json)
    archive, now, path = Archive(obj.home), utc_now(), next(iter(paths), None)
    if path is None and not archive.exists():
        raise archive.absence()
    with ProgressScreen(quiet=obj.verbose < 0) as screen:
        tell = copy_progress(screen)
        if path is None:
            verification = verify_archive(archive, deep=deep, progress=tell, authorities=_authorities(obj), now=now)
        else:
            place = Path(path).expanduser().absolute()
            verification = verify_here(place, obj.home, now=now, deep=deep, progress=tell)
    if path is None:
        record_verification(archive, verification, deep=deep, at=utc_now())
    if as_json:
        echo_json(verification.document())
    else:
        with paged_output():
            tell_verification(verification)
    return 0 if verification.ok else FINDINGS


def copy_progress(screen: ProgressScreen) -> Callable[[str, int, int], None]:
    """A callback that shows the progress of a copy or of a verification in a bar: step, done, total."""
    words = copy_step_words()
    return lambda what, done, total: screen.show_part(words.get(what, what), done, total)


def _write_page(target: Path, paths: Sequence[str]) -> int:
    """Write `verify.html`, which needs no archive. Raises UsageError if the file cannot be made, or exists."""
    if paths:
        raise errors.UsageError(detail=_("--page writes a page and checks nothing: leave out PATH."))
    if target.is_dir():
        target /= NAME
    try:
        with target.open("xb") as file:
            file.write(verify_page())
    except FileExistsError:
        raise errors.UsageError(detail=_("There is a file already: {path}").format(path=target)) from None
    except OSError as error:
        raise errors.UsageError(
            detail=_("It cannot be written: {path} ({detail})").format(path=target, detail=error.strerror)
        ) from None
    click.echo(_("Written: {path}").format(path=visible(str(target))))
    click.echo(f"SHA-256 {page_digest()}")
    return 0


def _authorities(obj: CliContext) -> Sequence[Authority] | None:
    """The authorities whose roots the settings pin; None if the settings cannot be read."""
    try:
        return app.build_authorities(obj.home, obj.settings().timestamp.authorities)[0]
    except errors.SettingsError:
        return None


def tell_verification(verification: Verification) -> None:
    """Print the result, what was checked, what does not match, and the notes."""
    for line in verification_lines(verification):
        echo("\n  ".join(wrap(line, WIDTH - 2, cuts_words=False)))


def tell_comparison(a: str, b: str, *, out: str | None, report_lang: str, as_json: bool) -> int:
    """Compare and print, without token and network; neither side is changed."""
    folder = None if out is None else _absolute(out)
    with report_language(report_lang), disk_errors(folder or _absolute(a), errors.PackagePlaceNotWritable):
        summary = compare(_absolute(a), _absolute(b), folder=folder, at=utc_now())
    if as_json:
        echo_json(summary.document(folder))
    else:
        _tell(summary, folder)
    return 0 if summary.a.verification.ok and summary.b.verification.ok else FINDINGS


def _absolute(path: str) -> Path:
    return Path(path).expanduser().absolute()


def _tell(summary: ComparisonSummary, folder: Path | None) -> None:
    """Print what was compared and found, in the words of the report, with the first messages that both hold unlike."""
    with screen_words(), paged_output():
        echo(visible(side_by_side([*side_rows(summary)]), lines=True))
        for path in (one.path for one in (summary.a, summary.b) if not one.verification.ok):
            echo(_("What does not match is told by: archive verify {path}"), path=path)
        for table in result_tables(summary):
            echo("\n" + side_by_side((table.heads, *table.rows)))
        for compared in [one for one in summary.listed if one.a and one.b][:_UNLIKE_LIMIT]:
            head, outcome, a, b = (visible(one, lines=True) for one in difference_cells(summary, compared))
            echo("\n" + head.replace("\n", "  ") + f"(ID {compared.either.account_id})\n  {outcome}")
            for label, text in ((say("甲"), a), (say("乙"), b)):
                echo(f"  {label}  " + text.replace("\n", "\n      "))
    if folder is not None:
        echo("\n" + _("The comparison: {path}"), path=folder)
    else:
        echo("\n" + _("For all of them, in a page, a PDF and tables, add: --out DIR"))


def seal(obj: CliContext) -> None:
    """Seal and request stamps; a stamp that an authority does not give changes no exit code, its seal waits."""
    app = obj.app(needs_archive=True)
    sealing = seal_now(app)
    echo_lines(sealing.told, err=True)
    echo_lines(sealing_lines(sealing))
    if app.root_errors:
        raise app.root_errors[0]


def verify_quotations(obj: CliContext, document: Path, records: str | None, job: str | None, *, as_json: bool) -> int:
    """Check and print, without token and network; nothing is written."""
    contract = None
    if records is None:
        contract = Archive(obj.home).read(named_or_only_contract, job)
    place = obj.home if records is None else Path(records).expanduser().absolute()
    checked = check_document(document.expanduser().absolute(), place, contract)
    if as_json:
        echo_json(checked.document())
    else:
        with paged_output():
            if not checked.verification.ok:
                tell_verification(checked.verification)
            sentence = _("Passages: {n}. They were held against the saved messages: {count}.")
            echo(sentence, n=len(checked.passages), count=checked.messages)
            for passage in checked.passages:
                echo("\n" + "\n".join(_passage_lines(passage, is_package=checked.is_package)))
            if not checked.is_package and any(one.passage.words.startswith(("No", "№")) for one in checked.passages):
                echo("\n" + _("Numbers of messages (No.) belong to an export: give its path after the command."))
            echo("\n" + _("Whose words they are and what they mean in their place is for the reader to judge."))
    return 0 if checked.is_faithful else FINDINGS


def _passage_lines(checked: CheckedPassage, *, is_package: bool) -> Iterator[str]:
    passage, _standing, message, given, saved, _others = checked
    yield _("Line {n}: {words}").format(n=passage.line, words=_one_line(passage.words))
    yield "  " + standing_words(checked)
    if message is not None:
        number = f"  No. {message.no}" if is_package else ""
        yield f"    {minute_text(message.sent)}  {visible(message.name)}  m{message.position}{number}"
    if saved:
        yield "    " + _("In the document: {words}").format(words=_one_line(given))
        yield "    " + _("What is saved:   {words}").format(words=_one_line(saved))


def _one_line(words: str) -> str:
    return visible(" ".join(words.split()))
