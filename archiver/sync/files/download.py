"""Attachments that are not held yet: ask for the address, fetch in one breath, keep by digest.

Small files come first and the counterpart's before one's own; large ones in slices, so that none waits for
another. What cannot be had is tried again with growing pauses, then given up with its reason; `rescue` and
`sync --full` try that again too.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from archiver.chatwork.client import Single
from archiver.chatwork.models import File
from archiver.errors import NotUnderstood, NotVisible, Refused, TransferFailed, Unreachable
from archiver.records import FileId, Observation, RoomId
from archiver.store import blobs, writer
from archiver.store.disk import is_full, storage_error
from archiver.store.queries.files import WantedFile
from archiver.store.timestamps import to_text
from archiver.store.working import visits
from archiver.sync.files import transfer
from archiver.sync.pull.context import PullContext
from archiver.sync.report import RoomOutcome, RoomReport

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 360, 720, 1440, 1440, 2880, 4320))
"""After each failed attempt; a file that fails once more after the last pause is given up."""

SLICE = 60.0
"""Seconds that a file is fetched before the next one gets its turn."""

LEAST = 2**16
"""Bytes that a slice must bring; a host that drips waits for another run."""

FRESH_ADDRESSES = 3
"""How often one attempt goes on with a new address after the transfer was cut."""

NO_SPACE = "disk"
"""The trouble of a disk on which no more files are kept."""

MOST_SILENT = 2
"""Files in a row for which nobody answers before the others are left for the next run."""


@dataclass(frozen=True)
class DownloadLimits:
    """Bytes: what counts as large, what is only listed, and how much of the disk stays free."""

    large: int = 20_000_000
    most: int = 5_000_000_000
    keep_free: int = 2_000_000_000


@dataclass(slots=True)
class FileDownloads:
    """Fetches files for one run; counts into the rooms' reports."""

    desk: PullContext
    over: transfer.Session
    limits: DownloadLimits
    reports: dict[int, RoomReport]
    seconds_left: Callable[[], float | None]
    """Until the run is to end; None = no limit, 0 = now."""
    progress: Callable[[WantedFile, int], None]
    slice: float = SLICE
    _silent: int = 0
    _done: set[tuple[int, int]] = field(default_factory=set)
    """Files that were kept, failed or given up in this run: each has one attempt."""

    def small(self, files: Iterable[WantedFile]) -> None:
        """Files up to the size that counts as large, the counterpart's first, then the newest."""
        for file in self._in_order(one for one in files if one.size <= self.limits.large):
            if self._late():
                return
            self._attempt(file)

    def large(self, files: Iterable[WantedFile]) -> None:
        """Whatever is left, in turns of a slice each, until all are here, failed, or the time is up."""
        waiting = deque(self._in_order(files))
        while waiting:
            file = waiting.popleft()
            if (file.room_id, file.file_id) in self._done:
                continue
            if self._late():
                return
            self._attempt(file)
            waiting.append(file)

    def _in_order(self, files: Iterable[WantedFile]) -> list[WantedFile]:
        waiting = [one for one in files if (one.room_id, one.file_id) not in self._done]
        return sorted(waiting, key=lambda one: one.account_id == self.desk.account_id)

    def _late(self) -> bool:
        if self.seconds_left() == 0 or self._silent >= MOST_SILENT:
            self.desk.troubles.add("left-over/files")
            return True
        return False

    def _attempt(self, file: WantedFile) -> None:
        """Bring one file nearer, keep it, or write down why not. Raises StorageError, TokenRefused, BudgetSpent."""
        before = 0
        try:
            before = self._here(file)
            reason = self._try(file)
        except OSError as error:
            if not is_full(error):
                raise storage_error(error, self.desk.archive.home / blobs.FOLDER) from error
            transfer.drop(self._part(file))  # the database needs the space more
            reason = "no_space"
        self._silent = self._silent + 1 if reason == "unreachable" else 0
        if reason is not None:
            self._failed(file, reason, grown=self._here(file) > before)

    def _try(self, file: WantedFile) -> str | None:
        """Why the file could not be had now; None if it is here or coming. Raises OSError."""
        if file.size > self.limits.most:
            self._give_up(file, "too_large")
            return None
        if not self._has_space(file):
            return "no_space"
        before = self._here(file)
        try:
            arrived = self._fetch(file)
        except NotVisible:
            return "not_shown"
        except (NotUnderstood, Refused):
            return "not_understood"
        except Unreachable:
            return "unreachable"
        except TransferFailed as error:
            return str(error.data["reason"])
        if arrived.whole:
            self._keep(file, arrived)
        elif arrived.size - before < LEAST and self.seconds_left() != 0:
            return "slow"
        return None

    def _fetch(self, file: WantedFile) -> transfer.Arrived:
        """Fetch on one address, and on fresh ones: after a refusal, and while each cut transfer brings something."""
        for left in reversed(range(FRESH_ADDRESSES)):
            before = self._here(file)
            single = self.desk.client.download_url(RoomId(file.room_id), FileId(file.file_id))
            try:
                return self._transfer(file, single)
            except TransferFailed as error:
                came = self._here(file) > before
                if not left or not _goes_on(str(error.data["reason"]), came=came):
                    raise
        raise AssertionError("the last address either brings the file or raises")

    def _transfer(self, file: WantedFile, single: Single[File]) -> transfer.Arrived:
        left = self.seconds_left()
        # A size that a list did not tell stands as 0 there; a file that is empty is told to be.
        told = single.model.filesize if isinstance(single.object.get("filesize"), int) else None
        size = file.size or told
        free = max(0, self._free() - self.limits.keep_free)
        try:
            return transfer.fetch(
                self.over,
                single.model.download_url,
                self._part(file),
                size=size,
                most=min(self.limits.most, free),
                seconds=self.slice if left is None else min(left, self.slice),
                progress=lambda have: self.progress(file, have),
            )
        except TransferFailed as error:
            # Of a file of untold size only what comes can tell that there is no space for it.
            if size is None and free < self.limits.most and error.data["reason"] == "wrong_size":
                raise TransferFailed(reason="no_space", detail=str(free)) from None
            raise

    def _part(self, file: WantedFile) -> Path:
        # Bound to what was listed: a file replaced under its id must not be mixed with the old one's bytes.
        return blobs.incoming_path(self.desk.archive.home, file.room_id, file.file_id).with_name(f"{_stem(file)}.part")

    def _here(self, file: WantedFile) -> int:
        part = self._part(file)
        return part.stat().st_size if part.exists() else 0

    def _has_space(self, file: WantedFile) -> bool:
        return self._free() - (file.size - self._here(file)) >= self.limits.keep_free

    def _free(self) -> int:
        return shutil.disk_usage(self.desk.archive.home).free

    def _keep(self, file: WantedFile, arrived: transfer.Arrived) -> None:
        """Bytes first, then the entry: a kill between the two leaves bytes that the next run names."""
        part, report = self._part(file), self.reports[file.room_id]
        blobs.keep(self.desk.archive.home, part, arrived.sha256)
        transfer.drop(part)
        at = self.desk.now()
        told = {
            "state": "saved",
            "sha256": arrived.sha256,
            "size": arrived.size,
            "saved_at": to_text(at),
            "reason": None,
        }
        self._append(file, told, at)
        self.desk.cleared |= {f"file/{file.room_id}/{file.file_id}", NO_SPACE}
        report.files_saved += 1
        if report.outcome is RoomOutcome.UNCHANGED:
            report.outcome = RoomOutcome.ARCHIVED

    def _failed(self, file: WantedFile, reason: str, *, grown: bool) -> None:
        """Try again later; after the last pause give up. One that was given up before waits again only if it came."""
        self._done.add((file.room_id, file.file_id))
        self.desk.troubles.add(f"file/{file.room_id}/{file.file_id}")
        if reason == "no_space":
            self.desk.troubles.add(NO_SPACE)
            attempts = file.attempts  # the disk's fault is no reason to give the file up
        elif grown:
            attempts = 1  # it is coming, if slowly
        elif file.given_up:
            return  # what was said of it holds
        elif file.attempts >= len(PAUSES):
            self._give_up(file, reason)
            return
        else:
            attempts = file.attempts + 1
        next_at = self.desk.now() + PAUSES[max(attempts, 1) - 1]
        with self.desk.archive.writing() as writing:
            visits.put_retry(writing, file.room_id, file.file_id, attempts=attempts, next_at=next_at, reason=reason)

    def _give_up(self, file: WantedFile, reason: str) -> None:
        transfer.drop(self._part(file))
        told = {"state": "lost", "sha256": None, "size": None, "saved_at": None, "reason": reason}
        self._append(file, told, self.desk.now())
        self.desk.troubles.add(f"file/{file.room_id}/{file.file_id}")
        self.reports[file.room_id].files_lost += 1

    def _append(self, file: WantedFile, facts: Mapping[str, object], at: datetime) -> None:
        told = {**facts, "listed_size": file.size, "listed_time": file.upload_time}
        seen = Observation("blob", f"blob/{file.room_id}/{file.file_id}", told, file.room_id)
        with self.desk.archive.writing() as writing:
            writer.append(writing, [seen], account_id=self.desk.account_id, at=at)
            visits.drop_retry(writing, file.room_id, file.file_id)
        self._done.add((file.room_id, file.file_id))
        self.reports[file.room_id].news = True


def _goes_on(reason: str, *, came: bool) -> bool:
    """Whether a fresh address may help at once."""
    return reason == "refused" or (reason == "cut" and came)


def clear_incoming(home: Path, wanted: Iterable[WantedFile]) -> None:
    """Remove begun transfers that nothing waits for any more."""
    stems = {_stem(one) for one in wanted}
    for path in (home / blobs.FOLDER / blobs.INCOMING).glob("*"):
        if path.stem not in stems:
            with suppress(OSError):  # it takes space, no more
                path.unlink(missing_ok=True)


def _stem(file: WantedFile) -> str:
    return f"{file.room_id}-{file.file_id}-{file.upload_time}-{file.size}"
