"""契約 > 経過: the course of a contract on one page that prints, what was recorded beside what the user stated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from gettext import gettext as _

from flask import Blueprint, render_template
from markupsafe import Markup

from archiver.platforms.job_platform import platform_of
from archiver.records import Contract
from archiver.render.invisible_characters import visible
from archiver.render.snippet import Snippet
from archiver.render.times import local_time
from archiver.setup.written_values import yen_text
from archiver.store.archive import Reading
from archiver.store.queries.contracts import find_contract
from archiver.store.queries.runs import exports
from archiver.store.queries.statements import deliveries
from archiver.web.console_context import console_context
from archiver.web.job.fact_form import applicable_facts
from archiver.web.talk.timeline import EventLine, newest_lines

pages = Blueprint("course", __name__, url_prefix="/contracts/<name>")

GROUPS = ("messages", "people", "chats", "files")
"""The groups of recorded events that tell the course of a dispute."""


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A line of the course."""

    at: str
    """Day, or day and time, in Japan, by which the lines are ordered; of a recorded event, when it was noticed."""
    since: str
    """A recorded event happened after this time; empty if that is not known, or it is a statement."""
    sentence: str | Markup
    is_stated: bool
    """Whether the user said so; otherwise the archive recorded it."""
    before: Snippet | None = None
    after: Snippet | None = None


@pages.get("/course")
def course(name: str) -> str:
    """The course of a contract, the earliest first."""
    context = console_context()
    with context.archive.reading() as reading:
        contract = find_contract(reading, name)
        rooms = [room.room_id for room in contract.rooms]
        events, has_more = newest_lines(reading, rooms, [contract.id], GROUPS)
        lines = [*_stated_lines(reading, contract), *map(_recorded_line, events)]
    return render_template(
        "contract_course.html",
        contract=contract,
        rows=sorted(lines, key=lambda line: line.at),
        has_more=has_more,
        now=context.now(),
    )


def _recorded_line(line: EventLine) -> CourseLine:
    since = "" if line.since is None else local_time(line.since)[:-3]
    return CourseLine(
        local_time(line.event.at)[:-3],
        since,
        line.words.sentence,
        is_stated=False,
        before=line.before,
        after=line.after,
    )


def _stated_lines(reading: Reading, contract: Contract) -> Iterator[CourseLine]:
    for at, sentence in _stated(reading, contract):
        yield CourseLine(at, "", visible(sentence), is_stated=True)


def _stated(reading: Reading, contract: Contract) -> Iterator[tuple[str, str]]:
    """Day and sentence of everything dated that the user entered."""
    outside = platform_of(contract.platform).outside
    for fact in applicable_facts(contract):
        value = getattr(contract, fact.name)
        if fact.is_day and value:
            yield value, _(fact.label).format(permission=outside)
    for delivery in deliveries(reading, contract.id):
        name = delivery.name or delivery.note
        sentence = _("Delivered on the platform: {name}") if name else _("Delivered on the platform")
        yield delivery.at, sentence.format(name=name)
    for invoice in contract.invoices:
        yield invoice.issued_on, _("Invoice {n}: {amount}").format(n=invoice.number, amount=yen_text(invoice.amount))
        if invoice.due_on:
            yield invoice.due_on, _("Day of payment of invoice {n}").format(n=invoice.number)
    for payment in contract.payments:
        yield payment.received_on, _("Received {amount}").format(amount=yen_text(payment.amount))
    for reminder in contract.reminders:
        yield reminder.sent_on, _("Reminder sent: {how}").format(how=reminder.how or _("on Chatwork"))
    for package in exports(reading):
        if package.contract == contract.id:
            for handover in package.handovers:
                yield handover.on, _("Export {name} handed to {to}").format(name=package.name, to=handover.to)
