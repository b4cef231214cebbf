"""Message ids in text: the forms that they have there, those found or left out and why, and each read by API.

Ids that could not be read stay in the queue for the next run.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from archiver.chatwork.client import Client
from archiver.chatwork.reply_headers import FALLBACK_WINDOW, USUAL_LIMIT, Budget
from archiver.records import AccountId
from archiver.records.conversation import first_id_after, is_plausible
from archiver.store.archive import Archive
from archiver.store.working import single_reads
from archiver.store.working.single_reads import ItemState, MessagePlace, Origin
from archiver.sync.pull.context import PullContext
from archiver.sync.pull.single_messages import BackfillReader
from archiver.sync.report import RoomReport, SyncReport
from archiver.sync.run_end import record_run
from archiver.sync.run_start import ask_account, start_without_lists

IDS_LIMIT = 200_000
"""The most ids taken in one call: reading them takes three days within Chatwork's limit."""


@dataclass(slots=True)
class FoundIds:
    """Message ids found in any number of files."""

    rooms: AbstractSet[int]
    """The contracted rooms; ids of other rooms are only counted."""
    fallback: int | None
    """The room of ids without one: the room the user named, or the only one; None = such ids cannot be used."""
    now: datetime
    places: set[MessagePlace] = field(default_factory=set)
    elsewhere: set[MessagePlace] = field(default_factory=set)
    """Ids in rooms without a contract."""
    roomless: set[int] = field(default_factory=set)
    implausible: set[str] = field(default_factory=set)
    """Numbers that no message can have: of the future, or from before Chatwork began."""
    is_cut: bool = False
    """Whether there were more than `IDS_LIMIT`."""
    cut_mails: int = 0
    """Mails so large that only their beginning was searched."""

    def is_full(self) -> bool:
        """Whether no more ids are taken."""
        taken = len(self.places) + len(self.elsewhere) + len(self.roomless) + len(self.implausible)
        return taken >= IDS_LIMIT


@dataclass(slots=True)
class FilePageIds:
    """Ids found in one file or one part of a mail, whose rooms may become known only at its end."""

    found: FoundIds
    room: int | None = None
    """The room in which the page was saved, as it states itself."""
    hint: int | None = None
    """A contracted room in the file's name."""
    _seen_rooms: set[int] = field(default_factory=set)
    _explicit: set[int] = field(default_factory=set)
    _roomless: set[int] = field(default_factory=set)

    def add(self, room: str | int | None, message: str | int) -> None:
        """Add an id; `room` None = the text states none."""
        position = self._position(message)
        if position is None:
            return
        if room is None:
            self._roomless.add(position)
            return
        number = _parse_number(room)
        self._seen_rooms.add(number)
        self._explicit.add(position)
        self._add_place(number, position)

    def set_room(self, room: str) -> None:
        """Set the room in which the page was saved; the first one counts."""
        if self.room is None:
            self.room = _parse_number(room)

    def close(self) -> None:
        """Give the ids without a room that of the page: the stated, the hinted, the only one on it, or the fallback."""
        only = next(iter(self._seen_rooms)) if len(self._seen_rooms) == 1 else None
        room = next(
            (number for number in (self.room, self.hint, only, self.found.fallback) if number is not None), None
        )
        for position in self._roomless - self._explicit:
            if room is None:
                self.found.roomless.add(position)
            else:
                self._add_place(room, position)

    def _add_place(self, room: int, position: int) -> None:
        places = self.found.places if room in self.found.rooms else self.found.elsewhere
        places.add((room, position))

    def _position(self, message: str | int) -> int | None:
        if self.found.is_full() or len(self._roomless) >= IDS_LIMIT:
            self.found.is_cut = True
            return None
        position = _parse_number(message)
        if not is_plausible(position, self.found.now):
            self.found.implausible.add(str(message)[:40])
            return None
        return position


def _parse_number(value: str | int) -> int:
    """A whole number of at most 19 digits; 0, which is no id, for everything else."""
    if isinstance(value, int):
        return value if 0 < value < 2**63 else 0
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 19 else 0


_N = r"([0-9]{1,19})(?![0-9])"
_HASH, _BANG = r"(?:#|%23|&#35;|&#x23;)", r"(?:!|%21|&#33;|&#x21;)"

_LINK = re.compile(rf"{_HASH}{_BANG}rid{_N}(?:-|%2D){_N}", re.IGNORECASE)
_REPLY = re.compile(rf"\[(?:rp|返信|Reply) [^\[\]]{{0,200}}?to=([0-9]{{1,19}})-{_N}")
_BETWEEN = r"(?![0-9])[^\s\"'<>]{0,200}?\b"
_ROOM_FIRST = re.compile(rf"\brid=(?P<rid>[0-9]{{1,19}}){_BETWEEN}mid=(?P<mid>[0-9]{{1,19}})(?![0-9])")
_MESSAGE_FIRST = re.compile(rf"\bmid=(?P<mid>[0-9]{{1,19}}){_BETWEEN}rid=(?P<rid>[0-9]{{1,19}})(?![0-9])")
_TAG = re.compile(r"<[a-zA-Z][^<>]{1,8000}>")
_ATTRIBUTE = re.compile(
    r"\b(?:(?P<message>data-(?:mid|message-?id))|(?P<room>data-(?:rid|room-?id)))"
    r"\s{0,9}=\s{0,9}[\"']?\s{0,9}(?P<number>[0-9]{1,19})(?![0-9])",
    re.IGNORECASE,
)
_ELEMENT = re.compile(rf"_messageId-?{_N}")
_KEY = re.compile(rf'"(?:message_id|messageId|mid)"\s{{0,9}}:\s{{0,9}}"?{_N}')
_SAVED = re.compile(
    rf"(?:saved from url=\([0-9]{{1,6}}\)|Content-Location:\s{{0,9}})https?://[^\s\"'<>]{{1,200}}?{_HASH}{_BANG}rid{_N}",
    re.IGNORECASE,
)

_MARKED = re.compile(r"(?<![A-Za-z0-9_])m([0-9]{6,19})(?![A-Za-z0-9_])")
_PAIR = re.compile(r"(?<![0-9])([0-9]{4,12})[-_/:,;\t ]m?([0-9]{16,19})(?![0-9])")
_BARE = re.compile(r"(?<![\w#.\-])([0-9]{18,19})(?![\w])")
BARE_FROM = first_id_after(datetime(2015, 1, 1, tzinfo=UTC))
"""A bare number is an id only if it states a time since then: other numbers are smaller."""


def take_page(text: str, page: FilePageIds) -> None:
    """Add the ids that a saved page, a mail or any other text states explicitly."""
    for match in _SAVED.finditer(text):
        page.set_room(match[1])
    for pattern in (_LINK, _REPLY):
        for match in pattern.finditer(text):
            page.add(match[1], match[2])
    if "mid=" in text and "rid=" in text:
        for pattern in (_ROOM_FIRST, _MESSAGE_FIRST):
            for match in pattern.finditer(text):
                page.add(match["rid"], match["mid"])
    if "data-" in text:
        for match in _TAG.finditer(text):
            _take_tag(match[0], page)
    for pattern in (_ELEMENT, _KEY):
        for match in pattern.finditer(text):
            page.add(None, match[1])


def take_list(text: str, page: FilePageIds) -> None:
    """Add the same ids and those of a plain list: `m…`, room and message side by side, or a bare number."""
    take_page(text, page)
    for match in _PAIR.finditer(text):
        if int(match[1]) in page.found.rooms:
            page.add(match[1], match[2])
    for match in _MARKED.finditer(text):
        page.add(None, match[1])
    for match in _BARE.finditer(text):
        if int(match[1]) >= BARE_FROM:
            page.add(None, match[1])


def _take_tag(tag: str, page: FilePageIds) -> None:
    """Add the message of one element of Chatwork's page, with its room if the element states it."""
    numbers: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag):
        numbers.setdefault("message" if match["message"] else "room", match["number"])
    if "message" in numbers:
        page.add(numbers.get("room"), numbers["message"])


@dataclass(frozen=True, slots=True)
class RecoveryResult:
    """How many ids were recovered and why others were not, with the report of the run."""

    found: int
    saved_before: int
    """Ids whose messages were in the archive already."""
    recovered: int
    hidden_by_plan: int
    not_readable: int
    left: int
    """Ids not read yet, with which the next runs go on."""
    report: SyncReport
    erased: int = 0
    """Ids of messages that the owner erased, which are not asked for; none of the found ones."""
    must_wait: bool = False
    """Whether the reading ended only because the allowance is used up."""

    def is_whole(self, found: FoundIds) -> bool:
        """Whether every possible id of those that were found in files was read."""
        return not (self.left or found.roomless or found.is_cut)

    def document(self, found: FoundIds) -> dict[str, object]:
        """The JSON document of `archive save FILE --json`; `found`: the ids in the files."""
        return {
            "found": self.found,
            "held": self.saved_before,
            "recovered": self.recovered,
            "hidden_by_plan": self.hidden_by_plan,
            "not_readable": self.not_readable,
            "left": self.left,
            "other_rooms": len(found.elsewhere),
            "without_room": len(found.roomless),
            "implausible": len(found.implausible),
            "erased": self.erased,
            "cut_mails": found.cut_mails,
            "requests": self.report.requests,
        }

    def after(self, earlier: RecoveryResult | None) -> RecoveryResult:
        """The result of this part and of all before it; what any run saved meanwhile counts as recovered."""
        if earlier is None:
            return self
        self.report.requests += earlier.report.requests
        return replace(
            self,
            found=earlier.found,
            saved_before=earlier.saved_before,
            recovered=self.saved_before - earlier.saved_before + self.recovered,
        )


def estimate_minutes(number: int, budget: Budget, *, reserve: int, now: datetime) -> int:
    """About how many minutes so many single reads take within the allowance, of which `reserve` stays free."""
    limit = budget.limit or USUAL_LIMIT
    reserve = min(reserve, limit // 5)
    wait, usable = FALLBACK_WINDOW, limit - reserve
    if budget.remaining is not None and budget.reset is not None and budget.reset > now:
        wait, usable = budget.reset - now, budget.remaining - reserve
    later = number - max(0, usable)
    if later <= 0:
        return 1
    windows = (later - 1) // (limit - reserve)
    return math.ceil((wait + windows * FALLBACK_WINDOW).total_seconds() / 60) + 1


def read_recovered(
    archive: Archive,
    client: Client,
    places: Collection[MessagePlace],
    *,
    now: Callable[[], datetime],
    progress: Callable[[int, int], None],
    settings: str,
) -> RecoveryResult:
    """Read the messages of these ids that are not saved, the newest first, until the allowance is used up.

    `progress` is called with how many were read and how many there are. Raises NoContract, TokenRefused, WrongAccount,
    StorageError and, if not even the account can be read, what `Client.me` raises.
    """
    inputs = start_without_lists(archive, client, now=now)
    with archive.reading() as reading:
        saved = single_reads.held_places(reading, places)
        missing = single_reads.unsaved_places(reading, places)
    erased = len(set(places) - saved - missing)
    # Before the first sync nothing shows which messages a list would bring anyway.
    context = ask_account(archive, client, inputs, now=now) if missing and inputs.owner is not None else None
    report = SyncReport(AccountId(inputs.owner["account_id"]) if inputs.owner else AccountId(0), now())
    states: dict[MessagePlace, ItemState] = {}
    if context is not None:
        report.rooms = [RoomReport(room, inputs.names.get(room, "")) for room in sorted({room for room, _ in missing})]
        states = _read_places(context, missing, report, progress)
        record_run(context, report, settings)
    counted = list(states.values())
    left = len(missing) - sum(standing is not ItemState.WAITING for standing in counted)
    wait = client.transport.time_to_wait()
    return RecoveryResult(
        found=len(places) - erased,
        saved_before=len(saved),
        recovered=counted.count(ItemState.READ),
        hidden_by_plan=counted.count(ItemState.HIDDEN),
        not_readable=counted.count(ItemState.UNREADABLE),
        left=left,
        report=report,
        erased=erased,
        must_wait=bool(left and wait and context is not None),
    )


def _read_places(
    context: PullContext, missing: Collection[MessagePlace], report: SyncReport, progress: Callable[[int, int], None]
) -> dict[MessagePlace, ItemState]:
    """Queue the ids, read those that are due, and return the state of each."""
    with context.archive.writing() as writing:
        rooms = {room for room, _ in missing}
        single_reads.enqueue(writing, dict.fromkeys(missing, Origin.RECOVERED), rooms=rooms, at=context.now())
        due = [
            queued for queued, is_due in single_reads.items_at(writing, missing, at=context.now()).values() if is_due
        ]
    reader = BackfillReader(
        context,
        {room.room_id: room for room in report.rooms},
        lambda: False,
        # The next sync finds out whether the room is still accessible.
        lambda room, _refusal: context.troubles.add(f"room/{room}/messages/refused"),
    )
    for number, item in enumerate(sorted(due, key=lambda item: -item.position)):
        progress(number, len(due))
        if not reader.read_item(item):
            break
    return {
        place: queued.state
        for place, (queued, _) in context.archive.read(single_reads.items_at, missing, at=context.now()).items()
    }
