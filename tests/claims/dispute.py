"""A dispute with its whole truth, and an archive that saw a part of it through the pull of the program.

The truth comes from this module's own log of what was posted, edited and deleted; it uses nothing of
`evidence.history`, `chatwork.notation` or `claims`.
"""

from __future__ import annotations

import json
import random
import shutil
from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from archiver.chatwork.client import Client, Listing, Single, read_listing, read_single
from archiver.chatwork.models import Message, Room
from archiver.errors import NotVisible
from archiver.export.package.copied_files import CopiedFiles
from archiver.export.package.entry_reader import PackageStatistics, SourceEntries
from archiver.export.package.kept_histories import KeptHistories
from archiver.export.package.make_recipe import make_recipe
from archiver.export.package.order import ExportOrder
from archiver.export.package.package_input import PackageInput
from archiver.export.package.report_input import report_input
from archiver.export.report.input import ReportInput
from archiver.export.report.statistics import MessageStatistics, survey_messages
from archiver.records import JST, Delivery, JsonObject, MessageId, Observation, Reply, RoomId
from archiver.store import seals, statements, writer
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.queries import contracts
from archiver.store.working import backfill_queue
from archiver.store.working.backfill_queue import Origin
from archiver.sync.pull.context import PullContext, write_steady_visits
from archiver.sync.pull.messages import pull_messages
from archiver.sync.pull.single_messages import read_queued
from archiver.sync.report import RoomReport
from tests.support.archives.maker import CLIENT, OWNER, ROOM, ArchiveMaker

THIRD = 5550123
NAMES = {CLIENT: "田中", OWNER: "yamada", THIRD: "佐藤花子"}
RENAMED, CLOSED = "田中企画", "(解約済)"
DAY = 86400
BEGIN = datetime(2026, 10, 1, 0, 0, tzinfo=UTC)
WINDOW = 100
FORMS = (
    "[info][title][dtext:file_uploaded][/title][download:7]a.png (1 KB)[/download][/info]",
    "[info][title][dtext:chatroom_chat_edited][/title][dtext:chatroom_chatname_is]案件[dtext:chatroom_set][/info]",
)
"""Posts of Chatwork's own system, as the web client's users see them."""


TASK_FORM = "[info][title][dtext:task_added][/title][task aid=1 st=open lt=0 ltype=none]作業{}[/task][/info]"

DELETED = "[deleted]"
CHANGES = ("edited", "edited_before", "deleted", "deleted_before")
EDITED, TURNED = "編集された", "「削除」表示に変わった"
FIRST_EDITED, FIRST_DELETED = "保存時点で編集済み(それより前の文面は不明)", "保存時点で「削除」表示(文面は不明)"


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

    def shown(self, at: int) -> tuple[str, int]:
        """Text and update time as shown at a moment."""
        if self.deleted is not None and self.deleted <= at:
            return DELETED, 0
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
    """A room of two or three people, played from a seed, and the looks that the archive had at it."""

    def __init__(self, seed: int) -> None:
        chance = self._chance = random.Random(seed)
        self.seed = seed
        self.people = [CLIENT, OWNER] + ([THIRD] if chance.random() < 0.4 else [])
        self.client_is_named = chance.random() < 0.6
        count = chance.choice((0, 3, 30, 99, 100, 101, 180, 260))
        times = sorted(chance.sample(range(3600, 40 * 86400), count))
        self.posts = [self._post(number, sent) for number, sent in enumerate(times, 1)]
        ends = chance.choice((45, 60)) * 86400
        self._play_items(seed, ends)
        self.looks = sorted({chance.randrange(0, ends) for _ in range(chance.choice((1, 2, 4, 8, 14)))})
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
        if chance.random() < 0.4:
            self._recover()

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
        held = {post.number for post in self.saved}
        lost = [post.number for post in self.posted() if post.number not in held]
        for number in self._chance.sample(lost, min(len(lost), 10)):
            (self.refused if self._chance.random() < 0.3 else self.recovered).add(number)

    def _post(self, number: int, sent: int) -> TruePost:
        chance = self._chance
        author = chance.choice(self.people)
        is_notice = chance.random() < 0.15
        call = f"[To:{THIRD}]{NAMES[THIRD]}さん\n" if THIRD in self.people and chance.random() < 0.1 else ""
        text = chance.choice(FORMS) if is_notice else f"{call}発言{number}"
        post = TruePost(number, author, sent, text, is_notice)
        if not is_notice and chance.random() < 0.1:
            post.edits.append((sent + chance.randrange(1, 10 * 86400), f"書き直し{number}"))
        if not is_notice and chance.random() < 0.1:
            post.deleted = sent + chance.randrange(1, 20 * 86400)
        return post

    # --- the truth -----------------------------------------------------------------------------

    @property
    def last_look(self) -> int:
        """The time of the last look."""
        return self.looks[-1]

    def posted(self, at: int | None = None) -> list[TruePost]:
        """What was posted up to a moment, by default the last look."""
        return self.posts[: bisect_right(self.posts, self.last_look if at is None else at, key=_sent)]

    def window(self, at: int) -> list[TruePost]:
        """What Chatwork's list shows at a moment."""
        return self.posted(at)[-WINDOW:]

    @property
    def is_joined(self) -> bool:
        """Whether each look showed the last post of the look before; else nothing proves what lay between."""
        windows = [one for at in self.looks if (one := self.window(at))]
        return all(before[-1] in after for before, after in pairwise(windows))

    @property
    def recovery_at(self) -> int:
        """When the messages were read one by one."""
        return self.last_look + 3600

    @property
    def saved(self) -> list[TruePost]:
        """What any look showed, and what was read one by one."""
        seen = {post.number: post for at in self.looks for post in self.window(at)}
        return sorted(
            (seen | {post.number: post for post in self.posts if post.number in self.recovered}).values(), key=_number
        )

    def sightings(self, post: TruePost) -> list[int]:
        """The times at which the archive saw a post."""
        place = bisect_left(self.posts, post.sent, key=_sent)
        looks = [at for at in self.looks if 0 <= bisect_right(self.posts, at, key=_sent) - 1 - place < WINDOW]
        return [*looks, self.recovery_at] if post.number in self.recovered else looks

    def name_at(self, author: int, at: int) -> str:
        """The display name of a person at a moment."""
        if author != CLIENT:
            return NAMES[author]
        name = RENAMED if self.renamed is not None and self.renamed <= at else NAMES[CLIENT]
        return name + (CLOSED if self.closed is not None and self.closed <= at else "")

    def names_seen(self, author: int) -> dict[str, int]:
        """Every name that was seen of a person, with the time of the first sight."""
        times = sorted(at for post in self.saved if post.author == author for at in self.sightings(post))
        return {self.name_at(author, at): at for at in reversed(times)}

    @property
    def counterpart(self) -> tuple[int, str] | None:
        """The account that is known as the other side, and why; None if nobody is."""
        others = {post.author for post in self.saved} - {OWNER}
        if self.chosen in others:
            return CLIENT, "entered"
        if self.client_is_named and any(name.removesuffix(CLOSED) == NAMES[CLIENT] for name in self.names_seen(CLIENT)):
            return CLIENT, "name"
        return (next(iter(others)), "only_two") if len(others) == 1 else None

    @property
    def noticed_closing(self) -> int | None:
        """When a name with the ending of closed accounts was first seen."""
        times = [at for name, at in self.names_seen(CLIENT).items() if name.endswith(CLOSED)]
        return min(times, default=None)

    def side(self, author: int) -> str:
        """The word for a person's side, as far as anything tells it."""
        if author == OWNER:
            return "報告者"
        return "相手" if self.counterpart is not None and self.counterpart[0] == author else "参加者"

    def speeches(self, author: int, *, saved: bool) -> list[TruePost]:
        """The speech of a person, all of it or what was saved; one that was never seen with a text is no speech."""
        posts = [post for post in self.saved if self.seen_texts(post) != {"[deleted]"}] if saved else self.posted()
        return [post for post in posts if post.author == author and not post.is_notice]

    def last_answer(self) -> tuple[int, str] | None:
        """The other side's last act that was saved, and what it was; a task that anybody finished may be theirs."""
        assert self.counterpart is not None
        spoken = self.speeches(self.counterpart[0], saved=True)[-1:]
        return max(
            [
                *((post.sent, "speech") for post in spoken),
                *self._items(spoken[0].sent if spoken else -1, self.counterpart[0]),
            ],
            default=None,
        )

    def _items(self, since: int, author: int) -> Iterator[tuple[int, str]]:
        """What the lists of files and tasks showed of a person after a message, and when a task was seen to be done."""
        for post in self.posted():
            first = next(at for at in self.looks if at >= post.sent)
            if post.item and post.author == author and post.sent > since:
                yield post.sent if post.item == "file" or post in self.saved else first, post.item
            done = next((at for at in self.looks if at >= (post.done or 10**9)), None)
            if done is not None and author != OWNER and done > max(since, first):
                yield done, "done"

    def first_unanswered(self) -> int | None:
        """When the reporter first wrote, sent or gave something after the other side's last act."""
        last = self.last_answer()
        since = -1 if last is None else last[0]
        own = [
            post.sent
            for post in self.saved
            if post.author == OWNER and not post.is_notice and post.shown(max(self.sightings(post)))[0] != DELETED
        ]
        own += [at for at, _item in self._items(since, OWNER)]
        return min((at for at in own if at > since), default=None)

    def later_strangers(self) -> Counter[int]:
        """How many messages people of no entered side wrote after the other side's last act."""
        last = self.last_answer()
        known = {OWNER, *(() if self.counterpart is None else self.counterpart[:1])}
        posts = [post for one in {*self.people} - known for post in self.speeches(one, saved=True)]
        return Counter(post.author for post in posts if last is None or post.sent > last[0])

    def seen_texts(self, post: TruePost) -> set[str]:
        """Every text that was seen of a post."""
        return {post.shown(at)[0] for at in self.sightings(post)}

    def changes(self) -> dict[str, Counter[str]]:
        """How many messages of each side changed how, as far as it was seen."""
        found: dict[str, Counter[str]] = {name: Counter() for name in CHANGES}
        for post in self.saved:
            seen = [post.shown(at) for at in self.sightings(post)]
            texts = {text for text, _updated in seen} - {DELETED}
            if any(text == DELETED for text, _updated in seen):
                found["deleted" if texts else "deleted_before"][self.side(post.author)] += 1
            if len(texts) > 1 or any(updated for _text, updated in seen):
                found["edited" if len(texts) > 1 else "edited_before"][self.side(post.author)] += 1
        return found

    def deletions(self) -> Counter[str]:
        """How many deletions were seen as such: of texts that were seen before, and of others."""
        changes = self.changes()
        return Counter({name: changes[name].total() for name in ("deleted", "deleted_before")})

    def events(self) -> list[TrueEvent]:
        """Every change as it was noticed: between which looks it lies."""
        found = []
        for post in self.saved:
            times = self.sightings(post)
            text, updated = post.shown(times[0])
            if text == DELETED or updated:
                found.append(TrueEvent(post, None, times[0], FIRST_DELETED if text == DELETED else FIRST_EDITED))
            for before, at in pairwise(times):
                if post.shown(before)[0] != post.shown(at)[0]:
                    found.append(TrueEvent(post, before, at, TURNED if post.shown(at)[0] == DELETED else EDITED))
        return found

    # --- what the archive saw ------------------------------------------------------------------

    def play(self, maker: ArchiveMaker) -> None:
        """Let the program read the list of the room at every look."""
        maker.me()
        client = "田中" if self.client_is_named else None
        approved = self.approved.strftime("%Y-%m-%d %H:%M")
        maker.contract("job1", platform="crowdworks", client=client, contact_approved_on=approved)
        maker.room("案件")
        for at in self.looks:
            room = Room(room_id=RoomId(ROOM), message_num=len(self.posted(at)))
            context = self._context(maker, at)
            pull_messages(context, room, RoomReport(ROOM))
            with maker.archive.writing() as writing:
                write_steady_visits(context, writing)
                self._list_items(writing, at)
        if self.recovered | self.refused:
            self._play_recovery(maker)
        if self.delivered is not None:
            day = (BEGIN + timedelta(days=self.delivered)).date().isoformat()
            with maker.archive.writing() as writing:
                statements.add_delivery(writing, "job1", Delivery(0, day), at=_moment(self.recovery_at))

    def _list_items(self, writing: Writing, at: int) -> None:
        """Record what the lists of files and tasks show at a look, as far as it changed."""
        before = max((one for one in self.looks if one < at), default=-1)
        found = []
        for post in self.posted(at):
            is_new = post.sent > before
            if post.item and (is_new or (post.done is not None and before < post.done <= at)):
                payload = {"object": _item(self, post, at), "state": "present", "source": "list"}
                found.append(Observation(post.item, f"{post.item}/{post.number}", payload, ROOM))
        if found:
            writer.append(writing, found, account_id=OWNER, at=_moment(at))

    def _context(self, maker: ArchiveMaker, at: int) -> PullContext:
        return PullContext(maker.archive, _Replies(self, at), lambda: _moment(at), OWNER)

    def _play_recovery(self, maker: ArchiveMaker) -> None:
        """Let the program read messages one by one by their ids."""
        context = self._context(maker, self.recovery_at)
        places = {(ROOM, 1_000_000 + number): Origin.RECOVERED for number in sorted(self.recovered | self.refused)}
        with maker.archive.writing() as writing:
            backfill_queue.enqueue(writing, places, rooms=[ROOM], at=context.now())
            items = backfill_queue.due_items(writing, [ROOM], at=context.now(), limit=len(places))
        for item in items:
            read_queued(context, item, RoomReport(ROOM))


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
        rows = [_object(self._dispute, post, self._at) for post in self._dispute.window(self._at)]
        body = json.dumps(rows).encode("ascii")
        path = f"/rooms/{room_id}/messages?force=1"
        return read_listing(Reply(path, 200 if rows else 204, body if rows else b"", {}, _moment(self._at)), Message)


def blank_archive(template: Path, home: Path) -> ArchiveMaker:
    """A copy of an empty archive, which is quicker than to make one."""
    if not template.exists():
        ArchiveMaker(template)
    shutil.copytree(template, home)
    maker = ArchiveMaker.__new__(ArchiveMaker)
    maker.home, maker.account_id = home, OWNER
    maker.archive = Archive(home)
    return maker


def report_of(reading: Reading, name: str = "job1", **changed: Any) -> tuple[ReportInput, MessageStatistics]:
    """The input of the report of a contract and its statistics, made as a package makes them, without its files."""
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
        at=BEGIN,
    )
    source = SourceEntries(reading, recipe.scope, recipe.upto)
    source.gather(name, lambda _line: None)
    statistics = PackageStatistics(source, lambda: None, kept=KeptHistories(), checked=True)
    deque(statistics.read_histories(), maxlen=0)
    case = report_input(PackageInput(reading, recipe, source, statistics, CopiedFiles(), (), lambda: None))
    return case, survey_messages(case)


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
        file = {"file_id": post.number, "account": by, "message_id": message, "filename": f"{post.number}.png"}
        return file | {"filesize": 1, "upload_time": sent}
    task = {"task_id": post.number, "account": by, "assigned_by_account": by, "message_id": message}
    status = "done" if post.done is not None and post.done <= at else "open"
    return task | {"body": f"作業{post.number}", "limit_time": 0, "limit_type": "none", "status": status}


def _moment(seconds: int) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def _number(post: TruePost) -> int:
    return post.number


def _sent(post: TruePost) -> int:
    return post.sent
