"""Pure: what the user stated or handed out -> events of a timeline."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.evidence.history import text
from archiver.records import MessageId
from archiver.store.queries.viewing.entry_objects import EntryDict
from archiver.store.queries.viewing.event import EventKind, TimelineEvent, entry_ident, make_event


def contract_events(told: EntryDict, before: EntryDict | None) -> Iterator[TimelineEvent]:
    """What was stated about a job: the first time, or each fact that is another than before."""
    payload, contract = told["payload"], told["key"].partition("/")[2]
    if before is None:
        yield make_event(told, EventKind.CONTRACT)._replace(contract=contract)
        return
    for name in sorted(payload.keys() | before["payload"].keys()):
        was, now = _fact_text(before["payload"].get(name)), _fact_text(payload.get(name))
        if was != now:
            yield make_event(told, EventKind.CONTRACT_FACT, was, now, name)._replace(contract=contract)


def _fact_text(value: object) -> str:
    """A fact of a statement; rooms by their numbers."""
    if isinstance(value, list):
        return ", ".join(str(one.get("room_id")) if isinstance(one, dict) else str(one) for one in value)
    return "" if value is None else str(value)


def delivery_or_attachment_events(told: EntryDict, _: EntryDict | None) -> Iterator[TimelineEvent]:
    """A delivery or an attachment, or its withdrawal."""
    payload, withdrawn = told["payload"], told["payload"]["state"] == "withdrawn"
    if told["kind"] == "delivery":
        kind, after = EventKind.DELIVERY, _fact_text(payload.get("at"))
    else:
        kind, after = EventKind.ATTACHMENT, _fact_text(payload.get("kind"))
    kind = EventKind(f"{kind}_withdrawn") if withdrawn else kind
    one = make_event(told, kind, "", after, _fact_text(payload.get("name")))
    message = payload.get("message_id")
    yield one._replace(
        number=int(entry_ident(told)),
        contract=_contract_of(told),
        message_id=None if message is None else MessageId(message),
    )


def mapping_events(told: EntryDict, _: EntryDict | None) -> Iterator[TimelineEvent]:
    """Who somebody is, as the user says."""
    payload = told["payload"]
    part = "" if payload["state"] == "withdrawn" else text(payload["state"])
    one = make_event(told, EventKind.PART, "", part, text(payload.get("reason")))
    yield one._replace(account_id=int(entry_ident(told)), contract=_contract_of(told))


def note_events(told: EntryDict, _: EntryDict | None) -> Iterator[TimelineEvent]:
    """What the user wrote down."""
    contract = told["key"].partition("/")[2]
    yield make_event(told, EventKind.NOTE, "", text(told["payload"].get("text")))._replace(contract=contract)


def export_events(told: EntryDict, _: EntryDict | None) -> Iterator[TimelineEvent]:
    """A package that was handed out."""
    payload = told["payload"]
    one = make_event(told, EventKind.EXPORTED, "", text(payload.get("sha256")), text(payload.get("profile")))
    yield one._replace(contract=text(payload.get("contract")) or None)


def _contract_of(told: EntryDict) -> str:
    return str(told["key"].partition("/")[2].rpartition("/")[0])
