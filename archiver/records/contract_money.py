"""What the user states about money and terms of a contract: invoices, payments, and where each term was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from archiver.records.identifiers import FileId, MessageId


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
