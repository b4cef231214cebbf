"""What the page of one contract says, row by row, in the order in which a person reads it out on the phone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from archiver.app import utc_now
from archiver.claims.messages import closed_account, last_reply, message_count
from archiver.claims.quotations import QUOTED, excerpts, quotation_line
from archiver.claims.sentences import (
    basis_text,
    change_lines,
    closed_text,
    count_text,
    facts_document,
    first_sentence,
    reply_label,
    reply_text,
    shared_text,
    turn_lines,
)
from archiver.cli.context import CliContext
from archiver.cli.contracts.entered_facts_and_people import (
    delivery_texts,
    enclosure_texts,
    entry_lines,
    money_lines,
    outside_lines,
    people,
    reminder_lines,
    role_words,
)
from archiver.cli.output import RULE, WIDTH, beside, columns, echo_json, echo_lines, pad, paged_output, visible, wrap
from archiver.contract_dates import unstated_facts
from archiver.health.snapshot import known_time
from archiver.platforms.job_platform import NO_PLATFORM, Platform, platform_of
from archiver.records import TERM_ITEMS, Basis, Contract, ContractRoom, JsonObject, contract_facts
from archiver.records.alerts import AlertRule
from archiver.render.times import date_text, iso_date, minute_text
from archiver.report_language import in_program_language, of_other_side, screen_words
from archiver.setup.contract_rooms import first_day, last_day, other_name_sentence
from archiver.standing.alert_lines import alert_lines, days_ago, due_dates, due_line, question_lines
from archiver.standing.emergencies import quoted_words
from archiver.store.archive import Archive, Reading
from archiver.store.queries.authors_and_changes import changed_places, quoted_messages
from archiver.store.queries.contract_activity import ContractActivity, activity_of
from archiver.store.queries.contracts import enclosures, is_read, named_or_only_contract, read_until
from archiver.store.queries.current_state import inaccessible_rooms, last_payload, room_names
from archiver.store.search.search import term_candidates
from archiver.store.working.alerts import alerts
from archiver.wording import gettext as _
from archiver.wording import ngettext

_PEOPLE_LIMIT, _HEARD_LENGTH = 6, 36
_IN_SENTENCES = frozenset(
    ("title", "client", "platform", "platform_id", "url", "client_url", "worker_url", "amount", "due_on", "nda", "side")
) | {"contracted_on", "escrowed_at", "contact_requested_on", "contact_approved_on"}
"""Facts for which the page has sentences; any other has a row with its label."""


class PageRow(NamedTuple):
    """A label and what stands beside it, or a list of entries below it; one without texts has no line."""

    label: str
    texts: list[str]
    is_list: bool = False


def page_head(contract: Contract, *, now: datetime, ids: bool = True) -> list[str]:
    """Which contract it is, and where it was made. `ids`: with what is typed in commands."""
    platform = platform_of(contract.platform)
    has_id = ids and contract.label != contract.id
    name = f"{visible(contract.label)} ({contract.id})" if has_id else visible(contract.label)
    head = _("Job {contract}   {state}   as of {time}")
    place = in_program_language(platform.name) if platform.operator else _("agreed directly")
    if contract.platform is None:
        place = _("where it was agreed is not entered")
    texts = (contract.title, f"{place}   {contract.url or ''}".strip())
    return [
        head.format(contract=name, state=state_words(contract, now), time=minute_text(now)),
        *(visible(text) for text in texts if text),
    ]


def page_rows(reading: Reading, contract: Contract, *, now: datetime, ids: bool = True) -> Iterator[PageRow]:
    """The rows; blank facts are named as not entered. `ids`: with the numbers that are typed in commands."""
    activity, platform = activity_of(reading, contract, now=now), platform_of(contract.platform)
    with screen_words(hires=not contract.does_work):
        facts = [*_fact_rows(reading, activity, platform, now=now, ids=ids)]
    yield from facts
    delivered = list(delivery_texts(reading, contract, activity.deliveries, ids=ids))
    if len(delivered) > 1:
        label = _("Delivered") if platform.elsewhere else _("Delivered on the platform")
        yield PageRow(label, delivered, is_list=True)
    else:
        yield PageRow(_("Delivered"), delivered or [_blank_text()])
    yield PageRow(_("Attached"), list(enclosure_texts(enclosures(reading, contract.id), ids=ids)), is_list=True)
    yield PageRow(_("Deadlines"), list(_deadline_lines(reading, activity, now)))
    is_asked = contract.does_work and activity.deliveries  # who ordered the work reviews it
    steps = [step for step in platform.steps if step.stage != "delivery" or is_asked]
    yield PageRow(_("Ask support"), [in_program_language(step.text).partition("(")[0] for step in steps])
    yield PageRow(_("Not entered"), [_(", ").join(_(fact.label) for fact in unstated_facts(contract, platform))])


def state_words(contract: Contract, now: datetime) -> str:
    """Whether the rooms of a contract are saved, and until which day in Japan."""
    until = read_until(contract)
    if until is None:
        return {"open": _("open"), "stopped": _("stopped")}[contract.state]
    sentence = _("closed, saved until {day}") if is_read(contract, now) else _("closed, not saved since {day}")
    return sentence.format(day=iso_date(until))


def _fact_rows(
    reading: Reading, activity: ContractActivity, platform: Platform, *, now: datetime, ids: bool
) -> Iterator[PageRow]:
    contract, names = activity.contract, people(reading, activity.contract)
    client = f"{visible(contract.client) if contract.client else _blank_text()}   {contract.client_url or ''}".strip()
    yield PageRow(of_other_side(_("Client")), [client, *_people_lines(activity, names, ids=ids)])
    number = f" (ID {activity.sides.owner})" if ids else ""
    side = _(contract_facts.SIDES[contract.side]) if contract.side in contract_facts.SIDES else ""
    you = [f"{visible(activity.owner_name)}{number}", side, contract.worker_url]
    yield PageRow(_("You"), ["   ".join(filter(None, you))])
    yield from _agreed_rows(contract, platform)
    yield PageRow(of_other_side(_("Billed and paid")), list(money_lines(contract, activity.deliveries, now)))
    yield PageRow(_("Reminders sent"), reminder_lines(contract))
    yield PageRow(_("Terms"), list(_term_lines(reading, contract, platform)))
    yield PageRow(_("Outside the period"), list(outside_lines(reading, contract, ids=ids)))
    for fact in contract_facts.FACTS:
        value = getattr(contract, fact.name)
        if value and fact.name not in _IN_SENTENCES:
            yield PageRow(_(fact.label), [_fact_text(value)])
    called = {} if ids else {room: name for room, name in room_names(reading).items() if name}
    rooms = {room: _("“{name}”").format(name=visible(name)) for room, name in called.items()}
    heard = () if ids else _heard_lines(reading, activity, rooms)
    said = [*_chatwork_lines(activity, now, rooms), *question_lines(reading, activity, now=now)]
    yield PageRow(_("Chatwork"), [*said, *_gone_lines(reading, contract), *heard])


def _agreed_rows(contract: Contract, platform: Platform) -> Iterator[PageRow]:
    """The money and the days that were agreed."""
    money = _("{amount}   due {due}   secrecy (NDA): {nda}")
    terms = {"amount": contract.amount, "due": contract.due_on, "nda": contract.nda}
    yield PageRow(_("Money"), [money.format(**{name: _fact_text(value) for name, value in terms.items()})])
    has_escrow = contract.escrowed_at or contract.platform not in NO_PLATFORM
    day_sentence = _("contracted {contract}   escrow (仮払い) {escrow}") if has_escrow else _("contracted {contract}")
    dates = [day_sentence.format(contract=_fact_text(contract.contracted_on), escrow=_fact_text(contract.escrowed_at))]
    if platform.outside:
        request = _("{permission}: {asked}   approved {approved}")
        contact_days = {
            "asked": _fact_text(contract.contact_requested_on),
            "approved": _fact_text(contract.contact_approved_on),
        }
        dates.append(request.format(permission=platform.outside, **contact_days))
    yield PageRow(_("Dates"), dates)


def _term_lines(reading: Reading, contract: Contract, platform: Platform) -> Iterator[str]:
    """How many terms are bound; for a direct contract also whether messages may tell others. Nothing is decided."""
    stated = {term.item for term in contract.terms}
    if stated:
        number = ngettext("{n} of {all} entered", "{n} of {all} entered", len(stated))
        yield number.format(n=len(stated), all=len(TERM_ITEMS)) + "   archive job terms"
    if platform.elsewhere or stated:
        rest = [item for item in TERM_ITEMS if item.name not in stated]
        found = term_candidates(reading, contract.rooms, rest, limit=1)
        labels = [item.label for item in rest if found[item.name]]
        if labels:
            sentence = _("Candidates in messages for: {items}   archive job terms")
            yield sentence.format(items=_(", ").join(labels))


def _people_lines(activity: ContractActivity, names: dict[int, str], *, ids: bool) -> Iterator[str]:
    """Who the people are, as the user stated; as long as no client is named, the people not yet mapped."""
    for mapped in activity.mapped[:_PEOPLE_LIMIT]:
        reason = visible(mapped.reason) or basis_text(Basis.ENTERED)
        yield _part_line(_person(mapped.account_id, names, ids=ids), role_words(mapped.role), reason)
    if len(activity.mapped) > _PEOPLE_LIMIT:
        yield _(" and {n} more").format(n=len(activity.mapped) - _PEOPLE_LIMIT).strip()
    known = {account: basis for account, basis in activity.facts.sides.bases.items() if basis is not Basis.ENTERED}
    for account, basis in sorted(known.items())[:_PEOPLE_LIMIT]:
        person, reason = _person(account, names, ids=ids), basis_text(basis)
        does_it = activity.contract.side == "client"  # the user said so; who the client is, only its reason tells
        told = _("{person}: {reason}").format(person=person, reason=reason)
        yield _part_line(person, _("who does the work"), reason) if does_it else told
    alone = {one: names.get(one, "") for one, basis in known.items() if basis is Basis.ONLY_TWO}
    yield other_name_sentence(activity.contract, alone)
    if not activity.sides.clients and not known:
        others = sorted(account for account in names if activity.sides.is_other(account))
        listed = _(", ").join(_person(account, names, ids=ids, word="") for account in others[:_PEOPLE_LIMIT])
        sentence = _("Chatwork: {people}   (not chosen yet: archive job who {contract} PERSON client --reason TEXT)")
        more = _(" and {n} more").format(n=len(others) - _PEOPLE_LIMIT) if len(others) > _PEOPLE_LIMIT else ""
        yield sentence.format(people=f"{listed}{more}" or "-", contract=visible(activity.contract.id))


def _part_line(person: str, part: str, reason: str) -> str:
    return _("{person} is {part}: {reason}").format(person=person, part=part, reason=reason)


def _person(account: int, names: dict[int, str], *, ids: bool, word: str | None = None) -> str:
    """A person by number and name; without ids by the name alone, if there is one."""
    name = visible(names.get(account, ""))
    if name and not ids:
        return name
    number = _("account {account}").format(account=account) if word is None else f"{account}"
    return f"{number} {name}".strip()


def _period_words(room: ContractRoom, name: str | None = None) -> str | None:
    """「123 only from 2026-11-01 to 2026-11-30」, both days included; None if nothing bounds it.

    `name`: instead of the room's number.
    """
    if room.start is None and room.end is None:
        return None
    if room.end is None:
        sentence = _("in chat {room} from {begin} on")
    elif room.start is None:
        sentence = _("in chat {room} up to {end}")
    else:
        sentence = _("in chat {room} from {begin} to {end}")
    return sentence.format(room=name or room.room_id, begin=first_day(room), end=last_day(room))


def _chatwork_lines(activity: ContractActivity, now: datetime, names: Mapping[int, str]) -> Iterator[str]:
    """Counts, first message and last reply, as the packages word them, and the periods of the chats.

    `names`: of the chats that are called by name, not by number.
    """
    facts = activity.facts
    rooms = _(", ").join(names.get(int(room.room_id), f"{room.room_id}") for room in activity.contract.rooms)
    reply = last_reply(facts)
    yield f"{rooms}   {count_text(message_count(facts))}" if facts.authors else rooms
    yield first_sentence(facts, time=minute_text)
    if facts.authors:
        ago = "" if reply.value is None or not reply.is_whole else days_ago(reply.value.at, now)
        yield f"{reply_label(reply)} {reply_text(reply, ago, time=minute_text)}"
    yield from turn_lines(facts, now, shown=visible)
    closed = closed_text(closed_account(facts))
    yield from (closed, *(line for _kind, line in change_lines(facts.changed)))
    yield shared_text(facts)
    words = (_period_words(room, names.get(int(room.room_id))) for room in activity.contract.rooms)
    if periods := [period for period in words if period]:
        yield _("Only what was said {periods} belongs to it.").format(periods=_(", ").join(periods))


def _gone_lines(reading: Reading, contract: Contract) -> Iterator[str]:
    """The files and tasks that are shown no more, and changed descriptions, as their alerts tell them."""
    of_job = [one for one in alerts(reading) if one.room_id in contract.room_ids]
    gone = [one for one in of_job if one.rule is AlertRule.FILE_GONE or one.tells_terms]
    for line in alert_lines(reading, gone, {}):
        message = line.message
        if message is None or message.sent is None or contract.holds(message.room_id, message.sent):
            yield " ".join(filter(None, [line.sentence, message and message.said]))


def _heard_lines(reading: Reading, activity: ContractActivity, names: Mapping[int, str]) -> Iterator[str]:
    """What a listener must hear: the changed messages of the other side that page 1 quotes, and a lost chat."""
    places = [one for one in changed_places(reading, activity.contract, activity.facts.sides) if one.is_told]
    for quoted in quoted_messages(reading, places[:QUOTED]):
        yield quotation_line(quoted, excerpts(quoted_words(reading, quoted), _HEARD_LENGTH), time=date_text)
    closed = inaccessible_rooms(reading) & {int(one.room_id) for one in activity.contract.rooms}
    if shut := [names.get(room, f"{room}") for room in sorted(closed)]:
        text = ngettext(
            "This chat cannot be opened (reason unknown): {rooms}. What was saved is kept.",
            "These chats cannot be opened (reason unknown): {rooms}. What was saved is kept.",
            len(shut),
        )
        yield text.format(rooms=_(", ").join(shut))


def _deadline_lines(reading: Reading, activity: ContractActivity, now: datetime) -> Iterator[str]:
    for due in due_dates(reading, activity, now=now):
        source = due.deadline.source
        read = f"  ({in_program_language(source.title).partition('(')[0]}, {source.read_on.isoformat()})"
        yield due_line(due) + ("" if due.is_over or due.deadline.after == "due" else read)
        if due.deadline.urgent and due.days_left >= 0:
            yield f"  {in_program_language(due.deadline.advice)}"


def _fact_text(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return visible(value) if value else _blank_text()


def _blank_text() -> str:
    return _("(not entered)")


def tell_page(obj: CliContext, job: str | None, *, phone: bool, as_json: bool) -> None:
    """Print one job, or give its facts as a document; `phone`: without the numbers that commands take."""
    with Archive(obj.home).reading() as reading:
        contract, now = named_or_only_contract(reading, job), known_time(reading, utc_now())
        if as_json:
            echo_json(page_document(reading, contract, now=now))
            return
        with paged_output():
            echo_lines(page_lines(reading, contract, now=now, ids=not phone))


def page_lines(reading: Reading, contract: Contract, *, now: datetime, ids: bool = True) -> Iterator[str]:
    """The lines of the page, each within the screen's width; blank facts are named as not entered.

    `ids`: with the numbers that commands take, and the user's own note; without them it is read out on the phone.
    """
    for text in page_head(contract, now=now, ids=ids):
        yield from wrap(text, WIDTH)
    yield RULE
    rows = [row for row in page_rows(reading, contract, now=now, ids=ids) if row.texts]
    margin = max(columns(row.label) for row in rows if not row.is_list) + 2
    for row in rows:
        head = row.label if row.is_list else pad(row.label, margin)
        if row.is_list:
            yield head
        for text in filter(str.strip, row.texts):
            if row.is_list:
                yield from entry_lines(text)
            else:
                yield from beside(head + " " * (len(text) - len(text.lstrip())), [text.strip()])
            head = " " * margin
    note = last_payload(reading, f"note/{contract.id}", None) if ids else None
    if note and note["text"]:
        yield _("Note (never leaves this archive)")
        yield from (" " * 5 + line for line in wrap(visible(str(note["text"])), WIDTH - 5))


def page_document(reading: Reading, contract: Contract, *, now: datetime) -> JsonObject:
    """The facts of the page for other programs: what Chatwork showed, and the days that are computed."""
    activity = activity_of(reading, contract, now=now)
    return {
        "job": contract.id,
        "platform": contract.platform,
        **facts_document(activity.facts),
        "deadlines": [
            {
                "rule": due.deadline.rule,
                "day": due.day.isoformat(),
                "ends_at": None if due.ends_at is None else due.ends_at.isoformat(timespec="minutes"),
                "weak": due.deadline.weak,
                "source": due.deadline.source.title,
            }
            for due in due_dates(reading, activity, now=now)
        ],
    }
