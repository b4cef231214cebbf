"""Notices in words, one sentence for each kind of trouble, the most urgent first: no names and no text of a message."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import gettext as _
from gettext import ngettext

from archiver.notices import due_notices, sentences_departure
from archiver.notices.due_notices import (
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
from archiver.notices.facts import DailyFacts, DeadlineFacts, NoticeFacts
from archiver.notices.sentences_saving import failed_sentence, resumed_sentence, stopped_sentence


def sentences(notices: DueNotices, facts: NoticeFacts) -> list[str]:
    """All sentences of these notices."""
    return [
        *_urgent_sentences(notices, facts),
        *_lasting_sentences(notices, facts),
        *_over_sentences(notices, facts),
        *_daily_sentences(notices, facts),
    ]


def _urgent_sentences(notices: DueNotices, facts: NoticeFacts) -> Iterator[str]:
    yield from sentences_departure.sentences(due_notices.count_of_kind(ALERT, notices.say), facts)
    if STALE in notices.say:
        yield stopped_sentence(facts)
    elif due_notices.count_of_kind(FAULT, notices.say):
        yield failed_sentence(facts)
    if FINDINGS in notices.say:
        yield _("[Check] Something in the archive does not match. Change nothing; run: archive verify --deep")
    if due_notices.count_of_kind(HINT, notices.say):
        yield _("[Check] Something needs your decision. See: archive alerts")


def _lasting_sentences(notices: DueNotices, facts: NoticeFacts) -> Iterator[str]:
    """Sentences about what nobody can mend any more, and about what is near."""
    unread = due_notices.count_of_kind(UNREAD, notices.say)
    if unread:
        sentence = ngettext(
            "[Attention] {n} chat has not been read for a long time; what changes there meanwhile is lost. See: "
            "archive status",
            "[Attention] {n} chats have not been read for a long time; what changes there meanwhile is lost. See: "
            "archive status",
            unread,
        )
        yield sentence.format(n=unread)
    gaps, lost = due_notices.count_of_kind(GAP, notices.say), due_notices.count_of_kind(LOST, notices.say)
    if gaps:
        yield ngettext("A new gap: {n}. See: archive status", "New gaps: {n}. See: archive status", gaps).format(n=gaps)
    if lost:
        sentence = ngettext(
            "{n} file could not be downloaded. See: archive status",
            "{n} files could not be downloaded. See: archive status",
            lost,
        )
        yield sentence.format(n=lost)
    fast = due_notices.count_of_kind(PACE, notices.say)
    if fast:
        yield _pace_sentence(fast, facts)
    if due_notices.count_of_kind(DUE, notices.say):
        yield from (_deadline_sentence(one) for one in facts.deadlines)
    if REMOTE in notices.say:
        yield missing_library_sentence()


def _over_sentences(notices: DueNotices, facts: NoticeFacts) -> Iterator[str]:
    """Sentences about what has ended, as far as they are true now."""
    saves = not any(_keeps_from_saving(key) for key in notices.known)
    if facts.ended_pause is not None and saves and due_notices.count_of_kind(PAUSE, notices.say):
        yield resumed_sentence(facts.ended_pause)
    elif saves and any(_keeps_from_saving(key) for key in notices.over):
        yield _saves_again_sentence(facts, alarm=due_notices.count_of_kind(ALERT, notices.say) > 0)
    if FINDINGS in notices.over:
        yield _("The archive was verified again, and nothing was found.")
    if facts.read_again:
        sentence = ngettext("{n} chat is read again.", "{n} chats are read again.", facts.read_again)
        yield sentence.format(n=facts.read_again)
    if facts.regained:
        sentence = ngettext(
            "{n} file that could not be downloaded is saved now.",
            "{n} files that could not be downloaded are saved now.",
            facts.regained,
        )
        yield sentence.format(n=facts.regained)


def _saves_again_sentence(facts: NoticeFacts, *, alarm: bool) -> str:
    """That saving works again, and whether all is there. Beside an alert nothing else may seem to be over."""
    if alarm:
        return _("Saving itself works again.")
    if facts.complete is None:
        return _("That is over: saving works again.")
    if facts.complete and facts.has_unlisted_beginning:
        return _("That is over: saving works again. All that Chatwork lists now is saved.")
    if facts.complete:
        return _("That is over: saving works again. Nothing is missing.")
    return _("That is over: saving works again. Not everything is saved yet. See: archive status")


def _daily_sentences(notices: DueNotices, facts: NoticeFacts) -> Iterator[str]:
    if facts.daily is not None and due_notices.count_of_kind(DAILY, notices.say):
        needs_user = any(key.startswith((FAULT, ALERT, HINT, FINDINGS, STALE)) for key in notices.known)
        yield daily_sentence(facts.daily, needs_user=needs_user)


def _keeps_from_saving(key: str) -> bool:
    return key == STALE or key.startswith(FAULT)


# --- what is near, and every day -----------------------------------------------------------------


def _pace_sentence(chats: int, facts: NoticeFacts) -> str:
    sentence = ngettext(
        "[Attention] In {n} chat so much is written that a gap may form, as it is saved every {minutes} minutes. "
        "Keep this computer on, or see: archive check",
        "[Attention] In {n} chats so much is written that a gap may form, as they are saved every {minutes} minutes. "
        "Keep this computer on, or see: archive check",
        chats,
    )
    return sentence.format(n=chats, minutes=f"{facts.every.total_seconds() / 60:g}")


def _deadline_sentence(deadline: DeadlineFacts) -> str:
    words = {"contract": deadline.contract, "name": deadline.deadline.name, "advice": deadline.deadline.advice}
    if deadline.contract is None:
        today = _("Today: {name}. {advice}. Please check the number of days.")
        tomorrow = _("Tomorrow: {name}. {advice}. Please check the number of days.")
    else:
        today = _("Contract {contract}, today: {name}. {advice}. Please check the number of days.")
        tomorrow = _("Contract {contract}, tomorrow: {name}. {advice}. Please check the number of days.")
    return (tomorrow if deadline.days_left else today).format(**words)


def missing_library_sentence() -> str:
    """The sentence that the library for `[notify] urls` is missing."""
    return _(
        "Notices cannot be sent to the addresses of [notify] urls: a part of this program is missing. "
        'Add it: pip install "chatwork-archiver[notify]"'
    )


def daily_sentence(facts: DailyFacts, *, needs_user: bool) -> str:
    """The notice of a day; `needs_user`: whether a trouble that needs the user is still there."""
    words = {"day": f"{facts.period.day:%m-%d}", "messages": facts.saved.messages, "files": facts.saved.files}
    if needs_user:
        text = _(
            "Chatwork archive {day}: something needs your attention. Saved: messages {messages}, files {files}. Run: "
            "archive"
        ).format(**words)
    elif facts.pending or facts.lost:
        text = _("Chatwork archive {day}: incomplete. Saved: messages {messages}, files {files}.").format(**words)
    else:
        text = _("Chatwork archive {day}: fine. Saved: messages {messages}, files {files}.").format(**words)
    if facts.pending:
        text += _(" Still to be fetched: files {n}. They are tried again; nothing is urgent.").format(n=facts.pending)
    if facts.lost:
        text += _(" Could not be downloaded: files {n}.").format(n=facts.lost)
    return text + (_(" Gaps: {n}.").format(n=facts.gaps) if facts.gaps else _(" No gap."))
