"""The lines of `status` about re-reading old messages and about the back-fill of messages known by id alone."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import WIDTH, columns, wrap
from archiver.setup.round_words import derived_day

if TYPE_CHECKING:
    from archiver.store.queries.reread_and_backfill_progress import Rereading, SlowWork
    from archiver.store.working.backfill_queue import BackfillCounts


def tell_progress(progress: SlowWork, *, days: int) -> None:
    """Print what there is of the two; `days` is the time within which old messages are read again."""
    if progress.rereading.old:
        _tell_labelled(_("Checked again"), [_reread_sentence(progress.rereading, days)])
    if cells := _count_words(progress.backfill):
        _tell_labelled(_("Back-fill"), ["  ".join(cells), *_unseen_sentences(progress.backfill)])


def document(progress: SlowWork) -> dict[str, object]:
    """The part of `archive status --json` about re-reading and back-fill."""
    rereading, backfill = progress.rereading, progress.backfill
    counts = {"waiting": backfill.waiting, "read": backfill.read}
    unseen = {"hidden_by_plan": backfill.hidden, "not_readable": backfill.unreadable}
    return {"reread": {"old": rereading.old, "confirmed": rereading.confirmed}, "backfill": {**counts, **unseen}}


def _reread_sentence(rereading: Rereading, days: int) -> str:
    sentence = ngettext(
        "{confirmed} of {old} old message seen again within {days} days",
        "{confirmed} of {old} old messages seen again within {days} days",
        rereading.old,
    )
    return sentence.format(old=f"{rereading.old:,}", confirmed=f"{rereading.confirmed:,}", days=days)


def _count_words(counts: BackfillCounts) -> list[str]:
    """The counts that are not zero, in words."""
    words = (
        (_("waiting {n}"), counts.waiting),
        (_("saved {n}"), counts.read),
        (_("hidden by the plan {n}"), counts.hidden),
        (_("not readable {n}"), counts.unreadable),
    )
    return [text.format(n=f"{number:,}") for text, number in words if number]


def _unseen_sentences(counts: BackfillCounts) -> list[str]:
    """The period of the messages that could not be read, estimated from their ids."""
    if counts.unseen is None:
        return []
    first, last = map(derived_day, counts.unseen)
    sentence = _("unseen ones: about {first} - {last} (derived from the ids)")
    return [sentence.format(first=first, last=last)]


def _tell_labelled(label: str, texts: list[str]) -> None:
    margin = columns(label) + 3
    lines = [line for text in texts for line in wrap(text, WIDTH - margin)]
    echo("\n".join((f"{label}   " if not number else " " * margin) + line for number, line in enumerate(lines)))
