"""What `view` hands to the pages: the archive, and in sentences what `status` would say of it."""

from __future__ import annotations

import re
import sys
from gettext import gettext as _
from typing import TYPE_CHECKING

from archiver.cli.commands import COMMANDS
from archiver.cli.contracts import deadlines
from archiver.cli.status import (
    emergency,
    page,
    saving,
    slow_work,
    stamp_lines,
    warnings,
)
from archiver.cli.terminal import times
from archiver.cli.terminal.text import visible
from archiver.records.alerts import Level
from archiver.settings.home import home_path
from archiver.store.working import backfill_queue
from archiver.web import shell_command
from archiver.web.context import Attention, Block, Condition, ViewContext

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from archiver.cli.context import CliContext
    from archiver.settings.model import Settings
    from archiver.store.archive import Reading
    from archiver.store.queries.status import Status

_CONDITIONS = {None: Condition.GOOD, Level.MEDIUM: Condition.ATTENTION, Level.HIGH: Condition.ACTION}


def desk_of(obj: CliContext) -> ViewContext:
    """The archive of this call, read only. Raises BadSettings."""
    from archiver.app import utc_now
    from archiver.cli.terminal.language import spoken
    from archiver.store.queries.status import status

    settings = obj.settings()
    authorities = [one.name for one in settings.timestamp.authorities]
    return ViewContext(
        home=obj.home,
        now=utc_now,
        status=lambda reading: status(reading, authorities=authorities),
        attention=lambda reading, told: attention(reading, told, settings, now=utc_now()),
        command=command(obj.home),
        language=spoken(),
    )


def command(home: Path) -> tuple[str, ...]:
    """How a new terminal calls the program for an archive; the variables of this one need not be set there."""
    return ("archive",) if home == home_path(None, {}) else ("archive", "--home", str(home))


def attention(reading: Reading, told: Status, settings: Settings, *, now: datetime) -> Attention:
    """What asks for something, and how all is kept."""
    from archiver.store.queries.contracts import rooms_to_read

    rooms = rooms_to_read(reading, now)
    watched = warnings.of_archive(reading, rooms, every=settings.sync.every, now=now)
    stopped = saving.obstacles(reading, settings.home)
    found = page.warnings(told, settings, now=now, stopped=stopped) + watched
    alarms = emergency.alarms(reading, told.contracts, told.alerts)
    words = command(settings.home)
    sentences = (*found, *page.other_alerts(told, alarms))
    facts = _facts(reading, told, settings, rooms, now=now)
    return Attention(
        condition=_CONDITIONS[page.condition(told, found, alarms)],
        blocks=tuple(_block(one, words) for one in alarms),
        sentences=tuple(calling(one, words) for one in sentences),
        facts=tuple((label, calling(fact, words, alone=True)) for label, fact in facts),
    )


def calling(sentence: str, words: Sequence[str], *, alone: bool = False) -> str:
    """A sentence whose commands call the program for this archive; `alone`: where two blanks keep them apart.

    That is for sentences with a path or a name in them, which may look like a command.
    """
    begun = r"(?:^|(?<=  ))" if alone else r"(?<![\w/.\\-])"
    line = visible(shell_command.line(words, platform=sys.platform))
    return re.sub(rf"{begun}archive (?=(?:{'|'.join(COMMANDS)})\b)", lambda _found: f"{line} ", sentence)


def _block(one: emergency.Emergency, words: Sequence[str]) -> Block:
    told = emergency.as_text(one)
    return Block(told.head, told.rows, tuple(calling(step, words) for step in told.steps))


def _facts(
    reading: Reading, told: Status, settings: Settings, rooms: Collection[int], *, now: datetime
) -> Iterator[tuple[str, str]]:
    """As in `status`, but for the re-reading, whose counting would make the page wait in a large archive."""
    yield _("Last save"), times.jst(told.last_sync) if told.last_sync else _("never")
    for label, texts in slow_work.backfill_words(backfill_queue.tally(reading, rooms)):
        yield from ((label, text) for text in texts)
    yield _("Daily seals"), "  ".join(stamp_lines.seal_words(told))
    if not settings.timestamp.authorities:
        yield _("Third-party time"), _("off (the seals show no time that a stranger vouches for)")
    yield _("Other copy"), "  ".join(filter(None, page.backup_words(told.backup, _("Attention"))))
    blank, near = deadlines.told(reading, told.contracts, now=now)
    yield from ((_("Not entered"), line) for line in blank)
    yield from ((_("Deadline"), line) for line in near)
