"""A conversation, a page at a time: at its newest end, around a message, from a day on, or on from another page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _
from html import escape

from flask import Blueprint, render_template, request
from markupsafe import Markup

from archiver.records import Message
from archiver.render import conversation_summary
from archiver.render.gap_breaks import narrow_gap
from archiver.render.message_html import message_html
from archiver.render.page_buffer import day_anchor
from archiver.render.times import day_text, iso_date
from archiver.store.archive import Reading
from archiver.store.queries.gaps import gaps
from archiver.store.queries.package_entries import covered_periods
from archiver.store.queries.viewing import messages as pages_of
from archiver.store.queries.viewing.date_position import first_on_or_after
from archiver.store.queries.viewing.messages import MessagePage
from archiver.store.queries.viewing.proof import RoomEnd, room_end
from archiver.store.queries.viewing.unwatched import pauses_between
from archiver.web.context import view_context
from archiver.web.conversation_address import Anchor, ConversationAddress, parse_address
from archiver.web.message_context import SurroundingsOf, surroundings_of
from archiver.web.page_extent import PageBreaks, fit_messages, gaps_on_page
from archiver.web.room_header import Chat, chat

pages = Blueprint("conversation", __name__)

MESSAGES = 100
"""On a page at most."""


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """A page of a conversation as it is shown."""

    messages: Sequence[Message]
    html: Markup
    has_earlier: bool
    has_later: bool
    note: str
    """What is to be said of how the page was found; may be empty."""


@dataclass(frozen=True, slots=True)
class MessageSelection:
    """The messages that a page may show, which of them it is about, and what is to be said of that."""

    page: MessagePage
    centre: int
    here: str = ""
    """The id of the message that was asked for."""
    note: str = ""


@pages.get("/room/<int:room>", endpoint="room")
def show(room: int) -> str:
    """One page."""
    asked = parse_address(request.args)
    with view_context().reading() as reading:
        about = chat(reading, room)
        shown = conversation_page(reading, about, asked)
        end = None if shown.has_later else room_end(reading, room)
    return render_template(
        "conversation.html",
        chat=about,
        leaf=shown,
        day=_shown_day(asked, shown),
        end=end,
        unsealed=_is_unsealed(shown, end),
    )


def conversation_page(reading: Reading, about: Chat, asked: ConversationAddress) -> ConversationPage:
    """The part of a chat that is wanted."""
    room = about.room_id
    found = _find(reading, room, asked)
    kept, shown = _fit_page(found, surroundings_of(reading, room, found.page.messages))
    messages = found.page.messages[kept.start : kept.stop]
    has_later = found.page.has_later or kept.stop < len(found.page.messages)
    before = _message_before(reading, room, found.page, kept)
    between = _page_breaks(reading, room, before, messages, is_last=not has_later)
    parts = [_html_with_days(between, before, messages, shown, found.here)]
    if not has_later:
        parts.append(between.rest() + conversation_summary.ending_html(about.inaccessible_since, empty=not messages))
    return ConversationPage(messages, Markup("".join(parts)), before is not None, has_later, found.note)  # noqa: S704 - of render/


# --- which messages ------------------------------------------------------------------------------


def _find(reading: Reading, room: int, asked: ConversationAddress) -> MessageSelection:
    match asked.way:
        case Anchor.AT:
            return _around_message(reading, room, asked.position)
        case Anchor.DAY:
            return _from_day(reading, room, asked)
        case Anchor.AFTER:
            page = pages_of.page_after(reading, room, asked.position, MESSAGES)
            return MessageSelection(page, 0) if page.messages else _newest(reading, room)
        case Anchor.BEFORE:
            page = pages_of.page_before(reading, room, asked.position, MESSAGES)
            page = page if page.messages else pages_of.oldest_page(reading, room, MESSAGES)
            return MessageSelection(page, max(0, len(page.messages) - 1))
        case _:
            return _newest(reading, room)


def _newest(reading: Reading, room: int, note: str = "") -> MessageSelection:
    page = pages_of.newest_page(reading, room, MESSAGES)
    return MessageSelection(page, max(0, len(page.messages) - 1), note=note)


def _around_message(reading: Reading, room: int, position: int) -> MessageSelection:
    page = pages_of.page_around(reading, room, position, MESSAGES)
    later = [place for place, one in enumerate(page.messages) if int(one.message_id) >= position]
    centre = later[0] if later else max(0, len(page.messages) - 1)
    if page.messages and int(page.messages[centre].message_id) == position:
        return MessageSelection(page, centre, page.messages[centre].message_id)
    note = _("No message with the id {id} is kept in this chat; this is where it would stand.")
    return MessageSelection(page, centre, note=note.format(id=position))


def _from_day(reading: Reading, room: int, asked: ConversationAddress) -> MessageSelection:
    first = first_on_or_after(reading, room, asked.begin)
    if first is None:
        return _newest(reading, room, _("No message of this day or later is kept; this is the end."))
    page = pages_of.page_after(reading, room, int(first) - 1, MESSAGES)
    if asked.day is not None and iso_date(page.messages[0].send_time) == asked.day.isoformat():
        return MessageSelection(page, 0)
    return MessageSelection(page, 0, note=_("No message of this day is kept; this is the next day that has some."))


def _fit_page(found: MessageSelection, around_of: SurroundingsOf) -> tuple[range, dict[int, str]]:
    """As many as fit. A way to a message of the same page is shorter, so the size is first taken without any."""
    messages = found.page.messages
    everything = around_of([one.message_id for one in messages])
    kept, shown = fit_messages(messages, found.centre, lambda one: message_html(one, everything))
    if len(kept) == len(messages):
        return kept, shown
    nothing = around_of(())
    kept, shown = fit_messages(messages, found.centre, lambda one: message_html(one, nothing))
    its = around_of([messages[place].message_id for place in kept])
    return kept, {place: message_html(messages[place], its) for place in kept}


def _message_before(reading: Reading, room: int, page: MessagePage, kept: range) -> Message | None:
    """The message in front of the first one shown."""
    if kept.start > 0:
        return page.messages[kept.start - 1]
    if not (page.has_earlier and page.messages):
        return None
    return pages_of.page_before(reading, room, int(page.messages[0].message_id), 1).messages[-1]


# --- what stands between them --------------------------------------------------------------------


def _page_breaks(
    reading: Reading, room: int, before: Message | None, messages: Sequence[Message], *, is_last: bool
) -> PageBreaks:
    covered = covered_periods(reading, room)
    every = [narrow_gap(gap, covered) for gap in gaps(reading, room)]
    since = None if before is None else before.send_time
    until = None if is_last else max(one.send_time for one in messages)
    pauses = pauses_between(reading, room, since, until)
    return PageBreaks(gaps_on_page(every, before, messages, is_last=is_last), pauses, every)


def _html_with_days(
    between: PageBreaks, before: Message | None, messages: Sequence[Message], shown: dict[int, str], here: str
) -> str:
    """The messages in order, with what stands between them and the days as headings."""
    parts, last = [], "" if before is None else iso_date(before.send_time)
    days: set[str] = set()
    for message, (_place, html) in zip(messages, sorted(shown.items()), strict=True):
        parts.append(between.before(message))
        today = iso_date(message.send_time)
        if today != last or not days:
            anchor = "" if today in days else f' id="{day_anchor(today)}"'
            again = "(続き)" if today == last else ""
            parts.append(f'<h2 class="day"{anchor}>{day_text(message.send_time)}{again}</h2>\n')
        parts.append(_mark_message(html) if message.message_id == here else html)
        days.add(today)
        last = today
    return "".join(parts)


def _mark_message(html: str) -> str:
    """The message that was asked for, with a word that says so."""
    said = escape(_("The message you asked for"))
    return f'<div class="here"><p class="note"><b>{said}</b></p>{html}</div>\n'


def _shown_day(asked: ConversationAddress, shown: ConversationPage) -> str:
    """What the field of the date says."""
    if asked.day is not None:
        return asked.day.isoformat()
    return iso_date(shown.messages[-1 if asked.way is Anchor.NEWEST else 0].send_time) if shown.messages else ""


def _is_unsealed(shown: ConversationPage, end: RoomEnd | None) -> bool:
    return end is not None and any(one.entry_seq > end.sealed for one in shown.messages)
