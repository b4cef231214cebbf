"""Attachments that are not held yet: ask for the address, fetch in one breath, keep by digest.

Small files come first and the counterpart's before one's own; large ones in slices, so that none waits for
another. What cannot be had is tried again with growing pauses, then given up with its reason.
"""

from __future__ import annotations

import contextlib
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import requests

from archiver.errors import NotUnderstood, NotVisible, Refused, TransferFailed
from archiver.records import FileId, Observation, RoomId
from archiver.store import blobs, work, writer
from archiver.store.clock import stamp
from archiver.store.disk import is_full
from archiver.store.queries.files import Wanted
from archiver.sync import transfer
from archiver.sync.pull.desk import Desk
from archiver.sync.report import Outcome, RoomReport

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 360, 720, 1440, 1440, 2880, 4320))
"""After each failed attempt; a file that fails once more after the last pause is given up."""

SLICE = 60.0
"""Seconds that a large file is fetched before the next one gets its turn."""

FRESH_ADDRESSES = 3
"""How often one attempt goes on with a new address after the transfer was cut."""


@dataclass(frozen=True)
class Limits:
    """Bytes: what counts as large, what is only listed, and how much of the disk stays free."""

    large: int = 20_000_000
    most: int = 5_000_000_000
    keep_free: int = 2_000_000_000


@dataclass(slots=True)
class Downloads:
    """Fetches files for one run; counts into the rooms' reports."""

    desk: Desk
    over: requests.Session
    limits: Limits
    reports: dict[int, RoomReport]
    out_of_time: Callable[[], bool]
    progress: Callable[[Wanted, int], None]

    def small(self, files: Iterable[Wanted]) -> None:
        """Files up to the size that counts as large, the counterpart's first, then the newest."""
        mine = self.desk.account_id
        for file in sorted(
            (one for one in files if one.size <= self.limits.large), key=lambda one: one.account_id == mine
        ):
            if self._late():
                return
            self._attempt(file, None)

    def large(self, files: Iterable[Wanted]) -> None:
        """Large files in turns of a slice each, until all are here, failed, or the time is up."""
        mine = self.desk.account_id
        waiting = deque(
            sorted((one for one in files if one.size > self.limits.large), key=lambda one: one.account_id == mine)
        )
        while waiting:
            file = waiting.popleft()
            if self._late():
                return
            if self._attempt(file, SLICE):
                waiting.append(file)

    def _late(self) -> bool:
        if self.out_of_time():
            self.desk.troubles.add("left-over/files")
            return True
        return False

    def _attempt(self, file: Wanted, seconds: float | None) -> bool:
        """Try one file; whether more of it is to come in another slice."""
        report = self.reports[file.room_id]
        if file.size > self.limits.most:
            self._give_up(file, "too_large", report)
            return False
        try:
            if not self._has_space(file):
                raise TransferFailed(reason="no_space", detail="")
            arrived = self._fetch(file, seconds)
            if arrived.whole:
                self._keep(file, arrived, report)
            return not arrived.whole
        except NotVisible:
            self._failed(file, "not_shown", report)
        except (NotUnderstood, Refused):
            self._failed(file, "not_understood", report)
        except TransferFailed as fault:
            self._failed(file, str(fault.data["reason"]), report)
        except OSError as fault:
            if not is_full(fault):
                raise
            transfer.drop(self._part(file))  # the database needs the space more
            self._failed(file, "no_space", report)
        return False

    def _fetch(self, file: Wanted, seconds: float | None) -> transfer.Arrived:
        """Fetch on one address, and on fresh ones as long as each cut transfer brought something."""
        part = self._part(file)
        for left in reversed(range(FRESH_ADDRESSES)):
            before = part.stat().st_size if part.exists() else 0
            single = self.desk.client.download_url(RoomId(file.room_id), FileId(file.file_id))
            try:
                return transfer.fetch(
                    self.over,
                    single.model.download_url,
                    part,
                    size=file.size,
                    seconds=seconds,
                    progress=lambda have: self.progress(file, have),
                )
            except TransferFailed as fault:
                if fault.data["reason"] == "wrong_size":
                    transfer.drop(part)
                grown = part.exists() and part.stat().st_size > before
                if fault.data["reason"] != "cut" or not left or not grown:
                    raise
        raise AssertionError("the last address either brings the file or raises")

    def _part(self, file: Wanted) -> Path:
        # Bound to what was listed: a file replaced under its id must not be mixed with the old one's bytes.
        place = blobs.incoming(self.desk.archive.home, file.room_id, file.file_id)
        return place.with_name(f"{file.room_id}-{file.file_id}-{file.upload_time}-{file.size}.part")

    def _has_space(self, file: Wanted) -> bool:
        free = shutil.disk_usage(self.desk.archive.home).free
        return free - file.size >= self.limits.keep_free

    def _keep(self, file: Wanted, arrived: transfer.Arrived, report: RoomReport) -> None:
        """Bytes first, then the entry: a kill between the two leaves bytes that the next run names."""
        part = self._part(file)
        blobs.keep(self.desk.archive.home, part, arrived.sha256)
        transfer.drop(part)
        at = self.desk.now()
        told = {"state": "saved", "sha256": arrived.sha256, "size": arrived.size, "saved_at": stamp(at), "reason": None}
        self._append(file, told, at)
        self.desk.cleared.add(f"file/{file.room_id}/{file.file_id}")
        report.files_saved += 1
        report.news = True
        report.outcome = Outcome.ARCHIVED

    def _failed(self, file: Wanted, reason: str, report: RoomReport) -> None:
        """Try again later; after the last pause give up."""
        self.desk.troubles.add(f"file/{file.room_id}/{file.file_id}")
        if reason == "no_space":
            attempts = file.attempts  # the disk's fault is no reason to give the file up
        elif file.attempts >= len(PAUSES):
            self._give_up(file, reason, report)
            return
        else:
            attempts = file.attempts + 1
        pause = PAUSES[max(attempts, 1) - 1]
        with self.desk.archive.writing() as writing:
            work.put_retry(
                writing,
                file.room_id,
                file.file_id,
                attempts=attempts,
                next_at=self.desk.now() + pause,
                reason=reason,
            )

    def _give_up(self, file: Wanted, reason: str, report: RoomReport) -> None:
        with contextlib.suppress(OSError):
            transfer.drop(self._part(file))
        told = {"state": "lost", "sha256": None, "size": None, "saved_at": None, "reason": reason}
        self._append(file, told, self.desk.now())
        self.desk.troubles.add(f"file/{file.room_id}/{file.file_id}")
        report.files_lost += 1
        report.news = True

    def _append(self, file: Wanted, facts: Mapping[str, object], at: datetime) -> None:
        told = {**facts, "listed_size": file.size, "listed_time": file.upload_time}
        seen = Observation("blob", f"blob/{file.room_id}/{file.file_id}", told, file.room_id)
        with self.desk.archive.writing() as writing:
            writer.append(writing, [seen], account_id=self.desk.account_id, at=at)
            work.drop_retry(writing, file.room_id, file.file_id)


def clear_incoming(home: Path, wanted: Iterable[Wanted]) -> None:
    """Remove begun transfers that nothing waits for any more."""
    stems = {f"{one.room_id}-{one.file_id}-{one.upload_time}-{one.size}" for one in wanted}
    for path in (home / blobs.FOLDER / blobs.INCOMING).glob("*"):
        if path.stem not in stems:
            path.unlink(missing_ok=True)
