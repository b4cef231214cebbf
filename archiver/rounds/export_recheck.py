"""Before an export: what was to be erased is, and the messages that it quotes are read once more, so that it tells
when each was last seen.

They are read only with a token that needs no prompt, while no other run holds the lock, and in chats that are still
read. Whatever keeps it from being done is a sentence, and the export goes on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from gettext import gettext as _
from gettext import ngettext
from itertools import islice
from typing import NamedTuple

from archiver import errors
from archiver.app import App
from archiver.custody import erasures, put_back_databases
from archiver.export.package.order import ExportOrder
from archiver.export.package_scope import PackageScope
from archiver.records import Contract
from archiver.rounds import alerting
from archiver.rounds.round import seal, settings_digest
from archiver.store.archive import Reading
from archiver.store.queries import authors_and_changes, contracts, current_state, entries
from archiver.sync.backfill_and_rereads import MAX_MESSAGES, recheck_messages


class Recheck(NamedTuple):
    """What came of it."""

    wanted: int = 0
    """Messages that were to be read."""
    read: int = 0
    changed: int = 0
    closed: int = 0
    """Chats that no longer open, so that nothing of them was read."""
    reason: str = ""
    """Why it was not done; empty: it was, or there was nothing to read."""

    def sentence(self) -> str:
        """What came of it in a sentence; empty if there was nothing to read."""
        if self.reason:
            text = _("The quoted messages were not read once more: {reason}. The export says when each was last seen.")
            return text.format(reason=self.reason)
        if not self.wanted and not self.closed:
            return ""
        text = ngettext(
            "{n} of the export's messages was read once more; changed: {changed}. It says when each was last seen.",
            "{n} of the export's messages were read once more; changed: {changed}. It says when each was last seen.",
            self.read,
        )
        closed = ngettext(
            " The messages of {n} chat that no longer opens were not read.",
            " The messages of {n} chats that no longer open were not read.",
            self.closed,
        )
        return text.format(n=self.read, changed=self.changed) + (closed.format(n=self.closed) if self.closed else "")


def recheck_quoted(app: App, order: ExportOrder) -> Recheck:
    """Read what an order would quote once more; a change is judged and sealed, before the package's snapshot.

    Raises NoArchive: there can be no package of which to say anything.
    """
    if not app.archive.exists():
        raise app.archive.absence()
    if app.settings.token_source.partition(":")[0] == "keyring" and sys.platform != "win32":
        return Recheck(reason=_("the token's place may ask for a password"))
    try:
        with app.archive.reading() as reading:
            contract = contracts.named_or_only_contract(reading, order.contract)
            open_rooms = _open_rooms(reading, app, contract)
            places = _places(reading, order, contract, open_rooms)
        if not open_rooms:
            return Recheck(reason=_("its chats are no longer read, or cannot be opened"))
        closed = len(contract.rooms) - len(open_rooms)
        if not places:
            return Recheck(closed=closed)
        with app.archive.round_lock():
            found = _read(app, places)
            return found._replace(closed=closed + found.closed)
    except errors.ArchiveInUse:
        return Recheck(reason=_("another save is running just now"))
    except errors.TokenMissing:
        return Recheck(reason=_("no token was found"))
    except errors.OlderArchive:
        raise  # the command updates it and runs again
    except errors.StorageError:
        return Recheck(reason=_("the archive cannot be written"))
    except errors.BudgetSpent:
        return Recheck(reason=_("Chatwork's allowance is used up for the moment"))
    except (errors.ChatworkError, errors.TokenRefused, errors.SettingsError):
        return Recheck(reason=_("Chatwork gave no answer that can be used"))


def finish_erasing(app: App) -> list[str]:
    """Erase again what a database that was put back brought back, and go on with what was to be erased."""
    with suppress(errors.StorageError):  # from a home that cannot be written an export can be made all the same
        copies = app.settings.exports.also_to
        put_back_databases.settle(app.archive, now=app.now(), copies=copies)
        return erasures.go_on(app.archive, now=app.now, copies=copies)
    return []


def _read(app: App, places: list[tuple[int, int]]) -> Recheck:
    digest = settings_digest(app.settings)
    report = recheck_messages(app.archive, app.chatwork, places, now=app.now, settings=digest)
    opened = alerting.judge(app.archive, now=app.now)
    if report.disappeared or opened:
        seal(app)
    changed = sum(room.edited + room.deleted + room.missing for room in report.rooms)
    refused = sum(not room.is_open for room in report.rooms)
    return Recheck(len(places), max(0, report.requests - 1 - refused), changed, refused)


def _open_rooms(reading: Reading, app: App, contract: Contract) -> list[int]:
    named = {int(room.room_id) for room in contract.rooms}
    gone = current_state.inaccessible_rooms(reading)
    return [room for room in contracts.rooms_to_read(reading, app.now()) if room in named and room not in gone]


def _places(reading: Reading, order: ExportOrder, contract: Contract, rooms: list[int]) -> list[tuple[int, int]]:
    scope = PackageScope(contract, order.since, order.until)
    numbered = _ids_of_numbers(reading, scope, order.choice.numbers)
    owner, is_inside = current_state.owner_id(reading) or 0, scope.is_message_inside
    return entries.quoted_messages(
        reading,
        rooms,
        ids=order.choice.ids | frozenset(numbered),
        owner=owner,
        is_inside=is_inside,
        limit=MAX_MESSAGES,
        agreed=authors_and_changes.agreed_messages(reading, rooms, owner, is_inside),
    )


def _ids_of_numbers(reading: Reading, scope: PackageScope, numbers: frozenset[int]) -> Iterator[str]:
    """The ids of the messages that have these numbers in the package: they are numbered by id over all rooms."""
    if not numbers:
        return
    inside = sorted(
        position
        for room in scope.rooms
        for position, sent, first_seen in entries.message_places(reading, room)
        if scope.is_message_inside(room, sent, first_seen)
    )
    for no, position in enumerate(islice(inside, max(numbers)), 1):
        if no in numbers:
            yield str(position)
