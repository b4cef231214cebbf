"""The HTML pages of a long conversation: seconds, memory, the largest page, beside the plainest."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

from archiver.export.html import write
from archiver.records import (
    JST,
    AccountId,
    Conversation,
    Message,
    MessageId,
    ObservedBy,
    Person,
    RoomId,
    State,
    Version,
)
from tests.benchmarks.instruments import corpus
from tests.benchmarks.instruments.measure import Figure, run_alone

COUNT = 100_000
SECONDS, MEBIBYTES, PAGE = 2.6, 120, 0.4
"""The bars: half of tg-archive's seconds, the memory of a process, a page in MB."""

A_PAGE = 500
"""Messages on a plain page."""


def measure(folder: Path) -> list[Figure]:
    """Our pages and the plain ones, each written in a process of its own."""
    ours, plain = folder / "ours", folder / "plain"
    ours.mkdir()
    plain.mkdir()
    taken, least = run_alone(write_pages, str(ours)), run_alone(write_plain_pages, str(plain))
    memory = max(taken.mebibytes, float(taken.result))
    largest = max(path.stat().st_size for path in ours.iterdir()) / 1_000_000
    measured = f"{taken.seconds:.1f} s ({taken.seconds / least.seconds:.1f} × plain escaped pages), "
    measured += f"{memory:.0f} MiB a process "
    measured += f"({least.mebibytes:.0f} MiB plain), largest page {largest:.2f} MB"
    met = taken.seconds <= SECONDS and memory <= MEBIBYTES and largest <= PAGE
    bar = f"≤ {SECONDS} s, ≤ {MEBIBYTES} MiB a process, pages ≤ {PAGE} MB"
    return [Figure(f"HTML transcript of {COUNT:,} messages", bar, measured, met)]


def write_pages(folder: str) -> float:
    """The transcript as an export writes it; MiB that the second process held at most (0: not told here)."""
    people = {corpus.CLIENT: "田中", corpus.OWNER: "yamada"}
    conversation = Conversation(
        contract="12345678",
        room_id=RoomId(corpus.ROOM),
        room_name="動画編集_田中様",
        description="",
        owner_id=AccountId(corpus.OWNER),
        read_at=corpus.BEGIN + timedelta(days=400),
        messages=_messages,
        count=COUNT,
        people={number: Person(AccountId(number), (name,)) for number, name in people.items()},
        attachments=(),
        tasks=(),
        gaps=(),
        pauses=(),
        covered=(),
    )
    write(conversation, Path(folder), lambda _attachment: None)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024 if sys.platform == "linux" else 0


def write_plain_pages(folder: str) -> None:
    """The same messages as pages of escaped paragraphs: no notation, no days, no edits, no links."""
    page: list[str] = []
    for message in _messages():
        at = message.send_time.astimezone(JST).strftime("%Y-%m-%d %H:%M")
        page.append(f"<p><b>{escape(message.name)}</b> <i>{at}</i> #{message.no}<br>{escape(message.body)}</p>\n")
        if len(page) == A_PAGE:
            (Path(folder) / f"{message.no // A_PAGE:04}.html").write_text("".join(page), encoding="utf-8")
            page.clear()


def _messages() -> Iterator[Message]:
    """Every seventh is a reply with a link, every fiftieth was edited."""
    for number, message_object in enumerate(corpus.messages(COUNT), 1):
        body, account = message_object["body"], message_object["account"]
        at = datetime.fromtimestamp(message_object["send_time"], UTC)
        if number % 7 == 0:
            to = f"[rp aid={corpus.CLIENT} to={corpus.ROOM}-{message_object['message_id']}]田中さん"
            body = f"{to}\n{body} https://example.com/spec/{number}"
        now = Version(body, 0, at, at)
        edited = number % 50 == 0
        yield Message(
            no=number,
            room_id=RoomId(corpus.ROOM),
            message_id=MessageId(message_object["message_id"]),
            account_id=AccountId(account["account_id"]),
            name=account["name"],
            send_time=at,
            update_time=0,
            state=State.EDITED if edited else State.PRESENT,
            body=body,
            versions=(Version("前の文面", 0, at, at), now) if edited else (now,),
            first_seen=at,
            changed_at=at,
            entry_seq=number,
            source=ObservedBy.LIST,
        )
