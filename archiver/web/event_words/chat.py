"""Sentences for events of messages, gaps, chats and people."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _
from gettext import ngettext

from archiver.store.queries.viewing.event import EventKind, TimelineEvent
from archiver.web.event_words.sentence import EventText, EventWriter, safe_sentence

# --- messages ------------------------------------------------------------------------------------


def _edited(event: TimelineEvent) -> EventText:
    sentence = _("The text of a message by {name} had changed.")
    return EventText(safe_sentence(sentence, name=_who(event)), event.before, event.after)


def _touched(event: TimelineEvent) -> EventText:
    sentence = _("The time of the last edit of a message by {name} had changed; its text is the same.")
    return EventText(safe_sentence(sentence, name=_who(event)))


def _deleted(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("A message by {name} had changed to “deleted”."), name=_who(event)), event.before)


def _missing(event: TimelineEvent) -> EventText:
    sentence = _("A message by {name} was not shown any more (reason unknown).")
    return EventText(safe_sentence(sentence, name=_who(event)), event.before)


def _hidden(event: TimelineEvent) -> EventText:
    if event.number is not None:
        sentence = ngettext(
            "{n} message was hidden by the limits of the plan. What was saved of it is kept.",
            "{n} messages were hidden by the limits of the plan. What was saved of them is kept.",
            event.number,
        )
        return EventText(safe_sentence(sentence, n=f"{event.number:,}"))
    sentence = _("A message by {name} was hidden by the limits of the plan.")
    return EventText(safe_sentence(sentence, name=_who(event)), event.before)


def _shown_again(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("A message by {name} was shown again."), name=_who(event)))


def _first_edited(event: TimelineEvent) -> EventText:
    sentence = _("A message by {name} was already edited when it was first saved (the text before that is unknown).")
    return EventText(safe_sentence(sentence, name=_who(event)))


def _first_deleted(event: TimelineEvent) -> EventText:
    sentence = _("A message by {name} was already “deleted” when it was first saved (its text is unknown).")
    return EventText(safe_sentence(sentence, name=_who(event)))


def _who(event: TimelineEvent) -> str:
    return event.about or f"ID {event.account_id}"


# --- gaps and access -----------------------------------------------------------------------------


def _gap_opened(event: TimelineEvent) -> EventText:
    if event.before:
        sentence = _("A gap (a period that could not be saved) between the messages {first} and {last}.")
    else:
        sentence = _("A gap (a period that could not be saved) from the beginning of the chat to the message {last}.")
    return EventText(safe_sentence(sentence + _missing_number(event), first=event.before, last=event.after))


def _gap_narrowed(event: TimelineEvent) -> EventText:
    sentence = _("One of the messages in the gap before the message {last} could be saved after all.")
    return EventText(safe_sentence(sentence + _missing_number(event), last=event.after))


def _gap_closed(event: TimelineEvent) -> EventText:
    sentence = _("The gap before the message {last} is closed: everything in it was seen.")
    return EventText(safe_sentence(sentence, last=event.after))


def _missing_number(event: TimelineEvent) -> str:
    if not event.about.isdecimal():
        return ""
    number = int(event.about)
    sentence = ngettext(
        " By Chatwork's counter about {n} message is missing.",
        " By Chatwork's counter about {n} messages are missing.",
        number,
    )
    return sentence.format(n=f"{number:,}")


def _inaccessible(_event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The chat could not be opened any more (reason unknown).")))


def _accessible(_event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The chat could be opened again.")))


def _room_renamed(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The name of the chat had changed.")), event.before, event.after)


def _room_described(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The description of the chat had changed.")), event.before, event.after)


# --- people --------------------------------------------------------------------------------------


def _joined(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("{name} was among the members."), name=_who(event)))


def _left(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("{name} was not among the members any more (reason unknown)."), name=_who(event)))


def _renamed(event: TimelineEvent) -> EventText:
    sentence = _("The display name of the account {account} had changed.")
    return EventText(safe_sentence(sentence, account=event.account_id), event.before, event.after)


def _role(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The role of {name} had changed."), name=_who(event)), event.before, event.after)


def _organization(event: TimelineEvent) -> EventText:
    return EventText(
        safe_sentence(_("The organisation of {name} had changed."), name=_who(event)), event.before, event.after
    )


def _department(event: TimelineEvent) -> EventText:
    return EventText(
        safe_sentence(_("The department of {name} had changed."), name=_who(event)), event.before, event.after
    )


def _contact(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The account {account} was among your contacts."), account=event.account_id))


def _no_contact(event: TimelineEvent) -> EventText:
    sentence = _("The account {account} was not among your contacts any more (reason unknown).")
    return EventText(safe_sentence(sentence, account=event.account_id))


CHAT_WRITERS: Mapping[EventKind, EventWriter] = {
    EventKind.EDITED: _edited,
    EventKind.TOUCHED: _touched,
    EventKind.DELETED: _deleted,
    EventKind.MISSING: _missing,
    EventKind.HIDDEN: _hidden,
    EventKind.SHOWN_AGAIN: _shown_again,
    EventKind.FIRST_EDITED: _first_edited,
    EventKind.FIRST_DELETED: _first_deleted,
    EventKind.GAP_OPENED: _gap_opened,
    EventKind.GAP_NARROWED: _gap_narrowed,
    EventKind.GAP_CLOSED: _gap_closed,
    EventKind.INACCESSIBLE: _inaccessible,
    EventKind.ACCESSIBLE: _accessible,
    EventKind.ROOM_RENAMED: _room_renamed,
    EventKind.ROOM_DESCRIBED: _room_described,
    EventKind.JOINED: _joined,
    EventKind.LEFT: _left,
    EventKind.RENAMED: _renamed,
    EventKind.ROLE: _role,
    EventKind.ORGANIZATION: _organization,
    EventKind.DEPARTMENT: _department,
    EventKind.CONTACT: _contact,
    EventKind.NO_CONTACT: _no_contact,
}
