"""What vouches for the texts of a message."""

from __future__ import annotations

from pathlib import Path

from archiver.store import seals
from archiver.store.queries.viewing.messages import proofs, room_end
from archiver.store.working.stamp_queue import DueStamp, StampFacts, keep_stamp
from tests.support.archives.maker import ROOM, ArchiveMaker, at, message_object


def test_each_text_has_its_entry_its_seal_and_its_times(tmp_path: Path) -> None:
    """The first text lies in a stamped seal, the second in none yet."""
    maker = ArchiveMaker(tmp_path / "home")
    first = maker.sync([message_object(7, "はい")], minutes=1)[1]
    (closed,) = seals.close_seals(maker.archive, now=at(2))
    keep_stamp(maker.archive, DueStamp(closed, "freetsa"), b"reply", StampFacts(at(3), "0" * 64), pem=[])
    second = maker.sync([message_object(7, "いいえ", update_time=5)], changed={7: "edited"}, minutes=4)[1]
    with maker.archive.reading() as reading:
        found = proofs(reading, ROOM, 7)
        end = room_end(reading, ROOM)
        nothing = (proofs(reading, ROOM, 8), room_end(reading, 5).read_at)
    maker.archive.close()

    assert [(first.seq, first.digest, 1), (second.seq, second.digest, None)] == [one[:3] for one in found]
    assert [("freetsa", at(3))] == [tuple(time) for time in found[0].times]
    assert (closed.day, (), None) == (found[0].day, found[1].times, found[1].day)
    assert (at(4), closed.last) == (end.read_at, end.sealed)
    assert ([], None) == nothing
