"""A conversation → a transcript in pages small enough for a browser, and its part of the index.

One pass over the messages, one page in memory at a time: `Transcript.pages()` gives each page once it is full.
`finished_page()` adds afterwards what only the end tells: counts, the last page, links to later messages.
Only the place of each message is kept.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from archiver.chatwork.notation.parse import parse
from archiver.message_ids import is_plausible
from archiver.records import AccountId, Attachment, Conversation, FileId, MessageId, RoomId, State, Task
from archiver.render import conversation_summary, page_templates
from archiver.render.gap_breaks import GapBreaks
from archiver.render.invisible_characters import visible, visible_html
from archiver.render.message_body import Picture, ReferenceLink, References, html
from archiver.render.message_html import (
    Surroundings,
    anchor_id,
    attachment_html,
    chatwork_url,
    render_message,
    task_html,
)
from archiver.render.message_page_numbers import PLACEHOLDER, MessagePlaces, placeholder
from archiver.render.page_buffer import PageBuffer
from archiver.render.search_data import PairFilter
from archiver.render.times import local_time, time_from_id
from archiver.report_language import say

FileLink = Callable[[Attachment], str | None]
"""An attachment → the address of its bytes as seen from the pages; None if they are not in the package."""

AttachmentOrTask = TypeVar("AttachmentOrTask", Attachment, Task)


@dataclass(frozen=True, slots=True)
class TranscriptPage:
    """A page as it is known once it is full, before `finished_page` completes it."""

    number: int
    name: str
    """`R123456789-0001.html`."""
    content: str
    texts: str = ""
    """The script with its texts that the search loads."""


class Transcript:
    """The pages of one conversation. Iterate over `pages()` once, to the end, before calling the other methods."""

    def __init__(
        self, conversation: Conversation, link: FileLink, pictures: Mapping[FileId, Picture] | None = None
    ) -> None:
        """Take a conversation and the thumbnails of its files; no message is read yet."""
        self._conversation = conversation
        self._link = link
        self._pictures = pictures or {}
        self._pair_filter = PairFilter()
        self._shown_at: datetime | None = None
        """When the message that is being rendered was sent; None: something else is rendered."""
        self._files = {one.file_id: one for one in conversation.attachments}
        self._places = MessagePlaces()
        self._pages: list[PageBuffer] = []
        self._states: Counter[State] = Counter()
        self._surroundings = Surroundings(
            References(self._name_of, self._link_of, self._file_of),
            conversation.owner_id,
            _group_by_message(conversation.attachments),
            _group_by_message(conversation.tasks),
        )
        self._head: page_templates.PageHead | None = None

    def pages(self) -> Iterator[TranscriptPage]:
        """The pages in order, each once it is full; at least one."""
        breaks = GapBreaks(self._conversation.gaps, self._conversation.pauses)
        page = self._begin_page()
        for message in self._conversation.messages():
            self._shown_at = message.send_time
            before, (html, texts) = "".join(breaks.before(message)), render_message(message, self._surroundings)
            size = len(before.encode()) + len(html.encode())
            if page.is_full(size):
                yield self._finish_buffer(page)
                page = self._begin_page()
            page.put(message, before, html, size)
            page.texts.put(message, texts)
            self._places.put(message)
            self._states[message.state] += 1
        self._shown_at = None
        page.add_ending(
            "".join(breaks.rest())
            + conversation_summary.ending_html(self._conversation.inaccessible_since, empty=not self._states)
        )
        yield self._finish_buffer(page)
        self._head = conversation_summary.page_head(self._conversation, self._pages, self._states)

    def finished_page(self, page: TranscriptPage) -> str:
        """The completed HTML of a page; to be called after `pages()` has ended."""
        content = PLACEHOLDER.sub(self._fill_placeholder, page.content)
        days = conversation_summary.days(self._pages[page.number - 1])
        return page_templates.page_html(self._page_head(), self._places.names, page.number, content, days=days)

    def filter_scripts(self) -> Iterator[tuple[str, str]]:
        """Names and contents of the pair filter's scripts; to be called after `pages()` has ended."""
        return self._pair_filter.scripts(self._room)

    def index_section(self) -> str:
        """The part of the index for the room; to be called after `pages()` has ended."""
        return page_templates.section_html(
            self._page_head(),
            [conversation_summary.index_line(page) for page in self._pages],
            months=conversation_summary.months(self._pages),
            sieve=self._pair_filter.files,
            description=conversation_summary.description_html(self._conversation, self._surroundings.references),
            people=conversation_summary.people(self._conversation),
            coverage=conversation_summary.coverage(self._conversation),
            strays=list(self._stray_lines()),
        )

    def _begin_page(self) -> PageBuffer:
        name = f"{self._room}-{len(self._pages) + 1:04}.html"
        self._places.begin_page(name)
        self._pages.append(PageBuffer(name, self._pages[-1].day if self._pages else ""))
        return self._pages[-1]

    @property
    def _room(self) -> str:
        return f"R{self._conversation.room_id}"

    def _finish_buffer(self, page: PageBuffer) -> TranscriptPage:
        content, texts = page.take_content()
        self._pair_filter.put(texts.joined_text())
        return TranscriptPage(len(self._pages), page.name, content, texts.script(page.name.removesuffix(".html")))

    def _page_head(self) -> page_templates.PageHead:
        if self._head is None:
            raise RuntimeError("pages() must be iterated to the end first")
        return self._head

    def _stray_lines(self) -> Iterator[str]:
        """Lines for files and tasks whose message is not in the transcript."""
        for attachment in self._conversation.attachments:
            if self._places.find(int(attachment.message_id)) is None:
                name = visible_html(attachment.account_name)
                sender = f"{say('送信')} <bdi>{name}</bdi> {local_time(attachment.uploaded_at)}"
                yield f"{attachment_html(attachment, self._surroundings.references)} / {sender}"
        for task in self._conversation.tasks:
            if self._places.find(int(task.message_id)) is None:
                yield f"{task_html(task)} / {html(parse(task.body), self._surroundings.references)}"

    # --- targets of the ids in a body ---

    def _name_of(self, account: AccountId) -> str | None:
        """The name that a person had when the message at hand was sent, or else the last one."""
        person = self._conversation.people.get(account)
        if person is None or not person.names:
            return None
        return visible(person.names[-1] if self._shown_at is None else person.name_at(self._shown_at))

    def _link_of(self, room: RoomId, message: MessageId) -> ReferenceLink:
        if room != self._conversation.room_id:
            return ReferenceLink(
                say("別のチャット(ルームID {room})のメッセージID {message}", room=room, message=message),
                chatwork_url(room, message),
            )
        if not self._places.has_passed(int(message)):
            return ReferenceLink(placeholder("n", message), placeholder("h", message))
        return self._link_in_room(message)

    def _link_in_room(self, message: MessageId) -> ReferenceLink:
        place = self._places.find(int(message))
        if place is None:
            url = chatwork_url(self._conversation.room_id, message)
            number = int(message)
            at = time_from_id(number) if is_plausible(number, self._conversation.read_at) else None
            return ReferenceLink(
                say(
                    "メッセージID {message}(この記録にありません){value}", message=message, value=f" {at}" if at else ""
                ),
                url,
            )
        name, number = place
        return ReferenceLink(f"No.{number}", f"{name}#{anchor_id(message)}")

    def _fill_placeholder(self, mark: re.Match[str]) -> str:
        link = self._link_in_room(MessageId(mark[2]))
        return link.label if mark[1] == "n" else f"{link.href}"

    def _file_of(self, file: FileId) -> ReferenceLink | None:
        attachment = self._files.get(file)
        if attachment is None:
            return None
        return ReferenceLink(visible(attachment.number), self._link(attachment), self._pictures.get(file))


def _group_by_message(items: Iterable[AttachmentOrTask]) -> dict[MessageId, Sequence[AttachmentOrTask]]:
    groups: dict[MessageId, list[AttachmentOrTask]] = defaultdict(list)
    for item in items:
        groups[item.message_id].append(item)
    return dict(groups)
