"""Looks at the last save again where a round failed after it: that a save is fresh does not mean that saving works."""

from __future__ import annotations

from datetime import datetime
from gettext import gettext as _

from archiver.health.finding import Look, Verdict, action, attention, minute
from archiver.notices.sentences_saving import NEEDS_YOU, stands


def with_fault(look: Look, fault: str | None, *, last: datetime | None) -> Look:
    """The look at the last save, or why none has gone through since; `fault`: the name of that error."""
    if fault is None:
        return look
    saved = _("Nothing has been saved yet.") if last is None else _("The last save was at {time}.")
    text = f"{saved.format(time=last and minute(last))} {stands(fault)}"  # a command stands best at the end
    needed = look.verdict is Verdict.ACTION or fault in NEEDS_YOU
    return (action if needed else attention)(look.name, text)
