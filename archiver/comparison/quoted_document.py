"""A document whose quotations are held against an archive or a package, which is verified first."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from archiver import errors
from archiver.comparison.document_quotations import CheckedPassage, QuoteStanding, SavedMessages, passages
from archiver.comparison.message_comparison import HeldMessage
from archiver.comparison.sides import open_side
from archiver.errors import N_
from archiver.evidence.history import Span
from archiver.evidence.verify.findings import Verification
from archiver.export.metadata_removal import office_text
from archiver.export.pdf_metadata import is_pdf, pdf_text, run_apart
from archiver.records import Contract, State
from archiver.store.archive import Archive, Reading
from archiver.store.queries.viewing.message_summaries import contract_messages
from archiver.wording import gettext as _
from archiver.wording import ngettext

LARGEST = 50_000_000
"""Bytes of a file that is read."""
_MOST_LETTERS = 2_000_000
UNREADABLE = N_(
    "No words could be read. Choose Markdown, text, Word (docx) or PDF, at most 50 MB and 2,000,000 letters."
)

_WORDS: Mapping[str, str] = {
    "amount": N_("A message names this amount."),
    "day": N_("A message is of this day, or names it."),
    "message": N_("There is this message."),
    QuoteStanding.AS_QUOTED: N_("It stands there as quoted."),
    QuoteStanding.PART: N_("A part of a saved text; 【】 is around what was left out of its line."),
    QuoteStanding.EARLIER: N_("Only in an earlier text: the message was edited or deleted since."),
    QuoteStanding.OTHERWISE: N_(
        "No message has these words: the most similar one is shown, 【】 around what differs. Tasks and chat "
        "descriptions are not compared."
    ),
    QuoteStanding.NOT_FOUND: N_("Not found in the saved messages. Tasks and chat descriptions are not compared."),
}
"""Of what is as quoted by its kind, else by how it stands."""


class CheckedDocument(NamedTuple):
    """A document, what it was held against, and every passage that it quotes."""

    verification: Verification
    messages: int
    is_package: bool
    passages: Sequence[CheckedPassage]

    @property
    def is_faithful(self) -> bool:
        """Whether the records verify and everything stands there as quoted."""
        return self.verification.ok and all(one.standing is QuoteStanding.AS_QUOTED for one in self.passages)

    def document(self) -> dict[str, Any]:
        """It as a JSON document."""
        counts = Counter(one.standing for one in self.passages)
        return {
            "verified": self.verification.ok,
            "messages": self.messages,
            "counts": {one.value: counts[one] for one in QuoteStanding},
            "passages": [_row(one) for one in self.passages],
        }


def check_document(path: Path, records: Path, contract: Contract | None) -> CheckedDocument:
    """Hold a document against the records of a home (of one contract, if given) or package.

    Raises NothingThere for a document that is not there, UsageError for one without words, and as `open_side`.
    """
    try:
        text = document_text(path.read_bytes() if path.stat().st_size <= LARGEST else b"")
    except OSError as error:
        raise errors.NothingThere(path=path) from error
    if not text:
        raise errors.UsageError(detail=_(UNREADABLE))
    with open_side(records) as side:
        is_package = side.kind == "package"
        held = list(side.messages()) if contract is None else Archive(records).read(saved_messages, contract)
        return CheckedDocument(side.verification, len(held), is_package, check_text(text, held, has_numbers=is_package))


def check_text(text: str, held: Sequence[HeldMessage], *, has_numbers: bool = False) -> list[CheckedPassage]:
    """Hold every passage that a text quotes against these messages."""
    saved = SavedMessages(held, has_numbers=has_numbers)
    return [saved.check(one) for one in passages(text)]


def document_text(body: bytes) -> str:
    """The words of a Markdown, text, Word or PDF file; empty if there are none that can be read."""
    text = ""
    if len(body) > LARGEST:
        return ""
    if is_pdf(body):
        text = pdf_text(body) or ""
    elif body.startswith(b"PK\x03\x04"):
        text = run_apart(office_text, body) or ""
    else:
        marked = ["utf-16"] if body[:2] in (BOM_UTF16_LE, BOM_UTF16_BE) else []
        for encoding in ("cp932", "utf-8-sig", *marked):  # the last that fits
            with suppress(UnicodeDecodeError):
                text = body.decode(encoding)
    return text if text.strip() and len(text) <= _MOST_LETTERS else ""


def saved_messages(reading: Reading, contract: Contract) -> list[HeldMessage]:
    """The messages of a job with all their texts, by chat."""
    held = []
    for (room, key), one in contract_messages(reading, contract).items():
        texts = tuple(Span(text.body, 0, "", "", 0) for text in one.texts)
        held.append(HeldMessage(room, int(key), 0, one.account_id, one.name, one.send_time, one.state, versions=texts))
    return held


def standing_words(checked: CheckedPassage) -> str:
    """How a passage stands in what is saved, in a sentence."""
    kind, standing = checked.passage.kind, checked.standing
    is_named = standing is QuoteStanding.AS_QUOTED and kind != "quotation"
    words, message = _(_WORDS[kind if is_named else standing]), checked.message
    if standing is QuoteStanding.PART and message and message.state == State.DELETED:
        words += _(" The message was deleted since.")
    sentence = ngettext(" {n} more message has these words.", " {n} more messages have these words.", checked.others)
    return words + (sentence.format(n=checked.others) if checked.others else "")


def _row(checked: CheckedPassage) -> dict[str, Any]:
    passage, standing, message, given, saved, others = checked
    place = message and {
        "room_id": message.room_id,
        "message_id": str(message.position),
        "no": message.no,
        "name": message.name,
        "sent": message.sent.isoformat(),
        "state": message.state,
    }
    return {
        **passage._asdict(),
        "standing": standing.value,
        "message": place,
        "given": given,
        "saved": saved,
        "others": others,
    }
