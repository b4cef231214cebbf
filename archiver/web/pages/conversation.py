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
    address = parse_address(request.args)
    with view_context().reading() as reading:
        room_chat = chat(reading, room)
        page = conversation_page(reading, room_chat, address)
        end = None if page.has_later else room_end(reading, room)
    return render_template(
        "conversation.html",
        chat=room_chat,
        leaf=page,
        day=_shown_day(address, page),
        end=end,
        unsealed=_is_unsealed(page, end),
    )


def conversation_page(reading: Reading, room_chat: Chat, address: ConversationAddress) -> ConversationPage:
    """The part of a chat that is wanted."""
    room = room_chat.room_id
    selection = _find(reading, room, address)
    places, html_by_place = _fit_page(selection, surroundings_of(reading, room, selection.page.messages))
    messages = selection.page.messages[places.start : places.stop]
    has_later = selection.page.has_later or places.stop < len(selection.page.messages)
    before = _message_before(reading, room, selection.page, places)
    breaks = _page_breaks(reading, room, before, messages, is_last=not has_later)
    parts = [_html_with_days(breaks, before, messages, html_by_place, selection.here)]
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
            page = pages_of.page_after(reading, room, address.position, MESSAGES)
            return MessageSelection(page, 0) if page.messages else _newest(reading, room)
        case Anchor.BEFORE:
            page = pages_of.page_before(reading, room, address.position, MESSAGES)
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


def _from_day(reading: Reading, room: int, address: ConversationAddress) -> MessageSelection:
    first = first_on_or_after(reading, room, address.begin)
    if first is None:
        return _newest(reading, room, _("No message of this day or later is kept; this is the end."))
    page = pages_of.page_after(reading, room, int(first) - 1, MESSAGES)
    if address.day is not None and iso_date(page.messages[0].send_time) == address.day.isoformat():
        return MessageSelection(page, 0)
    return MessageSelection(page, 0, note=_("No message of this day is kept; this is the next day that has some."))


def _fit_page(selection: MessageSelection, around_of: SurroundingsOf) -> tuple[range, dict[int, str]]:
    """As many as fit. A way to a message of the same page is shorter, so the size is first taken without any."""
    messages = selection.page.messages
    everything = around_of([one.message_id for one in messages])
    places, html_by_place = fit_messages(messages, selection.centre, lambda one: message_html(one, everything))
    if len(places) == len(messages):
        return places, html_by_place
    nothing = around_of(())
    places, html_by_place = fit_messages(messages, selection.centre, lambda one: message_html(one, nothing))
    surroundings = around_of([messages[place].message_id for place in places])
    return places, {place: message_html(messages[place], surroundings) for place in places}


def _message_before(reading: Reading, room: int, page: MessagePage, places: range) -> Message | None:
    """The message in front of the first one shown."""
    if places.start > 0:
        return page.messages[places.start - 1]
    if not (page.has_earlier and page.messages):
        return None
    return pages_of.page_before(reading, room, int(page.messages[0].message_id), 1).messages[-1]


# --- what stands between them --------------------------------------------------------------------


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
    """The messages in order, with what stands between them and the days as headings."""
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
    """The message that was asked for, with a word that says so."""
    label = escape(_("The message you asked for"))
    return f'<div class="here"><p class="note"><b>{label}</b></p>{html}</div>\n'


def _shown_day(address: ConversationAddress, page: ConversationPage) -> str:
    """What the field of the date says."""
    if address.day is not None:
        return address.day.isoformat()
    return iso_date(page.messages[-1 if address.anchor is Anchor.NEWEST else 0].send_time) if page.messages else ""


def _is_unsealed(page: ConversationPage, end: RoomEnd | None) -> bool:
    return end is not None and any(one.entry_seq > end.sealed for one in page.messages)
