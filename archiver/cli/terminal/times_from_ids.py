"""Times derived from message ids: marked as derived, and never shown in place of a time that Chatwork gave.

They serve where nothing else is known: for messages that were mentioned but never seen, and for gaps whose end
has no time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING

from archiver.message_ids import posted_at
from archiver.render.times import iso_date, minute_text

if TYPE_CHECKING:
    from archiver.store.working.backfill_queue import ItemState

UnseenMessage = tuple[int, "ItemState"]
"""A message that was never seen: its id and its state in the back-fill queue."""


def about_time(number: int) -> str | None:
    """The time derived from an id, to the minute and marked as derived; None if the id gives none."""
    at = posted_at(number)
    return None if at is None else _("about {time} (derived from the id)").format(time=minute_text(at))


def derived_day(number: int) -> str:
    """The day derived from an id, without the mark; `?` if the id gives none."""
    at = posted_at(number)
    return "?" if at is None else iso_date(at)


def unseen_line(unseen: UnseenMessage) -> str:
    """The line of a message of which only the id is known."""
    number, state = unseen
    reason = {"hidden": _("hidden by the plan"), "unreadable": _("not readable")}[state.value]
    at = about_time(number) or _("time unknown")
    note = _("text never seen: {why}").format(why=reason)
    return f"{at}  [{note}]  m{number}"


def unseen_within(
    messages: Iterable[UnseenMessage], since: datetime | None, until: datetime | None
) -> Iterator[UnseenMessage]:
    """Messages whose derived time lies in [since, until); those without a time only if no period is given."""
    for unseen in messages:
        at = posted_at(unseen[0])
        if at is None:
            is_in = since is None and until is None
        else:
            is_in = (since is None or at >= since) and (until is None or at < until)
        if is_in:
            yield unseen
