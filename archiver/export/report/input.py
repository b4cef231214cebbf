"""What a report is written from: the contract, its rooms as conversations, what proves them, and who is who."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from archiver.contract_dates import day_of as day_of
from archiver.evidence.tables.events import ChangeRow
from archiver.records import AccountId, Attachment, Contract, Conversation, Delivery, Enclosure, MappedAccount, Role

BLANK = "未記入"
"""Printed where the user has stated nothing."""

NEVER_READ = "一度も取得できていません。発言の有無は分かりません。"
"""Said of a chat of which no list was ever had."""

STATED = "報告者入力"
"""Beside everything that the user typed."""


@dataclass(frozen=True, slots=True)
class StampLine:
    """An authority's stamp on a seal."""

    authority: str
    time: datetime


@dataclass(frozen=True, slots=True)
class SealLine:
    """A seal as chapter 12 lists it."""

    number: int
    day: str
    entries: int
    closed_at: datetime
    sha256: str
    stamps: tuple[StampLine, ...] = ()


@dataclass(frozen=True, slots=True)
class MaskedPassage:
    """A place that was masked, as chapter 13 lists it."""

    where: str
    reason: str
    count: int


@dataclass(frozen=True)
class ReportInput:
    """Everything the chapters are made from; messages come out of the conversations as often as asked for."""

    name: str
    """The package's name, printed as 管理番号."""
    profile: str
    contract: Contract
    rooms: Sequence[Conversation]
    owner_id: AccountId
    owner_name: str
    read_at: datetime
    """The time of the state shown."""
    created_at: datetime
    software: str
    events: Sequence[ChangeRow] = ()
    """What changed in the rooms, in order of the entries."""
    deliveries: Sequence[Delivery] = ()
    enclosures: Sequence[Enclosure] = ()
    seals: Sequence[SealLine] = ()
    stamping: bool = False
    """Whether any authority is configured."""
    period: str = ""
    """The part of the time that is in the package, in words; empty = all that is held."""
    is_period_requested: bool = True
    """Whether the user asked for that part; else it is the contract's own period."""
    ends_at: datetime | None = None
    """Where that part ends; None = with what is held."""
    left_out: int = 0
    """Messages of the contract that are held and lie outside that part."""
    first_sent: datetime | None = None
    """When the earliest message of the contract was sent, in that part or before it."""
    every: timedelta = timedelta(minutes=5)
    clock_seconds: float | None = None
    """The largest difference between this computer's clock and the server's, if one was noted."""
    content_sha256: str | None = None
    """Of `content-sha256.txt`; None where the report does not name it."""
    covered: Sequence[MaskedPassage] = ()
    counterparts: Collection[int] = ()
    """Who is mapped as the other side; empty = everybody but the owner."""
    mapped: Mapping[int, MappedAccount] = field(default_factory=dict)
    """What the user said of who is who, by account."""
    chosen: Collection[str] = ()
    """Message ids of the excerpt, as the user gave them; empty = chosen by rule."""
    truncated_lists: Sequence[tuple[int, str]] = ()
    """Lists that Chatwork cut even person by person: the room, and `files` or the status of tasks."""
    other_chats: Sequence[str] = ()
    """Chats with the same counterpart that are not archived, one sentence each."""
    clues: Mapping[str, str] = field(default_factory=dict)
    """What the user typed about where the counterpart gave the Chatwork id, if anything."""

    @property
    def part_sentence(self) -> str:
        """That the package is a part of the time, in one sentence; empty if it is not."""
        if not self.period:
            return ""
        if not self.is_period_requested:
            return f"この契約の期間({self.period})だけの資料です。"
        more = f"この契約の発言は、ほかに{self.left_out:,}件を保存しています。"
        return f"利用者が指定した期間({self.period})だけの資料です。{more}"

    @property
    def known_until(self) -> datetime | None:
        """Up to when the package tells what was posted; None where it ends before the last look, or nobody looked."""
        at = self.looked_at
        return None if at is None or (self.ends_at is not None and self.ends_at <= at) else at

    @property
    def begun_at(self) -> datetime | None:
        """When a room of the contract was first read."""
        return min((room.watch.begun for room in self.rooms if room.watch.begun is not None), default=None)

    @property
    def looked_at(self) -> datetime | None:
        """Up to when it is known what was posted in every room that can still be opened; None: one was never read."""
        watches = [room.watch for room in self.rooms if room.inaccessible_since is None]
        looks = [watch.last for watch in watches or [room.watch for room in self.rooms]]
        return None if None in looks else min((one for one in looks if one is not None), default=None)

    @property
    def excerpt_only(self) -> bool:
        """Whether a promise of secrecy keeps the whole text and the enclosures out of a platform's hands."""
        return self.profile == "support" and bool(self.contract.nda)

    def is_counterpart(self, account: int) -> bool:
        """Whether an account counts as the other side."""
        return account in self.counterparts if self.counterparts else not self.is_reporter(account)

    def is_reporter(self, account: int) -> bool:
        """Whether an account is the owner's, or another one of theirs by their word."""
        stated = self.mapped.get(account)
        return account == self.owner_id or (stated is not None and stated.role is Role.ME)

    def role(self, account: int) -> str:
        """What an account is called in the report."""
        if self.is_reporter(account):
            return "報告者"
        return "相手" if self.is_counterpart(account) else "参加者"

    @property
    def attachments(self) -> list[Attachment]:
        """The files of all rooms, by their number in the package."""
        return sorted((one for room in self.rooms for one in room.attachments), key=lambda one: one.number)
