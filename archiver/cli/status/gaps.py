"""A gap in one line of the screen."""

from __future__ import annotations

from datetime import datetime
from gettext import gettext as _

from archiver.cli.terminal.message_times import about
from archiver.cli.terminal.times import jst


def gap_line(gap: dict[str, object]) -> str:
    """A gap in one line: which stretch, how many, why."""
    missing = gap["missing"]
    number = _("number unknown") if missing is None else _("about {n} messages").format(n=missing)
    if gap["after"] is None and gap["reason"] in ("first_sync", "plan"):
        return _("Before the first save: not listed by Chatwork ({number}).").format(number=number)
    if missing == 0:
        number = _("probably nothing is missing (estimate 0)")
    period = f"{_border(gap['from'], gap['after'])} - {_border(gap['to'], gap['before'])}"
    if gap["reason"] == "inaccessible":
        return _("Gap {period}: the chat could not be opened for a time; {number}.").format(
            period=period, number=number
        )
    return _("Gap {period}: not seen without a hole; {number}.").format(period=period, number=number)


def _border(at: object, message: object) -> str:
    """One end of a gap: its time, or else the one that the message's id tells."""
    if at:
        return jst(datetime.fromisoformat(str(at)))
    return (about(int(str(message))) if message is not None else None) or "?"
