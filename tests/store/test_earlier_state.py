"""The archive as it was at an earlier entry answers every question as it did then."""

from __future__ import annotations

from pathlib import Path

from archiver.store.earlier_state import earlier_state
from archiver.store.queries import contracts, package_entries
from archiver.store.queries.entries import last_seq
from archiver.store.seals import close_seals, seals
from tests.support.archives.maker import ROOM, at, message_object, story


def test_what_came_later_is_not_in_it(tmp_path: Path) -> None:
    """Neither entries nor replies, nor what the readable tables say because of them."""
    maker = story(tmp_path / "home")
    close_seals(maker.archive, now=at(300))
    with maker.archive.reading() as reading:
        upto, reply = last_seq(reading), package_entries.last_reply(reading)
        before = (contracts.contracts(reading), package_entries.covered_periods(reading, ROOM), seals(reading))
    maker.contract("job1", title="別の題")
    maker.sync([message_object(9, "あとの話", sent=500)], minutes=510)
    close_seals(maker.archive, now=at(600))

    with maker.archive.reading() as reading, earlier_state(reading, upto=upto, last_reply=reply) as earlier:
        after = (contracts.contracts(earlier), package_entries.covered_periods(earlier, ROOM), seals(earlier))
        numbers = (last_seq(earlier), package_entries.last_reply(earlier))

    assert before == after
    assert (upto, reply) == numbers
