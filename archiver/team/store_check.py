"""Verifies the store of a team's files against the records of an archive: missing, changed, hidden and overwritten."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from gettext import gettext as _
from itertools import groupby
from pathlib import Path

from archiver import errors
from archiver.evidence.verify.findings import Progress, Verification
from archiver.store.archive import Archive
from archiver.store.queries import entries
from archiver.team import object_store
from archiver.team.ledger.database import LedgerPlace, read_ledger_file
from archiver.team.ledger_copy.exchange import expected_contents
from archiver.team.ledger_copy.segments import KEY
from archiver.team.s3_store import S3Store, open_store


def place_with_store(home: Path) -> LedgerPlace:
    """The place of a home whose files lie in a store. Raises UsageError for any other home, BadLedgerFile."""
    place = read_ledger_file(home)
    if place is None or place.files is None:
        raise errors.UsageError(detail=_("The files of this archive lie in no store of a team."))
    return place


def check_store(archive: Archive, place: LedgerPlace, *, tell: Progress | None = None) -> Verification:
    """Compare what the store holds of an archive with its records; every object's digest is asked for.

    Raises TeamStoreUnavailable, LedgerUnavailable, StorageError.
    """
    assert place.files is not None
    store, verification = open_store(place.files), Verification()
    archive.top_up()
    with archive.reading() as reading:
        files, sealed, waiting, recorded = expected_contents(reading, place)
        has_records = entries.last_seq(reading) > 0
    listed = store.list(f"{place.archive}/")
    versions = {key: list(group) for key, group in groupby(listed, lambda one: one.key)}
    check = _StoreCheck(verification, store, versions)
    total = len(files) + len(sealed)
    for done, (key, sha256) in enumerate(sorted(files.items()), 1):
        verification.checked["files"] += 1
        check.check(key, sha256)
        if tell is not None:
            tell("files", done, total)
    for key, (sha256, second) in sorted(sealed.items()):
        verification.checked["stamps" if key.endswith(".tsr") else "seals"] += 1
        check.check(key, sha256, second)
    prefix = object_store.daily_key(place.archive, "")
    dailies = sorted(key for key in versions if key.startswith(prefix))
    for key in dailies:
        check.check_daily(key)
    verification.checked["dailies"] = len(dailies)
    segments, end = list(filter(None, map(KEY.fullmatch, versions))), 0
    verification.checked["segments"] = len(segments)
    for match in segments:
        check.check(match.group(), match[4])
        end = check.check_gap(end, int(match[2]) - 1, int(match[3]))
    check.check_gap(end, recorded, end)
    if not has_records:
        verification.add_finding("nothing", "entry", _("The archive holds no records, so there was nothing to check."))
    for sentence in _notes(store, set(versions) - check.known, waiting, check.unlocked):
        verification.add_note(sentence)
    verification.close()
    return verification


class _StoreCheck:
    """The checks of one key after the other."""

    def __init__(
        self,
        verification: Verification,
        store: object_store.ObjectStore,
        versions: Mapping[str, Sequence[object_store.StoredVersion]],
    ) -> None:
        self._add_finding, self._store, self._versions = verification.add_finding, store, versions
        self.known: set[str] = set()
        """The keys that belong to the archive."""
        self.unlocked = 0
        """Seals and time stamps of which the store does not say that they are locked."""

    def check(self, key: str, sha256: str, second: str | None = None) -> None:
        """Check what lies under a key, or under the `second` one where other bytes have the first."""
        versions = self._versions.get(key, ())
        self.known.add(key)
        if not versions:
            self._add_finding("store-missing", key, _("It is not in the store."))
        elif versions[0].is_marker:
            self._check_below(key, sha256, versions)
        elif not self._is_same(key, sha256):
            self._check_second(key, sha256, second)
        if sum(not one.is_marker for one in versions) > 1:
            self._add_finding("store-overwritten", key, _several_text())

    def check_daily(self, key: str) -> None:
        """Check that a daily copy, of which no record says the bytes, is neither hidden nor written over."""
        self.known.add(key)
        if self._versions[key][0].is_marker:
            self._add_finding("store-deleted", key, _("It was deleted; a delete marker hides it."))
        elif len(self._versions[key]) > 1:
            self._add_finding("store-overwritten", key, _several_text())

    def check_gap(self, end: int, before: int, last: int) -> int:
        """Check that records up to `before` lie in segments up to `end`; the end with one more, up to `last`."""
        if before > end:
            text = _("Records {first} to {last} are in no segment.").format(first=end + 1, last=before)
            self._add_finding("store-missing", "segments", text)
        return max(end, last)

    def _check_below(self, key: str, sha256: str, versions: Sequence[object_store.StoredVersion]) -> None:
        """A delete marker lies above: look whether the bytes are whole below it."""
        if any(self._digest(one) == sha256 for one in versions if not one.is_marker):
            text = _("It was deleted; a delete marker hides it, and its bytes lie whole below.")
        else:
            text = _("It was deleted, and no version with its bytes lies below the delete marker.")
        self._add_finding("store-deleted", key, text)

    def _check_second(self, key: str, sha256: str, second: str | None) -> None:
        if second is not None and second in self._versions and self._is_same(second, sha256):
            self.known.add(second)
            text = _("The store keeps another file under this name than the ledger: the ledger gave the name twice.")
            self._add_finding("store-other", key, text)
        else:
            self._add_finding("store-changed", key, _("Its bytes in the store are not those that the records name."))

    def _is_same(self, key: str, sha256: str) -> bool:
        held = self._store.head(key)
        self.unlocked += held is not None and object_store.is_sealed_key(key) and not held.is_locked
        return held is not None and held.sha256 == sha256

    def _digest(self, version: object_store.StoredVersion) -> str:
        with tempfile.TemporaryDirectory() as folder:
            try:
                return self._store.get(version.key, Path(folder) / "version", version.version)
            except errors.NotInTeamStore:
                return ""


def _several_text() -> str:
    return _("Several versions lie under this key: somebody has written over it.")


def _notes(store: object_store.ObjectStore, unknown: set[str], waiting: int, unlocked: int) -> Iterator[str]:
    if unknown:
        yield _("Keys in the store that belong to no record: {n}.").format(n=len(unknown))
    if waiting:
        yield _("Seals and time stamps still to be put into the store: {n}.").format(n=waiting)
    if isinstance(store, S3Store) and store.place.lock_days and unlocked:
        sentence = _(
            "Of {n} seals and time stamps the bucket does not say that they are locked now, as lock_days in its "
            "address asks."
        )
        yield sentence.format(n=unlocked)
    if isinstance(store, S3Store) and not store.is_versioned():
        yield _("The bucket keeps no versions: what is deleted or written over there is gone.")
