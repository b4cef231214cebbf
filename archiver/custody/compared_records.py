"""Verifies the records of a new copy beside an earlier one that is whole: what is the same in both is only compared.

What only all records together can show is looked at in every case: their numbers, their seals, the order of their
times, and that the replies they came from are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from archiver.evidence.verify.entries import REPLY_KINDS, EntryCheck
from archiver.store.backup.same_records import RecordsNotCompared, TwoDatabases, faults_told, open_both
from archiver.store.queries.raw_tables import RawReply

_STEP = 1_000
"""Entries between two reports of progress."""


class ComparedRecords:
    """The entries and replies of the new copy beside those of the earlier one. All methods raise RecordsNotCompared."""

    def __init__(self, databases: TwoDatabases) -> None:
        """Take both databases."""
        self._databases = databases

    def replies(self, kept: set[bytes]) -> tuple[list[RawReply], int]:
        """The replies that have to be verified, and how many are the same; the digests of all come to `kept`.

        Of a record that is the same in both the reply is still kept if the earlier copy lacks none: so
        RecordsNotCompared, if one is gone or differs, as after an erasure.
        """
        with faults_told():
            if not self._databases.has_earlier_replies():
                raise RecordsNotCompared
            kept.update(_digest(text) for text in self._databases.reply_digests())
            new = list(self._databases.new_replies())
            return new, self._databases.count("reply") - len(new)

    def check_entries(self, check: EntryCheck, step: Callable[[int, int], None]) -> None:
        """Check every entry, those that are the same in the earlier copy by their seals; `step`: done, of how many."""
        with faults_told():
            total = self._databases.count("entry")
            for done, (seq, at, digest, dated) in enumerate(self._databases.entries(REPLY_KINDS), 1):
                if dated is None or not check.check_same(seq, at, digest, is_dated_by_reply=dated == 1):
                    check.check(self._databases.entry(seq))
                if done % _STEP == 0 or done == total:
                    step(done, total)


def _digest(text: bytes) -> bytes:
    try:
        return bytes.fromhex(text.decode())
    except ValueError as error:
        raise RecordsNotCompared from error


@contextmanager
def compared_records(new: Path, earlier: Path) -> Iterator[ComparedRecords]:
    """Open both databases. Raises RecordsNotCompared."""
    with ExitStack() as stack:
        with faults_told():
            databases = stack.enter_context(open_both(new, earlier))
        yield ComparedRecords(databases)
