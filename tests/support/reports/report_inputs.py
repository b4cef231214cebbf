"""Inputs of reports: the sample conversation under a contract, with any part changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from archiver.evidence.tables.events import ChangeRow
from archiver.export.pdf.blocks import Chapter, FactList, TableBlock
from archiver.export.report import summary
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.report_sources import SealLine
from archiver.records import Basis, Contract, Conversation, Delivery, Message, RoomId, Seal
from tests.support.reports import sample_conversation
from tests.support.reports.sample_conversation import CLIENT, DAY, OWNER, at
from tests.support.reports.sample_conversation import file as file
from tests.support.reports.sample_conversation import plain_message as plain_message

CONTRACT = Contract(
    id="job1",
    rooms=(),
    title="YouTube動画編集 10本",
    client="tanaka_movie",
    platform="crowdworks",
    platform_id="12345678",
    url="https://crowdworks.jp/contracts/12345678",
    contracted_on="2026-10-01",
    escrowed_at="2026-10-02 14:05",
    contact_requested_on="2026-10-02",
    contact_approved_on="2026-10-03",
    amount="50,000円(税込)",
    due_on="2026-11-05",
)

BLANK_CONTRACT = Contract(id="job1", rooms=(), platform="crowdworks")
"""A contract of which only the platform is stated."""

DELIVERED = Delivery(1, "2026-11-06 09:12", "画面.png", 3707, "ab" * 32)
"""The sample's F-0001, on the platform."""


def rows(chapter: Chapter) -> list[tuple[str, ...]]:
    """The rows of its tables and lists of facts."""
    return [row for one in chapter.blocks if isinstance(one, TableBlock | FactList) for row in one.rows]


def facts(chapter: Chapter) -> dict[str, str]:
    """The one list of facts of a chapter, by their labels."""
    (listed,) = (one for one in chapter.blocks if isinstance(one, FactList))
    return dict(listed.rows)


def page_1(case: ReportInput) -> dict[str, str]:
    """The facts of page 1, by their labels."""
    return facts(summary.chapter(case, ""))


def change(kind: str, after: str = "後", before: str = "前", **more: Any) -> ChangeRow:
    """A change that was noticed on 15 November at 05:15 in Japan."""
    plain = ChangeRow("2026-11-14T20:15:00Z", 1, kind, sample_conversation.ROOM, None, "対象", before, after, None)
    return plain._replace(**more)


def case(rooms: Sequence[Conversation] | None = None, **changed: Any) -> ReportInput:
    """The sample as input of a `support` report, with every field filled in."""
    whole = ReportInput(
        name="CWA-20261125-01",
        profile="support",
        contract=CONTRACT,
        rooms=[sample_conversation.sample()] if rooms is None else rooms,
        owner_id=OWNER,
        owner_name="yamada",
        read_at=at(20 * DAY),
        created_at=at(20 * DAY + 30),
        software="chatwork-archiver 0.1.0",
        service="Chatwork公式API(https://api.chatwork.com/v2。2026-11-01 09:00:00から)",
        deliveries=(DELIVERED,),
        seals=(
            SealLine(Seal(1, 1, 42, "0f" * 32, at(12 * 60), "2026-11-05"), [(at(12 * 60 + 2), "tsa.example")]),
            SealLine(Seal(2, 43, 49, "1f" * 32, at(36 * 60), "2026-11-06")),
        ),
        stamping=True,
        clock_seconds=0.8,
        content_sha256="fe" * 32,
        bases={CLIENT: Basis.ENTERED},
        masked_passages=(("電話番号", 1),),
    )
    return replace(whole, **changed)


def room(bodies: Iterable[str], *, number: int = 1, name: str = "動画編集", **changed: Any) -> Conversation:
    """A room of plain messages, one a minute, of both sides in turn; ids go up with `number`."""
    numbered = enumerate(bodies, number * 1000 + 1)
    messages = [plain_message(body, count, room_id=RoomId(number)) for count, body in numbered]
    return room_of_messages(messages, room_id=RoomId(number), room_name=name, **changed)


def room_of_messages(messages: Sequence[Message], **changed: Any) -> Conversation:
    """The sample's room with these messages, without files, gaps and pauses."""
    plain = replace(
        sample_conversation.sample(),
        messages=lambda start=0: iter(messages[start:]),
        count=len(messages),
        attachments=(),
        gaps=(),
        pauses=(),
        inaccessible_since=None,
    )
    return replace(plain, **changed)
