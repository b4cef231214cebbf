"""A document whose quotations are held against an archive or a package, which is verified first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archiver import errors
from archiver.comparison.held_messages import HeldMessage
from archiver.comparison.quoted_passages import CheckedPassage, QuoteStanding, SavedMessages, passages
from archiver.comparison.sides import open_side
from archiver.evidence.verify.findings import Verification
from archiver.export.metadata.office import is_office, office_text
from archiver.export.metadata.portable_documents import is_pdf, pdf_text
from archiver.records import Contract

LARGEST = 50_000_000


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document, what it was held against, and every passage that it quotes."""

    verification: Verification
    messages: int
    is_package: bool
    passages: tuple[CheckedPassage, ...]

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

    Raises NothingThere for a document that cannot be read, and what `open_side` raises.
    """
    text = document_text(path)
    with open_side(records) as side:
        held = [one for one in side.messages() if contract is None or _is_of(one, contract)]
        saved = SavedMessages(held, has_numbers=side.kind == "package")
        checked = tuple(saved.check(one) for one in passages(text))
        return CheckedDocument(side.verification, len(held), side.kind == "package", checked)


def document_text(path: Path) -> str:
    """The words of a Markdown, text, Word or PDF file. Raises NothingThere if there are none that can be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise errors.NothingThere(path=path)
        body = path.read_bytes()
    except OSError as error:
        raise errors.NothingThere(path=path) from error
    if is_pdf(body) or is_office(body):
        text = pdf_text(body) if is_pdf(body) else office_text(body)
        if not (text or "").strip():
            raise errors.NothingThere(path=path)
        return str(text)
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise errors.NothingThere(path=path)


def sent_at(message: HeldMessage) -> datetime:
    """When a message was sent."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=message.send_time)


def _is_of(message: HeldMessage, contract: Contract) -> bool:
    return any(room.room_id == message.room_id and room.contains(sent_at(message)) for room in contract.rooms)


def _row(checked: CheckedPassage) -> dict[str, Any]:
    passage, standing, message, given, saved = checked
    place = message and {
        "room_id": message.room_id,
        "message_id": str(message.position),
        "no": message.no,
        "name": message.name,
        "sent": sent_at(message).isoformat(),
        "state": message.state,
    }
    return {**passage._asdict(), "standing": standing.value, "message": place, "given": given, "saved": saved}
