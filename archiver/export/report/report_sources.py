"""The input of a report: the contract, its rooms as conversations, seals and stamps, and who is who."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from archiver.claims.acceptance_and_terms import terms_weight
from archiver.contract_dates import day_of as day_of
from archiver.evidence.acts_seen_in_lists import ListedStep
from archiver.evidence.tables.events import CANCELLATION, EVENT_WORDS, ROOM_TYPES, ChangeRow, EventKind
from archiver.export.exhibit_names import FileMetadata
from archiver.platforms import job_platform
from archiver.platforms.job_platform import Platform
from archiver.records import (
    AccountClosing,
    AccountId,
    Attachment,
    Basis,
    CaseSide,
    CaseSides,
    Contract,
    Conversation,
    Delivery,
    Enclosure,
    ExportedPackage,
    MappedAccount,
    MessageId,
    RequestKind,
    Role,
    RoomId,
    Seal,
    WrongClock,
)
from archiver.render.invisible_characters import visible
from archiver.render.times import date_text
from archiver.report_language import is_covered, is_english, say, stated_day

BLANK = "未入力"
"""Printed where the user has stated nothing."""

NEVER_READ = "一度も取得できていません。メッセージの有無は分かりません。"
"""Printed for a chat that was never read."""

BY_REPORTER = "報告者入力"
"""Printed beside everything that the user typed."""


class SealLine(NamedTuple):
    """A seal as chapter 12 lists it."""

    seal: Seal
    stamps: Sequence[tuple[datetime, str]] = ()
    """The times that its stamps state, each with its authority, the earliest first."""


class ReviewedTexts(NamedTuple):
    """How many messages of a package somebody read before it was made; the texts of the others are covered."""

    read: int
    hidden: int
    """Those of them in which something is hidden."""
    covered: int
    at: datetime | None
    """When the last of them was read."""
    quoted: Sequence[str] = ()
    """The ids of the messages that page 1 quotes, in its order, as their own words decide it."""


@dataclass(frozen=True)
class FiledBefore:
    """What a court got before, as the user stated it: later packages for it hold what is new."""

    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """File of such a package → the day on which it was handed over, and its digest."""
    upto: int = 0
    """The last entry of the messages that the court has; 0: all of them are printed."""

    @property
    def branch(self) -> int:
        """The number below 甲1 that the report gets; volumes with messages follow it."""
        return 1 + max((int(one[1]) for one in map(_BRANCH.match, self.files) if one), default=0)

    def has(self, name: str, sha256: str) -> bool:
        """Whether the court has this file."""
        return self.files.get(name, ("", ""))[1] == sha256

    @property
    def sentences(self) -> list[str]:
        """What is left out, by day; none if nothing was handed over."""
        days = sorted({day for day, _sha256 in self.files.values()})
        names = {day: say("、").join(sorted(one for one, (on, _) in self.files.items() if on == day)) for day in days}
        told = [say("{day}に裁判所へ渡したもの(報告者入力): {names}", day=day, names=names[day]) for day in days]
        return told and [say("前に裁判所へ渡したものは除いています。新しいものがなければ、証拠説明書だけです。"), *told]


_BRANCH = re.compile("甲001の([0-9]+)")


class RefusedMessage(NamedTuple):
    """A message that Chatwork did not give when it was asked for by its id."""

    room_id: RoomId
    message_id: int
    how: str
    """`unreadable`, or `hidden` by the plan."""
    at: str
    """The first time it was refused so, as entries write it."""


@dataclass(frozen=True)
class ReportSources:
    """What a report is made of; the messages of the conversations can be read repeatedly."""

    name: str
    """The package's name, printed as 管理番号."""
    profile: str
    contract: Contract
    rooms: Sequence[Conversation]
    owner_id: AccountId
    owner_name: str
    read_at: datetime
    """The time of the state that the report shows."""
    created_at: datetime
    software: str
    service: str = ""
    """Where the data came from, in words."""
    other_service: str = ""
    """The addresses that are not Chatwork's, in words; empty if there are none."""
    events: Sequence[ChangeRow] = ()
    """The changes in the rooms, in the order of the entries."""
    deliveries: Sequence[Delivery] = ()
    enclosures: Sequence[Enclosure] = ()
    seals: Sequence[SealLine] = ()
    stamping: bool = False
    """Whether a time-stamping authority is configured."""
    authority_classes: tuple[str, ...] = ()
    """What is known of each authority, in sentences."""
    period: str = ""
    """The period of the package in words; empty = everything saved."""
    is_period_requested: bool = True
    """Whether the user asked for that period; otherwise it is the contract's own."""
    ends_at: datetime | None = None
    """Where that period ends; None = it has no end."""
    left_out: int = 0
    """Saved messages of the contract outside that period."""
    every: timedelta = timedelta(minutes=5)
    clock_seconds: float | None = None
    """The largest difference between this computer's clock and the server's, if one was noted."""
    wrong_clocks: Sequence[WrongClock] = ()
    """The times in which this computer's clock was wrong by more than a minute."""
    doubtful_dates: Sequence[WrongClock] = ()
    """The runs in which Chatwork's time was doubtful, with how far it was ahead of this computer's."""
    undated_replies: int = 0
    """Replies of Chatwork without a `Date` that counts."""
    content_sha256: str | None = None
    """The digest of `content-sha256.txt`; None where the report does not state it."""
    masked_passages: Sequence[tuple[str, int]] = ()
    """Why each masked place was masked, and how many different contents were masked there."""
    handed_over: Sequence[ExportedPackage] = ()
    """Earlier packages of the contract that the user says were handed to somebody, as they may be shown."""
    filed: FiledBefore = field(default_factory=FiledBefore)
    bases: Mapping[int, Basis] = field(default_factory=dict)
    """The accounts known as the other side, and whose statement that is; empty = nobody is known to be."""
    closings: Sequence[AccountClosing] = ()
    """Accounts that were seen to be closed, in the period or before it."""
    listed_steps: Sequence[ListedStep] = ()
    """What people did, as the lists of files and tasks show it."""
    thirds: frozenset[int] = frozenset()
    """The accounts that the user named as third persons, as they are shown."""
    twins: Mapping[int, tuple[str, datetime]] = field(default_factory=dict)
    """The accounts with a name of the other side that came later, as they are shown: the id in words, since when."""
    refused: Sequence[RefusedMessage] = ()
    """Messages of known ids that Chatwork did not give, by room and id; in a part nobody knows which belong in it."""
    mapped: Mapping[int, MappedAccount] = field(default_factory=dict)
    """The user's statements about who is who, by account."""
    outside: Mapping[MessageId, datetime] = field(default_factory=dict)
    """The messages that the user bound to something and that lie outside the package's period → when they were sent."""
    chosen: Collection[str] = ()
    """The ids of the messages that the user chose for the excerpt; empty = chosen by rule."""
    truncated_lists: Sequence[tuple[int, str]] = ()
    """Lists that Chatwork truncated even when asked for each person: the room, and `files` or a task status."""
    unsealed: int = 0
    """Records at the end that no seal closes, as the archive could not be written."""
    erasures: Sequence[str] = ()
    """A sentence for each erasure of records of these chats by the owner."""
    put_back_databases: Sequence[str] = ()
    """Sentences about older databases that were put back, and what was lost by it."""
    other_chats: Sequence[str] = ()
    """Sentences about chats with the same counterpart that are not saved."""
    metadata: Mapping[str, FileMetadata] = field(default_factory=dict)
    """What the user's own evidence says beside its content, by its number such as `S-001`."""
    copies: Mapping[int, str] = field(default_factory=dict)
    """Number of a piece of evidence → the digest of the copy without metadata that stands in its place."""
    stand_ins: frozenset[int] = frozenset()
    """The numbers that stand for the account ids of third persons; empty where those are shown, or there is nobody."""
    reviewed: ReviewedTexts | None = None
    """How many texts were read; None = the package covers none."""
    request: RequestKind | None = None
    """What the user chose to ask for; None = what the state of the case suggests."""
    clues: Mapping[str, str] = field(default_factory=dict)
    """The user's answers to where the counterpart gave the Chatwork id, by question."""

    @cached_property
    def told_tasks(self) -> list[tuple[ChangeRow | None, ListedStep, ListedStep]]:
        """The tasks that are shown no more, or of which terms changed, the other side's first: since which change they
        are not shown, how each was given, and the last step that gave it other words, if one did; none where the
        package leaves texts out.
        """
        kinds = EVENT_WORDS[EventKind.TASK_GONE], EVENT_WORDS[EventKind.TASK_BACK]
        last = {(one.room_id, one.about): one for one in self.events if one.kind in kinds}
        gone = {(one.room_id, one.before): one for one in last.values() if one.kind == kinds[0]}
        courses: dict[tuple[int, str], list[ListedStep]] = {}
        for step in () if self.excerpt_only else self.listed_steps:
            courses.setdefault((step.room_id, step.message_id), []).append(step)
        found: list[tuple[ChangeRow | None, ListedStep, ListedStep]] = []
        for given, *later in courses.values():
            ended = next((one for one in reversed(later) if one.before), given)
            event = gone.get((given.room_id, ended.what))
            is_changed = terms_weight([given.what, ended.what], is_edit=True)
            if event or is_changed or (ended is not given and is_covered(given.what)):
                found.append((event, given, ended))
        return sorted(found, key=lambda one: one[1].account not in self.bases)

    @property
    def part_sentence(self) -> str:
        """The sentence that the package covers a period only; empty if it covers everything."""
        if not self.period:
            return ""
        if not self.is_period_requested:
            return say("この仕事の期間({period})だけの資料です。", period=self.period)
        more = say("この仕事のメッセージは、ほかに{left_out:,}件を保存しています。", left_out=self.left_out)
        return say("利用者が指定した期間({period})だけの資料です。{more}", period=self.period, more=more)

    @property
    def reviewed_sentences(self) -> list[str]:
        """How many texts the reporter read, and that the others exist; none if the package covers none."""
        read, hidden, covered, at, _quoted = self.reviewed or ReviewedTexts(0, 0, 0, None)
        sentences = []
        if at is not None:
            sentence = "メッセージ{read:,}件を報告者が読んで確かめました({day})。氏名が残ることがあります。"
            sentences.append(say(sentence, read=read, day=date_text(at)))
        if hidden:
            sentence = "読んだもののうち{hidden:,}件は一部を隠しているため、原文と照らし合わせられません。"
            sentences.append(say(sentence, hidden=hidden))
        if covered:
            sentence = "{covered:,}件は文面を隠しています。文面は報告者の保管庫にあり、求めに応じて示せます。"
            sentences.append(say(sentence, covered=covered))
        return sentences

    @property
    def known_until(self) -> datetime | None:
        """Up to when it is known what was posted; None if the period ends earlier, or there was no reading."""
        at = self.looked_at
        return None if at is None or (self.ends_at is not None and self.ends_at <= at) else at

    @property
    def open_until(self) -> datetime | None:
        """The same of the rooms that still open."""
        return min(
            (room.watch.last for room in self.rooms if room.watch.last and not self.is_closed(room)), default=None
        )

    @property
    def begun_at(self) -> datetime | None:
        """When a room of the contract was first read."""
        return min((room.watch.begun for room in self.rooms if room.watch.begun is not None), default=None)

    @property
    def looked_at(self) -> datetime | None:
        """The earliest last reading of all rooms, closed ones too; None: one was never read."""
        looks = [room.watch.last for room in self.rooms]
        return None if None in looks else min((one for one in looks if one is not None), default=None)

    def is_closed(self, room: Conversation) -> bool:
        """Whether a room cannot be opened any more, since before the end of the period told."""
        last, end = room.watch.last, self.ends_at
        return room.inaccessible_since is not None and (end is None or last is None or last < end)

    @property
    def is_short(self) -> bool:
        """Whether the report is for an office and chooses by itself what it prints: then it has ten pages at most."""
        return self.profile == "support" and not self.chosen

    @property
    def excerpt_only(self) -> bool:
        """Whether a non-disclosure agreement limits the package for a platform to the excerpt."""
        return self.profile == "support" and bool(self.contract.nda)

    @property
    def has_chapters(self) -> bool:
        """Whether the report has its thirteen chapters, to which a sentence may point; a consultation has none."""
        return self.profile != "consult"

    @cached_property
    def reporters(self) -> frozenset[int]:
        """The owner's account, and others that are mapped as theirs."""
        return frozenset(one for one, stated in self.mapped.items() if stated.role is Role.ME) | {self.owner_id}

    def side(self, account: int) -> CaseSide:
        """An account's side, as the word that the report prints."""
        return CaseSides(self.reporters, self.bases).side(account)

    @property
    def attachments(self) -> list[Attachment]:
        """The files of all rooms, by their number in the package."""
        return sorted((one for room in self.rooms for one in room.attachments), key=lambda one: one.number)


CUT = "(以下略)"


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of a text, with a note if it is longer."""
    return text if len(text) <= limit else text[:limit] + say(CUT)


def shorten_line(text: str, limit: int) -> str:
    """The shortened text on one line, with runs of spaces made one."""
    return shorten(" ".join(text.split()), limit)


def shown(stated: object, limit: int) -> str:
    """What the user stated, or somebody wrote, on one line; empty if it is not known."""
    return stated_day(shorten_line(visible(f"{stated}"), limit)) if stated else ""


def entered(stated: object, limit: int) -> str:
    """The same, with a word where nothing is stated."""
    return shown(stated, limit) or say(BLANK)


def said(words: str, stated: object, limit: int = 60) -> str:
    """A text with one stated fact in it; empty if it is not stated."""
    return say(words, fact=shown(stated, limit)) if stated else ""


_NO_WORDS = frozenset({"address", "contact", "rule"})
"""Facts of a platform that a report does not print."""

_IDS = re.compile("(ルームID|アカウントID|タスクID|ファイルID|メッセージの日時) ")

_GAP = re.compile(
    r"(?P<after>m[0-9]+|チャットの始まり|期間外のメッセージ)から(?P<before>m[0-9]+|期間外のメッセージ)の間"
    r"\((?:件数不明|(?P<about>およそ)?(?P<count>[0-9]+)件)\)"
)
"""Between which messages something is missing, as the tables say it (`evidence.tables.events`)."""


def platform_of(name: str | None) -> Platform:
    """The platform of a contract with its words in the language of the report; rules and addresses as they are."""
    platform = job_platform.platform_of(name)
    if not is_english():
        return platform
    texts = {one.name: getattr(platform, one.name) for one in fields(platform) if one.name not in _NO_WORDS}
    words: dict[str, Any] = {name: say(text) for name, text in texts.items() if isinstance(text, str)}
    deadlines = tuple(
        replace(one, name=say(one.name), source=replace(one.source, title=say(one.source.title)))
        for one in platform.deadlines
    )
    return replace(platform, deadlines=deadlines, **words)


def chat_text(room: Conversation) -> str:
    """A chat with its name and id."""
    return say("チャット「{room_name}」(ルームID {room_id})", room_name=visible(room.room_name), room_id=room.room_id)


def side_text(platform: Platform) -> str:
    """The platform as a side: 「クラウドワークス側」."""
    return platform.elsewhere or say("{name}側", name=platform.name)


def other_text(contract: Contract) -> str:
    """What the other side is called: by its role where the reporter stated theirs."""
    platform = platform_of(contract.platform)
    return {None: say("相手"), "client": platform.worker}.get(contract.side, platform.client)


def reporter_text(contract: Contract) -> str:
    """What the reporter is called, with their role where they stated it."""
    platform = platform_of(contract.platform)
    if contract.side is None:
        return say("報告者")
    role = {"client": platform.client, "subcontractor": say("{worker}、再委託", worker=platform.worker)}
    return say("報告者({role})", role=role.get(contract.side, platform.worker))


def about_text(event: ChangeRow) -> str:
    """What a change is about: ids with their words, names as they are."""
    gap = _GAP.fullmatch(event.about) if is_english() else None
    if gap is not None:
        about, count = gap["about"], gap["count"]
        missing = say("件数不明") if count is None else say("およそ{n}件", n=count) if about else say("{n}件", n=count)
        return say(
            "{after}から{before}の間({missing})", after=say(gap["after"]), before=say(gap["before"]), missing=missing
        )
    return _IDS.sub(lambda found: f"{say(found[1])} ", event.about) if is_english() else event.about


def value_text(event: ChangeRow, value: str) -> str:
    """What stood before or after a change; a text or a name stays as it was."""
    if event.kind == CANCELLATION:
        return _IDS.sub(lambda found: f"{say(found[1])} ", value) if is_english() else value
    return say(value) if value == DELETED or value in ROOM_TYPES.values() else value


DELETED = "(「削除」表示)"
"""What stands in the tables for a text that Chatwork shows as deleted."""
