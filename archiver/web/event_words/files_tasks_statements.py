"""Sentences for events of files, tasks, statements of the user, packages and seals."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _

from archiver.records import contract_facts
from archiver.render.missing_parts import reason
from archiver.render.times import typed_time
from archiver.store.queries.viewing.timeline_event import EventKind, TimelineEvent
from archiver.web.event_words.sentence import EventText, EventWriter, safe_sentence
from archiver.web.template_env import size_text

# --- files ---------------------------------------------------------------------------------------


def _write_file_gone(event: TimelineEvent) -> EventText:
    sentence = _("The file {name} was not shown any more (reason unknown).")
    return EventText(safe_sentence(sentence, name=_file_name(event)))


def _write_file_back(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The file {name} was shown again."), name=_file_name(event)))


def _write_file_replaced(event: TimelineEvent) -> EventText:
    sentence = _("The file {name} was listed with another size or time.")
    return EventText(
        safe_sentence(sentence, name=_file_name(event)), _size_in_words(event.before), _size_in_words(event.after)
    )


def _write_file_renamed(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The name of a file had changed.")), event.before, event.after)


def _write_file_lost(event: TimelineEvent) -> EventText:
    sentence = _("The bytes of the file {number} could not be saved: {reason}")
    return EventText(safe_sentence(sentence, number=event.number, reason=reason(event.after)))


def _file_name(event: TimelineEvent) -> str:
    return event.about or f"{event.number}"


def _size_in_words(number: str) -> str:
    return size_text(int(number)) if number.isdecimal() else number


# --- tasks ---------------------------------------------------------------------------------------


def _write_task(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("A task was seen for the first time.")), after=event.after)


def _write_task_text(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The text of a task had changed.")), event.before, event.after)


def _write_task_status(event: TimelineEvent) -> EventText:
    words = {"open": _("open"), "done": _("done")}
    was, now = words.get(event.before, event.before), words.get(event.after, event.after)
    return EventText(safe_sentence(_("The state of the task {text} had changed."), text=event.about), was, now)


def _write_task_limit(event: TimelineEvent) -> EventText:
    sentence = _("The deadline of the task {text} had changed.")
    return EventText(
        safe_sentence(sentence, text=event.about), _limit_in_words(event.before), _limit_in_words(event.after)
    )


def _write_task_gone(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The task {text} was not shown any more (reason unknown)."), text=event.about))


def _write_task_back(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The task {text} was shown again."), text=event.about))


def _limit_in_words(seconds: str) -> str:
    return typed_time(int(seconds)) if seconds.isdecimal() else _("none")


# --- what the user stated ------------------------------------------------------------------------


def _write_contract(_event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("You entered the job.")))


def _write_contract_fact(event: TimelineEvent) -> EventText:
    sentence = _("You entered “{fact}” of the job.")
    words = {"open": _("open"), "closed": _("closed"), "stopped": _("stopped"), "True": _("yes"), "False": _("no")}
    was, now = (words.get(one, one) for one in (event.before, event.after))
    return EventText(safe_sentence(sentence, fact=_fact_words().get(event.about, event.about)), was, now)


def _write_delivery(event: TimelineEvent) -> EventText:
    if event.about:
        sentence = _("You entered a delivery on the platform of {day}: {name}")
    else:
        sentence = _("You entered a delivery on the platform of {day}.")
    return EventText(safe_sentence(sentence, day=event.after, name=event.about))


def _write_delivery_withdrawn(event: TimelineEvent) -> EventText:
    sentence = _("You withdrew delivery {number} of {day}; the record that it was entered stays.")
    return EventText(safe_sentence(sentence, number=event.number, day=event.after))


def _write_attachment(event: TimelineEvent) -> EventText:
    sentence = _("You attached a file ({kind}): {name}")
    return EventText(safe_sentence(sentence, kind=attachment_words().get(event.after, event.after), name=event.about))


def _write_attachment_withdrawn(event: TimelineEvent) -> EventText:
    sentence = _("You withdrew the attached file {name}; the record and the bytes stay.")
    return EventText(safe_sentence(sentence, name=event.about))


def _write_part(event: TimelineEvent) -> EventText:
    if not event.after:
        sentence = _("You took back what you entered about the account {account}.")
        return EventText(safe_sentence(sentence, account=event.person or event.account_id))
    words = {"client": _("the client"), "me": _("you"), "third": _("another person")}
    sentence = _("You entered who the account {account} is: {part}. Reason: {reason}")
    part = words.get(event.after, event.after)
    return EventText(safe_sentence(sentence, account=event.person or event.account_id, part=part, reason=event.about))


def _write_note(_event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("You changed your private note on the job (it is in no export).")))


# --- packages and seals --------------------------------------------------------------------------


def _write_exported(event: TimelineEvent) -> EventText:
    words = {
        "support": _("for the platform's support"),
        "lawyer": _("for a lawyer"),
        "court": _("for a court"),
        "consult": _("for a consultation"),
        "daily": _("daily"),
    }
    sentence = _("An export was made ({profile}). SHA-256 {digest}")
    return EventText(safe_sentence(sentence, profile=words.get(event.about, event.about), digest=event.after))


def _write_sealed(event: TimelineEvent) -> EventText:
    sentence = _("Daily seal {number} ({day}). SHA-256 {digest}")
    return EventText(safe_sentence(sentence, number=event.number, day=event.about, digest=event.after))


def _fact_words() -> Mapping[str, str]:
    labels = {fact.name: _(fact.label) for fact in contract_facts.FACTS}
    lists = {"invoices": _("Invoices"), "payments": _("Payments received"), "terms": _("Terms told")}
    return {**labels, **lists, "rooms": _("Chats"), "state": _("State"), "closed_at": _("Closed at")}


def attachment_words() -> Mapping[str, str]:
    """The kinds of attached files in words."""
    return {
        "screenshot": _("screenshot"),
        "notice": _("from the platform"),
        "mail": _("mail"),
        "invoice": _("invoice"),
        "other": _("other"),
    }


THING_WRITERS: Mapping[EventKind, EventWriter] = {
    EventKind.FILE_GONE: _write_file_gone,
    EventKind.FILE_BACK: _write_file_back,
    EventKind.FILE_REPLACED: _write_file_replaced,
    EventKind.FILE_RENAMED: _write_file_renamed,
    EventKind.FILE_LOST: _write_file_lost,
    EventKind.TASK: _write_task,
    EventKind.TASK_TEXT: _write_task_text,
    EventKind.TASK_STATUS: _write_task_status,
    EventKind.TASK_LIMIT: _write_task_limit,
    EventKind.TASK_GONE: _write_task_gone,
    EventKind.TASK_BACK: _write_task_back,
    EventKind.CONTRACT: _write_contract,
    EventKind.CONTRACT_FACT: _write_contract_fact,
    EventKind.DELIVERY: _write_delivery,
    EventKind.DELIVERY_WITHDRAWN: _write_delivery_withdrawn,
    EventKind.ATTACHMENT: _write_attachment,
    EventKind.ATTACHMENT_WITHDRAWN: _write_attachment_withdrawn,
    EventKind.PART: _write_part,
    EventKind.NOTE: _write_note,
    EventKind.EXPORTED: _write_exported,
    EventKind.SEALED: _write_sealed,
}
