"""Sentences for events of messages, gaps, chats and people."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _
from gettext import ngettext

from archiver.store.queries.viewing.timeline_event import EventKind, TimelineEvent
from archiver.web.event_words.sentence import EventText, EventWriter, safe_sentence

# --- messages ------------------------------------------------------------------------------------


def _write_edited(event: TimelineEvent) -> EventText:
    sentence = _("The text of a message by {name} had changed.")
    return EventText(safe_sentence(sentence, name=_person_name(event)), event.before, event.after)


def _write_touched(event: TimelineEvent) -> EventText:
    sentence = _("The time of the last edit of a message by {name} had changed; its text is the same.")
    return EventText(safe_sentence(sentence, name=_person_name(event)))


def _write_deleted(event: TimelineEvent) -> EventText:
    return EventText(
        safe_sentence(_("A message by {name} had changed to “deleted”."), name=_person_name(event)), event.before
    )


def _write_missing(event: TimelineEvent) -> EventText:
    sentence = _("A message by {name} was not shown any more (reason unknown).")
    return EventText(safe_sentence(sentence, name=_person_name(event)), event.before)


def _write_shown_again(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("A message by {name} was shown again."), name=_person_name(event)))


def _write_first_edited(event: TimelineEvent) -> EventText:
    sentence = _("A message by {name} was already edited when it was first saved (the text before that is unknown).")
    return EventText(safe_sentence(sentence, name=_person_name(event)))


def _write_first_deleted(event: TimelineEvent) -> EventText:
    sentence = _("A message by {name} was already “deleted” when it was first saved (its text is unknown).")
    return EventText(safe_sentence(sentence, name=_person_name(event)))


def _person_name(event: TimelineEvent) -> str:
    return event.about or event.person or f"ID {event.account_id}"


# --- gaps and access -----------------------------------------------------------------------------


def _write_gap_opened(event: TimelineEvent) -> EventText:
    if event.before:
        sentence = _("A gap (a period that could not be saved) between two messages: {first}, and {last}.")
    else:
        sentence = _("A gap (a period that could not be saved) from the beginning of the chat to a message: {last}.")
    return EventText(safe_sentence(sentence + _missing_sentence(event), first=event.before, last=event.after))


def _write_erased(event: TimelineEvent) -> EventText:
    count = int(event.about) if event.about.isdecimal() else 0
    sentence = ngettext(
        "You erased {count} saved message between two others: {first}, and {last}.",
        "You erased {count} saved messages between two others: {first}, and {last}.",
        count,
    )
    return EventText(safe_sentence(sentence, count=count, first=event.before, last=event.after))


def _write_gap_narrowed(event: TimelineEvent) -> EventText:
    sentence = _("One of the messages in the gap before this one could be saved after all: {last}.")
    return EventText(safe_sentence(sentence + _missing_sentence(event), last=event.after))


def _write_gap_closed(event: TimelineEvent) -> EventText:
    sentence = _("The gap before this message is closed, everything in it was seen: {last}.")
    return EventText(safe_sentence(sentence, last=event.after))


def _missing_sentence(event: TimelineEvent) -> str:
    if not event.about.isdecimal():
        return ""
    number = int(event.about)
    sentence = ngettext(
        " According to Chatwork's counter, about {n} message is missing.",
        " According to Chatwork's counter, about {n} messages are missing.",
        number,
    )
    return sentence.format(n=f"{number:,}")


def _write_inaccessible(_event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The chat could not be opened any more (reason unknown).")))


def _write_accessible(_event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The chat could be opened again.")))


def _write_room_renamed(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The name of the chat had changed.")), event.before, event.after)


def _write_room_described(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The description of the chat had changed.")), event.before, event.after)


def _write_room_type(event: TimelineEvent) -> EventText:
    types = {"direct": _("direct chat"), "group": _("group chat"), "my": _("My Chat")}
    before, after = types.get(event.before, event.before), types.get(event.after, event.after)
    return EventText(safe_sentence(_("The kind of the chat had changed.")), before, after)


# --- people --------------------------------------------------------------------------------------


def _write_joined(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("{name} was among the members."), name=_person_name(event)))


def _write_left(event: TimelineEvent) -> EventText:
    return EventText(
        safe_sentence(_("{name} was not among the members any more (reason unknown)."), name=_person_name(event))
    )


def _write_renamed(event: TimelineEvent) -> EventText:
    sentence = _("The display name of {name} had changed.")
    name = event.before or f"ID {event.account_id}"
    return EventText(safe_sentence(sentence, name=name), event.before, event.after)


def _write_role(event: TimelineEvent) -> EventText:
    return EventText(
        safe_sentence(_("The role of {name} had changed."), name=_person_name(event)), event.before, event.after
    )


def _write_organization(event: TimelineEvent) -> EventText:
    return EventText(
        safe_sentence(_("The organisation of {name} had changed."), name=_person_name(event)), event.before, event.after
    )


def _write_department(event: TimelineEvent) -> EventText:
    return EventText(
        safe_sentence(_("The department of {name} had changed."), name=_person_name(event)), event.before, event.after
    )


def _write_contact(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("{name} was among your contacts."), name=_person_name(event)))


def _write_no_contact(event: TimelineEvent) -> EventText:
    sentence = _("{name} was not among your contacts any more (reason unknown).")
    return EventText(safe_sentence(sentence, name=_person_name(event)))


CHAT_WRITERS: Mapping[EventKind, EventWriter] = {
    EventKind.EDITED: _write_edited,
    EventKind.TOUCHED: _write_touched,
    EventKind.DELETED: _write_deleted,
    EventKind.MISSING: _write_missing,
    EventKind.SHOWN_AGAIN: _write_shown_again,
    EventKind.FIRST_EDITED: _write_first_edited,
    EventKind.FIRST_DELETED: _write_first_deleted,
    EventKind.GAP_OPENED: _write_gap_opened,
    EventKind.GAP_NARROWED: _write_gap_narrowed,
    EventKind.GAP_CLOSED: _write_gap_closed,
    EventKind.ERASED: _write_erased,
    EventKind.INACCESSIBLE: _write_inaccessible,
    EventKind.ACCESSIBLE: _write_accessible,
    EventKind.ROOM_RENAMED: _write_room_renamed,
    EventKind.ROOM_DESCRIBED: _write_room_described,
    EventKind.ROOM_TYPE: _write_room_type,
    EventKind.JOINED: _write_joined,
    EventKind.LEFT: _write_left,
    EventKind.RENAMED: _write_renamed,
    EventKind.ROLE: _write_role,
    EventKind.ORGANIZATION: _write_organization,
    EventKind.DEPARTMENT: _write_department,
    EventKind.CONTACT: _write_contact,
    EventKind.NO_CONTACT: _write_no_contact,
}
