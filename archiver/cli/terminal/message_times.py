"""Times that only the number of a message tells: shown as derived, and never in the place of a time that Chatwork gave.

They serve where nothing else is known: a message that something named and that no reading showed, a gap whose end
bears no time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING

from archiver.message_ids import posted_at
from archiver.records import JST

if TYPE_CHECKING:
    from archiver.store.working.backfill_queue import ItemState

Unseen = tuple[int, "ItemState"]
"""An id and how it stands."""


def about(number: int) -> str | None:
    """The time derived from an id, to the minute and marked as derived; None if the id tells none."""
    at = posted_at(number)
    return None if at is None else _("about {time} (derived from the id)").format(time=minute(at))


def day(number: int) -> str:
    """The day derived from an id, without the mark; `?` if the id tells none."""
    at = posted_at(number)
    return "?" if at is None else minute(at)[:10]


def minute(at: datetime) -> str:
    """A time as people in Japan read it."""
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M")


def unseen_line(one: Unseen) -> str:
    """A message of which nothing but the id is known."""
    number, standing = one
    why = {"hidden": _("hidden by the plan"), "unreadable": _("not readable")}[standing.value]
    at = about(number) or _("time unknown")
    told = _("text never seen: {why}").format(why=why)
    return f"{at}  [{told}]  m{number}"


def within(found: Iterable[Unseen], since: datetime | None, until: datetime | None) -> Iterator[Unseen]:
    """Those whose derived time lies in [since, until); an id that tells no time only where no period is asked for."""
    for one in found:
        at = posted_at(one[0])
        if at is None:
            is_in = since is None and until is None
        else:
            is_in = (since is None or at >= since) and (until is None or at < until)
        if is_in:
            yield one
