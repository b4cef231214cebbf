"""An old message shows nobody's later name, on a page and in a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archiver.cli.reading.search import tell_messages
from archiver.store.queries.transcript import transcript_messages
from archiver.store.queries.viewing.people import names_over_time
from tests.support.archives.maker import CLIENT, ROOM, ArchiveMaker, message_object
from tests.support.viewer.client import open_viewer


def test_who_is_mentioned_goes_by_the_name_of_that_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A closed account's mark stands in what was written after it was seen, and not before."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.contract()
    maker.room("動画")
    maker.account(CLIENT, "田中")
    first, later = (message_object(n, f"{n}番目 [piconname:{CLIENT}]さん", sent=sent) for n, sent in ((1, 5), (2, 130)))
    maker.sync([first], minutes=6)
    maker.account(CLIENT, "田中(解約済)", minutes=121)
    maker.sync([first, later], minutes=140)
    with maker.archive.reading() as reading:
        tell_messages(transcript_messages(reading, ROOM), names_over_time(reading, ROOM))
    maker.archive.close()
    with open_viewer(maker.home) as browser:
        page = browser.get(f"/room/{ROOM}").partition('class="flow"')[2]

    for shown in (capsys.readouterr().out, page):
        named = re.findall(r"(\d)番目 (?:<[^>]+>)*(田中(?:\(解約済\))?)", shown)
        assert [("1", "田中"), ("2", "田中(解約済)")] == named
