"""The document of the page of a job: what is missing first, then money, chats, people, and what is folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from gettext import gettext as _
from operator import itemgetter

from flask import request

from archiver.claims.messages import DELETIONS, EDITS
from archiver.contract_dates import day_of
from archiver.platforms.job_platform import NO_PLATFORM, platform_of
from archiver.records import ENCLOSURE_KINDS, JST, TERM_ITEMS, AccountId, Contract, Delivery, RoomId
from archiver.records.contract_facts import FactKind
from archiver.render.gap_breaks import narrow_gap
from archiver.render.invisible_characters import visible
from archiver.render.times import day_words
from archiver.report_language import in_program_language, of_other_side
from archiver.setup.answers import fact_prefix, yen_text
from archiver.setup.contract_rooms import strangers_sentence
from archiver.setup.contracted_chats import called_apart, kept_counts
from archiver.setup.fact_questions import FIVE, five_facts, missing_facts
from archiver.standing.headlines import changed_words
from archiver.store.archive import Reading
from archiver.store.queries.authors_and_changes import changed_places
from archiver.store.queries.contract_activity import case_sides
from archiver.store.queries.contracts import contracts, count_some, deliveries, enclosures, is_read, mapped_accounts
from archiver.store.queries.current_state import room_names
from archiver.store.queries.entries import covered_periods, exports
from archiver.store.queries.looks_and_gaps import gaps
from archiver.store.queries.people import counterparts, names_in_room
from archiver.store.queries.status import RoomStatus, room_states, rooms_within
from archiver.store.queries.viewing.calendar import day_counts, first_and_last_time
from archiver.store.working.remembered_values import SEEN_CHANGES, SETUP_ANSWERS
from archiver.web.context import Row, view_context
from archiver.web.job import job_forms
from archiver.web.job.chat_events import newest_lines
from archiver.web.talk.calendar import DayCoverage, RoomReadings, day_coverage

PEOPLE_OPEN = 3
"""People whose choice stands open; the others are folded."""
MOST_COUNTED = 1000
"""Messages of a person that are counted in a chat."""
DAYS_SHOWN = 60


def job_document(reading: Reading, contract: Contract, given: job_forms.Given, problems: Mapping[str, str]) -> Row:
    """Everything that the page shows, as rows; `given` and `problems` come back from a form."""
    context = view_context()
    every, names, people = contracts(reading), room_names(reading), people_of(reading, contract)
    stated = {fact.name for fact in job_forms.FACTS if getattr(contract, fact.name) is not None}
    facts = job_forms.applicable_facts(contract, {*problems, *stated})
    fields = {one.name: one for one in job_forms.fields(contract, facts, given=given, problems=problems)}
    seen = SEEN_CHANGES.recall(reading).get(contract.id)
    changed = [one for one in changed_places(reading, contract, case_sides(reading, contract)) if one.is_told]
    unseen = [one for one in changed if one.seq > (seen.entry if seen else 0)]
    became, authors = Counter(one.became for one in unseen), {one.account_id for one in unseen}
    name = next((one["name"] for one in people if {one["account"]} == authors), "")
    delivered = deliveries(reading, contract.id)
    platform = platform_of(contract.platform)
    service = "" if contract.platform in {None, *NO_PLATFORM} else in_program_language(platform.name)
    fields["delivered_on"] = _delivery_field(service, delivered, given, problems)
    five = _five(reading, contract, fields, problems)
    shown = {one.name for row in five for one in row["fields"]}
    fold = [one for name, one in fields.items() if name not in shown]
    return {
        "contract": contract,
        "service": service,
        "is_read": is_read(contract, context.now()),
        "five": five,
        "days": [one for one in fold if one.kind in {FactKind.DAY, FactKind.TIME}],
        "others": [one for one in fold if one.kind not in {FactKind.DAY, FactKind.TIME}],
        "changed": changed_words(became, name) if unseen else "",
        **job_forms.money_rows(reading, contract),
        "chats": [
            _chat(one, contract, people, names)
            for one in rooms_within(reading, room_states(reading, (contract,)), contract)
        ],
        "jobs": [(one.id, called_apart(one, every)) for one in every if one.id != contract.id],
        "free": [
            {"room": room, "name": visible(names[room]) or str(room), "messages": kept_counts(reading, room)[0]}
            for room in sorted(set(map(RoomId, names)).difference(*(one.room_ids for one in every)))
        ],
        "made": [visible(one.name) for one in exports(reading) if one.contract == contract.id],
        "strangers": strangers(reading, contract),
        "people": people,
        "people_open": PEOPLE_OPEN,
        "most_counted": MOST_COUNTED,
        "periods": job_forms.room_fields(reading, contract, given, problems),
        "outside": job_forms.outside_note(reading, contract),
        "deliveries": delivered,
        "terms": job_forms.term_rows(reading, contract) if given or request.args.get("part") == "terms" else [],
        "term_count": len(TERM_ITEMS),
        "enclosures": enclosures(reading, contract.id),
        "kinds": [(kind, _(word)) for kind, word in ENCLOSURE_KINDS.items()],
        "history": sorted(_history(reading, contract), key=itemgetter("at")),
        "chart": _chart(reading, contract, {one.rank[2].astimezone(JST).date() for one in changed}),
    }


def _delivery_field(
    service: str, delivered: Sequence[Delivery], given: job_forms.Given, problems: Mapping[str, str]
) -> job_forms.FactField:
    """The day of delivery as a field: that of the last one, or of a first one."""
    known = delivered[-1].at if delivered else ""
    label = _("Delivered on {service}").format(service=service) if service else _("Delivered on")
    help_text = _("If you only sent it on Chatwork, this is “not yet”.") if service else ""
    value, problem = given.get("delivered_on", known), problems.get("delivered_on", "")
    return job_forms.FactField("delivered_on", label, help_text, FactKind.DAY, value, known, problem=problem)


def _five(
    reading: Reading, contract: Contract, fields: Mapping[str, job_forms.FactField], problems: Mapping[str, str]
) -> list[Row]:
    """What page 1 of an export needs, what is missing first: the fields, what is known in words, and what may be said.

    `words` is empty while it is missing; `unknown` is the answer beside the field, where there is one.
    """
    answers, prefix = SETUP_ANSWERS.recall(reading), fact_prefix(contract.id)
    missing = missing_facts(reading, contract)
    unknown = {
        "contracted_on": _("I do not know"),
        "delivered_on": _("not yet"),
        "contact_approved_on": _("not requested"),
    }
    rows = []
    asked = {*five_facts(contract), *problems}
    for name in (one for one in FIVE if one in asked):
        own = [fields[one] for one in (("title", "amount") if name == "work" else (name,))]
        known = _(", ").join(_shown(one) for one in own if one.known)
        is_unknown = bool(answers.get(prefix + name)) and not known
        is_open = name in missing or any(one.name in problems for one in own)
        words = "" if is_open else known or unknown.get(name, "") or contract.platform_id or ""
        label = _("What the job is, and the amount with tax") if name == "work" else own[0].label
        row = {"name": name, "label": label, "fields": own, "words": words, "is_unknown": is_unknown}
        rows.append(row | {"unknown": unknown.get(name, "")})
    return sorted(rows, key=lambda row: bool(row["words"]))


def _shown(field: job_forms.FactField) -> str:
    """What is known of a field as a person says it."""
    at, context = day_of(field.known) if field.kind is FactKind.DAY else None, view_context()
    if at is None:
        return visible(field.known).removeprefix("https://")
    return f"{day_words(at.date(), context.now())} {field.known[10:].strip()}".strip()


def _chat(room: RoomStatus, contract: Contract, people: Sequence[Row], names: Mapping[int, str]) -> Row:
    """A chat in numbers: what is saved, what is not, and what became of its messages."""
    changes = [one.changes for one in room.changed[contract.id].authors.values()]
    beginning = [one["missing"] for one in room.gaps if one["after"] is None and one["missing"] != 0]
    covered = [one for one in room.covered if one[1] == max(end for _begin, end in room.covered)]
    return {
        "room": room.room_id,
        "name": visible(names.get(room.room_id, "")) or str(room.room_id),
        "faces": [one for one in people if room.room_id in one["rooms"]][:3],
        "messages": room.messages,
        "files": room.files.saved,
        "has_older": bool(beginning),
        "older": beginning[0] if beginning else None,
        "gaps": sum(bool(one["after"]) and one["reason"] != "erased" and one["missing"] != 0 for one in room.gaps),
        "edited": sum(one[kind] for one in changes for kind in EDITS),
        "deleted": sum(one[kind] for one in changes for kind in DELETIONS),
        "since": covered[0][0] if covered else None,
    }


def people_of(reading: Reading, contract: Contract) -> list[Row]:
    """Everybody ever seen in the job's chats besides the owner, those with the most messages first."""
    stated = {one.account_id: one.role.value for one in mapped_accounts(reading, contract.id)}
    found: dict[int, Row] = {}
    for room in contract.room_ids:
        names = names_in_room(reading, room)
        for account in counterparts(reading, [room]):
            new: Row = {"account": account, "messages": 0, "rooms": set(), "role": stated.get(AccountId(account), "")}
            row = found.setdefault(account, new)
            row["name"] = visible(names.get(account, "")) or row.get("name", "")
            row["messages"] += count_some(reading, room, account, MOST_COUNTED)
            row["rooms"].add(room)
    return sorted(found.values(), key=lambda person: (-person["messages"], person["account"]))


def strangers(reading: Reading, contract: Contract) -> str:
    """Which of its chats have no person in common, by who is saved of them; of a chat not saved yet nothing is said."""
    names = {room: visible(name) for room, name in room_names(reading).items()}
    people = {int(room): counterparts(reading, [room]) for room in sorted(contract.room_ids)}
    return strangers_sentence({room: found for room, found in people.items() if found}, names)


# --- what is folded -------------------------------------------------------------------------------


def _history(reading: Reading, contract: Contract) -> Iterator[Row]:
    """What was recorded beside what the user entered, each with the time by which it is ordered."""
    context = view_context()
    for line in newest_lines(reading, [room.room_id for room in contract.rooms]):
        yield line | {"day": "", "is_entered": False}
    for stated, sentence in _entered(reading, contract):
        if at := day_of(stated):
            day = f"{day_words(at.date(), context.now())} {stated[10:].strip()}".strip()
            words = {"words": visible(sentence), "is_entered": True}
            yield {"at": at, "day": day, "since": None, "before": None, "after": None} | words


def _entered(reading: Reading, contract: Contract) -> Iterator[tuple[str, str]]:
    """Day and sentence of everything dated that the user entered."""
    outside = platform_of(contract.platform).outside
    for fact in job_forms.applicable_facts(contract):
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
        yield payment.received_on, of_other_side(_("Paid {amount}")).format(amount=yen_text(payment.amount))
    for reminder in contract.reminders:
        yield reminder.sent_on, _("Reminder sent: {how}").format(how=reminder.how or _("on Chatwork"))
    for package in exports(reading):
        for handover in package.handovers if package.contract == contract.id else ():
            yield handover.on, _("Export {name} handed to {to}").format(name=package.name, to=handover.to)


def _chart(reading: Reading, contract: Contract, changed: Collection[date]) -> list[Row]:
    """Each day from the contract on, or the last ones: messages, whether all were saved, and whether any changed."""
    today = view_context().now().astimezone(JST).date()
    ends = [one[0].astimezone(JST).date() for room in contract.room_ids if (one := first_and_last_time(reading, room))]
    begin = day_of(contract.contracted_on)
    first = max(min([begin.date()] if begin else ends, default=today), today - timedelta(days=DAYS_SHOWN - 1))
    counts: dict[date, int] = {}
    readings = []
    for room in contract.room_ids:
        covered = covered_periods(reading, room)
        readings.append(RoomReadings(covered, [narrow_gap(gap, covered) for gap in gaps(reading, room)], ()))
        for day, count in day_counts(reading, room, first, today + timedelta(days=1)).items():
            counts[day] = counts.get(day, 0) + count
    most = max(counts.values(), default=1)
    saved = {DayCoverage.WHOLLY, DayCoverage.PARTLY}
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    return [
        {
            "day": day,
            "height": round(34 * counts.get(day, 0) / most),
            "is_saved": all(day_coverage(day, one) in saved for one in readings),
            "is_changed": day in changed,
        }
        for day in days
    ]
