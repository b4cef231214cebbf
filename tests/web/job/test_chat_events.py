"""What happened in the chats of a job, in which words: when a change was seen, and whose it was."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from archiver.evidence.tables.events import EventKind
from archiver.records import MessageId, Observation
from archiver.render.times import local_time
from archiver.store.archive import Archive
from archiver.store.queries.viewing.change_events import TimelineEvent
from archiver.web.job.chat_events import GROUPS, Row, event_text, newest_lines
from tests.support.archives.maker import CLIENT, ROOM, story
from tests.support.viewer.client import open_viewer
from tests.support.world import running_world


def lines(home: Path, room: int) -> list[Row]:
    """Those of a chat, as the page of its job gets them."""
    with open_viewer(home) as browser, browser.client.application.test_request_context(), Archive(home).reading() as it:
        return newest_lines(it, [room])


def test_an_account_goes_by_its_name_where_the_entry_tells_only_its_number(tmp_path: Path) -> None:
    """A contact that is no more one."""
    maker = story(tmp_path / "home")
    for minutes, state in ((400, "present"), (401, "gone")):
        payload = {"account_id": CLIENT, "state": state}
        maker.append([Observation("contact", f"contact/{CLIENT}", payload)], minutes=minutes)
    maker.archive.close()

    assert "<bdi>田中</bdi> was not among your contacts any more" in lines(maker.home, ROOM)[0]["words"]


def test_what_vanished_stood_there_at_the_last_list_before(tmp_path: Path) -> None:
    """The last list that still showed it, though that list brought nothing new."""
    with running_world(tmp_path / "home") as world:
        _first, second, _third = world.posts(3)
        world.sync()
        world.clock.pass_by(minutes=5)
        world.sync(full=True)
        world.clock.pass_by(minutes=5)
        world.chatwork.vanish(second)
        world.sync(full=True)
        last_list = max(one["payload"]["last"] for one in world.entries("steady"))

    (line,) = [one for one in lines(tmp_path / "home", world.room) if one["kind"] is EventKind.MISSING]

    assert line["since"] is not None
    assert f"2026-07-01 12:{last_list[14:19]}" == local_time(line["since"])  # 03:00 UTC is noon in Tokyo


AT = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)

WORDS = {
    EventKind.EDITED: "The text of a message by X had changed.",
    EventKind.TOUCHED: "The time of the last edit of a message by X had changed; its text is the same.",
    EventKind.FILE_REMOVED: "A file or task sent by X had changed to “deleted”.",
    EventKind.DELETED: "A message by X had changed to “deleted”.",
    EventKind.MISSING: "A message by X was not shown any more (reason unknown).",
    EventKind.FIRST_MISSING: "A message by X was not shown any more (reason unknown).",
    EventKind.SHOWN_AGAIN: "A message by X was shown again.",
    EventKind.FIRST_EDITED: "A message by X was already edited when it was first saved "
    "(the text before that is unknown).",
    EventKind.FIRST_DELETED: "A message by X was already “deleted” when it was first saved (its text is unknown).",
    EventKind.GAP_OPENED: "A gap (a period that could not be saved) between two messages: 1, and 2.",
    EventKind.GAP_NARROWED: "One of the messages in the gap before this one could be saved after all: 2.",
    EventKind.GAP_CLOSED: "The gap before this message is closed, everything in it was seen: 2.",
    EventKind.ERASED: "You erased 0 saved messages between two others: 1, and 2.",
    EventKind.INACCESSIBLE: "The chat could not be opened any more (reason unknown).",
    EventKind.ACCESSIBLE: "The chat could be opened again.",
    EventKind.ROOM_RENAMED: "The name of the chat had changed.",
    EventKind.ROOM_DESCRIBED: "The description of the chat had changed.",
    EventKind.ROOM_TYPE: "The kind of the chat had changed.",
    EventKind.JOINED: "X was among the members.",
    EventKind.LEFT: "X was not among the members any more (reason unknown).",
    EventKind.RENAMED: "The display name of 1 had changed.",
    EventKind.ROLE: "The role of X had changed.",
    EventKind.ORGANIZATION: "The organisation of X had changed.",
    EventKind.DEPARTMENT: "The department of X had changed.",
    EventKind.CONTACT: "X was among your contacts.",
    EventKind.NO_CONTACT: "X was not among your contacts any more (reason unknown).",
    EventKind.FILE_GONE: "The file X was not shown any more (reason unknown).",
    EventKind.FILE_BACK: "The file X was shown again.",
    EventKind.FILE_REPLACED: "The file X was listed with another size or time.",
    EventKind.FILE_RENAMED: "The name of a file had changed.",
    EventKind.FILE_LOST: "The bytes of the file 9 could not be saved: 2",
}


def event(kind: EventKind, **facts: Any) -> TimelineEvent:
    """One with something in every field."""
    sample = TimelineEvent(3, AT, kind, 5, MessageId("6"), 7, 9, before="1", after="2", about="X")
    return sample._replace(**facts)


def plain(html: str) -> str:
    """The words that are read."""
    return unescape(re.sub("<[^>]*>", "", html))


@pytest.mark.parametrize("kind", WORDS)
def test_every_kind_has_its_sentence(kind: EventKind) -> None:
    """Each with what it is about; nobody is named as the one who did it, but where the user did."""
    assert WORDS[kind] == plain(event_text(event(kind)).sentence)
    assert not re.search(r"X (changed|deleted|removed|edited|left|withdrew)|because|(deleted|edited) by", WORDS[kind])


def test_every_kind_has_its_group() -> None:
    """Each belongs to one group, and has a teller; tasks and what the plan hides are told elsewhere."""
    grouped = [kind for kinds in GROUPS for kind in kinds]

    told = {kind for kinds in GROUPS for kind, sentence in kinds.items() if sentence}
    elsewhere = {EventKind.TASK_GONE, EventKind.TASK_BACK, EventKind.HIDDEN, EventKind.FIRST_HIDDEN}
    assert set(EventKind) - elsewhere == set(grouped) == told | {EventKind.ERASED}
    assert len(grouped) == len(set(grouped))


def test_a_strangers_name_is_words() -> None:
    """Markup, braces and marks of direction in a name change nothing but the name."""
    actual = event_text(event(EventKind.JOINED, about="<b>{name}\u202e" + "長" * 200)).sentence

    assert actual.startswith("<bdi>&lt;b&gt;{name}[U+202E]長")
    assert len(actual) < 250


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"before": "", "about": "1200"}, "from the beginning of the chat to a message: 2."),
        ({"about": "1200"}, "about 1,200 messages are missing"),
        ({"about": "1"}, "about 1 message is missing"),
    ],
)
def test_a_gap_tells_its_ends_and_its_number(facts: dict[str, str], words: str) -> None:
    """The number is Chatwork's counter's."""
    assert words in plain(event_text(event(EventKind.GAP_OPENED, **facts)).sentence)


def test_sizes_are_said_in_words() -> None:
    """Of a file that was listed with another one."""
    size = event_text(event(EventKind.FILE_REPLACED, before="10", after="2000000"))

    assert (size.before, size.after) == ("10B", "2.0MB")
