"""Describes a gap in one line of the screen."""

from __future__ import annotations

from datetime import datetime
from gettext import gettext as _

from archiver.cli.terminal.times import jst_time
from archiver.cli.terminal.times_from_ids import about_time


def gap_line(gap: dict[str, object]) -> str:
    """A gap in one line: its period, how many messages, and why."""
    from archiver.standing.emergency_words import number_words  # a quiet run tells no gap

    missing = gap["missing"]
    number = number_words(missing)
    if gap["reason"] == "erased":
        period = f"{_gap_end(gap['from'], gap['after'])} - {_gap_end(gap['to'], gap['before'])}"
        return _("Erased by you: {n} messages, {period}.").format(n=gap["missing"], period=period)
    if gap["after"] is None and gap["reason"] in ("first_sync", "plan"):
        return _("Before the first save: not listed by Chatwork ({number}).").format(number=number)
    if missing == 0:
        number = _("probably nothing is missing (estimate 0)")
    period = f"{_gap_end(gap['from'], gap['after'])} - {_gap_end(gap['to'], gap['before'])}"
    if gap["reason"] == "inaccessible":
        return _("Gap {period}: the chat could not be opened for a time; {number}.").format(
            period=period, number=number
        )
    return _("Gap {period}: not seen continuously; {number}.").format(period=period, number=number)


def _gap_end(at: object, message: object) -> str:
    """The time of one end of a gap, estimated from the message's id where it is not known."""
    if at:
        return jst_time(datetime.fromisoformat(str(at)))
    return (about_time(int(str(message))) if message is not None else None) or "?"
