"""Renders the messages of a conversation one by one, knowing nothing of the others: so any process can do it.

A reference to a message of the same room is a placeholder (`render.message_renderer`), also in the texts for the
search; `Transcript` puts in the link, as only there all places are known.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

from archiver.records import AccountId, Attachment, Conversation, FileId, Message, MessageId, Person, RoomId, Task
from archiver.render.invisible_characters import visible
from archiver.render.message_html import RenderedMessage, Surroundings, chatwork_url, render_message
from archiver.render.reference_labels import ReferenceLink, References
from archiver.report_language import say

# No text can hold these two characters: `visible` shows noncharacters as `[U+FDD0]`.
PLACEHOLDER_BEGIN = "\ufdd0"
_MARK = "\ufdd0{}{}\ufdd1"
PLACEHOLDER = re.compile("\ufdd0([nh])([0-9]+)\ufdd1")
"""A link to a later message: group 1 is `n` for its number or `h` for its address, group 2 its id."""


def placeholder(part: str, message_id: MessageId) -> str:
    """The placeholder for a message that comes later; `part` is `n` (number) or `h` (address)."""
    return _MARK.format(part, message_id)


@dataclass(slots=True)
class MessagePlaces:
    """The messages added so far, by page; `names` are the file names of the pages."""

    names: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _ids: array[int] = field(default_factory=lambda: array("Q"))
    _numbers: array[int] = field(default_factory=lambda: array("Q"))

    def begin_page(self, name: str) -> None:
        """Begin a page."""
        self.names.append(name)
        self._starts.append(len(self._ids))

    def put(self, message: Message) -> None:
        """Add a message to the page begun last; its id is larger than all before."""
        self._ids.append(int(message.message_id))
        self._numbers.append(message.no)

    def has_passed(self, message_id: int) -> bool:
        """Whether all messages up to this id have been added, so that one not found does not exist."""
        return bool(self._ids) and message_id <= self._ids[-1]

    def find(self, message_id: int) -> tuple[str, int] | None:
        """The page and the number (No.) of a message."""
        index = bisect_left(self._ids, message_id)
        if index == len(self._ids) or self._ids[index] != message_id:
            return None
        return self.names[bisect_right(self._starts, index) - 1], self._numbers[index]


AttachmentOrTask = TypeVar("AttachmentOrTask", Attachment, Task)


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """The facts of a conversation that each of its messages may need, as values that can be sent to a process."""

    room_id: RoomId
    owner_id: AccountId
    people: Mapping[int, Person]
    files: Mapping[FileId, ReferenceLink]
    attachments: Mapping[MessageId, Sequence[Attachment]]
    tasks: Mapping[MessageId, Sequence[Task]]


Rendering = Callable[[Iterable[Message], MessageFacts], Iterator[tuple[Message, RenderedMessage]]]
"""Gives each message with its HTML, in order."""


class MessageRenderer:
    """Renders messages by the facts of their conversation."""

    def __init__(self, facts: MessageFacts) -> None:
        """Take the facts; nothing is rendered yet."""
        self._facts = facts
        self._surroundings = Surroundings(
            References(self._names_at(None), self._link_of, facts.files.get),
            facts.owner_id,
            facts.attachments,
            facts.tasks,
            self._names_at,
        )

    def render(self, message: Message) -> RenderedMessage:
        """A message as HTML, and its texts for the search, with placeholders."""
        return render_message(message, self._surroundings)

    def _names_at(self, at: datetime | None) -> Callable[[AccountId], str | None]:
        return partial(name_at, self._facts.people, at=at)

    def _link_of(self, room: RoomId, message: MessageId) -> ReferenceLink:
        if room != self._facts.room_id:
            return link_elsewhere(room, message)
        return ReferenceLink(placeholder("n", message), placeholder("h", message))


def message_facts(conversation: Conversation, files: Mapping[FileId, ReferenceLink]) -> MessageFacts:
    """The facts of a conversation for its messages; `files` are the links to its files."""
    return MessageFacts(
        conversation.room_id,
        conversation.owner_id,
        dict(conversation.people),
        files,
        _group_by_message(conversation.attachments),
        _group_by_message(conversation.tasks),
    )


def render_here(messages: Iterable[Message], facts: MessageFacts) -> Iterator[tuple[Message, RenderedMessage]]:
    """Each message with its HTML, rendered in this process."""
    renderer = MessageRenderer(facts)
    return ((message, renderer.render(message)) for message in messages)


def name_at(people: Mapping[int, Person], account: AccountId, at: datetime | None) -> str | None:
    """The name that a person had at a time, or else the last one (`at` None: the last one)."""
    person = people.get(account)
    if person is None or not person.names:
        return None
    return visible(person.names[-1] if at is None else person.name_at(at))


def link_elsewhere(room: RoomId, message: MessageId) -> ReferenceLink:
    """The link to a message of another room, which only Chatwork can show."""
    return ReferenceLink(
        say("別のチャット(ルームID {room})のメッセージID {message}", room=room, message=message),
        chatwork_url(room, message),
    )


def _group_by_message(items: Iterable[AttachmentOrTask]) -> dict[MessageId, Sequence[AttachmentOrTask]]:
    groups: dict[MessageId, list[AttachmentOrTask]] = defaultdict(list)
    for item in items:
        groups[item.message_id].append(item)
    return dict(groups)
