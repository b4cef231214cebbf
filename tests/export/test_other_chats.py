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
    """In the limits of the text for people and in the index; not in the records, nor a chat of another job."""
    texts = []
    for name, chats in (("a", ((CLIENT, DIRECT), (STRANGER, 555000222))), ("b", ((CLIENT, OTHER_ROOM),))):
        maker = story(tmp_path / name)
        for account, room in chats:
            payload = {"account_id": account, "state": "present", "other_chat": room}
            maker.append([Observation("contact", f"contact/{account}", payload)], minutes=200)
        order = ExportOrder(contract="job1", profile="lawyer")
        folder = Path(export(maker.archive, order, now=lambda: at(300)).path)
        names = ("00_README.txt", "data/transcript/index.html", "data/entries.jsonl")
        texts.append([(folder / one).read_text("utf-8-sig") for one in names])

    (readme, index, entries), (contracted, *_rest) = texts
    for text in (readme, index):
        assert TITLE in text
        assert str(DIRECT) in text
    assert not [number for number in ("555000222", str(STRANGER)) if number in readme + index + entries]
    assert str(DIRECT) not in entries
    assert TITLE not in contracted


def test_a_long_row_of_chats_is_counted() -> None:
    """A room of a hundred does not fill the page."""
    found = [OtherChat(AccountId(number), RoomId(number + 1000)) for number in range(MAX_NAMED + 3)]

    actual = other_chat_texts(found)

    assert MAX_NAMED + 1 == len(actual)
    assert actual[-1].endswith("ほか3件。")
    assert [] == other_chat_texts([])
