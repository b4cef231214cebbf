"""The command `verify`: checks that nothing was changed, in this archive or in a package, or compares two."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.argument_completion import files, folders
from archiver.cli.context import CliContext
from archiver.cli.exit_codes import FINDINGS
from archiver.cli.terminal.output import echo, paged_output
from archiver.cli.terminal.progress import ProgressScreen
from archiver.cli.terminal.text import WIDTH, visible, wrap
from archiver.errors import N_
from archiver.report_language import JAPANESE, LANGUAGES

if TYPE_CHECKING:
    from archiver.evidence.stamps.timestamp import Authority
    from archiver.evidence.verify.findings import Verification


@click.command(
    "verify",
    help=N_(
        "Check that nothing was changed: this archive, or an export (folder or zip). Two paths: compare two archives, "
        "exports or daily copies of the same chat.\n\nOf two, each is verified first, and only chats that both have "
        "are read. --out makes a folder with a page, a PDF and tables; texts stand in it as each side holds them: what "
        "an export hides stays hidden, an archive's own texts do not."
    ),
)
@click.argument("paths", metavar=N_("[PATH [PATH]]"), nargs=-1, shell_complete=files)
@click.option("--deep", is_flag=True, help=N_("Also rebuild the readable tables from the records and compare."))
@click.option(
    "--page",
    type=click.Path(path_type=Path),
    metavar=N_("FILE"),
    shell_complete=files,
    help=N_("Write the page with which anybody checks an export in a browser, and print its SHA-256."),
)
@click.option("--out", metavar=N_("DIR"), shell_complete=folders, help=N_("Write the comparison into this new folder."))
@click.option(
    "--report-lang",
    type=click.Choice(LANGUAGES),
    default=JAPANESE,
    hidden=True,
    help=N_("The language of the comparison's own texts: ja (left out: this), or en for a reader abroad."),
)
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_verify(
    obj: CliContext,
    paths: tuple[str, ...],
    deep: bool,
    page: Path | None,
    out: str | None,
    report_lang: str,
    as_json: bool,
) -> int:
    """Verify and print, without token and network; write no evidence, only a line to the log of verifications."""
    if page is not None:
        return _write_page(page.expanduser().absolute(), paths)
    if len(paths) > 2 or (out is not None and len(paths) < 2) or (deep and len(paths) > 1):
        raise errors.UsageError(detail=_("Give one path, or two to compare; --out goes with two, --deep with one."))
    if len(paths) == 2:
        from archiver.cli.evidence.compare import tell_comparison

        return tell_comparison(*paths, out=out, report_lang=report_lang, as_json=as_json)
    from archiver.app import utc_now
    from archiver.custody.export_records import verify_here
    from archiver.custody.verify import record_verification, verify_archive
    from archiver.store.archive import Archive

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
        click.echo(json.dumps(_document(verification), ensure_ascii=False))
    else:
        with paged_output():
            tell_verification(verification)
    return 0 if verification.ok else FINDINGS


def copy_progress(screen: ProgressScreen) -> Callable[[str, int, int], None]:
    """A callback that shows the progress of a copy or of a verification in a bar: step, done, total."""
    from archiver.setup.work_words import copy_step_words

    words = copy_step_words()
    return lambda what, done, total: screen.show_part(words.get(what, what), done, total)


def _write_page(target: Path, paths: Sequence[str]) -> int:
    """Write `verify.html`, which needs no archive. Raises UsageError if the file cannot be made, or exists."""
    from archiver.export.verify_page.page import NAME, page_digest, verify_page

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
    from archiver import tsa

    try:
        return tsa.build_authorities(obj.home, obj.settings().timestamp.authorities)[0]
    except errors.SettingsError:
        return None


def _document(verification: Verification) -> dict[str, object]:
    findings = [{"check": one.check, "subject": one.subject, "text": one.text} for one in verification.findings]
    return {
        "ok": verification.ok,
        "checked": verification.checked,
        "findings": findings,
        "notes": list(verification.notes),
        "unchecked": [{"subject": one.subject, "text": one.text} for one in verification.unchecked],
        "times": [one._asdict() for one in verification.times],
    }


def tell_verification(verification: Verification) -> None:
    """Print the result, what was checked, what does not match, and the notes."""
    from archiver.setup.evidence_words import verification_lines

    for line in verification_lines(verification):
        echo("\n  ".join(wrap(line, WIDTH - 2, cuts_words=False)))
