"""A dispute with its whole truth, and an archive that saw a part of it through the pull of the program.

The truth comes from this module's own log of what was posted, edited and deleted; it uses nothing of
`evidence.history`, `chatwork.notation` or `claims`.
"""

from __future__ import annotations

import json
import random
import shutil
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

from archiver.chatwork.client import Client, Listing, Single, read_listing, read_single
from archiver.chatwork.models import Message, Room
from archiver.corrected_clock import CorrectedClock
from archiver.errors import NotVisible
from archiver.evidence.tables.files_and_tasks import files
from archiver.export.package.copied_parts import CopiedFiles
from archiver.export.package.entry_reader import KeptHistories, PackageStatistics, SourceEntries
from archiver.export.package.order import ExportOrder
from archiver.export.package.package_input import PackageInput
from archiver.export.package.recipe_from_order import make_recipe
from archiver.export.package.report_input import report_input
from archiver.export.report.message_statistics import ReportInput
from archiver.records import (
    JST,
    ContractRoom,
    Delivery,
    Invoice,
    JsonObject,
    MessageId,
    Observation,
    Payment,
    Reply,
    Role,
    RoomId,
)
from archiver.store import seals, user_statements, writer
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.queries import contracts
from archiver.store.working import single_reads
from archiver.store.working.single_reads import Origin
from archiver.sync import changes
from archiver.sync.pull.context import PullContext, write_steady_visits
from archiver.sync.pull.messages import pull_messages
from archiver.sync.pull.single_messages import read_queued
from archiver.sync.report import RoomReport
from tests.support.archives.maker import BEGIN as MAKER_BEGIN
from tests.support.archives.maker import CLIENT, OTHER_ROOM, OWNER, ROOM, ArchiveMaker

THIRD, COLLEAGUE = 5550123, 5550124
NAMES = {CLIENT: "田中", OWNER: "yamada", THIRD: "佐藤花子", COLLEAGUE: "鈴木一郎"}
RENAMED, CLOSED = "田中企画", "(解約済)"
DAY = 86400
BEGIN = datetime(2026, 10, 1, 0, 0, tzinfo=UTC)
MIDNIGHT = 15 * 3600
"""Seconds of a day after the beginning at which a day begins in Japan."""
FORMS = (
    "[info][title][dtext:file_uploaded][/title][download:7]a.png (1 KB)[/download][/info]",
    "[info][title][dtext:chatroom_chat_edited][/title][dtext:chatroom_chatname_is]案件[dtext:chatroom_set][/info]",
)
"""Posts of Chatwork's own system, as the web client's users see them."""


REMOVED_FORM = "[info][title][dtext:file_deleted][/title]a.png[/info]"
REMOVED_SHOWN = "【このファイルは削除されました】a.png"
CANCELLED_FORMS = (
    "[info][title][dtext:chatroom_member_is][piconname:{}][dtext:chatroom_resigned_priv_change][/title][/info]",
    "[info][dtext:chatroom_resigned_priv_change_all][/info]",
)
"""The same of a removed file, as it is read, and of a closed account; anybody can type them."""
TASK_FORM = "[info][title][dtext:task_added][/title][task aid=1 st=open lt=0 ltype=none]作業{}[/task][/info]"

DELETED = "[deleted]"
CHANGES = ("edited", "edited_before", "deleted", "edited_deleted", "deleted_before", "hidden")
BEGINNINGS = {
    "検収OKです、": 4,
    "3万円です、": 3,
    "確認しました、検収します、": 2,
    "税込３３，０００円です、": 3,
    "五万円(税別)です、": 3,
    "3点目を直してください、": 2,
    "検収OKですというお返事は差し上げられません、": 2,
    f"3万円でお願いしますと{'先日お伝えしましたが、社内で話し合った結果、' * 4}その金額ではお受けできません、": 3,
    f"検収OKです、というのは前回の分だけで、{'今回の分については社内で話し合いましたところ、' * 3}検収しません、": 2,
    f"{'先日はありがとうございました、社内で話し合いましたので、お知らせします、' * 3}修正は不要です、": 4,
    "納品は明日です、": 1,
    "[qt]5万円ではいかがですか、検収OKです[/qt]\n": 0,
    "修正はありませんか、": 0,
    "": 0,
}
"""How a text may begin, and how much that decides: an acceptance, a price, what is said of accepting or of a
fault, a delivery; a question, or what others said, nothing. A long one ends with a denial, which a cut must keep."""
EDITED, TURNED = "編集された", "「削除」表示に変わった"
TOUCHED, HIDDEN = "更新時刻だけが変わった", "プランの制限で見えなくなった"
CANCELLED = "解約を知らせる形のChatworkの自動メッセージ(同じ形は誰でも書けます)"
REMOVED = "ファイル・タスクが「削除」表示に変わった"
FIRST_EDITED, FIRST_DELETED = "保存時点で編集済み(それより前の文面は不明)", "保存時点で「削除」表示(文面は不明)"


@dataclass(frozen=True)
class Circumstances:
    """What is unusual about a dispute, beside what its seed draws."""

    window: int = 100
    """How many messages a list shows; with few the same things happen in a small world."""
    platform: str = "crowdworks"
    chats: str = "one"
    """`one`, `two`, or `direct`: a direct chat with the client beside the group."""
    closes: bool = False
    """The first chat cannot be opened any more after a while."""
    period: bool = False
    """The contract has a part of the chats' time."""
    names: str = "own"
    """`own`, `shared`: another one has the client's name too, or `taken`: another one takes it later."""
    colleagues: bool = False
    """Two others write, and nobody entered whose side they are on."""
    silent: bool = False
    """The reporter writes nothing."""
    is_client: bool = False
    """The reporter is the client, and entered their own name there."""
    many_edits: bool = False
    """Edited messages are edited again, perhaps back."""
    edges: bool = False
    """Things happen at midnight, at weekends and at the end of a month."""
    is_restored: bool = False
    """A copy of the archive is put back, and what it saw since is lost."""
    clock: int = 0
    """By how many hours this computer's clock is wrong."""
    plan_days: int = 0
    """How many days the plan shows; 0: all."""
    money: bool = False
    """Invoices and payments are entered."""
    files: bool = False
    """Each post of Chatwork's form has a file, which gets another name or other content under its id."""
    removes: bool = False
    """Files are removed, vanish from their list alone, or their post is deleted alone."""
    takes_back: bool = False
    """The reporter deletes much of what they wrote, answers too."""
    purges: bool = False
    """Where the first chat closes, the client has deleted everything there just before."""
    accounts: bool = False
    """The client has two accounts, which the reporter entered; one of them may be closed."""
    forges: bool = False
    """Some type what looks like a post of Chatwork's own system, or edit a message into it."""
    often: bool = False
    """A look comes soon after what is edited was sent and edited, and some edits come an hour after another."""
    other_job: str = ""
    """Platform of another, later approved job of the same chats and time, whose facts must not reach this one."""


ODDS: Mapping[str, Sequence[object]] = {
    "platform": ("crowdworks", "crowdworks", "lancers", "coconala", "direct"),
    "chats": ("one", "two", "direct"),
    "names": ("own", "own", "shared", "taken"),
    "clock": (0, 0, 9, -9000),
    "plan_days": (0, 0, 0, 40),
    **dict.fromkeys(
        ("closes", "period", "colleagues", "silent", "is_client", "is_restored"), (False, False, False, True)
    ),
    **dict.fromkeys(("many_edits", "edges"), (False, True)),
    "money": (False, False, True),
    "files": (False, True),
    **dict.fromkeys(("removes", "takes_back", "purges", "accounts", "forges"), (False, False, True)),
    "other_job": ("", "", "coconala", "direct"),
    "often": (False, False, True),
}
"""What each of them may be; the first is the usual."""


def drawn(seed: int) -> Circumstances:
    """Random ones, in a small world."""
    chance = random.Random(f"circumstances {seed}")
    return replace(Circumstances(window=20), **{name: chance.choice(values) for name, values in ODDS.items()})  # type: ignore[arg-type]


@dataclass
class TruePost:
    """A post with everything that ever happened to it, in seconds after the beginning."""

    number: int
    author: int
    sent: int
    text: str
    is_notice: bool
    edits: list[tuple[int, str]] = field(default_factory=list)
    deleted: int | None = None
    item: str | None = None
    """`file` or `task`: what Chatwork's own list shows of the post."""
    done: int | None = None
    """When the task was finished, which no post tells."""
    room: int = ROOM
    renamed: int | None = None
    """When the file got another name."""
    replaced: int | None = None
    """When it got other content."""
    removed: int | None = None
    """When its list showed it no more."""
    is_box_removed: bool = False
    """Whether its post showed that too."""

    def is_removed(self, at: int) -> bool:
        """Whether the list of files does not show it any more."""
        return self.removed is not None and self.removed <= at

    def file_at(self, at: int) -> tuple[str, bytes]:
        """Name and content of the file as listed at a moment."""
        is_renamed, is_replaced = (one is not None and one <= at for one in (self.renamed, self.replaced))
        return f"{self.number}{'改' * is_renamed}.png", f"{self.number}{' ' * is_replaced}".encode()

    def shown(self, at: int) -> tuple[str, int]:
        """Text and update time as shown at a moment."""
        if self.deleted is not None and self.deleted <= at:
            return DELETED, 0
        if self.is_box_removed and self.is_removed(at):
            return REMOVED_FORM, 0
        before = [(time, text) for time, text in self.edits if time <= at]
        return (before[-1][1], before[-1][0]) if before else (self.text, 0)


@dataclass(frozen=True)
class TrueEvent:
    """A change as it was noticed, in seconds after the beginning; None before: the post was first seen so."""

    post: TruePost
    before: int | None
    at: int
    kind: str


class Dispute:
    """Chats of some people, played from a seed, and the looks that the archive had at them."""

    def __init__(self, seed: int, circumstances: Circumstances | None = None) -> None:
        chance = self._chance = random.Random(seed)
        self.seed, self.so = seed, circumstances or Circumstances()
        if self.so.accounts:  # in a chat where nobody of theirs is, a name would tell
            self.so = replace(self.so, names="own")
        self.people = [CLIENT, OWNER] + ([THIRD] if chance.random() < 0.4 else [])
        self.client_is_named = chance.random() < 0.6
        window = self.so.window
        count = chance.choice((0, 3, 30, window - 1, window, window + 1, 9 * window // 5, 13 * window // 5))
        times = sorted(chance.sample(range(3600, 40 * 86400), count))
        self.posts = [self._post(number, sent) for number, sent in enumerate(times, 1)]
        ends = chance.choice((45, 60)) * 86400
        self._play_items(seed, ends)
        looks = chance.choice((1, 2, 4, 8, 14) if window > 20 else (1, 2, 3, 5, 11))
        self.looks = sorted({chance.randrange(0, ends) for _ in range(looks)})
        self.approved = BEGIN.replace(tzinfo=JST) + timedelta(days=chance.randrange(0, 40))
        self._play_the_client(ends)
        self.delivered = chance.randrange(0, 40) if chance.random() < 0.5 else None
        """Day of the delivery on the platform, after the beginning."""
        self.chosen: int | None = None
        """Who is named as the other side for a package alone."""
        self.recovered: set[int] = set()
        """Numbers of messages that were read one by one, an hour after the last look."""
        self.refused: set[int] = set()
        """Numbers of messages that were asked for and not given."""
        self.lost: list[int] = []
        """Looks that the archive had and lost, as a copy from before them was put back."""
        self.shut: int | None = None
        """When the first chat could no longer be opened."""
        self.opened: int | None = None
        """The look at which it could be opened again."""
        self.period: tuple[int, int | None] = (0, None)
        self.took_name: int | None = None
        """When another one took the client's name."""
        self.invoices: tuple[Invoice, ...] = ()
        self.payments: tuple[Payment, ...] = ()
        self._set_in(random.Random(f"so {seed}"))
        self._begin_texts(random.Random(f"begun {seed}"))
        self._take_back(random.Random(f"taken back {seed}"))
        if chance.random() < 0.4 and not self.so.plan_days:
            self._recover()

    def _set_in(self, chance: random.Random) -> None:
        """Let the circumstances change what was drawn."""
        so = self.so
        others = ([THIRD] if so.names != "own" else []) + ([THIRD, COLLEAGUE] if so.colleagues else [])
        others += [COLLEAGUE] if so.accounts else []
        self.people += [one for one in dict.fromkeys(others) if one not in self.people]
        self._set_files(random.Random(f"files {self.seed}"))
        for post in self.posts:
            if others and chance.random() < 0.4:
                post.author = chance.choice(others)
            if so.chats == "two" or (so.chats == "direct" and post.author in (CLIENT, OWNER)):
                post.room = chance.choice((ROOM, OTHER_ROOM))
            if so.many_edits and post.edits:
                times = [post.edits[0][0] + day * DAY for day in range(1, chance.randrange(1, 4))]
                post.edits += [
                    (at, chance.choice((post.text, f"{number}度目{post.text}"))) for number, at in enumerate(times)
                ]
        if so.many_edits:
            self._edit_back(random.Random(f"back {self.seed}"))
        if so.often:
            edited = [post for post in self.posts if len(post.edits) == 1 and post.deleted is None]
            for one, after in pairwise(edited):
                at = one.edits[0][0] + 3600
                after.edits = [(at, after.edits[0][1])] if after.sent < at else after.edits
            times = [at for post in edited for at in (post.sent, post.edits[0][0])]
            self.looks = sorted({*self.looks, *(at + 600 for at in times)})
        if so.silent:
            self.posts = [post for post in self.posts if post.author != OWNER]
        if so.names == "taken":
            self.took_name = chance.randrange(10, 40) * DAY
        if so.edges:
            self._move_to_edges(chance)
        if so.is_restored and len(self.looks) > 2:
            begin, end = sorted(chance.sample(range(1, len(self.looks)), 2))
            self.lost, self.looks = self.looks[begin:end], self.looks[:begin] + self.looks[end:]
        if so.closes:
            self.shut = chance.randrange(0, self.looks[-1] + DAY)
            self.opened = self._opened(random.Random(f"opened {self.seed}"), self.shut)
        if so.period:
            self.period = chance.randrange(0, 25) * DAY, chance.choice((None, chance.randrange(25, 45) * DAY))
        if so.money:
            days = [str((BEGIN + timedelta(days=chance.choice((2, 3, 9, 30)))).date()) for _ in range(2)]
            some = random.Random(f"invoices {self.seed}")
            days += [str((BEGIN + timedelta(days=some.randrange(2, 40))).date()) for _ in range(some.randrange(2))]
            self.invoices = tuple(Invoice(n, 50_000 * n, "2026-10-01", due_on=day) for n, day in enumerate(days, 1))
            paid = chance.choice((0, 20_000, 50_000, 150_000))
            self.payments = (Payment(1, paid, "2026-10-05"),) if paid else ()

    def _opened(self, chance: random.Random, shut: int) -> int | None:
        later = [at for at in self.looks if at >= shut][1:]
        return chance.choice(later) if later and not self.so.is_restored and chance.random() < 0.5 else None

    def _edit_back(self, chance: random.Random) -> None:
        """Let some texts be edited, and after some days edited back."""
        for post in self.posts:
            if chance.random() < 0.3 and not post.is_notice and not post.edits and post.deleted is None:
                at = post.sent + chance.randrange(DAY, 9 * DAY)
                rewritten = f"書き直し{post.number}"
                post.edits = [(at, rewritten), (at + chance.randrange(1, 15) * DAY, post.text)]

    def _set_files(self, chance: random.Random) -> None:
        """What becomes of files."""
        for post in self.posts if self.so.files else ():
            if post.text in FORMS:
                post.text, post.item = FORMS[0].replace("7", f"{post.number}"), "file"
                post.renamed, post.replaced = (
                    chance.choice((None, post.sent + chance.randrange(20 * DAY))) for _ in range(2)
                )

    def _take_back(self, chance: random.Random) -> None:
        """Files and own messages that are removed, a chat that is emptied before it closes, and forged posts."""
        so = self.so
        for post in self.posts:
            if so.removes and post.item == "file":
                way, at = chance.choice(("", "box", "list", "post")), post.sent + chance.randrange(1, 20 * DAY)
                post.removed, post.is_box_removed = at if way in ("box", "list") else None, way == "box"
                post.deleted = at if way == "post" else None
                if way == "box" and post.number % 2:  # what was said with it goes with it
                    post.text, post.is_notice = f"メッセージ{post.number}\n{post.text}", False
            if so.takes_back and post.author == OWNER and not post.is_notice and chance.random() < 0.5:
                post.deleted = post.sent + chance.randrange(1, 3 * DAY)
            if so.purges and self.shut is not None and post.room == ROOM and post.author == CLIENT:
                is_gone = post.sent >= self.shut - 60 or (post.deleted or 10**9) < self.shut
                post.deleted = post.deleted if is_gone else self.shut - 30
            if so.forges and not post.edits and post.deleted is None and len(post.text) < 80 and chance.random() < 0.1:
                seen = [at for at in self.looks_at(post.room) if at >= post.sent][:1] if not post.is_notice else []
                if post.is_notice and post.item is None:
                    post.text = chance.choice((REMOVED_FORM, *CANCELLED_FORMS)).format(post.author)
                elif seen and post in self.window(seen[0], post.room):
                    post.edits = [(seen[0] + 60, REMOVED_FORM)]

    def _begin_texts(self, chance: random.Random) -> None:
        """Let some texts, and what they are edited to, begin with words that may decide a dispute."""
        own: dict[int, TruePost] = {}
        for post in self.posts:
            if not post.is_notice and "\n" not in post.text and chance.random() < 0.3:
                begin, *others = chance.sample([one for one in BEGINNINGS if len(one) < 80 or not post.edits], 3)
                begun = {post.text: begin}  # an edit back is one to the very words
                post.edits = [(at, begun.get(text, chance.choice((begin, *others))) + text) for at, text in post.edits]
                post.text = begin + post.text
                source = own.get(post.room) if BEGINNINGS[begin] > 2 and post.author != OWNER else None
                if source:  # in whose name words are quoted that stand nowhere
                    meta = f"[qt][qtmeta aid={OWNER} time={int(_moment(source.sent).timestamp())}]"
                    times, (post.text, *edits) = zip(*[(0, post.text), *post.edits], strict=True)
                    post.text, *edits = (f"{meta}何回でも直します[/qt]\n{text}" for text in (post.text, *edits))
                    post.edits = [*zip(times[1:], edits, strict=True)]
            elif (
                post.author == OWNER
                and not post.is_notice
                and random.Random(f"{self.seed} {post.number}").random() < 0.3
            ):
                post.text = f"承知しました、{post.text}"
                post.edits = [(at, f"承知しました、{text}") for at, text in post.edits]
            if post.author == OWNER:
                own[post.room] = post

    def _move_to_edges(self, chance: random.Random) -> None:
        """Posts to midnight in Japan or the second before it, the delivery to a weekend or the end of a month."""
        before = 0
        for post, after in zip(self.posts, [*(one.sent for one in self.posts), 10**9][1:], strict=True):
            at = post.sent // DAY * DAY + MIDNIGHT - chance.randrange(2)
            first = min([post.done or 10**9, post.deleted or 10**9, *(time for time, _text in post.edits), after])
            post.sent = at if before < at < first else post.sent
            before = post.sent
        self.delivered = chance.choice((None, 2, 3, 9, 30, 31))

    def _play_items(self, seed: int, ends: int) -> None:
        """Some posts of the form of a file have a real file, some are of tasks; drawn apart, so that seeds stay."""
        chance = random.Random(seed + 10**6)
        for post in self.posts:
            if post.text == FORMS[0]:
                post.item = chance.choice((None, "file", "task"))
            if post.item == "task":
                post.text = TASK_FORM.format(post.number)
                post.done = post.sent + chance.randrange(1, 20 * DAY) if chance.random() < 0.3 else None

    def _play_the_client(self, ends: int) -> None:
        """The client takes another name, or cancels the account and writes no more."""
        chance = self._chance
        self.renamed = chance.randrange(0, ends) if chance.random() < 0.3 else None
        self.closed = chance.randrange(0, ends) if chance.random() < 0.3 else None
        self.posts = [
            one for one in self.posts if one.author != CLIENT or self.closed is None or one.sent < self.closed
        ]

    def _recover(self) -> None:
        """The reporter has a file with ids of messages that no look showed; some of them Chatwork does not give."""
        held = self.listed
        open_rooms = [room for room in self.rooms if room != ROOM or self.noticed_shut is None]
        lost = [post.number for post in self.posted() if post.number not in held and post.room in open_rooms]
        for number in self._chance.sample(lost, min(len(lost), 10)):
            (self.refused if self._chance.random() < 0.3 else self.recovered).add(number)

    def _post(self, number: int, sent: int) -> TruePost:
        chance = self._chance
        author = chance.choice(self.people)
        is_notice = chance.random() < 0.15
        call = f"[To:{THIRD}]{NAMES[THIRD]}さん\n" if THIRD in self.people and chance.random() < 0.1 else ""
        text = chance.choice(FORMS) if is_notice else f"{call}メッセージ{number}"
        post = TruePost(number, author, sent, text, is_notice)
        if not is_notice and chance.random() < 0.1:
            post.edits.append((sent + chance.randrange(1, 10 * 86400), f"書き直し{number}"))
        if not is_notice and chance.random() < 0.1:
            post.deleted = sent + chance.randrange(1, 20 * 86400)
        return post

    # --- the truth -----------------------------------------------------------------------------

    @cached_property
    def rooms(self) -> tuple[int, ...]:
        """The chats of the contract."""
        return (ROOM,) if self.so.chats == "one" else (ROOM, OTHER_ROOM)

    @cached_property
    def by_room(self) -> dict[int, list[TruePost]]:
        """All posts of each chat."""
        return {room: [post for post in self.posts if post.room == room] for room in self.rooms}

    def looks_at(self, room: int) -> list[int]:
        """The times at which the list of a chat was read."""
        return [at for at in self.looks if room != ROOM or not self._is_shut_at(at)]

    def _is_shut_at(self, at: int) -> bool:
        return self.shut is not None and self.shut <= at and (self.opened is None or at < self.opened)

    def is_saved(self, post: TruePost) -> bool:
        """Whether the contents of a file are saved when they are first listed."""
        return self.so.files and post.item == "file" and post.number % 3 > 0

    def listings(self, post: TruePost) -> list[int]:
        """The looks at which the list of files showed a file."""
        return [at for at in self.looks_at(post.room) if at >= post.sent and not post.is_removed(at)]

    @property
    def noticed_shut(self) -> int | None:
        """When it was seen that the first chat cannot be opened any more."""
        return None if self.shut is None else min((at for at in self.looks if at >= self.shut), default=None)

    @property
    def is_shut(self) -> bool:
        """Whether that matters: since before the end of the contract's part of the time."""
        end, looks = self.period[1], self.looks_at(ROOM)
        return self.noticed_shut is not None and self.opened is None and (end is None or not looks or looks[-1] < end)

    @property
    def last_look(self) -> int:
        """The time of the last look."""
        return self.looks[-1]

    @property
    def known_until(self) -> int | None:
        """Up to when everything is known that was posted; None: not known, or the contract's time ended before."""
        looks = [self.looks_at(room)[-1:] for room in self.rooms]
        until = min(one[0] for one in looks) if all(looks) else None
        return None if until is None or (self.period[1] or 10**9) <= until else until

    def is_within(self, at: int) -> bool:
        """Whether a moment lies in the contract's part of the time."""
        return self.period[0] <= at < (self.period[1] or 10**9)

    @cached_property
    def known(self) -> list[TruePost]:
        """What was posted in the chats up to the last look at each, whatever its time."""
        ends = {room: max(self.looks_at(room), default=-1) for room in self.rooms}
        return [post for post in self.posts if post.sent <= ends[post.room]]

    def posted(self) -> list[TruePost]:
        """The same within the contract's part of the time."""
        return [post for post in self.known if self.is_within(post.sent)]

    def window(self, at: int, room: int = ROOM) -> list[TruePost]:
        """What Chatwork's list of a chat shows at a moment."""
        posts = self.by_room[room]
        begin = bisect_left(posts, at - self.so.plan_days * DAY, key=_sent) if self.so.plan_days else 0
        return posts[begin : bisect_right(posts, at, key=_sent)][-self.so.window :]

    def is_joined(self, room: int) -> bool:
        """Whether each look showed the last post of the look before; else nothing proves what lay between."""
        windows = [one for at in self.looks_at(room) if (one := self.window(at, room))]
        return all(before[-1] in after for before, after in pairwise(windows))

    @property
    def recovery_at(self) -> int:
        """When the messages were read one by one."""
        return self.last_look + 3600

    @cached_property
    def listed(self) -> dict[int, list[int]]:
        """Number of a post → the looks whose list showed it."""
        found: dict[int, list[int]] = {}
        for room in self.rooms:
            for at in self.looks_at(room):
                for post in self.window(at, room):
                    found.setdefault(post.number, []).append(at)
        return found

    @cached_property
    def seen(self) -> list[TruePost]:
        """What any look showed, and what was read one by one, whatever its time."""
        return [post for post in self.posts if post.number in self.listed or post.number in self.recovered]

    @property
    def saved(self) -> list[TruePost]:
        """The same within the contract's part of the time."""
        return [post for post in self.seen if self.is_within(post.sent)]

    def sightings(self, post: TruePost) -> list[int]:
        """The times at which the archive saw a post."""
        looks = self.listed.get(post.number, [])
        return [*looks, self.recovery_at] if post.number in self.recovered else looks

    def name_at(self, author: int, at: int) -> str:
        """The display name of a person at a moment."""
        if author == THIRD and (self.so.names == "shared" or (self.took_name is not None and self.took_name <= at)):
            return NAMES[CLIENT]
        if author != CLIENT:
            return NAMES[author]
        name = RENAMED if self.renamed is not None and self.renamed <= at else NAMES[CLIENT]
        return name + (CLOSED if self.closed is not None and self.closed <= at else "")

    @cached_property
    def names(self) -> dict[int, dict[str, int]]:
        """Every name that was seen of each person, the latest first, with the time of its first sight."""
        found: dict[int, dict[str, int]] = {}
        for author in {post.author for post in self.seen}:
            times = {at for post in self.seen if post.author == author for at in self.sightings(post)}
            found[author] = {self.name_at(author, at): at for at in sorted(times, reverse=True)}
        return found

    @property
    def counterparts(self) -> dict[int, str]:
        """The accounts that are known as the other side, and why.

        A name that another one was ever seen to have names nobody, and only the name at first sight counts.
        """
        others = self.names.keys() - {OWNER}
        if self.so.accounts:
            return dict.fromkeys((CLIENT, COLLEAGUE), "entered")
        if self.chosen in others:
            return {CLIENT: "entered"}
        bearers = {one for one in others if NAMES[CLIENT] in {name.removesuffix(CLOSED) for name in self.names[one]}}
        if self.stated_client == NAMES[CLIENT] and len(bearers) == 1:
            (bearer,) = bearers
            if [*self.names[bearer]][-1].removesuffix(CLOSED) == NAMES[CLIENT]:
                return {bearer: "name"}
        return dict.fromkeys(others, "only_two") if len(others) == 1 else {}

    @property
    def stated_client(self) -> str | None:
        """The client's name as the reporter entered it."""
        if self.so.is_client:
            return NAMES[OWNER]
        return NAMES[CLIENT] if self.client_is_named else None

    def is_paid_since(self, day: str) -> bool:
        """Whether all that was billed is received, and something of it on this day or later."""
        covered = sum(one.amount for one in self.invoices) <= sum(one.amount for one in self.payments)
        return covered and any(one.received_on >= day for one in self.payments)

    @property
    def amount(self) -> str | None:
        """What was agreed, as the reporter entered it."""
        return "30,000円" if self.so.money else None

    @property
    def noticed_closing(self) -> int | None:
        """When a name with the ending of closed accounts was first seen."""
        times = [at for name, at in self.names.get(CLIENT, {}).items() if name.endswith(CLOSED)]
        return min(times, default=None)

    def side(self, author: int) -> str:
        """The word for a person's side, as far as anything tells it."""
        if author == OWNER:
            return "報告者"
        return "相手" if author in self.counterparts else "参加者"

    def speeches(self, authors: Collection[int], *, saved: bool) -> list[TruePost]:
        """The speech of people, all of it or what was saved; one that was never seen with a text is no speech."""
        posts = [post for post in self.saved if self.seen_texts(post) != {"[deleted]"}] if saved else self.posted()
        return [post for post in posts if post.author in authors and not self._has_form(post)]

    def is_notice(self, post: TruePost) -> bool:
        """Whether a saved post counts as Chatwork's own, not as what somebody wrote."""
        return self._has_form(post) and post.author != OWNER and self.seen_texts(post) != {DELETED}

    def _has_form(self, post: TruePost) -> bool:
        """Whether it has the form of a post of Chatwork's own, as far as its texts were seen."""
        return post.is_notice or self.seen_texts(post) - {DELETED} == {REMOVED_FORM}

    def last_answer(self) -> tuple[int, str] | None:
        """The other side's last act that was saved, and what it was; a task that anybody finished may be theirs."""
        spoken = self.speeches(self.counterparts, saved=True)[-1:]
        return max(
            [
                *((post.sent, "speech") for post in spoken),
                *self._items(spoken[0].sent if spoken else -1, self.counterparts),
                *((at, "edit") for post in self.speeches(self.counterparts, saved=True) for at in self._edited(post)),
            ],
            default=None,
        )

    def _edited(self, post: TruePost) -> Iterator[int]:
        """When a saved post was edited, by the times that Chatwork showed with its texts."""
        shown = (post.shown(at)[1] for at in self.sightings(post))
        return (at for at in shown if at and self.is_within(at))

    def _items(self, since: int, authors: Collection[int]) -> Iterator[tuple[int, str]]:
        """What the lists of files and tasks showed of a person after a message, and when a task was seen to be done."""
        saved = {post.number for post in self.seen}
        for post in self.known:
            looks = self.looks_at(post.room)
            first = next(at for at in looks if at >= post.sent)
            if post.is_removed(first):
                continue
            given = post.sent if post.item == "file" or post.number in saved else first
            if post.item and post.author in authors and given > since and self.is_within(given):
                is_listed_late = post.number not in saved and post.item == "task" and post.sent <= since
                yield from () if is_listed_late else [(given, post.item)]
            done = next((at for at in looks if at >= (post.done or 10**9)), None)
            if done is not None and OWNER not in authors and done > max(since, first) and self.is_within(done):
                yield done, "done"

    def first_unanswered(self) -> int | None:
        """When the reporter first wrote, sent or gave something after the other side's last act."""
        last = self.last_answer()
        since = -1 if last is None else last[0]
        own = [post.sent for post in self.own_posts() if post.shown(max(self.sightings(post)))[0] != DELETED]
        own += [at for at, _item in self._items(since, {OWNER})]
        return min((at for at in own if at > since), default=None)

    def own_posts(self) -> list[TruePost]:
        """What the reporter wrote, as far as it was saved."""
        return [post for post in self.saved if post.author == OWNER and not self._has_form(post)]

    def taken_back(self) -> bool:
        """Whether the reporter deleted a message that came after the other side's last act."""
        last = self.last_answer()
        own = [post for post in self.own_posts() if last is None or post.sent > last[0]]
        return any(post.shown(max(self.sightings(post)))[0] == DELETED for post in own)

    def later_strangers(self) -> Counter[int]:
        """How many messages people of no entered side wrote after the other side's last act."""
        last = self.last_answer()
        posts = self.speeches({*self.people} - {OWNER, *self.counterparts}, saved=True)
        return Counter(post.author for post in posts if last is None or post.sent > last[0])

    def seen_texts(self, post: TruePost) -> set[str]:
        """Every text that was seen of a post."""
        return {post.shown(at)[0] for at in self.sightings(post)}

    def changes(self, *, of_notices: bool = False) -> dict[str, Counter[str]]:
        """How many messages of each side, or notices in its name, changed how, as far as it was seen."""
        found: dict[str, Counter[str]] = {name: Counter() for name in CHANGES}
        for post in (one for one in self.saved if self.is_notice(one) == of_notices):
            seen = [post.shown(at) for at in self.sightings(post)]
            texts = {text for text, _updated in seen} - {DELETED, *([REMOVED_FORM] if post.is_box_removed else [])}
            is_edited = len(texts) > 1 or any(updated for _text, updated in seen)
            if any(text == DELETED for text, _updated in seen):
                kind = "deleted_before" if not texts else "edited_deleted" if is_edited else "deleted"
                found[kind][self.side(post.author)] += 1
            elif is_edited:
                is_known = len(texts) > 1 or seen[0] == (post.text, 0)
                found["edited" if is_known else "edited_before"][self.side(post.author)] += 1
            if self.hidden_at(post) is not None:
                found["hidden"][self.side(post.author)] += 1
        return found

    def hidden_at(self, post: TruePost) -> int | None:
        """When a list first showed that the plan hides a post that was seen before; a full list tells nothing."""
        seen = self.sightings(post)
        for at in self.looks_at(post.room) if self.so.plan_days else ():
            window = self.window(at, post.room)
            if seen[0] < at and len(window) < self.so.window and (not window or post.sent < window[0].sent):
                return at
        return None

    def events(self) -> list[TrueEvent]:
        """Every change as it was noticed: between which looks it lies."""
        found = []
        for post in self.saved:
            times = self.sightings(post)
            text, updated = post.shown(times[0])
            if "resigned" in text and post.author != OWNER:
                found.append(TrueEvent(post, None, times[0], CANCELLED))
            if text == DELETED or updated:
                found.append(TrueEvent(post, None, times[0], FIRST_DELETED if text == DELETED else FIRST_EDITED))
            for before, at in pairwise(times):
                if post.shown(before)[0] != post.shown(at)[0]:
                    kind = REMOVED if post.is_box_removed else EDITED
                    found.append(TrueEvent(post, before, at, TURNED if post.shown(at)[0] == DELETED else kind))
                elif post.shown(before) != post.shown(at):
                    found.append(TrueEvent(post, before, at, TOUCHED))
            if (gone := self.hidden_at(post)) is not None:
                found.append(TrueEvent(post, times[-1], gone, HIDDEN))
        return found

    # --- what the archive saw ------------------------------------------------------------------

    def play(self, maker: ArchiveMaker) -> None:
        """Let the program read the lists of the chats at every look."""
        own = _moment(0) + timedelta(hours=self.so.clock)
        maker.archive.clock = CorrectedClock(lambda: own) if self.so.clock else maker.archive.clock
        maker.me()
        start, end = (None if one is None else _moment(one) for one in self.period)
        rooms = [ContractRoom(RoomId(room), start if self.so.period else None, end) for room in self.rooms]
        facts = {"invoices": self.invoices, "payments": self.payments, "client": self.stated_client}
        facts["amount"] = self.amount
        approved = self.approved.strftime("%Y-%m-%d %H:%M")
        maker.contract("job1", rooms, platform=self.so.platform, contact_approved_on=approved, **facts)
        if self.so.other_job:
            others = {"client": "株式会社別件", "amount": "12,345円", "payments": (Payment(1, 12_345, "2026-10-03"),)}
            maker.contract("job2", rooms, platform=self.so.other_job, contact_approved_on="2026-12-01", **others)
        if self.so.accounts:
            with maker.archive.writing() as writing:
                for account in (CLIENT, COLLEAGUE):
                    user_statements.state_role(writing, "job1", account, Role.CLIENT, "担当者", at=_moment(0))
        maker.room("案件")
        if len(self.rooms) > 1:
            maker.room("もう一つ", room=OTHER_ROOM, is_direct=self.so.chats == "direct")
        copy = maker.home.with_name(f"{maker.home.name}-copy")
        with patch.object(changes, "WINDOW", self.so.window):
            for at in sorted([*self.looks, *self.lost]):
                if self.lost and at == self.lost[0]:
                    maker.archive.close()
                    shutil.copytree(maker.home, copy)
                self._look(maker, at)
                if self.lost and at == self.lost[-1]:
                    maker.archive.close()
                    shutil.rmtree(maker.home)
                    copy.rename(maker.home)
            if self.recovered | self.refused:
                self._play_recovery(maker)
        if self.delivered is not None:
            day = (BEGIN + timedelta(days=self.delivered)).date().isoformat()
            with maker.archive.writing() as writing:
                user_statements.add_delivery(writing, "job1", Delivery(0, day), at=_moment(self.recovery_at))

    def _look(self, maker: ArchiveMaker, at: int) -> None:
        if self.so.clock:  # each run is a process of its own, whose first reply tells how wrong the clock is
            own = _moment(at) + timedelta(hours=self.so.clock)
            maker.archive.clock = CorrectedClock(lambda: own)
            maker.archive.clock.measure(_moment(at), own)
        for number in self.rooms:
            if number == ROOM and self._is_shut_at(at):
                if at == self.noticed_shut or at in self.lost:
                    self._note_access(maker, "room.inaccessible", at)
                continue
            if number == ROOM and at == self.opened:
                self._note_access(maker, "room.accessible", at)
            room = Room(room_id=RoomId(number), message_num=bisect_right(self.by_room[number], at, key=_sent))
            context = self._context(maker, at)
            pull_messages(context, room, RoomReport(number))
            with maker.archive.writing() as writing:
                write_steady_visits(context, writing)
                listed = self._list_items(writing, at, number)
            before = max((one for one in self.looks_at(number) if one < at), default=-1)
            for post in listed:
                is_other = post.sent > before or post.file_at(before)[1] != post.file_at(at)[1]
                if self.is_saved(post) and is_other and not post.is_removed(at):
                    minutes = (_moment(at) - MAKER_BEGIN) / timedelta(minutes=1)
                    maker.file(_item(self, post, at), post.file_at(at)[1], room=number, minutes=minutes)

    def _note_access(self, maker: ArchiveMaker, kind: str, at: int) -> None:
        """Record that the first chat is no longer in the list of chats, or again."""
        with maker.archive.writing() as writing:
            observed = [Observation(kind, f"room/{ROOM}", {}, ROOM)]
            writer.append(writing, observed, account_id=OWNER, at=_moment(at))

    def _list_items(self, writing: Writing, at: int, room: int) -> list[TruePost]:
        """Record what the lists of files and tasks of a chat show at a look, as far as it changed."""
        before = max((one for one in self.looks_at(room) if one < at), default=-1)
        found = [
            post
            for post in self.by_room[room]
            if post.item
            and post.sent <= at
            and (not post.is_removed(at) if post.sent > before else _state(post, before) != _state(post, at))
            and not post.is_removed(before)
        ]
        observed = []
        for post in found:  # of a file that is gone Chatwork shows nothing: the record has what was shown last
            is_gone, item = post.is_removed(at), _item(self, post, before if post.is_removed(at) else at)
            payload = {"object": item, "state": "gone" if is_gone else "present", "source": "list"}
            observed.append(Observation(f"{post.item}", f"{post.item}/{post.number}", payload, room))
        if found:
            writer.append(writing, observed, account_id=OWNER, at=_moment(at))
        return found

    def _context(self, maker: ArchiveMaker, at: int) -> PullContext:
        return PullContext(maker.archive, _Replies(self, at), lambda: _moment(at), OWNER)

    def _play_recovery(self, maker: ArchiveMaker) -> None:
        """Let the program read messages one by one by their ids."""
        context, rooms = self._context(maker, self.recovery_at), {post.number: post.room for post in self.posts}
        numbers = sorted(self.recovered | self.refused)
        places = {(rooms[number], 1_000_000 + number): Origin.RECOVERED for number in numbers}
        with maker.archive.writing() as writing:
            single_reads.enqueue(writing, places, rooms=self.rooms, at=context.now())
            items = single_reads.due_items(writing, self.rooms, at=context.now(), limit=len(places))
        for item in items:
            read_queued(context, item, RoomReport(item.room_id))


class _Replies(Client):
    """Answers the one call of a look."""

    def __init__(self, dispute: Dispute, at: int) -> None:
        self._dispute, self._at = dispute, at

    def message(self, room_id: RoomId, message_id: MessageId) -> Single[Message]:
        (post,) = (one for one in self._dispute.posts if 1_000_000 + one.number == int(message_id))
        path = f"/rooms/{room_id}/messages/{message_id}"
        if post.number in self._dispute.refused:
            raise NotVisible(path=path, status=404, reply=Reply(path, 404, b"{}", {}, _moment(self._at)))
        body = json.dumps(_object(self._dispute, post, self._at)).encode("ascii")
        return read_single(Reply(path, 200, body, {}, _moment(self._at)), Message, number=int(message_id))

    def messages(self, room_id: RoomId) -> Listing[Message]:
        rows = [_object(self._dispute, post, self._at) for post in self._dispute.window(self._at, int(room_id))]
        body = json.dumps(rows).encode("ascii")
        path = f"/rooms/{room_id}/messages?force=1"
        headers = {"chatwork-message-limitation": "true"} if self._dispute.so.plan_days else {}
        reply = Reply(path, 200 if rows else 204, body if rows else b"", headers, _moment(self._at))
        return read_listing(reply, Message)


def blank_archive(template: Path, home: Path) -> ArchiveMaker:
    """A copy of an empty archive, which is quicker than to make one."""
    if not template.exists():
        ArchiveMaker(template)
    shutil.copytree(template, home)
    maker = ArchiveMaker.__new__(ArchiveMaker)
    maker.home, maker.account_id = home, OWNER
    maker.archive = Archive(home)
    return maker


def report_of(reading: Reading, name: str = "job1", *, at: datetime = BEGIN, **changed: Any) -> ReportInput:
    """The input of the report of a contract, made and read as a package makes it, without the bytes of its files."""
    contract = contracts.find_contract(reading, name)
    listed = seals.seals(reading)
    recipe = make_recipe(
        reading,
        listed,
        ExportOrder(profile="support", **changed),
        contract,
        name="x",
        stamping=None,
        upto=listed[-1].last,
        at=at,
    )
    source = SourceEntries(reading, recipe.scope, recipe.upto, mask=recipe.mask)
    source.gather(name)
    source.finish_others()
    statistics = PackageStatistics(source, lambda: None, kept=KeptHistories(), checked=True)
    statistics.read_all()
    listed_files = files(source.other)
    case = report_input(PackageInput(reading, recipe, source, statistics, CopiedFiles(), listed_files, lambda: None))
    assert case.statistics
    return case


def _object(dispute: Dispute, post: TruePost, at: int) -> dict[str, object]:
    body, updated = post.shown(at)
    return {
        "message_id": str(1_000_000 + post.number),
        "account": {"account_id": post.author, "name": dispute.name_at(post.author, at), "avatar_image_url": ""},
        "body": body,
        "send_time": int(_moment(post.sent).timestamp()),
        "update_time": int(_moment(updated).timestamp()) if updated else 0,
    }


def _item(dispute: Dispute, post: TruePost, at: int) -> JsonObject:
    by = {"account_id": post.author, "name": dispute.name_at(post.author, at), "avatar_image_url": ""}
    sent, message = int(_moment(post.sent).timestamp()), str(1_000_000 + post.number)
    if post.item == "file":
        name, content = post.file_at(at)
        file = {"file_id": post.number, "account": by, "message_id": message, "filename": name}
        return file | {"filesize": len(content), "upload_time": sent}
    task = {"task_id": post.number, "account": by, "assigned_by_account": by, "message_id": message}
    status = "done" if _state(post, at)[1] else "open"
    return task | {"body": f"作業{post.number}", "limit_time": 0, "limit_type": "none", "status": status}


def _state(post: TruePost, at: int) -> tuple[object, bool]:
    """What changes of a file, and whether a task is done."""
    return (post.file_at(at), post.is_removed(at)), post.done is not None and post.done <= at


def _moment(seconds: int) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def _number(post: TruePost) -> int:
    return post.number


def _sent(post: TruePost) -> int:
    return post.sent
