"""Notices about saving itself: it stopped and why, it does not work just now, it goes on after a pause."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext

from archiver.health.fault_reasons import command, reason
from archiver.notices.facts import NoticeFacts
from archiver.rounds.long_pauses import Resumed


def stopped(facts: NoticeFacts) -> str:
    """Nothing was saved for longer than the settings allow, with the reason of the last round that failed."""
    hours, why = facts.hours or 0, reason(facts.reason)
    told = {"n": hours, "reason": why, "command": command(facts.reason)}
    if why is None:
        return ngettext(
            "[Stopped] Nothing was saved for {n} hour. Texts that change meanwhile are lost. Call: {command}",
            "[Stopped] Nothing was saved for {n} hours. Texts that change meanwhile are lost. Call: {command}",
            hours,
        ).format(**told)
    return ngettext(
        "[Stopped] Nothing was saved for {n} hour. Reason: {reason}. Texts that change meanwhile are lost. {command}",
        "[Stopped] Nothing was saved for {n} hours. Reason: {reason}. Texts that change meanwhile are lost. {command}",
        hours,
    ).format(**told)


def fault(facts: NoticeFacts) -> str:
    """The last round failed."""
    why = reason(facts.reason)
    if why is None:
        return _("Saving does not work just now. It is tried again by itself. Call: archive check")
    sentence = _("Saving does not work just now. Reason: {reason}. It is tried again by itself. {command}")
    return sentence.format(reason=why, command=command(facts.reason))


def resumed(told: Resumed) -> str:
    """A long pause has ended: with gaps, without, or not all of it is read yet."""
    pause = span(round((told.end - told.begin).total_seconds() / 3600))
    if told.gaps:
        sentence = ngettext(
            "Saving goes on after {pause}, with {n} gap: messages of that time are lacking. "
            "Texts that were changed meanwhile are not known as they were. See: archive status",
            "Saving goes on after {pause}, with {n} gaps: messages of that time are lacking. "
            "Texts that were changed meanwhile are not known as they were. See: archive status",
            told.gaps,
        )
        return sentence.format(pause=pause, n=told.gaps)
    if told.whole:
        sentence = _(
            "Saving goes on after {pause}; the messages of that time were had without a gap. "
            "Texts that were changed meanwhile are not known as they were."
        )
        return sentence.format(pause=pause)
    sentence = _(
        "Saving goes on after {pause}; not all of that time was read yet. "
        "Texts that were changed meanwhile are not known as they were. See: archive status"
    )
    return sentence.format(pause=pause)


def span(hours: int) -> str:
    """Days and hours in words."""
    days, rest = divmod(hours, 24)
    if not days:
        return ngettext("{n} hour", "{n} hours", rest).format(n=rest)
    if not rest:
        return ngettext("{days} day", "{days} days", days).format(days=days)
    return ngettext("{days} day {hours} h", "{days} days {hours} h", days).format(days=days, hours=rest)
