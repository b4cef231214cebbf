"""Notices in words, one sentence for each kind of trouble, the most urgent first: no names and no text of a message."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import gettext as _
from gettext import ngettext

from archiver.notices import due, sentences_departure
from archiver.notices.due import (
    ALERT,
    DAILY,
    DUE,
    FAULT,
    FINDINGS,
    GAP,
    HINT,
    LOST,
    PACE,
    PAUSE,
    REMOTE,
    STALE,
    UNREAD,
    DueNotices,
)
from archiver.notices.facts import Coming, NoticeFacts, Today
from archiver.notices.sentences_saving import fault, resumed, stopped


def sentences(made: DueNotices, facts: NoticeFacts) -> list[str]:
    """Everything that is to be said."""
    return [*_urgent(made, facts), *_lasting(made, facts), *_over(made, facts), *_told(made, facts)]


def _urgent(made: DueNotices, facts: NoticeFacts) -> Iterator[str]:
    yield from sentences_departure.sentences(due.of_kind(ALERT, made.say), facts)
    if STALE in made.say:
        yield stopped(facts)
    elif due.of_kind(FAULT, made.say):
        yield fault(facts)
    if FINDINGS in made.say:
        yield _("[Check] Something in the archive does not match. Change nothing; call: archive verify --deep")
    if due.of_kind(HINT, made.say):
        yield _("[Check] Something asks for a decision of yours. See: archive alerts")


def _lasting(made: DueNotices, facts: NoticeFacts) -> Iterator[str]:
    """What nobody can mend any more, and what is near."""
    unread = due.of_kind(UNREAD, made.say)
    if unread:
        sentence = ngettext(
            "[Attention] {n} chat has not been read for long; what is changed there meanwhile is lost. "
            "See: archive status",
            "[Attention] {n} chats have not been read for long; what is changed there meanwhile is lost. "
            "See: archive status",
            unread,
        )
        yield sentence.format(n=unread)
    gaps, lost = due.of_kind(GAP, made.say), due.of_kind(LOST, made.say)
    if gaps:
        yield ngettext("A new gap: {n}. See: archive status", "New gaps: {n}. See: archive status", gaps).format(n=gaps)
    if lost:
        sentence = ngettext(
            "{n} file could not be had. See: archive status", "{n} files could not be had. See: archive status", lost
        )
        yield sentence.format(n=lost)
    fast = due.of_kind(PACE, made.say)
    if fast:
        yield _fast(fast, facts)
    if due.of_kind(DUE, made.say):
        yield from (_due(one) for one in facts.dues)
    if REMOTE in made.say:
        yield needs_part()


def _over(made: DueNotices, facts: NoticeFacts) -> Iterator[str]:
    """What has ended, and only what is true now."""
    saves = not any(_keeps_from_saving(key) for key in made.known)
    if facts.resumed is not None and saves and due.of_kind(PAUSE, made.say):
        yield resumed(facts.resumed)
    elif saves and any(_keeps_from_saving(key) for key in made.over):
        yield _saves_again(complete=facts.complete, alarm=due.of_kind(ALERT, made.say) > 0)
    if FINDINGS in made.over:
        yield _("The archive was verified again, and nothing was found.")
    if facts.read_again:
        sentence = ngettext("{n} chat is read again.", "{n} chats are read again.", facts.read_again)
        yield sentence.format(n=facts.read_again)
    if facts.regained:
        sentence = ngettext(
            "{n} file that could not be had is saved now.",
            "{n} files that could not be had are saved now.",
            facts.regained,
        )
        yield sentence.format(n=facts.regained)


def _saves_again(*, complete: bool | None, alarm: bool) -> str:
    """None: it is not known whether anything is unsaved; beside an alarm nothing else may seem to be over."""
    if alarm:
        return _("Saving itself works again.")
    if complete is None:
        return _("That is over: saving works again.")
    if complete:
        return _("That is over: saving works again. Nothing is missing.")
    return _("That is over: saving works again. Not everything is saved yet. See: archive status")


def _told(made: DueNotices, facts: NoticeFacts) -> Iterator[str]:
    if facts.today is not None and due.of_kind(DAILY, made.say):
        stands = any(key.startswith((FAULT, ALERT, HINT, FINDINGS, STALE)) for key in made.known)
        yield daily(facts.today, stands=stands)


def _keeps_from_saving(key: str) -> bool:
    return key == STALE or key.startswith(FAULT)


# --- what is near, and every day -----------------------------------------------------------------


def _fast(chats: int, facts: NoticeFacts) -> str:
    sentence = ngettext(
        "[Attention] In {n} chat so much is written that a gap may form, as it is saved every {minutes} minutes. "
        "Keep this computer on, or see: archive check",
        "[Attention] In {n} chats so much is written that a gap may form, as they are saved every {minutes} minutes. "
        "Keep this computer on, or see: archive check",
        chats,
    )
    return sentence.format(n=chats, minutes=f"{facts.every.total_seconds() / 60:g}")


def _due(one: Coming) -> str:
    told = {"contract": one.contract, "name": one.deadline.name, "advice": one.deadline.advice}
    if one.contract is None:
        today = _("Today: {name}. {advice}. Please check the number of days.")
        tomorrow = _("Tomorrow: {name}. {advice}. Please check the number of days.")
    else:
        today = _("Contract {contract}, today: {name}. {advice}. Please check the number of days.")
        tomorrow = _("Contract {contract}, tomorrow: {name}. {advice}. Please check the number of days.")
    return (tomorrow if one.left else today).format(**told)


def needs_part() -> str:
    """What is missing for other places to be told at."""
    return _(
        "Notices cannot be sent to the addresses of [notify] urls: a part of this program is missing. "
        'Add it: pip install "chatwork-archiver[notify]"'
    )


def daily(told: Today, *, stands: bool) -> str:
    """The notice of a day; `stands`: something that needs the user is still there."""
    words = {"day": f"{told.period.day:%m-%d}", "messages": told.saved.messages, "files": told.saved.files}
    if stands:
        text = _(
            "Chatwork archive {day}: something needs you. Saved: messages {messages}, files {files}. Call: archive"
        ).format(**words)
    elif told.pending or told.lost:
        text = _("Chatwork archive {day}: partly unsaved. Saved: messages {messages}, files {files}.").format(**words)
    else:
        text = _("Chatwork archive {day}: fine. Saved: messages {messages}, files {files}.").format(**words)
    if told.pending:
        text += _(" Still to be fetched: files {n}. They are tried again; nothing is urgent.").format(n=told.pending)
    if told.lost:
        text += _(" Could not be had: files {n}.").format(n=told.lost)
    return text + (_(" Gaps: {n}.").format(n=told.gaps) if told.gaps else _(" No gap."))
