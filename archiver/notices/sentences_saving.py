"""Sentences of notices about saving: it stopped and why, it fails just now, it goes on after a pause."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext

from archiver.health.error_reasons import command, reason
from archiver.notices.facts import NoticeFacts
from archiver.store.working.remembered_values import EndedPause


def stopped_sentence(facts: NoticeFacts) -> str:
    """That nothing was saved for longer than the settings allow, with the reason of the last failed round."""
    hours, why = facts.hours or 0, reason(facts.reason)
    words = {"n": hours, "reason": why, "command": command(facts.reason)}
    if why is None:
        return ngettext(
            "[Stopped] Nothing was saved for {n} hour. Texts that change meanwhile are lost. Run: {command}",
            "[Stopped] Nothing was saved for {n} hours. Texts that change meanwhile are lost. Run: {command}",
            hours,
        ).format(**words)
    return ngettext(
        "[Stopped] Nothing was saved for {n} hour. Reason: {reason}. Texts that change meanwhile are lost. {command}",
        "[Stopped] Nothing was saved for {n} hours. Reason: {reason}. Texts that change meanwhile are lost. {command}",
        hours,
    ).format(**words)


def failed_sentence(facts: NoticeFacts) -> str:
    """That the last round failed, and why."""
    why = reason(facts.reason)
    if why is None:
        return _("Saving does not work just now. It is tried again by itself. Run: archive check")
    sentence = _("Saving does not work just now. Reason: {reason}. It is tried again by itself. {command}")
    return sentence.format(reason=why, command=command(facts.reason))


def resumed_sentence(pause: EndedPause) -> str:
    """That a long pause has ended: with gaps, without, or not all of its time is read yet."""
    duration = pause_words(round((pause.end - pause.begin).total_seconds() / 3600))
    if pause.gaps:
        sentence = ngettext(
            "Saving goes on after {pause}, with {n} gap: messages of that time are missing. For texts changed "
            "meanwhile, the earlier text is not known. See: archive status",
            "Saving goes on after {pause}, with {n} gaps: messages of that time are missing. For texts changed "
            "meanwhile, the earlier text is not known. See: archive status",
            pause.gaps,
        )
        return sentence.format(pause=duration, n=pause.gaps)
    if pause.is_complete:
        sentence = _(
            "Saving goes on after {pause}; the messages of that time were fetched without a gap. For texts changed "
            "meanwhile, the earlier text is not known."
        )
        return sentence.format(pause=duration)
    sentence = _(
        "Saving goes on after {pause}; not all of that time has been read yet. For texts changed meanwhile, the "
        "earlier text is not known. See: archive status"
    )
    return sentence.format(pause=duration)


def pause_words(hours: int) -> str:
    """Days and hours in words."""
    days, rest = divmod(hours, 24)
    if not days:
        return ngettext("{n} hour", "{n} hours", rest).format(n=rest)
    if not rest:
        return ngettext("{days} day", "{days} days", days).format(days=days)
    return ngettext("{days} day {hours} h", "{days} days {hours} h", days).format(days=days, hours=rest)
