"""Pure: what the user stated or handed out -> events of a timeline."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.evidence.history import text
from archiver.records import MessageId
from archiver.store.queries.viewing.entry_objects import EntryDict
from archiver.store.queries.viewing.event import EventKind, TimelineEvent, entry_ident, make_event


def contract_events(entry: EntryDict, before: EntryDict | None) -> Iterator[TimelineEvent]:
    """What was stated about a job: the first time, or each fact that is another than before."""
    payload, contract = entry["payload"], entry["key"].partition("/")[2]
    if before is None:
        yield make_event(entry, EventKind.CONTRACT)._replace(contract=contract)
        return
    for name in sorted(payload.keys() | before["payload"].keys()):
        was, now = _fact_text(before["payload"].get(name)), _fact_text(payload.get(name))
        if was != now:
            yield make_event(entry, EventKind.CONTRACT_FACT, was, now, name)._replace(contract=contract)


def _fact_text(value: object) -> str:
    """A fact of a statement; rooms by their numbers."""
    if isinstance(value, list):
        return ", ".join(str(one.get("room_id")) if isinstance(one, dict) else str(one) for one in value)
    return "" if value is None else str(value)


def delivery_or_attachment_events(entry: EntryDict, _: EntryDict | None) -> Iterator[TimelineEvent]:
    """A delivery or an attachment, or its withdrawal."""
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


def mapping_events(entry: EntryDict, _: EntryDict | None) -> Iterator[TimelineEvent]:
    """Who somebody is, as the user says."""
    payload = entry["payload"]
    part = "" if payload["state"] == "withdrawn" else text(payload["state"])
    event = make_event(entry, EventKind.PART, "", part, text(payload.get("reason")))
    yield event._replace(account_id=int(entry_ident(entry)), contract=_contract_of(entry))


def note_events(entry: EntryDict, _: EntryDict | None) -> Iterator[TimelineEvent]:
    """What the user wrote down."""
    contract = entry["key"].partition("/")[2]
    yield make_event(entry, EventKind.NOTE, "", text(entry["payload"].get("text")))._replace(contract=contract)


def export_events(entry: EntryDict, _: EntryDict | None) -> Iterator[TimelineEvent]:
    """A package that was handed out."""
    payload = entry["payload"]
    event = make_event(entry, EventKind.EXPORTED, "", text(payload.get("sha256")), text(payload.get("profile")))
    yield event._replace(contract=text(payload.get("contract")) or None)


def _contract_of(entry: EntryDict) -> str:
    return str(entry["key"].partition("/")[2].rpartition("/")[0])
