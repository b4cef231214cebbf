"""Candidates for a term: the earliest messages that hold one of its words, with the index as without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.store.engine import driver_connection
from archiver.store.search.contract_term_candidates import term_candidates
from tests.support.archives.maker import ROOM, ArchiveMaker, message_object

WORDS = ("報酬", "金額")


@pytest.fixture
def maker(tmp_path: Path) -> ArchiveMaker:
    """A chat in which the word also stands in an edited text, and in a message that was recovered afterwards."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.room("動画編集_田中様")
    texts = ((10, "報酬は五万円"), (20, "はい"), (30, "金額の件"), (40, "報酬の話"), (50, "よろしく"))
    maker.sync([message_object(number, body, sent=number) for number, body in texts], minutes=60)
    edited = message_object(20, "はい、金額も", sent=20, update_time=1_800_000_000)
    maker.sync([edited], changed={20: "edited"}, minutes=70)
    maker.sync([message_object(5, "報酬について", sent=5)], minutes=80)
    return maker


def found(maker: ArchiveMaker, limit: int) -> list[str]:
    """The ids of the candidates."""
    with maker.archive.reading() as reading:
        return [str(one.message_id) for one in term_candidates(reading, [ROOM], WORDS, limit=limit)]


@pytest.mark.parametrize(("limit", "ids"), [(1, ["5"]), (3, ["5", "10", "20"]), (9, ["5", "10", "20", "30", "40"])])
def test_the_earliest_come_first_however_late_they_were_saved(maker: ArchiveMaker, limit: int, ids: list[str]) -> None:
    """Recovered and edited messages stand where they were sent."""
    assert ids == found(maker, limit)


def test_without_the_index_the_same_is_found(maker: ArchiveMaker) -> None:
    """Every text is looked at then."""
    with maker.archive.writing() as writing:
        driver_connection(writing.sql).execute("DELETE FROM memory WHERE key = 'search'")

    assert ["5", "10", "20"] == found(maker, 3)


def test_the_excerpt_is_of_the_text_that_holds_the_word(maker: ArchiveMaker) -> None:
    """Of an edited message that is the text after the edit."""
    with maker.archive.reading() as reading:
        candidates = term_candidates(reading, [ROOM], WORDS, limit=3)

    assert ["報酬について", "報酬は五万円", "はい、金額も"] == [one.excerpt for one in candidates]
