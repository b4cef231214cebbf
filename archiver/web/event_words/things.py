"""Words for what happened to files and tasks, and for what the user stated and handed out."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _

from archiver.render.file_reasons import reason
from archiver.render.times import typed
from archiver.store.queries.viewing.event import Event, EventKind
from archiver.web.event_words.sentence import Happening, Teller, say
from archiver.web.template_env import size

# --- files ---------------------------------------------------------------------------------------


def _file_gone(event: Event) -> Happening:
    sentence = _("The file {name} was not shown any more (reason unknown).")
    return Happening(say(sentence, name=_file(event)))


def _file_back(event: Event) -> Happening:
    return Happening(say(_("The file {name} was shown again."), name=_file(event)))


def _file_replaced(event: Event) -> Happening:
    sentence = _("The file {name} was listed with another size or time.")
    return Happening(say(sentence, name=_file(event)), _size(event.before), _size(event.after))


def _file_renamed(event: Event) -> Happening:
    return Happening(say(_("The name of a file had changed.")), event.before, event.after)


def _file_lost(event: Event) -> Happening:
    sentence = _("The bytes of the file {number} could not be saved: {reason}")
    return Happening(say(sentence, number=event.number, reason=reason(event.after)))


def _file(event: Event) -> str:
    return event.about or f"{event.number}"


def _size(given: str) -> str:
    return size(int(given)) if given.isdecimal() else given


# --- tasks ---------------------------------------------------------------------------------------


def _task(event: Event) -> Happening:
    return Happening(say(_("A task was seen for the first time.")), after=event.after)


def _task_text(event: Event) -> Happening:
    return Happening(say(_("The text of a task had changed.")), event.before, event.after)


def _task_status(event: Event) -> Happening:
    words = {"open": _("open"), "done": _("done")}
    was, now = words.get(event.before, event.before), words.get(event.after, event.after)
    return Happening(say(_("The state of the task {text} had changed."), text=event.about), was, now)


def _task_limit(event: Event) -> Happening:
    sentence = _("The deadline of the task {text} had changed.")
    return Happening(say(sentence, text=event.about), _limit(event.before), _limit(event.after))


def _task_gone(event: Event) -> Happening:
    return Happening(say(_("The task {text} was not shown any more (reason unknown)."), text=event.about))


def _task_back(event: Event) -> Happening:
    return Happening(say(_("The task {text} was shown again."), text=event.about))


def _limit(seconds: str) -> str:
    return typed(int(seconds)) if seconds.isdecimal() else _("none")


# --- what the user stated ------------------------------------------------------------------------


def _contract(_event: Event) -> Happening:
    return Happening(say(_("You entered the contract.")))


def _contract_fact(event: Event) -> Happening:
    sentence = _("You entered “{fact}” of the contract.")
    words = {"open": _("open"), "closed": _("closed"), "stopped": _("stopped"), "True": _("yes"), "False": _("no")}
    was, now = (words.get(one, one) for one in (event.before, event.after))
    return Happening(say(sentence, fact=_facts().get(event.about, event.about)), was, now)


def _delivery(event: Event) -> Happening:
    if event.about:
        sentence = _("You entered a delivery on the platform of {day}: {name}")
    else:
        sentence = _("You entered a delivery on the platform of {day}.")
    return Happening(say(sentence, day=event.after, name=event.about))


def _delivery_withdrawn(event: Event) -> Happening:
    sentence = _("You withdrew delivery {number} of {day}; the record that it was entered stays.")
    return Happening(say(sentence, number=event.number, day=event.after))


def _attachment(event: Event) -> Happening:
    sentence = _("You attached a file ({kind}): {name}")
    return Happening(say(sentence, kind=attached_words().get(event.after, event.after), name=event.about))


def _attachment_withdrawn(event: Event) -> Happening:
    sentence = _("You withdrew the attached file {name}; the record and the bytes stay.")
    return Happening(say(sentence, name=event.about))


def _part(event: Event) -> Happening:
    if not event.after:
        sentence = _("You took back who the account {account} is.")
        return Happening(say(sentence, account=event.account_id))
    words = {"client": _("the client"), "me": _("you"), "third": _("a third person")}
    sentence = _("You entered who the account {account} is: {part}. Reason: {reason}")
    part = words.get(event.after, event.after)
    return Happening(say(sentence, account=event.account_id, part=part, reason=event.about))


def _note(_event: Event) -> Happening:
    return Happening(say(_("You changed your private note on the contract (it leaves with no package).")))


# --- packages and seals --------------------------------------------------------------------------


def _exported(event: Event) -> Happening:
    words = {
        "support": _("for the platform's office"),
        "lawyer": _("for a lawyer"),
        "court": _("for a court"),
        "consult": _("for a consultation"),
        "daily": _("daily"),
    }
    sentence = _("A package was made ({profile}). SHA-256 {digest}")
    return Happening(say(sentence, profile=words.get(event.about, event.about), digest=event.after))


def _sealed(event: Event) -> Happening:
    sentence = _("Daily seal {number} ({day}). SHA-256 {digest}")
    return Happening(say(sentence, number=event.number, day=event.about, digest=event.after))


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
    """What kinds of files a user attaches."""
    return {
        "screenshot": _("screenshot"),
        "notice": _("notice"),
        "mail": _("mail"),
        "invoice": _("invoice"),
        "other": _("other"),
    }


TELLERS: Mapping[EventKind, Teller] = {
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
