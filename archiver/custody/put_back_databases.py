"""Says that an older database was put back, and what is lost by it: once with advice, and for ever in each overview."""

from __future__ import annotations

from datetime import datetime
from gettext import gettext as _
from typing import NamedTuple

from archiver.custody import earlier_homes
from archiver.evidence.verify.rollbacks import (
    IN_LEDGER,
    IN_RESTORED,
    IN_SIGHT,
    Rollback,
    read_rollback,
    rollback_sentence,
)
from archiver.ledger.ledger_file import read_ledger_file
from archiver.store import orphaned_seals
from archiver.store.archive import Reading
from archiver.store.time_text import from_text
from archiver.store.working.remembered_values import TAKEN_HOME


class PutBackDatabase(NamedTuple):
    """An older database that was found beside newer seals."""

    found_at: datetime
    rollback: Rollback
    in_copy: bool
    """Whether the archive is a copy of a team's ledger, which no database that is put back changes."""
    came_home: bool
    """Whether the archive was in a team's ledger when this was recorded, and was taken home since."""
    is_parted: bool
    """Whether the archive may have had records then that the one before it lacks."""

    @property
    def sentence(self) -> str:
        """What happened and what is lost."""
        return rollback_sentence(self.rollback)


def put_back_databases(reading: Reading) -> list[PutBackDatabase]:
    """Every older database that was ever found, oldest first."""
    found, in_copy = [], read_ledger_file(reading.home) is not None
    brought = TAKEN_HOME.recall(reading)
    for entry in orphaned_seals.rollback_entries(reading):
        rollback = read_rollback(entry)
        if rollback is not None:
            came_home = not in_copy and (rollback.place == IN_LEDGER or entry["seq"] <= brought)
            first = entry["payload"].get("first")
            goes_on = rollback.place == IN_SIGHT and type(first) is int and first < entry["seq"]
            is_parted = goes_on or rollback.meanwhile
            found.append(PutBackDatabase(from_text(entry["observed_at"]), rollback, in_copy, came_home, is_parted))
    return found


def overview_lines(reading: Reading) -> list[str]:
    """One sentence for each, with what to do; also for one that no record tells of yet, and for databases beside."""
    return [*map(advice, put_back_databases(reading)), *earlier_homes.sentences(reading)]


def advice(one: PutBackDatabase) -> str:
    """The sentence, and that a newer database is to be put back now; what is saved meanwhile is kept.

    In a copy of a team's ledger, and in what was taken home from it, another database would not fit.
    """
    is_restored = one.rollback.place == IN_RESTORED
    if is_restored or one.in_copy or (one.came_home and not one.rollback.lost):
        return one.sentence
    if one.came_home:
        sentence = _(
            "{sentence} This archive comes from a team's ledger: put no other archive.sqlite3 in its place. What is "
            "missing may still be in a file archive.sqlite3.lost-1 (or with a higher number) in the archive's folder "
            "on one of the team's computers: ask for a copy of it, and that it is kept."
        )
        return sentence.format(sentence=one.sentence)
    return earlier_homes.with_advice(one.sentence, is_parted=one.is_parted)
