"""`verify`: checks that nothing was changed, in this archive or in a package."""

from __future__ import annotations

import json
from collections.abc import Sequence
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.completers import files
from archiver.cli.context import CliContext
from archiver.cli.terminal.text import visible
from archiver.errors import N_

if TYPE_CHECKING:
    from archiver.evidence.stamps.timestamp import Authority
    from archiver.evidence.verify.findings import Verification

FINDINGS = 3
"""Exit code: something was found wrong."""

MOST_SHOWN = 50
"""Findings shown on the screen; `--json` gives all."""


@click.command("verify", help=N_("Check that nothing was changed: this archive, or a package (folder or zip)."))
@click.argument("path", metavar=N_("PATH"), required=False, shell_complete=files)
@click.option("--deep", is_flag=True, help=N_("Also make the readable tables anew from the records and compare."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_verify(obj: CliContext, path: str | None, deep: bool, as_json: bool) -> int:
    """Needs no token and no network; writes nothing that is evidence, only a line to the log of verifications."""
    from archiver.app import utc_now
    from archiver.custody.verify import record, verify_archive, verify_path
    from archiver.store.archive import Archive

    if path is None:
        archive = Archive(obj.home)
        if not archive.exists():
            raise errors.NoArchive(path=obj.home)
        found = verify_archive(archive, deep=deep, authorities=_authorities(obj))
        record(archive, found, deep=deep, at=utc_now())
    else:
        found = verify_path(Path(path).expanduser().absolute(), deep=deep)
    if as_json:
        click.echo(json.dumps(_document(found), ensure_ascii=False))
    else:
        tell_verification(found)
    return 0 if found.ok else FINDINGS


def _authorities(obj: CliContext) -> Sequence[Authority] | None:
    """Whose roots the settings pin; None if the settings cannot be read, which verification does not need."""
    from archiver import tsa

    try:
        return tsa.ready(obj.home, obj.settings().timestamp.authorities)[0]
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
