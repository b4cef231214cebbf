"""How alerts read: what happened, never why, never who. No names and no text of a message."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext

from archiver.signs import Alert, Level, Rule


def sentence(alert: Alert) -> str:
    """One sentence in the language of the process."""
    number, room = alert.count, alert.room_id
    match alert.rule:
        case Rule.ROOM_INACCESSIBLE:
            text = _("Room {room} cannot be opened any more (reason unknown). What was saved is kept.")
        case Rule.ACCOUNT_CLOSED:
            text = _("A name in room {room} now ends with “(解約済)”: it is shown as a closed account.")
        case Rule.MEMBER_GONE:
            text = _("Somebody is no longer listed as a member of room {room} (reason unknown).")
        case Rule.CONTACT_GONE:
            text = _("Somebody of your rooms for work is no longer listed as your contact (reason unknown).")
        case Rule.OTHER_CHAT:
            text = _(
                "You have a direct chat with somebody of your rooms for work that is not saved: room {room}. "
                "If work is talked about in it, add it: archive contract set."
            )
        case Rule.HIDDEN_BY_PLAN:
            text = ngettext(
                "{n} message of room {room} is now hidden by the plan. What was saved is kept.",
                "{n} messages of room {room} are now hidden by the plan. What was saved is kept.",
                number,
            )
        case Rule.DELETIONS:
            text = ngettext(
                "{n} message of somebody else in room {room} now shows as deleted or is not shown any more.",
                "{n} messages of somebody else in room {room} now show as deleted or are not shown any more.",
                number,
            )
    return text.format(room=room, n=number)


def urgency(level: Level) -> str:
    """The level in a word."""
    return {Level.HIGH: _("Act now"), Level.MEDIUM: _("Attention"), Level.LOW: _("Note")}[level]
