"""Verifies an archive, or a package by its path, by passing its rows and files to the checks of `evidence`.

It writes no evidence, and works on read-only media.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from archiver import errors
from archiver.custody import put_back_databases
from archiver.custody.daily_verification import check_objects
from archiver.evidence.looks import note_services, read_services
from archiver.evidence.stamps import roots, timestamp
from archiver.evidence.stamps.reply_claims import earliest_covering
from archiver.evidence.stamps.roots import REASONS, StampRefused, class_sentence
from archiver.evidence.stamps.timestamp import Authority
from archiver.evidence.verify.entries import REPLY_KINDS, EntryCheck
from archiver.evidence.verify.findings import Progress, Verification
from archiver.evidence.verify.package_at_path import verify_package_at
from archiver.evidence.verify.rollbacks import ORPHANED, check_rollbacks
from archiver.evidence.verify.saved_files import check_files
from archiver.evidence.verify.seals import SealChain, SealRow
from archiver.evidence.verify.stamps import (
    UNCHECKED,
    CheckToken,
    StampCheck,
    StampJudge,
    StampSource,
    TokenResult,
    compare_stamps,
    openssl_check,
)
from archiver.store import backup_folder, blobs, durable_files, rebuild, seals
from archiver.store.archive import Archive, Reading
from archiver.store.database_comparison import RecordsNotCompared, TwoDatabases, faults_told, open_both
from archiver.store.engine import DATABASE
from archiver.store.keeper import keeper_of
from archiver.store.queries import entries, raw_tables
from archiver.store.queries.raw_tables import RawReply
from archiver.store.received_facts_and_record_forms import has_form
from archiver.store.time_text import to_text
from archiver.store.working import verification_log
from archiver.store.working.verification_log import VerificationRecord
from archiver.wording import gettext as _


def token_check() -> CheckToken | None:
    """A function that checks time stamp tokens; None if nothing on this computer can."""
    return _check_token if timestamp.can_stamp() else openssl_check()


def is_known_root(sha256: str) -> bool:
    """Whether browsers trust the root with this SHA-256 (hex)."""
    try:
        roots.certifi_root(sha256)
    except ValueError:
        return False
    return True


def _check_token(reply: bytes, data: bytes, pem: bytes) -> TokenResult:
    try:
        token = timestamp.check_stamp(reply, data, roots.pem_to_der(pem.decode("ascii", "replace")))
    except ValueError:
        return TokenResult(None, None, _("The root certificate beside the time stamp cannot be read."))
    except StampRefused as error:
        if error.reason == "unsupported":
            return UNCHECKED
        return TokenResult(
            None, None, _("The time stamp is not valid: {reason}.").format(reason=_(REASONS[error.reason]))
        )
    return TokenResult(to_text(token.time), token.root, None)


PAGE_CHECK_SECONDS = 5.0
"""Seconds that SQLite's own check of all pages may take in a verification that is not deep."""

_STEP = 1_000
"""Rows between two calls of the progress callback."""


def verify_archive(
    archive: Archive,
    *,
    deep: bool = False,
    progress: Progress | None = None,
    authorities: Sequence[Authority] | None = None,
    now: datetime | None = None,
    are_pages_checked: bool = False,
    compared: ComparedRecords | None = None,
) -> Verification:
    """Check everything that the archive holds, as of one moment; `deep` also compares the readable tables with
    the records.

    `are_pages_checked`: SQLite has just looked at every page of this file, as of a copy that was made; only `deep` lets
    it look again.
    `compared`: this file beside an earlier copy of it that is whole; records that are the same there are not verified
    anew, and counted apart. Raises RecordsNotCompared then, if that does not suffice.
    `authorities` are those of the settings, with their pinned roots; None: not known, so they are not checked. `now`:
    by it is told whose certificates have ended; None: it is not told.
    Raises NoArchive, NewerArchive, ArchiveBusy, and of a copy whose files lie in a team's store TeamStoreUnavailable. A
    database that cannot be read is a finding.
    """
    verification = Verification()
    with _damage_as_finding(verification, DATABASE), archive.reading() as reading:
        tell = progress or (lambda _what, _done, _total: None)
        _verify(verification, reading, compared, deep=deep, tell=tell, authorities=authorities, now=now)
        with _damage_as_finding(verification, DATABASE):
            if deep or not are_pages_checked:
                _check_pages(verification, reading, seconds=None if deep else PAGE_CHECK_SECONDS)
            for name in rebuild.altered_triggers(reading):
                text = _("The rule that keeps records from being changed is missing, or not as it was made.")
                verification.add_finding("triggers", name, text)
            if deep:
                _check_rows(verification, reading, tell)
    if verification.ok and not (verification.checked["entries"] or verification.compared):
        verification.add_finding("nothing", "entry", _("The archive holds no records, so there was nothing to check."))
    if not deep:
        verification.add_note(
            _("The readable tables were not compared with the records. To compare them: archive verify --deep")
        )
    verification.close()
    return verification


def record_verification(archive: Archive, verification: Verification, *, deep: bool, at: datetime) -> bool:
    """Add a verification of the whole archive to the log of verifications; False if it cannot be written now.

    A database that SQLite cannot read whole is not written to either, and that of a newer version says nothing. A
    backup stays the file that its archive remembers.
    """
    if verification.counts.keys() & {"database", "newer-format"} or backup_folder.is_copy(archive.home):
        return False
    entry = VerificationRecord(
        at, deep, verification.checked, sum(verification.counts.values()), tuple(verification.counts)
    )
    try:
        archive.write(verification_log.keep_verification, entry)
    except errors.StorageError:
        return False
    return True


def verify_path(
    path: Path, *, deep: bool = False, progress: Progress | None = None, now: datetime | None = None
) -> Verification:
    """Check what lies at a path: a package (folder or zip), or the home of an archive.

    `deep`: as of `verify_archive`. `now`: with which the times of a package's stamps are compared; None: with none.
    Raises NothingThere if it is none of these, and what `verify_archive` raises.
    """
    try:
        if (path / DATABASE).is_file():
            return verify_archive(Archive(path), deep=deep, progress=progress, now=now)
        seconds = None if now is None else now.timestamp()
        verification = verify_package_at(path, progress, check=token_check(), known=is_known_root, now=seconds)
    except OSError as error:
        raise errors.NothingThere(path=path) from error
    if verification is None:
        raise errors.NoExportThere(path=path)
    return verification


def _verify(
    verification: Verification,
    reading: Reading,
    compared: ComparedRecords | None,
    *,
    deep: bool,
    tell: Progress,
    authorities: Sequence[Authority] | None,
    now: datetime | None,
) -> None:
    """Check one table after the other; one that cannot be read does not keep the others from being checked."""
    folder = reading.home / seals.FOLDER
    names = _file_names(folder)

    def read(name: str) -> bytes:
        return (folder / name).read_bytes()

    rows: list[SealRow] = []
    with _damage_as_finding(verification, "seal"):
        rows.extend(SealRow(*row) for row in raw_tables.seals(reading))
    if backup_folder.is_copy(reading.home):
        names = _without_later_seals(verification, folder, names, rows)
    source = StampSource(names, read, f"{seals.FOLDER}/{{authority}}.pem", lambda authority: read(f"{authority}.pem"))
    pinned = {one.name: frozenset(map(roots.fingerprint, one.roots)) for one in authorities or ()}
    judge = StampJudge(token_check(), pinned, is_known_root, now=None if now is None else now.timestamp())
    stamps = StampCheck(verification, source, judge)
    chain = SealChain(verification, names, read, rows, stamps.check_seal)
    kept: set[bytes] = set()
    with _damage_as_finding(verification, "reply"):
        _check_replies(verification, reading, compared, kept, tell)
    entry_check = EntryCheck(verification, chain.ranges(), kept_replies=kept, deep=deep, has_form=has_form)
    with _damage_as_finding(verification, "entry"):
        _check_entries(reading, compared, entry_check, tell)
    entry_check.close()
    chain.compare_unsettled(entry_check.last)
    chain.compare_exports(entry_check.exports)
    chain.compare_rollbacks(entry_check.rollbacks)
    check_rollbacks(verification, entry_check.rollbacks, _file_names(folder / ORPHANED), read)
    for sentence in put_back_databases.sentences(reading):
        verification.add_note(sentence)
    note_services(verification, read_services(entry_check.services))
    stamps.close()
    entry_check.times.close(earliest_covering(stamps.times))
    compare_stamps(verification, entry_check.stamps, names, read)
    stamps.note_renewals(entry_check.stamps, [(row.number, row.first, row.last) for row in rows])
    if authorities is not None and not authorities:
        verification.add_note(_("No authority is asked for time stamps: [timestamp] in archive.toml names none."))
    for authority in authorities or ():
        verification.add_note(class_sentence(authority.name, is_offered=authority.is_offered))
    keeper_of(reading.home).bring_bytes(record.sha256 for record in entry_check.saved)
    check_files(verification, reading.home / blobs.FOLDER, entry_check.saved, tell)
    with _damage_as_finding(verification, "message"):
        if compared is None:  # else nobody can say how many messages were checked now
            verification.checked["messages"] = raw_tables.count(reading, "message")


def _without_later_seals(
    verification: Verification, folder: Path, names: Sequence[str], rows: Sequence[SealRow]
) -> list[str]:
    """The names without the seals that an update of a copy brought, which was interrupted before its database."""
    last = max((row.number for row in rows), default=0)
    later = {one.name for one in durable_files.list_files(folder) if one.number > last} if rows else set()
    if later:
        sentence = _(
            "An update of this backup was not finished: its database ends at seal {number}, other files go on."
        )
        verification.add_note(sentence.format(number=last))
    return [name for name in names if name not in later]


def _check_replies(
    verification: Verification, reading: Reading, compared: ComparedRecords | None, kept: set[bytes], tell: Progress
) -> None:
    """Check that each kept reply still has the body that was received, or is the same as in the earlier copy."""
    replies: Iterable[raw_tables.RawReply]
    if compared is None:
        replies, total = raw_tables.replies(reading), raw_tables.count(reading, "reply")
    else:
        replies, verification.compared["replies"] = compared.replies(kept)
        total = len(replies)
    for done, reply in enumerate(replies, 1):
        _check_reply(verification, *reply)
        kept.update(_digests(*reply[1:]))
        if done % _STEP == 0 or done == total:
            tell("replies", done, total)


def _check_reply(verification: Verification, number: int, stated: str, actual: str | None) -> None:
    subject = f"reply/{number}"
    if actual is None:
        verification.add_finding("reply-digest", subject, _("The body of the reply cannot be opened."))
    elif actual != stated:
        text = _("The reply is not the one that was received: the hash of its salt and body differs.")
        verification.add_finding("reply-digest", subject, text)


def _file_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def _check_entries(reading: Reading, compared: ComparedRecords | None, check: EntryCheck, tell: Progress) -> None:
    if compared is not None:
        compared.check_entries(check, partial(tell, "entries"))
        return
    total = raw_tables.count(reading, "entry")
    for done, row in enumerate(raw_tables.entries(reading), 1):
        check.check(row)
        if done % _STEP == 0 or done == total:
            tell("entries", done, total)


def _check_pages(verification: Verification, reading: Reading, *, seconds: float | None) -> None:
    """Let SQLite look at every page of the database; if that takes too long, say that it was not done."""
    problems = rebuild.integrity_problems(reading, seconds=seconds)
    if problems is None:
        text = _(
            "Whether all pages of the database are whole: SQLite's own check needs longer than {seconds} seconds here. "
            "archive verify --deep waits for it."
        )
        verification.add_unchecked(DATABASE, text.format(seconds=f"{seconds:g}"))
    for detail in problems or ():
        verification.add_finding(
            "database", DATABASE, _("SQLite finds the database damaged: {detail}").format(detail=detail)
        )


def _check_rows(verification: Verification, reading: Reading, tell: Progress) -> None:
    """Check the readable tables against the entries, and those against the replies."""
    total = entries.last_seq(reading)
    for difference in rebuild.row_differences(reading, progress=lambda done: tell("rows", done, total)):
        verification.add_finding(
            "readable-rows", "/".join([difference.table, *map(str, difference.key)]), _difference_text(difference)
        )
    check_objects(verification, reading)


def _difference_text(difference: rebuild.RowDifference) -> str:
    if difference.table == "entry":
        return _("The readable tables cannot be made from this record.")
    match difference.kind:
        case "missing":
            return _("The records give this row, but the readable table lacks it.")
        case "extra":
            return _("The readable table has this row, but the records do not give it.")
    sentence = _("The readable table differs from the records in: {columns}.")
    return sentence.format(columns=", ".join(difference.columns))


def _digests(stated: str, actual: str | None) -> Iterator[bytes]:
    """Both digests of a reply, stated and actual, so that a difference makes no second finding."""
    for text in (stated, actual or ""):
        with suppress(ValueError):
            yield bytes.fromhex(text)


@contextmanager
def _damage_as_finding(verification: Verification, subject: str) -> Iterator[None]:
    """Turn a database that SQLite cannot read into a finding."""
    try:
        yield
    except errors.ArchiveDamaged as error:
        verification.add_finding(
            "database", subject, _("The database cannot be read here: {detail}").format(detail=error.data["detail"])
        )


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
