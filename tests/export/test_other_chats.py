"""What a package says of direct chats with the counterpart that are not saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.records import AccountId, Observation, OtherChat, RoomId
from archiver.render.snippet import MAX_NAMED, other_chat_texts
from tests.support.archives.maker import CLIENT, OTHER_ROOM, at, story

TITLE = "同じ相手との、保存対象外のチャット"
DIRECT = 555000111
STRANGER = 9_990_001


@pytest.mark.drawn
def test_a_package_names_the_chat_with_its_people_and_no_other(tmp_path: Path) -> None:
    """In the limits of the text for people and in the index of the pages; entries about contacts stay outside."""
    maker = story(tmp_path / "home")
    for account, room in ((CLIENT, DIRECT), (STRANGER, 555000222)):
        payload = {"account_id": account, "state": "present", "other_chat": room}
        maker.append([Observation("contact", f"contact/{account}", payload)], minutes=200)

    report = export(
        maker.archive, ExportOrder(contract="job1", profile="lawyer", out=tmp_path / "out"), now=lambda: at(300)
    )

    folder = Path(report.path)
    readme = (folder / "00_README.txt").read_text("utf-8-sig")
    index = (folder / "data/transcript/index.html").read_text("utf-8")
    entries = (folder / "data/entries.jsonl").read_text("utf-8")
    for text in (readme, index):
        assert TITLE in text
        assert str(DIRECT) in text
    assert not [number for number in ("555000222", str(STRANGER)) if number in readme + index + entries]
    assert str(DIRECT) not in entries


@pytest.mark.drawn
def test_a_chat_that_was_contracted_since_is_not_named(tmp_path: Path) -> None:
    """The other room of the story belongs to a contract of its own."""
    maker = story(tmp_path / "home")
    payload = {"account_id": CLIENT, "state": "present", "other_chat": OTHER_ROOM}
    maker.append([Observation("contact", f"contact/{CLIENT}", payload)], minutes=200)

    report = export(
        maker.archive, ExportOrder(contract="job1", profile="lawyer", out=tmp_path / "out"), now=lambda: at(300)
    )

    assert TITLE not in (Path(report.path) / "00_README.txt").read_text("utf-8-sig")


def test_a_long_row_of_chats_is_counted() -> None:
    """A room of a hundred does not fill the page."""
    found = [OtherChat(AccountId(number), RoomId(number + 1000)) for number in range(MAX_NAMED + 3)]

    actual = other_chat_texts(found)

    assert MAX_NAMED + 1 == len(actual)
    assert actual[-1].endswith("ほか3件。")
    assert [] == other_chat_texts([])
