"""Finds that a home or its database was put back, or that another computer saves into a copy, and says what is lost.

The messages of another database of the archive, such as a conflicted copy, are taken in late, as what they are: each
keeps the time at which the other copy saw it and the digest of that copy's record. What this archive holds already,
what was erased, and rooms of no contract are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from archiver.errors import NothingThere, StorageError
from archiver.evidence.history import text_of
from archiver.evidence.verify import rollbacks
from archiver.records import JsonObject, Observation, ObservedBy, RoomId
from archiver.settings.other_archives import (
    SeenRecords,
    note_in_copies,
    note_of_home,
    read_seen,
    state_folder,
    write_seen,
)
from archiver.store import orphaned_seals, writer
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.database_comparison import OtherDatabase, compare, message_entries, other_databases
from archiver.store.erasure.records import without_erased
from archiver.store.keeper import keeper_of
from archiver.store.queries import contracts, entries
from archiver.store.queries.entries import last_held, last_record, last_record_time, record_digest
from archiver.store.received_facts_and_record_forms import tells_what_was_shown
from archiver.store.time_text import from_text
from archiver.store.working.remembered_values import BROUGHT_IN, TAKEN_HOME
from archiver.wording import gettext as _
from archiver.wording import ngettext


class LostRecords(NamedTuple):
    """Records that were seen and that the archive does not hold, at most."""

    first: int
    last: int

    @property
    def number(self) -> int:
        """How many there are at most."""
        return self.last - self.first + 1


def lost_records(reading: Reading, copies: Sequence[Path] = ()) -> LostRecords | None:
    """What was seen here, or by whoever writes to the folders for copies, and is not in the archive; None: nothing."""
    found = []
    told = [one["payload"]["first"] for one in orphaned_seals.rollback_entries(reading)]
    archive = None if keeper_of(reading.home).is_team else record_digest(reading, 1)
    for path in _notes(reading.home, archive, copies) if archive is not None else ():
        seen = read_seen(path)
        if seen is not None and seen.archive == archive:
            last, digest = seen.heads[-1]
            lost = LostRecords(last_held(reading, seen.heads) + 1, last)
            # Two archives that parted write to one folder for copies in turn: that is said once.
            is_said = path.parent in copies and lost.first in told
            if record_digest(reading, last) != digest and not is_said:
                found.append(lost)
    return max(found, key=lambda lost: lost.last, default=None)


def settle(archive: Archive, *, now: datetime, copies: Sequence[Path] = ()) -> int:
    """Record that an older database was put back, or an older home; how many records of that were made.

    What seals show is not said once more by what was seen. Raises StorageError, ArchiveBusy.
    """
    recorded = orphaned_seals.settle_seals(archive, now=now, copies=copies)
    lost = archive.read(lost_records, copies)
    if lost is None:
        return recorded
    if not recorded:
        archive.write(_append, rollbacks.IN_SIGHT, lost._asdict() | {"lost": lost.number}, now)
    note(archive, copies)
    return recorded or 1


def record_restore(archive: Archive, *, now: datetime) -> None:
    """Record that the archive was restored from a copy, and what it may lack by that. Raises StorageError."""
    with archive.writing() as writing:
        copied_at = last_record_time(writing)
        if copied_at is None or keeper_of(writing.home).is_team:
            return
        lost = lost_records(writing)
        found = {"first": None, "last": None} if lost is None else lost._asdict()
        count = 0 if lost is None else lost.number
        _append(writing, rollbacks.IN_RESTORED, {**found, "lost": count, "copied_at": copied_at}, now)
    note(archive)


def _append(writing: Writing, place: str, found: JsonObject, now: datetime) -> None:
    payload = orphaned_seals.rollback_payload(writing, [], place) | found
    writer.append(writing, [Observation("rollback", f"rollback/{writer.SELF}", payload)], account_id=None, at=now)


def note(archive: Archive, copies: Sequence[Path] = ()) -> None:
    """Note the last record outside the home, if that is news; that it cannot be noted keeps nothing from going on."""
    with archive.reading() as reading:
        last, first = last_record(reading), record_digest(reading, 1)
        if last is None or first is None or keeper_of(reading.home).is_team:
            return
        for path in _notes(reading.home, first, copies):
            seen = read_seen(path)
            heads = list(seen.heads) if seen is not None and seen.archive == first else []
            held = [head for head in heads if record_digest(reading, head[0]) == head[1]]
            if held[-1:] != [last] or held != heads:
                with suppress(StorageError):
                    write_seen(path, SeenRecords(first, [*(head for head in held if head != last), last]))


def sentences(reading: Reading) -> list[str]:
    """What is to be said of a home that was put back and of which no record tells yet, and of databases beside it."""
    lost = lost_records(reading)
    last, _digest = last_record(reading) or (0, "")
    told = [] if lost is None else [with_advice(_lost_sentence(lost), is_parted=last >= lost.first)]
    return told + [other_sentence(one) for one in other_databases(reading)]


def other_sentence(other: OtherDatabase) -> str:
    """What another database beside the archive's own holds, and how to bring it in."""
    sentence = ngettext(
        "Beside the database lies “{name}”, with {count} record of {messages} messages that this archive does not "
        "have. Keep it. To take its messages in, name that file: archive save FILE",
        "Beside the database lies “{name}”, with {count} records of {messages} messages that this archive does not "
        "have. Keep it. To take its messages in, name that file: archive save FILE",
        other.records,
    )
    return sentence.format(name=other.path.name, count=other.records, messages=other.messages)


def _lost_sentence(lost: LostRecords) -> str:
    sentence = ngettext(
        "This computer has seen up to {count} record of this archive that is not in it (up to number {last}): another "
        "state of it was put back, or another computer saves into a copy of it. The next saving records that.",
        "This computer has seen up to {count} records of this archive that are not in it (up to number {last}): "
        "another state of it was put back, or another computer saves into a copy of it. The next saving records that.",
        lost.number,
    )
    return sentence.format(count=lost.number, last=lost.last)


def with_advice(sentence: str, *, is_parted: bool) -> str:
    """The sentence, and what to do with another archive.sqlite3; `is_parted`: this one may have what that lacks."""
    text = _("{sentence} If there is a newer archive.sqlite3, put it back now; saving goes on all the same.")
    if is_parted:
        text = _(
            "{sentence} This archive may have records of its own since then: put nothing in its place. If the other "
            "archive.sqlite3 still is there, keep it; its messages are taken in with: archive save FILE"
        )
    return text.format(sentence=sentence)


def _notes(home: Path, archive: str, copies: Sequence[Path]) -> list[Path]:
    in_copies = [note_in_copies(folder, archive) for folder in copies if folder.is_dir()]
    return [note_of_home(home, state=state_folder()), *in_copies]


class PutBackDatabase(NamedTuple):
    """An older database that was found beside newer seals."""

    found_at: datetime
    rollback: rollbacks.Rollback
    in_copy: bool
    """Whether the archive is a copy of a team's ledger, which no database that is put back changes."""
    came_home: bool
    """Whether the archive was in a team's ledger when this was recorded, and was taken home since."""
    is_parted: bool
    """Whether the archive may have had records then that the one before it lacks."""

    @property
    def sentence(self) -> str:
        """What happened and what is lost."""
        number = _("record {number}").format(number=self.rollback.seq)
        return rollbacks.rollback_sentence(self.rollback._replace(key=number))


def put_back_databases(reading: Reading) -> list[PutBackDatabase]:
    """Every older database that was ever found, oldest first."""
    found, in_copy = [], keeper_of(reading.home).is_team
    brought = TAKEN_HOME.recall(reading)
    for entry in orphaned_seals.rollback_entries(reading):
        rollback = rollbacks.read_rollback(entry)
        if rollback is not None:
            came_home = not in_copy and (rollback.place == rollbacks.IN_LEDGER or entry["seq"] <= brought)
            first = entry["payload"].get("first")
            goes_on = rollback.place == rollbacks.IN_SIGHT and type(first) is int and first < entry["seq"]
            is_parted = goes_on or rollback.meanwhile
            found.append(PutBackDatabase(from_text(entry["observed_at"]), rollback, in_copy, came_home, is_parted))
    return found


def overview_lines(reading: Reading) -> list[str]:
    """One sentence for each, with what to do; also for one that no record tells of yet, and for databases beside."""
    return [*map(advice, put_back_databases(reading)), *sentences(reading)]


def advice(one: PutBackDatabase) -> str:
    """The sentence, and that a newer database is to be put back now; what is saved meanwhile is kept.

    In a copy of a team's ledger, and in what was taken home from it, another database would not fit.
    """
    is_restored = one.rollback.place == rollbacks.IN_RESTORED
    if is_restored or one.in_copy or (one.came_home and not one.rollback.lost):
        return one.sentence
    if one.came_home:
        sentence = _(
            "{sentence} This archive comes from a team's ledger: put no other archive.sqlite3 in its place. What is "
            "missing may still be in a file archive.sqlite3.lost-1 (or with a higher number) in the archive's folder "
            "on one of the team's computers: ask for a copy of it, and that it is kept."
        )
        return sentence.format(sentence=one.sentence)
    return with_advice(one.sentence, is_parted=one.is_parted)


def take_in(archive: Archive, path: Path, *, now: datetime) -> int:
    """Append what a database holds of messages and this archive does not; how many records that made.

    Raises NothingThere if it is no database of this archive, and StorageError.
    """
    with archive.writing() as writing:
        other = compare(writing, path)
        if other is None:
            raise NothingThere(path=path)
        late = list(_late_observations(writing, other))
        writer.append_stated(writing, late, at=now)
        BROUGHT_IN.remember(writing, (*BROUGHT_IN.recall(writing), other.last))
    return len(late)


def _late_observations(reading: Reading, other: OtherDatabase) -> Iterator[Observation]:
    rooms = contracts.contracted_rooms(reading)
    found: dict[tuple[int, int], list[tuple[str, dict[str, Any]]]] = {}
    for digest, entry in message_entries(other):
        if entry.get("room_id") in rooms and tells_what_was_shown(entry):
            found.setdefault((entry["room_id"], int(entry["key"].partition("/")[2])), []).append((digest, entry))
    last = entries.last_seq(reading)
    kept = without_erased(reading, found)
    for place, theirs in found.items():
        if place in kept:
            (ours,) = entries.message_groups(reading, [place], upto=last)
            yield from _unknown(RoomId(place[0]), theirs, ours)


def _unknown(
    room: RoomId, theirs: list[tuple[str, dict[str, Any]]], ours: list[dict[str, Any]]
) -> Iterator[Observation]:
    """Those with a text that we never saw; of a message that we do not know at all, each with another state too."""
    texts, state = set(map(text_of, ours)), None
    for digest, entry in theirs:
        payload = entry["payload"]
        if text_of(entry) not in texts or (not ours and payload["state"] != state):
            late = {name: payload[name] for name in ("object", "state")} | {"source": ObservedBy.COPY.value}
            late |= {"seen": payload.get("seen", entry["observed_at"]), "copy": digest}
            yield Observation("message", entry["key"], late, room)
        texts.add(text_of(entry))
        state = payload["state"]
