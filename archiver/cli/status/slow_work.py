"""The lines of `status` about the two slow works: reading old messages again, and messages that only an id tells of."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

import click

from archiver.cli.terminal.message_times import day
from archiver.cli.terminal.text import columns, wrap

if TYPE_CHECKING:
    from archiver.store.queries.slow_work import Rereading, SlowWork
    from archiver.store.working.backfill_queue import BackfillCounts

WIDTH = 80


def tell_progress(progress: SlowWork, *, days: int) -> None:
    """A line for each work that there is; `days` is the time within which old messages are read again."""
    for label, texts in words(progress, days=days):
        _tell(label, texts)


def words(progress: SlowWork, *, days: int) -> Iterator[tuple[str, list[str]]]:
    """Label and sentences of each work that there is."""
    if progress.rereading.old:
        yield _("Re-reading"), [_reread(progress.rereading, days)]
    yield from backfill_words(progress.backfill)


def backfill_words(found: BackfillCounts) -> Iterator[tuple[str, list[str]]]:
    """The same of the back-fill alone, which is counted at once in any archive."""
    cells = _cells(found)
    if cells:
        yield _("Back-fill"), ["  ".join(cells), *_unseen(found)]


def document(progress: SlowWork) -> dict[str, object]:
    """The part of `archive status --json` about them."""
    rereading, found = progress.rereading, progress.backfill
    counts = {"waiting": found.waiting, "read": found.read}
    unseen = {"hidden_by_plan": found.hidden, "not_readable": found.unreadable}
    return {"reread": {"old": rereading.old, "confirmed": rereading.confirmed}, "backfill": {**counts, **unseen}}


def _reread(one: Rereading, days: int) -> str:
    sentence = ngettext(
        "of {old} old message {confirmed} seen again within {days} days",
        "of {old} old messages {confirmed} seen again within {days} days",
        one.old,
    )
    return sentence.format(old=f"{one.old:,}", confirmed=f"{one.confirmed:,}", days=days)


def _cells(found: BackfillCounts) -> list[str]:
    """The counts that are not zero, in words."""
    words = (
        (_("waiting {n}"), found.waiting),
        (_("got {n}"), found.read),
        (_("hidden by the plan {n}"), found.hidden),
        (_("not readable {n}"), found.unreadable),
    )
    return [text.format(n=f"{number:,}") for text, number in words if number]


def _unseen(found: BackfillCounts) -> list[str]:
    """From when those are that could not be read, by their ids alone."""
    if found.unseen is None:
        return []
    first, last = map(day, found.unseen)
    sentence = _("unseen ones: about {first} - {last} (derived from the ids)")
    return [sentence.format(first=first, last=last)]


def _tell(label: str, texts: list[str]) -> None:
    margin = columns(label) + 3
    lines = [line for text in texts for line in wrap(text, WIDTH - margin)]
    click.echo("\n".join((f"{label}   " if not number else " " * margin) + line for number, line in enumerate(lines)))
