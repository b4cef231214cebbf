"""The filter 返事待ち: each chat in which the last act is the other side's."""

from __future__ import annotations

import re
from pathlib import Path

from archiver.records import JsonObject
from tests.support.archives.maker import CLIENT, OWNER, ArchiveMaker, file_object, message_object
from tests.support.viewer.client import open_viewer

THIRD = 555
Said = tuple[int, str]
"""Who wrote, and what."""

ASKED, ANSWERED, LEFT = (CLIENT, "いかがでしょうか"), (OWNER, "承知しました"), "[info][dtext:chatroom_leaved][/info]"
CASES: dict[str, tuple[list[Said], bool]] = {
    "theirs last": ([ANSWERED, ASKED], True),
    "mine last": ([ASKED, ANSWERED], False),
    "their deleted one last": ([ANSWERED, (CLIENT, "[deleted]")], False),
    "my deleted one last": ([ASKED, (OWNER, "[deleted]")], True),
    "only a post of the system in their name after mine": ([ASKED, ANSWERED, (CLIENT, LEFT)], False),
    "a post of the system in my name after theirs": ([ASKED, (OWNER, LEFT)], True),
    "a third person after theirs": ([ASKED, (THIRD, "横から失礼します")], True),
    "a third person after mine": ([ASKED, ANSWERED, (THIRD, "横から失礼します")], False),
    "nothing of theirs": ([ANSWERED], False),
    "nothing": ([], False),
}


def messages_of(room: int, said: list[Said]) -> list[JsonObject]:
    """Messages a minute apart; later rooms a little later."""
    return [
        message_object(room * 10 + number, body, sent=room + number, account=who, name=f"人{who}")
        for number, (who, body) in enumerate(said)
    ]


def test_a_chat_waits_where_the_last_act_is_theirs(tmp_path: Path) -> None:
    """Of a job every chat by itself: an answer in one leaves the others; chats of ended jobs wait for nobody."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    rooms = {name: 1000 + 100 * number for number, name in enumerate([*CASES, "a file of theirs", "ended"])}
    maker.contract("job1", [*rooms.values()][:-1], client=f"人{CLIENT}")
    maker.contract("job2", [rooms["ended"]], client=f"人{CLIENT}", state="ended")
    for name, room in rooms.items():
        maker.room(name, room=room)
        for who in (OWNER, CLIENT, THIRD):
            maker.member(who, f"人{who}", room=room)
        said, _expected = CASES.get(name, ([ASKED] if name == "ended" else [ASKED, ANSWERED], True))
        maker.sync(messages_of(room, said), room=room, minutes=9000)
    late = file_object(7, "修正.pdf", 3, sent=5000, message_id=77)
    maker.file(late, b"pdf", room=rooms["a file of theirs"], minutes=9001)
    maker.archive.close()

    with open_viewer(maker.home) as browser:
        page = browser.get("/conversations?waiting=1")

    shown = set(re.findall(r"<b class=\"one\"><bdi>(.*?)</bdi>", page))
    expected = {name for name, (_said, waits) in CASES.items() if waits} | {"a file of theirs"}
    assert expected == shown


def test_where_no_chat_waits_it_is_not_said_that_none_is_saved(tmp_path: Path) -> None:
    """A chat is saved, and nobody wrote in it."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.contract("job1", client="人")
    maker.room("動画")
    maker.archive.close()

    with open_viewer(maker.home) as browser:
        page = browser.get("/conversations?waiting=1")

    assert "No chat waits for you" in page
    assert "No chat is saved yet" not in page
