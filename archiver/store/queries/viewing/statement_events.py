"""The timeline events of what the user stated or exported. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archiver.evidence.history import EntryObject, text
from archiver.records import TERM_ITEMS, MessageId
from archiver.store.queries.viewing.timeline_event import EventKind, TimelineEvent, entry_ident, make_event


def contract_events(entry: EntryObject, before: EntryObject | None) -> Iterator[TimelineEvent]:
    """The first statement of a contract, or each of its facts that changed."""
    payload, contract = entry["payload"], entry["key"].partition("/")[2]
    if before is None:
        yield make_event(entry, EventKind.CONTRACT)._replace(contract=contract)
        return
    for name in sorted(payload.keys() | before["payload"].keys()):
        was, now = _fact_text(before["payload"].get(name)), _fact_text(payload.get(name))
        if was != now:
            yield make_event(entry, EventKind.CONTRACT_FACT, was, now, name)._replace(contract=contract)


def _fact_text(value: object) -> str:
    """A fact of a statement as text; rooms by their numbers, invoices, payments and terms by what they say."""
    if isinstance(value, list):
        return ", ".join(_listed_text(one) if isinstance(one, dict) else str(one) for one in value)
    return "" if value is None else str(value)


def _listed_text(one: Mapping[str, object]) -> str:
    if "room_id" in one:
        return str(one["room_id"])
    if "item" in one:
        return next((term.label for term in TERM_ITEMS if term.name == one["item"]), str(one["item"]))
    amount = one.get("amount")
    parts = (f"{amount:,}円" if isinstance(amount, int) else amount, one.get("issued_on") or one.get("received_on"))
    return " ".join(str(part) for part in parts if part is not None)


def delivery_or_attachment_events(entry: EntryObject, _: EntryObject | None) -> Iterator[TimelineEvent]:
    """A delivery or an attachment that was stated or withdrawn."""
    payload, withdrawn = entry["payload"], entry["payload"]["state"] == "withdrawn"
    if entry["kind"] == "delivery":
        kind, after = EventKind.DELIVERY, _fact_text(payload.get("at"))
    else:
        kind, after = EventKind.ATTACHMENT, _fact_text(payload.get("kind"))
    kind = EventKind(f"{kind}_withdrawn") if withdrawn else kind
    event = make_event(entry, kind, "", after, _fact_text(payload.get("name")))
    message = payload.get("message_id")
    yield event._replace(
        number=int(entry_ident(entry)),
        contract=_contract_of(entry),
        message_id=None if message is None else MessageId(message),
    )


def mapping_events(entry: EntryObject, _: EntryObject | None) -> Iterator[TimelineEvent]:
    """A role that the user gave an account, or withdrew."""
    payload = entry["payload"]
    part = "" if payload["state"] == "withdrawn" else text(payload["state"])
    event = make_event(entry, EventKind.PART, "", part, text(payload.get("reason")))
    yield event._replace(account_id=int(entry_ident(entry)), contract=_contract_of(entry))


def note_events(entry: EntryObject, _: EntryObject | None) -> Iterator[TimelineEvent]:
    """The user's private note on a contract."""
    contract = entry["key"].partition("/")[2]
    yield make_event(entry, EventKind.NOTE, "", text(entry["payload"].get("text")))._replace(contract=contract)


def export_events(entry: EntryObject, _: EntryObject | None) -> Iterator[TimelineEvent]:
    """A package that was exported."""
    payload = entry["payload"]
    event = make_event(entry, EventKind.EXPORTED, "", text(payload.get("sha256")), text(payload.get("profile")))
    yield event._replace(contract=text(payload.get("contract")) or None)


def _contract_of(entry: EntryObject) -> str:
    return str(entry["key"].partition("/")[2].rpartition("/")[0])
