"""The conversation of a chat in pages: the newest, around a message, from a day on, or next to another page."""

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
from archiver.store.queries.viewing.date_position import first_on_or_after
from archiver.store.queries.viewing.messages import (
    MessagePage,
    newest_page,
    oldest_page,
    page_after,
    page_around,
    page_before,
)
from archiver.store.queries.viewing.pauses import pauses_between
from archiver.store.queries.viewing.text_proofs import RoomEnd, room_end
from archiver.web.context import view_context
from archiver.web.conversation_address import Anchor, ConversationAddress, parse_address
from archiver.web.conversation_range import PageBreaks, fit_messages, gaps_on_page
from archiver.web.message_context import SurroundingsOf, surroundings_of
from archiver.web.room_header import Chat, chat

pages = Blueprint("conversation", __name__)

MESSAGES = 100
"""Messages on a page at most."""


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """A page of a conversation as HTML."""

    messages: Sequence[Message]
    html: Markup
    has_earlier: bool
    has_later: bool
    note: str
    """A note on how the page was found; may be empty."""


@dataclass(frozen=True, slots=True)
class MessageSelection:
    """The messages that a page may show, and which of them must be on it."""

    page: MessagePage
    centre: int
    asked_id: str = ""
    """The id of the requested message; empty if none was requested."""
    note: str = ""


@pages.get("/room/<int:room>", endpoint="room")
def show(room: int) -> str:
    """The page of a conversation that the address asks for."""
    address = parse_address(request.args)
    with view_context().reading() as reading:
        room_chat = chat(reading, room)
        page = conversation_page(reading, room_chat, address)
        end = None if page.has_later else room_end(reading, room)
    return render_template(
        "conversation.html",
        chat=room_chat,
        conversation=page,
        day=_shown_day(address, page),
        end=end,
        unsealed=_is_unsealed(page, end),
    )


def conversation_page(reading: Reading, room_chat: Chat, address: ConversationAddress) -> ConversationPage:
    """The page of a chat for an address."""
    room = room_chat.room_id
    selection = _find(reading, room, address)
    places, html_by_place = _fit_page(selection, surroundings_of(reading, room, selection.page.messages))
    messages = selection.page.messages[places.start : places.stop]
    has_later = selection.page.has_later or places.stop < len(selection.page.messages)
    before = _message_before(reading, room, selection.page, places)
    breaks = _page_breaks(reading, room, before, messages, is_last=not has_later)
    parts = [_html_with_days(breaks, before, messages, html_by_place, selection.asked_id)]
    if not has_later:
        parts.append(breaks.rest() + conversation_summary.ending_html(room_chat.inaccessible_since, empty=not messages))
    return ConversationPage(messages, Markup("".join(parts)), before is not None, has_later, selection.note)  # noqa: S704 - of render/


# --- which messages ------------------------------------------------------------------------------


def _find(reading: Reading, room: int, address: ConversationAddress) -> MessageSelection:
    match address.anchor:
        case Anchor.AT:
            return _around_message(reading, room, address.position)
        case Anchor.DAY:
            return _from_day(reading, room, address)
        case Anchor.AFTER:
            page = page_after(reading, room, address.position, MESSAGES)
            return MessageSelection(page, 0) if page.messages else _newest(reading, room)
        case Anchor.BEFORE:
            page = page_before(reading, room, address.position, MESSAGES)
            page = page if page.messages else oldest_page(reading, room, MESSAGES)
            return MessageSelection(page, max(0, len(page.messages) - 1))
        case _:
            return _newest(reading, room)


def _newest(reading: Reading, room: int, note: str = "") -> MessageSelection:
    page = newest_page(reading, room, MESSAGES)
    return MessageSelection(page, max(0, len(page.messages) - 1), note=note)


def _around_message(reading: Reading, room: int, position: int) -> MessageSelection:
    page = page_around(reading, room, position, MESSAGES)
    later = [place for place, one in enumerate(page.messages) if int(one.message_id) >= position]
    centre = later[0] if later else max(0, len(page.messages) - 1)
    if page.messages and int(page.messages[centre].message_id) == position:
        return MessageSelection(page, centre, page.messages[centre].message_id)
    note = _("No message with the id {id} is kept in this chat; this is where it would be.")
    return MessageSelection(page, centre, note=note.format(id=position))


def _from_day(reading: Reading, room: int, address: ConversationAddress) -> MessageSelection:
    first = first_on_or_after(reading, room, address.begin)
    if first is None:
        return _newest(reading, room, _("No message of this day or later is kept; this is the end."))
    page = page_after(reading, room, int(first) - 1, MESSAGES)
    if address.day is not None and iso_date(page.messages[0].send_time) == address.day.isoformat():
        return MessageSelection(page, 0)
    return MessageSelection(page, 0, note=_("No message of this day is kept; this is the next day that has some."))


def _fit_page(selection: MessageSelection, surroundings_by_ids: SurroundingsOf) -> tuple[range, dict[int, str]]:
    """The range and HTML of the messages that fit; links in the page are shorter, so sizes are first taken without."""
    messages = selection.page.messages
    with_links = surroundings_by_ids([one.message_id for one in messages])
    places, html_by_place = fit_messages(messages, selection.centre, lambda one: message_html(one, with_links))
    if len(places) == len(messages):
        return places, html_by_place
    without_links = surroundings_by_ids(())
    places, html_by_place = fit_messages(messages, selection.centre, lambda one: message_html(one, without_links))
    surroundings = surroundings_by_ids([messages[place].message_id for place in places])
    return places, {place: message_html(messages[place], surroundings) for place in places}


def _message_before(reading: Reading, room: int, page: MessagePage, places: range) -> Message | None:
    """The message before the first one shown; None if there is none."""
    if places.start > 0:
        return page.messages[places.start - 1]
    if not (page.has_earlier and page.messages):
        return None
    return page_before(reading, room, int(page.messages[0].message_id), 1).messages[-1]


# --- breaks between messages --------------------------------------------------------------------


def _page_breaks(
    reading: Reading, room: int, before: Message | None, messages: Sequence[Message], *, is_last: bool
) -> PageBreaks:
    covered = covered_periods(reading, room)
    every_gap = [narrow_gap(gap, covered) for gap in gaps(reading, room)]
    since = None if before is None else before.send_time
    until = None if is_last else max(one.send_time for one in messages)
    pauses = pauses_between(reading, room, since, until)
    return PageBreaks(gaps_on_page(every_gap, before, messages, is_last=is_last), pauses, every_gap)


def _html_with_days(
    breaks: PageBreaks,
    before: Message | None,
    messages: Sequence[Message],
    html_by_place: dict[int, str],
    asked_id: str,
) -> str:
    """The messages in order as HTML, with breaks between them and headings for days."""
    parts, last = [], "" if before is None else iso_date(before.send_time)
    days: set[str] = set()
    for message, (_place, html) in zip(messages, sorted(html_by_place.items()), strict=True):
        parts.append(breaks.before(message))
        today = iso_date(message.send_time)
        if today != last or not days:
            anchor = "" if today in days else f' id="{day_anchor(today)}"'
            again = "(続き)" if today == last else ""
            parts.append(f'<h2 class="day"{anchor}>{day_text(message.send_time)}{again}</h2>\n')
        parts.append(_mark_message(html) if message.message_id == asked_id else html)
        days.add(today)
        last = today
    return "".join(parts)


def _mark_message(html: str) -> str:
    """The HTML of the requested message, marked with a note."""
    label = escape(_("The message you asked for"))
    return f'<div class="here"><p class="note"><b>{label}</b></p>{html}</div>\n'


def _shown_day(address: ConversationAddress, page: ConversationPage) -> str:
    """The value of the date field."""
    if address.day is not None:
        return address.day.isoformat()
    return iso_date(page.messages[-1 if address.anchor is Anchor.NEWEST else 0].send_time) if page.messages else ""


def _is_unsealed(page: ConversationPage, end: RoomEnd | None) -> bool:
    return end is not None and any(one.entry_seq > end.sealed for one in page.messages)
