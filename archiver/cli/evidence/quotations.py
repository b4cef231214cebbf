"""`verify --quotes`: each quotation, amount, day and message number of a document, held against what is saved."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import gettext as _
from pathlib import Path

from archiver.cli.context import FINDINGS, CliContext
from archiver.cli.terminal.output import WIDTH, echo, echo_json, paged_output, visible, wrap
from archiver.comparison.quoted_document import CheckedDocument, check_document, standing_words
from archiver.comparison.quoted_passages import CheckedPassage
from archiver.render.times import minute_text
from archiver.setup.evidence_words import verification_lines
from archiver.store.archive import Archive
from archiver.store.queries.contracts import named_or_only_contract


def verify_quotations(obj: CliContext, document: Path, records: str | None, job: str | None, *, as_json: bool) -> int:
    """Check and print, without token and network; nothing is written."""
    contract = None
    if records is None:
        with Archive(obj.home).reading() as reading:
            contract = named_or_only_contract(reading, job)
    place = obj.home if records is None else Path(records).expanduser().absolute()
    checked = check_document(document.expanduser().absolute(), place, contract)
    if as_json:
        echo_json(checked.document())
    else:
        with paged_output():
            _tell(checked)
    return 0 if checked.is_faithful else FINDINGS


def _tell(checked: CheckedDocument) -> None:
    for line in () if checked.verification.ok else verification_lines(checked.verification):
        echo("\n  ".join(wrap(line, WIDTH - 2, cuts_words=False)))
    echo(_("{n} passages were held against {count} saved messages."), n=len(checked.passages), count=checked.messages)
    for passage in checked.passages:
        echo("\n" + "\n".join(_passage_lines(passage, is_package=checked.is_package)))
    if not checked.is_package and any(one.passage.words.startswith(("No", "№")) for one in checked.passages):
        echo("\n" + _("Numbers of messages (No.) belong to an export: give its path after the command."))
    echo("\n" + _("Whose words they are and what they mean in their place is for the reader to judge."))


def _passage_lines(checked: CheckedPassage, *, is_package: bool) -> Iterator[str]:
    passage, _standing, message, given, saved = checked
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
