"""`contract show`: one contract on one screen, in the order in which a person tells it on the phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from archiver import contract_dates
from archiver.cli.contracts import room_periods, statement_lines
from archiver.cli.contracts.deadlines import blank_words, due_line, dues
from archiver.cli.contracts.roles import part_word, people
from archiver.cli.terminal.text import columns, pad, visible, wrap
from archiver.contract_dates import OutsideContact
from archiver.platforms.platform import Platform, platform_of
from archiver.records import JST, Contract

if TYPE_CHECKING:
    from archiver.store.archive import Reading
    from archiver.store.queries.contract_activity import ContractActivity

WIDTH = 80
_PEOPLE = 6


def picture(reading: Reading, one: Contract, *, now: datetime) -> Iterator[str]:
    """The lines, each within the screen; what is blank is said to be."""
    from archiver.store.queries.contract_activity import around
    from archiver.store.queries.statements import enclosures

    told, words = around(reading, one), platform_of(one.platform)
    yield from _head(one, words, now)
    rows = list(_rows(reading, told, words, now=now))
    after = [
        (_("Deadlines"), list(_deadlines(told, now))),
        (_("The office can"), [step.text.partition("(")[0] for step in words.steps if _is_open(step.stage, told)]),
        (_("Not entered"), [_(", ").join(blank_words(one))]),
    ]
    margin = max(columns(label) for label, _texts in [*rows, *after]) + 2
    for label, texts in rows:
        yield from _row(label, texts, margin)
    delivered = list(statement_lines.delivery_lines(reading, one, told.deliveries))
    if delivered:
        yield from (_("Delivered on the platform"), *delivered)
    else:
        yield from _row(_("Delivered"), [_blank()], margin)
    enclosed = list(statement_lines.enclosure_lines(enclosures(reading, one.id)))
    yield from ((_("Attached"), *enclosed) if enclosed else ())
    for label, texts in after:
        yield from _row(label, texts, margin)
    yield from _note(reading, one)


def state_words(one: Contract, now: datetime) -> str:
    """Whether the rooms of a contract are saved, and until which day in Japan."""
    from archiver.store.queries.contracts import is_read, read_until

    until = read_until(one)
    if until is None:
        return {"open": _("open"), "stopped": _("stopped")}[one.state]
    sentence = _("closed, saved until {day}") if is_read(one, now) else _("closed, not saved since {day}")
    return sentence.format(day=until.astimezone(JST).strftime("%Y-%m-%d"))


def _head(one: Contract, words: Platform, now: datetime) -> Iterator[str]:
    name = one.id if one.label == one.id else f"{visible(one.label)} ({one.id})"
    head = _("Contract {contract}   {state}   as of {time}")
    where = words.name if words.operator else _("agreed directly")
    yield from wrap(head.format(contract=name, state=state_words(one, now), time=_time(now)), WIDTH)
    for text in (one.title, f"{where}   {one.url or ''}".strip()):
        yield from wrap(visible(text), WIDTH) if text else ()
    yield "-" * WIDTH


def _rows(
    reading: Reading, told: ContractActivity, words: Platform, *, now: datetime
) -> Iterator[tuple[str, list[str]]]:
    one = told.contract
    names = people(reading, one)
    client = f"{visible(one.client) if one.client else _blank()}   {one.client_url or ''}".strip()
    yield words.client, [client, *_mapped(told, names)]
    yield words.worker, [f"{visible(names.get(told.sides.owner, ''))} (ID {told.sides.owner})   {one.worker_url or ''}"]
    secret = {True: _("yes"), False: _("no"), None: _blank()}[one.nda]
    money = _("{amount}   due {due}   secrecy (NDA): {nda}")
    yield _("Money"), [money.format(amount=_shown(one.amount), due=_shown(one.due_on), nda=secret)]
    days = _("contract {contract}   escrow (仮払い) {escrow}")
    dates = [days.format(contract=_shown(one.contracted_on), escrow=_shown(one.escrowed_at))]
    if words.outside:
        asked = _("{permission}: {asked}   approved {approved}")
        shown = {"asked": _shown(one.contact_requested_on), "approved": _shown(one.contact_approved_on)}
        dates.append(asked.format(permission=words.outside, **shown))
    yield _("Dates"), dates
    yield _("Chatwork"), _talk(told, words, now)


def _mapped(told: ContractActivity, names: dict[int, str]) -> Iterator[str]:
    """Who is who by the user's word; until that is said, that it is not."""
    for one in told.mapped[:_PEOPLE]:
        name = visible(names.get(one.account_id, ""))
        line = _("account {account} {name} is {part}: {reason}")
        yield line.format(account=one.account_id, name=name, part=part_word(one.part), reason=visible(one.reason))
    if len(told.mapped) > _PEOPLE:
        yield _(" and {n} more").format(n=len(told.mapped) - _PEOPLE).strip()
    if not told.sides.clients:
        others = sorted(account for account in names if told.sides.is_other(account))
        listed = _(", ").join(f"{account} {visible(names[account])}".strip() for account in others[:_PEOPLE])
        yield _("Chatwork: {people}   (not mapped yet: archive contract map)").format(people=listed or "-")


def _talk(told: ContractActivity, words: Platform, now: datetime) -> list[str]:
    bounds = [said for said in map(room_periods.words, told.contract.rooms) if said]
    only = [_("To it belongs only what was said {periods}.").format(periods=_(", ").join(bounds))] if bounds else []
    return [*_first_and_last(told, words, now), *only]


def _first_and_last(told: ContractActivity, words: Platform, now: datetime) -> list[str]:
    rooms = _(", ").join(f"{room.room_id}" for room in told.contract.rooms)
    if told.first is None:
        none_yet = _("No message is kept yet.")
        return [f"{rooms}   {none_yet}"]
    first = _("first message {time}").format(time=_time(told.first.at))
    begun = contact_words(contract_dates.contact(told.contract, words, told.first.at))
    if told.last_reply is None:
        return [f"{rooms}   {first} {begun}".strip()]
    days = contract_dates.days_since(told.last_reply.at, now)
    last = ngettext(
        "last message of the other side {time}, {n} day ago",
        "last message of the other side {time}, {n} days ago",
        days,
    )
    return [f"{rooms}   {first} {begun}".strip(), last.format(time=_time(told.last_reply.at), n=days)]


def contact_words(found: OutsideContact) -> str:
    """How the first message stands to the platform's rule; a plain fact."""
    return {
        OutsideContact.FREE: "",
        OutsideContact.UNKNOWN: _("(escrow, approval unknown)"),
        OutsideContact.AFTER: _("(after the approval)"),
        OutsideContact.SAME_DAY: _("(on the day of the approval)"),
        OutsideContact.BEFORE_APPROVAL: _("(before the approval)"),
        OutsideContact.BEFORE_ESCROW: _("(before the escrow)"),
        OutsideContact.FORBIDDEN: _("(the platform allows no contact outside)"),
    }[found]


def _deadlines(told: ContractActivity, now: datetime) -> Iterator[str]:
    for due in dues(told, now=now):
        source = due.deadline.source
        yield f"{due_line(due)}  ({source.title.partition('(')[0]}, {source.seen.isoformat()})"


def _is_open(stage: str, told: ContractActivity) -> bool:
    return stage != "delivery" or bool(told.deliveries)


def _note(reading: Reading, one: Contract) -> Iterator[str]:
    from archiver.store.queries.current_state import payload

    note = payload(reading, f"note/{one.id}", None)
    if note and note["text"]:
        yield _("Note (never leaves this archive)")
        yield from (" " * 5 + line for line in wrap(visible(str(note["text"])), WIDTH - 5))


def _row(label: str, texts: list[str], margin: int) -> Iterator[str]:
    for number, text in enumerate(text for text in texts if text.strip()):
        indent = " " * (len(text) - len(text.lstrip()))
        for row, line in enumerate(wrap(text.strip(), WIDTH - margin - len(indent))):
            yield pad(label if not number and not row else "", margin) + indent + line


def _shown(value: str | None) -> str:
    return visible(value) if value else _blank()


def _blank() -> str:
    return _("(not entered)")


def _time(at: datetime) -> str:
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M")
