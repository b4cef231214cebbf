"""Warnings before something is missing: a fast chat, a wrong clock, a full disk, unread messages that became fewer.

They change no exit code, and no sentence names a person or a chat.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from archiver.health.runs import clock_sentence
from archiver.render.times import interval_words
from archiver.store.queries import files, message_counter
from archiver.store.working import remembered_values
from archiver.sync import message_rate, run_end
from archiver.sync.files import download

if TYPE_CHECKING:
    from archiver.store.archive import Reading
    from archiver.sync.report import SyncReport

RECENT = timedelta(days=7)
"""How far back a busy hour or an unexplained drop of unread messages still matters."""


def run_warnings(report: SyncReport) -> list[str]:
    """The warnings of one run, one sentence each."""
    found = []
    if report.clock_offset_ms is not None and run_end.is_clock_wrong(report.clock_offset_ms):
        found.append(clock_sentence(report.clock_offset_ms))
    if report.unread_dropped:
        found.append(_unread_sentence())
    if download.NO_SPACE in report.reported:
        found.append(_full_disk_sentence())
    return found


def archive_warnings(reading: Reading, rooms: Collection[int], *, every: timedelta, now: datetime) -> list[str]:
    """The warnings that the last runs left in the archive about these rooms, one sentence each."""
    found = []
    fast = sum(_is_fast(reading, room, every=every, since=now - RECENT) for room in rooms)
    if fast:
        sentence = ngettext(
            "In {n} chat so much is written that a gap may form between two saves (every {every}). Keep this "
            "computer on, or see: archive check",
            "In {n} chats so much is written that a gap may form between two saves (every {every}). Keep this "
            "computer on, or see: archive check",
            fast,
        )
        found.append(sentence.format(n=fast, every=interval_words(every)))
    offset = remembered_values.CLOCK_OFFSET.recall(reading)
    if offset is not None and run_end.is_clock_wrong(offset):
        found.append(clock_sentence(offset))
    dropped = remembered_values.UNREAD_DROPPED.recall(reading)
    if dropped is not None and abs(now - dropped) < RECENT:
        found.append(_unread_sentence())
    if files.count_waiting_for_space(reading, rooms):
        found.append(_full_disk_sentence())
    return found


def _is_fast(reading: Reading, room: int, *, every: timedelta, since: datetime) -> bool:
    rate = message_rate.messages_per_minute(message_counter.counter_readings(reading, room, since=since))
    return message_rate.could_overrun(rate, every=every)


def _unread_sentence() -> str:
    return _(
        "While saving, your unread messages became fewer, perhaps because you read in Chatwork yourself. "
        "If you did not, please tell us: saving should mark nothing as read."
    )


def _full_disk_sentence() -> str:
    return _(
        "Files are waiting: this computer has less free space than must stay free ([files] stop_when_free_gb). Texts "
        "are still saved. Free some space, or move the archive."
    )
