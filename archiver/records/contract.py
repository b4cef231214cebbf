"""What the user states: contracts with rooms, money and terms, deliveries, enclosures, roles; and the packages made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from archiver.records.evidence import AccountId, FileId, MessageId, RoomId
from archiver.wording import N_

_SIZES = {"": 1, "十": 10, "拾": 10, "百": 100, "千": 1_000, "万": 10_000, "億": 100_000_000}
_FIGURE = re.compile(f"([0-9〇一二三四五六七八九壱弐参,.]*)([{''.join(_SIZES)}]?)")
_DIGITS = str.maketrans("〇一二三四五六七八九壱弐参", "0123456789123", ",")
_NUMERALS = f"〇一二三四五六七八九壱弐参{''.join(_SIZES)}"
WRITTEN_NUMBER = rf"[0-9{_NUMERALS}][0-9{_NUMERALS},]{{0,20}}(?:\.[0-9]{{1,4}}[千万億])?"
_SUM = re.compile(
    r"(?!.*,(?![0-9]{3}(?![0-9])))(?:月額?|毎月|総額|合計|計|報酬)?:?(?:[¥\\]|jpy|yen)?"
    rf"({WRITTEN_NUMBER})(?:円|yen|jpy)?(?:/月)?(?:\(税込\)|税込)?",
    re.IGNORECASE,
)
_MOST_YEN = 10**12


def written_number(figures: str) -> float:
    """The number that digits and units say: 80,000, 8.5万, 8万5千, 十二万."""
    total = below = 0.0
    for digits, unit in _FIGURE.findall(figures):
        number = float(digits.translate(_DIGITS) or 0)
        if unit in ("万", "億"):
            total, below = total + (below + number or 1) * _SIZES[unit], 0
        else:
            below += (number or bool(unit)) * _SIZES[unit]
    return total + below


def stated_sum(text: str | None) -> int | None:
    """The one sum in yen that a text states: 80,000円, 8万, 八万円, JPY 80000, 月4万円; None if it is not as plain."""
    match = _SUM.fullmatch(unicodedata.normalize("NFKC", text or "").replace(" ", ""))
    number = round(written_number(match[1])) if match else 0
    return number if 0 < number <= _MOST_YEN else None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice that the user sent, as they stated it; amounts are yen, tax included as it was billed."""

    number: int
    """Within its contract."""
    amount: int
    issued_on: str
    """A day in Japan, as typed: `2026-11-03`."""
    due_on: str | None = None
    """The day of payment that it names."""
    name: str | None = None
    """Its own number, as it stands on it."""
    message_id: MessageId | None = None
    """The message with which it was sent, or which agreed to it."""
    enclosure: int | None = None
    """The number of the attached file that is the invoice itself."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that the user received, as they stated it, in yen."""

    number: int
    """Within its contract."""
    amount: int
    received_on: str
    invoice: int | None = None
    """The invoice that it was for; None: the oldest open ones."""
    withheld: int = 0
    """What the client kept back of it as tax (源泉徴収)."""

    @property
    def settled(self) -> int:
        """How much of what is owed it pays."""
        return self.amount + self.withheld


@dataclass(frozen=True, slots=True)
class SentReminder:
    """A reminder (催促) that the user sent to the other side, as they stated it."""

    number: int
    """Within its contract."""
    sent_on: str
    """A day in Japan; of a message, the day on which it was sent."""
    how: str | None = None
    """By which way: mail, telephone; None: by the message."""
    message_id: MessageId | None = None


@dataclass(frozen=True, slots=True)
class StatedTerm:
    """Where a term that the client must state was told, as the user says; with neither, it was not told."""

    item: str
    """Name of a `TERM_ITEMS`."""
    message_id: MessageId | None = None
    file_id: FileId | None = None
    note: str | None = None


class TermItem(NamedTuple):
    """A term that the one who gives out work must state at once (フリーランス法 3条, and the commission's rule 1条)."""

    name: str
    label: str
    """As reports name it, in Japanese."""
    words: tuple[str, ...]
    """Words that messages about it often hold; they make candidates, and never decide."""


TERM_ITEMS = (
    TermItem("parties", "発注した人と受けた人の名称", ("株式会社", "合同会社", "屋号", "担当")),
    TermItem("ordered_on", "業務を委託した日", ("発注", "お願いします", "依頼")),
    TermItem("work", "業務の内容", ("仕様", "内容", "作業", "制作", "本数")),
    TermItem("delivery_day", "納品を受ける期日", ("納期", "納品日", "締切", "〆切", "までに")),
    TermItem("delivery_place", "納品を受ける場所", ("納品先", "アップ", "送付先", "共有フォルダ")),
    TermItem("inspection", "検査をする場合は、その完了の期日", ("検収", "検査", "確認期間")),
    TermItem("amount", "報酬の額", ("円", "報酬", "金額", "単価", "見積")),
    TermItem("payment_day", "支払期日", ("支払", "振込", "入金", "月末", "翌月")),
    TermItem("payment_way", "現金以外で支払う場合は、その方法", ("ペイ", "手形", "電子マネー", "ポイント")),
)
"""The terms in the order of the rule. Weak: written down from the law's text by hand, so a report asks to compare."""


@dataclass(frozen=True, slots=True)
class ContractRoom:
    """A room of a contract, and the part of its time that belongs to the contract, if the user stated one."""

    room_id: RoomId
    start: datetime | None = None
    end: datetime | None = None

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Both ends in Unix seconds."""
        start, end = (None if at is None else at.timestamp() for at in (self.start, self.end))
        return start, end

    def contains(self, at: datetime) -> bool:
        """Whether a time lies in this part."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)

    def encloses(self, start: datetime | None, end: datetime | None) -> bool:
        """Whether a range of time (None: without an end) lies wholly in this part."""
        return (self.start is None or (start is not None and self.start <= start)) and (
            self.end is None or (end is not None and end <= self.end)
        )

    def overlaps(self, start: datetime | None, end: datetime | None) -> bool:
        """Whether a range of time (None: without an end) overlaps this part."""
        return (self.end is None or start is None or start < self.end) and (
            self.start is None or end is None or end >= self.start
        )


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract for a job on a platform, as the user stated it; blank facts are None."""

    id: str
    rooms: tuple[ContractRoom, ...]
    state: str = "open"
    """`open`, `closed` (still read for 180 days) or `stopped`."""
    closed_at: datetime | None = None
    title: str | None = None
    client: str | None = None
    platform: str | None = None
    platform_id: str | None = None
    url: str | None = None
    contracted_on: str | None = None
    escrowed_at: str | None = None
    contact_requested_on: str | None = None
    contact_approved_on: str | None = None
    amount: str | None = None
    due_on: str | None = None
    nda: bool | None = None
    client_url: str | None = None
    """The client's profile on the platform."""
    worker_url: str | None = None
    """The user's own profile on the platform."""
    side: str | None = None
    """Where the user stands in it: one of `contract_facts.SIDES`."""
    end_request_at: str | None = None
    """When the client asked to end the contract early."""
    cancelled_on: str | None = None
    """When the contract ended early."""
    first_client_pays_on: str | None = None
    """When the first client's payment is due, if the job was passed on to the user and they were told so."""
    payment_due_on: str | None = None
    """The day of payment that was agreed, if it stands on no invoice."""
    invoices: tuple[Invoice, ...] = ()
    payments: tuple[Payment, ...] = ()
    reminders: tuple[SentReminder, ...] = ()
    terms: tuple[StatedTerm, ...] = ()
    """Where each term that the client must state was told."""

    @property
    def bound_messages(self) -> frozenset[MessageId]:
        """The messages that the user bound to an invoice, a reminder or a term."""
        bound = [one.message_id for one in self.invoices] + [one.message_id for one in self.reminders]
        return frozenset(one for one in (*bound, *(term.message_id for term in self.terms)) if one is not None)

    @property
    def room_ids(self) -> frozenset[RoomId]:
        """Its rooms, whatever their periods."""
        return frozenset(room.room_id for room in self.rooms)

    def holds(self, room: int, at: datetime | None) -> bool:
        """Whether what stood in a room at a time belongs to it; None: the time is not known."""
        return any(one.room_id == room and (at is None or one.contains(at)) for one in self.rooms)

    @property
    def does_work(self) -> bool:
        """Whether the user may be the one who does the work; not if they ordered it."""
        return self.side != "client"

    @property
    def label(self) -> str:
        """The name of the contract on the screen: its number on the platform, else its id."""
        return self.platform_id or self.id

    @property
    def called(self) -> str:
        """What its user calls it on a page: the job, else the client, else its number on the platform or its id."""
        return self.title or self.client or self.platform_id or self.id

    @property
    def subtitle(self) -> str:
        """The client, or its number on the platform, beside what it is called; empty if there is neither."""
        return next((one for one in (self.client, self.platform_id) if one and one != self.called), "")


@dataclass(frozen=True, slots=True)
class Delivery:
    """Work delivered, as the user stated it; the platform's record decides about the payment."""

    number: int
    """Within its contract."""
    at: str
    """Date, or date and time, in Japan, as typed: `2026-11-03 09:12`."""
    name: str | None = None
    """The name of the file that was delivered, if the user named one."""
    size: int | None = None
    sha256: str | None = None
    file_id: int | None = None
    """The same file on Chatwork, if the user said so."""
    note: str | None = None


ENCLOSURE_KINDS = {
    "screenshot": N_("screenshot"),
    "notice": N_("from the platform"),
    "mail": N_("mail"),
    "invoice": N_("invoice"),
    "other": N_("other"),
}
"""The kinds of enclosures, and how screens call them."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """Other evidence that the user added to a contract: a screenshot, a notice, a mail, an invoice."""

    number: int
    kind: str
    """A key of `ENCLOSURE_KINDS`."""
    name: str
    """The name of the user's file."""
    size: int
    sha256: str
    added_at: datetime
    dated: str | None = None
    """The date of the thing itself, as typed."""
    message_id: MessageId | None = None
    note: str | None = None


class Role(StrEnum):
    """The role of an account in the rooms of a contract, as the user stated it."""

    CLIENT = "client"
    ME = "me"
    """Another account of the user."""
    THIRD = "third"


class MappedAccount(NamedTuple):
    """An account in a contract's rooms, its role, and how the user knows."""

    account_id: AccountId
    role: Role
    reason: str


class Sides(NamedTuple):
    """The accounts on each side of a contract. Without stated clients, all unmapped accounts are the other side."""

    owner: int
    clients: frozenset[int] = frozenset()
    mine: frozenset[int] = frozenset()
    thirds: frozenset[int] = frozenset()
    twins: Mapping[int, tuple[int, datetime]] = MappingProxyType({})
    """Whoever in any chat took a name that another account had before, or one like it → that one, and since when."""

    def is_other(self, account: int) -> bool:
        """Whether an account counts as the other side."""
        if self.clients:
            return account in self.clients
        return account not in self.mine | self.thirds | {self.owner}


_NAME = re.compile(r"\w[\w.-]*", re.ASCII)


def contract_name(contract: Contract, every: Sequence[Contract]) -> str:
    """The contract's label, if no other contract has that name and any shell takes it as it stands; else its id."""
    others = {name for one in every if one.id != contract.id for name in (one.id, one.platform_id)}
    return contract.label if contract.label not in others and _NAME.fullmatch(contract.label) else contract.id


class Handover(NamedTuple):
    """The user's statement that a package was handed to somebody."""

    to: str
    on: str
    """The day as `2026-11-24`, or a day and time in Japan."""
    how: str
    """The way, in the user's words; it may be empty."""


class ExportedPackage(NamedTuple):
    """A package as its `export` entry records it."""

    number: int
    """Its number in the list of packages, from 1."""
    seq: int
    """The number of its entry."""
    at: datetime
    contract: str
    profile: str
    name: str
    sha256: str
    """The digest that covers everything in it."""
    handovers: tuple[Handover, ...]
    """The latest statement last."""
    making: Mapping[str, Any] = {}
    """The payload of its entry."""

    @property
    def lang(self) -> str:
        """The language of its texts."""
        return str(self.making.get("lang", "ja"))


class ReadState(StrEnum):
    """Whether an opened message was read."""

    UNREAD = "unread"
    READ = "read"
    """It leaves as it was shown."""
    COVERED = "covered"
    """It stays covered, as the reader wishes."""


MEMBER = "member"
"""Before an account id, in the place of a message's id: what else somebody who is hidden is called."""


class Review(NamedTuple):
    """A decision about one opened message of a job, or what else somebody is called."""

    message_id: str
    digest: str
    """Of what was shown."""
    state: ReadState
    at: datetime
    drawn: tuple[str, ...] = ()
    """The words that were covered in what was shown, besides what is always masked."""
    covered: tuple[str, ...] = ()
    """The words that the reader covered everywhere; of a member, the other names."""
    shown: tuple[str, ...] = ()
    """The words whose covers the reader took away."""


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """A message that a package would open, as somebody reads it before: with its covers drawn."""

    id: str
    """Of the message; `chat` and the chat's number where it is the description of a chat."""
    room: int
    no: int
    """0 for a description."""
    sent: str
    name: str
    texts: tuple[str, ...]
    """Every text that it had, the oldest first."""
    files: tuple[str, ...]
    """The names of its files and the texts of its tasks."""
    covers: tuple[str, ...]
    """What stands under its covers."""
    marks: tuple[str, ...]
    """The words that are no words of chats about work, as they stand in it: perhaps names."""
    digest: str
    """Of what is shown: its texts and files."""
    state: ReadState
    drawn: tuple[str, ...]
    """The words that are covered in it, besides what is always masked."""
    parts: tuple[tuple[tuple[str, str], ...], ...] = ()
    """Each text and file in parts: what is shown, and what stands under it if it is a cover."""


class RequestKind(StrEnum):
    """One thing that can be asked for."""

    PAYMENT = "payment"
    REVIEW = "review"
    """Of what was delivered."""
    REPLY = "reply"
    TERMS = "terms"
    """That the terms of the work are stated."""
    STOP_WORK = "stop-work"
    """To pause the work until things are settled."""


class CounterpartCandidate(NamedTuple):
    """A person of a room who may be the other side, with what helps to recognise them."""

    account_id: AccountId
    name: str
    """The last known name; it may be empty."""
    messages: int
    """The number of their kept messages in this room."""
    first_sent: datetime | None
    """When they sent the first of these; None: none is kept, or it has no time."""
    last_sent: datetime | None
    is_known: bool = False
    """Whether they count as the other side until now."""


class UndecidedRoom(NamedTuple):
    """A room with several other people, whose sides the user is to name."""

    room_id: RoomId
    name: str
    candidates: tuple[CounterpartCandidate, ...]
    """Those with the most messages first."""
