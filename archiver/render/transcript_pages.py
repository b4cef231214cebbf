"""A conversation → a transcript in pages small enough for a browser, and its part of the index.

One pass over the messages, one page in memory at a time: `Transcript.pages()` gives each page once it is full.
`finished_page()` adds afterwards what only the end tells: counts, the last page, links to later messages.
Only the place of each message is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from archiver.chatwork.notation.parse import parse
from archiver.message_ids import is_plausible
from archiver.records import AccountId, Attachment, Conversation, FileId, MessageId, RoomId, State
from archiver.render import conversation_summary, page_templates
from archiver.render.gap_breaks import GapBreaks
from archiver.render.invisible_characters import visible, visible_html
from archiver.render.message_body import Picture, ReferenceLink, References, html
from archiver.render.message_html import RenderedMessage, anchor_id, attachment_html, chatwork_url, task_html
from archiver.render.message_page_numbers import PLACEHOLDER, PLACEHOLDER_BEGIN, MessagePlaces
from archiver.render.message_renderer import Rendering, link_elsewhere, message_facts, name_at, render_here
from archiver.render.page_buffer import PageBuffer
from archiver.render.search_data import PairFilter, SearchText
from archiver.render.times import local_time, time_from_id
from archiver.report_language import say

FileLink = Callable[[Attachment], str | None]
"""An attachment → the address of its bytes as seen from the pages; None if they are not in the package."""


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
        self,
        conversation: Conversation,
        link: FileLink,
        pictures: Mapping[FileId, Picture] | None = None,
        render: Rendering = render_here,
    ) -> None:
        """Take a conversation, the thumbnails of its files and who renders its messages; no message is read yet."""
        self._conversation = conversation
        self._pictures = pictures or {}
        self._render = render
        self._pair_filter = PairFilter()
        self._files = {one.file_id: self._file_link(one, link) for one in conversation.attachments}
        self._places = MessagePlaces()
        self._pages: list[PageBuffer] = []
        self._states: Counter[State] = Counter()
        self._references = References(self._last_name_of, self._link_of, self._files.get)
        self._head: page_templates.PageHead | None = None

    def pages(self) -> Iterator[TranscriptPage]:
        """The pages in order, each once it is full; at least one."""
        breaks = GapBreaks(self._conversation.gaps, self._conversation.pauses)
        page = self._begin_page()
        facts = message_facts(self._conversation, self._files)
        for message, rendered in self._render(self._conversation.messages(), facts):
            before, (html, texts) = "".join(breaks.before(message)), self._with_passed_links(rendered)
            size = len(before.encode()) + len(html.encode())
            if page.is_full(size):
                yield self._finish_buffer(page)
                page = self._begin_page()
            page.put(message, before, html, size)
            page.texts.put(message, texts)
            self._places.put(message)
            self._states[message.state] += 1
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
            description=conversation_summary.description_html(self._conversation, self._references),
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
                yield f"{attachment_html(attachment, self._references)} / {sender}"
        for task in self._conversation.tasks:
            if self._places.find(int(task.message_id)) is None:
                yield f"{task_html(task)} / {html(parse(task.body), self._references)}"

    # --- targets of the ids in a body ---

    def _with_passed_links(self, rendered: RenderedMessage) -> RenderedMessage:
        """The message with its links to messages that came before; in the texts, those to later ones are their ids."""
        if PLACEHOLDER_BEGIN not in rendered.html:
            return rendered
        texts = [SearchText(kind, PLACEHOLDER.sub(self._label_or_id, text)) for kind, text in rendered.texts]
        return RenderedMessage(PLACEHOLDER.sub(self._fill_if_passed, rendered.html), texts)

    def _fill_if_passed(self, mark: re.Match[str]) -> str:
        return self._fill_placeholder(mark) if self._places.has_passed(int(mark[2])) else mark[0]

    def _label_or_id(self, mark: re.Match[str]) -> str:
        is_passed = self._places.has_passed(int(mark[2]))
        return self._fill_placeholder(mark) if is_passed else say("メッセージID {message_id}", message_id=mark[2])

    def _fill_placeholder(self, mark: re.Match[str]) -> str:
        link = self._link_in_room(MessageId(mark[2]))
        return link.label if mark[1] == "n" else f"{link.href}"

    def _last_name_of(self, account: AccountId) -> str | None:
        return name_at(self._conversation.people, account, None)

    def _link_of(self, room: RoomId, message: MessageId) -> ReferenceLink:
        return self._link_in_room(message) if room == self._conversation.room_id else link_elsewhere(room, message)

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

    def _file_link(self, attachment: Attachment, link: FileLink) -> ReferenceLink:
        return ReferenceLink(visible(attachment.number), link(attachment), self._pictures.get(attachment.file_id))
