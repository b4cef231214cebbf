"""`export`, `exports`, `verify` and `seal`: what is handed out, and what shows that it was not changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.screen import jst
from archiver.cli.stamps import tell_root_faults
from archiver.cli.sync import INCOMPLETE, parse_day, parse_until
from archiver.cli.text import pad, visible
from archiver.errors import N_

if TYPE_CHECKING:
    from archiver.evidence.finding import Verification
    from archiver.evidence.timestamp import Authority
    from archiver.export.package import ExportReport

FINDINGS = 3
"""Exit code: something was found wrong."""

MOST_SHOWN = 50
"""Findings shown on the screen; `--json` gives all."""


@click.command("export", help=N_("Make a package from what is kept. Needs no token and no network; sends nothing."))
@click.argument("contract", metavar=N_("CONTRACT"), required=False)
@click.option(
    "--for", "--profile", "profile", metavar=N_("WHO"), default="lawyer", help=N_("For whom: lawyer or daily.")
)
@click.option("--from", "since", metavar=N_("DAY"), help=N_("Only messages sent from this day on."))
@click.option("--to", "until", metavar=N_("DAY"), help=N_("Only messages sent up to this day."))
@click.option("--zip", "packed", is_flag=True, help=N_("Make a zip file too, however large."))
@click.option("--out", metavar=N_("DIR"), help=N_("Where to put the package; left out: the usual folder."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_export(
    obj: CliContext,
    contract: str | None,
    profile: str,
    since: str | None,
    until: str | None,
    packed: bool,
    out: str | None,
    as_json: bool,
) -> int:
    """Seal, then build from the state at that seal."""
    from archiver import app as application
    from archiver.export import package
    from archiver.schedule.stamping import stamping
    from archiver.settings.exports import exports_folder

    app = application.build(obj.settings(), obj.environ)
    folder = Path(out).expanduser().absolute() if out else exports_folder(app.settings)
    report = package.export(
        app.archive,
        contract=contract,
        profile=profile,
        since=parse_day(since, "--from"),
        until=parse_until(until, "--to"),
        out=folder,
        zip=packed,
        now=app.now,
        stamping=stamping(app),
    )
    tell_root_faults(app.root_faults)
    if as_json:
        click.echo(json.dumps(report.document(), ensure_ascii=False))
    else:
        _tell_export(report, to_stderr=obj.verbose < 0)
    return INCOMPLETE if report.incomplete or report.unheld else 0


def _tell_export(report: ExportReport, *, to_stderr: bool) -> None:
    numbers = _("{messages} messages, {files} files, {gaps} gaps, seal {seal}")
    click.echo(_("The package is ready. It was sent to nobody."), err=to_stderr)
    click.echo(f"  {visible(str(report.path))}")
    if report.zip:
        click.echo(f"  {visible(str(report.zip))}")
    told = numbers.format(messages=report.messages, files=report.files, gaps=report.gaps, seal=report.seal)
    click.echo("  " + told, err=to_stderr)
    if report.stamped:
        click.echo("  " + _("It bears the time of every third party in the settings."), err=to_stderr)
    for sentence in (*report.incomplete, *report.unheld):
        click.echo("  " + visible(sentence), err=True)
    if report.incomplete or report.unheld:
        click.echo(_("Not everything that belongs into it could be put in; the package says so too."), err=True)


@click.command("exports", help=N_("The packages made so far: when, for whom, and their fingerprint."))
@click.pass_obj
def command_exports(obj: CliContext) -> int:
    """From the archive's own records."""
    from archiver.store.archive import Archive
    from archiver.store.clock import moment
    from archiver.store.queries.runs import exports

    with Archive(obj.home).reading() as reading:
        made = exports(reading)
    for at, payload in made:
        head = f"{jst(moment(at), year=True)}  {pad(payload['contract'], 20)} {pad(payload['profile'], 8)}"
        click.echo(f"{head} {visible(payload['name'])}")
        click.echo(f"    SHA-256 {payload['sha256']}")
    if not made:
        click.echo(_("No package has been made yet."))
    return 0


@click.command(
    "seal", help=N_("Seal the records made until now, and ask for the third-party time of every seal that waits.")
)
@click.pass_obj
def command_seal(obj: CliContext) -> int:
    """Also what every export does first. Authorities that give nothing change no exit code: the seals wait."""
    from archiver import app as application
    from archiver.cli.stamps import tell_stamps
    from archiver.schedule import stamps
    from archiver.store import seal
    from archiver.sync.sweeps import flush

    app = application.existing(application.build(obj.settings(), obj.environ))
    flush(app.archive, at=app.now())
    made = seal.close(app.archive, now=app.now())
    for one in made:
        number = one.last - one.first + 1
        told = ngettext("Seal {number}: {n} record.", "Seal {number}: {n} records.", number)
        click.echo(told.format(number=one.number, n=number) + f"\n  SHA-256 {one.sha256}")
    if not made:
        click.echo(_("Everything is sealed already."))
    tell_stamps(stamps.ask(app, at_once=True, seconds=None).outcomes)
    if app.root_faults:
        raise app.root_faults[0]
    return 0


@click.command("verify", help=N_("Check that nothing was changed: this archive, or a package (folder or zip)."))
@click.argument("path", metavar=N_("PATH"), required=False)
@click.option("--deep", is_flag=True, help=N_("Also make the readable tables anew from the records and compare."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_verify(obj: CliContext, path: str | None, deep: bool, as_json: bool) -> int:
    """Needs no token and no network; writes nothing that is evidence."""
    from archiver.schedule.verification import verify_archive, verify_path
    from archiver.store.archive import Archive

    if path is None:
        archive = Archive(obj.home)
        if not archive.exists():
            raise errors.NoArchive(path=obj.home)
        found = verify_archive(archive, deep=deep, authorities=_authorities(obj))
    else:
        found = verify_path(Path(path).expanduser().absolute(), deep=deep)
    if as_json:
        click.echo(json.dumps(_document(found), ensure_ascii=False))
    else:
        tell_verification(found)
    return 0 if found.ok else FINDINGS


def _authorities(obj: CliContext) -> Sequence[Authority] | None:
    """Whose roots the settings pin; None if the settings cannot be read, which verification does not need."""
    from archiver import authority

    try:
        return authority.ready(obj.home, obj.settings().timestamp.authorities)[0]
    except errors.SettingsError:
        return None


def _document(found: Verification) -> dict[str, object]:
    findings = [{"check": one.check, "subject": one.subject, "text": one.text} for one in found.findings]
    return {"ok": found.ok, "checked": found.checked, "findings": findings, "notes": list(found.notes)}


def tell_verification(found: Verification) -> None:
    """What was looked at, what does not match, what is worth knowing."""
    told = _("Checked: {entries} records, {seals} seals, {stamps} stamps, {files} files, {messages} messages.")
    click.echo(told.format(**found.checked))
    for one in found.findings[:MOST_SHOWN]:
        click.echo(f"[{one.check}] {visible(one.subject)}: {visible(one.text)}")
    if len(found.findings) > MOST_SHOWN:
        click.echo(_("… and {n} more (see --json).").format(n=len(found.findings) - MOST_SHOWN))
    for note in found.notes:
        click.echo(_("Note: {text}").format(text=visible(note)))
    if found.ok:
        click.echo(_("Nothing was found changed."))
    else:
        number = len(found.findings)
        click.echo(ngettext("{n} thing does not match.", "{n} things do not match.", number).format(n=number))
