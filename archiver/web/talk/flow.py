"""The flow of a conversation as rows: days, messages with what became of them, gaps and pauses, in order of time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from gettext import gettext as _
from gettext import ngettext
from itertools import islice, pairwise
from typing import NamedTuple

from markupsafe import Markup, escape

from archiver.chatwork.notation.nodes import ReplyTag
from archiver.chatwork.notation.parse import DELETED, parse
from archiver.claims.sentences import renamed_lines
from archiver.evidence.history import is_box_removal
from archiver.records import Gap, Message, Pause, State, Version
from archiver.render import message_body, times
from archiver.render.gap_breaks import GapBreaks, GapEnd, gap_reason, gap_sentence, narrow_gap, overlaps
from archiver.render.invisible_characters import visible
from archiver.render.message_body import reply_target
from archiver.render.times import moment_words
from archiver.store.archive import Reading
from archiver.store.queries.entries import covered_periods
from archiver.store.queries.looks_and_gaps import gaps
from archiver.store.queries.viewing.calendar import pauses_between
from archiver.store.queries.viewing.message_summaries import MessageSummary, message_summaries
from archiver.store.queries.viewing.messages import first_fitting
from archiver.web.context import Row, view_context
from archiver.web.talk.message_links import MessageContext, message_context, words_line
from archiver.web.talk.text_diff import version_pair

BYTES_LIMIT = 200_000
"""The limit for the messages of a page, so that the whole page stays below 0.4 MB. One message always fits."""

SAME_MINUTES = timedelta(minutes=5)
"""For so long the next message of the same person needs no name."""

LONGEST = 19
"""Digits of the largest id of a message that a database holds."""

FOLDED_FROM = 3
"""More pauses than this between two messages are folded up."""

STEPS = 10
"""Changes of one message that are told in the flow; its own page has them all."""

MARKED = 40
"""Changes whose words are compared on a page; of the others the earlier text stands unmarked."""


class Flow(NamedTuple):
    """The rows of a page, and the messages that are on it."""

    rows: list[Row]
    messages: Sequence[Message]
    has_earlier: bool
    has_later: bool


def flow(
    reading: Reading,
    room: int,
    messages: Sequence[Message],
    centre: int,
    *,
    before: Message | None,
    has_later: bool,
    with_breaks: bool = True,
) -> Flow:
    """As many of these messages around the centre as fit, with the days and breaks between them."""
    context, now = message_context(reading, room, messages), view_context().now()
    answered = _answered(reading, messages)
    row_of = partial(_message_row, context=context, answered=answered, now=now, marked=iter(range(1, MARKED + 1)))
    places, rows = _fit(messages, centre, row_of)
    shown = messages[places.start : places.stop]
    before = messages[places.start - 1] if places.start else before
    has_later = has_later or places.stop < len(messages)
    breaks = _breaks(reading, room, before, shown, is_last=not has_later) if with_breaks else (GapBreaks((), ()), [])
    return Flow([*_with_days(breaks, before, shown, rows, now)], shown, before is not None, has_later)


def single_row(reading: Reading, message: Message) -> Row:
    """The row of one message by itself, without its earlier texts."""
    context = message_context(reading, message.room_id, [message])
    row = _message_row(message, context, _answered(reading, [message]), view_context().now(), iter(()))
    return row | {"same": False, "steps": [one | {"caption": ""} for one in row["steps"][:STEPS]]}


def interval_text(start: datetime, end: datetime, now: datetime) -> str:
    """Two times as one period: `11月30日(月) 12:17〜12:22`."""
    last = times.clock_words(end) if times.iso_date(start) == times.iso_date(end) else minute_text(end, now)
    return _("{start}–{end}").format(start=minute_text(start, now), end=last)


def minute_text(at: datetime, now: datetime) -> str:
    """A time to the minute, with its year only where it is another one."""
    return f"{day_text(at, now)} {times.clock_words(at)}"


def day_text(at: datetime, now: datetime) -> str:
    """A day with its weekday, with its year only where it is another one."""
    iso = times.iso_date(at)
    return times.day_of_month(iso) if times.iso_date(now)[:4] == iso[:4] else times.day_text(at)


def list_time(at: datetime, now: datetime) -> str:
    """A time in a list: the clock today, else the day, else with its year."""
    iso, today = times.iso_date(at), times.iso_date(now)
    if iso == today:
        return times.clock_words(at)
    return f"{int(iso[5:7])}/{int(iso[8:])}" if iso[:4] == today[:4] else iso


# --- messages ------------------------------------------------------------------------------------


def _fit(messages: Sequence[Message], centre: int, row_of: partial[Row]) -> tuple[range, list[Row]]:
    """The range of messages around one that fit on a page, and their rows in order."""
    outward = places_outward(len(messages), centre) if messages else ()
    found = dict(first_fitting(((one, row_of(messages[one])) for one in outward), _html_bytes, BYTES_LIMIT))
    return range(min(found, default=0), max(found, default=-1) + 1), [found[place] for place in sorted(found)]


def _html_bytes(placed: tuple[int, Row]) -> int:
    row = placed[1]
    return len(row["words"].encode()) + sum(len(one["html"].encode()) for one in row["steps"] if one["html"])


def places_outward(count: int, centre: int) -> Iterator[int]:
    """The indexes below `count` from the centre outwards, after and before it by turns."""
    yield centre
    for distance in range(1, count):
        if centre + distance < count:
            yield centre + distance
        if centre - distance >= 0:
            yield centre - distance


Answered = dict[tuple[int, int], MessageSummary]
"""What messages answer, by room and message."""


def _message_row(
    message: Message, context: MessageContext, answered: Answered, now: datetime, marked: Iterator[int]
) -> Row:
    references = context.references._replace(name_of=context.names_at(message.send_time))
    shown = message.shown_text
    nodes = parse(shown)
    reply = _reply_of(message)
    words = message_body.html(nodes[1:] if reply else nodes, references)
    steps = [*islice(_steps(message, references, shown, now, marked), STEPS + 1)]
    return {
        "kind": "message",
        "message": message,
        "name": visible(message.name) or f"ID {message.account_id}",
        "mine": message.account_id == context.owner_id,
        "picture": context.picture_of(message.account_id),
        "words": Markup(words),  # noqa: S704 - of render/
        "void": ""
        if shown or message.texts
        else _("Already shown as deleted when it was first saved; its text is not known."),
        "reply": reply and _reply_line(message, reply, references, answered),
        "steps": steps[:STEPS],
        "more": len(steps) > STEPS,
        "changed": len(message.versions) > 1 or message.state is State.MISSING,
        "notes": [*_notes(message)],
        "files": [*_files(message, shown, context)],
        "tasks": context.tasks.get(message.message_id, ()),
    }


def _notes(message: Message) -> Iterator[str]:
    """What is to be known of a message beside its texts."""
    if message.texts and message.texts[0].update_time > 0:
        yield _("It was already edited when it was first saved; nobody here saw what it said before.")
    if message.state is State.HIDDEN:
        yield _("Hidden by the limits of the plan now; this text was saved before.")


def _steps(
    message: Message, references: message_body.References, shown: str, now: datetime, marked: Iterator[int]
) -> Iterator[Row]:
    """What became of a message, the latest first: each with when, and the earlier text where it is another one."""
    if message.state is State.MISSING:
        seen = message.versions[-1].last_seen if message.versions else message.first_seen
        title = _("Chatwork does not show it any more (reason unknown).")
        yield _step(title, _kept_words(interval_text(seen, message.changed_at, now)))
    for before, after in reversed(list(pairwise(message.versions))):
        when, saved = interval_text(before.last_seen, after.first_seen, now), minute_text(before.first_seen, now)
        plain = escape(message_body.plain_text(parse(before.body), references))
        if before.body == after.body:
            text = _("Only the time of the edit changed ({when}); the text stayed the same.")
            yield _step("", text.format(when=when))
        elif after.body == DELETED:
            title = (
                _("Chatwork shows it as deleted now.")
                if message.state is State.DELETED
                else _("It was shown as deleted.")
            )
            if before.body == shown:
                yield _step(title, _kept_words(when))
            else:
                caption = _("Text before that (saved {time})").format(time=saved)
                yield _step(title, _("({when})").format(when=when), caption, plain)
        elif before.body != DELETED:
            html = version_pair(1, before.body, after.body, references).before if next(marked, 0) else plain
            if is_box_removal(before.body, after.body, after.update_time):
                caption = _("Text before that (saved {time})").format(time=saved)
                yield _step(
                    _("Chatwork shows the file or task as deleted."), _("({when})").format(when=when), caption, html
                )
                continue
            caption = _("Text before the edit (saved {time})").format(time=saved)
            yield _step("", _("Edited ({when}).").format(when=when) + _edit_time(before, after, now), caption, html)


def _step(title: str, text: str, caption: str = "", html: Markup | None = None) -> Row:
    return {"title": title, "text": text, "caption": caption, "html": html}


def _kept_words(when: str) -> str:
    return _("This text was saved before that ({when}).").format(when=when)


def _edit_time(before: Version, after: Version, now: datetime) -> str:
    if after.update_time <= 0 or after.update_time == before.update_time:
        return ""
    at = times.typed_time(after.update_time, lambda at: moment_words(at, now))
    return " " + _("Chatwork's time of the edit: {time}").format(time=at)


def _files(message: Message, shown: str, context: MessageContext) -> Iterator[Row]:
    """The files of a message that its text does not show already, and those that were renamed or not saved."""
    for file in context.attachments.get(message.message_id, ()):
        link, renames = context.references.file_of(file.file_id), context.renames_of(file.file_id)
        if file.sha256 and not renames and f":{file.file_id}]" in shown and f"id={file.file_id}" in shown:
            continue
        picture = link and link.picture if f"id={file.file_id}" not in shown else None
        yield {"name": visible(file.name), "size": file.size, "href": link and link.href, "picture": picture,
               "reason": "" if file.sha256 else visible(file.reason or _("reason unknown")),
               "renamed": renamed_lines(renames, file.saved_at, visible), "gone": file.gone_since}  # fmt: skip


# --- replies -------------------------------------------------------------------------------------


def _reply_of(message: Message) -> ReplyTag | None:
    """The reply with which a message begins, if it names a message."""
    if not message.shown_text.startswith("[rp"):
        return None
    first = parse(message.shown_text)[0]
    return first if isinstance(first, ReplyTag) and first.message_id is not None else None


def answered_place(message: Message) -> tuple[int, int] | None:
    """Room and message that a message answers, as numbers; None for those that no database holds."""
    reply = _reply_of(message)
    if reply is None or reply.room_id is None or reply.message_id is None or len(reply.message_id) > LONGEST:
        return None
    place = int(reply.room_id), int(reply.message_id)
    return place if max(place) < 2**63 else None


def _answered(reading: Reading, messages: Iterable[Message]) -> Answered:
    """What these messages answer, of the same chat."""
    places = {place for one in messages if (place := answered_place(one)) and place[0] == one.room_id}
    return {(one.room_id, int(one.message_id)): one for one in message_summaries(reading, sorted(places))}


def _reply_line(message: Message, reply: ReplyTag, references: message_body.References, answered: Answered) -> Row:
    """One line of what is answered; where that is not kept in this chat, the way to it."""
    place = answered_place(message)
    found = answered.get(place) if place else None
    if found is None:
        name, link = reply_target(reply, references)
        return {"text": f"{name} {link.label if link else ''}", "href": link and link.href}
    return {"text": f"{visible(found.name)}: {words_line(found.text, references)}", "href": None}


# --- days and breaks -----------------------------------------------------------------------------


def _breaks(
    reading: Reading, room: int, before: Message | None, messages: Sequence[Message], *, is_last: bool
) -> tuple[GapBreaks, list[Gap]]:
    covered = covered_periods(reading, room)
    every_gap = [narrow_gap(gap, covered) for gap in gaps(reading, room)]
    since = None if before is None else before.send_time
    until = None if is_last else max(one.send_time for one in messages)
    on_page = gaps_on_page(every_gap, before, messages, is_last=is_last)
    return GapBreaks(on_page, pauses_between(reading, room, since, until)), every_gap


def gaps_on_page(
    every_gap: Sequence[Gap], before: Message | None, messages: Sequence[Message], *, is_last: bool
) -> list[Gap]:
    """The gaps, but those estimated at nothing, that begin on a page or before it, and end on it or after it.

    `before` is the message before the page's first; `is_last` means that no message follows the page.
    """
    begin = -1 if before is None else int(before.message_id)
    end = int(messages[-1].message_id) if messages else -1
    shown = (gap for gap in every_gap if gap.missing != 0 and (is_last or int(gap.after or -1) < end))
    return [gap for gap in shown if begin < int(gap.before)]


def _with_days(
    breaks: tuple[GapBreaks, list[Gap]],
    before: Message | None,
    messages: Sequence[Message],
    rows: Sequence[Row],
    now: datetime,
) -> Iterator[Row]:
    """The rows of the messages with breaks between them and headings for days."""
    last, day = None, "" if before is None else times.iso_date(before.send_time)
    for message, row in zip(messages, rows, strict=True):
        due = [*break_rows(breaks[0].due(message), breaks[1], now)]
        yield from due
        today = times.iso_date(message.send_time)
        if today != day or last is None:
            # The heading of a day that goes on stands with the way to the earlier ones, and goes with it.
            yield {"kind": "day", "iso": today, "text": day_text(message.send_time, now), "again": today == day}
        row["same"] = not due and today == day and last is not None and _is_same(last, row)
        yield row
        last, day = row, today
    yield from break_rows(breaks[0].left(), breaks[1], now)


def _is_same(last: Row, row: Row) -> bool:
    """Whether a message goes on from the one before it, so that it needs no name."""
    before, message = last["message"], row["message"]
    is_plain = not (last["changed"] or row["changed"] or message.is_notice or before.is_notice)
    apart = abs(message.send_time - before.send_time)
    return is_plain and before.account_id == message.account_id and apart <= SAME_MINUTES


def break_rows(due: Iterable[Pause | Gap | GapEnd], every_gap: Collection[Gap], now: datetime) -> Iterator[Row]:
    """The rows of what stands between two messages; many pauses in one place are folded up."""
    listed = list(due)
    pauses = [_pause_text(one, every_gap, now) for one in listed if isinstance(one, Pause)]
    if len(pauses) > FOLDED_FROM:
        head = ngettext("Saving had stopped {n} time", "Saving had stopped {n} times", len(pauses))
        yield {"kind": "pauses", "text": head.format(n=len(pauses)), "lines": pauses}
    else:
        yield from ({"kind": "pause", "text": text} for text in pauses)
    for one in listed:
        if isinstance(one, GapEnd):
            yield {
                "kind": "pause",
                "text": _("Up to here messages are missing; those above were saved later."),
            }
        elif isinstance(one, Gap):
            is_open = one.reason in {"first_sync", "window", "inaccessible"}
            reason = _("They can perhaps be taken in: save Chatwork's page after scrolling up to its beginning.")
            erased = _("Messages that you erased here: {n}.").format(n=one.missing)
            text = erased if one.is_erased else gap_sentence([one], now)
            yield {"kind": "gap", "number": one.number, "text": text, "is_open": is_open,
                   "reason": reason if is_open else gap_reason(one)}  # fmt: skip


def _pause_text(pause: Pause, every_gap: Collection[Gap], now: datetime) -> str:
    """When nobody looked, and what of that time is saved."""
    touching = [gap for gap in every_gap if not gap.is_erased and overlaps(pause, gap.start, gap.end)]
    lost = _("Saving had stopped: {period}. Not all messages of that time are saved.") if touching else _(
        "Saving had stopped: {period}. What was still shown later is saved, what was edited then only as edited."
    )  # fmt: skip
    return lost.format(period=interval_text(pause.start, pause.end, now))
