"""A room of a random dispute that closes after unseen messages, beside a second room that lives: what may be said."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.claims.messages import Knowledge, days_waiting, last_reply, message_count, turn
from archiver.export.report import record, summary
from archiver.records import Observation
from archiver.store import seals
from archiver.store.queries import contracts
from archiver.store.queries.contract_activity import activity_of
from tests.claims.artifacts import page_lines_of
from tests.claims.dispute import BEGIN, DAY, Dispute, blank_archive, report_of
from tests.support.archives.maker import BEGIN as MADE
from tests.support.archives.maker import CLIENT, OTHER_ROOM, OWNER, ROOM, message_object

SEEDS = (9, 24, 46, 58, 72)


class ClosedRoom:
    """The dispute's room, closed some hours after its last look, and another one with a few later messages."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.dispute, chance = Dispute(seed), random.Random(seed)
        self.maker = blank_archive(folder / "blank", folder / str(seed))
        self.dispute.play(self.maker)
        self.looked = self.dispute.last_look
        self.closed = self.dispute.recovery_at + chance.randrange(2, 200) * 3600
        self.maker.contract("job1", [ROOM, OTHER_ROOM], platform="lancers", client="田中")
        gone = {"object": {}, "state": "gone", "source": "list"}
        self.maker.append(
            [Observation("room.inaccessible", f"room/{ROOM}", gone, ROOM)], minutes=self._minutes(self.closed)
        )
        self.maker.room("別のチャット", room=OTHER_ROOM, minutes=self._minutes(self.closed + 60))
        self.later = [
            (chance.choice((CLIENT, OWNER)), self.closed + number * 3600) for number in range(chance.randrange(3))
        ]
        objects = [
            message_object(2_000_000 + number, f"別件{number}", sent=self._minutes(at), account=account)
            for number, (account, at) in enumerate(self.later)
        ]
        self.seen = self.closed + 10 * 3600
        self.maker.sync(objects, room=OTHER_ROOM, minutes=self._minutes(self.seen))
        seals.close_seals(self.maker.archive, now=BEGIN + timedelta(seconds=self.seen + 60))

    def _minutes(self, seconds: int) -> float:
        """Seconds of the dispute as minutes of the maker of archives."""
        return (BEGIN + timedelta(seconds=seconds) - MADE).total_seconds() / 60

    def falsehoods(self) -> Iterator[str]:
        """What is false in the facts of screens or packages, or on page 1."""
        with self.maker.archive.reading() as reading:
            queried = activity_of(reading, contracts.find_contract(reading, "job1")).facts
            case, statistics = report_of(reading)
        case = replace(case, created_at=BEGIN + timedelta(seconds=self.seen + 20 * DAY))
        saved = len(self.dispute.saved) + len(self.later)
        for name, facts in (("query", queried), ("fold", statistics.facts)):
            count, reply, whose = message_count(facts), last_reply(facts), turn(facts)
            if (
                count.knowledge is not Knowledge.SAVED
                or count.missing.closed_rooms != 1
                or count.value.total() != saved
            ):
                yield f"{name}: counts"
            if reply.is_whole or whose.is_whole or not whose.value.is_closed:
                yield f"{name}: told as whole"
            if facts.known_until != BEGIN + timedelta(seconds=self.looked):
                yield f"{name}: known until {facts.known_until}"
            days = days_waiting(whose, case.created_at)
            if days is not None and whose.value.asked is not None:
                last = [at for account, at in self.later if account == CLIENT][-1:]
                if last and whose.value.asked.post.at <= BEGIN + timedelta(seconds=last[0]):
                    yield f"{name}: unanswered although they wrote later in the other room"
        page = "\n".join(page_lines_of([summary.chapter(case, statistics)]))
        if re.search(r"から\d+日、返信がありません", page) or "相手からの返信がないため" in page:
            yield "page 1: silence up to now"
        if "相手の最後のメッセージは" in page and "保存できた相手の最後のメッセージは" not in page:
            yield "page 1: the last message of all"
        if f"全{saved}件" in page or "開けなくなったチャット1つの件数不明分" not in page:
            yield "page 1: counts"
        if "確認していない時間が" not in page or "開けなくなる前の、" not in "\n".join(
            page_lines_of([record.limits(case, statistics)])
        ):
            yield "the time before the closing is not told"
        self.maker.archive.close()


def test_a_closed_room_makes_all_counts_and_silences_those_of_what_was_saved(tmp_path: Path) -> None:
    """Nothing is told as whole, and no sentence says that nothing was written since."""
    assert {} == {seed: wrong for seed in SEEDS if (wrong := list(ClosedRoom(seed, tmp_path).falsehoods()))}


@pytest.mark.slow
def test_many_closed_rooms(tmp_path: Path) -> None:
    """The same for 300."""
    found = {s: wrong for s in range(300) if Dispute(s).saved and (wrong := list(ClosedRoom(s, tmp_path).falsehoods()))}
    assert {} == found
