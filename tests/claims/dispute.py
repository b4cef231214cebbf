"""A dispute with its whole truth, and an archive that saw a part of it through the pull of the program.

The truth comes from this module's own log of what was posted, edited and deleted; it uses nothing of
`evidence.history`, `chatwork.notation` or `claims`.
"""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archiver.chatwork.client import Client, Listing, read_listing
from archiver.chatwork.models import Message, Room
from archiver.export.package.copied_files import CopiedFiles
from archiver.export.package.entry_reader import PackageStatistics, SourceEntries
from archiver.export.package.order import ExportOrder
from archiver.export.package.package_input import PackageInput
from archiver.export.package.recipe import make_recipe
from archiver.export.package.report_input import report_input
from archiver.export.report.input import ReportInput
from archiver.export.report.statistics import MessageStatistics, survey_messages
from archiver.records import Reply, RoomId
from archiver.store import seals
from archiver.store.archive import Archive, Reading
from archiver.store.queries import contracts
from archiver.sync.pull.context import PullContext
from archiver.sync.pull.messages import pull_messages
from archiver.sync.report import RoomReport
from tests.support.archives.maker import CLIENT, OWNER, ROOM, ArchiveMaker

THIRD = 555
NAMES = {CLIENT: "田中", OWNER: "yamada", THIRD: "佐藤"}
BEGIN = datetime(2026, 10, 1, 0, 0, tzinfo=UTC)
WINDOW = 100
FORMS = (
    "[info][title][dtext:file_uploaded][/title][download:7]a.png (1 KB)[/download][/info]",
    "[info][title][dtext:chatroom_chat_edited][/title][dtext:chatroom_chatname_is]案件[dtext:chatroom_set][/info]",
)
"""Posts of Chatwork's own system, as the web client's users see them."""


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

    def shown(self, at: int) -> tuple[str, int]:
        """Text and update time as shown at a moment."""
        if self.deleted is not None and self.deleted <= at:
            return "[deleted]", 0
        before = [(time, text) for time, text in self.edits if time <= at]
        return (before[-1][1], before[-1][0]) if before else (self.text, 0)


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
        self.looks = sorted({chance.randrange(0, ends) for _ in range(chance.choice((1, 2, 4, 8)))})
        self.approved = BEGIN + timedelta(days=chance.randrange(0, 40))

    def _post(self, number: int, sent: int) -> TruePost:
        chance = self._chance
        author = chance.choice(self.people)
        is_notice = chance.random() < 0.15
        post = TruePost(number, author, sent, chance.choice(FORMS) if is_notice else f"発言{number}", is_notice)
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
        return [post for post in self.posts if post.sent <= (self.last_look if at is None else at)]

    def window(self, at: int) -> list[TruePost]:
        """What Chatwork's list shows at a moment."""
        return self.posted(at)[-WINDOW:]

    @property
    def saved(self) -> list[TruePost]:
        """What any look showed."""
        return sorted({post.number: post for at in self.looks for post in self.window(at)}.values(), key=_number)

    @property
    def counterpart_is_known(self) -> bool:
        """Whether anything tells who the other side is: a name, or that only one other person was ever seen."""
        others = {post.author for post in self.saved} - {OWNER}
        return others == {CLIENT} or (self.client_is_named and CLIENT in others) or others == {THIRD}

    def speeches(self, author: int, *, saved: bool) -> list[TruePost]:
        """The speech of a person, all of it or what was saved; one that was never seen with a text is no speech."""
        posts = [post for post in self.saved if self.seen_texts(post) != {"[deleted]"}] if saved else self.posted()
        return [post for post in posts if post.author == author and not post.is_notice]

    def seen_texts(self, post: TruePost) -> set[str]:
        """Every text that a look showed of a post."""
        return {post.shown(at)[0] for at in self.looks if post in self.window(at)}

    def deletions(self) -> Counter[str]:
        """How many deletions were seen as such: of texts that were seen before, and of others."""
        found: Counter[str] = Counter()
        for post in self.saved:
            texts = self.seen_texts(post)
            if "[deleted]" in texts:
                found["deleted" if len(texts) > 1 else "deleted_before"] += 1
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
            transport = _Replies(self, at)
            context = PullContext(maker.archive, transport, lambda at=at: _moment(at), OWNER)  # type: ignore[misc]
            room = Room(room_id=RoomId(ROOM), message_num=len(self.posted(at)))
            pull_messages(context, room, RoomReport(ROOM))


class _Replies(Client):
    """Answers the one call of a look."""

    def __init__(self, dispute: Dispute, at: int) -> None:
        self._dispute, self._at = dispute, at

    def messages(self, room_id: RoomId) -> Listing[Message]:
        rows = [_object(post, self._at) for post in self._dispute.window(self._at)]
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
    statistics = PackageStatistics(source, lambda: None, checked=True)
    for group in statistics.groups():
        statistics.build_history(group)
    case = report_input(PackageInput(reading, recipe, source, statistics, CopiedFiles(), (), lambda: None))
    return case, survey_messages(case)


def _object(post: TruePost, at: int) -> dict[str, object]:
    body, updated = post.shown(at)
    return {
        "message_id": str(1_000_000 + post.number),
        "account": {"account_id": post.author, "name": NAMES[post.author], "avatar_image_url": ""},
        "body": body,
        "send_time": int(_moment(post.sent).timestamp()),
        "update_time": int(_moment(updated).timestamp()) if updated else 0,
    }


def _moment(seconds: int) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def _number(post: TruePost) -> int:
    return post.number
