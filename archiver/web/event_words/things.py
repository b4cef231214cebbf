"""Sentences for events of files, tasks, statements of the user, packages and seals."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _

from archiver.render.file_reasons import reason
from archiver.render.times import typed_time
from archiver.store.queries.viewing.event import EventKind, TimelineEvent
from archiver.web.event_words.sentence import EventText, EventWriter, safe_sentence
from archiver.web.template_env import size_text

# --- files ---------------------------------------------------------------------------------------


def _file_gone(event: TimelineEvent) -> EventText:
    sentence = _("The file {name} was not shown any more (reason unknown).")
    return EventText(safe_sentence(sentence, name=_file(event)))


def _file_back(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The file {name} was shown again."), name=_file(event)))


def _file_replaced(event: TimelineEvent) -> EventText:
    sentence = _("The file {name} was listed with another size or time.")
    return EventText(safe_sentence(sentence, name=_file(event)), _size(event.before), _size(event.after))


def _file_renamed(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The name of a file had changed.")), event.before, event.after)


def _file_lost(event: TimelineEvent) -> EventText:
    sentence = _("The bytes of the file {number} could not be saved: {reason}")
    return EventText(safe_sentence(sentence, number=event.number, reason=reason(event.after)))


def _file(event: TimelineEvent) -> str:
    return event.about or f"{event.number}"


def _size(number: str) -> str:
    return size_text(int(number)) if number.isdecimal() else number


# --- tasks ---------------------------------------------------------------------------------------


def _task(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("A task was seen for the first time.")), after=event.after)


def _task_text(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The text of a task had changed.")), event.before, event.after)


def _task_status(event: TimelineEvent) -> EventText:
    words = {"open": _("open"), "done": _("done")}
    was, now = words.get(event.before, event.before), words.get(event.after, event.after)
    return EventText(safe_sentence(_("The state of the task {text} had changed."), text=event.about), was, now)


def _task_limit(event: TimelineEvent) -> EventText:
    sentence = _("The deadline of the task {text} had changed.")
    return EventText(safe_sentence(sentence, text=event.about), _limit(event.before), _limit(event.after))


def _task_gone(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The task {text} was not shown any more (reason unknown)."), text=event.about))


def _task_back(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The task {text} was shown again."), text=event.about))


def _limit(seconds: str) -> str:
    return typed_time(int(seconds)) if seconds.isdecimal() else _("none")


# --- what the user stated ------------------------------------------------------------------------


def _contract(_event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("You entered the contract.")))


def _contract_fact(event: TimelineEvent) -> EventText:
    sentence = _("You entered “{fact}” of the contract.")
    words = {"open": _("open"), "closed": _("closed"), "stopped": _("stopped"), "True": _("yes"), "False": _("no")}
    was, now = (words.get(one, one) for one in (event.before, event.after))
    return EventText(safe_sentence(sentence, fact=_facts().get(event.about, event.about)), was, now)


def _delivery(event: TimelineEvent) -> EventText:
    if event.about:
        sentence = _("You entered a delivery on the platform of {day}: {name}")
    else:
        sentence = _("You entered a delivery on the platform of {day}.")
    return EventText(safe_sentence(sentence, day=event.after, name=event.about))


def _delivery_withdrawn(event: TimelineEvent) -> EventText:
    sentence = _("You withdrew delivery {number} of {day}; the record that it was entered stays.")
    return EventText(safe_sentence(sentence, number=event.number, day=event.after))


def _attachment(event: TimelineEvent) -> EventText:
    sentence = _("You attached a file ({kind}): {name}")
    return EventText(safe_sentence(sentence, kind=attached_words().get(event.after, event.after), name=event.about))


def _attachment_withdrawn(event: TimelineEvent) -> EventText:
    sentence = _("You withdrew the attached file {name}; the record and the bytes stay.")
    return EventText(safe_sentence(sentence, name=event.about))


def _part(event: TimelineEvent) -> EventText:
    if not event.after:
        sentence = _("You took back who the account {account} is.")
        return EventText(safe_sentence(sentence, account=event.account_id))
    words = {"client": _("the client"), "me": _("you"), "third": _("a third person")}
    sentence = _("You entered who the account {account} is: {part}. Reason: {reason}")
    part = words.get(event.after, event.after)
    return EventText(safe_sentence(sentence, account=event.account_id, part=part, reason=event.about))


def _note(_event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("You changed your private note on the contract (it leaves with no package).")))


# --- packages and seals --------------------------------------------------------------------------


def _exported(event: TimelineEvent) -> EventText:
    words = {
        "support": _("for the platform's office"),
        "lawyer": _("for a lawyer"),
        "court": _("for a court"),
        "consult": _("for a consultation"),
        "daily": _("daily"),
    }
    sentence = _("A package was made ({profile}). SHA-256 {digest}")
    return EventText(safe_sentence(sentence, profile=words.get(event.about, event.about), digest=event.after))


def _sealed(event: TimelineEvent) -> EventText:
    sentence = _("Daily seal {number} ({day}). SHA-256 {digest}")
    return EventText(safe_sentence(sentence, number=event.number, day=event.about, digest=event.after))


def _facts() -> Mapping[str, str]:
    return {
        "platform": _("Platform"),
        "platform_id": _("Number there"),
        "title": _("Job"),
        "client": _("Client"),
        "url": _("Page"),
        "client_url": _("Client's profile"),
        "worker_url": _("Your profile"),
        "contracted_on": _("Contract of"),
        "escrowed_at": _("Escrow (仮払い)"),
        "contact_requested_on": _("Outside contact asked for"),
        "contact_approved_on": _("Outside contact approved"),
        "amount": _("Amount"),
        "due_on": _("Due on"),
        "nda": _("Promise of secrecy"),
        "rooms": _("Chats"),
        "state": _("State"),
        "closed_at": _("Closed at"),
    }


def attached_words() -> Mapping[str, str]:
    """The kinds of attached files in words."""
    return {
        "screenshot": _("screenshot"),
        "notice": _("notice"),
        "mail": _("mail"),
        "invoice": _("invoice"),
        "other": _("other"),
    }


THING_WRITERS: Mapping[EventKind, EventWriter] = {
    EventKind.FILE_GONE: _file_gone,
    EventKind.FILE_BACK: _file_back,
    EventKind.FILE_REPLACED: _file_replaced,
    EventKind.FILE_RENAMED: _file_renamed,
    EventKind.FILE_LOST: _file_lost,
    EventKind.TASK: _task,
    EventKind.TASK_TEXT: _task_text,
    EventKind.TASK_STATUS: _task_status,
    EventKind.TASK_LIMIT: _task_limit,
    EventKind.TASK_GONE: _task_gone,
    EventKind.TASK_BACK: _task_back,
    EventKind.CONTRACT: _contract,
    EventKind.CONTRACT_FACT: _contract_fact,
    EventKind.DELIVERY: _delivery,
    EventKind.DELIVERY_WITHDRAWN: _delivery_withdrawn,
    EventKind.ATTACHMENT: _attachment,
    EventKind.ATTACHMENT_WITHDRAWN: _attachment_withdrawn,
    EventKind.PART: _part,
    EventKind.NOTE: _note,
    EventKind.EXPORTED: _exported,
    EventKind.SEALED: _sealed,
}
