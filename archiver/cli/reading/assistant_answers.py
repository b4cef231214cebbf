"""What an assistant is told of one job: its messages as an export for an office covers them, and no other job's.

Words of messages are values of fields with an author and an address. Nothing in them chooses what else is answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from inspect import signature
from threading import Lock
from typing import Annotated, Any, NamedTuple, get_type_hints

import msgspec
from msgspec import NODEFAULT, UNSET, Meta, UnsetType

from archiver import errors
from archiver.app import utc_now
from archiver.cli.contracts.contract_rows import page_document
from archiver.export.mask.package_mask import PackageMask, Policy
from archiver.export.mask.policy import Covers, Place
from archiver.export.package.order import ExportOrder
from archiver.export.package.reading_step import recipe_of
from archiver.letter_folding import fold_searched, fold_word
from archiver.records import JST, Contract, MessageId, ReadState, RoomId, contract_facts
from archiver.render.message_html import chatwork_url
from archiver.store.archive import Archive, Reading
from archiver.store.fingerprints import DELETED
from archiver.store.queries.contracts import find_contract
from archiver.store.queries.entries import last_seq
from archiver.store.queries.status import open_gaps
from archiver.store.queries.transcript import TranscriptMessage, TranscriptText, contract_messages
from archiver.store.queries.viewing.files import LOOKED_AT, page
from archiver.wording import gettext as _

MOST = 100
"""Messages or files in one answer."""
LONGEST = 4_000
"""Letters of one text in an answer; of a longer one its history says how long it is."""
_UNTOLD = ("counterparts", "closed_account")
"""Facts about accounts, third persons' too."""

Answer = dict[str, Any]


@dataclass(frozen=True)
class AnsweredMessage:
    """A message as it may be told."""

    place: Answer
    kept: Sequence[TranscriptText]
    """Its texts as they are saved; none where they are covered."""
    told: Callable[[str], str]

    @property
    def id(self) -> int:
        """Its id as a number."""
        return int(self.place["id"])

    @cached_property
    def texts(self) -> Sequence[str]:
        """Its texts as they may be told; made when they are first needed."""
        return [self.told(one.body) for one in self.kept]

    @property
    def row(self) -> Answer:
        """It with its last text."""
        text = self.texts[-1][:LONGEST] if self.texts else None
        return self.place | {"text": text, "covered": text is None, "texts": len(self.texts)}


class Case(NamedTuple):
    """The job at one moment."""

    reading: Reading
    contract: Contract
    """As it may be told."""
    mask: PackageMask
    messages: Mapping[str, AnsweredMessage]

    @property
    def rooms(self) -> dict[int, None]:
        """The job's chats, each once."""
        return dict.fromkeys(int(one.room_id) for one in self.contract.rooms)

    def known(self, ident: str) -> AnsweredMessage:
        """The message of an id. Raises UsageError."""
        message = self.messages.get(ident.removeprefix("m"))
        if message is None:
            raise errors.UsageError(detail=_("This job has no message of this id."))
        return message


class JobAnswers:
    """Answers of one job of one archive, which is only read."""

    def __init__(self, archive: Archive, job: str) -> None:
        """Keep the archive and the id of the job."""
        self._archive, self._job = archive, job
        self._case: tuple[tuple[int, bool], Case] | None = None
        self._one_at_a_time = Lock()

    def answer(self, tool: str, wishes: Mapping[str, Any], *, is_unmasked: bool) -> tuple[Answer, list[str]]:
        """The answer of a tool, and the ids of the messages in it. Raises ArchiverError."""
        function, form = TOOLS[tool]
        try:
            given = msgspec.structs.asdict(msgspec.convert(wishes, form))
        except msgspec.ValidationError:
            raise errors.UsageError(detail=_("The arguments do not fit the schema of this tool.")) from None
        with self._one_at_a_time, self._archive.reading() as reading:
            key = last_seq(reading), is_unmasked
            if self._case is None or self._case[0] != key:
                self._case = key, _case_of(reading, find_contract(reading, self._job), is_unmasked=is_unmasked)
            found = function(self._case[1]._replace(reading=reading), **given)
        rows = [*found.get("messages", ()), *found.get("files", ())]
        return {"job": self._job, "masked": not is_unmasked} | found, [str(one["id"]) for one in rows]


def _case_of(reading: Reading, contract: Contract, *, is_unmasked: bool) -> Case:
    profile = "lawyer" if is_unmasked else "support"
    order = ExportOrder(contract=contract.id, profile=profile, every_message=True).with_policy()
    recipe = recipe_of(reading, order, now=utc_now())
    mask, placed = recipe.mask or PackageMask(Policy(), {}), contract_messages(reading, contract)
    sent: defaultdict[tuple[int, int], list[Place]] = defaultdict(list)
    for place, one in placed.items():
        sent[one.account_id, one.send_time].append(place)
    left = {(one.room, one.id) for one in recipe.opened if one.state is not ReadState.COVERED}
    shown = {place for place, one in placed.items() if place in left and not mask.is_hidden(one.account_id)}
    covers = Covers(shown, sent=sent)

    def told(body: str) -> str:
        return mask.mask_text(body if is_unmasked else covers.cover_quotes(body))

    messages = {}
    for place, one in placed.items():
        kept = [text for text in one.texts if text.body != DELETED] if is_unmasked or place in shown else ()
        author = mask.shown_name(one.account_id, one.name)
        messages[one.message_id] = AnsweredMessage(_address(place[0], one, author), kept, told)
    return Case(reading, recipe.contract, mask, messages)


def _address(room: int, message: TranscriptMessage, author: str) -> Answer:
    return {
        "id": message.message_id,
        "address": chatwork_url(RoomId(room), MessageId(message.message_id)),
        "sent": datetime.fromtimestamp(message.send_time, JST).isoformat(),
        "author": author,
        "state": message.state.value,
        "edited": message.was_edited,
    }


# --- the tools: an assistant reads their first line, and of what each is asked the type and what it means -------

Ident = Annotated[str, Meta(pattern="^m?[0-9]{1,19}$", description="the id of a message")]
Limit = Annotated[int, Meta(ge=1, le=MOST, description="at most so many")]
Words = Annotated[str, Meta(max_length=200, description="words that must all occur")]
Day = Annotated[date, Meta(description="a day in Japan")]
_LAST = "9" * 19


def _number(ident: str) -> int:
    return int(ident.removeprefix("m"))


def search(case: Case, words: Words, limit: Limit = 20, before: Ident = _LAST) -> Answer:
    """Messages of the job with all these words, earlier texts too; the newest first."""
    wanted = [fold_word(one) for one in words.split()]
    found = [
        one
        for one in reversed(list(case.messages.values()))
        if wanted and one.id < _number(before) and all(map(fold_searched("\n".join(one.texts)).__contains__, wanted))
    ]
    return {"total": len(found), "messages": [one.row for one in found[:limit]]}


def read_messages(
    case: Case, day: Day | UnsetType = UNSET, after: Ident = "0", around: Ident | UnsetType = UNSET, limit: Limit = 20
) -> Answer:
    """Messages of a day (after a message of it), or around a message, in their order."""
    rows = list(case.messages.values())
    if around is not UNSET:
        start = max(0, rows.index(case.known(around)) - limit // 2)
    elif day is not UNSET:
        rows = [one for one in rows if one.place["sent"].startswith(day.isoformat()) and one.id > _number(after)]
        start = 0
    else:
        raise errors.UsageError(detail=_("Give a day such as 2026-11-05, or the id of a message."))
    return {"messages": [one.row for one in rows[start : start + limit]], "more": len(rows) > start + limit}


def message_history(case: Case, id: Ident) -> Answer:  # noqa: A002 - as the field is called everywhere
    """Every saved text of a message, and when it was seen."""
    message = case.known(id)
    history = [
        {
            "text": text[:LONGEST],
            "length": len(text),
            "first_seen": one.first_seen.isoformat(),
            "last_seen": one.last_seen and one.last_seen.isoformat(),
        }
        for text, one in zip(message.texts, message.kept, strict=True)
    ]
    return {"messages": [message.row | {"history": history}]}


def facts(case: Case) -> Answer:
    """What was entered about the job, and what the saved messages show."""
    stated = {one.name: getattr(case.contract, one.name) for one in contract_facts.FACTS if "url" not in one.name}
    observed = page_document(case.reading, find_contract(case.reading, case.contract.id), now=utc_now())
    return {"stated": stated, "observed": {name: one for name, one in observed.items() if name not in _UNTOLD}}


def gaps(case: Case) -> Answer:
    """Where messages of the job's chats are missing, as far as it is known."""
    return {"gaps": [{"room_id": room, **gap} for room in case.rooms for gap in open_gaps(case.reading, room)][:MOST]}


def files(case: Case, limit: Limit = 20, before: Ident = _LAST) -> Answer:
    """Names, sizes and days of the files in the job's messages."""
    rows = []
    for one in (found.attachment for found in page(case.reading, case.rooms, limit=LOOKED_AT).files):
        message = case.messages.get(one.message_id)
        if message is not None and message.kept and message.id < _number(before):
            place = {name: message.place[name] for name in ("id", "address", "author", "sent")}
            held = {"bytes": one.size, "saved": one.sha256 is not None, "gone": one.gone_since is not None}
            rows.append(place | {"name": case.mask.mask_text(one.name)} | held)
    rows.sort(key=lambda one: -int(one["id"]))
    return {"total": len(rows), "files": rows[:limit]}


def _form_of(tool: Callable[..., Answer]) -> type[msgspec.Struct]:
    """What a tool is asked, to be checked and told."""
    hints, asked = get_type_hints(tool, include_extras=True), list(signature(tool).parameters.values())[1:]
    fields = [(one.name, hints[one.name], NODEFAULT if one.default is one.empty else one.default) for one in asked]
    return msgspec.defstruct(tool.__name__, fields, forbid_unknown_fields=True)


TOOLS: Mapping[str, tuple[Callable[..., Answer], type[msgspec.Struct]]] = {
    one.__name__: (one, _form_of(one)) for one in (search, read_messages, message_history, facts, gaps, files)
}
