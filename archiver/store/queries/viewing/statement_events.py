"""Pure: what the user stated or handed out -> events of a timeline."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.evidence.history import text
from archiver.records import MessageId
from archiver.store.queries.viewing.entry_objects import Told
from archiver.store.queries.viewing.event import EventKind, TimelineEvent, event, ident


def contract(told: Told, before: Told | None) -> Iterator[TimelineEvent]:
    """What was stated about a job: the first time, or each fact that is another than before."""
    payload, contract = told["payload"], told["key"].partition("/")[2]
    if before is None:
        yield event(told, EventKind.CONTRACT)._replace(contract=contract)
        return
    for name in sorted(payload.keys() | before["payload"].keys()):
        was, now = _said(before["payload"].get(name)), _said(payload.get(name))
        if was != now:
            yield event(told, EventKind.CONTRACT_FACT, was, now, name)._replace(contract=contract)


def _said(value: object) -> str:
    """A fact of a statement; rooms by their numbers."""
    if isinstance(value, list):
        return ", ".join(str(one.get("room_id")) if isinstance(one, dict) else str(one) for one in value)
    return "" if value is None else str(value)


def stated(told: Told, _: Told | None) -> Iterator[TimelineEvent]:
    """A delivery or an attachment, or its withdrawal."""
    payload, withdrawn = told["payload"], told["payload"]["state"] == "withdrawn"
    if told["kind"] == "delivery":
        kind, after = EventKind.DELIVERY, _said(payload.get("at"))
    else:
        kind, after = EventKind.ATTACHMENT, _said(payload.get("kind"))
    kind = EventKind(f"{kind}_withdrawn") if withdrawn else kind
    one = event(told, kind, "", after, _said(payload.get("name")))
    message = payload.get("message_id")
    yield one._replace(
        number=int(ident(told)), contract=_of_contract(told), message_id=None if message is None else MessageId(message)
    )


def mapping(told: Told, _: Told | None) -> Iterator[TimelineEvent]:
    """Who somebody is, as the user says."""
    payload = told["payload"]
    part = "" if payload["state"] == "withdrawn" else text(payload["state"])
    one = event(told, EventKind.PART, "", part, text(payload.get("reason")))
    yield one._replace(account_id=int(ident(told)), contract=_of_contract(told))


def note(told: Told, _: Told | None) -> Iterator[TimelineEvent]:
    """What the user wrote down."""
    contract = told["key"].partition("/")[2]
    yield event(told, EventKind.NOTE, "", text(told["payload"].get("text")))._replace(contract=contract)


def export(told: Told, _: Told | None) -> Iterator[TimelineEvent]:
    """A package that was handed out."""
    payload = told["payload"]
    one = event(told, EventKind.EXPORTED, "", text(payload.get("sha256")), text(payload.get("profile")))
    yield one._replace(contract=text(payload.get("contract")) or None)


def _of_contract(told: Told) -> str:
    return str(told["key"].partition("/")[2].rpartition("/")[0])
