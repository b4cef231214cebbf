"""What a round did, in lines that the terminal prints and pages show; gaps, and times that only an id tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from archiver.health.conditions import Condition, ConditionKind
from archiver.health.words import number_words, sentence
from archiver.message_ids import posted_at
from archiver.render.screen_text import shorten, visible
from archiver.render.times import iso_date, minute_text, moment_words
from archiver.sync.report import RoomOutcome, RoomReport, SyncReport
from archiver.wording import gettext as _
from archiver.wording import ngettext


def round_lines(report: SyncReport, *, tries_again: bool = True) -> Iterator[str]:
    """The outcome of a run, one line for each room with its details indented, and what is not complete.

    `tries_again`: the next save does; on a page a button does, and in the first run nothing else.
    """
    for room in report.rooms:
        yield f"{shorten(room.name, 30) or room.room_id}  {_outcome_words(room)}"
        counts = _count_words(room)
        if counts:
            yield "  " + counts
        yield from ("  " + gap_line(gap, report.started_at) for gap in room.gaps if gap["missing"] != 0)
        if room.error and not room.is_unreached:
            yield "  " + visible(room.error)
    if not report.rooms:
        yield sentence(Condition(ConditionKind.ENDED))
    elif report.complete and report.has_losses:
        yield _("Saved: all that Chatwork lists now. What is missing stands in “archive status”.")
        yield _("Older messages can be brought in while a chat is open: archive guide old")
    elif report.complete and not all(room.has_read_list for room in report.rooms):
        yield _("Saved: all that was seen. Not every list was read this time.")
    elif report.complete:
        yield _("Saved. Nothing is missing.")
    else:
        yield from _incomplete_lines(report, tries_again=tries_again)


def _incomplete_lines(report: SyncReport, *, tries_again: bool) -> Iterator[str]:
    """Chats that are shut are counted; another try is named where it can bring more."""
    others = [room for room in report.rooms if room.outcome is not RoomOutcome.INACCESSIBLE]
    if shut := len(report.rooms) - len(others):
        told = ngettext(
            "{n} chat can no longer be opened. What was saved stays.",
            "{n} chats can no longer be opened. What was saved stays.",
            shut,
        )
        yield told.format(n=shut)
    if not shut or any(room.outcome is RoomOutcome.FAILED or room.left_over or room.files_pending for room in others):
        later = _("Saved, but not everything: see “archive status”. The next save tries again.")
        yield (
            later
            if tries_again
            else _("Saved, but not everything. Save again to try the rest; what was saved is kept.")
        )


def _outcome_words(room: RoomReport) -> str:
    """The outcome of a room; that nothing is new is said only of a list that was read."""
    if room.is_unreached:
        return _("not read this time")
    words = {
        "archived": _("saved"),
        "unchanged": _("nothing new"),
        "waiting": _("no sign of news (its list was not read this time)"),
        "emptied": _("its list came empty"),
        "inaccessible": _("cannot be opened any more (reason unknown); what was saved is kept"),
        "failed": _("could not be read this time"),
    }
    return words[room.outcome.value]


def _count_words(room: object) -> str:
    """The counts that are not zero, in words."""
    words = {
        "new": _("messages {n}"),
        "edited": _("edited {n}"),
        "deleted": _("deleted {n}"),
        "missing": _("not shown any more {n}"),
        "backfilled": _("of these back-filled {n}"),
        "hidden_by_plan": _("named but hidden by the plan {n}"),
        "not_readable": _("named but not readable {n}"),
        "files_saved": _("files saved {n}"),
        "files_pending": _("files still to be saved {n}"),
        "files_lost": _("files given up {n}"),
        "tasks_new": _("tasks {n}"),
        "tasks_changed": _("tasks changed {n}"),
    }
    return "  ".join(text.format(n=getattr(room, name)) for name, text in words.items() if getattr(room, name))


def gap_line(gap: dict[str, object], now: datetime) -> str:
    """A gap that is not estimated at nothing, in one line: its period, how many messages, and why."""
    missing = gap["missing"]
    number = number_words(missing)
    if gap["reason"] == "erased":
        period = f"{_gap_end(gap['from'], gap['after'], now)} - {_gap_end(gap['to'], gap['before'], now)}"
        return _("Erased by you: {n} messages, {period}.").format(n=gap["missing"], period=period)
    if gap["after"] is None and gap["reason"] in ("first_sync", "plan"):
        sentence = _("Messages before {end} are not saved yet.") if missing is None else _(
            "About {n} messages before {end} are not saved yet."
        )  # fmt: skip
        return sentence.format(n=f"{missing or 0:,}", end=_gap_end(gap["to"], gap["before"], now))
    period = f"{_gap_end(gap['from'], gap['after'], now)} - {_gap_end(gap['to'], gap['before'], now)}"
    if gap["reason"] == "inaccessible":
        return _("Gap {period}: the chat could not be opened for a time; {number}.").format(
            period=period, number=number
        )
    return _("Gap {period}: not seen continuously; {number}.").format(period=period, number=number)


def _gap_end(at: object, message: object, now: datetime) -> str:
    """The time of one end of a gap, estimated from the message's id where it is not known."""
    if at:
        return moment_words(datetime.fromisoformat(str(at)), now)
    return (about_time(int(str(message))) if message is not None else None) or "?"


def about_time(number: int) -> str | None:
    """The time derived from an id, to the minute and marked as derived; None if the id gives none."""
    at = posted_at(number)
    return None if at is None else _("about {time} (derived from the id)").format(time=minute_text(at))


def derived_day(number: int) -> str:
    """The day derived from an id, without the mark; `?` if the id gives none."""
    at = posted_at(number)
    return "?" if at is None else iso_date(at)
