"""What an emergency of one contract rests on: what changed, what is kept and what is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from archiver.alerts import change_rules
from archiver.alerts.phrase_rules import PHRASE_RULES
from archiver.claims.quotations import Quotation
from archiver.custody.put_back_databases import put_back_databases
from archiver.health.error_reasons import BY_TOKEN
from archiver.platforms.job_platform import NO_PLATFORM
from archiver.records import ChangedMessages, Contract, State
from archiver.records.alerts import DEPARTURES, Alert, AlertRule, Level
from archiver.records.contract import contract_name
from archiver.render.invisible_characters import visible
from archiver.render.message_body import NOWHERE
from archiver.render.snippet import own_words
from archiver.standing.alert_lines import NamedMessage, contract_names, messages_by_id
from archiver.store.queries import alert_signals
from archiver.store.queries.authors_and_changes import ChangedPlace, changed_places, quoted_messages
from archiver.store.queries.contract_activity import case_sides, changed_messages
from archiver.store.queries.contracts import contracted_rooms_of, contracts, deliveries
from archiver.store.queries.looks_and_gaps import room_looks, unlisted_beginnings
from archiver.store.queries.new_texts_and_changes import attached_messages
from archiver.store.queries.people import last_name, names_in_room
from archiver.store.queries.room_holdings import holdings_of
from archiver.store.working.remembered_values import standing_error

if TYPE_CHECKING:
    from archiver.store.archive import Reading
    from archiver.store.queries.room_holdings import RoomHoldings

NAMED_TEXTS_LIMIT = 4
"""So many messages that were edited, and that are gone, are told in their words; the others are counted."""

PERSON_RULES = frozenset({AlertRule.ACCOUNT_CLOSED, AlertRule.CONTACT_GONE})
"""Rules whose alerts concern every room of a person, though an alert names one room at most."""


class Emergency(NamedTuple):
    """The data of one contract's emergency block."""

    contract: Contract
    name: str
    """How commands name the contract."""
    title: str
    """What it is called in sentences."""
    holdings: RoomHoldings
    changed: ChangedMessages
    """The messages of its rooms that changed after they were sent."""
    alerts: tuple[Alert, ...]
    """Open alerts about its rooms and the people in them, perhaps none."""
    changes: tuple[tuple[Quotation, list[str]], ...] = ()
    """Others' messages that were edited or are gone, and their texts: what decides first, some of each kind."""
    gone_count: int = 0
    edited_count: int = 0
    """How many of each kind there are whose texts are known."""
    screenshots: tuple[NamedMessage, ...] = ()
    """The messages of which a screenshot is worth having now, the changed ones first, in their order."""
    failing: tuple[int, ...] = ()
    """Its rooms that were read before, but not the last time, so that nobody knows what they lack."""
    unread: tuple[int, ...] = ()
    """Its rooms that were never read."""
    lacks_older: bool = False
    """Whether older messages are missing of a chat that still opens, so that they can be fetched."""
    is_put_back: bool = False
    """Whether an older database was put back, so that nobody knows what only the newer one held."""
    names: Mapping[int, str] = {}
    """The last name of each person that the alerts are about."""
    is_undelivered: bool = False
    """Whether the user may have to deliver on a service, and no delivery there is entered."""
    is_refused: bool = False
    """Whether Chatwork took the token no more at the last round."""

    @property
    def is_departure(self) -> bool:
        """Whether more than messages disappeared."""
        return any(one.level is Level.HIGH and one.rule is not AlertRule.DELETIONS for one in self.alerts)


def emergencies(
    reading: Reading, chosen_contracts: Iterable[Contract], alerts: Sequence[Alert], *, always: bool = False
) -> list[Emergency]:
    """The emergencies of those contracts that have an open high alert; `always`: of all of them."""
    all_contracts = contracts(reading)
    names = contract_names(all_contracts)
    is_put_back = any(put_back_databases(reading))
    found = []
    for contract in chosen_contracts:
        rooms = {int(room.room_id) for room in contract.rooms}
        concerning = tuple(_concerning_alerts(reading, rooms, alerts))
        if always or any(one.level is Level.HIGH for one in concerning):
            sides = case_sides(reading, contract)
            changed = [one for one in changed_places(reading, contract, sides) if one.nearness]
            kinds = [[one for one in changed if one.is_gone is is_gone] for is_gone in (True, False)]
            told = sorted((one for kind in kinds for one in kind[:NAMED_TEXTS_LIMIT]), reverse=True)
            holdings, looks = holdings_of(reading, rooms), room_looks(reading, rooms)
            found.append(
                Emergency(
                    contract,
                    contract_name(contract, all_contracts),
                    names[contract.id],
                    holdings,
                    changed_messages(reading, contract.rooms, sides),
                    concerning,
                    tuple((one, quoted_words(reading, one)) for one in quoted_messages(reading, told)),
                    len(kinds[0]),
                    len(kinds[1]),
                    messages_by_id(reading, contract, _worth_screenshots(reading, changed, alerts, holdings)),
                    tuple(sorted(room for room in looks.failing if looks.at[room])),
                    tuple(sorted(room for room, at in looks.at.items() if at is None)),
                    (older := unlisted_beginnings(reading, rooms - set(holdings.shut))).rooms > older.hidden,
                    is_put_back,
                    {one.account_id: last_name(reading, one.account_id) for one in concerning if one.account_id},
                    contract.does_work
                    and contract.platform not in NO_PLATFORM
                    and not deliveries(reading, contract.id),
                    standing_error(reading) in BY_TOKEN,
                )
            )
    return found


def words_in_room(reading: Reading, room: int, bodies: Iterable[str]) -> list[str]:
    """The own words of messages of a room, which may refer to people there by their names."""
    references = NOWHERE._replace(name_of=names_in_room(reading, room).get)
    return [visible(own_words(body, references)) for body in bodies]


def quoted_words(reading: Reading, quoted: Quotation) -> list[str]:
    """The first text that was saved, and the last one if it differs, as they read."""
    return words_in_room(reading, quoted.message.room_id, (text.body for text in quoted.shown))


def _worth_screenshots(
    reading: Reading, changed: Iterable[ChangedPlace], alerts: Sequence[Alert], holdings: RoomHoldings
) -> list[str]:
    """Ids of others' messages that changed, and of those whose words an open alert is about, while Chatwork shows them.

    Left out are those with an attachment, and those of closed accounts.
    """
    closed = {one.account_id for one in alerts if one.rule is AlertRule.ACCOUNT_CLOSED}
    about = [one for one in alerts if one.rule in PHRASE_RULES and one.level is not Level.LOW and not one.dismissed]
    told = [(one.room_id, one.account_id, str(one.rank[-1]), one.became) for one in changed]
    told += [(one.room_id or 0, one.account_id or 0, one.message_id or "", State.PRESENT) for one in about]
    gone = {ident for _room, _account, ident, became in told if became is State.MISSING} | attached_messages(reading)
    found = [ident for room, account, ident, _became in told if room not in holdings.shut and account not in closed]
    return [one for one in dict.fromkeys(found) if one not in gone]


def _concerning_alerts(reading: Reading, rooms: set[int], alerts: Iterable[Alert]) -> Iterator[Alert]:
    """Open alerts that concern these rooms: about them, or about a person who is in one of them.

    An alert about a person names one room; where nothing rests on that person it is only good to know.
    """
    for alert in alerts:
        if alert.dismissed or alert.rule not in DEPARTURES | {AlertRule.A10}:  # edits are told in words
            continue
        if alert.room_id in rooms:
            yield alert
        elif alert.rule in PERSON_RULES and alert.account_id is not None:
            shared = contracted_rooms_of(reading, {alert.account_id}) & rooms
            people_of = alert_signals.people_in(reading, shared)
            if any(change_rules.carries_conversation(one, alert.account_id) for one in people_of.values()):
                yield alert
            elif shared:
                yield replace(alert, level=Level.LOW)
