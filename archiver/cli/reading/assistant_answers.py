"""What an assistant is told of one job: its messages as an export for an office covers them, and no other job's.

Words of messages are values of fields with an author and an address. Nothing in them chooses what else is answered.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from archiver import errors
from archiver.app import utc_now
from archiver.cli.contracts.contract_page import page_document
from archiver.export.mask.covers import Covers, Place
from archiver.export.mask.package_mask import PackageMask
from archiver.export.package.order import ExportOrder
from archiver.export.package.reading_step import recipe_of
from archiver.export.package.recipe import Recipe
from archiver.records import JST, Attachment, Contract, MessageId, ReadState, RoomId, contract_facts
from archiver.render.message_html import chatwork_url
from archiver.search_folding import fold_searched, fold_word
from archiver.store.archive import Archive, Reading
from archiver.store.fingerprints import DELETED
from archiver.store.queries.contracts import find_contract
from archiver.store.queries.entries import last_seq
from archiver.store.queries.status import open_gaps
from archiver.store.queries.transcript import TranscriptMessage, transcript_messages
from archiver.store.queries.viewing.files import by_message
from archiver.wording import gettext as _

MOST = 100
"""Messages or files in one answer."""
LONGEST = 4_000
"""Letters of one text in an answer; of a longer one its history says how long it is."""
_UNTOLD = ("counterparts", "closed_account")
"""Facts about accounts, third persons' too."""

Answer = dict[str, Any]
Wishes = Mapping[str, Any]


class AnsweredMessage(NamedTuple):
    """A message as it may be told; `texts` is empty where it is covered."""

    place: Answer
    texts: Sequence[str]
    times: Sequence[tuple[datetime, datetime | None]]

    @property
    def row(self) -> Answer:
        """It with its last text."""
        text = self.texts[-1] if self.texts else None
        return self.place | {"text": text and text[:LONGEST], "covered": text is None, "texts": len(self.texts)}


@dataclass(frozen=True, slots=True)
class _Case:
    """The job at one moment."""

    key: tuple[int, bool]
    recipe: Recipe
    messages: Mapping[str, AnsweredMessage]


class JobAnswers:
    """Answers of one job of one archive, which is only read."""

    def __init__(self, archive: Archive, job: str) -> None:
        """Keep the archive and the id of the job."""
        self._archive, self._job = archive, job
        self._case: _Case | None = None

    def answer(self, tool: str, wishes: Wishes, *, is_unmasked: bool) -> tuple[Answer, list[str]]:
        """The answer of a tool, and the ids of the messages in it. Raises ArchiverError."""
        TOOLS[tool].check(wishes)
        with self._archive.reading() as reading:
            contract = find_contract(reading, self._job)
            key = last_seq(reading), is_unmasked
            if self._case is None or self._case.key != key:
                self._case = _Case(key, *_job_as_told(reading, contract, is_unmasked=is_unmasked))
            found = TOOLS[tool].answer(reading, self._case, wishes)
        rows = [*found.get("messages", ()), *found.get("files", ())]
        return {"job": contract.id, "masked": not is_unmasked} | found, [str(one["id"]) for one in rows]


def _job_as_told(
    reading: Reading, contract: Contract, *, is_unmasked: bool
) -> tuple[Recipe, Mapping[str, AnsweredMessage]]:
    profile = "lawyer" if is_unmasked else "support"
    order = ExportOrder(contract=contract.id, profile=profile, every_message=True).with_policy()
    recipe = recipe_of(reading, order, now=utc_now())
    mask, placed = recipe.mask, _messages(reading, contract)
    opened = {(one.room, one.id): one for one in recipe.opened if one.state is not ReadState.COVERED}
    sent: defaultdict[tuple[int, int], list[Place]] = defaultdict(list)
    for room, one in placed:
        sent[one.account_id, one.send_time].append((room, one.message_id))
        if mask is None or mask.is_hidden(one.account_id):
            opened.pop((room, one.message_id), None)
    covers, found = Covers(opened.keys(), sent=sent), {}
    for room, message in placed:
        kept = [one for one in message.texts if one.body != DELETED]
        texts: Sequence[str] = [one.body if mask is None else mask.mask_text(one.body) for one in kept]
        name = message.name if mask is None else mask.shown_name(message.account_id, message.name)
        if not is_unmasked:
            as_read = opened.get((room, message.message_id))
            texts = () if as_read is None else list(map(covers.cover_quotes, as_read.texts))
        times = [(one.first_seen, one.last_seen) for one in kept] if len(kept) == len(texts) else []
        found[message.message_id] = AnsweredMessage(_place(room, message, name), texts, times)
    return recipe, found


def _messages(reading: Reading, contract: Contract) -> list[tuple[int, TranscriptMessage]]:
    """The messages of the job's parts of its chats, each with its chat, by their ids."""
    found = [
        (room.room_id, one)
        for room in contract.rooms
        for one in transcript_messages(reading, room.room_id)
        if room.contains(datetime.fromtimestamp(one.send_time, UTC))
    ]
    return sorted(found, key=lambda one: int(one[1].message_id))


def _place(room: int, message: TranscriptMessage, author: str) -> Answer:
    return {
        "id": message.message_id,
        "address": chatwork_url(RoomId(room), MessageId(message.message_id)),
        "sent": datetime.fromtimestamp(message.send_time, JST).isoformat(),
        "author": author,
        "state": message.state.value,
        "edited": message.was_edited,
    }


# --- the tools -----------------------------------------------------------------------------------


def _limit(wishes: Wishes) -> int:
    return int(wishes.get("limit", 20))


def _number(ident: str | None, otherwise: int) -> int:
    return otherwise if ident is None else int(ident.removeprefix("m"))


def _search(_reading: Reading, case: _Case, wishes: Wishes) -> Answer:
    words = [fold_word(one) for one in str(wishes["words"]).split()]
    before = _number(wishes.get("before"), 2**63)
    found = [
        one
        for ident, one in reversed(list(case.messages.items()))
        if words and int(ident) < before and all(word in fold_searched("\n".join(one.texts)) for word in words)
    ]
    return {"total": len(found), "messages": [one.row for one in found[: _limit(wishes)]]}


def _read_messages(_reading: Reading, case: _Case, wishes: Wishes) -> Answer:
    limit, rows = _limit(wishes), list(case.messages.values())
    ids = [int(one.place["id"]) for one in rows]
    if "around" in wishes:
        middle = bisect_left(ids, int(_known(case, wishes["around"]).place["id"]))
        start = max(0, middle - limit // 2)
    else:
        try:
            day = date.fromisoformat(str(wishes["day"])).isoformat()
        except (KeyError, ValueError):
            raise errors.UsageError(detail=_("Give a day such as 2026-11-05, or the id of a message.")) from None
        rows = [one for one in rows if one.place["sent"].startswith(day)]
        start = bisect_right([int(one.place["id"]) for one in rows], _number(wishes.get("after"), 0))
    return {"messages": [one.row for one in rows[start : start + limit]], "more": len(rows) > start + limit}


def _message_history(_reading: Reading, case: _Case, wishes: Wishes) -> Answer:
    message = _known(case, wishes["id"])
    seen = [
        {"first_seen": first.isoformat(), "last_seen": None if last is None else last.isoformat()}
        for first, last in message.times
    ] or [{} for _one in message.texts]
    texts = [{"text": text[:LONGEST], "length": len(text)} | one for text, one in zip(message.texts, seen, strict=True)]
    return {"messages": [message.row | {"history": texts}]}


def _known(case: _Case, ident: str) -> AnsweredMessage:
    message = case.messages.get(ident.removeprefix("m"))
    if message is None:
        raise errors.UsageError(detail=_("This job has no message of this id."))
    return message


def _facts(reading: Reading, case: _Case, _wishes: Wishes) -> Answer:
    contract = case.recipe.contract
    document = page_document(reading, find_contract(reading, contract.id), now=utc_now())
    stated = {one.name: getattr(contract, one.name) for one in contract_facts.FACTS if not one.name.endswith("url")}
    return {"stated": stated, "observed": {name: one for name, one in document.items() if name not in _UNTOLD}}


def _gaps(reading: Reading, case: _Case, _wishes: Wishes) -> Answer:
    rooms = dict.fromkeys(one.room_id for one in case.recipe.contract.rooms)
    return {"gaps": [{"room_id": room, **gap} for room in rooms for gap in open_gaps(reading, room)][:MOST]}


def _files(reading: Reading, case: _Case, wishes: Wishes) -> Answer:
    mask, before, rows = case.recipe.mask, _number(wishes.get("before"), 2**63), list[Answer]()
    places = {ident: one for ident, one in case.messages.items() if one.texts and int(ident) < before}
    for room in dict.fromkeys(one.room_id for one in case.recipe.contract.rooms):
        for ident, attached in by_message(reading, room, map(MessageId, places)).items():
            rows += [_file(one, places[ident], mask) for one in attached]
    rows.sort(key=lambda one: -int(one["id"]))
    return {"total": len(rows), "files": rows[: _limit(wishes)]}


def _file(attached: Attachment, message: AnsweredMessage, mask: PackageMask | None) -> Answer:
    name = attached.name if mask is None else mask.mask_text(attached.name)
    place = {name: message.place[name] for name in ("id", "address", "author", "sent")}
    gone = attached.gone_since is not None
    return place | {"name": name, "bytes": attached.size, "saved": attached.sha256 is not None, "gone": gone}


class Tool(NamedTuple):
    """A tool: what it does for an assistant, its wishes as JSON schemas, those needed, and its function."""

    description: str
    wishes: Mapping[str, Answer]
    needed: tuple[str, ...]
    answer: Callable[[Reading, _Case, Wishes], Answer]

    @property
    def schema(self) -> Answer:
        """The schema of its wishes."""
        closed = {"type": "object", "additionalProperties": False}
        return closed | {"properties": dict(self.wishes), "required": list(self.needed)}

    def check(self, wishes: Wishes) -> None:
        """Raises UsageError: the wishes do not fit the schema."""
        from jsonschema import ValidationError, validate

        try:
            validate(dict(wishes), self.schema)
        except ValidationError:
            raise errors.UsageError(detail=_("The arguments do not fit the schema of this tool.")) from None


_LIMIT = {"type": "integer", "minimum": 1, "maximum": MOST, "description": "at most so many; 20 if left out"}
_ID = {"type": "string", "maxLength": 20, "pattern": "^m?[0-9]{1,19}$", "description": "the id of a message"}
_WORDS = {"type": "string", "maxLength": 200, "description": "words that must all occur"}
_DAY = {"type": "string", "maxLength": 10, "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "description": "a day in Japan"}

TOOLS: Mapping[str, Tool] = {
    "search": Tool(
        "Messages of the job with all these words, earlier texts too; the newest first.",
        {"words": _WORDS, "limit": _LIMIT, "before": _ID},
        ("words",),
        _search,
    ),
    "read_messages": Tool(
        "Messages of a day (after a message of it), or around a message, in their order.",
        {"day": _DAY, "after": _ID, "around": _ID, "limit": _LIMIT},
        (),
        _read_messages,
    ),
    "message_history": Tool(
        "Every saved text of a message, and when it was seen.", {"id": _ID}, ("id",), _message_history
    ),
    "facts": Tool("What was entered about the job, and what the saved messages show.", {}, (), _facts),
    "gaps": Tool("Where messages of the job's chats are missing, as far as it is known.", {}, (), _gaps),
    "files": Tool(
        "Names, sizes and days of the files in the job's messages.", {"limit": _LIMIT, "before": _ID}, (), _files
    ),
}
