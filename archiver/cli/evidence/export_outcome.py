"""What `export` says of the package that it made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.cli.terminal.typed_command import command_line
from archiver.records import contract_facts
from archiver.setup.file_manager import open_folder
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.export.package.make_package import ExportReport
    from archiver.rounds.export_recheck import Recheck

_NAMED_LIMIT = 20
"""So many things that a package lacks are named on the screen; the package names them all."""


def tell_document(report: ExportReport, recheck: Recheck | None, options: Sequence[str]) -> None:
    """Print what was made as one JSON document."""
    checked = {"recheck": None if recheck is None else recheck._asdict()}
    click.echo(json.dumps(report.document() | checked, ensure_ascii=False))
    _tell_incomplete(report, options)


def tell_export(report: ExportReport, options: Sequence[str], *, to_stderr: bool) -> None:
    """Print where the package is, how much it holds, what it lacks, and what is to be done before it is sent."""
    echo(_("The export is ready. It was sent to nobody."), err=to_stderr)
    echo(f"  {visible(str(report.path))}")
    if report.zip:
        echo(f"  {visible(str(report.zip))}")
    echo("  " + report.contents(), err=to_stderr)
    if report.unsealed:
        sentence = ngettext(
            "{n} record in it is not sealed yet, as the archive cannot be written here; the export says so.",
            "{n} records in it are not sealed yet, as the archive cannot be written here; the export says so.",
            report.unsealed,
        )
        echo("  " + sentence.format(n=report.unsealed), err=to_stderr)
    if report.stamped:
        echo("  " + _("It is time-stamped by every company in the settings."), err=to_stderr)
    _tell_incomplete(report, options)
    _tell_before_sending(report)
    open_folder(Path(report.path))


def _tell_incomplete(report: ExportReport, options: Sequence[str]) -> None:
    """Print that no record of it is kept, if so, and why the exit code is 4: what it lacks, whether it is too large.

    `options`: those of the command that made it.
    """
    if report.record_note():
        echo("  " + report.record_note(), err=True)
    for sentences, explanation in (
        (
            (*report.missing, *report.unheld),
            _("Not everything that belongs in it could be included; the export says so too."),
        ),
        (
            report.unstamped,
            _(
                "The export itself does not say so, as its own time stamps are added last. The next export asks "
                "for them again."
            ),
        ),
        (
            report.unread_sentences(),
            _(
                "To read them, on a terminal: archive export {words}  (a script: --preview --json, then --read FILE)"
            ).format(words=command_line([report.contract, *options])),
        ),
        (report.too_large, _("Nothing was left out because of that. To choose fewer messages: --from, --to")),
    ):
        for sentence in sentences[:_NAMED_LIMIT]:
            echo("  " + visible(sentence), err=True)
        if len(sentences) > _NAMED_LIMIT:
            echo("  " + _("and {n} more").format(n=len(sentences) - _NAMED_LIMIT), err=True)
        if sentences:
            echo(explanation, err=True)


def _tell_before_sending(report: ExportReport) -> None:
    if report.blank:
        labels = [_(fact.label) for fact in contract_facts.FACTS if fact.name in report.blank]
        echo(_("Not entered yet (printed as blank): {facts}").format(facts=_(", ").join(labels)), err=True)
        echo("  " + _("Add them with: archive job set {contract}").format(contract=report.contract), err=True)
    if report.advice:
        echo(_("Before you send it: {advice}").format(advice=report.advice), err=True)
