"""A conversation → a transcript in pages small enough for a browser, its facts in words, its part of the index."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from itertools import groupby
from typing import Any, NamedTuple

from archiver.chatwork.notation.parse import parse
from archiver.records import AccountId, Attachment, Conversation, Message, MessageId, RoomId, State
from archiver.records.conversation import is_plausible
from archiver.render import message_html
from archiver.render.exported_page_search import PageTexts, PairFilter, SearchText
from archiver.render.gap_breaks import GapBreaks, gap_text, gap_title, pause_text, pause_title
from archiver.render.invisible_characters import visible, visible_html
from archiver.render.message_body import Picture, ReferenceLink, References, html
from archiver.render.page_templates import render_template
from archiver.render.snippet import other_chat_texts
from archiver.render.times import day_of_month, day_text, iso_date, local_time, month_text, time_from_id
from archiver.report_language import say

PAGE_BYTES = 350_000
"""The size limit of a page; with its head it stays below 0.4 MB, which browsers open at once. A single message
that is larger has a page of its own."""

PAGE_MESSAGES = 500

Row = dict[str, Any]
"""What a template shows, by name."""


@dataclass(slots=True)
class PageBuffer:
    """One page; its content is removed once it is full, its numbers stay for the index."""

    name: str
    day_before: str
    """The last day of the page before, `2026-11-05`; empty on the first page."""
    day: str = ""
    """The day of the message added last."""
    count: int = 0
    numbers: tuple[int, int] = (0, 0)
    """The first and the last No. on it."""
    times: tuple[datetime, datetime] | None = None
    """When the first and the last message on it were sent."""
    days: dict[str, int] = field(default_factory=dict)
    """The days that have messages on it → how many; each has its heading `#d2026-11-05`."""
    texts: PageTexts = field(default_factory=PageTexts)
    _parts: list[str] = field(default_factory=list)
    _size: int = 0

    def is_full(self, size: int) -> bool:
        """Whether `size` more bytes belong on the next page."""
        return self.count > 0 and (self.count >= PAGE_MESSAGES or self._size + size > PAGE_BYTES)

    def put(self, message: Message, before: str, html: str, size: int) -> None:
        """Add a message, with the breaks before it and, where a day begins, the day's heading."""
        today = iso_date(message.send_time)
        if today != self.day:
            again = "(続き)" if not self.count and today == self.day_before else ""
            anchor = "" if today in self.days else f' id="{day_anchor(today)}"'
            heading = f'<li class="day"><h2 class="tiny"{anchor}>{day_text(message.send_time)}{again}</h2></li>\n'
            before, size = before + heading, size + len(heading.encode())
        self._parts += (before, html)
        self._size += size
        self.day = today
        self.count += 1
        self.days[today] = self.days.get(today, 0) + 1
        first = (self.numbers[0], self.times[0]) if self.times else (message.no, message.send_time)
        self.numbers = (first[0], message.no)
        self.times = (first[1], message.send_time)

    def add_ending(self, html: str) -> None:
        """Add the HTML after the last message of the transcript."""
        self._parts.append(html)

    def take_content(self) -> tuple[str, PageTexts]:
        """Return the content and the texts for the search, and drop them here."""
        content, texts = "".join(self._parts), self.texts
        self._parts, self.texts = [], PageTexts()
        return content, texts


def day_anchor(iso: str) -> str:
    """The HTML id of a day's heading."""
    return f"d{iso}"


def page_head(conversation: Conversation, pages: Sequence[PageBuffer], states: Mapping[State, int]) -> Row:
    """The facts at the head of every page of a conversation, in which hidden characters are already visible."""
    saved_count = sum(1 for one in conversation.attachments if one.sha256 is not None)
    owner = conversation.people.get(conversation.owner_id)
    owner_name = visible(owner.names[-1]) if owner and owner.names else ""
    return {
        "contract": visible(conversation.contract),
        "room_id": conversation.room_id,
        "room_name": visible(conversation.room_name),
        "period": _period_text(pages[0].times, pages[-1].times),
        "messages": _count_text(states),
        "files": say(
            "{n:,}点のうち{saved_count:,}点を保存済み", n=len(conversation.attachments), saved_count=saved_count
        ),
        "gaps": _gaps_text(conversation),
        "owner": f"{owner_name}{say('(ID {id})', id=conversation.owner_id)}",
        "read_at": local_time(conversation.read_at),
        "inaccessible": _inaccessible_text(conversation.inaccessible_since),
    }


def ending_html(inaccessible_since: datetime | None, *, empty: bool) -> str:
    """The notes after the last message, as HTML: no messages saved, chat no longer accessible."""
    parts = []
    if empty:
        parts.append(f'<li class="gap small"><p>{say("この期間に、保存されたメッセージはありません。")}</p></li>\n')
    if inaccessible_since is not None:
        text = escape(_inaccessible_text(inaccessible_since))
        parts.append(f'<li class="gap"><p><b>{say("開けなくなった(理由不明)")}</b> {text}</p></li>\n')
    return "".join(parts)


def index_line(page: PageBuffer) -> Row:
    """The line of a page in the index."""
    numbers = "No.{} - {}".format(*page.numbers) if page.count else ""
    period = _period_text(page.times, page.times)
    return {"name": page.name, "numbers": numbers, "period": period, "count": page.count}


def day_row(iso: str, page: str, count: int) -> Row:
    """A day, the address where it begins, and how many messages it has."""
    return {"name": day_of_month(iso), "href": f"{page}#{day_anchor(iso)}", "count": count}


def months(pages: Sequence[PageBuffer]) -> list[Row]:
    """The days of all pages by month; each links to the page where it begins."""
    places: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update(page.days)
        for iso in page.days:
            places.setdefault(iso, page.name)
    return [
        {"name": month_text(name), "days": [day_row(iso, places[iso], counts[iso]) for iso in isos]}
        for name, isos in groupby(sorted(places), key=lambda iso: iso[:7])
    ]


def people(conversation: Conversation) -> list[str]:
    """A line for each person of the conversation, with every name they had, oldest first."""
    return [
        f"{' → '.join(visible(name) for name in person.names)}{say('(ID {id})', id=person.account_id)}"
        + (say(" 報告者") if person.account_id == conversation.owner_id else "")
        for _, person in sorted(conversation.people.items())
    ]


def coverage(conversation: Conversation) -> list[str]:
    """Lines about the covered periods, the gaps, the pauses between readings and the chats that are not saved."""
    covered = [
        say("保存できている期間: {start} から {end} まで", start=local_time(period.start), end=local_time(period.end))
        for period in conversation.covered
    ]
    gaps = [f"{gap_title(gap)}: {visible(gap_text(gap))}" for gap in conversation.gaps]
    pauses = [f"{pause_title(pause)}: {pause_text(pause, conversation.gaps)}" for pause in conversation.pauses]
    return [*covered, *gaps, *pauses, *other_chat_texts(conversation.other_chats)] or [say("記録がありません")]


def _period_text(first: tuple[datetime, datetime] | None, last: tuple[datetime, datetime] | None) -> str:
    if first is None or last is None:
        return say("メッセージなし")
    return say("{first} から {last} まで", first=local_time(first[0]), last=local_time(last[1]))


_COUNTED = dict(message_html.STATES) | {State.DELETED: "「削除」表示"}
"""What is counted by state: of deletions, those that had come before the saving too."""


def _count_text(states: Mapping[State, int]) -> str:
    total = sum(states.values())
    special = [f"{say(label)} {states.get(state, 0):,}" for state, label in _COUNTED.items()]
    return say("{total:,}件(うち {join})", total=total, join=say("、").join(special))


def _gaps_text(conversation: Conversation) -> str:
    titles = [gap_title(gap) for gap in conversation.gaps]
    return say("、").join(
        say("{title} {count}か所", title=title, count=titles.count(title)) for title in dict.fromkeys(titles)
    ) or say("なし")


def _inaccessible_text(since: datetime | None) -> str:
    if since is None:
        return ""
    return say(
        "{since} に、このチャットが開けなくなっていることを確認しました。それまでに保存した内容は残っています。",
        since=local_time(since),
    )


FileLink = Callable[[Attachment], str | None]
"""An attachment → the address of its bytes as seen from the pages; None if they are not in the package."""


class TranscriptPage(NamedTuple):
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
        pictures: Mapping[str, Picture] | None = None,
        render: message_html.Rendering = message_html.render_here,
    ) -> None:
        """Take a conversation, the thumbnails of its files and who renders its messages; no message is read yet."""
        self._conversation = conversation
        self._pictures = pictures or {}
        self._render = render
        self._pair_filter = PairFilter()
        self._files = {one.number: self._file_link(one, link) for one in conversation.attachments}
        self._places = message_html.MessagePlaces()
        self._pages: list[PageBuffer] = []
        self._states: Counter[State] = Counter()
        by_id = {one.file_id: self._files[one.number] for one in conversation.attachments}
        self._references = References(self._last_name_of, self._link_of, by_id.get)
        self._head: Row | None = None

    def pages(self) -> Iterator[TranscriptPage]:
        """The pages in order, each once it is full; at least one."""
        breaks = GapBreaks(self._conversation.gaps, self._conversation.pauses)
        page = self._begin_page()
        facts = message_html.message_facts(self._conversation, self._files)
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
            "".join(breaks.rest()) + ending_html(self._conversation.inaccessible_since, empty=not self._states)
        )
        yield self._finish_buffer(page)
        self._head = page_head(self._conversation, self._pages, self._states)

    def finished_page(self, page: TranscriptPage) -> str:
        """The completed HTML of a page; to be called after `pages()` has ended."""
        content = message_html.PLACEHOLDER.sub(self._fill_placeholder, page.content)
        filled, names, number = self._pages[page.number - 1], self._places.names, page.number
        steps = [
            (say("最初"), names[0] if number > 1 else ""),
            (say("前"), names[number - 2] if number > 1 else ""),
            (say("次"), names[number] if number < len(names) else ""),
            (say("最後"), names[-1] if number < len(names) else ""),
        ]
        return render_template(
            "page.html",
            facts=self._page_head(),
            steps=steps,
            number=number,
            total=len(names),
            days=[day_row(iso, filled.name, count) for iso, count in filled.days.items()],
            content=content,
        )

    def filter_scripts(self) -> Iterator[tuple[str, str]]:
        """Names and contents of the pair filter's scripts; to be called after `pages()` has ended."""
        return self._pair_filter.scripts(self._room)

    def index_section(self) -> str:
        """The part of the index for the room; to be called after `pages()` has ended."""
        return render_template(
            "section.html",
            facts=self._page_head(),
            pages=[index_line(page) for page in self._pages],
            months=months(self._pages),
            sieve=self._pair_filter.files,
            description=html(parse(self._conversation.description), self._references),  # notation is active in it
            people=people(self._conversation),
            coverage=coverage(self._conversation),
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

    def _page_head(self) -> Row:
        if self._head is None:
            raise RuntimeError("pages() must be iterated to the end first")
        return self._head

    def _stray_lines(self) -> Iterator[str]:
        """Lines for files and tasks whose message is not in the transcript."""
        for attachment in self._conversation.attachments:
            if self._places.find(int(attachment.message_id)) is None:
                name = visible_html(attachment.account_name)
                sender = f"{say('送信')} <bdi>{name}</bdi> {local_time(attachment.uploaded_at)}"
                yield f"{message_html.attachment_html(attachment, self._files.get(attachment.number))} / {sender}"
        for task in self._conversation.tasks:
            if self._places.find(int(task.message_id)) is None:
                yield f"{message_html.task_html(task)} / {html(parse(task.body), self._references)}"

    # --- targets of the ids in a body ---

    def _with_passed_links(self, rendered: message_html.RenderedMessage) -> message_html.RenderedMessage:
        """The message with its links to messages that came before; in the texts, those to later ones are their ids."""
        if message_html.PLACEHOLDER_BEGIN not in rendered.html:
            return rendered
        texts = [
            SearchText(kind, message_html.PLACEHOLDER.sub(self._label_or_id, text)) for kind, text in rendered.texts
        ]
        return message_html.RenderedMessage(message_html.PLACEHOLDER.sub(self._fill_if_passed, rendered.html), texts)

    def _fill_if_passed(self, mark: re.Match[str]) -> str:
        return self._fill_placeholder(mark) if self._places.has_passed(int(mark[2])) else mark[0]

    def _label_or_id(self, mark: re.Match[str]) -> str:
        is_passed = self._places.has_passed(int(mark[2]))
        return self._fill_placeholder(mark) if is_passed else say("メッセージID {message_id}", message_id=mark[2])

    def _fill_placeholder(self, mark: re.Match[str]) -> str:
        link = self._link_in_room(MessageId(mark[2]))
        return link.label if mark[1] == "n" else f"{link.href}"

    def _last_name_of(self, account: AccountId) -> str | None:
        return message_html.name_at(self._conversation.people, account, None)

    def _link_of(self, room: RoomId, message: MessageId) -> ReferenceLink:
        return (
            self._link_in_room(message)
            if room == self._conversation.room_id
            else message_html.link_elsewhere(room, message)
        )

    def _link_in_room(self, message: MessageId) -> ReferenceLink:
        place = self._places.find(int(message))
        if place is None:
            url = message_html.chatwork_url(self._conversation.room_id, message)
            number = int(message)
            at = time_from_id(number) if is_plausible(number, self._conversation.read_at) else None
            return ReferenceLink(
                say(
                    "メッセージID {message}(この記録にありません){value}", message=message, value=f" {at}" if at else ""
                ),
                url,
            )
        name, number = place
        return ReferenceLink(f"No.{number}", f"{name}#{message_html.anchor_id(message)}")

    def _file_link(self, attachment: Attachment, link: FileLink) -> ReferenceLink:
        return ReferenceLink(visible(attachment.number), link(attachment), self._pictures.get(attachment.number))
