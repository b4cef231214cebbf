"""`verify PATH PATH`: two archives or packages of the same chat, side by side."""

from __future__ import annotations

import json
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.exit_codes import FINDINGS
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import side_by_side, visible
from archiver.report_language import report_language

if TYPE_CHECKING:
    from archiver.comparison.sides import Side
    from archiver.comparison.summary import ComparisonSummary


def tell_comparison(a: str, b: str, *, out: str | None, report_lang: str, as_json: bool) -> int:
    """Compare and print, without token and network; neither side is changed."""
    from archiver.app import utc_now
    from archiver.comparison.compare import compare

    folder = None if out is None else _absolute(out)
    try:
        with report_language(report_lang):
            summary = compare(_absolute(a), _absolute(b), folder=folder, at=utc_now())
    except OSError as error:
        raise errors.BadCopyPlace(path=folder or _absolute(a), detail=error.strerror or str(error)) from error
    if as_json:
        click.echo(json.dumps(summary.document(folder), ensure_ascii=False))
    else:
        _tell(summary, folder)
    return 0 if summary.a.verification.ok and summary.b.verification.ok else FINDINGS


def _absolute(path: str) -> Path:
    return Path(path).expanduser().absolute()


def _tell(summary: ComparisonSummary, folder: Path | None) -> None:
    from archiver.comparison.held_messages import Outcome

    more = (Outcome.A_HOLDS_MORE, Outcome.B_HOLDS_MORE, Outcome.EACH_HOLDS_MORE)
    echo(side_by_side([("A", _side_line(summary.a)), ("B", _side_line(summary.b))]))
    rows = [
        (_("In both, with the same texts"), [Outcome.SAME]),
        (_("In both, one holds a further text"), more),
        (_("In both, texts differ"), [Outcome.TEXTS_DIFFER]),
        (_("In both, author or time differ"), [Outcome.FACTS_DIFFER]),
        (_("In both, times of the edit differ"), [Outcome.UPDATES_DIFFER]),
        (_("In both, not compared as texts are hidden"), [Outcome.MASKED]),
        (_("Only in A"), [Outcome.ONLY_A]),
        (_("Only in B"), [Outcome.ONLY_B]),
    ]
    echo("\n" + side_by_side([(label, str(summary.total(outcomes))) for label, outcomes in rows]))
    counts = summary.files
    sentence = _("Files: {same} with the same bytes in both, {differ} with other bytes, {a} only in A, {b} only in B.")
    echo("\n" + sentence.format(same=counts.same, differ=counts.differ, a=counts.only_a, b=counts.only_b))
    if summary.parted_at is not None:
        sentence = _("Both are copies of one archive; from seal {number} on they differ.")
        echo(sentence.format(number=summary.parted_at))
    if folder is not None:
        echo(_("The comparison: {path}").format(path=visible(str(folder))))
    else:
        echo(_("For a page, a PDF and tables add: --out DIR"))


def _side_line(side: Side) -> str:
    findings = len(side.verification.findings)
    state = _("no change was found") if not findings else _("{n} things do not match").format(n=findings)
    return f"{visible(side.path.name)}  {state}"
