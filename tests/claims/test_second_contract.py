"""A second contract in the room of a random dispute, with a part of its time: claims against the truth of that part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.claims import messages
from archiver.records import CaseFacts, CaseSide, ChangeKind, ContractRoom, MessageKind, RoomId
from archiver.store import seals
from archiver.store.queries import contracts
from archiver.store.queries.contract_activity import activity_of
from tests.claims.dispute import BEGIN, DAY, Dispute, blank_archive, report_of
from tests.support.archives.maker import OWNER, ROOM

SEEDS = range(12)


class SecondContract:
    """The facts of a later contract by query and by fold, the messages of its report, and when its time began."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.dispute = Dispute(seed)
        self.start = (seed * 7 % 40) * DAY
        maker = blank_archive(folder / "blank", folder / str(seed))
        self.dispute.play(maker)
        later = ContractRoom(RoomId(ROOM), start=BEGIN + timedelta(seconds=self.start))
        maker.contract("job2", [later], platform="crowdworks", client="田中" if self.dispute.client_is_named else None)
        seals.close_seals(maker.archive, now=BEGIN + timedelta(seconds=self.dispute.recovery_at + 60))
        with maker.archive.reading() as reading:
            self.queried = activity_of(reading, contracts.find_contract(reading, "job2")).facts
            case, statistics = report_of(reading, "job2")
            self.folded = statistics.facts
            self.ids = [int(message.message_id) for room in case.rooms for message in room.messages()]
        maker.archive.close()

    def falsehoods(self) -> Iterator[str]:
        """What is false, or not the same on a screen and in a package."""
        inside = [post for post in self.dispute.saved if post.sent >= self.start]
        if self.ids != [1_000_000 + post.number for post in inside]:
            yield "messages of the other contract"
        for name, facts in (("query", self.queried), ("fold", self.folded)):
            first, count = messages.first_message(facts).value, messages.message_count(facts).value
            true_first = self.dispute.saved[:1]
            if (None if first is None else int(first.message_id)) != (
                1_000_000 + true_first[0].number if true_first else None
            ):
                yield f"{name}: the first message is not that of the room"
            notices = sum(post.is_notice and post.author != OWNER for post in inside)
            if (count.total(), count[MessageKind.NOTICE]) != (len(inside), notices):
                yield f"{name}: counts"
        if _told(self.queried) != _told(self.folded):
            yield "query and fold differ"


def _told(facts: CaseFacts) -> tuple[object, ...]:
    """Everything a claim tells of these facts, without the numbers of a package."""
    first, reply = messages.first_message(facts), messages.last_reply(facts)
    posts = [None if one.value is None else (one.value.message_id, one.value.at, one.missing) for one in (first, reply)]
    sides = {side: Counter[MessageKind]() for side in CaseSide}
    for account, author in facts.authors.items():
        sides[facts.side(account)] += author.posts
    changed = {kind: messages.changes(facts, kind).value for kind in ChangeKind}
    return posts, messages.message_count(facts), messages.contact(facts).value, sides, changed


@pytest.mark.drawn
def test_a_second_contract_tells_its_own_part(tmp_path: Path) -> None:
    """The room's first message counts, everything else is of its period, and screens and packages agree."""
    found = {seed: wrong for seed in SEEDS if (wrong := list(SecondContract(seed, tmp_path).falsehoods()))}

    assert {} == found


@pytest.mark.slow
def test_many_second_contracts_tell_their_own_part(tmp_path: Path) -> None:
    """The same for 500."""
    assert {} == {s: wrong for s in range(12, 512) if (wrong := list(SecondContract(s, tmp_path).falsehoods()))}
