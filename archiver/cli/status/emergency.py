"""The page of the worst day: what changed, what is kept and what is not, what not to do, what to do now.

In this order, without a cause that no reply names, and without blame (voice: docs/explanation).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

import click

from archiver.alerts import departure_rules
from archiver.cli.terminal.progress import short
from archiver.cli.terminal.text import columns, pad, visible, wrap
from archiver.records import JST, Contract
from archiver.records.alerts import GOING, Alert, AlertRule, Level
from archiver.records.signals import Observed
from archiver.render.file_reasons import kept_back

if TYPE_CHECKING:
    from archiver.store.archive import Reading
    from archiver.store.queries.room_holdings import MissingFile, RoomHoldings

WIDTH = 80
MOST_FILES = 8
"""Files that are named one by one; the others are counted."""

MOST_MESSAGES = 4
"""Messages that are named one by one, likewise."""

OF_A_PERSON = frozenset({AlertRule.ACCOUNT_CLOSED, AlertRule.CONTACT_GONE})
"""What concerns every room of a person, though the alert names one at most."""

MEGABYTE, GIGABYTE = 10**6, 10**9


@dataclass(frozen=True, slots=True)
class Emergency:
    """What the block of one contract tells of."""

    contract: Contract
    name: str
    """What commands call the contract."""
    kept: RoomHoldings
    alerts: tuple[Alert, ...]
    """The open ones of its rooms and of the people in them, perhaps none."""
    to_show: tuple[str, ...] = ()
    """Ids of the messages of which a screenshot is worth having now."""


def alarms(
    reading: Reading, contracts: Iterable[Contract], alerts: Sequence[Alert], *, always: bool = False
) -> list[Emergency]:
    """Of these contracts those with an open alert to act on; `always`: all of them."""
    from archiver.store.queries.contracts import contracts as every_contract
    from archiver.store.queries.room_holdings import keeping
    from archiver.store.queries.screenshot_hints import worth_showing
    from archiver.web.shell_command import contract_name

    every = every_contract(reading)
    found = []
    for contract in contracts:
        rooms = {int(room.room_id) for room in contract.rooms}
        its = tuple(_concerning(reading, rooms, alerts))
        if always or any(one.level is Level.HIGH for one in its):
            name = contract_name(contract, every)
            found.append(Emergency(contract, name, keeping(reading, rooms), its, worth_showing(reading, alerts, rooms)))
    return found


def _concerning(reading: Reading, rooms: set[int], alerts: Iterable[Alert]) -> Iterator[Alert]:
    """Open alerts that concern these rooms: about them, or about a person who is in one of them.

    An alert about a person names one room; where nothing rests on that person it is only good to know.
    """
    from archiver.store.queries import departures

    for one in alerts:
        if one.dismissed or one.rule not in GOING:
            continue
        if one.room_id in rooms:
            yield one
        elif one.rule in OF_A_PERSON and one.account_id is not None:
            shared = departures.rooms_of(reading, {one.account_id}) & rooms
            seen = Observed(rooms={room: departures.people_of(reading, room) for room in shared})
            if any(departure_rules.carries(seen, room, one.account_id) for room in shared):
                yield one
            elif shared:
                yield replace(one, level=Level.LOW)


@dataclass(frozen=True, slots=True)
class EmergencyText:
    """An alarm in words, for a terminal and for a page alike."""

    head: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    steps: tuple[str, ...]


def as_text(alarm: Emergency) -> EmergencyText:
    """What changed, what is kept and what is not, what not to do, and what to do now."""
    contract, kept, alerts = alarm.contract, alarm.kept, alarm.alerts
    rows = (
        (_("What changed"), (_changes(kept, alerts),)),
        (_("Kept"), (_kept(kept),)),
        (_("Not kept"), tuple(_not_kept(kept))),
        (_("Do not"), (_do_not(),)),
    )
    return EmergencyText(_head(contract, alerts), rows, tuple(_next(contract, visible(alarm.name), alarm.to_show)))


def tell_alarm(alarm: Emergency) -> None:
    """The whole block of one contract."""
    words = as_text(alarm)
    click.echo("\n  ".join(wrap(words.head, WIDTH - 2)))
    margin = max(columns(label) for label, _texts in words.rows) + 4
    for label, texts in words.rows:
        lines = [line for text in texts for line in wrap(text, WIDTH - margin)]
        for number, line in enumerate(lines):
            click.echo(pad("  " + label if not number else "", margin) + line)
    click.echo("  " + _("What to do now"))
    for number, text in enumerate(words.steps, 1):
        for row, line in enumerate(wrap(text, WIDTH - 6)):
            click.echo((f"   {number}  " if not row else "      ") + line)


def _head(contract: Contract, alerts: Sequence[Alert]) -> str:
    label = short(contract.label, 32)
    if not any(one.level is Level.HIGH for one in alerts):
        return _("[Now] Contract {contract}").format(contract=label)
    at = max(one.at for one in alerts if one.level is Level.HIGH)
    sentence = _("[Act now] {time} contract {contract}: a great change on the other side (reason left open)")
    return sentence.format(time=_time(at), contract=label)


def _changes(kept: RoomHoldings, alerts: Sequence[Alert]) -> str:
    """What became of messages, people and rooms, each kind for itself."""
    people = {rule: len({one.account_id for one in alerts if one.rule is rule}) for rule in AlertRule}
    told = []
    if kept.shut:
        told.append(ngettext("{n} chat cannot be opened", "{n} chats cannot be opened", len(kept.shut)))
        told[-1] = told[-1].format(n=len(kept.shut))
    for number, text in (
        (kept.deleted, _("messages shown as deleted: {n}")),
        (kept.missing, _("messages not shown any more (reason unknown): {n}")),
        (kept.hidden, _("messages hidden by the plan: {n}")),
        (kept.hidden_deleted, _("of these, shown as deleted before: {n}")),
        (people[AlertRule.ACCOUNT_CLOSED], _("names that end with “(解約済)”: {n}")),
        (people[AlertRule.MEMBER_GONE], _("people no longer listed as members: {n}")),
        (people[AlertRule.CONTACT_GONE], _("people no longer among your contacts: {n}")),
    ):
        if number:
            told.append(text.format(n=number))
    return _(". ").join(told) if told else _("no great change was seen so far")


def _kept(kept: RoomHoldings) -> str:
    gone = kept.deleted + kept.missing
    told = [_("{n} messages").format(n=kept.messages)]
    if gone:
        told.append(_("texts before deletion {texts}/{gone}").format(texts=kept.texts, gone=gone))
    theirs = _("files of the other side {saved}/{known}")
    told.append(theirs.format(saved=kept.their_files_saved, known=kept.their_files))
    own = kept.files - kept.their_files
    if own:
        told.append(_("your files {saved}/{known}").format(saved=kept.files_saved - kept.their_files_saved, known=own))
    if kept.tasks:
        told.append(_("{n} tasks").format(n=kept.tasks))
    return "  ".join(told)


def _not_kept(kept: RoomHoldings) -> list[str]:
    """Files with their reasons, then texts and stretches that nobody can read any more."""
    told = [_file(one) for one in kept.unheld[:MOST_FILES]]
    if len(kept.unheld) > MOST_FILES:
        told.append(_("and {n} more files").format(n=len(kept.unheld) - MOST_FILES))
    lacking = kept.deleted + kept.missing - kept.texts
    if lacking:
        told.append(_("messages first seen as deleted, their text unknown: {n}").format(n=lacking))
    if kept.gaps:
        told.append(ngettext("{n} gap (see “archive status”)", "{n} gaps (see “archive status”)", kept.gaps))
        told[-1] = told[-1].format(n=kept.gaps)
    return told or [_("nothing that was ever shown to this archive is lacking")]


def _file(one: MissingFile) -> str:
    name = f"{short(one.name, 28)} ({_size(one.size)})"
    state = visible(kept_back(one.reason, given_up=one.given_up))
    if one.gone:
        state = _("not listed by Chatwork any more; {state}").format(state=state)
    return f"{name} {state}"


def _do_not() -> str:
    return _(
        "leave the chat or cancel your own account (the files you sent would vanish), remove the contact (the chat"
        " would vanish), re-issue the API token"
    )


def screenshots(name: str, messages: Sequence[str]) -> str:
    """Which messages deserve a screenshot, by their ids alone, and how it is kept."""
    named = " ".join(f"m{one}" for one in messages[:MOST_MESSAGES])
    if len(messages) > MOST_MESSAGES:
        named += _(" and {n} more").format(n=len(messages) - MOST_MESSAGES)
    sentence = _(
        "Screenshots worth taking while the account is still there: {messages}    "
        "archive attach FILE --contract {contract} --message {first}"
    )
    return sentence.format(messages=named, contract=visible(name), first=f"m{messages[0]}")


def _next(contract: Contract, name: str, to_show: Sequence[str]) -> list[str]:
    steps = []
    if contract.platform == "crowdworks":
        steps.append(_("Look at your delivery on CrowdWorks; if you have not delivered there, deliver there first."))
        steps.append(_("Before you agree to end the contract early, ask for advice (the whole escrow may go back)."))
    else:
        steps.append(_("Look at your delivery where the job was agreed; if it is not there, deliver there first."))
    if to_show:
        steps.append(screenshots(name, to_show))
    steps.append(_("archive export {contract}    makes a package (nothing is sent by itself)").format(contract=name))
    return steps


def _time(at: datetime) -> str:
    return at.astimezone(JST).strftime("%m-%d %H:%M")


def _size(size: int) -> str:
    if size >= GIGABYTE:
        return f"{size / GIGABYTE:.1f}GB"
    return f"{size / MEGABYTE:.1f}MB" if size >= MEGABYTE else f"{max(1, round(size / 1000))}KB"
